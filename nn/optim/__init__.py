"""Optimisers: they change parameters against their gradients.

:mod:`nn.optim.optimizer` has the base and SGD, :mod:`nn.optim.adaptive` those with a step size for
each parameter, :mod:`nn.optim.gradients` what is done to gradients before a step.
"""

from autograd.foreign import missing
from nn.absent import IN_NN
from nn.optim.adaptive import Adam, AdamW
from nn.optim.gradients import clip_grad_norm
from nn.optim.optimizer import SGD, Optimizer

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "Optimizer",
    "clip_grad_norm",
]


def __getattr__(name: str) -> object:
    raise missing("module 'nn.optim'", name, IN_NN)
