"""Recorder: one graph at many moments of a training, in a page with a second slider.

Next: :mod:`autograd.drawing.page.film`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from autograd import files
from autograd.drawing.formats.rendering import animated
from autograd.drawing.formats.svg import summary
from autograd.drawing.page.content import Moment
from autograd.drawing.page.curve import curve_of
from autograd.drawing.page.film import Scenes, checked_seconds, film_of, scenes_of, stills_of
from autograd.drawing.page.lowered import leaves_of
from autograd.drawing.page.plane import Plane
from autograd.drawing.page.stepper import framed, page, pictured
from autograd.drawing.picture.flow import bundled, promised
from autograd.drawing.picture.frames import Frame, frame_of
from autograd.drawing.picture.marks import gathered, marks_of, rectifiers_in, remark
from autograd.drawing.picture.snapshot import Picture, take_picture
from autograd.drawing.sheet import check_options, sheet_of
from autograd.engine.order import operands_of, record_of
from autograd.engine.sweep import fresh_values
from autograd.errors import InputTypeError, InputValueError

if TYPE_CHECKING:
    from autograd.engine.value import Value
    from autograd.nested import Nest

__all__ = ["Recorder"]

BUDGET = 500_000  # characters for what is in folded boxes
IN_A_NOTEBOOK = 150_000  # characters of a film there
ROOM = 10  # characters of the longest number in the usual format


class Recorder:
    """Records the numbers of one graph step by step, and writes them as a page to step through.

    Each :meth:`snap` evaluates the graph of ``loss`` from its leaves as they are then, forward and
    backward, and keeps the numbers; no Value changes. So the graph may be recorded once and
    recomputed by the training, or be one of many that it builds from the same parameters. The
    page has a slider through the training and one through the graph, and marks ReLUs that are off
    or dead, and gradients that vanish.

    The options are those of :func:`autograd.draw`; ``limit=None`` records a large graph unfolded.
    ``plane`` is a :class:`~autograd.drawing.Plane`, to stand beside the graph: what a model of two
    inputs says of every point at each moment.

    Raises:
        InputTypeError, InputValueError: As ``draw`` does, or ``plane`` is something else.

    >>> from autograd import Value, exp
    >>> w = Value(2.0, "w")
    >>> loss = (exp(w) - 1.0) ** 2
    >>> recorder = Recorder(loss)
    >>> for _ in range(3):
    ...     loss.recompute().backward()
    ...     w.data, w.grad = w.data - 0.01 * w.grad, None
    ...     recorder.snap()
    >>> recorder
    <Recorder: 4 moments of a graph of 4 nodes>
    """

    def __init__(self, loss: Nest, *, plane: Plane | None = None, **options: Any) -> None:
        if plane is not None and not isinstance(plane, Plane):
            raise InputTypeError(
                f"plane= is a drawing.Plane(model, X, y), but got {type(plane).__name__}"
            )
        self._plane = plane
        self._surfaces: list[list[float]] = []
        check_options(options, "Recorder")
        options.setdefault("room", ROOM)
        sheet = sheet_of(loss, **options)
        self._sheet = sheet._replace(notes=promised(sheet.notes))  # each moment has its own
        self._whole = take_picture(loss)
        self._order, _ = record_of(self._whole.roots)
        self._leaf_nodes = leaves_of(self._whole.roots)
        self._leaves: list[list[float]] = []
        self._labels: list[str] = []
        self._frames: list[Frame] = []
        self._whole_frames: list[Frame] = []
        self.snap("start")

    def __len__(self) -> int:
        return len(self._frames)

    def __repr__(self) -> str:
        return f"<Recorder: {len(self)} moments of a graph of {self._whole.total:,} nodes>"

    def snap(self, label: str | None = None) -> None:
        """Keep the numbers of this moment; ``label`` is what the page calls it, "step 1" …"""
        if label is not None and not isinstance(label, str):
            raise InputTypeError(f"the label of a snap is a str, but got {type(label).__name__}")
        fresh = fresh_values(self._order)
        whole = _at(self._whole, [fresh.get(node) for node in self._whole.nodes])
        whole_frame = frame_of(whole)
        self._labels.append(label or f"step {len(self)}")
        self._frames.append(frame_of(_shown(self._sheet.picture, whole, whole_frame)))
        self._whole_frames.append(whole_frame)
        self._leaves.append([float(leaf.data) for leaf in self._leaf_nodes])
        self._surfaces.append(self._plane.numbers() if self._plane else [])

    def to_html(self) -> str:
        """The page as text."""
        sheet = self._sheet
        return page(
            sheet,
            BUDGET,
            title=f"Training: {summary(sheet.picture)}",
            moments=self._moments(),
            curve=curve_of(self._curve()),
            plane=self._plane,
        )

    def to_svg(self, *, seconds: float = 0.25) -> str:
        """The moments as a film, an animated SVG without a script: for a README or a slide.

        Each moment is seen for so many ``seconds``; of more than 60 some are left out, evenly.
        Readers who want no motion see the last.

        Raises:
            InputValueError: ``seconds`` is not a number above 0.
            MissingExtraError: There is a plane, and NumPy is not installed.
        """
        return film_of(self._scenes(), checked_seconds(seconds))

    def to_gif(self, *, seconds: float = 0.25) -> bytes:
        """The same film as a GIF, for slides; as a file of that ending, see :meth:`save`.

        Raises:
            InputValueError: ``seconds`` is not a number above 0.
            MissingExtraError: What makes pictures, or NumPy for a plane, is not installed.
        """
        return animated(stills_of(self._scenes()), checked_seconds(seconds))

    def _scenes(self, characters: int = 10_000_000) -> Scenes:
        """The moments that a film shows, of about so many characters."""
        picture, style, notes, _ = self._sheet
        labels, curve = self._labels, self._curve()
        return scenes_of(
            picture,
            style,
            notes,
            self._frames,
            labels,
            curve,
            self._plane,
            self._surfaces,
            characters,
        )

    def _curve(self) -> list[float]:
        """The result at each moment."""
        root = self._whole.outputs[0]
        return [frame.data[root] or 0.0 for frame in self._whole_frames]

    def _repr_html_(self) -> str:
        """What notebooks show: the film, an image that needs no trust, and the page below it."""
        film = film_of(self._scenes(IN_A_NOTEBOOK), 0.25)
        page = framed(self.to_html(), repr(self), "width:100%;height:42em;border:0")
        below = f"<details><summary>Step through</summary>{page}</details>"
        return f"{pictured(film, repr(self))}{below}"

    def _moments(self) -> list[Moment]:
        """The frames with their marks, which know of what is inside folded boxes too."""
        at = self._whole.places()
        holds = [
            [at[x] for x in (node if type(node) is tuple else (node,)) if type(x) is not float]
            for node in self._sheet.picture.nodes
        ]
        rectifiers = rectifiers_in(self._whole)
        own = self._plane.own(self._leaf_nodes) if self._plane else []
        return [
            Moment(
                label, frame, gathered(marks, holds, rectifiers), remark(marks), leaves,
                [surface[i] for i in own],
            )
            for label, frame, leaves, surface, marks in zip(
                self._labels,
                self._frames,
                self._leaves,
                self._surfaces,
                marks_of(self._whole, self._whole_frames),
            )
        ]  # fmt: skip

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the page to a file that ends in .html, or the film to one in .svg or .gif.

        A GIF needs the extra `pictures`.

        Raises:
            InputValueError: The file ends otherwise.
            OutputError: The folder does not exist, or the file cannot be written.
            MissingExtraError: What makes the film is not installed.
        """
        form = FORMATS.get(files.ending(path))
        if form is None:
            raise InputValueError(
                "a recording is saved as a page, .html, or as a film, .svg or .gif, "
                f"but {os.fspath(path)!r} ends otherwise"
            )
        files.check(path)
        files.write(path, form(self))


