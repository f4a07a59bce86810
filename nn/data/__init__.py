"""Data sets, and splitting, shuffling and standardising them.

A data set is `X`, a list of rows of floats, and `y`, a target for each row. Read
:mod:`nn.data.examples`, then :mod:`nn.data.sets`.
"""

from nn.data.examples import (
    Standardizer,
    batches,
    check_examples,
    check_rows,
    train_test_split,
)
from nn.data.sets import digits, mnist, moons

__all__ = [
    "Standardizer",
    "batches",
    "check_examples",
    "check_rows",
    "digits",
    "mnist",
    "moons",
    "train_test_split",
]
