# %% [markdown]
# # 3. Two features, two classes
#
# **After this notebook you can** write a small classifier from scratch, follow one example forward
# and backward through it, train it, and tell from its loss whether the learning rate is too small,
# right, or too large.

# %% [markdown]
# ## The data
#
# Each example has two features, x₁ and x₂, and belongs to class 0 or class 1.

# %%
import random

import matplotlib.pyplot as plt

from autograd import Value, draw, explain, log, mean, sigmoid, zero_grad
from nn.plots import diverging

plt.style.use("course.mplstyle")
rng = random.Random(2)
centres = [(-0.9, -0.5, 0), (1.0, 0.7, 1)]
examples = [(rng.gauss(a, 1), rng.gauss(b, 1), t) for a, b, t in centres for _ in range(20)]


def scatter(ax):
    for label, colour in [(0, "#bc4c00"), (1, "#0969da")]:
        x1, x2, _ = zip(*[e for e in examples if e[2] == label])
        ax.scatter(x1, x2, s=24, color=colour, edgecolor="white", label=f"class {label}")
    ax.set(xlabel="x1", ylabel="x2", xlim=(-3.5, 3.5), ylim=(-3.5, 3.5), aspect="equal")


fig, ax = plt.subplots()
scatter(ax)
ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

# %% [markdown]
# ## The network
#
# One hidden neuron looks at both features, one output neuron looks at the hidden one. Its output y
# is read as the probability of class 1.
#
# $$h = \sigma(w_1 x_1 + w_2 x_2 + b) \qquad y = \sigma(v\,h + c)$$
#
# The error of one example is the **binary cross-entropy**: −log y if its class is 1, −log(1 − y)
# if it is 0. A confident mistake is expensive; being right costs next to nothing.

# %%
START = {"w1": 0.2, "w2": -0.9, "b": 0.3, "v": 1.0, "c": -0.5}


def network(p, x1, x2):
    h = sigmoid(p["w1"] * x1 + p["w2"] * x2 + p["b"])
    return sigmoid(p["v"] * h + p["c"])


def cross_entropy(y, t):
    return -log(y) if t == 1 else -log(1 - y)


y = [0.005 * i for i in range(1, 200)]
plt.plot(y, [cross_entropy(v, 1) for v in y], color="#0969da", label="if the class is 1")
plt.plot(y, [cross_entropy(v, 0) for v in y], color="#bc4c00", label="if the class is 0")
plt.xlabel("y, the probability given to class 1")
plt.ylabel("error")
plt.legend()
plt.show()

# %% [markdown]
# ## One example, forward and backward
#
# The functions take plain numbers as well as Values. Give them Values as parameters, and the
# computation is recorded. Below the picture, *Step through* unfolds a stepper: it walks this very
# graph box by box, forward and then backward, and shows the arithmetic of each step; *Quiz* has you
# find the numbers. (It is a small program, so Jupyter shows it in notebooks that you have run
# yourself.)

# %%
p = {name: Value(number, name=name) for name, number in START.items()}

h = sigmoid(p["w1"] * 1.5 + p["w2"] * 0.5 + p["b"])
y = sigmoid(p["v"] * h + p["c"])
E = -log(y)  # the class of this example is 1
h.name, y.name, E.name = "h", "y", "E"

E.backward()
draw(E, direction="TB", format=".3g")

# %% [markdown]
# All five gradients came out of one sweep. They share most of their factors: compare the chain
# rule for v, near the output, with that for w₁.

# %%
explain(E, p["v"])

# %%
explain(E, p["w1"])

# %% [markdown]
# ## Training
#
# The loss is the mean error over all 40 examples: one graph of a few hundred nodes. Record it once;
# then an **epoch** is: forward, backward, update.


# %%
def record():
    """Fresh parameters, and the loss as a graph over them."""
    p = {name: Value(number, name=name) for name, number in START.items()}
    return p, mean([cross_entropy(network(p, x1, x2), t) for x1, x2, t in examples])


def train(p, loss, rate, epochs, names=tuple(START)):
    """Plain gradient descent; returns the numbers before each epoch and after the last."""
    history = []
    for _ in range(epochs + 1):
        loss.recompute()  # forward
        history.append({"loss": loss.data, **{name: v.data for name, v in p.items()}})
        zero_grad(p.values())
        loss.backward()  # backward
        for name in names:  # update
            p[name].data -= rate * p[name].grad
    return history


p, loss = record()
history = train(p, loss, rate=2.0, epochs=300)
print(f"loss {history[0]['loss']:.3f} → {history[-1]['loss']:.3f}")

# %%
plt.plot([h["loss"] for h in history])
plt.xlabel("epoch")
plt.ylabel("mean cross-entropy")
plt.ylim(bottom=0)
plt.show()

# %% [markdown]
# ## How the boundary moves
#
# Colour the plane by y: blue speaks for class 1, orange for class 0. The line is where the network
# cannot tell, y = ½: the **decision boundary**. At the start the network knows nothing and gives
# nearly the same y everywhere. Then the boundary turns, and the colours grow deeper as the network
# grows sure of itself.

# %%
grid = [-3.5 + 0.1 * i for i in range(71)]
fig, axes = plt.subplots(1, 4, figsize=(10, 2.8), sharey=True)
for ax, epoch in zip(axes, [0, 5, 20, 300]):
    plane = [[network(history[epoch], x1, x2) for x1 in grid] for x2 in grid]
    shown = ax.imshow(
        plane, extent=[-3.5, 3.5] * 2, origin="lower", vmin=0, vmax=1, alpha=0.4, cmap=diverging()
    )
    ax.contour(grid, grid, plane, levels=[0.5], colors="black", linewidths=1)
    scatter(ax)
    ax.set(title=f"epoch {epoch}", ylabel="")
