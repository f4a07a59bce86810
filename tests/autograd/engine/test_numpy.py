"""Values inside NumPy, function by function: on a Value itself and on arrays of Values."""

import operator

import numpy as np
import pytest

import autograd as ag
from autograd import InputTypeError, Value

SCALARS = [np.float64(2), np.float32(2), np.float16(2), np.longdouble(2), np.int64(2), np.uint8(2)]
SCALARS += [np.bool_(True)]
SIGNS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
}
COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]


def values(x):
    """The same array, of Values."""
    return np.vectorize(Value, otypes=[object])(x)


def numbers(x):
    """The numbers of a Value or an array of Values."""
    return np.array([v.data if isinstance(v, Value) else v for v in np.ravel(x)], dtype=float)


def grad_of_sum(function, xs):
    """The derivative of the weighted sum of a function's results by each of its arguments."""
    leaves = [values(x) for x in xs]
    results = function(*leaves)
    parts = [
        p for r in (results if isinstance(results, tuple) else (results,)) for p in np.ravel(r)
    ]
    total = ag.dot(parts, [1.0 + 0.25 * i for i in range(len(parts))])
    if isinstance(total, Value):
        total.backward()
    return [np.vectorize(lambda v: v.grad, otypes=[float])(leaf) for leaf in leaves]


def differences(function, xs, step=2.0**-17):
    """The same by central differences: 2^-17 balances rounding and the third derivative, 1e-10."""

    def total(points):
        flat = np.ravel(function(*points))
        return float(np.dot(flat, 1.0 + 0.25 * np.arange(len(flat))))

    grads = []
    for i, x in enumerate(xs):
        grad = np.zeros_like(x)
        for place in np.ndindex(x.shape):
            ends = []
            for sign in (1.0, -1.0):
                moved = [np.array(y) for y in xs]
                moved[i][place] += sign * step
                ends.append(total(moved))
            grad[place] = (ends[0] - ends[1]) / (2.0 * step)
        grads.append(grad)
    return grads


A = np.array([0.5, -0.25, 0.75, 0.375])
B = np.array([1.25, 0.5, -0.875, 2.0])
UNIT = np.array([0.5, 0.25, 0.75, 0.375])
M = np.array([[2.0, 0.5], [-1.0, 3.0]])

# Names of NumPy's.
ANYWHERE = (
    "expm1 exp sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arctanh cbrt fabs "
    "absolute negative positive square reciprocal floor ceil sign conjugate conj sum mean prod "
    "var std median ptp max min cumsum cumprod diff ediff1d sort unique flip average trapezoid "
    "nansum nanmean nanstd nanmax nan_to_num real sinc exp2 radians degrees deg2rad rad2deg trunc "
    "fix"
)
POSITIVE = "log log2 log10 log1p sqrt"

# Functions of one array of Values that NumPy computes, each with the points it is tried at.
OF_ONE = {
    **{
        name: (getattr(np, name), A)
        for name in ANYWHERE.split()
    },
    **{name: (getattr(np, name), UNIT) for name in POSITIVE.split()},
    "rint": (np.rint, A + 0.0625),
    "round": (np.round, A + 0.0625),
    "arccosh": (np.arccosh, UNIT + 1.0),
    "trace": (np.trace, M),
    "linalg.norm": (np.linalg.norm, A),
    "linalg.norm of a matrix": (np.linalg.norm, M),
    "linalg.norm of rows": (lambda m: np.linalg.norm(m, axis=1), M),
    "linalg.norm, ord 1": (lambda a: np.linalg.norm(a, 1), A),
    "linalg.norm, ord inf": (lambda a: np.linalg.norm(a, np.inf), A),
    "linalg.matrix_power": (lambda m: np.linalg.matrix_power(m, 3), M),
    "linalg.multi_dot": (lambda m: np.linalg.multi_dot([m, m, m]), M),
    "var, ddof 1": (lambda a: np.var(a, ddof=1), A),
    "clip": (lambda a: np.clip(a, 0.0, 0.625), A),
    "where": (lambda a: np.where(a > 0.0, a * a, 0.0), A),
    "select": (lambda a: np.select([a > 0.6], [a * a], -a), A),
    "piecewise": (lambda a: np.piecewise(a, [a < 0], [lambda x: -x, lambda x: x * x]), A),
    "polyval": (lambda a: np.polyval(a, 2.0), A),
    "add.reduce": (np.add.reduce, A),
    "multiply.accumulate": (np.multiply.accumulate, A),
    "apply_along_axis": (lambda m: np.apply_along_axis(lambda row: row.sum(), 0, m), M),
    "vectorize": (np.vectorize(lambda x: x * x), A),
    "the method sum": (lambda a: a.sum(), A),
    "the method std": (lambda a: a.std(), A),
    "the method clip": (lambda a: a.clip(0.0, 0.625), A),
}  # fmt: skip
OF_TWO = {
    **{
        name: (getattr(np, name), (A, B))
        for name in [
            "add",
            "subtract",
            "multiply",
            "divide",
            "dot",
            "vdot",
            "inner",
            "outer",
            "kron",
            "convolve",
            "correlate",
            "maximum",
            "minimum",
            "fmax",
            "fmin",
            "hypot",
            "arctan2",
            "cross",
        ]
    },
    "cross": (lambda a, b: np.cross(a[:3], b[:3]), (A, B)),
    "power": (np.power, (UNIT, B)),
    "remainder": (np.remainder, (A, B)),
    "mod": (np.mod, (B, A + 0.0625)),
    "fmod": (np.fmod, (B, A + 0.0625)),
    "floor_divide": (np.floor_divide, (B, A + 0.0625)),
    "matmul": (np.matmul, (M, M + 0.25)),
    "tensordot": (lambda a, b: np.tensordot(a, b, 1), (M, M + 0.25)),
    "einsum": (lambda a, b: np.einsum("ij,jk->ik", a, b), (M, M + 0.25)),
}


