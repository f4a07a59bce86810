"""Write functions in LLVM's language: numbered temporaries, blocks, loops, and expressions.

Next: :mod:`autograd.program.loop.native.interpreter` writes the loop executor's interpreter with
it.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from autograd.graph import consumers, topological_order
from autograd.ops.expr import Expr, Operand, inner_exprs
from autograd.ops.ieee import IEEE
from autograd.ops.op import OPS, Op
from autograd.program.loop.native.rows import EXTREMES
from autograd.program.loop.native.sides import cost, sides_of, usual
from autograd.program.loop.native.symbols import ARITHMETIC, COMPARISONS, RARELY, USUALLY, symbol

__all__ = ["Body", "Place", "Values"]


BRANCH = 6
"""Operations that take less time than a wrong guess of where a branch goes."""


class Place(NamedTuple):
    """What a cell holds: a number, or one relative to another that is known when code runs."""

    number: int
    relative: bool


class Values(dict[Expr, str]):
    """The numbers of parts of expressions, and ``shared`` parts yet to be computed, by the side of
    a choice that needs them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.shared: defaultdict[tuple[Expr, int] | None, list[Expr]] = defaultdict(list)


class Body:
    """Lines of one function: numbered temporaries, blocks, and expressions lowered to both."""

    number = "double"
    """The type of what expressions compute,"""
    truth = "i1"
    """and of what comparisons do."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.block = "entry"
        self.offset = 0
        """Where the present row begins, in cells of ``%code``."""
        self.places: Mapping[int, Place] = {}
        """What is known now of those cells."""
        self.base = ""
        """The number that some cells are known to be at a distance from."""
        self._count = 0

    def name(self) -> str:
        """A fresh name."""
        self._count += 1
        return f"%t{self._count}"

    def set(self, text: str) -> str:
        """Append an instruction and return the name of its result."""
        name = self.name()
        self.lines.append(f"  {name} = {text}")
        return name

    def do(self, text: str) -> None:
        """Append an instruction without a result."""
        self.lines.append(f"  {text}")

    def label(self) -> str:
        """A fresh label."""
        self._count += 1
        return f"l{self._count}"

    def start(self, label: str) -> None:
        """Begin the block of this label."""
        self.lines.append(f"{label}:")
        self.block = label

    def cell(self, index: int, code: str = "%code") -> str:
        """A cell of the row, as an index."""
        known = self.places.get(index + self.offset) if code == "%code" else None
        if known is not None:
            number = str(known.number)
            return self.set(f"add i64 {self.base}, {number}") if known.relative else number
        return self.cells(code, str(index + (self.offset if code == "%code" else 0)))

    def cells(self, pointer: str, index: str) -> str:
        """A number of an array of 32-bit integers, as an index."""
        place = self.set(f"getelementptr i32, ptr {pointer}, i64 {index}")
        return self.set(f"zext i32 {self.set(f'load i32, ptr {place}')} to i64")

    def slot(self, array: str, index: str) -> str:
        """The address of a number in an array."""
        return self.set(f"getelementptr double, ptr {array}, i64 {index}")

    def load(self, array: str, index: str) -> str:
        """A number of an array."""
        return self.set(f"load double, ptr {self.slot(array, index)}")

    def add_to(self, array: str, index: str, number: str) -> None:
        """Add to a number of an array."""
        place = self.slot(array, index)
        total = self.set(f"fadd double {self.set(f'load double, ptr {place}')}, {number}")
        self.do(f"store double {total}, ptr {place}")

    def loop(self, count: str, step: Callable[[str, str], str], start: str = "0.0") -> str:
        """Run ``step(index, number)`` so many times; its results become the next number."""
        head, again, after = self.label(), self.label(), self.label()
        index, number = self.name(), self.name()
        following = self.name()
        before = self.block
        self.do(f"br label %{head}")
        self.start(head)
        place = len(self.lines)
        truth = self.name()
        self.do(f"{truth} = icmp ult i64 {index}, {count}")
        self.do(f"br i1 {truth}, label %{again}, label %{after}")
        self.start(again)
        result = step(index, number)
        self.do(f"{following} = add i64 {index}, 1")
        self.do(f"br label %{head}")
        self.lines[place:place] = [
            f"  {index} = phi i64 [ 0, %{before} ], [ {following}, %{self.block} ]",
            f"  {number} = phi double [ {start}, %{before} ], [ {result}, %{self.block} ]",
        ]
        self.start(after)
        return number

    def exprs(self, exprs: Sequence[Operand], variables: Mapping[str, str]) -> list[str]:
        """Lower expressions: parts that are used twice first, the others where they are used; what
        one side of a choice needs, there.
        """
        order = topological_order([x for x in exprs if isinstance(x, Expr)], inner_exprs)
        uses = consumers(order, inner_exprs)
        uses.update(x for x in exprs if isinstance(x, Expr))
        sides = sides_of(order, exprs, lambda expr: expr.op == "where")
        values = Values()
        for expr in order:
            if expr.op == "var":
                values[expr] = variables[str(expr.operands[0])]
            elif uses[expr] > 1:
                side = sides[expr]
                values.shared[side and side[:2]].append(expr)
        self._compute(None, values)
        return [self._value(x, values) for x in exprs]

    def _compute(self, side: tuple[Expr, int] | None, values: Values) -> None:
        """What this side alone needs, and more than once."""
        for expr in values.shared[side]:
            values[expr] = self._expr(expr, values)

    def _value(self, expr: Operand, values: Values) -> str:
        if not isinstance(expr, Expr):
            return self.literal(expr)
        return values[expr] if expr in values else self._expr(expr, values)

    def literal(self, number: float) -> str:
        """A constant: the bits of the float."""
        return f"0x{struct.unpack('<Q', struct.pack('<d', number))[0]:016X}"

    def _expr(self, expr: Expr, values: Values) -> str:
        if expr.op == "where":
            return self._apart(expr, values) or self._where(expr, values)
        if parts := usual(expr):
            truth, *others = [self._value(x, values) for x in parts]
            for other in others:
                truth = self.set(f"and {self.truth} {truth}, {other}")
            return truth
        operands = [self._value(x, values) for x in expr.operands]
        if expr.op in ARITHMETIC:
            return self.set(f"{ARITHMETIC[expr.op]} {self.number} {', '.join(operands)}")
        if expr.op in COMPARISONS:
            return self.set(f"fcmp {COMPARISONS[expr.op]} {self.number} {', '.join(operands)}")
        if expr.op == "neg":
            return self.set(f"fneg {self.number} {operands[0]}")
        if expr.op in EXTREMES:
            return self._extreme(expr, *operands)
        if expr.op not in IEEE:  # another primitive, by its rule
            return self.exprs(
                [OPS[expr.op].value_expr], dict(zip(OPS[expr.op].variables, operands))
            )[0]
        typed = ", ".join(f"{self.number} {x}" for x in operands)
        return self.set(f"call {self.number} @{self.symbol(OPS[expr.op])}({typed})")

    def symbol(self, op: Op) -> str:
        """The name that a primitive's function is called by."""
        return symbol(op)

    def select(self, truth: str, yes: str, no: str) -> str:
        """The one number or the other."""
        return self.set(f"select {self.truth} {truth}, {self.number} {yes}, {self.number} {no}")

    def _extreme(self, expr: Expr, a: str, b: str) -> str:
        """The larger or smaller of two, at ties the first, by the processor's own instruction,
        which gives the first if either is NaN.
        """
        beyond = self.set(f"fcmp {EXTREMES[expr.op]} {self.number} {b}, {a}")
        found = self.select(beyond, b, a)
        if not isinstance(expr.operands[1], Expr):
            return found
        return self.select(self.set(f"fcmp uno {self.number} {b}, {b}"), b, found)

    def _where(self, expr: Expr, values: Values) -> str:
        """A branch, so that only what is chosen is computed, but where both sides cost less than
        a branch that goes the way that the processor did not expect; one that it expects is free.
        """
        truth = self.condition(expr, values)
        short = max(cost(x, values) for x in expr.operands[1:]) <= BRANCH
        if short and not usual(expr.operands[0]):
            return self.select(truth, *(self.side(expr, which, values) for which in (1, 2)))
        yes, no, after = self.label(), self.label(), self.label()
        expected = USUALLY if usual(expr.operands[0]) else ""
        self.do(f"br i1 {truth}, label %{yes}, label %{no}{expected}")
        sources = []
        for label, which in ((yes, 1), (no, 2)):
            self.start(label)
            value = self.side(expr, which, values)
            sources.append(f"[ {value}, %{self.block} ]")
            self.do(f"br label %{after}")
        self.start(after)
        return self.set(f"phi double {', '.join(sources)}")

    def _apart(self, expr: Expr, values: Values) -> str | None:
        """A choice of the same where a < b and where a > b: one comparison; None if it is none."""
        condition, same, inner = expr.operands
        if not isinstance(inner, Expr) or inner.op != "where" or inner in values:
            return None
        other, again, rest = inner.operands
        alike = same is again if isinstance(same, Expr) else repr(same) == repr(again)
        orders = getattr(condition, "op", ""), getattr(other, "op", "")
        if (
            not alike
            or orders != ("lt", "gt")
            or max(cost(x, values) for x in (same, rest)) > BRANCH
        ):
            return None
        if any(x is not y for x, y in zip(condition.operands, other.operands)):
            return None
        a, b = [self._value(x, values) for x in condition.operands]
        truth = self.set(f"fcmp ueq {self.number} {a}, {b}")
        return self.select(truth, self._value(rest, values), self._value(same, values))

    def condition(self, choice: Expr, values: Values) -> str:
        """Whether a choice holds; of a number, whether it is not zero."""
        condition = choice.operands[0]
        truth = self._value(condition, values)
        if getattr(condition, "op", "") in COMPARISONS:
            return truth
        return self.set(f"fcmp une {self.number} {truth}, {self.literal(0.0)}")

    def unless(self, guard: str, step: Callable[[], Sequence[str]]) -> list[str]:
        """What a step gives where a number is not 1, as it is as a rule."""
        some, after, start = self.label(), self.label(), self.block
        needed = self.set(f"fcmp ule double {guard}, 0.0")
        self.do(f"br i1 {needed}, label %{some}, label %{after}{RARELY}")
        self.start(some)
        found, last = step(), self.block
        self.do(f"br label %{after}")
        self.start(after)
        return [self.set(f"phi double [ {x}, %{last} ], [ 0.0, %{start} ]") for x in found]

    def side(self, choice: Expr, which: int, values: Values) -> str:
        """What a choice gives on one side, computed here."""
        self._compute((choice, which), values)
        return self._value(choice.operands[which], values)

    def jump(self, opcode: str, arguments: str) -> None:
        """Go to the function of an opcode, and never come back."""
        place = self.set(f"getelementptr ptr, ptr %ops, i64 {opcode}")
        self.do(f"musttail call void {self.set(f'load ptr, ptr {place}')}({arguments})")
        self.do("ret void")

    def function(self, head: str) -> str:
        """The finished function."""
        return "\n".join([f"define {head} nounwind {{", "entry:", *self.lines, "}"])
