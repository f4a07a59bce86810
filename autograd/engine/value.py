"""Value: one number that remembers how it was made.

Arithmetic on Values records a graph, through :mod:`autograd.engine.record`, which is next in the
chapter. Where no compiled engine runs, :mod:`autograd.engine.generated` puts faster operators of
the same meaning in the place of these.
"""

from __future__ import annotations

from typing import TypeAlias

from autograd.engine import backward as passes
from autograd.engine import recomputing
from autograd.engine.comparisons import Comparisons
from autograd.engine.modes import ACTIVE, TRACING
from autograd.engine.node import Node
from autograd.engine.order import operand_values
from autograd.engine.record import operand, record, refused, require_no_modulus
from autograd.engine.refusals import number_of
from autograd.nested import NUMBERS
from autograd.ops.op import OPS

__all__ = ["Operand", "Value"]

Operand: TypeAlias = "Value | float"
"""What arithmetic takes beside a Value: another, or any real number."""


class Value(Comparisons):
    """One number that remembers how it was made.

    Args:
        data: Any real number, NumPy's scalars included; kept as a float.
        name: What pictures and messages call it; micrograd's word ``label=`` serves too.
        requires_grad: PyTorch's word, which can only be true: every Value has a gradient.

    Raises:
        InputTypeError: ``data`` is no real number.

    A class derived from it may add attributes, which copies and pickles keep. Arithmetic on its
    instances gives plain Values; their hash stays the identity, whatever ``==`` means.

    >>> x = Value(3.0, name="x")
    >>> y = x * x + 1.0
    >>> y.backward()
    >>> y.data, x.grad
    (10.0, 6.0)
    """

    __slots__ = ()

    def __repr__(self) -> str:
        if not self.grad_computed:
            return self._shown("")
        grad = self.grad  # without its own gradient, which may lead far, or back here
        shown = grad._shown("") if isinstance(grad, Value) else repr(grad)
        return self._shown(f", grad={shown}")

    def _shown(self, grad: str) -> str:
        name = f", name={self.name!r}" if self.name is not None else ""
        return f"Value({self._data!r}{name}{grad})"

    def __format__(self, spec: str) -> str:
        return format(self.data, spec) if spec else repr(self)

    @property
    def partials(self) -> tuple[float, ...]:
        """The local derivatives by each of ``operands``, as numbers; none for a leaf.

        They are all that the chain rule needs: each operand's gradient gains ``grad`` × its own.

        >>> x = Value(3.0)
        >>> y = x * 5.0
        >>> y.operands, y.partials
        ((Value(3.0), 5.0), (5.0, 3.0))
        """
        if self.op is None:
            return ()
        self._follow("local derivatives (partials)")
        self._leave("local derivatives (partials)")
        numbers = operand_values(self)
        partials = self.op.local_at(self._data, numbers, [True] * len(numbers))
        return tuple([0.0 if partial is None else float(partial) for partial in partials])

    def backward(
        self, gradient: Operand = 1.0, create_graph: bool = False, *, retain_graph: bool = True
    ) -> None:
        """Differentiate this Value: add ``gradient`` × its derivative to each leaf's ``grad``.

        See :func:`autograd.backward` for several results at once, and for what is raised. The
        graph is kept whatever ``retain_graph``, PyTorch's word, says.

        >>> x = Value(3.0)
        >>> (x * x).backward()
        >>> x.grad
        6.0
        """
        passes.backward(self, gradient, create_graph=create_graph)

    def recompute(self) -> Value:
        """Evaluate the recorded graph afresh, in place, from its leaves; returns this Value.

        What Python decided while it was recorded stays: which branch of an ``if`` ran, and the
        True or False of a comparison, also in ``where(x > 0, a, b)``. ``maximum``, ``clip`` and
        ``where(relu(x), a, b)`` choose anew.

        >>> x = Value(2.0)
        >>> y = x * x
        >>> x.data = 5.0
        >>> y.recompute()
        Value(25.0)
        """
        recomputing.recompute(self)
        return self

    def detach(self) -> Value:
        """A new leaf of the same number and name, with no history.

        Inside a recording it is ``stop_gradient(self)``, the number for every input. Outside one
        the leaf is a constant of its own: ``recompute`` leaves it as it is, and a program freezes
        it. ``autograd.stop_gradient`` follows everywhere.

        >>> (Value(2.0) * 3.0).detach()
        Value(6.0)
        """
        if ACTIVE and TRACING.get():
            return operate("stop_gradient", self)
        return Value(self._data, self._name)

    # Numbers: these leave the graph, and are refused where a recording would freeze the answer.

    def __float__(self) -> float:
        return number_of(self, "the number (float)")

    def __int__(self) -> int:
        return int(number_of(self, "the integer (int)"))

    def __round__(self, digits: int | None = None) -> float:
        return round(number_of(self, "the rounding (round)"), digits)

    # Arithmetic: each operation records one node.

    def __add__(self, other: Operand) -> Value:
        """self + other"""
        return operate("add", self, other)

    def __radd__(self, other: float) -> Value:
        """other + self"""
        return operate("add", other, self)

    def __sub__(self, other: Operand) -> Value:
        """self − other"""
        return operate("sub", self, other)

    def __rsub__(self, other: float) -> Value:
        """other − self"""
        return operate("sub", other, self)

    def __mul__(self, other: Operand) -> Value:
        """self × other"""
        return operate("mul", self, other)

    def __rmul__(self, other: float) -> Value:
        """other × self"""
        return operate("mul", other, self)

    def __truediv__(self, other: Operand) -> Value:
        """self ÷ other; by zero it is ±inf or nan"""
        return operate("div", self, other)

    def __rtruediv__(self, other: float) -> Value:
        """other ÷ self"""
        return operate("div", other, self)

    def __pow__(self, other: Operand, modulus: None = None) -> Value:
        """self to the power other; nan where the result is not a real number"""
        require_no_modulus(modulus)
        return operate("pow", self, other)

    def __rpow__(self, other: float) -> Value:
        """other to the power self"""
        return operate("pow", other, self)

    def __mod__(self, other: Operand) -> Value:
        """self − other × ⌊self ÷ other⌋"""
        return operate("mod", self, other)

    def __rmod__(self, other: float) -> Value:
        """other − self × ⌊other ÷ self⌋"""
        return operate("mod", other, self)

    def __floordiv__(self, other: Operand) -> Value:
        """⌊self ÷ other⌋, which has no derivative"""
        return operate("floor_divide", self, other)

    def __rfloordiv__(self, other: float) -> Value:
        """⌊other ÷ self⌋, which has no derivative"""
        return operate("floor_divide", other, self)

    def __divmod__(self, other: Operand) -> tuple[Value, Value]:
        """self // other and self % other"""
        return self // other, self % other

    def __rdivmod__(self, other: float) -> tuple[Value, Value]:
        """other // self and other % self"""
        return other // self, other % self

    def __neg__(self) -> Value:
        """−self"""
        return operate("neg", self)

    def __abs__(self) -> Value:
        """|self|; the derivative at 0 is 0"""
        return operate("abs", self)

    def __pos__(self) -> Value:
        """self"""
        return self


Node.computed = Value
NUMBERS.add(Value)


def operate(name: str, *given: Operand) -> Value:
    """Record an operator or a method; NotImplemented if an operand is no real number."""
    operands = tuple([operand(x) for x in given])
    for x, number in zip(given, operands):
        if number is NotImplemented:
            return refused(type(x))  # type: ignore[no-any-return]
    recorded: Value = record(OPS[name], operands)
    return recorded
