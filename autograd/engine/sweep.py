"""Sweeps over a recorded graph: its order, its adjoints, its values afresh.

This is the inner loop of the engine. It reads the slots of a node directly: ``op`` (None for a
leaf), ``_left`` and ``_right`` with one or two operands, or a tuple of all operands in ``_left``.
An operand is a node or a literal float. A sweep keeps adjoints in a dictionary and changes no node;
:mod:`autograd.engine.backward` commits its result. Each primitive's step is generated from its
declaration, once, when it is first needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from autograd.ops.expr import XP, Expr, show
from autograd.ops.floats import float_scope
from autograd.ops.ieee import ARITHMETIC_ERRORS
from autograd.ops.op import OPS, Op
from autograd.ops.source import block, compile_source

__all__ = ["PULL", "fresh_values", "operand_values", "operands_of", "pull_back", "record_of"]

Node = Any
Adjoints = dict[Node, float]


def record_of(roots: Iterable[Node]) -> tuple[list[Node], Adjoints]:
    """The interior nodes in topological order, and a zero adjoint for every node, leaves too."""
    order: list[Node] = []
    adjoint: Adjoints = {}
    stack: list[Node] = list(roots)[::-1]
    pop, push, leave = stack.pop, stack.append, order.append
    while stack:
        node = pop()
        if node is None:  # the node below has all of its operands in the order
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


def operands_of(node: Node) -> tuple[Any, ...]:
    """Operands of a node: nodes, and literal floats in their places; none for a leaf."""
    if node.op is None:
        return ()
    if node._right is not None:
        return node._left, node._right
    return node._left if type(node._left) is tuple else (node._left,)


def operand_values(node: Node) -> tuple[float, ...]:
    """The numbers that the operands of a node hold."""
    return tuple([x if type(x) is float else x._data for x in operands_of(node)])


def fresh_values(order: Iterable[Node]) -> dict[Node, float]:
    """What each interior node would hold if it were computed now, from the leaves on."""
    values: dict[Node, float] = {}
    for node in order:
        operands = [x if type(x) is float else values.get(x, x._data) for x in operands_of(node)]
        values[node] = node.op.evaluate(*operands)
    return values


def pull_back(order: list[Node], adjoint: Adjoints, epoch: object) -> bool:
    """Spread the adjoints of the roots, already in ``adjoint``, down to the leaves.

    A node whose adjoint is exactly zero passes nothing on. The answer says whether every node
    still carries this epoch: if so, no leaf has changed since the first of them was recorded.
    """
    unchanged: bool = _generated_loop()(order, adjoint, epoch)
    return unchanged


@cache
def _generated_loop() -> Callable[..., bool]:
    """The loop of ``pull_back``, with the steps of the simplest primitives written into it."""
    source = [
        "def loop(order, adjoint, epoch):",
        "    unchanged = True",
        "    for node in reversed(order):",
        "        if node._grad is not epoch:",
        "            unchanged = False",
        "        g = adjoint[node]",
        "        if not g:",
        "            continue",
        "        op = node.op",
    ]
    scope: dict[str, Any] = {"PULL": PULL}
    cases = (("if type(y) is float", "y"), ("elif type(x) is float", "x"), ("else", ""))
    for keyword, op in zip(("if", "elif", "elif"), (OPS["mul"], OPS["add"], OPS["sub"])):
        scope[op.name] = op
        source.append(f"        {keyword} op is {op.name}:")
        source.append("            x, y = node._left, node._right")
        for test, literal in cases:
            source.append(f"            {test}:")
            symbols = [Expr("var", v if v == literal else f"{v}._data") for v in "xy"]
            for variable, partial in zip("xy", op.partials(XP, None, *symbols)):
                if variable != literal:
                    source.append(f"                adjoint[{variable}] += {_weighted(partial)}")
    source += ["        else:", "            PULL[op](node, g, adjoint)", "    return unchanged"]
    loop: Callable[..., bool] = compile_source("loop", source, scope)
    return loop


def _weighted(partial: Any) -> str:
    """Source of g × a local derivative."""
    if not isinstance(partial, Expr):
        return {1.0: "g", -1.0: "-g"}[partial]
    return f"g * {show(partial)}"


class _Pulls(dict[Op, Callable[[Node, float, Adjoints], None]]):
    """Op -> function that adds, to each operand's adjoint, upstream × local derivative."""

    def __missing__(self, op: Op) -> Callable[[Node, float, Adjoints], None]:
        pull = _generated_pull(op) if op.traced and op.arity in (1, 2) else _general_pull(op)
        self[op] = pull
        return pull


PULL = _Pulls()


def _general_pull(op: Op) -> Callable[[Node, float, Adjoints], None]:
    """The step of a primitive of any number of operands, or of a rule that cannot be traced."""

    def pull(node: Node, upstream: float, adjoint: Adjoints) -> None:
        operands = operands_of(node)
        wanted = [type(x) is not float for x in operands]
        partials = op.local_at(node._data, operand_values(node), wanted)
        for x, partial, is_node in zip(operands, partials, wanted):
            if is_node and partial is not None and (partial or not op.selects):
                adjoint[x] += upstream * partial

    return pull


def _generated_pull(op: Op) -> Callable[[Node, float, Adjoints], None]:
    """The same for one or two operands as straight Python, the expressions written out."""
    names = {"a": "x", "b": "y"}
    unary = op.arity == 1
    source = ["def pull(node, g, adjoint):", "    x, out = node._left, node._data"]
    if unary:
        source.append("    a = x._data")
    else:
        source += [
            "    y = node._right",
            "    a = x if type(x) is float else x._data",
            "    b = y if type(y) is float else y._data",
        ]
    scope: dict[str, Any] = {"errors": ARITHMETIC_ERRORS}
    for index, (variable, expr) in enumerate(zip(op.variables, op.partial_exprs)):
        if expr is None:
            continue
        operand = names[variable]
        scope |= float_scope([expr]) | {f"careful{index}": op.partial_functions[index]}
        source += [
            f"    if type({operand}) is not float:",
            "        try:",
            *(f"            {line}" for line in block(expr, "p = {}")),
            "        except errors:",
            f"            p = careful{index}(out, {', '.join(op.variables)})",
            f"        {'if p: ' if op.selects else ''}adjoint[{operand}] += g * p",
        ]
    function: Callable[[Node, float, Adjoints], None] = compile_source("pull", source, scope)
    return function
