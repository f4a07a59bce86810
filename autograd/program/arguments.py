"""The arguments of a program as they are passed: checked, converted, flattened.

This runs on every call, so the usual case takes few steps. Next: :mod:`autograd.program.program`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from autograd.engine.node import Node
from autograd.engine.record import operand
from autograd.errors import InputTypeError, InputValueError
from autograd.nested import is_array
from autograd.program.executor import numpy_or_error
from autograd.program.lists import array_of
from autograd.program.tape.instructions import Argument
from autograd.reals import shown

if TYPE_CHECKING:
    from autograd.arrays import Array
    from autograd.engine.value import Operand
    from autograd.nested import Nest

__all__ = ["Arguments", "ValuesGiven", "floats_of"]


FLOAT = {float}
"""Types of numbers that need no look: an int may be too large."""


class ValuesGiven(InputTypeError):
    """An argument holds Values: the call is to be recorded, where that is possible."""

    def __init__(self) -> None:
        super().__init__("numbers are needed here, and an argument holds Values: pass their data")


def floats_of(array: Array) -> Array:
    """An array of objects that are numbers of Python's as one of floats; any other as it is.

    Fractions, Decimals and large integers are numbers; Values and all else stay objects.
    """
    if array.dtype.kind != "O":
        return array
    numbers = [operand(x) for x in array.flat]
    if not numbers or any(type(x) is not float for x in numbers):
        return array
    floats: Array = numpy_or_error().array(numbers).reshape(array.shape)
    return floats


class Arguments:
    """The named arguments of a program, ready to check what a call passes for them."""

    __slots__ = (
        "_are_numbers",
        "_argument",
        "_array",
        "_known",
        "_np",
        "_parts",
        "arguments",
        "dtype",
    )  # fmt: skip

    def __init__(self, arguments: Sequence[Argument], dtype: str) -> None:
        self._np = numpy_or_error()
        self.arguments = arguments
        self.dtype = self._np.dtype(dtype)
        self._argument = {argument.name: i for i, argument in enumerate(arguments)}
        self._known: dict[Any, tuple[int, ...]] = {}
        self._are_numbers = dtype != "object" and all(a.shape == () for a in arguments)
        self._parts = [slice(i, i + 1) for i in range(len(arguments))]
        # What an array is that needs no conversion; Values are looked at one by one.
        self._array = self._np.ndarray if dtype != "object" else None

    def indices(self, wrt: str | Sequence[str]) -> tuple[int, ...]:
        """Which arguments ``wrt`` names: one, or a tuple of them.

        Raises:
            InputTypeError: There is none of a name.
        """
        try:
            known = self._known.get(wrt)
        except TypeError:  # not hashable, so no names
            known = None
        if known is not None:
            return known
        found = []
        for name in wrt if type(wrt) is tuple else (wrt,):
            index = self._argument.get(name) if isinstance(name, str) else None
            if index is None:
                names = ", ".join(self._argument) or "none"
                several = "; several stand in a tuple" if isinstance(name, list) else ""
                raise InputTypeError(f"wrt names an argument ({names}), but got {name!r}{several}")
            if index in found:
                raise InputTypeError(f"wrt names {name!r} twice")
            found.append(index)
        self._known[wrt] = chosen = tuple(found)
        return chosen

    def asked(
        self, unnamed: Sequence[Nest], arrays: dict[str, Nest], **asked: Any
    ) -> tuple[Any, ...]:
        """What a method is to do, by position or, where no argument is called so, by keyword.

        Raises:
            InputTypeError: There is nothing of a kind, or arrays stand beside it without names.
        """
        if unnamed:
            self.refuse_unnamed()
        for word, given in asked.items():
            if given is None and word not in self._argument:
                asked[word] = arrays.pop(word, None)
            if asked[word] is None:
                names = ", ".join(self._argument) or "none"
                kind = "names an argument" if word == "wrt" else "goes with wrt, which names one"
                raise InputTypeError(f"{word} {kind} ({names}), but got none")
        return tuple(asked.values())

    def refuse_unnamed(self) -> NoReturn:
        """Raise for arrays that were passed without names."""
        names = ", ".join(f"{name}=…" for name in self._argument)
        raise InputTypeError(f"a program takes its arrays by name: {names or 'it has none'}")

    def checked(self, arrays: Mapping[str, Nest]) -> tuple[list[Any], int | None]:
        """The arrays in order, each flat but for its batch axis, and the batch size if any.

        Raises:
            InputTypeError: An argument is missing, unknown, or no array of numbers.
            InputValueError: A shape is wrong, or batch sizes differ.
        """
        if self._are_numbers and len(arrays) == len(self.arguments):
            numbers: list[Any] = [arrays.get(name) for name in self._argument]
            if FLOAT.issuperset(map(type, numbers)):
                return self.of_numbers(numbers), None
        dtype = self.dtype
        if arrays.keys() != self._argument.keys():
            raise InputTypeError(self._wrong_names(arrays))
        given = []
        batch: int | None = None
        for argument in self.arguments:
            name, shape, _ = argument
            # Of another type, it need not have a dtype; most often it is what is wanted already.
            array: Any = arrays[name]
            if type(array) is not self._array or array.dtype is not dtype:
                array = self._converted(name, array)
            if not array.flags.c_contiguous:
                array = self._np.ascontiguousarray(array)
            if array.shape == shape:
                given.append(array if array.ndim == 1 else array.reshape(-1))
                continue
            if array.ndim != len(shape) + 1 or array.shape[1:] != shape:
                raise InputValueError(
                    f"argument {name!r} takes an array of shape {shape}, with or without a batch "
                    f"axis in front of it, but got one of shape {array.shape}"
                )
            if batch is None:
                batch, first = array.shape[0], argument
            elif batch != array.shape[0]:
                raise InputValueError(
                    f"batched arguments agree on the batch size, but {first.name!r} has {batch} "
                    f"rows and {name!r} has {array.shape[0]}"
                )
            given.append(array if array.ndim == 2 else array.reshape(batch, argument.size))
        return given, batch

    def of_numbers(self, numbers: Sequence[Operand]) -> list[Any]:
        """The arrays of arguments that are one plain number each, by one conversion for all."""
        if self.dtype.itemsize < 8:  # of float32 a larger number is an infinity, without a warning
            with self._np.errstate(over="ignore"):
                flat = self._np.array(numbers, self.dtype)
        else:
            flat = self._np.array(numbers, self.dtype)
        return [flat[part] for part in self._parts]

    def require_numbers(self, array: Nest) -> None:
        """Raise ValuesGiven if an array holds Values, as a direction may where no argument does."""
        if self.dtype.kind != "O" and not isinstance(array, (self._np.ndarray, float)):
            items = self._np.asarray(array, dtype=object).flat
            if any(isinstance(x, Node) for x in items):
                raise ValuesGiven
        elif getattr(array, "dtype", self.dtype).kind == "O" and self.dtype.kind != "O":
            raise ValuesGiven

    def _converted(self, name: str, given: Nest) -> Array:
        np = self._np
        is_array(given)  # which refuses masked ones
        try:
            listed = array_of(given)
            array: Array = np.asarray(given) if listed is None else listed
        except ValueError as error:
            raise InputValueError(f"argument {name!r} is a ragged nesting: {error}") from error
        except (TypeError, RuntimeError) as error:  # what it says itself, as a tensor of PyTorch
            raise InputTypeError(f"argument {name!r} is no array: {error}") from error
        if array.dtype.kind == "O" and any(isinstance(x, Node) for x in array.flat):
            if self.dtype.kind != "O":
                raise ValuesGiven
            return self._of_values(name, array)
        if array.dtype.kind == "O":
            array = floats_of(array)
        if array.dtype.kind not in "fiub":
            raise InputTypeError(
                f"argument {name!r} takes an array of real numbers, but {_odd(array)}"
            )
        with np.errstate(over="ignore"):  # a number beyond float32 is its infinity
            return array.astype(self.dtype, copy=False)

    def _of_values(self, name: str, array: Array) -> Array:
        """The array with plain numbers of every kind beside the Values made floats."""
        numbers: Array = self._np.empty(array.shape, dtype=object)
        for index, x in self._np.ndenumerate(array):
            numbers[index] = number = operand(x)
            if number is NotImplemented:
                raise InputTypeError(
                    f"argument {name!r} takes Values and real numbers, but it holds "
                    f"{type(x).__name__} {x!r}"[:300]
                )
        return numbers

    def _wrong_names(self, arrays: Mapping[str, Nest]) -> str:
        missing = [repr(name) for name in self._argument if name not in arrays]
        unknown = [repr(name) for name in arrays if name not in self._argument]
        faults = [
            f"{kind} {', '.join(names)}"
            for kind, names in (("misses", missing), ("does not know", unknown))
            if names
        ]
        known = ", ".join(self._argument) or "none"
        return f"the program {' and '.join(faults)}; its arguments are: {known}"


def _odd(array: Array) -> str:
    """What an array holds that is no real number."""
    if array.dtype.kind == "O":
        for x in array.flat:
            if operand(x) is NotImplemented:
                return f"it holds {type(x).__name__} {shown(x, 80)}"
    return f"got one of {array.dtype}"
