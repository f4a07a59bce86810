"""Recordings of a function, one for each kind of arguments, and which of them a call is for.

The function is called with fresh leaves while tracing is on, so a comparison is recorded and a
branch on a recorded number is refused. Next: :mod:`autograd.program.compiled_function`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from autograd.engine.foreign import explaining
from autograd.engine.modes import (
    ACTIVE,
    REPEATING,
    TRACING,
    TRANSFORMING,
    enable_grad,
)
from autograd.engine.record import operand
from autograd.engine.region import Region
from autograd.engine.value import Value
from autograd.errors import InputTypeError
from autograd.foreign import advised
from autograd.functions.scan_nodes import forget
from autograd.nested import numbers_in
from autograd.program.arguments import FLOAT, ValuesGiven
from autograd.program.calls import Call, Recorded
from autograd.program.draws import without_draws
from autograd.program.executor import numpy_or_error
from autograd.program.frozen import Frozen
from autograd.program.inside import Inside
from autograd.program.program import Program
from autograd.program.results import Result
from autograd.program.structures import Structure, told_apart
from autograd.program.tape.lower import lower

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

    from autograd.nested import Nest

__all__ = ["Argument", "Recordings", "name_of"]

Parameter = inspect.Parameter
ANYTHING = inspect.Signature([Parameter("args", Parameter.VAR_POSITIONAL)])
"""Of a function that does not tell what it takes, as max."""


STRANGE = {
    "argnums?": "wrt='x' names what to differentiate by",
    "static(_arg.*)?|dtype|backend|threads|has_aux": "that is said to compiled",
}
"""Keywords that are meant for something else, and for what."""

Argument: TypeAlias = "Nest | Hashable"
"""Numbers in any container; or, where it is static, whatever can be a key."""


class Recordings:
    """A function, how it is to be recorded, and its recordings."""

    def __init__(
        self,
        f: Callable[..., Any],
        *,
        static: str | Sequence[str] = (),
        dtype: DTypeLike = "float64",
        backend: str = "auto",
        threads: int | None = None,
        has_aux: bool = False,
    ) -> None:
        if not callable(f):
            raise InputTypeError(f"compiled takes a function, but got {type(f).__name__}")
        self.f = f
        self.static = named(static, "static")
        self.dtype = dtype
        self.backend = backend
        self.threads = threads
        self.has_aux = has_aux
        try:
            self._signature = inspect.signature(f)
        except ValueError:
            self._signature = ANYTHING
        self._require_parameters(self.static, "static")
        self._batched: frozenset[str] = frozenset()
        self._whole: Any = None
        """What a view of batches is one of."""
        self._recorded: dict[Any, Recorded] = {}
        self._quick_calls: dict[tuple[Any, ...], Call] = {}
        self._methods: dict[int, tuple[Any, dict[Any, Recorded]]] = {}
        wrapper: Any = self
        functools.update_wrapper(wrapper, f, updated=())  # what f keeps is not its own

    @property
    def options(self) -> dict[str, Any]:
        """How it was made."""
        names = ("static", "dtype", "backend", "threads", "has_aux")
        return {name: getattr(self, name) for name in names}

    def _quick(self, args: tuple[Argument, ...]) -> Call | None:
        """The last call of floats and arrays of these shapes, if a recording is to be used at all.

        Nothing is to be found out about them, and that would take longer than the work.
        """
        if self._batched or (ACTIVE and (TRACING.get() or TRANSFORMING.get())):
            return None
        call = self._quick_calls.get(_shapes(args))
        return None if call is None or call.recorded.frozen.changed() else call

    def _call(self, args: tuple[Argument, ...], options: dict[str, Argument]) -> Call | Inside:
        """The call on numbers, by a recording; on Values, or inside a transform, of f itself."""
        bound = self._bound(args, options)
        inside = TRACING.get() or TRANSFORMING.get()
        if not inside:
            try:
                structures = self._structures(bound)
            except ValuesGiven:
                inside = True
        if inside:
            structures = self._structures(bound, values=True)

            def called(arguments: Mapping[str, Nest]) -> Any:
                bound.arguments.update(arguments)
                return self.f(*bound.args, **bound.kwargs)

            return Inside(called, structures, self._batched, self.has_aux)
        call = Call(self._recording(bound, structures), structures, bool(self._batched))
        shapes = () if self.static or self._batched or options else _shapes(args)
        if shapes and tuple([x.shape for x in call.arrays.values()]) == shapes:
            known = self._quick_calls.get(shapes)
            if known is None or known.recorded is not call.recorded:
                self._quick_calls[shapes] = call.emptied()
        return call

    def _bound(
        self, args: tuple[Argument, ...], options: dict[str, Argument]
    ) -> inspect.BoundArguments:
        try:
            return self._signature.bind(*args, **options)
        except TypeError as error:
            called = f"{name_of(self.f)}{self._signature}"
            strange = [x for x in options if x not in self._signature.parameters]
            raise InputTypeError(
                f"{name_of(self.f)}: {error}{advised(' '.join(strange), STRANGE)}; it is called as "
                f"{called}"
            ) from error

    def _structures(
        self, bound: inspect.BoundArguments, *, values: bool = False
    ) -> dict[str, Structure]:
        """What was passed, taken apart; without what is static."""
        name = name_of(self.f)
        return {
            key: Structure(key, given, name, batched=key in self._batched, values=values)
            for key, given in bound.arguments.items()
            if key not in self.static and (given is not None or key in self._batched)
        }

    def _recording(
        self, bound: inspect.BoundArguments, structures: Mapping[str, Structure]
    ) -> Recorded:
        fixed = [(x, v) for x, v in bound.arguments.items() if x in self.static or v is None]
        known = tuple([(x, told_apart(v)) for x, v in fixed])
        key = self._batched, known, tuple([(x, s.key) for x, s in structures.items()])
        try:
            found = self._recorded.get(key)
        except TypeError as error:
            raise InputTypeError(
                f"static arguments of {name_of(self.f)} are hashable, as numbers, strings and "
                f"tuples are, and so is what its containers hold beside numbers, but got "
                f"{', '.join(f'{x}={v!r}' for x, v in fixed or bound.arguments.items())}"[:400]
                + ". What is none, as a table of data, is read from outside: as a global, or in a "
                "closure"
            ) from error
        if found is None or found.frozen.changed():
            found = self._recorded[key] = without_draws(
                self.f, name_of(self.f), lambda: self._traced(bound, structures)
            )
        return found

    def _traced(
        self, bound: inspect.BoundArguments, structures: Mapping[str, Structure]
    ) -> Recorded:
        leaves: dict[str, Any] = {}
        for name, structure in structures.items():
            bound.arguments[name], found = structure.fresh()
            leaves |= found
        arguments = [x for x in numbers_in(leaves, operand, "arguments") if isinstance(x, Value)]
        region = Region(arguments)  # tells what follows the arguments and must not be frozen
        # No block has a name here: an error that is kept would keep it, and the mode, alive.
        with (
            TRACING.during(True),
            TRANSFORMING.during(region),
            REPEATING.during(region),
            enable_grad(),
        ):
            output = explaining(self.f, *bound.args, **bound.kwargs)
            aux = None
            if self.has_aux and isinstance(output, (tuple, list)) and len(output) == 2:
                output, aux = output[0], Result(output[1], "the auxiliary output")
            result = Result(output, "the output")
            returned = result.output if aux is None else (result.output, aux.output)
            frozen: list[Any] = []
            tape = lower(returned, leaves, has_aux=self.has_aux, frozen=frozen)
        forget(region.nodes)
        program = Program(tape, dtype=self.dtype, backend=self.backend, threads=self.threads)
        made = set(region.nodes) if frozen or region.read else set()
        outside = Frozen(x for x in (*frozen, *region.read) if x not in made)
        return Recorded(program, outside, result.release(), None if aux is None else aux.release())

    def _require_parameters(self, names: Sequence[object], what: str) -> None:
        for name in names:
            if not isinstance(name, str) or name not in self._signature.parameters:
                known = ", ".join(self._signature.parameters) or "none"
                raise InputTypeError(
                    f"{what} names parameters of {name_of(self.f)} ({known}), but got {name!r}"
                )


def _shapes(args: Sequence[Argument]) -> tuple[tuple[int, ...], ...]:
    """The shapes of plain floats and arrays of them; () if there is anything else."""
    if FLOAT.issuperset(map(type, args)):
        return ((),) * len(args)
    array, double = _array_of_floats()
    found: list[tuple[int, ...]] = []
    x: Any
    for x in args:
        if type(x) is array and x.dtype is double and x.shape:
            found.append(x.shape)
        elif type(x) is float:
            found.append(())
        else:
            return ()
    return tuple(found)


@functools.cache
def _array_of_floats() -> tuple[Any, Any]:
    """The types of NumPy's arrays and of their floats."""
    np = numpy_or_error()
    return np.ndarray, np.dtype(float)


def named(names: str | Sequence[str], what: str) -> tuple[str, ...]:
    """One name or several."""
    given = (names,) if isinstance(names, str) else names
    if not isinstance(given, (tuple, list, set, frozenset)):
        raise InputTypeError(f"{what} is the name of a parameter or several, but got {names!r}")
    return tuple(given)


def name_of(f: Callable[..., Any]) -> str:
    """What messages call a function."""
    named = getattr(f, "func", f)  # of a partial, the function
    return str(getattr(named, "__name__", type(f).__name__))
