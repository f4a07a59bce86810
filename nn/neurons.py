"""Neurons, and layers of them.

A neuron computes ``activation(dot(weights, inputs) + bias)``; a layer is a list of neurons that see
the same inputs, and returns a list that says so where a number is wanted: `model(x) - 1.0` is what
everyone writes first, and Python would speak of operands, repeat the list, or make arrays of it.
Next: :mod:`nn.layers` has networks of layers.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeGuard, TypeVar, overload

import autograd
from autograd import Value
from autograd.foreign import in_our_words
from autograd.reals import check_count
from nn.activations import RECTIFIERS, activation_name, activation_of, saved_name
from nn.checks import as_rng
from nn.init import Initialiser, initialiser, reserve
from nn.kinds import Outputs
from nn.module import Module

__all__ = ["Layer", "Linear", "Neuron", "OutputList", "Returning", "are_rows"]

Activation = Callable[[Any], Any]
Returned = TypeVar("Returned", bound="Value | list[Value]")


class Returning(Module, Generic[Returned]):
    """A module of which a row's outputs have a type, for a type checker."""

    if TYPE_CHECKING:

        @overload
        def __call__(self, inputs: Sequence[Value | float]) -> Returned: ...
        @overload
        def __call__(self, inputs: Outputs) -> Any: ...
        def __call__(self, inputs: Outputs) -> Any:
            """As `forward`."""


class Neuron(Returning[Value]):
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


class OutputList(list[Any]):
    """The outputs of a module, in order.

    >>> OutputList([1.0]) - 1.0
    Traceback (most recent call last):
    ...
    autograd.errors.InputTypeError: a module's output is a list, here of 1, and no number to \
subtract from: take the number itself, such as model(x)[0], or loop over the list
    """

    __array_priority__ = 1000.0  # NumPy's numbers on the left ask here first

    def __getattr__(self, name: str) -> NoReturn:
        if hasattr(Value, name):
            _refuse(self, f"has no .{name}", AttributeError)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


def _refuse(outputs: OutputList, why: str, kind: type[Exception] = autograd.InputTypeError) -> Any:
    raise kind(
        f"a module's output is a list, here of {len(outputs)}, and {why}: "
        "take the number itself, such as model(x)[0], or loop over the list"
    )


def _refusing(name: str, doing: str, *, swapped: bool) -> Callable[[OutputList, Any], Any]:
    """An operator that goes through arrays, joins lists, and takes nothing else."""
    compute = getattr(operator, name)
    plain = getattr(list, f"__{name}__", None)

    def operate(self: OutputList, other: Any) -> Any:
        if getattr(other, "ndim", 0):
            import numpy as np

            own = np.array(self, dtype=object)
            return compute(other, own) if swapped else compute(own, other)
        if isinstance(other, list) and plain and not swapped:
            return plain(self, other)
        return _refuse(self, f"no number to {doing}")

    return operate


for _name, _doing in {
    "add": "add to", "sub": "subtract from", "mul": "multiply", "truediv": "divide",
    "pow": "raise to a power", "floordiv": "divide", "mod": "divide", "matmul": "multiply",
    "lt": "compare", "le": "compare", "gt": "compare", "ge": "compare",
}.items():  # fmt: skip
    setattr(OutputList, f"__{_name}__", _refusing(_name, _doing, swapped=False))
    if _doing != "compare":
        setattr(OutputList, f"__r{_name}__", _refusing(_name, _doing, swapped=True))
for _name in ("neg", "pos", "abs"):
    setattr(OutputList, f"__{_name}__", lambda self, *_: _refuse(self, "no number"))


class Layer(Returning[list[Value]]):
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
