"""What training would do wrong in silence is done right, or said."""

import random
import warnings

import numpy as np
import pytest

import autograd
import nn
from autograd import Value

X = [[0.1 * i - 1.0, 0.05 * i * i - 0.7] for i in range(20)]
Y = [2.0 * a - b + 0.5 for a, b in X]
BACKENDS = ["array", "loop", "eager"]


def fit(model, loss=nn.mse_loss, *, params=None, y=Y, x=X, **options):
    optimizer = nn.SGD(model.parameters() if params is None else params, 0.1)
    given = {"epochs": 3, "batch_size": 5, "rng": 0, "progress": False, **options}
    return nn.fit(model, x, y, loss=loss, optimizer=optimizer, **given)


def numbers(model):
    return list(model.state_dict().values())


class Held(nn.Module):
    """A line whose parameters are held in another way."""

    def __init__(self, hold):
        self.values = [Value(0.1), Value(0.2), Value(0.3)]
        self.held = hold(self.values)
        if self.held is not self.values:
            del self.values

    def __call__(self, x):
        flat = self.held
        flat = list(flat.values()) if isinstance(flat, dict) else flat
        flat = flat.ravel().tolist() if isinstance(flat, np.ndarray) else flat
        flat = flat[0] if isinstance(flat[0], (list, tuple)) else flat
        return flat[0] * x[0] + flat[1] * x[1] + flat[2]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    "hold",
    [
        lambda values: dict(zip("abc", values)),
        lambda values: np.array(values, dtype=object),
        lambda values: np.array([values], dtype=object),
        lambda values: [tuple(values)],
    ],
    ids=["dict", "array", "matrix", "nested"],
)
def test_parameters_are_found_wherever_they_are_held(hold, backend):
    """They train as those in a list do, and are kept by state_dict."""
    plain, model = Held(lambda values: values), Held(hold)
    fit(plain, backend=backend)
    fit(model, backend=backend)
    assert numbers(model) == numbers(plain) != [0.1, 0.2, 0.3]
    model.load_state_dict(dict.fromkeys(model.state_dict(), 1.0))
    assert numbers(model) == [1.0] * 3


class Elsewhere(nn.Module):
    """One parameter is where no walk finds it."""

    def __init__(self):
        self.slope, self.hidden = Value(0.1), {id: {Value(0.3, name="offset")}}

    def __call__(self, x):
        (offset,) = self.hidden[id]
        return self.slope * (x[0] + x[1]) + offset + Value(0.0)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_leaf_that_is_not_trained_is_named(backend):
    """Not one that every call makes anew, which is a constant on purpose, nor a part left alone."""
    with pytest.warns(UserWarning, match="fit does not train offset, which the optimiser does not"):
        fit(Elsewhere(), backend=backend)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = Elsewhere()
        fit(model, params=[model.slope, *model.hidden[id]], backend=backend)
        model = nn.MLP(2, [3, 1], rng=0)
        fit(model, params=model.layers[1].parameters(), backend=backend)


@pytest.mark.parametrize("backend", BACKENDS)
def test_parameters_added_after_the_optimiser_was_made_are_named(backend):
    model = nn.Sequential(nn.Layer(2, 3, rng=0))
    params = model.parameters()
    model.layers.append(nn.Layer(3, 1, rng=0))
    with pytest.warns(UserWarning, match=r"fit does not train layers\.1\.neurons\.0\.weights\.0"):
        fit(model, params=params, backend=backend)


class Warm(nn.Module):
    """Three kinds of state beside the parameters: a number, a frozen Value, and one elsewhere."""

    def __init__(self):
        self.layer = nn.Layer(2, 1, rng=0)
        self.number, self.frozen = 1.0, Value(1.0)

    def __call__(self, x):
        return [self.number * self.frozen * y for y in self.layer(x)]


@pytest.mark.parametrize("change", ["number", "frozen", "activation", "none"])
def test_state_that_a_callback_changes_counts(change):
    """Recorded training does what eager training does, to 1e-10."""

    def callback(history, model):
        if change == "number":
            model.number *= 0.5
        elif change == "frozen":
            model.frozen.data *= 0.5
        elif change == "activation":
            model.layer.neurons[0].activation = autograd.tanh

    ends = {}
    for backend in BACKENDS:
        model = Warm()
        fit(model, params=model.layer.parameters(), callbacks=[callback], backend=backend)
        ends[backend] = numbers(model)
    assert ends["array"] == pytest.approx(ends["eager"], rel=1e-10)
    assert ends["loop"] == pytest.approx(ends["eager"], rel=1e-10)


