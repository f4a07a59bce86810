# %% [markdown]
# # 5. Digits
#
# **After this notebook you can** train a network that reads handwriting, say what its cost
# measures, see what each single example wants from each weight and what is left of it in the
# average, choose the size of a mini-batch, and look at weights, at augmentation, and at mistakes.

# %% [markdown]
# ## The data
#
# scikit-learn ships 1,797 handwritten digits of 8×8 grey pixels. If you have the four files of
# MNIST, whose digits have 28×28 pixels, start Jupyter with the name of their folder in the
# environment, `MNIST=folder jupyter lab`, and this notebook runs on five thousand of those.

# %%
import os
from random import Random

import matplotlib.pyplot as plt
import numpy as np
from scipy.ndimage import affine_transform
from sklearn.metrics import ConfusionMatrixDisplay

import nn
from autograd import Value, compile, draw, sigmoid
from autograd import sum as total

plt.style.use("course.mplstyle")
SHORT = bool(os.environ.get("NOTEBOOKS_SHORT"))  # for quick tests of this notebook

if os.environ.get("MNIST"):
    parts, LONG = [part[:5000] for part in nn.data.mnist(os.environ["MNIST"])], 10
else:
    parts, LONG = nn.data.train_test_split(*nn.data.digits(), rng=0), 40
X, X_test, y, y_test = map(np.array, parts)
EPOCHS = 2 if SHORT else LONG


# %%
def show(pictures, texts=None, columns=10, ax=None, **options):
    """Rows of pixels as square pictures, so many in a line, with a text below each."""
    side, lines = round(len(pictures[0]) ** 0.5), -(-len(pictures) // columns)
    room = 1 if texts is None else side // 3 + 1
    ax = ax or plt.subplots(figsize=(0.9 * columns, (0.9 + 0.2 * (room > 1)) * lines))[1]
    canvas = np.full((lines * (side + room), columns * (side + 1)), np.nan)
    for i, picture in enumerate(pictures):
        top, left = i // columns * (side + room), i % columns * (side + 1)
        canvas[top : top + side, left : left + side] = np.reshape(picture, (side, side))
        text = "" if texts is None else texts[i]
        ax.text(left + side / 2 - 0.5, top + side, text, ha="center", va="top", fontsize=8)
    ax.axis("off")
    return ax.imshow(canvas, **{"cmap": "gray_r", "vmin": 0.0, **options})


show(X[:30], y[:30], columns=15)
plt.show()

# %% [markdown]
# ## The network
#
# One input for each pixel, two hidden layers of 16 neurons, and one output for each digit: the
# largest one is the answer. Folded to its layers, the graph of one answer is short. (In a notebook
# that you have run, open *Step through* and click on a box to see the neurons in it.)


# %%
def network(output="linear", seed=1):
    sizes = [16, 16, 10]
    return nn.MLP(X.shape[1], sizes, activation="sigmoid", output=output, rng=Random(seed))


model = network()
print(len(model.parameters()), "weights and biases")
draw(model(X[0]), limit=30)

# %% [markdown]
# ## What the cost measures
#
# Wanted is an output of 1 for the right digit and 0 for the nine others. The classic cost of one
# example adds up the **squared differences** between what is wanted and what came out. A network
# that knows nothing yet is wrong everywhere.


# %%
def squared(outputs, wanted):
    return total([(o - w) ** 2 for o, w in zip(outputs, wanted)])


model = network("sigmoid")
T, T_test = np.eye(10)[y], np.eye(10)[y_test]  # a row of ten wanted outputs for each example
answers = [[output.data for output in model(x)] for x in X[:500]]
outputs = answers[0]

fig, ax = plt.subplots(figsize=(7.2, 2.8))
ax.bar(range(10), outputs, color="#a9c4ef", label="output")
ax.vlines(range(10), T[0], outputs, color="#d9480f", label="difference")
ax.plot(range(10), T[0], "o", color="#30343b", label="wanted")
ax.set(xticks=range(10), title=f"a {y[0]}: cost {squared(outputs, T[0]):.2f}")
ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

# %% [markdown]
# The cost of the network is the average over the examples. Training lowers this one number, which
# depends on all the weights.

# %%
average = np.mean([squared(answer, wanted) for answer, wanted in zip(answers, T)])
print(f"cost of the network, from {len(answers)} examples: {average:.2f}")

# %% [markdown]
# The other cost is **cross-entropy**: softmax turns the ten outputs into probabilities that add up
# to 1, and the cost is −log of the one given to the right digit. What learning sees of a cost is
# its slope. Here is that of an output which should be large, by the sum z that enters the last
# activation: far on the left, the answer is as wrong as can be.

# %%
z = np.linspace(-8, 8, 161)
s = np.array([sigmoid(value) for value in z])

fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2))
left.plot(z, (1 - s) ** 2, label="squared difference")
left.plot(z, -np.log(s), label="cross-entropy")
left.set(xlabel="z", title="cost", ylim=(-0.2, 5))
left.legend()
right.plot(z, 2 * (1 - s) * s * (1 - s))
right.plot(z, 1 - s)
right.set(xlabel="z", title="how hard it pushes z up")
plt.show()

