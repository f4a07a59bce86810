"""What may be done to gradients before a step: penalties on large parameters, and clipping.

For loops of your own; ``nn.fit`` takes the like as options. Next: :mod:`nn.optim.optimizer`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import autograd
from autograd import Value
from autograd.arrays import Array
from autograd.reals import check_number
from nn.kinds import Quantity

__all__ = ["Adjustment", "clip_grad_norm"]

# PyTorch's guard against a division by zero in clip_grad_norm_, kept for equal numbers.
TINY = 1e-6


def clip_grad_norm(params: Iterable[Value], max_norm: float) -> float:
    """Shrink the gradients together until their Euclidean norm is `max_norm`, if it is larger.

    Returns the norm they had. As torch.nn.utils.clip_grad_norm_.

    >>> x, y = Value(3.0), Value(4.0)
    >>> (x * x + y * y).backward()
    >>> clip_grad_norm([x, y], 1.0)
    10.0
    >>> round(x.grad, 6), round(y.grad, 6)
    (0.6, 0.8)
    """
    max_norm = check_number("max_norm", max_norm, positive=True)
    params = list(params)
    norm = math.hypot(*(p.grad for p in params))
    factor = _shrinking(norm, max_norm)
    for p in params:
        p.grad = p.grad * factor
    return norm


@dataclass(frozen=True)
class Adjustment:
    """The penalties and limits of a training run, for gradients in Values and in vectors."""

    l1: float = 0.0
    l2: float = 0.0
    clip_norm: float | None = None

    def __post_init__(self) -> None:
        for name, number in vars(self).items():
            if number is not None:
                checked = check_number(name, number, positive=name.startswith("clip"))
                object.__setattr__(self, name, checked)

    def of_values(self, params: Sequence[Value]) -> None:
        """Add the penalties' derivatives to `.grad`, then clip."""
        if self.l1 or self.l2:
            for p in params:
                p.grad = p.grad + self._slope(p.data)
        if self.clip_norm is not None:
            clip_grad_norm(params, self.clip_norm)

    def of_vector(self, data: Array, grad: Array, norm: Value | None = None) -> Any:
        """The same for a vector of parameters and their gradient.

        Or for one parameter of many, in a recording; `norm` is then that of all their gradients.
        """
        if self.l1 or self.l2:
            grad, norm = grad + self._slope(data), None
        if self.clip_norm is not None:
            length = math.sqrt(grad @ grad) if norm is None else norm
            grad = grad * _shrinking(length, self.clip_norm)
        return grad

    def _slope(self, data: Quantity) -> Any:
        """l1·sign(p) + 2·l2·p."""
        return self.l1 * ((data > 0) * 1.0 - (data < 0)) + 2.0 * self.l2 * data


def _shrinking(norm: Value | float, max_norm: float) -> Any:
    ratio = max_norm / (norm + TINY)
    return autograd.minimum(1.0, ratio) if isinstance(ratio, Value) else min(1.0, ratio)
