"""PyTorch's modules for activations and losses, which here are functions: `nn.ReLU()` is a module
that applies `autograd.relu`, `nn.MSELoss()` the loss `nn.mse_loss`, with PyTorch's options.

Next: :mod:`nn.train.fitting` takes either.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import autograd
from nn import losses
from nn.activations import COUNTERPARTS, KNOWN, OF_ROWS
from nn.kinds import Outputs
from nn.module import Module

Option = float | str | Sequence[float] | None


class OfFunction:
    """A function with options, of which those in `positional` may be given without their names."""

    func: Callable[..., Any]
    positional: tuple[str, ...]
    known: tuple[str, ...]

    def __init__(self, *positional: Option, **options: Option) -> None:
        self.keywords = {**dict(zip(self.positional, positional)), **options}
        if len(positional) > len(self.positional) or not self.keywords.keys() <= {*self.known}:
            taken = f"the options {', '.join(self.known)}" if self.known else "no options"
            raise autograd.InputTypeError(
                f"{type(self).__name__} takes {taken}, but got {[*positional, *options]}"
            )

    def config(self) -> dict[str, Any]:
        """The options."""
        return dict(self.keywords)


class Activation(OfFunction, Module):
    """A function of a number, applied to each in nested lists; nothing in it learns."""

    def forward(self, inputs: Outputs) -> Any:
        """The function of each number."""
        return type(self).func(inputs, *self.keywords.values())


class RowActivation(Activation):
    """A function of a row of numbers, applied to each row of a batch."""

    def __init__(self, dim: int | None = -1) -> None:
        if dim not in (-1, 1, None):  # 1 is the last one of a batch
            raise autograd.InputValueError(
                f"{type(self).__name__} goes along the last axis, dim=-1, but got dim={dim!r}"
            )
        super().__init__()

    def forward(self, inputs: Outputs) -> Any:
        """The function of each row."""
        if isinstance(inputs, (list, tuple)) and isinstance(inputs[0], (list, tuple)):
            return [self.forward(row) for row in inputs]
        return type(self).func(inputs)


class Loss(OfFunction):
    """A loss function with options: `func(outputs, targets, **keywords)`."""

    __repr__ = Module.__repr__

    def __call__(self, outputs: Outputs, targets: Outputs) -> Any:
        """How wrong the outputs are."""
        return type(self).func(outputs, targets, **self.keywords)


Kind = TypeVar("Kind", bound=OfFunction)


def _made(base: type[Kind], name: str, function: Callable[..., Outputs], *first: str) -> type[Kind]:
    """The class of that name; of a loss all options of its function are known, and go by name."""
    options = [*inspect.signature(function).parameters][2:] if base is Loss else first
    doc = f"""`{getattr(function, "__name__", name)}` as PyTorch has it, with its options.

    >>> import nn
    >>> nn.{name}()
    {name}()
    """
    members = {"func": staticmethod(function), "positional": first, "known": tuple(options)}
    return type(name, (base,), {**members, "__doc__": doc, "__module__": __name__})


def _activation(name: str, *options: str) -> type[Activation]:
    base = RowActivation if name in OF_ROWS else Activation
    return _made(base, COUNTERPARTS[name][0], KNOWN[name], *options)


Identity = _activation("identity")
ReLU = _activation("relu")
LeakyReLU = _activation("leaky_relu", "negative_slope")
Tanh = _activation("tanh")
Sigmoid = _activation("sigmoid")
Softplus = _activation("softplus")
ELU = _activation("elu", "alpha")
GELU = _activation("gelu")
SiLU = _activation("silu")
Softmax = _activation("softmax")
LogSoftmax = _activation("log_softmax")

MSELoss = _made(Loss, "MSELoss", losses.mse_loss)
L1Loss = _made(Loss, "L1Loss", losses.l1_loss)
CrossEntropyLoss = _made(Loss, "CrossEntropyLoss", losses.cross_entropy, "weight")
NLLLoss = _made(Loss, "NLLLoss", losses.nll_loss, "weight")
BCELoss = _made(Loss, "BCELoss", losses.binary_cross_entropy, "weight")
BCEWithLogitsLoss = _made(
    Loss, "BCEWithLogitsLoss", losses.binary_cross_entropy_with_logits, "weight"
)
