"""Elementary functions in LLVM's language: the same operations for one number and for eight.

The C library's functions take one number at a time, ten times as long as these for a row of a
batch; and a row must not depend on the batch that it is in, so single points run the same forms. No
tables: an argument is reduced and a polynomial evaluated (the series itself, as many terms as
count, but for the logarithm's); where any lane is beyond the ordinary range, special cases are
selected. Each is within ``BOUNDS`` of the true value, in units in the last place. Reductions follow
Cody and Waite, *Software Manual for the Elementary Functions* (1980), log1p W. Kahan. Next:
:mod:`autograd.program.loop.native.emit` calls them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NamedTuple

from autograd.program.loop.native import reductions
from autograd.program.loop.native.numbers import Number, NumberWriter

__all__ = [
    "BOUNDS", "form_declarations", "form_symbol", "forms", "function_symbol",
    "library_symbol",
]  # fmt: skip

_Rule = Callable[[NumberWriter, Number], Number]

BOUNDS = {
    "exp": 1.0, "expm1": 1.5, "log": 1.0, "log1p": 1.5, "tanh": 1.5, "sin": 1.0, "cos": 1.0,
}  # fmt: skip
"""Units in the last place by which a form may differ from the true value."""

LARGE = 2.0**19
"""Angles from which sin and cos go to the C library, number by number."""


def form_symbol(name: str, lanes: int) -> str:
    """What the form of a function is called by."""
    return f"scalar_autograd_{name}_{lanes}"


def function_symbol(name: str, lanes: int) -> str:
    """What a function of one number or eight is called by: its form, or the C library's."""
    if name in BOUNDS:
        return form_symbol(name, lanes)
    return name if lanes == 1 else f"lanes.{name}"


def library_symbol(name: str, lanes: int) -> str:
    """What the C library's function is called by."""
    return name if lanes == 1 else f"library.{name}"


def form_declarations(lanes: int) -> list[str]:
    """The forms, as declared for a module that only calls them."""
    kind = NumberWriter(lanes).number
    return [f"declare {kind} @{form_symbol(name, lanes)}({kind})" for name in BOUNDS]


def forms(lanes: int) -> list[str]:
    """The forms over so many numbers, and what they call."""
    kind, suffix = NumberWriter(lanes).number, NumberWriter(lanes).suffix
    fused = f"declare {kind} @llvm.fmuladd.{suffix}({kind}, {kind}, {kind})"
    return [fused, *(_written(name, lanes) for name in _FORMS)]


def _written(name: str, lanes: int) -> str:
    writer, found = NumberWriter(lanes), _FORMS[name]
    x = Number(writer, "%x")
    size = abs(x).name if found.low == -found.high else "%x"
    inside = writer.set(f"fcmp ole {writer.number} {size}, {writer.constant(found.high)}")
    if size == "%x":
        low = writer.set(f"fcmp oge {writer.number} %x, {writer.constant(found.low)}")
        inside = writer.set(f"and {writer.truth} {low}, {inside}")
    writer.everywhere(inside, "ordinary", "special")
    for label, rule in (("ordinary", found.ordinary), ("special", found.everywhere)):
        writer.start(label)
        writer.do(f"ret {writer.number} {rule(writer, x).name}")
    head = f"{writer.number} @{form_symbol(name, lanes)}({writer.number} %x) nounwind"
    return "\n".join([f"define {head} {{", *writer.lines, "}"])


def _far(name: str, near: _Rule) -> _Rule:
    """The form, but the C library's function in lanes where the angle is large, inf or NaN."""

    def rule(form: NumberWriter, x: Number) -> Number:
        large = form.set(f"fcmp ult {form.number} {form.constant(LARGE)}, {abs(x).name}")
        far = form.set(f"call {form.number} @{library_symbol(name, form.lanes)}({form.number} %x)")
        return Number(form, far).where(large, near(form, x))

    return rule


class _Form(NamedTuple):
    """A rule for the range where nothing is special, and one for everywhere, equal in the range."""

    low: float
    high: float
    ordinary: _Rule
    everywhere: _Rule


_FORMS = {
    "exp": _Form(-708.0, 708.0, reductions.exp, reductions.exp_ends),
    "expm1": _Form(-40.0, 40.0, reductions.expm1, reductions.expm1_ends),
    "log": _Form(2.0**-1022, sys.float_info.max, reductions.log, reductions.log_ends),
    "log1p": _Form(-0.999, 2.0**53, reductions.log1p, reductions.log1p_ends),
    "tanh": _Form(-22.0, 22.0, reductions.tanh, reductions.tanh_ends),
    "sin": _Form(-LARGE, LARGE, reductions.sin, _far("sin", reductions.sin)),
    "cos": _Form(-LARGE, LARGE, reductions.cos, _far("cos", reductions.cos)),
}