def test_state_changed_between_two_calls_counts():
    """In training and in predictions, where programs are kept."""
    model = Warm()
    fit(model, params=model.layer.parameters())
    before = nn.predict(model, X, loss=nn.mse_loss)
    model.number = 3.0
    assert nn.predict(model, X, loss=nn.mse_loss) == pytest.approx([3.0 * y for y in before])
    model.frozen.data = 0.5
    assert nn.predict(model, X, loss=nn.mse_loss) == pytest.approx([1.5 * y for y in before])
    eager, compiled = Warm(), Warm()
    for one, backend in ((eager, "eager"), (compiled, "array")):
        for number in (1.0, 2.0, 0.5):
            one.number = number
            fit(one, params=one.layer.parameters(), backend=backend)
    assert numbers(compiled) == pytest.approx(numbers(eager), rel=1e-10)


def frozen(y, t):
    """Takes the number out of the graph."""
    return autograd.exp(getattr(y[0], "data", y[0]) - t)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("loss", [lambda y, t: t * t, frozen])
def test_a_loss_that_does_not_depend_on_the_model_is_refused(loss, backend):
    with pytest.raises(autograd.InputValueError, match="does not depend on any parameter"):
        fit(nn.Layer(2, 1, rng=0), loss, backend=backend)


def test_neurons_made_without_a_seed_differ():
    """And three networks do, and two calls of fit shuffle anew; nn.manual_seed repeats it all."""

    def draw():
        nn.manual_seed(3)
        neurons = [tuple(numbers(nn.Neuron(2))) for _ in range(16)]
        networks = [tuple(numbers(nn.MLP(2, [3, 1]))) for _ in range(3)]
        model, ends = nn.MLP(2, [1], init="zeros"), []
        for _ in range(3):
            model.load_state_dict(dict.fromkeys(model.state_dict(), 0.0))
            fit(model, epochs=1, rng=None)
            ends.append(tuple(numbers(model)))
        return neurons, networks, ends

    first = draw()
    assert [len(set(part)) for part in first] == [16, 3, 3]
    assert draw() == first


@pytest.mark.parametrize("backend", ["array", "eager"])
def test_resuming_with_other_data_is_refused(tmp_path, backend):
    """Also where there are as many of them."""
    path = tmp_path / "run"
    options = {"checkpoint": path, "backend": backend}
    fit(nn.Layer(2, 1, rng=0), **options)
    for x, y in (([*X[:-1], [9.0, 9.0]], Y), (X, [*Y[:-1], 9.0])):
        model = nn.Layer(2, 1, rng=0)
        before = numbers(model)
        with pytest.raises(nn.ModelFileError, match="of a run with data="):
            fit(model, x=x, y=y, epochs=4, resume=True, **options)
        assert numbers(model) == before
    fit(nn.Layer(2, 1, rng=0), epochs=4, resume=True, **options)


@pytest.mark.parametrize("backend", ["array", "eager"])
def test_an_unscaled_regression_gets_a_hint(backend):
    """Where the loss explodes, and where it stands still; not where all is well."""
    large = [1e5 * y for y in Y]
    with pytest.raises(nn.DivergenceError, match=r"the inputs reach .*: scale them to about 1"):
        fit(nn.Layer(2, 1, rng=0), x=[[1e4 * a, b] for a, b in X], epochs=50, backend=backend)
    model = nn.Layer(2, 1, rng=0)
    with pytest.warns(UserWarning, match=r"the loss went from .* only; the targets reach"):
        nn.fit(
            model, X, large, loss=nn.mse_loss, optimizer=nn.Adam(model.parameters()),
            epochs=6, progress=False, backend=backend,
        )  # fmt: skip
    fit(nn.Layer(2, 1, rng=0), epochs=10, backend=backend)


