"""Film: the moments of a recording one after the other in one animated SVG, without a script."""

from __future__ import annotations

from collections.abc import Sequence

from autograd.drawing.formats.shapes import coordinate
from autograd.drawing.formats.style import COLOURS, Style, sheet_for
from autograd.drawing.formats.svg import summary, svg_of
from autograd.drawing.formats.text import escape
from autograd.drawing.page.curve import HEIGHT, WIDTH, points_of
from autograd.drawing.picture.frames import Frame
from autograd.drawing.picture.snapshot import Picture

__all__ = ["film_of"]

MOST = 60
STRIP, MARGIN = 64.0, 12.0
# A frame is seen for its share of the film; who wants no motion sees the last one.
MOTION = """
.film{{visibility:hidden;animation:film {whole}s step-end infinite}}
@keyframes film{{0%{{visibility:visible}}{share}%{{visibility:hidden}}100%{{visibility:hidden}}}}
@media (prefers-reduced-motion:reduce){{.film{{animation:none}}.film.last{{visibility:visible}}}}
"""


def film_of(
    picture: Picture,
    style: Style,
    notes: Sequence[str],
    frames: Sequence[Frame],
    labels: Sequence[str],
    curve: Sequence[float],
    seconds: float,
    characters: int = 10_000_000,
) -> str:
    """An ``<svg>`` that shows each moment for so many seconds, over the line of a number.

    Moments are left out, evenly, until they are at most 60, and about so many ``characters``.
    """
    last = len(frames) - 1
    one = len(svg_of(picture, style, notes, sheet=False))
    count = max(1, min(len(frames), MOST, characters // one))
    chosen = [last if k == count - 1 else round(k * last / (count - 1)) for k in range(count)]
    drawn = [svg_of(_at(picture, frames[i]), style, notes, sheet=False) for i in chosen]
    width = max(_size(svg, "width") for svg in drawn)
    height = max(_size(svg, "height") for svg in drawn)
    body = []
    for k, (i, svg) in enumerate(zip(chosen, drawn)):
        inside = svg[svg.index(">") + 1 : svg.rindex("</svg>")]
        strip = _moment(i / max(1, last), labels[i], width, height)
        shown = "film last" if k == count - 1 else "film"
        hidden = "" if k == count - 1 else ' visibility="hidden"'
        delay = f"animation-delay:{coordinate(k * seconds)}s"
        body.append(f'<g class="{shown}"{hidden} style="{delay}">{inside}{strip}</g>')
    motion = MOTION.format(whole=coordinate(count * seconds), share=f"{100 / count:.4f}")
    w, h = coordinate(width), coordinate(height + STRIP)
    return (  # a program that plays it reads style sheets
        f'<svg xmlns="http://www.w3.org/2000/svg" class="ag" width="{w}" height="{h}" '
        f'viewBox="0 0 {w} {h}" role="img" aria-label="Training: {escape(summary(picture))}">'
        f"<style>{sheet_for(style.theme)}{motion if count > 1 else ''}</style>"
        f'<rect class="paper" width="{w}" height="{h}" rx="6"/>{"".join(body)}'
        f"{_line(curve, width, height)}</svg>\n"
    )


def _at(picture: Picture, frame: Frame) -> Picture:
    """The picture with the numbers of a moment."""
    numbers = zip(picture.boxes, frame.data, frame.grads)
    boxes = [box._replace(data=data, grad=grad, results=()) for box, data, grad in numbers]
    return picture._replace(boxes=tuple(boxes))


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
