"""What the primitives should be: their values and derivatives in mpmath, written independently.

One entry a primitive: the value, one derivative an operand (None where there is no edge), the
domain of each operand, and `near`: points of the operands where digits are easily lost. Where a
bound of 4 ulp of the result cannot hold, `scales` gives the size that 4 ulp are measured against:
first for the value, then for each derivative. A Reference knows nothing of the rules it judges.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from mpmath import mp

INF = math.inf
R = (-INF, INF)
POSITIVE = (0.0, INF)
UNIT = (-1.0, 1.0)
TRIGONOMETRIC = (math.pi / 2, math.pi, 1e22)
LIMITS = (-745.1, -709.8, -37.0, -19.0, 0.0, 19.0, 37.0, 709.8, 745.1)


class Reference(NamedTuple):
    value: Callable[..., Any]
    partials: tuple[Callable[..., Any] | None, ...]
    domains: tuple[tuple[float, float], ...] = (R,)
    near: tuple[float, ...] = ()
    scales: tuple[Callable[..., Any] | None, ...] = ()


def unary(value, partial, domain=R, near=(), scales=()):
    return Reference(value, (partial,), (domain,), near, scales)


def zero(*_):
    return mp.mpf(0)


def one(*_):
    return mp.mpf(1)


def pow_(a, b):
    """a**b for a > 0, or any a and a whole b; beyond floats by far, only so far."""
    if a == 0:
        return mp.mpf(0) if b > 0 else mp.mpf(1)
    exponent = max(min(b * mp.log(abs(a)), mp.mpf(5000)), mp.mpf(-5000))
    odd = a < 0 and mp.fmod(b, 2) != 0
    return -mp.exp(exponent) if odd else mp.exp(exponent)


def bell(x):
    return mp.exp(-min(x * x, mp.mpf(10) ** 6))


def density(x):
    return bell(x / mp.sqrt(2)) / mp.sqrt(2 * mp.pi)


def erfc(x):
    return mp.erfc(min(x, mp.mpf(1000)))


def cdf(x):
    return erfc(-x / mp.sqrt(2)) / 2


def log_ndtr(x):
    """log of cdf(x); far below 0 by Laplace's continued fraction, as exp(-x²/2) takes no mpf."""
    if x > -1000:
        return mp.log(cdf(x)) if x < 0 else mp.log1p(-cdf(-x))
    return -x * x / 2 - mp.log(mp.sqrt(2 * mp.pi) * hazard(x))


def hazard(x):
    """density(x) / cdf(x)"""
    if x > -1000:
        return density(x) / cdf(x)
    fraction = -x
    for term in range(30, 0, -1):
        fraction = -x + term / fraction
    return fraction


def erfcinv(q):
    """By Newton's method from the leading term, for q in (0, 1/2]."""
    t = mp.sqrt(-mp.log(q * mp.sqrt(mp.pi)) + mp.mpf("0.1"))
    for _ in range(60):
        step = mp.log(mp.erfc(t) / q) * mp.erfc(t) * mp.sqrt(mp.pi) / 2 * mp.exp(t * t)
        t += step
        if abs(step) < mp.mpf(10) ** -45 * t:
            break
    return t


def erfinv(x):
    if abs(x) > mp.mpf("0.5"):
        return mp.sign(x) * erfcinv(1 - abs(x))
    return mp.erfinv(x)


def ndtri(p):
    if abs(p - mp.mpf("0.5")) < mp.mpf("0.25"):
        return mp.sqrt(2) * erfinv(2 * p - 1)
    return mp.sqrt(2) * (-erfcinv(2 * p) if p < mp.mpf("0.5") else erfcinv(2 - 2 * p))


def ndtri_slope(p):
    return mp.sqrt(2 * mp.pi) * mp.exp(ndtri(p) ** 2 / 2)


def erfinv_slope(x):
    return mp.sqrt(mp.pi) / 2 * mp.exp(erfinv(x) ** 2)


def twice(slope):
    """4 ulp of twice the derivative."""
    return None, lambda x: 2 * slope(x)


def sigmoid(x):
    return 1 / (1 + mp.exp(-x)) if x > -5000 else zero()


def softplus(x):
    return max(x, 0) + mp.log1p(mp.exp(-abs(x))) if abs(x) < 5000 else max(x, zero())


def silu_slope(x):
    return sigmoid(x) + x * sigmoid(x) * sigmoid(-x)


