# %% [markdown]
# # 10. The engine, read aloud
#
# **After this notebook you can** say what every line of the engine is for, run it piece by piece,
# and add a primitive of your own.
#
# The cells of code below are not copies: they are cut out of the files of `autograd/engine` when
# this notebook is built, and executed here one after the other. At the end of the fourth section
# you have an engine that you have read whole.

# %%
from __future__ import annotations

import math
import os
from typing import Any

import autograd
from autograd.engine.modes import ACTIVE, ANOMALY, RECORDING, TRACING, user_line
from autograd.errors import InputTypeError
from autograd.ops.expr import Expr
from autograd.ops.op import OPS, Op
from autograd.reals import real, real_or_none

SHORT = bool(os.environ.get("NOTEBOOKS_SHORT"))  # for quick tests of this notebook

# %% [markdown]
# ## 1. Node: one number that remembers
#
# `engine/node.py`. A node has six slots: the number, its gradient, a name, the primitive that made
# it, and the operands of that primitive. Most primitives have one or two operands, which stand in
# slots of their own; more stand in a tuple. There is no closure and no list of children, so a graph
# is freed as soon as nobody holds its result.

# %%
# cut autograd/engine/node.py Epoch


EPOCH = [Epoch()]


# cut autograd/engine/node.py packed

# %% [markdown]
# What is the epoch? A node's gradient slot has to hold something before there is a gradient. It
# holds the *epoch* in which the node was recorded, and that tells two things for the price of none:
# "no gradient yet", and whether any leaf has been changed since.
#
# A name is a `str`; an engine that gets its history by hand would be given it in that place.


# %%
# cut autograd/engine/node.py name_of

# %%
# cut autograd/engine/node.py Node: __slots__ __init__

# %% [markdown]
# A node of three operands keeps them as a tuple in `_left`; a leaf has `op = None`.

# %%
leaf = Node(2.0, "x")
print(leaf._data, leaf._name, leaf.op)
print(packed((1.0,)), packed((1.0, 2.0)), packed((1.0, 2.0, 3.0)))

# %% [markdown]
# ## 2. Value: arithmetic
#
# `engine/value.py`. An operator is one line: it asks for its primitive to be recorded. (In the
# file, `Methods` and `Comparisons` stand between the two classes: `x.exp()`, `x < y` and the like.)

# %%
Comparisons = Node


# cut autograd/engine/value.py Value: __slots__ __add__ __radd__ __mul__ __rmul__ __neg__
# %% [markdown]
# `operate` makes floats of all real numbers first. What is not a number gets `NotImplemented`, and
# Python then asks the other operand, or raises its own TypeError.


# %%
# cut autograd/engine/value.py operate


# cut autograd/engine/record.py operand

# %% [markdown]
# A list does not know what to do with a Value either, so that is refused here, with what to write.


# %%
# cut autograd/engine/record.py refused

# %% [markdown]
# ## 3. Record: a primitive, applied and remembered
#
# `engine/record.py`. Look the number up in each operand, evaluate the primitive, make the node. If
# no operand is a Value there is nothing to remember. The modes come in between: `no_grad` gives a
# leaf, `detect_anomaly` notes your line, or raises at the first number that is not finite, and a
# recording keeps the number as one whose derivative is zero. The node itself is made from its
# parts.

# %%
# cut autograd/engine/node.py Node._restore

# %%
# cut autograd/engine/record.py record

# %% [markdown]
# Now arithmetic records.

# %%
Node.computed = Value  # what arithmetic makes

x, w = Value(2.0), Value(-3.0)
y = x * w + 0.5
print(y._data, y.op, y._left.op, y._right)

# %% [markdown]
# ## 4. Order and sweep: the chain rule
#
# `engine/order.py`. To send derivatives backwards, every node has to wait until all that use it are
# done. So the nodes are listed with operands first, and the list is read from its end. The walk
# keeps a stack of its own in place of recursion, or a chain of a thousand operations would end in a
# RecursionError.

# %%
Adjoints = dict[Node, float]


# cut autograd/engine/order.py operands_of


# cut autograd/engine/order.py operand_values

# %%
from collections.abc import Iterable

# cut autograd/engine/order.py record_of