@pytest.mark.filterwarnings("ignore:numpy.fix is deprecated")  # from 2.5 on
@pytest.mark.parametrize("name", OF_ONE)
def test_functions_of_an_array_of_values(name):
    """The float result, and the derivatives of differences."""
    function, x = OF_ONE[name]
    np.testing.assert_allclose(numbers(function(values(x))), numbers(function(x)), rtol=1e-14)
    np.testing.assert_allclose(
        grad_of_sum(function, [x])[0], differences(function, [x])[0], rtol=1e-7, atol=1e-7
    )


@pytest.mark.parametrize("name", OF_TWO)
def test_functions_of_two_arrays(name):
    """With Values on both sides, and on each alone."""
    function, xs = OF_TWO[name]
    wanted = numbers(function(*xs))
    for left, right in ((values(xs[0]), values(xs[1])), (values(xs[0]), xs[1])):
        np.testing.assert_allclose(numbers(function(left, right)), wanted, rtol=1e-14)
    if name not in ("hypot", "arctan2", "fmod"):  # of a float NumPy asks for a method of that name
        np.testing.assert_allclose(numbers(function(xs[0], values(xs[1]))), wanted, rtol=1e-14)
    for found, exact in zip(grad_of_sum(function, xs), differences(function, xs)):
        np.testing.assert_allclose(found, exact, rtol=1e-7, atol=1e-7)


# Functions of a Value itself, with what else they are given.
NUMBER = (
    "exp expm1 sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arctanh log log2 log10 "
    "log1p sqrt cbrt fabs absolute negative positive square reciprocal floor ceil sign conjugate "
    "isnan isinf isfinite signbit sum mean prod real nan_to_num exp2 radians degrees deg2rad "
    "rad2deg trunc fix sinc rint round"
)
TWO_NUMBERS = (
    "add subtract multiply divide power float_power hypot arctan2 logaddexp logaddexp2 maximum "
    "minimum fmax fmin heaviside dot less less_equal greater greater_equal equal not_equal "
    "isclose allclose copysign fmod remainder mod floor_divide"
)
ALONE = {
    **dict.fromkeys(NUMBER.split(), ()),
    **dict.fromkeys(TWO_NUMBERS.split(), (0.375,)),
    "clip": (0.0, 0.375),
}


@pytest.mark.filterwarnings("ignore:numpy.fix is deprecated")  # from 2.5 on
@pytest.mark.parametrize("name", ALONE)
@pytest.mark.parametrize("x", [0.25, 0.375, 0.625])
def test_functions_of_a_value_itself(name, x):
    """A Value for a number, from either side; a bool for a question."""
    function, others = getattr(np, name), ALONE[name]
    for arguments in ((Value(x), *others), (x, *map(Value, others)))[: 1 + (len(others) == 1)]:
        result, wanted = function(*arguments), function(x, *others)
        assert float(result) == pytest.approx(float(wanted), rel=1e-15)
        assert type(result) is (Value if isinstance(wanted, np.floating) else type(result))
        assert isinstance(result, (Value, bool, np.bool_))
    if isinstance(wanted, np.floating) and x != 0.375:
        alone = ag.grad(lambda v: function(v, *others))(x)
        slope = differences(lambda v: function(v, *others), [np.array([x])])[0][0]
        assert alone == pytest.approx(slope, rel=1e-7, abs=1e-7)


