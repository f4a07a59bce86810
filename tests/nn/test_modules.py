"""At home for PyTorch users: their names, their scripts, and what is not here on purpose."""

import math
import random
import subprocess
import sys
from pathlib import Path

import pytest

import autograd
import nn
from autograd import Value
from nn.absent import IN_MODULES, IN_NN

ROOT = Path(__file__).parent.parent.parent
RNG = random.Random(1)
ROWS = [[RNG.gauss(0.0, 1.0) for _ in range(4)] for _ in range(5)]
ACTIVATIONS = [
    "SiLU",
    "ELU",
    "Identity",
    "ReLU",
    "LeakyReLU",
    "Tanh",
    "Sigmoid",
    "Softplus",
    "GELU",
]


def numbers(nested):
    return [numbers(x) for x in nested] if isinstance(nested, list) else float(nested)


def flat(nested):
    return [y for x in nested for y in flat(x)] if isinstance(nested, list) else [nested]


# The script that everybody has written, with other imports and data: `library` is where the modules
# come from, `functions` has relu, `data` makes lists into what the library takes.
SCRIPT = """
class Net(library.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = library.Linear(10, 5)
        self.fc2 = library.Linear(5, 1)

    def forward(self, x):
        x = functions.relu(self.fc1(x))
        return self.fc2(x)

model = prepared(Net())
criterion = library.MSELoss()
optimizer = optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
losses = []
for epoch in range(30):
    optimizer.zero_grad()
    outputs = model(inputs)
    loss = criterion(outputs, targets)
    loss.backward()
    optimizer.step()
    losses.append(float(loss.data))
"""


@pytest.mark.needs("torch")
def test_the_usual_script_gives_what_pytorch_gives():
    """Thirty steps of a 10-5-1 network from one start: losses and weights equal to 1e-12."""
    import torch

    rng = random.Random(0)
    inputs = [[rng.gauss(0.0, 1.0) for _ in range(10)] for _ in range(16)]
    targets = [[math.sin(sum(row))] for row in inputs]
    torch.manual_seed(0)
    start, trained = [], []

    def remembered(net):
        net = net.double()
        start.append({name: tensor.clone() for name, tensor in net.state_dict().items()})
        return net

    theirs = {
        "library": torch.nn, "functions": torch, "optim": torch.optim, "prepared": remembered,
        "inputs": torch.tensor(inputs, dtype=torch.float64),
        "targets": torch.tensor(targets, dtype=torch.float64),
    }  # fmt: skip
    exec(SCRIPT, theirs)

    def copied(net):
        fresh = theirs["Net"]().double()
        fresh.load_state_dict(start[0])
        return nn.from_torch(fresh, into=net)

    ours = {
        "library": nn, "functions": autograd, "optim": nn.optim, "prepared": copied,
        "inputs": inputs, "targets": targets,
    }  # fmt: skip
    exec(SCRIPT, ours)
    assert ours["losses"] == pytest.approx(theirs["losses"], rel=1e-12)
    assert ours["losses"][-1] < 0.3 * ours["losses"][0]
    for name in ("fc1", "fc2"):
        layer, linear = getattr(ours["model"], name), getattr(theirs["model"], name)
        weights = [[w.data for w in neuron.weights] for neuron in layer.neurons]
        trained.append((weights, linear.weight.tolist()))
        assert [n.bias.data for n in layer.neurons] == pytest.approx(
            linear.bias.tolist(), rel=1e-12
        )
    for mine, yours in trained:
        assert flat(mine) == pytest.approx(flat(yours), rel=1e-12)


@pytest.mark.needs("torch")
def test_weights_go_only_where_they_fit():
    import torch

    theirs = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1))
    ours = nn.Sequential(nn.Linear(2, 3, rng=0), nn.ReLU(), nn.Linear(3, 1, rng=0))
    assert nn.from_torch(theirs, into=ours) is ours
    expected = theirs(torch.tensor([[0.5, -1.0]])).item()
    assert ours([0.5, -1.0])[0].data == pytest.approx(expected, rel=1e-6)  # theirs is in float32
    for other in (nn.Sequential(nn.Linear(2, 3, rng=0)), nn.Linear(2, 3, rng=0), nn.ReLU()):
        with pytest.raises(autograd.InputValueError, match="layers of the same names and sizes"):
            nn.from_torch(theirs, into=other)


@pytest.mark.needs("torch")
@pytest.mark.parametrize("name", ["layers", "mylayers", "fc"])
def test_weights_go_to_lists_of_layers(name):
    """Whatever the list is called that stands for a ModuleList."""
    import torch

    theirs, ours = torch.nn.Module(), nn.Module()
    setattr(theirs, name, torch.nn.ModuleList([torch.nn.Linear(2, 3), torch.nn.Linear(3, 1)]))
    setattr(ours, name, [nn.Linear(2, 3, rng=0), nn.Linear(3, 1, rng=0)])
    nn.from_torch(theirs, into=ours)
    expected = [layer.weight.tolist() for layer in getattr(theirs, name)]
    found = [[[w.data for w in n.weights] for n in x.neurons] for x in getattr(ours, name)]
    assert found == expected


