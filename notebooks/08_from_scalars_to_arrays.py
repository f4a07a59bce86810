# %% [markdown]
# # 8. From scalars to arrays
#
# **After this notebook you can** record a computation once and run it on thousands of examples at
# the speed of array code, read what the program does, say what became of your loops, and take it
# along to JAX.

# %% [markdown]
# ## A network in loops
#
# Here is a network that reads digits, as one would explain it: for every neuron, for every input, a
# weight times a number is added to a sum. No matrix anywhere.

# %%
import os

for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"  # one thread for everybody, to compare times

import matplotlib.pyplot as plt
import numpy as np

import autograd
import nn
from autograd import Value, dot, draw, logsumexp, sin, sqrt, tanh, where

plt.style.use("course.mplstyle")
SHORT = bool(os.environ.get("NOTEBOOKS_SHORT"))  # for quick tests of this notebook


# %%
def layer(W, b, x):
    outputs = []
    for weights, bias in zip(W, b):
        s = bias
        for w, v in zip(weights, x):
            s = s + w * v
        outputs.append(s)
    return outputs


def loss(W1, b1, W2, b2, x, t):
    """Cross-entropy of one image: x has its 64 pixels, t is 1 at its digit and 0 elsewhere."""
    hidden = [tanh(s) for s in layer(W1, b1, x)]
    z = layer(W2, b2, hidden)
    return logsumexp(z) - dot(t, z)


# %% [markdown]
# The graph is recorded from leaves, all zero for now. What we want is the record of what is done to
# them, and for that their numbers do not matter.


# %%
def leaves(*shape):
    """Nested lists of fresh Values."""
    return [leaves(*shape[1:]) for _ in range(shape[0])] if shape else Value(0.0)


arguments = {"W1": leaves(16, 64), "b1": leaves(16), "W2": leaves(10, 16), "b2": leaves(10)}
arguments |= {"x": leaves(64), "t": leaves(10)}
E = loss(**arguments)

# %% [markdown]
# `E` is the loss of *one* image: one number, with a graph behind it.
#
# ## Record once, replay many
#
# `compile` turns the record into a **program**: a function of arrays. Each keyword names an
# argument and says which leaves it stands for. When it is called, an array may have one axis more,
# in front: a batch.

# %%
program = autograd.compile(E, **arguments)
print(len(program.tape.statements), "operations were recorded")

X, digits = nn.data.digits()
X, T = np.array(X), np.eye(10)[digits]
rng = np.random.default_rng(0)
shapes = {"W1": (16, 64), "b1": 16, "W2": (10, 16), "b2": 10}
start = {name: rng.normal(0.0, 0.1, shape) for name, shape in shapes.items()}

values = program(x=X, t=T, **start)
print("one loss for each image:", values.shape)

# %% [markdown]
# Is that the same number that Values give? Ask one image, one number at a time.

# %%
alone = loss(**{name: array.tolist() for name, array in start.items()}, x=X[7], t=T[7])
print("agree:", abs(alone - values[7]) < 1e-12)

# %% [markdown]
# Gradients come along: `value_and_grad` sums (or averages) them over the batch for what the whole
# batch shares, as the weights here. That is all one needs for training. Every step below looks at
# all 1,797 images.

# %%
params, course = start, []
for _ in range(20 if SHORT else 300):
    E, grads = program.value_and_grad(tuple(params), x=X, t=T, reduce="mean", **params)
    params = {name: p - 0.8 * g for (name, p), g in zip(params.items(), grads)}
    course.append(E.mean())

plt.semilogy(course)
plt.xlabel("step")
plt.ylabel("mean loss")
plt.show()

# %% [markdown]
# A call without gradients gives one loss an image, so the images that the network finds hardest
# are the ones with the largest.

# %%
hardest = np.argsort(-program(x=X, t=T, **params))[:10]
fig, axes = plt.subplots(1, 10, figsize=(9, 1.4))
for ax, i in zip(axes, hardest):
    ax.imshow(X[i].reshape(8, 8), cmap="Greys")
    ax.set(xticks=[], yticks=[], title=f"a {digits[i]}")
plt.show()

