"""Places in memory for the names of a stream: a slot is taken again when its name is done with.

What is alive at a time is little, even in a long reverse pass, and has to stay in the processor's
cache. Names that outlive a block of rows keep theirs: constants, what the batch shares. Next:
:mod:`autograd.program.loop.lanes.runner`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["slots_of"]


def slots_of(
    groups: Sequence[Sequence[int]], start: Sequence[int], keep: Iterable[int], end: Sequence[int]
) -> tuple[list[int], int]:
    """The slot of each name, and how many slots there are.

    ``groups`` are the names of each instruction in order. ``start`` are alive before the first,
    ``keep`` for ever, ``end`` after the last. Names that one instruction reads and those that it
    begins never share a slot.
    """
    keep = [*dict.fromkeys(keep)]
    count = 1 + max([-1, *map(max, filter(None, [*groups, start, keep, end]))])
    last = [-1] * count
    for index, names in enumerate(groups):
        for name in names:
            last[name] = index
    slots = [-1] * count
    for slot, name in enumerate(keep):
        slots[name] = slot
    used = len(keep)
    for name in end:
        last[name] = len(groups)
    kept = {*keep}
    for name in start:
        if slots[name] < 0:
            slots[name] = used
            used += 1
    free = [slots[name] for name in {*start} - kept if last[name] < 0]
    for index, names in enumerate(groups):
        for name in names:
            if slots[name] < 0:
                if free:
                    slots[name] = free.pop()
                else:
                    slots[name] = used
                    used += 1
        for name in names:
            if last[name] == index and name not in kept:
                last[name] = -1
                free.append(slots[name])
    for name in end:
        if slots[name] < 0:
            slots[name] = used
            used += 1
    return slots, used
