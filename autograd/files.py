"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from autograd.errors import OutputError

__all__ = ["check", "write"]


def write(path: Path, content: bytes) -> None:
    """Replace a file, or leave the old one as it was.

    Raises:
        OutputError: The folder does not exist, or the file cannot be written.
    """
    check(path)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        raise OutputError(f"{os.fspath(path)!r} cannot be written: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)


def check(path: Path) -> None:
    """Raise OutputError if there is no such folder, or the path is one."""
    if not path.parent.is_dir():
        raise OutputError(
            f"{os.fspath(path)!r} cannot be written: there is no folder {os.fspath(path.parent)!r}"
        )
    if path.is_dir():
        raise OutputError(f"{os.fspath(path)!r} cannot be written: it is a folder")
