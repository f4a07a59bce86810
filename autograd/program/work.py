"""What a program has to do for a row of a batch, and how long each executor takes for it.

The loop costs the same for every number, a batch of it an eighth of that; functions such as exp
cost extra. Array statements over a batch cost little for every tile of rows, and then a little a
number, least in dot products; but a program of very many is long in preparation. Where they are
NumPy's, they cost some microseconds each however short they are, for every chunk of rows, and a
little a number, except in dot products, which BLAS makes cheap. The constants are measured
(``python -m tests.benchmarks.calibration`` prints them) and only have to be right within a small
factor: programs for which it is close run equally well on both. Next:
:mod:`autograd.program.choice`.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = [
    "ARRAY_CALL",
    "ARRAY_STATEMENT",
    "POINT_CALL",
    "POINT_CALLED",
    "POINT_READ",
    "POINT_SPECIAL",
    "Work",
]

# Microseconds for value and gradient.
ARRAY_CALL, ARRAY_STATEMENT, ARRAY_PART = 15.0, 2.5, 8.0


ARRAY_READ, ARRAY_CALLED, ARRAY_PRODUCT = 2e-3, 8e-3, 1.2e-4


TILES_CALL, TILES_STATEMENT = 8.0, 0.06


TILES_READ, TILES_CALLED, TILES_PRODUCT = 7e-3, 0.06, 9.2e-4
"""TILES_ are for sixteen rows, but for TILES_STATEMENT, which is for 64."""


POINT_CALL, POINT_READ, POINT_CALLED = 5.0, 1.8e-3, 3e-3


LANES_CALL, LANES_READ, LANES_ARGUMENT, LANES_CALLED = 13.0, 1e-3, 3e-3, 0.01
"""LANES_ are for eight rows, in runs, which the loop compiles when it has worked for a while."""


TILES_SPECIAL, LANES_SPECIAL, POINT_SPECIAL = 0.2, 0.15, 0.03
"""Functions such as lgamma, in addition."""


PYTHON_READ = 0.1


SOLVED, SOLVED_ARRAY, SOLVED_ROW = 200.0, 800.0, 2.0
"""An equation: by itself, and of arrays, for the call and for a row."""


CHUNK, PRODUCT_ROWS = 2**13, 256
"""As in the array executor: numbers in the widest array of a chunk of rows, and least rows."""


class Work(NamedTuple):
    """What a program has to do for one row of a batch."""

    arguments: int
    """Numbers."""
    statements: int
    """Array statements, about: a primitive at one depth counts once."""
    scattered: int
    """Arrays that they read, about, beyond two each: an operand of one may come from many."""
    reads: int
    elements: int
    """Reads by array statements other than dot products."""
    products: int
    """Reads by dot products."""
    called: int
    """Functions called."""
    widest: int
    """Numbers in the longest array that is computed."""
    native: bool
    """Whether the loop runs as machine code."""
    solved: int = 0
    """Equations that are solved by iteration."""
    special: int = 0
    """Functions called that take long, such as lgamma,"""
    once: int = 0
    """and without what the array executor shares."""

    def plus(self, other: Work, times: int) -> Work:
        """This work and so many times another."""
        return Work(
            self.arguments,
            self.statements + times * other.statements,
            self.scattered + times * other.scattered,
            self.reads + times * other.reads,
            self.elements + times * other.elements,
            self.products + times * other.products,
            self.called + times * other.called,
            max(self.widest, other.widest),
            self.native,
            self.solved + times * other.solved,
            self.special + times * other.special,
            self.once + times * other.once,
        )

    def loop_time(self, batch: int | None) -> float:
        """Microseconds of the loop executor for a batch, None for a single point."""
        solving = SOLVED * self.solved * (batch or 1)
        if not self.native:
            return solving + (batch or 1) * self.reads * PYTHON_READ
        if batch is None:
            called = POINT_CALLED * self.called + POINT_SPECIAL * self.special
            return solving + POINT_CALL + POINT_READ * self.reads + called
        block = LANES_READ * self.reads + LANES_CALLED * self.called
        block += LANES_SPECIAL * self.special
        return solving + LANES_CALL + -(-batch // 8) * (block + LANES_ARGUMENT * self.arguments)

    def array_time(self, batch: int | None) -> float:
        """Microseconds of the array executor."""
        solving = self.solved * (SOLVED_ARRAY + SOLVED_ROW * (batch or 1))
        if self.native and batch is not None:
            row = TILES_READ * self.elements + TILES_CALLED * self.called
            row += TILES_PRODUCT * self.products + TILES_SPECIAL * self.once
            fixed = TILES_STATEMENT * self.statements
            return solving + TILES_CALL + -(-batch // 64) * fixed + -(-batch // 16) * row
        rows = 1 if batch is None else batch
        fixed = ARRAY_CALL + ARRAY_STATEMENT * self.statements + ARRAY_PART * self.scattered
        row = ARRAY_READ * self.elements + ARRAY_CALLED * self.called
        return solving + self.chunks(rows) * fixed + rows * (row + ARRAY_PRODUCT * self.products)

    def chunks(self, rows: int) -> int:
        """How many chunks the array executor makes of so many rows."""
        chunk = max(1, CHUNK // self.widest)
        return max(1, -(-rows // max(chunk, PRODUCT_ROWS if self.products else 1)))

    def chosen(self, batch: int | None) -> str:
        """The executor that takes less time.

        >>> network = Work(
        ...     arguments=1500,
        ...     statements=8,
        ...     scattered=0,
        ...     reads=3000,
        ...     elements=100,
        ...     products=2900,
        ...     called=0,
        ...     widest=16,
        ...     native=True,
        ... )
        >>> network.chosen(None), network.chosen(10_000)
        ('loop', 'array')
        """
        return "array" if self.array_time(batch) < self.loop_time(batch) else "loop"
