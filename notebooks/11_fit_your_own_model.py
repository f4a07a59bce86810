# %% [markdown]
# # 11. Fit your own model
#
# **After this notebook you can** write a statistical model as plain scalar code, fit it to data by
# maximum likelihood, give every estimate a standard error, and ask whether a second model is
# better.

# %% [markdown]
# ## A hundred years of the Nile
#
# How much water came down the Nile at Aswan in each year from 1871 to 1970, in 10⁸ m³: a classic
# of time series. Somewhere in it the flow drops. When, and by how much?

# %%
import os

import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import minimize
from statsmodels.datasets import nile

from autograd import compiled, exp, log

plt.style.use("course.mplstyle")
SHORT = bool(os.environ.get("NOTEBOOKS_SHORT"))  # for quick tests of this notebook

data = nile.load_pandas().data
years = data["year"].to_numpy().astype(int)
flow = data["volume"].to_numpy().astype(float)

plt.plot(years, flow, ".-", lw=0.8)
plt.ylabel("flow, 10⁸ m³")
plt.show()
print(len(flow), "years, mean", flow.mean().round())

# %% [markdown]
# ## The model, as you would explain it
#
# There is a *level* that nobody sees. From one year to the next it wanders a little, and each
# year's flow is the level plus noise:
#
# $$\text{flow}_t = \text{level}_t + \varepsilon_t, \qquad
#   \text{level}_{t+1} = \text{level}_t + \eta_t .$$
#
# Two numbers are unknown: how large the noise is, and how far the level wanders. The *Kalman
# filter* goes through the years and keeps a guess of the level and the variance of that guess.
# Each year it says beforehand what it expects; how surprised it is by what comes is the
# likelihood. That is a loop over numbers, so we write a loop over numbers.
#
# Variances are positive, so the parameters are their logarithms.

# %%


def surprise(p, flow):
    """Minus the log-likelihood of the local level model; the first year starts the level."""
    noise, wander = exp(p[0]), exp(p[1])
    level, variance = flow[0], noise
    total = 0.0
    for y in flow[1:]:
        variance = variance + wander  # a year passes
        expected = variance + noise  # variance of this year's flow, as expected
        error = y - level
        total = total + 0.5 * (log(2.0 * np.pi * expected) + error * error / expected)
        gain = variance / expected  # how much of the error is believed
        level = level + gain * error
        variance = (1.0 - gain) * variance
    return total


loss = compiled(surprise)  # recorded once; machine code from then on
print(loss([9.0, 7.0], flow).round(4), round(surprise([9.0, 7.0], list(flow)), 4))

# %% [markdown]
# The compiled function and the plain one agree. Unlike the plain one, `loss` has derivatives by
# any of its arguments, and SciPy takes them as they come.

# %%
fit = minimize(
    lambda p: loss.value_and_grad(p, flow, wrt="p"),
    x0=[9.0, 7.0],
    jac=True,
    hess=lambda p: loss.hessian(p, flow, wrt="p"),
    method="trust-exact",
    options={"gtol": 1e-8},
)
noise, wander = np.exp(fit.x)
print(f"noise {noise:.0f}, wander {wander:.0f}, log-likelihood {-fit.fun:.2f}")

# %% [markdown]
# Durbin and Koopman's book on state space models (2012, section 2.10) gives 15,099 and 1,469 for
# this model and these data, with log-likelihood -632.54: the same, as it is -632.5456.

# %%
assert abs(noise - 15_099) < 1
assert abs(wander - 1_469) < 1
assert abs(-fit.fun + 632.54) < 0.01

# %% [markdown]
# ## How sure are we?
#
# Where the likelihood falls steeply on both sides of its maximum, the data say much; where it is
# flat, little. The curvature there is the Hessian, and its inverse is the covariance matrix of the
# estimates.

# %%
hessian = loss.hessian(fit.x, flow, wrt="p")
errors = np.sqrt(np.diag(np.linalg.inv(hessian)))
for name, estimate, error in zip(["noise", "wander"], fit.x, errors):
    low, high = np.exp(estimate - 2 * error), np.exp(estimate + 2 * error)
    print(
        f"{name}: {np.exp(estimate):7.0f}, between {low:5.0f} and {high:6.0f} (2 standard errors)"
    )

# %% [markdown]
# The noise is known to a half or so, the wandering only to a factor of six either way. Is the
# picture that the Hessian paints, an ellipse, a good one? `batched` evaluates the likelihood at
# thousands of points in one call, so let us look.

# %%
loss_at = loss.batched("p")
size = 20 if SHORT else 80
a = np.linspace(fit.x[0] - 0.9, fit.x[0] + 0.9, size)
b = np.linspace(fit.x[1] - 4.0, fit.x[1] + 3.0, size)
grid = np.stack(np.meshgrid(a, b), axis=-1)
drop = loss_at(grid.reshape(-1, 2), flow).reshape(size, size) - fit.fun

offset = grid - fit.x
quadratic = 0.5 * np.einsum("...i,ij,...j", offset, hessian, offset)
plt.contour(a, b, drop, levels=[0.5, 2.0, 4.5], colors="#2f6fab")
plt.contour(a, b, quadratic, levels=[0.5, 2.0, 4.5], colors="#c44e52", linestyles="dashed")
plt.plot(*fit.x, "k+")
plt.xlabel("log noise")
plt.ylabel("log wander")
plt.title("1, 2 and 3 standard errors: likelihood, and its Hessian (dashed)", fontsize=9)
plt.show()