@pytest.mark.parametrize("backend", ["array", "eager"])
def test_logits_that_are_none_are_said(backend):
    """A softmax or sigmoid that the loss applies once more."""
    classes = [int(y > 0) for y in Y]
    twice = nn.Sequential(nn.Layer(2, 2, rng=0), autograd.softmax)
    with pytest.warns(UserWarning, match="cross_entropy takes logits and applies softmax itself"):
        fit(twice, nn.cross_entropy, y=classes, backend=backend)
    twice = nn.MLP(2, [1], output="sigmoid", rng=0)
    with pytest.warns(UserWarning, match="with_logits takes logits and applies sigmoid itself"):
        fit(twice, nn.binary_cross_entropy_with_logits, y=classes, backend=backend)
    fit(nn.Sequential(nn.Layer(2, 2, rng=0), autograd.log_softmax), nn.nll_loss, y=classes)


@pytest.mark.parametrize("backend", ["array", "eager"])
def test_words_are_labels(tmp_path, backend):
    """In training, validation, weights, predictions and scores, also after a file."""
    words = [("low", "high", "mid")[i % 3] for i in range(20)]
    codes = [sorted({*words}).index(word) for word in words]
    plain, named = nn.Linear(2, 3, rng=0), nn.Linear(2, 3, rng=0)
    options = {"epochs": 9, "backend": backend}
    fit(plain, nn.cross_entropy, y=codes, validation=(X, codes), **options)
    history = fit(named, nn.cross_entropy, y=words, validation=(X, words), **options)
    assert numbers(named) == numbers(plain)
    found = nn.predict(named, X)
    assert found == [sorted({*words})[label] for label in nn.predict(plain, X)]
    assert named.score(X, words) == plain.score(X, codes) == history.val_accuracy[-1]
    named.save(tmp_path / "model.json")
    assert nn.Module.load(tmp_path / "model.json").predict(X) == found
    for loss in (nn.hinge_loss, nn.binary_cross_entropy_with_logits):
        model, signs = nn.Linear(2, 1, rng=0), ["yes" if x[0] > 0 else "no" for x in X]
        fit(model, loss, y=signs, epochs=200, backend=backend)
        assert model.score(X, signs, loss=loss) > 0.9
    with pytest.raises(autograd.InputValueError, match="validation data, label 'top' is none of"):
        fit(plain, nn.cross_entropy, y=words, validation=(X[:1], ["top"]), backend=backend)


@pytest.mark.parametrize("backend", ["array", "eager"])
def test_rows_are_augmented_batch_by_batch(backend):
    """With the run's random numbers, anew in every epoch; not those that judge."""
    seen = []

    def shifted(rows, rng):
        step = rng.random()
        seen.append((len(rows), step))
        return [[x + step for x in row] for row in rows]

    ends = []
    for _ in range(2):
        model = nn.Linear(2, 1, rng=0)
        history = fit(model, augment=shifted, validation=(X, Y), backend=backend)
        ends.append(numbers(model))
    assert ends[0] == ends[1]
    assert [count for count, _ in seen] == [5] * 24
    assert len({step for _, step in seen}) == 12
    assert history.val_loss[-1] == pytest.approx(
        nn.mse_loss([model(x)[0].data for x in X], Y), rel=1e-12
    )
    with pytest.raises(autograd.InputValueError, match="takes and returns 5 rows of 2 columns"):
        fit(model, augment=lambda rows, rng: rows[1:], backend=backend)


@pytest.mark.parametrize("backend", ["array", "eager"])
def test_wrong_columns_are_named_by_where_they_came_from(backend):
    model = nn.Linear(2, 1, rng=0)
    with pytest.raises(autograd.InputValueError, match="takes 2 inputs, but got 3: X has 3 col"):
        fit(model, x=[[*row, 1.0] for row in X], backend=backend)
    with pytest.raises(autograd.InputValueError, match=r"in the validation data, .*X has 1 col"):
        fit(model, validation=([[1.0]], [1.0]), backend=backend)


