"""Losses: values and derivatives against closed forms, shapes, and bad input."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value

numbers = st.floats(-20, 20)
chances = st.floats(0.001, 0.999)


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def value_and_slope(loss, prediction, target):
    y = Value(prediction)
    error = loss(y, target)
    error.backward()
    return error.data, y.grad


# The loss and its derivative with respect to the prediction, as the textbooks have them.
CLOSED_FORMS = {
    nn.mse_loss: lambda y, t: ((y - t) ** 2, 2 * (y - t)),
    nn.l1_loss: lambda y, t: (abs(y - t), (y > t) - (y < t)),
    nn.binary_cross_entropy: lambda p, t: (
        -t * math.log(p) - (1 - t) * math.log(1 - p),
        (p - t) / (p * (1 - p)),
    ),
    nn.binary_cross_entropy_with_logits: lambda z, t: (
        -t * math.log(sigmoid(z)) - (1 - t) * math.log(sigmoid(-z)),
        sigmoid(z) - t,
    ),
    nn.hinge_loss: lambda y, t: (max(0, 1 - t * y), -t if t * y < 1 else 0),
}
DOMAINS = {
    nn.binary_cross_entropy: (chances, chances),
    nn.binary_cross_entropy_with_logits: (numbers, st.floats(0, 1)),
    nn.hinge_loss: (numbers, st.sampled_from([-1, 1])),
}
named = pytest.mark.parametrize("loss", CLOSED_FORMS, ids=lambda loss: loss.__name__)


@named
@given(data=st.data())
def test_value_and_derivative_match_the_closed_form(loss, data):
    """To 12 digits, relative to the numbers the closed form itself is made of."""
    predictions, targets = DOMAINS.get(loss, (numbers, numbers))
    y, t = data.draw(predictions), data.draw(targets)
    assert value_and_slope(loss, y, t) == pytest.approx(
        CLOSED_FORMS[loss](y, t), rel=1e-12, abs=1e-12
    )


@named
def test_lists_are_averaged_or_summed(loss):
    """The mean by default, over batches of lists too."""
    ys, ts = [0.25, 0.5, 0.75, 0.125], [1, 1, 1, 1]
    terms = [loss(y, t) for y, t in zip(ys, ts)]
    total = math.fsum(terms)
    assert loss(ys, ts, reduction="sum") == pytest.approx(total, rel=1e-15)
    assert loss(ys, ts, reduction="mean") == pytest.approx(total / 4, rel=1e-15)
    assert loss(ys, ts) == pytest.approx(total / 4, rel=1e-15)
    assert loss([ys[:2], ys[2:]], [ts[:2], ts[2:]]) == pytest.approx(total / 4, rel=1e-15)


@named
def test_arrays_and_tuples_are_lists(loss):
    ys, ts = [0.25, 0.5], [1.0, 1.0]
    assert loss(np.array(ys), np.array(ts)) == loss(tuple(ys), tuple(ts)) == loss(ys, ts)
    assert loss([Value(0.25)], np.float64(1.0)).data == loss(0.25, 1.0)


@named
def test_bare_target_may_face_one_prediction_in_a_list(loss):
    """As networks with one output give it; two predictions want two targets."""
    assert loss([0.5], 1.0) == loss(0.5, 1.0)
    with pytest.raises(autograd.InputTypeError, match="a list of 2 and a single number"):
        loss([0.5, 0.5], 1.0)


@named
@pytest.mark.parametrize(
    ("predictions", "targets"),
    [([0.5, 0.5], [1.0]), ([], []), (0.5, [1.0]), ([[0.5], [0.5]], [[1.0], [1.0, 1.0]])],
    ids=["length", "empty", "nesting", "ragged"],
)
def test_shapes_must_agree(loss, predictions, targets):
    """No broadcasting: it would average over pairs nobody meant."""
    with pytest.raises((autograd.InputTypeError, autograd.InputValueError), match=loss.__name__):
        loss(predictions, targets)


@named
def test_unknown_reduction_is_refused(loss):
    with pytest.raises(autograd.InputValueError, match='"mean" or "sum", but got \'none\''):
        loss(0.5, 1.0, reduction="none")


@pytest.mark.parametrize(
    ("loss", "prediction", "target", "message"),
    [
        (nn.binary_cross_entropy, 0.5, 2, "targets between 0 and 1, but got 2"),
        (nn.binary_cross_entropy, 1.5, 1, "predictions between 0 and 1, but got 1.5"),
        (nn.binary_cross_entropy_with_logits, 0.5, -1, "targets between 0 and 1, but got -1"),
        (nn.hinge_loss, 0.5, 0, r"targets -1 and 1, but got 0: from 0 and 1, take 2\*t - 1"),
    ],
)
def test_labels_of_another_convention_are_refused(loss, prediction, target, message):
    with pytest.raises(autograd.InputValueError, match=message):
        loss(prediction, target)


@pytest.mark.parametrize(("z", "t"), [(800.0, 1), (-800.0, 0), (40.0, 1), (-40.0, 0)])
def test_logits_keep_their_tails(z, t):
    """The loss of a confident right answer is exp(−|z|), not 0 from a cancellation."""
    value, slope = value_and_slope(nn.binary_cross_entropy_with_logits, z, t)
    assert value == pytest.approx(math.exp(-abs(z)), rel=1e-15)
    assert slope == pytest.approx(math.copysign(math.exp(-abs(z)), -z), rel=1e-15)
    wrong, slope = value_and_slope(nn.binary_cross_entropy_with_logits, z, 1 - t)
    assert (wrong, slope) == (abs(z), math.copysign(1.0, z))


def test_certain_and_right_costs_nothing_certain_and_wrong_infinitely_much():
    """0·log(0) is 0 here, as the limit is."""
    for p in (0.0, 1.0):
        assert value_and_slope(nn.binary_cross_entropy, p, p)[0] == 0.0
        assert value_and_slope(nn.binary_cross_entropy, p, 1 - p)[0] == math.inf
        assert nn.binary_cross_entropy(p, p) == 0.0


def test_what_is_neither_predicted_nor_wanted_costs_nothing():
    """An impossible prediction of something wanted costs inf."""
    assert nn.nll_loss([0.0, -math.inf], [1.0, 0.0]) == 0.0
    assert nn.nll_loss([0.0, -math.inf], 1) == math.inf


def test_targets_may_be_values():
    """So that a recording can make them arguments; they get their derivative."""
    t = Value(0.25)
    nn.binary_cross_entropy_with_logits(Value(2.0), t).backward()
    assert t.grad == pytest.approx(-2.0, rel=1e-15)
    t = Value(0.25)
    nn.binary_cross_entropy(Value(0.75), t).backward()
    assert t.grad == pytest.approx(math.log(0.25) - math.log(0.75), rel=1e-15)


# Cross-entropy over classes


def softmax(zs):
    shifted = [math.exp(z - max(zs)) for z in zs]
    return [e / math.fsum(shifted) for e in shifted]


@given(st.lists(numbers, min_size=2, max_size=6), st.data())
def test_cross_entropy_of_a_class(zs, data):
    """−log(softmax(z)[t]), with derivative softmax(z) − onehot(t)."""
    t = data.draw(st.integers(0, len(zs) - 1))
    logits = [Value(z) for z in zs]
    error = nn.cross_entropy(logits, t)
    error.backward()
    chances = softmax(zs)
    assert error.data == pytest.approx(-math.log(chances[t]), rel=1e-12, abs=1e-12)
    expected = [p - (i == t) for i, p in enumerate(chances)]
    assert [z.grad for z in logits] == pytest.approx(expected, rel=1e-12, abs=1e-12)


@given(st.lists(st.tuples(numbers, chances), min_size=2, max_size=6))
def test_cross_entropy_of_probabilities(pairs):
    """−Σ t·log(softmax(z)), with derivative softmax(z) − t."""
    zs = [z for z, _ in pairs]
    total = math.fsum(w for _, w in pairs)
    ts = [w / total for _, w in pairs]
    logits = [Value(z) for z in zs]
    error = nn.cross_entropy(logits, ts)
    error.backward()
    chances = softmax(zs)
    expected = -math.fsum(t * math.log(p) for t, p in zip(ts, chances))
    assert error.data == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert [z.grad for z in logits] == pytest.approx(
        [p - t for p, t in zip(chances, ts)], rel=1e-12, abs=1e-12
    )


def test_cross_entropy_of_one_hot_is_that_of_the_class():
    zs = [0.5, -1.0, 2.0]
    assert nn.cross_entropy(zs, [0, 1, 0]) == nn.cross_entropy(zs, 1)
    assert nn.cross_entropy(np.array(zs), np.int64(1)) == nn.cross_entropy(zs, 1)


def test_cross_entropy_of_a_batch():
    """The mean over examples by default."""
    batch, ts = [[0.5, -1.0], [2.0, 1.0]], [0, 1]
    terms = [nn.cross_entropy(zs, t) for zs, t in zip(batch, ts)]
    assert nn.cross_entropy(batch, ts) == pytest.approx(sum(terms) / 2, rel=1e-15)
    assert nn.cross_entropy(batch, ts, reduction="sum") == pytest.approx(sum(terms), rel=1e-15)
    assert nn.cross_entropy(np.array(batch), np.array(ts)) == nn.cross_entropy(batch, ts)


@given(st.lists(numbers, min_size=1, max_size=6), st.data())
def test_nll_loss_of_log_softmax_is_cross_entropy(zs, data):
    """For a class, and for probabilities; with the same derivatives."""
    t = data.draw(st.integers(0, len(zs) - 1))
    for target in (t, [float(i == t) for i in range(len(zs))], [1 / len(zs)] * len(zs)):
        logits, same = [Value(z) for z in zs], [Value(z) for z in zs]
        one = nn.cross_entropy(logits, target)
        two = nn.nll_loss(autograd.log_softmax(same), target)
        autograd.backward([one, two])
        assert two.data == pytest.approx(one.data, rel=1e-12, abs=1e-12)
        assert [z.grad for z in same] == pytest.approx([z.grad for z in logits], abs=1e-12)


@pytest.mark.needs("torch")
@pytest.mark.parametrize(
    ("name", "reduction"),
    [(name, reduction) for name in ("mse_loss", "nll_loss") for reduction in ("sum", "mean")],
)
def test_batches_agree_with_torch(name, reduction):
    """Value and gradient."""
    import torch

    outputs = np.linspace(-3.0, 1.0, 12).reshape(4, 3)
    targets = {
        "mse_loss": np.linspace(1.0, -1.0, 12).reshape(4, 3),
        "nll_loss": np.array([2, 0, 1, 1]),
    }[name]
    theirs = torch.tensor(outputs, requires_grad=True)
    wanted = getattr(torch.nn.functional, name)(theirs, torch.tensor(targets), reduction=reduction)
    wanted.backward()
    ours = [[Value(y) for y in row] for row in outputs]
    loss = getattr(nn, name)(ours, targets, reduction=reduction)
    loss.backward()
    assert loss.data == pytest.approx(wanted.item(), rel=1e-14)
    grads = [[y.grad for y in row] for row in ours]
    assert np.array(grads) == pytest.approx(theirs.grad.numpy(), rel=1e-14)


def test_cross_entropy_of_huge_logits_is_finite():
    assert nn.cross_entropy([1000.0, 0.0], 1) == 1000.0
    assert nn.cross_entropy([1000.0, 0.0], 0) == 0.0


@pytest.mark.parametrize(
    ("logits", "target", "error", "message"),
    [
        ([0.0, 1.0], 2, ValueError, "class 2 is outside the 2 classes 0 to 1"),
        ([0.0, 1.0], -1, ValueError, "class -1 is outside"),
        ([0.0, 1.0], 1.0, TypeError, "but got float 1.0"),
        ([0.0, 1.0], "1", TypeError, "but got str '1'"),
        ([0.0, 1.0], [1.0], ValueError, "a probability for each of 2 logits, but got 1"),
        ([0.0, 1.0], [0.9, 0.9], ValueError, "add up to 1"),
        ([0.0, 1.0], [1.5, -0.5], ValueError, "add up to 1"),
        ([0.0, 1.0], [math.nan, 1.0], ValueError, "add up to 1"),
        ([[0.0, 1.0]], [0, 1], ValueError, "one target for each of 1 lists"),
        ([[0.0, 1.0]], 0, ValueError, "one target for each of 1 lists"),
        (3.0, 0, TypeError, "takes a list of logits"),
        ([], 0, TypeError, "takes a list of logits"),
    ],
)
@pytest.mark.parametrize("loss", [nn.cross_entropy, nn.nll_loss], ids=lambda loss: loss.__name__)
def test_what_is_no_target_is_refused(loss, logits, target, error, message):
    if loss is nn.nll_loss:
        message = message.replace("logits", "log-probabilities")
    with pytest.raises(error, match=message) as caught:
        loss(logits, target)
    assert isinstance(caught.value, autograd.AutogradError)
