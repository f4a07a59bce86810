"""Training: gradients of mini-batches, determinism, interruption, and what is refused."""

import math
import random

import numpy as np
import pytest

import autograd
import nn
from nn.train.eager_steps import batch_gradient

# Twenty points on a line at an angle, which one neuron can tell apart.
X = [[0.1 * i + 0.05, -0.2 * i] for i in range(-10, 10)]
Y = [int(i >= 0) for i in range(-10, 10)]
LOSS = nn.binary_cross_entropy_with_logits


def network(rng=0):
    return nn.MLP(2, [4, 1], activation="tanh", rng=rng)


def numbers(model):
    return list(model.state_dict().values())


def fit(model, x=X, y=Y, *, lr=0.1, loss=LOSS, **options):
    options = {"epochs": 2, "batch_size": 8, "rng": 0, "progress": False, **options}
    optimizer = nn.SGD(model.parameters(), lr)
    return nn.fit(model, x, y, loss=loss, optimizer=optimizer, **options)


def test_batch_gradient_is_the_gradient_of_the_mean():
    """As one graph over the whole batch gives it."""
    one, two = network(), network()
    value, outputs = batch_gradient(one, LOSS, X, Y)
    mean = LOSS([two(x) for x in X], [[y] for y in Y])
    mean.backward()
    assert value == pytest.approx(mean.data, rel=1e-14)
    assert [p.grad for p in one.parameters()] == pytest.approx(
        [p.grad for p in two.parameters()], rel=1e-12
    )
    assert outputs == [[two(x)[0].data] for x in X]


@pytest.mark.parametrize("together", [1, 7, 20])
def test_batches_larger_than_a_graph_are_taken_in_parts(monkeypatch, together):
    """The gradient is the same however many examples share a graph."""
    one, two = network(), network()
    value, outputs = batch_gradient(one, LOSS, X, Y)
    monkeypatch.setattr("nn.train.eager_steps.TOGETHER", together)
    same_value, same_outputs = batch_gradient(two, LOSS, X, Y)
    assert same_value == pytest.approx(value, rel=1e-14)
    assert same_outputs == outputs
    assert [p.grad for p in two.parameters()] == pytest.approx(
        [p.grad for p in one.parameters()], rel=1e-12
    )


def test_fit_is_the_loop_a_reader_would_write():
    """Shuffle, average the batch's gradients, step: nothing more, to the bit."""
    ours, theirs = network(), network()
    fit(ours, epochs=3, rng=5, backend="eager")
    rng, optimizer = random.Random(5), nn.SGD(theirs.parameters(), 0.1)
    for _ in range(3):
        for chosen in nn.data.batches(len(X), batch_size=8, rng=rng):
            xs, ts = [X[i] for i in chosen], [Y[i] for i in chosen]
            theirs.zero_grad()
            errors = [LOSS(theirs(x), t) for x, t in zip(xs, ts)]
            autograd.backward(errors, [1 / len(xs)] * len(xs))
            optimizer.step()
    assert ours.state_dict() == theirs.state_dict()


def test_history_has_an_entry_an_epoch():
    """Mean loss and accuracy over the epoch's examples, while they were learnt from."""
    model = network()
    logits = [model(x)[0].data for x in X]
    history = fit(model, epochs=1, batch_size=len(X))
    assert history.loss == [pytest.approx(LOSS(logits, Y), rel=1e-14)]
    assert history.accuracy == [sum((z > 0) == bool(t) for z, t in zip(logits, Y)) / len(X)]
    assert len(history.seconds) == 1
    assert not history.interrupted


def test_training_learns():
    history = fit(network(), lr=1.0, epochs=40)
    assert history.loss[-1] < 0.2 * history.loss[0]
    assert history.accuracy[-1] == 1.0


def test_schedule_scales_the_learning_rate():
    """By the fraction of epochs done; afterwards the optimiser has its own rate again."""
    model, seen = network(), []
    optimizer = nn.SGD(model.parameters(), lr=0.5)
    options = {"loss": LOSS, "optimizer": optimizer, "epochs": 4, "progress": False}
    nn.fit(model, X, Y, schedule=lambda done: seen.append(done) or 0.0, **options)
    assert seen == [0.0, 0.25, 0.5, 0.75]
    assert model.state_dict() == network().state_dict()
    assert optimizer.lr == 0.5


