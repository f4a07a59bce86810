"""What a transform's call looks at: its own nodes, Values from outside, numbers that leave."""

import contextlib
import copy
import math
import pickle
import threading
import types

import numpy as np
import pytest

import autograd as ag
from autograd import TraceError, Value
from autograd.engine.region import Region


def test_derivatives_of_what_involves_values_are_values():
    """A gradient penalty reaches the parameter that the inner function closes over."""
    w = Value(2.0)
    u = lambda x: w * x * x  # noqa: E731
    loss = u(1.0) + ag.grad(u)(3.0) ** 2
    loss.backward()
    assert (loss.data, w.grad) == (146.0, 145.0)


def second(f, x):
    return ag.grad(ag.grad(f))(x)


CLOSED_OVER = {
    "grad": (lambda f: ag.grad(f)(3.0), 27.0, 27.0),
    "of a computed Value": (lambda f: ag.grad(lambda x: f(x) + f(x))(3.0), 54.0, 54.0),
    "value_and_grad": (lambda f: sum(ag.value_and_grad(f)(3.0)), 54.0, 54.0),
    "jacobian": (lambda f: ag.jacobian(lambda p: [f(p[0]), p[1]])([3.0, 1.0])[0][0], 27.0, 27.0),
    "forward jacobian": (
        lambda f: ag.jacobian(lambda x: [f(x)] * 20)(3.0)[7],
        27.0,
        27.0,
    ),
    "vjp": (lambda f: ag.vjp(f, 3.0, 2.0), 54.0, 54.0),
    "jvp": (lambda f: ag.jvp(f, 3.0, 2.0), 54.0, 54.0),
    "hvp": (lambda f: ag.hvp(f, 3.0, 2.0), 36.0, 36.0),
    "hessian": (lambda f: ag.hessian(f)(3.0), 18.0, 18.0),
    "grad of grad": (lambda f: second(f, 3.0), 18.0, 18.0),
}


@pytest.mark.parametrize("case", CLOSED_OVER)
def test_every_transform_keeps_what_it_closes_over(case):
    """Of w·x³ at w = 1: a Value, and its derivative by w; under no_grad, and without w, a float."""
    derivative, value, by_w = CLOSED_OVER[case]
    w = Value(1.0)
    found = derivative(lambda x: w * x**3)
    assert type(found) is Value
    found.backward()
    assert (found.data, w.grad) == (value, by_w)
    computed = Value(0.5) * 2.0
    found = derivative(lambda x: computed * x**3)
    found.backward()
    assert computed.grad == by_w
    with ag.no_grad():
        assert derivative(lambda x: w * x**3) == value
        assert type(derivative(lambda x: w * x**3)) is float
    assert type(derivative(lambda x: 1.0 * x**3)) is float
    # What the function makes itself is no Value from outside.
    assert type(derivative(lambda x: Value(1.0) * x**3)) is float
    assert type(derivative(lambda x: (Value(2.0) * 0.5).detach() * x**3)) is float


def test_constants_are_constants():
    """Nothing is asked about what is closed over: here not log(x) for d/d(exponent)."""
    two = Value(2.0)
    slope = ag.grad(lambda x: x**two)(-3.0)
    assert slope.data == -6.0


NESTED = {
    "grad": lambda f, x: ag.grad(f)(x),
    "value_and_grad": lambda f, x: ag.sum(ag.value_and_grad(f)(x)),
    "jacobian": lambda f, x: ag.jacobian(lambda p: [f(p[0]), p[1]])([x, x])[0][0],
    "forward jacobian": lambda f, x: ag.jacobian(lambda z: [f(z), z])(x)[0],
    "hessian": lambda f, x: ag.hessian(f)(x),
    "jvp": lambda f, x: ag.jvp(f, x, 2.0),
    "vjp": lambda f, x: ag.vjp(f, x, 2.0),
    "hvp": lambda f, x: ag.hvp(f, x, 2.0),
    "of ten": lambda f, x: ag.grad(lambda xs: f(xs[0]) * ag.prod(xs))([x] * 10)[1],
}


