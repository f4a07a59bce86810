"""Subject: a function under test, seen as a function of a flat list of numbers.

Inputs may nest; a module among them, or as the function itself, stands for its parameters. Next:
:mod:`autograd.check.checker`.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from autograd.engine.backward import adjoints
from autograd.engine.higher import recorded_adjoints
from autograd.engine.modes import enable_grad, user_line
from autograd.engine.order import record_of
from autograd.engine.record import operand
from autograd.engine.region import Region
from autograd.engine.value import Value
from autograd.errors import InputTypeError, InputValueError
from autograd.nested import is_array, numbers_in, parts_of, rebuilt, way_to

if TYPE_CHECKING:
    from typing_extensions import TypeIs

    from autograd.nested import Nest

__all__ = ["Module", "Subject"]

Outputs = list[Any]


class Module(Protocol):
    """What has parameters that have names."""

    def named_parameters(self) -> Iterable[tuple[str, Value]]:
        """The path of each parameter in the module, and the parameter."""


class Subject:
    """A function and the point at which its derivatives are checked.

    ``paths`` names each number of the point: ``x[0][2]`` or ``x['rate']`` in an input x, or a
    module's ``layers.0.neurons.1.bias``. While another point is tried, a module's parameters hold
    its numbers; ``restore`` puts the original ones back.

    >>> subject = Subject(lambda p, q: p[0] * q, ([2.0, 3.0], 4.0))
    >>> subject.paths, subject.point
    (['p[0]', 'p[1]', 'q'], [2.0, 3.0, 4.0])
    >>> subject.values([5.0, 3.0, 4.0])
    [20.0]
    """

    def __init__(self, f: Callable[..., Nest], inputs: Sequence[Nest | Module]) -> None:
        if not callable(f):
            raise InputTypeError(f"gradcheck takes a function, but got {type(f).__name__}")
        self.f = f
        self.inputs = inputs
        self.parameters: dict[str, Value] = {}
        self.paths: list[str] = []
        if _is_module(f):
            self._take_parameters("", f)
        given = [n for x in inputs if not _is_module(x) for n in numbers_in(x, operand, "an input")]
        for name, x in zip(_parameter_names(f, len(inputs)), inputs):
            if _is_module(x):
                self._take_parameters(name, x)
            else:
                self.paths += _paths(x, name)
        self.paths = [*self.parameters, *self.paths]
        held = [*self.parameters.values(), *given]
        self.point = [float(x.data if isinstance(x, Value) else x) for x in held]
        if not self.point:
            raise InputValueError("gradcheck needs at least one number to differentiate by")
        self.output_paths: list[str] = []

    def _take_parameters(self, name: str, module: Module) -> None:
        known = {id(p) for p in self.parameters.values()}
        for path, parameter in module.named_parameters():
            if id(parameter) not in known:
                taken = path in self.parameters
                self.parameters[f"{name}.{path}" if taken else path] = parameter

    def call(self, point: Sequence[float]) -> tuple[list[Value], Outputs]:
        """The leaves that hold the point, and the outputs, as Values or floats."""
        leaves = list(self.parameters.values())
        for leaf, x in zip(leaves, point):
            if leaf.data != x or leaf.data == 0.0:
                leaf.data = x
        fresh = iter([Value(x) for x in point[len(leaves) :]])
        arguments = []
        for given in self.inputs:
            if _is_module(given):
                arguments.append(given)
                continue
            parts = [next(fresh) for _ in numbers_in(given, operand, "an input")]
            arguments.append(rebuilt(given, parts))
            leaves += parts
        self.left: list[tuple[Any, str]] = []
        region = Region(leaves, lambda value, _: self.left.append((value, user_line())))
        result = region.run(lambda: self.f(*arguments))
        outputs = numbers_in(result, operand, "what the function returned")
        self.output_paths = _paths(result, "")
        return leaves, outputs

    def leaves_graph(self, leaf: Value) -> str:
        """The line at which the last call took the number of what depends on a leaf, or nothing."""
        return next((line for value, line in self.left if leaf in record_of([value])[1]), "")

    def restore(self) -> None:
        """Give a module's parameters the numbers back that they had."""
        for parameter, x in zip(self.parameters.values(), self.point):
            parameter.data = x

    def values(self, point: Sequence[float]) -> list[float]:
        """The outputs as floats."""
        return [y.data if isinstance(y, Value) else y for y in self.call(point)[1]]

    def gradients(self, point: Sequence[float]) -> list[float]:
        """For each output in turn, its derivatives by all numbers of the point."""
        leaves, outputs = self.call(point)
        return [g for y in outputs for g in gradient(y, leaves)]

    def recorded_gradients(self, point: Sequence[float]) -> tuple[list[Value], Outputs]:
        """The leaves, and the same derivatives recorded, to be differentiated again."""
        leaves, outputs = self.call(point)
        found: Outputs = []
        for y in outputs:
            if isinstance(y, Value):
                order, _ = record_of([y])
                with enable_grad():
                    adjoint = recorded_adjoints(order, {y: 1.0}, wanted=leaves)
                found += [adjoint.get(leaf, 0.0) for leaf in leaves]
            else:
                found += [0.0] * len(leaves)
        return leaves, found


def gradient(output: Value, leaves: Sequence[Value]) -> list[float]:
    """Derivatives of one output by the leaves; zeros if it is a plain number."""
    if not isinstance(output, Value):
        return [0.0] * len(leaves)
    adjoint = adjoints([output], [1.0])
    return [adjoint.get(leaf, 0.0) for leaf in leaves]


def _is_module(x: Nest | Module | Callable[..., Nest]) -> TypeIs[Module]:
    return hasattr(x, "named_parameters")


def _parameter_names(f: Callable[..., Nest], count: int) -> list[str]:
    """What the function calls its inputs; x0, x1 … where it does not say."""
    fallback = [f"x{i}" for i in range(count)] if count > 1 else ["x"]
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        return fallback
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [p.name for p in parameters if p.kind in kinds]
    return names[:count] if len(names) >= count else fallback


def _paths(x: Nest, path: str) -> list[str]:
    """The place of each number in a nesting, in the order of ``numbers_in``."""
    return list(_walk(x, path))


def _walk(x: Nest, path: str) -> Iterator[str]:
    if is_array(x) and x.ndim:
        for index in itertools.product(*map(range, x.shape)):
            yield path + "".join(f"[{i}]" for i in index)
    elif is_array(x) or (parts := parts_of(x)) is None:
        yield path
    else:
        for place, part in parts.items():
            yield from _walk(part, path + way_to(x, place))
