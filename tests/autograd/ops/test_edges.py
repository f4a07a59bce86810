"""The table of edges: kinks, poles, ends of domains, infinities, NaN and signed zeros, pinned."""

import math

import pytest

import autograd
from autograd import grad
from autograd.ops.op import OPS

INF, NAN = math.inf, math.nan
LOG_2 = math.log(2.0)
TINY = 5e-324
HUGE = 1.7976931348623157e308

# Primitive, operands, value, local derivatives (None: no edge).
EDGES = [
    # Kinks: the subgradient of least norm.
    ("abs", (0.0,), 0.0, (0.0,)),
    ("abs", (-0.0,), 0.0, (0.0,)),
    ("abs", (-INF,), INF, (-1.0,)),
    ("abs", (NAN,), NAN, (NAN,)),
    ("relu", (0.0,), 0.0, (0.0,)),
    ("relu", (INF,), INF, (1.0,)),
    ("relu", (-INF,), 0.0, (0.0,)),
    ("relu", (NAN,), NAN, (0.0,)),
    ("leaky_relu", (0.0, 0.1), 0.0, (0.1, 0.0)),
    ("leaky_relu", (0.0, 3.0), 0.0, (1.0, 0.0)),
    ("leaky_relu", (0.0, -0.5), 0.0, (0.0, 0.0)),
    ("leaky_relu", (-2.0, 0.1), -0.2, (0.1, -2.0)),
    ("leaky_relu", (-INF, 0.1), -INF, (0.1, -INF)),
    ("leaky_relu", (NAN, 0.1), NAN, (0.1, 0.0)),
    ("elu", (0.0, 1.0), 0.0, (1.0, 0.0)),
    ("elu", (0.0, 2.0), 0.0, (1.0, 0.0)),
    ("elu", (0.0, 0.5), 0.0, (0.5, 0.0)),
    ("elu", (-INF, 1.0), -1.0, (0.0, -1.0)),
    ("elu", (NAN, 1.0), NAN, (1.0, 0.0)),
    ("maximum", (1.0, 1.0), 1.0, (0.5, 0.5)),
    ("maximum", (1.0, 2.0), 2.0, (0.0, 1.0)),
    ("maximum", (INF, 2.0), INF, (1.0, 0.0)),
    ("maximum", (NAN, 2.0), NAN, (0.5, 0.5)),
    ("maximum", (2.0, NAN), NAN, (0.5, 0.5)),
    ("minimum", (1.0, 1.0), 1.0, (0.5, 0.5)),
    ("minimum", (1.0, 2.0), 1.0, (1.0, 0.0)),
    ("minimum", (-INF, 2.0), -INF, (1.0, 0.0)),
    ("minimum", (2.0, NAN), NAN, (0.5, 0.5)),
    ("max", (1.0, 1.0, 1.0, 0.0), 1.0, (1 / 3, 1 / 3, 1 / 3, 0.0)),
    ("max", (-0.0, 0.0), 0.0, (0.5, 0.5)),
    ("max", (INF, 2.0, -INF), INF, (1.0, 0.0, 0.0)),
    ("max", (2.0, NAN, 3.0), NAN, (NAN, NAN, NAN)),
    ("min", (1.0, 2.0, 1.0, 1.0), 1.0, (1 / 3, 0.0, 1 / 3, 1 / 3)),
    ("min", (-INF, 2.0, NAN), NAN, (NAN, NAN, NAN)),
    ("kth_smallest", (1.0, 3.0, 1.0, 2.0), 2.0, (None, 0.0, 0.0, 1.0)),
    ("kth_smallest", (1.0, 3.0, 1.0, 3.0), 3.0, (None, 0.5, 0.0, 0.5)),
    ("kth_smallest", (0.0, 3.0, NAN, 3.0), NAN, (None, NAN, NAN, NAN)),
    ("clip", (0.0, 0.0, 1.0), 0.0, (1.0, 0.0, 0.0)),
    ("clip", (1.0, 0.0, 1.0), 1.0, (1.0, 0.0, 0.0)),
    ("clip", (-1.0, 0.0, 1.0), 0.0, (0.0, 1.0, 0.0)),
    ("clip", (2.0, 0.0, 1.0), 1.0, (0.0, 0.0, 1.0)),
    ("clip", (5.0, 3.0, 1.0), 1.0, (0.0, 0.0, 1.0)),
    ("clip", (0.0, 3.0, 1.0), 1.0, (0.0, 0.0, 1.0)),
    ("clip", (NAN, 0.0, 1.0), NAN, (1.0, 0.0, 0.0)),
    ("hypot", (0.0, 0.0), 0.0, (0.0, 0.0)),
    ("hypot", (3.0, -4.0), 5.0, (0.6, -0.8)),
    ("hypot", (HUGE, HUGE), INF, (0.5**0.5, 0.5**0.5)),
    ("hypot", (3 * TINY, 4 * TINY), 5 * TINY, (0.6, 0.8)),
    ("hypot", (INF, NAN), INF, (NAN, NAN)),
    ("hypot", (NAN, -INF), INF, (NAN, NAN)),
    ("hypot", (INF, 1.0), INF, (NAN, 0.0)),
    ("atan2", (0.0, 0.0), 0.0, (0.0, 0.0)),
    ("atan2", (0.0, -0.0), math.pi, (0.0, 0.0)),
    ("atan2", (-0.0, 1.0), -0.0, (1.0, 0.0)),
    ("atan2", (HUGE, 0.0), math.pi / 2, (0.0, -1 / HUGE)),
    ("atan2", (TINY, 0.0), math.pi / 2, (0.0, -INF)),
    ("norm", (0.0, 0.0, 0.0), 0.0, (0.0, 0.0, 0.0)),
    ("norm", (2.0, 3.0, -6.0), 7.0, (2 / 7, 3 / 7, -6 / 7)),
    ("norm", (NAN, INF, 0.0), INF, (NAN, NAN, 0.0)),
    # Steps: no derivative anywhere.
    ("sign", (0.0,), 0.0, (None,)),
    ("sign", (-0.0,), 0.0, (None,)),
    ("sign", (-INF,), -1.0, (None,)),
    ("sign", (NAN,), NAN, (None,)),
    ("stop_gradient", (-0.0,), -0.0, (None,)),
    ("stop_gradient", (INF,), INF, (None,)),
    ("floor", (-0.5,), -1.0, (None,)),
    ("floor", (-0.0,), -0.0, (None,)),
    ("floor", (INF,), INF, (None,)),
    ("floor", (NAN,), NAN, (None,)),
    ("ceil", (-0.5,), -0.0, (None,)),
    ("ceil", (-INF,), -INF, (None,)),
    ("trunc", (-0.5,), -0.0, (None,)),
    ("trunc", (NAN,), NAN, (None,)),
    ("rint", (0.5,), 0.0, (None,)),
    ("rint", (1.5,), 2.0, (None,)),
    ("rint", (-0.5,), -0.0, (None,)),
    ("rint", (0.5 - 2.0**-54,), 0.0, (None,)),
    ("rint", (2.0**52 - 0.5,), 2.0**52, (None,)),
    ("rint", (-INF,), -INF, (None,)),
    ("rint", (NAN,), NAN, (None,)),
    ("copysign", (0.0, -1.0), -0.0, (0.0, None)),
    ("copysign", (2.0, -0.0), -2.0, (-1.0, None)),
    ("copysign", (NAN, 1.0), NAN, (NAN, None)),
    ("fmod", (-5.0, 3.0), -2.0, (1.0, 1.0)),
    ("fmod", (6.0, 3.0), 0.0, (1.0, -2.0)),
    ("fmod", (5.0, 0.0), NAN, (1.0, NAN)),
    ("fmod", (INF, 2.0), NAN, (1.0, NAN)),
    ("fmod", (5.0, INF), 5.0, (1.0, 0.0)),
    ("mod", (-5.0, 3.0), 1.0, (1.0, 2.0)),
    ("mod", (5.0, -3.0), -1.0, (1.0, 2.0)),
    ("mod", (5.0, 0.0), NAN, (1.0, -INF)),
    ("mod", (-5.0, INF), INF, (1.0, 1.0)),
    ("mod", (-1e-20, 1.0), 1.0, (1.0, 1.0)),
    ("floor_divide", (1.0, 0.1), 9.0, (None, None)),
    ("floor_divide", (-5.0, INF), -1.0, (None, None)),
    ("floor_divide", (5.0, 0.0), INF, (None, None)),
    ("floor_divide", (INF, 2.0), NAN, (None, None)),
    ("lt", (NAN, 1.0), 0.0, (None, None)),
    ("le", (1.0, 1.0), 1.0, (None, None)),
    ("gt", (INF, 1.0), 1.0, (None, None)),
    ("ge", (NAN, NAN), 0.0, (None, None)),
    ("eq", (0.0, -0.0), 1.0, (None, None)),
    ("ne", (NAN, NAN), 1.0, (None, None)),
    ("where", (1.0, 2.0, NAN), 2.0, (None, 1.0, 0.0)),
    ("where", (0.0, INF, 3.0), 3.0, (None, 0.0, 1.0)),
    ("where", (NAN, 2.0, 3.0), 2.0, (None, 1.0, 0.0)),
    # Arithmetic.
    ("add", (INF, -INF), NAN, (1.0, 1.0)),
    ("sub", (INF, INF), NAN, (1.0, -1.0)),
    ("mul", (0.0, INF), NAN, (INF, 0.0)),
    ("chain", (0.0, 2.0), 0.0, (2.0, 0.0)),
    ("chain", (0.0, INF), 0.0, (NAN, 0.0)),
    ("chain", (0.0, NAN), 0.0, (NAN, 0.0)),
    ("chain", (NAN, 0.0), NAN, (0.0, NAN)),
    ("chosen", (0.0, 2.0), 0.0, (2.0, 0.0)),
    ("chosen", (0.0, INF), 0.0, (NAN, 0.0)),
    ("chosen", (INF, 0.0), NAN, (0.0, INF)),
    ("choose", (0.0, 2.0), 0.0, (2.0, 0.0)),
    ("choose", (0.0, INF), 0.0, (NAN, 0.0)),
    ("choose", (-INF, 0.0), 0.0, (0.0, NAN)),
    ("choose", (NAN, 2.0), NAN, (2.0, NAN)),
    ("doubt", (3.0, 2.0, 0.0), 3.0, (1.0, 0.0, None)),
    ("doubt", (INF, 0.0, 1.0), INF, (1.0, NAN, None)),
    ("div", (1.0, 0.0), INF, (INF, -INF)),
    ("div", (1.0, -0.0), -INF, (-INF, -INF)),
    ("div", (0.0, 0.0), NAN, (INF, NAN)),
    ("div", (1e250, INF), 0.0, (0.0, 0.0)),
    ("div", (TINY, 0.25), 4 * TINY, (4.0, -16 * TINY)),
    ("div", (3 * TINY, 2.0**-1000), 3 * 2.0**-74, (2.0**1000, -3 * 2.0**926)),
    ("neg", (0.0,), -0.0, (-1.0,)),
    ("identity", (NAN,), NAN, (1.0,)),
    ("sum", (INF, -INF, 1.0), NAN, (1.0, 1.0, 1.0)),
    ("dot", (0.0, 1.0, INF, 2.0), NAN, (INF, 2.0, 0.0, 1.0)),
    # Powers and roots.
    ("pow", (0.0, 2.0), 0.0, (0.0, 0.0)),
    ("pow", (0.0, 1.0), 0.0, (1.0, 0.0)),
    ("pow", (0.0, 0.5), 0.0, (INF, 0.0)),
    ("pow", (0.0, 0.0), 1.0, (0.0, -INF)),
    ("pow", (0.0, -1.0), INF, (-INF, -INF)),
    ("pow", (-0.0, -3.0), -INF, (-INF, -INF)),
    ("pow", (-2.0, 3.0), -8.0, (12.0, NAN)),
    ("pow", (-8.0, 1 / 3), NAN, (NAN, NAN)),
    ("pow", (NAN, 0.0), 1.0, (0.0, NAN)),
    ("pow", (1.0, INF), 1.0, (INF, 0.0)),
    ("pow", (INF, 1.0), INF, (1.0, INF)),
    ("pow", (2.0, -INF), 0.0, (0.0, 0.0)),
    ("pow", (2.0, INF), INF, (INF, INF)),
    ("pow", (0.0, 0.25), 0.0, (INF, 0.0)),
    ("pow", (0.0, 1e16), 0.0, (0.0, 0.0)),
    ("pow", (INF, -1.0), 0.0, (0.0, 0.0)),
    ("pow", (1e200, 2.0), INF, (2e200, INF)),
    ("pow", (1e-200, 2.0), 0.0, (2e-200, 0.0)),
    ("sqrt", (0.0,), 0.0, (INF,)),
    ("sqrt", (-0.0,), -0.0, (-INF,)),
    ("sqrt", (-1.0,), NAN, (NAN,)),
    ("sqrt", (INF,), INF, (0.0,)),
    ("cbrt", (0.0,), 0.0, (INF,)),
    ("cbrt", (-0.0,), -0.0, (INF,)),
    ("cbrt", (-INF,), -INF, (0.0,)),
    # Exponentials and logarithms.
    ("exp", (710.0,), INF, (INF,)),
    ("exp", (-INF,), 0.0, (0.0,)),
    ("exp", (NAN,), NAN, (NAN,)),
    ("expm1", (-0.0,), -0.0, (1.0,)),
    ("expm1", (710.0,), INF, (INF,)),
    ("expm1", (-INF,), -1.0, (0.0,)),
    ("log", (0.0,), -INF, (INF,)),
    ("log", (-1.0,), NAN, (-1.0,)),
    ("log", (INF,), INF, (0.0,)),
    ("log1p", (-1.0,), -INF, (INF,)),
    ("log1p", (-2.0,), NAN, (-1.0,)),
    ("log2", (0.0,), -INF, (INF,)),
    ("log10", (0.0,), -INF, (INF,)),
    ("exp2", (1024.0,), INF, (1.2460659279417838e308,)),
    ("exp2", (-INF,), 0.0, (0.0,)),
    ("entr", (0.0,), 0.0, (INF,)),
    ("entr", (-1.0,), -INF, (NAN,)),
    ("entr", (INF,), -INF, (-INF,)),
    ("entr", (NAN,), NAN, (NAN,)),
    ("xlogy", (0.0, 0.0), 0.0, (-INF, NAN)),
    ("xlogy", (0.0, -1.0), 0.0, (NAN, 0.0)),
    ("xlogy", (0.0, INF), 0.0, (INF, 0.0)),
    ("xlogy", (0.0, NAN), NAN, (NAN, NAN)),
    ("xlogy", (1.0, 0.0), -INF, (-INF, INF)),
    ("xlog1py", (0.0, -1.0), 0.0, (-INF, NAN)),
    ("xlog1py", (0.0, NAN), NAN, (NAN, NAN)),
    ("xlog1py", (1.0, -1.0), -INF, (-INF, INF)),
    # Trigonometric and hyperbolic functions.
    ("sinc", (0.0,), 1.0, (0.0,)),
    ("sinc", (1.0,), 0.0, (-1.0,)),
    ("sinc", (2.0**60,), 0.0, (2.0**-60,)),
    ("sinc", (-INF,), 0.0, (0.0,)),
    ("sinc", (NAN,), NAN, (NAN,)),
    ("radians", (180.0,), math.pi, (math.pi / 180.0,)),
    ("degrees", (math.pi,), 180.0, (180.0 / math.pi,)),
    ("sin", (INF,), NAN, (NAN,)),
    ("cos", (-INF,), NAN, (NAN,)),
    ("tan", (INF,), NAN, (NAN,)),
    ("asin", (1.0,), math.pi / 2, (INF,)),
    ("asin", (1.5,), NAN, (NAN,)),
    ("acos", (-1.0,), math.pi, (-INF,)),
    ("acos", (-1.5,), NAN, (NAN,)),
    ("atan", (INF,), math.pi / 2, (0.0,)),
    ("atan", (-HUGE,), -math.pi / 2, (0.0,)),
    ("sinh", (-711.0,), -INF, (INF,)),
    ("cosh", (-711.0,), INF, (-INF,)),
    ("tanh", (-INF,), -1.0, (0.0,)),
    ("tanh", (372.0,), 1.0, (4 * math.exp(-744.0),)),
    ("asinh", (INF,), INF, (0.0,)),
    ("asinh", (HUGE,), math.asinh(HUGE), (1 / HUGE,)),
    ("acosh", (1.0,), 0.0, (INF,)),
    ("acosh", (0.5,), NAN, (NAN,)),
    ("acosh", (INF,), INF, (0.0,)),
    ("atanh", (1.0,), INF, (INF,)),
    ("atanh", (-1.0,), -INF, (INF,)),
    ("atanh", (2.0,), NAN, (-1 / 3,)),
    # Error and gamma functions.
    ("erf", (-INF,), -1.0, (0.0,)),
    ("erf", (NAN,), NAN, (NAN,)),
    ("erfc", (INF,), 0.0, (-0.0,)),
    ("gelu", (0.0,), 0.0, (0.5,)),
    ("gelu", (INF,), INF, (1.0,)),
    ("gelu", (-1e300,), -0.0, (-0.0,)),
    ("gelu", (-INF,), NAN, (NAN,)),
    ("lgamma", (1.0,), 0.0, (-0.5772156649015329,)),
    ("lgamma", (2.0,), 0.0, (0.42278433509846713,)),
    ("lgamma", (0.0,), INF, (-INF,)),
    ("lgamma", (-0.0,), INF, (INF,)),
    ("lgamma", (-1.0,), INF, (NAN,)),
    ("lgamma", (INF,), INF, (INF,)),
    ("lgamma", (-INF,), INF, (NAN,)),
    ("polygamma", (0.0, 0.0), -INF, (None, INF)),
    ("polygamma", (1.0, -1.0), INF, (None, NAN)),
    ("polygamma", (1.0, 0.0), INF, (None, -INF)),
    ("polygamma", (1.0, INF), 0.0, (None, -0.0)),
    ("polygamma", (0.5, 1.0), NAN, (None, NAN)),
    ("polygamma", (-1.0, 1.0), NAN, (None, -0.5772156649015329)),
    ("digamma", (0.0,), -INF, (INF,)),
    ("digamma", (-0.0,), INF, (INF,)),
    ("digamma", (-1.0,), NAN, (INF,)),
    ("digamma", (INF,), INF, (0.0,)),
    ("betaln", (0.0, 1.0), INF, (-INF, 0.0)),
    ("betaln", (1.0, INF), -INF, (NAN, 0.0)),
    ("betaln", (-1.0, 1.0), NAN, (NAN, INF)),
    ("betaln", (1e10, 1e-3), 6.884153034453963, (-1.00000000004995e-13, -1023.6014228617008)),
    # The normal distribution.
    ("erfinv", (1.0,), INF, (INF,)),
    ("erfinv", (-1.0,), -INF, (INF,)),
    ("erfinv", (0.0,), 0.0, (math.sqrt(math.pi) / 2.0,)),
    ("erfinv", (1.5,), NAN, (NAN,)),
    ("ndtr", (-INF,), 0.0, (0.0,)),
    ("ndtr", (INF,), 1.0, (0.0,)),
    ("ndtr", (NAN,), NAN, (NAN,)),
    ("ndtr", (-38.4,), 6.6e-323, (2.537e-321,)),
    ("log_ndtr", (-INF,), -INF, (INF,)),
    ("log_ndtr", (INF,), 0.0, (0.0,)),
    ("log_ndtr", (-1e10,), -5e19, (1e10,)),
    ("ndtri", (0.0,), -INF, (INF,)),
    ("ndtri", (1.0,), INF, (INF,)),
    ("ndtri", (0.5,), 0.0, (math.sqrt(2.0 * math.pi),)),
    ("ndtri", (1.5,), NAN, (NAN,)),
    # Sigmoid and its kin.
    ("logit", (0.0,), -INF, (INF,)),
    ("logit", (1.0,), INF, (INF,)),
    ("logit", (2.0,), NAN, (-0.5,)),
    ("sigmoid", (-INF,), 0.0, (0.0,)),
    ("sigmoid", (INF,), 1.0, (0.0,)),
    ("sigmoid", (740.0,), 1.0, (math.exp(-740.0),)),
    ("softplus", (-INF,), 0.0, (0.0,)),
    ("softplus", (INF,), INF, (1.0,)),
    ("softplus", (NAN,), NAN, (NAN,)),
    ("log_sigmoid", (-INF,), -INF, (1.0,)),
    ("log_sigmoid", (INF,), -0.0, (0.0,)),
    ("silu", (INF,), INF, (1.0,)),
    ("silu", (-1e300,), -0.0, (-0.0,)),
    ("silu", (-INF,), NAN, (NAN,)),
    ("logaddexp", (1000.0, 1000.0), 1000.0 + LOG_2, (0.5, 0.5)),
    ("logaddexp", (-INF, 1.0), 1.0, (0.0, 1.0)),
    ("logaddexp", (-INF, -INF), -INF, (NAN, NAN)),
    ("logaddexp", (INF, INF), INF, (NAN, NAN)),
    ("logaddexp", (INF, 1.0), INF, (1.0, 0.0)),
    ("logaddexp", (NAN, 1.0), NAN, (NAN, NAN)),
    ("logsumexp", (1000.0, 1000.0, -INF), 1000.0 + LOG_2, (0.5, 0.5, 0.0)),
    ("logsumexp", (-INF, -INF, -INF), -INF, (NAN, NAN, NAN)),
    ("logsumexp", (INF, 1.0, 1.0), INF, (NAN, NAN, NAN)),
]


