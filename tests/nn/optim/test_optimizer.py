"""Optimisers, against where PyTorch's went, PyTorch itself, and its published algorithm."""

import math

import numpy as np
import pytest

import autograd
import nn
from autograd import Value
from tests.nn.trajectories import STEPS as RECORDED
from tests.nn.trajectories import TRAJECTORIES

CASES = pytest.mark.parametrize(("name", "options", "points"), TRAJECTORIES)
OPTIONS = [
    {},
    {"momentum": 0.9},
    {"momentum": 0.9, "nesterov": True},
    {"weight_decay": 0.1},
    {"momentum": 0.5, "nesterov": True, "weight_decay": 0.01},
]
START = [1.5, -2.0]
STEPS = 50


def bowl(x, y):
    """Curved, with a saddle's mixed term: gradients differ from step to step."""
    return (x * x - 1.0) ** 2 + (y - 0.3 * x) ** 2


def slope(x, y):
    return 4 * x * (x * x - 1) - 0.6 * (y - 0.3 * x), 2 * (y - 0.3 * x)


def trajectory(name, options):
    params = [Value(start) for start in START]
    optimizer = getattr(nn, name)(params, **options)
    for _ in range(STEPS):
        optimizer.zero_grad()
        bowl(*params).backward()
        optimizer.step()
        yield [p.data for p in params]


def published(momentum=0.0, nesterov=False, weight_decay=0.0):
    """The algorithm as torch.optim.SGD's documentation prints it (no dampening)."""
    params, buffers = list(START), [None, None]
    for _ in range(STEPS):
        for i, g in enumerate(slope(*params)):
            if weight_decay:
                g = g + weight_decay * params[i]
            if momentum:
                buffers[i] = g if buffers[i] is None else momentum * buffers[i] + g
                g = g + momentum * buffers[i] if nesterov else buffers[i]
            params[i] -= 0.01 * g
        yield list(params)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_sgd_follows_the_published_algorithm(options):
    """All 50 steps, to the rounding of 50 steps."""
    # `published` moves x before it asks for y's slope unless the slopes are taken first, as here.
    assert np.array(list(trajectory("SGD", {"lr": 0.01, **options}))) == pytest.approx(
        np.array(list(published(**options))), rel=1e-12
    )


@CASES
def test_optimisers_go_where_pytorch_s_went(name, options, points):
    """50 steps to 1e-10, by the points that PyTorch 2.13.0 passed."""
    ours = list(trajectory(name, options))
    for step, point in zip(RECORDED, points):
        assert ours[step - 1] == pytest.approx(point, rel=1e-10)


@pytest.mark.needs("torch")
@CASES
def test_optimisers_go_where_pytorch_s_go(name, options, points):
    """The same 50 steps in the PyTorch that is installed, to 1e-10."""
    import torch

    params = [torch.tensor(start, dtype=torch.float64, requires_grad=True) for start in START]
    optimizer = getattr(torch.optim, name)(params, **options)
    for ours in trajectory(name, options):
        optimizer.zero_grad()
        bowl(*params).backward()
        optimizer.step()
        assert ours == pytest.approx([p.item() for p in params], rel=1e-10)


@CASES
def test_update_rule_serves_whole_vectors(name, options, points):
    """The same numbers as parameter by parameter, up to the rounding of roots."""
    rule = getattr(nn, name)([Value(0.0)], **options)
    vector, memory = np.array(START), rule.start
    for ours in trajectory(name, options):
        x, y = (Value(p) for p in vector)
        bowl(x, y).backward()
        vector, memory = rule.update(vector, np.array([x.grad, y.grad]), memory)
        assert vector.tolist() == pytest.approx(ours, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("SGD", {"momentum": -1.0}, "momentum must be a number of 0 or more"),
        ("Adam", {"eps": 0.0}, "eps must be a number above 0"),
        ("Adam", {"betas": (0.9, 1.0)}, r"betas\[1\] must be below 1"),
        ("Adam", {"betas": (-0.1, 0.9)}, r"betas\[0\] must be a number of 0 or more"),
        ("AdamW", {"weight_decay": math.nan}, "weight_decay must be a number of 0 or more"),
    ],
)
def test_options_out_of_range_are_refused(name, options, message):
    getattr(nn, name)([Value(1.0)])
    with pytest.raises(autograd.InputValueError, match=message):
        getattr(nn, name)([Value(1.0)], **options)


