"""Recurrences: what is repeated is found, whatever it reads, and nothing else is called a loop."""

import random

import numpy as np
import pytest

from autograd import Value, cos, sin, tanh
from autograd.program import compile
from autograd.program.executor import executor
from autograd.program.tape.instructions import Tape
from autograd.program.tape.repeated import Repeat, Statements
from autograd.program.tape.rolling import rolled


def tape(step, length, states=1, inputs=1):
    """The tape of ``step(states, inputs of the repetition, parameters)``, repeated."""
    start = [Value(0.1 * i) for i in range(1, states + 1)]
    rows = [[Value(0.0) for _ in range(inputs)] for _ in range(length)]
    weights = [Value(0.5), Value(0.25)]
    now = start
    for row in rows:
        now = step(now, row, weights)
    return compile(now, s=start, x=rows, w=weights).tape


def parts(tape: Tape) -> list[list | Repeat]:
    statements = rolled(tape).statements
    assert isinstance(statements, Statements)
    return statements.parts


def loops(tape: Tape) -> list[Repeat]:
    return [x for x in parts(tape) if isinstance(x, Repeat)]


def plain_count(tape: Tape) -> int:
    """Statements outside of loops."""
    return sum(len(x) for x in parts(tape) if not isinstance(x, Repeat))


def written_out(tape: Tape) -> Tape:
    """The rolled tape with each loop written out, every statement after what it reads."""
    found = rolled(tape)
    return found.with_statements(list(found.statements), found.outputs, found.constants).validate()


def check_numbers(tape: Tape) -> None:
    """What is rolled computes the same numbers, to the bit."""
    given = [np.linspace(0.1, 0.9, a.size) for a in tape.arguments]
    expected, found = [executor("loop", x, "float64") for x in (tape, written_out(tape))]
    assert np.array_equal(expected.forward(given, None), found.forward(given, None))


def test_body_is_what_both_needs_and_feeds_the_state():
    """sin(x) needs no state: it is computed before; w·x too."""
    [loop] = loops(tape(lambda s, x, w: [tanh(s[0] * w[0] + sin(x[0]) * w[1])], 50))
    assert [op.name for op, _ in loop.step] == ["mul", "add", "tanh"]
    assert loop.count == 50


def test_results_that_feed_no_state_are_computed_after():
    def step(s, x, w):
        now = tanh(s[0] + x[0])
        return [now, *s[1:], cos(now)]

    [loop] = loops(tape(step, 40))
    assert [op.name for op, _ in loop.step] == ["add", "tanh"]


def test_what_has_no_state_is_no_recurrence():
    xs = [Value(0.1 * i) for i in range(100)]
    assert not loops(compile([sin(x) * cos(x) for x in xs], x=xs).tape)


def test_adding_up_is_no_recurrence():
    """A sum does it at once; where each of its partial results is read, it is one."""
    xs = [Value(0.1 * i) for i in range(100)]
    sums = [Value(0.0)]
    for x in xs:
        sums.append(sums[-1] + sin(x))
    assert not loops(compile(sums[-1], x=xs).tape)
    [loop] = loops(compile(sums[1:], x=xs).tape)
    assert loop.count == 100


def test_older_states():
    """A state may be several repetitions old, here one and three: it is handed on."""

    def step(s, x, w):
        return [tanh(s[0] + s[2]), s[0], s[1]]

    found = tape(step, 40, states=3)
    [loop] = loops(found)
    assert [op.name for op, _ in loop.step] == ["add", "tanh", "identity", "identity"]
    check_numbers(found)


def test_short_repetitions_stay_as_they_are():
    assert not loops(tape(lambda s, x, w: [tanh(s[0])], 10))


def moving(length, start):
    """Falling with friction from plain numbers: the first step is computed in part at once."""
    pull, drag = Value(1.0), Value(0.1)
    place, speed, seen = start, start, [Value(0.1 * i) for i in range(length)]
    total = 0.0
    for z in seen:
        place = place + 0.5 * speed
        speed = speed + 0.5 * (pull - drag * (speed * speed))
        total = total + (z - place) * (z - place)
    return compile(total, x=[pull, drag], z=seen).tape


@pytest.mark.parametrize("start", [0.0, 1.0, 0.25])
@pytest.mark.parametrize("length", [12, 50])
def test_ends_that_were_recorded_in_part_belong_to_the_loop(start, length):
    """Numbers that Python computed at once, and speeds that nobody needs after the last step."""
    found = moving(length, start)
    [loop] = loops(found)
    assert loop.count >= length - 1
    assert plain_count(found) <= 12 + length  # what needs no state, and half a step
    check_numbers(found)


@pytest.mark.parametrize("seed", range(30))
def test_random_recurrences_keep_their_numbers(seed):
    """One after the other: states of several ages, reads anywhere, beginnings with numbers."""
    rng = random.Random(seed)
    functions = [sin, tanh, cos, lambda x: x * x, lambda x: 0.5 * x]
    given = [Value(rng.random()) for _ in range(6)]
    pool = [*given, *(rng.random() for _ in range(rng.randint(0, 2)))]
    for _ in range(rng.randint(1, 3)):
        size = rng.randint(1, 5)
        plan = [(rng.choice(functions), rng.randint(1, 6), rng.randint(1, 6)) for _ in range(size)]
        base = list(pool)
        for k in range(rng.randint(3, 40)):
            for f, near, far in plan:
                other = pool[-far] if rng.random() < 0.98 else rng.choice(base)
                outside = base[(k * near) % len(base)]
                pool.append(f(pool[-near] + 0.1 * other) * outside)
    check_numbers(compile(pool[-6:], x=given).tape)
