"""The package onnx, which the extra of that name brings."""

from __future__ import annotations

from typing import Any

from autograd.errors import MissingExtraError

__all__ = ["onnx_or_error"]


def onnx_or_error() -> Any:
    """The package onnx, or MissingExtraError: before any module here needs it."""
    try:
        import onnx
    except ImportError as error:
        raise MissingExtraError(
            "to_onnx builds models with the package onnx, which is not installed: "
            'pip install "scalar-autograd[onnx]"'
        ) from error
    return onnx
