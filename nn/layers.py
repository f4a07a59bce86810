"""Neurons, layers of them, and networks of layers.

A neuron computes ``activation(dot(weights, inputs) + bias)``; everything else is lists of neurons.
Next: :mod:`nn.losses.pairwise` measures how wrong the outputs are, :mod:`nn.optim.optimizer` makes
them less so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import TYPE_CHECKING, Any, overload

import autograd
from autograd import Value
from nn.activations import ACTIVATIONS, RECTIFIERS, activation_name, activation_of, saved_name
from nn.checks import as_rng, check_count
from nn.errors import ModelFileError
from nn.init import Initialiser, initialiser, reserve
from nn.module import Module

__all__ = ["ACTIVATIONS", "MLP", "Layer", "Linear", "Neuron", "Sequential"]

Activation = Callable[[Any], Any]
Inputs = Iterable[float | Value]


class Neuron(Module):
    """One neuron: activation(dot(weights, inputs) + bias), a Value.

    `activation` is a name of ACTIVATIONS or a function of a Value. `init` draws the weights (see
    :mod:`nn.init`); by default He's for relu and its kin, otherwise Xavier's. The bias starts at
    0. `rng` is a `random.Random` or a seed; one seed gives one neuron, to the bit. Without it every
    neuron differs: see :func:`nn.manual_seed`.

    >>> neuron = Neuron(2, activation="sigmoid")
    >>> neuron.load_state_dict({"weights.0": 1.0, "weights.1": -2.0, "bias": 1.0})
    >>> neuron([1.0, 1.0]).data
    0.5
    """

    def __init__(
        self,
        nin: int,
        *,
        bias: bool = True,
        activation: str | Activation = "linear",
        init: str | Initialiser | None = None,
        rng: Random | int | None = None,
        fan_out: int = 1,
        nonlin: None = None,
    ) -> None:
        _require_activation(nonlin)
        self.nin = check_count("nin", nin)
        self.activation = activation_of(activation)
        name = activation_name(self.activation)
        draw = initialiser(init or ("he" if name in RECTIFIERS else "xavier"))
        rng = as_rng(rng)
        reserve(self.nin + 1)
        self.weights = [Value(draw(rng, self.nin, fan_out)) for _ in range(self.nin)]
        self.bias = Value(0.0) if bias else None
        self.name_parameters()

    if TYPE_CHECKING:

        @overload
        def __call__(self, inputs: Sequence[Value | float]) -> Value: ...
        @overload
        def __call__(self, inputs: Any) -> Any: ...
        def __call__(self, inputs: Any) -> Any:
            """As `forward`."""

    def forward(self, inputs: Any) -> Any:
        """The neuron's output for `nin` numbers or Values; a list of them for a list of rows."""
        if _are_rows(inputs):
            return [self.forward(row) for row in inputs]
        total = autograd.dot(self.weights, _checked(inputs, self.nin, "Neuron"))
        return self.activation(total if self.bias is None else total + self.bias)

    def config(self) -> dict[str, Any]:
        """What `save` keeps of the structure."""
        kept = {"nin": self.nin, "activation": saved_name(self.activation)}
        return kept if self.bias is not None else {**kept, "bias": False}


def _require_activation(nonlin: object) -> None:
    """Tell those who come from micrograd what its ``nonlin`` is called here."""
    if nonlin is not None:
        name = "relu" if nonlin else "linear"
        raise autograd.InputTypeError(
            f'nonlin={nonlin!r} is written activation="{name}" here, and "linear" is the default'
        )


class Layer(Module):
    """`nout` neurons that see the same `nin` inputs; always returns a list. Alias: Linear.

    The options are those of :class:`Neuron`; without `bias` there are weights only.

    >>> layer = Layer(3, 2, init="zeros")
    >>> [y.data for y in layer([1.0, 2.0, 3.0])]
    [0.0, 0.0]
    """

    def __init__(
        self,
        nin: int,
        nout: int,
        bias: bool = True,
        *,
        activation: str | Activation = "linear",
        init: str | Initialiser | None = None,
        rng: Random | int | None = None,
        nonlin: None = None,
    ) -> None:
        _require_activation(nonlin)
        self.nin = check_count("nin", nin)
        self.nout = check_count("nout", nout)
        rng = as_rng(rng)
        self.neurons = [
            Neuron(
                self.nin, bias=bias, activation=activation, init=init, rng=rng, fan_out=self.nout
            )
            for _ in range(self.nout)
        ]
        self.name_parameters()

    if TYPE_CHECKING:

        @overload
        def __call__(self, inputs: Sequence[Value | float]) -> list[Value]: ...
        @overload
        def __call__(self, inputs: Any) -> Any: ...
        def __call__(self, inputs: Any) -> Any:
            """As `forward`."""

    def forward(self, inputs: Any) -> list[Any]:
        """The `nout` outputs for `nin` numbers or Values; a list of those for a list of rows."""
        if _are_rows(inputs):
            return [self.forward(row) for row in inputs]
        inputs = _checked(inputs, self.nin, "Layer")
        return [neuron(inputs) for neuron in self.neurons]

    def config(self) -> dict[str, Any]:
        """What `save` keeps of the structure."""
        return {"nin": self.nin, "nout": self.nout, **self.neurons[0].config()}


