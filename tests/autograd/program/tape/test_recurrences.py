"""Recurrences: what is repeated is found, whatever it reads, and nothing else is called a loop."""

import random

import pytest

from autograd import Value, cos, sin, tanh
from autograd.program import compile
from autograd.program.tape.instructions import Tape
from autograd.program.tape.recurrences import Recurrence, stages


def tape(step, length, states=1, inputs=1):
    """The tape of ``step(states, inputs of the repetition, parameters)``, repeated."""
    start = [Value(0.1 * i) for i in range(1, states + 1)]
    rows = [[Value(0.0) for _ in range(inputs)] for _ in range(length)]
    weights = [Value(0.5), Value(0.25)]
    now = start
    for row in rows:
        now = step(now, row, weights)
    return compile(now, s=start, x=rows, w=weights).tape


def executed(tape: Tape) -> list[int]:
    """Slots in the order in which the stages compute them."""
    slots = []
    for stage in stages(tape.statements, tape.first):
        if isinstance(stage, Recurrence):
            slots += stage.slots.reshape(-1).tolist()
        else:
            slots += stage
    return slots


def loops(tape: Tape) -> list[Recurrence]:
    return [x for x in stages(tape.statements, tape.first) if isinstance(x, Recurrence)]


def test_body_is_what_both_needs_and_feeds_the_state():
    """sin(x) needs no state: it is computed before; w·x too."""
    [loop] = loops(tape(lambda s, x, w: [tanh(s[0] * w[0] + sin(x[0]) * w[1])], 50))
    assert [op.name for op, _ in loop.body] == ["mul", "add", "tanh"]
    assert len(loop.slots) == 50


def test_results_that_feed_no_state_are_computed_after():
    def step(s, x, w):
        now = tanh(s[0] + x[0])
        return [now, *s[1:], cos(now)]

    [loop] = loops(tape(step, 40))
    assert [op.name for op, _ in loop.body] == ["add", "tanh"]


def test_what_has_no_state_is_no_recurrence():
    xs = [Value(0.1 * i) for i in range(100)]
    assert not loops(compile([sin(x) * cos(x) for x in xs], x=xs).tape)


def test_older_states():
    """A state may be several repetitions old, here one and three."""

    def step(s, x, w):
        return [tanh(s[0] + s[2]), s[0], s[1]]

    [loop] = loops(tape(step, 40, states=3))
    assert sorted(loop.lags.tolist()) == [0, 1, 3]


def test_short_repetitions_stay_as_they_are():
    assert not loops(tape(lambda s, x, w: [tanh(s[0])], 10))


def check_reads(loop: Recurrence, tape: Tape) -> None:
    """What a recurrence says of its operands is what the tape's statements read."""
    for k, (slots, operands) in enumerate(zip(loop.slots.tolist(), loop.operands.tolist())):
        rows = [tape.statements[slot - tape.first] for slot in slots]
        assert [op for op, _ in rows] == [op for op, _ in loop.body]
        assert operands == [x for _, reads in rows for x in reads]
        inside = set(loop.slots.reshape(-1).tolist())
        for slot, lag in zip(operands, loop.lags.tolist()):
            if lag < 0 or k < lag:
                assert slot not in inside
            else:
                assert slot in loop.slots[k - lag]


@pytest.mark.parametrize("seed", range(30))
def test_every_statement_is_computed_once_after_what_it_reads(seed):
    """Of random recurrences, one after the other: states of several ages, reads anywhere."""
    rng = random.Random(seed)
    functions = [sin, tanh, cos, lambda x: x * x, lambda x: 0.5 * x]
    pool = [Value(rng.random()) for _ in range(6)]
    given = list(pool)
    for _ in range(rng.randint(1, 3)):
        size = rng.randint(1, 5)
        plan = [(rng.choice(functions), rng.randint(1, 6), rng.randint(1, 6)) for _ in range(size)]
        base = list(pool)
        for k in range(rng.randint(3, 40)):
            for f, near, far in plan:
                other = pool[-far] if rng.random() < 0.98 else rng.choice(base)
                outside = base[(k * near) % len(base)]
                pool.append(f(pool[-near] + 0.1 * other) * outside)
    found = compile(pool[-6:], x=given).tape
    order = executed(found)
    for loop in loops(found):
        check_reads(loop, found)
    assert sorted(order) == list(range(found.first, found.first + len(found.statements)))
    known = set(range(-len(found.constants), found.first))
    for slot in order:
        assert known.issuperset(found.statements[slot - found.first].operands)
        known.add(slot)
