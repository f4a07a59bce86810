"""Ways out and back: ONNX files run to 1e-6, PyTorch modules compute the same to 1e-12."""

import sys

import numpy as np
import pytest

import autograd
import nn
from nn.activations import ACTIVATIONS

X = np.random.default_rng(0).normal(size=(20, 4)) * 3.0
with_torch = pytest.mark.needs("torch")
each_activation = pytest.mark.parametrize("activation", ACTIVATIONS)


def network(activation="tanh", output="linear"):
    model = nn.MLP(4, [6, 5, 3], activation=activation, output=output, rng=1)
    for i, parameter in enumerate(model.parameters()):
        parameter.data += 0.01 * i  # so that no bias is 0
    return model


def outputs(model):
    return np.array([[y.data for y in model(row)] for row in X.tolist()])


def torch_outputs(module):
    import torch

    return module(torch.tensor(X)).detach().numpy()


def onnx_outputs(path, X=X):
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(["output"], {"x": X})[0]


# ONNX


@pytest.mark.needs("onnxruntime")
@each_activation
def test_onnx_files_compute_the_same(tmp_path, activation):
    model = network(activation)
    model.to_onnx(tmp_path / "model.onnx")
    assert onnx_outputs(tmp_path / "model.onnx") == pytest.approx(outputs(model), abs=1e-6)


@pytest.mark.needs("onnxruntime")
def test_onnx_files_come_in_single_precision_and_hold_any_part(tmp_path):
    """Also models of one's own, that do not say how many inputs they take."""
    path = tmp_path / "model.onnx"
    model = nn.Sequential(nn.Layer(4, 3, rng=2), autograd.softmax)
    model.to_onnx(path, dtype="float32")
    got = onnx_outputs(path, X.astype(np.float32))
    assert got.dtype == np.float32
    assert got == pytest.approx(outputs(model), abs=1e-5)

    class Product(nn.Module):
        def __call__(self, inputs):
            return autograd.prod(inputs)

    Product().to_onnx(path, nin=4)
    assert onnx_outputs(path) == pytest.approx(X.prod(axis=1), rel=1e-12)
    with pytest.raises(autograd.InputTypeError, match="how many inputs Product takes: give nin"):
        Product().to_onnx(path)
    nn.Neuron(4, rng=0).to_onnx(path)
    assert onnx_outputs(path).shape == (20,)


