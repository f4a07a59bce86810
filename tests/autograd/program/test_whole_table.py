"""Every primitive, differentiated to the third order, in every executor: as the engine does.

At ordinary numbers, zeros, ties, infinities, nan, subnormal and huge ones. What the engine computes
last it does not record, and programs record all of it; so in the third order one of the two may
know that it cannot tell where the other one can.
"""

import itertools
import random

import numpy as np
import pytest

import autograd as ag
from autograd import compiled
from autograd.engine.record import record
from autograd.ops.op import OPS
from autograd.program.array.numpy_executor import ArrayExecutor
from autograd.program.loop.loop_executor import LoopExecutor
from tests.autograd.program.loop.test_loop_executor import needs_llvm
from tests.campaign import CAMPAIGN, size

SPECIAL = [
    0.0, -0.0, 1.0, -1.0, 0.5, 0.25, -2.0, 3.0, np.inf, -np.inf, np.nan, 5e-324, -1e-310, 1e300,
    -1e-300, 1e-8,
]  # fmt: skip
COUNTED = {"polygamma", "kth_smallest"}  # the first operand is a whole number
POINTS = 40
# The array executor adds in another order, and where terms cancel, what is left is rounding.
RELATIVE, ABSOLUTE = 1e-9, 1e-15


def derivatives(f, order):
    """All of an order, one after the other, as a function of a list."""
    if order == 0:
        return lambda p: [f(p)]
    lower = derivatives(f, order - 1)
    return lambda p: [y for row in ag.jacobian(lower)(p) for y in row]


def points(name, count):
    """The special numbers in all places, or so many of the ways to put them there."""
    rng = random.Random(name)
    first = [0.0, 1.0, 2.0] if name in COUNTED else SPECIAL
    every = [*itertools.product(first, *[SPECIAL] * (count - 1))]
    return every if len(every) <= POINTS else rng.sample(every, POINTS)


@pytest.fixture(params=["array", pytest.param("machine code", marks=needs_llvm), "Python"])
def executor(request):
    if request.param == "array":
        return lambda tape: ArrayExecutor(tape, "float64")
    native = request.param == "machine code"
    return lambda tape: LoopExecutor(tape, "float64", native=native)


def test_derivatives_to_the_third_order(executor, record_property):
    """One batch of points for each primitive and order."""
    tried = {1: 0, 2: 0, 3: 0}
    rng = random.Random("whole table")
    for name in rng.sample([*OPS], size(16, len(OPS))):
        count = OPS[name].arity or {"dot": 4}.get(name, 3)
        at = points(name, count)
        start = np.array([1.0 if name in COUNTED else 0.7, *[0.7] * (count - 1)])
        for order in (1, 2, 3) if count < 3 and CAMPAIGN else (1, 2):
            f = derivatives(lambda p, name=name: record(OPS[name], tuple(p)), order)
            tape = compiled(f).program(start).tape
            wanted = np.array([f([*p]) for p in at], dtype=float)
            found = executor(tape).forward([np.array(at)], len(at)).reshape(wanted.shape)
            with np.errstate(invalid="ignore"):
                near = abs(found - wanted) <= ABSOLUTE + RELATIVE * abs(wanted)
            nans = np.isnan(found), np.isnan(wanted)
            either = nans[0] | nans[1] if order == 3 else nans[0] & nans[1]
            outside = np.isnan([OPS[name].evaluate(*p) for p in at])[:, None]  # of the domain
            wrong = ~(either | near | (found == wanted) | outside)
            assert not wrong.any(), (name, order, at[np.nonzero(wrong)[0][0]], found[wrong][0])
            tried[order] += found.size
    record_property("the whole table", f"{tried} derivatives by order")


def weighed(f):
    """One number of a function that gives several."""
    return lambda p: ag.sum([w * y for w, y in zip((1.0, 2.0, -3.0, 0.5), f(p))])


SEQUENCES = {
    **{f.__name__: f for f in (ag.norm, ag.logsumexp, ag.median, ag.var, ag.std, ag.mean, ag.prod)},
    "sum": ag.sum,
    "max": lambda p: ag.max(p),  # they take several arguments too
    "min": lambda p: ag.min(p),
    **{f.__name__: weighed(f) for f in (ag.softmax, ag.log_softmax, ag.sort, ag.cumsum)},
}


@pytest.mark.parametrize("backend", ["array", "loop"])
@pytest.mark.parametrize("name", SEQUENCES)
def test_sequences_at_their_edges(name, backend):
    """Of one number and more: ties, infinities, nan, what is huge; value, gradient and Hessian.

    A Hessian's two halves are swept in the other order: where one is nan the other may be known.
    """
    f, rng = SEQUENCES[name], random.Random(name)
    for count in (1, 2, 4):
        program = compiled(f, backend=backend).program(np.full(count, 0.7))
        (argument,) = program.tape.arguments
        alike = [[x] * count for x in SPECIAL]
        mixed = [rng.choices(SPECIAL, k=count) for _ in range(size(6, 200))]
        for p in [*rng.sample(alike, 4), *mixed]:
            given = {argument.name: p}
            for found, wanted, sure in (
                (program(**given), f(p), True),
                (program.grad(argument.name, **given), ag.grad(f)(p), True),
                (program.hessian(argument.name, **given), ag.hessian(f)(p), False),
            ):
                found, wanted = np.asarray(found, dtype=float), np.asarray(wanted, dtype=float)
                with np.errstate(invalid="ignore"):
                    near = abs(found - wanted) <= ABSOLUTE + RELATIVE * abs(wanted)
                nans = np.isnan(found), np.isnan(wanted)
                either = nans[0] & nans[1] if sure else nans[0] | nans[1]
                assert (either | near | (found == wanted)).all(), (p, found, wanted)


@pytest.mark.parametrize("name", ["norm", "sum", "prod", "sort", "cumsum"])
def test_nothing_has_its_neutral_number(name):
    """Of no numbers these are 0 or 1, and others are refused, in programs as in the engine."""
    f = SEQUENCES[name]
    assert compiled(f)(np.zeros(0)) == f([]) == (1.0 if name == "prod" else 0.0)
    assert ag.grad(f)([]) == []


@pytest.mark.parametrize("name", [x for x in SEQUENCES if x not in "norm sum prod sort cumsum"])
def test_others_need_a_number(name):
    for call in (SEQUENCES[name], ag.grad(SEQUENCES[name]), compiled(SEQUENCES[name])):
        with pytest.raises(ag.InputValueError, match="needs at least one operand"):
            call([])