# %% [markdown]
# ## The listing
#
# A program can be printed. Each line is one **array statement**, with the shape of its result.

# %%
print(program)

# %% [markdown]
# The two layers are two matrix products. Below each of them the biases are added, all at once. The
# thousand multiplications that we wrote are inside the first product. The array statements are run
# by NumPy, the products by BLAS, and the gradients are made of the same: two products backwards for
# each product forwards.
#
# ## What became of the loops
#
# Between the recording and the listing are a few **passes**. Each is a function from tape to tape,
# a *tape* being the list of recorded statements; none changes a result. We can look at
# the tape after each. First one neuron. This draws a tape as a graph, by running it on Values.

# %%
from autograd.engine.record import record
from autograd.program.tape.passes import PASSES


def as_graph(tape, numbers):
    """The output of a tape, as a Value."""
    slots = [Value(number, name=tape.name(i)) for i, number in enumerate(numbers)]
    for op, operands in tape.statements:
        read = [slots[i] if i >= 0 else tape.constants[-1 - i] for i in operands]
        slots.append(record(op, tuple(read)))
    return slots[tape.outputs[0]]


W, b, x = leaves(1, 3), leaves(1), leaves(3)
tape = autograd.compile(tanh(layer(W, b, x)[0]), W=W, b=b, x=x).tape
numbers = [0.9, 0.9, -0.9, 0.2, -0.8, 0.7, 0.5]
draw(as_graph(tape, numbers), show=["name", "op", "data"])

# %%
for run in PASSES:
    tape = run(tape)
draw(as_graph(tape, numbers), show=["name", "op", "data"])

# %% [markdown]
# Same inputs, same result, and a chain of six statements has become one `dot`. The additions in it
# may be done in another order than we wrote: results agree to rounding, not to the last bit.
#
# Now a whole layer, and a careless one. It scales its inputs anew in every neuron, computes
# 1/`scale` again and again, and squashes with $s/\sqrt{1+s^2}$. `scale` is a Value that we shall
# not name, so that `compile` freezes it.

# %%
scale = Value(16.0)


def careless(W, b, x):
    outputs = []
    for weights, bias in zip(W, b):
        unit = 1 / scale
        s = bias
        for w, v in zip(weights, x):
            s = s + w * (v * unit)
        outputs.append(s / sqrt(1 + s**2))
    return outputs


W, b, x = leaves(8, 12), leaves(8), leaves(12)
squashed = autograd.compile(careless(W, b, x), W=W, b=b, x=x, backend="array")
tape = squashed.tape
tapes = {"recorded": tape}
for run in PASSES:
    before, tape = tape, run(tape)
    if tape != before:
        tapes[run.__name__] = tape

# %% [markdown]
# In the picture each square is a statement, coloured by what it does, in the order in which it
# stands on the tape. At first a line is a neuron: eight neurons, 41 statements each. Pale squares
# are read by nobody any more. (Passes that change nothing here are left out.)

# %%
from matplotlib.patches import Patch

from autograd.program.tape.rewriting import reads

colours = {"mul": "#74a9e8", "add": "#f2a65a", "sum": "#d9480f", "dot": "#1b3a7a"}
colours |= {"div": "#69b57a", "pow": "#c2a5d9", "sqrt": "#862e9c"}

