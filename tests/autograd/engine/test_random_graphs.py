"""Gradients of random graphs over the whole table, against oracles that share no rule with it."""

import functools
import itertools
import math
import random

import pytest
from mpmath import mp

from autograd import Value, erf, grad, gradcheck, hvp, jvp
from autograd.check.complex_step import NotAnalyticError, complex_step
from autograd.engine.record import record
from autograd.ops.op import OPS
from autograd.testing import random_formula
from autograd.testing.formulas import drawable
from tests import naive
from tests.autograd.ops.mp_references import REFERENCES
from tests.campaign import size

# Some 25 operations, each within a few units of 1e-16, and what they are multiplied by later on.
TOLERANCE = 1e-12
OPERATIONS = 28
LIVE = 20
# A rounding error arrives multiplied by its node's adjoint: where one is beyond this, 1e-12 is too
# near to what doubles can do (in 2 of 100 graphs), and the tolerance grows with it.
STEEP = 300.0
BATCHES = 10
GRAPHS = size(1000, 10_000)

KINKED = [name for name in drawable() if not OPS[name].smooth]
DIRECTION = (1.0, -0.625, 0.375)


def recorded(formula):
    """The leaves, the result, how many operations pass a derivative on, and the largest adjoint."""
    leaves = [Value(x) for x in formula.point]
    nodes = formula.values(leaves)
    nodes[-1].backward()
    made = zip(formula.steps, nodes[len(leaves) :])
    live = [n for s, n in made if s.drawn and isinstance(n, Value) and n.grad and passes_on(n)]
    steepest = max(abs(n.grad) for n in nodes if isinstance(n, Value))
    return leaves, nodes[-1], len(live), steepest


def passes_on(node):
    return any(node.op.local(*(x if type(x) is float else x.data for x in node.operands)))


def error(found, exact, scale):
    """Distance in units of max(1, |gradient|), the largest derivative of the graph."""
    return abs(found - float(exact)) / max(1.0, scale)


