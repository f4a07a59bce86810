"""property_test: search the domain of a function for a point where its derivative is wrong.

Next: :mod:`autograd.check.checker`.
"""

from __future__ import annotations

import functools
import inspect
import re
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from autograd.check.checker import gradcheck
from autograd.check.report import GradientReport
from autograd.check.subject import Subject
from autograd.engine.backward import backward
from autograd.engine.value import Value
from autograd.errors import GradientError, InputTypeError, InputValueError
from autograd.testing.binding import Binding, bound
from autograd.testing.reproduction import imports_of
from autograd.testing.strategies import hypothesis_module, safe_floats

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from hypothesis.strategies import SearchStrategy

    from autograd.nested import Nest

__all__ = ["property_test"]

Domain: TypeAlias = "tuple[float, float] | list[Domain] | SearchStrategy[Nest]"
"""What a number, or a list of numbers, is drawn from."""
EXAMPLES = 100
SELDOM = 0.5
"""The part of inconclusive points from which on a property test says that it tests little."""


def property_test(
    f: Callable[..., Nest] | None = None,
    /,
    *,
    examples: int = EXAMPLES,
    order: int = 1,
    accept_subgradients: bool = False,
    **domain: Domain,
) -> Any:
    """A test that checks f's derivatives at many points of a domain and reports the simplest bad.

    Args:
        f: A function of numbers, as for ``gradcheck``; or none, for use as a decorator.
        examples: How many points to try.
        order, accept_subgradients: As for ``gradcheck``.
        domain: For each argument of f, by its name, a pair ``(low, high)``, a list of such pairs
            for a list of numbers, or any strategy of Hypothesis.

    Returns:
        A function without arguments, which pytest runs as a test if its name begins with
        ``test_``; its ``.function`` is f. It raises GradientError with the shrunk point, the
        report, a program that reproduces it, and the graph with its numbers. Inconclusive points
        are skipped, but if half of them are, the test fails and says so.

    Raises:
        InputTypeError, InputValueError: A domain is missing, not understood, or of no argument.

    >>> from autograd import log
    >>> test_log_of_square = property_test(lambda x: log(x * x), x=(0.1, 10.0))
    >>> test_log_of_square()
    """
    if f is None:
        return functools.partial(
            property_test,
            examples=examples,
            order=order,
            accept_subgradients=accept_subgradients,
            **domain,
        )
    if not callable(f):
        raise InputTypeError(f"property_test takes a function, but got {type(f).__name__}")
    if not domain:
        raise InputValueError("property_test needs the domain of each argument, such as x=(0, 1)")
    hypothesis = hypothesis_module()
    binding = bound(f, [*domain])
    strategies = {name: _strategy(name, given) for name, given in domain.items()}
    tally = {"tried": 0, "inconclusive": 0}
    function = f
    home = sys._getframe(1).f_globals.get("__name__", "")  # where a custom_op has its name

    called = binding.caller(f)

    def check(**drawn: Nest) -> None:
        point = {name: drawn[name] for name in binding.names}
        report = gradcheck(
            called, *point.values(), order=order, accept_subgradients=accept_subgradients
        )
        tally["tried"] += 1
        tally["inconclusive"] += report.verdict == "inconclusive"
        if report.verdict == "fail":
            raise GradientError(_account(function, binding, home, point, report, order))

    settings = hypothesis.settings(
        max_examples=examples,
        deadline=None,
        database=None,
        print_blob=False,
        # To explain a failure, Hypothesis would name lines of this package.
        phases=[phase for phase in hypothesis.Phase if phase is not hypothesis.Phase.explain],
    )
    searched = settings(hypothesis.given(**strategies)(check))

    def run() -> None:
        tally.update(tried=0, inconclusive=0)
        try:
            searched()
        except GradientError as error:  # its message says all; how it came about, nothing
            raise error.with_traceback(None) from None
        if tally["inconclusive"] >= SELDOM * tally["tried"]:
            raise GradientError(
                f"of {tally['tried']} points in the domain {domain}, {tally['inconclusive']} were "
                "inconclusive: choose a domain inside f's own, away from kinks"
            )

    run.__name__ = run.__qualname__ = getattr(f, "__name__", "property")
    run.__doc__ = f.__doc__
    run.__module__ = f.__module__
    run.function = f  # type: ignore[attr-defined]
    return run


