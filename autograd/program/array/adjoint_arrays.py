"""The arrays of adjoints in generated source: what is added to which part of which block.

All contributions to a block are known before the first is written. If each covers the whole block
the adjoint is their sum; otherwise it is an array of which they fill or increase parts, through
views where the operand was a view. Next: :mod:`autograd.program.array.reverse`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from autograd.arrays import Array
from autograd.program.array import kernels
from autograd.program.array.writer import Writer
from autograd.program.statements.layout import Gather, Joined, Literal, Operand, View

__all__ = ["Adjoints", "blocks_of"]

Shape = tuple[int, ...]


class Target(NamedTuple):
    """Part of a block that a contribution goes to."""

    block: int
    index: Array  # type: ignore[assignment]  # no tuple's method
    """Positions in the block; without repetition for a view."""
    view: View | None
    at: Array | None
    """Which of the operand's numbers go there, if not all."""


def targets_of(operand: Operand) -> Iterator[Target]:
    """The parts of blocks that an operand reads."""
    if isinstance(operand, View):
        index = operand.positions().reshape(-1)
        injective = len(np.unique(index)) == len(index)  # windows that overlap are not
        if injective:
            yield Target(operand.block, index, operand, None)
        else:
            yield Target(operand.block, _positions(operand), None, None)
    elif isinstance(operand, Gather):
        yield Target(operand.block, operand.index.reshape(-1), None, None)
    elif isinstance(operand, Joined):
        for part in operand.parts:
            yield Target(part.block, part.index, None, part.at)


def _positions(view: View) -> Array:
    return np.broadcast_to(view.positions(), view.shape).reshape(-1)


def blocks_of(operand: Operand) -> list[int]:
    """The blocks an operand reads."""
    if isinstance(operand, Joined):
        return [part.block for part in operand.parts]
    return [] if isinstance(operand, Literal) else [operand.block]


