"""Many steps in one call: the numbers are those of steps one by one, and of Values."""

from itertools import pairwise
from random import Random

import numpy as np
import pytest

import nn
from autograd import Value
from autograd.program.loop.native.compiler import can_compile
from nn.train import compiled_steps
from nn.train.compiled_steps import CompiledSteps
from nn.train.learner import Learner
from nn.train.task import Task

descent = pytest.importorskip("autograd.program.descent")
pytestmark = pytest.mark.skipif(not can_compile(), reason="llvmlite is not installed")

OPTIMIZERS = {
    "SGD": lambda p: nn.SGD(p, 0.1),
    "decay": lambda p: nn.SGD(p, 0.1, weight_decay=0.01),
    "momentum": lambda p: nn.SGD(p, 0.05, momentum=0.9, weight_decay=0.01),
    "Nesterov": lambda p: nn.SGD(p, 0.05, momentum=0.9, nesterov=True),
    "Adam": lambda p: nn.Adam(p, 0.01),
    "AdamW": lambda p: nn.AdamW(p, 0.01),
}
RNG = np.random.default_rng(0)
X = RNG.normal(size=(50, 3))
Y = (X[:, 0] * X[:, 1] > 0).astype(int) + (X[:, 2] > 0.5)


def trained(optimizer, backend="auto", epochs=6, **options):
    """History, parameters and what the optimiser remembers, after training three classes."""
    model = nn.MLP(3, [8, 3], activation="tanh", rng=0)
    made = optimizer(model.parameters())
    history = nn.fit(
        model, X, Y, loss=nn.cross_entropy, optimizer=made, epochs=epochs, batch_size=16, rng=1,
        progress=False, backend=backend, **options,
    )  # fmt: skip
    return history, [p.data for p in model.parameters()], made


