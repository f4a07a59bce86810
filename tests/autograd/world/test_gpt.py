"""A small GPT in plain Values: attention with two heads, normalisation, cross entropy, Adam.

The forward pass is written once for Values, as people write it (it is the benchmark's program), and
once for arrays of floats; the gradients are held against differences of the second.
"""

import random

import numpy as np
import pytest

from autograd import Value
from tests.benchmarks.gpt import Adam, Size, gpt, initial, loss_of, softmax

TEXT = "abacabad"
WIDTH, HEADS, BLOCK = 4, 2, 6
HEAD = WIDTH // HEADS
CHARS = sorted(set(TEXT))
TOKENS = [CHARS.index(c) for c in TEXT]
SIZE = Size(vocabulary=len(CHARS), width=WIDTH, heads=HEADS, block=BLOCK)


def loss_of_arrays(state, tokens):
    """The same, by matrices."""

    def norm(x):
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-5)

    n = min(BLOCK, len(tokens) - 1)
    x = norm(state["wte"][tokens[:n]] + state["wpe"][:n])
    h = norm(x)
    q, k, v = (h @ state[f"attn_w{c}"].T for c in "qkv")
    heads = []
    for part in np.split(np.arange(WIDTH), HEADS):
        scores = q[:, part] @ k[:, part].T / np.sqrt(HEAD)
        scores = np.where(np.tri(n, dtype=bool), scores, -np.inf)
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        heads.append(weights / weights.sum(-1, keepdims=True) @ v[:, part])
    x = x + np.concatenate(heads, -1) @ state["attn_wo"].T
    x = x + np.maximum(norm(x) @ state["mlp_fc1"].T, 0.0) ** 2 @ state["mlp_fc2"].T
    logits = x @ state["lm_head"].T
    top = logits.max(-1, keepdims=True)
    logs = logits - top - np.log(np.exp(logits - top).sum(-1, keepdims=True))
    return -logs[np.arange(n), tokens[1 : n + 1]].mean()


def test_gradients_are_those_of_the_same_network_by_matrices():
    """Every parameter of a random one."""
    state = initial(Value, SIZE, random.Random(1), spread=0.5)
    loss = loss_of(state, SIZE, TOKENS)
    loss.backward()
    arrays = {k: np.array([[p.data for p in row] for row in w]) for k, w in state.items()}
    assert loss.data == pytest.approx(loss_of_arrays(arrays, TOKENS), rel=1e-14)
    h = 2.0**-17  # central differences are right to about 1e-9 then
    for k, w in state.items():
        for place in np.ndindex(arrays[k].shape):
            ends = []
            for sign in (1.0, -1.0):
                moved = {**arrays, k: arrays[k].copy()}
                moved[k][place] += sign * h
                ends.append(loss_of_arrays(moved, TOKENS))
            numeric = (ends[0] - ends[1]) / (2 * h)
            assert w[place[0]][place[1]].grad == pytest.approx(numeric, rel=1e-6, abs=1e-8)


def test_it_learns_a_text_by_heart():
    """Adam, as it is written in such programs: moments in two lists, `p.grad = 0` at the end."""
    state = initial(Value, SIZE, random.Random(2), spread=0.5)
    adam = Adam(state, learning_rate=0.05, num_steps=60)
    for step in range(adam.num_steps):
        loss = loss_of(state, SIZE, TOKENS)
        loss.backward()
        adam.step(step)
    assert loss.data < 0.3
    keys, values, token = [], [], TOKENS[0]
    said = [token]
    for pos_id in range(BLOCK):
        probs = [p.data for p in softmax(gpt(state, SIZE, token, pos_id, keys, values))]
        token = max(range(len(CHARS)), key=probs.__getitem__)
        said.append(token)
    assert "".join(CHARS[t] for t in said) == TEXT[: BLOCK + 1]
