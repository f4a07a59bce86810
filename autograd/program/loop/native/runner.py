"""A tape run by the compiled interpreter: fill frame and registers, call, take the results."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.program.loop.native.compiler import interpreter
from autograd.program.loop.native.entries import FRAME
from autograd.program.loop.native.opcodes import Backward, Code
from autograd.program.loop.native.repeats import compile_forward, compile_reverse
from autograd.program.tape.instructions import Tape

__all__ = ["NativeLoop"]

Array = Any

FIELD = {name: index for index, name in enumerate(FRAME)}
ROWS, RESULT, MANY, WEIGHT = FIELD["rows"], FIELD["result"], FIELD["many"], FIELD["weight"]
ROW_GRADS, TOTAL = FIELD["row_grads"], FIELD["total"]


def _address(array: Array) -> int:
    address: int = array.__array_interface__["data"][0]
    return address


class _Call:
    """The frame of calls with these batched arguments and this ``wrt``."""

    def __init__(
        self, loop: NativeLoop, scratch: _Scratch, batched: tuple[int, ...], wrt: Any
    ) -> None:
        code = loop.code
        back, reverse_ops, zeros = loop.backward(wrt)
        registers = _address(scratch.registers)
        shared_out = [i for i in wrt or () if i not in batched]
        kept_out = [i for i in wrt or () if i in batched]
        places, kept, shared = (
            loop.places_of(indices) for indices in (batched, kept_out, shared_out)
        )
        self.result, self.total = np.empty(code.outputs.size), np.empty(shared.size)
        self.row_size = kept.size
        # Of arrays the frame has addresses, which keep nothing alive: another thread may have
        # prepared the same reverse pass, and the loop remember that one's.
        self.arrays = arrays = {
            "code": code.rows, "table": code.table, "places": places,
            "outputs": code.outputs, "result": self.result, "w": scratch.adjoints,
            "batched": kept, "shared": shared, "total": self.total,
            "forward_ops": loop.forward_ops, "zeros": zeros,
        }  # fmt: skip
        if back is not None:
            arrays |= {"back": back.rows, "inner": back.inner, "pairs": back.pairs}
            arrays |= {"table": back.table, "reverse_ops": reverse_ops}
        values = {name: _address(array) for name, array in arrays.items()}
        values |= {
            "v": registers, "d": registers + 8 * code.steps.first, "placed": places.size,
            "temporary": registers + 8 * code.steps.temporary, "returned": code.outputs.size,
            "many": 1, "bytes": 8 * code.steps.first, "kept": kept.size,
            "summed": shared.size, "cleared": zeros.size,
        }  # fmt: skip
        if 4 * zeros.size > code.size:  # one by one would take longer
            values |= {"bytes": scratch.adjoints.nbytes, "cleared": 0}
        self.frame = np.array([values.get(name, 0) for name in FRAME], dtype=np.int64)
        self.numbers = self.frame.view(np.float64)
        self.at = ctypes.c_void_p(_address(self.frame))


class _Scratch:
    """Registers and adjoints of one call at a time, constants filled in, and frames for them.

    Fresh memory for every call would cost more than the call: the system hands out new pages.
    """

    def __init__(self, code: Code, spans: Sequence[tuple[int, int]]) -> None:
        self.registers, self.adjoints = np.empty(code.size), np.empty(code.size)
        self.registers[code.steps.end : code.steps.end + code.constants.size] = code.constants
        self.inputs = [self.registers[start:stop] for start, stop in spans]
        self.calls: dict[Any, _Call] = {}


class NativeLoop:
    """Runs the rows of a tape, one row of the batch after the other."""

    def __init__(self, tape: Tape) -> None:
        compiled = interpreter()
        self._forward, self._value_and_grad = compiled.forward, compiled.value_and_grad
        self._count = len(tape.statements)
        self.code = code = Code(tape)
        ops = np.array(compiled.ops["forward"], np.uint64)
        self.forward_ops = compile_forward(code.rows, code.steps.first, ops)
        self._reverse_ops = np.array(compiled.ops["reverse"], np.uint64)
        self._spans = [(a.start, a.start + a.size) for a in tape.arguments]
        self._backward: dict[tuple[int, ...], tuple[Backward, Array, Array]] = {}
        self._free: list[_Scratch] = []

    def forward(self, arrays: Sequence[Array], many: int | None) -> Array:
        """The outputs, of every row of the batch if there is one."""
        scratch = self._taken()
        call = self._prepared(scratch, arrays, many, None)
        if many is None:
            self._forward(call.at)
            result = call.result.copy()
        else:
            result, _ = self._over_rows(self._forward, call, arrays, many)
        self._free.append(scratch)
        return result

    def value_and_grad(
        self, wrt: tuple[int, ...], arrays: Sequence[Array], many: int | None, weight: float
    ) -> tuple[Array, list[Array]]:
        """The output, or that of every row, and the derivatives of weight × their sum."""
        scratch = self._taken()
        call = self._prepared(scratch, arrays, many, wrt)
        call.numbers[WEIGHT] = weight
        row_grads = None
        if many is None:
            self._value_and_grad(call.at)
            result = call.result.copy()
        else:
            result, row_grads = self._over_rows(self._value_and_grad, call, arrays, many)
        if many is None and len(wrt) == 1:
            grads = [call.total.copy()]
        else:
            grads = self._split(wrt, arrays, call.total, row_grads)
        self._free.append(scratch)
        return result, grads

    def _over_rows(
        self, function: Any, call: _Call, arrays: Sequence[Array], many: int
    ) -> tuple[Array, Array]:
        """Call for all rows of the batch: the outputs of each, and its own arguments' gradients."""
        batched = [array for array in arrays if array.ndim == 2]
        rows = batched[0] if len(batched) == 1 else np.concatenate(batched, axis=1)
        rows = np.ascontiguousarray(rows, dtype=float)
        result, row_grads = np.empty((many, call.result.size)), np.empty((many, call.row_size))
        frame = call.frame
        frame[ROWS], frame[RESULT], frame[MANY] = _address(rows), _address(result), many
        frame[ROW_GRADS] = _address(row_grads)
        function(call.at)
        return result, row_grads

    def _split(
        self, wrt: tuple[int, ...], arrays: Sequence[Array], total: Array, row_grads: Array
    ) -> list[Array]:
        """The gradients of each argument: parts of these two arrays, which are in their order."""
        grads = []
        shared = kept = 0
        for i in wrt:
            size = self._spans[i][1] - self._spans[i][0]
            if arrays[i].ndim == 1:
                grads.append(total[shared : shared + size].copy())
                shared += size
            else:
                grads.append(row_grads[:, kept : kept + size].copy())
                kept += size
        return grads

    def _prepared(
        self,
        scratch: _Scratch,
        arrays: Sequence[Array],
        many: int | None,
        wrt: tuple[int, ...] | None,
    ) -> _Call:
        """The call for these arguments, those that all rows share in their registers."""
        key: Any = wrt
        batched: tuple[int, ...] = ()
        if many is None:
            for registers, array in zip(scratch.inputs, arrays):
                registers[...] = array
        else:
            batched = tuple([i for i, array in enumerate(arrays) if array.ndim == 2])
            key = wrt, batched
            for i, array in enumerate(arrays):
                if array.ndim == 1:
                    scratch.inputs[i][...] = array
        call = scratch.calls.get(key)
        if call is None:
            call = scratch.calls[key] = _Call(self, scratch, batched, wrt)
        return call

    def _taken(self) -> _Scratch:
        """Memory for one call: used again by later ones, never by two at a time."""
        try:
            return self._free.pop()
        except IndexError:
            return _Scratch(self.code, self._spans)

    def backward(self, wrt: tuple[int, ...] | None) -> tuple[Backward | None, Array, Array]:
        """The rows that lead back to these arguments, the functions of their opcodes, and the
        results whose adjoints have to begin at zero.
        """
        if wrt is None:
            return None, None, np.empty(0, np.uint32)
        found = self._backward.get(wrt)
        if found is None:
            wanted = [x for i in wrt for x in range(*self._spans[i])]
            back = self.code.backward(wanted)
            ends = [*wanted, int(self.code.outputs[0, 0])]
            ops, zeros = compile_reverse(back, ends, self._reverse_ops)
            if zeros is None:
                zeros = np.arange(self.code.size, dtype=np.uint32)
            zeros = zeros[zeros >= self.code.steps.first]
            found = self._backward[wrt] = back, ops, zeros
        return found

    def places_of(self, indices: Sequence[int]) -> Array:
        """Registers of these arguments, one after the other."""
        places = [x for i in indices for x in range(*self._spans[i])]
        return np.array(places, dtype=np.uint32)

    def listing(self) -> list[str]:
        """How many rows there are."""
        return [f"loop executor, native: {self._count} statements in {len(self.code.rows)} rows"]
