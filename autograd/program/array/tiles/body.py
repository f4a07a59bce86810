"""Functions over a tile in LLVM's language: what loops, loads and stores look like.

A tile is up to 64 rows of a batch. Each number of a row has an address, where the rows' numbers lie
side by side in groups of 64 bytes: eight in double precision, sixteen in single. ``%width`` is how
many bytes an address has, ``%groups`` how many groups, an even number. What the batch shares stays
in the arrays that the caller gave. Products compute with whole groups as they are, all else in
double precision, with eight numbers.
Next: :mod:`autograd.program.array.tiles.elements`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from autograd.ops.expr import Expr
from autograd.ops.op import OPS
from autograd.program.loop.lanes.vectors import VECTOR, LaneBody, lane_declarations
from autograd.program.loop.native.emit import Values
from autograd.program.loop.native.symbols import INTRINSICS, called
from autograd.program.loop.row_sums import LANES

__all__ = [
    "GROUP", "KINDS", "MOST_ROWS", "SIGNATURE", "ZERO", "NotTiled", "TileBody",
    "tile_declarations",
]  # fmt: skip

SIGNATURE = "(ptr %p, ptr %m, ptr %args, ptr %grads, i64 %groups, i64 %width)"
"""Of a statement's function: its numbers, the tile, arrays that are shared, and their gradients."""
ZERO = "zeroinitializer"
KINDS = {"float64": "double", "float32": "float"}
"""What LLVM calls the numbers of a dtype."""
MOST_ROWS = 64
"""Of a tile."""
GROUP = 64
"""Bytes."""
FUSED, SUM = "llvm.fmuladd", "llvm.vector.reduce.fadd"

Step = Callable[[str, list[str]], Sequence[str]]


class NotTiled(Exception):
    """A program has something that is not done tile by tile."""


def tile_declarations() -> list[str]:
    """What functions over a tile call."""
    return [
        *lane_declarations(),
        *[line for kind in KINDS.values() for line in TileBody(kind).declarations()],
    ]


