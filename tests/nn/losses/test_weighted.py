"""Weights of losses, classes left out, and label smoothing: as PyTorch has them."""

import math
import random

import pytest

import autograd
import nn
from autograd import Value

RNG = random.Random(2)
LOGITS = [[RNG.gauss(0.0, 2.0) for _ in range(4)] for _ in range(7)]
CLASSES = [0, 3, 1, 2, 0, 1, 1]
SOFT = [autograd.softmax([RNG.gauss(0.0, 1.0) for _ in range(4)]) for _ in LOGITS]
BITS = [[float(x > 0.3) for x in row] for row in LOGITS]
WEIGHT = [0.5, 2.0, 1.0, 0.0]
OPTIONS = [
    {"weight": WEIGHT},
    {"ignore_index": 1},
    {"ignore_index": -100},
    {"label_smoothing": 0.1},
    {"weight": WEIGHT, "label_smoothing": 0.3, "ignore_index": 2},
]
# PyTorch's nll_loss does not smooth, and probabilities have no index to ignore.
CASES = [("CrossEntropyLoss", options) for options in OPTIONS]
CASES += [("NLLLoss", options) for options in OPTIONS if "label_smoothing" not in options]
CASES += [("soft", options) for options in OPTIONS if "ignore_index" not in options]


@pytest.mark.needs("torch")
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize(
    ("name", "options"), CASES, ids=lambda x: x if isinstance(x, str) else ",".join(x)
)
def test_losses_over_classes_are_those_of_pytorch(name, options, reduction):
    """Values and gradients, to 1e-12."""
    import torch

    soft, name = name == "soft", "CrossEntropyLoss" if name == "soft" else name
    targets = SOFT if soft else CLASSES
    if options.get("ignore_index") == -100:
        targets = [-100, *targets[1:]]
    values = [[Value(z) for z in row] for row in LOGITS]
    ours = getattr(nn, name)(**options, reduction=reduction)(values, targets)
    ours.backward()
    given = dict(options)
    if "weight" in given:
        given["weight"] = torch.tensor(given["weight"], dtype=torch.float64)
    logits = torch.tensor(LOGITS, dtype=torch.float64, requires_grad=True)
    theirs = getattr(torch.nn, name)(**given, reduction=reduction)(
        logits, torch.tensor(targets, dtype=torch.float64 if soft else None)
    )
    theirs.backward()
    assert ours.data == pytest.approx(theirs.item(), rel=1e-12)
    for row, grads in zip(values, logits.grad.tolist()):
        assert [z.grad for z in row] == pytest.approx(grads, rel=1e-12, abs=1e-15)


@pytest.mark.needs("torch")
@pytest.mark.parametrize(
    ("name", "option"),
    [("BCELoss", "weight"), ("BCEWithLogitsLoss", "weight"), ("BCEWithLogitsLoss", "pos_weight")],
)
def test_binary_losses_are_those_of_pytorch(name, option):
    import torch

    chances = [[autograd.sigmoid(z) for z in row] for row in LOGITS]
    outputs = chances if name == "BCELoss" else LOGITS
    tensor = torch.tensor(outputs, dtype=torch.float64)
    for factors in ([0.5, 2.0, 1.0, 3.0], 3.0):
        given = {option: torch.tensor(factors, dtype=torch.float64)}
        theirs = getattr(torch.nn, name)(**given)(tensor, torch.tensor(BITS, dtype=torch.float64))
        ours = getattr(nn, name)(**{option: factors})(outputs, BITS)
        assert ours == pytest.approx(theirs.item(), rel=1e-12)


def test_one_example_keeps_its_factor():
    """There is nothing to average over: else a loop over examples would lose the weights."""
    plain = nn.cross_entropy(LOGITS[0], 1)
    assert nn.cross_entropy(LOGITS[0], 1, weight=WEIGHT) == pytest.approx(2.0 * plain)
    assert nn.cross_entropy(LOGITS[0], 1, ignore_index=1) == 0.0
    assert math.isnan(nn.cross_entropy(LOGITS[:1], [1], ignore_index=1))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weight": [1.0]}, "a factor for each class, but got 1 of them for 4"),
        ({"label_smoothing": 1.5}, "label_smoothing is a share from 0 to 1, but got 1.5"),
    ],
)
def test_options_that_do_not_fit_are_refused(options, message):
    with pytest.raises(autograd.InputValueError, match=message):
        nn.cross_entropy(LOGITS, CLASSES, **options)
    with pytest.raises(autograd.InputValueError, match="or one for each output, but got"):
        nn.binary_cross_entropy_with_logits(LOGITS, BITS, pos_weight=[1.0, 2.0, 3.0])
