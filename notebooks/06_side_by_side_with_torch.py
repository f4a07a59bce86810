# %% [markdown]
# # 6. Side by side with PyTorch
#
# **After this notebook you can** read a PyTorch training loop and say what each of its lines does
# to single numbers, carry a network from here to there and back, and hold one implementation
# against another, down to the last digits.
#
# It needs PyTorch: `pip install torch`.

# %%
import re
from random import Random

import matplotlib.pyplot as plt
import numpy as np
import torch
from IPython.display import Markdown, display
from sklearn.datasets import load_diabetes

import autograd
import nn
from autograd import Value, dot, draw, mean, relu

plt.style.use("course.mplstyle")
torch.set_default_dtype(torch.float64)  # PyTorch counts in single precision unless told otherwise
torch.set_num_threads(1)  # sums in one order only, so that this page always looks the same

# %% [markdown]
# ## The data
#
# Ten measurements each of 442 diabetes patients, and how far the disease had got a year later. The
# set comes with scikit-learn. All eleven columns are scaled to mean 0 and standard deviation 1.

# %%
data = load_diabetes()
X = data.data / data.data.std(axis=0)
t = (data.target - data.target.mean()) / data.target.std()

fig, axes = plt.subplots(1, 10, figsize=(10, 1.9), sharey=True)
for ax, values, name in zip(axes, X.T, data.feature_names):
    ax.plot(values, t, ".", markersize=2, alpha=0.6)
    ax.set(xticks=[], yticks=[], title=name)
axes[0].set_ylabel("progress")
plt.show()

# %% [markdown]
# ## One network, twice
#
# Ten inputs, five hidden neurons with `relu`, one output. In PyTorch a layer is a matrix and a
# vector; here it is a list of neurons, each a list of weights and a bias. Row i of the matrix is
# neuron i.

# %%
theirs = torch.nn.Sequential(torch.nn.Linear(10, 5), torch.nn.ReLU(), torch.nn.Linear(5, 1))
ours = nn.MLP(10, [5, 1], activation="relu", rng=Random(0))

with torch.no_grad():
    for linear, layer in zip([theirs[0], theirs[2]], ours.layers):
        for i, neuron in enumerate(layer.neurons):
            linear.weight[i] = torch.tensor([w.data for w in neuron.weights])
            linear.bias[i] = neuron.bias.data

draw(ours(X[0])[0], by="module", show=("name", "op"))

# %% [markdown]
# (That loop was for looking at. `ours.to_torch()` does the same, and `nn.from_torch(theirs)` comes
# back.) Copied weights are the *same* doubles. From here on, each line is written twice, and what
# comes out is compared.

# %%
gaps = {}


def compare(what, here, there):
    """Note how far apart they are at most, and stop if that is more than 1e-12."""
    there = there.detach().numpy()
    here = np.array(here, dtype=float).reshape(there.shape)
    gaps[what] = abs(here - there).max()
    assert gaps[what] <= 1e-12


for k, layer in enumerate(ours.layers):
    weights = [[w.data for w in neuron.weights] for neuron in layer.neurons]
    compare(f"weights of layer {k + 1}", weights, theirs[2 * k].weight)

# %% [markdown]
# ## Forward
#
# All 442 examples go through the first layer: one matrix product there, a list of dot products
# here.

# %%
x_torch, t_torch = torch.tensor(X), torch.tensor(t)
hidden, output = ours.layers

# PyTorch
z_torch = x_torch @ theirs[0].weight.T + theirs[0].bias

# here
z = [[dot(neuron.weights, row) + neuron.bias for neuron in hidden.neurons] for row in X]

compare("sums z", z, z_torch)

# %%
# PyTorch
h_torch = torch.relu(z_torch)

# here
h = [[relu(value) for value in row] for row in z]

compare("hidden outputs h", h, h_torch)

# %%
# PyTorch
y_torch = (h_torch @ theirs[2].weight.T + theirs[2].bias).squeeze()

# here
last = output.neurons[0]
y = [dot(last.weights, row) + last.bias for row in h]

compare("outputs y", y, y_torch)

# %% [markdown]
# ## Loss
#
# The mean of the squared differences. Both packages have a function for it; written out, it is one
# line each.

