"""What can be asked of a program: its output, and its derivatives by any of its arguments.

Arguments are checked once for all executors; these do the work, or for Jacobians and Hessians
:mod:`autograd.program.directions`. Next: :mod:`autograd.program.program`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from autograd.errors import InputValueError
from autograd.program.arguments import ValuesGiven
from autograd.program.running import Running
from autograd.program.tape.instructions import Tape

if TYPE_CHECKING:
    from typing_extensions import Never

    from autograd.arrays import Array
    from autograd.nested import Nest

__all__ = ["Differentiable", "Wrt"]

Wrt = str | tuple[str, ...]
"""The name of an argument, or several in a tuple."""


class Differentiable:
    """A pure function of named arrays with derivatives; see :class:`autograd.Program`."""

    __slots__ = ("_running", "tape")

    _running: Running
    tape: Tape

    def __call__(self, /, *unnamed: Never, **arrays: Nest) -> Any:
        """The output: its shape, with the batch axis in front if any argument has one.

        Of a program compiled with ``has_aux``, the pair (value, auxiliary data). Called with
        Values, the program records itself: the output is Values that can be differentiated.

        Raises:
            InputTypeError: An argument is missing, unknown, or no array of numbers.
            InputValueError: A shape is wrong, or batch sizes differ.
        """
        if unnamed:
            self._running.inputs.refuse_unnamed()
        running, given, batch = self._checked(arrays)
        values = running.executor(batch).forward(given, batch)
        return self._outputs(values, batch is not None)

    def value_and_grad(
        self, wrt: Wrt | None = None, /, *unnamed: Never, reduce: str = "sum", **arrays: Nest
    ) -> tuple[Any, Any]:
        """The output, and the gradients of its sum or mean over the batch.

        ``wrt`` names an argument, or several in a tuple, which gives a tuple of gradients; by
        keyword too, if no argument is called so. A gradient has the shape of the array that was
        passed: one row a row for a batched argument, and for one that the batch shares, the sum (or
        with ``reduce="mean"`` the mean) over it.
        Of a program compiled with ``has_aux``, ((value, auxiliary data), gradients).

        Raises:
            InputTypeError, InputValueError: As for a call; or ``wrt`` names no argument,
                ``reduce`` is neither "sum" nor "mean", or the output is more than one number.
        """
        if unnamed or wrt is None:
            (wrt,) = self._running.inputs.asked(unnamed, arrays, wrt=wrt)
        running, given, batch = self._checked(arrays)
        indices = running.inputs.indices(wrt)
        weight = self._weight("value_and_grad", reduce)(batch)
        values, flat = running.executor(batch).value_and_grad(indices, given, batch, weight)
        return self._outputs(values, batch is not None), self._like(wrt, indices, flat)

    def grad(
        self, wrt: Wrt | None = None, /, *unnamed: Never, reduce: str = "sum", **arrays: Nest
    ) -> Any:
        """The gradients alone; see ``value_and_grad``.

        >>> import autograd
        >>> x = autograd.Value(0.0)
        >>> cube = autograd.compile(x**3, x=x)
        >>> print(cube.grad("x", x=[1.0, 2.0]), cube.grad(wrt="x", x=3.0))
        [ 3. 12.] 27.0
        """
        return self.value_and_grad(wrt, *unnamed, reduce=reduce, **arrays)[1]

    def jacobian(self, wrt: Wrt | None = None, /, *unnamed: Never, **arrays: Nest) -> Any:
        """The derivatives of each number of the output: its shape, then the argument's.

        With a batch axis in front if any argument has one; auxiliary data are not differentiated.
        By forward or by reverse passes, whichever are fewer, all of them as one batch.

        Raises:
            InputTypeError, InputValueError: As for a call; or ``wrt`` names no argument.

        >>> import autograd
        >>> x, y = autograd.Value(0.0), autograd.Value(0.0)
        >>> program = autograd.compile([x * y, x + y], x=x, y=y)
        >>> print(program.jacobian("x", x=2.0, y=[3.0, 4.0]))
        [[3. 1.]
         [4. 1.]]
        """
        from autograd.program import directions

        if unnamed or wrt is None:
            (wrt,) = self._running.inputs.asked(unnamed, arrays, wrt=wrt)
        running, _, batch = self._checked(arrays)
        indices = running.inputs.indices(wrt)
        blocks = directions.jacobian(running, arrays, indices)
        outer = self.tape.output_shape
        shaped = [
            _matrix(block, (*outer, *self._shape(i)), batch is not None)
            for i, block in zip(indices, blocks)
        ]
        return tuple(shaped) if type(wrt) is tuple else shaped[0]

    def hessian(
        self, wrt: Wrt | None = None, /, *unnamed: Never, reduce: str = "sum", **arrays: Nest
    ) -> Any:
        """The second derivatives: the argument's shape twice; for a tuple, a tuple of tuples.

        By arguments that the batch shares, of the sum or mean over the batch; where one of the two
        is batched, with the batch axis in front. Computed as products with unit vectors, all of
        them as one batch; fewer where the structure shows that many are zero.

        Raises:
            InputTypeError, InputValueError: As for ``value_and_grad``.

        >>> import autograd
        >>> p = [autograd.Value(0.0), autograd.Value(0.0)]
        >>> print(autograd.compile(p[0] ** 2 * p[1], p=p).hessian("p", p=[3.0, 4.0]))
        [[8. 6.]
         [6. 0.]]
        """
        from autograd.program import directions

        if unnamed or wrt is None:
            (wrt,) = self._running.inputs.asked(unnamed, arrays, wrt=wrt)
        running, given, _ = self._checked(arrays)
        indices = running.inputs.indices(wrt)
        rows = directions.hessian(running, arrays, indices, self._weight("hessian", reduce))
        batched = [given[i].ndim == 2 for i in indices]
        shaped = [
            tuple(
                _matrix(block, (*self._shape(i), *self._shape(j)), batched[a] or batched[b])
                for b, (j, block) in enumerate(zip(indices, row))
            )
            for a, (i, row) in enumerate(zip(indices, rows))
        ]
        return tuple(shaped) if type(wrt) is tuple else shaped[0][0]

    def jvp(
        self,
        wrt: Wrt | None = None,
        direction: Nest | None = None,
        /,
        *unnamed: Never,
        **arrays: Nest,
    ) -> Any:
        """The derivative of the output along a direction, which has the argument's shape.

        Or that shape with a batch axis in front: a derivative for each. For a tuple ``wrt`` the
        direction is a tuple. A zero in it leads nowhere, not even by a derivative of nan.

        Raises:
            InputTypeError, InputValueError: As for a call; or ``wrt`` names no argument.

        >>> import autograd
        >>> p = [autograd.Value(0.0), autograd.Value(0.0)]
        >>> program = autograd.compile([p[0] * p[1], p[0] + p[1]], p=p)
        >>> print(program.jvp("p", [1.0, 10.0], p=[3.0, 4.0]))
        [34. 11.]
        """
        from autograd.program import directions

        if unnamed or wrt is None or direction is None:
            asked = self._running.inputs.asked(unnamed, arrays, wrt=wrt, direction=direction)
            wrt, direction = asked
        running, moves = self._moving(wrt, direction, arrays)
        indices = running.inputs.indices(wrt)
        flat, batched = directions.jvp(running, arrays, indices, moves)
        return _in_shape(flat, self.tape.output_shape, batched)

    def hvp(
        self,
        wrt: Wrt | None = None,
        direction: Nest | None = None,
        /,
        *unnamed: Never,
        reduce: str = "sum",
        **arrays: Nest,
    ) -> Any:
        """The Hessian's product with a direction, in the argument's shape, without the Hessian.

        One forward and one reverse pass. With a batch axis in front of the direction, a product
        for each. For a tuple ``wrt``, direction and result are tuples.

        Raises:
            InputTypeError, InputValueError: As for ``value_and_grad``.

        >>> import autograd
        >>> p = [autograd.Value(0.0), autograd.Value(0.0)]
        >>> print(autograd.compile(p[0] ** 2 * p[1], p=p).hvp("p", [1.0, 10.0], p=[3.0, 4.0]))
        [68.  6.]
        """
        from autograd.program import directions

        if unnamed or wrt is None or direction is None:
            asked = self._running.inputs.asked(unnamed, arrays, wrt=wrt, direction=direction)
            wrt, direction = asked
        running, moves = self._moving(wrt, direction, arrays)
        indices = running.inputs.indices(wrt)
        weight = self._weight("hvp", reduce)
        return self._like(wrt, indices, directions.hvp(running, arrays, indices, moves, weight))

    def _checked(self, arrays: Mapping[str, Nest]) -> tuple[Running, list[Any], int | None]:
        """What runs this call, and its arguments, flat but for a batch axis."""
        running = self._running
        try:
            return running, *running.inputs.checked(arrays)
        except ValuesGiven:
            running = running.on_values()
            return running, *running.inputs.checked(arrays)

    def _moving(
        self, wrt: Wrt, direction: Nest, arrays: Mapping[str, Nest]
    ) -> tuple[Running, list[Any]]:
        """What runs a product with a direction, and the direction for each of ``wrt``."""
        moves = [direction]
        if type(wrt) is tuple:
            if not isinstance(direction, (tuple, list)) or len(direction) != len(wrt):
                raise InputValueError(f"a direction for each of {wrt} is needed, as a tuple")
            moves = [*direction]
        running, _, _ = self._checked(arrays)
        try:
            for move in moves:
                running.inputs.require_numbers(move)
        except ValuesGiven:
            running = running.on_values()
        return running, moves

    def _weight(self, what: str, reduce: str) -> Callable[[int | None], float]:
        """How much each row of a batch counts in what is differentiated, by its size."""
        if reduce not in ("sum", "mean"):
            raise InputValueError(f'reduce is "sum" or "mean", but got {reduce!r}')
        if self.tape.output_shape:
            raise InputValueError(
                f"{what} differentiates one number, but this program's output has shape "
                f"{self.tape.output_shape}: take its jacobian, or compile its sum; has_aux=True is "
                "for a pair of which only the first is differentiated"
            )
        return lambda batch: 1.0 / batch if reduce == "mean" and batch else 1.0

    def _shape(self, index: int) -> tuple[int, ...]:
        return self.tape.arguments[index].shape

    def _like(self, wrt: Wrt, indices: Sequence[int], flat: Sequence[Array]) -> Any:
        """Gradients in their arguments' shapes: a tuple of them if ``wrt`` is one."""
        if type(wrt) is not tuple:
            return _in_shape(flat[0], self._shape(indices[0]), flat[0].ndim == 2)
        return tuple(
            [_in_shape(grad, self._shape(i), grad.ndim == 2) for i, grad in zip(indices, flat)]
        )

    def _outputs(self, flat: Array, batched: bool) -> Any:
        """The output in its shape, or the pair of it and the auxiliary data."""
        shape, aux_shape = self.tape.output_shape, self.tape.aux_shape
        if aux_shape is None:
            return _in_shape(flat, shape, batched)
        size = prod(shape)
        value = _in_shape(flat[..., :size], shape, batched)
        return value, _in_shape(flat[..., size:], aux_shape, batched)


def _matrix(flat: Array, shape: tuple[int, ...], batched: bool) -> Any:
    """Derivatives in the shapes of what they are of and by; a number if both are numbers."""
    return flat.reshape((len(flat), *shape) if batched else shape)[()]


def _in_shape(flat: Array, shape: tuple[int, ...], batched: bool) -> Any:
    """A flat result in its shape, after the batch axis if it has one; a number if neither."""
    if batched:
        return flat.reshape((flat.shape[0], *shape))
    if len(shape) == 1:
        return flat
    return flat.reshape(shape) if shape else flat[0]
