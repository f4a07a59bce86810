"""A tape run by the compiled interpreter: fill frame and registers, call, take the results.

Rows run one by one at first; when they have run for a while, those that repeat are made functions.
Batches are run by :mod:`autograd.program.loop.lanes.runner`.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from autograd.arrays import Array
from autograd.program.loop.addresses import address
from autograd.program.loop.native.callbacks import Callbacks
from autograd.program.loop.native.compiler import interpreter
from autograd.program.loop.native.entries import FRAME
from autograd.program.loop.native.opcodes import Backward, Code
from autograd.program.loop.native.stretches import compile_forward, compile_reverse
from autograd.program.tape.instructions import Tape

__all__ = ["NativeLoop"]

WEIGHT = FRAME.index("weight")
BRIEF = 5_000
"""Rows that run in less than some ten microseconds: to let other threads go on in the meantime
takes a tenth of one.
"""
PATIENCE, PATIENCE_EACH = 2e6, 500
"""Rows that are run before those that repeat are compiled: for some milliseconds, and for each."""


class _Call:
    """The frame of calls with this ``wrt``."""

    def __init__(self, scratch: _Scratch, wrt: tuple[int, ...] | None) -> None:
        way = scratch.way
        code, spans = way.code, way.spans
        back, reverse_ops, zeros = way.backward(wrt)
        registers = address(scratch.registers)
        wanted = [x for i in wrt or () for x in range(*spans[i])]
        places = np.array(wanted, dtype=np.uint32)
        self.result, self.gradient = np.empty(code.outputs.size), np.empty(places.size)
        ends = np.cumsum([0, *(spans[i][1] - spans[i][0] for i in wrt or ())]).tolist()
        self.grads = [self.gradient[start:stop] for start, stop in pairwise(ends)]
        """Each argument's part of the gradient."""
        # Of arrays the frame has addresses, which keep nothing alive: another thread may have
        # prepared the same reverse pass, and the loop remember that one's.
        self.arrays = arrays = {
            "code": way.rows, "table": code.table, "outputs": code.outputs,
            "result": self.result, "w": scratch.adjoints, "wanted": places,
            "gradient": self.gradient, "forward_ops": way.forward_ops, "zeros": zeros,
        }  # fmt: skip
        if back is not None and reverse_ops is not None:
            arrays |= {"back": back.rows, "inner": back.inner, "pairs": back.pairs}
            arrays |= {"table": back.table, "reverse_ops": reverse_ops}
        values = {name: address(array) for name, array in arrays.items()}
        values |= {
            "v": registers, "d": registers + 8 * code.steps.first,
            "temporary": registers + 8 * code.steps.temporary, "returned": code.outputs.size,
            "bytes": 8 * code.steps.first, "count": places.size, "cleared": zeros.size,
        }  # fmt: skip
        if 4 * zeros.size > code.size:  # one by one would take longer
            values |= {"bytes": scratch.adjoints.nbytes, "cleared": 0}
        self.frame = np.array([values.get(name, 0) for name in FRAME], dtype=np.int64)
        self.numbers = self.frame.view(np.float64)
        self.at = ctypes.c_void_p(address(self.frame))


class _Way:
    """The rows as they are run: one by one, or ``straight``, those that repeat as one function.

    Both give the same numbers to the bit.
    """

    def __init__(self, code: Code, spans: Sequence[tuple[int, int]], *, straight: bool) -> None:
        ops = {name: np.array(codes, np.uint64) for name, codes in interpreter().ops.items()}
        self.code, self.spans, self.straight = code, spans, straight
        self.rows, self.forward_ops, self._reverse_ops = code.rows, ops["forward"], ops["reverse"]
        if straight:
            self.rows = code.rows.copy()
            self.forward_ops = compile_forward(self.rows, code.table, code.steps, self.forward_ops)
        self._backward: dict[tuple[int, ...], tuple[Backward, Array, Array]] = {}
        self.free: list[_Scratch] = []

    def backward(self, wrt: tuple[int, ...] | None) -> tuple[Backward | None, Array | None, Array]:
        """The rows that lead back to these arguments, the functions of their opcodes, and the
        registers whose adjoints have to begin at zero.
        """
        if wrt is None:
            return None, None, np.empty(0, np.uint32)
        found = self._backward.get(wrt)
        if found is None:
            wanted = [x for i in wrt for x in range(*self.spans[i])]
            back = self.code.backward(wanted)
            ops, zeros = self._reverse_ops, np.arange(self.code.size, dtype=np.uint32)
            if self.straight:
                ends = [*wanted, int(self.code.outputs[0, 0])]
                ops, zeros = compile_reverse(back, ends, ops)
                zeros = zeros[zeros >= self.code.steps.first]
            found = self._backward[wrt] = back, ops, zeros
        return found

    def taken(self) -> _Scratch:
        """Memory for one call: used again by later ones, never by two at a time."""
        try:
            return self.free.pop()
        except IndexError:
            return _Scratch(self)