@pytest.mark.parametrize("name", [*ACTIVATIONS, "Softmax", "LogSoftmax"])
def test_an_activation_is_a_module(name):
    """Of numbers, rows and lists of rows; it saves, exports, and trains between layers."""
    module = getattr(nn, name)()
    outputs = numbers(module([[Value(x) for x in row] for row in ROWS]))
    assert outputs == [numbers(module(row)) for row in ROWS]
    model = nn.Sequential(nn.Linear(4, 3, rng=0), module, nn.Linear(3, 2, rng=1))
    rebuilt = nn.Module.rebuild(model.describe())
    rebuilt.load_state_dict(model.state_dict())
    assert numbers(rebuilt(ROWS)) == numbers(model(ROWS))
    loss, optimizer = nn.MSELoss(), nn.SGD(model.parameters(), 0.01)
    targets = [row[:2] for row in ROWS]
    history = nn.fit(model, ROWS, targets, loss=loss, optimizer=optimizer, epochs=9, progress=False)
    assert history.loss[-1] < history.loss[0]


@pytest.mark.needs("torch")
@pytest.mark.parametrize("name", [*ACTIVATIONS, "Softmax", "LogSoftmax"])
def test_activations_are_those_of_pytorch(name):
    import torch

    options = {"dim": -1} if "max" in name else {"Softplus": {"threshold": 40.0}}.get(name, {})
    theirs = getattr(torch.nn, name)(**options)(torch.tensor(ROWS, dtype=torch.float64)).tolist()
    assert flat(numbers(getattr(nn, name)()(ROWS))) == pytest.approx(flat(theirs), rel=1e-12)
    model = nn.Sequential(nn.Linear(4, 3, False, rng=0), getattr(nn, name)())
    there = model.to_torch()(torch.tensor(ROWS, dtype=torch.float64)).tolist()
    assert flat(numbers(model(ROWS))) == pytest.approx(flat(there), rel=1e-12)
    assert nn.LeakyReLU(0.2)([-1.0]) == [-0.2]
    assert nn.ELU(alpha=2.0)([-1.0]) == pytest.approx([2.0 * math.expm1(-1.0)])


LOSSES = {
    "MSELoss": (ROWS, ROWS[::-1]),
    "L1Loss": (ROWS, ROWS[::-1]),
    "CrossEntropyLoss": (ROWS, [0, 3, 1, 2, 0]),
    "NLLLoss": ([autograd.log_softmax(row) for row in ROWS], [0, 3, 1, 2, 0]),
    "BCEWithLogitsLoss": (ROWS, [[float(x > 0.3) for x in row] for row in ROWS]),
    "BCELoss": (
        [[autograd.sigmoid(x) for x in row] for row in ROWS],
        [[float(x > 0.3) for x in row] for row in ROWS],
    ),
}


@pytest.mark.needs("torch")
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("name", LOSSES)
def test_loss_modules_are_those_of_pytorch(name, reduction):
    import torch

    outputs, targets = LOSSES[name]
    theirs = getattr(torch.nn, name)(reduction=reduction)(
        torch.tensor(outputs, dtype=torch.float64),
        torch.tensor(targets, dtype=torch.float64 if isinstance(targets[0], list) else None),
    )
    assert getattr(nn, name)(reduction=reduction)(outputs, targets) == pytest.approx(
        theirs.item(), rel=1e-12
    )


def test_a_loss_module_is_known_by_what_it_does():
    """Labels, scores and checkpoints go by the function and its options."""
    model = nn.MLP(4, [1], rng=0)
    y = [row[0] for row in ROWS]
    assert model.score(ROWS, y, loss=nn.MSELoss()) == model.score(ROWS, y, loss=nn.mse_loss)
    assert repr(nn.BCEWithLogitsLoss(weight=2.0)) == "BCEWithLogitsLoss(weight=2.0)"
    with pytest.raises(autograd.InputTypeError, match="MSELoss takes the options reduction"):
        nn.MSELoss(size_average=True)
    with pytest.raises(autograd.InputTypeError, match="ReLU takes no options"):
        nn.ReLU(True)
    with pytest.raises(autograd.InputValueError, match="goes along the last axis"):
        nn.Softmax(dim=0)(ROWS)
    assert nn.Softmax(dim=1)(ROWS) == nn.Softmax(dim=-1)(ROWS) == nn.Softmax()(ROWS)


def test_another_loss_option_is_another_run(tmp_path):
    def train(loss, **options):
        model = nn.MLP(4, [1], rng=0)
        optimizer = nn.SGD(model.parameters(), 0.1)
        given = {"epochs": 1, "rng": 0, "progress": False, "checkpoint": tmp_path / "run"}
        nn.fit(model, ROWS, [1.0] * 5, loss=loss, optimizer=optimizer, **given, **options)

    train(nn.BCEWithLogitsLoss(weight=2.0))
    train(nn.BCEWithLogitsLoss(weight=2.0), resume=True)
    with pytest.raises(nn.ModelFileError, match=r"logits\(weight=2.0\), but now it is"):
        train(nn.BCEWithLogitsLoss(weight=1.0), resume=True)


