"""Terms: one path of the sum that a derivative is, and how it is written.

Next: :mod:`autograd.drawing.derivation.explanation`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

from autograd.drawing.derivation.factors import Reader
from autograd.drawing.derivation.notation import CHOICE, PRODUCT, TEXT, Style
from autograd.drawing.derivation.paths import Path
from autograd.drawing.formats.text import number
from autograd.engine.value import Value

__all__ = ["Term", "written"]


class Term(Sequence["Value"]):
    """One path as a term of the sum: a sequence of the Values on it, from the result down to x."""

    def __init__(self, path: Path, y: Value, reader: Reader) -> None:
        self.contribution = path.contribution
        self.factors, self.route = reader.read(path)
        self._values = (y, *(step.operand for step in path.steps))

    def __len__(self) -> int:
        return len(self._values)

    @overload
    def __getitem__(self, index: int) -> Value: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Value, ...]: ...
    def __getitem__(self, index: int | slice) -> Value | tuple[Value, ...]:
        return self._values[index]

    def __repr__(self) -> str:
        return f"<path {' ← '.join(self.route)}: {number(self.contribution)}>"


def written(term: Term, *, labelled: bool, style: Style = TEXT) -> list[str]:
    """A term as derivatives by name, as formulas and as numbers, none of them twice."""
    factors = term.factors
    rows = [] if not labelled else [[f and style.derivative(f.upper, f.lower) for f in factors]]
    place = CHOICE if len(factors) == 1 else PRODUCT
    rows.append([f and style.product(f.product, place) for f in factors])
    rows.append([f and style.number(f.value) for f in factors])
    lines = [style.chained(row) for row in rows] + [style.number(term.contribution)]
    if labelled and len(factors) == 1:
        del lines[0]  # it is the left-hand side
    return list(dict.fromkeys(lines))
