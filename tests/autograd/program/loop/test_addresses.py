"""Tests of where arrays lie in memory, as machine code is told."""

import numpy as np
import pytest

from autograd.program.loop import addresses

pair = np.arange(6.0)


class Own(np.ndarray):
    """A class of arrays derived from NumPy's."""


@pytest.mark.parametrize(
    "array",
    [pair, pair[3:], pair[::-2], pair.reshape(2, 3).T, pair.view(Own), np.float32([1.0])[0:0],
     np.frombuffer(b"read only read only "[:16])],
    ids=["whole", "part", "backwards", "turned", "derived", "empty", "read only"],
)  # fmt: skip
def test_the_address_is_where_numpy_says(array):
    """Read from the object's head or asked of NumPy, an address is one."""
    assert addresses.address(array) == addresses._slowly(array)
    assert addresses.address(array) == array.__array_interface__["data"][0]
