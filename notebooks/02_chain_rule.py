# %% [markdown]
# # 2. The chain rule
#
# **After this notebook you can** differentiate a neuron by hand, have the engine write out the same
# chain rule with numbers, check both against differences, train the neuron, and tell a wrong
# published gradient from a right one.

# %% [markdown]
# ## One neuron
#
# One input, one weight, a sigmoid, and an error: how far the output y is from the target t.
#
# $$z = w\,x \qquad y = \sigma(z) = \frac{1}{1+e^{-z}} \qquad E = \tfrac12 (t-y)^2$$

# %%
from autograd import Value, draw, explain, grad, gradcheck, sigmoid

x, t = Value(1.5, name="x"), Value(0.9, name="t")
w = Value(-1.0, name="w")

z = w * x
y = sigmoid(z)
E = 0.5 * (t - y) ** 2
z.name, y.name, E.name = "z", "y", "E"

E.backward()
draw(E)

# %% [markdown]
# ## By hand
#
# w acts on E only through z, and z only through y. The chain rule multiplies the rates along the
# way:
#
# $$\frac{dE}{dw} = \frac{dE}{dy} \cdot \frac{dy}{dz} \cdot \frac{dz}{dw}$$
#
# - $E = \tfrac12 (t-y)^2$ gives $dE/dy = -(t - y)$
# - $y = \sigma(z)$ gives $dy/dz = \sigma(z)\,(1 - \sigma(z)) = y\,(1 - y)$
# - $z = w\,x$ gives $dz/dw = x$

# %%
dE_dy = -(t.data - y.data)
dy_dz = y.data * (1 - y.data)
dz_dw = x.data
by_hand = dE_dy * dy_dz * dz_dw

print("by hand:     ", by_hand)
print("by backward: ", w.grad)

# %% [markdown]
# ## By `explain`
#
# The engine can write down what we just did: the factors, the formula of each, the numbers.

# %%
explain(E, w)

# %% [markdown]
# In the picture the explanation is a path: the one along which w reaches E. In *Step through* a
# click on w writes the same product there, and it follows when w is dragged.

# %%
draw(E, highlight=explain(E, w))

# %% [markdown]
# ## By differences
#
# A derivative is a limit, so it can be approached without any calculus: move w by ±h, and divide
# the change of E by 2h. How small should h be?

# %%
import matplotlib.pyplot as plt

plt.style.use("course.mplstyle")


def error(w):
    return 0.5 * (0.9 - sigmoid(w * 1.5)) ** 2


steps = [10 ** (-i / 8) for i in range(4, 113)]
off = [abs((error(-1 + h) - error(-1 - h)) / (2 * h) - by_hand) for h in steps]
plt.loglog(steps, off)
plt.xlabel("h")
plt.ylabel("how far the difference is off")
plt.text(1e-4, 1e-5, "curvature")
plt.text(3e-11, 3e-4, "rounding")
plt.show()

# %% [markdown]
# Too large, and the curve's bend gets in; too small, and E(w+h) and E(w−h) agree in nearly all
# their digits, so that the difference is rounding noise. In between, the difference confirms ten
# digits and more. `gradcheck` finds its way through this by itself, and says how well it knows its
# number.

# %%
print(gradcheck(error, -1.0))

# %% [markdown]
# ## Learning
#
# The gradient of E is about −0.16: increasing w lowers the error. So take a step *against* the
# gradient, again and again. η is the learning rate.
#
# $$w \leftarrow w - \eta\,\frac{dE}{dw}$$

# %%
eta = 10.0
track = []
for _ in range(40):
    E.recompute()
    w.grad = 0.0
    E.backward()
    track.append((w.data, E.data))
    w.data -= eta * w.grad

E.recompute()
print(f"w = {w.data:.4f}   y = {y.data:.4f}   target {t.data}")

# %%
fig, (left, right) = plt.subplots(1, 2)
grid = [-2.2 + 0.05 * i for i in range(101)]
left.plot(grid, [error(v) for v in grid], color="#8a8f98")
left.plot(*zip(*track), "o", markersize=4)
left.set(xlabel="w", ylabel="E", title="down the curve, against its slope")
right.semilogy([e for _, e in track], "o-", markersize=3)
right.set(xlabel="step", title="the error shrinks")
plt.show()

# %% [markdown]
# The steps are long where the curve is steep and short where it is flat: the gradient sets their
# length too, not only their direction.
#
# Once more as a film, with every number of the graph and what goes back along each edge. Below it,
# *Step through* opens a page that computes: drag w there, and the whole graph answers.

# %%
from autograd.drawing import Recorder


def film(steps):
    """The same steps once more, recorded."""
    w.data = -1.0
    recorder = Recorder(E, flow=True)
    for _ in range(steps):
        E.recompute()
        w.grad = 0.0
        E.backward()
        w.data -= eta * w.grad
        recorder.snap()
    return recorder


film(20)

# %% [markdown]
# ## Two weights
#
# Now two neurons in a row, the second one linear. With x = 2, w₁ = 0.5, w₂ = 0.3, t = 0.5:
#
# $$h = \sigma(w_1 x) \qquad y = w_2 h \qquad L = \tfrac12 (t-y)^2$$

