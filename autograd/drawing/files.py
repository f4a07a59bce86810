"""Files: writing a drawing whole or not at all, and what Graphviz is needed for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from autograd.errors import MissingExtraError, OutputError

__all__ = ["check", "graphviz_module", "rendered", "write"]


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


def graphviz_module() -> Any:
    """The `graphviz` package, imported when it is first needed."""
    try:
        import graphviz
    except ImportError as error:
        raise MissingExtraError(
            "to_graphviz and PNG and PDF files need the package graphviz: pip install graphviz"
        ) from error
    return graphviz


def rendered(source: str, format: str) -> bytes:
    """DOT as an image, by the program dot.

    Raises:
        MissingExtraError: The package `graphviz` or the program is not installed.
        OutputError: dot failed.
    """
    graphviz = graphviz_module()
    try:
        image: bytes = graphviz.Source(source).pipe(format=format, quiet=True)
    except graphviz.ExecutableNotFound as error:
        raise MissingExtraError(
            f"a {format.upper()} file is made by Graphviz, whose program 'dot' is not on the PATH: "
            "install it (apt install graphviz, brew install graphviz or "
            "https://graphviz.org/download), or save as .svg or .html, which need nothing"
        ) from error
    except graphviz.CalledProcessError as error:
        raise OutputError(f"Graphviz could not make a {format.upper()} file: {error}") from error
    return image
