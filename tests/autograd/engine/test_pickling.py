"""pickle, copy and deepcopy: identity inside a graph is kept, at any depth."""

import copy
import math
import pickle
from pathlib import Path

import pytest

import autograd as ag
import nn
from autograd import StaleGraphError, Value

FORMER = Path(__file__).parents[2] / "former"


def graph():
    x, w = Value(2.0, name="x"), Value(3.0)
    h = ag.tanh(x * w)
    h.name = "h"
    y = ag.dot([h, x, h], [w, 1.0, 2.0]) + ag.where(x > 0, h, w)
    return x, w, h, y


def through_pickle(thing):
    return pickle.loads(pickle.dumps(thing))


@pytest.mark.parametrize("duplicate", [copy.deepcopy, through_pickle])
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 3, 0, 1)])
def test_copies_share_what_the_originals_share(duplicate, order):
    """Leaves and interior nodes keep their identity, whichever is met first."""
    originals = graph()
    originals[3].backward()
    copies = duplicate(tuple(originals[i] for i in order))
    x, w, h, y = (copies[order.index(i)] for i in range(4))
    assert (x.name, h.name, y.data, x.grad) == ("x", "h", originals[3].data, originals[0].grad)
    ag.zero_grad([x, w])
    y.backward()
    assert (x.grad, w.grad, h.grad) == tuple(v.grad for v in originals[:3])
    x.data = 0.1
    y.recompute()
    assert h.data == math.tanh(0.1 * 3.0)
    assert originals[3].data == graph()[3].data


def test_uncomputed_gradients_stay_uncomputed():
    """A copy knows that no pass has happened; recorded gradients become numbers."""
    x, *_, y = graph()
    assert not through_pickle(y).grad_computed
    y.backward(create_graph=True)
    copied = through_pickle(x)
    assert type(copied.grad) is float
    assert copied.grad == x.grad.data
    ag.zero_grad([y, x])


@pytest.mark.parametrize("duplicate", [copy.deepcopy, through_pickle])
def test_a_stale_graph_stays_stale(duplicate):
    """Copying does not launder a graph whose leaf has changed."""
    x, *_, y = graph()
    x.data = 5.0
    with pytest.raises(StaleGraphError):
        duplicate(y).backward()


def test_a_shallow_copy_has_the_same_operands():
    """copy.copy of a result is another result of the same parents."""
    x, *_, y = graph()
    assert copy.copy(y).parents == y.parents
    assert copy.copy(x).name == "x"


def test_depth_needs_no_recursion():
    """A chain of 100,000 nodes."""
    x = y = Value(1.0)
    for _ in range(100_000):
        y = y + 1.0
    x2, y2 = through_pickle((x, y))
    y2.backward()
    assert (y2.data, x2.grad) == (100_001.0, 1.0)


def test_an_interrupted_pickle_leaves_no_trace():
    """What cannot be pickled raises, and the next pickle is whole."""
    x = Value(1.0)
    broken = ag.custom_op("local", lambda a: a, lambda xp, out, a: (1.0,))(x * 2.0) * 3.0
    with pytest.raises((pickle.PicklingError, AttributeError, TypeError)):
        pickle.dumps(broken)
    y = through_pickle((x * 2.0) * 3.0)
    assert y.parents[0].data == 2.0


@pytest.mark.parametrize("name", ["value", "model", "optimizer", "outputs", "program", "loop"])
def test_pickles_from_before_the_modules_moved_still_load(name):
    """They name `autograd.value`, `autograd.op`, `nn.adaptive` …, which are elsewhere now."""
    thing = pickle.loads((FORMER / f"{name}.pickle").read_bytes())
    if name == "value":
        a = next(x for x in thing.parents[0].parents[0].parents[0].parents if x.name == "a")
        assert (a.data, round(thing.data, 12)) == (2.0, round(12 * math.tanh(4.0), 12))
    elif name == "model":
        assert nn.MLP.load(FORMER / "model.json").state_dict() == thing.state_dict()
    elif name == "optimizer":
        assert thing.lr == 0.1
    elif name == "outputs":
        assert [(y.name, y.data) for y in thing] == [("y", 0.5)]
    else:
        parameters = nn.MLP.load(FORMER / "model.json").parameters()
        model = nn.MLP.load(FORMER / "model.json")
        got = thing(x=[0.5, -1.0], params=[p.data for p in parameters])
        assert got == pytest.approx(model([0.5, -1.0])[0].data, rel=1e-14)
