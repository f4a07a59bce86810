"""Functions for statements element by element, and along an axis, forward and in reverse.

Where operands lie is not part of a function: tables say it for every element. So one function
serves a primitive in every program, and is compiled once. Kinds of operands: "L" lies in the tile,
"S" in an array that the batch shares, "T" is a table of constants. What happens to an operand's
adjoint: "S" sets it, "A" adds to it, "N" nothing; of an array that is shared, the sum over the
rows is added. Next: :mod:`autograd.program.array.tiles.products`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from autograd.ops.expr import Expr, Operand, bottom_up
from autograd.program.array.tiles.body import ZERO, TileBody
from autograd.program.loop.lanes.vectors import VECTOR

__all__ = ["HEAD", "Elementwise", "Lengthwise"]

HEAD = 4
"""Numbers before the operands': how many elements, the result's address, the distance to adjoints,
and how long an axis is. Each operand has its table, and which array that is shared it is in.
"""
FOLDED = {"fold_add": 0.0, "fold_mul": 1.0, "fold_maximum": -float("inf"),
          "fold_minimum": float("inf")}  # fmt: skip

Read = Callable[[str], str]


class _Reader:
    """How the operands of an element are read, and their adjoints written."""

    def __init__(self, body: TileBody, kinds: str, distance: str) -> None:
        self.body, self.kinds, self.distance = body, kinds, distance
        self.tables = [body.parameter(HEAD + 2 * i, "ptr") for i in range(len(kinds))]
        self.which = [body.parameter(HEAD + 2 * i + 1) for i in range(len(kinds))]
        self.arrays = [
            body.shared("%args", which) if kind == "S" else ""
            for kind, which in zip(kinds, self.which)
        ]

    def at(self, operand: int, element: str) -> tuple[str, Read]:
        """The address of an operand, and a function from the eights of rows to its numbers."""
        body, table, kind = self.body, self.tables[operand], self.kinds[operand]
        if kind == "T":
            own = body.set(f"getelementptr double, ptr {table}, i64 {element}")
            constant = body.splat(body.set(f"load double, ptr {own}"))
            return "", lambda eight: constant
        place = body.set(f"getelementptr i64, ptr {table}, i64 {element}")
        address = body.set(f"load i64, ptr {place}")
        if kind == "L":
            return address, lambda eight: body.lanes(address, eight)
        number = body.splat(body.load(self.arrays[operand], address))
        return address, lambda eight: number

    def add(self, mode: str, address: str, eight: str, number: str) -> None:
        """Set an operand's adjoint in the tile, or add to it."""
        body = self.body
        place = body.place(body.set(f"add i64 {address}, {self.distance}"), eight)
        if mode == "S":
            body.store(number, place)
        else:
            body.add_at(place, number)

    def add_total(self, operand: int, address: str, total: str) -> None:
        """Add to the gradient of an array that is shared."""
        array = self.body.shared("%grads", self.which[operand])
        self.body.add_to(array, address, self.body.total(total))


def _times(body: TileBody, upstream: str, partial: Operand, text: str) -> str:
    if isinstance(partial, float) and partial == 1.0:
        return upstream
    return body.set(f"fmul {VECTOR} {upstream}, {text}")


class Elementwise(NamedTuple):
    """A primitive element by element; with modes, what it does to adjoints."""

    value: Operand
    partials: tuple[Operand, ...]
    kinds: str
    modes: str
    numbers: str
    """What LLVM calls those of the tile and of arrays."""

    def text(self, name: str) -> str:
        """The function."""
        body = TileBody(self.numbers)
        count, out, distance = (body.parameter(i) for i in range(3))
        reader = _Reader(body, self.kinds, distance)

        def element(i: str) -> None:
            found = [reader.at(j, i) for j in range(len(self.kinds))]
            result = body.set(f"add i64 {out}, {i}")
            if self.modes:
                self._back(reader, found, result)
            else:
                body.each(body.eights(), lambda e: self._forward(body, found, result, e))

        body.each(count, element)
        return body.statement(name)

    def _forward(
        self, body: TileBody, found: Sequence[tuple[str, Read]], result: str, eight: str
    ) -> None:
        variables = {f"x{j}": read(eight) for j, (_, read) in enumerate(found)}
        (number,) = body.exprs([self.value], variables)
        body.store(number, body.place(result, eight))

    def _back(self, reader: _Reader, found: Sequence[tuple[str, Read]], result: str) -> None:
        body = reader.body
        wanted = [j for j, mode in enumerate(self.modes) if mode != "N"]
        summed = [j for j in wanted if self.kinds[j] == "S"]

        def eight(e: str, totals: list[str]) -> list[str]:
            variables = {f"x{j}": read(e) for j, (_, read) in enumerate(found)}
            variables["out"] = body.lanes(result, e)
            upstream = body.lanes(body.set(f"add i64 {result}, {reader.distance}"), e)
            texts = body.exprs([self.partials[j] for j in wanted], variables)
            after: list[str] = []
            for j, text in zip(wanted, texts):
                number = _times(body, upstream, self.partials[j], text)
                if j in summed:
                    after.append(body.plus(totals[len(after)], number))
                else:
                    reader.add(self.modes[j], found[j][0], e, number)
            return after

        totals = body.repeat(body.eights(), eight, [ZERO] * len(summed))
        for j, total in zip(summed, totals):
            reader.add_total(j, found[j][0], total)


