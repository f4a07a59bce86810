"""Functions over floats, Values and sequences: their operands, their messages, exact cases."""

import math
import random

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import autograd as ag
from autograd import InputTypeError, InputValueError, Value
from autograd.ops.op import OPS

UNARY = [name for name, op in OPS.items() if op.arity == 1 and name in ag.__all__]
OTHERS = {"atan2": 2, "hypot": 2, "logaddexp": 2, "maximum": 2, "minimum": 2, "leaky_relu": 2}
OTHERS |= {"elu": 2, "clip": 3, "where": 3}
SEQUENCES = ["sum", "mean", "prod", "norm", "logsumexp", "softmax", "log_softmax"]
ANY = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize("name", [*UNARY, *OTHERS])
def test_every_operand_is_checked_by_name(name):
    """A str in any place is refused, and the message names the function."""
    for place in range(OTHERS.get(name, 1)):
        operands = [Value(0.5), 0.25, Value(0.75)][: OTHERS.get(name, 1)]
        operands[place] = "1"
        with pytest.raises(InputTypeError, match=rf"^{name} takes a Value or a real .* got str$"):
            getattr(ag, name)(*operands)


@pytest.mark.parametrize("name", SEQUENCES)
def test_every_item_is_checked_by_name(name):
    """And so is what is no sequence at all."""
    function = getattr(ag, name)
    for operands in ([1.0, None], [None, Value(1.0)]):
        with pytest.raises(InputTypeError, match=rf"^{name} takes a Value .* got NoneType$"):
            function(operands)
    for thing in (Value(1.0), "12", 3.0):
        with pytest.raises(InputTypeError, match=f"^{name} takes one sequence of Values"):
            function(thing)


@pytest.mark.parametrize("name", ["mean", "logsumexp", "softmax", "log_softmax"])
def test_nothing_has_no_mean(name):
    """Nor a largest item."""
    with pytest.raises(InputValueError, match=f"^{name} needs at least one operand"):
        getattr(ag, name)([])


def test_sums_and_products_of_nothing():
    """Of length 0, with a float as the result."""
    assert [ag.sum([]), ag.prod([]), ag.norm([]), ag.dot([], [])] == [0.0, 1.0, 0.0, 0.0]


def test_dot_names_both_lengths():
    """In the order in which they were given."""
    with pytest.raises(InputValueError, match="got 2 and 1"):
        ag.dot([1.0, Value(2.0)], [1.0])
    for operands in ([1.0], ["a"]), (["a"], [1.0]):
        with pytest.raises(InputTypeError, match=r"^dot takes"):
            ag.dot(*operands)


def test_clip_names_both_bounds():
    """Equal ones are a constant; the wrong way round they are refused."""
    assert ag.clip(3.0, 2.0, Value(2.0)).data == 2.0
    with pytest.raises(InputValueError, match=r"low <= high, but got 2.0 and 1.0$"):
        ag.clip(0.0, Value(2.0), 1.0)
    with pytest.raises(InputValueError, match=r"^clip needs a bound: low, high or both$"):
        ag.clip(0.0)


def test_one_bound_is_enough_to_clip():
    """At the bound the derivative is 1, as with two."""
    for bounds in ((1.0, None), (None, 1.0), (None, 3.0)):
        assert ag.value_and_grad(ag.clip)(1.0, *bounds) == (1.0, 1.0)
    assert ag.value_and_grad(lambda x: ag.clip(x, high=1.0))(2.0) == (1.0, 0.0)
    assert ag.grad(lambda bound: ag.clip(2.0, high=bound))(1.0) == 1.0


def test_logarithms_to_any_base():
    """Exact at powers of 2 and 10; the base may be a Value, 1 divides by zero."""
    assert [ag.log(8.0, 2), ag.log(1000, 10), ag.log(0.0, 3)] == [3.0, 3.0, -math.inf]
    assert ag.log(81.0, 3.0) == pytest.approx(4.0, rel=1e-15)
    assert ag.log(2.0, 1) == math.inf
    assert ag.log([2.0, 4.0], 2.0) == [1.0, 2.0]
    ag.assert_gradients(ag.log, 5.0, 3.0, order=2)
    ag.assert_gradients(lambda x: ag.log(x, 10), 5.0)