def test_layers_without_bias():
    layer = nn.Linear(3, 2, bias=False, rng=0)
    assert [path for path, _ in layer.named_parameters()][-1] == "neurons.1.weights.2"
    assert [y.data for y in layer([0.0, 0.0, 0.0])] == [0.0, 0.0]
    assert nn.Module.rebuild(layer.describe()).parameters().__len__() == 6
    assert nn.Linear(3, 2, True, rng=0).state_dict() == nn.Layer(3, 2, rng=0).state_dict()


class Forward(nn.Module):
    def __init__(self):
        self.w = Value(2.0)

    def forward(self, x):
        return self.w * x


class Called(Forward):
    forward = nn.Module.forward

    def __call__(self, x):
        return self.w * x


@pytest.mark.parametrize("kind", [Forward, Called])
def test_forward_works_as_calling_does(kind):
    assert kind()(3.0) == kind().forward(3.0) == 6.0
    with pytest.raises(autograd.InputTypeError, match="define forward"):
        nn.Module()(1.0)


def test_an_optimiser_s_state_goes_to_another():
    """Options and memory; of an optimiser of another kind or size it is refused."""
    one, other = (nn.Linear(2, 1, rng=0) for _ in range(2))
    first = nn.Adam(one.parameters(), lr=0.5)
    second = nn.Adam(other.parameters())
    for model, optimizer in ((one, first), (one, first)):
        model([1.0, 2.0])[0].backward()
        optimizer.step()
    second.load_state_dict(first.state_dict())
    assert (second.lr, second.memory) == (0.5, first.memory)
    for wrong in (nn.SGD(one.parameters(), 0.1), nn.Adam(nn.Linear(3, 1, rng=0).parameters())):
        with pytest.raises(autograd.InputValueError, match="needs the state of <Adam of 3"):
            second.load_state_dict(wrong.state_dict())


def test_options_that_pytorch_orders_otherwise_are_named():
    """SGD's fourth argument is dampening there: read as another one, it would be wrong unseen."""
    with pytest.raises(TypeError):
        nn.SGD([Value(1.0)], 0.1, 0.9, 0.5)


@pytest.mark.parametrize(
    ("thing", "name"),
    [
        *[(nn, name) for name in ("Dropout", "BatchNorm2d", "LayerNorm", "Conv2d", "MaxPool2d")],
        *[(nn, name) for name in ("LSTM", "Embedding", "ModuleList", "Parameter", "functional")],
        *[(nn, name) for name in ("Flatten", "DataLoader", "ReduceLROnPlateau", "utils")],
        *[(nn.Linear(2, 1, rng=0), name) for name in ("train", "eval", "to", "cuda", "weight")],
        *[(nn.Linear(2, 1, rng=0), name) for name in ("children", "requires_grad_", "in_features")],
        (nn.SGD([Value(1.0)], 0.1), "param_groups"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_what_is_not_here_on_purpose_says_what_to_do(thing, name):
    with pytest.raises(AttributeError, match=rf"has no {name}, on purpose: \w"):
        getattr(thing, name)
    assert not hasattr(thing, name)


def test_what_nobody_expects_is_an_ordinary_mistake():
    for thing in (nn, nn.Linear(2, 1, rng=0), nn.SGD([Value(1.0)], 0.1)):
        with pytest.raises(AttributeError, match="has no attribute 'lienar'"):
            thing.lienar  # noqa: B018
    assert IN_NN.keys().isdisjoint(IN_MODULES)


@pytest.mark.parametrize("kind", [nn.Module, nn.SGD])
def test_what_a_property_misses_is_what_the_error_names(kind):
    """Python asks for the property once more, which hid the mistake in it."""

    class Derived(kind):
        @property
        def depth(self):
            return self.layres

    thing = Derived() if kind is nn.Module else Derived([Value(1.0)], 0.1)
    with pytest.raises(AttributeError, match="has no attribute 'layres'"):
        thing.depth  # noqa: B018
    assert not hasattr(thing, "depth")


def test_another_distribution_s_autograd_is_named(tmp_path):
    """HIPS's has the same import name: whichever was installed last is there."""
    (tmp_path / "autograd").mkdir()
    (tmp_path / "autograd" / "__init__.py").write_text("def grad(f): ...\n")
    code = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]; import nn"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ImportError: nn needs the autograd of the distribution scalar-autograd" in done.stderr
    assert str(tmp_path) in done.stderr


def test_onnx_without_onnx_names_the_extra(tmp_path, monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "onnx"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(autograd.MissingExtraError, match="onnx"):
        nn.Linear(2, 1, rng=0).to_onnx(tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())
