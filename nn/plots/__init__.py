"""Plots with matplotlib: how training went, and the colours of signed numbers.

All is in :mod:`nn.plots.curves`.
"""

from nn.plots.curves import diverging, plot_history

__all__ = ["diverging", "plot_history"]