@pytest.mark.parametrize(
    ("loss", "targets", "outputs"),
    [
        (nn.cross_entropy, Y, 2),
        (nn.cross_entropy, [[1 - t, t] for t in Y], 2),
        (nn.binary_cross_entropy_with_logits, Y, 1),
        (nn.hinge_loss, [2 * t - 1 for t in Y], 1),
    ],
    ids=["classes", "one-hot", "logits", "margin"],
)
def test_accuracy_reads_outputs_as_the_loss_does(loss, targets, outputs):
    model = nn.MLP(2, [8, outputs], activation="tanh", rng=1)
    assert fit(model, y=targets, loss=loss, lr=0.5, epochs=60).accuracy[-1] == 1.0


def test_probabilities_are_labels_from_one_half():
    model = nn.MLP(2, [8, 1], activation="tanh", output="sigmoid", rng=1)
    assert fit(model, loss=nn.binary_cross_entropy, lr=1.0, epochs=60).accuracy[-1] == 1.0


def test_regression_has_no_accuracy():
    assert fit(network(), y=[x[0] for x in X], loss=nn.mse_loss).accuracy == []


def test_arrays_train_as_lists_do():
    states = []
    for x, y in [(X, Y), (np.array(X), np.array(Y))]:
        model = network()
        fit(model, x, y)
        states.append(model.state_dict())
    assert states[0] == states[1]


def test_own_modules_and_single_values_train():
    """`fit` asks for a Module and a loss, not for layers and lists."""
    neuron = nn.Neuron(2, rng=0)
    assert fit(neuron, epochs=20).loss[-1] < fit(nn.Neuron(2, rng=0), epochs=1).loss[0]


class Interrupted(nn.SGD):
    """Ctrl-C in the middle of step number `last` + 1, which is then not made."""

    last, calls = 4, 0

    def step(self):
        self.calls += 1
        if self.calls > self.last:
            raise KeyboardInterrupt
        super().step()

    def update(self, data, grad, memory):
        if isinstance(data, np.ndarray):
            self.calls += 1
            if self.calls > self.last:
                raise KeyboardInterrupt
        return super().update(data, grad, memory)


@pytest.mark.parametrize("backend", ["auto", "eager"])
def test_interrupt_keeps_what_was_learnt(backend):
    """Ctrl-C in the second epoch: the parameters are those after the last whole step."""
    stopped, whole = network(), network()
    optimizer = Interrupted(stopped.parameters(), 0.1, momentum=0.5)
    options = {"loss": LOSS, "batch_size": 8, "rng": 0, "progress": False, "backend": backend}
    history = nn.fit(stopped, X, Y, optimizer=optimizer, epochs=5, **options)
    assert history.interrupted
    assert len(history.loss) == 1
    same, rng = nn.SGD(whole.parameters(), 0.1, momentum=0.5), random.Random(0)
    epochs = [list(nn.data.batches(len(X), batch_size=8, rng=rng)) for _ in range(2)]
    assert len(epochs[0]) == 3
    for chosen in [*epochs[0], epochs[1][0]]:
        same.zero_grad()
        batch_gradient(whole, LOSS, [X[i] for i in chosen], [Y[i] for i in chosen])
        same.step()
    assert numbers(stopped) == pytest.approx(numbers(whole), rel=1e-12)
    assert optimizer.memory == pytest.approx(same.memory, rel=1e-12)


@pytest.mark.parametrize("backend", ["auto", "eager"])
def test_divergence_is_named_and_keeps_the_last_finite_parameters(backend):
    model = nn.MLP(2, [1], rng=0)
    with pytest.raises(nn.DivergenceError, match=r"loss became (inf|nan) in epoch .*learning rate"):
        fit(model, y=[1e9] * 20, loss=nn.mse_loss, lr=1e9, epochs=50, backend=backend)
    assert all(math.isfinite(p.data) for p in model.parameters())


