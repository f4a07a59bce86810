"""Marks: dead rectifiers and vanishing gradients, which a recording of training points out.

Next: :mod:`autograd.drawing.page.recorder`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from autograd.drawing.picture.frames import Frame
from autograd.drawing.picture.snapshot import Picture

__all__ = ["Marks", "gathered", "marks_of", "rectifiers_in", "remark"]

RECTIFIERS = ("relu",)
VANISHING = 1e-6
DEAD_FOR = 3

Marks = dict[str, list[int]]


def marks_of(picture: Picture, frames: Sequence[Frame]) -> list[Marks]:
    """For each frame the boxes that are "off", "dead" or "vanishing".

    A rectifier is off where its local derivative is 0. It is dead where it is off for good: in
    every later frame and in the last three at least. A gradient vanishes where it is not 0 but
    below a millionth of the frame's largest one.
    """
    rectifiers = rectifiers_in(picture)
    off = [_off(picture, frame, rectifiers) for frame in frames]
    enough = len(frames) >= DEAD_FOR
    died = _common(off[-DEAD_FOR:]) if enough else set()
    marks: list[Marks] = []
    for frame, here in zip(reversed(frames), reversed(off)):
        died &= here
        sizes = {i: abs(grad) for i, grad in enumerate(frame.grads) if grad}
        limit = VANISHING * max(sizes.values(), default=0.0)
        vanishing = [i for i, size in sizes.items() if size < limit]
        marks.append({"dead": sorted(died), "off": sorted(here - died), "vanishing": vanishing})
    return marks[::-1]


def gathered(marks: Marks, holds: Sequence[Sequence[int]], rectifiers: Collection[int]) -> Marks:
    """Marks of a picture whose boxes hold several of the boxes that these marks are about.

    A box is off or dead if all rectifiers in it are, and its gradient vanishes if the last one's
    in it does, which is its result's.

    >>> gathered({"dead": [1, 2], "off": [5], "vanishing": [3]}, [(0, 1, 2, 3), (4, 5)], [1, 2, 5])
    {'dead': [0], 'off': [1], 'vanishing': [0]}
    """
    dead, silent = set(marks["dead"]), {*marks["dead"], *marks["off"]}
    found: Marks = {"dead": [], "off": [], "vanishing": []}
    for box, inside in enumerate(holds):
        inner = {i for i in inside if i in rectifiers}
        if inner and inner <= silent:
            found["dead" if inner <= dead else "off"].append(box)
        if inside and inside[-1] in marks["vanishing"]:
            found["vanishing"].append(box)
    return found


def remark(marks: Marks) -> str:
    """Marks in words, "" if there are none.

    >>> remark({"dead": [3], "off": [4, 5], "vanishing": []})
    '1 ReLU is dead: off from here to the end. 2 ReLUs are off in this step.'
    """
    dead, off, vanishing = (len(marks[kind]) for kind in ("dead", "off", "vanishing"))
    sentences = []
    if dead:
        sentences.append(f"{_many(dead, 'ReLU')} dead: off from here to the end.")
    if off:
        sentences.append(f"{_many(off, 'ReLU')} off in this step.")
    if vanishing:
        sentences.append(
            f"{_many(vanishing, 'gradient')} vanishing: below a millionth of the largest."
        )
    return " ".join(sentences)


def rectifiers_in(picture: Picture) -> set[int]:
    """The boxes that are off where their operand is not positive."""
    return {box.id for box in picture.boxes if box.op in RECTIFIERS}


def _many(count: int, what: str) -> str:
    return f"1 {what} is" if count == 1 else f"{count} {what}s are"


def _off(picture: Picture, frame: Frame, rectifiers: set[int]) -> set[int]:
    """The rectifiers that pass nothing back."""
    return {
        edge.target
        for edge, passed in zip(picture.edges, frame.edges)
        if passed and passed.local == 0.0 and edge.target in rectifiers
    }


def _common(sets: Iterable[set[int]]) -> set[int]:
    first, *others = sets
    return first.intersection(*others)
