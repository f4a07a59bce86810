"""One call of a function that is differentiated: its variables, its results, and sweeps over it.

Derivatives are floats, unless Values from outside the function had a part in its result, as its
arguments or in what it closes over: then they are Values, through which these can be
differentiated. What the function itself makes is no outside Value. Under ``no_grad`` they are
floats always. Next: :mod:`autograd.transforms.derivatives`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autograd.engine.backward import adjoints_over, require_unchanged
from autograd.engine.foreign import explaining
from autograd.engine.higher import recorded_adjoints, recorded_tangents
from autograd.engine.modes import RECORDING, TRACING, recording
from autograd.engine.record import RECORDERS, operand
from autograd.engine.refusals import data_of
from autograd.engine.region import Region, refusing
from autograd.engine.value import Value
from autograd.errors import InputTypeError
from autograd.nested import is_array, map_structure, numbers_in, numbers_like, rebuilt
from autograd.transforms.argnums import Arguments

if TYPE_CHECKING:
    from autograd.engine.value import Operand
    from autograd.nested import Nest

__all__ = ["Call"]

_LEAVE = refusing(
    "its derivative would be lost. Use autograd's functions (autograd.sin for math.sin), an array "
    "of objects for one of floats, x != x and abs(x) < inf for math.isnan and isfinite, x for a "
    "copy of it, backward(create_graph=True) or grad(f)(x) for gradients, and x.data or x.detach() "
    "where a constant is meant"
)


class Call:
    """One call of f with the numbers of the chosen arguments replaced by fresh nodes.

    ``outputs`` are the numbers of its result; ``one`` is the transform that wants just one of them.
    """

    def __init__(self, arguments: Arguments, *, one: str = "", has_aux: bool = False) -> None:
        self.argument = arguments.chosen
        given = numbers_in(self.argument, operand, "the argument to differentiate by")
        self.free = RECORDING.get() or TRACING.get()
        # A Value gets a node of its own that depends on it: f may reach the Value by other ways.
        self.nodes = [Value(x) if type(x) is float else RECORDERS["identity"](x) for x in given]
        self.region = Region(self.nodes, _LEAVE)
        variables = rebuilt(self.argument, self.nodes)
        self.result = self.region.run(lambda: explaining(arguments.call, variables))
        self.aux: Any = None
        if has_aux:
            if not isinstance(self.result, tuple) or len(self.result) != 2:
                raise InputTypeError(
                    "with has_aux a function returns two things, its result and what goes beside "
                    f"it, but got {type(self.result).__name__}"
                )
            self.result, self.aux = self.result
        self.outputs: list[Any] = (
            [_scalar(self.result, one)]
            if one
            else numbers_in(self.result, operand, "what the function returned")
        )
        self._record = self.region.record_of(_values(self.outputs))
        outside = {*map(type, given)} - {float}
        self.recording = self.free and (bool(outside) or self.region.others_in(self._record[1]))
        self.wraps = self.recording and self.region.outer is None and not TRACING.get()

    def gradients(
        self, outputs: Sequence[Operand], weights: Sequence[Operand], wanted: Sequence[Value]
    ) -> list[Any]:
        """Derivatives of the weighted sum of the outputs by these nodes."""
        start: dict[Any, Any] = {}
        for y, weight in zip(outputs, weights):
            if isinstance(y, Value):
                start[y] = start[y] + weight if y in start else weight
        order, zeros = self._record_of(outputs)
        adjoint: dict[Any, Any]
        if self.recording:
            require_unchanged(order)
            adjoint = recording(lambda: recorded_adjoints(order, start, wanted=wanted))
        else:
            adjoint = adjoints_over((order, dict(zeros)), [*start], [*start.values()])
        return [self.finish(adjoint.get(x, 0.0)) for x in wanted]

    def _record_of(self, outputs: Sequence[Operand]) -> tuple[list[Any], dict[Any, float]]:
        """What leads to these, known already if they are all that the function returned."""
        if outputs is self.outputs:
            return self._record
        return self.region.record_of(_values(outputs))

    def pull_back(self, outputs: Sequence[Operand], weights: Sequence[Operand]) -> Any:
        """Gradient of the weighted sum of the outputs, in the argument's structure."""
        return rebuilt(self.argument, self.gradients(outputs, weights, self.nodes))

    def along(self, direction: Nest) -> list[Any]:
        """The numbers of a direction, which nests as the argument does."""
        return numbers_like(self.argument, direction, operand, "v, which nests as x does,")

    def push_forward(self, outputs: Sequence[Operand], along: Sequence[Operand]) -> list[Any]:
        """Derivative of each output along a direction, as Values or floats."""
        order, _ = self._record_of(outputs)
        require_unchanged(order)
        tangent = recorded_tangents(order, dict(zip(self.nodes, along)))
        return [tangent.get(y, 0.0) if isinstance(y, Value) else 0.0 for y in outputs]

    def finish(self, x: Operand) -> Any:
        """A number for the caller: a float, or a Value if it may be differentiated again."""
        if isinstance(x, Value):
            return x if self.recording else data_of(x)
        return Value(x) if self.wraps else x

    def beside(self, result: Nest, has_aux: bool) -> Any:
        """A result, with what the function gave beside its own."""
        if not has_aux:
            return result
        numbers = map_structure(lambda x: self._beside(x) if isinstance(x, Value) else x, self.aux)
        return result, numbers

    def _beside(self, x: Value) -> Any:
        """The same number, as a Value if what is around this call is to follow it."""
        outer = self.region.outer
        return x if outer is not None and outer.varies(x) else self.finish(x)


def _values(outputs: Sequence[Operand]) -> list[Value]:
    return [y for y in outputs if isinstance(y, Value)]


def _scalar(y: Nest | None, name: str) -> Any:
    """A result that has to be one number."""
    if isinstance(y, Value):
        return y
    if is_array(y) and y.ndim == 0:
        y = y.item()  # what numpy.where and its like make of one number
    number = operand(y)
    if number is NotImplemented:
        remedy = (
            "does it end with return?"
            if y is None
            else "use jacobian, or reduce it with sum or mean"
        )
        raise InputTypeError(
            f"{name} needs a function that returns one number, but it returned "
            f"{type(y).__name__}: {remedy}"
        )
    return number