@pytest.mark.parametrize("backend", ["auto", "eager"])
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"x": []}, ValueError, "the data set is empty"),
        ({"x": X[:5]}, ValueError, "X has 5 rows, but y has 20"),
        ({"x": [[1.0, math.nan]] * 20}, ValueError, "X holds nan in row 0, column 1"),
        ({"x": [[1.0]] * 20}, ValueError, "takes 2 inputs, but got 1"),
        ({"x": [*X[:-1], [1.0]]}, ValueError, "row 19 of X has 1 columns, but 2"),
        ({"y": [*Y[:-1], 2]}, ValueError, "targets between 0 and 1, but got 2"),
        ({"y": [*Y[:-1], 2], "loss": nn.cross_entropy}, ValueError, "outside the 1 classes"),
        ({"epochs": 0}, ValueError, "epochs must be at least 1, but got 0"),
        ({"epochs": 1.5}, TypeError, "epochs takes a whole number"),
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1"),
        ({"rng": "seed"}, TypeError, "rng takes a random.Random or an integer seed"),
        ({"x": np.full((20, 2), np.nan)}, ValueError, "X holds nan in row 0, column 0"),
        ({"backend": "fast"}, ValueError, "backend is one of auto, array, loop, eager, but got"),
        ({"loss": "mse"}, TypeError, "loss takes a function, such as nn.cross_entropy, but got 'm"),
        ({"loss": lambda z, t: z}, TypeError, "a loss is one number .* returned OutputList"),
        ({"schedule": 0.1}, TypeError, "schedule takes a function, such as nn.schedules"),
        ({"schedule": nn.schedules.CosineSchedule}, TypeError, "schedule takes a function"),
        ({"schedule": lambda done: math.nan}, ValueError, "the schedule's factor must be a number"),
        ({"schedule": lambda done: -1.0}, ValueError, "factor must be .* of 0 or more, but got -1"),
        ({"decide": 0.5}, TypeError, "decide takes a function"),
        ({"callbacks": print}, TypeError, "callbacks takes a list of functions, but got <built-in"),
        ({"callbacks": [None]}, TypeError, "callbacks takes a function, such as lambda history"),
        ({"validation": X}, TypeError, r"validation takes a pair \(X, y\), but got list of 20"),
        ({"checkpoint": True}, TypeError, "a file to write is given by its path, but got True"),
        ({"validation": 0.2}, TypeError, r"validation takes a pair \(X, y\), but got float$"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, dict) else getattr(part, "__name__", part),
)
def test_bad_input_is_refused_before_anything_moves(change, error, message, backend):
    """Also when the fault is in the last example."""
    model = network()
    change = {"backend": backend, **change}
    if change.get("loss") is nn.cross_entropy:
        change = {**change, "y": [0] * 19 + [2]}
    before = model.state_dict()
    with pytest.raises(error, match=message) as caught:
        fit(model, **change)
    assert isinstance(caught.value, autograd.AutogradError)
    assert model.state_dict() == before
    fit(model)
    assert model.state_dict() != before


VALIDATION = ([[0.3, 0.1], [-0.2, 0.4], [0.9, -0.9]], [1, 0, 0])


@pytest.mark.parametrize("backend", ["auto", "eager"])
def test_validation_is_judged_after_every_epoch(backend):
    """By the parameters there are then; it changes nothing in the training."""
    model, plain = network(), network()
    history = fit(model, validation=VALIDATION, epochs=3, backend=backend)
    logits = [model(x)[0].data for x in VALIDATION[0]]
    assert len(history.val_loss) == len(history.val_accuracy) == 3
    assert history.val_loss[-1] == pytest.approx(LOSS(logits, VALIDATION[1]), rel=1e-12)
    right = sum((z > 0) == bool(t) for z, t in zip(logits, VALIDATION[1])) / 3
    assert history.val_accuracy[-1] == right
    fit(plain, epochs=3, backend=backend)
    assert plain.state_dict() == model.state_dict()


