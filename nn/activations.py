"""Activations: the functions after a neuron's sum, by name.

A function of your own will do as well; only a named one can be saved. Next: :mod:`nn.layers`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd
from autograd import Value
from nn.checks import named
from nn.errors import ModelFileError

__all__ = ["ACTIVATIONS", "OF_ROWS", "RECTIFIERS", "activation_name", "activation_of", "saved_name"]

Activation = Callable[[Any], Any]


def identity(x: Value | float) -> Any:
    """The activation that changes nothing."""
    return x


ACTIVATIONS: dict[str, Activation] = {
    "identity": identity,
    "linear": identity,
    "relu": autograd.relu,
    "leaky_relu": autograd.leaky_relu,
    "tanh": autograd.tanh,
    "sigmoid": autograd.sigmoid,
    "softplus": autograd.softplus,
    "elu": autograd.elu,
    "gelu": autograd.gelu,
    "silu": autograd.silu,
}

# Functions of a whole row, which stand after a layer.
OF_ROWS: dict[str, Activation] = {"softmax": autograd.softmax, "log_softmax": autograd.log_softmax}

# Functions that halve their input's variance or nearly so, for which He's initialiser was made.
RECTIFIERS = {"relu", "leaky_relu", "softplus", "elu", "gelu", "silu"}


def activation_of(activation: str | Activation) -> Activation:
    """The activation of that name; a function passes through.

    >>> activation_of("linear")(3.0)
    3.0
    """
    return named("activation", activation, ACTIVATIONS)


def activation_name(activation: Activation) -> str | None:
    """The first name of a function in ACTIVATIONS, or None."""
    known = {**ACTIVATIONS, **OF_ROWS}
    return next((name for name, function in known.items() if function is activation), None)


def saved_name(activation: Activation) -> str:
    """The name under which a file keeps an activation; ModelFileError if it has none."""
    name = activation_name(activation)
    if name is None:
        raise ModelFileError(
            f"a model file cannot hold the function {activation!r}: use one of "
            f"{', '.join([*ACTIVATIONS, *OF_ROWS])}, or keep state_dict() yourself"
        )
    return name
