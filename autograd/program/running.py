"""Running: a tape with what it takes to run it, each part made when it is first needed.

Next: :mod:`autograd.program.directions`, whose derivatives run tapes derived from this one, and
:mod:`autograd.program.program`, what is called.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from autograd.program.arguments import Arguments
from autograd.program.choice import is_small, work_of
from autograd.program.executor import Executor, executor
from autograd.program.tape.instructions import Tape
from autograd.program.work import Work

__all__ = ["Running"]

T = TypeVar("T")


class Running:
    """A tape, its arguments ready to be checked, its executors, and tapes derived from it.

    What it makes it keeps. Two threads may both make one thing: they are equal.
    """

    __slots__ = (
        "_at_point", "_derived", "_executors", "_last", "_work", "backend", "dtype", "inputs",
        "tape", "threads",
    )  # fmt: skip

    def __init__(self, tape: Tape, dtype: str, backend: str, threads: int | None = None) -> None:
        self.tape = tape
        self.dtype = dtype
        self.backend = backend
        self.threads = threads
        self.inputs = Arguments(tape.arguments, dtype)
        self._executors: dict[str, Executor] = {}
        self._work: Work | None = None  # what auto chooses by
        self._at_point = ""  # and what it has chosen, where that is asked for most often
        self._last: tuple[int, str] = -1, ""  # a batch size, and what was chosen for it
        self._derived: dict[Any, Any] = {}

    def executor(self, batch: int | None) -> Executor:
        """The executor for a batch of this size."""
        name = self.backend if self.backend != "auto" else self.choice(batch)
        return self._executors.get(name) or self.named(name)

    def choice(self, batch: int | None) -> str:
        """The name of that executor."""
        if self.backend != "auto":
            return self.backend
        if batch is None:
            if not self._at_point:
                small = is_small(self.tape)
                self._at_point = "loop" if small else self._known_work().chosen(None)
            return self._at_point
        size, name = self._last
        if size != batch:
            name = self._known_work().chosen(batch)
            self._last = batch, name
        return name

    def _known_work(self) -> Work:
        if self._work is None:
            self._work = work_of(self.tape)
        return self._work

    def named(self, name: str) -> Executor:
        """The executor of this name."""
        found = self._executors.get(name)
        if found is None:
            found = self._executors[name] = executor(name, self.tape, self.dtype, self.threads)
        return found

    def on_values(self) -> Running:
        """The same tape, recorded again with the Values and numbers that it is called with."""
        return self.remembered("on values", lambda: Running(self.tape, "object", "recording"))

    def derived(self, key: Hashable, make: Callable[[], Tape]) -> Running:
        """A tape derived from this one, which runs as this one does."""
        return self.remembered(key, lambda: Running(make(), self.dtype, self.backend, self.threads))

    def remembered(self, key: Hashable, make: Callable[[], T]) -> T:
        """What has been made under this key, or is now."""
        if key not in self._derived:
            self._derived[key] = make()
        found: T = self._derived[key]
        return found
