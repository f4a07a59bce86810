"""Machine code between the segments of a chain: numbers moved from one to another, calls in a row.

Next: :mod:`autograd.program.scans.one_call`.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.program.loop.addresses import address
from autograd.program.loop.native.compiler import compiled_functions
from autograd.program.loop.native.emit import Body

__all__ = ["Calls"]

MOVE = ("count", "source", "places", "target")
"""What a move is called with; a walk is, with a count, and so often a function and its frame."""


class Calls:
    """Calls of machine code in the making, in order, and what they have addresses of."""

    def __init__(self) -> None:
        self._calls: list[int] = []
        self._alive: list[Any] = []

    def add(self, function: int, frame: int, *alive: object) -> None:
        """One more call of a function with a frame, which is in one of these."""
        self._calls += function, frame
        self._alive += alive

    def move(self, kind: str, source: Array, places: Array, target: Array) -> None:
        """``gather`` takes target[i] = source[places[i]], ``put`` target[places[i]] = source[i],
        ``add`` adds in the same way.
        """
        chosen = np.ascontiguousarray(places, dtype=np.int64)
        if chosen.size:
            arrays = [source, chosen, target]
            frame = np.array([chosen.size, *map(address, arrays)], dtype=np.int64)
            self.add(_functions()[kind], address(frame), frame, *arrays)

    def clear(self, target: Array) -> None:
        """Zeros in place of an array's numbers."""
        frame = np.array([target.size, 0, 0, address(target)], dtype=np.int64)
        self.add(_functions()["clear"], address(frame), frame, target)

    def run(self) -> partial[None]:
        """All of it as one call, during which other threads go on."""
        frame = np.array([len(self._calls) // 2, *self._calls], dtype=np.int64)
        walk: Any = ctypes.CFUNCTYPE(None)(_functions()["walk"])
        whole = partial(walk, ctypes.c_void_p(address(frame)))
        vars(whole)["alive"] = frame, self._alive
        return whole


@cache
def _functions() -> dict[str, int]:
    """Addresses of functions of a frame."""
    texts = {kind: _move(kind, step) for kind, step in _STEPS.items()}
    texts["walk"] = _walk()
    return dict(zip(texts, compiled_functions("\n".join(texts.values()), [*texts])))


def _gather(body: Body, index: str, place: Callable[[], str]) -> None:
    body.do(f"store double {body.load('%source', place())}, ptr {body.slot('%target', index)}")


def _put(body: Body, index: str, place: Callable[[], str]) -> None:
    body.do(f"store double {body.load('%source', index)}, ptr {body.slot('%target', place())}")


def _add(body: Body, index: str, place: Callable[[], str]) -> None:
    body.add_to("%target", place(), body.load("%source", index))


def _clear(body: Body, index: str, place: Callable[[], str]) -> None:
    body.do(f"store double 0.0, ptr {body.slot('%target', index)}")


_STEPS = {"gather": _gather, "put": _put, "add": _add, "clear": _clear}


def _words(body: Body, array: str, indices: Sequence[str], kind: str) -> list[str]:
    """64-bit words of an array."""
    places = [body.set(f"getelementptr i64, ptr {array}, i64 {index}") for index in indices]
    return [body.set(f"load {kind}, ptr {place}") for place in places]


def _move(name: str, step: Callable[[Body, str, Callable[[], str]], None]) -> str:
    body = Body()
    [count] = _words(body, "%frame", ["0"], "i64")
    for word, pointer in zip(MOVE[1:], _words(body, "%frame", ["1", "2", "3"], "ptr")):
        body.do(f"%{word} = getelementptr i8, ptr {pointer}, i64 0")

    def once(index: str, number: str) -> str:
        step(body, index, lambda: _words(body, "%places", [index], "i64")[0])
        return number

    body.loop(count, once)
    body.do("ret void")
    return body.function(f"void @{name}(ptr %frame)")


def _walk() -> str:
    body = Body()
    [count] = _words(body, "%frame", ["0"], "i64")

    def once(index: str, number: str) -> str:
        start = body.set(f"mul i64 {index}, 2")
        places = [body.set(f"add i64 {start}, {after}") for after in (1, 2)]
        function, frame = _words(body, "%frame", places, "ptr")
        body.do(f"call void {function}(ptr {frame})")
        return number

    body.loop(count, once)
    body.do("ret void")
    return body.function("void @walk(ptr %frame)")
