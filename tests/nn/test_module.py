"""Modules: finding, naming, saving and loading parameters."""

import json
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value


class Pair(nn.Module):
    """A user's own module: parameters directly, in a tuple, and in a shared part."""

    def __init__(self, weight=1.0):
        self.shared = nn.Neuron(1, rng=0)
        self.again = self.shared
        self.knobs = (Value(weight), [Value(2.0)])
        self.last = self.knobs[0] * 2.0  # computed: no parameter
        self.constant = 5.0
        self.itself = self
        self.name_parameters()

    def __call__(self, inputs):
        return self.shared(inputs) * self.knobs[0] + self.knobs[1][0]


def model():
    return nn.MLP(2, [3, 1], activation="tanh", rng=0)


def test_parameters_are_found_in_attribute_order_each_once():
    """Through lists, tuples and modules; a shared part under its first path only."""
    paths = [path for path, _ in Pair().named_parameters()]
    assert paths == ["shared.weights.0", "shared.bias", "knobs.0", "knobs.1.0"]


def test_order_is_layers_neurons_weights_bias():
    """The fixed order that optimisers, files and compiled programs rely on."""
    named = list(model().named_parameters())
    expected = [
        f"layers.{i}.neurons.{j}.{part}"
        for i, (nin, nout) in enumerate([(2, 3), (3, 1)])
        for j in range(nout)
        for part in [*(f"weights.{k}" for k in range(nin)), "bias"]
    ]
    assert [path for path, _ in named] == expected
    assert [parameter.name for _, parameter in named] == expected


def test_outermost_module_names_the_parameters():
    """A part keeps its own paths until something contains it."""
    layer = nn.Layer(2, 1, rng=0)
    assert layer.parameters()[0].name == "neurons.0.weights.0"
    nn.Sequential(nn.Layer(1, 2, rng=0), layer)
    assert layer.parameters()[0].name == "layers.1.neurons.0.weights.0"


def test_zero_grad_clears_every_parameter():
    one = model()
    one([1.0, 2.0])[0].backward()
    assert any(p.grad for p in one.parameters())
    one.zero_grad()
    assert not any(p.grad for p in one.parameters())


def test_state_moves_between_models():
    """The state of one model makes another of the same shape equal to it."""
    one, two = model(), nn.MLP(2, [3, 1], activation="tanh", rng=1)
    assert one.state_dict() != two.state_dict()
    two.load_state_dict(one.state_dict())
    assert one.state_dict() == two.state_dict()
    assert one([0.3, 0.4])[0].data == two([0.3, 0.4])[0].data


def test_state_may_hold_numpy_numbers():
    one = nn.Neuron(1, rng=0)
    one.load_state_dict({"weights.0": np.float64(2.0), "bias": 1})
    assert one.state_dict() == {"weights.0": 2.0, "bias": 1.0}


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        pytest.param(lambda s: s.pop("bias"), ValueError, r"1 missing \(bias\)", id="missing"),
        pytest.param(
            lambda s: s.update({"bias.0": 0.0}), ValueError, r"1 unknown \(bias.0\)", id="extra"
        ),
        pytest.param(
            lambda s: s.update(bias=[1.0]), TypeError, r"bias takes a real number.*list", id="shape"
        ),
        pytest.param(
            lambda s: s.update(bias="1"), TypeError, "bias takes a real number", id="text"
        ),
        pytest.param(
            lambda s: s.update(bias=True), TypeError, "bias takes a real number", id="bool"
        ),
    ],
)
def test_wrong_state_changes_nothing(change, error, message):
    """All entries are looked at before the first parameter is set."""
    neuron = nn.Neuron(2, rng=0)
    before = neuron.state_dict()
    state = dict.fromkeys(before, 9.0)
    change(state)
    with pytest.raises(error, match=message) as caught:
        neuron.load_state_dict(state)
    assert isinstance(caught.value, autograd.AutogradError)
    assert neuron.state_dict() == before


def test_state_must_be_a_mapping():
    with pytest.raises(autograd.InputTypeError, match="takes a mapping"):
        nn.Neuron(1, rng=0).load_state_dict([1.0, 2.0])


@pytest.mark.parametrize(
    "build",
    [
        lambda: nn.Neuron(3, activation="silu", rng=1),
        lambda: nn.Layer(3, 2, activation=autograd.tanh, rng=1),
        lambda: nn.MLP(3, [4, 2], activation="leaky_relu", output="sigmoid", rng=1),
        lambda: nn.Sequential(nn.Layer(3, 2, rng=1), nn.MLP(2, [2], rng=2)),
    ],
    ids=["Neuron", "Layer", "MLP", "Sequential"],
)
def test_saved_model_comes_back_exactly(tmp_path, build):
    """Same class, same outputs to the bit, for every module of the package."""
    saved = build()
    saved.save(tmp_path / "model.json")
    for cls in (nn.Module, type(saved)):
        loaded = cls.load(tmp_path / "model.json")
        assert type(loaded) is type(saved)
        assert loaded.state_dict() == saved.state_dict()
        values = [m([0.1, -2.0, 3.0]) for m in (saved, loaded)]
        outputs = [[v.data for v in (o if isinstance(o, list) else [o])] for o in values]
        assert outputs[0] == outputs[1]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_parameters_are_saved_exactly(tmp_path_factory, number):
    path = tmp_path_factory.getbasetemp() / "neuron.json"
    neuron = nn.Neuron(1, rng=0)
    neuron.bias.data = number
    neuron.save(path)
    assert nn.Neuron.load(path).bias.data.hex() == number.hex()


