"""Losses: how wrong predictions are, as one Value to differentiate.

:mod:`nn.losses.pairwise` has those of numbers, and what all of them share;
:mod:`nn.losses.classes` those of classes.
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
