"""Models that people fit, written as scalars: estimates and errors as other libraries have them."""

from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

import numpy as np
import pytest

import autograd as ag
from autograd import compiled, dot, exp, log, where

pytestmark = [pytest.mark.needs("scipy"), pytest.mark.needs("statsmodels")]


def fitted(f, start, *data):
    """Where a compiled negative log-likelihood of p is least, and the standard errors."""
    from scipy.optimize import minimize

    found = minimize(
        partial(f.value_and_grad, wrt="p"),
        start,
        args=data,
        jac=True,
        hess=partial(f.hessian, wrt="p"),
        method="trust-exact",
        options={"gtol": 1e-10},
    )
    return found.x, np.sqrt(np.diag(np.linalg.inv(f.hessian(found.x, *data, wrt="p"))))


@compiled
def proportional_hazards(p, x, died):
    """Cox's partial likelihood; the latest time comes first."""
    total, at_risk = 0.0, -1e300
    for row, event in zip(x, died):
        at_risk = ag.logaddexp(at_risk, dot(p, row))
        total = total + where(event == 1.0, at_risk - dot(p, row), 0.0)
    return total


def test_proportional_hazards():
    """Coefficients and standard errors of a survival model with censoring."""
    from statsmodels.duration.hazard_regression import PHReg

    rng = np.random.default_rng(3)
    x = rng.normal(size=(80, 2))
    time, limit = rng.exponential(np.exp(-x @ [0.5, -0.3])), rng.exponential(2.0, 80)
    order = np.argsort(-np.minimum(time, limit))
    x, seen, died = x[order], np.minimum(time, limit)[order], (time <= limit)[order]
    found, errors = fitted(proportional_hazards, np.zeros(2), x, died.astype(float))
    theirs = PHReg(seen, x, status=died.astype(float)).fit()
    # Both searches end where the gradient is below 1e-8 or so.
    np.testing.assert_allclose(found, theirs.params, rtol=1e-6)
    np.testing.assert_allclose(errors, theirs.bse, rtol=1e-6)


def test_weibull_with_censoring():
    """The whole sample in one recording, row by row in a batch, and SciPy's own fit."""
    from scipy.stats import CensoredData, weibull_min

    @dataclass
    class Law:
        shape: float
        scale: float
        unit: str = "years"

    def surprise(law, time, died):
        power = (time / law.scale) ** law.shape
        return power - where(died, log(law.shape / time * power), 0.0)

    rng = np.random.default_rng(1)
    time, limit = 3.0 * rng.weibull(1.7, 150), rng.uniform(0.0, 6.0, 150)
    seen, died = np.minimum(time, limit), time <= limit
    rows = compiled(surprise).batched("time", "died")
    f = compiled(
        lambda p, t, d: ag.sum([surprise(Law(exp(p[0]), exp(p[1])), a, b) for a, b in zip(t, d)])
    )
    found, _ = fitted(f, np.zeros(2), seen, died)
    shape, _, scale = weibull_min.fit(CensoredData.right_censored(seen, ~died), floc=0)
    np.testing.assert_allclose(np.exp(found), [shape, scale], rtol=1e-4)  # SciPy's simplex
    law = Law(*np.exp(found))
    value, gradient = rows.value_and_grad(law, seen, died, wrt="law")
    np.testing.assert_allclose(value.sum(), f(found, seen, died), rtol=1e-12)
    np.testing.assert_allclose([gradient.shape, gradient.scale], 0.0, atol=1e-6)
    assert gradient.unit == "years"


def test_ordered_probit():
    """Places in a table that the data name, and a sum over a batch."""
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    class Cuts(NamedTuple):
        slope: float
        first: float
        gap: float

    @compiled
    def surprise(p, x, grade):
        cuts = [-1e9, p.first, p.first + exp(p.gap), 1e9]
        low, high = ag.take(cuts, grade), ag.take(cuts, grade + 1.0)
        return -log(ag.ndtr(high - p.slope * x) - ag.ndtr(low - p.slope * x))

    rng = np.random.default_rng(2)
    x = rng.normal(size=150)
    grade = np.digitize(0.8 * x + rng.normal(size=150), [-0.5, 0.7])
    theirs = OrderedModel(grade, x[:, None], distr="probit").fit(disp=0, method="bfgs", gtol=1e-9)
    rows = surprise.batched("x", "grade")
    at = Cuts(*theirs.params)
    np.testing.assert_allclose(rows(at, x, grade).sum(), -theirs.llf, rtol=1e-10)
    np.testing.assert_allclose(rows.grad(at, x, grade, wrt="p"), 0.0, atol=1e-5)
    hessian = rows.hessian(at, x, grade, wrt="p")
    errors = np.sqrt(np.diag(np.linalg.inv(np.array(hessian))))
    np.testing.assert_allclose(errors, theirs.bse, rtol=1e-4)  # theirs by differences


@dataclass(frozen=True)
class Enzyme:
    """Michaelis and Menten: the substrate at a time, by the equation or step by step."""

    most: float
    half: float
    start: float
    way: str = "equation"
    steps: int = field(default=40, metadata={"static": True})

    def at(self, time):
        if self.way == "equation":  # log s, so that s stays positive
            return exp(ag.root(self._left, log(self.start), self.most, self.half, self.start, time))

        def step(s, _):
            h = time / self.steps
            a = -self.most * s / (self.half + s)
            s_half = s + h / 2.0 * a
            b = -self.most * s_half / (self.half + s_half)
            s_half = s + h / 2.0 * b
            c = -self.most * s_half / (self.half + s_half)
            s_end = s + h * c
            d = -self.most * s_end / (self.half + s_end)
            return s + h / 6.0 * (a + 2.0 * b + 2.0 * c + d), None

        return ag.scan(step, self.start, length=self.steps)[0]

    @staticmethod
    def _left(z, most, half, start, time):
        return half * (z - log(start)) + exp(z) - start + most * time


@pytest.mark.parametrize("way", ["equation", "steps"])
def test_a_progress_curve(way):
    """By an implicit solution and by Runge and Kutta, against Lambert's W and its differences."""
    from scipy.optimize import curve_fit
    from scipy.special import lambertw

    def exact(time, most, half, start):
        return half * lambertw(start / half * np.exp((start - most * time) / half)).real

    curve = compiled(Enzyme.at).batched("time")
    time = np.linspace(0.1, 10.0, 25)
    model = Enzyme(1.2, 2.0, 8.0, way)
    # Of Runge and Kutta's 40 steps; Newton's method ends within 1e-12.
    close = 1e-11 if way == "equation" else 1e-6
    np.testing.assert_allclose(curve(model, time), exact(time, 1.2, 2.0, 8.0), rtol=close)

    def stacked(time, *p):
        by = curve.jacobian(replace(model, most=p[0], half=p[1], start=p[2]), time, wrt="self")
        return np.stack([by.most, by.half, by.start], axis=-1)

    def shape(time, *p):
        return curve(replace(model, most=p[0], half=p[1], start=p[2]), time)

    seen = exact(time, 1.2, 2.0, 8.0) + 0.01 * np.cos(31.0 * time)
    ours = curve_fit(shape, time, seen, p0=[1.0, 1.0, 7.0], jac=stacked)
    theirs = curve_fit(exact, time, seen, p0=[1.0, 1.0, 7.0])
    # Theirs are found by differences.
    np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-5)
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-3)
