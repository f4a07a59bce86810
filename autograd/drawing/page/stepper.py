"""The stepper: one HTML file that walks through a graph, forward and backward, number by number.

The page is made of a picture, of the style sheet and the scripts beside this file, and of what
:mod:`autograd.drawing.page.content` gives them. It needs no network and no library.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from autograd.drawing.formats.svg import summary, svg_of
from autograd.drawing.formats.text import escape
from autograd.drawing.page.beside import NIGHT, beside
from autograd.drawing.page.content import Moment, content_of, for_script, program_of
from autograd.drawing.page.labels import labelled
from autograd.drawing.page.lowered import Lowered
from autograd.drawing.page.parts import Parts
from autograd.drawing.page.plane import Plane
from autograd.drawing.picture.flow import promised
from autograd.drawing.sheet import Sheet
from autograd.errors import InputValueError

__all__ = ["Side", "framed", "page", "pictured"]

SMALLEST = 0.65
"""So far a drawing shrinks in a notebook: its letters are 12 pixels high at first."""
SCRIPTS = ("numbers", "view", "faces", "stepper", "telling", "parts")
LIVING = ("paths", "plot", "live", "play")


class Side(NamedTuple):
    """What stands beside a picture that is trained: markup, and what its scripts are given.

    The markup is ``above`` the plane and ``below`` it. ``placed`` says what the scripts are given
    in terms of the program, and ``script`` defines the optimiser's rule.
    """

    above: str
    below: str
    placed: Callable[[Lowered], dict[str, Any]]
    script: str


def page(
    sheet: Sheet,
    budget: int,
    *,
    title: str = "",
    moments: Sequence[Moment] = (),
    curve: str = "",
    plane: Plane | None = None,
    side: Side | None = None,
) -> str:
    """A self-contained page that steps through a picture.

    Args:
        sheet: The picture with its style.
        budget: How many characters the contents of folded boxes may take, about.
        title: What the page is called.
        moments: A recording; without one the page shows the picture's own numbers.
        curve: Markup to stand above the slider through the recording.
        plane: What the model says of every point, to stand beside the picture.
        side: What stands there too, in a page that trains.

    Raises:
        InputTypeError: The plane has something that only Python has.
        InputValueError: There is a ``side``, and the picture cannot be computed in a page.
    """
    picture, style = sheet.picture, sheet.style
    program, still = program_of(picture, style)
    parts = Parts(picture, style, sheet.parameters, budget)
    shown = iter(labelled([picture, *(p for p in parts.pictures if p is not None)]))
    whole = next(shown)
    inner = [p and next(shown) for p in parts.pictures]
    notes = promised(sheet.notes) if program else sheet.notes
    svg = svg_of(whole, style, notes, parts.of_boxes, interactive=True)
    numbers = content_of([whole, *inner], style, program, still, moments)
    scripts: tuple[str, ...] = SCRIPTS + LIVING
    plane = plane if program else None
    if program and plane:
        leaves = [node for node in program.nodes if node.op is None]
        numbers["plane"] = plane.told(leaves, program.script)
        if not side:  # which has them itself: a training may get more
            numbers["plane"] |= {"rows": plane.rows, "sides": plane.sides}
    if plane or side:
        scripts += ("straight",)
    if plane:
        scripts += ("plane",)
    if side is not None:
        if program is None:
            raise InputValueError(f"a page cannot train this: {still}")
        numbers["side"] = side.placed(program)
        scripts += ("training", "playground")
    compute = f"{beside('program.js')}{program.script.text}" if program else ""
    if side is not None:
        compute += f"{side.script}\n"
    look = beside("stepper.css").replace(
        NIGHT,
        NIGHT
        if style.theme == "auto"
        else f"@media {'all' if style.theme == 'dark' else 'not all'}",
    )
    tabs = _TABS.format(other="Training" if side else "Plane") if plane or side else ""
    return f"""<!DOCTYPE html>
