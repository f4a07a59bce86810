"""name: call Values what the program calls them, for pictures and messages.

Next: :mod:`autograd.drawing`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograd.engine.node import Node
from autograd.errors import InputTypeError
from autograd.nested import is_array

__all__ = ["name"]


def name(overwrite: bool = False, /, **values: Any) -> None:
    """Name Values after the variables that hold them: ``autograd.name(**locals())``.

    Values in lists, tuples and object arrays are named by their place, ``w[0]``, ``w[1][2]``.
    What is no Value is passed over, and so are variables that start with an underscore. A Value
    that has a name keeps it, unless ``overwrite`` is true; of several variables that hold the
    same Value, the first one counts.

    The option comes by position, so that a variable of any name can be among the keywords.

    Raises:
        InputTypeError: ``overwrite`` is no bool: variables are given by keyword.

    >>> from autograd import Value
    >>> x, w = Value(2.0), [Value(3.0), Value(4.0)]
    >>> y = w[0] * x
    >>> name(**locals())
    >>> y.name, w[1].name
    ('y', 'w[1]')
    """
    if not isinstance(overwrite, bool):
        raise InputTypeError(
            "name takes variables by keyword, as in name(**locals()) or name(x=x), "
            f"but got {type(overwrite).__name__} by position"
        )
    named: set[int] = set()
    for variable, thing in values.items():
        if variable.startswith("_"):  # in a notebook, earlier outputs
            continue
        for path, value in _walk(variable, thing):
            if id(value) not in named and (overwrite or value.name is None):
                named.add(id(value))
                value.name = path


def _walk(path: str, thing: Any) -> Iterator[tuple[str, Node]]:
    """Each Value in nested sequences, with its path; a list that contains itself ends there."""
    pending = [(path, thing, frozenset[int]())]
    while pending:
        path, thing, inside = pending.pop()
        if isinstance(thing, Node):
            yield path, thing
        elif _holds_things(thing) and id(thing) not in inside:
            within = inside | {id(thing)}
            items = [(f"{path}[{i}]", item, within) for i, item in enumerate(thing)]
            pending.extend(reversed(items))


def _holds_things(thing: Any) -> bool:
    """Whether it is a list, a tuple or an object array of at least one dimension."""
    if isinstance(thing, (list, tuple)):
        return True
    return is_array(thing) and thing.dtype == object and thing.ndim > 0
