"""Activations: the functions after a neuron's sum, by name, and what PyTorch calls them.

A function of your own will do as well; only a named one can be saved. Next: :mod:`nn.layers`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd
from autograd import Value
from autograd.options import named
from nn.errors import ModelFileError

__all__ = [
    "ACTIVATIONS", "COUNTERPARTS", "KNOWN", "OF_ROWS", "RECTIFIERS", "activation_name",
    "activation_of", "saved_name",
]  # fmt: skip

Activation = Callable[[Any], Any]


def identity(x: Value | float) -> Any:
    """The activation that changes nothing."""
    return x


# Name -> the function, PyTorch's class, and the options with which that is the same function.
_TABLE: dict[str, tuple[Activation, str, dict[str, float | str]]] = {
    "identity": (identity, "Identity", {}),
    "linear": (identity, "Identity", {}),
    "relu": (autograd.relu, "ReLU", {}),
    "leaky_relu": (autograd.leaky_relu, "LeakyReLU", {"negative_slope": 0.01}),
    "tanh": (autograd.tanh, "Tanh", {}),
    "sigmoid": (autograd.sigmoid, "Sigmoid", {}),
    # Above the threshold PyTorch takes x itself: from 40 on that is no difference in float64.
    "softplus": (autograd.softplus, "Softplus", {"beta": 1.0, "threshold": 40.0}),
    "elu": (autograd.elu, "ELU", {"alpha": 1.0}),
    "gelu": (autograd.gelu, "GELU", {"approximate": "none"}),
    "silu": (autograd.silu, "SiLU", {}),
    "softmax": (autograd.softmax, "Softmax", {"dim": -1}),
    "log_softmax": (autograd.log_softmax, "LogSoftmax", {"dim": -1}),
}

KNOWN = {name: function for name, (function, _, _) in _TABLE.items()}
COUNTERPARTS = {name: (kind, options) for name, (_, kind, options) in _TABLE.items()}
OF_ROWS = {name: KNOWN[name] for name in ("softmax", "log_softmax")}
"""Functions of a whole row, which stand after a layer."""
ACTIVATIONS = {name: function for name, function in KNOWN.items() if name not in OF_ROWS}

RECTIFIERS = {"relu", "leaky_relu", "softplus", "elu", "gelu", "silu"}
"""Those that halve their input's variance or nearly so, for which He's initialiser was made."""


def activation_of(activation: str | Activation) -> Activation:
    """The activation of that name; a function passes through."""
    return named("activation", activation, ACTIVATIONS)


def activation_name(activation: Activation) -> str | None:
    """The first name of a known function, or None."""
    return next((name for name, function in KNOWN.items() if function is activation), None)


def saved_name(activation: Activation) -> str:
    """The name under which a file keeps an activation; ModelFileError if it has none."""
    name = activation_name(activation)
    if name is None:
        raise ModelFileError(
            f"a model file cannot hold the function {activation!r}: use one of {', '.join(KNOWN)}, "
            "or keep state_dict() yourself"
        )
    return name
