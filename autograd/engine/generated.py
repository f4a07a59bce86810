"""Generated: the same engine in straight-line Python, written from the table at run time.

Operators, methods, the walk, and the chain rule of :mod:`autograd.engine` read aloud; here stand
their fast forms, which give the same bits. ``install`` puts them over the plain ones, ``plain``
takes them away for the length of a with block, so that a test can hold one against the other.
Source is written once for each primitive, when it is first needed; debuggers can step it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import TYPE_CHECKING, Any

from autograd.engine import backward, leaves, order, pickling, recomputing, region, slots, sweep
from autograd.engine.chain_rule import DICTIONARY, Steps, sweep_loop
from autograd.engine.methods import Methods, Unary
from autograd.engine.modes import ACTIVE, ANOMALY, RECORDING
from autograd.engine.node import EPOCH
from autograd.engine.order import Adjoints, Node
from autograd.engine.record import operand, record, refused, require_no_modulus
from autograd.engine.value import Value
from autograd.ops.floats import float_scope
from autograd.ops.ieee import ARITHMETIC_ERRORS
from autograd.ops.op import OPS, Op
from autograd.ops.source import block, compile_source

if TYPE_CHECKING:
    from autograd.nested import Nest

__all__ = ["OPERATORS", "SIGNS", "binary", "install", "plain", "unary"]

OPERATORS = {
    "add": "add",
    "sub": "sub",
    "mul": "mul",
    "truediv": "div",
    "pow": "pow",
    "mod": "mod",
    "floordiv": "floor_divide",
}
SIGNS = {"__neg__": "neg", "__abs__": "abs"}

new = object.__new__


def operator(op: Op, reflected: bool) -> Callable[[Value, Any], Any]:
    """A binary operator of Value: the usual case in a few lines, all others through record."""
    first, second = ("b", "a") if reflected else ("a", "b")
    left, right = ("other", "self") if reflected else ("self", "other")
    # Python gives pow alone a third argument.
    modulus = (
        ["    if modulus is not None: require_no_modulus(modulus)"] if op.name == "pow" else []
    )
    source = [
        f"def operator(self, other{', modulus=None' if modulus else ''}):",
        *modulus,
        f"    {first} = self._data",
        "    kind = type(other)",
        "    if kind is Value:",
        f"        {second} = other._data",
        "    elif kind is float:",
        f"        {second} = other",
        "    else:",
        f"        other = {second} = operand(other)",
        "        if type(other) is not float:",
        f"            return record(op, ({left}, {right})) if other is not NotImplemented "
        "else refused(kind)",
        "    if ACTIVE:",
        f"        return noted(op, {left}, {right}, evaluate(a, b))",
        "    node = new(Value)",
        "    try:",
        *(f"        {line}" for line in block(op.value_expr, "node._data = {}")),
        "    except errors:",
        "        node._data = evaluate(a, b)",
        "    node._grad = EPOCH[0]",
        "    node._name = None",
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
        "refused": refused,
        "require_no_modulus": require_no_modulus,
        "noted": noted,
        "ACTIVE": ACTIVE,
        "EPOCH": EPOCH,
        "op": op,
        "evaluate": op.evaluate,
        "errors": ARITHMETIC_ERRORS,
        "new": new,
    }
    function: Callable[[Value, Any], Any] = compile_source("operator", source, scope)
    return function


def noted(op: Op, left: Node | float, right: Node | float | None, data: float) -> Any:
    """A node made while a mode is on: nearly always for a transform, which takes note of it."""
    if ANOMALY.on or RECORDING.on:
        return record(op, (left,) if right is None else (left, right))
    node = new(Value)
    node._data = data
    node._grad = EPOCH[0]
    node._name = None
    node.op = op
    node._left = left
    node._right = right
    node._note()
    return node


def unary(op: Op, otherwise: Callable[[Nest], Any]) -> Callable[[Nest], Any]:
    """A function of one number: a Value's node made here, all else by the plain function."""

    def function(x: Nest, /) -> Any:
        if type(x) is not Value:
            return otherwise(x)
        if ACTIVE:
            return noted(op, x, None, op.evaluate(x._data))
        node = new(Value)
        node._data = op.evaluate(x._data)
        node._grad = EPOCH[0]
        node._name = None
        node.op = op
        node._left = x
        node._right = None
        return node

    return function


