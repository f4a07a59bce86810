"""DOT and Mermaid: the same picture for programs with a layout of their own.

Next: :mod:`autograd.drawing.formats.tree`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from autograd.drawing.formats.cards import Card, card_of
from autograd.drawing.formats.style import COLOURS, Style
from autograd.drawing.formats.text import escape_dot, escape_mermaid
from autograd.drawing.picture.flow import Flow, flows_of
from autograd.drawing.picture.snapshot import Box, Picture

__all__ = ["dot_lines", "dot_of", "mermaid_of"]

KINDS = ("input", "parameter", "output", "fold")


def dot_of(picture: Picture, style: Style, notes: Sequence[str] = ()) -> str:
    """A complete DOT file.

    >>> from autograd import Value
    >>> from autograd.drawing.picture.snapshot import take_picture
    >>> print(dot_of(take_picture(Value(1.0) * 2.0), Style()).splitlines()[-3].strip())
    n0 -> n2
    """
    return "".join(["digraph {\n", *dot_lines(picture, style, notes), "}\n"])


def dot_lines(picture: Picture, style: Style, notes: Sequence[str] = ()) -> Iterator[str]:
    """The lines between the braces of a digraph."""
    label = "\\l".join([*map(escape_dot, notes), ""])
    look = 'labeljust=l fontname="monospace" fontsize=10'
    # ordering=in: operands stand in their order, so that e - 1 does not read 1 - e.
    yield f'\tgraph [rankdir={style.direction} ordering=in label="{label}" {look}]\n'
    yield '\tnode [shape=box fontname="monospace" fontsize=11 height=0.2 margin="0.12,0.05"]\n'
    yield '\tedge [color="#818b98" arrowsize=0.7]\n'
    for box in picture.boxes:
        card = card_of(box, style.show, style.format)
        label = "\\n".join(escape_dot(line) for line in lines_of(card))
        look = _look(box, box.id in style.lit, style.colours.get(box.id))
        if box.alias and box.name:
            look += f' tooltip="{escape_dot(box.name)}"'
        yield f'\tn{box.id} [label="{label}" {look}]\n'
    for i, (edge, flow) in enumerate(zip(picture.edges, flows(picture, style))):
        look = _edge_look(flow, i in style.lit_edges)
        yield f"\tn{edge.source} -> n{edge.target}{f' [{look}]' if look else ''}\n"


def lines_of(card: Card) -> list[str]:
    """A card as lines of text."""
    head = " = ".join(word for word in (card.title, card.symbol) if word)
    rows = [f"{row.label} {row.text}" if row.label else row.text for row in card.rows]
    return [head, *rows] if head else rows


def flows(picture: Picture, style: Style) -> list[Flow]:
    """Colours of the edges, if they are wanted."""
    return flows_of(picture)[0] if style.flow else [Flow("", None)] * len(picture.edges)


def _look(box: Box, lit: bool, colour: str | None) -> str:
    """Shape and colours of a box."""
    if box.kind == "constant":
        return f'shape=plaintext fontsize=9 fontcolor="{COLOURS["soft"][0]}"'
    kind = box.kind if box.kind in KINDS else "interior"
    border = COLOURS["lit" if lit else f"{kind}-edge" if box.kind in KINDS else "line"][0]
    shape = {"fold": "shape=box3d ", "parameter": "shape=box "}.get(box.kind, "")
    corners = {"input": "filled,rounded", "output": "filled,bold", "outside": "filled,dashed"}
    style = corners.get(box.kind, "filled")
    border, thick = (colour, " penwidth=3") if colour else (border, "")
    return f'{shape}style="{style}" fillcolor="{COLOURS[kind][0]}" color="{border}"{thick}'


def _edge_look(flow: Flow, lit: bool) -> str:
    words = []
    if lit or flow.style in COLOURS:
        words.append(f'color="{COLOURS["lit" if lit else flow.style][0]}"')
    if lit or flow.width is not None:
        words.append(f"penwidth={2.5 if lit else flow.width:.3g}")
    if flow.style == "zero":
        words.append("style=dotted")
    return " ".join(words)


def mermaid_of(picture: Picture, style: Style, notes: Sequence[str] = ()) -> str:
    """Mermaid text, for a README or any other place that renders it.

    >>> from autograd import Value
    >>> from autograd.drawing.picture.snapshot import take_picture
    >>> print(mermaid_of(take_picture(Value(1.0, "x") * 2.0), Style(show=("name", "op", "data"))))
    flowchart LR
        n0(["x<br>data 1"]):::input
        n1("2"):::constant
        n2["×<br>data 2"]:::output
        n0 --> n2
        n1 --> n2
        classDef input fill:#ddf4ff,stroke:#218bff,color:#1f2328
        classDef output fill:#dafbe1,stroke:#1a7f37,color:#1f2328
        classDef constant fill:none,stroke:none,color:#818b98
    <BLANKLINE>
    """
    out = [f"%% {escape_mermaid(note)}" for note in notes]
    out.append(f"flowchart {style.direction}")
    shapes = {"input": ("([", "])"), "constant": ("(", ")"), "fold": ("[[", "]]")}
    for box in picture.boxes:
        opened, closed = shapes.get(box.kind, ("[", "]"))
        lines = lines_of(card_of(box, style.show, style.format))
        label = "<br>".join(map(escape_mermaid, lines))
        kind = f":::{box.kind}" if box.kind in (*KINDS, "constant", "outside") else ""
        out.append(f'    n{box.id}{opened}"{label}"{closed}{kind}')
    looks = []
    for i, (edge, flow) in enumerate(zip(picture.edges, flows(picture, style))):
        out.append(f"    n{edge.source} --> n{edge.target}")
        lit = i in style.lit_edges
        if lit or flow.style in COLOURS:
            colour = COLOURS["lit" if lit else flow.style][0]
            thick = 2.5 if lit else flow.width or 1.2
            looks.append(f"    linkStyle {i} stroke:{colour},stroke-width:{thick:.3g}px")
    kinds = {box.kind for box in picture.boxes}
    for kind in [kind for kind in KINDS if kind in kinds]:
        fill, border, ink = (COLOURS[name][0] for name in (kind, f"{kind}-edge", "ink"))
        looks.append(f"    classDef {kind} fill:{fill},stroke:{border},color:{ink}")
    if "constant" in kinds:
        looks.append(f"    classDef constant fill:none,stroke:none,color:{COLOURS['line'][0]}")
    if "outside" in kinds:
        looks.append("    classDef outside stroke-dasharray:4 3")
    looks += [
        f"    style n{i} stroke:{COLOURS['lit'][0]},stroke-width:2.5px" for i in sorted(style.lit)
    ]
    looks += [
        f"    style n{i} stroke:{colour},stroke-width:3px" for i, colour in style.colours.items()
    ]
    return "\n".join([*out, *looks, ""])
