"""Loops that compute what they read, and carry no running sums: the same numbers."""

import collections
import random

import numpy as np
import pytest

import autograd as ag
from autograd import compiled, scan
from autograd.program.exports.jax.sinking import sunk
from autograd.program.tape.repeated import repeats_of
from autograd.program.tape.rolling import rolled
from tests.benchmarks.models import garch, hidden_markov, kalman
from tests.campaign import size


def numbers_of(tape, point):
    """What a tape gives, statement by statement."""
    known = [float(x) for x in point]
    for op, operands in tape.statements:
        known.append(op.evaluate(*[known[x] if x >= 0 else tape.constants[~x] for x in operands]))
    return [known[x] if x >= 0 else tape.constants[~x] for x in tape.outputs]


def a_loop(rng):
    """A plain loop or a scan: what it reads is made before it, some of it is read elsewhere too;
    sums with terms of all kinds, read at the end, in every run, or by one another.
    """
    ahead = rng.sample(["x * x", "w[0] * x", "ag.sin(x) + w[1]", "x - 1.0", "2.0 - x * w[2]"], 2)
    term = rng.choice(["s * x", "ag.exp(s)", "r[t]", "w[1]", "1.0", "ag.sin(r[t])"])
    total = rng.choice(
        ["total + {}", "{} + total", "total - {}", "total + {} + s", "ag.sum([total, s, {}])",
         "{} - total", "total * 0.5 + {}"]
    )  # fmt: skip
    after = rng.choice(["0.0", "q[3]", "ag.sum(q[2:7])", "ag.sum(r)", "r[2] * total"])
    each = rng.choice(["s", "total", "r[t] * 2.0"])
    kept = rng.choice(["0.0", "ag.sum([y * y for y in ys])", "ys[4]"])
    start = rng.choice(["0.0", "w[0]", "1.5"])
    other = rng.choice(["total", "s"]) if rng.random() < 0.2 else "0.0"
    body = [
        f"        s = ag.tanh(s * w[1] + r[t]) + q[t] + 0.1 * {other}",
        f"        total = {total.format(term)}",
    ]
    lines = [
        "def f(w, xs):",
        f"    r, q = [{ahead[0]} for x in xs], [{ahead[1]} for x in xs]",
        f"    s, total, ys = w[0], {start}, []",
    ]
    if rng.random() < 0.7:
        lines += ["    for t, x in enumerate(xs):", *body, f"        ys.append({each})"]
    else:
        lines += ["    def step(carry, item):", "        (s, total), (x, rt, qt) = carry, item"]
        lines += [line.replace("r[t]", "rt").replace("q[t]", "qt") for line in body]
        lines += [f"        return [s, total], {each}".replace("r[t]", "rt")]
        lines += ["    (s, total), ys = scan(step, [s, total + 0.0 * s], list(zip(xs, r, q)))"]
    names = {"ag": ag, "scan": scan}
    text = "\n".join([*lines, f"    return s + total + {after} + {kept}"])
    exec(text, names)  # a function of the test's own text
    return names["f"], text


def test_random_loops(record_property):
    rng, count, said = random.Random("sinking"), size(25, 2000), collections.Counter()
    for _ in range(count):
        f, text = a_loop(rng)
        w, xs = [rng.uniform(-1.0, 1.0) for _ in range(3)], [rng.uniform(-1.0, 1.0)] * 2
        xs += [rng.uniform(-1.0, 1.0) for _ in range(rng.choice((9, 14)))]
        tape = rolled(compiled(f).program(w=w, xs=xs).tape)
        # Sums of a dozen terms in another order.
        close = pytest.approx(numbers_of(tape, [*w, *xs]), rel=1e-13, abs=1e-13)
        found = sunk(tape)
        assert numbers_of(found, [*w, *xs]) == close, text
        for old, new in zip(repeats_of(tape), repeats_of(found)):
            said["compute more"] += len(new.step) > len(old.step)
            said["carry less"] += len(new.first) < len(old.first)
            said["read less"] += new.items.shape[1] < old.items.shape[1]
    assert min(said[x] for x in ("compute more", "carry less", "read less")) > count // 15
    record_property("loops that compute what they read", f"{count}, same numbers: {dict(said)}")


@pytest.mark.parametrize(
    ("model", "carried", "columns"), [(garch, 1, 1), (hidden_markov, 4, 4), (kalman, 6, 1)]
)
def test_only_the_recurrence_is_carried_and_only_the_data_are_read(model, carried, columns):
    """The running sum is no carry; what is made of an observation is made in its run."""
    given = model.point(np.random.default_rng(0))
    [repeat] = repeats_of(sunk(rolled(compiled(model.model).program(**given).tape)))
    assert (len(repeat.first), repeat.items.shape[1]) == (carried, columns)