# %% [markdown]
# The squared difference pushes least where the answer is most wrong, because the sigmoid is flat
# there. Cross-entropy always pushes a wrong answer with nearly full strength. Both can learn the
# digits; each is trained with two learning rates, and judged on digits it has never seen.


# %%
def train(model, loss, rate, epochs=EPOCHS, batch_size=20):
    return nn.fit(
        model, X, T, loss=loss, optimizer=nn.SGD(model.parameters(), lr=rate), epochs=epochs,
        batch_size=batch_size, rng=0, validation=(X_test, T_test), decide=nn.metrics.argmax,
        progress=False,
    )  # fmt: skip


for loss, output, name, colour in [
    (squared, "sigmoid", "squared differences", "#2563c9"),
    (nn.cross_entropy, "linear", "cross-entropy", "#d9480f"),
]:
    for rate, style in [(0.5, "--"), (2.0, "-")]:
        history = train(network(output), loss, rate)
        shares = [0.1, *history.val_accuracy]
        plt.plot(shares, style, color=colour, label=f"{name}, η = {rate:g}")
plt.xlabel("epoch")
plt.ylabel("share of unseen digits right")
plt.legend(loc="lower right")
plt.show()

# %% [markdown]
# In the end they are about equally good. At the same rate cross-entropy is ahead, most of all at
# the start: the squared cost first has to get away from where it hardly pushes. With a larger rate
# still it catches up (try 4). We go on with cross-entropy.
#
# ## Every example has wishes of its own
#
# Ask one example, and back-propagation says how it would like to nudge each weight: minus the
# gradient of *its* cost. `nn.nudges` asks each of them. Here are ten examples, and the ten weights
# that lead from one hidden neuron to the ten outputs.

# %%
young = network()
train(young, nn.cross_entropy, 0.5, epochs=5)

some = slice(1000)  # a thousand examples are enough for what follows
pushes = nn.nudges(young, X[some], T[some], loss=nn.cross_entropy)
print("nudges, an example a row, a weight a column:", pushes.shape)

names = [path for path, _ in young.named_parameters()]
column = [names.index(f"layers.2.neurons.{k}.weights.3") for k in range(10)]
row = [int(np.argmax(y == k)) for k in range(10)]  # the first example of each digit

# %%
fig, axes = plt.subplots(2, 2, figsize=(8, 5.2), width_ratios=[10, 1.4], height_ratios=[1.5, 9])
show(X[row], ax=axes[0, 0])
axes[0, 1].axis("off")
few = pushes[np.ix_(row, column)].T
mean = pushes[:, column].mean(axis=0)[:, None]
high = abs(few).max()
for ax, block in [(axes[1, 0], few), (axes[1, 1], mean)]:
    ax.imshow(block, vmin=-high, vmax=high, aspect="auto", cmap=nn.plots.diverging())
    for (i, j), push in np.ndenumerate(block):
        ink = "white" if abs(push) > 0.6 * high else "black"
        text = f"{push:+.2f}" if abs(push) >= 0.005 else "0"
        ax.text(j, i, text, color=ink, ha="center", va="center", fontsize=8)
    ax.set(xticks=[], yticks=[])
