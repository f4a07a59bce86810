# %% [markdown]
# # 1. Values and graphs
#
# **After this notebook you can** record a computation as a graph, read its picture, and say in
# which order a backward pass has to visit the nodes, and what goes wrong in any other.

# %% [markdown]
# ## One number that remembers
#
# A `Value` is a number. Ordinary arithmetic on it gives another `Value`, which holds the result
# and remembers two things more: the operation that made it and the operands it was made from.

# %%
from autograd import Value, draw, explain, tanh

a = Value(2.0, name="a")
b = Value(-3.0, name="b")
c = a * b

print("data    ", c.data)
print("op      ", c.op)
print("parents ", c.parents)

# %% [markdown]
# `a` and `b` are *leaves*: nothing computed them. `c` is an *interior node*, and `a` and `b` are
# its *parents*. Draw that, and you have a computation graph: values flow from left to right.

# %%
draw(c)

# %% [markdown]
# Nothing more is needed to record a whole neuron. Two inputs, two weights, a bias, and `tanh` to
# squash the sum: plain Python, and the graph builds itself as the lines run.

# %%
x1, x2 = Value(2.0, name="x1"), Value(0.5, name="x2")
w1, w2 = Value(-0.6, name="w1"), Value(1.4, name="w2")
b = Value(1.2, name="b")

s = x1 * w1 + x2 * w2 + b
s.name = "s"
y = tanh(s)
y.name = "y"
draw(y)

# %% [markdown]
# ## What a gradient says
#
# The boxes say *grad not computed*. One call fills them in: `y.backward()` walks the graph from
# `y` back to the leaves and leaves in every node its **gradient**, the rate at which `y` changes
# when that node's number changes.

# %% tags=["picture_neuron"]
y.backward()
draw(y)

# %% [markdown]
# Read off `w1`: its gradient is about 1.27. So if `w1` grows by a little, `y` grows by about 1.27
# times as much. You need not believe it: change `w1`, compute `y` anew, and look at the slope.

# %%
import math

import matplotlib.pyplot as plt

plt.style.use("course.mplstyle")
w = [-1.6 + 0.02 * i for i in range(101)]
plt.plot(w, [math.tanh(2.0 * v + 0.5 * 1.4 + 1.2) for v in w], label="y as a function of w1")
near = [v for v in w if abs(v - w1.data) < 0.4]
tangent = [y.data + w1.grad * (v - w1.data) for v in near]
plt.plot(near, tangent, "--", label=f"slope {w1.grad:.2f}, the gradient of w1")
plt.plot(w1.data, y.data, "o", color="black")
plt.xlabel("w1")
plt.ylabel("y")
plt.legend()
plt.show()

# %% [markdown]
# Note what the gradient is *not*: it does not tell what happens far away. It is the slope at this
# point, and the curve bends. (In a notebook that you have run, open *Step through* below the
# picture and drag any leaf: the whole graph follows, and so do this curve and its tangent.)
#
# ## Used twice
#
# If a node is used twice, there are two edges, and what comes back along both is **added**. Here
# the one leaf feeds both operands of a product. That is the product rule: each side contributes 3.

# %%
x = Value(3.0, name="x")
square = x * x
square.backward()
draw(square, flow=True)

# %% [markdown]
# With `flow=True` an edge is as wide as what it carries backwards is large. Two edges bring 3 each
# to `x`, whose gradient is their sum, 6.
#
# ## The order matters
#
# A node can pass its gradient on only when it is complete: when *everything* that uses the node
# has reported. This is the smallest graph in which a backward pass can get that wrong. `u` is
# used by `v` and, directly, by `y`.

# %%
x = Value(1.5, name="x")
u = 2 * x
v = u**2
y = u * v
u.name, v.name, y.name = "u", "v", "y"
draw(y)

# %% [markdown]
# To see it fail, here is a backward pass that visits the nodes in the order it is told. For each
# node we need its *partials*, the derivatives by its operands alone; for three nodes we can write
# them down.

# %%
partials = {
    y: {u: v.data, v: u.data},  # y = u·v
    v: {u: 2 * u.data},  #         v = u²
    u: {x: 2.0},  #                u = 2x
}


def backward_in(order):
    """The gradients of y, if the nodes pass on what they have in this order."""
    gradient = dict.fromkeys((y, v, u, x), 0.0)
    gradient[y] = 1.0
    for node in order:
        for operand, partial in partials[node].items():
            gradient[operand] += partial * gradient[node]
    return gradient


# %% [markdown]
# The function is y = (2x)³, so by hand dy/dx = 6·(2x)² = 54 at x = 1.5. Now compare two orders.

# %%
right = backward_in([y, v, u])
wrong = backward_in([y, u, v])

print("y, v, u:   dy/dx =", right[x])
print("y, u, v:   dy/dx =", wrong[x])

