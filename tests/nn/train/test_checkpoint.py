"""Checkpoints: a run that was stopped goes on as if it had never been, to the bit."""

import json
import math
import random
import re
import zipfile
from pathlib import Path

import pytest

import nn
from nn.schedules import CosineSchedule, StepSchedule

X = [[0.1 * i - 1, (0.37 * i) % 1.0] for i in range(30)]
Y = [int(x[0] + x[1] > 0.4) for x in X]
RULES = {
    "SGD": {"lr": 0.1, "momentum": 0.9},
    "Adam": {"lr": 0.02},
    "AdamW": {"lr": 0.02},
}


def start(rule="Adam", **options):
    """A model, its optimiser, and how to go on training it."""
    model = nn.MLP(2, [4, 2], activation="tanh", rng=7)
    optimizer = getattr(nn, rule)(model.parameters(), **RULES[rule], **options)

    def train(epochs, **options):
        given = {
            "loss": nn.cross_entropy,
            "batch_size": 8,
            "rng": 0,
            "schedule": CosineSchedule(),
            "validation": (X[:9], Y[:9]),
            "progress": False,
            **options,
        }
        return nn.fit(model, X, Y, optimizer=optimizer, epochs=epochs, **given)

    return model, optimizer, train


def content(path):
    """What `run.json` says in a checkpoint."""
    with zipfile.ZipFile(path) as file:
        return json.loads(file.read("run.json"), parse_constant=pytest.fail)


def altered(path, change):
    """Write the checkpoint anew with a change to the text of `run.json`."""
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    parts["run.json"] = change(parts["run.json"].decode()).encode()
    with zipfile.ZipFile(path, "w") as file:
        for name, part in parts.items():
            file.writestr(name, part)


def stop_after(epochs):
    return lambda history, model: len(history.loss) == epochs


def facts(history):
    """All of a history but the times it took."""
    return {name: value for name, value in vars(history).items() if name != "seconds"}


@pytest.mark.parametrize("backend", ["auto", "eager"])
@pytest.mark.parametrize("rule", RULES)
def test_five_epochs_and_five_are_ten(tmp_path, rule, backend):
    """To the bit: parameters, optimiser, random numbers and history."""
    path = tmp_path / "run.json"
    whole, whole_optimizer, train = start(rule)
    expected = train(10, rng=(one := random.Random(3)), backend=backend)

    _, _, train = start(rule)
    options = {"checkpoint": path, "backend": backend}
    half = train(10, rng=3, callbacks=[stop_after(5)], **options)
    assert half.stopped
    assert len(half.loss) == 5
    parts, parts_optimizer, train = start(rule)
    history = train(10, rng=(two := random.Random(99)), resume=True, **options)

    assert parts.state_dict() == whole.state_dict()
    assert parts_optimizer.memory == whole_optimizer.memory
    assert one.getstate() == two.getstate()
    assert facts(history) == facts(expected)
    assert len(history.seconds) == 10


def test_longer_training_goes_on_from_a_run_that_ended(tmp_path):
    """Five epochs, and then ten in all, with a schedule that does not look at their number."""
    path, constant = tmp_path / "run.json", {"schedule": nn.schedules.ConstantSchedule()}
    whole, _, train = start()
    train(10, **constant)
    _, _, train = start()
    train(5, checkpoint=path, **constant)
    parts, _, train = start()
    train(10, checkpoint=path, resume=True, **constant)
    assert parts.state_dict() == whole.state_dict()


@pytest.mark.parametrize("backend", ["auto", "eager"])
def test_resuming_a_run_that_is_complete_brings_it_back(tmp_path, backend):
    """There is no epoch left to train, but the parameters and the history are there."""
    path = tmp_path / "run.json"
    done, optimizer, train = start()
    expected = train(2, checkpoint=path, backend=backend)
    again, same, train = start()
    history = train(2, checkpoint=path, resume=True, backend=backend)
    assert again.state_dict() == done.state_dict()
    assert same.memory == optimizer.memory
    assert history == expected


def test_the_best_epoch_survives_the_break(tmp_path):
    """Patience and the best parameters count across it."""
    path, options = tmp_path / "run.json", {"restore_best": True, "validation": None}
    whole, _, train = start("SGD")
    expected = train(10, **options)
    _, _, train = start("SGD")
    train(10, checkpoint=path, callbacks=[stop_after(5)], **options)
    parts, _, train = start("SGD")
    assert train(10, checkpoint=path, resume=True, **options).best_epoch == expected.best_epoch
    assert parts.state_dict() == whole.state_dict()


