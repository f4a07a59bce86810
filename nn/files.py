"""Files that a crash cannot spoil, above all JSON; :mod:`nn.module` decides what goes into them.

The text goes to a temporary file in the same folder, is forced to the disk, and then takes the
place of the old file in one step: whoever looks finds the old content or the new, never a part.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from pathlib import Path
from typing import Any

import autograd
from nn.errors import ModelFileError

__all__ = ["check_writable", "read_json", "write_bytes", "write_json", "write_text"]


def write_json(path: str | os.PathLike[str], content: dict[str, Any]) -> None:
    """Write `content` as strict JSON, atomically; floats are written so that they read back exact.

    Raises ModelFileError, leaving the old file as it was, if the content has no JSON form (NaN
    and inf have none) or the place cannot be written.
    """
    try:
        text = json.dumps(content, indent=1, allow_nan=False) + "\n"
    except (TypeError, ValueError) as error:
        raise ModelFileError(f"{os.fspath(path)!r} is not written: {error}") from error
    write_text(path, text)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write text as UTF-8, atomically; ModelFileError if the place cannot be written."""
    write_bytes(path, text.encode())


def write_bytes(path: str | os.PathLike[str], content: bytes) -> None:
    """Write bytes, atomically; ModelFileError if the place cannot be written."""
    target = _target(path)
    temporary = _temporary(target)
    try:
        with open(temporary, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except OSError as error:
        raise ModelFileError(f"cannot write {os.fspath(path)!r}: {error.strerror}") from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def check_writable(path: str | os.PathLike[str]) -> None:
    """Raise ModelFileError now if `write_json` could not write there later; change nothing.

    A file is really created and removed: permission bits alone miss read-only disks.
    """
    if not isinstance(path, (str, os.PathLike)):
        raise autograd.InputTypeError(f"a file to write is given by its path, but got {path!r}")
    temporary = _temporary(_target(path))
    try:
        with open(temporary, "x", encoding="utf-8"):
            pass
        temporary.unlink()
    except OSError as error:
        raise ModelFileError(f"cannot write {os.fspath(path)!r}: {error.strerror}") from error


def read_json(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read a JSON object; ModelFileError if the file is missing, truncated or something else."""
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"), parse_constant=_refuse)
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


def _refuse(word: str) -> None:
    """JSON has no NaN and no Infinity, though Python's reader takes them."""
    raise ValueError(f"{word} is not a JSON number")


def _target(path: str | os.PathLike[str]) -> Path:
    """The file that `path` leads to, through links: replacing a link would orphan its file."""
    if not os.fspath(path):
        raise ModelFileError("a model file needs a name, but got an empty path")
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        raise ModelFileError(f"cannot write {os.fspath(path)!r}: it exists and is no ordinary file")
    return target


def _temporary(target: Path) -> Path:
    return target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
