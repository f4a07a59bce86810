"""Program: a recorded computation as a pure function of named arrays.

What can be asked of it is in :mod:`autograd.program.differentiable`; here is what it is made of,
and the ways out of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from autograd.errors import InputValueError
from autograd.program.differentiable import Differentiable, Wrt
from autograd.program.executor import BACKENDS, numpy_or_error
from autograd.program.loop.native.compiler import can_compile
from autograd.program.prepared import Prepared
from autograd.program.running import Running
from autograd.program.solving import quickened
from autograd.program.tape.instructions import Tape
from autograd.reals import check_count

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

    from autograd.nested import Nest

__all__ = ["Program"]

DTYPES = ("float64", "float32")


class Program(Differentiable):
    """A pure function of named arrays, made by :func:`autograd.compile`.

    Each array has its argument's shape, or that shape with a batch axis in front; all that have a
    batch axis agree on its length. A Program holds no state that a call could change: threads may
    share it, and it can be pickled. ``print(program)`` lists what it does. Where an array holds
    Values, as inside a transform or another recording, the program records itself, and what it
    gives can be differentiated.

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

    __slots__ = ("backend", "dtype")

    def __init__(
        self,
        tape: Tape,
        *,
        dtype: DTypeLike = "float64",
        backend: str = "auto",
        threads: int | None = None,
    ) -> None:
        np = numpy_or_error()
        try:
            name = np.dtype(dtype).name
        except TypeError:
            name = str(dtype)
        if name not in DTYPES:
            raise InputValueError(f"dtype is float64 or float32, but got {dtype!r}")
        if backend not in BACKENDS:
            raise InputValueError(f"backend is one of {', '.join(BACKENDS)}, but got {backend!r}")
        if threads is not None:
            threads = check_count("threads", threads)
        self.tape = quickened(tape)
        self.dtype = name
        self.backend = backend
        self._running = Running(tape, name, backend, threads)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self.tape, self.dtype, self.backend, self._running.threads)

    def prepared(self, wrt: Wrt | None = None, /) -> Prepared:
        """A call at single points with buffers of its own: nothing is checked or copied.

        Fill the arrays in ``call.arguments``, call it without arguments, and read ``call.value``
        and ``call.gradient``, which is by ``wrt`` as in ``value_and_grad``: the next call
        overwrites them.

        Raises:
            InputTypeError, InputValueError: ``wrt`` names no argument, or the output is more than
                one number.

        >>> import autograd
        >>> x = autograd.Value(0.0)
        >>> call = autograd.compile(x * x, x=x).prepared("x")
        >>> call.arguments["x"][...] = 3.0
        >>> call()
        >>> print(call.value, call.gradient)
        9.0 6.0
        """
        if wrt is not None:
            self._weight("prepared", "sum")
        return Prepared(self._running, wrt)

    def descent(
        self,
        rule: Callable[..., Sequence[Any]],
        wrt: str,
        /,
        *,
        memory: int,
        rows: int,
        norm: bool = False,
        **arrays: Nest,
    ) -> Any:
        """Many steps of a training rule in one call, or None where they cannot be machine code.

        ``rule(data, grad, rate, memory)`` is about one number of the argument ``wrt``: it gives
        the new number and what is remembered, a list of ``memory`` numbers, one or more. It is
        recorded, and has to be the same in every step. A step takes the gradient of the mean of
        the first output over ``rows`` rows, about, of the other arguments, which are ``arrays``.
        With ``norm`` the rule has one more argument, the Euclidean norm of the whole gradient.
        What comes back has ``walk(data, memory, parts, rates)``, and ``epochs``, the same through
        an array of rows' numbers.

        Raises:
            InputTypeError, InputValueError: The arrays are not those that the program takes.

        >>> import autograd, numpy as np
        >>> x, w = autograd.Value(0.0), [autograd.Value(0.0)]
        >>> program = autograd.compile((w[0] - x) ** 2, x=x, w=w)
        >>> rule = lambda data, grad, rate, memory: [data - rate * grad, memory[0] + 1.0]
        >>> steps = program.descent(rule, "w", memory=1, rows=64, x=np.array([1.0, 3.0]))
        >>> if steps is not None:  # with llvmlite
        ...     walked = steps.walk(np.zeros(1), [0.0], [[0, 1], [0, 1]], [0.5, 0.25])
        ...     print(walked.steps, walked.values, walked.data, walked.memory)
        2 [1. 9. 1. 1.] [2.] [2.0]
        """
        if not can_compile():
            return None
        made = import_module("autograd.program.descent")
        return made.descent(self, rule, wrt, memory, rows, norm, arrays)

    def to_jax(self, *, forward_mode: bool = False) -> Callable[..., Any]:
        """The program as a pure function for JAX: to jit, differentiate, vmap and shard.

        A recurrence in it is a ``lax.scan``, so that a long one is compiled as soon as a short one.
        It takes the arguments by position, in their order, or by name, each with or without a
        batch axis. A float64 program needs ``jax_enable_x64``. JAX lets a function have rules of
        its own for one mode: by default for reverse mode (``jax.grad``, ``jax.hessian``), with
        ``forward_mode`` for ``jax.jvp``, ``jax.linearize`` and ``jax.jacfwd``. Then reverse mode
        works too, but an infinite derivative of a branch that ``where`` did not take gives NaN.
        Where a first derivative is a choice, at the tip of ``norm`` or ``abs`` or at a tie of
        ``maximum``, JAX makes NaN of second ones, but 0 where nothing multiplies it. On CPUs it
        takes subnormal numbers, below 2.3e-308, for zero.

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
        from autograd.program.exports.onnx.extra import onnx_or_error

        onnx_or_error()  # before its own files import it
        from autograd.program.exports.onnx.write import write_onnx

        write_onnx(self.tape, self.dtype, path, batched)

    def __str__(self) -> str:
        inputs = ", ".join(f"{a.name}: {a.shape}" for a in self.tape.arguments)
        lines = [f"Program({inputs}) -> {self.tape.output_shape}, {self.dtype}"]
        if self.backend == "auto":
            single, batched = self._running.choice(None), self._running.choice(64)
            lines.append(f"backend auto: {single} for one point, {batched} for a batch of 64")
        else:
            lines.append(f"backend {self.backend}")
        return "\n".join([*lines, *self._running.executor(64).listing()])

    def __repr__(self) -> str:
        inputs = ", ".join(f"{a.name}: {a.shape}" for a in self.tape.arguments)
        return f"<Program({inputs}) -> {self.tape.output_shape}, {self.dtype}, {self.backend}>"


def _restored(tape: Tape, dtype: str, backend: str, threads: int | None = None) -> Program:
    return Program(tape, dtype=dtype, backend=backend, threads=threads)
