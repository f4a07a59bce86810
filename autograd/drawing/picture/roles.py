"""Roles: whether a leaf is a parameter or an input, and which modules a parameter is in.

Next: :mod:`autograd.drawing.picture.snapshot`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Literal, Protocol

from autograd.engine.value import Value
from autograd.errors import InputTypeError

__all__ = ["Kind", "Parametrised", "identities", "kind_of", "units"]

Kind = Literal["constant", "input", "parameter", "interior", "output", "outside", "fold"]


class Parametrised(Protocol):
    """What has parameters: a module."""

    def parameters(self) -> Iterable[Value]:
        """All of them."""


def identities(values: Value | Iterable[Value] | Parametrised) -> frozenset[int]:
    """The ids of some Values, or of the parameters of a module."""
    if hasattr(values, "parameters"):
        return identities(values.parameters())
    given = [values] if isinstance(values, Value) else list(values)
    for value in given:
        if not isinstance(value, Value):
            raise InputTypeError(f"parameters are Values, but got {type(value).__name__}")
    return frozenset(map(id, given))


def kind_of(node: Value, parameters: Collection[int]) -> Kind:
    """Whether a leaf is a parameter or an input."""
    name = None if node.name is None else str(node.name)
    # A neuron that is in no layer calls its bias so, for a path of one step has no dot.
    is_parameter = id(node) in parameters or (name and (name == "bias" or units(name)))
    return "parameter" if is_parameter else "input"


_PATH = re.compile(r"[^\W\d]\w*(\.\w+)+")
_UNIT = re.compile(r"[^\W\d]\w*(?:\.\d+)*")


def units(name: str) -> tuple[str, ...]:
    """The modules that a parameter is in, outermost first, read off its path.

    The last attribute is the parameter itself; a name that is no path has none.

    >>> units("layers.0.neurons.3.weights.12")
    ('layers.0', 'layers.0.neurons.3')
    >>> units("head.bias"), units("w.0"), units("w")
    (('head',), ('',), ())
    """
    if not _PATH.fullmatch(name):
        return ()
    ends = [match.end() for match in _UNIT.finditer(name)][:-1]
    return tuple(name[:end] for end in ends) or ("",)
