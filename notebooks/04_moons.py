# %% [markdown]
# # 4. Moons
#
# **After this notebook you can** train a network whose boundary bends, and say what the activation,
# the initial weights, a penalty on the weights, and the optimiser each do to it.

# %% [markdown]
# ## Two moons
#
# No straight line separates these two classes. A multilayer perceptron with two hidden layers of 16
# neurons does, if its activation is not linear.

# %%
import os
from random import Random

import matplotlib.pyplot as plt
import numpy as np

import nn
from autograd import draw

plt.style.use("course.mplstyle")
SHORT = bool(os.environ.get("NOTEBOOKS_SHORT"))  # for quick tests of this notebook
LOSS = nn.binary_cross_entropy_with_logits

X, y = nn.data.moons(200, noise=0.15, rng=1)
model = nn.MLP(2, [16, 16, 1], activation="relu", rng=Random(3))
print(len(model.parameters()), "parameters")

# %% [markdown]
# Every parameter is a Value, and the network is a graph like those before, only larger. Here is a
# smaller sister of it, folded to one box for each neuron; the result stands apart. (In a notebook
# that you have run, open *Step through* and click on a box to see what is inside.)

# %%
sister = nn.MLP(2, [4, 3, 1], activation="relu", rng=Random(3))
draw(sister(X[0])[0], by="module")

# %% [markdown]
# `nn.fit` is the loop of the last notebook: shuffle, take a mini-batch, forward, backward, update.
# It records the graph of one example once and runs it on whole batches. The output is a *logit*:
# its sigmoid is the probability of class 1.


# %%
def fit(model, epochs, optimizer=None, data=(X, y), **options):
    optimizer = optimizer or nn.Adam(model.parameters(), lr=0.01)
    return nn.fit(
        model, *data, loss=LOSS, optimizer=optimizer, epochs=3 if SHORT else epochs,
        batch_size=20, rng=0, progress=False, **options,
    )  # fmt: skip


history = fit(model, 100)
nn.plots.plot_history(history)
plt.show()

# %% [markdown]
# ## The boundary
#
# The bluer, the likelier class 1, and the more orange, class 0; the black line is where it is ½.

# %%
SIDE = np.linspace(-1.6, 2.6, 120)
GRID = np.stack(np.meshgrid(SIDE, SIDE - 0.25), axis=-1).reshape(-1, 2)


def show(ax, model, title="", data=(X, y)):
    plane = np.array(nn.predict_proba(model, GRID, loss=LOSS))[:, 1].reshape(120, 120)
    tints = {"cmap": nn.plots.diverging(), "vmin": 0, "vmax": 1, "alpha": 0.4}
    ax.pcolormesh(SIDE, SIDE - 0.25, plane, rasterized=True, **tints)
    if plane.min() < 0.5 < plane.max():
        ax.contour(SIDE, SIDE - 0.25, plane, levels=[0.5], colors="black", linewidths=1.2)
    points = np.array(data[0])
    colours = np.where(np.array(data[1]) == 1, "#0969da", "#bc4c00")
    ax.scatter(*points.T, c=colours, s=16, edgecolor="white", linewidth=0.5)
    ax.set(title=title, aspect="equal", xticks=[], yticks=[])


# %% tags=["picture_moons"]
fig, ax = plt.subplots(figsize=(5, 4.4))
show(ax, model)
plt.show()

# %% [markdown]
# How did it get there? A film of the smaller sister: at each moment what she says of the plane,
# what each neuron gives out for one example, which is of class 1, and below them the chance that
# she gives it. *Step through* has the same moments in a page that computes.

# %% tags=["live_learning"]
from autograd import Value, sigmoid
from autograd.drawing import Plane, Recorder


def film(frames, epochs=4):
    """She learns, and every few epochs her numbers are kept."""
    one = y.index(1)
    chance = sigmoid(sister([Value(x, name) for x, name in zip(X[one], ("x1", "x2"))])[0])
    chance.name = "chance"
    plane = Plane(sister, X, y)
    recorder = Recorder(chance, plane=plane, by="module", show=["name", "op", "data"])
    optimizer = nn.Adam(sister.parameters(), lr=0.01)
    for frame in range(1, frames + 1):
        fit(sister, epochs, optimizer)
        recorder.snap(f"epoch {frame * epochs}")
    return recorder


film(3 if SHORT else 30)

# %% [markdown]
# ## Activations
#
# The same network with four activations. Without one (`linear`), layer after layer of weighted sums
# is just one weighted sum, and the boundary is a line. `relu` is made of straight pieces, and so is
# its boundary. `tanh` and `sigmoid` are smooth; sigmoid passes back small gradients (its slope is
# at most ¼), so that it has got less far in the same number of epochs.

# %%
fig, axes = plt.subplots(1, 4, figsize=(10, 2.8))
for ax, activation in zip(axes, ["linear", "relu", "tanh", "sigmoid"]):
    trained = nn.MLP(2, [16, 16, 1], activation=activation, rng=Random(3))
    found = fit(trained, 60)
    show(ax, trained, f"{activation}\nloss {found.loss[-1]:.3f}")
plt.show()

# %% [markdown]
# ## Initial weights
#
# Weights have to start different from each other, or all neurons of a layer learn the same. They
# also have to start at the right size: too small, and nothing comes through the layers, neither
# forward nor backward; too large, and the network starts with wild and confident mistakes.


# %%
def he(factor):
    """He's rule, times a factor."""
    return lambda rng, fan_in, fan_out: factor * nn.init.he_normal(rng, fan_in, fan_out)


starts = {"zeros": "zeros", "He / 20": he(0.05), "He": he(1.0), "He · 10": he(10.0)}
for name, init in starts.items():
    started = nn.MLP(2, [16, 16, 1], activation="relu", init=init, rng=Random(3))
    plt.semilogy(fit(started, 60).loss, label=name)
