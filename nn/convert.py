"""The way in from PyTorch; the way out is :mod:`nn.export`."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any

import autograd
from autograd.extras import needed
from nn.activations import KNOWN, TORCH, saved_name
from nn.layers import MLP, Layer, Sequential
from nn.module import Module
from nn.parts import layers_in

if TYPE_CHECKING:
    import torch

__all__ = ["from_torch"]


def from_torch(module: torch.nn.Module, into: Module | None = None) -> Any:
    """The same network in Values: weights exact, outputs to 1e-12.

    `module` is a `torch.nn.Linear`, or a `torch.nn.Sequential` of those, each with an activation
    after it or none, and a Softmax or LogSoftmax; a leading Flatten is dropped. The result is an
    `MLP` if all hidden layers have one activation, otherwise a `Sequential`. With `into`, a module
    of your own gets the weights of Linears that have the names of its layers; it is returned.

    Raises InputTypeError for other modules, and for options that the activations here do not have.

    >>> import torch, nn  # doctest: +SKIP
    >>> nn.from_torch(torch.nn.Linear(2, 3)).nouts  # doctest: +SKIP
    [3]
    """
    torch = needed("torch", "from_torch")
    if into is not None:
        return _copied(torch, module, into)
    layers: list[Any] = []
    for part in _flattened(torch, module):
        plain = layers and isinstance(layers[-1], Layer) and _activation(layers[-1]) == "identity"
        if isinstance(part, torch.nn.Linear):
            layers.append(Layer(part.in_features, part.out_features, init="zeros"))
            _fill(layers[-1], part)
        elif isinstance(part, (torch.nn.Softmax, torch.nn.LogSoftmax)) and part.dim in (1, -1):
            softmax = isinstance(part, torch.nn.Softmax)
            layers.append(autograd.softmax if softmax else autograd.log_softmax)
        elif not (isinstance(part, torch.nn.Flatten) and not layers):
            name = _name(torch, part)
            if not plain:
                raise autograd.InputTypeError(
                    f"from_torch takes an activation after a Linear, but {part} stands elsewhere"
                )
            for neuron in layers[-1].neurons:
                neuron.activation = KNOWN[name]
    if not layers:
        raise autograd.InputTypeError(f"from_torch finds no Linear in {module}")
    model = Sequential(*layers)
    names = [_activation(layer) for layer in layers if isinstance(layer, Layer)]
    if len(names) < len(layers) or len({*names[:-1]}) > 1:
        return model
    sizes, hidden = [layer.nout for layer in layers], (names[:-1] or ["identity"])[0]
    mlp = MLP(layers[0].nin, sizes, activation=hidden, output=names[-1], init="zeros")
    mlp.load_state_dict(model.state_dict())
    return mlp


def _activation(layer: Layer) -> str:
    return saved_name(layer.neurons[0].activation)


def _flattened(torch: ModuleType, module: torch.nn.Module) -> list[Any]:
    if isinstance(module, torch.nn.Sequential):
        return [part for child in module for part in _flattened(torch, child)]
    return [] if isinstance(module, torch.nn.Identity) else [module]


def _name(torch: ModuleType, part: torch.nn.Module) -> str:
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


def _copied(torch: ModuleType, module: torch.nn.Module, into: Module) -> Any:
    parts = module.named_modules()
    linears = {_plain(name): x for name, x in parts if isinstance(x, torch.nn.Linear)}
    layers = {_plain(path): layer for path, layer in layers_in(into)}
    theirs = [(n, x.in_features, x.out_features, x.bias is not None) for n, x in linears.items()]
    ours = [
        (name, layer.nin, layer.nout, layer.neurons[0].bias is not None)
        for name, layer in ((name, layers.get(name)) for name in linears)
        if isinstance(layer, Layer)
    ]
    held = sum(parameter.numel() for parameter in module.parameters())
    if theirs != ours or held != len(into.parameters()):
        raise autograd.InputValueError(
            f"from_torch copies Linears to layers of the same names and sizes, but {theirs} of "
            f"{held} parameters face {ours} of {len(into.parameters())}"
        )
    for name, linear in linears.items():
        _fill(layers[name], linear)
    return into


def _plain(path: str) -> str:
    """A path without the word `layers`: PyTorch's Sequential numbers its parts, ours has a list."""
    return ".".join(word for word in path.split(".") if word != "layers")


def _fill(layer: Layer, linear: torch.nn.Linear) -> None:
    bias: Any = linear.bias
    biases = [0.0] * linear.out_features if bias is None else bias.tolist()
    for neuron, weights, bias in zip(layer.neurons, linear.weight.tolist(), biases):
        for parameter, number in zip([*neuron.weights, neuron.bias], [*weights, bias]):
            if parameter is not None:
                parameter.data = number
