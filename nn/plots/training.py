"""Plots with matplotlib: how training went, what a network decides, what goes on inside.

Each function draws on `ax`, or on the axes of a new figure, and returns them. The mosaics of
pictures are in :mod:`nn.plots.mosaics`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import autograd
from autograd import Value
from autograd.extras import needed
from nn.checks import check_count
from nn.kinds import Decision, Listed, Loss, Model
from nn.metrics import argmax
from nn.plots.axes import BLUE, GREY, ORANGE, axes, matplotlib_or_error
from nn.predict import predict

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

# How things are drawn.
ABOVE: dict[str, Any] = {
    "loc": "lower center", "bbox_to_anchor": (0.5, 1.0), "ncols": 3, "frameon": False
}  # fmt: skip
PLANE: dict[str, Any] = {
    "alpha": 0.25, "shading": "nearest", "linewidth": 0, "rasterized": True
}  # fmt: skip
DOTS: dict[str, Any] = {"s": 24, "edgecolors": "white", "linewidths": 0.6}


def plot_history(history: Any, *, ax: Axes | None = None) -> Axes:
    """Loss, on the left scale, and accuracy, on the right, over the epochs of a `nn.History`.

    Training is drawn as a line, validation dashed; a dotted line marks the best epoch.

    >>> import nn
    >>> ax = plot_history(nn.History(loss=[0.7, 0.2]))
    """
    ax = axes(ax)
    _curves(ax, BLUE, "loss", history.loss, getattr(history, "val_loss", []))
    drawn = [*ax.lines]
    validated = getattr(history, "val_accuracy", [])
    if history.accuracy or validated:
        right = ax.twinx()
        _curves(right, ORANGE, "accuracy", history.accuracy, validated)
        drawn += right.lines
    best = getattr(history, "best_epoch", None)
    if best is not None:
        drawn.append(ax.axvline(best, color=GREY, linestyle=":", label=f"best epoch {best}"))
    ax.set_xlabel("epoch")
    ax.xaxis.set_major_locator(matplotlib_or_error().ticker.MaxNLocator(integer=True))
    ax.set_ylim(bottom=min(0.0, ax.get_ylim()[0]))
    if len(drawn) > 1:
        ax.legend(handles=drawn, **ABOVE)
    return ax


def plot_confusion_matrix(
    matrix: Sequence[Sequence[int]], *, names: Sequence[str] = (), ax: Axes | None = None
) -> Axes:
    """A confusion matrix with its counts; the darker, the larger a share of its actual class.

    >>> ax = plot_confusion_matrix([[9, 1], [0, 10]], names=["cat", "dog"])
    >>> [text.get_text() for text in ax.texts]
    ['9', '1', '', '10']
    """
    np = needed("numpy", "nn.plots")
    counts = np.asarray(matrix)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or not counts.size:
        raise autograd.InputValueError(
            f"plot_confusion_matrix takes a square matrix, but got one of shape {counts.shape}"
        )
    labels = list(names) or [str(i) for i in range(len(counts))]
    if len(labels) != len(counts):
        raise autograd.InputValueError(
            f"plot_confusion_matrix takes a name for each of {len(counts)} classes, "
            f"but got {len(labels)}"
        )
    ax = axes(ax, width=0.45 * len(counts) + 1.8, height=0.45 * len(counts) + 1.5)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    ax.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0)
    for (i, j), count in np.ndenumerate(counts):
        colour = "white" if shares[i, j] > 0.5 else "black" if i == j else ORANGE
        ax.text(j, i, str(count) if count else "", color=colour, ha="center", va="center")
    ax.set_xticks(range(len(counts)), labels)
    ax.set_yticks(range(len(counts)), labels)
    ax.set(xlabel="predicted", ylabel="actual")
    return ax


def plot_decision_boundary(
    model: Model,
    X: ArrayLike,
    y: Listed,
    *,
    loss: Loss | None = None,
    decide: Decision | None = None,
    resolution: int = 200,
    ax: Axes | None = None,
) -> Axes:
    """The plane coloured by what a network of two inputs decides, under the examples.

    `loss` is what the network was trained with, which says what label its outputs mean, or `decide`
    turns them into one. Without both the largest of several outputs wins, and one output above 0
    means class 1, as a logit does.

    >>> import nn
    >>> ax = plot_decision_boundary(nn.MLP(2, [4, 1], rng=0), *nn.data.xor(), resolution=20)
    """
    matplotlib, np = matplotlib_or_error(), needed("numpy", "nn.plots")
    points, labels = np.asarray(X, dtype=float), np.asarray(y)
    if points.shape[1:] != (2,) or labels.shape != (len(points),) or not len(points):
        raise autograd.InputValueError(
            "plot_decision_boundary takes rows of two columns with a label each, but got shapes "
            f"{points.shape} and {labels.shape}"
        )
    resolution = check_count("resolution", resolution)
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.1 * np.maximum(high - low, 1e-9)
    sides = [np.linspace(a, b, resolution) for a, b in zip(low - margin, high + margin)]
    grid = np.stack(np.meshgrid(*sides), axis=-1).reshape(-1, 2)
    if loss is None and decide is None:
        decide = _decide
    found = np.asarray(predict(model, grid, loss=loss, decide=decide))
    classes = np.unique(np.concatenate([labels, found]))
    colours = [matplotlib.colormaps["tab10"](i % 10) for i in range(len(classes))]
    if len(classes) <= 2:
        colours = [ORANGE, BLUE][-len(classes) :]  # a positive logit means the second
    ax = axes(ax, width=5.0, height=4.5)
    shown = np.searchsorted(classes, found).reshape(resolution, resolution)
    colormap = matplotlib.colors.ListedColormap(colours)
    ax.pcolormesh(*sides, shown, cmap=colormap, vmin=-0.5, vmax=len(classes) - 0.5, **PLANE)
    for label, colour in zip(classes, colours):
        ax.scatter(*points[labels == label].T, color=[colour], label=str(label), **DOTS)
    ax.legend(title="class", loc="best")
    return ax


def plot_activations(model: Model, X: ArrayLike, *, bins: int = 40, ax: Axes | None = None) -> Axes:
    """How each layer's outputs are distributed over the rows of `X`, one outline a layer.

    `model` is a Sequential, such as an MLP. Layers whose outputs pile up at one place have died or
    are saturated.

    >>> import nn
    >>> ax = plot_activations(nn.MLP(2, [4, 1], rng=0), [[0.0, 1.0], [1.0, 0.0]])
    """
    np = needed("numpy", "nn.plots")
    inputs = [Value(0.0) for _ in range(np.shape(X)[-1])]
    groups, outputs = [], inputs
    for layer in _layers("plot_activations", model):
        outputs = layer(outputs)
        outputs = outputs if isinstance(outputs, list) else [outputs]
        groups.append(outputs)
    program = autograd.compile([y for group in groups for y in group], x=inputs)
    parts = np.split(program(x=np.asarray(X)), np.cumsum([len(g) for g in groups])[:-1], axis=-1)
    return _histograms(parts, "outputs of layers", bins, ax)


def plot_gradients(model: Model, *, bins: int = 40, ax: Axes | None = None) -> Axes:
    """How the gradients in `.grad` of each layer's parameters are distributed.

    Call it after `backward`. Layers whose gradients are much smaller than those of others hardly
    learn.

    >>> import nn
    >>> model = nn.MLP(2, [4, 1], rng=0)
    >>> model([1.0, 2.0])[0].backward()
    >>> ax = plot_gradients(model)
    """
    layers = [layer for layer in _layers("plot_gradients", model) if hasattr(layer, "parameters")]
    parts = [[p.grad for p in layer.parameters()] for layer in layers]
    if not any(any(part) for part in parts):
        raise autograd.InputValueError(
            "plot_gradients draws what backward() has computed, but every gradient is 0: "
            "call backward() on a loss first"
        )
    return _histograms(parts, "gradients of layers", bins, ax)


def _decide(outputs: float | list[float] | tuple[float, ...]) -> int:
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    return argmax(outputs) if len(outputs) > 1 else int(outputs[0] > 0.0)


def _layers(what: str, model: Model) -> list[Any]:
    layers = getattr(model, "layers", None)
    if not layers:
        raise autograd.InputTypeError(
            f"{what} takes a model made of layers, such as an MLP, but got {model!r}"
        )
    return list(layers)


def _curves(
    ax: Axes, colour: str, what: str, trained: Sequence[float], validated: Sequence[float]
) -> None:
    for numbers, style, of in ((trained, "-", "training"), (validated, "--", "validation")):
        if numbers:
            epochs = range(1, len(numbers) + 1)
            marker = "o" if len(numbers) == 1 else ""
            ax.plot(epochs, numbers, style, marker=marker, color=colour, label=f"{of} {what}")
    ax.set_ylabel(what, color=colour)
    ax.tick_params(axis="y", labelcolor=colour)


def _histograms(parts: Sequence[ArrayLike], what: str, bins: int, ax: Axes | None) -> Axes:
    """An outline for each group of numbers, over the same bins."""
    matplotlib, np = matplotlib_or_error(), needed("numpy", "nn.plots")
    flat = [np.ravel(part) for part in parts]
    edges = np.histogram_bin_edges(np.concatenate(flat), check_count("bins", bins))
    ax = axes(ax)
    for i, numbers in enumerate(flat):
        shade = matplotlib.colormaps["viridis"](0.9 * i / max(1, len(flat) - 1))
        shares = np.histogram(numbers, edges)[0] / len(numbers)
        ax.stairs(shares, edges, color=shade, linewidth=1.5, label=f"layer {i}")
        ax.stairs(shares, edges, color=shade, fill=True, alpha=0.12)
    ax.set(xlabel=what, ylabel="share")
    ax.legend()
    return ax
