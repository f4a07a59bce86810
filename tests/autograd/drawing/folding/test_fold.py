"""A folded picture is small, loses nothing, and no fold contains its own operand."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value, draw
from autograd.drawing.folding import fold
from autograd.drawing.folding.fold import folded_picture
from autograd.drawing.folding.repetitions import recurrences
from autograd.drawing.folding.slices import Slice
from autograd.graph import topological_order
from tests.autograd.drawing.graphs import network, neuron, scattered


def members(picture):
    """All Values in the boxes."""
    for node in picture.nodes:
        for one in node if isinstance(node, tuple) else (node,):
            if type(one) is not float:
                yield one


def assert_sound(picture, root):
    """Every node is in one box, and every dependence an edge from a lower to a higher box."""
    nodes = list(members(picture))
    assert sorted(map(id, nodes)) == sorted(map(id, topological_order([root])))
    box_of = {}
    for number, node in enumerate(picture.nodes):
        for one in node if isinstance(node, tuple) else (node,):
            if type(one) is not float:
                box_of[one] = number
    wanted = {
        (box_of[parent], box_of[node])
        for node in nodes
        for parent in node.parents
        if box_of[parent] != box_of[node]
    }
    constants = {box.id for box in picture.boxes if box.symbol == "constants"}
    constants |= {box.id for box in picture.boxes if box.kind == "constant"}
    given_ = {(e.source, e.target) for e in picture.edges if e.source not in constants}
    assert given_ == wanted
    assert all(edge.source < edge.target for edge in picture.edges)
    for box, node in zip(picture.boxes, picture.nodes):
        assert box.size == (len(node) if isinstance(node, tuple) else 1)


@given(
    st.integers(0, 10_000),
    st.integers(1, 400),
    st.sampled_from([None, "module", "operation"]),
    st.sampled_from([30, 150, None]),
)
@settings(max_examples=25, deadline=None)
def test_fold_is_sound_for_any_graph(seed, count, by, limit):
    """Whatever the graph and the way of folding."""
    y = scattered(seed, count)
    picture = folded_picture(Slice.of([y]), limit=limit, by=by)
    assert_sound(picture, y)
    assert limit is None or len(picture.boxes) <= limit


def test_fold_happens_above_the_limit_only():
    """A graph of 150 boxes is drawn whole, and says nothing of folding."""
    y = Value(1.0)
    for _ in range(149):
        y = autograd.sin(y)
    assert len(folded_picture(Slice.of([y])).boxes) == 150
    assert not folded_picture(Slice.of([y])).folded
    picture = folded_picture(Slice.of([autograd.sin(y)]))
    assert len(picture.boxes) < 50
    assert picture.folded.startswith("folded: 151 nodes")


def test_network_folds_by_neuron():
    """Each neuron is a box named by its path, with its weights in it and all examples."""
    loss = network(20)
    picture = folded_picture(Slice.of([loss]))
    assert_sound(picture, loss)
    assert picture.folded.endswith("by modules with their parameters")
    neurons = {box.name: box for box in picture.boxes if box.module}
    assert set(neurons) == {
        *(f"layers.0.neurons.{j}" for j in range(16)),
        "layers.1.neurons.0",
    }
    # 16 weights, and for each example 16 products, 16 sums and one tanh.
    assert {box.size for box in neurons.values()} == {16 + 20 * 33}


def test_wide_network_folds_by_layer():
    """Where neurons are too many the next larger modules are taken."""
    loss = network(1, (4, 200, 1))
    picture = folded_picture(Slice.of([loss]))
    assert_sound(picture, loss)
    assert {box.name for box in picture.boxes if box.module} == {"layers.0", "layers.1"}


def test_module_used_twice_in_a_row_is_two_boxes():
    """A recurrent module would depend on itself if its uses were one box."""
    w = Value(0.5, "cell.weights.0")
    h = Value(1.0, "h")
    for _ in range(3):
        h = autograd.tanh(w * h) + 1.0
    picture = folded_picture(Slice.of([h]), by="module")
    assert_sound(picture, h)
    assert [box.name for box in picture.boxes if box.kind == "fold"] == ["cell"] * 3


def test_folding_by_module_can_be_asked_for():
    """A small network is folded if one asks."""
    loss = network(1, (2, 2, 1))
    assert not folded_picture(Slice.of([loss])).folded
    assert folded_picture(Slice.of([loss]), by="module").folded


def test_fold_of_one_result_shows_its_number():
    """For a single example a neuron's box has the data and the gradient of its output."""
    loss = network(1, (2, 2, 1))
    loss.backward()
    picture = folded_picture(Slice.of([loss]), by="module")
    output = next(box for box in picture.boxes if box.name == "layers.1.neurons.0")
    assert output.data == pytest.approx(loss.data**0.5 * -1 + 1)
    assert output.grad == pytest.approx(2 * (output.data - 1))