class Lengthwise(NamedTuple):
    """A primitive of any number of operands along an axis: a formula with folds of x (and y)."""

    value: Operand
    partials: tuple[Operand, ...]
    kinds: str
    modes: str
    numbers: str
    """What LLVM calls those of the tile and of arrays."""

    def text(self, name: str) -> str:
        """The function."""
        body = TileBody(self.numbers)
        count, out, distance, length = (body.parameter(i) for i in range(4))
        reader = _Reader(body, self.kinds, distance)

        def element(i: str) -> None:
            first = body.set(f"mul i64 {i}, {length}")
            result = body.set(f"add i64 {out}, {i}")

            def each(eight: str) -> None:
                axis = _Axis(reader, length, first, eight)
                if self.modes:
                    self._back(axis, result)
                else:
                    (number,) = body.exprs(axis.folded([self.value]), axis.folds)
                    body.store(number, body.place(result, eight))

            body.each(body.eights(), each)

        body.each(count, element)
        return body.statement(name)

    def _back(self, axis: _Axis, result: str) -> None:
        body, reader = axis.reader.body, axis.reader
        wanted = [j for j, mode in enumerate(self.modes) if mode != "N"]
        axis.folds["out"] = body.lanes(result, axis.eight)
        partials = axis.folded([self.partials[j] for j in wanted])
        upstream = body.lanes(body.set(f"add i64 {result}, {reader.distance}"), axis.eight)

        def each(c: str) -> None:
            addresses, variables = axis.at(c)
            texts = body.exprs(partials, variables)
            for j, partial, text in zip(wanted, partials, texts):
                number = _times(body, upstream, partial, text)
                reader.add(self.modes[j], addresses[j], axis.eight, number)

        body.each(axis.length, each)


class _Axis:
    """The operands of one element and eight rows, along their axis."""

    def __init__(self, reader: _Reader, length: str, first: str, eight: str) -> None:
        self.reader, self.length, self.first, self.eight = reader, length, first, eight
        self.folds: dict[str, str] = {}
        """Variables that are known for the whole axis."""
        self._done: dict[Expr, Operand] = {}

    def at(self, index: str) -> tuple[list[str], dict[str, str]]:
        """Addresses and numbers of the operands at a place of the axis."""
        element = self.reader.body.set(f"add i64 {self.first}, {index}")
        found = [self.reader.at(j, element) for j in range(len(self.reader.kinds))]
        numbers = dict(zip("xy", [read(self.eight) for _, read in found]))
        return [address for address, _ in found], {**self.folds, **numbers}

    def folded(self, exprs: Sequence[Operand]) -> list[Operand]:
        """The expressions with variables for their folds, which are computed here."""

        def step(expr: Expr, operands: list[Operand]) -> Operand:
            if expr.op not in FOLDED:
                return expr if expr.op == "var" else Expr(expr.op, *operands)
            name = f"fold{len(self.folds)}"
            self.folds[name] = self._fold(expr.op, operands[0])
            return Expr("var", name)

        return bottom_up(exprs, step, self._done)

    def _fold(self, op: str, inner: Operand) -> str:
        body = self.reader.body

        def each(c: str, totals: list[str]) -> list[str]:
            _, variables = self.at(c)
            (number,) = body.exprs([inner], variables)
            pair = {"a": totals[0], "b": number}
            joined = Expr(op.removeprefix("fold_"), Expr("var", "a"), Expr("var", "b"))
            return body.exprs([joined], pair)

        return body.repeat(self.length, each, [body.literal(FOLDED[op])])[0]
