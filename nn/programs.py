"""A model and its loss as programs: recorded once for one example, run on whole batches.

:mod:`nn.train.compiled_steps` trains with a `Recording`, and :mod:`nn.predict` predicts with
`recorded_outputs`. Programs are kept, and serve every model of the same portrait.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

import autograd
from autograd import Value
from autograd.arrays import Array
from autograd.extras import needed
from autograd.keeping import Portrait, Store
from autograd.nests import flat, like, numbers, shape_of
from nn.kinds import Model, Outputs, Target
from nn.targets import Coding

__all__ = ["BACKENDS", "PROGRAMS", "Recording", "in_parts", "recorded_outputs"]

BACKENDS = ("auto", "array", "loop", "eager")

# Rows that a program meets at once where only their outputs are asked for: bounds the memory.
ROWS = 4096
# Examples on which a recording is held against the model itself, and how far they may differ:
# far beyond rounding in another order, far below what a wrong branch does.
REHEARSED, CLOSE = 3, 1e-8
# As many parameters have all the programs that are kept, each with a few hundred bytes.
PROGRAMS = Store(room=500_000)


def in_parts(rows: int, size: int = ROWS) -> Iterator[slice]:
    """The rows in parts of at most so many."""
    return (slice(start, start + size) for start in range(0, rows, size))


class Recording:
    """The loss and the outputs of one example as functions of inputs, target and parameters.

    `params` are an argument of the program, in one vector, and so are the other leaves that model
    and loss hold, `held`: a change of them needs no new recording. The program is the one that is
    kept for such a model and loss, if there is one.
    """

    def __init__(
        self,
        model: Model,
        coding: Coding,
        params: Sequence[Value],
        X: Array,
        targets: Sequence[Target],
        *,
        backend: str = "auto",
        weighted: bool = False,
    ) -> None:
        self.np = np = needed("numpy", "compiled training")
        self.coding, self.weighted = coding, weighted
        self.portrait = Portrait(model, coding.loss, list(params))
        self._hold(params)
        row, target = X[0].tolist(), coding.array(targets[:1])[0]
        form = (coding.classes, coding.as_vector, weighted, X.shape[1:], target.shape, backend)

        def made() -> Any:
            graph = _recorded(model, row, coding, target.tolist(), weighted=weighted)
            return _program(graph, {"params": list(params), "held": self.held}, backend)

        key = None if self.token is None else (self.token, form)
        self.program = PROGRAMS.kept(key, len(self.portrait.leaves), made)
        # Held against the model itself, so that no choice made by an `if` was frozen unseen.
        few = slice(0, len(X), -(-len(X) // REHEARSED))  # spread over all
        given = zip(X[few].tolist(), map(coding.given, targets[few]))
        true = [float(coding.loss(model(x), t)) for x, t in given]
        vector = np.array([parameter.data for parameter in params])
        _check_alike("loss", self.judged(X[few], coding.array(targets[few]), vector)[0], true)

    def serves(self, model: Model, params: Sequence[Value]) -> bool:
        """Whether it still is what it would be if it were recorded now, with other constants."""
        if self.trained != list(map(id, params)) or not self.portrait.holds():
            self.portrait = Portrait(model, self.coding.loss, list(params))
            if self.portrait.token is None or self.portrait.token != self.token:
                return False
        self._hold(params)
        return True

    def _hold(self, params: Sequence[Value]) -> None:
        self.trained, self.token = list(map(id, params)), self.portrait.token
        trained = set(self.trained)
        self.held = [leaf for leaf in self.portrait.leaves if id(leaf) not in trained]
        self.constants = _data(self.np, {"held": self.held})
        if self.weighted:
            self.constants["w"] = 1.0

    def judged(self, X: Array, T: Array, params: Array) -> tuple[Array, Any]:
        """The loss of each example, and its outputs."""
        pairs = [
            self.program(x=X[part], t=T[part], params=params, **self.constants)
            for part in in_parts(len(X))
        ]
        losses, outputs = map(self.np.concatenate, zip(*pairs))
        return losses, self.nested(outputs)

    def nested(self, outputs: Array) -> Any:
        """Outputs without one shape, which the program gives in a row, as the model nests them."""
        return _nested(outputs, self.coding.nest)

    def gradient(
        self, X: Array, T: Array, params: Array, weights: Array | None = None
    ) -> tuple[tuple[Array, Any], Array]:
        """The same, and the gradient of the mean of the losses in the parameters.

        Parameters in a row an example get the gradient of that mean in a row an example. With
        `weights`, each loss is multiplied by its own.
        """
        given = self.constants if weights is None else {**self.constants, "w": weights}
        (losses, outputs), grad = self.program.value_and_grad(
            "params", reduce="mean", x=X, t=T, params=params, **given
        )
        return (losses, self.nested(outputs)), grad


def recorded_outputs(model: Model, X: Array, *, portrait: Portrait, backend: str = "auto") -> Any:
    """The model's outputs for a matrix of rows, by the program that is kept for such a model."""
    np, leaves = needed("numpy", "compiled prediction"), {"params": portrait.leaves}
    given = _data(np, leaves)

    def made() -> Any:
        program = _program(_recorded(model, X[0].tolist()), leaves, backend)
        few = X[:: -(-len(X) // REHEARSED)]
        with autograd.no_grad():
            true = [numbers(model(row)) for row in few.tolist()]
        nest = true[0] if shape_of(true[0]) is None else None
        flattened = true if nest is None else [*map(flat, true)]
        _check_alike("model", program(x=few, **given), flattened)
        return program, nest

    key = None if portrait.token is None else (portrait.token, X.shape[1:], backend)
    program, nest = PROGRAMS.kept(key, len(portrait.leaves), made)
    parts = [program(x=X[part], **given) for part in in_parts(len(X))]
    return _nested(parts[0] if len(parts) == 1 else np.concatenate(parts), nest)


def _recorded(
    model: Model,
    row: Outputs,
    coding: Coding | None = None,
    target: Outputs = 0.0,
    *,
    weighted: bool = False,
) -> dict[str, Any]:
    """The graph of one example: leaves of inputs and target, and the error and the outputs.

    `autograd.compiled` records it, so comparisons are recorded too and branches refused; but the
    parameters shall be arguments as well, so the graph is compiled once more, with them.
    """
    graph: dict[str, Any] = {}

    def example(x: Outputs, t: Outputs) -> Any:
        outputs = model(x)
        listed = outputs if shape_of(outputs) is not None else flat(outputs)
        graph.update(x=x, output=listed)
        if coding is not None:
            error = coding.recorded(outputs, t)
            if weighted:
                graph.update(w=Value(1.0))
                error = graph["w"] * error
            graph.update(t=t, output=(error, listed))
        return 0.0  # so that nothing is lowered yet

    example.__name__ = "the model" if coding is None else "model or loss"  # to messages
    try:
        autograd.compiled(example).program(row, target)
    except (autograd.TraceError, TypeError, ValueError, IndexError) as fault:
        if coding is None:
            raise
        raise autograd.TraceError(
            f"fit cannot record this model and loss with Values as inputs and target: {fault}. "
            'backend="eager" calls them with plain numbers'
        ) from fault
    return graph


def _program(graph: dict[str, Any], leaves: Mapping[str, Sequence[Value]], backend: str) -> Any:
    output, pair = graph.pop("output"), "t" in graph
    graph |= {name: some for name, some in leaves.items() if some}
    return autograd.compile(output, has_aux=pair, backend=backend, **graph)


def _data(np: ModuleType, leaves: Mapping[str, Sequence[Value]]) -> dict[str, Any]:
    """The leaves' numbers now, of which a program is called."""
    return {name: np.array([leaf.data for leaf in some]) for name, some in leaves.items() if some}


def _nested(outputs: Array, nest: Any) -> Any:
    return outputs if nest is None else [like(nest, row) for row in outputs.tolist()]


def _check_alike(what: str, recorded: Array, true: Sequence[Any]) -> None:
    """TraceError unless the numbers of a recording are those of what was recorded."""
    np = needed("numpy", "compiled training")
    # What overflows may be inf in one order of additions and nan in another.
    ends = np.isfinite(recorded) & np.isfinite(true)
    near = np.isclose(recorded, true, rtol=CLOSE, atol=CLOSE)
    if not near[ends].all() or not (ends | ~np.isfinite(true)).all():
        raise autograd.TraceError(
            f"the recorded {what} gives {recorded.tolist()} where model and loss give {true}: "
            "they choose in Python (if, max, random numbers) what the recording freezes. Use "
            'autograd.where, maximum or minimum, or backend="eager"'
        )