def test_an_infinite_validation_loss_is_kept(tmp_path):
    """It ends neither training nor the checkpoint, which stays strict JSON."""
    path = tmp_path / "run.json"
    model = nn.Layer(1, 2, init="zeros")
    optimizer = nn.SGD(model.parameters(), 0.1)
    far = ([[1e308]], [0])

    def train(epochs, **options):
        options = {**options, "validation": far, "progress": False, "checkpoint": path}
        return nn.fit(
            model,
            [[1.0]],
            [1],
            loss=nn.cross_entropy,
            optimizer=optimizer,
            epochs=epochs,
            **options,
        )

    model.neurons[0].weights[0].data = -1e10
    assert train(2).val_loss == [math.inf] * 2
    assert content(path)["history"]["val_loss"] == ["inf"] * 2
    assert train(3, resume=True).val_loss == [math.inf] * 3


def test_resume_starts_anew_where_there_is_nothing_yet(tmp_path):
    """So one command serves the first run and all that follow."""
    path = tmp_path / "run.json"
    one, _, train = start()
    train(2)
    two, _, train = start()
    train(2, checkpoint=path, resume=True)
    assert one.state_dict() == two.state_dict()
    assert path.exists()


def test_without_resume_a_checkpoint_is_overwritten(tmp_path):
    path = tmp_path / "run.json"
    path.write_text("something else")
    _, _, train = start()
    train(1, checkpoint=path)
    assert content(path)["format"] == "scalar-autograd checkpoint"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text[:-40], "damaged or cut short"),
        (lambda text: text.replace("checkpoint", "model"), "is no checkpoint of version 3"),
        (lambda text: text.replace('"version": 3', '"version": 4'), "is no checkpoint of version"),
        (lambda text: text.replace('"memory"', '"memories"'), "does not fit.*memory"),
        (lambda text: text.replace('"memory3"', '"best"'), "does not fit"),
        (lambda text: text.replace('"model": "', '"model": "x'), "of a run with model=x"),
        (lambda text: text.replace('"history": {', '"history": [], "old": {'), "does not fit"),
        (lambda text: text.replace('"val_loss": [', '"val_loss": ["x", '), "does not fit"),
        (lambda text: text.replace('"Adam"', '"SGD"'), "optimizer=SGD, but now it is Adam"),
        (lambda text: text.replace('"lr": 0.02', '"lr": 0.5'), "lr=0.5, but now it is 0.02"),
    ],
)
def test_a_checkpoint_of_something_else_is_refused(tmp_path, change, message):
    """And nothing has changed, not even the file."""
    path = tmp_path / "run.json"
    _, _, train = start()
    train(1, checkpoint=path)
    altered(path, change)
    written = path.read_bytes()
    model, optimizer, train = start()
    before, memory = model.state_dict(), list(optimizer.memory)
    with pytest.raises(nn.ModelFileError, match=message):
        train(2, checkpoint=path, resume=True)
    assert (model.state_dict(), optimizer.memory) == (before, memory)
    assert path.read_bytes() == written


def test_a_damaged_checkpoint_is_refused(tmp_path):
    """Cut short, or with a byte changed: the archive's own sums tell."""
    path = tmp_path / "run.json"
    _, _, train = start()
    train(1, checkpoint=path)
    whole = path.read_bytes()
    for place in range(0, len(whole) - 30, 97):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        model, _, train = start()
        before = model.state_dict()
        try:
            train(1, checkpoint=path, resume=True)
        except nn.ModelFileError:
            assert model.state_dict() == before
    path.write_bytes(whole[:-30])
    with pytest.raises(nn.ModelFileError):
        train(2, checkpoint=path, resume=True)


OTHER = (X[9:], Y[9:])


@pytest.mark.parametrize(("before", "after"), [(OTHER, None), (None, OTHER), (OTHER, (X, Y))])
def test_what_is_best_begins_anew_where_other_data_judge(tmp_path, before, after):
    """A loss of the examples is no better or worse than one of validation data was."""
    path = tmp_path / "run.json"
    _, _, train = start()
    first = train(3, checkpoint=path, validation=before, schedule=nn.schedules.ConstantSchedule())
    _, _, train = start()
    history = train(
        6, checkpoint=path, validation=after, resume=True, restore_best=True,
        schedule=nn.schedules.ConstantSchedule(),
    )  # fmt: skip
    entries = history.val_loss if after else history.loss
    assert history.best_epoch == min((4, 5, 6), key=lambda epoch: entries[epoch - 1])
    assert len(entries) == 6
    if before is None:  # an entry an epoch, whatever was not looked at
        assert [math.isnan(x) for x in history.val_loss + history.val_accuracy] == [
            *[True] * 3, *[False] * 3, *[True] * 3, *[False] * 3,
        ]  # fmt: skip
    else:
        assert history.val_loss[:3] == first.val_loss


