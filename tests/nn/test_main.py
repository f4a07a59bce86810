"""The command line, as a user runs it."""

import gzip
import random
import re
import shlex
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

import nn
from nn.__main__ import main

ROOT = Path(__file__).parents[2]
QUICK = {"moons": ["--epochs", "2"], "digits": ["--epochs", "1", "--hidden", "2"]}


@pytest.fixture(scope="module")
def mnist(tmp_path_factory):
    """A folder of MNIST's make: 300 and 100 pictures of 4x4 pixels, whose bright row is the label.

    Labels are 0 to 3 only, so that they can be learnt; half the files are gzipped.
    """
    folder = tmp_path_factory.mktemp("mnist")
    rng = random.Random(0)
    for kind, n in (("train", 300), ("t10k", 100)):
        labels = bytes(rng.randrange(4) for _ in range(n))
        pixels = bytes(
            rng.randrange(200, 256) if row == label else rng.randrange(80)
            for label in labels
            for row in range(4)
            for _ in range(4)
        )
        images = struct.pack(">4B3I", 0, 0, 8, 3, n, 4, 4) + pixels
        (folder / f"{kind}-images-idx3-ubyte.gz").write_bytes(gzip.compress(images))
        (folder / f"{kind}-labels-idx1-ubyte").write_bytes(
            struct.pack(">4BI", 0, 0, 8, 1, n) + labels
        )
    return folder


def run(capsys, *arguments):
    """(exit status, standard output, standard error) of `python -m nn` with these arguments."""
    try:
        status = main(arguments)
    except SystemExit as exit:
        status = exit.code
    return status, *capsys.readouterr()


@pytest.mark.parametrize(("command", "kind"), [("moons", "training"), ("digits", "test")])
def test_it_ends_with_a_confusion_matrix_and_the_accuracy(capsys, command, kind):
    """The matrix's diagonal agrees with the last line."""
    status, out, err = run(capsys, command, *QUICK[command])
    assert status == 0
    assert len(re.findall(r"^epoch \d/\d  loss \d\.\d{4}  accuracy \d\.\d{4}$", err, re.M)) == int(
        QUICK[command][1]
    )
    *_, last = lines = out.splitlines()
    assert re.fullmatch(rf"{kind} accuracy [01]\.\d{{4}}", last)
    classes = 2 if command == "moons" else 10
    rows = [re.findall(r"\d+|\.", line)[1:] for line in lines[-1 - classes : -1]]
    matrix = [[0 if cell == "." else int(cell) for cell in row] for row in rows]
    total = {"moons": 100, "digits": 450}[command]
    assert sum(map(sum, matrix)) == total
    right = sum(matrix[i][i] for i in range(classes))
    assert last.endswith(f" {right / total:.4f}")


def test_moons_are_learnt_completely_at_the_defaults(capsys):
    status, out, _ = run(capsys, "moons", "--quiet")
    assert status == 0
    assert out.endswith("training accuracy 1.0000\n")


@pytest.mark.parametrize("command", QUICK)
def test_same_seed_same_model_to_the_bit(capsys, tmp_path, command):
    """Another seed, another model; the saved file loads."""
    texts = []
    path = tmp_path / "model.json"
    for seed in ("3", "3", "4"):
        assert run(capsys, command, *QUICK[command], "--seed", seed, "--out", str(path))[0] == 0
        texts.append(path.read_text())
    assert texts[0] == texts[1] != texts[2]
    assert nn.MLP.load(path).nouts[-1] == {"moons": 1, "digits": 10}[command]


def test_quiet_prints_only_the_result(capsys):
    _, out, err = run(capsys, "moons", *QUICK["moons"], "--quiet")
    assert err == ""
    assert len(out.splitlines()) == 5


def test_options_reach_the_training(capsys):
    _, out, _ = run(capsys, "moons", "--epochs", "1", "--hidden", "3", "--batch-size", "50")
    assert "2-3-1 network, 13 parameters" in out


