"""The list that a layer returns: a list like any other, which says so where a number is wanted.

`model(x) - 1.0` is what everyone writes first, of a model with one output; Python would speak of
operand types, multiply the list by repeating it, and NumPy's numbers would make arrays of it.

Next: :mod:`nn.neurons`, which return it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, NoReturn

import autograd
from autograd import Value

__all__ = ["OutputList"]


class OutputList(list[Any]):
    """The outputs of a module, in order.

    >>> OutputList([1.0]) - 1.0
    Traceback (most recent call last):
    ...
    autograd.errors.InputTypeError: a module's output is a list, here of 1, and no number to \
subtract from: take the number itself, such as model(x)[0], or loop over the list
    """

    __array_priority__ = 1000.0  # NumPy's numbers on the left ask here first

    def __getattr__(self, name: str) -> NoReturn:
        if hasattr(Value, name):
            _refuse(self, f"has no .{name}", AttributeError)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


def _refuse(outputs: OutputList, why: str, kind: type[Exception] = autograd.InputTypeError) -> Any:
    raise kind(
        f"a module's output is a list, here of {len(outputs)}, and {why}: "
        "take the number itself, such as model(x)[0], or loop over the list"
    )


def _refusing(name: str, doing: str, *, swapped: bool) -> Callable[[OutputList, Any], Any]:
    """An operator that goes through arrays, joins lists, and takes nothing else."""
    compute = getattr(operator, name)
    plain = getattr(list, f"__{name}__", None)

    def operate(self: OutputList, other: Any) -> Any:
        if getattr(other, "ndim", 0):
            import numpy as np

            own = np.array(self, dtype=object)
            return compute(other, own) if swapped else compute(own, other)
        if isinstance(other, list) and plain and not swapped:
            return plain(self, other)
        return _refuse(self, f"no number to {doing}")

    return operate


for _name, _doing in {
    "add": "add to", "sub": "subtract from", "mul": "multiply", "truediv": "divide",
    "pow": "raise to a power", "floordiv": "divide", "mod": "divide", "matmul": "multiply",
    "lt": "compare", "le": "compare", "gt": "compare", "ge": "compare",
}.items():  # fmt: skip
    setattr(OutputList, f"__{_name}__", _refusing(_name, _doing, swapped=False))
    if _doing != "compare":
        setattr(OutputList, f"__r{_name}__", _refusing(_name, _doing, swapped=True))
for _name in ("neg", "pos", "abs"):
    setattr(OutputList, f"__{_name}__", lambda self, *_: _refuse(self, "no number"))
