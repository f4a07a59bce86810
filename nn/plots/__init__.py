"""Plots with matplotlib: how training went, and digits, weights and nudges as pictures.

Each function draws on `ax`, or on the axes of a new figure, and returns them. Read
:mod:`nn.plots.curves`, then :mod:`nn.plots.mosaics`; both draw on :mod:`nn.plots.axes`.
"""

from nn.plots.axes import diverging
from nn.plots.curves import plot_history
from nn.plots.mosaics import plot_digits, plot_nudges, plot_weights

__all__ = ["diverging", "plot_digits", "plot_history", "plot_nudges", "plot_weights"]