class TileBody(LaneBody):
    """Lines of a function over a tile with numbers of a kind."""

    def __init__(self, kind: str = "double") -> None:
        super().__init__()
        self.kind = kind
        self.size = {"double": 8, "float": 4}[kind]
        """Bytes of a number."""
        self.count = GROUP // self.size
        """Numbers in a group."""
        self.wide = f"<{self.count} x {kind}>"
        self.eight = f"<{LANES} x {kind}>"
        self.fused_name, self.sum_name = (
            f"{name}.v{self.count}f{8 * self.size}" for name in (FUSED, SUM)
        )

    def declarations(self) -> list[str]:
        """What LLVM is told of its own functions of groups."""
        return [
            f"declare {self.wide} @{self.fused_name}({', '.join([self.wide] * 3)})",
            f"declare {self.kind} @{self.sum_name}({self.kind}, {self.wide})",
        ]

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

    def slot(self, array: str, index: str) -> str:
        """The address of a number in an array."""
        return self.set(f"getelementptr {self.kind}, ptr {array}, i64 {index}")

    def load(self, array: str, index: str) -> str:
        """A number of an array, in double precision."""
        return self.widened(self.set(f"load {self.kind}, ptr {self.slot(array, index)}"), "double")

    def add_to(self, array: str, index: str, number: str) -> None:
        """Add to a number of an array."""
        total = self.set(f"fadd double {self.load(array, index)}, {number}")
        total = self.narrowed(total, "double")
        self.do(f"store {self.kind} {total}, ptr {self.slot(array, index)}")

    def widened(self, number: str, to: str) -> str:
        """A number, or eight, in double precision."""
        if self.kind == "double":
            return number
        return self.set(f"fpext {to.replace('double', self.kind)} {number} to {to}")

    def narrowed(self, number: str, of: str) -> str:
        """A number, or eight, as they lie in the tile."""
        if self.kind == "double":
            return number
        return self.set(f"fptrunc {of} {number} to {of.replace('double', self.kind)}")

    def vector(self, place: str) -> str:
        """Eight numbers of the tile, in double precision."""
        found = self.set(f"load {self.eight}, ptr {place}, align {LANES * self.size}")
        return self.widened(found, VECTOR)

    def store(self, number: str, place: str) -> None:
        """Write eight numbers of the tile."""
        number = self.narrowed(number, VECTOR)
        self.do(f"store {self.eight} {number}, ptr {place}, align {LANES * self.size}")

    def eights(self) -> str:
        """How many times eight rows the tile has."""
        return self.set(f"mul i64 %groups, {self.count // LANES}")

    def each(self, count: str, step: Callable[[str], None]) -> None:
        """``step(index)`` so many times."""

        def again(index: str, _: list[str]) -> list[str]:
            step(index)
            return []

        self.repeat(count, again)

    def repeat(
        self, count: str, step: Step, start: Sequence[str] = (), kind: str = VECTOR
    ) -> list[str]:
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
        rows += [(kind, *row) for row in zip(numbers, start, results)]
        self.lines[place:place] = [
            f"  {name} = phi {type_} [ {first}, %{before} ], [ {again}, %{self.block} ]"
            for type_, name, first, again in rows
        ]
        self.start(after)
        return numbers

    def sum_of(self, base: str, *terms: tuple[str, str]) -> str:
        """base + each index × its stride."""
        for index, stride in terms:
            base = self.set(f"add i64 {base}, {self.set(f'mul i64 {index}, {stride}')}")
        return base

    def place(self, address: str, index: str, rows: int = LANES) -> str:
        """Where an address has its numbers of so many rows, by default of eight."""
        at = self.set(f"mul i64 {address}, %width")
        at = self.sum_of(at, (index, str(rows * self.size)))
        return self.set(f"getelementptr i8, ptr %m, i64 {at}")

    def further(self, place: str, offset: str) -> str:
        """So many bytes further on."""
        return self.set(f"getelementptr i8, ptr {place}, i64 {offset}")

    def lanes(self, address: str, eight: str) -> str:
        """Those numbers."""
        return self.vector(self.place(address, eight))

    def group(self, place: str, *, aligned: bool = True) -> str:
        """A group of numbers, as they are."""
        return self.set(f"load {self.wide}, ptr {place}, align {GROUP if aligned else self.size}")

    def store_group(self, numbers: str, place: str, *, aligned: bool = True) -> None:
        """Write a group of numbers."""
        align = GROUP if aligned else self.size
        self.do(f"store {self.wide} {numbers}, ptr {place}, align {align}")

    def group_of(self, place: str) -> str:
        """A number, as it is, in a whole group."""
        number = self.set(f"load {self.kind}, ptr {place}")
        one = self.set(f"insertelement {self.wide} poison, {self.kind} {number}, i64 0")
        mask = f"<{self.count} x i32> zeroinitializer"
        return self.set(f"shufflevector {self.wide} {one}, {self.wide} poison, {mask}")

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
        """a·b + total for groups, rounded once where the processor can."""
        typed = ", ".join(f"{self.wide} {x}" for x in (a, b, total))
        return self.set(f"call {self.wide} @{self.fused_name}({typed})")

    def total(self, numbers: str) -> str:
        """The sum of all lanes of eight numbers."""
        return self._total(numbers, TileBody())

    def _total(self, numbers: str, of: TileBody) -> str:
        kind = of.kind
        return self.set(f"call reassoc {kind} @{of.sum_name}({kind} 0.0, {of.wide} {numbers})")

    def products(self, array: str, count: str, factor: str | None = None) -> str:
        """The sum of so many numbers of an array times a factor, or of their squares."""

        def block(n: str, totals: list[str]) -> list[str]:
            place = self.slot(array, self.set(f"mul i64 {n}, {self.count}"))
            numbers = self.group(place, aligned=False)
            return [self.fused(numbers, factor or numbers, totals[0])]

        def single(n: str, totals: list[str]) -> list[str]:
            place = self.slot(array, self.set(f"add i64 {whole}, {n}"))
            number = self.set(f"load {self.kind}, ptr {place}")
            numbers = self.set(f"insertelement {self.wide} {ZERO}, {self.kind} {number}, i64 0")
            return [self.fused(numbers, factor or numbers, totals[0])]

        blocks = self.set(f"udiv i64 {count}, {self.count}")
        whole = self.set(f"mul i64 {blocks}, {self.count}")
        totals = self.repeat(blocks, block, [ZERO], self.wide)
        totals = self.repeat(self.set(f"sub i64 {count}, {whole}"), single, totals, self.wide)
        return self.widened(self._total(totals[0], self), "double")

    def add_at(self, place: str, number: str) -> None:
        """Add to the numbers of a group."""
        self.store(self.plus(self.vector(place), number), place)

    def _expr(self, expr: Expr, values: Values) -> str:
        function = getattr(OPS.get(expr.op), "function", None)
        if function is not None and expr.op not in {*INTRINSICS, *(op.name for op in called())}:
            raise NotTiled(expr.op)  # of floats, without a form of machine code
        return super()._expr(expr, values)
