"""Checkpoints: all that a training run needs to go on as if it had never stopped.

A checkpoint is a JSON file, written atomically after an epoch: parameters, what the optimiser
remembers, the state of the random numbers, the history and the best epoch, floats exact. What else
decides the next step, such as loss, schedule and batch size, is described in it, and has to be the
same when training goes on. :func:`nn.train.fitting.fit` writes it with ``checkpoint=path`` and goes
on from it with ``resume=True``.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any

from nn.errors import ModelFileError
from nn.files import read_json, write_json
from nn.module import Module
from nn.optim.optimizer import Optimizer
from nn.schedules import Schedule
from nn.train.history import History

__all__ = ["Run", "load_checkpoint", "save_checkpoint"]

FORMAT = "scalar-autograd checkpoint"
VERSION = 2

Path = str | os.PathLike[str]


@dataclass
class Run:
    """The state of a training run between two epochs."""

    model: Module
    loss: Callable[[Any, Any], Any]
    optimizer: Optimizer
    rng: Random
    schedule: Callable[[float], float]
    lr: float
    options: dict[str, Any] = field(default_factory=dict)
    """What else decides the next step, by name: numbers or None."""
    history: History = field(default_factory=History)
    best: float | None = None
    best_parameters: list[float] | None = None


def save_checkpoint(path: Path, run: Run) -> None:
    """Write the state; after a crash, the file holds the old one or the new.

    Raises ModelFileError if the file cannot be written.
    """
    version, words, spare = run.rng.getstate()
    content = {
        "format": FORMAT,
        "version": VERSION,
        "settings": _settings(run),
        "parameters": run.model.state_dict(),
        "trained": [parameter.data for parameter in run.optimizer.params],
        "memory": run.optimizer.memory,
        "rng": [version, list(words), spare],
        "history": {name: _spelt(entry) for name, entry in asdict(run.history).items()},
        "best": _spelt(run.best),
        "best_parameters": run.best_parameters,
    }
    write_json(path, content)


def load_checkpoint(path: Path, run: Run) -> None:
    """Bring the state back into the run's model, optimiser, generator and history.

    Raises ModelFileError, changing nothing, if the file is truncated, of another kind or version,
    or of a run with another model, loss, optimiser, schedule or other option.
    """
    name = repr(os.fspath(path))
    content = read_json(path)
    if content.get("format") != FORMAT or content.get("version") != VERSION:
        raise ModelFileError(f"{name} is no checkpoint of version {VERSION}")
    try:
        _check_settings(name, content["settings"], _settings(run))
        numbers, memory = [float(x) for x in content["trained"]], _numbers(content["memory"])
        if not len(numbers) == len(memory) == len(run.optimizer.params):
            raise ValueError(
                f"{len(numbers)} trained parameters, but the optimiser has "
                f"{len(run.optimizer.params)}"
            )
        version, words, spare = content["rng"]
        rng = Random()
        rng.setstate((version, tuple(words), spare))
        history = _history(content["history"])
        best, best_parameters = _read(content["best"]), _numbers(content["best_parameters"])
        run.model.load_state_dict(content["parameters"])
    except ModelFileError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise ModelFileError(f"{name} does not fit this training run: {error}") from error
    for parameter, number in zip(run.optimizer.params, numbers):
        parameter.data = number
    run.optimizer.memory = memory
    run.rng.setstate(rng.getstate())
    run.history, run.best, run.best_parameters = history, best, best_parameters


def _settings(run: Run) -> dict[str, Any]:
    """What must be the same when the run goes on."""
    schedule = run.schedule
    options = {**run.optimizer.options(), "lr": run.lr, **run.options}
    return {
        "loss": getattr(run.loss, "__name__", type(run.loss).__name__),
        "optimizer": type(run.optimizer).__name__,
        **{name: list(x) if isinstance(x, tuple) else x for name, x in options.items()},
        "schedule": repr(schedule) if isinstance(schedule, Schedule) else "a function",
    }


def _check_settings(name: str, saved: dict[str, Any], given: dict[str, Any]) -> None:
    for key in {**saved, **given}:
        if saved.get(key) != given.get(key):
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
