# %% [markdown]
# # 7. Test your gradients
#
# **After this notebook you can** check any derivative against the function it belongs to, read the
# three verdicts, let Hypothesis search for the point at which a rule of your own is wrong, and draw
# what it found.

# %% [markdown]
# ## A rule of your own
#
# `custom_op` makes a primitive out of two things that you write yourself: the function, and its
# local derivative. This one squashes numbers into (−1, 1), much like tanh:
#
# $$s = \frac{x}{1+|x|} \qquad \frac{ds}{dx} = \frac{1}{(1+|x|)^2} = (1 - |s|)^2$$
#
# The second form saves work, since s is at hand. Somebody wrote it down in a hurry. Do you see
# what is wrong?

# %%
import hypothesis
import matplotlib.pyplot as plt

from autograd import GradientError, Value, custom_op, draw, gradcheck, relu
from autograd.testing import property_test

plt.style.use("course.mplstyle")

squash = custom_op(
    "squash",
    lambda x: x / (1 + abs(x)),
    lambda xp, out, x: ((1 - out) * (1 - out),),
)

# %% [markdown]
# `gradcheck` compares the rule with differences of the function itself. It takes no step size and
# no tolerance from you: it estimates how good its own differences are, and judges accordingly.

# %%
print(gradcheck(squash, 2.0))

# %% [markdown]
# **Pass.** The rule is right at 2. Is it right?

# %%
print(gradcheck(squash, -2.0))

# %% [markdown]
# **Fail**, with the number that it should be and how far off it is. The rule lacks the absolute
# value: (1 − s)² equals (1 − |s|)² only where s is not negative. A picture shows why one test at
# one point was not enough.

# %%
xs = [-4 + 0.05 * i for i in range(161)]
slopes = []
for at in xs:
    x = Value(at)
    squash(x).backward()
    slopes.append(x.grad)

differences = [(squash(x + 1e-5) - squash(x - 1e-5)) / 2e-5 for x in xs]
plt.plot(xs, differences, color="#8a8f98", lw=5, label="differences of the function")
plt.plot(xs, slopes, label="the rule")
plt.xlabel("x")
plt.ylabel("derivative")
plt.legend()
plt.show()

# %% [markdown]
# ## The third verdict
#
# Where a function has a kink there is no derivative to compare with: `relu` has the slope 0 on one
# side of 0 and 1 on the other. The engine returns one of the possible answers, by a published rule
# (0 here), and no test can say that it is wrong. **Inconclusive** is then the honest verdict, and
# the report names the node that is to blame.

# %%
print(gradcheck(lambda x: relu(x) * 3, 0.0))

# %%
print(gradcheck(lambda x: relu(x) * 3, 0.0, accept_subgradients=True))

# %% [markdown]
# Here are all three on one line: the wrong rule, which fails to the left of 0, with a kink added at
# x = 2.


# %%
def bent(x):
    return squash(x) + 0.5 * relu(x - 2)


colours = {"pass": "#2b8a3e", "fail": "#d9480f", "inconclusive": "#c08a00"}
points = [-4 + 0.25 * i for i in range(33)]
verdicts = [gradcheck(bent, x).verdict for x in points]

plt.plot(xs, [bent(x) for x in xs], color="#8a8f98", zorder=0)
for verdict, colour in colours.items():
    chosen = [x for x, v in zip(points, verdicts) if v == verdict]
    plt.scatter(chosen, [bent(x) for x in chosen], s=30, color=colour, label=verdict)
plt.xlabel("x")
plt.legend()
plt.show()

# %% [markdown]
# ## A number that leaves the graph
#
# There is a mistake that needs no rule of your own. `math.sin` knows nothing of Values: it takes
# the float and gives a float back, and what should have come through it is missing from the
# gradient. The report names the line.

# %%
import math


def wave(x):
    return x * math.sin(x)


print(gradcheck(wave, 2.0))

# %% [markdown]
# With `sin` from `autograd` it would pass. `grad(wave)` raises at that line rather than return what
# is left.
#
# ## Let a machine search
#
# Nobody tests 33 points by hand, let alone the corners of five dimensions. A **property test**
# states what has to hold ("the derivative is right everywhere in this domain") and lets Hypothesis
# look for a counterexample. When it has found one, it *shrinks* it: to the simplest numbers
# that still fail. The rule below hides in a formula with three inputs.