class _Scratch:
    """Registers and adjoints of one call at a time, constants filled in, and frames for them.

    Fresh memory for every call would cost more than the call: the system hands out new pages.
    """

    def __init__(self, way: _Way) -> None:
        code, self.way = way.code, way
        self.registers, self.adjoints = np.empty(code.size), np.empty(code.size)
        self.registers[code.steps.end : code.steps.end + code.constants.size] = code.constants
        self.inputs = [self.registers[start:stop] for start, stop in way.spans]
        self.calls: dict[Any, _Call] = {}

    def prepared(self, arrays: Sequence[Array], wrt: tuple[int, ...] | None) -> _Call:
        """The call for these arguments, which are in their registers."""
        for registers, array in zip(self.inputs, arrays):
            registers[...] = array
        call = self.calls.get(wrt)
        if call is None:
            call = self.calls[wrt] = _Call(self, wrt)
        return call


class NativeLoop:
    """Runs the rows of a tape at single points."""

    def __init__(self, tape: Tape) -> None:
        compiled = interpreter()
        self.code = code = Code(tape)
        callbacks = Callbacks([*code.steps.calls.values()])
        code.constants[[*code.steps.calls]] = callbacks.numbers()
        alone = len(code.rows) < BRIEF and not code.steps.calls
        self._forward, self._value_and_grad = (
            callbacks.raising(compiled.entry(name, alone=alone))
            for name in ("forward", "value_and_grad")
        )
        self.spans = [(a.start, a.start + a.size) for a in tape.arguments]
        self._way = _Way(code, self.spans, straight=False)
        self._left = PATIENCE + len(code.rows) * PATIENCE_EACH

    def forward(self, arrays: Sequence[Array]) -> Array:
        """The outputs."""
        scratch = self._taken()
        call = scratch.prepared(arrays, None)
        self._forward(call.at)
        result: Array = call.result.copy()
        scratch.way.free.append(scratch)
        return result

    def value_and_grad(
        self, wrt: tuple[int, ...], arrays: Sequence[Array], weight: float
    ) -> tuple[Array, list[Array]]:
        """The outputs, and the derivatives of weight × the first."""
        scratch = self._taken()
        call = scratch.prepared(arrays, wrt)
        call.numbers[WEIGHT] = weight
        self._value_and_grad(call.at)
        result, grads = call.result.copy(), [grad.copy() for grad in call.grads]
        scratch.way.free.append(scratch)
        return result, grads

    def buffers(
        self, wrt: tuple[int, ...] | None
    ) -> tuple[list[Array], Array, list[Array], partial[None]]:
        """The registers of the arguments, the outputs, the gradients, and what computes them.

        Whoever prepares a call is going to call it often: it is compiled at once.
        """
        scratch = _Scratch(self.straight())
        call = scratch.prepared([np.zeros(x.size) for x in scratch.inputs], wrt)
        call.numbers[WEIGHT] = 1.0
        function = self._forward if wrt is None else self._value_and_grad
        run = partial(function, call.at)
        vars(run)["alive"] = scratch, call  # the frame has addresses of them
        return scratch.inputs, call.result, call.grads, run

    def straight(self) -> _Way:
        """The way with functions for rows that repeat, which calls take from now on."""
        # Two threads may both make one: they are equal.
        if not self._way.straight:
            self._way = _Way(self.code, self.spans, straight=True)
        return self._way

    def _taken(self) -> _Scratch:
        """Memory for one call."""
        way = self._way
        if not way.straight:
            self._left -= len(way.rows)
            if self._left <= 0.0:
                way = self.straight()
        return way.taken()