@pytest.mark.parametrize("recorded", [False, True])
@pytest.mark.parametrize("transform", NESTED.values(), ids=NESTED)
def test_nested_transforms_look_at_their_own_nodes_only(transform, recorded, monkeypatch):
    """A hundred derivatives in a row visit as many nodes each, the last no more than the first."""
    visits = []
    record_of = Region.record_of

    def counting(self, roots):
        visits.append(len(self.nodes))
        return record_of(self, roots)

    monkeypatch.setattr(Region, "record_of", counting)

    def loss(p, steps):
        x = p[0]
        for _ in range(steps):
            x = x - 0.01 * transform(lambda z: ag.sin(z) * z, x)
        return x

    def most(steps):
        visits.clear()
        if recorded:
            ag.compiled(lambda x: loss([x], steps))(0.7)
            return max(visits)
        ag.grad(loss)([0.7], steps)
        return max(sorted(visits)[:-1])  # but for the outermost, which looks at all

    assert most(100) == most(10)


def test_nested_transforms_in_a_row_give_their_numbers():
    """As the derivative that is written by hand."""

    def loss(x, steps):
        for _ in range(steps):
            x = x - 0.1 * ag.grad(lambda z: ag.sin(z) * z)(x)
        return x

    by_hand = 0.7
    for _ in range(50):
        by_hand -= 0.1 * (math.cos(by_hand) * by_hand + math.sin(by_hand))
    assert loss(0.7, 50) == pytest.approx(by_hand, rel=1e-14)


FORMULAS = {
    "sin(z)·z": lambda z: ag.sin(z) * z,
    "sums": lambda z: 3.0 + z + 2.0 * z - z / 4.0 - 1.0,
    "a polynomial": lambda z: z**3 - 2.0 * z**2 + z,
    "a choice": lambda z: ag.where(z > 0.0, z * z, -z) + ag.maximum(z, 0.1),
    "a sequence": lambda z: ag.dot([z, 2.0], [z, z]) + ag.sum([z, 1.0, z]),
}
PRODUCTS = {"mul", "chain", "chosen", "choose"}


@pytest.mark.parametrize("transform", NESTED.values(), ids=NESTED)
@pytest.mark.parametrize("f", FORMULAS.values(), ids=FORMULAS)
def test_nothing_superfluous_is_recorded(f, transform):
    """No product with 1, no sum with 0; one copy of each argument, and no other."""
    x = Value(0.7)
    region = Region([x])
    region.run(lambda: transform(f, x))
    assert region.nodes
    copies = 0
    for node in region.nodes:
        name = node.op.name if node.op else "leaf"
        literals = [y for y in node.operands if type(y) is float]
        assert name not in PRODUCTS or not {1.0, -1.0}.intersection(literals), node.operands
        assert name not in ("add", "sub") or 0.0 not in literals
        copies += name == "identity"
        assert name != "leaf"
    assert copies <= 10


def test_a_derivative_is_recorded_in_as_few_nodes_as_by_hand():
    """cos(z)·z + sin(z): beside these, the copy of z and the value, whose sine it takes too."""
    x = Value(0.7)
    region = Region([x])
    region.run(lambda: ag.grad(lambda z: ag.sin(z) * z)(x))
    names = [node.op.name for node in region.nodes]
    assert names == ["identity", "sin", "mul", "cos", "chain", "add"]


def by_backward(x):
    y = x * x
    y.backward()
    return x.grad * x


def by_hand(x):
    y = x * x
    y.grad = 1.0
    y._backward()
    return x.grad * x


LEAVING = {
    "backward": by_backward,
    "backward of several": lambda x: ag.backward([x * x, x]) or x,
    "a step by hand": by_hand,
    "partials": lambda x: (x * x).partials[0] * x,
    "math.sin": lambda x: math.sin(x) * x,
    "float": lambda x: float(x) * x,
    "int": lambda x: int(x) * x,
    "round": lambda x: round(x, 2) * x,
    "of a result": lambda x: float(ag.exp(x)) * x,
    "math.isnan": lambda x: x if not math.isnan(x) else 0.0,
    "an array of floats": lambda x: np.full(2, 1.0).__setitem__(0, x),
    "numpy.float64": lambda x: np.float64(x) * x,
    "copy": lambda x: copy.copy(x) * x,
    "deepcopy": lambda x: copy.deepcopy([x])[0] * x,
    "deepcopy of a result": lambda x: copy.deepcopy({"y": x * x})["y"],
    "deepcopy of an array": lambda x: copy.deepcopy(np.array([x, x * x])).sum(),
    "pickle": lambda x: pickle.loads(pickle.dumps(x)) * x,
    "an attribute of a copy": lambda x: copy.deepcopy(types.SimpleNamespace(x=x)).x * x,
}


