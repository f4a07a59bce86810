"""Histories: what fit notes, and the table of it."""

import csv

import pytest

import nn


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_csv_has_a_line_an_epoch_with_exact_numbers(tmp_path):
    """Only columns that were kept; the file is replaced as a whole."""
    path = tmp_path / "history.csv"
    path.write_text("old")
    history = nn.History(loss=[0.1 + 0.2, 1 / 3], seconds=[1e-5, 2.0], lr=[0.1, 0.05])
    history.to_csv(path)
    rows = read(path)
    assert list(rows[0]) == ["epoch", "loss", "lr", "seconds"]
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert [float(row["loss"]) for row in rows] == history.loss
    assert list(tmp_path.iterdir()) == [path]


def test_every_column_that_training_fills(tmp_path):
    model = nn.MLP(1, [2], rng=0)
    X, y = [[0.0], [1.0], [2.0]], [0, 1, 1]
    history = nn.fit(
        model,
        X,
        y,
        loss=nn.cross_entropy,
        optimizer=nn.SGD(model.parameters(), 0.1),
        epochs=3,
        validation=(X, y),
        progress=False,
    )
    history.to_csv(tmp_path / "history.csv")
    rows = read(tmp_path / "history.csv")
    assert len(rows) == 3
    assert list(rows[0]) == [
        "epoch", "loss", "accuracy", "val_loss", "val_accuracy", "lr", "seconds",
    ]  # fmt: skip


def test_an_empty_history_is_a_table_without_lines(tmp_path):
    nn.History().to_csv(tmp_path / "history.csv")
    assert read(tmp_path / "history.csv") == []


def test_an_unwritable_place_is_named(tmp_path):
    with pytest.raises(nn.ModelFileError, match="cannot be written"):
        nn.History(loss=[1.0]).to_csv(tmp_path / "no" / "history.csv")
