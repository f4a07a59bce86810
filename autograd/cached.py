"""Attributes that are computed when first asked for, without a lock.

Before Python 3.12, ``functools.cached_property`` takes one lock for all objects of a class: a
process forked while another thread computes one would wait for it for ever
(:mod:`autograd.locks`). Two threads that ask at once both compute here, and one result is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

__all__ = ["cached_property"]

T = TypeVar("T")


class cached_property(Generic[T]):
    """A method as an attribute, computed once for each object.

    >>> class Circle:
    ...     radius = 2.0
    ...
    ...     @cached_property
    ...     def area(self):
    ...         print("computed")
    ...         return 3.0 * self.radius**2
    >>> circle = Circle()
    >>> circle.area + circle.area
    computed
    24.0
    """

    def __init__(self, function: Callable[[Any], T]) -> None:
        self.function = function
        self.name = function.__name__
        self.__doc__ = function.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> cached_property[T]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> cached_property[T] | T:
        if instance is None:
            return self
        made: T = vars(instance).setdefault(self.name, self.function(instance))
        return made
