"""Judge: from an analytic derivative and its estimates to pass, fail or inconclusive.

Next: :mod:`autograd.check.ladders`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from autograd.check.differences import SAFETY, Estimate
from autograd.check.report import Entry, Verdict

__all__ = ["Judge"]

# No difference of a function of size F over a distance of about X resolves a derivative below
# 1e-9 F/X much better than to tell that it is next to nothing; nor does one of a function that
# rises by as much, where it is zero itself.
NEGLIGIBLE = 1e-9
RESOLVED = 2.5e-7
"""How well differences must know any other derivative, or one part in a million would pass."""


@dataclass(frozen=True)
class Judge:
    """The tolerances of a check, and the rules by which a derivative is judged."""

    rtol: float
    atol: float
    accept_subgradients: bool

    ILL_CONDITIONED: ClassVar[str] = "differences do not resolve this derivative"

    WRONG: ClassVar[str] = "wrong by"

    JUMP: ClassVar[str] = "f is not continuous here"

    def bound(self, a: float, b: float) -> float:
        """How far two derivatives may be apart."""
        return self.rtol * max(abs(a), abs(b)) + self.atol

    def is_clear_pass(self, analytic: float, estimate: Estimate) -> bool:
        """Whether one ladder of steps is enough to let this derivative pass."""
        bound = self.bound(analytic, estimate.value)
        return (
            math.isfinite(analytic)
            and abs(analytic - estimate.value) <= bound + estimate.error
            and (estimate.error <= bound or estimate.value == analytic == 0.0)
            and not estimate.has_kink(bound)
        )

    def entry(
        self,
        path: str,
        output: str,
        analytic: float,
        estimates: Sequence[Estimate],
        value: float,
        x: float,
    ) -> Entry:
        """The verdict on one derivative; ``estimates`` are of several ladders of steps."""
        # What the first ladder, on the scale of x, sees as a kink is one, even if the second, on a
        # much smaller scale, would resolve it.
        kinked = estimates[0].has_kink(self.bound(analytic, estimates[0].value))
        if (
            not kinked
            and len(estimates) > 1
            and estimates[-1].contradicts(estimates[0])
            and abs(x) < 1.0
        ):
            estimates = estimates[1:]  # the first steps were too long for so small an x
        best = min(estimates, key=lambda e: e.error)
        bound = self.bound(analytic, best.value)
        distance = abs(analytic - best.value)
        ratio = distance / bound if bound else (math.inf if distance else 0.0)
        entry = Entry(
            path, output, analytic, best.value, best.error, "inconclusive",
            ratio=ratio if ratio == ratio else math.inf,
        )  # fmt: skip
        verdict, reason = self._verdict(analytic, estimates, best, kinked, value, x)
        return replace(entry, verdict=verdict, reason=reason)

    def _verdict(
        self,
        analytic: float,
        estimates: Sequence[Estimate],
        best: Estimate,
        kinked: bool,
        value: float,
        x: float,
    ) -> tuple[Verdict, str]:
        bound = self.bound(analytic, best.value)
        if not math.isfinite(value):
            return "inconclusive", f"f is {value} here"
        if not best.finite:
            return "inconclusive", "f is not finite on both sides of this point"
        if not best.continuous:
            return "inconclusive", self.JUMP
        if kinked:
            return self._at_kink(analytic, estimates[0], bound)
        if not math.isfinite(analytic):
            settled = best.error <= 1e-3 * abs(best.value) + self.atol
            reason = f"it is {analytic}, but the differences converge"
            return ("fail", reason) if settled else ("inconclusive", f"it is {analytic}")
        distance = abs(analytic - best.value)
        negligible = NEGLIGIBLE * max(abs(value) / max(1.0, abs(x)), estimates[0].secant)
        size = max(abs(analytic), abs(best.value))
        unknown = negligible if size <= negligible else min(negligible, RESOLVED * size)
        if distance <= bound + best.error and best.error <= max(bound, unknown):
            return "pass", ""
        # All ladders have to agree that it is wrong, by more than their own errors.
        if all(abs(analytic - e.value) > bound + SAFETY * e.error for e in estimates):
            spread = max(abs(e.value - best.value) for e in estimates)
            if distance > bound + SAFETY * spread:
                part = distance / max(abs(best.value), abs(analytic))
                return (
                    "fail",
                    f"{self.WRONG} {part:.2%}" if part >= 1e-4 else f"{self.WRONG} {part:.1e}",
                )
        return "inconclusive", self.ILL_CONDITIONED

    def _at_kink(self, analytic: float, estimate: Estimate, bound: float) -> tuple[Verdict, str]:
        low, high = sorted((estimate.left, estimate.right))
        slack = bound + estimate.side_error
        if not self.accept_subgradients:
            return "inconclusive", "kink"
        if low - slack <= analytic <= high + slack:
            return "pass", "kink; a subgradient, as asked"
        return "fail", "kink; not between the slopes"

    def refined(self, entry: Entry, exact: float) -> Entry:
        """The entry in the light of the complex step's derivative: it may pass, not fail.

        Where f is so ill-conditioned, its derivative's own terms may cancel as well.
        """
        bound = self.bound(entry.analytic, exact)
        distance = abs(entry.analytic - exact)
        passed = distance <= bound
        return replace(
            entry,
            numeric=exact,
            verdict="pass" if passed else "inconclusive",
            reason="" if passed else entry.reason,
            method="complex step",
            ratio=distance / bound if bound else math.inf * bool(distance),
        )

    def symmetry(self, a: Entry, b: Entry) -> Entry:
        """A mixed second derivative against its mirror image, as an entry of its own."""
        bound = self.bound(a.analytic, b.analytic) + a.error + b.error
        distance = abs(a.analytic - b.analytic)
        clear = "inconclusive" not in (a.verdict, b.verdict)
        verdict: Verdict = "pass" if distance <= bound else "fail" if clear else "inconclusive"
        return Entry(
            f"{a.path} and {b.path}", "symmetry", a.analytic, b.analytic, a.error + b.error,
            verdict, "" if verdict == "pass" else "mixed derivatives differ",
            method="symmetry", ratio=distance / bound if bound else math.inf * bool(distance),
            order=2,
        )  # fmt: skip
