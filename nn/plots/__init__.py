"""Plots with matplotlib: how training went, what a network decides, what goes on inside.

Each function draws on `ax`, or on the axes of a new figure, and returns them. Read
:mod:`nn.plots.training`, then :mod:`nn.plots.mosaics`; both draw on :mod:`nn.plots.axes`.
"""

from nn.plots.axes import diverging
from nn.plots.mosaics import plot_augmentations, plot_digits, plot_nudges, plot_weights
from nn.plots.training import (
    plot_activations,
    plot_confusion_matrix,
    plot_decision_boundary,
    plot_gradients,
    plot_history,
)

__all__ = [
    "diverging",
    "plot_activations",
    "plot_augmentations",
    "plot_confusion_matrix",
    "plot_decision_boundary",
    "plot_digits",
    "plot_gradients",
    "plot_history",
    "plot_nudges",
    "plot_weights",
]
