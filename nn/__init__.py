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
from typing import TYPE_CHECKING

import autograd

if not hasattr(autograd, "Value"):
    raise ImportError(
        f"nn needs the autograd of the distribution scalar-autograd, but {autograd!r} is of "
        "another one of that name (HIPS's, for NumPy): keep one of them in an environment, by "
        "`pip uninstall autograd` and `pip install --force-reinstall scalar-autograd`"
    )

from autograd.foreign import answer_imports, missing
from nn import data, init, metrics, neurons, plots, schedules
from nn.absent import IN_NN
from nn.checks import manual_seed
from nn.convert import from_torch
from nn.errors import DataFileError, DivergenceError, ModelFileError
from nn.layers import ACTIVATIONS, MLP, Layer, Linear, Neuron, Sequential
from nn.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    hinge_loss,
    l1_loss,
    mse_loss,
    nll_loss,
)
from nn.module import Module
from nn.modules import (
    ELU,
    GELU,
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    Identity,
    L1Loss,
    LeakyReLU,
    LogSoftmax,
    MSELoss,
    NLLLoss,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from nn.optim import optimizer
from nn.optim.gradients import clip_grad_norm
from nn.optim.optimizer import SGD, Adam, AdamW, Optimizer
from nn.playground import playground
from nn.predict import predict, predict_proba, score
from nn.train.fitting import fit
from nn.train.history import History
from nn.train.nudges import nudges

__all__ = [
    "ACTIVATIONS",
    "ELU",
    "GELU",
    "MLP",
    "SGD",
    "Adam",
    "AdamW",
    "BCELoss",
    "BCEWithLogitsLoss",
    "CrossEntropyLoss",
    "DataFileError",
    "DivergenceError",
    "History",
    "Identity",
    "L1Loss",
    "Layer",
    "LeakyReLU",
    "Linear",
    "LogSoftmax",
    "MSELoss",
    "ModelFileError",
    "Module",
    "NLLLoss",
    "Neuron",
    "Optimizer",
    "ReLU",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Tanh",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "clip_grad_norm",
    "cross_entropy",
    "data",
    "fit",
    "from_torch",
    "hinge_loss",
    "init",
    "l1_loss",
    "manual_seed",
    "metrics",
    "mse_loss",
    "nll_loss",
    "nudges",
    "playground",
    "plots",
    "predict",
    "predict_proba",
    "schedules",
    "score",
]

# Pickles from before they moved name them so.
sys.modules["nn.adaptive"] = sys.modules["nn.optim.adaptive"] = optimizer
sys.modules["nn.outputs"] = neurons

answer_imports("nn", IN_NN)


if not TYPE_CHECKING:  # to a type checker, any name would be one of ours

    def __getattr__(name):
        raise missing("module 'nn'", name, IN_NN, sys.modules[__name__])
