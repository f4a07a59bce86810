"""Derivatives from values alone: difference quotients, extrapolated to a step of zero.

Quotients at steps h, h/2, h/4 … are extrapolated by Neville's scheme, and the entry of the scheme
whose neighbours agree best is taken, with that disagreement as its error (C. J. F. Ridders,
"Accurate computation of F'(x) and F'(x) F''(x)", Adv. Eng. Software 4, 1982). The same samples
give the one-sided derivatives, which tell a kink from a smooth point. Nothing here knows of
Values; next: :mod:`autograd.check.checker`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = ["EPSILON", "SAFETY", "Estimate", "estimate_derivatives"]

EPSILON = 2.0**-52
RATIO = 2.0
# Rounding multiplies by each column's (r + 1)/(r - 1), r = RATIO^(column·power): 2 in all for
# central quotients, 8 for one-sided ones. More columns than these gain nothing.
COLUMNS = 7
AMPLIFICATION = {1: 8.0, 2: 2.0}
# An aliased or a polynomial f may make two rows agree by luck, three hardly.
FEWEST_ROWS = 3
# The last step is then about 1e-8 of x's scale, where rounding leaves half of the digits.
MOST_ROWS = 24
ROUNDED = 0.1
"""How much of two steps rounding may take or add: more, and they are a few units of x itself."""
STANDING_OUT = 1e9
"""How far above its rounding error f lies apart from its neighbours if it jumps: noise does not."""
SAFETY = 4.0
"""An estimated error is a guess; a contradiction takes several times as much."""
KNOWN = 0.05
"""How well one-sided derivatives are known, as a part of their difference, if that is a kink."""


@dataclass(frozen=True)
class Estimate:
    """A derivative as differences see it.

    ``error`` bounds the distance of ``value`` from the truth, roughly; ``left`` and ``right`` are
    the one-sided derivatives, known to ``side_error``; ``step`` is the smallest step used, and
    ``secant`` the steepest quotient of f at the largest, which tells what is next to nothing.
    ``finite`` says whether f was finite at any pair of neighbours, ``continuous`` whether its
    values there approach that at the point.
    """

    value: float
    error: float
    left: float
    right: float
    side_error: float
    step: float
    secant: float
    finite: bool
    continuous: bool

    def contradicts(self, other: Estimate) -> bool:
        """Whether the two estimates differ by more than their errors explain."""
        return abs(self.value - other.value) > SAFETY * (self.error + other.error)

    def has_kink(self, tolerance: float) -> bool:
        """Whether the one-sided derivatives are known, and differ by more than their errors."""
        gap = abs(self.right - self.left)
        return self.side_error <= KNOWN * gap and gap > SAFETY * self.error + tolerance


class Extrapolation:
    """Quotients at shrinking steps, and the best extrapolation of them to a step of zero.

    ``power`` is 2 if the quotient's error is a series in h² (central), 1 if in h (one-sided).

    >>> quotient = Extrapolation(2)
    >>> for h in (0.4, 0.2, 0.1, 0.05):
    ...     quotient.add((math.exp(h) - math.exp(-h)) / (2 * h), h, EPSILON)
    >>> abs(quotient.value - 1.0) <= quotient.error < 1e-7
    True
    """

    def __init__(self, power: int) -> None:
        self.power = power
        self.value = math.nan
        self.error = math.inf
        self._row: list[float] = []
        self._steps: list[float] = []

    def add(self, quotient: float, step: float, noise: float) -> None:
        """Take in the quotient at a smaller step; ``noise`` is the absolute error of f itself."""
        floor = AMPLIFICATION[self.power] * noise / step
        row = [quotient]
        best, least = math.nan, math.inf
        for previous, earlier in zip(self._row[:COLUMNS], reversed(self._steps)):
            factor = (earlier / step) ** self.power
            value = row[-1] + (row[-1] - previous) / (factor - 1.0)
            error = max(abs(value - row[-1]), abs(value - previous)) + floor
            if error < least:
                best, least = value, error
            row.append(value)
        # Where both cannot be true, the steps before were too long for this function.
        contradicted = abs(best - self.value) > SAFETY * (least + self.error)
        if least < self.error or contradicted:
            self.value, self.error = best, least
        self._row = row
        self._steps.append(step)


class _Output:
    """What is known of the derivative of one output by one input."""

    def __init__(self, value: float, noise: float, rtol: float, atol: float) -> None:
        self.at = value
        self.noise = noise
        self.rtol, self.atol = rtol, atol
        self.central, self.left, self.right = Extrapolation(2), Extrapolation(1), Extrapolation(1)
        self.offsets: list[float] = []
        self.step = math.nan
        self.secant = 0.0
        self.done = False

    def add(self, below: float, above: float, low: float, high: float) -> None:
        """Take in the values at two neighbours, at these distances below and above."""
        noise = max(self.noise, EPSILON * max(abs(low), abs(high)))
        if math.isfinite(low):
            self.left.add((self.at - low) / below, below, noise)
        if math.isfinite(high):
            self.right.add((high - self.at) / above, above, noise)
        if not (math.isfinite(low) and math.isfinite(high)):
            return
        offset = abs(0.5 * (low + high) - self.at)
        self.offsets.append(offset if offset > STANDING_OUT * noise else 0.0)
        if math.isnan(self.step):
            self.secant = max(abs(low - self.at) / below, abs(high - self.at) / above)
        self.step = max(below, above)
        self.central.add((high - low) / (below + above), 0.5 * (below + above), noise)
        if len(self.offsets) >= FEWEST_ROWS:
            self.done = self._is_settled(noise)

    def _is_settled(self, noise: float) -> bool:
        """Whether smaller steps cannot change the verdict, or rounding would make them worse."""
        rounding = AMPLIFICATION[2] * noise / self.step
        wanted = 0.05 * (self.rtol * abs(self.central.value) + self.atol)
        if self.central.error <= max(wanted, 2.0 * rounding):
            return not self.estimate().has_kink(wanted)
        return rounding > 100.0 * self.central.error

    def _is_continuous(self) -> bool:
        """Whether the mean of two neighbours goes to f itself: as h², at a kink still as h."""
        if len(self.offsets) < FEWEST_ROWS:
            return True
        return self.offsets[-1] <= 0.5 * self.offsets[-FEWEST_ROWS]

    def estimate(self) -> Estimate:
        left, right = self.left.value, self.right.value
        sides = self.left.error + self.right.error
        value, error = self.central.value, self.central.error
        # Where the second derivative jumps, as in x·|x| at 0, central quotients are no series in
        # h², but those of each side are one in h.
        if abs(right - left) + sides < error:
            value, error = 0.5 * (left + right), abs(right - left) + sides
        return Estimate(
            value, error, left, right, sides,
            self.step, self.secant, bool(self.offsets), self._is_continuous(),
        )  # fmt: skip


def estimate_derivatives(
    function: Callable[[float], Sequence[float]],
    x: float,
    at_x: Sequence[float],
    noise: Sequence[float],
    *,
    rtol: float,
    atol: float,
    start: float,
) -> list[Estimate]:
    """The derivatives at x of all outputs of a function of one number.

    Args:
        function: Number to outputs.
        at_x: Its outputs at x itself.
        noise: The absolute rounding error in each output.
        rtol, atol: The accuracy at which refinement may stop.
        start: The first step; it is halved up to 23 times.

    >>> square = lambda x: [x * x]
    >>> [slope] = estimate_derivatives(square, 3.0, [9.0], [2e-15], rtol=1e-8, atol=0.0, start=0.3)
    >>> round(slope.value, 9)
    6.0
    """
    outputs = [_Output(value, error, rtol, atol) for value, error in zip(at_x, noise)]
    step = start
    for _ in range(MOST_ROWS):
        low, high = x - step, x + step
        # x ± step is rounded: divide by the distances that came out, if they shrink as they should.
        below, above = x - low, high - x
        if not (step and abs(below - step) + abs(above - step) <= ROUNDED * step):
            break
        for output, at_low, at_high in zip(outputs, function(low), function(high)):
            if not output.done:
                output.add(below, above, at_low, at_high)
        if all(output.done for output in outputs):
            break
        step /= RATIO
    return [output.estimate() for output in outputs]
