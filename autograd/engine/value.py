"""Value: one number that remembers how it was made.

Arithmetic on Values records a graph, through :mod:`autograd.engine.record`. The gradient passes are
in :mod:`autograd.engine.backward`, the functions (``exp`` …) in
:mod:`autograd.functions.elementary`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd.engine import backward as passes
from autograd.engine.modes import ACTIVE, TRACING, user_line
from autograd.engine.node import EPOCH, Node
from autograd.engine.record import operand, record
from autograd.errors import TraceError
from autograd.ops.floats import float_scope
from autograd.ops.ieee import ARITHMETIC_ERRORS
from autograd.ops.op import OPS, Op
from autograd.ops.source import block, compile_source

__all__ = ["Value"]


class Value(Node):
    """One number that remembers how it was made.

    Args:
        data: Any real number, NumPy's scalars included; kept as a float.
        name: What pictures and messages call it.

    Raises:
        InputTypeError: ``data`` is no real number.

    >>> x = Value(3.0, name="x")
    >>> y = x * x + 1.0
    >>> y.backward()
    >>> y.data, x.grad
    (10.0, 6.0)
    """

    __slots__ = ()

    def __repr__(self) -> str:
        name = f", name={self.name!r}" if self.name is not None else ""
        grad = f", grad={self.grad!r}" if self.grad_computed else ""
        return f"Value({self._data!r}{name}{grad})"

    def __format__(self, spec: str) -> str:
        return format(self._data, spec) if spec else repr(self)

    def backward(self, gradient: Any = 1.0, create_graph: bool = False) -> None:
        """Differentiate this Value: add ``gradient`` × its derivative to each leaf's ``grad``.

        See :func:`autograd.backward` for several results at once, and for what is raised.

        >>> x = Value(3.0)
        >>> (x * x).backward()
        >>> x.grad
        6.0
        """
        passes.backward(self, gradient, create_graph=create_graph)

    def recompute(self) -> Value:
        """Evaluate the recorded graph afresh, in place, from its leaves; returns this Value.

        >>> x = Value(2.0)
        >>> y = x * x
        >>> x.data = 5.0
        >>> y.recompute()
        Value(25.0)
        """
        passes.recompute(self)
        return self

    def detach(self) -> Value:
        """A new leaf of the same number and name, with no history.

        >>> (Value(2.0) * 3.0).detach()
        Value(6.0)
        """
        return Value(self._data, self.name)

    # Numbers: these leave the graph, and are refused where a recording would freeze the answer.

    def _leave(self, wanted: str) -> float:
        if TRACING.get() and ACTIVE:
            raise TraceError(
                f"{wanted} of a recorded Value was asked while tracing, at {user_line()}: the "
                "recording would freeze it for all inputs. Use autograd.where, maximum or minimum "
                "for a choice, or a plain number for what does not depend on the inputs"
            )
        return self._data

    def __bool__(self) -> bool:
        return bool(self._leave("the truth (bool)"))

    def __float__(self) -> float:
        return self._leave("the number (float)")

    def __int__(self) -> int:
        return int(self._leave("the integer (int)"))

    def __round__(self, digits: int | None = None) -> float:
        return round(self._leave("the rounding (round)"), digits)

    # Comparisons compare numbers, as with floats; while tracing they are recorded.

    __hash__ = object.__hash__

    def _compare(self, name: str, other: Any) -> Any:
        other = operand(other)
        if other is NotImplemented:
            return NotImplemented
        if ACTIVE and TRACING.get():
            return record(OPS[name], (self, other))
        return bool(OPS[name].evaluate(self._data, float(other)))

    def __lt__(self, other: Any) -> Any:
        return self._compare("lt", other)

    def __le__(self, other: Any) -> Any:
        return self._compare("le", other)

    def __gt__(self, other: Any) -> Any:
        return self._compare("gt", other)

    def __ge__(self, other: Any) -> Any:
        return self._compare("ge", other)

    def __eq__(self, other: object) -> Any:
        return self._compare("eq", other)

    def __ne__(self, other: object) -> Any:
        return self._compare("ne", other)

    # Arithmetic; the four operations are replaced below by shorter paths of the same meaning.

    def __neg__(self) -> Any:
        return record(OPS["neg"], (self,))

    def __pos__(self) -> Value:
        return self

    def __abs__(self) -> Any:
        return record(OPS["abs"], (self,))

    def __floor__(self) -> Any:
        return record(OPS["floor"], (self,))

    def __ceil__(self) -> Any:
        return record(OPS["ceil"], (self,))

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """Let NumPy's functions see a Value as an object scalar, so that they keep the graph."""
        import numpy as np

        boxed = []
        for x in inputs:
            if isinstance(x, Node):
                box = np.empty((), dtype=object)
                box[()] = x
                x = box
            boxed.append(x)
        return getattr(ufunc, method)(*boxed, **options)


def _operator(op: Op, reflected: bool) -> Callable[[Value, Any], Any]:
    """A binary operator of Value: the usual case in a few lines, all others through record."""
    first, second = ("b", "a") if reflected else ("a", "b")
    left, right = ("other", "self") if reflected else ("self", "other")
    source = [
        "def operator(self, other):",
        f"    {first} = self._data",
        "    kind = type(other)",
        "    if kind is Value:",
        f"        {second} = other._data",
        "    elif kind is float:",
        f"        {second} = other",
        "    else:",
        f"        other = {second} = operand(other)",
        "        if type(other) is not float:",
        f"            return other if other is NotImplemented else record(op, ({left}, {right}))",
        "    if ACTIVE:",
        f"        return record(op, ({left}, {right}))",
        "    node = new(Value)",
        "    try:",
        *(f"        {line}" for line in block(op.value_expr, "node._data = {}")),
        "    except errors:",
        "        node._data = evaluate(a, b)",
        "    node._grad = EPOCH[0]",
        "    node.name = None",
        "    node.op = op",
        f"    node._left = {left}",
        f"    node._right = {right}",
        "    return node",
    ]
    scope = {
        **float_scope([op.value_expr]),
        "Value": Value,
        "operand": operand,
        "record": record,
        "ACTIVE": ACTIVE,
        "EPOCH": EPOCH,
        "op": op,
        "evaluate": op.evaluate,
        "errors": ARITHMETIC_ERRORS,
        "new": object.__new__,
    }
    function: Callable[[Value, Any], Any] = compile_source("operator", source, scope)
    return function


for _method, _op in {
    "add": "add",
    "sub": "sub",
    "mul": "mul",
    "truediv": "div",
    "pow": "pow",
}.items():
    setattr(Value, f"__{_method}__", _operator(OPS[_op], reflected=False))
    setattr(Value, f"__r{_method}__", _operator(OPS[_op], reflected=True))