# %%
# PyTorch
loss_torch = ((y_torch - t_torch) ** 2).mean()

# here
loss = mean([(one - target) ** 2 for one, target in zip(y, t)])

compare("loss", loss, loss_torch)
compare("loss, by name", nn.mse_loss(y, t.tolist()), torch.nn.functional.mse_loss(y_torch, t_torch))
print(loss.data, "=", loss_torch.item())

# %% [markdown]
# ## Gradients
#
# The line is the same on both sides. Behind it stands the same idea, too: PyTorch recorded a graph
# of about ten array operations, this package one of more than eight thousand numbers, and each
# walks its graph backwards.

# %%
# PyTorch
loss_torch.backward()

# here
loss.backward()

for k, layer in enumerate(ours.layers):
    slopes = [[w.grad for w in neuron.weights] for neuron in layer.neurons]
    compare(f"gradients of layer {k + 1}", slopes, theirs[2 * k].weight.grad)
    slopes = [neuron.bias.grad for neuron in layer.neurons]
    compare(f"gradients of biases {k + 1}", slopes, theirs[2 * k].bias.grad)

# %% [markdown]
# The fifty gradients of the first layer as a picture, theirs and ours. The third picture is the
# difference, enlarged 10¹⁵ times; without that it would be blank.

# %%
there = theirs[0].weight.grad.numpy()
here = np.array([[w.grad for w in neuron.weights] for neuron in hidden.neurons])
fig, axes = plt.subplots(1, 3, figsize=(10, 2.3))
high = abs(there).max()
for ax, block, title in [
    (axes[0], there, "PyTorch"),
    (axes[1], here, "here"),
    (axes[2], (here - there) * 1e15, "difference · 10¹⁵"),
]:
    shown = ax.imshow(block, vmin=-high, vmax=high)
    ax.set(title=title, xticks=range(10), yticks=range(5), xlabel="input")
    ax.tick_params(length=0)
axes[0].set_ylabel("neuron")
fig.colorbar(shown, ax=axes, shrink=0.8)
plt.show()

# %% [markdown]
# ## Step
#
# Against the gradient, times the learning rate. Then back to zero, because both packages *add* a
# new gradient to the old one.

# %%
# PyTorch
with torch.no_grad():
    for p_torch in theirs.parameters():
        p_torch -= 0.1 * p_torch.grad
        p_torch.grad.zero_()

# here
for p in ours.parameters():
    p.data -= 0.1 * p.grad
    p.grad = 0.0

for k, layer in enumerate(ours.layers):
    weights = [[w.data for w in neuron.weights] for neuron in layer.neurons]
    compare(f"layer {k + 1} after the step", weights, theirs[2 * k].weight)

# %% [markdown]
# How equal is equal? Two numbers of about 1 that differ in the last digit of a double differ by
# 2·10⁻¹⁶. The sums run in different orders, so the last digit or two is what one may expect.

# %%
tiny = 2.0**-52
fig, ax = plt.subplots(figsize=(8, 4))
ax.hlines(range(len(gaps)), 1e-18, [max(gap, 1e-18) for gap in gaps.values()], lw=7)
for i, gap in enumerate(gaps.values()):
    text = "equal" if gap == 0 else f"{gap:.0e}"
    ax.text(max(gap, 1e-18) * 1.3, i, text, va="center", backgroundcolor="white", fontsize=9)
ax.axvline(tiny, color="#8a8f98", ls=":", label="last digit of 1.0")
ax.axvline(1e-12, color="#d9480f", ls="--", label="allowed")
ax.set(xscale="log", xlim=(1e-18, 1e-11), xlabel="largest difference")
ax.set_yticks(range(len(gaps)), list(gaps))
ax.invert_yaxis()
ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

# %% [markdown]
# ## A step as a flow
#
# A whole training step, forward, loss, gradients and update, is one computation, so that it can be
# recorded whole. With `create_graph=True` the backward pass records what it does, and the new
# weights are Values like any others. Compiled, what was written number by number becomes a program
# of array statements, as PyTorch has them.

