"""Array: a NumPy array of any shape and kind, to a type checker; NumPy is not imported for it.

Next: :mod:`autograd.nested`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

__all__ = ["Array"]

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[Any]"
