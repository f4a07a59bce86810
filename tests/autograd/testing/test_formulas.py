"""Random formulas: repaired, not filtered; deep, shared, smooth and finite where they stand."""

import math
import random

import pytest
from hypothesis import given, settings

import autograd
from autograd import Value
from autograd.ops.op import OPS
from autograd.testing import Formula, formula_of, programs, random_formula
from autograd.testing.reproduction import imports_of


@pytest.mark.parametrize("name", OPS)
def test_every_primitive_can_be_drawn(name):
    """One instruction makes a formula that is finite, for any primitive, indices and point."""
    rng = random.Random(name)
    for _ in range(50):
        point = [rng.uniform(-2, 2) for _ in range(rng.randint(1, 3))]
        formula = formula_of([(name, rng.randint(0, 9), rng.randint(0, 9))], point)
        assert math.isfinite(formula(*point))
        assert formula.operations == 1


@given(programs())
@settings(max_examples=200, deadline=None)
def test_programs_are_finite_with_finite_gradients(formula):
    """Repair keeps values and derivatives finite, whatever is drawn."""
    leaves = [Value(x) for x in formula.point]
    result = formula(*leaves)
    assert isinstance(result, Value)
    result.backward()
    assert math.isfinite(result.data)
    assert all(math.isfinite(x.grad) for x in leaves)


def test_repair_keeps_away_from_kinks():
    """A rectifier at its kink is shifted; with kinks=True it stays."""
    instructions = [("sub", 0, 0), ("relu", 0, 0)]
    assert [s.op for s in formula_of(instructions, [1.0]).steps] == ["sub", "add", "relu"]
    assert [s.op for s in formula_of(instructions, [1.0], kinks=True).steps] == ["sub", "relu"]


@pytest.mark.parametrize("name", ["eq", "ne", "maximum", "ge"])
@pytest.mark.parametrize("gap", [0.0, 1e-15, -1e-6, 0.01])
def test_repair_keeps_away_from_ties(name, gap):
    """Numbers that are equal but for rounding are moved apart before they are compared."""
    formula = formula_of([(name, 0, 1)], (1.0, 1.0 + gap))
    values = formula.values(formula.point)
    a, b = (values[x] for x in next(s for s in formula.steps if s.op == name).operands)
    assert abs(a - b) > 0.02


def test_index_0_is_the_newest_value():
    """Indices count back from the newest value; beyond the oldest come literals."""
    formula = formula_of([("sub", 1, 0), ("sub", 0, 3)], [1.0, 1.5])
    assert [s.operands for s in formula.steps] == [(0, 1), (2, 0.5)]


def test_everything_is_used():
    """What no later step uses is added to the result."""
    formula = formula_of([("sin", 0, 0), ("cos", 1, 0)], [1.0])
    assert formula.steps[-1].op == "sum"
    assert formula(1.0) == math.sin(1.0) + math.cos(1.0)


@pytest.mark.parametrize("seed", range(20))
def test_source_is_a_program_of_the_same_value(seed):
    """The text of a formula runs, and computes the same bits."""
    formula = random_formula(random.Random(seed), operations=40)
    scope = {}
    exec(f"{imports_of(str(formula))}\n{formula}", scope)
    assert scope["f"](*formula.point) == formula(*formula.point)


def test_one_seed_makes_one_formula():
    """Two generators of one seed draw the same, and formulas compare by content."""
    first, second = (random_formula(random.Random(3), operations=10) for _ in range(2))
    assert first == second
    assert isinstance(first, Formula)


def test_unknown_primitive_is_refused():
    """The error names what is wrong and what there is."""
    with pytest.raises(autograd.InputValueError, match="no primitive is named 'sine'"):
        programs(operations=["sine"])