@pytest.mark.parametrize("name", UNARY)
def test_integers_and_numpy_scalars_are_floats(name):
    """They give what floats give."""
    x = 1
    wanted = repr(getattr(ag, name)(1.0))
    assert repr(getattr(ag, name)(x)) == repr(getattr(ag, name)(np.float32(1.0))) == wanted
    assert repr(getattr(ag, name)(Value(x)).data) == wanted


@given(ANY)
@example(3.644210576827491e-56)  # times 1/x, it is not 1
def test_the_length_of_one_number_is_its_absolute_value(x):
    """To the bit: scaling by powers of two, up to the largest and down to the smallest."""
    for length in (lambda x: ag.norm([x]), lambda x: ag.hypot(x, 0.0), lambda x: ag.hypot(0.0, x)):
        assert length(x) == abs(x)
        assert ag.grad(length)(x) == (math.copysign(1.0, x) if x else 0.0)


@given(st.floats(1.0, 2.0), st.floats(1.0, 2.0), st.integers(-1000, 1000))
def test_lengths_scale(x, y, exponent):
    """By a power of two, without a digit lost."""
    scale = 2.0**exponent
    for length in (ag.norm, lambda xs: ag.hypot(*xs)):
        assert length([x * scale, y * scale]) == length([x, y]) * scale
        assert ag.grad(length)([x * scale, y * scale]) == ag.grad(length)([x, y])
    assert ag.atan2(x * scale, y * scale) == ag.atan2(x, y)
    slopes = [ag.grad(ag.atan2, i)(x * scale, y * scale) * scale for i in (0, 1)]
    assert slopes == [ag.grad(ag.atan2, i)(x, y) for i in (0, 1)]


@given(st.lists(ANY, min_size=1, max_size=6))
def test_a_sum_starts_from_zero_and_goes_from_left_to_right(xs):
    """As a loop would; so a sum of -0.0 is 0.0."""
    total, product = 0.0, 0.0
    for x in xs:
        total, product = total + x, product + x * -0.5
    assert repr(ag.sum(xs)) == repr(total)
    assert repr(ag.dot(xs, [-0.5] * len(xs))) == repr(product)
    assert repr(ag.sum([Value(x) for x in xs]).data) == repr(total)
    assert repr(ag.sum([-0.0])) == repr(ag.dot([-0.0], [1.0])) == "0.0"


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=6))
def test_softmax_adds_up_to_one(xs):
    """And its logarithm is log_softmax."""
    shares, logarithms = ag.softmax(xs), ag.log_softmax(xs)
    assert math.fsum(shares) == pytest.approx(1.0, rel=1e-14)
    assert [math.exp(x) for x in logarithms] == pytest.approx(shares, rel=1e-14)
    total = ag.logsumexp(xs)
    assert [x - total for x in xs] == pytest.approx(logarithms, rel=1e-12, abs=1e-12)


def test_methods_for_numpy_are_the_functions():
    """Each under the name that NumPy asks for."""
    rng = random.Random(1)
    inverse = {f"arc{n}": f"a{n}" for n in ["sin", "cos", "tan", "sinh", "tanh"]}
    same = ["sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "expm1", "sqrt", "cbrt", "sign"]
    same += ["log", "log1p", "log2", "log10"]
    for method, name in {**inverse, **dict(zip(same, same))}.items():
        x = rng.uniform(0.1, 0.9)
        assert getattr(Value(x), method)().data == getattr(ag, name)(x)
    assert Value(1.5).arccosh().data == ag.acosh(1.5)
    assert Value(-1.5).fabs().data == 1.5
    assert Value(1.0).arctan2(-2.0).data == ag.atan2(1.0, -2.0)
    assert Value(3.0).hypot(Value(4.0)).data == 5.0