def walks(monkeypatch):
    """Whether each epoch's steps were taken in one call."""
    seen = []
    made = CompiledSteps._descent

    def watched(steps, rows):
        seen.append(made(steps, rows))
        return seen[-1]

    monkeypatch.setattr(CompiledSteps, "_descent", watched)
    return seen


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"l1": 1e-3, "l2": 1e-3},
        {"clip_norm": 0.1},
        {"sample_weight": np.linspace(0.5, 2.0, 50)},
        {"schedule": nn.schedules.LinearSchedule(final=0.1)},
        {"schedule": lambda step: 0.9**step},
    ],
    ids=["plain", "penalties", "norm", "weights", "epochs", "steps"],
)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_many_steps_at_once_are_the_steps_of_values(name, options, monkeypatch):
    """Loss, accuracy, rates, parameters and memory; 24 steps add up some roundings."""
    seen = walks(monkeypatch)
    history, numbers, optimizer = trained(OPTIMIZERS[name], **options)
    eager, same, other = trained(OPTIMIZERS[name], "eager", **options)
    assert None not in seen
    np.testing.assert_allclose(history.loss, eager.loss, rtol=1e-12)
    np.testing.assert_allclose(numbers, same, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(optimizer.memory, other.memory, rtol=1e-12, atol=1e-14)
    assert history.accuracy == eager.accuracy
    assert history.lr == eager.lr


def test_the_number_of_steps_in_a_call_changes_nothing(monkeypatch):
    """To the bit: one by one, or an epoch at once; so a run that is resumed is the same run."""
    _, together, _ = trained(OPTIMIZERS["Adam"])
    monkeypatch.setattr(compiled_steps, "TOGETHER", 1)
    _, one_by_one, _ = trained(OPTIMIZERS["Adam"])
    assert together == one_by_one


def test_the_norm_of_a_gradient_with_penalties_goes_step_by_step(monkeypatch):
    """They are part of it before it is clipped; the results are those of Values."""
    seen, options = walks(monkeypatch), {"clip_norm": 0.1, "l2": 0.1}
    _, numbers, _ = trained(OPTIMIZERS["momentum"], **options)
    assert set(seen) == {None}
    _, same, _ = trained(OPTIMIZERS["momentum"], "eager", **options)
    np.testing.assert_allclose(numbers, same, rtol=1e-12, atol=1e-14)


def test_options_that_a_callback_changes_are_heard():
    """Between epochs, as with Values."""

    def train(backend):
        model = nn.MLP(3, [4, 3], rng=0)
        optimizer = nn.SGD(model.parameters(), 0.1, momentum=0.9)

        def calm(history, model):
            optimizer.momentum = 0.9 if len(history.loss) < 2 else 0.0

        nn.fit(
            model, X, Y, loss=nn.cross_entropy, optimizer=optimizer, epochs=4, rng=1,
            callbacks=[calm], progress=False, backend=backend,
        )  # fmt: skip
        return [p.data for p in model.parameters()]

    np.testing.assert_allclose(train("auto"), train("eager"), rtol=1e-10, atol=1e-12)


def test_an_update_of_one_s_own_is_called_in_every_step_unless_it_says_that_it_is_pure():
    """It may do more than arithmetic; with `pure`, the recording gives the same numbers."""
    calls = []

    class Own(nn.Optimizer):
        def update(self, data, grad, memory):
            calls.append(1)
            return data - self.lr * grad / (1.0 + grad * grad) ** 0.5, memory

    class Pure(Own):
        pure = True

        def update(self, data, grad, memory):
            return super().update(data, grad, memory)

    Both = type("Both", (Own,), {"pure": True})
    found = {}
    for kind in (Own, Pure, Both):
        calls.clear()
        found[kind] = trained(lambda p, kind=kind: kind(p, 0.1))[1]
        assert len(calls) >= 24
    Own.pure = True
    calls.clear()
    pure = trained(lambda p: Own(p, 0.1))[1]
    assert len(calls) < 24
    np.testing.assert_allclose(pure, found[Own], rtol=1e-12, atol=1e-12)


def test_divergence_in_the_middle_of_a_call_keeps_the_steps_before():
    """The parameters are those before the step, as step by step."""

    def train(backend):
        model = nn.Neuron(1, rng=0)
        optimizer = nn.SGD(model.parameters(), 1.0, momentum=0.9)
        inputs = [[10.0**i] for i in range(20)]
        with pytest.raises(nn.DivergenceError):
            nn.fit(
                model, inputs, [0.0] * 20, loss=nn.mse_loss, optimizer=optimizer, epochs=50,
                batch_size=4, rng=0, progress=False, backend=backend,
            )  # fmt: skip
        return [p.data for p in model.parameters()]

    numbers = train("auto")
    assert np.isfinite(numbers).all()
    np.testing.assert_allclose(numbers, train("eager"), rtol=1e-9)


def test_the_state_before_is_nobody_else_s():
    """A snapshot stays as it was while training goes on."""
    model = nn.MLP(3, [4, 3], rng=0)
    task = Task(model, nn.cross_entropy, nn.Adam(model.parameters(), 0.01))
    steps = CompiledSteps(task, X, Y)
    parts = [list(range(a, b)) for a, b in pairwise((0, 20, 40, 50))]
    states = [steps.snapshot()]
    copies = [states[0][0].copy()]
    for _ in range(3):
        list(steps.learn(parts, None))
        states.append(steps.snapshot())
        copies.append(states[-1][0].copy())
    assert all((state[0] == copy).all() for state, copy in zip(states, copies))
    assert not any((a == b).all() for a, b in pairwise(copies))


def test_outputs_come_as_the_model_nests_them():
    """To who decides what an example's outputs stand for, in every step."""

    class Two(nn.Module):
        def __init__(self):
            self.a, self.b = nn.Layer(3, 3, rng=0), nn.Layer(3, 2, rng=1)

        def forward(self, x):
            return {"a": self.a(x), "b": self.b(x)}

    def both(outputs, target):
        return nn.mse_loss(outputs["a"], target) + nn.mse_loss(outputs["b"], [0.0, 1.0])

    def decide(outputs):
        return [float(x == max(outputs["a"])) for x in outputs["a"]]

    found = []
    for backend in ("auto", "eager"):
        model = Two()
        optimizer = nn.SGD(model.parameters(), 0.1)
        history = nn.fit(
            model, X, np.eye(3)[Y], loss=both, optimizer=optimizer, epochs=3, batch_size=16, rng=1,
            decide=decide, progress=False, backend=backend,
        )  # fmt: skip
        found.append((history.accuracy, [p.data for p in model.parameters()]))
    assert found[0][0] == found[1][0]
    np.testing.assert_allclose(found[0][1], found[1][1], rtol=1e-10, atol=1e-12)


def test_a_rule_is_recorded_once_for_all_fits_that_have_it(monkeypatch):
    """Whatever the model and the rate; other options, or another loss's norm, are another rule."""
    recorded = []
    twice = descent._recorded_twice
    monkeypatch.setattr(
        descent, "_recorded_twice", lambda *rule: recorded.append(1) or twice(*rule)
    )
    for options, new in [
        ({"momentum": 0.123}, 1), ({"momentum": 0.123}, 0), ({"momentum": 0.321}, 1),
        ({"momentum": 0.123, "nesterov": True}, 1), ({"lr": 0.01, "momentum": 0.123}, 0),
    ]:  # fmt: skip
        recorded.clear()
        rule = {"lr": 0.1, **options}
        numbers = trained(lambda p, rule=rule: nn.SGD(p, **rule), epochs=2)[1]
        assert len(recorded) == new
        same = trained(lambda p, rule=rule: nn.SGD(p, **rule), "eager", epochs=2)[1]
        np.testing.assert_allclose(numbers, same, rtol=1e-12, atol=1e-14)


def test_a_rule_with_numbers_that_change_outside_of_it_is_never_an_old_one():
    """A pure update's own attribute, a variable around it, and a Value that it holds."""
    around, held = [0.5], Value(0.5)

    class Own(nn.Optimizer):
        pure, scale = True, 0.5

        def update(self, data, grad, memory):
            return data - self.lr * self.scale * around[0] * held * grad, memory

    class Plain(Own):
        pure = True

        def update(self, data, grad, memory):
            return data - self.lr * self.scale * around[0] * held.data * grad, memory

    found = []
    changes = [
        lambda: None,
        lambda: around.__setitem__(0, 1.0),
        lambda: setattr(held, "data", 1.0),
        lambda: setattr(Own, "scale", 1.0),
    ]
    for change in changes:
        change()
        found.append(trained(lambda p: Own(p, 0.1), epochs=2)[1])
        same = trained(lambda p: Plain(p, 0.1), "eager", epochs=2)[1]
        np.testing.assert_allclose(found[-1], same, rtol=1e-12, atol=1e-14)
    assert len({tuple(numbers) for numbers in found}) == 4


def test_a_rule_that_asks_for_all_parameters_goes_step_by_step(monkeypatch):
    """It is no rule for one number; the results are those of Values."""
    seen = walks(monkeypatch)

    class Own(nn.Optimizer):
        pure = True

        def update(self, data, grad, memory):
            return data - self.lr * grad / len(self.params), memory

    _, numbers, _ = trained(lambda p: Own(p, 5.0))
    assert set(seen) == {None}
    _, same, _ = trained(lambda p: Own(p, 5.0), "eager")
    np.testing.assert_allclose(numbers, same, rtol=1e-12, atol=1e-14)


def test_the_model_is_called_for_the_first_row_and_for_those_it_is_held_against():
    """One row is looked at, three are checked; a new model is recorded besides."""
    calls = []

    class Counting(nn.MLP):
        def forward(self, inputs):
            calls.append(1)
            return super().forward(inputs)

    for expected in (5, 4):
        calls.clear()
        model = Counting(3, [4, 3], rng=0)
        nn.fit(
            model, X, Y, loss=nn.cross_entropy, optimizer=nn.SGD(model.parameters(), 0.1),
            epochs=1, progress=False,
        )  # fmt: skip
        assert len(calls) == expected


EPOCHS_AT_ONCE = {
    "plain": {},
    "accuracy not": {"track_accuracy": False},
    "weights": {"sample_weight": np.linspace(0.5, 2.0, 50)},
    "norm": {"clip_norm": 0.1},
    "by epochs": {"schedule": nn.schedules.CosineSchedule(final=0.1)},
    "own decision": {"decide": lambda row: int(row[1] > row[0])},
    "shown": {"progress": True},
}


@pytest.mark.parametrize("batch_size", [50, 16, 7])
@pytest.mark.parametrize("options", EPOCHS_AT_ONCE.values(), ids=EPOCHS_AT_ONCE)
def test_epochs_at_once_are_epochs_one_by_one(options, batch_size, monkeypatch, capsys):
    """To the bit: parameters, memory, history, what is shown, and the generator afterwards."""

    def run(**more):
        model, rng = nn.MLP(3, [4, 3], rng=0), Random(3)
        optimizer = nn.Adam(model.parameters(), 0.02)
        given = {"progress": False, **options, **more}
        history = nn.fit(
            model, X, Y, loss=nn.cross_entropy, optimizer=optimizer, epochs=11, rng=rng,
            batch_size=batch_size, **given,
        )  # fmt: skip
        seen = {**vars(history), "seconds": len(history.seconds)}
        numbers = [p.data for p in model.parameters()]
        return seen, numbers, optimizer.memory, optimizer.lr, rng.getstate(), capsys.readouterr()

    calls, hurried = [], Learner.hurry
    monkeypatch.setattr(Learner, "hurry", lambda *a: calls.append(1) or hurried(*a))
    together = run()
    assert calls
    single = run(callbacks=[lambda history, model: None])
    assert len(calls) == 1
    assert repr(together) == repr(single)


@pytest.mark.parametrize("wanted", [1, 2, 3])
def test_epochs_of_a_call_that_has_little_time(wanted, monkeypatch):
    """As many epochs at once as its time allows; the last call takes what is left."""
    plain = trained(OPTIMIZERS["Adam"], epochs=8)[1]
    parameters = len(nn.MLP(3, [8, 3], rng=0).parameters())
    monkeypatch.setattr(compiled_steps, "TOGETHER", wanted * len(X) * parameters)
    monkeypatch.setattr(compiled_steps, "EXAMPLE", 1)
    assert trained(OPTIMIZERS["Adam"], epochs=8)[1] == plain


def test_many_epochs_of_a_small_model_are_several_calls(monkeypatch):
    """Calls are short, so that Ctrl-C is heard, and their memory does not grow with the epochs."""
    rows, learn = [], CompiledSteps.epochs

    def noted(self, rng, count, *others):
        rows.append(count * len(self.targets))
        return learn(self, rng, count, *others)

    monkeypatch.setattr(CompiledSteps, "epochs", noted)
    model = nn.Neuron(1, rng=0)
    nn.fit(
        model, [[i / 99] for i in range(100)], [0.5] * 100, loss=nn.mse_loss, epochs=1500,
        optimizer=nn.SGD(model.parameters(), 0.1), progress=False,
    )  # fmt: skip
    assert sum(rows) == 150_000
    assert max(rows) <= 40_000


@pytest.mark.parametrize("place", [(CompiledSteps, "epochs"), (Learner, "_judged")])
def test_interrupted_epochs_of_many_are_not_learnt(place, monkeypatch):
    """Wherever a Ctrl-C comes in a call, the parameters are those after the history's last."""
    monkeypatch.setattr(compiled_steps, "EXAMPLE", 40_000)  # ten epochs at once
    kind, name = place
    calls, plain = [], getattr(kind, name)

    def interrupted(*args):
        found = plain(*args)
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return found

    def run(epochs):
        model = nn.MLP(3, [8, 3], rng=0)
        history = nn.fit(
            model, X, Y, loss=nn.cross_entropy, epochs=epochs, batch_size=16, rng=3,
            optimizer=nn.Adam(model.parameters(), 0.02), progress=False,
        )  # fmt: skip
        return history, [p.data for p in model.parameters()]

    with monkeypatch.context() as patched:
        patched.setattr(kind, name, interrupted)
        history, numbers = run(100)
    assert (history.interrupted, len(history.loss)) == (True, 20)
    expected, wanted = run(20)
    assert (history.loss, numbers) == (expected.loss, wanted)


def test_divergence_in_an_epoch_of_many_is_told_as_one_by_one():
    """The message, the history, the parameters and the generator are those of that epoch."""

    def run(**more):
        model, rng = nn.Neuron(1, rng=0), Random(0)
        inputs = [[10.0 ** (i % 3)] for i in range(20)]
        with pytest.raises(nn.DivergenceError) as raised:
            nn.fit(
                model, inputs, [0.0] * 20, loss=nn.mse_loss, epochs=400, batch_size=4, rng=rng,
                optimizer=nn.SGD(model.parameters(), 1.0), progress=False, **more,
            )  # fmt: skip
        return str(raised.value), [p.data for p in model.parameters()], rng.getstate()

    assert run() == run(callbacks=[lambda history, model: None])
