"""A call of a compiled function on numbers: its recording, its arguments taken apart, its results.

Next: :mod:`autograd.program.inside`, the same for Values, and
:mod:`autograd.program.compiled_function`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.errors import InputTypeError, InputValueError
from autograd.program.differentiable import Wrt
from autograd.program.executor import numpy_or_error
from autograd.program.frozen import Frozen
from autograd.program.program import Program
from autograd.program.results import Result
from autograd.program.structures import Structure

if TYPE_CHECKING:
    from autograd.nested import Argument, Nest

__all__ = ["Call", "Recorded", "chosen_names", "like", "moves_along"]

Structures = dict[str, Structure]


class Recorded(NamedTuple):
    """A recording of the function for one kind of arguments."""

    program: Program
    frozen: Frozen
    result: Result
    aux: Result | None

    def filled(self, values: Any, batched: bool) -> Any:
        """What the function returns, with the program's numbers in it."""
        if self.aux is None:
            return self.result.filled(values, batched=batched)
        value, aux = values
        return self.result.filled(value, batched=batched), self.aux.filled(aux, batched=batched)


class Call:
    """Arguments, and the program that is for their kind; what is asked of it, in structures."""

    def __init__(self, recorded: Recorded, structures: Structures, batched: bool) -> None:
        self.recorded = recorded
        self.program = recorded.program
        self.structures = structures
        self.batched = batched
        self._known: dict[Any, tuple[list[str], tuple[str, ...]]] = {}
        self.arrays: dict[str, Any] = {
            name: leaf.array for x in structures.values() for name, leaf in x.leaves.items()
        }

    def at(self, numbers: Sequence[Argument]) -> Call:
        """The same call at other numbers, one for each array."""
        call = Call.__new__(Call)
        call.recorded, call.program = self.recorded, self.program
        call.structures, call.batched = self.structures, self.batched
        call._known = self._known
        call.arrays = dict(zip(self.arrays, numbers))
        return call

    def emptied(self) -> Call:
        """The same call for ``at``, without the arrays that were passed."""
        call = self.at([None] * len(self.arrays))
        call.structures = {name: x.emptied() for name, x in self.structures.items()}
        return call

    def value(self) -> Any:
        """What the function returns."""
        return self.recorded.filled(self.program(**self.arrays), self.batched)

    def value_and_grad(self, wrt: Wrt | None, reduce: str) -> tuple[Any, Any]:
        """The value, and its gradient in the arguments' structures."""
        chosen, names = self._chosen(wrt)
        value, flat = self.program.value_and_grad(names, reduce=reduce, **self.arrays)
        grads = like(wrt, self.structures, chosen, flat)
        return self.recorded.filled(value, self.batched), grads

    def jacobian(self, wrt: Wrt | None) -> Any:
        """The result's structure, and in each place the arguments'."""
        chosen, names = self._chosen(wrt)
        result = self.recorded.result
        columns = []
        for name, block in zip(names, self.program.jacobian(names, **self.arrays)):
            axes = next(a.shape for a in self.program.tape.arguments if a.name == name)
            columns.append(result.split(block, axes, batched=self.batched))
        rows = [like(wrt, self.structures, chosen, row) for row in zip(*columns)]
        return result.placed(rows)

    def hessian(self, wrt: Wrt | None, reduce: str) -> Any:
        """The arguments' structures twice."""
        chosen, names = self._chosen(wrt)
        rows = self.program.hessian(names, reduce=reduce, **self.arrays)
        inner = [like(wrt, self.structures, chosen, row) for row in rows]
        return like(wrt, self.structures, chosen, inner)

    def jvp(self, wrt: Wrt | None, direction: Nest) -> Any:
        """The derivative along a direction, in the result's structure."""
        chosen, names = self._chosen(wrt)
        moves = moves_along(wrt, self.structures, chosen, direction)
        slope = self.program.jvp(names, tuple(moves), **self.arrays)
        batched = numpy_or_error().ndim(slope) > len(self.program.tape.output_shape)
        return self.recorded.result.filled(slope, batched=batched)

    def hvp(self, wrt: Wrt | None, direction: Nest, reduce: str) -> Any:
        """The Hessian's product with a direction, in the arguments' structures."""
        chosen, names = self._chosen(wrt)
        moves = moves_along(wrt, self.structures, chosen, direction)
        flat = self.program.hvp(names, tuple(moves), reduce=reduce, **self.arrays)
        return like(wrt, self.structures, chosen, flat)

    def _chosen(self, wrt: Wrt | None) -> tuple[list[str], tuple[str, ...]]:
        """The arguments to differentiate by, and the program's names of their arrays."""
        if type(wrt) is str and wrt in self._known:
            return self._known[wrt]
        chosen = chosen_names(wrt, self.structures)
        names = tuple([name for x in chosen for name in self.structures[x].leaves])
        if type(wrt) is str:
            self._known[wrt] = chosen, names
        return chosen, names


def chosen_names(wrt: Wrt | None, structures: Structures) -> list[str]:
    """The arguments that ``wrt`` names; without it, all of them."""
    names: list[Any] = [*structures] if wrt is None else [wrt]
    if isinstance(wrt, tuple):
        names = [*wrt]
    for name in names:
        if not isinstance(name, str) or name not in structures:
            known = ", ".join(structures) or "none"
            several = "; several stand in a tuple" if isinstance(name, list) else ""
            raise InputTypeError(
                f"wrt names an argument that was passed and is not static ({known}), "
                f"but got {name!r}{several}"
            )
    return names


def like(
    wrt: Wrt | None, structures: Structures, chosen: Sequence[str], flat: Sequence[Nest]
) -> Any:
    """Derivatives in the structures of their arguments: of one, or a tuple for several."""
    left = iter(flat)
    parts = [structures[x].filled([next(left) for _ in structures[x].leaves]) for x in chosen]
    single = isinstance(wrt, str) or (wrt is None and len(parts) == 1)
    return parts[0] if single else tuple(parts)


def moves_along(
    wrt: Wrt | None, structures: Structures, chosen: Sequence[str], direction: Nest
) -> list[Any]:
    """A direction taken apart as its arguments are."""
    single = isinstance(wrt, str) or (wrt is None and len(chosen) == 1)
    parts = [direction] if single else direction
    if not isinstance(parts, (tuple, list)) or len(parts) != len(chosen):
        raise InputValueError(f"a direction for each of {', '.join(chosen)} is needed, as a tuple")
    moves = []
    for name, part in zip(chosen, parts):
        taken = Structure(f"direction of {name}", part, "the call", values=True)
        wanted = structures[name]
        if len(taken.leaves) != len(wanted.leaves):
            raise InputValueError(
                f"a direction has its argument's structure: {name!r} has {len(wanted.leaves)} "
                f"arrays, but the direction {len(taken.leaves)}"
            )
        moves += [leaf.array for leaf in taken.leaves.values()]
    return moves
