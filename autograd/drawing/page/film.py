"""Film: the moments of a recording one after the other, as one animated SVG or as stills.

Each scene is the graph at a moment, with the plane beside it and the line of the result below.
Next: :mod:`autograd.drawing.page.recorder`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from autograd.drawing.formats.attributes import with_attributes
from autograd.drawing.formats.shapes import coordinate
from autograd.drawing.formats.style import COLOURS, Style, sheet_for
from autograd.drawing.formats.svg import summary, svg_of
from autograd.drawing.formats.text import escape
from autograd.drawing.page.curve import HEIGHT, WIDTH, points_of
from autograd.drawing.page.plane import Plane
from autograd.drawing.page.shading import points_svg, surface_svg
from autograd.drawing.picture.frames import Frame
from autograd.drawing.picture.snapshot import Picture
from autograd.errors import InputValueError
from autograd.reals import real_or_none

__all__ = ["Scenes", "checked_seconds", "film_of", "scenes_of", "stills_of"]

MOST = 60
STRIP, MARGIN = 64.0, 12.0
# What a drawing has on each of its lines, and what is in a group of it.
GROUP = re.compile(r"(<g [^>]*>)(.*)</g>")
ELEMENT = re.compile(r"<(?:rect|path)[^>]*/>|<text.*?</text>")
# A frame is seen for its share of the film; who wants no motion sees the last one.
MOTION = """
.film{{visibility:hidden;animation:film {whole}s step-end infinite}}
@keyframes film{{0%{{visibility:visible}}{share}%{{visibility:hidden}}100%{{visibility:hidden}}}}
@media (prefers-reduced-motion:reduce){{.film{{animation:none}}.film.last{{visibility:visible}}}}
"""


class Scenes(NamedTuple):
    """What only each scene has, what is the same in all, below and above it; size, theme, title."""

    inside: list[str]
    below: str
    above: str
    width: float
    height: float
    theme: str
    title: str


def checked_seconds(seconds: float) -> float:
    """How long a moment is seen.

    Raises:
        InputValueError: It is not a number above 0.
    """
    number = real_or_none(seconds)
    if number is None or not 0.0 < number < math.inf:
        raise InputValueError(f"seconds= is a number above 0, but got {seconds!r}")
    return number


def scenes_of(
    picture: Picture,
    style: Style,
    notes: Sequence[str],
    frames: Sequence[Frame],
    labels: Sequence[str],
    curve: Sequence[float],
    plane: Plane | None = None,
    numbers: Sequence[Sequence[float]] = (),
    characters: int = 10_000_000,
) -> Scenes:
    """The moments of a recording as scenes; ``numbers`` are the plane's leaves at each.

    Moments are left out, evenly, until they are at most 60, and about so many ``characters``.
    """
    last = len(frames) - 1
    below, own = _parted([_inside(_drawn(picture, frames[i], style, notes)) for i in (0, last)])
    count = max(1, (characters - len(below)) // (max(map(len, own)) + 1))
    count = min(len(frames), MOST, count)
    chosen = [last if k == count - 1 else round(k * last / (count - 1)) for k in range(count)]
    drawn = [_drawn(picture, frames[i], style, notes) for i in chosen]
    beside = max(_size(svg, "width") for svg in drawn)
    height = max(_size(svg, "height") for svg in drawn)
    side = min(max(220.0, 0.6 * height), 480.0)
    width = beside + (side + MARGIN if plane else 0.0)
    tall = max(height, side + 2 * MARGIN if plane else 0.0)
    surfaces = plane.surfaces([numbers[i] for i in chosen]) if plane else []
    dark = style.theme == "dark"
    there = f'transform="translate({coordinate(beside)},{coordinate((tall - side) / 2)})"'
    lower = f'<g transform="translate(0,{coordinate((tall - height) / 2)})">'
    below, own = _parted([*map(_inside, drawn)])
    scenes = []
    for k, (i, scene) in enumerate(zip(chosen, own)):
        scene = f"{lower}{scene}</g>"
        if plane:
            scene += f"<g {there}>{surface_svg(plane, surfaces[k], side, dark)}</g>"
        scenes.append(scene + _moment(i / max(1, last), labels[i], width, tall))
    title = f"Training: {summary(picture)}"
    above = _line(curve, width, tall)
    if plane:  # whose points stay where they are
        above += f"<g {there}>{points_svg(plane, side, dark)}</g>"
    below = f"{lower}{below}</g>"
    return Scenes(scenes, below, above, width, tall + STRIP, style.theme, title)


def _drawn(picture: Picture, frame: Frame, style: Style, notes: Sequence[str]) -> str:
    """The picture with the numbers of a moment, as an image."""
    numbers = zip(picture.boxes, frame.data, frame.grads)
    boxes = [box._replace(data=data, grad=grad, results=()) for box, data, grad in numbers]
    edges = [edge._replace(carried=x) for edge, x in zip(picture.edges, frame.carried)]
    picture = picture._replace(boxes=tuple(boxes), edges=tuple(edges))
    return svg_of(picture, style, notes, sheet=False, handles=False)


def _inside(svg: str) -> str:
    """What is on the paper: a graph's own is as large as the graph, and a film has one for all."""
    scene = svg[svg.index(">") + 1 : svg.rindex("</svg>")]
    return scene[scene.index("/>") + 2 :].strip()


