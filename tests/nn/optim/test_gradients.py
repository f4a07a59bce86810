"""Penalties and clipping: their formulas, in Values and vectors, and what is refused."""

import math

import numpy as np
import pytest

import autograd
import nn
from autograd import Value
from nn.optim.gradients import Adjustment

DATA, GRAD = [1.5, -2.0, 0.0, 0.25], [0.3, -4.0, 1.0, 0.0]


def values():
    params = [Value(x) for x in DATA]
    for p, g in zip(params, GRAD):
        p.grad = g
    return params


def test_clipping_by_norm_shrinks_all_alike():
    """Smaller gradients stay; the norm that was comes back."""
    params, norm = values(), math.hypot(*GRAD)
    assert nn.clip_grad_norm(params, 2.0) == pytest.approx(norm)
    assert [p.grad for p in params] == pytest.approx([2.0 * g / norm for g in GRAD], rel=1e-6)
    params = values()
    nn.clip_grad_norm(iter(params), 100.0)
    assert [p.grad for p in params] == GRAD


@pytest.mark.needs("torch")
@pytest.mark.parametrize("limit", [0.5, 2.0, 100.0])
def test_clipping_is_pytorch_s(limit):
    import torch

    params, tensor = values(), torch.tensor(DATA, dtype=torch.float64, requires_grad=True)
    tensor.grad = torch.tensor(GRAD, dtype=torch.float64)
    nn.clip_grad_norm(params, limit)
    torch.nn.utils.clip_grad_norm_([tensor], limit)
    assert [p.grad for p in params] == pytest.approx(tensor.grad.tolist(), rel=1e-12)


@pytest.mark.parametrize(
    "options",
    [{}, {"l1": 0.1}, {"l2": 0.1}, {"clip_norm": 1.0}, {"l1": 0.2, "clip_norm": 0.5}],
    ids=str,
)
def test_values_and_vectors_are_adjusted_alike(options):
    params = values()
    Adjustment(**options).of_values(params)
    vector = Adjustment(**options).of_vector(np.array(DATA), np.array(GRAD))
    assert vector.tolist() == pytest.approx([p.grad for p in params], rel=1e-12)


def test_penalties_come_before_clipping():
    """So that the limit holds for the step."""
    params = values()
    Adjustment(l2=100.0, clip_norm=1.0).of_values(params)
    assert math.hypot(*(p.grad for p in params)) == pytest.approx(1.0, rel=1e-5)


@pytest.mark.parametrize("option", ["l1", "l2", "clip_norm"])
def test_numbers_out_of_range_are_refused(option):
    Adjustment(**{option: 0.5})
    with pytest.raises(autograd.InputValueError, match=f"{option} must be a number"):
        Adjustment(**{option: -0.5})
    with pytest.raises(autograd.InputValueError, match="max_norm must be a number above 0"):
        nn.clip_grad_norm([Value(1.0)], 0)


def test_a_parameter_of_exactly_0_is_not_pushed_by_its_size():
    """The penalty's derivative there is 0, as sign(0) is in PyTorch, for Values and vectors."""
    p = Value(0.0)
    Adjustment(l1=0.5, l2=0.5).of_values([p])
    assert p.grad == 0.0
    assert Adjustment(l1=0.5, l2=0.5).of_vector(np.zeros(1), np.zeros(1)).tolist() == [0.0]
