"""SVG: a picture drawn by this package alone, the same to the byte wherever it is drawn.

There are no ids in it, so that several pictures fit in one page. Boxes are groups of class "box"
with their number in ``data-box``, edges groups of class "edge" with ``data-edge``; adding the
class "lit" to a group highlights it. Next: :mod:`autograd.drawing.formats.attributes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap

from autograd.drawing.formats.cards import Card, card_of
from autograd.drawing.formats.shapes import box_shape, coordinate, edge_shape
from autograd.drawing.formats.style import Style, sheet_for
from autograd.drawing.formats.text import PITCH, escape, width
from autograd.drawing.picture.flow import Flow, flows_of
from autograd.drawing.picture.snapshot import Box, Picture
from autograd.drawing.placement.geometry import geometry_of
from autograd.drawing.placement.positions import Point, layered

__all__ = ["spoken", "summary", "svg_of"]

MARGIN = 12.0
NOTE_SIZE, NOTE_LINE, NOTE_ROOM = 10.5, 15.0, 420.0


def svg_of(
    picture: Picture,
    style: Style,
    notes: Sequence[str] = (),
    parts: Mapping[int, int] | None = None,
    sheet: bool = True,
    interactive: bool = False,
    handles: bool = True,
) -> str:
    """One ``<svg>`` element, with these notes below the picture.

    ``parts`` maps folded boxes to the numbers of the parts that show what is in them. Without its
    own ``sheet`` it needs that of another one in the same page. An ``interactive`` one has buttons
    in it, which readers of the screen shall reach, and numbers that a script tells. Without
    ``handles`` for scripts and pointers, as in an image, edges that look alike are one shape.
    """
    flows = flows_of(picture)[0] if style.flow else [Flow("", None)] * len(picture.edges)
    cards = [card_of(box, style.show, style.format, style.room) for box in picture.boxes]
    centres, routes, (right, bottom) = _placed(picture, cards, style.direction == "TB")

    across = style.direction == "TB"
    lines = [edge_shape(route, across, flow.width) for route, flow in zip(routes, flows)]
    looks = [
        (_classes("edge", flow.style, i in style.lit_edges), flow.width)
        for i, flow in enumerate(flows)
    ]
    body = _edges(picture, lines, looks) if handles else _merged(lines, looks)
    for box, card, (x, y) in zip(picture.boxes, cards, centres):
        chosen = " own" if box.id in style.colours else ""
        classes = _classes("box", box.kind + chosen, box.id in style.lit)
        part = (
            f' data-part="{parts[box.id]}" tabindex="0" role="button"'
            if parts and box.id in parts
            else ""
        )
        title = f"<title>{escape(spoken(box, numbers=not interactive))}</title>"
        shape = box_shape(box, card, x - card.width / 2, y - card.height / 2)
        own = style.colours.get(box.id)
        look = f' style="--own:{own}"' if own else ""
        handle, title = (f' data-box="{box.id}"', title) if handles else ("", "")
        body.append(f'<g class="{classes}"{handle}{part}{look}>{title}{shape}</g>')

    room = int(max(right, NOTE_ROOM) / (PITCH * NOTE_SIZE))  # a narrow picture stays narrow
    for line in [line for note in notes for line in wrap(note, room)]:
        bottom += NOTE_LINE
        at = f'x="{coordinate(MARGIN)}" y="{coordinate(bottom)}"'
        body.append(f'<text class="note" {at}>{escape(line)}</text>')
        right = max(right, MARGIN + width(line) * NOTE_SIZE)
    many = " many" if len(picture.edges) > 150 else ""
    role = "group" if interactive else "img"
    w, h = coordinate(right + MARGIN), coordinate(bottom + MARGIN)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="ag{many}" width="{w}" height="{h}" '
            f'viewBox="0 0 {w} {h}" role="{role}" aria-label="{escape(summary(picture))}">',
            f"<style>{sheet_for(style.theme)}</style>" if sheet else "",
            f'<rect class="paper" width="{w}" height="{h}" rx="6"/>',
            *body,
            "</svg>\n",
        ]
    )


Look = tuple[str, float | None]


def _edges(picture: Picture, lines: Sequence[tuple[str, str]], looks: Sequence[Look]) -> list[str]:
    """A group for each edge, which says what it joins."""
    return [
        f'<g class="{classes}" data-edge="{i}" data-source="{edge.source}" '
        f'data-target="{edge.target}">{_stroked(line, head, thickness)}</g>'
        for i, (edge, (line, head), (classes, thickness)) in enumerate(
            zip(picture.edges, lines, looks)
        )
    ]


def _merged(lines: Sequence[tuple[str, str]], looks: Sequence[Look]) -> list[str]:
    """A group for each look, with all edges that have it."""
    alike: dict[Look, list[tuple[str, str]]] = {}
    for line, (classes, thickness) in zip(lines, looks):
        alike.setdefault((classes, thickness and round(thickness, 1)), []).append(line)
    body = []
    for (classes, thickness), some in alike.items():
        data = [*map("".join, zip(*some))]
        body.append(f'<g class="{classes}">{_stroked(data[0], data[1], thickness)}</g>')
    return body


def _stroked(line: str, head: str, thickness: float | None) -> str:
    stroke = "" if thickness is None else f' style="stroke-width:{coordinate(thickness)}"'
    return f'<path class="line" d="{line}"{stroke}/><path class="head" d="{head}"/>'


def _classes(group: str, kind: str, lit: bool) -> str:
    return " ".join(word for word in (group, kind, "lit" if lit else "") if word)


def _placed(
    picture: Picture, cards: Sequence[Card], across: bool
) -> tuple[list[Point], list[list[Point]], Point]:
    """Centres, routes and the lower right corner, in pixels."""
    sizes = [(c.height, c.width) if across else (c.width, c.height) for c in cards]
    layout = layered(sizes, [(e.source, e.target) for e in picture.edges], _ports(picture))
    centres, routes, extent = geometry_of(layout, sizes)
    for box, size in zip(picture.boxes, sizes):
        if box.kind == "constant":  # it stands close to where it is used
            start, end = layout.extents[layout.column[box.id]]
            main, cross = centres[box.id]
            centres[box.id] = (main + (end - start - size[0]) / 2, cross)
    for edge, route in zip(picture.edges, routes):  # from the source's side to the target's
        main, cross = centres[edge.source]
        route[0] = (main + sizes[edge.source][0] / 2, cross)
        route.append((centres[edge.target][0] - sizes[edge.target][0] / 2, route[-1][1]))

    def xy(point: Point) -> Point:
        main, cross = point
        return (cross + MARGIN, main + MARGIN) if across else (main + MARGIN, cross + MARGIN)

    return [*map(xy, centres)], [[*map(xy, route)] for route in routes], xy(extent)


def _ports(picture: Picture) -> list[float]:
    """Where each edge enters its target's side, from 0 to 1, in the order of the operands."""
    ports = [0.5] * len(picture.edges)
    for indices in picture.edges_into():
        lines = [i for i in indices if picture.boxes[picture.edges[i].source].kind != "constant"]
        if len(lines) == 1 and len(indices) <= 3:  # a chain is straight, its constants beside it
            middle = indices.index(lines[0])
            for at, i in enumerate(indices):
                ports[i] = 0.5 + 0.4 * (at - middle) / max(1, len(indices) - 2)
        else:
            for at, i in enumerate(indices):
                ports[i] = (at + 1) / (len(indices) + 1)
    return ports


def summary(picture: Picture) -> str:
    """The picture in one sentence, for those who cannot see it."""
    results = [picture.boxes[i] for i in picture.outputs]
    names = ", ".join(box.name or box.symbol or "a leaf" for box in results[:3])
    more = ", …" if len(results) > 3 else ""
    nodes = "1 node" if picture.total == 1 else f"{picture.total:,} nodes"
    return f"Computation graph of {names}{more}: {nodes}"


def spoken(box: Box, *, numbers: bool = True) -> str:
    """All of one box in words: its tooltip."""
    words = [f"{box.kind} {box.name}" if box.name else box.kind]
    if box.symbol:
        words.append(f"computed by {box.op}" if box.op else box.symbol)
    if box.kind == "fold":
        words.append(f"{box.size:,} nodes")
    if numbers and box.data is not None:
        words.append(f"data {box.data!r}")
    if numbers and box.kind not in ("constant", "fold"):
        words.append("grad not computed" if box.grad is None else f"grad {box.grad!r}")
    return ", ".join(words)
