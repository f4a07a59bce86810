"""A function of floats over arrays, for what a library of arrays lacks; NumPy and JAX share it.

Next: :mod:`autograd.program.array.forward`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograd.arrays import Array

__all__ = ["elementwise"]


def elementwise(function: Callable[..., float], *operands: Array | float) -> Array:
    """A function of floats applied to the elements of arrays that broadcast, one by one."""
    arrays = np.broadcast_arrays(*operands)
    dtype = np.result_type(np.float32, *[x for x in operands if isinstance(x, np.ndarray)])
    columns = [array.ravel().tolist() for array in arrays]
    results = np.fromiter(map(function, *columns), dtype, arrays[0].size)
    return results.reshape(arrays[0].shape)
