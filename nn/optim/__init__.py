"""Optimisers: they change parameters against their gradients.

:mod:`nn.optim.optimizer` has them, :mod:`nn.optim.gradients` what is done to gradients before a
step.
"""

from autograd.foreign import missing
from nn.absent import IN_NN
from nn.optim.gradients import clip_grad_norm
from nn.optim.optimizer import SGD, Adam, AdamW, Optimizer

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "Optimizer",
    "clip_grad_norm",
]


def __getattr__(name: str) -> object:
    raise missing("module 'nn.optim'", name, IN_NN)
