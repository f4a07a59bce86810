"""Nests: outputs of a row that are more than one list, such as a mean and logits.

Programs give arrays; what has no one shape they give as a flat row, which is nested again here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nn.kinds import Outputs

__all__ = ["flat", "is_nested", "like", "numbers", "shape_of"]


def numbers(outputs: Any) -> Any:
    """Outputs as floats, so that nobody who keeps them keeps their graph.

    >>> from autograd import Value
    >>> numbers((Value(1.0), [Value(2.0)]))
    [1.0, [2.0]]
    """
    if isinstance(outputs, dict):
        return {name: numbers(part) for name, part in outputs.items()}
    return [numbers(y) for y in outputs] if isinstance(outputs, (list, tuple)) else float(outputs)


def shape_of(outputs: Outputs) -> tuple[int, ...] | None:
    """The lengths along each axis; None of what has no one shape.

    >>> shape_of([[1.0, 2.0]]), shape_of(([1.0], [2.0, 3.0]))
    ((1, 2), None)
    """
    if hasattr(outputs, "shape"):
        return tuple(outputs.shape)
    if not isinstance(outputs, (list, tuple)):
        return None if isinstance(outputs, dict) else ()
    shapes = [shape_of(part) for part in outputs]
    inner = shapes[0] if shapes else ()
    alike = inner is not None and shapes.count(inner) == len(shapes)
    return (len(outputs), *inner) if alike and inner is not None else None


def is_nested(outputs: Outputs) -> bool:
    """Whether a row's outputs are more than a number or a list of them."""
    shape = shape_of(outputs)
    return shape is None or len(shape) > 1


def flat(outputs: Any) -> list[Any]:
    """The numbers or Values, one after the other.

    >>> flat(([1.0], {"a": 2.0}))
    [1.0, 2.0]
    """
    if isinstance(outputs, dict):
        outputs = [*outputs.values()]
    if hasattr(outputs, "tolist"):
        outputs = outputs.tolist()
    if not isinstance(outputs, (list, tuple)):
        return [outputs]
    return [number for part in outputs for number in flat(part)]


def like(nest: Any, numbers: Iterator[float]) -> Any:
    """The next numbers, nested like this.

    >>> like([[0.0], 0.0], iter([1.0, 2.0]))
    [[1.0], 2.0]
    """
    if isinstance(nest, dict):
        return {name: like(part, numbers) for name, part in nest.items()}
    return [like(part, numbers) for part in nest] if isinstance(nest, list) else next(numbers)
