"""A recording holds the numbers of each moment and changes none of them."""

import json
import re

import pytest

import autograd as ag
import nn
from autograd import InputTypeError, InputValueError, OutputError, Value
from autograd.drawing import Recorder
from autograd.drawing.picture.frames import Frame, Passed
from autograd.drawing.picture.marks import marks_of
from autograd.drawing.picture.snapshot import take_picture


def numbers_of(recorder: Recorder) -> dict:
    text = recorder.to_html()
    return json.loads(re.search(r'application/json">(.*?)</script>', text, re.DOTALL)[1])


def frames_of(recorder: Recorder) -> list:
    """The numbers of each moment; a page whose format only Python has carries them all."""
    return numbers_of(recorder)["pictures"][0]["frames"]


def line():
    w, b = Value(1.0, "w"), Value(0.0, "b")
    return w, b, (w * 2.0 + b - 5.0) ** 2


def test_each_moment_has_its_own_numbers():
    """Frames hold data and gradients at the leaves of that moment."""
    w, _, loss = line()
    recorders = Recorder(loss), Recorder(loss, format=str)
    for data, label in ((2.0, None), (2.5, "fitted")):
        w.data = data
        for recorder in recorders:
            recorder.snap(label)
    live, still = recorders
    moments = numbers_of(live)["moments"]
    assert [moment["label"] for moment in moments] == ["start", "step 1", "fitted"]
    assert [moment["leaves"] for moment in moments] == [[1.0, 0.0], [2.0, 0.0], [2.5, 0.0]]
    frames = frames_of(still)
    assert [frame["data"][0] for frame in frames] == [1.0, 2.0, 2.5]
    assert [frame["grad"][0] for frame in frames] == [-12.0, -4.0, 0.0]
    assert len(live) == 3


def test_snapping_changes_nothing():
    """Neither data nor gradients of any Value, stale or not."""
    w, _, loss = line()
    loss.backward()
    before = (loss.data, loss.grad, w.grad)
    recorder = Recorder(loss)
    w.data = 7.0
    recorder.snap()
    assert (loss.data, loss.grad, w.grad) == before


def test_a_training_that_builds_its_graph_anew():
    """The recorded graph follows the parameters, whichever graph the training used."""
    w, b, loss = line()
    recorder = Recorder(loss)
    for _ in range(3):
        fresh = (w * 2.0 + b - 5.0) ** 2
        fresh.backward()
        w.data, w.grad = w.data - 0.1 * w.grad, None
        recorder.snap()
    assert numbers_of(recorder)["moments"][-1]["leaves"] == [w.data, b.data]


def test_a_folded_graph_is_recorded_too():
    """Boxes that stand for many nodes show the result of theirs, at each moment."""
    model = nn.MLP(4, [12, 12, 1], activation="tanh", rng=0)
    out = model([0.1, -0.2, 0.3, 0.4])
    loss = (out[0] if isinstance(out, list) else out) ** 2
    recorder = Recorder(loss, format=str)
    picture = ag.draw(loss).picture
    assert picture.folded
    parameter = model.parameters()[-1]
    parameter.data += 1.0
    recorder.snap()
    loss.recompute().backward()
    after = ag.draw(loss).picture
    frame = frames_of(recorder)[-1]
    for box in after.boxes:
        if box.data is not None:
            assert frame["data"][box.id] == box.data
            assert box.kind == "constant" or frame["grad"][box.id] == box.grad


def test_the_page_is_saved(tmp_path):
    """As a page or as a film, whole or not at all."""
    *_, loss = line()
    recorder = Recorder(loss)
    recorder.save(tmp_path / "training.html")
    assert (tmp_path / "training.html").read_text(encoding="utf-8") == recorder.to_html()
    recorder.save(tmp_path / "training.svg")
    assert (tmp_path / "training.svg").read_text(encoding="utf-8") == recorder.to_svg()
    with pytest.raises(InputValueError, match=r"\.svg or \.gif, but '.*training\.mp4'"):
        recorder.save(tmp_path / "training.mp4")
    with pytest.raises(OutputError, match="no folder"):
        recorder.save(tmp_path / "nowhere" / "training.html")


@pytest.mark.parametrize("thing", [3.0, "loss", None, []], ids=repr)
def test_only_values_are_recorded(thing):
    with pytest.raises(InputTypeError):
        Recorder(thing)
    assert len(Recorder(Value(3.0))) == 1


def test_a_label_is_text():
    recorder = Recorder(Value(3.0))
    with pytest.raises(InputTypeError, match="label of a snap is a str, but got int"):
        recorder.snap(7)
    recorder.snap("7")
    assert len(recorder) == 2


def test_dead_rectifiers_are_found_inside_folds():
    """A folded neuron whose ReLU is off to the end is marked, and counted in words."""
    model = nn.MLP(3, [20, 20, 1], activation="relu", rng=0)
    out = model([0.5, -0.5, 1.0])
    loss = (out[0] if isinstance(out, list) else out) ** 2
    model.layers[1].neurons[7].bias.data = -1e3
    recorder = Recorder(loss)
    for _ in range(3):
        recorder.snap()
    numbers = numbers_of(recorder)
    labels = [box["label"] for box in numbers["pictures"][0]["boxes"]]
    dead = [labels[i] for i in numbers["moments"][0]["marks"]["dead"]]
    assert "n⁽¹⁾₇" in dead
    loss.recompute()
    silent = sum(v.data == 0.0 for v in ag.draw(loss, limit=None).picture.nodes
                 if isinstance(v, Value) and str(v.op) == "relu")  # fmt: skip
    assert numbers["moments"][0]["remark"].startswith(f"{silent} ReLUs are dead")


def frame(picture, locals_, grads):
    edges = tuple(Passed(local, 1.0, local, local) for local in locals_)
    return Frame(tuple(box.data for box in picture.boxes), tuple(grads), edges)


def test_dead_is_off_to_the_end():
    """Off in every later moment and in the last three at least; otherwise it is merely off."""
    picture = take_picture(ag.relu(Value(1.0)))
    relu = 1

    def kinds(*slopes):
        frames = [frame(picture, [slope], [slope, 1.0]) for slope in slopes]
        marks = marks_of(picture, frames)
        return ["dead" if relu in m["dead"] else "off" if relu in m["off"] else "on" for m in marks]

    assert kinds(1.0, 0.0, 1.0, 0.0, 0.0, 0.0) == ["on", "off", "on", "dead", "dead", "dead"]
    assert kinds(1.0, 1.0, 0.0, 0.0) == ["on", "on", "off", "off"]
    assert kinds(0.0) == ["off"]


def test_vanishing_is_a_millionth_of_the_largest():
    picture = take_picture(ag.relu(Value(1.0)))
    for small, vanishing in ((2e-6, []), (1e-7, [0]), (0.0, [])):
        (marks,) = marks_of(picture, [frame(picture, [1.0], [small, 1.0])])
        assert marks["vanishing"] == vanishing
