"""Files that are written whole or not at all: pictures, exports, models and checkpoints alike.

The content goes to a draft in the same folder, whose name nobody else draws, is forced to the
disk, and then takes the place of the old file in one step: whoever reads finds the old content or
the new, however many threads and processes write at once. Next: :mod:`autograd.locks`.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import secrets
import stat
import struct
from array import array
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from autograd.errors import InputTypeError, InputValueError, OutputError

if TYPE_CHECKING:
    from autograd.arrays import Array

__all__ = ["check", "ending", "packed", "read_json", "unpacked", "write", "write_json"]

Path = str | os.PathLike[str]


def write(path: Path, content: bytes) -> None:
    """Replace a file, or leave the old one as it was.

    A symbolic link is followed, and the file that it leads to keeps its permissions.

    Raises:
        OutputError: The folder does not exist, or the file cannot be written.
        InputTypeError: ``path`` is not a path.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(os.path.join(folder, "file"), b"new")
    ...     os.listdir(folder)
    ['file']
    """
    with _named_faults(path):
        target, former = _target(path)
        draft = _draft(target)
        try:
            with open(draft, "xb") as file:
                if former is not None:
                    _keep_owner_and_mode(draft, former)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, target)
        finally:
            with contextlib.suppress(OSError):
                os.unlink(draft)


def check(path: Path) -> None:
    """Raise what :func:`write` would raise there, before the work of making the content is done.

    A draft is really created and removed: permission bits do not tell of disks that are read only.

    >>> check("nowhere/file")
    Traceback (most recent call last):
        ...
    autograd.errors.OutputError: 'nowhere/file' cannot be written: there is no folder 'nowhere'
    """
    with _named_faults(path):
        draft = _draft(_target(path)[0])
        try:
            with open(draft, "xb"):
                pass
        finally:
            with contextlib.suppress(OSError):
                os.unlink(draft)


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a dict as strict JSON, as :func:`write` does; floats read back exact.

    Raises:
        OutputError: It has no JSON form (NaN and inf have none), or the place cannot be written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_json(os.path.join(folder, "file"), {"x": 0.1})
    ...     read_json(os.path.join(folder, "file"))
    {'x': 0.1}
    """
    try:
        text = json.dumps(content, indent=1, allow_nan=False) + "\n"
    except (TypeError, ValueError) as error:
        raise OutputError(f"{os.fspath(path)!r} is not written: {error}") from error
    write(path, text.encode())


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object, strictly.

    Raises:
        InputValueError: The file is missing, cut short, or holds something else.
    """
    strict: Any = {"parse_constant": _number, "parse_float": _number, "parse_int": _integer}
    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file, **strict)
    except OSError as error:
        raise InputValueError(f"cannot read {os.fspath(path)!r}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InputValueError(
            f"{os.fspath(path)!r} is truncated or not JSON ({error}): save it again"
        ) from error
    if not isinstance(content, dict):
        raise InputValueError(
            f"{os.fspath(path)!r} holds a JSON {type(content).__name__}, and not an object"
        )
    return content


def _number(text: str) -> float:
    """A float; JSON has longer ones, and no NaN, though Python's reader takes it."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]}{'…' * (len(text) > 20)} is not a JSON number, or too large")
    return number


def _integer(text: str) -> int:
    _number(text)
    return int(text)


def packed(numbers: Sequence[float] | Array) -> bytes:
    """Numbers as doubles, little-endian.

    >>> packed([1.0]).hex()
    '000000000000f03f'
    """
    if not isinstance(numbers, (list, tuple, array)):
        found: bytes = numbers.astype("<f8").tobytes()  # type: ignore[union-attr]
        return found
    return struct.pack(f"<{len(numbers)}d", *numbers)


def unpacked(content: bytes) -> array[float]:
    """The inverse of `packed`; struct.error if a number is cut.

    >>> unpacked(packed([1.0, 2.0]))
    array('d', [1.0, 2.0])
    """
    return array("d", struct.unpack(f"<{len(content) // 8}d", content))


def ending(path: Path) -> str:
    """The end of a file's name, which tells its format, in small letters.

    Raises:
        InputTypeError: ``path`` is not a path.

    >>> ending("picture.SVG"), ending("picture")
    ('.svg', '')
    """
    if not isinstance(path, (str, os.PathLike)):
        raise InputTypeError(f"a file to write is given by its path, but got {path!r}")
    return os.path.splitext(path)[1].lower()


@contextlib.contextmanager
def _named_faults(path: Path) -> Iterator[None]:
    """What the system says against a path, as an error that names the path and keeps the cause."""
    try:
        yield
    except OutputError:
        raise
    except (OSError, ValueError) as error:  # ValueError: the name itself is none
        reason = getattr(error, "strerror", None) or error
        raise OutputError(f"{os.fspath(path)!r} cannot be written: {reason}") from error


def _target(path: Path) -> tuple[str, os.stat_result | None]:
    """The file that a path leads to, through links, and what it is now; None if it is not there."""
    ending(path)
    if not os.fspath(path):
        raise OutputError("a file to write needs a name, but got an empty path")
    target = os.path.realpath(path)
    try:
        former = os.stat(target)
    except FileNotFoundError:
        if not os.path.isdir(os.path.dirname(target)):
            folder = os.path.dirname(os.readlink(path) if os.path.islink(path) else path)
            raise OutputError(
                f"{os.fspath(path)!r} cannot be written: there is no folder {folder!r}"
            ) from None
        return target, None
    if not stat.S_ISREG(former.st_mode):
        kind = "a folder" if stat.S_ISDIR(former.st_mode) else "not an ordinary file"
        raise OutputError(f"{os.fspath(path)!r} cannot be written: it is {kind}")
    if not os.access(target, os.W_OK):
        raise OutputError(f"{os.fspath(path)!r} cannot be written: it is read only")
    return target, former


def _draft(target: str) -> str:
    """A name beside the target, of a length that does not depend on the target's."""
    return os.path.join(os.path.dirname(target), f".{secrets.token_hex(8)}.part")


def _keep_owner_and_mode(draft: str, former: os.stat_result) -> None:
    made = os.stat(draft)
    if hasattr(os, "chown") and (made.st_uid, made.st_gid) != (former.st_uid, former.st_gid):
        with contextlib.suppress(OSError):  # who may write a file need not be able to give it away
            os.chown(draft, former.st_uid, former.st_gid)
    os.chmod(draft, stat.S_IMODE(former.st_mode))