plt.xlabel("epoch")
plt.ylabel("loss")
plt.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

# %% [markdown]
# He's rule draws weights with variance 2/(inputs of the neuron), which keeps the size of the
# numbers about the same from layer to layer of `relu`.
#
# ## Regularisation
#
# Few and noisy examples: the network can learn each by heart, and bends its boundary around the
# outliers. A penalty on the weights makes it prefer simple answers. L2 adds λ·Σw² and keeps all
# weights small; L1 adds λ·Σ|w| and drives many of them towards zero. What counts is the share of
# *unseen* examples that come out right.

# %%
few = nn.data.moons(40, noise=0.3, rng=3)
unseen = nn.data.moons(1000, noise=0.3, rng=99)


def accuracy(model, data):
    chances = np.array(nn.predict_proba(model, data[0], loss=LOSS))[:, 1]
    return np.mean((chances > 0.5) == (np.array(data[1]) == 1))


fig, axes = plt.subplots(1, 3, figsize=(9, 3.3))
sizes = {}
penalties = {"no penalty": {}, "L2": {"l2": 0.01}, "L1": {"l1": 0.004}}
for ax, (name, penalty) in zip(axes, penalties.items()):
    trained = nn.MLP(2, [16, 16, 1], activation="relu", rng=Random(3))
    fit(trained, 300, data=few, **penalty)
    right = f"{accuracy(trained, few):.0%} of these, {accuracy(trained, unseen):.0%} of unseen"
    show(ax, trained, f"{name}\n{right}", few)
    sizes[name] = sorted((abs(p.data) for p in trained.parameters()), reverse=True)
plt.show()

# %%
for name, size in sizes.items():
    plt.semilogy(np.maximum(size, 1e-5), label=name)
plt.xlabel("parameters, the largest first")
plt.ylabel("size")
plt.legend()
plt.show()

# %% [markdown]
# The penalised networks are less sure of the examples that they learnt, and right on more of the
# others. That is no law for every draw of forty examples and every λ: change the seeds, and see how
# often it holds.

# %% [markdown]
# ## Optimisers
#
# Plain gradient descent (SGD) steps against the gradient of the moment. Momentum goes on in the
# direction of the recent gradients, like a heavy ball. Adam gives each parameter a rate of its own:
# large where its gradients have been small.

# %%
optimisers = {
    "SGD": lambda p: nn.SGD(p, lr=0.05),
    "SGD with momentum": lambda p: nn.SGD(p, lr=0.05, momentum=0.9),
    "Adam": lambda p: nn.Adam(p, lr=0.01),
}
for name, make in optimisers.items():
    trained = nn.MLP(2, [16, 16, 1], activation="relu", rng=Random(3))
    plt.semilogy(fit(trained, 60, make(trained.parameters())).loss, label=name)
plt.xlabel("epoch")
plt.ylabel("loss")
plt.legend()
plt.show()

# %% [markdown]
# Three curves are no law: each of them has a learning rate that was chosen, and another choice may
# change their order. Try it: this page trains the small sister from above, with a rate, a penalty
# and a batch size to change while it runs, and shows the graph of the example that you click on.

# %%
nn.playground(
    sister, X, y, loss=LOSS, optimizer=nn.Adam(sister.parameters(), lr=0.01), batch_size=20, rng=0
)

# %% [markdown]
# (It, too, is a program, which Jupyter shows in a notebook that you have run.)
#
# ## Exercises
#
# **1.** How many parameters has `nn.MLP(3, [4, 2])`?

# %% tags=["exercise"]
count = ...  # your turn: a whole number

# Check
right = count == len(nn.MLP(3, [4, 2]).parameters())
print("Not yet." if count is ... else "Right." if right else "No.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# 4 neurons with 3 weights and a bias, then 2 neurons with 4 weights and a bias: 16 + 10.
#
# ```python
# count = 26
# ```
#
# </details>

# %% [markdown]
# **2.** The network above that started from zeros: how many of its 337 parameters have a gradient
# that is not zero at the start? Think of what each layer gives out, and what relu'(0) is.

# %% tags=["exercise"]
moving = ...  # your turn: a whole number

# Check
stuck = nn.MLP(2, [16, 16, 1], activation="relu", init="zeros")
LOSS(stuck(X[0]), y[0]).backward()
right = moving == sum(p.grad != 0 for p in stuck.parameters())
print("Not yet." if moving is ... else "Right." if right else "No.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# Only the bias of the output. All hidden outputs are 0, so the output's weights get no gradient;
# all its weights are 0, so nothing is passed back to the layers before it.
#
# ```python
# moving = 1
# ```
#
# </details>

# %% [markdown]
# **3.** Write one step of SGD with momentum: from the parameter, its gradient and the velocity to
# the new parameter and velocity. (v ← μ·v + g, then p ← p − η·v.)


# %% tags=["exercise"]
def momentum_step(p, g, v, rate=0.1, mu=0.9):
    return ..., ...  # your turn: new p, new v


# Check
p, v, rule = 1.0, 0.0, nn.SGD(model.parameters(), lr=0.1, momentum=0.9)
wanted, memory = 1.0, 0.0
for g in (0.5, -0.2, 0.3):
    p, v = momentum_step(p, g, v)
    wanted, memory = rule.update(wanted, g, memory)
print("Not yet." if p is ... else "Right." if abs(p - wanted) < 1e-12 else "No.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# ```python
# def momentum_step(p, g, v, rate=0.1, mu=0.9):
#     v = mu * v + g
#     return p - rate * v, v
# ```
#
# </details>

# %% [markdown]
# Next: [digits](05_digits.ipynb), ten classes, and what each example wants.
