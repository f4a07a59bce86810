"""compiled: a function of numbers, arrays and containers, recorded once for each kind of arguments.

The function is called with fresh leaves while tracing is on, so a comparison is recorded and a
branch on a recorded number is refused. Next: :mod:`autograd.program.calls`, what is asked of the
programs, and :mod:`autograd.program.structures`.
"""

from __future__ import annotations

import functools
import inspect
import weakref
from collections.abc import Callable, Mapping, Sequence
from types import MethodType
from typing import Any

from autograd.engine.modes import TRACING, TRANSFORMING, enable_grad, switched
from autograd.errors import InputTypeError
from autograd.program.arguments import ValuesGiven
from autograd.program.calls import Call, Recorded
from autograd.program.differentiable import Wrt
from autograd.program.inside import Inside
from autograd.program.program import Program
from autograd.program.structures import Result, Structure
from autograd.program.tape.lower import lower

__all__ = ["Compiled"]

Parameter = inspect.Parameter
ANYTHING = inspect.Signature([Parameter("args", Parameter.VAR_POSITIONAL)])
"""Of a function that does not tell what it takes, as max."""


class Compiled:
    """A function as programs, one for each kind of arguments; see ``autograd.compiled``."""

    def __init__(
        self,
        f: Callable[..., Any],
        *,
        static: str | Sequence[str] = (),
        dtype: Any = "float64",
        backend: str = "auto",
        threads: int | None = None,
        has_aux: bool = False,
    ) -> None:
        if not callable(f):
            raise InputTypeError(f"compiled takes a function, but got {type(f).__name__}")
        self.f = f
        self.static = (static,) if isinstance(static, str) else tuple(static)
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
        self._recorded: dict[Any, Recorded] = {}
        self._methods: dict[int, tuple[Any, dict[Any, Recorded]]] = {}
        functools.update_wrapper(self, f)

    def __get__(self, owner: Any, kind: Any = None) -> Compiled:
        """As a method: bound to an object, with recordings of its own."""
        if owner is None:
            return self
        bound = Compiled.__new__(Compiled)
        vars(bound).update(vars(self))
        bound.f = MethodType(self.f, owner)
        bound._signature = inspect.signature(bound.f)
        bound._recorded = {}
        key = id(owner)
        if key not in self._methods:
            try:
                alive = weakref.ref(owner, lambda _: self._methods.pop(key, None))
            except TypeError:  # nothing tells when the object is gone: recorded at each access
                return bound
            self._methods[key] = alive, bound._recorded
        bound._recorded = self._methods[key][1]
        return bound

    def batched(self, *names: str) -> Compiled:
        """The function of batches: these arguments have a batch axis in front, as results have.

        The others are shared. In a container every array has the axis.

        Raises:
            InputTypeError: No parameter has such a name, or it is static.

        >>> from autograd import compiled, exp
        >>> @compiled
        ... def decay(rate, t):
        ...     return exp(-rate * t)
        >>> print(decay.batched("t")(0.0, [1.0, 2.0, 3.0]))
        [1. 1. 1.]
        >>> value, grad = decay.batched("t").value_and_grad(0.0, [1.0, 2.0], wrt="rate")
        >>> print(value, grad)
        [1. 1.] -3.0
        """
        self._require_parameters(names, "batched")
        fixed = [repr(name) for name in names if name in self.static]
        if fixed or not names:
            given = f"{fixed[0]}, which is static" if fixed else "none"
            raise InputTypeError(f"batched names arguments that get a batch axis, but got {given}")
        view = Compiled.__new__(Compiled)
        vars(view).update(vars(self))
        view._batched = frozenset(names)
        return view

    def __call__(self, /, *args: Any, **options: Any) -> Any:
        """What the function returns for these numbers, arrays and containers, in its structure."""
        return self._call(args, options).value()

    def value_and_grad(
        self, /, *args: Any, wrt: Wrt | None = None, reduce: str = "sum", **options: Any
    ) -> tuple[Any, Any]:
        """The value, and its gradient by the arguments ``wrt``, by default all that are passed.

        The function has to return one number, or with ``has_aux`` one number and auxiliary data,
        which is given back beside the value. ``wrt`` is a parameter's name, or a tuple of names
        for a tuple of gradients; it may stand first: ``f.value_and_grad("x", …)``. A gradient has
        its argument's structure; of a batch it is the gradient of the sum or mean.

        Raises:
            InputTypeError, InputValueError: As for a call; ``wrt`` names no argument that is
                passed, or the function returns more than one number.
        """
        wrt, args = self._wrt(wrt, args)
        return self._call(args, options).value_and_grad(wrt, reduce)

    def grad(
        self, /, *args: Any, wrt: Wrt | None = None, reduce: str = "sum", **options: Any
    ) -> Any:
        """The gradient alone; see ``value_and_grad``."""
        return self.value_and_grad(*args, wrt=wrt, reduce=reduce, **options)[1]

    def jacobian(self, /, *args: Any, wrt: Wrt | None = None, **options: Any) -> Any:
        """The derivatives of all that the function returns; see ``Program.jacobian``.

        They have the result's structure, and in place of each array one of its shape and then the
        argument's.

        >>> from autograd import compiled
        >>> print(compiled(lambda p: [p[0] * p[1], p[0]]).jacobian([3.0, 4.0]))
        [[4. 3.]
         [1. 0.]]
        """
        wrt, args = self._wrt(wrt, args)
        return self._call(args, options).jacobian(wrt)

    def hessian(
        self, /, *args: Any, wrt: Wrt | None = None, reduce: str = "sum", **options: Any
    ) -> Any:
        """The second derivatives, in the argument's structure twice; see ``Program.hessian``.

        >>> from autograd import compiled
        >>> print(compiled(lambda p: p[0] * p[0] * p[1]).hessian([3.0, 4.0]))
        [[8. 6.]
         [6. 0.]]
        """
        wrt, args = self._wrt(wrt, args)
        return self._call(args, options).hessian(wrt, reduce)

    def jvp(self, /, *args: Any, wrt: Wrt | None = None, **options: Any) -> Any:
        """The derivative along a direction, ``f.jvp(v, x)`` or ``f.jvp("x", v, x)``.

        The direction has the structure of what ``wrt`` names; see ``Program.jvp``.

        >>> from autograd import compiled
        >>> print(compiled(lambda p: p[0] * p[1]).jvp([1.0, 10.0], [3.0, 4.0]))
        34.0
        """
        wrt, args = self._wrt(wrt, args)
        direction = self._direction(args)
        return self._call(args[1:], options).jvp(wrt, direction)

    def hvp(
        self, /, *args: Any, wrt: Wrt | None = None, reduce: str = "sum", **options: Any
    ) -> Any:
        """The Hessian's product with a direction, ``f.hvp(v, x)`` or ``f.hvp("x", v, x)``.

        The direction has the structure of what ``wrt`` names; see ``Program.hvp``.

        >>> from autograd import compiled
        >>> print(compiled(lambda p: p[0] * p[0] * p[1]).hvp([1.0, 10.0], [3.0, 4.0]))
        [68.  6.]
        """
        wrt, args = self._wrt(wrt, args)
        direction = self._direction(args)
        return self._call(args[1:], options).hvp(wrt, direction, reduce)

    def program(self, /, *args: Any, **options: Any) -> Program:
        """The Program for arguments of this kind, recorded now if there was none.

        Each array of an argument is an argument of the program. A result of several arrays is
        one, of all numbers in a row.
        """
        bound = self._bound(args, options)
        return self._recording(bound, self._structures(bound)).program

    def _call(self, args: tuple[Any, ...], options: dict[str, Any]) -> Call | Inside:
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

            def called(arguments: Mapping[str, Any]) -> Any:
                bound.arguments.update(arguments)
                return self.f(*bound.args, **bound.kwargs)

            return Inside(called, structures, self._batched, self.has_aux)
        return Call(self._recording(bound, structures), structures, bool(self._batched))

    def _bound(self, args: tuple[Any, ...], options: dict[str, Any]) -> inspect.BoundArguments:
        try:
            return self._signature.bind(*args, **options)
        except TypeError as error:
            raise InputTypeError(f"{_name(self.f)}: {error}") from error

    def _structures(
        self, bound: inspect.BoundArguments, *, values: bool = False
    ) -> dict[str, Structure]:
        """What was passed, taken apart; without what is static."""
        name = _name(self.f)
        return {
            key: Structure(key, given, name, batched=key in self._batched, values=values)
            for key, given in bound.arguments.items()
            if key not in self.static
        }

    def _recording(
        self, bound: inspect.BoundArguments, structures: Mapping[str, Structure]
    ) -> Recorded:
        fixed = [(x, type(v), v) for x, v in bound.arguments.items() if x in self.static]
        key = self._batched, tuple(fixed), tuple([(x, s.key) for x, s in structures.items()])
        try:
            found = self._recorded.get(key)
        except TypeError as error:
            raise InputTypeError(
                f"static arguments of {_name(self.f)} are hashable, as numbers, strings and tuples "
                f"are, but got {', '.join(f'{x}={v!r}' for x, _, v in fixed)}"[:300]
            ) from error
        if found is None:
            found = self._recorded[key] = self._traced(bound, structures)
        return found

    def _traced(
        self, bound: inspect.BoundArguments, structures: Mapping[str, Structure]
    ) -> Recorded:
        leaves: dict[str, Any] = {}
        for name, structure in structures.items():
            bound.arguments[name], found = structure.fresh()
            leaves |= found
        with switched(TRACING, True), enable_grad():  # no_grad would freeze what f computes
            output = self.f(*bound.args, **bound.kwargs)
            aux = None
            if self.has_aux and isinstance(output, (tuple, list)) and len(output) == 2:
                output, aux = output[0], Result(output[1], "the auxiliary output")
            result = Result(output, "the output")
            returned = result.output if aux is None else (result.output, aux.output)
            tape = lower(returned, leaves, has_aux=self.has_aux)
        program = Program(tape, dtype=self.dtype, backend=self.backend, threads=self.threads)
        return Recorded(program, result.release(), None if aux is None else aux.release())

    def _wrt(self, wrt: Wrt | None, args: tuple[Any, ...]) -> tuple[Wrt | None, tuple[Any, ...]]:
        """``wrt``, given by keyword or as the first argument, and the arguments of f."""
        first = args[0] if args else None
        names = first if isinstance(first, tuple) and first else (first,)
        parameters = self._signature.parameters
        free = next(iter(parameters), None) not in self.static
        if wrt is None and free and all(isinstance(name, str) for name in names):
            return first, args[1:]
        return wrt, args

    def _direction(self, args: tuple[Any, ...]) -> Any:
        if not args:
            raise InputTypeError(f"{_name(self.f)}: the direction is missing, the first argument")
        return args[0]

    def _require_parameters(self, names: Sequence[str], what: str) -> None:
        for name in names:
            if name not in self._signature.parameters:
                known = ", ".join(self._signature.parameters) or "none"
                raise InputTypeError(
                    f"{what} names parameters of {_name(self.f)} ({known}), but got {name!r}"
                )


def _name(f: Callable[..., Any]) -> str:
    named = getattr(f, "func", f)  # of a partial, the function
    return str(getattr(named, "__name__", type(f).__name__))
