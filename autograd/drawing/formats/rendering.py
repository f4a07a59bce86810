"""Rendering: pictures as PNG and PDF, by Graphviz."""

from __future__ import annotations

from typing import Any

from autograd.errors import MissingExtraError, OutputError
from autograd.extras import needed

__all__ = ["graphviz_module", "rendered"]


def graphviz_module() -> Any:
    """The `graphviz` package, imported when it is first needed."""
    return needed("graphviz", "to_graphviz, or a PNG or PDF file,")


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
