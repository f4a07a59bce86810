"""N-ary rules along an axis: the formula computes what the rule does, however many operands."""

import operator
from collections import ChainMap
from functools import reduce

import numpy as np
import pytest

from autograd.ops.expr import evaluate
from autograd.ops.op import OPS, Op
from autograd.program.array.names import FUNCTIONS
from autograd.program.statements.reroll import FOLDS, rolled

BINARY = {"add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide}
COMPARISONS = {"lt": np.less, "gt": np.greater, "eq": np.equal}


def n_ary(forward, partials):
    return Op("own", forward, partials, arity=None)


def mean(xp, *xs):
    return reduce(operator.add, xs) * (1.0 / 3.0)


def ones(xp, out, *xs):
    return [1.0] * len(xs)


def log_of_product(xp, *xs):
    return xp.log(reduce(operator.mul, xs))


def shares_of_squares(xp, out, *xs):
    total = reduce(operator.add, [x * x for x in xs])
    return [x * x / total + out for x in xs]


REGULAR = {
    "norm": OPS["norm"],
    "logsumexp": OPS["logsumexp"],
    "thirds": n_ary(mean, ones),
    "product": n_ary(log_of_product, lambda xp, out, *xs: [1.0 / x for x in xs]),
    "least": n_ary(
        lambda xp, *xs: reduce(xp.minimum, xs),
        lambda xp, out, *xs: [xp.where(x == out, 1.0, 0.0) for x in xs],
    ),
    "spread": n_ary(
        lambda xp, *xs: reduce(xp.maximum, xs) - reduce(xp.minimum, xs), shares_of_squares
    ),
    "the operands": n_ary(mean, lambda xp, out, *xs: list(xs)),
    "the value": n_ary(mean, lambda xp, out, *xs: [out] * len(xs)),
    "of norm": n_ary(lambda xp, *xs: 2.0 * xp.norm(*xs), ones),
    "nothing": n_ary(lambda xp, *xs: 2.0, lambda xp, out, *xs: [-0.0] * len(xs)),
}

IRREGULAR = {
    "no edge": n_ary(mean, lambda xp, out, *xs: [None] * len(xs)),
    "the first alone": n_ary(lambda xp, *xs: xs[0], ones),
    "a function of the first": n_ary(lambda xp, *xs: xp.exp(xs[0]), ones),
    "weights": n_ary(
        lambda xp, *xs: reduce(operator.add, [x * float(i) for i, x in enumerate(xs)]), ones
    ),
    "signs of zero": n_ary(mean, lambda xp, out, *xs: [-0.0, *[0.0] * (len(xs) - 1)]),
    "different numbers": n_ary(mean, lambda xp, out, *xs: [float(i) for i in range(len(xs))]),
    "a number among expressions": n_ary(mean, lambda xp, out, *xs: [1.0, *xs[1:]]),
    "the other way round": n_ary(mean, lambda xp, out, *xs: xs[::-1]),
    "different functions": n_ary(
        mean, lambda xp, out, *xs: [xp.exp(xs[0]), *[xp.log(x) for x in xs[1:]]]
    ),
    "different operands": n_ary(
        mean, lambda xp, out, *xs: [xp.exp(xs[1]), *[xp.exp(x) for x in xs[1:]]]
    ),
    "half a chain": n_ary(lambda xp, *xs: reduce(operator.add, xs[1:]), ones),
    "another chain": n_ary(lambda xp, *xs: reduce(operator.sub, xs), ones),
    "a chain of two": n_ary(lambda xp, *xs: reduce(operator.add, xs[:-1]) * xs[-1], ones),
    "by their number": n_ary(lambda xp, *xs: mean(xp, *xs) * float(len(xs)), ones),
}


@pytest.mark.parametrize("n", [2, 3, 5])
@pytest.mark.parametrize("op", REGULAR.values(), ids=REGULAR)
def test_formulas_compute_what_the_rules_do(op, n):
    """The value, and the local derivatives as one vector."""
    xs = np.array([0.75, -1.25, 0.5, 2.0, -0.125][:n]) ** (2 if op is REGULAR["product"] else 1)
    value, partials = rolled(op)

    def folding(function):
        return lambda x: function.reduce(np.broadcast_to(x, (n,)))

    folds = {f"fold_{name}": folding(getattr(np, ufunc)) for name, ufunc in FOLDS.items()}
    functions = ChainMap({**BINARY, **COMPARISONS, **folds}, FUNCTIONS)
    (found,) = evaluate([value], functions, {"x": xs})
    assert np.ndim(found) == 0
    out = op.evaluate(*xs.tolist())
    assert found == pytest.approx(out, rel=1e-15)
    (found,) = evaluate([partials], functions, {"x": xs, "out": out})
    exact = op.local_at(out, xs.tolist(), [True] * n)
    np.testing.assert_allclose(np.broadcast_to(found, (n,)), exact, rtol=1e-14)
    assert (np.signbit(found) == np.signbit(exact)).all()


@pytest.mark.parametrize("op", IRREGULAR.values(), ids=IRREGULAR)
def test_rules_that_tell_operands_apart_are_not_formulas(op):
    """They are computed one by one."""
    assert rolled(op) is None
