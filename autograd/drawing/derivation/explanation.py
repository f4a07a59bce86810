"""explain: why a derivative is what it is, as the chain rule written out along each path.

The numbers come from :mod:`autograd.drawing.derivation.paths`, and so from the same local
derivatives as in a backward pass; :mod:`autograd.drawing.derivation.factors` reads a path as
factors between named Values.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from autograd.drawing.derivation.aliases import legend
from autograd.drawing.derivation.factors import Reader
from autograd.drawing.derivation.latex import LATEX
from autograd.drawing.derivation.notation import TEXT
from autograd.drawing.derivation.paths import Paths, find_paths
from autograd.drawing.derivation.terms import Term, written
from autograd.drawing.formats.text import number
from autograd.engine.backward import adjoints
from autograd.engine.value import Value
from autograd.errors import InputTypeError, InputValueError
from autograd.reals import shown

__all__ = ["Explanation", "explain"]


def explain(y: Value, x: Value, *, paths: int = 5) -> Explanation:
    """The derivative of y by x as a sum over the paths from x to y, the largest terms first.

    Each path is a product of local derivatives, one factor between one named Value and the next;
    print the result, or let a notebook show it as formulas. It needs no backward pass, changes
    nothing, and keeps the numbers of the moment. ``draw(y, highlight=explain(y, x))`` shows the
    paths in a picture.

    Args:
        y: The result.
        x: Any Value that it was computed from.
        paths: How many paths to write out at most. All are counted, and the sum is over all.

    Raises:
        InputTypeError: y or x is no Value, or ``paths`` no int.
        InputValueError: ``paths`` is below 1.
        StaleGraphError: A leaf changed after the graph was recorded.

    >>> from autograd import Value, sigmoid
    >>> w, x, t = Value(2.0, "w"), Value(0.5, "x"), Value(1.0, "t")
    >>> z = w * x
    >>> z.name = "z"
    >>> y = sigmoid(z)
    >>> y.name = "y"
    >>> E = 0.5 * (t - y) ** 2
    >>> E.name = "E"
    >>> explain(E, w)
    dE/dw = dE/dy · dy/dz · dz/dw
          = −(t−y) · y(1−y) · x
          = −0.2689 · 0.1966 · 0.5
          = −0.02644
    """
    for role, value in (("y", y), ("x", x)):
        if not isinstance(value, Value):
            raise InputTypeError(
                f"explain takes two Values, but {role} is {type(value).__name__} {shown(value, 99)}"
            )
    if type(paths) is not int:
        raise InputTypeError(f"paths is an int, but got {type(paths).__name__}")
    if paths < 1:
        raise InputValueError(f"explain shows at least one path, but paths is {paths}")
    return Explanation(y, x, find_paths(y, x, paths), adjoints([y], [1.0]).get(x, 0.0))


class Explanation:
    """A derivative as a sum over paths; iterates over the paths shown, each a sequence of Values.

    ``gradient`` is the derivative, the sum over all ``count`` paths, of which ``blocked`` contain
    a local derivative of zero; ``share`` is the part that the paths shown have in the sum of all
    magnitudes, from 0 to 1, or None where that sum is zero or not finite.

    >>> from autograd import Value
    >>> x = Value(3.0, "x")
    >>> found = explain(x * x + x, x)
    >>> found.gradient, found.count, [term.contribution for term in found]
    (7.0, 3, [3.0, 3.0, 1.0])
    """

    def __init__(self, y: Value, x: Value, paths: Paths, gradient: float) -> None:
        between = (step.operand for path in paths.shown for step in path.steps)
        reader = Reader(y, x, {str(node.name) for node in between if node.name})
        self.gradient = gradient
        self.count = paths.total
        self.blocked = paths.blocked
        self.result, self.input = reader.result, reader.input
        self._terms = [Term(path, y, reader) for path in paths.shown]
        self.legend = dict(reader.legend)
        self._aliases = reader.aliases
        self.share = _share(self._terms, paths.magnitude)
        self._held = float(x.grad) if x.grad_computed else None

    def __len__(self) -> int:
        return len(self._terms)

    def __getitem__(self, index: int) -> Term:
        return self._terms[index]

    def __iter__(self) -> Iterator[Term]:
        return iter(self._terms)

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        left = TEXT.derivative(self.result, self.input)
        if self.count == 1:
            lines = _equations(left, written(self._terms[0], labelled=True))
        else:
            lines = [f"{left} = {number(self.gradient)}{self._counted()}"]
            for i, term in enumerate(self._terms, 1):
                route = " ← ".join(term.route)
                lines += ["", f"{i}. {route}", *_equations("  ", written(term, labelled=False))]
            lines += self._sum()
        lines += self._remarks()
        text = "\n".join(lines)
        used = [one for one in self._aliases if re.search(rf"{one}(?![₀-₉,])", text)]
        told = [f"{label} is {what}" for label, what in self._legend(text)]
        return "\n".join([text, *told, *legend(used)])

    def _legend(self, text: str) -> list[tuple[str, str]]:
        """The entries that a text refers to."""
        return [
            (label, what)
            for label, what in self.legend.items()
            if re.search(rf"{label}(?!\d)", text)
        ]

    def _counted(self) -> str:
        if not self.count:
            return f": {self.result} does not depend on {self.input}"
        return f", the sum over {_how_many(self.count)} paths, the largest terms first"

    def _sum(self) -> list[str]:
        """What the terms add up to, and what is known of those not shown."""
        if not self._terms:
            return []
        terms = [term.contribution for term in self._terms]
        hidden = self.count - len(self._terms)
        if hidden:
            terms.append(self._rest())
        total = _summed(terms) + (f" (the {_how_many(hidden)} others)" if hidden else "")
        lines = ["", f"Sum: {total} = {number(self.gradient)}"]
        if hidden and self.share is not None:
            lines.append(f"The paths shown carry {self.share:.1%} of the sum of all magnitudes.")
        return lines

    def _rest(self) -> float:
        return self.gradient - math.fsum(term.contribution for term in self._terms)

    def _remarks(self) -> list[str]:
        remarks = []
        if self.blocked:
            paths = "path is" if self.blocked == 1 else "paths are"
            remarks.append(f"{_how_many(self.blocked)} {paths} blocked by a local derivative of 0.")
        if self._held is not None and abs(self._held - self.gradient) > 1e-9 * abs(self.gradient):
            remarks.append(
                f"{self.input}.grad holds {number(self._held)}: gradients of leaves accumulate, "
                "and another result or pass has added to it."
            )
        return remarks

    @property
    def latex(self) -> str:
        """The same as LaTeX, an ``aligned`` block for math mode."""
        left = LATEX.derivative(self.result, self.input)
        if self.count == 1:
            rows = [rf"&= {row}" for row in written(self._terms[0], labelled=True, style=LATEX)]
        else:
            rows = []
            for i, term in enumerate(self._terms):
                formula = written(term, labelled=False, style=LATEX)[0].replace(" && ", " ")
                route = r" \leftarrow ".join(map(LATEX.name, term.route))
                value = LATEX.number(term.contribution)
                sign = r"&\;+ " if i else "&= "
                rows.append(rf"{sign}\underbrace{{{formula}}}_{{{value}}} \qquad ({route})")
            if self.count > len(self._terms) > 0:
                hidden = _how_many(self.count - len(self._terms))
                rest = LATEX.number(self._rest())
                rows.append(
                    rf"&\;+ \underbrace{{\cdots}}_{{{rest}}} \qquad (\text{{{hidden} others}})"
                )
            rows.append(rf"&= {LATEX.number(self.gradient)}")
        rows[0] = f"{left} {rows[0]}"
        for label, what in self._legend("\n".join(rows).replace("\\#", "#")):
            rows.append(rf"&\quad {LATEX.name(label)}\ {LATEX.name(f'is {what}')}")
        return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"

    def _repr_latex_(self) -> str:
        return f"$$\n{self.latex}\n$$"


def _equations(left: str, right: list[str]) -> list[str]:
    """One equation over several lines, the equals signs below each other."""
    return [f"{left if i == 0 else ' ' * len(left)} = {line}" for i, line in enumerate(right)]


def _summed(numbers: Sequence[float]) -> str:
    """Numbers with the signs of a sum between them: 1 − 2 + 3."""
    text = number(numbers[0])
    for x in map(number, numbers[1:]):
        text += f" − {x[1:]}" if x.startswith("−") else f" + {x}"
    return text


def _how_many(count: int) -> str:
    """A count in full while it can be read, then in powers of ten: 2^10000 has 3011 digits."""
    if count < 10**15:
        return f"{count:,}"
    exponent = math.log10(count)
    return f"about {10 ** (exponent % 1):.2f}e{int(exponent)}"


def _share(terms: list[Term], magnitude: float) -> float | None:
    if magnitude == 0.0 or not math.isfinite(magnitude):
        return None
    return min(1.0, math.fsum(abs(term.contribution) for term in terms) / magnitude)
