"""Graphs that the tests of drawings share."""

import random
from itertools import pairwise

import autograd
from autograd import Value

HOSTILE = [
    'a "quoted" name',
    "it's",
    "<b>bold</b>",
    "a & b &amp; c",
    "two\nlines\r\nand a\ttab",
    "</script><script>alert(1)</script>",
    "]]> --> *//",
    "back\\slash \\N \\",
    "{record|<port> fields}",
    "#35; %% end `tick` ; subgraph",
    "nul\x00bell\x07escape\x1b",
    "lone surrogate \ud800",
    "\u202ereversed\u2028line separator",
    "名前 と 絵文字 🙂🙂",
    "e\u0301 combining",
    "",
    " ",
]


def neuron() -> Value:
    """E = ½(t − σ(w·x + b))² with its gradients computed."""
    w, x, b, t = (Value(v, n) for v, n in ((0.5, "w"), (2.0, "x"), (-0.25, "b"), (1.0, "t")))
    y = autograd.sigmoid(w * x + b)
    y.name = "y"
    error = 0.5 * (t - y) ** 2
    error.name = "E"
    error.backward()
    return error


def scattered(seed: int, count: int) -> Value:
    """A graph without pattern: each node takes operands from anywhere before it."""
    rng = random.Random(seed)
    nodes = [Value(rng.uniform(-1.0, 1.0), f"v{i}") for i in range(5)]
    for _ in range(count):
        a, b = rng.choice(nodes), rng.choice(nodes[-8:])
        made = (a + b, a * b, autograd.sin(b), a - b * 2.0, autograd.maximum(a, b), b * b)
        nodes.append(rng.choice(made))
    return autograd.sum(nodes)


def network(examples: int, sizes: tuple[int, ...] = (16, 16, 1)) -> Value:
    """The loss of a perceptron, neuron by neuron in plain additions, parameters named by path."""
    rng = random.Random(0)
    layers = []
    for k, (nin, nout) in enumerate(pairwise(sizes)):
        path = f"layers.{k}.neurons"
        layers.append(
            [
                [Value(rng.uniform(-1.0, 1.0), f"{path}.{j}.weights.{i}") for i in range(nin)]
                for j in range(nout)
            ]
        )
    loss = 0.0
    for _ in range(examples):
        outputs = [rng.uniform(-1.0, 1.0) for _ in range(sizes[0])]
        for layer in layers:
            outputs = [autograd.tanh(_weighted(row, outputs)) for row in layer]
        loss = loss + (outputs[0] - 1.0) ** 2
    return loss


def _weighted(weights: list, inputs: list) -> Value:
    total = 0.0
    for weight, x in zip(weights, inputs):
        total = total + weight * x
    return total