<html lang="en" data-theme="{style.theme}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title or summary(picture))}</title>
<style>
{look}{beside("beside.css") if tabs else ""}</style>
</head>
<body class="{"beside" if tabs else ""}{" trains" if side else ""}">
<section id="panel" aria-label="Step through the graph">
{_CONTROLS}{_TIME.format(curve=curve) if len(moments) > 1 else ""}{_TOLD}</section>
<div id="row">
{tabs}<main id="stage" tabindex="0" aria-label="Drawing of the graph; arrow keys move through it">
{svg}{parts.html(inner)}{_OVER}</main>
{_aside(plane, side)}</div>
<script id="numbers" type="application/json">{for_script(numbers)}</script>
<script>
"use strict";
{compute}{"".join(beside(f"{name}.js") for name in scripts)}</script>
</body>
</html>
"""


def _aside(plane: Plane | None, side: Side | None) -> str:
    """What stands beside the picture."""
    if not plane and not side:
        return ""
    several = plane is not None and len(plane.shades) > 1 and not plane.exclusive
    options = "".join(
        f'<option value="{k}">output {k + 1}</option>'
        for k in range(len(plane.shades) if plane else 0)
    )
    choice = f'<select id="output" aria-label="which output the plane shows">{options}</select>'
    return (
        f'<aside id="side" aria-label="{"Training" if side else "The plane"}">\n'
        f"{side.above if side else ''}{_PLANE if plane else ''}{choice if several else ''}"
        f"{side.below if side else ''}</aside>\n"
    )


_TABS = """<nav id="tabs"><button type="button" aria-pressed="true">{other}</button>
<button type="button" aria-pressed="false">Graph</button></nav>
"""
_PLANE = """<canvas id="plane" width="320" height="320" role="img"
 aria-label="what the model says of every point of the plane, and the data"></canvas>
"""
_CONTROLS = """<div class="controls" id="steps">
<div class="buttons">
<button id="first" type="button" aria-label="Overview">|←</button>
<button id="back" type="button">← Back</button>
<button id="play" type="button">▶ Play</button>
<button id="next" type="button">Next →</button>
<button id="last" type="button" aria-label="Last step">→|</button>
</div>
<label><span>Step</span><input id="step" type="range" min="0" value="0">
<output id="position" for="step"></output></label>
<div class="buttons more">
<select id="speed" aria-label="Speed"><option value="0.5">½×</option>
<option value="1" selected>1×</option><option value="2">2×</option>
<option value="4">4×</option></select>
<button id="quiz" type="button" aria-pressed="false">Quiz</button>
</div>
</div>
"""
_TIME = """<div class="controls">
<button id="film" type="button" aria-label="Play the training">▶</button>
<label><span>Training</span>
<span class="track">{curve}<input id="time" type="range" min="0" value="0"></span>
<output id="when" for="time"></output></label>
</div>
<p id="remark"></p>
"""
_TOLD = """<div id="telling">
<div id="edit" class="none"><b id="leaf"></b><label for="number">=</label>
<input id="number" inputmode="decimal" autocomplete="off" aria-label="number of the chosen leaf">
<button id="reset" type="button" disabled>Reset</button>
</div>
<p id="explained" hidden></p>
<h1 id="title"></h1>
<div id="arithmetic" aria-hidden="true"></div>
<p id="spoken" role="status"></p>
<noscript>Stepping through needs JavaScript; the drawing does not.</noscript>
</div>
"""
_OVER = """<nav id="trail" class="over" hidden><button id="up" type="button">← back</button>
<span id="where"></span></nav>
<svg id="plot" hidden viewBox="0 0 220 120" role="img" aria-label="the result against the leaf">
<rect width="220" height="120" rx="6"/><path class="graph"/><path class="tangent"/>
<circle r="4"/><text x="8" y="114"></text></svg>
"""


def pictured(svg: str, alt: str) -> str:
    """A drawing as an image in a notebook, which needs no trust.

    It shrinks to where it stands while its letters can be read, and is scrolled beyond that.
    """
    image = base64.b64encode(svg.encode()).decode()
    width = float(svg.split(' width="', 1)[1].split('"', 1)[0])
    look = f"width:100%;max-width:{width:.0f}px;min-width:{SMALLEST * width:.0f}px"
    return (
        f'<div style="overflow:auto"><img alt="{escape(alt)}" style="{look}" '
        f'src="data:image/svg+xml;base64,{image}"></div>'
    )


def framed(html: str, title: str, look: str) -> str:
    """A page in a frame of its own, for a notebook: packed, as it holds much of the same.

    The frame may run its script and nothing else; what unpacks it is in every browser since 2023.
    It is told whether the notebook around it is dark, which its reader's system may not be.
    """
    packed = base64.b64encode(zlib.compress(html.encode(), 9)).decode()
    source = (
        '<!DOCTYPE html><meta charset="utf-8"><noscript>Stepping through needs JavaScript.'
        f"</noscript><script>{_UNPACK.replace('PACKED', packed)}</script>"
    )
    return (
        f'<iframe sandbox="allow-scripts" style="{look}" title="{escape(title)}" onload="{_TELL}" '
        f'srcdoc="{source.replace("&", "&amp;").replace(chr(34), "&quot;")}"></iframe>'
    )


_TELL = "this.contentWindow.postMessage(getComputedStyle(this).colorScheme,'*')"
_UNPACK = """
const bytes = Uint8Array.from(atob('PACKED'), (c) => c.charCodeAt(0));
new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'))).text()
.then((page) => { document.open(); document.write(page); document.close(); });
"""