Linear = Layer


class Sequential(Module):
    """Modules, or functions of a list such as `autograd.softmax`, each fed the last one's outputs.

    >>> import autograd
    >>> model = Sequential(Layer(2, 3, activation="tanh"), Layer(3, 2, rng=1), autograd.softmax)
    >>> probabilities = model([0.5, -0.5])
    >>> round(sum(probabilities).data, 12)
    1.0
    """

    def __init__(self, *layers: Callable[[Any], Any]) -> None:
        for layer in layers:
            if not callable(layer):
                raise autograd.InputTypeError(
                    f"Sequential takes modules or functions of a list, but got {layer!r}"
                )
        self.layers = list(layers)
        self.name_parameters()

    def __repr__(self) -> str:
        names = (getattr(layer, "__name__", repr(layer)) for layer in self.layers)
        return f"{type(self).__name__}({', '.join(names)})"

    if TYPE_CHECKING:

        @overload
        def __call__(self, inputs: Sequence[Value | float]) -> list[Value]: ...
        @overload
        def __call__(self, inputs: Any) -> Any: ...
        def __call__(self, inputs: Any) -> Any:
            """As `forward`."""

    def forward(self, inputs: Any) -> list[Any]:
        """The last layer's outputs, as a list; a list of those for a list of rows."""
        # A first module of one's own may want the rows together.
        if _are_rows(inputs) and hasattr(self.layers[0], "nin"):
            return [self.forward(row) for row in inputs]
        outputs: Any = inputs
        for layer in self.layers:
            outputs = layer(outputs)
            if isinstance(outputs, Value):  # of a single neuron
                outputs = [outputs]
        return list(outputs)

    def config(self) -> dict[str, Any]:
        """What `save` keeps of the structure."""
        descriptions = []
        for layer in self.layers:
            if not isinstance(layer, Module):
                raise ModelFileError(f"a model file cannot hold the function {layer!r}")
            descriptions.append(layer.describe())
        return {"layers": descriptions}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Sequential:
        """Build the layers that `config` lists."""
        return Sequential(*(Module.rebuild(description) for description in config["layers"]))


class MLP(Sequential):
    """A multi-layer perceptron: layers of `nouts` neurons, the last with the `output` activation.

    `init` of None suits each layer's activation.

    >>> model = MLP(2, [3, 1], activation="tanh", rng=42)
    >>> len(model.parameters())
    13
    >>> [path for path, _ in model.named_parameters()][-2:]
    ['layers.1.neurons.0.weights.2', 'layers.1.neurons.0.bias']
    >>> len(model([1.0, -1.0]))
    1
    """

    def __init__(
        self,
        nin: int,
        nouts: Iterable[int],
        *,
        activation: str | Activation = "relu",
        output: str | Activation = "linear",
        init: str | Initialiser | None = None,
        rng: Random | int | None = None,
    ) -> None:
        if isinstance(nouts, (str, int)):
            raise autograd.InputTypeError(
                f"MLP takes its layers' sizes as a list, such as [16, 1], but got {nouts!r}"
            )
        sizes = [check_count("nin", nin), *(check_count("nouts", nout) for nout in nouts)]
        if len(sizes) < 2:
            raise autograd.InputValueError("MLP needs at least one layer, but got nouts=[]")
        rng = as_rng(rng)
        self.nin, self.nouts = sizes[0], sizes[1:]
        self.activation, self.output = activation_of(activation), activation_of(output)
        activations = [self.activation] * (len(sizes) - 2) + [self.output]
        super().__init__(
            *(
                Layer(fan_in, fan_out, activation=function, init=init, rng=rng)
                for fan_in, fan_out, function in zip(sizes, sizes[1:], activations)
            )
        )

    __repr__ = Module.__repr__

    def config(self) -> dict[str, Any]:
        """What `save` keeps of the structure."""
        return {
            "nin": self.nin,
            "nouts": self.nouts,
            "activation": saved_name(self.activation),
            "output": saved_name(self.output),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> MLP:
        """Build the network with the arguments in `config`."""
        return cls(**config)


def _are_rows(inputs: Any) -> bool:
    """Whether these are the inputs of several examples."""
    if getattr(inputs, "ndim", 0) > 1:
        return True
    first = inputs[0] if isinstance(inputs, (list, tuple)) and inputs else 0.0
    return isinstance(first, (list, tuple)) or bool(getattr(first, "ndim", 0))


def _checked(inputs: Inputs, nin: int, what: str) -> list[float | Value]:
    """The inputs as a list of the right length; a NumPy row becomes plain floats."""
    if not isinstance(inputs, list):
        if hasattr(inputs, "tolist"):
            inputs = inputs.tolist()
        elif isinstance(inputs, Iterable):
            inputs = list(inputs)
    if not isinstance(inputs, list):
        raise autograd.InputTypeError(
            f"{what} takes a sequence of {nin} numbers or Values, but got {inputs!r}"
        )
    if len(inputs) != nin:
        raise autograd.InputValueError(f"{what} takes {nin} inputs, but got {len(inputs)}")
    return inputs