@pytest.mark.parametrize(
    ("validation", "message"),
    [
        (([[1.0]], [0]), "takes 2 inputs, but got 1"),
        (([[1.0, 2.0]], [2]), "targets between 0 and 1, but got 2"),
        (([[1.0, math.inf]], [1]), "X holds inf in row 0, column 1"),
        (([[1.0, 2.0]], [1, 0]), "X has 1 rows, but y has 2"),
    ],
)
@pytest.mark.parametrize("backend", ["auto", "eager"])
def test_bad_validation_data_are_refused_before_anything_moves(validation, message, backend):
    model = network()
    before = model.state_dict()
    with pytest.raises(ValueError, match=message):
        fit(model, validation=validation, backend=backend)
    assert model.state_dict() == before


def test_accuracy_is_not_tracked_where_it_is_not_wanted():
    """The training is the same."""
    one, two = network(), network()
    assert fit(one, track_accuracy=False).accuracy == []
    fit(two)
    assert numbers(one) == pytest.approx(numbers(two), rel=1e-12)


class Rising(nn.schedules.Schedule):
    """A rate so high from the fourth epoch on that the loss rises."""

    def _factor(self, done):
        return 1.0 if done < 0.15 else 3000.0


@pytest.mark.parametrize("backend", ["auto", "eager"])
def test_patience_stops_and_the_best_comes_back(backend):
    """After two epochs without a better loss; without `restore_best` the last ones stay."""
    options = {"epochs": 20, "schedule": Rising(), "patience": 2, "backend": backend, "lr": 0.5}
    options["validation"] = (X, Y)
    model, last = network(), network()
    history = fit(model, restore_best=True, **options)
    assert history.stopped
    assert history.best_epoch == len(history.val_loss) - 2
    assert min(history.val_loss) == history.val_loss[history.best_epoch - 1]
    logits = [model(x)[0].data for x in X]
    assert LOSS(logits, Y) == pytest.approx(min(history.val_loss), rel=1e-12)
    assert fit(last, **options).val_loss == history.val_loss
    assert LOSS([last(x)[0].data for x in X], Y) == pytest.approx(history.val_loss[-1], rel=1e-9)


def test_patience_waits_while_it_gets_better():
    history = fit(network(), epochs=6, patience=1)
    assert not history.stopped
    assert history.best_epoch == 6
    with pytest.raises(ValueError, match="patience must be at least 1"):
        fit(network(), patience=0)


def test_callbacks_see_every_epoch_and_may_stop():
    """All of them are called, also after one said stop."""
    seen = []
    history = fit(
        network(),
        epochs=9,
        callbacks=[
            lambda history, model: len(history.loss) == 4,
            lambda history, model: seen.append((len(history.loss), type(model))),
        ],
    )
    assert seen == [(i, nn.MLP) for i in range(1, 5)]
    assert history.stopped
    assert len(history.loss) == 4


def test_penalties_draw_parameters_to_zero():
    free, bound = network(), network()
    fit(free, epochs=20, lr=0.5)
    fit(bound, epochs=20, lr=0.5, l2=0.1)
    assert sum(p * p for p in numbers(bound)) < 0.5 * sum(p * p for p in numbers(free))


def test_learning_rates_are_noted():
    history = fit(network(), epochs=4, schedule=nn.schedules.LinearSchedule())
    assert history.lr == pytest.approx([0.1, 0.075, 0.05, 0.025])


def test_optimiser_of_another_model_is_refused():
    """It would train nothing; one of a part of the model trains that part."""
    model = network()
    options = {"loss": LOSS, "epochs": 1, "progress": False}
    with pytest.raises(autograd.InputValueError, match="optimiser of this model's parameters"):
        nn.fit(model, X, Y, optimizer=nn.SGD(network().parameters(), 0.1), **options)
    first, last = (layer.state_dict() for layer in model.layers)
    nn.fit(model, X, Y, optimizer=nn.SGD(model.layers[1].parameters(), 0.1), **options)
    assert model.layers[0].state_dict() == first
    assert model.layers[1].state_dict() != last


@pytest.mark.parametrize(
    ("model", "optimizer", "message"),
    [
        (lambda x: x, nn.SGD([autograd.Value(1.0)], 0.1), "fit trains a module, such as nn.MLP"),
        (nn.MLP, nn.SGD([autograd.Value(1.0)], 0.1), "fit trains a module, such as nn.MLP"),
        (network(), nn.SGD, r"fit takes an optimiser, such as nn.SGD\(model.parameters\(\), lr"),
        (network(), None, "fit takes an optimiser, such as .*but got None"),
    ],
)
def test_what_is_no_model_or_optimiser_is_refused(model, optimizer, message):
    """Also a class instead of one of its kind."""
    with pytest.raises(autograd.InputTypeError, match=message):
        nn.fit(model, X, Y, loss=LOSS, optimizer=optimizer, epochs=1)


