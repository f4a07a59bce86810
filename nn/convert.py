"""The way in from PyTorch; the way out is :mod:`nn.export`."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any

import autograd
from autograd.extras import needed
from nn.activations import COUNTERPARTS, OF_ROWS
from nn.layers import MLP, Layer
from nn.module import Module
from nn.parts import layers_in

if TYPE_CHECKING:
    import torch

__all__ = ["from_torch"]


def from_torch(module: torch.nn.Module, into: Module | None = None) -> Any:
    """The same network in Values, an `MLP`: weights exact, outputs to 1e-12.

    `module` is a `torch.nn.Linear`, or a `torch.nn.Sequential` of those, each with an activation
    after it or none, the last one also with a Softmax or LogSoftmax; a leading Flatten is dropped.
    With `into`, a module of your own gets the weights of Linears that have the names of its layers;
    it is returned.

    Raises InputTypeError for other modules, and for options that the activations here do not have.

    >>> import torch, nn  # doctest: +SKIP
    >>> nn.from_torch(torch.nn.Linear(2, 3)).nouts  # doctest: +SKIP
    [3]
    """
    torch = needed("torch", "from_torch")
    if into is not None:
        return _copied(torch, module, into)
    linears, names = [], list[str]()
    for part in _flattened(torch, module):
        if isinstance(part, torch.nn.Linear):
            linears.append(part)
            names.append("identity")
        elif linears or not isinstance(part, torch.nn.Flatten):
            name = _name(torch, part)
            if names[-1:] != ["identity"]:
                raise autograd.InputTypeError(
                    f"from_torch takes an activation after a Linear, but {part} stands elsewhere"
                )
            names[-1] = name
    if not linears or not OF_ROWS.keys().isdisjoint(names[:-1]):
        found = "a softmax before the last" if linears else "no"
        raise autograd.InputTypeError(f"from_torch finds {found} Linear in {module}")
    nouts, hidden = [linear.out_features for linear in linears], names[:-1] or ["identity"]
    one = hidden[0] if len({*hidden}) == 1 else hidden
    model = MLP(linears[0].in_features, nouts, activation=one, output=names[-1], init="zeros")
    layers: list[Any] = model.layers
    for layer, linear in zip(layers, linears):
        _fill(layer, linear)
    return model


def _flattened(torch: ModuleType, module: torch.nn.Module) -> list[Any]:
    if isinstance(module, torch.nn.Sequential):
        return [part for child in module for part in _flattened(torch, child)]
    return [] if isinstance(module, torch.nn.Identity) else [module]


def _name(torch: ModuleType, part: torch.nn.Module) -> str:
    """The activation that a PyTorch module is."""
    for name, (kind, options) in COUNTERPARTS.items():
        if isinstance(part, getattr(torch.nn, kind)):
            for option, known in options.items():
                given = getattr(part, option)
                # Softplus's threshold is where PyTorch stops computing, no other function; the
                # last axis of a batch of rows is number 1.
                if not (given == known or option == "threshold" or (option, given) == ("dim", 1)):
                    raise autograd.InputTypeError(
                        f"from_torch knows {kind} with {option}={known!r} only, but got {part}"
                    )
            return name
    kinds = ", ".join(kind for kind, _ in COUNTERPARTS.values())
    raise autograd.InputTypeError(f"from_torch knows Linear, {kinds}, but got {part}")


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