# %%
names = ["y", "v", "u", "x"]
fig, ax = plt.subplots(figsize=(7.2, 2.8))
for shift, found, label in [(-0.2, right, "y, v, u"), (0.2, wrong, "y, u, v")]:
    bars = ax.bar([i + shift for i in range(4)], [found[n] for n in (y, v, u, x)], 0.38)
    ax.bar_label(bars, fmt="%g")
    bars.set_label(f"visited in the order {label}")
ax.set_xticks(range(4), names)
ax.set_ylabel("gradient")
ax.set_ylim(top=60)
ax.legend(loc="upper left")
plt.show()

# %% [markdown]
# In the wrong order `u` passes on 9, the part that came straight from `y`. Then `v` adds 18 to it,
# but `u` has already reported: those 18 never reach `x`, which ends with 18 instead of 54. The
# gradient of `u` itself looks right, which makes the mistake hard to see.
#
# ## Topological order
#
# An order in which every node comes before its own operands is called *topological* (seen from
# the result). It is found by a depth-first walk: write a node down once all its parents are
# written, and read the list from the end.


# %%
def topological_order(root):
    """Every node after its parents."""
    order, seen = [], set()

    def visit(node):
        if id(node) not in seen:
            seen.add(id(node))
            for parent in node.parents:
                visit(parent)
            order.append(node)

    visit(root)
    return order


print(" → ".join(node.name for node in reversed(topological_order(y))))

# %% [markdown]
# That is the order in which `backward()` works, and so it finds 54. Our eight lines call
# themselves once for each node in a chain, so they fail on long ones: Python stops at about a
# thousand nested calls. The engine keeps a list of its own instead.

# %%
y.backward()
print("dy/dx =", x.grad)

start = Value(1.0)
chain = start
for _ in range(100_000):
    chain = chain * 0.99999
chain.backward()
print("after 100,000 products:", start.grad)

try:
    topological_order(chain)
except RecursionError:
    print("the eight lines: RecursionError")

# %% [markdown]
# ## Twice is added
#
# Leaves *accumulate*: a second `backward()` adds to what is there, which is what one wants when a
# gradient is collected over several examples. `zero_grad` sets it to zero, and `recompute()` runs
# the same graph again after a leaf has changed.

# %%
from autograd import zero_grad

y.backward()
print("twice:     ", x.grad)

x.data = 0.5
y.recompute()
zero_grad([x])
y.backward()
print("at x = 0.5:", x.grad, "for y =", y.data)

# %% [markdown]
# ## Exercises
#
# Replace the dots, and run the cell.
#
# **1.** What is the gradient of `a` in y = (a + b)·(a − b) at a = 3, b = 2? Find it by thinking of
# the paths from `a` to y, then check.

# %% tags=["exercise"]
gradient_of_a = ...  # your turn: a number

# Check
a, b = Value(3.0, name="a"), Value(2.0, name="b")
((a + b) * (a - b)).backward()
print("Not yet." if gradient_of_a is ... else "Right." if gradient_of_a == a.grad else "No.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# Two paths: through the sum comes a − b = 1, through the difference a + b = 5. Together 2a = 6.
#
# ```python
# gradient_of_a = 6.0
# ```
#
# </details>

# %% [markdown]
# **2.** Doubling by addition: `x + x`, then the result plus itself, and so on, ten times. How many
# paths lead from `x` to the end? `explain` counts them.

# %% tags=["exercise"]
paths = ...  # your turn: a whole number

# Check
x = Value(1.0, name="x")
doubled = x
for _ in range(10):
    doubled = doubled + doubled
print("Not yet." if paths is ... else "Right." if paths == explain(doubled, x).count else "No.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# Every addition doubles the number of paths: 2¹⁰. The backward pass does not walk along each; it
# visits each of the ten nodes once. That is the whole point of it.
#
# ```python
# paths = 1024
# ```
#
# </details>

# %% [markdown]
# **3.** Write `is_topological(order)`: whether in this list, which begins at the result, every
# node comes before all its parents.


# %% tags=["exercise"]
def is_topological(order):
    return ...  # your turn


# Check
x = Value(1.5, name="x")
u = 2 * x
v = u**2
y = u * v
found = [is_topological(order) for order in ([y, v, u, x], [y, u, v, x], [x, u, v, y])]
print("Not yet." if ... in found else "Right." if found == [True, False, False] else "No.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# Nodes are compared by identity: `==` on Values compares their numbers.
#
# ```python
# def is_topological(order):
#     place = {id(node): i for i, node in enumerate(order)}
#     return all(
#         place[id(node)] < place[id(parent)] for node in order for parent in node.parents
#     )
# ```
#
# </details>

# %% [markdown]
# Next: [the chain rule](02_chain_rule.ipynb), by hand and by machine.