def _parted(scenes: Sequence[str]) -> tuple[str, list[str]]:
    """What is the same in all scenes, and what each of them has beside that.

    >>> one, other = (f'<g class="box"><rect/><text>{i}</text></g>' for i in range(2))
    >>> _parted([one, other])[0], _parted([one, other])[1][0]
    ('<g class="box"><rect/></g>', '<g class="box"><text>0</text></g>')
    """
    pieces = [[*_pieces(scene)] for scene in scenes]
    same = set(pieces[0]).intersection(*pieces[1:])
    kept = [piece for piece in pieces[0] if piece in same]
    own = [[piece for piece in scene if piece not in same] for scene in pieces]
    return _joined(kept), [*map(_joined, own)]


def _pieces(scene: str) -> Iterator[tuple[str, str]]:
    """The elements of a scene, each with the group that it is in."""
    for line in scene.splitlines():
        group = GROUP.fullmatch(line)
        if group:
            yield from ((group[1], element) for element in ELEMENT.findall(group[2]))
        else:
            yield "", line


def _joined(pieces: Sequence[tuple[str, str]]) -> str:
    """Elements of one group, one after the other, in one."""
    joined = ""
    for group, elements in groupby(pieces, key=itemgetter(0)):
        inside = "".join(element for _, element in elements)
        joined += f"{group}{inside}</g>" if group else inside
    return joined


def film_of(scenes: Scenes, seconds: float) -> str:
    """An ``<svg>`` that shows each scene for so many seconds, over and over."""
    count = len(scenes.inside)
    body = []
    for k, scene in enumerate(scenes.inside):
        shown = "film last" if k == count - 1 else "film"
        hidden = "" if k == count - 1 else ' visibility="hidden"'
        delay = f"animation-delay:{k * seconds:.6g}s"
        body.append(f'<g class="{shown}"{hidden} style="{delay}">{scene}</g>')
    motion = MOTION.format(whole=f"{count * seconds:.6g}", share=f"{100 / count:.6f}")
    return _sheet(scenes, "".join(body), motion if count > 1 else "")


def stills_of(scenes: Scenes) -> list[str]:
    """Each scene as a drawing by itself."""
    return [
        with_attributes(_sheet(scenes, one, "", corner=0), scenes.theme) for one in scenes.inside
    ]


def _sheet(scenes: Scenes, body: str, motion: str, corner: int = 6) -> str:
    """The paper with what is on it; a program that plays it reads style sheets."""
    w, h = coordinate(scenes.width), coordinate(scenes.height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="ag" width="{w}" height="{h}" '
        f'viewBox="0 0 {w} {h}" role="img" aria-label="{escape(scenes.title)}">'
        f"<style>{sheet_for(scenes.theme)}{motion}</style>"
        f'<rect class="paper" width="{w}" height="{h}" rx="{corner}"/>'
        f"{scenes.below}{body}{scenes.above}</svg>\n"
    )


def _size(svg: str, side: str) -> float:
    start = svg.index(f' {side}="') + len(side) + 3
    return float(svg[start : svg.index('"', start)])


def _line(curve: Sequence[float], width: float, top: float) -> str:
    """The line below the picture."""
    lines = "".join(
        f'<polyline points="{points}" fill="none" stroke="{COLOURS["line"][0]}" '
        'stroke-width="1.5" vector-effect="non-scaling-stroke"/>'
        for points in points_of(curve)
    )
    return (
        f'<svg x="{coordinate(MARGIN)}" y="{coordinate(top)}" '
        f'width="{coordinate(width - 2 * MARGIN)}" height="{HEIGHT:.0f}" '
        f'viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" preserveAspectRatio="none">{lines}</svg>'
    )


def _moment(share: float, label: str, width: float, top: float) -> str:
    """A mark across that line, and what the moment is called."""
    x = MARGIN + share * (width - 2 * MARGIN)
    at = f'x="{coordinate(x - 1)}" y="{coordinate(top)}" width="2" height="{HEIGHT:.0f}"'
    below = f'x="{coordinate(MARGIN)}" y="{coordinate(top + HEIGHT + 16)}"'
    return (
        f'<rect {at} fill="{COLOURS["lit"][0]}"/><text class="note" {below}>{escape(label)}</text>'
    )
