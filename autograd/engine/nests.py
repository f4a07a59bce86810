"""Nest: a number, or numbers in lists, dicts, dataclasses or arrays, as a type checker sees it.

What is taken apart so is :mod:`autograd.nested`'s to say. Next: :mod:`autograd.functions`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, SupportsFloat, TypeAlias

from autograd.arrays import Array
from autograd.engine.value import Value

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["Nest"]

Nest: TypeAlias = (
    "Value | SupportsFloat | Array | Sequence[Nest] | Mapping[Any, Nest] | DataclassInstance"
)
"""SupportsFloat: a float, an int, a NumPy number, a Fraction."""