def test_long_sum_is_two_boxes():
    """Terms of like names on one side, the sum on the other."""
    terms = [Value(float(i), f"x{i}") for i in range(1000)]
    picture = folded_picture(Slice.of([autograd.sum(terms)]))
    assert [box.kind for box in picture.boxes] == ["fold", "output"]
    assert (picture.boxes[0].name, picture.boxes[0].size) == ("x…", 1000)
    assert picture.edges[0].size == 1000


def test_long_loop_is_one_box():
    """Additions one after the other: the terms, and one box that is the result."""
    terms = [Value(float(i), f"x{i}") for i in range(1000)]
    picture = folded_picture(Slice.of([sum(terms)]))
    shown = [(box.kind, box.name) for box in picture.boxes]
    assert shown == [("fold", "x…"), ("fold", "step × 1,000 (1 carried)")]
    assert (picture.outputs, picture.boxes[1].data) == ((1,), 499500.0)


def test_many_constants_of_one_operation_are_one_box():
    """A dot product with plain numbers is not drawn number by number."""
    y = autograd.dot([Value(1.0, f"w{i}") for i in range(300)], [2.0] * 300)
    picture = folded_picture(Slice.of([y]))
    folds = {(box.name, box.symbol, box.size) for box in picture.boxes if box.kind == "fold"}
    assert folds == {("w…", "inputs", 300), (None, "constants", 300)}


def unfolded(picture, name):
    """What is in a fold that a page shows, with its ends."""
    nodes = next(x for box, x in zip(picture.boxes, picture.nodes) if box.name == name)
    computed = [node for node in nodes if node.op]
    return folded_picture(Slice(computed, computed[-1:]), split=True, ends=True)


def test_repetitions_are_found():
    """A loop of three operations is one box, in which are its rounds 1, 2 and 400, and one fold of
    the other 397."""
    y = Value(0.5, "y")
    for _ in range(400):
        y = autograd.sin(y) * 2.0 + 1.0
    picture = folded_picture(Slice.of([y]))
    assert picture.folded.endswith("repetitions of the same operations")
    assert [box.name for box in picture.boxes] == ["y", "step × 400 (1 carried)"]
    inside = unfolded(picture, "step × 400 (1 carried)")
    symbols = [box.symbol for box in inside.boxes if box.op or box.kind == "fold"]
    assert symbols == ["sin", "×", "+"] * 2 + ["sin (397), × (397), + (397)"] + ["sin", "×", "+"]
    (fold,) = (box for box in inside.boxes if box.kind == "fold")
    assert (fold.name, fold.size) == ("× 397", 3 * 397)


def test_rounds_of_many_operations_are_a_box_each():
    """The ends of a recurrence are shown one by one only while that is few boxes."""
    y = Value(0.5)
    for _ in range(50):
        for _ in range(7):
            y = autograd.sin(y) * 2.0
        y = autograd.exp(y)
    picture = folded_picture(Slice.of([y * y]))
    assert [box.name for box in picture.boxes if box.kind == "fold"] == ["step × 50 (1 carried)"]
    inside = unfolded(picture, "step × 50 (1 carried)")
    names = [box.name for box in inside.boxes if box.kind == "fold"]
    assert names == ["repetitions 1 of 50", "repetitions 2 of 50", "× 47", "repetitions 50 of 50"]


def test_a_scan_is_one_box():
    """Between what it begins with and what it gives; how many numbers it carries is said."""
    rate, start = Value(0.1, "rate"), Value(1.0, "start")

    def step(carry, x):
        place, speed = carry
        return (place + speed, speed - rate * place + x), None

    (place, speed), _ = autograd.scan(step, (start, 0.5), [0.01 * i for i in range(100)])
    picture = folded_picture(Slice.of([autograd.exp(place) + speed]), limit=60)
    (fold,) = (box for box in picture.boxes if box.kind == "fold")
    assert (fold.name, len(fold.results)) == ("step × 99 (2 carried)", 2)
    into = {picture.boxes[e.source].name for e in picture.edges if e.target == fold.id}
    assert into == {"rate", "start"}


def kalman(length):
    """A recurrence whose steps overlap in the order of its graph."""
    drift, noise = Value(0.1, "drift"), Value(0.2, "noise")
    mean, spread, total = Value(0.0, "mean"), Value(1.0, "spread"), 0.0
    for t in range(length):
        spread = spread + drift
        scale, error = spread + noise, 0.1 * t - mean
        gain = spread / scale
        total = total - 0.5 * (autograd.log(scale) + error * error / scale)
        mean, spread = mean + gain * error, (1.0 - gain) * spread
    return total


