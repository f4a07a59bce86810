"""Plots: what is drawn where, on the axes given, and what is refused."""

import subprocess
import sys

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

import autograd
import nn
from autograd.drawing.formats.style import COLOURS
from nn import plots
from nn.plots.axes import BLUE, GREY, ORANGE

matplotlib.use("agg")

PICTURES = np.linspace(0.0, 1.0, 5 * 64).reshape(5, 64)
NUDGES = [0.1, -0.4, 0.3, 0.0, -0.2]


EVERY = {
    "history": lambda **ax: plots.plot_history(nn.History(loss=[2.0, 1.0]), **ax),
    "digits": lambda **ax: plots.plot_digits(PICTURES, **ax),
    "weights": lambda **ax: plots.plot_weights(nn.Layer(9, 2, rng=0), **ax),
    "nudges": lambda **ax: plots.plot_nudges(NUDGES, PICTURES, **ax),
}
every = pytest.mark.parametrize("draw", EVERY.values(), ids=EVERY)


@pytest.fixture(autouse=True)
def _close_figures():
    plt.close("all")  # those of doctests
    yield
    plt.close("all")


def texts(ax):
    return [text.get_text() for text in ax.texts]


def curve(line):
    return (line.get_label(), line.get_xdata().tolist(), list(line.get_ydata()))


# Colours


def test_signs_have_the_colours_of_drawn_graphs():
    """Blue is positive, orange negative and white 0, on the edges of drawings and in plots."""
    assert (COLOURS["up"][0], COLOURS["down"][0]) == (BLUE, ORANGE)
    layer = nn.Layer(3, 1, init="zeros")
    layer.neurons[0].weights[0].data, layer.neurons[0].weights[2].data = 2.0, -2.0
    image = plots.plot_weights(layer, shape=(1, 3)).images[0]
    shown = [to_hex(image.cmap(image.norm(x))) for x in image.get_array()[0]]
    assert shown == [BLUE, "#ffffff", ORANGE]
    assert [to_hex(plots.diverging()(x)) for x in (1.0, 0.5, 0.0)] == shown


# Of every plot


@every
def test_axes_given_are_drawn_on_and_returned(draw):
    """No other figure is made; without axes, one is. The picture can be rendered."""
    figure, ax = plt.subplots()
    assert draw(ax=ax) is ax
    assert ax.has_data()
    assert plt.get_fignums() == [figure.number]
    assert draw().figure is not figure
    figure.canvas.draw()


@every
def test_what_is_no_axes_is_refused(draw):
    with pytest.raises(autograd.InputTypeError, match="ax takes matplotlib axes"):
        draw(ax=3)


