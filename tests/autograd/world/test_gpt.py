"""A small GPT in plain Values: attention with two heads, normalisation, cross entropy, Adam.

The forward pass is written once for Values, as people write it, and once for arrays of floats; the
gradients are held against differences of the second.
"""

import random

import numpy as np
import pytest

from autograd import Value

TEXT = "abacabad"
WIDTH, HEADS, BLOCK = 4, 2, 6
HEAD = WIDTH // HEADS
CHARS = sorted(set(TEXT))
TOKENS = [CHARS.index(c) for c in TEXT]
SHAPES = {
    "wte": (len(CHARS), WIDTH), "wpe": (BLOCK, WIDTH), "lm_head": (len(CHARS), WIDTH),
    "attn_wq": (WIDTH, WIDTH), "attn_wk": (WIDTH, WIDTH), "attn_wv": (WIDTH, WIDTH),
    "attn_wo": (WIDTH, WIDTH), "mlp_fc1": (2 * WIDTH, WIDTH), "mlp_fc2": (WIDTH, 2 * WIDTH),
}  # fmt: skip


def initial(rng):
    return {
        k: [[Value(rng.gauss(0, 0.5)) for _ in range(nin)] for _ in range(nout)]
        for k, (nout, nin) in SHAPES.items()
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


def gpt(state, token_id, pos_id, keys, values):
    """Logits of the next token."""
    x = [t + p for t, p in zip(state["wte"][token_id], state["wpe"][pos_id])]
    x = rmsnorm(x)
    residual = x
    x = rmsnorm(x)
    q = linear(x, state["attn_wq"])
    keys.append(linear(x, state["attn_wk"]))
    values.append(linear(x, state["attn_wv"]))
    attended = []
    for h in range(HEADS):
        part = slice(h * HEAD, (h + 1) * HEAD)
        logits = [sum(a * b for a, b in zip(q[part], k[part])) / HEAD**0.5 for k in keys]
        weights = softmax(logits)
        attended += [sum(w * v[part][j] for w, v in zip(weights, values)) for j in range(HEAD)]
    x = [a + b for a, b in zip(linear(attended, state["attn_wo"]), residual)]
    residual = x
    x = [xi.relu() ** 2 for xi in linear(rmsnorm(x), state["mlp_fc1"])]
    x = [a + b for a, b in zip(linear(x, state["mlp_fc2"]), residual)]
    return linear(x, state["lm_head"])


def loss_of(state, tokens):
    """Mean cross entropy over the positions of a text."""
    keys, values, losses = [], [], []
    for pos_id in range(min(BLOCK, len(tokens) - 1)):
        probs = softmax(gpt(state, tokens[pos_id], pos_id, keys, values))
        losses.append(-probs[tokens[pos_id + 1]].log())
    return (1 / len(losses)) * sum(losses)


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
    state = initial(random.Random(1))
    loss = loss_of(state, TOKENS)
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
    state = initial(random.Random(2))
    params = [p for mat in state.values() for row in mat for p in row]
    learning_rate, beta1, beta2, eps = 0.05, 0.85, 0.99, 1e-8
    m = [0.0] * len(params)
    v = [0.0] * len(params)
    num_steps = 60
    for step in range(num_steps):
        loss = loss_of(state, TOKENS)
        loss.backward()
        lr_t = learning_rate * (1 - step / num_steps)
        for i, p in enumerate(params):
            m[i] = beta1 * m[i] + (1 - beta1) * p.grad
            v[i] = beta2 * v[i] + (1 - beta2) * p.grad**2
            m_hat = m[i] / (1 - beta1 ** (step + 1))
            v_hat = v[i] / (1 - beta2 ** (step + 1))
            p.data -= lr_t * m_hat / (v_hat**0.5 + eps)
            p.grad = 0
    assert loss.data < 0.3
    keys, values, token = [], [], TOKENS[0]
    said = [token]
    for pos_id in range(BLOCK):
        probs = [p.data for p in softmax(gpt(state, token, pos_id, keys, values))]
        token = max(range(len(CHARS)), key=probs.__getitem__)
        said.append(token)
    assert "".join(CHARS[t] for t in said) == TEXT[: BLOCK + 1]
