# %% [markdown]
# # 9. Derivatives of derivatives
#
# **After this notebook you can** differentiate as often as you like, draw the graph of a
# derivative, minimise with Newton's method, find the largest safe learning rate, and get the motion
# of a pendulum from its energies alone.

# %% [markdown]
# ## A derivative is a function like any other
#
# `grad(f)` is a function, so it has a gradient, too.

# %%
import math
import os

import matplotlib.pyplot as plt
import numpy as np

from autograd import Value, cos, draw, exp, grad, hessian, hvp, sin, zero_grad

plt.style.use("course.mplstyle")
SHORT = bool(os.environ.get("NOTEBOOKS_SHORT"))  # for quick tests of this notebook


def bump(x):
    return exp(-x * x)


xs = [-3 + 0.05 * i for i in range(121)]
f, names = bump, ["f", "f′", "f″", "f‴"]
for order, name in enumerate(names):
    plt.plot(xs, [f(x) for x in xs], label=name, alpha=1 - 0.15 * order)
    f = grad(f)
plt.axhline(0, color="#8a8f98", lw=0.8)
plt.xlabel("x")
plt.legend()
plt.show()

# %% [markdown]
# How can that be? The local derivatives are made of the same operations as everything else. With
# `create_graph=True` the backward pass records what it computes, and the gradient that it leaves in
# `x` is a Value with a graph of its own. For y = x³, that graph is 3·x².

# %%
x = Value(1.5, name="x")
y = x**3
y.backward(create_graph=True)

slope = x.grad
slope.name = "dy/dx"
draw(slope, show=["name", "op", "data"])

# %% [markdown]
# So it can be sent backwards in its turn, which gives the second derivative: 3·(2·x).

# %%
zero_grad([x])
slope.backward(create_graph=True)

bend = x.grad
bend.name = "d²y/dx²"
draw(bend, show=["name", "op", "data"])

# %%
print("by backward twice:", bend.data)
print("by grad twice:    ", grad(grad(lambda x: x**3))(1.5))

# %% [markdown]
# ## Curvature
#
# The second derivative says how a curve bends. The circle that fits best at a point has the radius
# $(1 + f'^2)^{3/2} / f''$. Here are three of these circles on a curve.


# %%
def curve(x):
    return sin(1.5 * x) + 0.3 * x


fig, ax = plt.subplots(figsize=(7.2, 4))
ax.plot(xs, [curve(x) for x in xs], color="#30343b", lw=2.2)
for at in (-1.05, 0.8, 2.9):
    first, second = grad(curve)(at), grad(grad(curve))(at)
    radius = (1 + first * first) ** 1.5 / second
    length = math.hypot(1, first)
    centre = (at - radius * first / length, curve(at) + radius / length)
    ax.add_patch(plt.Circle(centre, abs(radius), fill=False, color="#d9480f"))
    ax.plot(at, curve(at), "o", color="#d9480f")
ax.set(aspect="equal", xlabel="x", xlim=(-3.6, 3.9), ylim=(-1.8, 2.4))
plt.show()

# %% [markdown]
# ## Newton's method
#
# Gradient descent knows which way is down. Newton's method also knows how the slope changes, and
# jumps to where the parabola that fits has its minimum: $p \leftarrow p - H^{-1} \nabla f$, with H
# the matrix of second derivatives. Try both in a curved valley.


# %%
def valley(p):
    x, y = p
    return (1 - x) ** 2 + 20 * (y - x * x) ** 2


slope_of, bend_of = grad(valley), hessian(valley)


def descent(p, steps, rate=0.004):
    path = [np.array(p)]
    for _ in range(steps):
        path.append(path[-1] - rate * np.array(slope_of(path[-1])))
    return path


def newton(p, steps):
    path = [np.array(p)]
    for _ in range(steps):
        path.append(path[-1] - np.linalg.solve(bend_of(path[-1]), slope_of(path[-1])))
    return path


slow, fast = descent([-1.2, 1.8], 300), newton([-1.2, 1.8], 7)

