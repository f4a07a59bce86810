"""Ctrl-C at any line of a training: whole steps are kept, and nothing kept is left half made."""

import contextlib
import sys
from pathlib import Path

import numpy as np
import pytest

import autograd
import nn
from autograd import Value
from autograd.engine.modes import RECORDING

SOURCES = tuple(str(Path(module.__file__).parent) for module in (autograd, nn))
EPOCHS, PLACES = 3, 21
X = np.random.default_rng(0).normal(size=(12, 3))
Y = (X[:, 0] > 0.0).astype(int).tolist()


class Interrupt:
    """Raises KeyboardInterrupt before the line of this number that runs in our packages."""

    def __init__(self, at):
        self.at, self.count = at, 0

    def __call__(self, frame, event, _):
        if not frame.f_code.co_filename.startswith(SOURCES):
            return None
        if event == "line":
            self.count += 1
            if self.count == self.at:
                raise KeyboardInterrupt
        return self

    def during(self, action):
        """Whether an action was interrupted, and the lines that ran."""
        before = sys.gettrace()
        sys.settrace(self)
        try:
            with contextlib.suppress(KeyboardInterrupt):
                action()
        finally:
            sys.settrace(before)
        return self.count


def fit(backend, callbacks=(), kind=nn.Adam):
    model = nn.MLP(3, [3, 2], activation="tanh", rng=0)
    optimizer = kind(model.parameters(), lr=0.05)

    def train():
        return nn.fit(
            model, X, Y, loss=nn.cross_entropy, optimizer=optimizer, epochs=EPOCHS, batch_size=12,
            rng=0, schedule=nn.schedules.CosineSchedule(), progress=False, backend=backend,
            callbacks=callbacks,
        )  # fmt: skip

    return model, optimizer, train


def numbers(model):
    return tuple(p.data for p in model.parameters())


@pytest.mark.parametrize("backend", ["eager", "array", "loop"])
def test_interrupted_training_keeps_whole_steps(backend, monkeypatch):
    """The parameters are those of a step, the rate is as given, and the next run is as ever."""
    nn.programs.PROGRAMS.clear()
    model, _, train = fit(backend)
    states = {numbers(model)}
    _, _, whole = fit(backend, [lambda _, model: states.add(numbers(model)) or None])
    whole()
    train()
    last = numbers(model)
    assert last in states
    warm = Interrupt(0).during(fit(backend)[2])
    nn.programs.PROGRAMS.clear()
    cold = Interrupt(0).during(fit(backend)[2])
    seen = set()
    for i in range(PLACES):
        if i % 3 == 0:  # everything is recorded and compiled anew, and interrupted at it
            nn.programs.PROGRAMS.clear()
        lines = cold if i % 3 == 0 else warm
        model, optimizer, train = fit(backend)
        Interrupt(1 + i * lines // PLACES).during(train)
        seen.add(numbers(model))
        assert numbers(model) in states
        assert (optimizer.lr, RECORDING.get()) == (0.05, True)
        model, _, train = fit(backend)
        train()
        assert numbers(model) == last
    assert len(seen) > 1 or backend != "eager"  # programs make all steps in one call


def test_steps_and_cleared_gradients_are_all_or_none():
    """An interrupt at any line of an optimiser's step, and of what sets and clears leaves."""
    for at in range(1, 200):
        xs = [Value(float(i)) for i in range(3)]
        autograd.backward([x * x for x in xs])
        optimizer = nn.SGD(xs, lr=0.25)
        before = [x.data for x in xs]
        count = Interrupt(at).during(optimizer.step)
        assert [x.data for x in xs] in (before, [0.5 * x for x in before])
        Interrupt(at).during(optimizer.zero_grad)
        assert [x.grad for x in xs] in ([0.0] * 3, [2.0 * x for x in before])
        if count < at:
            break
    assert count > 5


def test_assign_data():
    """What is wrong is named, and then nothing has changed."""
    x, y = Value(1.0), Value(2.0)
    product = x * y
    autograd.assign_data([x, y], np.array([3.0, 4.0]))
    assert (x.data, y.data) == (3.0, 4.0)
    with pytest.raises(autograd.StaleGraphError):
        product.backward()
    for values, given, error in (
        ([x, 1.0], [5.0, 6.0], autograd.InputTypeError),
        ([x, y], [5.0, "6"], autograd.InputTypeError),
        ([x, y], [5.0], autograd.InputValueError),
        ([x, product], [5.0, 6.0], autograd.GraphError),
    ):
        with pytest.raises(error):
            autograd.assign_data(values, given)
        assert (x.data, y.data) == (3.0, 4.0)