# %%
def formula(x, y, z):
    return y * squash(x + z) + z * z


# One fixed sequence of trials, so that this notebook always tells the same story.
hypothesis.settings.register_profile("notebook", derandomize=True)
hypothesis.settings.load_profile("notebook")

test_formula = property_test(formula, x=(-10, 10), y=(-10, 10), z=(-10, 10))
try:
    test_formula()
except GradientError as error:
    account = str(error)
    print(account)

# %% [markdown]
# The account has the point, the report, a program that reproduces the failure, and the graph.
# Large crooked numbers would have done as well; these are the ones that a person can follow.
#
# ## Draw the counterexample
#
# The report blames x, y or z, since these are the inputs. Where in the graph is the culprit? Draw
# it with the numbers of the counterexample, and check the boxes one at a time.

# %%
import re

found = re.search(r"is wrong at x=(\S+), y=(\S+), z=(\S+)\n", account)
x, y, z = (Value(float(number), name=name) for name, number in zip("xyz", found.groups()))
result = formula(x, y, z)
result.name = "formula"
result.backward()
draw(result)

# %% [markdown]
# Every box but one is a primitive of the engine, which is tested. That leaves `squash`: it hands
# its own gradient, times the rule's result, to the sum before it. By the function, that factor has
# to be 1/(1 + |x + z|)².

# %%
operand = x.data + z.data
print("rule:     ", x.grad / y.data)
print("function: ", 1 / (1 + abs(operand)) ** 2)

# %% [markdown]
# ## In your test suite
#
# A property test is a function without arguments, so pytest collects it as it stands. Put this
# into a file `test_squash.py`:
#
# ```python
# from autograd.testing import property_test
# from mylibrary import squash
#
#
# @property_test(x=(-10.0, 10.0))
# def test_squash(x):
#     return squash(x)
# ```
#
# There, too, `assert_gradients` and `gradcheck` are at hand as fixtures, for single points.
#
# ## Exercises
#
# **1.** Mend the rule.


# %% tags=["exercise"]
def rule(xp, out, x):
    return ...  # your turn: a tuple of one derivative; abs() may be used


# Check
done = rule(None, 0.5, 1.0) is not ...
mended = custom_op("mended", lambda x: x / (1 + abs(x)), rule)
right = done and all(gradcheck(mended, x) for x in (-7.0, -2.0, -0.3, 0.4, 5.0))
print("Right." if right else "No." if done else "Not yet.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# ```python
# def rule(xp, out, x):
#     return ((1 - abs(out)) * (1 - abs(out)),)
# ```
#
# </details>

# %% [markdown]
# **2.** relu(x) − relu(−x) is x, for every x. Which verdict does `gradcheck` give at 0?

# %% tags=["exercise"]
verdict = ...  # your turn: "pass", "fail" or "inconclusive"

# Check
right = verdict == gradcheck(lambda x: relu(x) - relu(-x), 0.0).verdict
print("Not yet." if verdict is ... else "Right." if right else "No.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# The function is smooth with slope 1, but each relu contributes 0 at its kink, so the backward pass
# finds 0. That is wrong, and `gradcheck` says so. Every engine that looks at one operation at a
# time, PyTorch and JAX included, has this flaw: a rule for kinks cannot see that two cancel.
#
# ```python
# verdict = "fail"
# ```
#
# </details>

# %% [markdown]
# **3.** This quotient has a wrong rule: its derivative by b should be −a/b². Find a point with a
# not 0 at which it passes all the same, which is why one checks at several, and not at round ones.

# %% tags=["exercise"]
quotient = custom_op("quotient", lambda a, b: a / b, lambda xp, out, a, b: (1 / b, -a / b))

a, b = 3.0, ...  # your turn: b

# Check
right = b is not ... and a != 0 and gradcheck(quotient, a, b).verdict == "pass"
print("Not yet." if b is ... else "Right." if right else "No.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# At b = 1, b and b² are the same.
#
# ```python
# a, b = 3.0, 1.0
# ```
#
# </details>

# %% [markdown]
# Next: [from scalars to arrays](08_from_scalars_to_arrays.ipynb).
