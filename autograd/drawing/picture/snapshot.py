"""Picture: a recorded graph as plain data, which every way of showing it starts from.

A picture is a snapshot: it keeps the numbers of the moment it was taken. Boxes carry ids 0, 1, 2 …
in topological order, so that a picture of the same program is the same picture in every process.
Next: :mod:`autograd.drawing.folding.fold` makes small pictures of large graphs,
:mod:`autograd.drawing.placement.positions` places the boxes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.drawing.picture.roles import Kind, identities, kind_of, units
from autograd.engine.order import operands_of, record_of
from autograd.engine.value import Value
from autograd.errors import InputTypeError

if TYPE_CHECKING:
    from autograd.nested import Nest

__all__ = ["Box", "Edge", "Picture", "box_of", "checked_outputs", "take_picture"]


class Box(NamedTuple):
    """One node of the graph, or with kind "fold" several that are shown as one.

    A node of kind "outside" has operands that the picture does not show.
    ``grad`` is None where no backward pass has been: "not computed", which is not zero.
    ``size`` is how many nodes the box stands for. ``op`` is the primitive's name and ``symbol``
    how it is written; both are empty for leaves, and for a fold ``symbol`` says what it holds.
    ``results`` are the nodes of a fold that others use. ``alias`` is what a page calls the box.
    ``inline`` are operands, by position, that have no box but stand in this one, as ``written``.
    """

    id: int
    kind: Kind
    op: str
    symbol: str
    name: str | None
    data: float | None
    grad: float | None
    module: str = ""
    size: int = 1
    results: tuple[Any, ...] = ()
    alias: str = ""
    written: str = ""
    inline: tuple[tuple[int, Any], ...] = ()


class Edge(NamedTuple):
    """Operand number ``position`` of box ``target`` is box ``source``.

    At a fold, one edge stands for ``size`` of them. Altogether they ``carried`` so much back; None
    where it is not known, or the boxes tell it.
    """

    source: int
    target: int
    position: int
    size: int = 1
    carried: float | None = None


class Picture(NamedTuple):
    """Boxes in topological order, with ``boxes[i].id == i``, and the edges between them.

    ``nodes[i]`` is the Value in box i, the float of a constant, or for a fold the tuple of Values
    in it. ``roots`` are the Values that were drawn and ``outputs`` their boxes: a fold may be that
    of several. ``total`` counts the Values of the whole graph and ``folded`` says in words what was
    folded, "" if nothing was.
    """

    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    nodes: tuple[Any, ...]
    roots: tuple[Any, ...]
    outputs: tuple[int, ...]
    total: int
    folded: str = ""

    def places(self) -> dict[Any, int]:
        """The box that each Value is in."""
        return {
            node: number
            for number, held in enumerate(self.nodes)
            for node in (held if type(held) is tuple else (held,))
            if type(node) is not float
        }

    def edges_into(self) -> list[list[int]]:
        """For each box, the indices of the edges that end in it, by operand position."""
        into: list[list[int]] = [[] for _ in self.boxes]
        for i, edge in enumerate(self.edges):
            into[edge.target].append(i)
        return into

    def local_derivatives(self) -> list[float | None]:
        """For each edge, the derivative of its target by its source, at the picture's numbers.

        None where the primitive passes nothing on by rule, and at folds.
        """
        local: list[float | None] = [None] * len(self.edges)
        for box, indices in zip(self.boxes, self.edges_into()):
            if box.op and box.kind != "fold":
                partials = self._partials(box, indices)
                for i in indices:
                    if partials and self.boxes[self.edges[i].source].kind != "constant":
                        local[i] = partials[self.edges[i].position]
        return local

    def _partials(self, box: Box, indices: list[int]) -> Sequence[float | None]:
        """Local derivatives of one box by its operands; none known if one is inside a fold."""
        numbers = {at: x if type(x) is float else x.data for at, x in box.inline}
        for i in indices:
            source = self.boxes[self.edges[i].source]
            if source.data is not None and source.kind != "fold":
                numbers[self.edges[i].position] = source.data
        count = len(operands_of(self.nodes[box.id]))
        if sorted(numbers) != list(range(count)):
            return []
        op, operands = self.nodes[box.id].op, [numbers[k] for k in range(count)]
        partials: Sequence[float | None] = op.local_at(box.data, operands, [True] * count)
        return partials


def take_picture(outputs: Nest, parameters: Iterable[Value] = ()) -> Picture:
    """The whole graph of a Value, or of a sequence of them, one box a node.

    ``parameters`` are leaves to show as such; those named by path, or "bias", are anyway.
    A literal number is a box of its own at each use. A Value used twice is one box with two edges.

    Raises:
        InputTypeError: An output is no Value.

    >>> x = Value(3.0, name="x")
    >>> picture = take_picture(2.0 * (x * x))
    >>> [(box.id, box.kind, box.data) for box in picture.boxes]
    [(0, 'input', 3.0), (1, 'interior', 9.0), (2, 'constant', 2.0), (3, 'output', 18.0)]
    >>> [(edge.source, edge.target, edge.position) for edge in picture.edges]
    [(0, 1, 0), (0, 1, 1), (2, 3, 0), (1, 3, 1)]
    """
    roots = checked_outputs(outputs)
    known = identities(parameters)
    order, _ = record_of(roots)
    boxes: list[Box] = []
    edges: list[Edge] = []
    nodes: list[Any] = []
    ids: dict[Any, int] = {}

    def add(node: Value, kind: Kind) -> int:
        ids[node] = len(boxes)
        boxes.append(box_of(node, len(boxes), kind))
        nodes.append(node)
        return len(boxes) - 1

    is_root = set(roots)
    for node in order:
        sources = []
        for operand in operands_of(node):
            if type(operand) is float:
                sources.append(len(boxes))
                boxes.append(Box(len(boxes), "constant", "", "", None, operand, None))
                nodes.append(operand)
            elif operand in ids:
                sources.append(ids[operand])
            else:
                sources.append(add(operand, kind_of(operand, known)))
        target = add(node, "output" if node in is_root else "interior")
        edges.extend(Edge(source, target, i) for i, source in enumerate(sources))
    for root in roots:
        if root not in ids:
            add(root, kind_of(root, known))
    shown = tuple(dict.fromkeys(roots))
    outputs = tuple(ids[root] for root in shown)
    return Picture(tuple(boxes), tuple(edges), tuple(nodes), shown, outputs, len(ids))


def box_of(node: Value, number: int, kind: Kind) -> Box:
    """The box of one Value."""
    op, grad = node.op, node.grad if node.grad_computed else None
    return Box(
        id=number,
        kind=kind,
        op=op.name if op else "",
        symbol=op.symbol if op else "",
        name=None if node.name is None else str(node.name),
        data=node.data,
        grad=None if grad is None else grad if type(grad) is float else float(grad.data),
        module=(units(str(node.name)) or ("",))[-1] if op is None and node.name else "",
    )


def checked_outputs(outputs: Nest) -> list[Any]:
    """One Value or a sequence of them as a list.

    Raises:
        InputTypeError: It is, or it holds, something else, or nothing.
    """
    roots = [outputs] if isinstance(outputs, Value) else outputs
    if not isinstance(roots, Iterable) or isinstance(roots, (str, bytes)):
        raise InputTypeError(
            f"a drawing takes a Value or a sequence of Values, but got {type(outputs).__name__}"
        )
    roots = list(roots)
    for root in roots:
        if not isinstance(root, Value):
            raise InputTypeError(
                "a drawing takes a Value or a sequence of Values, "
                f"but the sequence holds {type(root).__name__}"
            )
    if not roots:
        raise InputTypeError("a drawing takes at least one Value, but got an empty sequence")
    return roots
