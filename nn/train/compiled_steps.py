"""Steps of training with recorded programs: every batch is one call, parameters are one vector.

The results are those of :mod:`nn.train.eager_steps`, up to rounding. Next:
:func:`nn.train.fitting.fit` counts epochs and decides when to stop.
"""

from __future__ import annotations

import copy
import math
import warnings
from collections.abc import Iterable, Sequence
from functools import partial
from random import Random
from typing import Any

import autograd
from autograd import Value
from autograd.arrays import Array
from autograd.extras import needed
from autograd.nests import columns_of, leaves, like, mapped, rows_of
from autograd.program.shuffling import shuffles
from nn.data.examples import as_arrays, as_matrix
from nn.kinds import Target, Targets
from nn.optim.gradients import Adjustment
from nn.optim.optimizer import Optimizer, divergence
from nn.predict import check_backend
from nn.programs import Recording
from nn.reading import Reading
from nn.train.eager_steps import EagerSteps, Learnt
from nn.train.task import Task

__all__ = ["CompiledSteps", "make_steps"]

# Examples times parameters that are learnt from in one call: for some milliseconds. To pass through
# an example takes the time of some hundred parameters.
TOGETHER, EXAMPLE = 20_000_000, 500


class CompiledSteps(EagerSteps):
    """Every batch is one call of a program that was recorded from one example.

    The Values have their old numbers until `write_back`.
    """

    examples = staticmethod(as_arrays)

    def __init__(
        self, task: Task, X: Iterable[Iterable[float]], y: Targets, *, backend: str = "auto"
    ) -> None:
        self.np = needed("numpy", "compiled training")
        super().__init__(task, X, y)
        self.backend = backend
        self.factors = None if self.weights is None else self.np.array(self.weights)
        self.recording: Any = None
        self.encoded = self.coding.array(self.targets)
        self.batch = self.rows[:0]
        self.known: list[Any] | None = None  # what the optimiser remembered when `state` was made
        self.descent: Any = None
        self.key: Any = None
        self.state: tuple[Array, Any] = self.np.empty(0), None
        self.take_up()

    def truths(self, meaning: Reading) -> Any:
        """As with Values; numbers of one type in an array, which is compared in one go."""
        found = super().truths(meaning)
        if set(map(type, found)) not in ({int}, {float}):
            return found
        array = self.np.array(found)
        return array if array.dtype.kind in "if" else found

    def take_up(self) -> None:
        """As with Values; what the recording would have frozen is recorded again."""
        task, params = self.task, self.optimizer.params
        if self.recording is None or not self.recording.serves(task.model, params):
            self.recording = Recording(
                task.model, self.coding, params, self.rows, self.targets,
                backend=self.backend, weighted=self.weights is not None,
            )  # fmt: skip
        self.checked_descent = False
        vector = self.np.array([parameter.data for parameter in params])
        memory = self.state[1]
        if self.optimizer.memory != self.known:  # at first, or changed by others
            self.known = list(self.optimizer.memory)
            columns = columns_of(self.known)
            memory = mapped(lambda x: self.np.array(x) if hasattr(x, "__len__") else x, columns)
        # One attribute for both, so that a Ctrl-C never finds one new and the other old.
        self.state = vector, memory

    def write_back(self) -> None:
        """As with Values: a thousand parameters take a few tenths of a millisecond."""
        autograd.assign_data(self.optimizer.params, self.state[0].tolist())
        self.optimizer.memory = rows_of(self.state[1], len(self.optimizer.params))
        self.known = list(self.optimizer.memory)

    def snapshot(self) -> tuple[Any, Any]:
        """As with Values, in arrays."""
        return self.state

    def learn(self, parts: list[list[int]], rates: list[float] | None) -> Iterable[Learnt]:
        """As with Values; many at a time where loss, gradient and update are machine code."""
        self.ahead(self.task.rng, len(parts[0]), 0)
        done, at_once = 0, max(1, TOGETHER // (len(parts[0]) * len(self.state[0])))
        given = [self.optimizer.lr] * len(parts) if rates is None else rates
        while done < len(parts):
            few, steps = parts[done : done + at_once], 0
            if self.descent is not None:
                vector, memory = self.state
                found = self.descent.walk(vector, leaves(memory), few, given[done:][: len(few)])
                self.state = found.data, like(memory, found.memory)
                steps, done = found.steps, done + found.steps
                if steps:
                    value = float(found.values.sum()) / len(found.values)
                    yield steps, found.rows, value, self.recording.nested(found.aux)
            if steps < len(few):  # where a number is not finite, this says which
                self.optimizer.lr = given[done]
                yield 1, parts[done], *self.step(parts[done])
                done += 1

    def ahead(self, rng: Random, size: int, wanted: int) -> int:
        """How many epochs a call has time for, if loss, gradient and update are machine code."""
        if not self.checked_descent:
            self.descent, self.checked_descent = self._descent(min(size, len(self.targets))), True
        if self.descent is None or type(rng) is not Random:
            return 0
        return min(wanted, TOGETHER // (len(self.targets) * max(EXAMPLE, len(self.state[0]))))

    def epochs(self, rng: Random, count: int, size: int, rates: list[float]) -> Any:
        """Mean losses of so many, their examples in order and outputs, and the `state` after them,
        for whom it is to go on from; None where a number is not finite, and nothing is drawn.
        """
        drawn, (vector, memory) = rng.getstate(), self.state
        orders = shuffles(rng, len(self.targets), count)
        found = self.descent.epochs(vector, leaves(memory), orders, size, rates)
        if found.steps < len(rates):
            rng.setstate(drawn)
            return None
        many, state = len(self.targets), (found.data, like(memory, found.memory))
        losses = found.values.reshape(count, many).sum(axis=1) / many * many / many
        return losses.tolist(), found.rows, self.recording.nested(found.aux), state

    def _descent(self, rows: int) -> Any:
        """Steps of this optimiser in machine code, made anew when it or the constants changed."""
        task, start, optimizer = self.task, self.state[1], copy.copy(self.optimizer)
        given = self.recording.constants
        held = self.np.asarray(given.get("held", 0.0)).tobytes()
        key = _numbers(optimizer), held, self.recording.program
        if key == self.key:
            return self.descent
        self.key = key
        # One that is equal has the same rule. What concerns all numbers is none of its business.
        del optimizer.params, optimizer.memory, optimizer.owner
        optimizer.lr = 1.0
        rule = partial(_moved, optimizer, task.adjustment, mapped(lambda _: 0.0, start))
        if task.augment is not None or not optimizer.is_pure():
            return None
        given = given if self.factors is None else {**given, "w": self.factors}
        arrays = {"x": self.rows, "t": self.encoded, **given}
        return self.recording.program.descent(
            rule, "params", memory=len(leaves(start)), rows=rows,
            norm=task.adjustment.clip_norm is not None, **arrays,
        )  # fmt: skip

    def step(self, chosen: Sequence[int]) -> tuple[float, Any]:
        """As with Values; the outputs are an array."""
        np, (vector, memory), indices = self.np, self.state, self.np.array(chosen)
        if len(indices) != len(self.batch):
            self.batch = np.empty((len(indices), *self.rows.shape[1:]))
        # Into memory that is there already, unchecked: half the time of self.rows[indices].
        X = np.take(self.rows, indices, axis=0, out=self.batch, mode="clip")
        X = self.task.augmented(X, as_matrix)
        weights = None if self.factors is None else self.factors[indices]
        (losses, outputs), grad = self.recording.gradient(X, self.encoded[indices], vector, weights)
        value = self.checked(float(losses.sum()) / len(chosen))
        with np.errstate(all="ignore"):
            grad = self.task.adjustment.of_vector(vector, grad)
            data, memory = self.optimizer.update(vector, grad, memory)
            # Costs less than a look at each; a dot product would wait for BLAS's threads.
            suspicious = not math.isfinite(data.sum())
        if suspicious and not np.isfinite(data).all():
            i = int(np.flatnonzero(~np.isfinite(data))[0])
            raise divergence(self.optimizer.params[i].name, data[i], vector[i], grad[i])
        self.state = data, memory
        return value, outputs

    def gradient(self, vector: Array) -> tuple[float, Any]:
        """As with Values, which stay as they are."""
        (losses, _), grad = self.recording.gradient(self.rows, self.encoded, vector, self.factors)
        return self.checked(float(losses.mean())), grad

    def judge(self, X: Any, targets: list[Target]) -> tuple[float, Any]:
        """As with Values; the outputs are an array."""
        losses, outputs = self.recording.judged(X, self.coding.array(targets), self.state[0])
        return float(losses.mean()), outputs


def _moved(
    optimizer: Optimizer, adjustment: Adjustment, form: Any,
    data: Any, grad: Any, rate: float, memory: Sequence[Any], *norm: Value,
) -> list[Any]:  # fmt: skip
    """What a step makes of one number, and what is remembered of it, nested like `form`."""
    own = copy.copy(optimizer)
    own.lr = rate
    data, after = own.update(data, adjustment.of_vector(data, grad, *norm), like(form, memory))
    if _numbers(own) != _numbers(optimizer):
        raise autograd.TraceError("an update that changes the optimiser is not recorded")
    return [data, *leaves(after)]


def _numbers(optimizer: Optimizer) -> str:
    """The options that a rule is recorded with."""
    return repr([(name, x) for name, x in optimizer.options().items() if name != "lr"])


def make_steps(
    task: Task, X: Iterable[Iterable[float]], y: Targets, *, backend: str = "auto"
) -> EagerSteps:
    """Compiled steps, or eager ones where they are asked for or NumPy is missing."""
    chosen = check_backend(backend)
    if chosen != "eager":
        return CompiledSteps(task, X, y, backend=chosen)
    if backend == "auto":
        warnings.warn(
            "fit runs Value by Value, a hundred times slower than compiled, because NumPy is not "
            "installed: pip install 'scalar-autograd[compile]'",
            stacklevel=3,
        )
    return EagerSteps(task, X, y)
