"""Drawing: a picture with its options, in every form that it can be shown in.

Next: :mod:`autograd.drawing.page.stepper`.
"""

from __future__ import annotations

import os
import tempfile
import webbrowser
from collections.abc import Callable, Iterable
from functools import wraps
from inspect import signature
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from autograd import files
from autograd.drawing.formats import rendering
from autograd.drawing.formats.attributes import with_attributes
from autograd.drawing.formats.dot import dot_lines, dot_of, mermaid_of
from autograd.drawing.formats.svg import summary, svg_of
from autograd.drawing.formats.tree import tree_of
from autograd.drawing.page.stepper import framed, page, pictured
from autograd.drawing.sheet import Sheet, check_options, sheet_of
from autograd.errors import InputValueError

__all__ = ["Drawing", "draw", "to_graphviz", "to_mermaid"]

P = ParamSpec("P")
S = TypeVar("S")
T = TypeVar("T")

IN_A_FILE, IN_A_NOTEBOOK = 2_500_000, 100_000
"""How many characters the contents of a page's folded boxes take, about."""
LARGEST_STEPPER = 120_000
"""Characters of a packed page beyond which a notebook does not carry it."""
NOT_RUN = "To step through, run this cell: scripts stay out of notebooks that others ran."
"""Stands below the stepper, and is all that is left where a notebook is shown without it."""