# %% [markdown]
# Near the maximum they agree. Further out the true region is bent, where the ellipse cannot be:
# intervals from the Hessian are a first answer, not the last.

# %% [markdown]
# ## What the model sees
#
# The same loop, returning what it knows each year. Results may be containers: here a dict of
# arrays.

# %%


@compiled
def filtered(p, flow):
    noise, wander = exp(p[0]), exp(p[1])
    level, variance = flow[0], noise
    levels, variances = [level], [variance]
    for y in flow[1:]:
        variance = variance + wander
        gain = variance / (variance + noise)
        level = level + gain * (y - level)
        variance = (1.0 - gain) * variance
        levels.append(level)
        variances.append(variance)
    return {"level": levels, "variance": variances}


seen = filtered(fit.x, flow)
level, spread = np.array(seen["level"]), np.sqrt(seen["variance"])
plt.plot(years, flow, ".", color="#8a8f98")
plt.plot(years, level, color="#2f6fab")
plt.fill_between(years, level - 2 * spread, level + 2 * spread, color="#2f6fab", alpha=0.2, lw=0)
plt.ylabel("flow, 10⁸ m³")
plt.show()

# %% [markdown]
# ## A second opinion: the dam
#
# The level falls around 1899. The first dam at Aswan was begun in 1898. So let the level drop by
# some amount, once, after a year that we choose, and ask the likelihood which year it likes best.
# The year is no number to compute with: it is a `static` argument, and each has a recording of its
# own.

# %%


@compiled(static="year")
def with_drop(p, flow, year):
    changed = [y + p[2] if y0 >= year else y for y, y0 in zip(flow, years)]
    return surprise(p, changed)


def best(year):
    start = [9.0, 5.0, 200.0]
    return minimize(
        lambda p: with_drop.value_and_grad(p, flow, year, wrt="p"), start, jac=True, method="BFGS"
    )


candidates = range(1897, 1902) if SHORT else range(1885, 1915)
found = {year: best(year) for year in candidates}
gains = [fit.fun - found[year].fun for year in candidates]
plt.bar(list(candidates), gains)
plt.ylabel("gain in log-likelihood")
plt.show()

# %% [markdown]
# The likelihood has no doubt about the year.

# %%
winner = max(candidates, key=lambda year: -found[year].fun)
p = found[winner].x
# The wandering has gone to zero, where the likelihood is flat: the drop's own curvature remains.
error = 1.0 / np.sqrt(with_drop.hessian(p, flow, winner, wrt="p")[2, 2])
print(f"best year {winner}: the flow falls by {p[2]:.0f} ± {error:.0f}")
print(f"the level then wanders by {np.exp(p[1]):.1f}, against {wander:.0f} without a drop")

# %% [markdown]
# One drop, in the year that history names, and hardly any wandering is left to explain: what
# looked like a restless river was one event. Two derivatives told how far to trust that.
#
# Take it from here: put your own loop in the place of `surprise`. Whatever you can write with
# numbers has a gradient and a Hessian.

# %% [markdown]
# ## Exercises
#
# **1.** A model with more parameters always fits better. Akaike's criterion charges for them: twice
# their number, plus twice minus the log-likelihood; the smaller, the better. Write it.


# %% tags=["exercise"]
def aic(loss, parameters):
    return ...  # your turn


# Check
old, new = aic(fit.fun, 2), aic(found[winner].fun, 3)
right = old is not ... and abs(old - 1269.0912) < 1e-3 and new < old
print("Not yet." if old is ... else "Right." if right else "No.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# ```python
# def aic(loss, parameters):
#     return 2 * parameters + 2 * loss
# ```
#
# </details>

# %% [markdown]
# **2.** How sure are we of a number that is computed from the estimates, such as the ratio
# wander/noise? To first order its variance is gᵀCg, with its gradient g by the parameters and their
# covariance C. Write the function that gives its standard error, for any function of p.


# %% tags=["exercise"]
def error_of(quantity, p, covariance):
    return ...  # your turn


# Check
answer = error_of(lambda p: exp(p[0]), list(fit.x), np.linalg.inv(hessian))
right = answer is not ... and abs(answer - noise * errors[0]) < 1e-6
print("Not yet." if answer is ... else "Right." if right else "No.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# ```python
# def error_of(quantity, p, covariance):
#     g = compiled(quantity).grad(p)
#     return np.sqrt(g @ covariance @ g)
# ```
#
# </details>

# %% [markdown]
# **3.** Perhaps it is only a straight line. Write the sum of squares of the flow around
# p[0] + p[1]·t, with t = 0, 1, 2 … for the years, so that it can be compiled.


# %% tags=["exercise"]
def trend(p, flow):
    return ...  # your turn


# Check
tried = trend([1000.0, 0.0], list(flow)) is not ...
slope = (
    compiled(trend).grad("p", np.polyfit(range(len(flow)), flow, 1)[::-1], flow) if tried else []
)
print("Not yet." if not tried else "Right." if max(abs(slope)) < 1e-5 else "No.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# ```python
# def trend(p, flow):
#     return sum((y - p[0] - p[1] * t) ** 2 for t, y in enumerate(flow))
# ```
#
# </details>
