"""A GPT's training step in plain Values and in a plain engine: ``python -m tests.benchmarks.gpt``.

The program is written as people write it, over numbers of any engine: attention, normalisation,
cross entropy, Adam. Each engine takes the same steps, in alternation; the losses must agree.
"""

import gc
import math
import random
import statistics
import time
from dataclasses import dataclass

from autograd import Value
from tests.benchmarks.baselines import Stored

TEXT = "scalars in, derivatives out, at"


PARTS = ("forward", "backward", "Adam", "freeing")


@dataclass(frozen=True)
class Size:
    """Tokens known, numbers per token, heads of attention, tokens seen at once."""

    vocabulary: int
    width: int
    heads: int
    block: int


def initial(kind, size, rng, spread=0.08):
    """Random parameters, matrices by name."""
    width, words = size.width, size.vocabulary
    shapes = {
        "wte": (words, width), "wpe": (size.block, width), "lm_head": (words, width),
        "attn_wq": (width, width), "attn_wk": (width, width), "attn_wv": (width, width),
        "attn_wo": (width, width), "mlp_fc1": (2 * width, width), "mlp_fc2": (width, 2 * width),
    }  # fmt: skip
    return {
        k: [[kind(rng.gauss(0, spread)) for _ in range(nin)] for _ in range(nout)]
        for k, (nout, nin) in shapes.items()
    }


def linear(x, w):
    return [sum(wi * xi for wi, xi in zip(wo, x)) for wo in w]


def softmax(logits):
    max_val = max(val.data for val in logits)
    exps = [(val - max_val).exp() for val in logits]
    total = sum(exps)
    return [e / total for e in exps]


def rmsnorm(x):
    ms = sum(xi * xi for xi in x) / len(x)
    scale = (ms + 1e-5) ** -0.5
    return [xi * scale for xi in x]


def gpt(state, size, token_id, pos_id, keys, values):
    """Logits of the next token."""
    x = [t + p for t, p in zip(state["wte"][token_id], state["wpe"][pos_id])]
    x = rmsnorm(x)
    residual = x
    x = rmsnorm(x)
    q = linear(x, state["attn_wq"])
    keys.append(linear(x, state["attn_wk"]))
    values.append(linear(x, state["attn_wv"]))
    head = size.width // size.heads
    attended = []
    for h in range(size.heads):
        part = slice(h * head, (h + 1) * head)
        logits = [sum(a * b for a, b in zip(q[part], k[part])) / head**0.5 for k in keys]
        weights = softmax(logits)
        attended += [sum(w * v[part][j] for w, v in zip(weights, values)) for j in range(head)]
    x = [a + b for a, b in zip(linear(attended, state["attn_wo"]), residual)]
    residual = x
    x = [xi.relu() ** 2 for xi in linear(rmsnorm(x), state["mlp_fc1"])]
    x = [a + b for a, b in zip(linear(x, state["mlp_fc2"]), residual)]
    return linear(x, state["lm_head"])


def loss_of(state, size, tokens):
    """Mean cross entropy over the positions of a text."""
    keys, values, losses = [], [], []
    for pos_id in range(min(size.block, len(tokens) - 1)):
        probs = softmax(gpt(state, size, tokens[pos_id], pos_id, keys, values))
        losses.append(-probs[tokens[pos_id + 1]].log())
    return (1 / len(losses)) * sum(losses)


class Adam:
    """Moments in two lists, as they are written in such programs."""

    def __init__(self, state, learning_rate, num_steps):
        self.params = [p for mat in state.values() for row in mat for p in row]
        self.learning_rate, self.num_steps = learning_rate, num_steps
        self.m = [0.0] * len(self.params)
        self.v = [0.0] * len(self.params)

    def step(self, step, beta1=0.85, beta2=0.99, eps=1e-8):
        lr_t = self.learning_rate * (1 - step / self.num_steps)
        m, v = self.m, self.v
        for i, p in enumerate(self.params):
            m[i] = beta1 * m[i] + (1 - beta1) * p.grad
            v[i] = beta2 * v[i] + (1 - beta2) * p.grad**2
            m_hat = m[i] / (1 - beta1 ** (step + 1))
            v_hat = v[i] / (1 - beta2 ** (step + 1))
            p.data -= lr_t * m_hat / (v_hat**0.5 + eps)
            p.grad = 0


def main(rounds=12):
    chars = sorted(set(TEXT))
    tokens = [chars.index(c) for c in TEXT]
    size = Size(vocabulary=len(chars), width=16, heads=4, block=8)
    engines = {"stored": Stored, "autograd": Value}
    states = {k: initial(kind, size, random.Random(0)) for k, kind in engines.items()}
    adams = {k: Adam(state, 0.01, rounds) for k, state in states.items()}
    print(f"{len(adams['autograd'].params)} parameters, {size.block} tokens a step; ms a step")
    times = {(k, part): [] for k in engines for part in (*PARTS, "step")}
    for step in range(rounds):
        losses = {}
        seen = tokens[step : step + size.block + 1]
        for name, state in states.items():
            gc.collect()
            marks = [time.process_time()]
            loss = loss_of(state, size, seen)
            marks.append(time.process_time())
            loss.backward()
            marks.append(time.process_time())
            adams[name].step(step)
            marks.append(time.process_time())
            losses[name] = loss.data
            del loss
            marks.append(time.process_time())
            for part, a, b in zip(PARTS, marks, marks[1:]):
                times[name, part].append((b - a) * 1e3)
            times[name, "step"].append((marks[-1] - marks[0]) * 1e3)
        assert math.isclose(losses["stored"], losses["autograd"], rel_tol=1e-9), losses
    medians = {key: statistics.median(found) for key, found in times.items()}
    for part in (*PARTS, "step"):
        stored, ours = medians["stored", part], medians["autograd", part]
        print(f"{part:<9}stored {stored:7.1f}   autograd {ours:7.1f}   {stored / ours:.2f} times")


if __name__ == "__main__":
    main()
