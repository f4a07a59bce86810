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