def same(computed, expected):
    """Equal to the last digit, zeros by their sign too; a rounding or two in ordinary numbers."""
    if expected is None or computed is None:
        return computed is expected
    if math.isnan(expected):
        return math.isnan(computed)
    if expected == 0.0 or math.isinf(expected):
        return computed == expected
    return abs(computed - expected) <= 2.0 * math.ulp(expected)


@pytest.mark.parametrize(
    ("name", "operands", "value", "partials"),
    EDGES,
    ids=[f"{name}({', '.join(map(str, operands))})" for name, operands, _, _ in EDGES],
)
def test_edge(name, operands, value, partials):
    """Value and local derivatives at a kink, a pole, an infinity or NaN are as documented."""
    op = OPS[name]
    assert same(op.evaluate(*operands), value), op.evaluate(*operands)
    local = op.local(*operands)
    assert all(map(same, local, partials)), local


SIGNED = ("floor", "ceil", "trunc", "rint", "copysign", "sign", "neg", "atan2")
SIGNED_ZEROS = [row for row in EDGES if row[2] == 0.0 and row[0] in SIGNED]


@pytest.mark.parametrize(("name", "operands", "value", "_"), SIGNED_ZEROS)
def test_signed_zero(name, operands, value, _):
    """Where C has a negative zero, so has the primitive."""
    assert math.copysign(1.0, OPS[name].evaluate(*operands)) == math.copysign(1.0, value)


