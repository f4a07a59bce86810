"""Random formulas over the whole table of primitives, repaired so that all is smooth and finite.

A formula is drawn as instructions, each an operation and two indices that count back from the
newest value. Where an operand would lie outside the operation's domain or beside a kink, a shift
is put in before it: nothing is thrown away, so small instructions stay small formulas. Next:
:mod:`autograd.testing.strategies`, which draws the instructions.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from autograd.engine.record import record
from autograd.ops.op import OPS, Op
from autograd.testing.reproduction import formula_source

if TYPE_CHECKING:
    from autograd.nested import Nest

__all__ = ["Formula", "Instruction", "Step", "formula_of", "random_formula"]

Instruction = tuple[str, int, int]
"""An operation and two indices: 0 is the newest value, 1 the one before it."""

# Operands are kept this small, so that derivatives of long formulas stay moderate.
LARGEST = 2.0
MARGIN = 0.1
LITERALS = (0.5, 2.0, -1.0, 3.0)
# A kink is nearer than REACH if a derivative moves by more than JUMP of its size within it; what
# is smooth moves by about as much as REACH. A value that moves by STEP is one.
REACH = 0.02
JUMP = 0.04
STEP = 0.5
DIGITS = 3


@dataclass(frozen=True)
class Step:
    """One operation: operands are floats, or places in the list of inputs and earlier results."""

    op: str
    operands: tuple[int | float, ...]
    drawn: bool = True


@dataclass(frozen=True)
class Formula:
    """A straight-line program over the primitives, and a point in the midst of its domain.

    Call it with floats or Values. ``operations`` counts the drawn steps, without the shifts and
    the final sum of what no step uses.

    >>> formula = formula_of([("mul", 0, 1), ("log", 0, 0)], (1.5, -1.5))
    >>> print(formula)
    def f(x0, x1):
        t2 = x1 * x0
        t3 = t2 + 2.618
        t4 = autograd.log(t3)
        return t4
    >>> round(formula(1.5, -1.5), 6)
    -0.999672
    """

    point: tuple[float, ...]
    steps: tuple[Step, ...]

    def __call__(self, *inputs: Nest) -> Any:
        """The formula's value: a Value if one of the inputs is."""
        return self.values(inputs)[-1]

    def values(self, inputs: Sequence[Nest]) -> list[Any]:
        """The inputs and the result of every step; the last is that of the formula."""
        values = list(inputs)
        for step in self.steps:
            operands = tuple(values[x] if isinstance(x, int) else x for x in step.operands)
            values.append(record(OPS[step.op], operands))
        return values

    @property
    def operations(self) -> int:
        """How many operations were drawn."""
        return len([step for step in self.steps if step.drawn])

    def __str__(self) -> str:
        return formula_source(len(self.point), [(s.op, s.operands) for s in self.steps])


def formula_of(
    instructions: Sequence[Instruction], point: Sequence[float], *, kinks: bool = False
) -> Formula:
    """The formula of these instructions at a point, with shifts where operands need them.

    ``kinks=True`` leaves operands beside kinks, and ties, as they are drawn.

    >>> formula_of([("sin", 0, 0), ("mul", 0, 0)], [0.5]).steps
    (Step(op='sin', operands=(0,), drawn=True), Step(op='mul', operands=(1, 1), drawn=True))
    """
    builder = _Builder(point, kinks)
    for name, first, second in instructions:
        builder.apply(OPS[name], first, second)
    return builder.finish()


def random_formula(
    rng: Random, *, operations: int, inputs: int = 3, names: Sequence[str] | None = None
) -> Formula:
    """A formula from a generator: as many operations, each drawn alike from the table.

    >>> random_formula(Random(1), operations=20).operations
    20
    """
    names = names or drawable()
    point = [round(rng.uniform(-LARGEST, LARGEST), DIGITS) for _ in range(inputs)]
    # Newer values are likelier, which makes formulas deep; older ones make them share.
    span = operations + inputs
    return formula_of(
        [
            (rng.choice(names), int(rng.random() ** 3 * span), int(rng.random() ** 2 * span))
            for _ in range(operations)
        ],
        point,
    )


def drawable() -> list[str]:
    """The primitives that differences can check: of all but one, whose derivative is told."""
    return [name for name in OPS if name != "stop_gradient"]