def recurrent(length):
    """An LSTM of one unit."""
    w = [Value(0.1 * i, f"w{i}") for i in range(8)]
    h = c = 0.0
    for t in range(length):
        x = Value(0.1 * t, f"x{t}")
        write, keep, seen, show = (w[2 * i] * x + w[2 * i + 1] * h for i in range(4))
        c = autograd.sigmoid(keep) * c + autograd.sigmoid(write) * autograd.tanh(seen)
        h = autograd.sigmoid(show) * autograd.tanh(c)
    return h * h


@pytest.mark.parametrize(("model", "most"), [(kalman, 5), (recurrent, 2)])
def test_a_step_begins_where_it_is_handed_least(model, most):
    """No other place of the order would have it hand on fewer numbers."""
    part = Slice.of([model(40)])
    names = [node.op.name for node in part.nodes]
    (found,) = recurrences(part, names, 0, len(names))
    crossing = {
        first: len(
            {
                (j - first) % found.period
                for i in range(found.start + found.period, found.end)
                for j in part.inner[i]
                if found.start <= j < i - (i - first) % found.period
            }
        )
        for first in range(found.start, found.start + found.period)
    }
    assert found.carries == crossing[found.start] == min(crossing.values()) == most
    assert found.times >= 38


def test_what_stands_side_by_side_hands_nothing_on():
    """Wherever a repetition is said to begin: at the right place nothing is handed on."""
    x = Value(0.5, "x")
    parts = [autograd.sin(autograd.exp(x * float(i)) * x) for i in range(100)]
    part = Slice.of([autograd.sum(parts)])
    names = [node.op.name for node in part.nodes]
    assert not [*recurrences(part, names, 0, len(names))]


@pytest.mark.parametrize("model", [kalman, recurrent])
def test_recurrences_unfold_in_still_pictures(model):
    """In every format: two repetitions, the number of those between, the last."""
    y = model(60)
    folded, unfolded = (autograd.draw(y, unfold=unfold) for unfold in (False, True))
    (box,) = (box for box in folded.picture.boxes if (box.name or "").startswith("step"))
    times = int(box.name.split()[2])
    names = [box.name for box in unfolded.picture.boxes if box.kind == "fold"]
    assert f"× {times - 3}" in names
    for text in (unfolded.to_svg(), unfolded.to_dot(), unfolded.to_mermaid(), str(unfolded)):
        assert f"× {times - 3}" in text
    places = unfolded.picture.places()
    assert {edge.source < edge.target for edge in unfolded.picture.edges} == {True}
    assert len(places) == unfolded.picture.total
    with pytest.raises(autograd.InputTypeError, match="unfold="):
        autograd.draw(y, unfold="step")


@pytest.mark.parametrize("name", ["", "x{}"], ids=["without names", "with names"])
def test_what_each_step_is_given_is_one_box(name):
    """Apart from what a recurrence begins with, and from parameters; few inputs stay apart."""
    w, h = Value(0.5, "w"), Value(0.0, "h0")
    for i in range(60):
        h = autograd.tanh(w * h + Value(float(i), name.format(i) or None))
    picture = folded_picture(Slice.of([h]), frozenset([id(w)]))
    about = {(box.name, box.symbol, box.size) for box in picture.boxes if not box.data}
    assert about == {("h0", "", 1), ("x…" if name else None, "inputs", 60)}
    assert len(picture.boxes) == 4


def test_every_recurrence_is_a_box():
    """One after the other, with what stands between them; what stands side by side is none."""
    y = Value(0.5, "y")
    for length, function in ((80, autograd.sin), (60, autograd.tanh), (70, autograd.exp)):
        for _ in range(length):
            y = function(y) * 0.5
        y = autograd.log(y) + 3.0
    picture = folded_picture(Slice.of([y]))
    names = [box.name for box in picture.boxes if box.kind == "fold"]
    assert names == ["step × 80 (1 carried)", "step × 60 (1 carried)", "step × 70 (1 carried)"]
    assert len(picture.boxes) == 1 + 3 * 3 + 3  # with the literals 3
    xs = [Value(float(i), f"x{i}") for i in range(200)]
    apart = folded_picture(Slice.of([autograd.sum([autograd.sin(x) * xs[0] for x in xs])]))
    assert not any((box.name or "").startswith("step") for box in apart.boxes)


@pytest.mark.parametrize("examples", [1, 20])
def test_a_loss_is_outside_of_the_modules(examples):
    """A module's box holds what the module computed: softplus of its result is the loss's."""
    rng = random.Random(0)
    model = nn.MLP(2, [16, 1], activation="relu", rng=rng)
    xs = [[rng.random(), rng.random()] for _ in range(examples)]
    outputs = [model(x)[0] for x in xs]
    loss = nn.binary_cross_entropy_with_logits(outputs, [float(i % 2) for i in range(examples)])
    picture = folded_picture(Slice.of([loss]), limit=30)
    for box, nodes in zip(picture.boxes, picture.nodes):
        if box.kind == "fold" and box.module:
            assert "softplus" not in {str(node.op) for node in nodes}
    hidden = [box.symbol for box in picture.boxes if box.module.startswith("layers.0")]
    assert len(hidden) == 16
    assert all("ReLU" in symbol for symbol in hidden)


