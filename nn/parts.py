"""What a model is made of: parameters and layers by their paths, and the table of `summary()`.

A module is known by its `named_parameters`. Next: :mod:`nn.module`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from autograd import Value
from nn.kinds import Model

__all__ = ["layers_in", "parameters_in", "summary_table"]

Part: TypeAlias = "Model | Value | Iterable[Part]"
"""A module or what it may hold: a Value, a function, a container of parts."""

HEADER = ("layer", "kind", "inputs", "outputs", "activation", "parameters")


def _is_module(part: Part) -> bool:
    return hasattr(part, "named_parameters") and not isinstance(part, type)


def _members(part: Part) -> Iterable[tuple[str, Any]]:
    """What a module or a container holds, with names."""
    if _is_module(part):
        return vars(part).items()
    if isinstance(part, dict):
        return ((str(key), member) for key, member in part.items())
    of_objects = str(getattr(part, "dtype", "")) == "object" and bool(getattr(part, "shape", ()))
    if isinstance(part, (list, tuple)) or of_objects:
        return ((str(i), member) for i, member in enumerate(part))  # type: ignore[arg-type]
    return ()


def parameters_in(part: Part, path: str, seen: set[int]) -> Iterator[tuple[str, Value]]:
    """Each leaf Value in a part, with its path; `seen` holds what was met, so each comes once."""
    if hasattr(part, "named_parameters"):
        if id(part) in seen:
            return
        seen.add(id(part))
    for name, member in _members(part):
        inner = f"{path}.{name}" if path else name
        if not isinstance(member, Value):
            yield from parameters_in(member, inner, seen)
        elif id(member) not in seen:
            seen.add(id(member))
            if member.op is None:  # a computed one is not a parameter
                yield inner, member


def layers_in(part: Part, path: str = "") -> Iterator[tuple[str, Any]]:
    """The layers in a model, with their paths: modules of no modules, and functions between them.

    A layer's neurons are not listed.
    """
    found = False
    for name, member in () if hasattr(part, "neurons") else _members(part):
        for inner in layers_in(member, f"{path}.{name}" if path else name):
            found = True
            yield inner
    if not found and (_is_module(part) or (callable(part) and path[-1:].isdigit())):
        yield path, part


def summary_table(model: Model) -> str:
    """One line for each layer of a module, and their parameters added up.

    >>> import nn
    >>> print(summary_table(nn.MLP(2, [3, 1], activation="tanh", rng=0)))
    layer     kind   inputs  outputs  activation  parameters
    layers.0  Layer       2        3  tanh                 9
    layers.1  Layer       3        1  linear               4
    total                                                 13
    """
    left = _identities(model)
    total, rows = str(len(left)), []
    for path, layer in layers_in(model):
        held = _identities(layer)
        count = str(len(held & left)) if held <= left else "shared"
        left -= held
        rows.append((path or "itself", *_described(layer), count))
    if left:
        rows.append(("beside them", "", "", "", "", str(len(left))))
    table = [HEADER, *rows, ("total", "", "", "", "", total)]
    widths = [max(map(len, column)) for column in zip(*table)]
    form = "  ".join(f"{{:{'>' if i in (2, 3, 5) else '<'}{w}}}" for i, w in enumerate(widths))
    return "\n".join(form.format(*row).rstrip() for row in table)


def _identities(layer: Model) -> set[int]:
    return {id(parameter) for _, parameter in parameters_in(layer, "", set())}


def _described(layer: Model) -> tuple[str, str, str, str]:
    """Kind, inputs, outputs and activation; blank where it has none."""
    if not _is_module(layer):
        return getattr(layer, "__name__", type(layer).__name__), "", "", ""
    neuron = getattr(layer, "neurons", [layer])[0]
    inputs = getattr(layer, "nin", "")
    outputs = getattr(layer, "nout", 1 if inputs else "")  # of a single neuron
    name = getattr(getattr(neuron, "activation", None), "__name__", "")
    return type(layer).__name__, str(inputs), str(outputs), name.replace("identity", "linear")