def test_a_diverged_model_diverges_and_was_not_misread():
    """A sum of infinities depends on its order: that is no sign of a frozen branch."""
    model = nn.MLP(2, [4, 3], rng=0)
    for i, parameter in enumerate(model.parameters()):
        parameter.data = (-1.0) ** i * 1e200
    before = model.state_dict()
    with pytest.raises(nn.DivergenceError, match="the loss became"):
        fit(model, loss=nn.cross_entropy)
    assert model.state_dict() == before


def test_a_batch_s_graph_is_gone_when_its_gradient_is_there():
    """Whoever keeps the outputs keeps floats."""
    for model, kind in ((network(), list), (nn.Neuron(2, rng=0), float)):
        _, outputs = batch_gradient(model, LOSS, X, Y)
        assert {type(out) for out in outputs} == {kind}


class Picture(nn.Module):
    """Takes rows along two axes, and answers with a number and two logits."""

    def __init__(self):
        self.level, self.kind = nn.Linear(6, 1, rng=0), nn.Linear(6, 2, rng=1)

    def forward(self, x):
        flat = [pixel for line in x for pixel in line]
        return self.level(flat), {"logits": self.kind(flat)}


def both(outputs, target):
    (level,), logits = outputs[0], outputs[1]["logits"]
    return (level - target[0]) ** 2 + nn.cross_entropy(logits, [target[1], 1.0 - target[1]])


def test_rows_may_have_axes_and_outputs_be_several_lists():
    """Lists or arrays, recorded or not: the same losses, and outputs as the model nests them."""
    rng = random.Random(0)
    X = [[[rng.gauss(0.0, 1.0) for _ in range(3)] for _ in range(2)] for _ in range(60)]
    y = [[x[0][0], float(x[1][1] > 0.0)] for x in X]
    losses, found = [], []
    for backend, rows in (("auto", X), ("auto", np.array(X)), ("loop", X), ("eager", X)):
        model = Picture()
        optimizer = nn.Adam(model.parameters(), 0.05)
        options = {"epochs": 5, "rng": 0, "progress": False, "validation": (rows, y)}
        history = nn.fit(model, rows, y, loss=both, optimizer=optimizer, backend=backend, **options)
        losses.append([*history.loss, *history.val_loss])
        found.append(nn.predict(model, rows, decide=lambda out: out[1]["logits"], backend=backend))
        with pytest.raises(autograd.InputValueError, match="give decide="):
            nn.predict(model, rows, backend=backend)
    assert len(found[0]) == 60
    for other, outputs in zip(losses[1:], found[1:]):
        assert other == pytest.approx(losses[0], rel=1e-9)
        assert np.array(outputs) == pytest.approx(np.array(found[0]), rel=1e-9)


@pytest.mark.parametrize("backend", ["auto", "eager"])
def test_axes_that_no_layer_takes_are_said(backend):
    """A picture is not flattened in silence, and rows of different shapes are refused."""
    model = nn.MLP(6, [2], rng=0)
    optimizer = nn.SGD(model.parameters(), 0.1)
    options = {"loss": nn.cross_entropy, "optimizer": optimizer, "epochs": 1, "backend": backend}
    with pytest.raises(autograd.InputValueError, match="X has 2 x 3 columns"):
        nn.fit(model, [[[1.0] * 3] * 2] * 4, [0, 1, 0, 1], **options)
    with pytest.raises(autograd.InputValueError, match="row 1 of X has 2 columns, but 2 x 3 are"):
        nn.fit(model, [[[1.0] * 3] * 2, [1.0] * 2], [0, 1], **options)
    with pytest.raises(autograd.InputValueError, match=r"row 0 of X has \? columns"):
        nn.fit(model, [[[1.0] * 3, [1.0] * 2]] * 2, [0, 1], **options)
