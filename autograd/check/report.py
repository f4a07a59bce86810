"""GradientReport: what a gradient check found, derivative by derivative.

Next: :mod:`autograd.check.checker`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from autograd.errors import GradientError

__all__ = ["Entry", "GradientReport", "Verdict"]

Verdict = Literal["pass", "fail", "inconclusive"]
_WORST_FIRST: dict[Verdict, int] = {"fail": 0, "inconclusive": 1, "pass": 2}
_SHOWN = 20


@dataclass(frozen=True)
class Entry:
    """One derivative: of ``output`` by the number at ``path``.

    ``error`` is the estimated error of ``numeric``, which came about by ``method``; ``reason``
    says why the verdict is not "pass", or what was waived. ``ratio`` is the disagreement in units
    of the tolerance, and ``order`` 2 for a derivative of a derivative.
    """

    path: str
    output: str
    analytic: float
    numeric: float
    error: float
    verdict: Verdict
    reason: str = ""
    method: str = "differences"
    ratio: float = 0.0
    order: int = 1


class GradientReport:
    """The verdict on a function's derivatives at a point, and the evidence, worst first.

    True if every derivative passed; ``str`` gives a table.

    >>> from autograd import gradcheck
    >>> report = gradcheck(lambda x, y: x * y, 2.0, 3.0)
    >>> report.verdict, bool(report), len(report.entries)
    ('pass', True, 2)
    """

    def __init__(self, entries: list[Entry]) -> None:
        self.entries = sorted(entries, key=lambda e: (_WORST_FIRST[e.verdict], -e.ratio))

    @property
    def verdict(self) -> Verdict:
        """That of the worst derivative: "fail", "inconclusive" or "pass"."""
        return self.entries[0].verdict if self.entries else "pass"

    def __bool__(self) -> bool:
        return self.verdict == "pass"

    def __repr__(self) -> str:
        counts = Counter(entry.verdict for entry in self.entries)
        shown = ", ".join(f"{counts[v]} {v}" for v in _WORST_FIRST if counts[v])
        return f"<GradientReport {self.verdict}: {shown}>"

    def __str__(self) -> str:
        shown = self.entries[:_SHOWN]
        rows = [["input", "output", "analytic", "numeric", "est. error", "verdict"]]
        for e in shown:
            verdict = f"{e.verdict}: {e.reason}" if e.reason else e.verdict
            numbers = [f"{e.analytic:.12g}", f"{e.numeric:.12g}", f"{e.error:.1e}"]
            rows.append([e.path, e.output or "-", *numbers, verdict])
        if len({entry.output for entry in self.entries}) == 1:
            rows = [[row[0], *row[2:]] for row in rows]
        widths = [max(map(len, column)) for column in zip(*rows)]
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
        if len(self.entries) > len(shown):
            lines.append(f"… and {len(self.entries) - len(shown)} more, none worse")
        return "\n".join([f"gradcheck: {self.verdict}", *lines])

    def raise_on_failure(self) -> GradientReport:
        """Raise GradientError, with the table, if a derivative is wrong; else return this report.

        >>> from autograd import gradcheck
        >>> gradcheck(lambda x: x**3, 2.0).raise_on_failure()
        <GradientReport pass: 1 pass>
        """
        if self.verdict == "fail":
            raise GradientError(str(self))
        return self
