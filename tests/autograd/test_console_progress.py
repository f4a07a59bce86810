"""Progress: a bar for people, lines for logs, nothing when quiet."""

import io
import os
import sys

import pytest

from autograd.console import Progress


def shown(stream, monkeypatch, **options):
    monkeypatch.setattr(sys, "stderr", stream)
    with Progress(epochs=2, steps=3, **options) as progress:
        for i in range(6):
            progress.step({"loss": 1.0 / (i + 1)})
            if i % 3 == 2:
                progress.end_epoch({"loss": 1.0 / (i + 1), "accuracy": 0.5})
    return stream.getvalue()


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def size(monkeypatch):
    """The size of the terminal, to be changed."""
    columns_and_lines = [80, 24]
    monkeypatch.setattr(os, "get_terminal_size", lambda number: tuple(columns_and_lines))
    monkeypatch.setattr(Terminal, "fileno", lambda self: 2, raising=False)
    monkeypatch.setattr("tqdm.std._screen_shape_wrapper", lambda: lambda fp: columns_and_lines)
    return columns_and_lines


class Notebook(io.StringIO):
    """Not a terminal, but a place where a bar can be redrawn."""


Notebook.__module__ = "ipykernel.iostream"


def test_logs_get_one_line_an_epoch(monkeypatch):
    assert shown(io.StringIO(), monkeypatch) == (
        "epoch 1/2  loss 0.3333  accuracy 0.5000\nepoch 2/2  loss 0.1667  accuracy 0.5000\n"
    )


def test_terminals_get_a_bar_with_loss_and_accuracy(monkeypatch, size):
    text = shown(Terminal(), monkeypatch)
    assert "\r" in text
    assert "epoch 2/2, loss 0.1667, accuracy 0.5000 100%|" in text
    assert max(map(len, text.replace("\n", "\r").split("\r"))) <= 80


def test_figures_come_before_the_bar_where_both_have_no_room(monkeypatch, size):
    """With validation data there are four, which fit into 80 columns."""
    monkeypatch.setattr(sys, "stderr", stream := Terminal())
    names = ("loss", "accuracy", "val_loss", "val_accuracy")
    with Progress(epochs=16, steps=1, first=9) as progress:
        progress.step({"loss": 0.5})
        progress.end_epoch(dict.fromkeys(names, 0.125))
    last = stream.getvalue().rstrip().split("\r")[-1]
    assert last.startswith("epoch 10/16, " + ", ".join(f"{name} 0.1250" for name in names))


@pytest.mark.parametrize("unknown", [(0, 0), (80, 0), (0, 24)])
def test_terminals_of_unknown_size_get_lines(monkeypatch, size, unknown):
    """As in containers: a bar would not be seen."""
    size[:] = unknown
    assert shown(Terminal(), monkeypatch).count("\n") == 2


def test_terminals_without_tqdm_get_lines(monkeypatch, size):
    """Training does not fail for want of an ornament."""
    monkeypatch.setitem(sys.modules, "tqdm", None)
    assert shown(Terminal(), monkeypatch).count("\n") == 2


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()], ids=["log", "terminal"])
def test_quiet_is_silent(monkeypatch, stream):
    assert shown(stream, monkeypatch, show=False) == ""


def test_notebooks_get_a_bar_too(monkeypatch):
    """Of a fixed width, as they have none to tell; the last state stays when they are saved."""
    text = shown(Notebook(), monkeypatch)
    assert "\r" in text
    assert "accuracy 0.5000 100%" in text
    assert max(map(len, text.replace("\n", "\r").split("\r"))) <= 90


def test_resumed_training_counts_from_where_it_was(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with Progress(epochs=9, steps=1, first=7) as progress:
        progress.end_epoch({"loss": 0.5})
    assert stream.getvalue() == "epoch 8/9  loss 0.5000\n"


def test_many_steps_do_not_wait_for_the_bar(monkeypatch, size):
    """It is redrawn a few times a second, and always at the end of an epoch."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with Progress(epochs=1, steps=2000) as progress:
        for i in range(2000):
            progress.step({"loss": float(i)})
        progress.end_epoch({"loss": 0.125})
    assert "loss 0.1250" in stream.getvalue()
    assert stream.getvalue().count("\r") < 100
