"""A primitive as a public function: its types, its documentation, its edge and an example.

Next: :mod:`autograd.functions.elementary`, the table of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast, overload

from autograd.engine.accelerator import taking_few
from autograd.engine.value import Operand, Value
from autograd.ops.op import OPS, Op

if TYPE_CHECKING:
    from autograd.arrays import Array
    from autograd.nested import Nest

__all__ = ["Binary", "Container", "Unary", "of_one", "of_two"]

HOME = "autograd.functions.elementary"
"""Where they are bound to their names, and pickles look for them."""

Container = TypeVar("Container", bound="list[Any] | tuple[Any, ...] | dict[Any, Any]")
"""A container of numbers, or of such containers: the result is one of the same type."""


class Unary(Protocol):
    """A function of one number: a float for a float, a Value for a Value; of each in containers."""

    __name__: str

    @overload
    def __call__(self, x: Value, /) -> Value: ...
    @overload
    def __call__(self, x: float, /) -> float: ...
    @overload
    def __call__(self, x: Container, /) -> Container: ...
    @overload
    def __call__(self, x: Array, /) -> Array: ...


class Binary(Protocol):
    """A function of two: a Value if either is one; containers element by element."""

    __name__: str

    @overload
    def __call__(self, x: float, y: float, /) -> float: ...
    @overload
    def __call__(self, x: Value, y: Operand, /) -> Value: ...
    @overload
    def __call__(self, x: Operand, y: Value, /) -> Value: ...
    @overload
    def __call__(self, x: Container, y: Operand | Container, /) -> Container: ...
    @overload
    def __call__(self, x: Operand, y: Container, /) -> Container: ...
    @overload
    def __call__(self, x: Nest, y: Array, /) -> Array: ...
    @overload
    def __call__(self, x: Array, y: Nest, /) -> Array: ...


def of_one(name: str, summary: str, call: str, result: str) -> Unary:
    """Expose a primitive of one operand, with its documentation."""
    op = OPS[name]
    return cast(Unary, _documented(taking_few(op), op, summary, call, result))


def of_two(name: str, summary: str, call: str, result: str) -> Binary:
    """Expose a primitive of two operands, with its documentation."""
    op = OPS[name]
    return cast(Binary, _documented(taking_few(op), op, summary, call, result))


def _documented(function: Any, op: Op, summary: str, call: str, result: str) -> Any:
    """The function under the primitive's name, with its edges and an example."""
    function.__name__ = function.__qualname__ = op.name
    function.__doc__ = f"{summary}\n\n    {op.edge}\n\n    >>> {call}\n    {result}\n    "
    function.__module__ = HOME
    return function