def test_own_module_is_saved_once_it_has_a_config(tmp_path):
    """Without config there is a clear error and no file; with it, `load` finds the class."""

    class Own(Pair):
        pass

    path = tmp_path / "own.json"
    with pytest.raises(nn.ModelFileError, match=r"Own does not say.*config\(\)"):
        Own().save(path)
    assert not path.exists()

    Own.config = lambda self: {"weight": 1.0}
    saved = Own(4.0)
    saved.save(path)
    assert Own.load(path).state_dict() == saved.state_dict()


def test_diverged_model_is_not_saved(tmp_path):
    """NaN never replaces a good model."""
    path = tmp_path / "neuron.json"
    neuron = nn.Neuron(1, rng=0)
    neuron.save(path)
    good = path.read_text()
    neuron.bias.data = float("nan")
    with pytest.raises(nn.ModelFileError, match="bias is nan"):
        neuron.save(path)
    assert path.read_text() == good


def edited(change):
    """The text of a model file after `change` to its content."""

    def edit(text):
        content = json.loads(text)
        change(content)
        return json.dumps(content)

    return edit


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        pytest.param(lambda text: text[: len(text) // 2], "truncated or not JSON", id="truncated"),
        pytest.param(lambda text: "", "truncated or not JSON", id="empty"),
        pytest.param(lambda text: "{}", "not a model file", id="other"),
        pytest.param(edited(lambda c: c.update(version=99)), "version are .* 99", id="version"),
        pytest.param(edited(lambda c: c.pop("model")), "no valid model", id="no-model"),
        pytest.param(edited(lambda c: c.update(model=3)), "no valid model", id="odd-model"),
        pytest.param(
            edited(lambda c: c["model"].update(type="Layer")), "neither MLP nor", id="type"
        ),
        pytest.param(
            edited(lambda c: c["model"]["config"].update(nouts=[3, 2])), "missing", id="shape"
        ),
        pytest.param(
            edited(lambda c: c["model"]["config"].update(activation="no")),
            "unknown activation",
            id="activation",
        ),
        pytest.param(
            edited(lambda c: c["model"]["config"].update(colour=1)), "colour", id="option"
        ),
        pytest.param(
            edited(lambda c: c["parameters"].update({"layers.0.neurons.0.bias": "1"})),
            "takes a real number",
            id="text",
        ),
    ],
)
def test_spoilt_model_file_is_refused(tmp_path, edit, message):
    """Each fault is named, with the file; the untouched file loads."""
    path = tmp_path / "model.json"
    model().save(path)
    assert nn.MLP.load(path).state_dict() == model().state_dict()
    path.write_text(edit(path.read_text()))
    with pytest.raises(nn.ModelFileError, match=message):
        nn.MLP.load(path)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(nn.ModelFileError, match=r"cannot read .*nothing\.json"):
        nn.MLP.load(tmp_path / "nothing.json")


def test_same_seed_same_model_other_seed_another():
    """Also when the seed comes as a generator."""
    states = [nn.MLP(2, [3, 1], rng=rng).state_dict() for rng in (5, random.Random(5), 6)]
    assert states[0] == states[1] != states[2]


class Bare(nn.Module):
    """A module without a config."""

    def __init__(self):
        self.w = autograd.Value(1.0)

    def __call__(self, inputs):
        return inputs


@pytest.mark.parametrize(
    ("model", "shown"),
    [
        (
            nn.MLP(2, [3, 1], activation="tanh", rng=0),
            "MLP(nin=2, nouts=[3, 1], activation='tanh', output='identity')",
        ),
        (nn.Neuron(2, rng=0), "Neuron(nin=2, activation='identity')"),
        (
            nn.Sequential(nn.Neuron(2, activation="relu", rng=0), autograd.softmax),
            "Sequential(Neuron(nin=2, activation='relu'), softmax)",
        ),
        (nn.MLP(2, [1], output=lambda x: x, rng=0), "<MLP of 3 parameters>"),
        (Bare(), "<Bare of 1 parameters>"),
    ],
)
def test_repr_says_how_it_was_made(model, shown):
    """As far as it can be made again; elsewhere what it is."""
    assert repr(model) == shown
