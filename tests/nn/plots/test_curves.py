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
from nn.plots.curves import BLUE, ORANGE

matplotlib.use("agg")

HISTORY = nn.History(loss=[2.0, 1.0, 0.5])


@pytest.fixture(autouse=True)
def _close_figures():
    plt.close("all")  # those of doctests
    yield
    plt.close("all")


def curve(line):
    return (line.get_label(), line.get_xdata().tolist(), list(line.get_ydata()))


def test_signs_have_the_colours_of_drawn_graphs():
    """Blue is positive, orange negative and white 0, on the edges of drawings and in plots."""
    assert (COLOURS["up"][0], COLOURS["down"][0]) == (BLUE, ORANGE)
    shown = [to_hex(plots.diverging()(x)) for x in (1.0, 0.5, 0.0)]
    assert shown == [BLUE, "#ffffff", ORANGE]


def test_axes_given_are_drawn_on_and_returned():
    """No other figure is made; without axes, one is. The picture can be rendered."""
    figure, ax = plt.subplots()
    assert plots.plot_history(HISTORY, ax=ax) is ax
    assert ax.has_data()
    assert plt.get_fignums() == [figure.number]
    assert plots.plot_history(HISTORY).figure is not figure
    figure.canvas.draw()


def test_what_is_no_axes_is_refused():
    with pytest.raises(autograd.InputTypeError, match="ax takes matplotlib axes"):
        plots.plot_history(HISTORY, ax=3)


def test_missing_matplotlib_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    monkeypatch.setitem(sys.modules, "matplotlib.colors", None)
    for draw in (lambda: plots.plot_history(HISTORY), plots.diverging):
        with pytest.raises(autograd.MissingExtraError, match=r"scalar-autograd\[notebooks\]"):
            draw()


def test_plots_are_imported_without_matplotlib():
    code = "import sys, nn.plots; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


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


def test_history_goes_onto_axes_with_ticks_of_their_own():
    """Such as those of a picture that was there before."""
    ax = plt.subplots()[1]
    ax.imshow(np.eye(3))
    ax.clear()
    ax.set_xticks([0.5])
    assert plots.plot_history(HISTORY, ax=ax) is ax
    assert all(tick == int(tick) for tick in ax.get_xticks())
