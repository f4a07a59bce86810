"""The command lines in pipes that close and on terminals of few letters."""

import os
import subprocess
import sys

import pytest

from autograd.console import run

EDGES = ["-m", "autograd", "--edges"]
HELP = ["-m", "nn", "--help"]
EXPLAIN = ["-m", "autograd", "x - y**2", "x=1", "y=2", "--explain"]
TRAIN = ["-m", "nn", "moons", "--epochs", "2"]
ENVIRONMENT = {**os.environ, "PYTHONUNBUFFERED": "", "PYTHONUTF8": "0"}


@pytest.mark.skipif(os.name != "posix", reason="closed pipes as POSIX has them")
@pytest.mark.parametrize("arguments", [EDGES, HELP, EXPLAIN, TRAIN], ids=" ".join)
@pytest.mark.parametrize("lines", [0, 1])
def test_a_pipe_that_closes_ends_it_quietly(arguments, lines):
    """As with `| head`: no traceback, no complaint, and the status of a closed pipe or success."""
    command = [sys.executable, *arguments]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, **streams, env=ENVIRONMENT) as running:
        for _ in range(lines):
            running.stdout.readline()
        running.stdout.close()
        complaint = running.stderr.read().decode()
    assert "Traceback" not in complaint
    assert "BrokenPipe" not in complaint
    assert running.returncode in (0, 141)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_letters_that_a_terminal_lacks_are_replaced(encoding):
    """Minus signs and arrows become question marks where the encoding has none."""
    environment = {**ENVIRONMENT, "PYTHONIOENCODING": encoding}
    command = [sys.executable, *EXPLAIN]
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    shown = done.stdout.decode(encoding)
    assert "\u2212" in shown if encoding == "utf-8" else "?" in shown


def test_status_and_streams_that_are_not_there(monkeypatch):
    """Programs without a console have no standard streams."""
    assert run(lambda: 3) == 3
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert run(lambda: 2) == 2