@pytest.mark.parametrize("betas", [0.9, (0.9,), (0.9, 0.99, 0.999)])
def test_betas_are_two(betas):
    with pytest.raises(autograd.InputTypeError, match="betas takes two numbers, such as"):
        nn.Adam([Value(1.0)], betas=betas)


def test_repr_says_rule_and_options():
    shown = "<SGD of 2 parameters: lr=0.1, weight_decay=0.0, momentum=0.9, nesterov=False>"
    assert repr(nn.SGD([Value(1.0), Value(2.0)], 0.1, momentum=0.9)) == shown


def test_zero_grad_clears_what_the_optimiser_holds():
    x = Value(1.0)
    (x * 3.0).backward()
    nn.SGD([x], lr=1.0).zero_grad()
    assert x.grad == 0.0


@pytest.mark.parametrize("grad", [math.nan, math.inf, -1e308])
def test_a_step_to_infinity_moves_nothing(grad):
    """Neither the parameters nor what the optimiser remembers; the next step is a good one."""
    x, y = Value(1.0, name="x"), Value(2.0, name="y")
    optimizer = nn.SGD([x, y], lr=10.0, momentum=0.9)
    autograd.backward([x, y], [0.01, grad])
    with pytest.raises(
        nn.DivergenceError, match=r"would make y (nan|-?inf), from 2\.0 and gradient"
    ):
        optimizer.step()
    assert (x.data, y.data) == (1.0, 2.0)
    optimizer.zero_grad()
    optimizer.step()
    assert (x.data, y.data) == (1.0, 2.0)


@pytest.mark.parametrize("lr", [0, -0.1, math.nan, math.inf, "0.1", None, True])
def test_learning_rate_must_be_positive(lr):
    with pytest.raises(autograd.InputValueError, match="lr must be a number above 0, but got"):
        nn.SGD([Value(1.0)], lr=lr)


@pytest.mark.parametrize("option", ["momentum", "weight_decay"])
def test_other_numbers_must_not_be_negative(option):
    nn.SGD([Value(1.0)], lr=0.1, **{option: 0})
    for wrong in (-0.1, math.nan, "1"):
        with pytest.raises(autograd.InputValueError, match=f"{option} must be a number of 0 or"):
            nn.SGD([Value(1.0)], lr=0.1, **{option: wrong})


def test_a_rule_of_one_s_own_names_its_numbers_as_it_likes():
    """The ranges are those of the rules here; what is handed on to them is checked as theirs."""

    class Own(nn.SGD):
        def __init__(self, params, alpha):
            self.alpha = alpha
            super().__init__(params, 0.1, momentum=0.5)

    assert Own([Value(1.0)], 3.0).options()["alpha"] == 3.0
    shown = "<Own of 1 parameters: lr=0.1, weight_decay=0.0, alpha=3.0, momentum=0.5, nesterov="
    assert repr(Own([Value(1.0)], 3.0)).startswith(shown)


def test_nesterov_needs_momentum():
    with pytest.raises(autograd.InputValueError, match="nesterov needs a momentum"):
        nn.SGD([Value(1.0)], lr=0.1, nesterov=True)


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        (lambda x: x, TypeError, r"list of parameters.*model\.parameters\(\) or \[value\]"),
        (lambda x: 3, TypeError, "list of parameters"),
        (lambda x: [1.0], TypeError, "leaf Values, but one is 1.0"),
        (lambda x: [x * 2.0], TypeError, "leaf Values"),
        (lambda x: [], ValueError, "at least one parameter"),
        (lambda x: [x, x], ValueError, "given twice"),
    ],
)
def test_parameters_are_leaves_each_once(params, error, message):
    """A generator of leaves is fine."""
    x = Value(1.0)
    nn.SGD((p for p in [x]), lr=0.1)
    with pytest.raises(error, match=message) as caught:
        nn.SGD(params(x), lr=0.1)
    assert isinstance(caught.value, autograd.AutogradError)
