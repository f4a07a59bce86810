"""Steps: programs and Values move the parameters alike."""

import random
import sys

import pytest

import autograd
import nn
from nn.train.compiled_steps import CompiledSteps
from nn.train.eager_steps import EagerSteps
from nn.train.task import Task

RNG = random.Random(3)
X = [[RNG.uniform(-1, 1) for _ in range(3)] for _ in range(60)]
CLASSES = [RNG.randrange(4) for _ in X]
COINS = [RNG.randrange(2) for _ in X]
ONE_HOT = [[float(i == c) for i in range(4)] for c in CLASSES]
BACKENDS = ["array", "loop"]


class Swish(nn.Module):
    """A module of a user's own, with a choice that a recording keeps."""

    def __init__(self):
        self.slope = autograd.Value(0.7)
        self.hidden = nn.Layer(3, 4, activation="tanh", rng=1)

    def __call__(self, inputs):
        return [
            autograd.where(autograd.maximum(h, 0.0), h * self.slope, 0.1 * h)
            for h in self.hidden(inputs)
        ]


CASES = {
    "classes": (lambda: nn.MLP(3, [5, 4], rng=1), nn.cross_entropy, CLASSES),
    "one-hot": (lambda: nn.MLP(3, [5, 4], rng=1), nn.cross_entropy, ONE_HOT),
    "logits": (lambda: nn.MLP(3, [4, 1], rng=1), nn.binary_cross_entropy_with_logits, COINS),
    "chances": (
        lambda: nn.MLP(3, [4, 1], output="sigmoid", rng=1),
        nn.binary_cross_entropy,
        COINS,
    ),
    "margins": (lambda: nn.MLP(3, [4, 1], rng=1), nn.hinge_loss, [2 * c - 1 for c in COINS]),
    "one neuron": (lambda: nn.Neuron(3, rng=1), nn.mse_loss, [x[0] for x in X]),
    "several numbers": (lambda: nn.Layer(3, 2, rng=1), nn.mse_loss, [x[:2] for x in X]),
    "own module": (Swish, nn.mse_loss, ONE_HOT),
    "own loss": (
        lambda: nn.MLP(3, [5, 4], rng=1),
        lambda z, t: nn.cross_entropy(z, t) + 0.1 * autograd.norm(z),
        CLASSES,
    ),
}


def trained(backend, make, loss, targets, **options):
    model = make()
    given = {"momentum": 0.9, "nesterov": True, "weight_decay": 1e-3}
    optimizer = nn.SGD(model.parameters(), 0.1, **given)
    history = nn.fit(
        model,
        X,
        targets,
        loss=loss,
        optimizer=optimizer,
        epochs=2,
        batch_size=12,
        rng=0,
        progress=False,
        backend=backend,
        **options,
    )
    return list(model.state_dict().values()), optimizer.memory, history


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("case", CASES)
def test_compiled_and_eager_training_agree(case, backend):
    """After ten steps to 1e-10: parameters, velocities, losses and accuracies."""
    eager, compiled = trained("eager", *CASES[case]), trained(backend, *CASES[case])
    assert compiled[0] == pytest.approx(eager[0], rel=1e-10, abs=1e-12)
    assert compiled[1] == pytest.approx(eager[1], rel=1e-10, abs=1e-12)
    assert compiled[2].loss == pytest.approx(eager[2].loss, rel=1e-10)
    assert compiled[2].accuracy == eager[2].accuracy


@pytest.mark.parametrize(
    "options",
    [{"l1": 0.01, "l2": 0.02}, {"clip_norm": 0.05}],
    ids=lambda options: ",".join(options),
)
def test_adjusted_gradients_agree_too(options):
    eager = trained("eager", *CASES["classes"], **options)
    compiled = trained("array", *CASES["classes"], **options)
    assert compiled[0] == pytest.approx(eager[0], rel=1e-10, abs=1e-12)
    assert compiled[0] != pytest.approx(trained("array", *CASES["classes"])[0], rel=1e-3)


