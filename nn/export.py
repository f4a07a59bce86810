"""A way out: models as ONNX files, which everything runs, and as PyTorch modules.

The README's table "When you outgrow it" says which is for what. The way back from PyTorch is in
:mod:`nn.convert`.
"""

from __future__ import annotations

import os
from types import ModuleType
from typing import Any

import autograd
from autograd import Value
from autograd.extras import needed
from autograd.reals import check_count
from nn.activations import ACTIVATIONS, COUNTERPARTS, activation_name
from nn.kinds import Model

__all__ = ["to_onnx", "to_torch"]


def to_onnx(
    model: Model, path: str | os.PathLike[str], *, nin: int | None = None, dtype: str = "float64"
) -> None:
    """Write a model with its present parameters as an ONNX file, whole or not at all.

    The input "x" has shape (batch, inputs), "output" is (batch, outputs), both of `dtype`, float64
    or float32. `nin` is the number of inputs, where the model does not say.

    Raises InputValueError if a custom_op is in the model, OutputError if the file cannot be
    written, MissingExtraError without the package onnx (extra ``onnx``).

    >>> import nn, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     to_onnx(nn.MLP(2, [4, 1], rng=0), os.path.join(folder, "model.onnx"))
    """
    if nin is None:
        first = getattr(model, "layers", None) or [model]
        nin = getattr(first[0], "nin", None)
    if nin is None:
        raise autograd.InputTypeError(
            f"to_onnx cannot tell how many inputs {type(model).__name__} takes: give nin"
        )
    x = [Value(0.0) for _ in range(check_count("nin", nin))]
    autograd.compile(model(x), dtype=dtype, x=x).to_onnx(path, batched=["x"])


def to_torch(model: Model) -> Any:
    """A `torch.nn.Sequential` in float64 with the same weights, and outputs to 1e-12.

    `model` is a Neuron, a Layer, or a Sequential of those and of `autograd.softmax` or
    `log_softmax`. The module takes tensors of shape (batch, inputs) and shares nothing with it.

    Raises InputTypeError for other parts, and activations that PyTorch does not have;
    MissingExtraError where PyTorch is not installed.

    >>> import nn
    >>> to_torch(nn.Layer(2, 1, activation="tanh"))[1]  # doctest: +SKIP
    Tanh()
    """
    torch = needed("torch", "to_torch")
    return torch.nn.Sequential(*_modules(torch, model))


def _modules(torch: ModuleType, part: Model) -> list[Any]:
    """The PyTorch modules for a part of a model, in order."""
    if hasattr(part, "layers"):
        return [module for layer in part.layers for module in _modules(torch, layer)]
    name = activation_name(getattr(type(part), "func", part))  # of a module or a function
    if name is not None:
        return [_activation(torch, name, getattr(part, "keywords", {}))]
    neurons = getattr(part, "neurons", [part])
    if not all(hasattr(neuron, "weights") and hasattr(neuron, "bias") for neuron in neurons):
        raise autograd.InputTypeError(
            "to_torch knows Neuron, Layer, Sequential, softmax and log_softmax, "
            f"but the model holds {part!r}"
        )
    nin, biased = len(neurons[0].weights), neurons[0].bias is not None
    rows = [[p.data for p in (*n.weights, n.bias) if p is not None] for n in neurons]
    numbers = torch.tensor(rows, dtype=torch.float64)
    linear = torch.nn.Linear(nin, len(neurons), bias=biased, dtype=torch.float64)
    with torch.no_grad():
        linear.weight.copy_(numbers[:, :nin])
        if biased:
            linear.bias.copy_(numbers[:, nin])
    functions = {neuron.activation for neuron in neurons}
    names = {activation_name(function) for function in functions}
    if len(names) > 1 or not names <= ACTIVATIONS.keys():
        raise autograd.InputTypeError(
            f"to_torch knows one activation a layer, {', '.join(ACTIVATIONS)}, "
            f"but got {' and '.join(map(repr, functions))}"
        )
    return [linear, *(_activation(torch, str(n), {}) for n in names if n != "identity")]


def _activation(torch: ModuleType, name: str, options: dict[str, float]) -> Any:
    kind, same = COUNTERPARTS[name]
    return getattr(torch.nn, kind)(**{**same, **options})
