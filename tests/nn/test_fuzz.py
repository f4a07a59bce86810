"""Model files of any content: read, or refused with our own error, in little memory."""

import json
import random
import tracemalloc
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nn
from nn.errors import ModelFileError
from nn.train.checkpoint import Run, load_checkpoint, save_checkpoint
from tests.campaign import size

BYTES = 20_000_000

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.sampled_from(["MLP", "Layer", "Neuron", "Sequential", "relu", "tanh", "identity", ""])
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "config", "layers", "nin", "nout", "nouts", "activation"])
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
FUZZ = settings(
    max_examples=size(150, 15_000),
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def valid(tmp_path_factory):
    """The text of a model file as it should be."""
    path = tmp_path_factory.mktemp("models") / "model.json"
    nn.MLP(2, [2, 1], activation="tanh", rng=0).save(path)
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz") / "model.json"


def load(file, content):
    """Load a file of this content; anything but a model or our error is a failure."""
    file.write_bytes(content)
    try:
        return nn.Module.load(file)
    except ModelFileError:
        return None


def places(content, path=()):
    """Every place in a JSON value, as a path of keys."""
    yield path
    items = content.items() if isinstance(content, dict) else ()
    items = enumerate(content) if isinstance(content, list) else items
    for key, inner in items:
        yield from places(inner, (*path, key))


def replaced(content, path, new):
    if not path:
        return new
    copy = dict(content) if isinstance(content, dict) else list(content)
    copy[path[0]] = replaced(content[path[0]], path[1:], new)
    return copy


@given(st.data())
@FUZZ
def test_any_part_replaced_by_anything(valid, file, data):
    """A file in which a part is something else is a model or a ModelFileError."""
    content = json.loads(valid)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from([*places(content)]))
        content = replaced(content, path, data.draw(JSON))
    load(file, json.dumps(content).encode())


@given(st.data())
@FUZZ
def test_any_bytes_changed(valid, file, data):
    """A file that is cut off, or has bytes changed or put in, likewise."""
    content = valid.encode()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = start + data.draw(st.integers(0, 3))
        content = content[:start] + data.draw(st.binary(max_size=3)) + content[end:]
    load(file, content[: data.draw(st.integers(0, len(content)) | st.none())])


@given(st.binary(max_size=200) | JSON.map(lambda x: json.dumps(x).encode()))
@FUZZ
def test_any_file(file, content):
    """Files that are no models at all likewise."""
    load(file, content)


@pytest.mark.parametrize(
    "config",
    [
        {"nin": 10**9, "nouts": [1]},
        {"nin": 2, "nouts": [10**9]},
        {"nin": 3000, "nouts": [3000, 1]},
        {"nin": 10**30, "nouts": [1] * 50},
    ],
    ids=["inputs", "neurons", "product", "astronomic"],
)
def test_small_file_cannot_ask_for_a_large_model(valid, file, config):
    """What a file describes is built only as far as its own parameters go."""
    content = json.loads(valid)
    content["model"]["config"].update(config)
    file.write_text(json.dumps(content))
    tracemalloc.start()
    try:
        with pytest.raises(ModelFileError, match=r"more parameters than|must be at most"):
            nn.Module.load(file)
        assert tracemalloc.get_traced_memory()[1] < BYTES
    finally:
        tracemalloc.stop()


def training_run():
    model = nn.Neuron(2, rng=1)
    optimizer = nn.SGD(model.parameters(), lr=0.1, momentum=0.9)
    schedule = nn.schedules.ConstantSchedule()
    return Run(model, nn.mse_loss, optimizer, random.Random(0), schedule, 0.1, {"batch_size": 8})


def state(run):
    return run.model.state_dict(), run.rng.getstate(), repr((run.optimizer.memory, run.history))


@given(st.data())
@FUZZ
def test_any_part_of_a_checkpoint_replaced(file, data):
    """A checkpoint in which a part is something else is taken whole or not at all."""
    save_checkpoint(file, training_run(), [1.0, 2.0, 3.0], [0.0, 0.5, 0.5])
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    content = json.loads(parts["run.json"])
    path = data.draw(st.sampled_from([p for p in places(content) if len(p) < 3]))
    parts["run.json"] = json.dumps(replaced(content, path, data.draw(JSON))).encode()
    with zipfile.ZipFile(file, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    run = training_run()
    before = state(run)
    try:
        load_checkpoint(file, run)
    except ModelFileError:
        assert state(run) == before


def test_limit_ends_with_the_load(valid, file):
    """After a refused file, models of any size can be made."""
    assert load(file, valid.encode().replace(b'"nin": 2', b'"nin": 7000')) is None
    assert len(nn.Layer(20, 20, rng=0).parameters()) == 420
    assert load(file, valid.encode()) is not None
