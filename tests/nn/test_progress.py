"""Progress: a bar for people, lines for logs, nothing when quiet."""

import io
import sys

import pytest

from nn.progress import Progress


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


class Notebook(io.StringIO):
    """Not a terminal, but a place where a bar can be redrawn."""


Notebook.__module__ = "ipykernel.iostream"


def test_logs_get_one_line_an_epoch(monkeypatch):
    assert shown(io.StringIO(), monkeypatch) == (
        "epoch 1/2  loss 0.3333  accuracy 0.5000\nepoch 2/2  loss 0.1667  accuracy 0.5000\n"
    )


def test_terminals_get_a_bar_with_loss_and_accuracy(monkeypatch):
    text = shown(Terminal(), monkeypatch)
    assert "\r" in text
    assert "epoch 2/2: 100%" in text
    assert "loss 0.1667, accuracy 0.5000" in text


def test_terminals_without_tqdm_get_lines(monkeypatch):
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
    assert "epoch 2/2: 100%" in text
    assert max(map(len, text.replace("\n", "\r").split("\r"))) <= 90


def test_resumed_training_counts_from_where_it_was(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with Progress(epochs=9, steps=1, first=7) as progress:
        progress.end_epoch({"loss": 0.5})
    assert stream.getvalue() == "epoch 8/9  loss 0.5000\n"


def test_many_steps_do_not_wait_for_the_bar(monkeypatch):
    """It is redrawn a few times a second, and always at the end of an epoch."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with Progress(epochs=1, steps=2000) as progress:
        for i in range(2000):
            progress.step({"loss": float(i)})
        progress.end_epoch({"loss": 0.125})
    assert "loss 0.1250" in stream.getvalue()
    assert stream.getvalue().count("\r") < 100
