"""The errors that only training, its data and saving can meet; all others are autograd's own.

Next: :mod:`nn.train.fitting`.
"""

from __future__ import annotations

import autograd

__all__ = ["DataFileError", "DivergenceError", "ModelFileError"]


class DataFileError(autograd.AutogradError, ValueError):
    """A data file cannot be read: missing, truncated, damaged, or of another format."""


class ModelFileError(autograd.AutogradError, ValueError):
    """A model file cannot be written or read: wrong version, truncated, or no model file at all."""


class DivergenceError(autograd.AutogradError, ArithmeticError):
    """Training reached a loss or a parameter that is infinite or not a number."""
