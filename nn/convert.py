"""The way in from PyTorch; the way out is :mod:`nn.export`."""

from __future__ import annotations

from typing import Any

import autograd
from nn.export import TORCH, torch_or_error
from nn.layers import MLP, Layer, Sequential

__all__ = ["from_torch"]


def from_torch(module: Any) -> Sequential:
    """The same network in Values: weights exact, outputs to 1e-12.

    `module` is a `torch.nn.Linear`, or a `torch.nn.Sequential` of those, each with an activation
    after it or none, and a Softmax or LogSoftmax; a leading Flatten is dropped. The result is an
    `MLP` if all hidden layers have one activation, otherwise a `Sequential`.

    Raises InputTypeError for other modules, and for options that the activations here do not have.

    >>> import torch, nn  # doctest: +SKIP
    >>> nn.from_torch(torch.nn.Linear(2, 3)).nouts  # doctest: +SKIP
    [3]
    """
    torch = torch_or_error("from_torch")
    parts: list[Any] = []
    for part in _flattened(torch, module):
        if isinstance(part, torch.nn.Linear):
            parts.append([part, "identity"])
        elif isinstance(part, (torch.nn.Softmax, torch.nn.LogSoftmax)) and part.dim in (1, -1):
            softmax = isinstance(part, torch.nn.Softmax)
            parts.append(autograd.softmax if softmax else autograd.log_softmax)
        elif isinstance(part, torch.nn.Flatten) and not parts:
            continue
        else:
            name = _name(torch, part)
            if not (parts and isinstance(parts[-1], list) and parts[-1][1] == "identity"):
                raise autograd.InputTypeError(
                    f"from_torch takes an activation after a Linear, but {part} stands elsewhere"
                )
            parts[-1][1] = name
    if not parts:
        raise autograd.InputTypeError(f"from_torch finds no Linear in {module}")
    layers = [_layer(*part) if isinstance(part, list) else part for part in parts]
    names = [part[1] for part in parts if isinstance(part, list)]
    if len(names) < len(parts) or len({*names[:-1]}) > 1:
        return Sequential(*layers)
    model = MLP(
        layers[0].nin,
        [layer.nout for layer in layers],
        activation=(names[:-1] or ["identity"])[0],
        output=names[-1],
        init="zeros",
    )
    model.load_state_dict(Sequential(*layers).state_dict())
    return model


def _flattened(torch: Any, module: Any) -> list[Any]:
    if isinstance(module, torch.nn.Sequential):
        return [part for child in module for part in _flattened(torch, child)]
    return [] if isinstance(module, torch.nn.Identity) else [module]


def _name(torch: Any, part: Any) -> str:
    """The activation that a PyTorch module is."""
    for name, (kind, options) in TORCH.items():
        if isinstance(part, getattr(torch.nn, kind)):
            # Softplus's threshold is where PyTorch stops computing, no other function.
            wrong = [o for o in options if o != "threshold" and getattr(part, o) != options[o]]
            if wrong:
                raise autograd.InputTypeError(
                    f"from_torch knows {kind} with {wrong[0]}={options[wrong[0]]!r} only, "
                    f"but got {part}"
                )
            return name
    known = ", ".join(kind for kind, _ in TORCH.values())
    raise autograd.InputTypeError(
        f"from_torch knows Linear, Softmax, LogSoftmax, {known}, but got {part}"
    )


def _layer(linear: Any, activation: str) -> Layer:
    layer = Layer(linear.in_features, linear.out_features, activation=activation, init="zeros")
    for neuron, row in zip(layer.neurons, linear.weight.tolist()):
        for weight, number in zip(neuron.weights, row):
            weight.data = number
    if linear.bias is not None:
        for neuron, number in zip(layer.neurons, linear.bias.tolist()):
            neuron.bias.data = number
    return layer
