"""The plain chapter and its generated accelerator: the same numbers, to the bit."""

import itertools
import math
import random
import struct
from fractions import Fraction

import numpy as np
import pytest

import autograd
from autograd import Value, backward, no_grad
from autograd.engine import generated
from autograd.engine.accelerator import ENGINE
from autograd.engine.record import record
from autograd.ops.op import OPS
from autograd.testing import random_formula

SPECIAL = [0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, 5e-324, -1e-310, 1e308, -0.5, 2.0]
OPERATORS = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "pow": lambda a, b: a**b,
    "mod": lambda a, b: a % b,
    "floor_divide": lambda a, b: a // b,
}
FUNCTIONS = [
    name
    for name, op in OPS.items()
    if op.arity in (2, 3) and hasattr(autograd, name) and name not in ("clip", "polygamma")
]
"""Those that take any numbers."""
METHODS = [name for name, op in OPS.items() if op.arity == 1 and hasattr(Value, name)]
generated_only = pytest.mark.skipif(
    ENGINE == "compiled", reason="a compiled class keeps its methods, and no docstrings"
)


def bits(numbers):
    """What floats are made of; every NaN is one."""
    return [b"nan" if x != x else struct.pack("d", x) for x in numbers]


def outcome(formula, point):
    """All data and gradients of a formula at a point, from a first and a repeated backward.

    And the data again, recomputed with the point's numbers in another order.
    """
    leaves = [Value(x) for x in point]
    values = formula(leaves)
    nodes = [x for x in values if isinstance(x, Value)]
    for _ in range(2):
        backward(nodes[-1:])
    numbers = [number for x in nodes for number in (x.data, x.grad)]
    for leaf, number in zip(leaves, reversed(point)):
        leaf.data = number
    nodes[-1].recompute()
    return bits([*numbers, *[x.data for x in nodes]])


def both(formula, point):
    """The outcome of the generated engine and of the plain one."""
    fast = outcome(formula, point)
    with generated.plain():
        return fast, outcome(formula, point)


@pytest.mark.parametrize("seed", range(20))
def test_plain_and_generated_agree_on_random_formulas(seed):
    """Fifty formulas a seed, drawn from the whole table, at ordinary and at special points."""
    rng = random.Random(seed)
    for _ in range(50):
        formula = random_formula(rng, operations=rng.randint(1, 25))
        point = [rng.choice(SPECIAL) if rng.random() < 0.4 else x for x in formula.point]
        fast, plain = both(formula.values, point)
        assert fast == plain, f"{formula} at {point}"


@pytest.mark.parametrize("name", OPERATORS)
def test_an_integer_is_the_float_that_is_nearest_to_it(name):
    """Small or large, from either side; what is kept as the operand is a float."""
    apply = OPERATORS[name]
    x = Value(1.5)
    for n in (0, 1, -3, 2**53 - 1, 2**53 + 1, -(2**60), 2**64 + 1, 10**300, True):
        for form in (lambda a, b: apply(a, b), lambda a, b: apply(b, a)):
            whole, real = form(x, n), form(x, float(n))
            assert bits([whole.data, *whole.partials]) == bits([real.data, *real.partials])
            assert {type(operand) for operand in whole.operands} == {Value, float}


@pytest.mark.parametrize("name", OPERATORS)
def test_operators_agree_wherever_a_literal_stands(name):
    """Value and Value, Value and float, float and Value, one Value twice; all special numbers."""
    apply = OPERATORS[name]
    forms = [
        lambda a, b: apply(a, b),
        lambda a, b: apply(a, b.data),
        lambda a, b: apply(a.data, b),
        lambda a, b: apply(a, a),
    ]
    for form in forms:
        for a in SPECIAL:
            for b in SPECIAL:
                fast, plain = both(lambda v, form=form: [*v, form(*v)], [a, b])
                assert fast == plain, f"{name} at {a}, {b}"
            assert bits([apply(Value(a), b).data]) == bits([OPS[name].evaluate(a, b)])


@pytest.mark.parametrize("name", METHODS)
def test_methods_agree_and_are_their_functions(name):
    """`x.relu()` is relu of x, by whichever engine."""
    for x in [*SPECIAL, 0.3, -1.7, 40.0]:
        fast, plain = both(lambda v: [*v, getattr(v[0], name)()], [x])
        assert fast == plain, f"{name} at {x}"
        assert bits([getattr(Value(x), name)().data]) == bits([OPS[name].evaluate(x)])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_are_what_record_makes_wherever_a_literal_stands(name):
    """A Value, float, int, bool, or a number of NumPy's or a fraction in each place."""
    function, op = getattr(autograd, name), OPS[name]
    rng = random.Random(0)
    kinds = [Value, float, int, bool, np.float64, np.float32, np.int64, Fraction]
    for places in itertools.product(kinds, repeat=op.arity):
        if Value not in places:
            continue
        for _ in range(2):
            any_number = all(kind in (Value, float, np.float64) for kind in places)
            numbers = [rng.choice(SPECIAL if any_number else [-3.0, 0.0, 1.0]) for _ in places]
            given = [kind(x) for kind, x in zip(places, numbers)]
            operands = tuple([x if isinstance(x, Value) else float(x) for x in given])
            made, wanted = function(*given), record(op, operands)
            assert made.op is op
            assert [type(x) for x in made.operands] == [type(x) for x in operands]
            assert bits([made.data, *made.partials]) == bits([wanted.data, *wanted.partials])
    with no_grad():
        assert function(*map(Value, [1.0, 2.0, 3.0][: op.arity])).op is None


def test_plain_and_generated_agree_on_a_long_chain():
    """200,000 nodes, and no recursion in either."""

    def chain(leaves):
        x, w = leaves[0], leaves[1]
        y = x
        for _ in range(50_000):
            y = (y * w + x) * 0.9 - 0.1
        return [*leaves, y]

    fast, plain = both(chain, [1.0, 1.0001])
    assert fast == plain


@generated_only
def test_generated_operators_carry_the_plain_ones_documentation():
    """`help(Value)` reads the same whichever engine runs."""
    documented = {name: getattr(Value, name).__doc__ for name in ("__add__", "__rpow__", "relu")}
    with generated.plain():
        assert documented == {name: getattr(Value, name).__doc__ for name in documented}
    assert all(documented.values())


@generated_only
def test_fast_forms_stand_again_after_an_error():
    """Whatever is raised inside the block."""
    fast = Value.__add__

    def broken():
        with generated.plain():
            assert Value.__add__ is not fast
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    assert Value.__add__.__code__.co_filename.startswith("<autograd ")


@pytest.mark.parametrize("block", [no_grad, autograd.detect_anomaly, autograd.enable_grad])
@pytest.mark.parametrize(("name", "count"), [("erf", 1), ("hypot", 2), ("maximum", 2)])
def test_primitives_are_evaluated_once_in_every_mode(name, count, block, monkeypatch):
    """A number that is known when a mode is asked is not computed again."""
    op, calls = OPS[name], []
    evaluate = op.evaluate
    monkeypatch.setitem(vars(op), "evaluate", lambda *xs: calls.append(xs) or evaluate(*xs))
    xs = [Value(0.5 + i) for i in range(count)]
    with block():
        found = getattr(autograd, name)(*xs)
    assert found.data == evaluate(*(x.data for x in xs))
    assert len(calls) <= 1  # machine code does not ask it at all