def test_onnx_of_a_custom_op_is_refused(tmp_path):
    """Nothing is written, and an older file stays."""
    cube = autograd.custom_op("cube", lambda a: a**3, lambda xp, out, a: (3.0 * a * a,))
    path = tmp_path / "model.onnx"
    nn.Layer(2, 1, rng=0).to_onnx(path)
    before = path.read_bytes()
    with pytest.raises(autograd.InputValueError, match="'cube' is a custom_op"):
        nn.Layer(2, 1, activation=cube, rng=0).to_onnx(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(OSError, match="no folder"):
        nn.Layer(2, 1, rng=0).to_onnx(tmp_path / "no" / "model.onnx")


# PyTorch


@with_torch
@each_activation
def test_torch_modules_compute_the_same_and_come_back(activation):
    """Weights to the bit, outputs to 1e-12, in both directions."""
    model = network(activation)
    module = model.to_torch()
    expected = outputs(model)
    np.testing.assert_allclose(torch_outputs(module), expected, rtol=1e-12, atol=1e-12)
    back = nn.from_torch(module)
    assert type(back) is nn.MLP
    assert back.state_dict() == model.state_dict()
    assert back.config() == model.config() | {
        "activation": "identity" if activation == "linear" else activation,
        "output": "identity",
    }
    assert (outputs(back) == expected).all()


@with_torch
def test_torch_modules_share_nothing():
    model = network()
    module = model.to_torch()
    before = torch_outputs(module)
    for parameter in model.parameters():
        parameter.data = 0.0
    assert (torch_outputs(module) == before).all()


@with_torch
@pytest.mark.parametrize(
    "model",
    [
        nn.Neuron(4, activation="tanh", rng=0),
        nn.Layer(4, 2, activation="relu", rng=0),
        nn.Sequential(nn.Layer(4, 3, rng=0), nn.Neuron(3, activation="sigmoid", rng=1)),
        nn.Sequential(nn.MLP(4, [3, 3], rng=0), autograd.softmax),
        nn.Sequential(nn.Layer(4, 3, rng=0), autograd.log_softmax),
    ],
    ids=["neuron", "layer", "layer and neuron", "nested with softmax", "log_softmax"],
)
def test_parts_and_mixtures_go_to_torch_and_back(model):
    whole = model if isinstance(model, nn.Sequential) else nn.Sequential(model)
    module = model.to_torch()
    np.testing.assert_allclose(torch_outputs(module), outputs(whole), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(
        outputs(nn.from_torch(module)), outputs(whole), rtol=1e-12, atol=1e-12
    )


@with_torch
def test_training_goes_on_in_torch():
    """A step of SGD there equals a step here, to 1e-12."""
    import torch

    model = network()
    module = model.to_torch()
    step = torch.optim.SGD(module.parameters(), lr=0.1)
    torch.nn.functional.cross_entropy(module(torch.tensor(X)), torch.arange(20) % 3).backward()
    step.step()
    loss = nn.cross_entropy([model(row) for row in X.tolist()], [i % 3 for i in range(20)])
    loss.backward()
    nn.SGD(model.parameters(), lr=0.1).step()
    assert nn.from_torch(module).state_dict() == pytest.approx(model.state_dict(), rel=1e-12)


@with_torch
def test_torch_networks_come_in():
    """Single precision is exact here; no bias is a bias of 0; a leading Flatten is dropped."""
    import torch

    torch.manual_seed(0)
    module = torch.nn.Sequential(
        torch.nn.Flatten(),
        torch.nn.Linear(4, 3, bias=False),
        torch.nn.Identity(),
        torch.nn.ReLU(),
        torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Tanh()),
    )
    model = nn.from_torch(module)
    np.testing.assert_allclose(outputs(model), torch_outputs(module.double()), rtol=1e-12)
    assert model.config()["activation"] == "relu"
    assert model.config()["output"] == "tanh"
    assert nn.from_torch(torch.nn.Linear(4, 2)).nouts == [2]


@with_torch
@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda t: t.Sequential(t.Linear(2, 2), t.Dropout(0.5)), r"but got Dropout\(p=0.5"),
        (lambda t: t.Sequential(t.Linear(2, 2), t.LeakyReLU(0.2)), "negative_slope=0.01 only"),
        (lambda t: t.Sequential(t.Linear(2, 2), t.GELU("tanh")), "approximate='none' only"),
        (lambda t: t.Sequential(t.ReLU(), t.Linear(2, 2)), r"but ReLU\(\) stands elsewhere"),
        (lambda t: t.Sequential(t.Linear(2, 2), t.ReLU(), t.Tanh()), "stands elsewhere"),
        (lambda t: t.Sequential(), "finds no Linear"),
        (lambda t: t.Conv2d(1, 1, 3), "but got Conv2d"),
    ],
)
def test_torch_modules_without_a_counterpart_are_refused(build, message):
    import torch

    with pytest.raises(autograd.InputTypeError, match=message):
        nn.from_torch(build(torch.nn))


@with_torch
def test_parts_without_a_counterpart_in_torch_are_refused():
    with pytest.raises(autograd.InputTypeError, match=r"one activation a layer.*but got <"):
        nn.Layer(2, 1, activation=lambda x: x * 2.0, rng=0).to_torch()
    mixed = nn.Layer(2, 2, activation="relu", rng=0)
    mixed.neurons[0].activation = autograd.tanh
    with pytest.raises(autograd.InputTypeError, match="one activation a layer"):
        mixed.to_torch()
    with pytest.raises(autograd.InputTypeError, match="the model holds <built-in function sorted"):
        nn.Sequential(nn.Layer(2, 2, rng=0), sorted).to_torch()


@pytest.mark.parametrize(
    "convert", [lambda: nn.Neuron(2, rng=0).to_torch(), lambda: nn.from_torch(None)]
)
def test_missing_torch_is_named(convert, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(autograd.MissingExtraError, match="needs PyTorch, which is not installed"):
        convert()
