"""Ladders of shrinking steps: as many as it takes to judge a derivative, and a second look.

Next: :mod:`autograd.check.checker`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from autograd.check.differences import EPSILON, SAFETY, Estimate, estimate_derivatives
from autograd.check.report import Entry
from autograd.check.second_look import CLOSE, is_flat, is_rough, noise_of
from autograd.check.verdicts import Judge

__all__ = ["doubted", "estimates_of", "is_hidden"]

# The first steps, as parts of the scale of x. They are no round numbers, so that a periodic f is
# not sampled in step with its period. If the first does not settle the matter, the next ones look
# closer; a verdict of "fail" needs the agreement of two.
STARTS = (0.0713, 0.00931)
NEAR = 0.05
"""How near a slope is to that of a close look, as a part of how far the others are from it."""
INACCURATE = 100.0
"""How many times its rounding error f may be off before it counts as less accurate than floats."""


def estimates_of(
    along: Callable[[float], list[float]],
    x: float,
    at: list[float],
    noise: list[float],
    judge: Judge,
    analytic: list[float],
) -> list[list[Estimate]]:
    """Estimates from one ladder of steps, or from several where the first leaves a doubt."""
    scales = [STARTS[0] * max(1.0, abs(x)), STARTS[1] * (abs(x) or 1.0)]
    runs: list[list[Estimate]] = []
    for start in scales:
        runs.append(
            estimate_derivatives(along, x, at, noise, rtol=judge.rtol, atol=judge.atol, start=start)
        )
        if all(map(judge.is_clear_pass, analytic, runs[-1])):
            break
    return runs


def doubted(
    entry: Entry,
    judge: Judge,
    along: Callable[[float], list[float]],
    x: float,
    at: list[float],
    noise: list[float],
    j: int,
    estimates: list[Estimate],
) -> Entry:
    """The entry of a derivative that looks wrong, if it does so on a second look too."""
    start = STARTS[0] * max(1.0, abs(x))

    def f(x: float) -> float:
        return along(x)[j]

    if is_flat(f, x, entry.analytic, start):
        reason = f"f is constant near here, to rounding: {judge.ILL_CONDITIONED}"
        return replace(entry, verdict="inconclusive", reason=reason)
    if is_rough(f, x, entry.analytic, start):
        reason = f"f is too rough here: {judge.ILL_CONDITIONED}"
        return replace(entry, verdict="inconclusive", reason=reason)
    known = INACCURATE * max(noise[j], EPSILON * abs(at[j]))
    seen = noise_of(f, x, entry.numeric, entry.analytic, start, known)
    if seen > known:
        noisy = [seen if k == j else n for k, n in enumerate(noise)]
        runs = estimates_of(along, x, at, noisy, judge, [entry.analytic] * len(at))
        found = [run[j] for run in runs]
        again = judge.entry(entry.path, entry.output, entry.analytic, found, at[j], x)
        if again.verdict != "fail":
            reason = f"f is good to about {seen:.0e} only: {judge.ILL_CONDITIONED}"
            return replace(again, verdict="inconclusive", reason=reason)
    for part in CLOSE:
        close = estimate_derivatives(
            along, x, at, noise, rtol=judge.rtol, atol=judge.atol, start=part * (abs(x) or 1.0)
        )[j]
        if is_hidden(entry.analytic, close, estimates):
            reason = f"f changes within {close.step:.0e}: {judge.ILL_CONDITIONED}"
            return replace(
                entry, numeric=close.value, error=close.error, verdict="inconclusive", reason=reason
            )
    return entry


def is_hidden(analytic: float, close: Estimate, estimates: list[Estimate]) -> bool:
    """Whether a close look shows that slope, or a kink with it, where others did not see it."""
    low, high = sorted((close.left, close.right))
    if close.has_kink(0.0) and low - close.side_error <= analytic <= high + close.side_error:
        return True
    apart = min(abs(close.value - e.value) for e in estimates)
    near = abs(analytic - close.value) <= max(SAFETY * close.error, NEAR * apart)
    return near and all(close.contradicts(e) for e in estimates)
