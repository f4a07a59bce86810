"""Results: what a function returned as one array or several, and its structure for other numbers.

Next: :mod:`autograd.program.calls`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from autograd.nested import too_deep
from autograd.program.structures import HOLE, Shape, each, plain
from autograd.program.tape.lower import flatten

if TYPE_CHECKING:
    from autograd.arrays import Array
    from autograd.nested import Nest

__all__ = ["Result"]


class Result:
    """What a recorded function returned: its numbers in a row, and how to put others in place."""

    __slots__ = ("_like", "_shapes", "_whole", "numbers", "output", "shape")

    def __init__(self, output: Nest, what: str) -> None:
        self.numbers: list[Any] = []
        self._shapes: list[Shape] = []
        try:
            self._like = each(output, lambda block: self._noted(block, what))
        except RecursionError:
            raise too_deep(what) from None
        self._whole = plain(output) is not None
        self.output: Any = output if self._whole else self.numbers
        """What the tape returns: an array, or all numbers in a row."""
        self.shape = self._shapes[0] if self._whole else (len(self.numbers),)

    def release(self) -> Result:
        """Forget the Values, and with them the graph; structure and shapes remain."""
        self.numbers, self.output = [], None
        return self

    def _noted(self, block: Nest, what: str) -> Any:
        numbers, shape = flatten(block, what)
        self.numbers += numbers
        self._shapes.append(shape)
        return HOLE

    def split(self, values: Array, axes: Shape = (), *, batched: bool = False) -> list[Any]:
        """The arrays of the structure, from the program's output, with ``axes`` behind its own."""
        if self._whole:
            return [values]
        blocks = []
        start = 0
        for shape in self._shapes:
            stop = start + prod(shape)
            part = values[:, start:stop] if batched else values[start:stop]
            front = (len(values),) if batched else ()
            blocks.append(part.reshape((*front, *shape, *axes))[()])
            start = stop
        return blocks

    def placed(self, blocks: Sequence[Nest]) -> Any:
        """The structure with these in place of its arrays."""
        left = iter(blocks)
        return each(self._like, lambda _: next(left))

    def filled(self, values: Array, *, batched: bool = False) -> Any:
        """The structure with the program's output in it."""
        if self._whole:
            return values
        return self.placed(self.split(values, batched=batched))
