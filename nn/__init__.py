"""Neurons, layers and small networks in scalar Values, with PyTorch's names.

Read in this order: :mod:`nn.module`, :mod:`nn.layers`, :mod:`nn.losses`, :mod:`nn.optim`,
:mod:`nn.train`. ``python -m nn --help`` trains the demonstration networks.

>>> import nn
>>> model = nn.MLP(2, [4, 1], activation="tanh", rng=0)
>>> loss = nn.mse_loss(model([1.0, 2.0]), 0.5)
>>> loss.backward()
>>> nn.SGD(model.parameters(), lr=0.01).step()
"""

import sys

from nn import augment, data, init, metrics, plots, schedules
from nn.checks import manual_seed
from nn.convert import from_torch
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
from nn.optim import adaptive
from nn.optim.adaptive import Adagrad, Adam, AdamW, RMSprop
from nn.optim.gradients import clip_grad_norm, clip_grad_value, l1_penalty, l2_penalty
from nn.optim.optimizer import SGD, Optimizer
from nn.predict import predict, predict_proba, score
from nn.train.fitting import fit
from nn.train.history import History
from nn.train.nudges import nudges

__all__ = [
    "ACTIVATIONS",
    "MLP",
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "DataFileError",
    "DivergenceError",
    "History",
    "Layer",
    "Linear",
    "ModelFileError",
    "Module",
    "Neuron",
    "Optimizer",
    "RMSprop",
    "Sequential",
    "augment",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "clip_grad_norm",
    "clip_grad_value",
    "cross_entropy",
    "data",
    "fit",
    "from_torch",
    "half_squared_error",
    "hinge_loss",
    "huber_loss",
    "init",
    "kl_div",
    "l1_loss",
    "l1_penalty",
    "l2_penalty",
    "manual_seed",
    "metrics",
    "mse_loss",
    "nll_loss",
    "nudges",
    "plots",
    "predict",
    "predict_proba",
    "schedules",
    "score",
]

sys.modules["nn.adaptive"] = adaptive  # pickles from before it moved name it so
