"""Constants of a tape while it grows: each number once, at a negative slot.

Next: :mod:`autograd.program.tape.lower`, the first to ask for some.
"""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["Constants"]


class Constants:
    """Numbers in the order of their slots -1, -2, …; the same number has the same slot.

    >>> constants = Constants([2.0])
    >>> constants.slot(0.5), constants.slot(2.0), constants.slot(-0.0), constants.slot(0.0)
    (-2, -1, -3, -4)
    """

    __slots__ = ("_given", "_slots", "numbers")

    def __init__(self, given: Iterable[float] = ()) -> None:
        self.numbers = list(given)
        self._given = len(self.numbers)
        self._slots: dict[float | str, int] | None = None  # made when first needed: few ask

    def slot(self, number: float) -> int:
        """Where a number stands; it is appended if it stands nowhere yet."""
        if self._slots is None:
            self._slots = {_key(x): -1 - i for i, x in enumerate(self.numbers[: self._given])}
        key = _key(number)
        slot = self._slots.get(key)
        if slot is None:
            self._slots[key] = slot = self.apart(number)
        return slot

    def apart(self, number: float) -> int:
        """The slot of a number that nobody shares: another will stand there in its place."""
        self.numbers.append(number)
        return -len(self.numbers)


def _key(number: float) -> float | str:
    """What two constants have in common that are the same; -0.0 and 0.0 are not, two NaNs are."""
    return number if number and number == number else repr(number)