# %%
fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), width_ratios=[3, 2])
u, v = np.linspace(-1.7, 1.7, 120), np.linspace(-2.6, 2.6, 120)
surface = [[math.log1p(valley([a, b])) for a in u] for b in v]
left.contourf(u, v, surface, levels=24, cmap="Blues_r")
for path, colour, name in [(slow, "#f08c00", "gradient descent"), (fast, "#e03131", "Newton")]:
    left.plot(*zip(*path), ".-", color=colour, lw=1, label=f"{name}, {len(path) - 1} steps")
    right.loglog(range(1, len(path)), [valley(p) for p in path[1:]], ".-", color=colour)
left.plot(1, 1, "*", color="white", markersize=11)
left.set(xlabel="x", ylabel="y")
left.legend(loc="lower center", frameon=True)
right.set(xlabel="step", title="f")
plt.show()

# %% [markdown]
# Newton's steps are not always downhill: twice here f rises. But once it is near, the number of
# right digits doubles with every step, while gradient descent creeps. The price is the matrix.
#
# ## Hessian times vector
#
# A model with a million parameters has a Hessian of 10¹² entries. Yet its product with *one* vector
# costs about as much as a few gradients, without the matrix: `hvp(f, x, v)`. That is enough to
# find its largest eigenvalue λ. Multiply by H again and again, and the vector turns towards the
# direction of the strongest bend.

# %%
at, direction = [1.0, 1.0], [1.0, 0.0]
for _ in range(8):
    product = hvp(valley, at, direction)
    largest = math.hypot(*product)
    direction = [entry / largest for entry in product]

print("by products:   ", largest)
print("by the matrix: ", max(np.linalg.eigvalsh(bend_of(at))))

# %% [markdown]
# λ is what limits the learning rate: near a minimum, plain gradient descent converges for rates
# below 2/λ and diverges above. Five per cent decide.

# %%
for share in (0.95, 1.05):
    path = descent([1.001, 1.001], 60, rate=share * 2 / largest)
    plt.semilogy([valley(p) for p in path], label=f"rate = {share} · 2/λ")
plt.xlabel("step")
plt.ylabel("f")
plt.legend()
plt.show()

# %% [markdown]
# ## A pendulum from its energies
#
# Mechanics can be written as one function, the Lagrangian: kinetic minus potential energy, in
# coordinates q and velocities v. The equation of motion follows from it by differentiation, with
# the second derivatives by v playing the role of the mass:
#
# $$\frac{\partial^2 L}{\partial v^2}\, a = \frac{\partial L}{\partial q} -
# \frac{\partial^2 L}{\partial v\,\partial q}\, v$$
#
# So the function below knows the motion of *any* such system. Nobody has to derive an equation.


# %%
def acceleration(lagrangian, q, v):
    """The accelerations that a Lagrangian of coordinates and velocities implies."""
    n = len(q)

    def of_state(state):
        return lagrangian(state[:n], state[n:])

    state = [*q, *v]
    slopes, bends = np.array(grad(of_state)(state)), np.array(hessian(of_state)(state))
    return np.linalg.solve(bends[n:, n:], slopes[:n] - bends[n:, :n] @ v)


def pendulum(q, v):
    """Length 1, mass 1; q is the angle from straight down."""
    return 0.5 * v[0] ** 2 + 9.81 * cos(q[0])


print("from the Lagrangian:", acceleration(pendulum, [0.5], [0.2])[0])
print("−9.81·sin(0.5):     ", -9.81 * math.sin(0.5))


# %% [markdown]
# Now let it swing: Runge and Kutta's method takes small steps along the accelerations. In the plane
# of angle and velocity, swings are closed curves; the fastest start here goes over the top.


# %%
def motion(lagrangian, q, v, steps, dt=0.02):
    """The states [*q, *v] at times 0, dt, 2dt, …"""
    n = len(q)

    def rate(s):
        return np.concatenate([s[n:], acceleration(lagrangian, s[:n], s[n:])])

    states = [np.array([*q, *v])]
    for _ in range(steps):
        s = states[-1]
        k1 = rate(s)
        k2 = rate(s + dt / 2 * k1)
        k3 = rate(s + dt / 2 * k2)
        k4 = rate(s + dt * k3)
        states.append(s + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4))
    return np.array(states)