def binary(op: Op, otherwise: Callable[[Nest, Nest], Any]) -> Callable[[Nest, Nest], Any]:
    """A function of two numbers, one of them a Value; all else by the plain function."""

    def function(x: Nest, y: Nest, /) -> Any:
        left, right = x, y
        if type(x) is Value:
            a = x._data
        else:
            left = a = x if type(x) is float else operand(x)
            if type(a) is not float:
                return otherwise(x, y)
        if type(y) is Value:
            b = y._data
        else:
            right = b = y if type(y) is float else operand(y)
            if type(b) is not float or left is a:
                return otherwise(x, y)
        if ACTIVE:
            return noted(op, left, right, op.evaluate(a, b))
        node = new(Value)
        node._data = op.evaluate(a, b)
        node._grad = EPOCH[0]
        node._name = None
        node.op = op
        node._left = left
        node._right = right
        return node

    return function


def record_of(roots: Iterable[Node]) -> tuple[list[Node], Adjoints]:
    """The walk of :func:`autograd.engine.order.record_of`, one or two operands from their slots."""
    order: list[Node] = []
    adjoint: Adjoints = {}
    stack: list[Node] = list(roots)[::-1]
    pop, push, leave = stack.pop, stack.append, order.append
    while stack:
        node = pop()
        if node is None:
            leave(pop())
            continue
        if node in adjoint:
            continue
        adjoint[node] = 0.0
        if node.op is None:
            continue
        push(node)
        push(None)
        right = node._right
        left = node._left
        if type(left) is tuple:
            stack.extend([x for x in left[::-1] if type(x) is not float and x not in adjoint])
            continue
        if right is not None and type(right) is not float and right not in adjoint:
            if right.op is None:
                adjoint[right] = 0.0
            else:
                push(right)
        if type(left) is not float and left not in adjoint:
            if left.op is None:
                adjoint[left] = 0.0
            else:
                push(left)
    return order, adjoint


STEPS = Steps(DICTIONARY)


def pull(node: Node, upstream: float, adjoint: Adjoints) -> None:
    """The chain rule at one node."""
    STEPS[node.op](node, upstream, adjoint)


COMPILED = {
    order: ("record_of", "record_within"),
    backward: ("adjoints_over", "differentiate"),
    recomputing: ("reevaluate",),
    leaves: ("clear",),
}
"""What a compiled engine does by functions of its own, and where the plain ones are."""
_INSTALLED: list[tuple[Any, str, Any, Any]] = []
"""Where a fast form was put, what stood there, and the fast form."""


def _put(owner: Any, name: str, fast: Any) -> None:
    plain = vars(owner)[name]
    if isinstance(fast, FunctionType):
        for copied in ("__name__", "__qualname__", "__module__", "__doc__"):
            if hasattr(plain, copied):
                setattr(fast, copied, getattr(plain, copied))
    _INSTALLED.append((owner, name, plain, fast))
    setattr(owner, name, fast)


def install(compiled: Any = None) -> None:
    """Put the fast forms over the plain ones, wherever the engine has those.

    A compiled engine gives its own passes, and has operators of its own already.
    """
    fast: dict[Any, dict[str, Any]] = {
        order: {"record_of": record_of},
        sweep: {"pull_back": sweep_loop(DICTIONARY, STEPS), "pull": pull},
        backward: {"differentiate": slots.differentiate},
    }
    if compiled is None:
        _install_operators()
    else:
        for home, names in COMPILED.items():
            fast.setdefault(home, {}).update({name: getattr(compiled, name) for name in names})
    for home, functions in fast.items():
        for name, quick in functions.items():
            slow = vars(home)[name]
            for module in (order, sweep, backward, leaves, recomputing, region, pickling):
                if vars(module).get(name) is slow:
                    _put(module, name, quick)


def _install_operators() -> None:
    for method, name in OPERATORS.items():
        _put(Value, f"__{method}__", operator(OPS[name], reflected=False))
        _put(Value, f"__r{method}__", operator(OPS[name], reflected=True))
    for name, method in [*vars(Methods).items()]:
        if isinstance(method, Unary):
            _put(Methods, name, _method(name, OPS[method.name]))
    for name, primitive in SIGNS.items():
        _put(Value, name, _method(name, OPS[primitive]))


def _method(name: str, op: Op) -> Callable[[Nest], Any]:
    fast = unary(op, lambda x: record(op, (x,)))
    fast.__name__, fast.__qualname__ = name, f"Value.{name}"
    return fast


@contextmanager
def plain() -> Iterator[None]:
    """The engine without its fast forms, for the length of a with block; not for threads."""
    for owner, name, slow, _ in reversed(_INSTALLED):
        setattr(owner, name, slow)
    try:
        yield
    finally:
        for owner, name, _, fast in _INSTALLED:
            setattr(owner, name, fast)
