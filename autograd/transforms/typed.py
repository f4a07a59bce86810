"""What transforms give, to a type checker: names, number and defaults of f's parameters are kept.

The parameter that is differentiated by takes a float or a Value, however f annotates it, and says
which of them results; it is taken by place. Where f's first parameter is no number and no list of
numbers, or another one is differentiated by, the parameters are f's and the result is not known.
Next: :mod:`autograd.transforms.derivatives`.
"""

from __future__ import annotations

from typing import ParamSpec, Protocol, overload

from autograd.engine.value import Operand, Value

__all__ = ["Gradient", "ListGradient", "ListPair", "Pair", "Rest"]

Rest = ParamSpec("Rest")
"""The parameters of f after the first."""


class Gradient(Protocol[Rest]):
    """The derivative of a function by its first parameter, a number."""

    @overload
    def __call__(self, x: float, /, *args: Rest.args, **options: Rest.kwargs) -> float: ...
    @overload
    def __call__(self, x: Value, /, *args: Rest.args, **options: Rest.kwargs) -> Value: ...


class ListGradient(Protocol[Rest]):
    """The derivatives of a function by its first parameter, a list of numbers."""

    @overload
    def __call__(
        self, xs: list[float], /, *args: Rest.args, **options: Rest.kwargs
    ) -> list[float]: ...
    @overload
    def __call__(
        self, xs: list[Value], /, *args: Rest.args, **options: Rest.kwargs
    ) -> list[Value]: ...
    @overload
    def __call__(
        self, xs: list[Operand], /, *args: Rest.args, **options: Rest.kwargs
    ) -> list[Operand]: ...


class Pair(Protocol[Rest]):
    """The value of a function and its derivative by a number."""

    @overload
    def __call__(
        self, x: float, /, *args: Rest.args, **options: Rest.kwargs
    ) -> tuple[float, float]: ...
    @overload
    def __call__(
        self, x: Value, /, *args: Rest.args, **options: Rest.kwargs
    ) -> tuple[Value, Value]: ...


class ListPair(Protocol[Rest]):
    """The value of a function and its derivatives by a list of numbers."""

    @overload
    def __call__(
        self, xs: list[float], /, *args: Rest.args, **options: Rest.kwargs
    ) -> tuple[float, list[float]]: ...
    @overload
    def __call__(
        self, xs: list[Value], /, *args: Rest.args, **options: Rest.kwargs
    ) -> tuple[Value, list[Value]]: ...
    @overload
    def __call__(
        self, xs: list[Operand], /, *args: Rest.args, **options: Rest.kwargs
    ) -> tuple[Operand, list[Operand]]: ...
