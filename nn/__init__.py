"""Neurons, layers and small networks in scalar Values, with PyTorch's names.

Read in this order: :mod:`nn.module`, :mod:`nn.layers`, :mod:`nn.losses`, :mod:`nn.optim`,
:mod:`nn.train`. ``python -m nn --help`` trains the demonstration networks.

>>> import nn
>>> model = nn.MLP(2, [4, 1], activation="tanh", rng=0)
>>> loss = nn.mse_loss(model([1.0, 2.0]), 0.5)
>>> loss.backward()
>>> nn.SGD(model.parameters(), lr=0.01).step()
"""

from nn import augment, data, init, metrics
from nn.errors import DataFileError, DivergenceError, ModelFileError
from nn.layers import ACTIVATIONS, MLP, Layer, Linear, Neuron, Sequential
from nn.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    half_squared_error,
    hinge_loss,
    huber_loss,
    kl_div,
    l1_loss,
    mse_loss,
    nll_loss,
)
from nn.module import Module
from nn.optim import SGD, Optimizer
from nn.train import History, fit, predict

__all__ = [
    "ACTIVATIONS",
    "MLP",
    "SGD",
    "DataFileError",
    "DivergenceError",
    "History",
    "Layer",
    "Linear",
    "ModelFileError",
    "Module",
    "Neuron",
    "Optimizer",
    "Sequential",
    "augment",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "data",
    "fit",
    "half_squared_error",
    "hinge_loss",
    "huber_loss",
    "init",
    "kl_div",
    "l1_loss",
    "metrics",
    "mse_loss",
    "nll_loss",
    "predict",
]