axes[1, 0].set_yticks(range(10), [f"to output {k}" for k in range(10)])
axes[1, 0].set_xlabel("nudges of ten examples")
axes[1, 1].set_xlabel("average\nof 1,000")
plt.show()

# %% [markdown]
# Each example wants its own output up (blue) and the others down (orange), the more so the more
# wrong the network is about it. They contradict each other, and in the average most of it cancels.
# That small rest is the gradient of the cost. It is no new quantity: the compiled cost of the
# thousand examples has it, too.


# %%
def recorded(model):
    """The cost as a program: of pixels x, wanted outputs t, and all weights and biases."""
    x, t = [[Value(0.0) for _ in range(n)] for n in (X.shape[1], 10)]
    return compile(nn.cross_entropy(model(x), t), x=x, t=t, params=model.parameters())


def numbers(model):
    return np.array([parameter.data for parameter in model.parameters()])


cost = recorded(young)
_, gradient = cost.value_and_grad(
    "params", x=X[some], t=T[some], params=numbers(young), reduce="mean"
)
print("average nudge + gradient, at most:", f"{abs(pushes.mean(axis=0) + gradient).max():.0e}")

# %% [markdown]
# One weight of the first layer, in all its diversity: which pictures push it up the most, and which
# down?

# %%
middle = X.shape[1] // 2 + int(X.shape[1] ** 0.5) // 2
push = pushes[:, names.index(f"layers.0.neurons.5.weights.{middle}")]
order = np.argsort(-push)
most = [*order[:8], *order[::-1][:8]]
show(X[some][most], [f"{label}: {p:+.2g}" for label, p in zip(y[some][most], push[most])], 8)
plt.suptitle(f"mean nudge of {len(push)} examples: {push.mean():+.3g}")
plt.show()

# %% [markdown]
# How well does one example stand for all? Measure the angle between its nudges and the average: the
# cosine is 1 for the same direction, 0 for a right angle, negative for wishes that go against it.
# Then do the same with the averages of mini-batches of 20.


# %%
def cosines(rows):
    average = pushes.mean(axis=0)
    return rows @ average / (np.linalg.norm(rows, axis=1) * np.linalg.norm(average))


twenties = pushes.reshape(50, 20, -1).mean(axis=1)
bins = np.linspace(-1, 1, 41)
plt.hist(cosines(pushes), bins, density=True, alpha=0.7, label="single examples")
plt.hist(cosines(twenties), bins, density=True, alpha=0.7, label="averages of 20")
plt.axvline(0, color="#8a8f98", lw=0.8)
plt.xlabel("cosine with the average of all")
plt.yticks([])
plt.legend(loc="upper left")
plt.show()

# %% [markdown]
# ## The drunk man's walk
#
# So one need not ask everybody before each step. All examples: a careful man who works out the
# steepest way down before he moves. One example: a drunk man, who stumbles off in a direction that
# is right only on average, but moves at once. To see them walk, cut a plane through the landscape
# of the cost: through the start, the place where a training ended, and the place halfway. Let the
# walkers move in this plane only; then path and contours are exact, although every weight changes.