class Drawing:
    """A picture of a recorded graph, taken when it was drawn; :func:`draw` makes it.

    A notebook shows it as an image; ``print`` writes it as a tree of text.

    >>> from autograd import Value
    >>> draw(Value(2.0, name="x") * 3.0)
    <Drawing: Computation graph of ×: 2 nodes>
    """

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self.picture, self.style, self.notes, _ = sheet

    def __str__(self) -> str:
        tree = tree_of(self.picture, self.style)
        return "\n".join([tree, *(f"({note})" for note in self.notes)])

    def __repr__(self) -> str:
        return f"<Drawing: {summary(self.picture)}>"

    def to_svg(self) -> str:
        """The picture as SVG text; equal graphs give equal text, whatever process draws them."""
        return with_attributes(svg_of(self.picture, self.style, self.notes), self.style.theme)

    def to_html(self) -> str:
        """A page by itself: the picture, what is in its folded boxes at a click, and a stepper."""
        return self._page(IN_A_FILE)

    def _page(self, budget: int) -> str:
        unfold = ["click a folded box to see what is in it"] if self.picture.folded else []
        return page(self._sheet._replace(notes=(*self.notes, *unfold)), budget)

    def to_dot(self) -> str:
        """The picture in Graphviz's language DOT."""
        return dot_of(self.picture, self.style, self.notes)

    def to_graphviz(self) -> Any:
        """The picture as a `graphviz.Digraph`, for the layout of Graphviz.

        Raises:
            MissingExtraError: The package `graphviz` is not installed.
        """
        lines = dot_lines(self.picture, self.style, self.notes)
        return rendering.graphviz_module().Digraph(body=list(lines))

    def to_mermaid(self) -> str:
        """The picture as Mermaid text."""
        return mermaid_of(self.picture, self.style, self.notes)

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None
    ) -> dict[str, str]:
        """What notebooks show: an image that needs no trust, and a stepper folded below it."""
        # A browser reads style sheets, and nothing reaches into an image.
        svg = svg_of(self.picture, self.style, self.notes, handles=False)
        alt = summary(self.picture)
        told = ". ".join([alt, *self.notes])
        page = framed(
            self._page(IN_A_NOTEBOOK), alt, "position:relative;width:100%;height:38em;border:0"
        )
        if len(page) <= LARGEST_STEPPER:
            below = (
                "<details><summary>Step through</summary>"
                f'<p style="position:absolute;margin:1em">{NOT_RUN}</p>{page}</details>'
            )
        else:
            below = "<p>To step through a picture of this size, save it as an .html file.</p>"
        html = f"{pictured(svg, told)}{below}"
        return {"text/html": html, "text/plain": str(self)}

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a file in the form that its ending says: .svg .html .png .pdf .dot or .mmd.

        PNG and PDF look as SVG does and need the extra `pictures`; the others need nothing.

        Raises:
            InputValueError: The ending is another one.
            OutputError: The folder does not exist, or the file cannot be written.
            MissingExtraError: What makes PNG and PDF is not installed.
        """
        form = FORMATS.get(files.ending(path))
        if form is None:
            raise InputValueError(
                f"a drawing is saved as one of {' '.join(FORMATS)}, "
                f"but {os.fspath(path)!r} ends otherwise"
            )
        files.check(path)
        files.write(path, form(self))

    def show(self) -> Path:
        """Open the page in the browser; returns where the file is."""
        path = Path(tempfile.mkdtemp(prefix="autograd-")) / "graph.html"
        self.save(path)
        webbrowser.open(path.as_uri())
        return path


FORMATS: dict[str, Callable[[Drawing], bytes]] = {
    ".svg": lambda drawing: drawing.to_svg().encode(),
    ".html": lambda drawing: drawing.to_html().encode(),
    ".png": lambda drawing: rendering.as_png(drawing.to_svg()),
    ".pdf": lambda drawing: rendering.as_pdf(drawing.to_svg()),
    ".dot": lambda drawing: drawing.to_dot().encode(),
    ".mmd": lambda drawing: drawing.to_mermaid().encode(),
}
"""The endings of files that a drawing is saved in, and what makes their content."""


def _like(source: Callable[P, S]) -> Callable[[Callable[[S], T]], Callable[P, T]]:
    """Makes a function of what ``source`` gives one of what ``source`` takes."""

    def of_what_is_taken(form: Callable[[S], T]) -> Callable[P, T]:
        @wraps(form)
        def drawn(*ys: P.args, **options: P.kwargs) -> T:
            check_options(options, form.__name__)
            return form(source(*ys, **options))

        shape = signature(source).replace(return_annotation=signature(form).return_annotation)
        drawn.__signature__ = shape  # type: ignore[attr-defined]
        return drawn

    return of_what_is_taken


@_like(sheet_of)
def draw(sheet: Sheet) -> Drawing:
    """Draw the computation graph of a Value, or of several.

    Every node is a box with its name, its operation, its data and its gradient, which is "not
    computed" before a backward pass. Above ``limit`` boxes the picture is folded: by module where
    parameters are named by path, otherwise by equal operations and repetitions.

    Args:
        ys: Values, or one sequence of Values.
        show: Which of "name", "op", "data" and "grad" the boxes show.
        direction: "LR", from left to right, or "TB", from top to bottom.
        format: A format specification such as ".2f", or a function from float to str.
        flow: Colour the edges by what they carry backwards: the target's gradient times the local
            derivative.
        highlight: Paths to mark, each a sequence of Values, such as ``explain(y, x)`` gives.
        depth: How many nodes to show on the way back from a result, at most.
        by: Fold at once, by "module" or by "operation".
        limit: How many boxes there may be, at least 30; None never folds.
        unfold: Show of each recurrence that is folded the first two repetitions and the last, with
            one box for those between, in place of one box for all.
        parameters: Leaves to show as parameters, or a module; those named by path, or "bias", are
            anyway.
        room: How many characters every number gets room for, at least.
        theme: "light", "dark", or "auto", which is what the reader's system prefers.

    Raises:
        InputTypeError, InputValueError: ``ys`` holds no Value, or an option has no such value.

    >>> from autograd import Value
    >>> x = Value(3.0, name="x")
    >>> y = x * x
    >>> print(draw(y))
    × · data 9 · grad not computed
    ├─ x · input · data 3 · grad not computed
    └─ x (see above)
    >>> draw(y).to_svg().startswith("<svg")
    True
    >>> for _ in range(100):
    ...     y = (0.9 * y).sin()
    >>> "× 100" in str(draw(y)), "× 97" in str(draw(y, unfold=True))
    (True, True)
    """
    return Drawing(sheet)


@_like(draw)
def to_graphviz(drawing: Drawing) -> Any:
    """The computation graph of Values as a `graphviz.Digraph`; the options are those of draw.

    >>> from autograd import Value
    >>> x = Value(3.0, name="x")
    >>> print(to_graphviz(x * x).source.splitlines()[-2].strip())
    n0 -> n1
    """
    return drawing.to_graphviz()


@_like(draw)
def to_mermaid(drawing: Drawing) -> str:
    """The computation graph of Values as Mermaid text; the options are those of draw.

    >>> from autograd import Value
    >>> x = Value(3.0, name="x")
    >>> print(to_mermaid(x * x, show="name").splitlines()[0])
    flowchart LR
    """
    return drawing.to_mermaid()