class _Builder:
    """Instructions become steps, while the numbers at the point are followed."""

    def __init__(self, point: Sequence[float], kinks: bool) -> None:
        self.point = tuple(float(x) for x in point)
        self.data = list(self.point)
        self.kinks = kinks
        self.steps: list[Step] = []
        self.unused: dict[int, None] = {}
        self.steady: set[int] = set()

    def apply(self, op: Op, first: int, second: int) -> None:
        """Add one drawn operation, and the shifts that its operands need."""
        indices = self._indices(op, first, second)
        # polygamma's order and doubt's condition are literals; one operand at least is a value.
        main = next(i for i, (low, high) in enumerate(op.sample) if low < high)
        operands = [self._operand(index, literal=i != main) for i, index in enumerate(indices)]
        for place, x in enumerate(operands):
            operands[place] = self._in_range(x, op.sample[place], op, place, second)
        # Norms are smooth but for the origin, and angles but for their cut along an axis.
        at_axis = any(abs(self._number(x)) < 5 * REACH for x in operands)
        if not self.kinks and (at_axis or not op.smooth):
            self._avoid_kink(op, operands)
        self._add(Step(op.name, tuple(operands)))

    def finish(self) -> Formula:
        """The formula: its result is the sum of all results that nothing else uses."""
        ends = [*self.unused] or [len(self.data) - 1]
        if len(ends) > 1 or not self.steps:
            self._add(Step("sum", tuple(ends), drawn=False))
        return Formula(self.point, tuple(self.steps))

    def _indices(self, op: Op, first: int, second: int) -> tuple[int, ...]:
        """As many indices as the operation has operands, from two."""
        return (first, second, first + 1, second + 1)[: len(op.sample)]

    def _operand(self, index: int, *, literal: bool) -> int | float:
        """The value so many back; the first operand is never a literal, so that it is a node."""
        count = len(self.data)
        if not literal:
            return count - 1 - index % count
        return count - 1 - index if index < count else LITERALS[(index - count) % len(LITERALS)]

    def _number(self, x: int | float) -> float:
        return self.data[x] if isinstance(x, int) else x

    def _in_range(
        self, x: int | float, sample: tuple[float, float], op: Op, place: int, index: int
    ) -> int | float:
        """The operand, shifted into the middle of the operation's range if it lies outside."""
        low, high = _working_range(sample)
        if low == high:
            return float(index % 3) if op.name == "polygamma" else low  # its order; no doubt
        number = self._number(x)
        if low <= number <= high or (op.name == "where" and place == 0):
            return x
        target = min(max(number, low + 0.1 * (high - low)), high - 0.1 * (high - low))
        return self._shifted(x, target - number)

    def _shifted(self, x: int | float, distance: float) -> int | float:
        distance = round(distance, DIGITS)
        if isinstance(x, float):
            return x + distance
        return self._add(Step("add", (x, distance), drawn=False))

    def _avoid_kink(self, op: Op, operands: list[int | float]) -> None:
        """Shift an operand or two so far that none is within reach of a kink."""
        numbers = [self._number(x) for x in operands]
        if op.name == "where" and (isinstance(operands[0], float) or operands[0] in self.steady):
            return  # the condition is a comparison's result, which does not move
        for shift in _shifts(len(operands)):
            moved = [x + distance for x, distance in zip(numbers, shift)]
            ranges = map(_working_range, op.sample)
            inside = all(
                low <= x <= high or not distance
                for x, distance, (low, high) in zip(moved, shift, ranges)
            )
            if inside and not beside_kink(op, moved):
                for place, distance in enumerate(shift):
                    if distance:
                        operands[place] = self._shifted(operands[place], distance)
                return

    def _add(self, step: Step) -> int:
        op = OPS[step.op]
        numbers = [self._number(x) for x in step.operands]
        partials = op.local(*numbers)
        for x, partial in zip(step.operands, partials):
            if isinstance(x, int) and partial is not None:
                self.unused.pop(x, None)
        self.steps.append(step)
        self.data.append(op.evaluate(*numbers))
        self.unused[len(self.data) - 1] = None
        if all(partial is None for partial in partials):
            self.steady.add(len(self.data) - 1)
        return len(self.data) - 1


def _shifts(count: int) -> Iterator[list[float]]:
    """How far to move each of so many operands: none, the first, another one, or two."""
    sizes = [sign * size for size in (0.1, 0.23, 0.37, 0.61, 1.1, 1.7) for sign in (1, -1)]
    yield [0.0] * count
    for place, size in itertools.product(range(count), sizes):
        yield [size if i == place else 0.0 for i in range(count)]
    for (first, second), a, b in itertools.product(
        itertools.combinations(range(count), 2), sizes, sizes
    ):
        yield [a if i == first else b if i == second else 0.0 for i in range(count)]


def _working_range(sample: tuple[float, float]) -> tuple[float, float]:
    """The part of a primitive's declared range in which operands are kept."""
    low, high = max(sample[0], -LARGEST), min(sample[1], LARGEST)
    margin = MARGIN * (high - low)
    return low + margin, high - margin


def beside_kink(op: Op, operands: Sequence[float]) -> bool:
    """Whether a derivative or the value of the primitive jumps within reach of these operands."""
    value, partials = op.evaluate(*operands), _partials(op, operands)
    # Equality jumps at a tie only, which no step of one size would hit.
    ties = [[y for y in operands if 0.0 < abs(x - y) < REACH] for x in operands]
    nearby = [(x - REACH, x, x + REACH, *tied) for x, tied in zip(operands, ties)]
    for corner in itertools.product(*nearby):
        if abs(op.evaluate(*corner) - value) > STEP:
            return True
        for p, q in zip(partials, _partials(op, corner)):
            if abs(p - q) > JUMP * max(abs(p), abs(q), 1.0):
                return True
    return False


def _partials(op: Op, operands: Sequence[float]) -> list[float]:
    return [p for p in op.local(*operands) if p is not None]
