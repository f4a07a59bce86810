"""Adaptive optimisers: each parameter gets a step size of its own, from the gradients it has seen.

The rules, names and defaults are PyTorch's. Like all of :mod:`nn.optim.optimizer` they serve single
floats and whole vectors alike; ``x**0.5`` is the square root of both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import InitVar, dataclass
from typing import Any, ClassVar, TypeAlias

import autograd
from autograd import Value
from nn.checks import check_number
from nn.kinds import Quantity
from nn.optim.optimizer import Optimizer

__all__ = ["Adam", "AdamW"]

Averages: TypeAlias = "tuple[Quantity, Quantity, float, float]"


@dataclass(repr=False, eq=False)
class Adam(Optimizer):
    """Averages of gradients over the root of averages of their squares; Kingma and Ba 2015.

    From m = v = 0, in step t:

    g ← grad + weight_decay·p;  m ← β₁·m + (1 − β₁)·g;  v ← β₂·v + (1 − β₂)·g²;
    p ← p − lr·m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + eps)

    >>> Adam([Value(3.0)], lr=0.5)
    <Adam of 1 parameters: lr=0.5, weight_decay=0.0, betas=(0.9, 0.999), eps=1e-08>
    """

    params: InitVar[Iterable[Value]]
    lr: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.0
    pure, start = True, (0.0, 0.0, 1.0, 1.0)
    decoupled: ClassVar[bool] = False

    def __post_init__(self, params: Iterable[Value]) -> None:
        super().__post_init__(params)
        try:
            first, second = self.betas
        except (TypeError, ValueError):
            raise autograd.InputTypeError(
                f"betas takes two numbers, such as (0.9, 0.999), but got {self.betas!r}"
            ) from None
        self.betas = (
            check_number("betas[0]", first, fraction=True),
            check_number("betas[1]", second, fraction=True),
        )

    def update(self, data: Quantity, grad: Quantity, memory: Averages) -> tuple[Any, Any]:
        """One step of the formula above; `memory` is (m, v, β₁ᵗ, β₂ᵗ)."""
        if self.decoupled:
            data = data * (1.0 - self.lr * self.weight_decay)
        else:
            grad = self.decayed(data, grad)
        mean, square, fading1, fading2 = memory
        beta1, beta2 = self.betas
        mean = beta1 * mean + (1.0 - beta1) * grad
        square = beta2 * square + (1.0 - beta2) * (grad * grad)
        fading1, fading2 = beta1 * fading1, beta2 * fading2
        root = (square / (1.0 - fading2)) ** 0.5 + self.eps
        return data - self.lr / (1.0 - fading1) * mean / root, (mean, square, fading1, fading2)


@dataclass(repr=False, eq=False)
class AdamW(Adam):
    """Adam with weights that decay by themselves, p ← p − lr·weight_decay·p before each step.

    Loshchilov and Hutter 2019: a penalty in the gradient, as Adam's, would be scaled away.

    >>> AdamW([Value(3.0)], lr=0.5)
    <AdamW of 1 parameters: lr=0.5, weight_decay=0.01, betas=(0.9, 0.999), eps=1e-08>
    """

    weight_decay: float = 1e-2
    pure, decoupled = True, True
