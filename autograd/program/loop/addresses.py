"""Where arrays lie in memory, for machine code: looked up on every call, so without detours.

Next: :mod:`autograd.program.loop.lanes.runner`.
"""

from __future__ import annotations

from ctypes import c_size_t

import numpy as np

from autograd.arrays import Array

__all__ = ["address"]


def _slowly(array: Array) -> int:
    place: int = array.__array_interface__["data"][0]
    return place


# Every extension module finds an array's data behind the head of the object: NumPy's C interface
# promises it, and CPython's id is where the object lies. That takes a seventh of the time.
_HEAD = object.__basicsize__


def _quickly(array: Array) -> int:
    return c_size_t.from_address(id(array) + _HEAD).value


_PROBE = np.zeros(1)
address = _quickly if _quickly(_PROBE) == _slowly(_PROBE) else _slowly
"""Where an array's numbers begin; the caller keeps the array alive.

>>> pair = np.zeros(2)
>>> address(pair[1:]) - address(pair)
8
"""
