"""The stepper: one HTML file that walks through a graph, forward and backward, number by number.

The page is made of a picture, of ``stepper.css`` and ``stepper.js`` beside this file, and of the
numbers, which come from :mod:`autograd.drawing.picture.frames`. It needs no network and no library.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from autograd.drawing.derivation.algebra import product_of
from autograd.drawing.derivation.notation import CHOICE, INFIX, TEXT
from autograd.drawing.derivation.symbols import Symbols
from autograd.drawing.formats.text import clean, escape, number
from autograd.drawing.picture.frames import SEED, Frame, frame_of, through_folds
from autograd.drawing.picture.marks import Marks
from autograd.drawing.picture.snapshot import Box, Picture

__all__ = ["Moment", "escape_page", "page"]

Format = Callable[[float], str]

LONGEST_LABEL = 40


class Moment(NamedTuple):
    """A moment of a recording: what it is called, its numbers, what to mark and to say of it."""

    label: str
    frame: Frame
    marks: Marks
    remark: str


def page(
    picture: Picture,
    svg: str,
    *,
    title: str,
    extra: str = "",
    format: Format = number,
    moments: Sequence[Moment] = (),
    curve: str = "",
) -> str:
    """A self-contained page that steps through a picture.

    Args:
        picture: The graph; without ``moments`` its numbers are the ones that are shown.
        svg: The same picture drawn, as :mod:`autograd.drawing.formats.svg` does.
        title: What the page is called.
        extra: Markup to stand below the drawing.
        format: How numbers are written.
        moments: A recording.
        curve: Markup to stand above the slider through the recording.
    """
    moments = moments or [Moment("", frame_of(picture), {}, "")]
    numbers = _numbers(picture, moments, format)
    training = _TIME.format(curve=curve) if len(moments) > 1 else ""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>
{_beside("stepper.css")}</style>
</head>
<body>
<main id="stage" tabindex="0" aria-label="Drawing of the graph; arrow keys move through it">
{svg}{extra}
</main>
<section id="panel" aria-label="Step through the graph">
{_CONTROLS}{training}<h1 id="title"></h1>
<div id="arithmetic" aria-hidden="true"></div>
<p id="spoken" role="status"></p>
<noscript>Stepping through needs JavaScript; the drawing does not.</noscript>
</section>
<script id="numbers" type="application/json">{for_script(numbers)}</script>
<script>
{_beside("stepper.js")}</script>
</body>
</html>
"""


_CONTROLS = """<div class="controls">
<div class="buttons">
<button id="first" type="button" aria-label="Overview">|←</button>
<button id="back" type="button">← Back</button>
<button id="next" type="button">Next →</button>
<button id="last" type="button" aria-label="Last step">→|</button>
</div>
<label><span>Step</span><input id="step" type="range" min="0" value="0">
<output id="position" for="step"></output></label>
</div>
"""
_TIME = """<div class="controls">
<label><span>Training</span>
<span class="track">{curve}<input id="time" type="range" min="0" value="0"></span>
<output id="when" for="time"></output></label>
</div>
<p id="remark"></p>
"""


@cache
def _beside(name: str) -> str:
    """The text of a file of this package, without indentation and lines of comment."""
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    lines = [line.strip() for line in text.splitlines()]
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"


def for_script(data: Any) -> str:
    """JSON that nothing in it can end the script element around it.

    >>> for_script({"name": "</script>"})
    '{"name":"\\\\u003c/script\\\\u003e"}'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def escape_page(html: str) -> str:
    """A whole document as the value of an attribute."""
    return html.replace("&", "&amp;").replace('"', "&quot;")


def _numbers(picture: Picture, moments: Sequence[Moment], format: Format) -> dict[str, Any]:
    """Everything that the script shows, numbers as they are to be written."""
    frames = [moment.frame for moment in moments]
    hidden = through_folds(picture)
    return {
        "boxes": [_described(box, format) for box in picture.boxes],
        "edges": [
            _told({"source": edge.source, "target": edge.target, "written": written or None})
            for edge, written in zip(picture.edges, _written(picture))
        ],
        "forward": [i for i, into in enumerate(picture.edges_into()) if into],
        "backward": _backward(picture, frames, hidden),
        "outputs": picture.outputs,
        "seed": format(SEED),
        "unknown": hidden,
        "missing": any(frames[0].grads[i] is None for i in hidden if picture.boxes[i].size == 1),
        "frames": [_moment(moment, format) for moment in moments],
    }


def _backward(
    picture: Picture, frames: Sequence[Frame], hidden: Sequence[int]
) -> list[dict[str, int]]:
    """Backward steps, results first: what reaches a box from inside folds, then its own edges."""
    passes = {i for frame in frames for i, passed in enumerate(frame.edges) if passed}
    arrives = {i for frame in frames for i in hidden if frame.grads[i] is not None}
    steps: list[dict[str, int]] = []
    for box, into in reversed([*zip(picture.boxes, picture.edges_into())]):
        if box.id in arrives and box.id not in picture.outputs:
            steps.append({"box": box.id})
        steps.extend({"edge": i} for i in into if i in passes)
    return steps


def _described(box: Box, format: Format) -> dict[str, Any]:
    """A box in words: ``label`` in a sentence, ``short`` in a formula."""
    name = clean(box.name or "")
    if len(name) > LONGEST_LABEL:
        name = f"{name[: LONGEST_LABEL // 2]}…{name[-LONGEST_LABEL // 2 + 1 :]}"
    constant = format(box.data) if box.kind == "constant" and box.data is not None else ""
    label = name or constant or (f"the {box.symbol} box" if box.symbol else f"the {box.kind}")
    infix = box.op in INFIX or box.op in ("neg", "pow")
    return _told(
        {
            "label": label,
            "short": None if name or constant else box.symbol or box.kind,
            "op": box.op if infix else None,
            "symbol": box.symbol or None,
            "infix": infix or None,
            "size": box.size if box.kind == "fold" else None,
        }
    )


def _told(facts: dict[str, Any]) -> dict[str, Any]:
    """Without what is None: a page of many boxes says little of each."""
    return {key: fact for key, fact in facts.items() if fact is not None}


def _written(picture: Picture) -> list[str]:
    """The local derivative along each edge as a formula of names, "" where that says nothing."""
    symbols = Symbols({}, literals=False)
    written = []
    for edge in picture.edges:
        kinds = (picture.boxes[edge.target].kind, picture.boxes[edge.source].kind)
        text = ""
        if "fold" not in kinds and "constant" not in kinds:
            derivative = symbols.derivative(picture.nodes[edge.target], edge.position)
            text = "" if derivative is None else TEXT.product(product_of([derivative]), CHOICE)
        written.append(text if "#" not in text and len(text) <= LONGEST_LABEL else "")
    return written


def _moment(moment: Moment, format: Format) -> dict[str, Any]:
    """A moment with its numbers written."""
    label, frame, marks, remark = moment
    return {
        "label": label,
        "data": [None if x is None else format(x) for x in frame.data],
        "grad": [None if x is None else format(x) for x in frame.grads],
        "edges": [passed and [format(x) for x in passed] for passed in frame.edges],
        "marks": marks,
        "remark": remark,
    }