def test_ties_and_nan_of_a_value_follow_the_table():
    """Whatever Python's comparisons would choose."""
    assert ag.grad(lambda x: np.maximum(x, 1.0))(1.0) == 0.5
    assert ag.grad(lambda x: np.minimum(1.0, x))(1.0) == 0.5
    assert ag.grad(lambda x: np.clip(x, 1.0, 2.0))(1.0) == 1.0
    assert ag.grad(lambda x: np.clip(x, None, 2.0))(3.0) == 0.0
    assert ag.grad(lambda x: np.where(x > 0.0, ag.sqrt(x), 0.0))(0.0) == 0.0
    for function in (np.maximum, np.minimum):
        assert np.isnan(function(Value(1.0), np.nan).data)
        assert np.isnan(function(np.nan, Value(1.0)).data)
        assert function(Value(1.0), np.array([0.5, np.nan]))[1].data != 0.0
    assert np.fmax(Value(1.0), np.nan).data == np.fmin(np.nan, Value(1.0)).data == 1.0


# What NumPy has no loop over objects for, and the function of autograd to use on arrays instead.
INSTEAD = {
    "logaddexp": (lambda a: np.logaddexp(a, 1.0), lambda a: ag.logaddexp(a, 1.0)),
    "hypot from the left": (lambda a: np.hypot(2.0, a), lambda a: ag.hypot(2.0, a)),
    "arctan2 from the left": (lambda a: np.arctan2(2.0, a), lambda a: ag.atan2(2.0, a)),
    "copysign": (lambda a: np.copysign(a, -1.0), lambda a: ag.copysign(a, -1.0)),
    "fmod from the left": (lambda a: np.fmod(2.0, a), lambda a: ag.fmod(2.0, a)),
    "isnan": (np.isnan, lambda a: a != a),
    "isfinite": (np.isfinite, lambda a: abs(a) < np.inf),
    "linalg.norm, ord 3": (lambda a: np.linalg.norm(a, 3), lambda a: ag.norm(a, 3)),
}


@pytest.mark.parametrize("name", INSTEAD)
def test_what_numpy_cannot_do_autograd_does(name):
    """NumPy refuses arrays of Values there; the function to use instead gives the float result."""
    numpys, ours = INSTEAD[name]
    with pytest.raises((TypeError, AttributeError)):
        numpys(values(A))
    np.testing.assert_allclose(numbers(ours(values(A))), numbers(numpys(A)), rtol=1e-14)


def test_choices_inside_arrays_are_numpys():
    """There it compares objects: a tie goes to one operand, where autograd shares it."""
    x = values([1.0, np.nan])
    with np.errstate(invalid="ignore"):  # it warns of the nan, too
        chosen = np.maximum(x, 1.0)
    shared = ag.maximum(x, 1.0)
    assert chosen[0] is x[0] or chosen[0] == 1.0
    assert (shared[0].partials, np.isnan(shared[1].data)) == ((0.5, 0.5), True)


@pytest.mark.parametrize("scalar", SCALARS, ids=lambda s: type(s).__name__)
@pytest.mark.parametrize("sign", SIGNS)
def test_a_number_times_a_value_is_a_value(scalar, sign):
    """From either side, for every NumPy scalar; the operand is stored as a float."""
    v = Value(3.0)
    for left, right in ((scalar, v), (v, scalar)):
        result = SIGNS[sign](left, right)
        assert type(result) is Value
        assert result.data == SIGNS[sign](*[float(x) for x in (left, right)])
        assert v in result.parents


@pytest.mark.parametrize("dtype", [float, np.float32, np.longdouble, int, object])
@pytest.mark.parametrize("sign", SIGNS)
def test_an_array_times_a_value_is_an_object_array(sign, dtype):
    """From either side; each element keeps the graph."""
    v, a = Value(3.0), np.array([[1.0, 2.0], [3.0, 4.0]]).astype(dtype)
    for left, right in ((a, v), (v, a)):
        result = SIGNS[sign](left, right)
        assert (result.dtype, result.shape) == (object, (2, 2))
        assert all(type(x) is Value and v in x.parents for x in result.ravel())
        plain = [x.astype(float) if x is a else 3.0 for x in (left, right)]
        assert numbers(result).tolist() == SIGNS[sign](*plain).ravel().tolist()