for start in (1.0, 2.5, 4.0, 5.5, 6.2, 7.0):
    states = motion(pendulum, [0.0], [start], 30 if SHORT else 190)
    plt.plot(states[:, 0], states[:, 1], color=plt.cm.viridis((start - 1) / 7))
plt.xlabel("angle")
plt.ylabel("velocity")
plt.xlim(-3.3, 7)
plt.show()

# %% [markdown]
# Two pendulums, one hanging from the other. By hand the equations fill a page; here it is one more
# Lagrangian, and the same function moves it.


# %%
def double_pendulum(q, v):
    """Both of length 1 and mass 1."""
    upper = v[0] ** 2
    lower = v[0] ** 2 + v[1] ** 2 + 2 * v[0] * v[1] * cos(q[0] - q[1])
    return 0.5 * upper + 0.5 * lower + 9.81 * (2 * cos(q[0]) + cos(q[1]))


def energy(state):
    q, v = state[:2], state[2:]
    return double_pendulum(q, v) - 2 * double_pendulum(q, 0 * v)  # T + V from T − V


fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8))
for nudge, colour in [(0.0, "#2563c9"), (1e-3, "#d9480f")]:
    states = motion(double_pendulum, [2.2 + nudge, 2.5], [0.0, 0.0], 80 if SHORT else 650)
    x = np.sin(states[:, 0]) + np.sin(states[:, 1])
    left.plot(x, -np.cos(states[:, 0]) - np.cos(states[:, 1]), color=colour, lw=1)
    right.plot(0.02 * np.arange(len(x)), x, color=colour, label=f"started {nudge:g} further out")
left.set(aspect="equal", title="the way of the lower mass")
right.set(xlabel="seconds", title="its horizontal place", ylim=(-2.2, 3.2))
right.legend(loc="upper left")
plt.show()

energies = [energy(state) for state in states]
print(f"energy, which has to stay: between {min(energies):.4f} and {max(energies):.4f}")

# %% [markdown]
# Two starts that differ by a thousandth of a radian go together for a while, then part for good:
# chaos. The energy moves by less than one per cent, which is the error of the time steps; it tells
# that the motion is right, and not just wild.
#
# ## Exercises
#
# **1.** Write `nth(f, n)`: the n-th derivative of f, as a function.


# %% tags=["exercise"]
def nth(f, n):
    return ...  # your turn


# Check
fourth = nth(sin, 4)
right = fourth is not ... and abs(fourth(0.3) - math.sin(0.3)) < 1e-12
print("Right." if right else "Not yet." if fourth is ... else "No.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# ```python
# def nth(f, n):
#     for _ in range(n):
#         f = grad(f)
#     return f
# ```
#
# </details>

# %% [markdown]
# **2.** Newton's method also finds zeros: x ← x − f(x)/f′(x). Write one such step for any f, so
# that five of them from x = 2 find the cube root of 7.


# %% tags=["exercise"]
def step(f, x):
    return ...  # your turn


# Check
x = 2.0
for _ in range(5):
    x = x if x is ... else step(lambda x: x**3 - 7, x)
print("Not yet." if x is ... else "Right." if abs(x**3 - 7) < 1e-12 else "No.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# ```python
# def step(f, x):
#     return x - f(x) / grad(f)(x)
# ```
#
# </details>

# %% [markdown]
# **3.** A mass of 2 hangs on a spring of stiffness 8, without gravity: the potential energy is
# ½·8·q². Write its Lagrangian. (The acceleration has to come out as −4q.)


# %% tags=["exercise"]
def spring(q, v):
    return ...  # your turn


# Check
done = spring([0.3], [1.0]) is not ...
right = done and abs(acceleration(spring, [0.3], [1.0])[0] + 4 * 0.3) < 1e-12
print("Right." if right else "No." if done else "Not yet.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# Kinetic minus potential energy, with mass 2.
#
# ```python
# def spring(q, v):
#     return 0.5 * 2 * v[0] ** 2 - 0.5 * 8 * q[0] ** 2
# ```
#
# </details>