# %%
model = network()
places = [numbers(model)]
for _ in range(2):
    train(model, nn.cross_entropy, 0.5, epochs=max(1, EPOCHS // 4))
    places.append(numbers(model))

start = places[0]
u = places[2] - start
reach = np.linalg.norm(u)
u = u / reach
v = places[1] - start
v = v - (v @ u) * u
plane = np.stack([u, v / np.linalg.norm(v)])  # two directions at right angles, of length 1


def walk(size, steps, rate, rng):
    """From above the start: `steps` steps, each after a look at `size` examples."""
    path = [np.array([0.0, 0.45 * reach])]
    for _ in range(steps):
        asked = rng.sample(range(1000), size)
        here = start + path[-1] @ plane
        _, slope = cost.value_and_grad("params", x=X[asked], t=T[asked], params=here, reduce="mean")
        path.append(path[-1] - rate * (plane @ slope))
    return np.array(path)


# %%
sides = 9 if SHORT else 30
a, b = np.linspace(-0.3, 1.5, sides) * reach, np.linspace(-0.7, 0.9, sides) * reach
surface = [[cost(x=X[some], t=T[some], params=start + [p, q] @ plane).mean() for p in a] for q in b]

fig, axes = plt.subplots(1, 3, figsize=(10, 3.4), sharey=True)
for ax, size in zip(axes, [1000, 20, 1]):
    path = walk(size, 80, 10.0, Random(0))
    ax.contourf(a, b, surface, levels=30, cmap="Blues_r")
    ax.plot(*path.T, ".-", color="#d9480f", lw=1, markersize=4)
    ax.plot(*path[0], "o", color="black")
    looks = f"{80 * size:,} looks at an example"
    ax.set(title=f"80 steps of {size:,}: {looks}", aspect="equal", xticks=[], yticks=[])
    ax.title.set_fontsize(9.5)
plt.show()

# %% [markdown]
# Dark is low. All three get down, and in as many steps. But the careful man has looked at an
# example 80,000 times, the middle one 1,600 times, the drunk one 80 times. Near the bottom he
# staggers about, as he cannot help it: there, slower steps or more examples a step are needed.
#
# Now the whole network, with nothing held in a plane. An epoch looks at each example once, however
# they are batched: one step for the full batch, one for each example at the other end.

# %%
passes = 1 if SHORT else 12
for size, rate in [(len(X), 2.0), (20, 2.0), (1, 0.1)]:
    trained = network()
    history = train(trained, nn.cross_entropy, rate, epochs=passes, batch_size=size)
    name = {len(X): "full batch", 20: "mini-batches of 20", 1: "single examples"}[size]
    plt.plot(range(1, passes + 1), history.val_loss, ".-", label=f"{name}, η = {rate:g}")
plt.xlabel("epoch")
plt.ylabel("mean cost of unseen digits")
plt.ylim(bottom=0)
plt.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

# %% [markdown]
# Twelve careful steps lead nowhere. Single examples learn most from one look, but take the most
# time, since arrays of one row are slow to compute with; mini-batches have the best of both.
#
# ## Weights as pictures
#
# A neuron of the first layer has one weight for each pixel, so its weights are a picture: blue
# pixels speak for it, orange ones against it. Before training and after, with a small L2 penalty,
# so that weights shrink which are of no use:

# %%
model = network()
optimizer = nn.Adam(model.parameters(), lr=0.01)
learning = {"loss": nn.cross_entropy, "batch_size": 20, "rng": 0, "progress": False}
fig, (left, right) = plt.subplots(1, 2, figsize=(10.5, 3.6))


def show_weights(layer, columns, ax):
    """Blue draws a neuron up, orange down; all share one scale."""
    weights = np.array([[weight.data for weight in neuron.weights] for neuron in layer.neurons])
    signs = {"cmap": nn.plots.diverging(), "vmin": -abs(weights).max(), "vmax": abs(weights).max()}
    plt.colorbar(show(weights, columns=columns, ax=ax, **signs), ax=ax, shrink=0.8)


show_weights(model.layers[0], 4, left)
nn.fit(model, X, y, optimizer=optimizer, epochs=EPOCHS, l2=0.0005, **learning)
show_weights(model.layers[0], 4, right)
left.set_title("16 neurons before training")
right.set_title("and after")
plt.show()

# %% [markdown]
# One would like to see strokes and loops here. There are none: blots that together do the job, with
# meanings spread over all the neurons. It is different without hidden layers, when each
# digit has one neuron that must know all about it:

# %% tags=["picture_digits"]
flat = nn.MLP(X.shape[1], [10], rng=Random(1))
optimizer = nn.Adam(flat.parameters(), lr=0.01)
nn.fit(flat, X, y, optimizer=optimizer, epochs=EPOCHS, l2=0.005, **learning)

fig, axes = plt.subplots(2, 1, figsize=(9, 2.6))
show([X[y == k].mean(axis=0) for k in range(10)], ax=axes[0])
show_weights(flat.layers[0], 10, axes[1])
axes[0].set_title("the ten digits, each the average of all examples")
axes[1].set_title("weights that learnt to read them: blue speaks for the digit, orange against it")
plt.show()

# %% [markdown]
# The 0 wants a ring and minds ink in the middle; the 7 wants a bar at the top and minds ink at the
# foot. These are weights, no portraits: they show what tells a digit from the *others*.
#
# ## Augmentation
#
# A 3 that is shifted, tilted or a little larger is still a 3. Nobody told the network. We can tell
# it, with examples that we make ourselves: each pixel of a new picture looks up where it comes from
# in the old one, scaled, turned and moved a little at random.


# %%
def varied(pictures, shift=0.0, rotate=0.0, scale=0.0, rng=0):
    """Rows of pixels, each turned, scaled and moved by up to so much (degrees, share, pixels)."""
    draw, side = np.random.default_rng(rng), round(pictures.shape[1] ** 0.5)
    middle, new = (side - 1) / 2, []
    for picture in pictures.reshape(-1, side, side):
        angle, factor, *moves = draw.uniform(-1, 1, 4) * [np.radians(rotate), scale, shift, shift]
        turned = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
        matrix = np.array(turned) / (1 + factor)
        offset = middle - matrix @ (middle + np.array(moves))
        new.append(affine_transform(picture, matrix, offset, order=1).ravel())
    return np.array(new)


# %%
samples = np.tile(X[row[3]], (10, 1))
kinds = {"shift": {"shift": 2.0}, "rotate": {"rotate": 15.0}, "scale": {"scale": 0.2}}
kinds["all"] = {name: amount for kind in kinds.values() for name, amount in kind.items()}
rows = [samples, *(varied(samples, **kind) for kind in kinds.values())]
show(np.concatenate(rows))
for line, name in enumerate(["as it is", *kinds]):
    plt.text(-1, (line + 0.5) * (X.shape[1] ** 0.5 + 1), name, ha="right", va="center")
plt.show()

# %% [markdown]
# Let a network learn from 200 digits only; another one from these and nine gentle variations of
# each; a third one from nine wild variations. The latter make a tenth of the epochs, so that all
# make equally many steps. Do it with four different sets of 200.


# %%
def accuracy_after(X_few, y_few, epochs, seed):
    model = network(seed=seed)
    optimizer = nn.Adam(model.parameters(), lr=0.01)
    nn.fit(model, X_few, y_few, optimizer=optimizer, epochs=1 if SHORT else epochs, **learning)
    return nn.score(model, X_test, y_test)


def accuracies(kind, part, seed):
    if kind is None:
        return accuracy_after(X[part], y[part], 200, seed)
    copies = [varied(X[part], **kind, rng=k) for k in range(9)]
    return accuracy_after(np.concatenate([X[part], *copies]), np.tile(y[part], 10), 20, seed)


pixel = X.shape[1] ** 0.5 / 8  # as shown here; MNIST's are smaller
gentle = {"shift": 0.5 * pixel, "rotate": 12.0, "scale": 0.1}
wild = {"shift": 1.5 * pixel, "rotate": 40.0, "scale": 0.3}
sets = [slice(200 * seed, 200 * (seed + 1)) for seed in range(4)]

# %%
for name, kind, colour in [
    ("as they are", None, "#2563c9"),
    ("and gently varied", gentle, "#2b8a3e"),
    ("and wildly varied", wild, "#d9480f"),
]:
    right = [accuracies(kind, part, seed) for seed, part in enumerate(sets)]
    plt.plot(right, range(4), "o", color=colour, label=name)
plt.xlabel("share of unseen digits right")
plt.yticks(range(4), [f"set {seed + 1}" for seed in range(4)])
plt.ylim(-0.5, 3.5)
plt.grid(axis="y", color="#d8dbe0")
plt.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

# %% [markdown]
# Gentle variations are worth a few per cent here, for nothing. Wild ones teach the network to read
# what nobody writes, and a small network has no room for that.
#
# ## Mistakes
#
# The network of the pictures above has learnt from all the training digits. Which of the unseen
# ones does it take for which? Rows are what they are, columns what it said.

# %%
predicted = np.array(nn.predict(model, X_test))
print(f"{np.mean(predicted == y_test):.1%} right")
ConfusionMatrixDisplay.from_predictions(y_test, predicted, colorbar=False, cmap="Blues")
plt.show()

# %%
wrong = np.flatnonzero(predicted != y_test)[:30]
show(X_test[wrong], [f"{predicted[i]}, not {y_test[i]}" for i in wrong])
plt.show()

# %% [markdown]
# Some of these a person would get wrong, too; others not. And what does it say to pictures that are
# no digits at all, but noise? Look at how sure it is of its answers: at the largest of its ten
# probabilities.

# %%
noise = np.random.default_rng(0).random((1000, X.shape[1]))
fig, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3), width_ratios=[2, 3])
answers = nn.predict(model, noise[:10])
show(noise[:10], [f"a {answer}" for answer in answers], columns=5, ax=left)
for pictures, name in [(X_test, "unseen digits"), (noise, "noise")]:
    sure = np.max(nn.predict_proba(model, pictures), axis=1)
    right.hist(sure, np.linspace(0, 1, 26), density=True, alpha=0.7, label=name)
