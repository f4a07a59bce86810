"""Containers: what a container of numbers is, the parts of one, and one like it of others.

A container is a list, a tuple or namedtuple, a dict, a dataclass or an array. Anything else is a
number, or refused. Results keep the container's type, and its labels: what is no number in a place
that has a name, such as a text or None (:func:`is_label`), or a dataclass's field with
``metadata={"static": True}``. Next: :mod:`autograd.nested`, which walks them.
"""

from __future__ import annotations

import copy
import dataclasses
import enum
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, SupportsFloat, TypeAlias, TypeGuard

from autograd.arrays import Array
from autograd.errors import InputValueError

if TYPE_CHECKING:
    from collections.abc import Hashable

    from _typeshed import DataclassInstance

__all__ = [
    "DEEPEST",
    "NUMBERS",
    "Argument",
    "Nest",
    "array_of",
    "flat_list",
    "is_array",
    "labels_of",
    "parts_of",
    "require_shallow",
    "too_deep",
    "way_to",
    "with_parts",
]


class Named(Protocol):
    """A dict, whatever its keys are."""

    def keys(self) -> Iterable[Hashable]: ...
    def values(self) -> Iterable[Nest]: ...


Nest: TypeAlias = "SupportsFloat | Array | Sequence[Nest] | Named | DataclassInstance"
"""As a type checker sees it; a number is what supports float: a Value, an int, a Fraction too."""

Argument: TypeAlias = "Nest | Hashable"
"""Numbers in any container, or whatever else a function takes, as a flag or a model."""

NUMBERS: set[type] = {float, int}
"""Types that are known to be no containers, without a look at what is one: Value is put here too.

Whatever else is asked of them is the same of any other type of number, and takes longer.
"""
DEEPEST = 100
"""No argument is nested more deeply than this, unless it holds itself."""


def too_deep(what: str) -> InputValueError:
    """The error for an argument that nests more deeply, or for which Python's stack is too short.

    >>> raise too_deep("x")
    Traceback (most recent call last):
        ...
    autograd.errors.InputValueError: x is nested more than 100 deep, or holds itself
    """
    return InputValueError(f"{what} is nested more than {DEEPEST} deep, or holds itself")


def require_shallow(x: Argument, what: str) -> None:
    """Raise that error if lists nest too deeply for Python, along their first items."""
    for _ in range(DEEPEST + 1):
        if not isinstance(x, (list, tuple)) or not x:
            return
        x = x[0]
    raise too_deep(what)


def is_array(x: object) -> TypeGuard[Array]:
    """Whether x is a NumPy array; NumPy is never imported for the question.

    Raises:
        InputValueError: Some of its numbers are masked.
    """
    if type(x) in NUMBERS:
        return False
    # While another thread imports NumPy, it is there without its names, and nothing is an array.
    array = getattr(sys.modules.get("numpy"), "ndarray", None)
    if array is None or not isinstance(x, array):
        return False
    if type(x) is not array and hasattr(x, "mask") and x.mask.any():
        raise InputValueError(
            "a masked array has no numbers where it is masked: give its filled(…), or compressed()"
        )
    return True


def is_label(x: object) -> bool:
    """Whether it is no number, nor meant to be one; under a name it belongs to the structure."""
    return x is None or isinstance(x, (str, bytes, enum.Enum))


def parts_of(x: Nest) -> dict[Any, Any] | None:
    """Where each part of a container stands (an index, a key, a field) -> the part; else None.

    Labels are no parts.

    >>> parts_of([3.0, 4.0]), parts_of({"w": 3.0, "unit": "m"}), parts_of(3.0)
    ({0: 3.0, 1: 4.0}, {'w': 3.0}, None)
    """
    kind = type(x)
    if kind in NUMBERS:
        return None
    if kind is list:
        return dict(enumerate(x))  # type: ignore[arg-type]
    if is_array(x):
        return dict(enumerate(flat_list(x)))
    if isinstance(x, (list, tuple)) and not hasattr(x, "_fields"):
        return dict(enumerate(x))
    places = _places(x)
    labels = labels_of(x) if places else None
    return {k: v for k, v in places.items() if k not in labels} if labels and places else places


def labels_of(x: Nest) -> dict[Any, Any]:
    """Where each label of a container stands -> the label.

    >>> labels_of({"w": 3.0, "unit": "m"}), labels_of([3.0])
    ({'unit': 'm'}, {})
    """
    places = _places(x)
    if not places:
        return {}
    static = _static(x) if dataclasses.is_dataclass(x) else ()
    return {k: v for k, v in places.items() if is_label(v) or k in static}


def _places(x: Nest) -> dict[Any, Any] | None:
    """All that stands under a name: in a dict, a namedtuple or a dataclass."""
    if isinstance(x, dict):
        return x
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return dict(enumerate(x))
    if dataclasses.is_dataclass(x) and not isinstance(x, type):
        return {field.name: getattr(x, field.name) for field in dataclasses.fields(x)}
    return None


def _static(x: DataclassInstance) -> list[str]:
    return [field.name for field in dataclasses.fields(x) if field.metadata.get("static")]


def flat_list(x: Array) -> list[Any]:
    """The numbers of an array in their order; a matrix would nest them."""
    import numpy as np

    numbers: list[Any] = np.asarray(x).ravel().tolist()
    return numbers


def way_to(x: Nest, place: Hashable) -> str:
    """How code writes the way from a container to a part of it.

    >>> way_to([3.0], 0), way_to({"w": 3.0}, "w")
    ('[0]', "['w']")
    """
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return f".{x._fields[place]}"
    return f"[{place!r}]" if isinstance(x, (dict, list, tuple)) else f".{place}"


def with_parts(x: Nest, parts: Sequence[Nest]) -> Any:
    """A container like x with other parts, in the order of ``parts_of``."""
    if type(x) is list:
        return list(parts)
    if is_array(x):
        made: Any = array_of(list(parts), x.shape)
        same = made.ndim == x.ndim and not hasattr(x, "mask")
        return made.view(type(x)) if same else made
    if isinstance(x, tuple):
        whole = {**dict(enumerate(x)), **dict(zip(parts_of(x) or {}, parts))}.values()
        kind: Any = type(x)
        made = tuple(whole) if kind is tuple else tuple.__new__(kind, whole)
        if getattr(x, "__dict__", None):  # what a class of the user's own has beside them
            vars(made).update(vars(x))
        return made
    made = copy.copy(x)
    if isinstance(x, list):
        made[:] = parts
        return made
    for place, part in zip(parts_of(x) or {}, parts):
        if isinstance(x, dict):
            made[place] = part
        else:
            object.__setattr__(made, place, part)  # frozen ones too
    return made


def array_of(parts: list[Any], shape: tuple[int, ...]) -> Any:
    """Parts as an array of this shape; parts that are arrays of one shape add their axes to it.

    It is of floats if all of them are, otherwise of objects.
    """
    import numpy as np

    if parts and all(map(is_array, parts)) and len({part.shape for part in parts}) == 1:
        return np.stack([*map(np.asarray, parts)]).reshape(shape + parts[0].shape)
    if parts and all(isinstance(part, float) for part in parts):
        return np.array(parts, dtype=float).reshape(shape)
    array = np.empty(len(parts), dtype=object if parts else float)
    for i, part in enumerate(parts):
        array[i] = part
    return array.reshape(shape)
