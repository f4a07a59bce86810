"""compiled: what is called in a function's place, and gives its derivatives by name.

Next: :mod:`autograd.program.calls`, what is asked of a recording, :mod:`autograd.program.inside`,
the same where the function itself has to be called, and :mod:`autograd.program.recordings`.
"""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Callable
from types import MethodType
from typing import TYPE_CHECKING, Any, TypeGuard

from autograd.errors import InputTypeError
from autograd.importable import named_global
from autograd.program.differentiable import Wrt
from autograd.program.program import Program
from autograd.program.recordings import Recordings, name_of

if TYPE_CHECKING:
    from autograd.nested import Argument

__all__ = ["Compiled"]


class Compiled(Recordings):
    """A function as programs, one for each kind of arguments; see ``autograd.compiled``."""

    def __get__(self, owner: Any, kind: type | None = None) -> Compiled:
        """As a method: bound to an object, with recordings of its own."""
        if owner is None:
            return self
        bound = Compiled.__new__(Compiled)
        vars(bound).update(vars(self))
        bound.f = MethodType(self.f, owner)
        bound._signature = inspect.signature(bound.f)
        bound._recorded, bound._quick_calls = {}, {}
        key = id(owner)
        known = self._methods.get(key)
        if known is None or known[0]() is not owner:  # of one before it, whose end was interrupted
            try:
                alive = weakref.ref(owner, lambda _: self._methods.pop(key, None))
            except TypeError:  # nothing tells when the object is gone: recorded at each access
                return bound
            self._methods[key] = alive, bound._recorded
        bound._recorded = self._methods[key][1]
        return bound

    def __repr__(self) -> str:
        """The function, what it takes, and what is static or has a batch axis."""
        kinds = {"static": self.static, "batched": sorted(self._batched)}
        told = [f", {kind}: {', '.join(names)}" for kind, names in kinds.items() if names]
        return f"<compiled {name_of(self.f)}{self._signature}{''.join(told)}>"

    def __reduce__(self) -> str | tuple[Any, ...]:
        """As functions are pickled, by the name where it is found; without its recordings."""
        if self._batched:
            return _batch_of, (self._whole, tuple(sorted(self._batched)))
        owner = getattr(self.f, "__self__", None)
        name = getattr(self.f, "__name__", "")
        if isinstance(getattr(type(owner), name, None), Compiled):
            return getattr, (owner, name)
        path = getattr(self.f, "__qualname__", "")
        found = named_global(self.__module__, path)
        return path if found is self else (_made, (self.f, self.options))

    def made_of(self) -> tuple[Callable[..., Any], dict[str, Any], tuple[str, ...]]:
        """All that a call depends on."""
        return self.f, self.options, tuple(sorted(self._batched))

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
        view._batched, view._whole = frozenset(names), self
        view._quick_calls = {}
        return view

    def __call__(self, /, *args: Argument, **options: Argument) -> Any:
        """What the function returns for these numbers, arrays and containers, in its structure."""
        quick = None if options else self._quick(args)
        if quick is not None:
            return quick.at(args).value()
        return self._call(args, options).value()

    def value_and_grad(
        self, /, *args: Argument, wrt: Wrt | None = None, reduce: str = "sum", **options: Argument
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
        wrt, args = self._wrt(wrt, args, reduces=True)
        quick = None if options else self._quick(args)
        if quick is not None:
            return quick.at(args).value_and_grad(wrt, reduce)
        return self._call(args, options).value_and_grad(wrt, reduce)

    def grad(
        self, /, *args: Argument, wrt: Wrt | None = None, reduce: str = "sum", **options: Argument
    ) -> Any:
        """The gradient alone; see ``value_and_grad``."""
        return self.value_and_grad(*args, wrt=wrt, reduce=reduce, **options)[1]

    def jacobian(self, /, *args: Argument, wrt: Wrt | None = None, **options: Argument) -> Any:
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
        self, /, *args: Argument, wrt: Wrt | None = None, reduce: str = "sum", **options: Argument
    ) -> Any:
        """The second derivatives, in the argument's structure twice; see ``Program.hessian``.

        >>> from autograd import compiled
        >>> print(compiled(lambda p: p[0] * p[0] * p[1]).hessian([3.0, 4.0]))
        [[8. 6.]
         [6. 0.]]
        """
        wrt, args = self._wrt(wrt, args, reduces=True)
        return self._call(args, options).hessian(wrt, reduce)

    def jvp(self, /, *args: Argument, wrt: Wrt | None = None, **options: Argument) -> Any:
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
        self, /, *args: Argument, wrt: Wrt | None = None, reduce: str = "sum", **options: Argument
    ) -> Any:
        """The Hessian's product with a direction, ``f.hvp(v, x)`` or ``f.hvp("x", v, x)``.

        The direction has the structure of what ``wrt`` names; see ``Program.hvp``.

        >>> from autograd import compiled
        >>> print(compiled(lambda p: p[0] * p[0] * p[1]).hvp([1.0, 10.0], [3.0, 4.0]))
        [68.  6.]
        """
        wrt, args = self._wrt(wrt, args, reduces=True)
        direction = self._direction(args)
        return self._call(args[1:], options).hvp(wrt, direction, reduce)

    def program(self, /, *args: Argument, **options: Argument) -> Program:
        """The Program for arguments of this kind, recorded now if there was none.

        Each array of an argument is an argument of the program. A result of several arrays is
        one, of all numbers in a row.
        """
        bound = self._bound(args, options)
        return self._recording(bound, self._structures(bound)).program

    def _wrt(
        self, wrt: Wrt | None, args: tuple[Argument, ...], *, reduces: bool = False
    ) -> tuple[Wrt | None, tuple[Argument, ...]]:
        """``wrt``, given by keyword or as the first argument, and the arguments of f."""
        if reduces and "reduce" in self._signature.parameters:
            raise InputTypeError(
                f"{name_of(self.f)} has a parameter 'reduce', which is an option of its "
                "derivatives: rename the parameter"
            )
        free = next(iter(self._signature.parameters), None) not in self.static
        if wrt is None and free and args and _is_names(args[0]):
            return args[0], args[1:]
        return wrt, args

    def _direction(self, args: tuple[Argument, ...]) -> Any:
        if not args:
            raise InputTypeError(f"{name_of(self.f)}: the direction is missing, the first argument")
        return args[0]


def _is_names(x: Argument) -> TypeGuard[Wrt]:
    """Whether this argument is no number but says which ones are meant."""
    names = x if isinstance(x, tuple) else (x,)
    return bool(names) and all(isinstance(name, str) for name in names)


def _batch_of(whole: Compiled, names: tuple[str, ...]) -> Compiled:
    return whole.batched(*names)


def _made(f: Callable[..., Any], options: dict[str, Any]) -> Compiled:
    return Compiled(f, **options)
