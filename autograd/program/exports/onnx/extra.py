"""The package onnx, which the extra of that name brings.

Next: :mod:`autograd.program.exports.onnx.write`.
"""

from __future__ import annotations

from typing import Any

from autograd.extras import needed

__all__ = ["onnx_or_error"]


def onnx_or_error() -> Any:
    """The package onnx, or MissingExtraError: before any module here needs it."""
    return needed("onnx", "to_onnx")
