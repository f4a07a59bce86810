"""gradcheck: the derivatives that the engine gives, held against differences of the function.

Three verdicts: a derivative passes, fails, or the differences cannot tell, and then the report
says why. Next: :mod:`autograd.check.differences` for how the numbers come about,
:mod:`autograd.check.verdicts` for how they are judged.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypedDict

from autograd.check.complex_step import NotAnalyticError, complex_step
from autograd.check.differences import EPSILON, Estimate
from autograd.check.kinks import name_kink
from autograd.check.ladders import doubted, estimates_of
from autograd.check.report import Entry, GradientReport
from autograd.check.subject import Module, Subject, gradient
from autograd.check.verdicts import Judge
from autograd.engine.backward import adjoints
from autograd.engine.order import record_of
from autograd.engine.value import Value
from autograd.errors import GradientError, InputValueError, TraceError
from autograd.foreign import in_our_words, one_by_one
from autograd.ops.ieee import ARITHMETIC_ERRORS

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from autograd.nested import Nest

__all__ = ["assert_gradients", "gradcheck"]

# Extrapolated differences of well-conditioned functions are good to 1e-10 and better, so that this
# leaves a hundredfold margin on both sides: a local derivative that is wrong by 1e-6 is caught
# even where only a hundredth of the gradient passes through it.
RTOL = 1e-8
VOUCHED = 1e-2
"""How well differences must know a derivative for the complex step to supply its digits."""


@in_our_words
def gradcheck(
    f: Callable[..., Nest],
    *inputs: Nest | Module,
    order: int = 1,
    rtol: float = RTOL,
    atol: float = 0.0,
    accept_subgradients: bool = False,
) -> GradientReport:
    """Compare the derivatives of f at a point with differences of its values.

    f is called about ten times for each number of the point, rarely up to a hundred times.

    Args:
        f: A function of numbers, nested lists, tuples or arrays of them, and modules; it returns
            a number or a nesting of numbers. A module, as f or as an input, is differentiated by
            its parameters. Close over what is not to be differentiated.
        inputs: The point.
        order: 2 checks also the derivatives of the derivatives, and that mixed ones are equal.
        rtol, atol: A derivative may be off by rtol times its size plus atol, and by the estimated
            error of the differences, which is known for each.
        accept_subgradients: At a kink, let pass what lies between the one-sided derivatives.

    Returns:
        A report: true if all passed, ``.verdict`` is "pass", "fail" or "inconclusive", ``print``
        shows a table. Inconclusive are a kink within reach, a neighbour that is not finite, and
        an f so ill-conditioned, inaccurate or rough that its differences resolve no derivative. A
        derivative below 1e-9·|f/x| passes as next to nothing if differences do not contradict it.

    Raises:
        InputTypeError, InputValueError: An input holds no number, or ``order`` is not 1 or 2.

    >>> from autograd import relu
    >>> print(gradcheck(lambda x: relu(x[0]) * x[1], [0.0, 5.0]))
    gradcheck: inconclusive
    input  analytic  numeric  est. error  verdict
    x[0]   0         2.5      2.2e-15     inconclusive: kink: relu at 0; slopes 0 and 5
    x[1]   0         0        0.0e+00     pass
    """
    if order not in (1, 2):
        raise InputValueError(f"gradcheck checks order 1 or 2, but got {order!r}")
    subject = Subject(f, inputs)
    judge = Judge(rtol, atol, accept_subgradients)
    try:
        with one_by_one(
            [*map(type, inputs)] == [tuple], "give the arguments one by one, (f, x, y)"
        ):
            entries = _check(subject, judge, 1, subject.call, subject.values)
        if order == 2:
            try:
                second = _check(subject, judge, 2, subject.recorded_gradients, subject.gradients)
                entries += second
                entries += _check_symmetry(subject, judge, second)
            except TraceError as error:  # a rule that hides numbers from the recording
                unknown = Entry("", "", math.nan, math.nan, math.inf, "fail", str(error), order=2)
                entries += [
                    replace(unknown, path=path, output=label)
                    for label, path in zip(_derivative_labels(subject), subject.paths)
                ]
    finally:
        subject.restore()
    return GradientReport(entries)


class _Options(TypedDict, total=False):
    """Those of gradcheck."""

    order: int
    rtol: float
    atol: float
    accept_subgradients: bool


@in_our_words
def assert_gradients(
    f: Callable[..., Nest], *inputs: Nest | Module, **options: Unpack[_Options]
) -> None:
    """Raise GradientError unless every derivative of f at the point passes ``gradcheck``.

    An inconclusive check raises as well: move the point away from the kink, or give
    ``accept_subgradients=True``. The options are those of ``gradcheck``.

    >>> from autograd import sin
    >>> assert_gradients(lambda x, y: sin(x) * y, 2.0, 3.0)
    """
    report = gradcheck(f, *inputs, **options)
    if not report:
        raise GradientError(str(report))


Call = Callable[[Sequence[float]], tuple[list[Value], list[Any]]]


def _check(
    subject: Subject,
    judge: Judge,
    order: int,
    call: Call,
    values: Callable[[Sequence[float]], list[float]],
) -> list[Entry]:
    """Every derivative of what ``call`` records, against differences of ``values``."""
    leaves, outputs = call(subject.point)
    lost = [subject.leaves_graph(leaf) for leaf in leaves]
    at = [y.data if isinstance(y, Value) else y for y in outputs]
    again = values(subject.point)
    gradients = [gradient(y, leaves) for y in outputs]
    noise = [rounding_error(y) for y in outputs]
    reached = [record_of([y])[1] if isinstance(y, Value) else {} for y in outputs]
    labels = subject.output_paths if order == 1 else _derivative_labels(subject)
    entries = []
    for i, path in enumerate(subject.paths):

        def along(x: float, i: int = i) -> list[float]:
            point = [*subject.point[:i], x, *subject.point[i + 1 :]]
            try:
                found = values(point)
            except ARITHMETIC_ERRORS:
                return [math.nan] * len(at)
            return found if len(found) == len(at) else [math.nan] * len(at)

        runs = estimates_of(along, subject.point[i], at, noise, judge, [g[i] for g in gradients])
        for j, output in enumerate(outputs):
            estimates = [run[j] for run in runs]
            entry = judge.entry(
                path, labels[j], gradients[j][i], estimates, at[j], subject.point[i]
            )
            if not _same(again[j], at[j]):
                reason = f"f is not deterministic: {at[j]!r}, then {again[j]!r}"
                entry = replace(entry, verdict="inconclusive", reason=reason)
            elif entry.reason == judge.ILL_CONDITIONED and isinstance(output, Value):
                entry = _refined(entry, judge, output, leaves[i])
            if entry.verdict == "pass" and entry.numeric and leaves[i] not in reached[j]:
                reason = "f changes with it a little, but its graph does not depend on it"
                entry = replace(entry, verdict="inconclusive", reason=reason)
            if entry.verdict == "fail" and entry.reason.startswith(judge.WRONG):
                point = subject.point[i]
                entry = doubted(entry, judge, along, point, at, noise, j, estimates)
            if entry.reason.startswith(("kink", judge.JUMP, judge.ILL_CONDITIONED)):
                entry = _named(entry, subject, call, i, j, estimates[0])
            if lost[i]:
                reason = f"leaves the graph at {lost[i]}"
                entry = replace(entry, verdict="fail", reason=reason)
            entries.append(replace(entry, order=order))
    return entries


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


def _check_symmetry(subject: Subject, judge: Judge, second: list[Entry]) -> list[Entry]:
    """Mixed derivatives, by x after y and by y after x, held against each other."""
    found = {(e.path, e.output): e for e in second}
    labels = iter(_derivative_labels(subject))
    entries = []
    for _ in subject.output_paths:
        by = {path: next(labels) for path in subject.paths}
        for x, y in itertools.combinations(subject.paths, 2):
            entries.append(judge.symmetry(found[x, by[y]], found[y, by[x]]))
    return entries


def _derivative_labels(subject: Subject) -> list[str]:
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
