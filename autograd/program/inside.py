"""A call of a compiled function on Values, or inside a transform or recording: the function itself.

So everything that it depends on is recorded, what it closes over too; a comparison is recorded and
a branch refused, as in its own recordings. Derivatives are the transforms'. Next:
:mod:`autograd.program.compiled_function`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograd.arrays import Array
from autograd.engine.foreign import explaining
from autograd.engine.modes import TRACING
from autograd.engine.value import Value
from autograd.errors import InputValueError
from autograd.program.calls import Structures, chosen_names, like, moves_along
from autograd.program.differentiable import Wrt
from autograd.program.executor import numpy_or_error
from autograd.program.results import Result
from autograd.transforms import derivatives, directions

if TYPE_CHECKING:
    from autograd.engine.value import Operand
    from autograd.nested import Nest

__all__ = ["Inside"]


class Inside:
    """The function at these arguments, and what :class:`autograd.program.calls.Call` gives."""

    def __init__(
        self,
        f: Callable[[dict[str, Nest]], Nest],
        structures: Structures,
        batched: frozenset[str],
        has_aux: bool,
    ) -> None:
        self.f = f
        self.structures = structures
        self.batched = batched
        self.has_aux = has_aux

    def value(self) -> Any:
        """What the function returns: arrays of Values where its programs give arrays."""
        outputs = list(self._outputs({}))
        if not self.has_aux:
            return self._together(outputs)
        return tuple(self._together(column) for column in zip(*outputs))

    def value_and_grad(self, wrt: Wrt | None, reduce: str) -> tuple[Any, Any]:
        """The value, and its gradient in the arguments' structures."""
        chosen = chosen_names(wrt, self.structures)
        kept: list[Any] = []

        def total(numbers: list[Operand]) -> Any:
            kept[:] = self._outputs(self._holding(chosen, numbers))
            return self._total(kept, reduce)

        gradient = derivatives.grad(total)(self._numbers(chosen))
        columns = zip(*kept) if self.has_aux else [kept]
        value = tuple(self._together(column) for column in columns)
        return value if self.has_aux else value[0], self._like(wrt, chosen, gradient)

    def jacobian(self, wrt: Wrt | None) -> Any:
        """The result's structure, and in each place the arguments'."""
        chosen = chosen_names(wrt, self.structures)
        kept: list[Result] = []

        def numbers_of(numbers: list[Operand]) -> list[Any]:
            outputs = list(self._outputs(self._holding(chosen, numbers)))
            kept[:] = [Result(self._proper(output), "the output") for output in outputs]
            return [number for result in kept for number in result.numbers]

        whole = _objects(derivatives.jacobian(numbers_of)(self._numbers(chosen)))
        whole = whole.reshape(sum(len(result.numbers) for result in kept), -1)
        front = (len(kept),) if self.batched else ()
        columns = []
        for own, (part, shape) in zip(self._own(chosen), self._parts(chosen, whole, 1)):
            if own:
                part = _diagonal(part.reshape(*front, -1, *shape), 2)
                shape = shape[1:]
            block = part.reshape((*front, *kept[0].shape, *shape))
            columns.append(kept[0].split(block, shape, batched=bool(self.batched)))
        return kept[0].placed([like(wrt, self.structures, chosen, row) for row in zip(*columns)])

    def hessian(self, wrt: Wrt | None, reduce: str) -> Any:
        """The arguments' structures twice."""
        chosen = chosen_names(wrt, self.structures)

        def total(numbers: list[Operand]) -> Any:
            return self._total(list(self._outputs(self._holding(chosen, numbers))), reduce)

        numbers = self._numbers(chosen)
        whole = _objects(derivatives.hessian(total)(numbers)).reshape(len(numbers), len(numbers))
        own = self._own(chosen)
        rows = []
        for first, (part, outer) in zip(own, self._parts(chosen, whole, 0)):
            blocks = []
            for second, (found, shape) in zip(own, self._parts(chosen, part, 1)):
                block = found.reshape((*outer, *shape))
                if first and second:  # what one row does to another is zero
                    block = _diagonal(block, len(outer))
                elif second:
                    block = numpy_or_error().moveaxis(block, len(outer), 0)
                blocks.append(block[()])
            rows.append(like(wrt, self.structures, chosen, blocks))
        return like(wrt, self.structures, chosen, rows)

    def jvp(self, wrt: Wrt | None, direction: Nest) -> Any:
        """The derivative along a direction, in the result's structure."""
        chosen = chosen_names(wrt, self.structures)
        kept: list[Result] = []

        def numbers_of(numbers: list[Operand]) -> list[Any]:
            outputs = list(self._outputs(self._holding(chosen, numbers)))
            kept[:] = [Result(self._proper(output), "the output") for output in outputs]
            return [number for result in kept for number in result.numbers]

        moves = self._moves(wrt, chosen, direction)
        slopes = _objects(directions.jvp(numbers_of, self._numbers(chosen), moves))
        shape = (len(kept), *kept[0].shape) if self.batched else kept[0].shape
        return kept[0].filled(slopes.reshape(shape)[()], batched=bool(self.batched))

    def hvp(self, wrt: Wrt | None, direction: Nest, reduce: str) -> Any:
        """The Hessian's product with a direction, in the arguments' structures."""
        chosen = chosen_names(wrt, self.structures)

        def total(numbers: list[Operand]) -> Any:
            return self._total(list(self._outputs(self._holding(chosen, numbers))), reduce)

        moves = self._moves(wrt, chosen, direction)
        return self._like(wrt, chosen, directions.hvp(total, self._numbers(chosen), moves))

    def _outputs(self, replaced: Mapping[str, list[list[Operand]]]) -> Iterator[Any]:
        """What the function returns, of each row of the batch or once."""
        rows = 1
        if self.batched:
            name = next(iter(self.batched & self.structures.keys()))
            rows = len(next(iter(self.structures[name].leaves.values())).array)
        for row in range(rows):
            arguments = {}
            for name, structure in self.structures.items():
                index = row if name in self.batched else 0
                leaves = structure.leaves.values()
                whole = replaced.get(name) or [leaf.array.reshape(-1).tolist() for leaf in leaves]
                numbers = [leaf.part(x, index) for leaf, x in zip(leaves, whole)]
                seen = [leaf.holding(x) for leaf, x in zip(leaves, numbers)]
                arguments[name] = structure.filled(seen)
            with TRACING.during(True):
                output = explaining(self.f, arguments)
            yield output

    def _proper(self, output: Any) -> Any:
        return output[0] if self.has_aux else output

    def _total(self, outputs: Sequence[Value | float], reduce: str) -> Any:
        """The sum or mean over the batch; what is no number, grad and hvp refuse."""
        if reduce not in ("sum", "mean"):
            raise InputValueError(f'reduce is "sum" or "mean", but got {reduce!r}')
        total = self._proper(outputs[0])
        for output in outputs[1:]:
            total = total + self._proper(output)
        return total / len(outputs) if reduce == "mean" and self.batched else total

    def _together(self, outputs: Sequence[Value | float]) -> Any:
        """What all rows gave, or the one result, as arrays."""
        results = [Result(output, "the output") for output in outputs]
        shape = (len(results), *results[0].shape) if self.batched else results[0].shape
        numbers = _objects([number for result in results for number in result.numbers])
        return results[0].filled(numbers.reshape(shape)[()], batched=bool(self.batched))

    def _numbers(self, chosen: Sequence[str]) -> list[Any]:
        leaves = [leaf for name in chosen for leaf in self.structures[name].leaves.values()]
        return [x for leaf in leaves for x in leaf.array.reshape(-1).tolist()]

    def _holding(
        self, chosen: Sequence[str], numbers: Sequence[Operand]
    ) -> dict[str, list[list[Operand]]]:
        """Numbers in a row as those of each array of each argument."""
        left = iter(numbers)
        return {
            name: [
                [next(left) for _ in range(leaf.array.size)]
                for leaf in self.structures[name].leaves.values()
            ]
            for name in chosen
        }

    def _parts(
        self, chosen: Sequence[str], whole: Array, axis: int
    ) -> Iterator[tuple[Array, tuple[int, ...]]]:
        """What belongs to each array along an axis, and that array's shape."""
        start = 0
        for name in chosen:
            for leaf in self.structures[name].leaves.values():
                places = range(start, start + leaf.array.size)
                yield whole.take(places, axis), leaf.array.shape
                start += leaf.array.size

    def _like(self, wrt: Wrt | None, chosen: Sequence[str], numbers: Sequence[Operand]) -> Any:
        parts = [x.reshape(shape)[()] for x, shape in self._parts(chosen, _objects(numbers), 0)]
        return like(wrt, self.structures, chosen, parts)

    def _moves(self, wrt: Wrt | None, chosen: Sequence[str], direction: Nest) -> list[Any]:
        moves = moves_along(wrt, self.structures, chosen, direction)
        for move, (_, shape) in zip(moves, self._parts(chosen, _objects(self._numbers(chosen)), 0)):
            if move.shape != shape:
                raise InputValueError(
                    f"with Values, a direction has its argument's shape {shape}, "
                    f"but got {move.shape}"
                )
        return [x for move in moves for x in move.reshape(-1).tolist()]

    def _own(self, chosen: Sequence[str]) -> list[bool]:
        """Of each array that is differentiated by, whether it has the batch axis."""
        return [name in self.batched for name in chosen for _ in self.structures[name].leaves]


def _diagonal(block: Array, axis: int) -> Array:
    """Where the row of the first axis is the row of another one."""
    rows = [block[row].take(row, axis - 1) for row in range(len(block))]
    found: Array = numpy_or_error().stack(rows)
    return found


def _objects(numbers: Nest) -> Array:
    """Numbers and Values as an array: of floats if all of them are."""
    np = numpy_or_error()
    array: Array = np.array(numbers, dtype=object)
    if all(isinstance(x, (float, int)) for x in array.flat):
        return array.astype(float)
    return array
