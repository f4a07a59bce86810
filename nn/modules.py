"""PyTorch's modules for activations and losses, which here are functions: `nn.ReLU()` is a module
that applies `autograd.relu`, `nn.MSELoss()` the loss `nn.mse_loss`, with PyTorch's options.

Next: :mod:`nn.train.fitting` takes either.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import autograd
from autograd import Value
from nn import losses
from nn.kinds import Outputs
from nn.module import Module


class Activation(Module):
    """A function of a number, applied to each in nested lists; nothing in it learns."""

    function: Callable[..., Any]
    options: tuple[str, ...] = ()

    def __init__(self, *options: float, **named: float) -> None:
        self.given = dict(zip(self.options, options))
        if len(options) > len(self.options) or not set(named) <= set(self.options):
            raise autograd.InputTypeError(
                f"{type(self).__name__} takes {', '.join(self.options) or 'no options'}, "
                f"but got {[*options, *named]}"
            )
        self.given.update(named)

    def forward(self, inputs: Outputs) -> Any:
        """The function of each number."""
        return type(self).function(inputs, *self.given.values())

    def config(self) -> dict[str, Any]:
        """The options."""
        return dict(self.given)


class RowActivation(Activation):
    """A function of a row of numbers, applied to each row of a batch."""

    options = ("dim",)

    def forward(self, inputs: Any) -> Any:
        """The function of each row."""
        if self.given.get("dim", -1) not in (-1, 1, None):  # 1 is the last one of a batch
            raise autograd.InputValueError(
                f"{type(self).__name__} goes along the last axis, dim=-1, but got {self.given}"
            )
        if isinstance(inputs[0], (list, tuple)):
            return [self.forward(row) for row in inputs]
        return type(self).function(inputs)


class Loss:
    """A loss function with options: `func(outputs, targets, **keywords)`."""

    func: Callable[..., Any]
    positional: tuple[str, ...] = ()

    def __init__(
        self,
        *positional: float | str | Sequence[float] | None,
        **options: float | str | Sequence[float] | None,
    ) -> None:
        self.keywords = {**dict(zip(self.positional, positional)), **options}
        known = [*inspect.signature(self.func).parameters][2:]
        if len(positional) > len(self.positional) or not set(self.keywords) <= set(known):
            raise autograd.InputTypeError(
                f"{type(self).__name__} takes the options {', '.join(known)}, "
                f"but got {[*positional, *options]}"
            )

    def __call__(self, outputs: Outputs, targets: Outputs) -> Any:
        """How wrong the outputs are."""
        return type(self).func(outputs, targets, **self.keywords)

    def __repr__(self) -> str:
        options = ", ".join(f"{name}={option!r}" for name, option in self.keywords.items())
        return f"{type(self).__name__}({options})"


def _activation(
    name: str, function: Callable[..., Outputs], *options: str, base: type[Activation] = Activation
) -> type[Activation]:
    """The module of that name."""
    doc = f"""`autograd.{getattr(function, "__name__", name)}` as a module.

    >>> import nn
    >>> nn.{name}()
    {name}()
    """
    members = {"function": staticmethod(function), "__doc__": doc, "__module__": __name__}
    return type(name, (base,), {**members, **({"options": options} if options else {})})


def _loss(name: str, function: Callable[..., Value | float], *positional: str) -> type[Loss]:
    """The loss of that name."""
    doc = f"""`nn.{function.__name__}` with options, which are that function's.

    >>> import nn
    >>> nn.{name}(reduction="sum")
    {name}(reduction='sum')
    """
    members = {"func": staticmethod(function), "positional": positional}
    return type(name, (Loss,), {**members, "__doc__": doc, "__module__": __name__})


def _same(x: Any) -> Any:
    return x


Identity = _activation("Identity", _same)
ReLU = _activation("ReLU", autograd.relu)
LeakyReLU = _activation("LeakyReLU", autograd.leaky_relu, "negative_slope")
Tanh = _activation("Tanh", autograd.tanh)
Sigmoid = _activation("Sigmoid", autograd.sigmoid)
Softplus = _activation("Softplus", autograd.softplus)
ELU = _activation("ELU", autograd.elu, "alpha")
GELU = _activation("GELU", autograd.gelu)
SiLU = _activation("SiLU", autograd.silu)
Softmax = _activation("Softmax", autograd.softmax, base=RowActivation)
LogSoftmax = _activation("LogSoftmax", autograd.log_softmax, base=RowActivation)

MSELoss = _loss("MSELoss", losses.mse_loss)
L1Loss = _loss("L1Loss", losses.l1_loss)
HuberLoss = _loss("HuberLoss", losses.huber_loss)
CrossEntropyLoss = _loss("CrossEntropyLoss", losses.cross_entropy, "weight")
NLLLoss = _loss("NLLLoss", losses.nll_loss, "weight")
BCELoss = _loss("BCELoss", losses.binary_cross_entropy, "weight")
BCEWithLogitsLoss = _loss("BCEWithLogitsLoss", losses.binary_cross_entropy_with_logits, "weight")
KLDivLoss = _loss("KLDivLoss", losses.kl_div)