def lgamma(x):
    if x > 0:
        return mp.loggamma(x)
    return mp.log(mp.pi / abs(mp.sinpi(x))) - mp.loggamma(1 - x)


def reflection(x):
    """The larger of the terms that cancel in lgamma below 0."""
    if x > 0:
        return zero()
    return max(abs(mp.log(mp.pi / abs(mp.sinpi(x)))), abs(mp.loggamma(1 - x)))


def psi(n, x):
    """Polygamma; below 0 by reflection, as mpmath's own takes minutes far out."""
    if x > 0:
        return mp.psi(int(n), x)
    # The n-th derivative of π cot(πx) as a polynomial in c = cot(πx), whose derivative is -π(1+c²).
    polynomial = [mp.mpf(0), mp.pi]  # lowest power first
    for _ in range(int(n)):
        slope = [k * p for k, p in enumerate(polynomial)][1:]
        polynomial = [-mp.pi * (p + q) for p, q in zip([*slope, 0, 0], [0, 0, *slope])]
    cotangent = mp.cospi(x) / mp.sinpi(x)
    cotangents = mp.fsum(p * cotangent**k for k, p in enumerate(polynomial))
    return (-1) ** int(n) * mp.psi(int(n), 1 - x) - cotangents


def digamma_reflection(x):
    """The larger of the terms that cancel in digamma below 0."""
    return max(abs(mp.pi * mp.cospi(x) / mp.sinpi(x)), abs(mp.psi(0, 1 - x))) if x < 0 else zero()


def polygamma_scale(n, x):
    """The terms of the two nearest poles, which cancel for even n below 0."""
    if x > 0:
        return zero()
    distance = abs(x - mp.nint(x))
    return mp.factorial(n) * (distance ** -(n + 1) + (1 - distance) ** -(n + 1))


def logsumexp(*xs):
    top = max(xs)
    rest = sorted(xs)[:-1]
    return top + mp.log1p(mp.fsum(mp.exp(max(x - top, mp.mpf(-5000))) for x in rest))


def share(i):
    """The derivative of logsumexp for operand i."""

    def softmax(*xs):
        return 1 / mp.fsum(mp.exp(max(min(x - xs[i], mp.mpf(5000)), mp.mpf(-5000))) for x in xs)

    return softmax


def length(*xs):
    return mp.sqrt(mp.fsum(x * x for x in xs))


def component(i):
    return lambda *xs: xs[i] / length(*xs) if any(xs) else zero()


def operand(i):
    return lambda *xs: xs[i]


def indicator(holds):
    return Reference(lambda a, b: mp.mpf(holds(a, b)), (None, None), (R, R))


def share_of_the_chosen(rule, i):
    """1 over how many have the value, for each of those; ``i`` counts the operands to choose from.

    ``rule`` gives the value and the operands that it was chosen from.
    """

    def partial(*operands):
        value, xs = rule(*operands)
        return mp.mpf(xs[i] == value) / xs.count(value)

    return partial


def kth_smallest(k, *xs):
    return sorted(xs)[int(mp.floor(min(max(k, 0), len(xs) - 1) + mp.mpf(1) / 2))], xs


def top_size(*xs):
    return abs(max(xs))


def sinc(x):
    return mp.sinpi(x) / (mp.pi * x) if x else one()


def sinc_slope(x):
    if abs(x) < mp.mpf(10) ** -12:
        return -(mp.pi**2) * x / 3 * (1 - mp.pi**2 * x * x / 10)
    return (mp.cospi(x) - sinc(x)) / x


def sinc_terms(x):
    """What cancels in the derivative, but for x near 0."""
    return (abs(mp.cospi(x)) + abs(sinc(x))) / abs(x) if abs(x) > 0.5 else zero()


def xlog(logarithm, shift):
    """x·log(y) or x·log1p(y); shift is what the latter adds to y."""
    return Reference(
        lambda x, y: x * logarithm(y),
        (lambda x, y: logarithm(y), lambda x, y: x / (y + shift)),
        (R, (-float(shift), INF)),
        (1.0 - shift,),
    )


def betaln(a, b):
    with mp.workdps(100):
        return mp.loggamma(a) + (mp.loggamma(b) - mp.loggamma(a + b))


def psi_difference(a, b):
    with mp.workdps(100):
        return mp.psi(0, a) - mp.psi(0, a + b)