# %% [markdown]
# `engine/sweep.py`. The chain rule is one line: each operand's adjoint *gains* upstream × local
# derivative. Gains, since a node may be used more than once. The local derivatives come from the
# table of primitives, which is asked only for those that are needed.

# %%
# cut autograd/engine/sweep.py pull_back


# cut autograd/engine/sweep.py pull

# %%
order, adjoint = record_of([y])
adjoint[y] = 1.0
pull_back(order, adjoint)
print([node.op.name for node in order], adjoint[x], adjoint[w])

# %% [markdown]
# That is the engine. What `engine/backward.py` adds is care: adjoints wait in the dictionary until
# the sweep is over, and are then written into the nodes all at once. So an interrupt or an error in
# the middle leaves every gradient as it was, and a retry is exact. Leaves *accumulate* from call to
# call, computed nodes hold the adjoint of the last one.
#
# The package runs the same engine a little faster: `engine/generated.py` writes operators and steps
# as straight-line Python from the same table, and a test holds the two equal to the last bit.

# %%
from autograd.engine import generated


def slope():
    x = autograd.Value(0.7)
    y = (x * x + 1.0).log().tanh()
    y.backward()
    return x.grad


fast = slope()
with generated.plain():
    print(fast == slope())

# %% [markdown]
# ## 5. The table, and a primitive of your own
#
# A primitive is declared once: its value, and its local derivatives written with the functions of a
# namespace `xp`. The same rule is then fed floats (to evaluate it), Values (to record it, so that
# derivatives can be differentiated again), arrays, or symbols.

# %%
mul = OPS["mul"]
print(mul.evaluate(3.0, 4.0), mul.local(3.0, 4.0), mul.partial_exprs)
print(OPS["tanh"].written(Expr("var", "y"), Expr("var", "x")))

# %% [markdown]
# Yours is made by `custom_op` in the same form, and is first-class everywhere: drawn, checked,
# compiled.

# %%
bell = autograd.custom_op(
    "bell",
    lambda x: math.exp(-x * x),
    lambda xp, out, x: (-2.0 * x * out,),
)
print(bell(1.0), autograd.grad(bell)(1.0), autograd.grad(autograd.grad(bell))(1.0))
print(autograd.gradcheck(bell, 0.5, order=2).verdict)

# %% [markdown]
# ## Exercises
#
# **1.** Write the lecture's loop with `operands` and `partials`: add to `grads` what each operand
# of `node` gains.

# %%
a = autograd.Value(2.0)
node = a * a


# %% tags=["exercise"]
def gained(node, upstream):
    grads = dict.fromkeys(node.operands, 0.0)
    grads.update()  # your turn
    return grads


# Check
done = gained(node, 1.0)[a]
print("Right." if done == 4.0 else "Not yet." if done == 0.0 else "No.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# The operand `a` stands twice, so it gains twice.
#
# ```python
# def gained(node, upstream):
#     grads = dict.fromkeys(node.operands, 0.0)
#     for x, partial in zip(node.operands, node.partials):
#         grads[x] += upstream * partial
#     return grads
# ```
#
# </details>

# %% [markdown]
# **2.** The Value of this notebook knows + and ×. Give it a difference, with the primitive `sub`.


# %% tags=["exercise"]
def difference(a, b):
    return ...  # your turn


# Check
made = difference(Value(5.0), 3.0)
print("Not yet." if made is ... else "Right." if made._data == 2.0 and made.op else "No.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# ```python
# def difference(a, b):
#     return operate("sub", a, b)
# ```
#
# </details>

# %% [markdown]
# **3.** Declare log cosh as a primitive of your own; its derivative is tanh.


# %% tags=["exercise"]
def partials(xp, out, x):
    return ...  # your turn


# Check
log_cosh = autograd.custom_op("log_cosh", lambda x: math.log(math.cosh(x)), partials)
done = partials(autograd, 0.0, 1.0) is not ...
right = done and autograd.gradcheck(log_cosh, 0.8, order=2).verdict == "pass"
print("Right." if right else "No." if done else "Not yet.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# ```python
# def partials(xp, out, x):
#     return (xp.tanh(x),)
# ```
#
# </details>
