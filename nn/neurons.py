"""Neurons, and layers of them.

A neuron computes ``activation(dot(weights, inputs) + bias)``; a layer is a list of neurons that see
the same inputs. Next: :mod:`nn.layers` has networks of layers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import TYPE_CHECKING, Any, TypeGuard, overload

import autograd
from autograd import Value
from autograd.foreign import in_our_words
from nn.activations import RECTIFIERS, activation_name, activation_of, saved_name
from nn.checks import as_rng, check_count
from nn.init import Initialiser, initialiser, reserve
from nn.kinds import Outputs
from nn.module import Module
from nn.outputs import OutputList

__all__ = ["Layer", "Linear", "Listing", "Neuron", "are_rows"]

Activation = Callable[[Any], Any]


class Neuron(Module):
    """One neuron: activation(dot(weights, inputs) + bias), a Value; for a list of rows a list.

    `activation` is a name of ACTIVATIONS or a function of a Value. `init` draws the weights (see
    :mod:`nn.init`); by default He's for relu and its kin, otherwise Xavier's. The bias starts at
    0. `rng` is a `random.Random` or a seed; one seed gives one neuron, to the bit. Without it every
    neuron differs: see :func:`nn.manual_seed`.

    >>> neuron = Neuron(2, activation="sigmoid")
    >>> neuron.load_state_dict({"weights.0": 1.0, "weights.1": -2.0, "bias": 1.0})
    >>> neuron([1.0, 1.0]).data
    0.5
    """

    @in_our_words
    def __init__(
        self,
        nin: int,
        *,
        bias: bool = True,
        activation: str | Activation = "linear",
        init: str | Initialiser | None = None,
        rng: Random | int | None = None,
        fan_out: int = 1,
    ) -> None:
        self.nin = check_count("nin", nin)
        self.activation = activation_of(activation)
        suited = "he" if activation_name(self.activation) in RECTIFIERS else "xavier"
        draw, rng = initialiser(init or suited), as_rng(rng)
        reserve(self.nin + 1)
        self.weights = [Value(draw(rng, self.nin, fan_out)) for _ in range(self.nin)]
        self.bias = Value(0.0) if bias else None
        self.name_parameters()

    if TYPE_CHECKING:

        @overload
        def __call__(self, inputs: Sequence[Value | float]) -> Value: ...
        @overload
        def __call__(self, inputs: Outputs) -> Any: ...
        def __call__(self, inputs: Outputs) -> Any:
            """As `forward`."""

    def forward(self, inputs: Outputs) -> Any:
        """The neuron's output for `nin` numbers or Values; a list of them for a list of rows."""
        if are_rows(inputs):
            return [self.forward(row) for row in inputs]
        total = autograd.dot(self.weights, _checked(inputs, self))
        return self.activation(total if self.bias is None else total + self.bias)

    def config(self) -> dict[str, Any]:
        """What `save` keeps of the structure."""
        kept = {"nin": self.nin, "activation": saved_name(self.activation)}
        return kept if self.bias is not None else {**kept, "bias": False}


class Listing(Module):
    """A module of which the outputs are a list, for a type checker."""

    if TYPE_CHECKING:

        @overload
        def __call__(self, inputs: Sequence[Value | float]) -> list[Value]: ...
        @overload
        def __call__(self, inputs: Outputs) -> Any: ...
        def __call__(self, inputs: Outputs) -> Any:
            """As `forward`."""


class Layer(Listing):
    """`nout` neurons that see the same `nin` inputs; always returns a list. Alias: Linear.

    The options are those of :class:`Neuron`; without `bias` there are weights only.

    >>> layer = Layer(3, 2, init="zeros")
    >>> [y.data for y in layer([1.0, 2.0, 3.0])]
    [0.0, 0.0]
    """

    @in_our_words
    def __init__(
        self,
        nin: int,
        nout: int,
        bias: bool = True,
        *,
        activation: str | Activation = "linear",
        init: str | Initialiser | None = None,
        rng: Random | int | None = None,
    ) -> None:
        self.nin, self.nout = check_count("nin", nin), check_count("nout", nout)
        rng = as_rng(rng)
        self.neurons = [
            Neuron(
                nin, bias=bias, activation=activation, init=init, rng=rng, fan_out=self.nout,
            )
            for _ in range(self.nout)
        ]  # fmt: skip
        self.name_parameters()

    def forward(self, inputs: Outputs) -> list[Any]:
        """The `nout` outputs for `nin` numbers or Values; a list of those for a list of rows."""
        if are_rows(inputs):
            return OutputList([self.forward(row) for row in inputs])
        inputs = _checked(inputs, self)
        return OutputList([neuron(inputs) for neuron in self.neurons])

    def config(self) -> dict[str, Any]:
        """What `save` keeps of the structure."""
        return {"nin": self.nin, "nout": self.nout, **self.neurons[0].config()}


Linear = Layer


def are_rows(inputs: Outputs) -> TypeGuard[Iterable[Outputs]]:
    """Whether these are the inputs of several examples."""
    if getattr(inputs, "ndim", 0) > 1:
        return True
    first = inputs[0] if isinstance(inputs, (list, tuple)) and inputs else 0.0
    return isinstance(first, (list, tuple)) or bool(getattr(first, "ndim", 0))


def _checked(inputs: Outputs, part: Neuron | Layer) -> list[Any]:
    """The inputs as a list of the right length; a NumPy row becomes plain floats."""
    if isinstance(inputs, list):
        row = inputs
    elif getattr(inputs, "ndim", 0):
        row = inputs.tolist()  # type: ignore[union-attr]
    elif isinstance(inputs, Iterable) and not hasattr(inputs, "ndim"):
        row = list(inputs)
    else:
        raise autograd.InputTypeError(
            f"{type(part).__name__} takes a sequence of {part.nin} numbers or Values, "
            f"but got {inputs!r}"
        )
    if len(row) != part.nin:
        raise autograd.InputValueError(
            f"{type(part).__name__} takes {part.nin} inputs, but got {len(row)}"
        )
    return row