right.set(xlabel="largest probability", yticks=[])
right.legend(loc="upper left")
plt.show()

# %% [markdown]
# It has never seen anything but digits, and its ten probabilities have to add up to 1: it cannot
# say "none of these". Often noise leaves it in doubt, and often it does not. Its certainty is worth
# something only for pictures like those it learnt from.
#
# ## Exercises
#
# **1.** A network that knows nothing gives each of the ten digits the same probability. What is its
# cross-entropy? (If a training does not begin near this number, something is wrong.)

# %% tags=["exercise"]
clueless = ...  # your turn: a number

# Check
wanted = nn.cross_entropy([0.0] * 10, 3)
right = clueless is not ... and abs(clueless - wanted) < 1e-3
print("Not yet." if clueless is ... else "Right." if right else "No.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# Each digit gets 1/10, and −log(1/10) = log 10. Training curves above start a little higher, since
# random weights give random opinions.
#
# ```python
# clueless = np.log(10)
# ```
#
# </details>

# %% [markdown]
# **2.** Some weights of the first layer get no nudge from any of the examples, ever, whatever the
# other weights are. How many of them are there? You need nothing but the array `X`.

# %% tags=["exercise"]
idle = ...  # your turn: a whole number, computed from X

# Check
one = young.layers[0].neurons[0]
nudged = nn.nudges(young, X, T, loss=nn.cross_entropy, params=one.weights).any(axis=0)
right = idle is not ... and idle == 16 * sum(~nudged)
print("Not yet." if idle is ... else "Right." if right else "No.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# The nudge of a weight is a product, and one factor is what comes in through it: the pixel. Pixels
# that are blank in every example, near the border, leave the weights behind them as they are, one
# for each of the 16 neurons. (So without a penalty they keep their random numbers for good.)
#
# ```python
# idle = 16 * np.sum(X.max(axis=0) == 0)
# ```
#
# </details>

# %% [markdown]
# **3.** Which mistake is the network *surest* of? Find its row in `X_test`: among the wrong
# answers, the one with the largest probability. `nn.predict_proba(model, X_test)` has these.

# %% tags=["exercise"]
surest = ...  # your turn: the number of a row

# Check
chances = np.max(nn.predict_proba(model, X_test), axis=1)
right = surest is not ... and surest == max(
    (i for i in range(len(X_test)) if predicted[i] != y_test[i]), key=lambda i: chances[i]
)
print("Not yet." if surest is ... else "Right." if right else "No.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# Look at it: `show(X_test[[surest]], [f"{predicted[surest]}, not {y_test[surest]}"])`.
#
# ```python
# sure = np.max(nn.predict_proba(model, X_test), axis=1)
# surest = np.argmax(np.where(predicted == y_test, 0, sure))
# ```
#
# </details>

# %% [markdown]
# Next: [side by side with PyTorch](06_side_by_side_with_torch.ipynb).