def _strategy(name: str, given: Domain) -> Any:
    """The strategy that a domain stands for."""
    hypothesis = hypothesis_module()
    if isinstance(given, hypothesis.strategies.SearchStrategy):
        return given
    if isinstance(given, list):
        return hypothesis.strategies.tuples(*(_strategy(name, g) for g in given)).map(list)
    if isinstance(given, tuple) and len(given) == 2:
        return safe_floats(*given)
    raise InputTypeError(
        f"the domain of {name!r} is a pair (low, high), a list of pairs or a strategy, "
        f"but got {given!r}"
    )


def _account(
    f: Callable[..., Nest],
    binding: Binding,
    home: str,
    point: Mapping[str, Nest],
    report: GradientReport,
    order: int,
) -> str:
    """What went wrong, how to see it again, and the graph."""
    at = ", ".join(f"{name}={x!r}" for name, x in point.items())
    inputs = ", ".join(repr(x) for x in point.values())
    option = "" if order == 1 else f", order={order}"
    name, source = _source_of(f, home)
    program = f"{source}\n\nprint(autograd.gradcheck({binding.source(name)}, {inputs}{option}))"
    return "\n\n".join(
        [
            f"a derivative of {getattr(f, '__name__', f)} is wrong at {at}",
            str(report),
            "To reproduce:\n\n" + textwrap.indent(program, "    "),
            "The graph there:\n\n" + textwrap.indent(_graph(binding.caller(f), point), "    "),
        ]
    )


def _source_of(f: Callable[..., Nest], home: str) -> tuple[str, str]:
    """A name for f, and the lines that define it: an import where that is possible."""
    for module in (sys.modules.get(name) for name in (f.__module__, home)):
        # What was typed into a notebook or a prompt is in no file to import from.
        if module is None or (module.__name__ == "__main__" and not _file_of(module)):
            continue
        for name, thing in [*vars(module).items()]:
            if thing is f or getattr(thing, "function", None) is f:
                call = name if thing is f else f"{name}.function"
                return call, f"import autograd\nfrom {_importable(module)} import {name}"
    try:
        source = textwrap.dedent(inspect.getsource(f)).strip()
    except (OSError, TypeError):
        source = repr(f)
    name = getattr(f, "__name__", "f")
    # Without its decorators: property_test may be one of them.
    if definition := re.search(rf"^def {re.escape(name)}\(.*", source, re.DOTALL | re.MULTILINE):
        source = definition[0]
        return name, f"{imports_of(source)}\n\n# with the names that it uses:\n{source}"
    # A lambda, or a rule of a custom_op: it stands in the midst of other code.
    return "f", f"import autograd\n\n# f is {name}, made here:\n{textwrap.indent(source, '# ')}"


def _importable(module: ModuleType) -> str:
    """The name under which another program imports a module, a script's file included."""
    if module.__name__ == "__main__":
        return Path(_file_of(module)).stem
    return module.__name__


def _file_of(module: ModuleType) -> str:
    return getattr(module, "__file__", None) or ""


def _graph(f: Callable[..., Nest], point: Mapping[str, Nest]) -> str:
    """The graph of f's first result, drawn with numbers and gradients."""
    from autograd.drawing import draw

    subject = Subject(f, tuple(point.values()))
    leaves, outputs = subject.call(subject.point)
    roots = [y for y in outputs if isinstance(y, Value)]
    # A module's parameters are the user's own: they get back the names and gradients they had.
    kept = [(leaf, leaf.name, leaf.grad if leaf.grad_computed else None) for leaf in leaves]
    try:
        for leaf, path in zip(leaves, subject.paths):
            leaf.name = leaf.name or path
        backward(roots[:1])
        return str(draw(roots[0])) if roots else "(the result is a constant)"
    finally:
        for leaf, name, grad in kept:
            leaf.name, leaf.grad = name, grad
