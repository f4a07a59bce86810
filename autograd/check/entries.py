"""Entries: each derivative of a function at a point, checked, and what is known against it.

Next: :mod:`autograd.check.verdicts`, the judge.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from autograd.check.complex_step import NotAnalyticError, complex_step
from autograd.check.differences import EPSILON, Estimate
from autograd.check.kinks import name_kink
from autograd.check.ladders import doubted, estimates_of
from autograd.check.report import Entry
from autograd.check.subject import Subject, gradient
from autograd.check.verdicts import Judge
from autograd.engine.backward import adjoints
from autograd.engine.order import record_of
from autograd.engine.value import Value
from autograd.ops.ieee import ARITHMETIC_ERRORS

__all__ = ["Checked", "derivative_labels"]

VOUCHED = 1e-2
"""How well differences must know a derivative for the complex step to supply its digits."""

Call = Callable[[Sequence[float]], tuple[list[Value], list[Any]]]
Plain = Callable[[Sequence[float]], list[float]]
Along = Callable[[float], list[float]]


class Checked:
    """Every derivative of what ``call`` records, against differences of ``values``."""

    def __init__(
        self, subject: Subject, judge: Judge, order: int, call: Call, values: Plain
    ) -> None:
        self.subject, self.judge, self.order = subject, judge, order
        self.call, self.values = call, values
        self.leaves, self.outputs = call(subject.point)
        self.lost = [subject.leaves_graph(leaf) for leaf in self.leaves]
        self.at = [y.data if isinstance(y, Value) else y for y in self.outputs]
        self.again = values(subject.point)
        self.gradients = [gradient(y, self.leaves) for y in self.outputs]
        self.noise = [rounding_error(y) for y in self.outputs]
        self.reached = [record_of([y])[1] if isinstance(y, Value) else {} for y in self.outputs]
        self.labels = subject.output_paths if order == 1 else derivative_labels(subject)

    def entries(self) -> list[Entry]:
        """By each number of the arguments, of each number of the result."""
        entries = []
        for i, x in enumerate(self.subject.point):
            along = self._along(i)
            slopes = [g[i] for g in self.gradients]
            runs = estimates_of(along, x, self.at, self.noise, self.judge, slopes)
            for j in range(len(self.outputs)):
                entry = self._entry(i, j, along, [run[j] for run in runs])
                entries.append(replace(entry, order=self.order))
        return entries

    def _along(self, i: int) -> Along:
        """The results as one of the numbers moves; nan where f fails or gives fewer of them."""
        before, after = self.subject.point[:i], self.subject.point[i + 1 :]

        def along(x: float) -> list[float]:
            try:
                found = self.values([*before, x, *after])
            except ARITHMETIC_ERRORS:
                return [math.nan] * len(self.at)
            return found if len(found) == len(self.at) else [math.nan] * len(self.at)

        return along

    def _entry(self, i: int, j: int, along: Along, estimates: list[Estimate]) -> Entry:
        """The verdict on one derivative, and what else is known against it; the last one counts."""
        judge, x = self.judge, self.subject.point[i]
        at, output, leaf = self.at[j], self.outputs[j], self.leaves[i]
        path, label = self.subject.paths[i], self.labels[j]
        entry = judge.entry(path, label, self.gradients[j][i], estimates, at, x)
        if not _same(self.again[j], at):
            reason = f"f is not deterministic: {at!r}, then {self.again[j]!r}"
            entry = replace(entry, verdict="inconclusive", reason=reason)
        elif entry.reason == judge.ILL_CONDITIONED and isinstance(output, Value):
            entry = _refined(entry, judge, output, leaf)
        if entry.verdict == "pass" and entry.numeric and leaf not in self.reached[j]:
            reason = "f changes with it a little, but its graph does not depend on it"
            entry = replace(entry, verdict="inconclusive", reason=reason)
        if entry.verdict == "fail" and entry.reason.startswith(judge.WRONG):
            entry = doubted(entry, judge, along, x, self.at, self.noise, j, estimates)
        if entry.reason.startswith(("kink", judge.JUMP, judge.ILL_CONDITIONED)):
            entry = _named(entry, self.subject, self.call, i, j, estimates[0])
        if self.lost[i]:
            reason = f"leaves the graph at {self.lost[i]}"
            entry = replace(entry, verdict="fail", reason=reason)
        return entry


def _named(entry: Entry, subject: Subject, call: Call, i: int, j: int, estimate: Estimate) -> Entry:
    """The entry of a kink, or of differences that do not converge, with the node that jumps."""
    step = 1e-7 * max(1.0, abs(subject.point[i]))
    graphs = []
    paths: dict[Any, str] = {}
    for shift in (0.0, -step, step):
        point = [*subject.point]
        point[i] += shift
        try:
            leaves, outputs = call(point)
        except ARITHMETIC_ERRORS:
            return entry
        graphs.append(outputs[j])
        paths = paths or dict(zip(leaves, subject.paths))
    where = name_kink(graphs, paths)
    if entry.reason.startswith("kink"):
        slopes = f"slopes {estimate.left:.6g} and {estimate.right:.6g}"
        where = f"kink: {where or 'no single node'}; {slopes}"
        return replace(entry, reason=entry.reason.replace("kink", where, 1))
    return replace(entry, reason=f"{entry.reason}: {where}") if where else entry


def _refined(entry: Entry, judge: Judge, output: Value, leaf: Value) -> Entry:
    """Where rounding hides the digits from differences, the complex step may still tell."""
    try:
        exact = complex_step(output, leaf)
    except NotAnalyticError:
        return entry
    # It sees the graph only: differences of the function have to vouch for its first digits.
    if not abs(exact - entry.numeric) <= entry.error <= VOUCHED * abs(exact):
        return entry
    return judge.refined(entry, exact)


def derivative_labels(subject: Subject) -> list[str]:
    """A name for each derivative of each output: of what, and by what."""
    return [
        f"{f'{output} ' if output else ''}d/d{path}"
        for output in subject.output_paths
        for path in subject.paths
    ]


def rounding_error(output: Value) -> float:
    """To first order, how far rounding at every node can have moved a recorded output.

    Each operation is within a few units in the last place, and |adjoint| says how much of that
    arrives: this is what tells an ill-conditioned f, which |f| alone does not.
    """
    if not isinstance(output, Value):
        return EPSILON * abs(float(output))
    adjoint = adjoints([output], [1.0])
    total = sum(abs(g * node.data) for node, g in adjoint.items() if node.op is not None)
    size = abs(float(output.data))
    noise = EPSILON * (max(total, size) if math.isfinite(total) else size)
    return float(noise)


def _same(a: float, b: float) -> bool:
    return a == b or (a != a and b != b)
