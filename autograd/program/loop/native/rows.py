"""Which rows the loop executor's interpreter knows: rules, kinds of operands, opcodes.

A row applies one rule, or two of consecutive statements. A kind says where an operand is. Forward:
R in its slot; P the previous row's result, still in a machine register. Backward: A, add to the
operand's adjoint; N, pass it over; P, hand the adjoint to the next row in a register; S, the same
for the two equal operands of x * x. In a deep graph the way through memory is what takes the time,
so frequent arithmetic has forms for all of these. Next:
:mod:`autograd.program.loop.native.interpreter` writes the interpreter,
:mod:`autograd.program.loop.native.opcodes` the rows of a program.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import product
from typing import NamedTuple

from autograd.ops import TABLE
from autograd.ops.expr import Expr, Operand
from autograd.ops.op import OPS, Op
from autograd.ops.partial_evaluation import folded
from autograd.program.loop.native.common_parts import KEPT, splits
from autograd.program.loop.native.loops import folds, stages

__all__ = [
    "CALL", "EXPANDED", "EXTREMES", "FORWARD_KINDS", "POWERS", "WIDTH", "Key", "Rule", "edges_of",
    "forward_codes", "is_known", "loops", "reverse_codes", "rules", "split_names", "spreads",
]  # fmt: skip

Key = tuple[str, ...]

CALL = "call"
"""A row that calls a function of Python's, of any number of operands."""

EXPANDED = {False: "expanded", True: "expanded choice"}
"""Rows that run others for the partials, of rules that select or not."""

# A sum or product has its P first and its N last: with the operands exchanged it is the same.
FORWARD_KINDS = {
    "add": ("RR", "PR"),
    "sub": ("RR", "PR", "RP"),
    "mul": ("RR", "PR", "PP"),
    "square": ("R", "P"),
}
REVERSE_KINDS = {
    "add": ("AA", "AN", "PA", "PN"),
    "sub": ("AA", "AN", "NA", "PA", "AP", "PN", "NP"),
    "mul": ("AA", "AN", "PA", "PN", "SS"),
    "square": ("A", "P"),
}

EXTREMES = {"maximum": "ogt", "minimum": "olt"}
"""Primitives that the processor has an instruction for, and what it asks of the second operand."""

POWERS = {2.0: "square", **{b: f"pow {b}" for b in (3.0, -1.0, -2.0, 0.5, 1.5, 2.5, -0.5, -1.5)}}
"""Rules that are pow at an exponent, by those that it is products and roots for."""


WIDTH = {"forward": 5, "reverse": 6}
"""Cells of a row: opcode and operands; backward, opcode, result and operands."""


class Rule(NamedTuple):
    """What a row computes: the expressions of a primitive, perhaps at a constant operand."""

    name: str
    variables: tuple[str, ...]
    value: Operand
    partials: tuple[Operand | None, ...]
    selects: bool

    def wanted(self, kinds: Iterable[str]) -> list[Operand]:
        """The partials of edges of these kinds; an edge of kind N needs none."""
        return [p for p, kind in zip(self.partials, kinds) if kind != "N" and p is not None]


def split_names(name: str) -> tuple[str, str]:
    """The rules of what value and slopes of a primitive have in common, and of what is made of it.

    >>> split_names("sigmoid")
    ('sigmoid.part', 'sigmoid.rest')
    """
    return f"{name}.part", f"{name}.rest"


@cache
def rules() -> dict[str, Rule]:
    """The primitives of a fixed number of operands, pow at some exponents, and splits."""
    found = {
        op.name: Rule(op.name, op.variables, _value(op), op.partial_exprs, op.selects)
        for op in TABLE
        if op.arity is not None
    }
    power = found["pow"]
    for exponent, name in POWERS.items():
        value, slope = [folded(x, {"b": exponent}) for x in (power.value, power.wanted("A")[0])]
        found[name] = Rule(name, ("a",), value, (slope,), False)
    for name, split in splits().items():
        op = OPS[name]
        part, rest = split_names(name)
        found[part] = Rule(part, op.variables, split.part, (None,) * len(op.variables), False)
        variables = (KEPT, *op.variables)
        found[rest] = Rule(rest, variables, split.value, (None, *split.partials), op.selects)
    for stage in stages():
        if stage.kind in ("each", "once"):
            variables = (*stage.items, *stage.others)
            found[stage.name] = Rule(stage.name, variables, stage.rule, (), False)
    return found


def _value(op: Op) -> Operand:
    """The value of a primitive, by itself where machine code has a form of it."""
    if op.name in EXTREMES:
        return Expr(op.name, *(Expr("var", x) for x in op.variables))
    return op.value_expr


@cache
def spreads() -> dict[str, Rule]:
    """How the adjoint of an n-ary primitive is spread over each operand, the first variable."""
    found = {}
    for stage in stages():
        if stage.kind == "spread":
            variables = (*stage.items, *stage.others)
            partials = (stage.rule, *[None] * (len(variables) - 1))
            selects = OPS[stage.name.removesuffix(".spread")].selects
            found[stage.name] = Rule(stage.name, variables, Expr("var", "x"), partials, selects)
    return found


def is_known(op: Op) -> bool:
    """Whether the interpreter has a row for a primitive."""
    return OPS.get(op.name) is op and (op.name in rules() or op.name in folds())


@cache
def edges_of(name: str) -> tuple[bool, ...] | None:
    """Which operands of a rule have an edge; None if all do, as in loops."""
    if name in folds():
        return None
    edges = tuple([partial is not None for partial in rules()[name].partials])
    return None if all(edges) else edges


@cache
def loops() -> frozenset[str]:
    """Rows of the reverse pass that go through memory, operand by operand."""
    return frozenset(["sum", "dot", *spreads(), *EXPANDED.values()])


@cache
def forward_codes() -> dict[Key, int]:
    """(rule, kinds) or (rule, kinds, second rule, kinds) -> opcode of the forward pass."""
    fast = [(name, kinds) for name, many in FORWARD_KINDS.items() for kinds in many]
    keys: list[Key] = [*fast]
    keys += [(*one, *two) for one, two in product(fast, fast)]
    keys += [(name, "R" * len(rules()[name].variables)) for name in _others()]
    keys += [(name, "") for name in (*folds(), CALL, "halt")]
    return {key: code for code, key in enumerate(keys)}


@cache
def reverse_codes() -> dict[Key, int]:
    """The same for the reverse pass, which undoes a pair's second rule first."""
    fast = [(name, kinds) for name, many in REVERSE_KINDS.items() for kinds in many]
    # In a pair an A may stand for an N: the adjoint of a constant is written and never read.
    paired = [key for key in fast if "N" not in key[1]]
    keys: list[Key] = [*fast]
    keys += [(*one, *two) for one, two in product(paired, paired)]
    for name in _others():
        keys += [(name, kinds) for kinds in _kinds(rules()[name])]
    keys += [(name, "") for name in (*sorted(loops()), "halt")]
    return {key: code for code, key in enumerate(keys)}


def _others() -> list[str]:
    """Rules without fast forms."""
    return [n for n in rules() if n not in FORWARD_KINDS]


def _kinds(rule: Rule) -> list[str]:
    """Which adjoints a row may add to: any of one or two operands, all of more."""
    edges = ["N" if partial is None else "NA" for partial in rule.partials]
    if edges.count("NA") > 2:
        edges = [edge[-1] for edge in edges]
    return [kinds for kinds in map("".join, product(*edges)) if "A" in kinds]