def test_older_files_tell_whether_any_data_judged(tmp_path):
    path = tmp_path / "run.json"
    _, _, train = start()
    best = train(2, checkpoint=path).best_epoch
    altered(path, lambda text: re.sub(r'\n "validation".*', "", text))
    for validation, expected in (((X[:9], Y[:9]), best), (None, None)):
        _, _, train = start()
        assert train(2, checkpoint=path, resume=True, validation=validation).best_epoch == expected


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"batch_size": 10},
            "of a run with batch_size=8, but now it is 10: use the same, or another",
        ),
        ({"loss": nn.nll_loss}, "of a run with loss=cross_entropy, but now it is nll_loss"),
        ({"l2": 0.5}, "of a run with l2=0.0, but now it is 0.5"),
        ({"clip_norm": 1}, "of a run with clip_norm=None, but now it is 1"),
    ],
)
def test_another_option_is_refused(tmp_path, options, message):
    """What decides the next step is the same; what only watches may differ."""
    path = tmp_path / "run.json"
    _, _, train = start()
    train(1, checkpoint=path)
    model, _, train = start()
    before = model.state_dict()
    with pytest.raises(nn.ModelFileError, match=message):
        train(2, checkpoint=path, resume=True, **options)
    assert model.state_dict() == before
    train(2, checkpoint=path, resume=True, validation=None, track_accuracy=False, patience=5)


def test_another_number_of_examples_is_refused(tmp_path):
    path = tmp_path / "run.json"
    model, optimizer, train = start()
    train(1, checkpoint=path)
    options = {"loss": nn.cross_entropy, "schedule": CosineSchedule(), "progress": False}
    with pytest.raises(nn.ModelFileError, match="of a run with examples=30, but now it is 29"):
        nn.fit(
            model,
            X[1:],
            Y[1:],
            optimizer=optimizer,
            epochs=2,
            batch_size=8,
            checkpoint=path,
            resume=True,
            **options,
        )


def test_another_schedule_is_refused(tmp_path):
    path = tmp_path / "run.json"
    _, _, train = start()
    train(1, checkpoint=path)
    _, _, train = start()
    with pytest.raises(nn.ModelFileError, match=r"schedule=CosineSchedule.*now it is StepSchedule"):
        train(2, checkpoint=path, resume=True, schedule=StepSchedule())


def test_resume_needs_a_checkpoint_and_a_place_for_it(tmp_path):
    model, _, train = start()
    before = model.state_dict()
    with pytest.raises(ValueError, match="resume needs the checkpoint"):
        train(1, resume=True)
    with pytest.raises(nn.ModelFileError, match="cannot be written"):
        train(1, checkpoint=tmp_path / "no" / "run.json")
    assert model.state_dict() == before


def test_a_file_of_version_2_goes_on_where_that_package_would_have(tmp_path):
    """Written by the package that made it, after 3 of 8 epochs; it went on to these losses."""
    path = tmp_path / "run"
    path.write_bytes((Path(__file__).parents[2] / "former" / "checkpoint.json").read_bytes())
    X, y = nn.data.moons(40, noise=0.1, rng=3)
    model = nn.MLP(2, [4, 1], activation="tanh", rng=0)
    history = nn.fit(
        model, X, y, loss=nn.binary_cross_entropy_with_logits,
        optimizer=nn.Adam(model.parameters(), lr=0.05), epochs=8, batch_size=8, rng=0, l2=0.001,
        validation=(X[:10], y[:10]), restore_best=True, progress=False,
        checkpoint=path, resume=True,
    )  # fmt: skip
    assert history.loss == pytest.approx(
        [0.7420887016486635, 0.5800818762637692, 0.5150749189845335, 0.47225643988041144,
         0.443150680869764, 0.40473212552551185, 0.3850868465599898, 0.3577609702143202],
        rel=1e-12,
    )  # fmt: skip
    assert history.val_loss[-1] == pytest.approx(1.0067365398995025, rel=1e-12)
    assert model.layers[1].neurons[0].bias.data == pytest.approx(-0.32139380642276777, rel=1e-11)
    assert path.read_bytes()[:2] == b"PK"  # what is written from now on is an archive