def test_a_written_out_activation_is_the_modules():
    """x·σ(x) takes a neuron's sum twice, and is no loss for that."""
    rng = random.Random(0)
    model = nn.Linear(3, 12, rng=rng)
    outputs = [z * autograd.sigmoid(z) for z in model([0.5, -1.0, 2.0])]
    picture = folded_picture(Slice.of([autograd.sum(outputs)]), limit=30)
    folds = [nodes for box, nodes in zip(picture.boxes, picture.nodes) if box.module]
    assert folds
    assert all("sigmoid" in {str(node.op) for node in nodes} for nodes in folds)


@pytest.mark.parametrize("make", [lambda: scattered(2, 400), lambda: network(20)])
@pytest.mark.parametrize("by", [None, "operation", "module"])
def test_the_result_is_never_folded(make, by):
    """However much is."""
    y = make()
    picture = folded_picture(Slice.of([y]), by=by)
    assert [picture.nodes[i] for i in picture.outputs] == [y]


def test_depth_shows_what_is_near_the_result():
    """What is further back is a dashed box, and every path is cut at the same length."""
    x = Value(1.0, "x")
    y = x
    for _ in range(10):
        y = autograd.sin(y)
    picture = folded_picture(Slice.of([y], depth=3))
    assert [box.kind for box in picture.boxes] == ["outside", "interior", "interior", "output"]
    skip = y + autograd.sin(y) + x
    picture = folded_picture(Slice.of([skip], depth=2))
    assert [box.name or box.op for box in picture.boxes] == ["sin", "sin", "add", "x", "add"]


def test_long_chain_folds():
    """Depth costs nothing but time."""
    y = Value(0.5)
    for _ in range(50_000):
        y = autograd.sin(y) * 1.1
    picture = folded_picture(Slice.of([y]))
    assert picture.total == 100_001
    assert len(picture.boxes) <= 30


@pytest.mark.parametrize("make", [lambda: network(3), lambda: scattered(7, 300), neuron])
def test_graph_of_millions_is_cut_into_stretches(make, monkeypatch):
    """The way that needs least memory is as sound, and as small."""
    monkeypatch.setattr(fold, "HUGE", 2)
    y = make()
    picture = fold.graph_picture([y])
    assert_sound(picture, y)
    assert len(picture.boxes) < 30 + 6
    assert picture.total == len(list(members(picture)))
    assert picture.boxes[picture.outputs[0]].data == y.data


def test_leaf_alone_is_a_picture():
    """A Value without a history, and many of them."""
    assert [box.kind for box in folded_picture(Slice.of([Value(1.0)])).boxes] == ["input"]
    leaves = [Value(1.0, f"x{i}") for i in range(400)]
    picture = folded_picture(Slice.of(leaves))
    assert [(box.name, box.size) for box in picture.boxes] == [("x…", 400)]
    assert picture.outputs == (0,)


def test_pictures_of_equal_graphs_are_equal():
    """Nothing depends on where objects are in memory."""
    for make in (neuron, lambda: network(20), lambda: scattered(3, 500)):
        first, second = (folded_picture(Slice.of([make()])) for _ in range(2))
        assert first[:2] == second[:2]
        assert first[3:] == second[3:]


def test_inner_parts_get_smaller():
    """Unfolding ends: a part that is asked to be split never is one box of all of it."""
    part = [autograd.relu(Value(float(i))) for i in range(400)]
    picture = folded_picture(Slice(part, part), split=True)
    assert 1 < sum(box.kind == "fold" for box in picture.boxes) < 30
    inner = max(box.size for box in picture.boxes if box.symbol.startswith("ReLU"))
    assert inner < 400


def test_leaves_that_the_same_folds_use_share_a_box():
    """Where operations are folded; those that other boxes use, too, stand apart."""
    weights = [[Value(0.1, f"w.{i}.{j}") for j in range(8)] for i in range(12)]
    xs = [[Value(1.0, f"x.{k}.{j}") for j in range(8)] for k in range(6)]
    heads = [autograd.dot(row, x) for x in xs for row in weights]
    y = autograd.sum([autograd.tanh(head) for head in heads]) * weights[0][0]
    picture = draw(y, by="operation").picture
    (fold,) = (box for box in picture.boxes if box.symbol == "parameters")
    assert fold.size == 12 * 8 + 6 * 8 - 1
    assert len(picture.boxes) < 20
    assert "w.0.0" in [box.name for box in picture.boxes]
