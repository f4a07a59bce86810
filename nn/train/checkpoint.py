"""Checkpoints: all that a training run needs to go on as if it had never stopped.

A checkpoint is a zip archive, written atomically after an epoch: `run.json` says what the run is
(loss, schedule, batch size, data, which all have to be the same when training goes on), and holds
the history and the state of the random numbers; parameters, what the optimiser remembers of each,
and the best parameters lie beside it as plain columns of doubles, little-endian, whose names it
tells. As JSON, which models are saved as to be read and edited, they took six times the room and
most of a small epoch's time. :func:`nn.train.fitting.fit` writes it with ``checkpoint=path`` and
goes on from it with ``resume=True``, also from the JSON files of version 2.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any

from autograd.arrays import Array
from nn.errors import ModelFileError
from nn.losses.terms import name_of
from nn.model_files import read_json, write_bytes
from nn.module import Module
from nn.nests import flat
from nn.optim.optimizer import Optimizer
from nn.schedules import Schedule
from nn.train.columns import from_bytes, memory_of, put_back, taken_out, to_bytes
from nn.train.history import History

__all__ = ["Run", "fingerprint", "load_checkpoint", "save_checkpoint"]

FORMAT = "scalar-autograd checkpoint"
VERSION = 3

Path = str | os.PathLike[str]
# What zipfile and json raise for files that are damaged in one way or another.
BROKEN = (OSError, EOFError, KeyError, ValueError, RuntimeError, OverflowError, RecursionError,
          struct.error, zlib.error, zipfile.BadZipFile)  # fmt: skip


@dataclass
class Run:
    """The state of a training run between two epochs."""

    model: Module
    loss: Callable[[Any, Any], Any]
    optimizer: Optimizer
    rng: Random
    schedule: Callable[..., float]
    lr: float
    """The rate that it began with."""
    options: dict[str, Any] = field(default_factory=dict)
    """What else decides the next step, by name: numbers, words or None."""
    history: History = field(default_factory=History)
    best: float | None = None
    best_parameters: Any = None
    rate: float = 0.0
    """The rate that it is at, without the schedule's factor."""

    def __post_init__(self) -> None:
        self.rate = self.lr
        paths = [path for path, _ in self.model.named_parameters()]
        self.options["model"] = hashlib.sha256("\n".join(paths).encode()).hexdigest()[:16]
        trained = set(map(id, self.optimizer.params))
        self.others = [p for p in self.model.parameters() if id(p) not in trained]


def save_checkpoint(path: Path, run: Run, trained: Sequence[float] | Array, memory: Any) -> None:
    """Write the state; after a crash, the file holds the old one or the new.

    `trained` are the numbers of the optimiser's parameters and `memory` what it remembers of them,
    in columns. Raises ModelFileError if the file cannot be written.
    """
    version, words, spare = run.rng.getstate()
    columns = {"trained": trained, "others": [parameter.data for parameter in run.others]}
    if run.best_parameters is not None:
        columns["best"] = run.best_parameters
    content = {
        "format": FORMAT,
        "version": VERSION,
        "settings": _settings(run),
        "rng": [version, list(words), spare],
        "history": {name: _spelt(entry) for name, entry in asdict(run.history).items()},
        "best": _spelt(run.best),
        "rate": run.rate,
        "memory": taken_out(memory, columns),
    }
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("run.json", json.dumps(content, indent=1, allow_nan=False))
        for name, column in columns.items():
            file.writestr(f"{name}.f64", to_bytes(column))
    write_bytes(path, archive.getvalue())


def load_checkpoint(path: Path, run: Run) -> None:
    """Bring the state back into the run's model, optimiser, generator and history.

    Raises ModelFileError, changing nothing, if the file is truncated, of another kind or version,
    or of a run with another model, loss, optimiser, schedule, data or other option.
    """
    name = repr(os.fspath(path))
    content, columns = _read_archive(path) if zipfile.is_zipfile(path) else _read_former(path, run)
    if content.get("format") != FORMAT or content.get("version") not in (2, VERSION):
        raise ModelFileError(f"{name} is no checkpoint of version {VERSION}")
    try:
        _check_settings(name, content["settings"], _settings(run))
        if content["version"] == VERSION:
            memory = memory_of(put_back(content["memory"], columns), len(run.optimizer.params))
        else:
            memory = _numbers(content["memory"])
        trained, others = columns["trained"], columns["others"]
        if not len(trained) == len(memory) == len(run.optimizer.params):
            raise ValueError(
                f"{len(trained)} trained parameters, but the optimiser has "
                f"{len(run.optimizer.params)}"
            )
        if len(others) != len(run.others):
            raise ValueError(f"{len(others)} other parameters, but there are {len(run.others)}")
        version, words, spare = content["rng"]
        rng = Random()
        rng.setstate((version, tuple(words), spare))
        history, best = _history(content["history"]), _read(content["best"])
        rate = float(content.get("rate", run.lr))
    except ModelFileError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise ModelFileError(f"{name} does not fit this training run: {error}") from error
    for parameter, number in zip([*run.optimizer.params, *run.others], [*trained, *others]):
        parameter.data = number
    run.optimizer.memory = memory
    run.rng.setstate(rng.getstate())
    run.history, run.best, run.rate = history, best, rate
    run.best_parameters = columns.get("best")


