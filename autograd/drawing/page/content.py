"""Content: what the scripts of a page are given: pictures, the program behind them, and moments.

A page that lives carries the graph as a program and the numbers of its leaves; everything else is
computed where it is shown. One that cannot says why, and carries the numbers of each step. Next:
:mod:`autograd.drawing.page.stepper`.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from autograd.drawing.derivation.algebra import product_of
from autograd.drawing.derivation.notation import CHOICE, INFIX, TEXT
from autograd.drawing.derivation.symbols import Symbols
from autograd.drawing.formats.style import Style
from autograd.drawing.page.lowered import Lowered, lowered
from autograd.drawing.picture.frames import Frame, frame_of, through_folds
from autograd.drawing.picture.marks import Marks
from autograd.drawing.picture.snapshot import Box, Picture
from autograd.errors import InputTypeError

Json: TypeAlias = "str | float | bool | Sequence[Json] | Mapping[str, Json] | None"

if TYPE_CHECKING:
    from autograd.engine.value import Value

__all__ = ["Moment", "content_of", "for_script", "program_of"]

MOST_LIVE = 20_000
"""So many nodes are computed in a page; a few thousand of them take a frame of the screen."""
LONGEST_FORMULA = 60
FORMAT = re.compile(r"\.(\d{1,2})([gfe])")


class Moment(NamedTuple):
    """A moment of a recording: what it is called, its numbers, what to mark and to say of it.

    ``leaves`` are the Values of a program's leaves then, ``frame`` the numbers of a still picture,
    ``own`` those of leaves that only the plane beside it has.
    """

    label: str
    frame: Frame
    marks: Marks
    remark: str
    leaves: Sequence[float] = ()
    own: Sequence[float] = ()


def program_of(picture: Picture, style: Style, most: int = MOST_LIVE) -> tuple[Lowered | None, str]:
    """The program of what was drawn, or why there is none, as a sentence."""
    if not FORMAT.fullmatch(style.spec):
        return None, "The numbers are written by a format that only Python has."
    if picture.total > most:
        return None, f"A graph of {picture.total:,} nodes is shown as it was recorded."
    try:
        return lowered(picture.roots), ""
    except InputTypeError as error:
        return None, f"The numbers stay as they were recorded: {error}."


def content_of(
    pictures: Sequence[Picture | None],
    style: Style,
    program: Lowered | None,
    still: str,
    moments: Sequence[Moment],
) -> dict[str, Any]:
    """Everything that the scripts show; the first picture is the whole, the others are its parts.

    ``moments`` is a recording, or empty.
    """
    whole = pictures[0]
    assert whole is not None
    if program is None:
        moments = moments or [Moment("", frame_of(whole), {}, "")]
        frames = [moment.frame for moment in moments]
    else:
        moments = moments or [Moment("", Frame((), (), ()), {}, "", program.leaves)]
        frames = []
    place = {node: i for i, node in enumerate(program.nodes)} if program else {}
    uses = _uses(program) if program else Counter()
    match = FORMAT.fullmatch(style.spec)
    digits, kind = match.groups() if match else ("4", "g")
    return {
        "program": program and program.program,
        "still": still,
        "format": {"digits": int(digits), "kind": kind},
        "flow": style.flow,
        "missing": program is None and _missing(whole, frames[0]),
        "pictures": [
            picture and _told_picture(picture, place, uses, k, frames if not k else [])
            for k, picture in enumerate(pictures)
        ],
        "moments": [
            {
                "label": m.label,
                "leaves": m.leaves,
                "own": m.own,
                "marks": m.marks,
                "remark": m.remark,
            }
            for m in moments
        ],
    }


def _uses(program: Lowered) -> Counter[int]:
    """How often each node is an operand."""
    listed = (operands for node in program.program["nodes"] if node for operands in node[1:])
    return Counter(operand for operands in listed for operand in operands if operand >= 0)


def _missing(picture: Picture, frame: Frame) -> bool:
    """Whether gradients inside folds are not computed."""
    hidden = through_folds(picture)
    return any(frame.grads[i] is None and picture.boxes[i].size == 1 for i in hidden)


def _told_picture(
    picture: Picture,
    place: dict[Value, int],
    uses: Counter[int],
    number: int,
    frames: Sequence[Frame],
) -> dict[str, Any]:
    hidden = set(through_folds(picture))
    if number:  # what is used outside of a part gets gradients from there
        here = Counter(edge.source for edge in picture.edges)
        hidden |= {
            i
            for i, node in enumerate(picture.nodes)
            if type(node) not in (float, tuple)
            and uses[place.get(node, -1)] > here[i]
            and i not in picture.outputs
        }
    told = {
        "boxes": [_described(box, node, place) for box, node in zip(picture.boxes, picture.nodes)],
        "edges": [
            [edge.source, edge.target, edge.position, *([written] if written else [])]
            for edge, written in zip(picture.edges, _written(picture))
        ],
        "outputs": picture.outputs,
        "unknown": sorted(hidden),
    }
    if frames:
        told["frames"] = [
            {
                "data": frame.data,
                "grad": frame.grads,
                "edges": frame.edges,
                "carried": frame.carried,
            }
            for frame in frames
        ]
    return told


def _stretches(places: Sequence[int]) -> list[int]:
    """Numbers as stretches of neighbours: where each begins, counted from the last, and its length.

    >>> _stretches([5, 3, 4, 9])
    [3, 3, 3, 1]
    """
    found: list[int] = []
    end = 0
    for i in sorted(places):
        if found and i == end:
            found[-1] += 1
        else:
            found += [i - end, 1]
        end = i + 1
    return found


def _described(box: Box, node: Any, place: dict[Value, int]) -> dict[str, Any]:
    """A box in words, and where its numbers are."""
    if box.kind == "constant":
        return {"constant": box.data, "label": TEXT.number(box.data or 0.0)}
    infix = box.op in INFIX or box.op in ("neg", "pow")
    told: dict[str, Any] = {
        "label": box.alias,
        "symbol": box.symbol,
        "op": box.op,
        "infix": infix or None,
    }
    if box.inline:
        told["inline"] = [
            [at, x if type(x) is float else x.data, place.get(x)] for at, x in box.inline
        ]
    if box.kind == "fold":
        told["size"] = box.size
        told["results"] = [place[x] for x in box.results if x in place]
        inside = [place[x] for x in node if type(x) is not float and x in place]
        told["held"] = _stretches(inside)
    elif node in place:
        told["node"] = place[node]
    return {key: fact for key, fact in told.items() if fact is not None and fact != ""}


def _written(picture: Picture) -> list[str]:
    """The local derivative along each edge, with ⟦i⟧ for box i; "" where it is only a number."""
    boxes = enumerate(picture.nodes)
    symbols = Symbols({x: f"⟦{i}⟧" for i, x in boxes if type(x) not in (float, tuple)})
    written = []
    for edge in picture.edges:
        kinds = (picture.boxes[edge.target].kind, picture.boxes[edge.source].kind)
        text = ""
        if "fold" not in kinds and "constant" not in kinds:
            derivative = symbols.derivative(picture.nodes[edge.target], edge.position)
            text = "" if derivative is None else TEXT.product(product_of([derivative]), CHOICE)
        short = len(re.sub("⟦[0-9]+⟧", "aa", text)) <= LONGEST_FORMULA
        written.append(text if "⟦" in text and "#" not in text and short else "")
    return written


def _plain(data: Json) -> Json:
    """Data as JSON can write it: a number that is not finite is a word that JavaScript reads."""
    if type(data) is float and not math.isfinite(data):
        return "NaN" if math.isnan(data) else "Infinity" if data > 0.0 else "-Infinity"
    if isinstance(data, dict):
        return {key: _plain(item) for key, item in data.items()}
    return [_plain(item) for item in data] if isinstance(data, (list, tuple)) else data


def for_script(data: Json) -> str:
    """JSON that nothing in it can end the script element around it.

    >>> for_script({"name": "</script>", "data": float("nan")})
    '{"name":"\\\\u003c/script\\\\u003e","data":"NaN"}'
    """
    try:
        text = _json(data)
    except ValueError:  # a number that is not finite, somewhere
        text = _json(_plain(data))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