def test_callbacks_see_and_change_what_the_optimiser_remembers():
    """Its state is that of the epoch; momentum that is forgotten, and a new parameter, count."""
    runs = []
    for backend in ("auto", "eager"):
        model = nn.MLP(2, [3, 2], activation="tanh", rng=0)
        optimizer = nn.Adam(model.parameters(), lr=0.1)
        seen = []

        def look(history, model, optimizer=optimizer, seen=seen):
            seen.append(sum(m[0] for m in optimizer.state_dict()["memory"]))
            if len(history.loss) == 2:
                optimizer.memory[:3] = [optimizer.start] * 3
            if len(history.loss) == 4:
                model.extra = Value(0.5)
                optimizer.params.append(model.extra)
                optimizer.memory.append(optimizer.start)

        history = nn.fit(
            model, X, [int(t > 0.0) for t in Y], loss=nn.cross_entropy, optimizer=optimizer,
            epochs=6, rng=0, progress=False, callbacks=[look], backend=backend,
        )  # fmt: skip
        runs.append([*history.loss, *seen, len(optimizer.memory)])
    assert runs[0] == pytest.approx(runs[1], rel=1e-9)
    assert len(set(runs[0])) == 13


@pytest.mark.parametrize("ignored", [-1, 1])
@pytest.mark.parametrize("backend", ["auto", "eager"])
def test_what_a_loss_ignores_is_neither_right_nor_wrong(backend, ignored):
    """In accuracies while learning and of validation data, in scores, and in balanced classes."""
    classes = [ignored if i % 3 == 0 else 2 * int(t > 0.0) for i, t in enumerate(Y)]
    kept = [i for i in range(len(X)) if i % 3]
    few, theirs = [X[i] for i in kept], [classes[i] for i in kept]
    loss = nn.CrossEntropyLoss(ignore_index=ignored)
    model = nn.MLP(2, [3], rng=0)
    history = nn.fit(
        model, X, classes, loss=loss, optimizer=nn.SGD(model.parameters(), lr=1e-12), epochs=1,
        validation=(X, classes), class_weight="balanced", progress=False, backend=backend,
    )  # fmt: skip
    score = model.score(few, theirs, loss=nn.cross_entropy, backend=backend)
    assert 0.0 < score < 1.0
    assert history.accuracy == history.val_accuracy == [score]
    assert model.score(X, classes, loss=loss, backend=backend) == score


@pytest.mark.parametrize("backend", ["auto", "eager"])
def test_a_function_as_schedule_changes_the_rate_and_nothing_else(backend):
    """What was learnt in an epoch is there in the next, with callbacks or without."""
    runs = []
    for schedule, callbacks in (
        (lambda epoch: 1.0, []),
        (lambda epoch: 1.0, [lambda history, model: False]),
        (lambda done, step: 1.0, []),
        (nn.schedules.ConstantSchedule(), []),
    ):
        model = nn.MLP(2, [3, 1], activation="tanh", rng=0)
        history = nn.fit(
            model, X, Y, loss=nn.mse_loss, optimizer=nn.SGD(model.parameters(), 0.1, 0.9), epochs=5,
            rng=0, schedule=schedule, callbacks=callbacks, progress=False, backend=backend,
        )  # fmt: skip
        runs.append((history.loss, model.state_dict()))
    assert runs[0] == runs[1] == runs[2] == runs[3]


class Dropout(nn.Module):
    """Leaves out a tenth of four neurons: often none at all."""

    def __init__(self, rng):
        self.hidden, self.out, self.rng = nn.Layer(2, 4, rng=0), nn.Layer(4, 1, rng=1), rng

    def forward(self, x):
        kept = [h if self.rng.random() > 0.1 else 0.0 * h for h in self.hidden(x)]
        return self.out(kept)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("make", [random.Random, np.random.default_rng])
def test_noise_of_the_model_is_never_frozen(make, seed):
    """Not even where the numbers it drew for the first examples happened to be alike."""
    with pytest.raises(autograd.TraceError, match=r'model or loss draws random .* backend="eager"'):
        fit(Dropout(make(seed)), backend="auto")
    with pytest.raises(autograd.TraceError, match="the model draws random numbers"):
        nn.predict(Dropout(make(seed)), X, loss=nn.mse_loss, backend="array")


def test_noise_of_the_model_is_new_in_every_step_of_values():
    """The remedy: training runs, and differs with the seed of the noise."""
    ends = [Dropout(random.Random(seed)) for seed in (0, 1, 1)]
    for model in ends:
        fit(model, x=[[a / 10.0, b / 20.0] for a, b in X], backend="eager")
    one, other, same = map(numbers, ends)
    assert one != other == same
