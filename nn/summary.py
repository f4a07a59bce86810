"""The table that `model.summary()` prints: the parts of a model, their shapes and parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["summary_table"]

HEADER = ("layer", "kind", "inputs", "outputs", "activation", "parameters")


def summary_table(model: Any) -> str:
    """One line for each layer of a module, and their parameters added up.

    >>> import nn
    >>> print(summary_table(nn.MLP(2, [3, 1], activation="tanh", rng=0)))
    layer     kind   inputs  outputs  activation  parameters
    layers.0  Layer       2        3  tanh                 9
    layers.1  Layer       3        1  linear               4
    total                                                 13
    """
    left = {id(parameter) for parameter in model.parameters()}
    total, rows = str(len(left)), []
    for path, part in _parts("", model):
        held = {id(p) for p in part.parameters()} if hasattr(part, "parameters") else set()
        count = str(len(held & left)) if held <= left else "shared"
        left -= held
        rows.append((path, *_described(part), count))
    if left:
        rows.append(("beside them", "", "", "", "", str(len(left))))
    table = [HEADER, *rows, ("total", "", "", "", "", total)]
    widths = [max(len(row[i]) for row in table) for i in range(len(HEADER))]
    form = "  ".join(f"{{:{'>' if i in (2, 3, 5) else '<'}{w}}}" for i, w in enumerate(widths))
    return "\n".join(form.format(*row).rstrip() for row in table)


def _parts(path: str, item: Any) -> Iterator[tuple[str, Any]]:
    """The layers in `item`, with their paths: modules that say how many inputs they take.

    A network says so too, but is made of modules that do; a layer's neurons are not listed.
    """
    if isinstance(item, (list, tuple)):
        for i, member in enumerate(item):
            yield from _parts(f"{path}.{i}" if path else str(i), member)
    elif hasattr(item, "parameters"):
        inner = [
            found
            for name, member in vars(item).items()
            if not hasattr(item, "neurons")
            for found in _parts(f"{path}.{name}" if path else name, member)
        ]
        yield from inner or [(path or "itself", item)]
    elif callable(item) and path and not hasattr(item, "data") and path[-1].isdigit():
        yield path, item  # a function between layers


def _described(part: Any) -> tuple[str, str, str, str]:
    """Kind, inputs, outputs and activation; blank where it has none."""
    if not hasattr(part, "parameters"):
        return getattr(part, "__name__", type(part).__name__), "", "", ""
    neuron = getattr(part, "neurons", [part])[0]
    inputs = getattr(part, "nin", "")
    outputs = getattr(part, "nout", 1 if inputs else "")  # of a single neuron
    name = getattr(getattr(neuron, "activation", None), "__name__", "")
    return type(part).__name__, str(inputs), str(outputs), "linear" if name == "identity" else name