@every
def test_missing_matplotlib_names_the_extra(draw, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(autograd.MissingExtraError, match=r"scalar-autograd\[notebooks\]"):
        draw()


def test_plots_are_imported_without_matplotlib():
    code = "import sys, nn.plots; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


# Curves


def test_history_shows_loss_left_and_accuracy_right():
    """Epochs count from 1; validation is dashed; the best epoch is marked."""
    history = nn.History(loss=[3.0, 2.0, 1.0], accuracy=[0.5, 0.75, 1.0])
    history.val_loss, history.val_accuracy, history.best_epoch = [3, 1, 2], [0.5, 0.75, 0.5], 2
    ax = plots.plot_history(history)
    right = next(other for other in ax.figure.axes if other is not ax)
    assert [curve(line)[:2] for line in ax.lines[:2]] == [
        ("training loss", [1, 2, 3]),
        ("validation loss", [1, 2, 3]),
    ]
    assert [curve(line)[2] for line in right.lines] == [[0.5, 0.75, 1.0], [0.5, 0.75, 0.5]]
    assert [line.get_linestyle() for line in right.lines] == ["-", "--"]
    assert (ax.get_ylabel(), right.get_ylabel()) == ("loss", "accuracy")
    assert ax.lines[2].get_xdata() == [2, 2]
    told = [text.get_text() for text in ax.get_legend().get_texts()]
    assert (len(told), told[-1]) == (5, "best epoch 2")


def test_history_of_a_loss_alone_is_one_line():
    ax = plots.plot_history(nn.History(loss=[3.0, 2.0]))
    assert [curve(line) for line in ax.lines] == [("training loss", [1, 2], [3.0, 2.0])]
    assert ax.figure.axes == [ax]
    assert ax.get_legend() is None


def test_weights_are_pictures_on_one_scale():
    """Symmetric around 0, so that white is no weight."""
    layer = nn.Layer(6, 2, init="zeros")
    layer.neurons[1].weights[5].data = -3.0
    ax = plots.plot_weights(layer, shape=(2, 3))
    image = ax.images[0]
    assert image.get_clim() == (-3.0, 3.0)
    canvas = image.get_array().filled(9.0)
    assert canvas.tolist() == [[0, 0, 0, 9, 0, 0, 0], [0, 0, 0, 9, 0, 0, -3]]
    assert plots.plot_weights(nn.MLP(4, [3, 1], rng=0)).get_title() == "weights of 3 neurons"
    with pytest.raises(autograd.InputTypeError, match="takes a Layer, or a network"):
        plots.plot_weights(nn.Neuron(4, rng=0))


# Pictures


def test_digits_show_labels_and_mark_mistakes():
    ax = plots.plot_digits(PICTURES, [1, 2, 3, 4, 5], predicted=[1, 2, 8, 4, 5], columns=3)
    assert texts(ax) == ["1", "2", "8, not 3", "4", "5"]
    assert [to_hex(frame.get_edgecolor()) == ORANGE for frame in ax.patches] == [
        False, False, True, False, False,
    ]  # fmt: skip
    # Third in the first row of three, above a text: 8 pixels and a gap each.
    assert ax.patches[2].get_xy() == (17.5, -0.5)
    shown = ax.images[0].get_array()
    assert (shown[:8, 18:26] == PICTURES[2].reshape(8, 8)).all()
    assert texts(plots.plot_digits(PICTURES, np.arange(5))) == list("01234")
    assert texts(plots.plot_digits(PICTURES)) == []


def test_nudges_show_who_pushes_most():
    """Up in the first row, down in the second, strongest first; the mean over all above."""
    ax = plots.plot_nudges(NUDGES, PICTURES, "abcde", most=2)
    assert texts(ax) == ["c: +0.3", "a: +0.1", "b: -0.4", "e: -0.2"]
    assert ax.get_title() == "mean nudge of 5 examples: -0.04"
    assert [to_hex(frame.get_edgecolor()) for frame in ax.patches] == [BLUE] * 2 + [ORANGE] * 2
    still = plots.plot_nudges([0.0], PICTURES[:1])
    assert {to_hex(frame.get_edgecolor()) for frame in still.patches} == {GREY}


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plots.plot_digits(PICTURES, [1, 2]), "5 pictures and 2 labels in y"),
        (lambda: plots.plot_digits(PICTURES, [1] * 5, [1]), "1 labels in predicted"),
        (lambda: plots.plot_digits(PICTURES, columns=0), "columns must be at least 1"),
        (lambda: plots.plot_digits(PICTURES[:, :60]), r"of shape \(5, 60\) and shape=None"),
        (lambda: plots.plot_digits(PICTURES, shape=(7, 8)), r"and shape=\(7, 8\)"),
        (lambda: plots.plot_digits([]), r"of shape \(0,\)"),
        (lambda: plots.plot_digits([["a"]]), "rows of numbers"),
        (lambda: plots.plot_nudges([1.0], PICTURES), r"5 pictures, nudges of shape \(1,\)"),
        (lambda: plots.plot_nudges(NUDGES, PICTURES, [1]), "and 1 labels"),
        (lambda: plots.plot_nudges(np.ones((5, 3)), PICTURES), r"choose a .*nudges\[:, i\]"),
        (lambda: plots.plot_nudges(NUDGES, PICTURES, most=0), "most must be at least 1"),
    ],
)
def test_pictures_and_labels_must_fit(draw, message):
    with pytest.raises((autograd.InputValueError, autograd.InputTypeError), match=message):
        draw()


def test_pictures_need_not_be_square():
    assert plots.plot_digits(PICTURES, shape=(4, 16)).images[0].get_array().shape[0] == 4
    assert plots.plot_digits(PICTURES.reshape(5, 16, 4)).images[0].get_array().shape[0] == 16


def test_history_goes_onto_axes_with_ticks_of_their_own():
    """Such as those of a picture that was there before."""
    ax = plots.plot_digits(PICTURES)
    ax.clear()
    ax.set_xticks([0.5])
    assert plots.plot_history(nn.History(loss=[2.0, 1.0, 0.5]), ax=ax) is ax
    assert all(tick == int(tick) for tick in ax.get_xticks())
