"""Sheet: the picture that the options of a drawing ask for, with its style and its notes.

Next: :mod:`autograd.drawing.page.recorder` and :mod:`autograd.drawing.drawing`, which show it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from inspect import signature
from typing import TYPE_CHECKING, NamedTuple

from autograd.drawing.derivation.aliases import legend, with_short_paths
from autograd.drawing.folding.fold import LIMIT, graph_picture
from autograd.drawing.folding.inlining import inlined
from autograd.drawing.formats.cards import PARTS
from autograd.drawing.formats.style import Style, style_of
from autograd.drawing.formats.text import NumberFormat
from autograd.drawing.picture.flow import flows_of, with_bundles
from autograd.drawing.picture.highlight import coloured, highlighted
from autograd.drawing.picture.roles import Parametrised, identities
from autograd.drawing.picture.snapshot import Picture, checked_outputs
from autograd.errors import InputTypeError, InputValueError

if TYPE_CHECKING:
    from autograd.engine.value import Value
    from autograd.nested import Nest

__all__ = ["Sheet", "check_options", "sheet_of"]


class Sheet(NamedTuple):
    """A picture, how it is shown, what stands below it, and the leaves that are parameters."""

    picture: Picture
    style: Style
    notes: tuple[str, ...]
    parameters: frozenset[int]


def sheet_of(
    *ys: Nest,
    show: str | Sequence[str] = PARTS,
    direction: str = "LR",
    format: NumberFormat = ".4g",
    flow: bool = False,
    highlight: Iterable[Iterable[Value]] = (),
    color: Mapping[Value, str] | None = None,
    depth: int | None = None,
    by: str | None = None,
    limit: int | None = LIMIT,
    unfold: bool = False,
    parameters: Value | Iterable[Value] | Parametrised = (),
    room: int = 0,
    theme: str = "auto",
) -> Sheet:
    """The sheet of what ``draw`` draws, with its options.

    Raises:
        InputTypeError, InputValueError: ``ys`` holds no Value, or an option has no such value.
    """
    roots = checked_outputs(ys[0] if len(ys) == 1 else ys)
    style = style_of(show, direction, format, flow, room, theme)
    if depth is not None and (type(depth) is not int or depth < 1):
        raise InputValueError(f"depth= is a number of nodes, 1 or more, but got {depth!r}")
    if limit is not None and (type(limit) is not int or limit < 30):
        raise InputValueError(f"limit= is a number of boxes, 30 or more, or None; got {limit!r}")
    if by not in (None, "module", "operation"):
        raise InputValueError(f"by= is 'module' or 'operation', but got {by!r}")
    if not isinstance(unfold, bool):
        raise InputTypeError(f"unfold= is True or False, but got {unfold!r}")
    known = identities(parameters)
    picture = graph_picture(roots, known, limit, by, depth, unfold)
    picture, used = with_short_paths(with_bundles(inlined(picture, style.format)))
    notes = [*legend(used), *([picture.folded] if picture.folded else [])]
    if depth is not None and any(box.kind == "outside" for box in picture.boxes):
        notes.append(f"dashed boxes: what they are computed from is beyond depth {depth}")
    if flow:
        notes.insert(0, flows_of(picture)[1])
    lit, lit_edges = highlighted(picture, highlight)
    style = style._replace(lit=lit, lit_edges=lit_edges, colours=coloured(picture, color))
    return Sheet(picture, style, tuple(notes), known)


OPTIONS = [name for name, x in signature(sheet_of).parameters.items() if x.kind is x.KEYWORD_ONLY]
"""What a drawing can be asked for."""


def check_options(names: Iterable[str], taker: str) -> None:
    """Raise InputTypeError for the first name that is no option of a drawing."""
    for name in names:
        if name not in OPTIONS:
            raise InputTypeError(
                f"{taker} has no option {name!r}; the options of a drawing are {', '.join(OPTIONS)}"
            )
