"""Networks of layers; everything in them is lists of neurons, see :mod:`nn.neurons`.

Next: :mod:`nn.losses.pairwise` measures how wrong the outputs are, :mod:`nn.optim.optimizer` makes
them less so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random
from typing import Any

import autograd
from autograd import Value
from autograd.foreign import in_our_words
from autograd.reals import check_count
from nn.activations import ACTIVATIONS, KNOWN, OF_ROWS, activation_of, saved_name
from nn.checks import as_rng
from nn.init import Initialiser
from nn.kinds import Model, Outputs
from nn.module import Module
from nn.neurons import Activation, Layer, Linear, Neuron, OutputList, Returning, are_rows

__all__ = ["ACTIVATIONS", "MLP", "Layer", "Linear", "Neuron", "Sequential"]


class Sequential(Returning[list[Value]]):
    """Modules, or functions of a list such as `autograd.softmax`, each fed the last one's outputs.

    >>> import autograd
    >>> model = Sequential(Layer(2, 3, activation="tanh"), Layer(3, 2, rng=1), autograd.softmax)
    >>> probabilities = model([0.5, -0.5])
    >>> round(sum(probabilities).data, 12)
    1.0
    """

    def __init__(self, *layers: Model) -> None:
        for layer in layers:
            if not callable(layer):
                raise autograd.InputTypeError(
                    f"Sequential takes modules or functions of a list, but got {layer!r}"
                )
        self.layers = list(layers)
        self.name_parameters()

    def __getitem__(self, place: int) -> Model:
        return self.layers[place]

    def __repr__(self) -> str:
        names = (getattr(layer, "__name__", repr(layer)) for layer in self.layers)
        return f"{type(self).__name__}({', '.join(names)})"

    def forward(self, inputs: Outputs) -> list[Any]:
        """The last layer's outputs, as a list; a list of those for a list of rows."""
        # A first module of one's own may want the rows together.
        if are_rows(inputs) and hasattr(self.layers[0], "nin"):
            return OutputList([self.forward(row) for row in inputs])
        outputs: Any = inputs
        for layer in self.layers:
            outputs = layer(outputs)
            if isinstance(outputs, Value):  # of a single neuron
                outputs = [outputs]
        return OutputList(outputs)

    def config(self) -> dict[str, Any]:
        """What `save` keeps of the structure."""
        return {"layers": [_described(layer) for layer in self.layers]}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Sequential:
        """Build the layers that `config` lists."""
        return Sequential(*map(_rebuilt, config["layers"]))


class MLP(Sequential):
    """A multi-layer perceptron: layers of `nouts` neurons, the last with the `output` activation.

    `activation` is that of the hidden layers, or a list with one for each; `output` may be
    "softmax" or "log_softmax" too. `init` of None suits each layer's activation.

    >>> model = MLP(2, [3, 1], activation="tanh", rng=42)
    >>> len(model.parameters()), len(model([1.0, -1.0]))
    (13, 1)
    """

    @in_our_words
    def __init__(
        self,
        nin: int,
        nouts: Iterable[int],
        *,
        activation: str | Activation | Sequence[str | Activation] = "relu",
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
        self.nin, self.nouts = sizes[0], sizes[1:]
        hidden, several = len(sizes) - 2, isinstance(activation, (list, tuple))
        given: Any = activation if several else [activation]
        functions = [activation_of(one) for one in given]
        self.activation: Any = functions if several else functions[0]
        functions = functions if several else functions * hidden
        if len(functions) != hidden:
            raise autograd.InputValueError(
                f"activation is one, or a list with one for each of {hidden} hidden layers, "
                f"but got {activation!r}"
            )
        self.output = OF_ROWS.get(str(output)) or activation_of(output)
        last = [self.output] if self.output in OF_ROWS.values() else []
        functions = [*functions, KNOWN["identity"] if last else self.output]
        rng = as_rng(rng)
        layers = [
            Layer(fan_in, fan_out, activation=function, init=init, rng=rng)
            for fan_in, fan_out, function in zip(sizes, sizes[1:], functions)
        ]
        super().__init__(*layers, *last)

    __repr__ = Module.__repr__

    def config(self) -> dict[str, Any]:
        """What `save` keeps of the structure."""
        several = isinstance(self.activation, list)
        hidden = [*map(saved_name, self.activation if several else [self.activation])]
        names = {"activation": hidden if several else hidden[0], "output": saved_name(self.output)}
        return {"nin": self.nin, "nouts": self.nouts, **names}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> MLP:
        """Build the network with the arguments in `config`."""
        return cls(**config)


def _described(layer: Model) -> dict[str, Any]:
    return layer.describe() if isinstance(layer, Module) else {"function": saved_name(layer)}


def _rebuilt(description: dict[str, Any]) -> Model:
    if "function" in description:
        return KNOWN[description["function"]]
    return Module.rebuild(description)
