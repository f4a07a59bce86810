"""Every primitive against mpmath at 60 digits, over the whole range of floats, in ulps."""

import math
import random

import pytest
from mpmath import mp

from autograd.ops.op import OPS
from tests.autograd.ops.mp_references import REFERENCES

POINTS = 3000
# Two or three correctly rounded steps and a library function of 1 to 2 ulp make at most this.
ULPS = 4.0
LARGEST = 2.0**1023 * (2.0 - 2.0**-52)
OVERFLOW = mp.mpf(2) ** 1024


def within(x, domain):
    return min(max(x, domain[0], -LARGEST), domain[1], LARGEST)


def draw(rng, domain, sample, near):
    """One operand: an ordinary number, one of any magnitude, or one close to a delicate point."""
    kind = rng.random()
    if kind < 0.25:
        return rng.uniform(*sample)
    if kind < 0.4 and near:
        point = rng.choice(near)
        reach = (abs(point) or 1.0) * 2.0 ** -rng.randint(0, 52)
        return within(point + reach * rng.uniform(-1, 1), domain)
    if kind < 0.55:
        return within(rng.uniform(-1, 1) * rng.choice((2.0, 50.0, 800.0)), domain)
    if kind < 0.65:
        end = rng.choice([x for x in domain if math.isfinite(x)] or [0.0])
        return within(end + rng.choice((-1, 1)) * 10.0 ** rng.uniform(-323, 0), domain)
    magnitude = 2.0 ** rng.uniform(-1074, 1024) if kind < 0.85 else 2.0 ** rng.uniform(-30, 30)
    return within(rng.choice((-1, 1)) * magnitude, domain)


def points(name):
    """POINTS tuples of operands at which the primitive is smooth and finite."""
    rng = random.Random(name)
    reference, sample = REFERENCES[name], OPS[name].sample
    made = 0
    while made < POINTS:
        operands = [draw(rng, *bounds, reference.near) for bounds in zip(reference.domains, sample)]
        if len(operands) > 1 and rng.random() < 0.2:  # operands of nearly one size, that cancel
            operands = [
                within(operands[0] * (1.0 + rng.uniform(-1, 1) * 2.0 ** -rng.randint(0, 52)), d)
                for d in reference.domains
            ]
        if name == "polygamma":
            operands[0] = float(rng.randint(0, 3))
        if not at_singularity(name, operands):
            made += 1
            yield tuple(operands)


def at_singularity(name, operands):
    """Whether test_edges has to pin this point: a pole, a kink, the end of a domain."""
    if name in ("lgamma", "digamma", "polygamma"):
        return operands[-1] <= 0.0 and operands[-1] == math.floor(operands[-1])
    if name == "pow":
        return operands[0] == 0.0
    if name == "clip":
        return operands[1] >= operands[2] or operands[0] in operands[1:]
    if name == "ndtri":
        return operands[0] in (0.0, 1.0)
    if name == "logit":
        return operands[0] in (0.0, 1.0)
    if name in ("fmod", "mod", "floor_divide", "betaln", "xlogy", "xlog1py"):
        return 0.0 in operands or operands[1] == -1.0
    if name == "div":
        return operands[1] == 0.0
    if name in ("maximum", "minimum"):
        return operands[0] == operands[1]
    if name in ("asin", "acos", "atanh", "acosh", "log1p", "asinh", "erfinv"):
        return abs(operands[0]) == 1.0
    return all(x == 0.0 for x in operands) or (not OPS[name].smooth and 0.0 in operands)


def error_in_ulps(computed, exact, scale):
    """Distance in units of the last place of the exact value, or of `scale` if that is larger."""
    exact = max(min(exact, OVERFLOW), -OVERFLOW)
    unit = math.ulp(float(min(max(abs(exact), scale), mp.mpf(LARGEST))))
    if math.isnan(computed):
        return math.inf
    reached = math.copysign(1, computed) * OVERFLOW if math.isinf(computed) else mp.mpf(computed)
    return float(abs(reached - exact) / unit)


def worst_errors(name):
    """For the value and each derivative: the largest error in ulps, and the operands it is at."""
    op, reference = OPS[name], REFERENCES[name]
    exact_rules = (reference.value, *reference.partials)
    scales = [*reference.scales, *[None] * len(exact_rules)]
    worst = [(0.0, None)] * len(exact_rules)
    with mp.workdps(60):
        for operands in points(name):
            exact_operands = [mp.mpf(x) for x in operands]
            computed = (op.evaluate(*operands), *op.local(*operands))
            for i, rule in enumerate(exact_rules):
                if rule is None:
                    assert computed[i] is None
                    continue
                exact = rule(*exact_operands)
                if computed[i] == float(exact):
                    continue  # the nearest there is: nothing to measure
                scale = scales[i](*exact_operands) if scales[i] else 0
                error = error_in_ulps(computed[i], exact, scale)
                worst[i] = max(worst[i], (error, operands), key=lambda pair: pair[0])
    return worst


@pytest.mark.parametrize("name", OPS)
def test_value_and_derivatives_are_within_4_ulp(name):
    """Value and derivatives of the primitive, at 3,000 points, tails and domain ends included."""
    assert all(error <= ULPS for error, _ in worst_errors(name)), worst_errors(name)


def test_the_exempt_primitives_are_those_measured_against_another_size():
    """A primitive's declared exemption and the test's looser measure go together."""
    assert {name for name, op in OPS.items() if op.exempt} == {
        name for name, reference in REFERENCES.items() if reference.scales
    }
