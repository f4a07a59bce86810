"""compiled: a function of numbers and arrays, recorded once for each set of argument shapes.

The function is called with fresh leaves while tracing is on, so a comparison is recorded and a
branch on a recorded number is refused. Next: :mod:`autograd.program.program`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from autograd.engine.modes import TRACING, enable_grad, switched
from autograd.engine.value import Value
from autograd.errors import InputTypeError, InputValueError
from autograd.nested import rebuilt
from autograd.program.executor import numpy_or_error
from autograd.program.program import Program
from autograd.program.tape.lower import lower

__all__ = ["Compiled"]


class Compiled:
    """A function as programs, one for each set of argument shapes; see ``autograd.compiled``."""

    def __init__(
        self, f: Callable[..., Any], *, dtype: Any, backend: str, has_aux: bool = False
    ) -> None:
        if not callable(f):
            raise InputTypeError(f"compiled takes a function, but got {type(f).__name__}")
        self.f = f
        self.dtype = dtype
        self.backend = backend
        self.has_aux = has_aux
        self._signature = inspect.signature(f)
        self._programs: dict[Any, Program] = {}
        functools.update_wrapper(self, f)

    def __call__(self, *args: Any, **options: Any) -> Any:
        """What the function returns for these numbers and arrays, as a number or an array."""
        arrays = self._arrays(args, options)
        return self._program(arrays)(**_numbers(arrays))

    def value_and_grad(
        self, wrt: str | tuple[str, ...], /, *args: Any, **options: Any
    ) -> tuple[Any, Any]:
        """The value, and its gradient by the named argument or arguments.

        The function has to return one number, or with ``has_aux`` one number and auxiliary data,
        which is given back beside the value. ``wrt`` is a parameter's name or a tuple of names.
        """
        arrays = self._arrays(args, options)
        return self._program(arrays).value_and_grad(wrt, **_numbers(arrays))

    def program(self, *args: Any, **options: Any) -> Program:
        """The Program for arguments of these shapes, recorded now if there was none."""
        return self._program(self._arrays(args, options))

    def _program(self, arrays: Mapping[str, Any]) -> Program:
        key = tuple([(name, _kind(given), x.shape) for name, (given, x) in arrays.items()])
        found = self._programs.get(key)
        if found is None:
            found = self._programs[key] = self._traced(arrays)
        return found

    def _traced(self, arrays: Mapping[str, Any]) -> Program:
        leaves = {name: _leaves(given, x) for name, (given, x) in arrays.items()}
        bound = self._signature.bind_partial()
        bound.arguments.update(leaves)
        with switched(TRACING, True), enable_grad():  # no_grad would freeze what f computes
            output = self.f(*bound.args, **bound.kwargs)
        tape = lower(output, leaves, has_aux=self.has_aux)
        return Program(tape, dtype=self.dtype, backend=self.backend)

    def _arrays(self, args: tuple[Any, ...], options: dict[str, Any]) -> dict[str, Any]:
        """Parameter -> what was given for it, as it is and as an array of floats."""
        np = numpy_or_error()
        try:
            bound = self._signature.bind(*args, **options)
        except TypeError as error:
            raise InputTypeError(f"{_name(self.f)}: {error}") from error
        arrays = {}
        for name, given in bound.arguments.items():
            if self._signature.parameters[name].kind in (
                inspect.Parameter.VAR_POSITIONAL,
                inspect.Parameter.VAR_KEYWORD,
            ):
                raise InputTypeError(
                    f"compiled needs a name for each argument, but {_name(self.f)} takes *{name}: "
                    "pass these numbers as one sequence"
                )
            try:
                x = np.asarray(given)
            except ValueError as error:
                raise InputValueError(f"argument {name!r} is a ragged nesting: {error}") from error
            if x.dtype.kind not in "fiub":
                raise InputTypeError(
                    f"argument {name!r} of {_name(self.f)} takes a number or an array of real "
                    f"numbers, but got {type(given).__name__} {given!r}"[:300]
                )
            arrays[name] = given, x
        return arrays


def _name(f: Callable[..., Any]) -> str:
    return str(getattr(f, "__name__", type(f).__name__))


def _kind(given: Any) -> str:
    """Which structure the function sees: it may treat lists and arrays differently."""
    return type(given).__name__ if isinstance(given, (list, tuple)) else "array"


def _leaves(given: Any, x: Any) -> Any:
    """Fresh leaves in the structure of an argument: nested lists, or an array of objects."""
    leaves = [Value(number) for number in x.ravel().tolist()]
    if not x.shape:
        return leaves[0]
    if isinstance(given, (list, tuple)):
        return rebuilt(given, leaves)
    array = numpy_or_error().empty(len(leaves), dtype=object)
    array[:] = leaves
    return array.reshape(x.shape)


def _numbers(arrays: Mapping[str, Any]) -> dict[str, Any]:
    return {name: x for name, (_, x) in arrays.items()}
