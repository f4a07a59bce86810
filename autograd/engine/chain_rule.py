"""Steps: the chain rule at one node as straight-line Python, written from the table.

There are two places to keep an adjoint while a sweep runs: a dictionary, which changes no node, or
the nodes' own slots, which is faster (:mod:`autograd.engine.slots`). One writer serves both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from autograd.engine import sweep
from autograd.engine.order import Node, operand_values, operands_of
from autograd.ops.expr import XP, Expr, show
from autograd.ops.floats import float_scope
from autograd.ops.ieee import ARITHMETIC_ERRORS
from autograd.ops.op import OPS, Op
from autograd.ops.per_op import per_op
from autograd.ops.source import block, compile_source

__all__ = ["DICTIONARY", "SLOTS", "Place", "Steps", "sweep_loop"]


class Place(NamedTuple):
    """Where adjoints are kept: how generated source reads and adds, and the step written out."""

    parameters: str
    upstream: str
    add: tuple[str, ...]
    general: Callable[..., None]

    def added(self, operand: str, term: str, indent: str) -> list[str]:
        """Lines that add a term to an operand's adjoint."""
        return [indent + line.format(x=operand, term=term) for line in self.add]


def _add_to_slots(node: Node, upstream: float) -> None:
    """The step of a primitive of any number of operands, or of a rule that cannot be traced."""
    operands = operands_of(node)
    wanted = [type(x) is not float for x in operands]
    partials = node.op.local_at(node._data, operand_values(node), wanted)
    for x, partial, is_node in zip(operands, partials, wanted):
        if is_node and partial is not None and (partial or not node.op.selects):
            if x.op is None:
                x._left += upstream * partial
            else:
                x._grad += upstream * partial


DICTIONARY = Place(", adjoint", "adjoint[node]", ("adjoint[{x}] += {term}",), sweep.pull)
SLOTS = Place(
    "",
    "node._grad",
    ("if {x}.op is None:", "    {x}._left += {term}", "else:", "    {x}._grad += {term}"),
    _add_to_slots,
)


class Steps(dict[Op, Callable[..., None]]):
    """Op -> the chain rule at one node of it, written when it is first needed."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place

    def __missing__(self, op: Op) -> Callable[..., None]:
        step = _step_of(op, self.place)
        if not op.opaque:  # a user's own keeps it, for as long as it is there
            self[op] = step
        return step


@per_op
def _step_of(op: Op, place: Place) -> Callable[..., None]:
    written = op.traced and op.arity in (1, 2)
    return _step(op, place) if written else place.general


def sweep_loop(place: Place, steps: Steps) -> Callable[..., None]:
    """The loop over an order, with the steps of the simplest primitives written into it."""
    source = [
        f"def pull_back(order{place.parameters}):",
        "    for node in reversed(order):",
        f"        g = {place.upstream}",
        "        if not g:",
        "            continue",
        "        op = node.op",
    ]
    scope: dict[str, Any] = {"STEPS": steps, **float_scope([])}
    cases = (("if type(y) is float", "y"), ("elif type(x) is float", "x"), ("else", ""))
    for keyword, name in (("if", "mul"), ("elif", "add"), ("elif", "sub"), ("elif", "chain")):
        op = scope[name] = OPS[name]
        source.append(f"        {keyword} op is {name}:")
        source.append("            x, y = node._left, node._right")
        for test, literal in cases:
            source.append(f"            {test}:")
            symbols = [Expr("var", v if v == literal else f"{v}._data") for v in "xy"]
            for variable, partial in zip("xy", op.partials(XP, None, *symbols)):
                if variable != literal:
                    source += place.added(variable, _weighted(partial), " " * 16)
    source += ["        else:", f"            STEPS[op](node, g{place.parameters})"]
    loop: Callable[..., None] = compile_source("pull_back", source, scope)
    return loop


def _weighted(partial: Expr | float) -> str:
    """Source of g × a local derivative."""
    if not isinstance(partial, Expr):
        return {1.0: "g", -1.0: "-g"}[partial]
    return show(Expr("var", "g") * partial)


def _step(op: Op, place: Place) -> Callable[..., None]:
    """The chain rule at one node of one or two operands, with the expressions written out."""
    names = {"a": "x", "b": "y"}
    source = [f"def pull(node, g{place.parameters}):", "    x, out = node._left, node._data"]
    if op.arity == 1:
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
        ]
        indent = " " * 8
        if op.selects:
            source.append("        if p:")
            indent += " " * 4
        source += place.added(operand, "g * p", indent)
    function: Callable[..., None] = compile_source("pull", source, scope)
    return function