# %%
x, t = Value(2.0, name="x"), Value(0.5, name="t")
w1, w2 = Value(0.5, name="w1"), Value(0.3, name="w2")

h = sigmoid(w1 * x)
y = w2 * h
L = 0.5 * (t - y) ** 2
h.name, y.name, L.name = "h", "y", "L"
L.backward()
draw(L, direction="TB")

# %% [markdown]
# By hand: dL/dw₂ takes two factors. dL/dw₁ has a longer way, and shares the first factor: this is
# why going *backwards* pays. What has been computed at y serves everything behind it.

# %%
dL_dy = -(t.data - y.data)
dL_dw2 = dL_dy * h.data
dL_dw1 = dL_dy * w2.data * h.data * (1 - h.data) * x.data

print(f"h = {h.data}   y = {y.data}")
print(f"L = {L.data}")
print(f"dL/dw2: by hand {dL_dw2}, by backward {w2.grad}")
print(f"dL/dw1: by hand {dL_dw1}, by backward {w1.grad}")

# %%
explain(L, w1)

# %% [markdown]
# ## A published example that is wrong
#
# A widely read article works through exactly this example and prints L = 0.0405,
# dL/dw₂ = −0.1473 and dL/dw₁ = −0.0652. All three are wrong. Nobody need take our word for it
# either: a claim about a derivative can be tested, since it must agree with the function's values.
# Put the claimed numbers in as the partials of an operation of their own, and check it.

# %%
from autograd import custom_op


def loss(w1, w2):
    return 0.5 * (0.5 - w2 * sigmoid(w1 * 2.0)) ** 2


claimed = custom_op("claimed", loss, lambda xp, out, w1, w2: (-0.0652, -0.1473))

print(gradcheck(claimed, 0.5, 0.3))
print()
print(gradcheck(loss, 0.5, 0.3))

# %% [markdown]
# The picture says the same. A gradient is a slope, and the claimed slopes are not tangents.

# %%
fig, axes = plt.subplots(1, 2, sharey=True)
for ax, name, at, f, ours, theirs in [
    (axes[0], "w1", 0.5, lambda v: loss(v, 0.3), w1.grad, -0.0652),
    (axes[1], "w2", 0.3, lambda v: loss(0.5, v), w2.grad, -0.1473),
]:
    near = [at + 0.01 * i for i in range(-25, 26)]
    ax.plot(near, [f(v) for v in near], color="#8a8f98", lw=4, label="L")
    ax.plot(near, [L.data + ours * (v - at) for v in near], label=f"slope {ours:.4f}")
    claim = f"claimed: {theirs}"
    ax.plot(near, [L.data + theirs * (v - at) for v in near], "--", label=claim)
    ax.set_xlabel(name)
    ax.legend()
axes[0].set_ylabel("L")
plt.show()

# %% [markdown]
# ## Exercises
#
# **1.** Replace the sigmoid by tanh: y = tanh(w·x), E = ½(t − y)². Write dE/dw by hand, with plain
# floats.

# %% tags=["exercise"]
from autograd import tanh


def slope(w, x, t):
    return ...  # your turn; tanh takes floats, too


# Check
wanted = grad(lambda w: 0.5 * (0.9 - tanh(w * 1.5)) ** 2)(-0.4)
found = slope(-0.4, 1.5, 0.9)
print("Not yet." if found is ... else "Right." if abs(found - wanted) < 1e-12 else "No.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# Only one of the three factors changes: tanh'(z) = 1 − tanh(z)².
#
# ```python
# def slope(w, x, t):
#     y = tanh(w * x)
#     return -(t - y) * (1 - y * y) * x
# ```
#
# </details>

# %% [markdown]
# **2.** In the two-weight example, x is a leaf too. What is dL/dx? One factor of dL/dw₁ changes.

# %% tags=["exercise"]
dL_dx = ...  # your turn: write it with the numbers dL_dy, w1.data, w2.data, h.data

# Check
print("Not yet." if dL_dx is ... else "Right." if abs(dL_dx - x.grad) < 1e-12 else "No.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# The last factor was d(w₁x)/dw₁ = x; now it is d(w₁x)/dx = w₁.
#
# ```python
# dL_dx = dL_dy * w2.data * h.data * (1 - h.data) * w1.data
# ```
#
# </details>

# %% [markdown]
# **3.** A neuron that is very wrong may learn very slowly. With x = 1 and t = 1, at which of these
# weights is |dE/dw| largest: −10, −5, −1, 0, or 2? Guess first, then write code that finds it.

# %% tags=["exercise"]
steepest = ...  # your turn: one of the five weights

# Check
found = {}
for at in (-10.0, -5.0, -1.0, 0.0, 2.0):
    found[at] = abs(grad(lambda w: 0.5 * (1 - sigmoid(w)) ** 2)(at))
right = steepest == max(found, key=found.get)
print("Not yet." if steepest is ... else "Right." if right else "No.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# dE/dw = −(1 − y)·y(1 − y) = −y(1 − y)², which is largest at y = 1/3, near w = −0.7. At w = −10 the
# neuron is as wrong as can be, but y(1 − y) is almost zero: it is *saturated*.
#
# ```python
# steepest = -1.0
# ```
#
# </details>

# %% [markdown]
# Next: [two features](03_two_features.ipynb), a network of two neurons that separates two classes.