@functools.lru_cache(maxsize=1)
def lively_graphs(batch, names=None):
    """The formulas of a batch that pass on enough derivatives."""
    rng = random.Random(f"random graphs {batch}")
    drawn = (random_formula(rng, operations=OPERATIONS, names=names) for _ in itertools.count())
    usable = (formula for formula in drawn if recorded(formula)[2] >= LIVE)
    return list(itertools.islice(usable, GRAPHS // BATCHES))


def worst_of(formulas, oracle):
    """The largest error, against an oracle, of any derivative of these formulas."""
    worst = 0.0
    for formula in formulas:
        leaves, result, _, steepest = recorded(formula)
        scale = max(abs(x.grad) for x in leaves) * max(1.0, steepest / STEEP)
        for found, exact in oracle(formula, leaves, result):
            worst = max(worst, error(found, exact, scale))
    print(f"{len(formulas)} graphs, largest error {worst:.1e}")
    return worst


def by_dual_numbers(formula, leaves, result):
    for i, leaf in enumerate(leaves):
        direction = [float(i == j) for j in range(len(leaves))]
        yield leaf.grad, naive.dual_derivative(formula, formula.point, direction)


def by_complex_step(formula, leaves, result):
    for leaf in leaves:
        yield leaf.grad, complex_step(result, leaf)


def is_analytic(op):
    """Whether the complex step knows a primitive, at the points where it is sampled."""
    middle = [Value((low + high) / 2.0) for low, high in op.sample]
    try:
        for x in middle:
            complex_step(record(op, tuple(middle)), x)
    except NotAnalyticError:
        return False
    return True


def by_mpmath(formula, leaves, result):
    """Along one direction, by a difference quotient whose error is below 1e-30."""
    along = sum(leaf.grad * d for leaf, d in zip(leaves, DIRECTION))
    with mp.workdps(75):
        step = mp.mpf(10) ** -25
        ends = [
            exactly(
                formula, [mp.mpf(x) + sign * step * d for x, d in zip(formula.point, DIRECTION)]
            )
            for sign in (1, -1)
        ]
        yield along, (ends[0] - ends[1]) / (2 * step)


def exactly(formula, values):
    """A formula's value in mpmath's numbers."""
    values = list(values)
    for s in formula.steps:
        operands = [values[x] if isinstance(x, int) else mp.mpf(x) for x in s.operands]
        values.append(REFERENCES[s.op].value(*operands))
    return values[-1]


@pytest.mark.parametrize("oracle", [by_dual_numbers, by_mpmath], ids=["dual numbers", "mpmath"])
@pytest.mark.parametrize("batch", range(BATCHES))
def test_gradients_of_the_whole_table_agree(batch, oracle):
    """Reverse mode gives what a naive forward mode and 75-digit difference quotients give."""
    assert worst_of(lively_graphs(batch), oracle) <= TOLERANCE


@pytest.mark.parametrize("batch", range(BATCHES))
def test_gradients_agree_with_the_complex_step(batch):
    """Reverse mode gives the complex step's derivative, for all that complex numbers allow."""
    names = tuple(name for name in drawable() if is_analytic(OPS[name]))
    assert worst_of(lively_graphs(batch, names), by_complex_step) <= TOLERANCE


def test_kinked_graphs_pass_differences():
    """Graphs of kinked operations: no false alarm at 1e-7, and hardly ever no verdict."""
    smooth = ["add", "sub", "mul", "tanh", "sin"]
    verdicts = {"pass": 0, "fail": 0, "inconclusive": 0}
    rng = random.Random("kinked graphs")
    count = size(100, 1000)
    for _ in range(count):
        formula = random_formula(rng, operations=20, names=[*KINKED, *smooth])
        verdicts[gradcheck(formula, *formula.point, rtol=1e-7).verdict] += 1
    print(verdicts)
    assert verdicts["fail"] == 0
    assert verdicts["inconclusive"] <= 0.2 * count


@pytest.mark.parametrize("batch", range(BATCHES))
def test_transforms_agree_with_backward(batch):
    """Forward mode and the derivative of the derivative agree with the reverse sweep."""
    rng = random.Random(f"transforms {batch}")
    for _ in range(size(5, 50)):
        formula = random_formula(rng, operations=12)
        f, point, v = lambda p, formula=formula: formula(*p), [*formula.point], [*DIRECTION]
        gradient = grad(f)(point)
        scale = max(1.0, *map(abs, gradient))
        assert error(jvp(f, point, v), sum(g * d for g, d in zip(gradient, v)), scale) <= TOLERANCE
        slope = grad(lambda t, f=f, p=point, v=v: jvp(f, [x + t * d for x, d in zip(p, v)], v))(0.0)
        product = sum(h * d for h, d in zip(hvp(f, point, v), v))
        assert abs(slope - product) <= 1e-10 * max(1.0, abs(product), scale * scale)


def test_oracles_see_a_wrong_derivative():
    """Each oracle reports a derivative that is wrong by one part in a thousand million."""
    formula = random_formula(random.Random(5), operations=OPERATIONS, names=["mul", "add", "tanh"])
    leaves, result, *_ = recorded(formula)
    scale = max(abs(x.grad) for x in leaves)
    for leaf in leaves:
        leaf.grad = leaf.grad * (1 + 1e-9)
    for oracle in (by_dual_numbers, by_complex_step, by_mpmath):
        assert max(error(a, b, scale) for a, b in oracle(formula, leaves, result)) > TOLERANCE


def test_complex_step_refuses_what_it_cannot_know():
    """A primitive without a form for complex numbers is refused by name."""
    x = Value(1.0)
    with pytest.raises(NotAnalyticError, match="erf"):
        complex_step(erf(x), x)


def test_naive_engine_has_the_whole_table():
    """A line of its own, or the independent reference that the accuracy test asks for."""
    assert set(OPS) <= {*naive.RULES, *REFERENCES}


def test_naive_engine_agrees_with_itself():
    """Its reverse mode and its forward mode give one gradient."""
    formula = random_formula(random.Random(2), operations=OPERATIONS)
    value, gradient = naive.gradient(formula, formula.point)
    assert math.isclose(value, formula(*formula.point), rel_tol=1e-12)
    along = sum(g * d for g, d in zip(gradient, DIRECTION))
    forward = naive.dual_derivative(formula, formula.point, DIRECTION)
    assert math.isclose(forward, along, rel_tol=1e-12)
