"""The number protocol of Python: what is recorded, what leaves the graph, what is exact."""

import math
import numbers
import operator
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import InputTypeError, InputValueError, Value
from autograd.engine.generated import plain

COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]
# Numbers that floats are only near to, or not even that.
BESIDE = [2**53 + 1, -(2**53) - 1, 10**400, -(10**400), Fraction(1, 3), Fraction(10**400, 3)]
BESIDE += [Decimal("0.1"), Decimal("1e400"), Decimal("-Infinity"), True, np.float32(0.1)]
BESIDE += [np.int64(2**53 + 1), np.uint64(2**64 - 1), np.longdouble(0.5), np.float16(0.1)]
FLOATS = [0.0, -0.0, 0.1, 1 / 3, 1.0, 2.0**53, -(2.0**53), 2.0**64, 1e308, math.inf, -math.inf]


def exactly(x):
    """What Python compares with; NumPy's scalars as Python's numbers of the same value."""
    return x.item() if isinstance(x, np.generic) and not isinstance(x, np.longdouble) else x


@pytest.mark.parametrize("compare", COMPARISONS)
def test_comparisons_are_exactly_those_of_floats(compare):
    """With integers, fractions and decimals of any size, from either side, and with nan."""
    for y in BESIDE:
        for x in FLOATS:
            assert compare(Value(x), y) == compare(x, exactly(y)), (x, y)
            assert compare(y, Value(x)) == compare(exactly(y), x), (y, x)
        assert compare(Value(math.nan), y) is (compare is operator.ne)
        assert compare(Value(1.0), Decimal("nan")) is (compare is operator.ne)


class Metres(float):
    """A float of its own kind, and of its own number."""

    def __float__(self):
        return 1000.0


class Count(int):
    """An integer of its own kind."""


KINDS = [True, 3, 2**60, Metres(1.5), Count(3), np.float64(1.5), np.float32(0.1), np.int32(3)]
KINDS += [np.bool_(True), Fraction(1, 3), Decimal("0.1")]
ARITHMETIC = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]


@pytest.mark.parametrize("number", KINDS, ids=lambda x: type(x).__name__)
def test_every_kind_of_number_counts_as_its_float(number):
    """From either side of every operator, and among the items of a sum and a dot product."""
    v, plain_float = Value(2.5), float(number)
    for op in ARITHMETIC:
        for result, wanted in (
            (op(v, number), op(v, plain_float)),
            (op(number, v), op(plain_float, v)),
        ):
            assert (result.data, result.partials) == (wanted.data, wanted.partials)
            assert {type(x) for x in result.operands} == {Value, float}
    assert ag.sum([v, number]).operands == (v, plain_float)
    assert ag.dot([v, number], [number, v]).operands == (v, plain_float, plain_float, v)


@given(st.floats(), st.one_of(st.floats(), st.integers(), st.fractions(), st.booleans()))
def test_comparisons_with_any_number(x, y):
    """Each as Python's."""
    for compare in COMPARISONS:
        assert compare(Value(x), y) is compare(x, y)
        assert compare(y, Value(x)) is compare(y, x)


def test_comparisons_with_what_is_no_number():
    """Unequal, and without an order."""
    v = Value(1.0)
    for thing in ("1", None, [1.0], 1j + 1, object(), np.timedelta64(1, "s"), Decimal):
        assert v != thing
        assert not v == thing  # noqa: SIM201
        with pytest.raises(TypeError, match=r"not supported between|timedelta64|TimeDelta64"):
            v < thing  # noqa: B015
    with pytest.raises(InputValueError, match="signalling nan"):
        v < Decimal("sNaN")  # noqa: B015


@pytest.mark.parametrize("x", [2.5, -2.5, 3.5, 0.5, -0.5, 1e300, 7.0])
def test_rounding_leaves_the_graph(x):
    """To an integer or to digits, as a float's; ties to even."""
    assert (round(Value(x)), type(round(Value(x)))) == (round(x), int)
    assert (round(Value(x), 1), type(round(Value(x), 1))) == (round(x, 1), float)
    assert (int(Value(x)), type(int(Value(x)))) == (int(x), int)


@pytest.mark.parametrize("function", [int, round])
@pytest.mark.parametrize("x", [math.inf, math.nan])
def test_what_has_no_integer_is_refused_as_floats_do(function, x):
    """With Python's own errors."""
    with pytest.raises((OverflowError, ValueError), match="cannot convert float"):
        function(Value(x))


@pytest.mark.parametrize("name", ["mod", "floordiv", "divmod"])
@given(a=st.floats(-100.0, 100.0), b=st.floats(0.01, 100.0), sign=st.sampled_from([1.0, -1.0]))
def test_remainders_are_pythons(name, a, b, sign):
    """From either side, recorded."""
    b *= sign
    function = divmod if name == "divmod" else getattr(operator, name)
    wanted = function(a, b)
    for left, right in ((Value(a), Value(b)), (Value(a), b), (a, Value(b))):
        result = function(left, right)
        parts = result if name == "divmod" else (result,)
        assert [p.data for p in parts] == list(wanted if name == "divmod" else (wanted,))
        assert all(type(p) is Value and p.parents for p in parts)


@pytest.mark.parametrize(
    ("function", "slopes"),
    [(operator.mod, [1.0, -3.0]), (operator.floordiv, [0.0, 0.0])],
)
def test_derivatives_of_remainders(function, slopes):
    """a - b⌊a/b⌋ moves with a, and with b as many times as it fits."""
    assert ag.grad(lambda x: function(x[0], x[1]))([7.0, 2.0]) == slopes


@pytest.mark.parametrize("function", [math.floor, math.ceil, math.trunc], ids=lambda f: f.__name__)
def test_steps_are_recorded(function):
    """As Values, so that a program takes them along."""
    x = Value(-2.5)
    assert type(function(x)) is Value
    assert function(x).data == function(-2.5)
    assert ag.compile(function(x), x=x)(x=[2.5, -0.5]).tolist() == [function(2.5), function(-0.5)]


@pytest.mark.parametrize("engine", ["generated", "plain"])
def test_a_power_takes_no_modulus(engine):
    """That is arithmetic of integers; the remainder is written apart."""
    v = Value(3.0)
    with plain() if engine == "plain" else pytest.MonkeyPatch.context():
        with pytest.raises(InputTypeError, match=r"takes no modulus.* write v\*\*2 % 5"):
            pow(v, 2, 5)
        assert (pow(v, 2).data, (v**2 % 5).data) == (9.0, 4.0)


def test_a_value_is_no_real_of_the_numeric_tower():
    """Which promises more than a recorded number keeps, and is asked by libraries for floats."""
    assert not isinstance(Value(1.0), numbers.Real)


def test_complex_numbers_are_refused():
    """In arithmetic, from either side."""
    for left, right in ((Value(1.0), 1j), (1j, Value(1.0))):
        for sign in (operator.add, operator.mul, operator.pow, operator.mod):
            with pytest.raises(TypeError):
                sign(left, right)
