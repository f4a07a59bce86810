"""In which runs of a scan's derivatives what is a literal zero, which leads nowhere.

The sources of a derivative come from outside, some of them in some runs only, or are carried from
one run to the next. Each is a bit. Next: :mod:`autograd.functions.scan_backward`.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["Lives"]


class Lives:
    """The sources that are no zeros in each run: all runs are gone through, bit by bit.

    ``given`` says it of sources from outside; of what is carried ``first`` does, before the first
    run, and ``leads`` which sources it has after a run.
    """

    def __init__(
        self,
        given: Sequence[Sequence[bool]],
        first: Sequence[bool],
        leads: Sequence[int],
        count: int,
    ) -> None:
        bits = [1 << index for index in range(len(given) + len(first))]
        carried = bits[len(given) :]
        after: dict[int, int] = {}
        outside: dict[tuple[bool, ...], int] = {}
        self.masks: list[int] = []
        now = sum([bit for bit, lives in zip(carried, first) if lives])
        for live in zip(*given) if given else [()] * count:
            if live not in outside:
                outside[live] = sum([bit for bit, lives in zip(bits, live) if lives])
            mask = now + outside[live]
            self.masks.append(mask)
            if mask not in after:
                after[mask] = sum([bit for bit, sources in zip(carried, leads) if sources & mask])
            now = after[mask]
        self.ever = [any(mask & bit for mask in {*self.masks, now}) for bit in carried]
        """Of what is carried, whether it is one before some run or after the last."""

    @property
    def all_alike(self) -> bool:
        """Whether the runs are."""
        return len({*self.masks}) == 1

    def of(self, sources: int) -> list[bool]:
        """In which runs what comes from these sources is no zero."""
        return [bool(sources & mask) for mask in self.masks]
