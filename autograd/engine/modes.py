"""Modes of recording, each per thread and per task: no_grad and its opposite, anomalies, tracing.

Arithmetic asks ``ACTIVE`` only, which is empty nearly always; while a mode is on anywhere in the
process, it takes the slow path in :func:`autograd.engine.record.record`, which asks the switches.
How a mode ends whatever happens: :mod:`autograd.engine.switches`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar, overload

from autograd.engine.switches import ACTIVE, Block, Switch

if TYPE_CHECKING:
    from types import FrameType

__all__ = [
    "ACTIVE",
    "ANOMALY",
    "RECORDING",
    "REPEATING",
    "STRAYS",
    "TRACING",
    "TRANSFORMING",
    "detect_anomaly",
    "enable_grad",
    "failing_line",
    "no_grad",
    "recording",
    "user_line",
]

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

RECORDING = Switch("recording", default=True)
ANOMALY: Switch[dict[Any, str] | None] = Switch("anomaly", default=None)
"""Under detect_anomaly: node -> the user's line that made it, else None."""
TRACING = Switch("tracing", default=False)
TRANSFORMING: Switch[Any] = Switch("transforming", default=None, alone=False)
"""The innermost :class:`autograd.engine.region.Region`, where a transform calls a function; False
where plain numbers are computed inside of one, for no transform to see."""
REPEATING: Switch[Any] = Switch("repeating", default=None)
"""The region in which ``scan`` records its step once: that of a recording for a program."""
STRAYS = [0]
"""How many nodes were made, while a mode was on anywhere, outside of every region."""

_PACKAGE = os.path.join(os.path.dirname(os.path.dirname(__file__)), "")  # and nothing beside it
_OURS = (_PACKAGE, "<autograd ")
_LIBRARY = os.path.join(os.path.dirname(os.__file__), "")
LIBRARIES = f"numpy{os.sep}", f"scipy{os.sep}"
_PACKAGES = f"-packages{os.sep}"  # of site-packages and dist-packages, which lie in the library


@overload
def no_grad(function: None = None) -> Block: ...
@overload
def no_grad(function: F) -> F: ...
def no_grad(function: F | None = None) -> Block | F:
    """Context in which arithmetic on Values gives leaves: numbers without a history.

    It holds in this thread and task, and in tasks begun inside, until the block ends; before a
    function, ``@no_grad()`` or ``@no_grad`` holds during each of its calls. What a generator does
    inside it holds until the generator leaves it or is closed, wherever that happens.

    >>> from autograd import Value, no_grad
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * 2.0
    >>> y.data, y.parents
    (6.0, ())
    """
    return _during(Block(RECORDING, lambda: False), function)


@overload
def enable_grad(function: None = None) -> Block: ...
@overload
def enable_grad(function: F) -> F: ...
def enable_grad(function: F | None = None) -> Block | F:
    """Context in which arithmetic on Values is recorded, inside of no_grad too.

    >>> from autograd import Value, enable_grad, no_grad
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     with enable_grad():
    ...         y = x * 2.0
    >>> y.parents[0] is x
    True
    """
    return _during(Block(RECORDING, lambda: True), function)


def _during(block: Block, function: F | None) -> Block | F:
    """The block, or what stood under it as a decorator without brackets."""
    return block if function is None else block(function)


def recording(function: Callable[[], T]) -> T:
    """What a function gives with recording on; a block is begun only where it is off."""
    if RECORDING.get():
        return function()
    with enable_grad():
        return function()


def detect_anomaly() -> Block:
    """Context that raises AnomalyError at the first infinite or NaN value or adjoint.

    The message names the node, its operands and the line of your program that made it. Build the
    graph inside the context too, so that the lines are known.

    >>> from autograd import Value, detect_anomaly, log
    >>> with detect_anomaly():
    ...     log(Value(0.0, name="p"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    autograd.errors.AnomalyError: log gave -inf from p=0.0, at ...
    """
    return Block(ANOMALY, dict)


def user_line(depth: int = 1) -> str:
    """``file:line: source`` of the innermost frame of the user's.

    In a notebook the file is called as in IPython's own tracebacks: ``Cell In[3]:2: source``.
    """
    frame = user_frame(depth + 1)
    return "an unknown line" if frame is None else _line(frame.f_code.co_filename, frame.f_lineno)


def failing_line(error: BaseException) -> str:
    """The innermost of the user's lines that an error came through, as ``user_line`` shows it."""
    found, place = "an unknown line", error.__traceback__
    while place is not None:
        filename = place.tb_frame.f_code.co_filename
        if not filename.startswith(_OURS) and not _in_a_library(filename):
            found = _line(filename, place.tb_lineno)
        place = place.tb_next
    return found


LONGEST = 160


def _line(filename: str, number: int) -> str:
    import linecache

    source = linecache.getline(filename, number).strip().rstrip(":")
    if len(source) > LONGEST:  # what to do stands after it, and is to be seen
        source = source[: LONGEST - 1] + "…"
    return f"{_shown(filename)}:{number}" + (f": {source}" if source else "")


def user_frame(depth: int = 1) -> FrameType | None:
    """The innermost frame outside this package, NumPy, SciPy and the standard library.

    Where all are theirs, as in a thread that calls this package, it is the innermost outside ours.
    """
    frame: FrameType | None = sys._getframe(depth)
    while frame is not None and frame.f_code.co_filename.startswith(_OURS):
        frame = frame.f_back
    outside = frame
    while frame is not None and _in_a_library(frame.f_code.co_filename):
        frame = frame.f_back
    return frame or outside


@lru_cache(maxsize=256)
def _in_a_library(filename: str) -> bool:
    """Whether a file is this package's, NumPy's, SciPy's or the standard library's."""
    _, packages, installed = filename.rpartition(_PACKAGES)
    if packages:
        return filename.startswith(_OURS) or installed.startswith(LIBRARIES)
    return filename.startswith((*_OURS, _LIBRARY))


def _shown(filename: str) -> str:
    """A file's name, or a notebook cell's, whose file has a name that nobody knows."""
    ipython: Any = sys.modules.get("IPython")
    shell = ipython and ipython.get_ipython()
    name_of = getattr(shell and shell.compile, "format_code_name", None)
    cell = name_of and name_of(filename)
    return " ".join(cell) if cell else filename