@pytest.mark.parametrize("transform", [ag.grad, ag.jacobian, ag.hessian, ag.value_and_grad])
@pytest.mark.parametrize("f", LEAVING.values(), ids=LEAVING)
def test_leaving_the_graph_is_loud(f, transform):
    """The number of what is differentiated has no derivative: the line and the remedy are told."""
    with pytest.raises(TraceError, match=r"test_call\.py:\d+.*autograd\.sin for math\.sin"):
        transform(f)(2.0)


def test_leaving_inside_an_inner_call_is_loud_too():
    """The number of an outer variable, asked for in an inner function, and the other way round."""
    for f in (
        lambda x: ag.grad(lambda y: y * float(x))(1.0),
        lambda x: ag.grad(lambda y: float(y) * x)(1.0),
        lambda x: float(ag.grad(lambda y: y * y * x)(1.0)) * x,
    ):
        with pytest.raises(TraceError):
            ag.grad(f)(2.0)


def test_a_backward_pass_inside_keeps_the_derivative_with_create_graph():
    """The gradients are Values; of what does not depend on the variable they are floats as ever."""
    w = Value(3.0)

    def f(x):
        y = x * x * w.data
        y.backward(create_graph=True)
        (w * w).backward()
        return x.grad * x + w.grad * x

    assert ag.grad(f)(2.0) == 24.0 + 6.0
    assert w.grad == 6.0


def test_what_does_not_depend_on_the_variable_may_leave():
    """Values from outside and of the function's own, branches, .data, detach and no_grad."""
    w = Value(3.0)

    def f(x):
        scale = float(w) + math.sqrt(Value(4.0)) + int(w * 2.0)
        if x > 1.0 and x == x and bool(x) and max([x, x * 0.5]) is x:
            scale += x.data + float(x.detach())
        with ag.no_grad():
            scale += float(x * x)
        scale += copy.copy(w).data + copy.deepcopy([w * 0.5])[0].data
        return scale * x

    assert ag.grad(f)(2.0) == 3.0 + 2.0 + 6.0 + 2.0 + 2.0 + 4.0 + 3.0 + 1.5
    assert float(w * 2.0) == 6.0


def test_comparisons_do_not_pass_through_float(monkeypatch):
    """Of two Values, inside a transform as outside."""
    monkeypatch.setattr(Value, "__float__", lambda self: 1 / 0)
    assert ag.grad(lambda p: max(p))([2.0, 3.0]) == [0.0, 1.0]
    assert ag.grad(lambda p: sorted(p)[0] * 2.0)([2.0, 3.0]) == [2.0, 0.0]


def test_work_of_another_thread_counts():
    """A thread that f starts knows nothing of the transform, but its nodes are not lost."""

    def f(x):
        found = []
        thread = threading.Thread(target=lambda: found.append(ag.sin(x) * x))
        thread.start()
        thread.join()
        return found[0] * 2.0

    assert ag.grad(f)(1.5) == pytest.approx(2.0 * (math.sin(1.5) + 1.5 * math.cos(1.5)))
    with pytest.raises(TraceError):
        ag.grad(lambda x: float(f(x)) * x)(1.5)


def test_an_inner_call_that_fails_loses_nothing():
    """What it has made before counts in the outer one."""

    def f(x):
        kept = []

        def inner(y):
            kept.append(y * x * x)
            raise KeyError

        with contextlib.suppress(KeyError):
            ag.grad(inner)(x)
        return kept[0]

    assert ag.grad(f)(3.0) == 27.0


def test_a_leaf_that_changes_inside_a_function_is_noticed():
    """Old and new numbers are never mixed."""
    w = Value(2.0)

    def f(x):
        y = w * x * x
        w.data = 5.0
        return y * w

    with pytest.raises(ag.StaleGraphError):
        ag.grad(f)(3.0)