fig, axes = plt.subplots((len(tapes) + 1) // 2, 2, figsize=(9, 4))
for ax, (name, tape) in zip(axes.T.flat, tapes.items()):
    read = reads(tape)[tape.first :]
    for i, (op, _) in enumerate(tape.statements):
        box = plt.Rectangle((i % 41, -(i // 41)), 0.86, -0.86, color=colours[op.name])
        box.set_alpha(1.0 if read[i] else 0.2)
        ax.add_patch(box)
    ax.set(xlim=(0, 41), ylim=(-8, 0), aspect="equal")
    ax.set_title(f"{name}: {len(tape.statements)}", loc="left")
    ax.axis("off")
patches = [Patch(color=colour) for colour in colours.values()]
fig.legend(patches, colours, ncols=len(colours), loc="outside lower center")
plt.show()

# %% [markdown]
# - `flatten_sums` finds chains of additions, and writes each as one `sum`; the links are dead.
# - `find_dots` takes the products out of a sum, if nothing else reads them, and makes one `dot`.
# - `expand_powers` turns the squares into products, which are cheaper.
# - `fold_constants` computes 1/16 now, as it depends on nothing that may change.
# - `share_common` sees that all neurons scale the same inputs, and keeps the first twelve.
#
# Two more found nothing to do: `split_differences`, which does the like of the first two for
# subtractions, and `drop_dead`, which takes away what no result depends on.
#
# So 328 statements have become 60. The last step is grouping: what does the same at the
# same depth becomes one array statement, and dots that share an operand become a matrix product.

# %%
print(squashed)

# %% [markdown]
# Seven lines: about what a careful person would have written in NumPy.
#
# ## How fast?
#
# The opponents: Values, one example at a time; the derivative worked out by hand, in NumPy; and
# PyTorch, where it is installed. Each computes the loss and the gradients by all weights.


# %%
def by_hand(x, t, W1, b1, W2, b2):
    """The gradients of the mean loss, with pencil and paper."""
    h = np.tanh(x @ W1.T + b1)
    z = h @ W2.T + b2
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    E = -np.log((p * t).sum(axis=1))
    dz = (p - t) / len(x)
    dh = dz @ W2 * (1 - h * h)
    return E, (dh.T @ x, dh.sum(axis=0), dz.T @ h, dz.sum(axis=0))


def by_program(x, t, program):
    return program.value_and_grad(tuple(start), x=x, t=t, reduce="mean", **start)


ours, theirs = by_program(X[:50], T[:50], program)[1], by_hand(X[:50], T[:50], **start)[1]
print("agree:", all(np.allclose(a, b, rtol=1e-10) for a, b in zip(ours, theirs)))

# %%
from functools import partial
from importlib.util import find_spec


def by_values(x, t):
    W1, b1, W2, b2 = (arguments[name] for name in start)
    one = x[0].tolist(), t[0].tolist()
    return lambda: loss(W1, b1, W2, b2, *one).backward()


def by_torch(x, t):
    import torch

    torch.set_num_threads(1)
    x, t = torch.tensor(x), torch.tensor(t)
    W1, b1, W2, b2 = P = [torch.tensor(p, requires_grad=True) for p in start.values()]

    def step():
        z = torch.tanh(x @ W1.T + b1) @ W2.T + b2
        return torch.autograd.grad(torch.nn.functional.cross_entropy(z, t), P)

    return step


# %% [markdown]
# Times vary, so we take the median of many, in turn, in a new order every round. We count the
# processor's time rather than the clock's, so that it matters less what else the machine is doing.

# %%
import random
import statistics
import time

clock = time.perf_counter if os.name == "nt" else time.process_time  # coarse on Windows


def medians(steps, seconds=0.05 if SHORT else 1.0):
    """Median time of a call of each step in microseconds, measured for so many seconds."""
    names, taken = list(steps), {name: [] for name in steps}
    for step in steps.values():
        step()  # the first call compiles
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(taken[names[0]]) < 3:
        random.shuffle(names)
        for name in names:
            began = clock()
            steps[name]()
            taken[name].append(clock() - began)
    return {name: 1e6 * statistics.median(times) for name, times in taken.items()}


# %%
SIZES = [1, 4, 16, 64, 256, 1024]


def network_times():
    times = {"Values": [medians({"Values": by_values(X, T)})["Values"]] * len(SIZES)}
    graph = loss(**arguments)
    loop, array = (autograd.compile(graph, backend=n, **arguments) for n in ("loop", "array"))
    for n in SIZES:
        x, t = X[:n], T[:n]
        steps = {
            "program, loop": partial(by_program, x, t, loop),
            "program, array": partial(by_program, x, t, array),
            "NumPy by hand": partial(by_hand, x, t, **start),
        }
        if find_spec("torch"):
            steps["PyTorch"] = by_torch(x, t)
        for name, microseconds in medians(steps).items():
            times.setdefault(name, []).append(microseconds / n)
    return times


# %% [markdown]
# These times are the only thing in this course that a second run would change. In the notebook
# as it is published, the figures were measured once and stored; the note above the picture says
# when, on what machine, and with which versions. **Run the cells yourself, and they measure.**

# %%
from measured import measured

looks = {"Values": "#8a8f98", "program, loop": "#d9480f", "program, array": "#2563c9"}
looks |= {"NumPy by hand": "#2b8a3e", "PyTorch": "#862e9c"}


def show_times(name, measure):
    times, note = measured(name, measure)
    for who, each in times.items():
        plt.loglog(SIZES, each, "o-", color=looks[who], markersize=4, label=who)
    plt.xlabel("batch size")
    plt.ylabel("microseconds an example")
    plt.title(note, fontsize=8.5, color="#5c626b")
    plt.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    plt.show()
    return times


of_network = show_times("network", network_times)
if "PyTorch" not in of_network:
    print("PyTorch is not installed here, so it has no line.")

# %% [markdown]
# Values take the same time an example whatever the batch, as they do one at a time. The **array**
# executor pays for each statement once a call, and all examples of the batch share that: by the
# published figures it takes about two thirds of the time of what was derived by hand, and a third
# of PyTorch's or less. The **loop** executor runs one number after the other as machine code, of a
# batch several rows at a time: here, where the products are whole matrices, it comes third. (The
# published line of Values is that of the compiled engine, of which more below.)
#
# ## Deep and narrow
#
# Loops over neurons are wide. This is the opposite: a pendulum with friction, 500 time steps, each
# waiting for the one before. There is hardly anything to group.


# %%
def swing(q, v, drag):
    """The angle after ten seconds."""
    for _ in range(500):
        v = v - 0.02 * (9.81 * sin(q) + drag * v)
        q = q + 0.02 * v
    return q


# %%
def swing_times():
    at = {"q": Value(1.0), "v": Value(0.0), "drag": Value(0.1)}
    once = medians({"Values": lambda: swing(**at).backward()})["Values"]
    times = {"Values": [once] * len(SIZES)}
    graph = swing(**at)
    programs = {n: autograd.compile(graph, backend=n, **at) for n in ("loop", "array")}
    for n in SIZES:
        q = np.linspace(0.1, 3.0, n)
        steps = {
            f"program, {name}": partial(program.value_and_grad, "q", q=q, v=0.0, drag=0.1)
            for name, program in programs.items()
        }
        for name, microseconds in medians(steps).items():
            times.setdefault(name, []).append(microseconds / n)
    return times


of_pendulum = show_times("pendulum", swing_times)

# %% [markdown]
# Here the loop wins at every batch size that was measured. You need not choose: `backend="auto"`,
# the default, looks at the graph and at the batch, and the listing says what it took.

# %%
q, v, drag = Value(1.0), Value(0.0), Value(0.1)
pendulum = autograd.compile(swing(q, v, drag), q=q, v=v, drag=drag)
for which in (program, pendulum):
    print(str(which).splitlines()[1])

# %% [markdown]
# ## Values, pure and compiled
#
# The engine of Values itself comes in two builds that give the same bits. The pure one is Python
# and runs everywhere; the optional one is machine code, made from the same files by
# `HATCH_BUILD_HOOK_ENABLE_CUSTOM=true pip wheel .` in the project's folder. `python -m autograd
# --version` says which one you have. A fresh Python below runs the pure one, also where a compiled
# one is: it looks beside the machine code for the sources.

# %%
import inspect
import json
import subprocess
import sys

from autograd.engine.accelerator import ENGINE

SOURCES_ONLY = """
import sys
from importlib.machinery import FileFinder, SourceFileLoader
from importlib.util import find_spec

(home,) = find_spec("autograd").submodule_search_locations

def finder(path):
    if not path.startswith(home):
        raise ImportError
    return FileFinder(path, (SourceFileLoader, [".py"]))

sys.path_hooks.insert(0, finder)
"""

# %%
IMPORTS = """
import json, random, statistics, time
from autograd import Value, dot, logsumexp, sin, tanh

clock = time.process_time
"""
BOTH = """
shapes = {"W1": (16, 64), "b1": (16,), "W2": (10, 16), "b2": (10,)}
network = {name: leaves(*shape) for name, shape in shapes.items()}
x, t = [0.5] * 64, [1.0] + [0.0] * 9
at = {"q": Value(1.0), "v": Value(0.0), "drag": Value(0.1)}
times = medians({
    "network": lambda: loss(x=x, t=t, **network).backward(),
    "pendulum": lambda: swing(**at).backward(),
})
print(json.dumps(times))
"""


# %%
def values_alone(prelude):
    """Microseconds for a loss and its gradient, by Values in a Python of their own."""
    functions = map(inspect.getsource, (leaves, layer, loss, swing, medians))
    script = [prelude, IMPORTS, f"SHORT = {SHORT}", *functions, BOTH]
    command = [sys.executable, "-c", "\n".join(script)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def values_times():
    found = {"pure": values_alone(SOURCES_ONLY)}
    if ENGINE == "compiled":
        found["compiled"] = values_alone("")
    return {name: list(times.values()) for name, times in found.items()}


# %% [markdown]
# And programs beside them: one example a call, and the better of both executors at the largest
# batch.

# %%
values, note = measured("values", values_times)
print("microseconds for a loss and its gradient")
print(f"{'':<10}{'pure':>10}{'compiled':>10}{'program, 1':>12}{'program, 1024 at once':>23}")
for i, (name, times) in enumerate({"network": of_network, "pendulum": of_pendulum}.items()):
    by_engine = [f"{values[k][i]:.4g}" if k in values else "" for k in ("pure", "compiled")]
    executors = [times["program, loop"], times["program, array"]]
    one, many = (f"{min(row[at] for row in executors):.3g}" for at in (0, -1))
    print(f"{name:<10}{by_engine[0]:>10}{by_engine[1]:>10}{one:>12}{many:>23}")
print(note)
if "compiled" not in values:
    print("There is no compiled engine here, so its column is empty.")

# %% [markdown]
# What is it good for? A thousand starts at once, each with its derivative: how much the angle after
# ten seconds depends on the start. Near the top, where the pendulum can fall either way, it depends
# on it most.

# %%
starts = np.linspace(0.02, 3.12, 50 if SHORT else 1000)
ends, slopes = pendulum.value_and_grad("q", q=starts, v=0.0, drag=0.1)
fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2))
left.plot(starts, ends)
left.set(xlabel="angle at the start", ylabel="angle after 10 s")
right.plot(starts, slopes, color="#d9480f")
right.set(xlabel="angle at the start", ylabel="derivative", yscale="asinh")
right.set_yticks([-10, -3, -1, 0, 1, 3, 10, 50], [-10, -3, -1, 0, 1, 3, 10, 50])
plt.show()

# %% [markdown]
# ## What a recording cannot know
#
# A record holds what was *done*. If an `if` chose one branch, the other was never recorded, and the
# program would go the same way for ever. `compile` cannot see that; `compiled(f)`, which records
# the function itself, can, and refuses.


# %%
import textwrap


@autograd.compiled
def bent(x):
    if x > 1.0:
        return 2.0 * x - 1.0
    return x * x


try:
    bent(0.5)
except autograd.TraceError as error:
    print(textwrap.fill(str(error), 88))


# %% [markdown]
# `where` is recorded with both branches, and chooses for every example of a batch anew.


# %%
@autograd.compiled
def bent(x):
    return where(x > 1.0, 2.0 * x - 1.0, x * x)


print(bent.program(0.5)(x=[0.5, 1.0, 3.0]))

# %% [markdown]
# ## On to JAX
#
# When one machine is not enough, take the program along: `to_jax()` gives a pure function of
# the same arguments that `jax.jit`, `jax.grad`, `jax.vmap` and `jax.hessian` accept. Here is the
# Hessian of the trained network's mean loss, by the ten biases of its outputs.

# %%
if find_spec("jax"):
    import jax

    jax.config.update("jax_enable_x64", True)
    in_jax = program.to_jax()

    @jax.jit
    def mean_loss(b2, others):
        return in_jax(b2=b2, x=X, t=T, **others).mean()

    others = {name: p for name, p in params.items() if name != "b2"}
    slope = jax.grad(mean_loss)(params["b2"], others)
    ours = program.value_and_grad("b2", x=X, t=T, reduce="mean", **params)[1]
    print("JAX's gradient agrees with the program's:", np.allclose(slope, ours, atol=1e-12))
    H = np.array(jax.hessian(mean_loss)(params["b2"], others))
else:
    print("JAX is not installed here: `pip install jax`, then run this notebook again.")

# %%
if find_spec("jax"):
    pairs = np.where(np.eye(10, dtype=bool), np.nan, -H)
    fig, ax = plt.subplots(figsize=(4.6, 3.6))
    picture = ax.imshow(pairs, cmap="Blues")
    fig.colorbar(picture, label="−∂²E/∂b∂b′")
    ax.set(xticks=range(10), yticks=range(10), xlabel="digit", ylabel="digit")
    plt.show()

# %% [markdown]
# For cross-entropy this entry is the mean of p·p′, the product of two digits' probabilities: a
# dark square is a pair that the network cannot always tell apart.
#
# ## Exercises
#
# **1.** Translate the seven lines of `squashed` into NumPy, for a batch: W is 8×12, b is 8, and x
# has a row of twelve for each example.


# %% tags=["exercise"]
def translated(W, b, x):
    return ...  # your turn


# Check
W, b, x = rng.normal(size=(8, 12)), rng.normal(size=8), rng.normal(size=(5, 12))
found = translated(W, b, x)
right = found is not ... and np.allclose(found, squashed(W=W, b=b, x=x))
print("Right." if right else "Not yet." if found is ... else "No.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# ```python
# def translated(W, b, x):
#     s = 0.0625 * x @ W.T + b
#     return s / np.sqrt(1 + s * s)
# ```
#
# </details>

# %% [markdown]
# **2.** Huber's loss is e²/2 for errors up to 1, and |e| − ½ beyond. Write it so that `compiled`
# takes it.


# %% tags=["exercise"]
@autograd.compiled
def huber(e):
    return e * 0  # your turn: without `if`


# Check
found = huber.program(0.0)(e=[-3.0, -0.5, 0.0, 1.0, 2.0])
right = np.allclose(found, [2.5, 0.125, 0.0, 0.5, 1.5])
print("Right." if right else "Not yet." if not found.any() else "No.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# ```python
# @autograd.compiled
# def huber(e):
#     return where(abs(e) <= 1, e * e / 2, abs(e) - 0.5)
# ```
#
# </details>

# %% [markdown]
# **3.** Write a pass of your own: nobody needs products with the constant 1.0. The skeleton copies
# a tape statement by statement, and says of each where its result now stands. `new.add` writes a
# statement and returns its place. A negative place `i` is that of the constant
# `new.constants[-1 - i]`.

# %% tags=["exercise"]
from autograd.program.tape.rewriting import Rewriter


def drop_ones(tape):
    new = Rewriter(tape)
    for op, operands in tape.statements:
        places = new.places(operands)
        place = new.add(op, places)  # your turn: not always
        new.is_at(place)
    return new.finish()


# Check
x = Value(0.0)
tape = autograd.compile(1.0 * sin(x * 1.0) * x + 1.0, x=x).tape
done = drop_ones(tape).validate()
right = [str(op) for op, _ in done.statements] == ["sin", "mul", "add"]
right = right and as_graph(done, [0.3]).data == as_graph(tape, [0.3]).data
print("Right." if right else "Not yet." if done == tape else "No.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# The result of such a product stands where its other operand stands.
#
# ```python
# def drop_ones(tape):
#     new = Rewriter(tape)
#     for op, operands in tape.statements:
#         places = new.places(operands)
#         ones = [i < 0 and new.constants[-1 - i] == 1.0 for i in places]
#         if op.name == "mul" and any(ones):
#             new.is_at(places[1] if ones[0] else places[0])
#         else:
#             new.is_at(new.add(op, places))
#     return new.finish()
# ```
#
# </details>

# %% [markdown]
# Next: [derivatives of derivatives](09_higher_order.ipynb).