FORMATS: dict[str, Callable[[Recorder], bytes]] = {
    ".html": lambda recorder: recorder.to_html().encode(),
    ".svg": lambda recorder: recorder.to_svg().encode(),
    ".gif": lambda recorder: recorder.to_gif(),
}
"""The endings of files that a recording is saved in, and what makes their content."""


def _at(picture: Picture, fresh: Sequence[float | None]) -> Picture:
    """The picture with these numbers in the boxes of interior nodes, and the leaves' own of now."""
    boxes = [
        box if type(node) is float else box._replace(data=node.data if x is None else x, grad=None)
        for box, node, x in zip(picture.boxes, picture.nodes, fresh)
    ]
    return picture._replace(boxes=tuple(boxes))


def _shown(picture: Picture, whole: Picture, frame: Frame) -> Picture:
    """The picture that is shown, folds and all, with the numbers of the whole graph."""
    at = whole.places()
    boxes = []
    for box, node in zip(picture.boxes, picture.nodes):
        if type(node) is tuple:
            node = _result(node) if box.data is not None else 0.0
        if type(node) is not float:
            box = box._replace(data=frame.data[at[node]], grad=frame.grads[at[node]])
        boxes.append(box)
    passed = (
        (whole.nodes[source], whole.nodes[target], position, x and x.contribution)
        for (source, target, position, *_), x in zip(whole.edges, frame.edges)
    )
    return bundled(picture._replace(boxes=tuple(boxes)), passed)


def _result(nodes: Sequence[Value | float]) -> Value | float:
    """The node of a fold that no other one in it uses."""
    computed = [node for node in nodes if not isinstance(node, float) and node.op is not None]
    used = {x for node in computed for x in operands_of(node) if type(x) is not float}
    return next((node for node in reversed(computed) if node not in used), 0.0)
