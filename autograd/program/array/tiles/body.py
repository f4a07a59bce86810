"""Functions over a tile in LLVM's language: what loops, loads and stores look like.

A tile is up to 64 rows of a batch. Each number of a row has an address, where the rows' numbers lie
side by side in groups of eight; ``%width`` is how many bytes an address has, ``%groups`` how many
groups. What the batch shares stays in the arrays that the caller gave.
Next: :mod:`autograd.program.array.tiles.elements`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from autograd.ops.expr import Expr
from autograd.ops.op import OPS
from autograd.program.loop.lanes.vectors import VECTOR, LaneBody, lane_declarations
from autograd.program.loop.native.emit import INTRINSICS, Values, called
from autograd.program.loop.row_sums import LANES

__all__ = ["SIGNATURE", "ZERO", "NotTiled", "TileBody", "tile_declarations"]

SIGNATURE = "(ptr %p, ptr %m, ptr %args, ptr %grads, i64 %groups, i64 %width)"
"""Of a statement's function: its numbers, the tile, arrays that are shared, and their gradients."""
ZERO = "zeroinitializer"
FUSED, SUM = "llvm.fmuladd.v8f64", "llvm.vector.reduce.fadd.v8f64"

Step = Callable[[str, list[str]], Sequence[str]]


class NotTiled(Exception):
    """A program has something that is not done tile by tile."""


def tile_declarations() -> list[str]:
    """What functions over a tile call."""
    return [
        *lane_declarations(),
        f"declare {VECTOR} @{FUSED}({VECTOR}, {VECTOR}, {VECTOR})",
        f"declare double @{SUM}(double, {VECTOR})",
    ]


class TileBody(LaneBody):
    """Lines of a function over a tile."""

    def statement(self, name: str) -> str:
        """The finished function of a statement."""
        self.do("ret void")
        return self.function(f"void @{name}{SIGNATURE}")

    def parameter(self, index: int, kind: str = "i64") -> str:
        """One of the numbers that the function is called with."""
        place = self.set(f"getelementptr i64, ptr %p, i64 {index}")
        return self.set(f"load {kind}, ptr {place}")

    def shared(self, array: str, which: str) -> str:
        """The address of an array that the batch shares."""
        place = self.set(f"getelementptr ptr, ptr {array}, i64 {which}")
        return self.set(f"load ptr, ptr {place}")

    def repeat(self, count: str, step: Step, start: Sequence[str] = ()) -> list[str]:
        """Run ``step(index, numbers)`` so many times; what it returns are the next numbers."""
        head, again, after = self.label(), self.label(), self.label()
        index, following, truth = self.name(), self.name(), self.name()
        numbers, before = [self.name() for _ in start], self.block
        self.do(f"br label %{head}")
        self.start(head)
        place = len(self.lines)
        self.do(f"{truth} = icmp ult i64 {index}, {count}")
        self.do(f"br i1 {truth}, label %{again}, label %{after}")
        self.start(again)
        results = step(index, numbers)
        self.do(f"{following} = add i64 {index}, 1")
        self.do(f"br label %{head}")
        rows = [("i64", index, "0", following)]
        rows += [(VECTOR, *row) for row in zip(numbers, start, results)]
        self.lines[place:place] = [
            f"  {name} = phi {kind} [ {first}, %{before} ], [ {again}, %{self.block} ]"
            for kind, name, first, again in rows
        ]
        self.start(after)
        return numbers

    def sum_of(self, base: str, *terms: tuple[str, str]) -> str:
        """base + each index × its stride."""
        for index, stride in terms:
            base = self.set(f"add i64 {base}, {self.set(f'mul i64 {index}, {stride}')}")
        return base

    def place(self, address: str, group: str) -> str:
        """Where a group of rows' numbers of an address lie."""
        at = self.set(f"mul i64 {address}, %width")
        at = self.set(f"add i64 {at}, {self.set(f'shl i64 {group}, 6')}")
        return self.set(f"getelementptr i8, ptr %m, i64 {at}")

    def lanes(self, address: str, group: str) -> str:
        """Those numbers."""
        return self.vector(self.place(address, group))

    def splat(self, number: str) -> str:
        """A number in every lane."""
        one = self.set(f"insertelement {VECTOR} poison, double {number}, i64 0")
        return self.set(
            f"shufflevector {VECTOR} {one}, {VECTOR} poison, <{LANES} x i32> zeroinitializer"
        )

    def plus(self, a: str, b: str) -> str:
        """a + b."""
        return self.set(f"fadd {VECTOR} {a}, {b}")

    def fused(self, a: str, b: str, total: str) -> str:
        """a·b + total, rounded once where the processor can."""
        typed = ", ".join(f"{VECTOR} {x}" for x in (a, b, total))
        return self.set(f"call {VECTOR} @{FUSED}({typed})")

    def total(self, numbers: str) -> str:
        """The sum of all lanes."""
        return self.set(f"call reassoc double @{SUM}(double 0.0, {VECTOR} {numbers})")

    def products(self, array: str, count: str, factor: str | None = None) -> str:
        """The sum of so many numbers of an array times a factor, or of their squares, in lanes."""

        def block(n: str, totals: list[str]) -> list[str]:
            place = self.slot(array, self.set(f"shl i64 {n}, 3"))
            numbers = self.set(f"load {VECTOR}, ptr {place}, align 8")
            return [self.fused(numbers, factor or numbers, totals[0])]

        def single(n: str, totals: list[str]) -> list[str]:
            number = self.load(array, self.set(f"add i64 {whole}, {n}"))
            numbers = self.set(f"insertelement {VECTOR} {ZERO}, double {number}, i64 0")
            return [self.fused(numbers, factor or numbers, totals[0])]

        blocks = self.set(f"lshr i64 {count}, 3")
        whole = self.set(f"shl i64 {blocks}, 3")
        totals = self.repeat(blocks, block, [ZERO])
        totals = self.repeat(self.set(f"and i64 {count}, 7"), single, totals)
        return totals[0]

    def add_at(self, place: str, number: str) -> None:
        """Add to the numbers of a group."""
        self.store(self.plus(self.vector(place), number), place)

    def _expr(self, expr: Expr, values: Values) -> str:
        function = getattr(OPS.get(expr.op), "function", None)
        if function is not None and expr.op not in {*INTRINSICS, *(op.name for op in called())}:
            raise NotTiled(expr.op)  # of floats, without a form of machine code
        return super()._expr(expr, values)
