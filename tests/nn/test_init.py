"""Initialisers."""

import math
import random
import statistics

import pytest

import autograd
import nn
from nn.init import INITIALISERS, at_most, initialiser

FAN_IN, FAN_OUT = 50, 25

# Standard deviations, from the formulas: a uniform distribution within ±a has a/√3.
DEVIATIONS = {
    "xavier": math.sqrt(2 / (FAN_IN + FAN_OUT)),
    "xavier_uniform": math.sqrt(2 / (FAN_IN + FAN_OUT)),
    "he": math.sqrt(2 / FAN_IN),
    "he_normal": math.sqrt(2 / FAN_IN),
    "zeros": 0.0,
}


@pytest.mark.parametrize("name", INITIALISERS)
def test_draws_have_the_formula_s_spread(name):
    """Mean 0 and the published standard deviation, over 4,000 draws."""
    rng = random.Random(0)
    draws = [initialiser(name)(rng, FAN_IN, FAN_OUT) for _ in range(4000)]
    # The sample's spread is off by 1/√(2n) = 1.1 %; 5 % is more than four times that.
    assert statistics.pstdev(draws) == pytest.approx(DEVIATIONS[name], rel=0.05)
    assert abs(statistics.fmean(draws)) <= 4 * DEVIATIONS[name] / math.sqrt(4000)


def test_uniform_draws_are_bounded():
    rng = random.Random(0)
    bound = DEVIATIONS["xavier_uniform"] * math.sqrt(3)
    draws = [abs(initialiser("xavier_uniform")(rng, FAN_IN, FAN_OUT)) for _ in range(4000)]
    assert 0.99 * bound < max(draws) <= bound


@pytest.mark.parametrize(("activation", "default"), [("relu", "he"), ("tanh", "xavier")])
def test_default_suits_the_activation(activation, default):
    """He for relu and its kin, Xavier otherwise; Xavier sees the whole layer's fans."""
    weights = [
        [p.data for p in nn.Layer(4, 3, activation=activation, init=init, rng=2).parameters()]
        for init in (None, default)
    ]
    assert weights[0] == weights[1]


def test_own_function_draws_weights_and_biases_start_at_zero():
    layer = nn.Layer(2, 3, init=lambda rng, fan_in, fan_out: fan_in + fan_out / 10)
    assert [p.data for p in layer.parameters()] == [2.3, 2.3, 0.0] * 3


@pytest.mark.parametrize("init", ["kaiming", 3, ["he"]])
def test_unknown_initialiser_lists_the_known(init):
    with pytest.raises(autograd.InputValueError, match=r"unknown initialiser.*xavier_uniform"):
        nn.Neuron(2, init=init, rng=0)


def test_room_is_used_up_by_many_small_layers():
    """Each fits, all together do not: as a short file describes them that is opened."""
    with at_most(10):
        nn.Linear(2, 2)  # 6 parameters
        with pytest.raises(autograd.InputValueError, match="describes many more parameters"):
            nn.Linear(2, 2)
    nn.Linear(2, 2)