fig.colorbar(shown, ax=axes, label="y", ticks=[0, 0.5, 1], shrink=0.8)
plt.show()

# %% [markdown]
# The boundary is a straight line and will always be one: y depends on the features only through
# w₁x₁ + w₂x₂ + b. For bent boundaries one needs more hidden neurons, in the next notebook.
#
# ## The loss is a landscape
#
# Five parameters are too many to draw. Keep three as trained, let only w₁ and w₂ learn, and the
# loss is a surface over a plane, on which we can watch the descent.

# %%
frozen = {name: history[-1][name] for name in ("b", "v", "c")}


def loss_at(w1, w2):
    p = {"w1": w1, "w2": w2, **frozen}
    return mean([cross_entropy(network(p, x1, x2), t) for x1, x2, t in examples])


w = [-4 + 0.3 * i for i in range(51)]
surface = [[loss_at(w1, w2) for w1 in w] for w2 in w]


def descend(rate, epochs, w1=-2.0, w2=-1.5):
    p, loss = record()
    for name, number in {"w1": w1, "w2": w2, **frozen}.items():
        p[name].data = number
    return train(p, loss, rate, epochs, names=("w1", "w2"))


# %% [markdown]
# Same start, same number of epochs, three learning rates.

# %%
rates = [(0.1, "too small"), (2.0, "right"), (12.0, "too large")]
paths = [descend(rate, 60) for rate, _ in rates]

fig, axes = plt.subplots(1, 3, figsize=(10, 3.5), sharey=True)
for ax, path, (rate, verdict) in zip(axes, paths, rates):
    ax.contourf(w, w, surface, levels=30, cmap="Blues_r")
    ax.plot([h["w1"] for h in path], [h["w2"] for h in path], ".-", color="#d9480f", lw=1)
    ax.plot(path[0]["w1"], path[0]["w2"], "o", color="black")
    ax.set(title=f"η = {rate:g}: {verdict}", xlabel="w1", aspect="equal")
    ax.set(xlim=(-4, 11), ylim=(-4, 11))
axes[0].set_ylabel("w2")
plt.show()

# %% [markdown]
# Dark is low. Each dot is an epoch, and the black one the start. With the small rate the path is
# good, but 60 epochs do not suffice; with the large one, steps jump across the valley from side to
# side.
#
# In practice you cannot see the landscape. You see the loss, and it tells the three apart.

# %%
for path, (rate, verdict) in zip(paths, rates):
    plt.plot([h["loss"] for h in path], label=f"η = {rate:g}: {verdict}")
plt.xlabel("epoch")
plt.ylabel("loss")
plt.ylim(bottom=0)
plt.legend()
plt.show()

# %% [markdown]
# ## Exercises
#
# **1.** Let z = v·h + c, so that y = σ(z). For class 1 the error is −log σ(z). What is its
# derivative by z, in terms of y? It becomes very simple.


# %% tags=["exercise"]
def by_logit(y):
    return ...  # your turn


# Check
z = Value(-0.7, name="z")
cross_entropy(sigmoid(z), 1).backward()
found = by_logit(sigmoid(-0.7))
print("Not yet." if found is ... else "Right." if abs(found - z.grad) < 1e-12 else "No.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# −1/y · y(1 − y) = y − 1. For class 0 it is y, so that in both cases it is y − t. Cross-entropy and
# sigmoid are made for each other: a confident mistake still has a gradient of size 1, where the
# squared error of the last notebook had almost none.
#
# ```python
# def by_logit(y):
#     return y - 1
# ```
#
# </details>

# %% [markdown]
# **2.** Write `accuracy(p)`: the fraction of the examples that are on the right side of the
# boundary with parameters p.


# %% tags=["exercise"]
def accuracy(p):
    return ...  # your turn


# Check
found = [accuracy(h) for h in (history[0], history[-1])]
wanted = [
    sum((network(h, x1, x2) > 0.5) == (t == 1) for x1, x2, t in examples) / 40
    for h in (history[0], history[-1])
]
print("Not yet." if ... in found else "Right." if found == wanted else "No.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# ```python
# def accuracy(p):
#     right = [(network(p, x1, x2) > 0.5) == (t == 1) for x1, x2, t in examples]
#     return sum(right) / len(right)
# ```
#
# </details>

# %% [markdown]
# **3.** "Exclusive or": the corners (0, 0) and (1, 1) are class 0, (0, 1) and (1, 0) are class 1.
# However long it is trained, how many of the four can this network get right?

# %% tags=["exercise"]
most = ...  # your turn: 0, 1, 2, 3 or 4

# Check
corners = [(0, 0, 0), (1, 1, 0), (0, 1, 1), (1, 0, 1)]
lines = [(i / 2, j / 2, k / 2) for i in range(-4, 5) for j in range(-4, 5) for k in range(-4, 5)]
best = max(sum((a * x + b * y + c > 0) == (t == 1) for x, y, t in corners) for a, b, c in lines)
print("Not yet." if most is ... else "Right." if most == best else "No.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# No straight line separates the two classes; the best ones cut off one corner.
#
# ```python
# most = 3
# ```
#
# </details>

# %% [markdown]
# Next: [moons](04_moons.ipynb), where the boundary has to bend.
