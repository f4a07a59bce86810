"""Program: a recorded computation as a pure function of named arrays.

It checks what it is called with, once for all executors, and leaves the work to one of them
(:mod:`autograd.program.executor`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from importlib import import_module
from math import prod
from typing import Any

from autograd.errors import InputValueError
from autograd.program.arguments import Arguments
from autograd.program.executor import BACKENDS, Executor, executor, numpy_or_error
from autograd.program.tape.instructions import Tape

__all__ = ["Program"]

DTYPES = ("float64", "float32")


class Program:
    """A pure function of named arrays, made by :func:`autograd.compile`.

    Each array has its argument's shape, or that shape with a batch axis in front; all that have a
    batch axis agree on its length. A Program holds no state that a call could change: threads may
    share it, and it can be pickled. ``print(program)`` lists what it does.

    >>> import autograd
    >>> x, w = autograd.Value(0.0), autograd.Value(0.0)
    >>> program = autograd.compile(x * w, x=x, w=w)
    >>> print(program(x=2.0, w=3.0))
    6.0
    >>> print(program(x=[1.0, 2.0], w=3.0))
    [3. 6.]
    >>> value, grad = program.value_and_grad("w", x=[1.0, 2.0], w=3.0)
    >>> print(value, grad)
    [3. 6.] 3.0
    """

    __slots__ = ("_executors", "_inputs", "_limit", "backend", "dtype", "tape")

    def __init__(self, tape: Tape, *, dtype: Any = "float64", backend: str = "auto") -> None:
        np = numpy_or_error()
        try:
            name = np.dtype(dtype).name
        except TypeError:
            name = str(dtype)
        if name not in DTYPES:
            raise InputValueError(f"dtype is float64 or float32, but got {dtype!r}")
        if backend not in BACKENDS:
            raise InputValueError(f"backend is one of {', '.join(BACKENDS)}, but got {backend!r}")
        self.tape = tape
        self.dtype = name
        self.backend = backend
        self._inputs = Arguments(tape.arguments, name)
        self._executors: dict[str, Executor] = {}
        self._limit: float | None = None  # batch size from which auto takes arrays

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self.tape, self.dtype, self.backend)

    def __call__(self, **arrays: Any) -> Any:
        """The output: its shape, with the batch axis in front if any argument has one.

        Of a program compiled with ``has_aux``, the pair (value, auxiliary data).

        Raises:
            InputTypeError: An argument is missing, unknown, or no array of numbers.
            InputValueError: A shape is wrong, or batch sizes differ.
        """
        given, batch = self._inputs.checked(arrays)
        values = self._executor(batch).forward(given, batch)
        return self._outputs(values, batch is not None)

    def value_and_grad(
        self, wrt: str | tuple[str, ...], /, *, reduce: str = "sum", **arrays: Any
    ) -> tuple[Any, Any]:
        """The output, and the gradients of its sum or mean over the batch.

        ``wrt`` names an argument, or several in a tuple, which gives a tuple of gradients. A
        gradient has the shape of the array that was passed: one row a row for a batched argument,
        and for one that the batch shares, the sum (or with ``reduce="mean"`` the mean) over it.
        Of a program compiled with ``has_aux``, ((value, auxiliary data), gradients).

        Raises:
            InputTypeError, InputValueError: As for a call; or ``wrt`` names no argument,
                ``reduce`` is neither "sum" nor "mean", or the output is more than one number.
        """
        given, batch = self._inputs.checked(arrays)
        indices = self._inputs.indices(wrt)
        if reduce not in ("sum", "mean"):
            raise InputValueError(f'reduce is "sum" or "mean", but got {reduce!r}')
        tape = self.tape
        if tape.output_shape:
            raise InputValueError(
                "value_and_grad differentiates one number, but this program's output has shape "
                f"{tape.output_shape}: compile its sum, or one program for each number"
            )
        weight = 1.0 / batch if reduce == "mean" and batch else 1.0
        chosen = self._executor(batch)
        values, flat = chosen.value_and_grad(indices, given, batch, weight)
        value = self._outputs(values, batch is not None)
        arguments = tape.arguments
        if type(wrt) is not tuple:
            return value, _in_shape(flat[0], arguments[indices[0]].shape, flat[0].ndim == 2)
        return value, tuple(
            [_in_shape(grad, arguments[i].shape, grad.ndim == 2) for i, grad in zip(indices, flat)]
        )

    def to_jax(self, *, forward_mode: bool = False) -> Callable[..., Any]:
        """The program as a pure function for JAX: to jit, differentiate, vmap and shard.

        It takes the arguments by position, in their order, or by name, each with or without a
        batch axis. A float64 program needs ``jax_enable_x64``. JAX lets a function have rules of
        its own for one mode: by default for reverse mode (``jax.grad``, ``jax.hessian``), with
        ``forward_mode`` for ``jax.jvp``, ``jax.linearize`` and ``jax.jacfwd``. Then reverse mode
        works too, but an infinite derivative of a branch that ``where`` did not take gives NaN.

        Raises:
            MissingExtraError: JAX is not installed.
            GraphError: The rule of a custom_op cannot be traced.
        """
        lowering = import_module("autograd.program.exports.jax.function")
        function: Callable[..., Any] = lowering.to_jax(self.tape, self.dtype, tangents=forward_mode)
        return function

    def to_onnx(
        self, path: str | os.PathLike[str], *, batched: Collection[str] | None = None
    ) -> None:
        """Write the program as an ONNX model; needs the extra ``onnx``.

        Its inputs are the arguments, each with a batch axis in front if ``batched`` names it, by
        default all; the output is called "output", auxiliary data "aux". Numbers are of the
        program's dtype.

        Raises:
            InputValueError: A custom_op, or a function that ONNX cannot express, is in it.
            InputTypeError: ``batched`` names no argument.
            OutputError: The file cannot be written; then an older one is as it was.

        >>> import autograd, tempfile, onnx
        >>> x, w = autograd.Value(0.0), autograd.Value(0.0)
        >>> program = autograd.compile(autograd.sin(x) * w, x=x, w=w)
        >>> path = os.path.join(tempfile.mkdtemp(), "program.onnx")
        >>> program.to_onnx(path, batched=["x"])
        >>> [argument.name for argument in onnx.load(path).graph.input]
        ['x', 'w']
        """
        from autograd.program.exports.onnx.write import write_onnx

        write_onnx(self.tape, self.dtype, path, batched)

    def __str__(self) -> str:
        inputs = ", ".join(f"{a.name}: {a.shape}" for a in self.tape.arguments)
        lines = [f"Program({inputs}) -> {self.tape.output_shape}, {self.dtype}"]
        if self.backend == "auto":
            single, batched = self._choice(None), self._choice(64)
            lines.append(f"backend auto: {single} for one point, {batched} for a batch of 64")
        else:
            lines.append(f"backend {self.backend}")
        return "\n".join([*lines, *self._named(self._choice(64)).listing()])

    def __repr__(self) -> str:
        inputs = ", ".join(f"{a.name}: {a.shape}" for a in self.tape.arguments)
        return f"<Program({inputs}) -> {self.tape.output_shape}, {self.dtype}, {self.backend}>"

    def _choice(self, batch: int | None) -> str:
        """Name of the executor for a batch of this size."""
        if self.backend != "auto":
            return self.backend
        if self._limit is None:
            from autograd.program.choice import work_of

            array: Any = self._named("array")
            self._limit = work_of(array.tape).limit
        return "loop" if (batch or 1) < self._limit else "array"

    def _outputs(self, flat: Any, batched: bool) -> Any:
        """The output in its shape, or the pair of it and the auxiliary data."""
        shape, aux_shape = self.tape.output_shape, self.tape.aux_shape
        if aux_shape is None:
            return _in_shape(flat, shape, batched)
        size = prod(shape)
        value = _in_shape(flat[..., :size], shape, batched)
        return value, _in_shape(flat[..., size:], aux_shape, batched)

    def _executor(self, batch: int | None) -> Executor:
        name = self.backend if self.backend != "auto" else self._choice(batch)
        return self._executors.get(name) or self._named(name)

    def _named(self, name: str) -> Executor:
        # Made when first needed. Two threads may both make one: they are equal.
        found = self._executors.get(name)
        if found is None:
            found = self._executors[name] = executor(name, self.tape, self.dtype)
        return found


def _in_shape(flat: Any, shape: tuple[int, ...], batched: bool) -> Any:
    """A flat result in its shape, after the batch axis if it has one; a number if neither."""
    if batched:
        return flat.reshape((flat.shape[0], *shape))
    if len(shape) == 1:
        return flat
    return flat.reshape(shape) if shape else flat[0]


def _restored(tape: Tape, dtype: str, backend: str) -> Program:
    return Program(tape, dtype=dtype, backend=backend)