def test_an_array_of_no_dimension_is_a_number():
    """As for NumPy's own scalars."""
    for result in (np.array(2.0) * Value(3.0), Value(3.0) * np.array(2.0)):
        assert type(result) is Value
        assert result.data == 6.0


@pytest.mark.parametrize("compare", COMPARISONS)
def test_comparisons_give_bools(compare):
    """As between numbers."""
    v = Value(3.0)
    for scalar in (np.float64(2), np.longdouble(3), np.int64(4)):
        assert compare(scalar, v) == compare(float(scalar), 3.0)
        assert compare(v, scalar) == compare(3.0, float(scalar))
    a = np.array([2.0, 3.0, 4.0])
    assert compare(a, v).tolist() == compare(a, 3.0).tolist()
    assert (Value(1.0) == np.str_("a")) is False


def test_an_array_of_values_becomes_numbers_only_when_asked():
    """astype(float) leaves the graph, as float does."""
    assert values([1.0, 2.0]).dtype == object
    assert values([1.0, 2.0]).astype(float).tolist() == [1.0, 2.0]


def test_adding_values_into_an_array_of_floats_is_refused():
    """It cannot hold them; one of objects can."""
    v, a = Value(1.0), np.ones(2)
    with pytest.raises(InputTypeError, match=r"array of float64 cannot hold Values: write a = a"):
        a += v
    b = a.astype(object)
    b += v
    assert [x.data for x in b] == [2.0, 2.0]


def test_questions_are_allowed_where_branches_are():
    """In a transform; in a recording the answer would be frozen."""

    def f(x):
        return x * x if np.isclose(x, 2.0) and not np.signbit(x) else -x

    assert ag.grad(f)(2.0) == 4.0
    with pytest.raises(ag.TraceError, match="question of NumPy's"):
        ag.compiled(f)(2.0)


def test_divmod_of_a_value_gives_two():
    """As NumPy's."""
    quotient, rest = np.divmod(Value(7.0), np.array([2.0, 4.0]))
    assert [x.data for x in (*quotient, *rest)] == [3.0, 1.0, 1.0, 3.0]
    assert [x.data for x in np.divmod(7.0, Value(2.0))] == [3.0, 1.0]


@pytest.mark.parametrize("name", ["spacing", "frexp", "modf"])
def test_what_has_no_meaning_is_refused(name):
    """With what to do."""
    with pytest.raises(InputTypeError, match=rf"^NumPy's or SciPy's {name} takes no Values: give"):
        getattr(np, name)(Value(1.0))


@pytest.mark.needs("scipy")
@pytest.mark.parametrize(
    ("name", "ours"),
    [("erf", "use autograd.erf"), ("expit", "write sigmoid"), ("gammaln", "write lgamma")],
)
def test_functions_of_scipy_are_named_in_our_words(name, ours):
    """SciPy's are universal functions of NumPy's that know floats only."""
    import scipy.special

    with pytest.raises(InputTypeError, match=f"{name} takes no Values: {ours}"):
        getattr(scipy.special, name)(Value(1.0))


@pytest.mark.parametrize("thing", [np.timedelta64(5, "s"), np.complex128(1j)])
def test_what_is_no_real_number_is_refused(thing):
    """A duration has a unit, a complex number two parts."""
    for left, right in ((Value(1.0), thing), (thing, Value(1.0))):
        with pytest.raises(TypeError, match=r"timedelta64|complex"):
            left * right


UFUNCS = [name for name in dir(np) if isinstance(getattr(np, name), np.ufunc)]


@pytest.mark.filterwarnings("ignore:Passing more than 2 positional arguments")
@pytest.mark.parametrize("name", UFUNCS)
def test_a_value_is_neither_output_nor_mask(name):
    """Of no function of NumPy's, where one argument too many is the output."""
    ufunc, v = getattr(np, name), Value(0.5)
    inputs = [[0.5]] * ufunc.nin
    calls = [
        lambda: ufunc(*inputs, *[v] * ufunc.nout),
        lambda: ufunc(v, *inputs[1:], out=(v,) * ufunc.nout),
        lambda: ufunc(*inputs, out=(v,) * ufunc.nout),
    ]
    if ufunc.signature is None:
        calls.append(lambda: ufunc(*inputs, where=v))
    for call in calls:
        with pytest.raises(InputTypeError, match=f"NumPy's {ufunc.__name__} writes into no"):
            call()
