"""A picture is the recorded graph: every node once, every use an edge, no number made up."""

import pytest

import nn
from autograd import InputTypeError, Value, backward, exp, where
from autograd.drawing.folding.fold import folded_picture
from autograd.drawing.folding.slices import Slice
from autograd.drawing.picture.roles import identities, units
from autograd.drawing.picture.snapshot import take_picture
from tests.autograd.drawing.graphs import neuron, scattered


def test_boxes_are_numbered_in_topological_order():
    """A box's id is its index, and operands come first."""
    picture = take_picture(scattered(0, 200))
    assert [box.id for box in picture.boxes] == list(range(len(picture.boxes)))
    assert all(edge.source < edge.target for edge in picture.edges)


def test_operation_and_value_are_one_box():
    """E = ½(t − σ(wx + b))² is 4 leaves, 2 constants and 6 operations."""
    picture = take_picture(neuron())
    kinds = [box.kind for box in picture.boxes]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "input": 4, "interior": 5, "constant": 2, "output": 1,
    }  # fmt: skip
    result = picture.boxes[picture.outputs[0]]
    assert (result.name, result.op, result.symbol) == ("E", "mul", "×")


def test_value_used_twice_is_one_box_with_two_edges():
    """x * x keeps both of its edges, and their positions."""
    x = Value(3.0)
    picture = take_picture(x * x)
    assert len(picture.boxes) == 2
    assert [tuple(edge[:3]) for edge in picture.edges] == [(0, 1, 0), (0, 1, 1)]


def test_gradient_before_a_backward_pass_is_not_zero():
    """Not computed is None, and zero is 0.0."""
    x, y = Value(3.0, "x"), Value(1.0, "y")
    product = x * y * 0.0
    assert {box.grad for box in take_picture(product).boxes} == {None}
    product.backward()
    grads = {box.name: box.grad for box in take_picture(product).boxes if box.kind == "input"}
    assert grads == {"x": 0.0, "y": 0.0}


def test_gradient_that_is_a_graph_itself_shows_as_its_number():
    """After create_graph=True the gradients are Values."""
    x = Value(3.0)
    (y := x * x).backward(create_graph=True)
    assert take_picture(y).boxes[0].grad == 6.0


def test_parameters_are_leaves_named_by_path_or_given():
    """The rest of the leaves are inputs."""
    w, b, x = Value(1.0, "layers.0.weights.3"), Value(2.0, "b"), Value(3.0, "x")
    y = w * x + b
    kinds = {box.name: box.kind for box in take_picture(y).boxes if box.name}
    assert kinds == {"layers.0.weights.3": "parameter", "b": "input", "x": "input"}
    kinds = {box.name: box.kind for box in take_picture(y, [b]).boxes if box.name}
    assert kinds["b"] == "parameter"


@pytest.mark.parametrize(
    ("name", "modules"),
    [
        ("layers.0.neurons.3.weights.12", ("layers.0", "layers.0.neurons.3")),
        ("layers.0.neurons.3.bias", ("layers.0", "layers.0.neurons.3")),
        ("weights.3", ("",)),
        ("encoder.line.slopes.0", ("encoder", "encoder.line")),
        ("w", ()),
        ("3.5", ()),
        ("a. b", ()),
        ("", ()),
    ],
)
def test_modules_are_read_off_a_path(name, modules):
    """The last attribute is the parameter; everything before names modules."""
    assert units(name) == modules


def test_a_lone_neuron_has_parameters_only():
    """Its bias has a path without a dot."""
    lone = nn.Neuron(2, rng=0)
    boxes = take_picture(lone([Value(1.0, name="x0"), Value(2.0, name="x1")])).boxes
    kinds = {box.name: box.kind for box in boxes if not box.op}
    assert {name for name, kind in kinds.items() if kind == "parameter"} == {
        path for path, _ in lone.named_parameters()
    }
    assert kinds["x0"] == kinds["x1"] == "input"


def test_module_tells_its_parameters():
    """Whatever has parameters() stands for them."""

    class Model:
        def __init__(self):
            self.w = Value(1.0)

        def parameters(self):
            return [self.w]

    model = Model()
    assert identities(model) == {id(model.w)}
    assert take_picture(model.w * 2.0, model).boxes[0].kind == "parameter"


def test_local_derivatives_are_those_of_the_engine():
    """At each edge the number by which the backward pass multiplied."""
    x, y = Value(3.0), Value(4.0)
    picture = take_picture(exp(x) * y)
    assert picture.local_derivatives() == [exp(3.0), 4.0, exp(3.0)]


def test_edge_without_influence_has_no_derivative():
    """The condition of where has none by rule, the branch not taken a zero."""
    condition, a, b = Value(1.0), Value(2.0), Value(3.0)
    assert take_picture(where(condition, a, b)).local_derivatives() == [None, 1.0, 0.0]


def test_several_results_are_outputs_in_their_order():
    """A result that is a part of another one is still an output."""
    x = Value(2.0)
    y = x * x
    z = y + 1.0
    backward([z, y])
    picture = take_picture([z, y, x])
    assert [picture.boxes[i].data for i in picture.outputs] == [5.0, 4.0, 2.0]


def test_folding_nothing_gives_the_same_picture():
    """The folded picture of a small graph is the plain one."""
    for y in (neuron(), scattered(1, 20), Value(1.0)):
        plain, folded = take_picture(y), folded_picture(Slice.of([y]))
        assert sorted(box[1:] for box in plain.boxes) == sorted(box[1:] for box in folded.boxes)
        assert len(plain.edges) == len(folded.edges)


@pytest.mark.parametrize("thing", [1.0, "y", None, [1.0], [], [Value(1.0), "y"], object()])
def test_what_is_no_value_is_refused(thing):
    """The message says what was given."""
    with pytest.raises(InputTypeError, match=r"a drawing takes"):
        take_picture(thing)


def test_parameters_must_be_values():
    """A name is no parameter."""
    with pytest.raises(InputTypeError, match="parameters are Values"):
        take_picture(Value(1.0), parameters=["w"])