# %%
model = nn.MLP(10, [5, 1], activation="relu", rng=Random(0))
first, second = model.layers
x, target = [Value(0.0) for _ in range(10)], Value(0.0)
error = nn.mse_loss(model(x), target)
error.backward(create_graph=True)
updated = [p - 0.1 * p.grad for p in model.parameters()]

arguments = {
    "x": x,
    "t": target,
    "W1": [neuron.weights for neuron in first.neurons],
    "b1": [neuron.bias for neuron in first.neurons],
    "W2": second.neurons[0].weights,
    "b2": second.neurons[0].bias,
}
program = autograd.compile([error, *updated], **arguments, backend="array")
print(program)

# %% [markdown]
# Each line says what it reads, so the listing *is* a graph. (`chain` multiplies what comes back by
# a local derivative. `choose` and `chosen` do so too, but what `relu` has switched off stays 0,
# whatever it meets.) A few lines turn it into a diagram in Mermaid's language: blue for what the
# loss is computed from, orange for the gradients, green for the new weights. JupyterLab 4.1 and
# later draw it; where you see text instead, paste it into a Markdown file on GitHub, or look at the
# picture below it.


# %%
def flow(program, arguments):
    """A program's listing as a Mermaid diagram."""
    *lines, returned = str(program).splitlines()[2:]
    reads, boxes = {}, {}
    for line in lines:
        name, shape, rest = re.fullmatch(r"(\w+) (\S+) = (.*)", line).groups()
        words = re.findall(r"[\w.]+", rest)
        reads[name] = [word for word in words if word in {*reads, *arguments}]
        verb = " ".join(SIGNS.get(word, word) for word in words if word not in reads[name])
        boxes[name] = f"{verb}<br>{shape}"
    loss, *new = re.findall(r"r\d+", returned.removeprefix("return"))
    boxes |= {loss: "loss"} | {name: f"new {reads[name][0]}" for name in new}
    forward = {loss}
    for name in reversed(reads):
        forward |= {*reads[name]} if name in forward else set()
    yield "flowchart TD"
    yield from (f"    {name}([{name}]):::given" for name in arguments)
    for name, box in boxes.items():
        kind = "forward" if name in forward else "new" if name in new else "gradient"
        yield f'    {" & ".join(reads[name])} --> {name}["{box}"]:::{kind}'
    yield from (f"    classDef {kind} fill:{fill},color:#1f2328" for kind, fill in COLOURS.items())


# %%
SIGNS = {"add": "+", "sub": "−", "mul": "×", "gt": ">"}
COLOURS = {"given": "#eceff3", "forward": "#a9c4ef", "gradient": "#f5c6a5", "new": "#b2dfb8"}
chart = "\n".join(flow(program, arguments))
display(Markdown(f"```mermaid\n{chart}\n```"))

# %% [markdown]
# The same step, drawn from the recorded Values, with a box for all equal operations:

# %%
draw([error, *updated], by="operation", limit=30, show=("name", "op"), direction="TB")

# %% [markdown]
# ## A whole training
#
# Now let both learn, from the same start with the same optimisers, and look at the largest
# difference between their weights after every step. For comparison, let PyTorch do it once more in
# its usual single precision.


# %%
def race(name, precision=torch.float64, **options):
    """The largest difference between the weights after each of 100 steps."""
    ours = nn.MLP(10, [5, 1], activation="relu", rng=Random(0))
    theirs = ours.to_torch().to(precision)
    optimizer = getattr(nn, name)(ours.parameters(), **options)
    optimizer_torch = getattr(torch.optim, name)(theirs.parameters(), **options)
    loss = autograd.compile(nn.mse_loss(ours(x), target), x=x, t=target, params=ours.parameters())
    gaps = []
    for _ in range(100):
        optimizer_torch.zero_grad()
        outputs = theirs(x_torch.to(precision)).squeeze()
        torch.nn.functional.mse_loss(outputs, t_torch.to(precision)).backward()
        optimizer_torch.step()

        here = np.array([p.data for p in ours.parameters()])
        _, slopes = loss.value_and_grad("params", x=X, t=t, params=here, reduce="mean")
        for p, slope in zip(ours.parameters(), slopes):
            p.grad = slope
        optimizer.step()
        there = [p.data for p in nn.from_torch(theirs).parameters()]
        gaps.append(max(abs(p.data - q) for p, q in zip(ours.parameters(), there)))
    return gaps


