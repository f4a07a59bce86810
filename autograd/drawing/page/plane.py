"""Plane: what a model of two inputs says of every point of a plane, and the data on it.

What outputs say is recorded like the model itself, as shades: so a page computes them from the same
program, and Python from the same graph. Next: :mod:`autograd.drawing.page.shading` draws them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from typing import Any

from autograd.drawing.formats.style import CLASSES
from autograd.drawing.page.javascript import Script
from autograd.drawing.page.lowered import leaves_of, lowered
from autograd.engine.modes import enable_grad
from autograd.engine.value import Value
from autograd.errors import InputTypeError, InputValueError
from autograd.functions.elementary import exp, maximum, minimum, tanh
from autograd.functions.sequences import softmax
from autograd.nested import Nest

__all__ = ["Plane"]

MARGIN = 0.15
CELLS = 32
"""Cells along a side of a surface that Python computes; a page takes more."""

# From -1 to 1, of one output: by what it is, and the middle and half the range of its targets.
ONE_BY_ONE: Mapping[str, Callable[[Any, float, float], Any]] = {
    "logit": lambda z, _middle, _half: tanh(z * 0.5),
    "probability": lambda p, _middle, _half: maximum(minimum(2.0 * p - 1.0, 1.0), -1.0),
    "margin": lambda z, _middle, _half: tanh(z),
    "number": lambda z, middle, half: tanh((z - middle) / (half or 1.0)),
}
# The share of each class, of all outputs.
TOGETHER: Mapping[str, Callable[[Sequence[Any]], Sequence[Any]]] = {
    "classes": softmax,
    "log-probabilities": lambda logs: [exp(x) for x in logs],
}


class Plane:
    """What a model of two inputs says of every point of the plane, under its data.

    ``model`` is called once, with two Values, and returns a Value or a sequence of them; the plane
    follows what its other leaves are later. ``Recorder(loss, plane=…)`` films it.

    Args:
        model: A function of a list of two Values.
        X: Rows of two numbers.
        y: A target for each row: a number, a class's index, or a number for each output.
        meaning: What an output says: a "logit" (above 0 is blue), a "probability" (above a half),
            a "margin" (above 0) or a "number" (above the middle of the targets); or all together,
            "classes" by the largest logit, or "log-probabilities". By default one output is a
            logit, and several are classes.

    Raises:
        InputTypeError: The model returns no Value.
        InputValueError: X has other than two columns, y another length, or ``meaning`` is unknown.

    >>> from autograd import Value
    >>> w = Value(2.0, "w")
    >>> plane = Plane(lambda row: w * row[0] - row[1], [[0.0, 1.0], [1.0, 0.0]], [0, 1])
    >>> plane
    <Plane of 2 points, 1 output as logit>
    """

    def __init__(
        self,
        model: Callable[[list[Value]], Nest],
        X: Iterable[Iterable[float]],
        y: Iterable[Nest],
        *,
        meaning: str | None = None,
    ) -> None:
        self.rows = [[float(x) for x in row] for row in X]
        truths = [_listed(truth) for truth in y]
        if not self.rows or any(len(row) != 2 for row in self.rows):
            raise InputValueError("a plane takes rows of two numbers, at least one")
        if len(truths) != len(self.rows):
            raise InputValueError(f"a plane of {len(self.rows)} rows got {len(truths)} targets")
        self.inputs = [Value(self.rows[0][0], "x1"), Value(self.rows[0][1], "x2")]
        with enable_grad():
            self.outputs: Any = model(list(self.inputs))
            listed = _listed(self.outputs)
            if not listed or not all(isinstance(z, Value) for z in listed):
                raise InputTypeError(
                    f"the model of a plane returns a Value or several, but got {self.outputs!r:.80}"
                )
            self.meaning = meaning or ("logit" if len(listed) == 1 else "classes")
            if self.meaning not in (*ONE_BY_ONE, *TOGETHER):
                known = ", ".join((*ONE_BY_ONE, *TOGETHER))
                raise InputValueError(f"meaning= is one of {known}; got {meaning!r}")
            self.exclusive = self.meaning in TOGETHER
            middles, halves = _ranges(truths, len(listed))
            if self.exclusive:
                self.shades = list(TOGETHER[self.meaning](listed))
            else:
                shade = ONE_BY_ONE[self.meaning]
                self.shades = [shade(*given) for given in zip(listed, middles, halves)]
        self.sides = [self._side(truth, middles) for truth in truths]
        inputs = set(self.inputs)
        self.leaves = [x for x in leaves_of(self.shades) if x not in inputs]
        columns = list(zip(*self.rows))
        spans = [(min(c), max(c), MARGIN * ((max(c) - min(c)) or 1.0)) for c in columns]
        self.bounds = [(low - margin, high + margin) for low, high, margin in spans]

    def __repr__(self) -> str:
        count = len(_listed(self.outputs))
        outputs = "1 output" if count == 1 else f"{count} outputs"
        return f"<Plane of {len(self.rows)} points, {outputs} as {self.meaning}>"

    def _side(self, truth: Sequence[float], middles: Sequence[float]) -> list[int]:
        """The class of an example, -1 if it is of none, or for each output 1 or -1."""
        if self.exclusive and len(truth) > 1:
            return [truth.index(max(truth)) if any(truth) else -1]
        if self.exclusive:
            return [int(truth[0])]
        return [1 if t > middle else -1 for t, middle in zip(truth, middles)]

    @property
    def colours(self) -> list[tuple[str, str]]:
        """A colour for each class, light and dark; of two sides or classes, blue is the second."""
        if self.exclusive and len(self.shades) > 2:
            return [CLASSES[k % len(CLASSES)] for k in range(len(self.shades))]
        return [CLASSES[1], CLASSES[0]]

    def numbers(self) -> list[float]:
        """What its leaves are now, for `surfaces`; the inputs are not among them."""
        return [float(leaf.data) for leaf in self.leaves]

    def own(self, main: Sequence[Value]) -> list[int]:
        """Which of its leaves' numbers a page does not have, whose own leaves are ``main``."""
        known = set(main)
        return [i for i, leaf in enumerate(self.leaves) if leaf not in known]

    def surfaces(self, moments: Sequence[Sequence[float]]) -> list[list[tuple[int, float]]]:
        """For each moment's leaves the cells, from above and the left: which colour, how strongly.

        Raises:
            MissingExtraError: NumPy is not installed.
        """
        from autograd.program import compile  # needs NumPy

        program = compile(self.shades, at=self.inputs, leaves=self.leaves)
        (left, right), (bottom, top) = self.bounds
        places = [(k + 0.5) / CELLS for k in range(CELLS)]
        grid = [
            (left + across * (right - left), top + down * (bottom - top))
            for down, across in product(places, places)
        ]
        return [
            [self._tint(shades) for shades in program(at=grid, leaves=list(leaves)).tolist()]
            for leaves in moments
        ]

    def _tint(self, shades: Sequence[float]) -> tuple[int, float]:
        if self.exclusive:
            largest = max(shades, key=lambda x: x if x == x else -1.0)
            even = 1.0 / len(shades)  # nobody knows anything there
            strength = (largest - even) / (1.0 - even) if len(shades) > 1 else largest
            return shades.index(largest), strength if math.isfinite(strength) else 0.0
        shade = shades[0] if math.isfinite(shades[0]) else 0.0
        return int(shade > 0.0), abs(shade)

    def told(self, main: Sequence[Value], script: Script) -> dict[str, Any]:
        """What a page draws it from: its program, and where the leaves' numbers are.

        ``main`` are the leaves of the page's own program; an input is -1 or -2, and a leaf that is
        in neither is None: its number is among a moment's own, in their order.
        """
        at = {leaf: i for i, leaf in enumerate(main)}
        at.update({x: -1 - k for k, x in enumerate(self.inputs)})
        program = lowered(self.shades, script)
        place = {node: i for i, node in enumerate(program.nodes)}  # by identity, not by number
        return {
            "program": program.program,
            "outputs": [place[shade] for shade in self.shades],
            "places": [at.get(leaf) for leaf in leaves_of(self.shades)],
            "bounds": self.bounds,
            "exclusive": self.exclusive,
            "colours": self.colours,
        }


def _listed(given: Nest) -> list[Any]:
    """A number or a sequence of them, out of an array too, as a list."""
    given = given.tolist() if hasattr(given, "tolist") else given
    return list(given) if isinstance(given, (list, tuple)) else [given]


def _ranges(truths: Sequence[Sequence[float]], count: int) -> tuple[list[float], list[float]]:
    """For each output the middle of its targets and half of their range."""
    columns = [[float(truth[k % len(truth)]) for truth in truths] for k in range(count)]
    middles = [(min(column) + max(column)) / 2 for column in columns]
    return middles, [(max(column) - min(column)) / 2 for column in columns]
