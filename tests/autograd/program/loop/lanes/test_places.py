"""Places for names: no two that are alive at a time share one, and what is done with is reused."""

import random

import pytest

from autograd.program.loop.lanes.places import slots_of


@pytest.mark.parametrize("seed", range(20))
def test_names_alive_together_have_slots_of_their_own(seed):
    """Run symbolically: every slot that is read holds the name that is meant."""
    rng = random.Random(seed)
    names = list(range(10))
    groups = []
    for _ in range(200):
        names.append(len(names))
        recent = names[-rng.choice([3, 10, 60]) : -1]
        groups.append([names[-1], *rng.choices(recent, k=rng.randint(1, 3))])
    start, keep, end = names[3:6], [*names[:3], *names[6:10]], rng.sample(names, 5)
    slots, count = slots_of(groups, start, keep, end)
    for _block in range(2):
        held = {slots[name]: name for name in start}
        held.update({slots[name]: name for name in keep})
        for begun, *read in groups:
            assert all(held[slots[name]] == name for name in read)
            assert slots[begun] not in {slots[name] for name in read}
            held[slots[begun]] = begun
        assert all(held[slots[name]] == name for name in (*keep, *end))
    assert count == 1 + max(slots)


def test_a_chain_needs_few_slots():
    """A thousand results, each read by the next, take turns."""
    groups = [[i + 1, i] for i in range(1000)]
    _, count = slots_of(groups, [0], [], [1000])
    assert count <= 3