@pytest.mark.parametrize("rule", [nn.SGD, nn.Adam, nn.AdamW])
def test_every_optimiser_moves_vectors_as_it_moves_values(rule):
    """And remembers the same of each parameter, so that training can go on either way."""
    ends = []
    for ways in (["eager", "eager"], ["array", "array"], ["array", "eager"]):
        model = nn.MLP(3, [4, 1], rng=1)
        optimizer = rule(model.parameters(), lr=0.01)
        for backend in ways:
            options = {
                "epochs": 1,
                "batch_size": 12,
                "rng": 0,
                "progress": False,
                "backend": backend,
            }
            nn.fit(model, X, COINS, loss=nn.mse_loss, optimizer=optimizer, **options)
        ends.append((list(model.state_dict().values()), optimizer.memory))
    for state, memory in ends[1:]:
        assert state == pytest.approx(ends[0][0], rel=1e-10, abs=1e-12)
        for one, other in zip(memory, ends[0][1]):
            assert one == pytest.approx(other, rel=1e-9, abs=1e-12)


def test_auto_records_where_numpy_is_there(monkeypatch):
    """And says what is missing where it is not; an explicit backend is refused then."""
    case = CASES["one neuron"]
    compiled, eager = trained("auto", *case)[0], trained("eager", *case)[0]
    assert compiled == pytest.approx(eager, rel=1e-12)
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.warns(UserWarning, match=r"NumPy is not installed: pip install 'scalar-auto"):
        assert trained("auto", *case)[0] == eager
    with pytest.raises(autograd.MissingExtraError, match="NumPy"):
        trained("array", *case)


def test_values_get_their_numbers_after_every_epoch():
    """A callback sees them, and what it changes counts."""
    model = nn.Neuron(3, rng=1)
    seen = []

    def reset(history, model):
        seen.append(model.bias.data)
        model.bias.data = 100.0

    nn.fit(
        model,
        X,
        [0.0] * 60,
        loss=nn.mse_loss,
        optimizer=nn.SGD(model.parameters(), 1e-3),
        epochs=2,
        batch_size=60,
        callbacks=[reset],
        progress=False,
    )
    assert 0 < abs(seen[0]) < 1
    assert 90 < seen[1] < 100


def test_what_a_callback_changes_last_stays():
    """After the last epoch as after any other."""
    model = nn.Neuron(3, rng=1)

    def reset(history, model):
        model.bias.data = 100.0

    options = {"loss": nn.mse_loss, "epochs": 1, "callbacks": [reset], "progress": False}
    nn.fit(model, X, [0.0] * 60, optimizer=nn.SGD(model.parameters(), 1e-3), **options)
    assert model.bias.data == 100.0


@pytest.mark.parametrize("backend", ["eager", *BACKENDS])
def test_training_learns_inside_no_grad_too(backend):
    """The same to the bit as outside."""
    case = CASES["classes"]
    with autograd.no_grad():
        inside = trained(backend, *case)
    outside = trained(backend, *case)
    assert inside[:2] == outside[:2]
    assert inside[2].loss == outside[2].loss


def test_a_part_of_the_model_trains_alone():
    """What the optimiser does not hold is frozen, compiled and eager alike."""
    results = []
    for steps in (EagerSteps, CompiledSteps):
        model = nn.MLP(3, [4, 1], rng=1)
        first = model.layers[0].state_dict()
        optimizer = nn.SGD(model.layers[1].parameters(), 0.1)
        one = steps(Task(model, nn.mse_loss, optimizer), X, COINS)
        one.step([0, 1, 2])
        one.write_back()
        assert model.layers[0].state_dict() == first
        results.append(list(model.layers[1].state_dict().values()))
    assert results[0] == pytest.approx(results[1], rel=1e-12)


def test_a_step_to_infinity_moves_nothing():
    model = nn.Neuron(3, rng=1)
    before = model.state_dict()
    optimizer = nn.SGD(model.parameters(), lr=1e308)
    steps = CompiledSteps(Task(model, nn.mse_loss, optimizer), X, [1e9] * 60)
    with pytest.raises(nn.DivergenceError, match=r"would make weights\.\d (nan|-?inf), from"):
        steps.step([0, 1])
    steps.write_back()
    assert model.state_dict() == before