# %%
runs = {
    "SGD": race("SGD", lr=0.05),
    "SGD with momentum": race("SGD", lr=0.05, momentum=0.9),
    "Adam": race("Adam", lr=0.01),
}
assert max(map(max, runs.values())) <= 1e-12
runs["SGD, PyTorch in single precision"] = race("SGD", lr=0.05, precision=torch.float32)

for name, gap in runs.items():
    plt.semilogy(range(1, 101), np.maximum(gap, 1e-17), label=name)
plt.axhline(1e-12, color="#8a8f98", ls="--", lw=1)
plt.text(101, 1e-12, "1e-12", va="bottom", ha="right", color="#5c626b")
plt.xlabel("step")
plt.ylabel("largest difference")
plt.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

# %% [markdown]
# In double precision a hundred steps later the two are still the same to twelve digits and more.
# Single precision starts at its own last digit, 10⁻⁷, and that is enough for most networks.
#
# So what is PyTorch for? For arrays of millions, for GPUs, for everything that is ready made there.
# Nothing about derivatives is different.
#
# ## Exercises
#
# **1.** Both sides *add* gradients. If `backward()` runs twice before the step, by which factor is
# a plain SGD step too long?

# %% tags=["exercise"]
factor = ...  # your turn: a number

# Check
w, w_torch = Value(3.0), torch.tensor(3.0, requires_grad=True)
for _ in range(2):
    (w * w).backward()
    (w_torch * w_torch).backward()
right = factor is not ... and factor * 6.0 == w.grad == w_torch.grad.item()
print("Not yet." if factor is ... else "Right." if right else "No.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# The gradient of w² at 3 is 6, and after two calls `.grad` is 12. That is handy if you want to add
# the gradients of several batches, and a mistake otherwise.
#
# ```python
# factor = 2
# ```
#
# </details>

# %% [markdown]
# **2.** `torch.optim.SGD` has an option `weight_decay`, λ: to each gradient it adds λ times the
# weight. Write that step for one Value.


# %% tags=["exercise"]
def step(p, rate, decay):
    p.data = ...  # your turn, with p.data and p.grad


# Check
p, p_torch = Value(1.5), torch.tensor(1.5, requires_grad=True)
p.grad, p_torch.grad = 0.3, torch.tensor(0.3)
torch.optim.SGD([p_torch], lr=0.1, weight_decay=0.01).step()
try:
    step(p, 0.1, 0.01)
    print("Right." if abs(p.data - p_torch.item()) < 1e-12 else "No.")
except TypeError:
    print("Not yet.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# λ·w is the derivative of ½λ·w²: an L2 penalty by another name. (For Adam the two differ, which is
# why there is an AdamW.)
#
# ```python
# def step(p, rate, decay):
#     p.data -= rate * (p.grad + decay * p.data)
# ```
#
# </details>

# %% [markdown]
# **3.** PyTorch's `SmoothL1Loss` is ½d² for differences |d| below 1, and |d| − ½ beyond. Write it
# for one prediction y and one target t, so that it takes Values. (`autograd.where` chooses.)


# %% tags=["exercise"]
def smooth_l1(y, t):
    return ...  # your turn


# Check
points = [(0.2, 0.5), (3.0, 0.5), (-2.0, 0.1), (1.0, 1.0)]
found, wanted = [], []
for y0, t0 in points:
    y, y_torch = Value(y0), torch.tensor(y0, requires_grad=True)
    result = smooth_l1(y, t0)
    loss = torch.nn.functional.smooth_l1_loss(y_torch, torch.tensor(t0))
    if result is not ...:
        result.backward()
        loss.backward()
        found += [result.data, y.grad]
        wanted += [loss.item(), y_torch.grad.item()]
right = np.allclose(found, wanted, rtol=0, atol=1e-12)
print("Not yet." if not found else "Right." if right else "No.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# ```python
# def smooth_l1(y, t):
#     d = abs(y - t)
#     return autograd.where(d < 1, 0.5 * d * d, d - 0.5)
# ```
#
# </details>

# %% [markdown]
# Next: [test your gradients](07_test_your_gradients.ipynb).
