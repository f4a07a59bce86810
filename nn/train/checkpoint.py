"""Checkpoints: all that a training run needs to go on as if it had never stopped.

A checkpoint is a zip archive, written atomically after an epoch: `run.json` says what the run is
(loss, schedule, batch size, data, which all have to be the same when training goes on), and holds
the history and the state of the random numbers; parameters, what the optimiser remembers of each,
and the best parameters lie beside it as plain columns of doubles, little-endian, whose names it
tells. As JSON, which models are saved as to be read and edited, they took six times the room and
most of a small epoch's time. With ``resume=True`` training goes on also from the JSON files of
version 2. Next: :func:`nn.train.fitting.fit`, which writes it with ``checkpoint=path``.
"""

from __future__ import annotations

import hashlib
import math
import os
from array import array
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any

from autograd import Value, assign_data
from autograd.archives import archived
from autograd.arrays import Array
from autograd.files import packed
from autograd.nests import flat, mapped, rows_of
from nn.errors import ModelFileError
from nn.kinds import Matrix, Target
from nn.losses.pairwise import name_of
from nn.model_files import read_archive, write_bytes
from nn.module import Module
from nn.optim.optimizer import Optimizer
from nn.schedules import Schedule
from nn.train.history import History

__all__ = ["Run", "fingerprint", "load_checkpoint", "save_checkpoint"]

FORMAT = "scalar-autograd checkpoint"
VERSION = 3

Path = str | os.PathLike[str]
# What content of another form raises where it is taken apart.
UNFIT = AttributeError, LookupError, TypeError, ValueError, OverflowError, RecursionError


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
    judged_by: str | None = None
    """The fingerprint of the validation data."""
    best: float | None = None
    best_parameters: Any = None
    rate: float = 0.0
    """The rate that it is at, without the schedule's factor."""
    others: list[Value] = field(default_factory=list)
    """The model's parameters that are not trained."""

    def __post_init__(self) -> None:
        self.rate = self.lr

    def keep(self) -> None:
        """Note what a checkpoint holds besides: which model it is, and what it does not train."""
        named = dict(self.model.named_parameters())
        self.options["model"] = hashlib.sha256("\n".join(named).encode()).hexdigest()[:16]
        trained = set(map(id, self.optimizer.params))
        self.others = [p for p in named.values() if id(p) not in trained]


def save_checkpoint(path: Path, run: Run, trained: Sequence[float] | Array, memory: Any) -> None:
    """Write the state; after a crash, the file holds the old one or the new.

    `trained` are the numbers of the optimiser's parameters and `memory` what it remembers of them,
    in columns. Raises ModelFileError if the file cannot be written.
    """
    version, words, spare = run.rng.getstate()
    columns: dict[str, Any] = {"trained": trained, "others": [p.data for p in run.others]}
    if run.best_parameters is not None:
        columns["best"] = run.best_parameters

    def named(column: Sequence[float] | float) -> Any:
        """A name for a column that is written beside, a number itself."""
        if not hasattr(column, "__len__"):
            return column
        name = f"memory{len(columns)}"
        columns[name] = column
        return name

    content = {
        "format": FORMAT,
        "version": VERSION,
        "settings": _settings(run),
        "rng": [version, list(words), spare],
        "history": {name: mapped(_spelt, entry) for name, entry in asdict(run.history).items()},
        "best": _spelt(run.best),
        "validation": run.judged_by,
        "rate": run.rate,
        "memory": mapped(named, memory),
    }
    write_bytes(path, archived(content, columns))


def load_checkpoint(path: Path, run: Run) -> None:
    """Bring the state back into the run's model, optimiser, generator and history.

    Raises ModelFileError, changing nothing, if the file is truncated, of another kind or version,
    or of a run with another model, loss, optimiser, schedule, data or other option.
    """
    name, n = repr(os.fspath(path)), len(run.optimizer.params)
    content, columns = read_archive(path)
    if content.get("format") != FORMAT or content.get("version") not in (2, VERSION):
        raise ModelFileError(f"{name} is no checkpoint of version {VERSION}")
    try:
        _check_settings(name, content["settings"], _settings(run))
        if content["version"] == VERSION:
            kept = mapped(lambda x: columns[x] if isinstance(x, str) else x, content["memory"])
            memory = rows_of(kept, n)
        else:
            columns, memory = _former(content, run)
        numbers = [*columns["trained"], *columns["others"]]
        params = [*run.optimizer.params, *run.others]
        if not len(columns["trained"]) == len(memory) == n or len(numbers) != len(params):
            raise ValueError(f"it has {len(numbers)} parameters, but there are {len(params)}")
        version, words, spare = content["rng"]
        rng = Random()
        rng.setstate((version, tuple(words), spare))
        history = _history(content["history"])
        best, rate = _read(content["best"]), float(content.get("rate", run.lr))
        # Older files do not tell by which validation data, only whether by any.
        alike = bool(history.val_loss) == bool(run.judged_by)
        if content.get("validation", run.judged_by if alike else "") != run.judged_by:
            best = history.best_epoch = None  # what is best by other data begins anew
    except ModelFileError:
        raise
    except UNFIT as error:
        raise ModelFileError(f"{name} does not fit this training run: {error}") from error
    assign_data(params, numbers)
    run.optimizer.memory = memory
    run.rng.setstate(rng.getstate())
    run.history, run.best, run.rate = history, best, rate
    run.best_parameters = None if best is None else columns.get("best")


def fingerprint(rows: Matrix, *others: Sequence[Target] | None) -> str:
    """A word for these examples, another for others."""
    digest = hashlib.sha256(repr([*others]).encode())
    parts: Any = [rows] if hasattr(rows, "tobytes") else rows
    for row in parts:
        digest.update(packed(row if hasattr(row, "tobytes") else flat(row)))
    return digest.hexdigest()[:16]


def _former(content: dict[str, Any], run: Run) -> tuple[dict[str, Any], list[Any]]:
    """Columns and memory of a checkpoint of version 2, which was one JSON file."""
    state, named = content["parameters"], dict(run.model.named_parameters())
    if set(named) != set(state):
        raise ValueError("its parameters have other names than this model's")
    held = set(map(id, run.others))
    columns = {
        "trained": array("d", content["trained"]),
        "others": array("d", [state[path] for path, p in named.items() if id(p) in held]),
    }
    if content["best_parameters"] is not None:
        columns["best"] = array("d", content["best_parameters"])
    return columns, [_as_tuples(item) for item in content["memory"]]


def _history(entries: dict[str, Any]) -> History:
    history = History(**entries)
    for name, empty in vars(History()).items():
        if isinstance(empty, list):
            numbers = array("d", mapped(_read, getattr(history, name)))
            setattr(history, name, numbers.tolist())
    return history


def _as_tuples(x: Any) -> Any:
    """A nesting of numbers as JSON gives it, with tuples for its lists."""
    return tuple(map(_as_tuples, x)) if isinstance(x, list) else float(x)


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
    return repr(x) if isinstance(x, float) and not math.isfinite(x) else x


def _read(x: Any) -> Any:
    """The inverse of `_spelt`."""
    return float(x) if isinstance(x, str) else x