@pytest.mark.parametrize("command", QUICK)
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--lr", "0"], "--lr: takes a number above 0, but got '0'"),
        (["--lr", "-0.1"], "--lr: takes a number above 0, but got '-0.1'"),
        (["--lr", "nan"], "--lr: takes a number above 0, but got 'nan'"),
        (["--lr", "fast"], "--lr: takes a number above 0, but got 'fast'"),
        (["--epochs", "0"], "--epochs: takes a whole number from 1, but got '0'"),
        (["--epochs", "2.5"], "--epochs: takes a whole number from 1, but got '2.5'"),
        (["--batch-size", "0"], "--batch-size: takes a whole number from 1"),
        (["--hidden", "a,b"], "--hidden: takes whole numbers from 1, separated by commas"),
        (["--hidden", "16,"], "--hidden: takes whole numbers"),
        (["--hidden", "0"], "--hidden: takes whole numbers"),
        (["--seed", "x"], "--seed"),
        (["--out", "/nowhere/at/all.json"], "'/nowhere/at/all.json' cannot be written"),
        (["--out", "."], "'.' cannot be written: it is a folder"),
        (["--colour"], "unrecognized arguments: --colour"),
    ],
    ids=lambda item: " ".join(item) if isinstance(item, list) else "",
)
def test_bad_options_are_one_line_and_status_2(capsys, monkeypatch, command, arguments, message):
    """Before any training."""
    monkeypatch.setattr(nn, "fit", None)
    status, out, err = run(capsys, command, *arguments)
    assert status == 2
    assert out == ""
    assert err.count("\n") == 1
    assert message in err


def test_unwritable_place_leaves_no_trace(capsys, tmp_path):
    target = tmp_path / "folder"
    target.mkdir()
    assert run(capsys, "moons", "--out", str(target))[0] == 2
    assert list(tmp_path.iterdir()) == [target]


def test_divergence_is_one_line_and_status_1(capsys):
    status, _, err = run(capsys, "digits", "--quiet", "--lr", "1e200")
    assert status == 1
    assert err.count("\n") == 1
    assert "try a lower learning rate" in err


def test_missing_scikit_learn_is_one_line_and_status_2(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    status, _, err = run(capsys, "digits")
    assert status == 2
    assert err.count("\n") == 1
    assert "scalar-autograd[demo]" in err


@pytest.mark.parametrize(
    "arguments", [["--help"], ["moons", "--help"], ["digits", "--help"], ["mnist", "--help"]]
)
def test_help_is_there(capsys, arguments):
    status, out, _ = run(capsys, *arguments)
    assert status == 0
    assert "handwritten" in out or "half moons" in out or "MNIST" in out
    assert max(map(len, out.splitlines())) <= 100


def test_mnist_learns_from_idx_files(capsys, mnist):
    status, out, err = run(capsys, "mnist", "--data", str(mnist), "--epochs", "5")
    assert status == 0
    assert out.startswith("mnist: 300 examples to learn from; 16-16-16-10 network, 714 parameters")
    assert re.fullmatch(r"test accuracy (0\.9[5-9]\d\d|1\.0000)", out.splitlines()[-1])
    assert err.count("\n") == 5


def test_mnist_computes_alike_by_programs_and_by_values(capsys, mnist):
    options = ["mnist", "--data", str(mnist), "--epochs", "1"]
    compiled, eager = run(capsys, *options), run(capsys, *options, "--backend", "eager")
    assert compiled == eager


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--data", "/no/such/folder"], "'/no/such/folder' is no folder"),
        (["--backend", "fast"], "--backend: invalid choice"),
    ],
    ids=lambda item: " ".join(item) if isinstance(item, list) else "",
)
def test_bad_mnist_options_are_one_line_and_status_2(capsys, arguments, message):
    status, out, err = run(capsys, "mnist", *arguments)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert message in err


def test_a_truncated_file_is_one_line_and_status_2(capsys, mnist, tmp_path):
    for path in mnist.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes()[:-5])
    status, _, err = run(capsys, "mnist", "--data", str(tmp_path))
    assert status == 2
    assert err.count("\n") == 1


def test_interrupt_judges_and_saves_what_was_learnt(tmp_path):
    """Ctrl-C after the first epoch of a real run."""
    path = tmp_path / "model.json"
    # What a shell starts in the background ignores Ctrl-C, and so would what is started here.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "nn", "moons", "--epochs", "100000", "--out", str(path)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    finally:
        signal.signal(signal.SIGINT, before)
    process.stderr.readline()
    later = time.monotonic() + 0.1
    while time.monotonic() < later:  # a pipe that is full would cut a line in two
        process.stderr.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert process.returncode == 130
    assert re.search(r"^interrupted after \d+ of 100000 epochs", err, re.M)
    assert "Traceback" not in err
    assert re.fullmatch(r"training accuracy \d\.\d{4}", out.splitlines()[-1])
    assert nn.MLP.load(path)


@pytest.mark.parametrize("options", [["--quiet"], []])
def test_a_pipe_that_nobody_reads_is_no_fault(options):
    command = [sys.executable, "-m", "nn", "moons", "--epochs", "1", *options]
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {shlex.join(command)} | true"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, "BrokenPipe" in done.stderr) == (0, False)