@pytest.mark.parametrize("name", OPS)
def test_every_primitive_documents_its_edges(name):
    """The table of edges has a row for each primitive, and this file pins one."""
    assert OPS[name].edge.endswith(".")
    assert any(row[0] == name for row in EDGES)


@pytest.mark.parametrize(
    ("name", "derivatives_at_zero"),
    [
        ("tanh", (1.0, 0.0, -2.0, 0.0, 16.0)),
        ("sigmoid", (0.25, 0.0, -0.125, 0.0, 0.25)),
        ("softplus", (0.5, 0.25, 0.0, -0.125, 0.0)),
        ("silu", (0.5, 0.5, 0.0, -0.5, 0.0)),
        ("atan", (1.0, 0.0, -2.0, 0.0, 24.0)),
        ("asinh", (1.0, 0.0, -1.0, 0.0, 9.0)),
        ("gelu", (0.5, 2 / math.sqrt(2 * math.pi), 0.0, -4 / math.sqrt(2 * math.pi))),
        ("erf", tuple(2 / math.sqrt(math.pi) * x for x in (1.0, 0.0, -2.0, 0.0, 12.0))),
    ],
)
def test_higher_derivatives_at_zero(name, derivatives_at_zero):
    """Forms that treat x < 0 and x >= 0 apart join smoothly at 0, to every order."""
    f = getattr(autograd, name)
    for expected in derivatives_at_zero:
        f = grad(f)
        assert f(0.0) == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("x", [-2.0, 0.0, 3.0])
def test_higher_derivatives_of_powers(x):
    """The derivatives of x**4 by repeated differentiation, at a negative base and at zero too."""

    def f(x):
        return x**4

    for expected in (4 * x**3, 12 * x**2, 24 * x, 24.0, 0.0):
        f = grad(f)
        assert f(x) == pytest.approx(expected, rel=1e-12, abs=1e-12)
