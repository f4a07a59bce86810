"""Optimisers: they change parameters against their gradients.

An update rule is plain arithmetic over one parameter, its gradient and what the optimiser
remembers of it, so it serves single floats and whole vectors alike. The defaults are PyTorch's.
Next: :mod:`nn.train.fitting` puts model, loss and optimiser together.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, InitVar, dataclass
from typing import Any, ClassVar, TypeAlias

import autograd
from autograd import Value
from autograd.foreign import in_our_words, missing_in
from autograd.reals import check_number
from nn.absent import IN_MODULES
from nn.errors import DivergenceError
from nn.kinds import Quantity

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "divergence"]

Averages: TypeAlias = "tuple[Quantity, Quantity, float, float]"

# What the options of a rule may be, by their names; from 0 where nothing is said.
RANGES: dict[str, dict[str, bool]] = {
    "lr": {"positive": True}, "eps": {"positive": True}, "momentum": {}, "weight_decay": {},
}  # fmt: skip
STATE = ("params", "memory", "owner")


class Optimizer(ABC):
    """Base of the optimisers: holds the parameters, and of each what the rule remembers.

    A subclass defines `update`, and `start` for what is remembered before the first step.

    >>> from autograd import Value
    >>> class SignDescent(Optimizer):
    ...     def update(self, data, grad, memory):
    ...         return data - self.lr * ((grad > 0) * 1.0 - (grad < 0)), memory
    >>> x = Value(1.0)
    >>> (x * 5.0).backward()
    >>> SignDescent([x], lr=0.25).step()
    >>> x.data
    0.75
    """

    start: Any = 0.0
    pure = False
    """Whether `update` is arithmetic alone, so that `fit` may record it; inherited by no class."""
    params: list[Value]
    lr: float
    weight_decay: float

    def __init__(self, params: Iterable[Value], lr: float, weight_decay: float = 0.0) -> None:
        self.lr, self.weight_decay = lr, weight_decay
        self.__post_init__(params)

    def __post_init__(self, params: Iterable[Value]) -> None:
        self.params = _checked(params)
        self.owner = getattr(params, "owner", None)  # the module whose parameters these all were
        self.memory: list[Any] = [self.start] * len(self.params)
        declared = {"lr", "weight_decay", *getattr(self, "__dataclass_fields__", ())}
        for name, limits in RANGES.items():
            if name in declared:
                setattr(self, name, check_number(name, getattr(self, name), **limits))

    @abstractmethod
    def update(self, data: Quantity, grad: Quantity, memory: Any) -> tuple[Any, Any]:
        """The new data and memory of a parameter, or of a vector of parameters."""

    def decayed(self, data: Quantity, grad: Quantity) -> Any:
        """The gradient with that of the penalty weight_decay/2·Σp², for rules that have it."""
        # Whole vectors come here: what is switched off costs nothing.
        return grad + self.weight_decay * data if self.weight_decay else grad

    def step(self) -> None:
        """Update every parameter from its `.grad`.

        Raises DivergenceError, and changes none, if one would become infinite or NaN.
        """
        self.lr = check_number("lr", self.lr)
        updates = [self.update(p.data, p.grad, m) for p, m in zip(self.params, self.memory)]
        for parameter, (data, _) in zip(self.params, updates):
            if not math.isfinite(data):
                raise divergence(parameter.name, data, parameter.data, parameter.grad)
        autograd.assign_data(self.params, [data for data, _ in updates])
        self.memory = [memory for _, memory in updates]

    def is_pure(self) -> bool:
        """Whether all that the update is made of says that it is."""
        kinds = type(self).__mro__
        own = kinds[: kinds.index(Optimizer)]
        return "update" not in vars(self) and all(vars(kind).get("pure") for kind in own)

    def __repr__(self) -> str:
        options = ", ".join(f"{name}={x!r}" for name, x in self.options().items())
        return f"<{type(self).__name__} of {len(self.params)} parameters: {options}>"

    def options(self) -> dict[str, Any]:
        """The rule's numbers by name, as given."""
        other = {name: x for name, x in vars(self).items() if name not in STATE}
        return {"lr": self.lr, "weight_decay": self.weight_decay, **other}

    def state_dict(self) -> dict[str, Any]:
        """The options, and what is remembered of each parameter, in their order."""
        return {"options": self.options(), "memory": list(self.memory)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take up what `state_dict` returned, from an optimiser of this kind and size."""
        options, memory = state["options"], list(state["memory"])
        if options.keys() != self.options().keys() or len(memory) != len(self.params):
            raise autograd.InputValueError(
                f"load_state_dict needs the state of {self!r}, but got that of {len(memory)} "
                f"parameters with the options {', '.join(options)}"
            )
        vars(self).update(options, memory=memory)

    def __getattr__(self, name: str) -> Any:
        return missing_in(self, name, IN_MODULES)

    @in_our_words
    def zero_grad(self) -> None:
        """Set every parameter's `.grad` to 0.0."""
        autograd.zero_grad(self.params)


@dataclass(repr=False, eq=False)
class SGD(Optimizer):
    """Stochastic gradient descent with PyTorch's update, where v starts at 0:

    g ← grad + weight_decay·p;  v ← momentum·v + g;  p ← p − lr·(g + momentum·v if nesterov else v)

    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> (x * x).backward()
    >>> SGD([x], lr=0.25).step()
    >>> x.data
    1.5
    """

    params: InitVar[Iterable[Value]]
    lr: float = 1e-3
    momentum: float = 0.0
    _: KW_ONLY
    nesterov: bool = False
    weight_decay: float = 0.0
    pure = True

    def __post_init__(self, params: Iterable[Value]) -> None:
        super().__post_init__(params)
        if self.nesterov and not self.momentum:
            raise autograd.InputValueError("nesterov needs a momentum above 0, but got momentum=0")

    def update(self, data: Quantity, grad: Quantity, memory: Quantity) -> tuple[Any, Any]:
        """One step of the formula above; `memory` is v."""
        grad = self.decayed(data, grad)
        if not self.momentum:
            moved = grad * -self.lr
            moved += data  # in place in a vector, which is to the bit data − lr·grad
            return moved, memory
        velocity = self.momentum * memory + grad
        step = grad + self.momentum * velocity if self.nesterov else velocity
        return data - self.lr * step, velocity


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


def divergence(name: str | None, data: float, before: float, grad: float) -> DivergenceError:
    """The error that says which parameter a step would make infinite or NaN."""
    return DivergenceError(
        f"a step would make {name or 'a parameter'} {data}, from {before} and gradient {grad}: "
        "try a lower learning rate; no parameter has changed"
    )


def _checked(params: Iterable[Value]) -> list[Value]:
    single = isinstance(params, Value) or getattr(params, "ndim", 1) == 0
    if single or not isinstance(params, Iterable):
        raise autograd.InputTypeError(
            f"an optimiser takes a list of parameters, but got {params!r}: "
            "give model.parameters() or [value]"
        )
    checked: list[Any] = list(params)
    for parameter in checked:
        if not isinstance(parameter, Value) or parameter.op is not None:
            raise autograd.InputTypeError(
                f"an optimiser's parameters are leaf Values, but one is {parameter!r}"
            )
    if not checked:
        raise autograd.InputValueError("an optimiser needs at least one parameter, but got none")
    if len({id(parameter) for parameter in checked}) < len(checked):
        raise autograd.InputValueError(
            "an optimiser takes each parameter once, but one is given twice and would step twice"
        )
    return checked
