"""Where Python and NumPy cannot take a Value: what they say, said again with line and remedy.

They raise errors of their own, in a function that is recorded or differentiated; these do not tell
what was passed as a Value, nor what to do. Next: :mod:`autograd.engine.region`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from autograd.engine.modes import failing_line
from autograd.engine.node import Node
from autograd.errors import AutogradError, TraceError
from autograd.ops.op import OPS

__all__ = ["explaining"]

P = ParamSpec("P")
T = TypeVar("T")

KNOWN = (
    "what has to be a number that is known cannot be a Value: pass it as an argument that is not "
    'differentiated by, static in compiled(f, static="n"), or as a dataclass\'s field with '
    'metadata={"static": True}'
)
COUNT = re.compile("'Value' object cannot be interpreted as an integer")
PLACE = re.compile("indices must be integers or .*|only integers, slices .* are valid indices")
LABEL = re.compile(r"""\[["']\w+["']\]""")
UFUNC = re.compile(
    r"Cannot cast ufunc '(\w+)' input(?: 0)? from dtype\('O'\)"
    r"|ufunc '(\w+)' not supported for the input"
    r"|loop of ufunc does not support argument .* no callable (\w+) method"
)
ONE = re.compile(
    "'Value' object is not (subscriptable|iterable)|object of type 'Value' has no len"
    "|.* must be an iterable, not Value"
)
EXACT = re.compile("can't convert type 'Value' to numerator|conversion from Value to Decimal")
CHOICE = re.compile("invalid entry . in condlist: should be boolean ndarray")
MATRICES = {"solve": "solve", "solve1": "solve", "inv": "inv", "det": "det"}
"""Ufuncs of NumPy's linear algebra, and the functions that record it."""


def explaining(function: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
    """What a function of the user's gives for these arguments.

    Raises:
        TraceError: In place of Python's or NumPy's error where they were given a Value.
    """
    try:
        return function(*args, **options)
    except (TypeError, IndexError, KeyError) as error:
        line = failing_line(error)
        remedy = None if isinstance(error, AutogradError) else _remedy(error, line)
        if remedy is None:
            raise
        raise TraceError(f"{error}, at {line}: {remedy}") from error


def _remedy(error: Exception, line: str) -> str | None:
    message = str(error)
    if isinstance(error, KeyError):
        found = isinstance(error.args[0], Node) if len(error.args) == 1 else False
        remedy = "a Value is no key, for its number may be another: autograd.where makes a choice"
        return f"{remedy}, autograd.take looks up a place that is computed" if found else None
    if EXACT.match(message):
        return (
            "Python's statistics and decimal take plain numbers: use autograd.mean, var, "
            "std, median, or plain arithmetic"
        )
    if CHOICE.match(message):
        return "autograd.where makes a choice of what is recorded, one inside of the other"
    if COUNT.match(message):
        return KNOWN
    if PLACE.search(message) and LABEL.search(line):
        return (
            "what is passed as a table or series is an array here, which has no labels: pass the "
            "columns as a dict, as df.to_dict('list')"
        )
    if PLACE.search(message):
        return f"autograd.take(xs, i) looks up a place that is computed; {KNOWN}"
    if ONE.match(message):
        return (
            "a Value is one number, and one was passed here; of an argument with a batch axis the "
            "function sees one row"
        )
    ufunc = UFUNC.match(message)
    if not ufunc:
        return None
    name = next(filter(None, ufunc.groups()))
    name = MATRICES.get(name, name)
    if name in MATRICES or name in OPS:
        return f"use autograd.{name}, which takes arrays of Values too"
    return "NumPy has it of plain numbers only: write it with the functions of autograd"
