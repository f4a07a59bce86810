"""Losses: how wrong predictions are, as one Value to differentiate.

:mod:`nn.losses.pairwise` has those of numbers, :mod:`nn.losses.classes` those of classes;
:mod:`nn.losses.terms` pairs predictions with targets for all of them.
"""

from nn.losses.classes import cross_entropy, nll_loss
from nn.losses.pairwise import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    hinge_loss,
    l1_loss,
    mse_loss,
)

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "hinge_loss",
    "l1_loss",
    "mse_loss",
    "nll_loss",
]
