"""gradcheck: the derivatives that the engine gives, held against differences of the function.

Three verdicts: a derivative passes, fails, or the differences cannot tell, and then the report
says why. Next: :mod:`autograd.check.entries`, one derivative after the other,
:mod:`autograd.check.differences` for how the numbers come about, :mod:`autograd.check.verdicts`
for how they are judged.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypedDict

from autograd.check.entries import Checked, derivative_labels
from autograd.check.report import Entry, GradientReport
from autograd.check.subject import Module, Subject
from autograd.check.verdicts import Judge
from autograd.errors import GradientError, InputValueError, TraceError
from autograd.foreign import in_our_words, one_by_one
from autograd.reals import real

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from autograd.nested import Nest

__all__ = ["assert_gradients", "gradcheck"]

# Extrapolated differences of well-conditioned functions are good to 1e-10 and better, so that this
# leaves a hundredfold margin on both sides: a local derivative that is wrong by 1e-6 is caught
# even where only a hundredth of the gradient passes through it.
RTOL = 1e-8


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

    f is called about ten times for each number of the point, a few hundred times where it looks
    wrong.

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
        InputTypeError, InputValueError: An input holds no number, ``order`` is not 1 or 2, or a
            tolerance is none.

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
    judge = Judge(_tolerance("rtol", rtol), _tolerance("atol", atol), accept_subgradients)
    try:
        with one_by_one(
            [*map(type, inputs)] == [tuple], "give the arguments one by one, (f, x, y)"
        ):
            entries = Checked(subject, judge, 1, subject.call, subject.values).entries()
        if order == 2:
            try:
                recorded = subject.recorded_gradients
                second = Checked(subject, judge, 2, recorded, subject.gradients).entries()
                entries += second
                entries += _check_symmetry(subject, judge, second)
            except TraceError as error:  # a rule that hides numbers from the recording
                unknown = Entry("", "", math.nan, math.nan, math.inf, "fail", str(error), order=2)
                entries += [
                    replace(unknown, path=path, output=label)
                    for label, path in zip(derivative_labels(subject), subject.paths)
                ]
    finally:
        subject.restore()
    return GradientReport(entries)


def _tolerance(name: str, given: float) -> float:
    number = real(given, name)
    if not number >= 0.0:
        raise InputValueError(f"{name} must be a number of 0 or more, but got {given!r}")
    return number


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


def _check_symmetry(subject: Subject, judge: Judge, second: list[Entry]) -> list[Entry]:
    """Mixed derivatives, by x after y and by y after x, held against each other."""
    found = {(e.path, e.output): e for e in second}
    labels = iter(derivative_labels(subject))
    entries = []
    for _ in subject.output_paths:
        by = {path: next(labels) for path in subject.paths}
        for x, y in itertools.combinations(subject.paths, 2):
            entries.append(judge.symmetry(found[x, by[y]], found[y, by[x]]))
    return entries