def beta_terms(a, b):
    """What cancels near the zeros of betaln; far from them twice the result."""
    size = abs(betaln(a, b))
    return max(one(), abs(mp.loggamma(min(a, b)))) if size < 1 else 2 * size


def copysign(a, b):
    return -abs(a) if math.copysign(1.0, float(b)) < 0.0 else abs(a)


def remainder(whole):
    """a - b·whole(a/b) and its derivatives, computed with as many digits as that takes."""

    def quotient(a, b):
        with mp.workdps(700):
            return whole(mp.mpf(a) / b)

    def value(a, b):
        with mp.workdps(700):
            return +(mp.mpf(a) - b * whole(mp.mpf(a) / b))

    return Reference(value, (one, lambda a, b: -quotient(a, b)), (R, (-INF, INF))), Reference(
        quotient, (None, None), (R, R)
    )


def trunc(x):
    return mp.floor(x) if x > 0 else mp.ceil(x)


FMOD, _ = remainder(trunc)
MOD, FLOOR_DIVIDE = remainder(mp.floor)

REFERENCES: dict[str, Reference] = {
    # arithmetic
    "add": Reference(lambda a, b: a + b, (one, one), (R, R)),
    "sub": Reference(lambda a, b: a - b, (one, lambda a, b: -one()), (R, R)),
    "mul": Reference(lambda a, b: a * b, (operand(1), operand(0)), (R, R)),
    "chain": Reference(lambda a, b: a * b, (operand(1), operand(0)), (R, R)),
    "chosen": Reference(lambda a, b: a * b, (operand(1), operand(0)), (R, R)),
    "choose": Reference(lambda a, b: a * b, (operand(1), operand(0)), (R, R)),
    "doubt": Reference(operand(0), (one, lambda y, a, k: zero(), None), (R, R, (0.0, 0.0))),
    "div": Reference(lambda a, b: a / b, (lambda a, b: 1 / b, lambda a, b: -a / b**2), (R, R)),
    "neg": unary(lambda x: -x, lambda x: -one()),
    "identity": unary(lambda x: x, one),
    # powers, exponentials, logarithms
    "pow": Reference(
        pow_,
        (lambda a, b: b * pow_(a, b - 1), lambda a, b: pow_(a, b) * mp.log(a)),
        (POSITIVE, R),
        (0.0, 0.5, 1.0, 2.0, 3.0, -1.0),
    ),
    "sqrt": unary(mp.sqrt, lambda x: 1 / (2 * mp.sqrt(x)), POSITIVE),
    "cbrt": unary(
        lambda x: mp.sign(x) * mp.cbrt(abs(x)), lambda x: 1 / (3 * mp.cbrt(abs(x)) ** 2)
    ),
    "exp": unary(mp.exp, mp.exp, (-1e4, 1e4), LIMITS),
    "expm1": unary(mp.expm1, mp.exp, (-1e4, 1e4), LIMITS),
    "log": unary(mp.log, lambda x: 1 / x, POSITIVE, (1.0,)),
    "log1p": unary(mp.log1p, lambda x: 1 / (1 + x), (-1.0, INF), (-1.0,)),
    "log2": unary(lambda x: mp.log(x) / mp.ln2, lambda x: 1 / (x * mp.ln2), POSITIVE, (1.0,)),
    "log10": unary(mp.log10, lambda x: 1 / (x * mp.ln10), POSITIVE, (1.0,)),
    "exp2": unary(
        lambda x: mp.power(2, x), lambda x: mp.power(2, x) * mp.ln2, (-2e3, 2e3), (1024.0, -1074.0)
    ),
    "xlogy": xlog(mp.log, 0),
    "xlog1py": xlog(mp.log1p, 1),
    "entr": unary(
        lambda x: -x * mp.log(x), lambda x: -mp.log(x) - 1, POSITIVE, (1.0, math.exp(-1))
    ),
    "logit": unary(
        lambda x: mp.log(x / (1 - x)),
        lambda x: 1 / (x * (1 - x)),
        (0.0, 1.0),
        (0.0, 0.25, 0.5, 1.0),
    ),
    # trigonometric and hyperbolic functions
    "sinc": unary(sinc, sinc_slope, R, (0.0, 0.5, 1.0, 1.5, 1e15), (None, sinc_terms)),
    "radians": unary(lambda x: x * mp.pi / 180, lambda x: mp.pi / 180),
    "degrees": unary(lambda x: x * 180 / mp.pi, lambda x: 180 / mp.pi),
    "sin": unary(mp.sin, mp.cos, R, TRIGONOMETRIC),
    "cos": unary(mp.cos, lambda x: -mp.sin(x), R, TRIGONOMETRIC),
    "tan": unary(mp.tan, lambda x: mp.sec(x) ** 2, R, TRIGONOMETRIC),
    "asin": unary(mp.asin, lambda x: 1 / mp.sqrt(1 - x * x), UNIT, UNIT),
    "acos": unary(mp.acos, lambda x: -1 / mp.sqrt(1 - x * x), UNIT, UNIT),
    "atan": unary(mp.atan, lambda x: 1 / (1 + x * x), R, (1e9,)),
    "sinh": unary(mp.sinh, mp.cosh, (-1e4, 1e4), (-710.4, 710.4)),
    "cosh": unary(mp.cosh, mp.sinh, (-1e4, 1e4), (-710.4, 710.4)),
    "tanh": unary(mp.tanh, lambda x: mp.sech(x) ** 2, (-1e4, 1e4), LIMITS),
    "asinh": unary(mp.asinh, lambda x: 1 / mp.sqrt(1 + x * x), R, (1e154,)),
    "acosh": unary(mp.acosh, lambda x: 1 / mp.sqrt(x * x - 1), (1.0, INF), (1.0, 1e154)),
    "atanh": unary(mp.atanh, lambda x: 1 / (1 - x * x), UNIT, UNIT),
    # lengths, angles, sums
    "hypot": Reference(length, (component(0), component(1)), (R, R), (0.0,)),
    "norm": Reference(length, tuple(map(component, range(3))), (R,) * 3, (0.0,)),
    "atan2": Reference(
        lambda y, x: mp.atan2(y, x),
        (lambda y, x: x / (x * x + y * y), lambda y, x: -y / (x * x + y * y)),
        (R, R),
    ),
    "sum": Reference(
        lambda *xs: mp.fsum(xs),
        (one,) * 3,
        (R,) * 3,
        scales=(lambda *xs: mp.fsum(map(abs, xs)) / 2,),
    ),
    "dot": Reference(
        lambda a, b, c, d: a * c + b * d,
        (operand(2), operand(3), operand(0), operand(1)),
        (R,) * 4,
        scales=(lambda a, b, c, d: (abs(a * c) + abs(b * d)) / 2,),
    ),
    "logsumexp": Reference(
        logsumexp, tuple(map(share, range(3))), (R,) * 3, LIMITS, (top_size,)
    ),
    "logaddexp": Reference(logsumexp, (share(0), share(1)), (R, R), LIMITS, (top_size,)),
    # error and gamma functions
    "erf": unary(mp.erf, lambda x: 2 / mp.sqrt(mp.pi) * bell(x), R, (0.84, 1.25, 6.0, 27.2)),
    "erfc": unary(erfc, lambda x: -2 / mp.sqrt(mp.pi) * bell(x), R, (0.84, 1.25, 26.5, 27.2)),
    "gelu": unary(
        lambda x: x * cdf(x),
        lambda x: cdf(x) + x * density(x),
        R,
        (-0.7518, -37.5, -37.6, -38.5, 0.0, 5.0),
        (None, lambda x: cdf(x) + abs(x) * density(x) if -3 < x < 0 else zero()),
    ),
    "ndtr": unary(cdf, density, R, (-37.5, -37.6, -38.5, -8.3, 0.0)),
    "log_ndtr": unary(log_ndtr, hazard, R, (-37.5, -8.0, -1.0, 0.0, 8.0, 38.5), twice(hazard)),
    "ndtri": unary(
        ndtri,
        ndtri_slope,
        (0.0, 1.0),
        (0.0, 1e-290, 0.25, 0.5, 0.75, 1.0),
        twice(ndtri_slope),
    ),
    "erfinv": unary(
        erfinv,
        erfinv_slope,
        UNIT,
        (-1.0, -0.5, 0.0, 0.5, 1.0),
        twice(erfinv_slope),
    ),
    "lgamma": unary(
        lgamma,
        lambda x: psi(0, x),
        R,
        (-2.457, -2.748, -0.5, 0.5, 1.0, 1.4616, 2.0, 2.5, 10.0, 12.0),
        (reflection, digamma_reflection),
    ),
    "digamma": unary(
        lambda x: psi(0, x), lambda x: psi(1, x), R, (-0.5, 1.0, 1.4616, 2.0), (digamma_reflection,)
    ),
    "betaln": Reference(
        betaln,
        (lambda a, b: psi_difference(a, b), lambda a, b: psi_difference(b, a)),
        ((1e-25, 1e25), (1e-25, 1e25)),  # beyond, mpmath would need hundreds of digits
        (1.0, 2.0, 10.0),
        (beta_terms,),
    ),
    "polygamma": Reference(
        psi,
        (None, lambda n, x: psi(n + 1, x)),
        ((0.0, 0.0), R),
        (-0.5, 1.0, 1.4616, 2.0, 10.0),
        (polygamma_scale, None, lambda n, x: polygamma_scale(n + 1, x)),
    ),
    # sigmoid and its kin
    "sigmoid": unary(sigmoid, lambda x: sigmoid(x) * sigmoid(-x), R, LIMITS),
    "softplus": unary(softplus, sigmoid, R, LIMITS),
    "log_sigmoid": unary(lambda x: -softplus(-x), lambda x: sigmoid(-x), R, LIMITS),
    "silu": unary(
        lambda x: x * sigmoid(x),
        silu_slope,
        R,
        (*LIMITS, -1.2785),
        (None, lambda x: sigmoid(x) * (1 + abs(x) * sigmoid(-x)) if -3 < x < 0 else zero()),
    ),
    # kinks and steps
    "abs": unary(abs, mp.sign),
    "sign": unary(mp.sign, None),
    "floor": unary(mp.floor, None),
    "stop_gradient": unary(lambda x: x, None),
    "ceil": unary(mp.ceil, None),
    "trunc": unary(trunc, None),
    "rint": unary(mp.nint, None),
    "copysign": Reference(copysign, (lambda a, b: mp.sign(a) * copysign(1, b), None), (R, R)),
    "fmod": FMOD,
    "mod": MOD,
    "floor_divide": FLOOR_DIVIDE,
    "lt": indicator(lambda a, b: a < b),
    "le": indicator(lambda a, b: a <= b),
    "gt": indicator(lambda a, b: a > b),
    "ge": indicator(lambda a, b: a >= b),
    "eq": indicator(lambda a, b: a == b),
    "ne": indicator(lambda a, b: a != b),
    "where": Reference(
        lambda c, a, b: a if c else b,
        (None, lambda c, a, b: mp.mpf(c != 0), lambda c, a, b: mp.mpf(c == 0)),
        (R, R, R),
    ),
    "maximum": Reference(
        max, (lambda a, b: mp.mpf(a > b), lambda a, b: mp.mpf(b > a)), (R, R)
    ),
    "minimum": Reference(
        min, (lambda a, b: mp.mpf(a < b), lambda a, b: mp.mpf(b < a)), (R, R)
    ),
    "max": Reference(
        max, tuple(share_of_the_chosen(lambda *xs: (max(xs), xs), i) for i in range(3)), (R,) * 3
    ),
    "min": Reference(
        min, tuple(share_of_the_chosen(lambda *xs: (min(xs), xs), i) for i in range(3)), (R,) * 3
    ),
    "kth_smallest": Reference(
        lambda k, *xs: kth_smallest(k, *xs)[0],
        (None, *(share_of_the_chosen(kth_smallest, i) for i in range(3))),
        (R,) * 4,
    ),
    "clip": Reference(
        lambda x, low, high: min(max(x, low), high),
        (
            lambda x, low, high: mp.mpf(low < x < high),
            lambda x, low, high: mp.mpf(x < low < high),
            lambda x, low, high: mp.mpf(max(x, low) > high),
        ),
        (R, R, R),
    ),
    "relu": unary(lambda x: max(x, zero()), lambda x: mp.mpf(x > 0)),
    "leaky_relu": Reference(
        lambda x, slope: x if x > 0 else slope * x,
        (lambda x, slope: one() if x > 0 else slope, lambda x, slope: min(x, zero())),
        (R, R),
    ),
    "elu": Reference(
        lambda x, alpha: x if x > 0 else alpha * mp.expm1(x),
        (
            lambda x, alpha: one() if x > 0 else alpha * mp.exp(x),
            lambda x, alpha: zero() if x > 0 else mp.expm1(x),
        ),
        ((-1e4, INF), (0.0, 2.0)),
        (-709.8, -745.1),
    ),
}  # fmt: skip
