"""Files of models, above all JSON, read strictly; :mod:`nn.module` decides what goes into them.

They are written by :mod:`autograd.files`: whoever looks finds the old content or the new.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import autograd
from autograd import files
from nn.errors import ModelFileError

__all__ = ["check_writable", "read_json", "write_bytes", "write_json"]


def write_json(path: str | os.PathLike[str], content: dict[str, Any]) -> None:
    """Write `content` as strict JSON, atomically; floats are written so that they read back exact.

    Raises ModelFileError, leaving the old file as it was, if the content has no JSON form (NaN
    and inf have none) or the place cannot be written.
    """
    try:
        text = json.dumps(content, indent=1, allow_nan=False) + "\n"
    except (TypeError, ValueError) as error:
        raise ModelFileError(f"{os.fspath(path)!r} is not written: {error}") from error
    write_bytes(path, text.encode())


@contextlib.contextmanager
def _as_ours() -> Iterator[None]:
    try:
        yield
    except autograd.OutputError as error:
        raise ModelFileError(str(error)) from error


write_bytes = _as_ours()(files.write)
"""Write bytes, atomically; ModelFileError if the place cannot be written."""
check_writable = _as_ours()(files.check)
"""Raise ModelFileError now if nothing could be written there later; change nothing."""


def read_json(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read a JSON object; ModelFileError if the file is missing, truncated or something else."""
    strict: Any = {"parse_constant": _number, "parse_float": _number, "parse_int": _integer}
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"), **strict)
    except OSError as error:
        raise ModelFileError(f"cannot read {os.fspath(path)!r}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ModelFileError(
            f"{os.fspath(path)!r} is truncated or not JSON ({error}); save the model again"
        ) from error
    if not isinstance(content, dict):
        raise ModelFileError(
            f"{os.fspath(path)!r} holds a JSON {type(content).__name__}, not a model"
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
