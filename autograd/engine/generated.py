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
from autograd.engine.operators import operator, unary
from autograd.engine.order import Adjoints, Node
from autograd.engine.record import record
from autograd.engine.value import Value
from autograd.ops.op import OPS, Op

if TYPE_CHECKING:
    from autograd.nested import Nest

__all__ = ["OPERATORS", "SIGNS", "install", "plain"]

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