class Adjoints:
    """The adjoints of the blocks that matter, while the source of a reverse pass is written."""

    def __init__(self, writer: Writer, needed: set[int]) -> None:
        self.writer = writer
        self.needed = needed
        self._expected: dict[int, list[Target]] = {}
        self._covered: dict[int, Array] = {}
        self._borrowed: set[int] = set()
        self.numbers: dict[int, str] = {}
        """Blocks of which every number has the same adjoint, which is this text."""

    def expect(self, operand: Operand) -> None:
        """Announce a contribution; all of them, before the first is written."""
        for target in targets_of(operand):
            if target.block in self.needed:
                self._expected.setdefault(target.block, []).append(target)

    def expects(self, block: int) -> bool:
        """Whether anything is added to the adjoint of a block."""
        return block in self._expected

    def gradient(self, block: int) -> str:
        """Text of a finished adjoint, as an array of its own."""
        if block in self.numbers:
            return f"np.full({self._shape(block)}, {self.numbers[block]}, dtype)"
        if block not in self._expected:
            return f"np.zeros({self._shape(block)}, dtype)"
        return f"d{block}.copy()" if block in self._borrowed else f"d{block}"

    def add_number(self, operand: Operand, text: str, batched: bool) -> None:
        """Write the addition of one number to all that an operand read.

        If nothing else reads that block, it stays a number, which saves an array.
        """
        if isinstance(operand, View) and operand.block in self.needed:
            (target, *others), block = self._expected[operand.block], operand.block
            alike = operand.shape == operand.own_shape and self.writer.is_batched[block] == batched
            if alike and not others and self._is_whole(target):
                self.numbers[block] = text
                return
        full = self.writer.shape(operand.shape, batched)
        self.add(operand, f"np.full({full}, {text}, dtype)", batched)

    def fill(self, block: int) -> None:
        """Write the array of a block's adjoints, if they are one number so far."""
        if block in self.numbers:
            number = self.numbers.pop(block)
            self.writer.line(f"d{block} = np.full({self._shape(block)}, {number}, dtype)")
            self._covered[block] = np.ones(1, dtype=bool)

    def add(
        self,
        operand: Operand,
        text: str,
        batched: bool,
        *,
        shape: Shape | None = None,
        into: Callable[[str], str] | None = None,
    ) -> None:
        """Write the addition of an array to what an operand read.

        ``batched`` says whether it has a batch axis in front of its ``shape``, which is the
        operand's unless told. ``into``, if given, is the text that writes the array into a named
        place instead.
        """
        shape = operand.shape if shape is None else shape
        if isinstance(operand, Joined):
            text = self.writer.name(text)
        for target in targets_of(operand):
            if target.block not in self.needed:
                continue
            if target.view is not None:
                self._add_to_view(target, target.view, text, shape, batched, into)
            else:
                self._scatter(target, operand.shape, shape, text, batched)

    def _shape(self, block: int) -> str:
        size = self.writer.form.blocks[block].size
        return self.writer.shape((size,), self.writer.is_batched[block])

    def _is_whole(self, target: Target) -> bool:
        """Whether a contribution is one number for each of the block's, in order."""
        size = self.writer.form.blocks[target.block].size
        index = target.index
        return (
            target.view is not None
            and len(index) == size
            and bool((index == np.arange(size)).all())
        )

    def _add_to_view(
        self,
        target: Target,
        view: View,
        text: str,
        shape: Shape,
        batched: bool,
        into: Callable[[str], str] | None,
    ) -> None:
        writer, block = self.writer, target.block
        own = writer.is_batched[block]
        lost = [i for i, (n, m) in enumerate(zip(view.shape, view.own_shape)) if n != m]
        axes = tuple([0] * (batched and not own) + [i + batched for i in lost])
        if axes:
            text = writer.reshaped(text, view.shape, batched, shape)
            axis = axes[0] if len(axes) == 1 else axes
            into = None if lost else f"fold_add({text}, {axis}, None, {{}})".format
            text = f"fold_add({text}, {axis})"
            shape = tuple([n for i, n in enumerate(view.shape) if i not in lost])
        if all(map(self._is_whole, self._expected[block])):
            self._add_whole(block, writer.reshaped(text, (len(target.index),), own, shape))
            return
        text = writer.reshaped(text, view.own_shape, own, shape)
        started = self._start(block)
        covered = self._covered[block]
        place = writer.view(f"d{block}", view)
        if started and covered[target.index].any():
            writer.line(f"{place} += {text}")
        elif into is not None:
            writer.line(into(place))
        else:
            writer.line(f"{place}[...] = {text}")
        covered[target.index] = True

    def _add_whole(self, block: int, text: str) -> None:
        if block in self._covered:
            self.writer.line(f"d{block} = d{block} + {text}")
            self._borrowed.discard(block)
            return
        self._covered[block] = np.ones(1, dtype=bool)
        self.writer.line(f"d{block} = {text}")
        if text.isidentifier() or ".reshape(" in text:
            self._borrowed.add(block)  # the array may be another block's adjoint

    def _start(self, block: int) -> bool:
        """Write the making of an adjoint's array, unless it exists; whether it did."""
        if block in self._covered:
            return True
        size = self.writer.form.blocks[block].size
        made = "empty" if _fills(self._expected[block], size) else "zeros"
        self.writer.line(f"d{block} = np.{made}({self._shape(block)}, dtype)")
        self._covered[block] = np.zeros(size, dtype=bool)
        return False

    def _scatter(
        self, target: Target, wanted: Shape, shape: Shape, text: str, batched: bool
    ) -> None:
        writer, block = self.writer, target.block
        self._start(block)
        flat = writer.name(writer.reshaped(text, (int(np.prod(wanted)),), batched, shape))
        if target.at is not None:
            flat = writer.name(f"{flat}[..., {writer.once_constant(target.at)}]")
        if batched and not writer.is_batched[block]:
            flat = f"fold_add({flat}, 0)"
        index = target.index
        if len(np.unique(index)) == len(index):
            writer.line(f"d{block}[..., {writer.once_constant(index)}] += {flat}")
        else:
            writer.scope["add_at"] = kernels.add_at
            plan = writer.constant(kernels.scatter_plan(index))
            writer.line(f"add_at(d{block}, {plan}, {flat})")
        self._covered[block][index] = True


def _fills(targets: list[Target], size: int) -> bool:
    """Whether views, in this order, set every number before any is increased."""
    covered = np.zeros(size, dtype=bool)
    for target in targets:
        met = covered[target.index]
        if target.view is None or (met.any() and not met.all()):
            return False
        covered[target.index] = True
    return bool(covered.all())