def fingerprint(rows: Any, targets: list[Any]) -> str:
    """A word for these examples, another for others.

    >>> fingerprint([[1.0, 2.0]], [0]) == fingerprint([[1.0, 2.0]], [1])
    False
    """
    digest = hashlib.sha256(repr(targets).encode())
    for row in [rows] if hasattr(rows, "tobytes") else rows:
        digest.update(to_bytes(row if hasattr(row, "tobytes") else flat(row)))
    return digest.hexdigest()[:16]


def _read_archive(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    columns = {}
    try:
        with zipfile.ZipFile(path) as file:
            content = json.loads(file.read("run.json"))
            for entry in file.infolist():
                if entry.compress_type != zipfile.ZIP_STORED:  # as we write: what is read is there
                    raise ValueError(f"{entry.filename} is compressed")
                if entry.filename.endswith(".f64"):
                    columns[entry.filename[: -len(".f64")]] = from_bytes(file.read(entry))
    except BROKEN as error:
        name = repr(os.fspath(path))
        raise ModelFileError(f"{name} is damaged or cut short: {error}") from error
    return content if isinstance(content, dict) else {}, columns


def _read_former(path: Path, run: Run) -> tuple[dict[str, Any], dict[str, Any]]:
    """A checkpoint of version 2, which was one JSON file, as columns."""
    content = read_json(path)
    columns: dict[str, Any] = {}
    try:
        named = dict(run.model.named_parameters())
        state = content.get("parameters", {})
        if set(named) != set(state):
            raise ValueError("its parameters have other names than this model's")
        held = set(map(id, run.others))
        columns["others"] = [float(state[path]) for path, p in named.items() if id(p) in held]
        columns["trained"] = [float(x) for x in content["trained"]]
        if content["best_parameters"] is not None:
            columns["best"] = _numbers(content["best_parameters"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        if content.get("format") == FORMAT and content.get("version") == 2:
            raise ModelFileError(
                f"{os.fspath(path)!r} does not fit this training run: {error}"
            ) from error
    return content, columns


def _settings(run: Run) -> dict[str, Any]:
    """What must be the same when the run goes on."""
    schedule = run.schedule
    options = {**run.optimizer.options(), "lr": run.lr, **run.options}
    return {
        "loss": name_of(run.loss),
        "optimizer": type(run.optimizer).__name__,
        **{name: list(x) if isinstance(x, tuple) else x for name, x in options.items()},
        "schedule": repr(schedule) if isinstance(schedule, Schedule) else "a function",
    }


def _check_settings(name: str, saved: dict[str, Any], given: dict[str, Any]) -> None:
    new = {"data", "model"} - set(saved)  # which files of version 2 did not tell
    for key in {**saved, **given}:
        if key not in new and saved.get(key) != given.get(key):
            raise ModelFileError(
                f"{name} is of a run with {key}={saved.get(key)}, but now it is {given.get(key)}: "
                "use the same, or another file for a new run"
            )


def _spelt(x: Any) -> Any:
    """Infinite and undefined losses as words: validation may meet them, but JSON has none."""
    if isinstance(x, list):
        return [_spelt(item) for item in x]
    return repr(x) if isinstance(x, float) and not math.isfinite(x) else x


def _read(x: Any) -> Any:
    """The inverse of `_spelt`."""
    if isinstance(x, list):
        return [_read(item) for item in x]
    return float(x) if isinstance(x, str) else x


def _history(entries: Any) -> History:
    """The history whose `asdict` was written; TypeError or ValueError if it cannot be one."""
    if not isinstance(entries, dict):
        raise TypeError(f"the history is a {type(entries).__name__}")
    history = History(**{name: _read(entry) for name, entry in entries.items()})
    for name, empty in vars(History()).items():
        if isinstance(empty, list):
            _numbers([*getattr(history, name)])
    return history


def _numbers(x: Any, depth: int = 0) -> Any:
    """A nesting of numbers, with tuples inside, where JSON has lists; else TypeError."""
    if isinstance(x, list):
        parts = [_numbers(item, depth + 1) for item in x]
        return tuple(parts) if depth else parts
    if x is None or (isinstance(x, (int, float)) and not isinstance(x, bool)):
        return x
    raise TypeError(f"{type(x).__name__} {x!r} where a number should be"[:100])
