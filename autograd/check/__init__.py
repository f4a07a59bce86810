"""Checking derivatives: gradcheck, its report and its three verdicts.

Start reading at :mod:`autograd.check.checker`; property tests are in :mod:`autograd.testing`.
"""

from autograd.check.checker import assert_gradients, gradcheck
from autograd.check.report import Entry, GradientReport

__all__ = ["Entry", "GradientReport", "assert_gradients", "gradcheck"]
