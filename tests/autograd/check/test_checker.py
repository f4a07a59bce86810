"""gradcheck: what it accepts, the three verdicts, and what it says about each."""

import dataclasses
import itertools
import math
import re
from collections import namedtuple

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import GradientError, Value, assert_gradients, gradcheck


def worst(report):
    return report.entries[0]


ACCEPTED = {
    "a float": (ag.sin, [1.0]),
    "several floats": (lambda x, y: x / y, [1.0, 3.0]),
    "nested lists": (lambda p: p[0][0] * p[0][1] + ag.exp(p[1]), [[[1.0, 2.0], 0.5]]),
    "arrays": (lambda a: (a @ a.T).sum(), [np.arange(6.0).reshape(2, 3)]),
    "many outputs": (lambda p: [p[0] * p[1], {0: p[0] / p[1]}[0]], [(2.0, 3.0)]),
    "array outputs": (np.sin, [np.array([0.5, 1.0])]),
    "Values": (lambda v: v * v, [Value(3.0)]),
    "a module": (nn.MLP(2, [3, 1], activation="tanh", rng=0), [[0.5, -1.0]]),
    "a module as an input": (
        lambda model, x: nn.mse_loss(model(x), [1.0]),
        [nn.Layer(2, 1, activation="sigmoid", rng=0), [1.0, 2.0]],
    ),
    "a function with a transform inside": (lambda x: ag.grad(lambda u: u**4)(x), [1.5]),
    "a constant": (lambda x: 3.0, [1.0]),
}


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("case", ACCEPTED)
def test_right_derivatives_pass(case, order):
    """Functions of every kind of argument pass, to both orders, at the default tolerances."""
    f, inputs = ACCEPTED[case]
    if case == "array outputs":
        f = lambda a: np.sin(a)  # noqa: E731  (a ufunc has no signature)
    report = gradcheck(f, *inputs, order=order)
    assert report.verdict == "pass", str(report)
    assert report


def wrong_sine(factor):
    return ag.custom_op("sine", lambda x: math.sin(x), lambda xp, out, x: (factor * xp.cos(x),))


@pytest.mark.parametrize("error", [1e-6, -1e-6, 0.5, -2.0, math.inf, math.nan])
def test_wrong_derivative_fails(error):
    """A derivative that is wrong by one part in a million, or altogether, fails."""
    report = gradcheck(wrong_sine(1.0 + error), 1.0)
    assert report.verdict in ("fail", "inconclusive") if error != error else "fail"
    assert not report


def test_number_that_left_the_graph_fails():
    """float(x) loses a path of the derivative, which may be small: the report names the line."""
    report = gradcheck(lambda x: x * float(x), 3.0)
    assert report.verdict == "fail"
    assert (worst(report).analytic, round(worst(report).numeric, 6)) == (3.0, 6.0)
    assert re.match(r"leaves the graph at .*test_checker\.py:\d+: report = ", worst(report).reason)
    assert gradcheck(lambda x: 1e8 + 1e-6 * float(x), 1.0).verdict == "fail"
    both = gradcheck(lambda p: ag.sin(p[0]) + math.sin(p[1]) * p[0], [1.0, 2.0])
    assert {e.path: e.verdict for e in both.entries} == {"p[0]": "pass", "p[1]": "fail"}


def test_number_of_what_does_not_depend_on_the_input_may_leave():
    """A constant's float, and that of .data, which is meant."""
    w = Value(2.0)
    assert gradcheck(lambda x: x * float(w) + x * 0.0, 3.0).verdict == "pass"


def test_wrong_second_derivative_fails_at_order_two():
    """A rule whose value is right but which hides numbers from the recording fails at order 2."""
    square = ag.custom_op("square", lambda x: x * x, lambda xp, out, x: (2.0 * float(x),))
    assert gradcheck(square, 3.0).verdict == "pass"
    report = gradcheck(square, 3.0, order=2)
    assert report.verdict == "fail"
    assert (worst(report).order, worst(report).output) == (2, "d/dx")
    assert "'square' would be constants" in worst(report).reason


def test_hessian_that_is_not_symmetric_fails():
    """Partials that are no gradient of anything have unequal mixed derivatives."""
    f = ag.custom_op(
        "f", lambda x, y: x * y, lambda xp, out, x, y: (y + 0.0 * x, x + 1e-3 * (y - 3.0))
    )
    report = gradcheck(f, 2.0, 3.0, order=2)
    symmetry = [e for e in report.entries if e.method == "symmetry"]
    assert [e.verdict for e in symmetry] == ["pass"]  # both mixed ones are 1 here
    g = ag.custom_op("g", lambda x, y: x * y, lambda xp, out, x, y: (y * (x / 2.0), x))
    symmetry = [e for e in gradcheck(g, 2.0, 3.0, order=2).entries if e.method == "symmetry"]
    assert [e.verdict for e in symmetry] == ["pass"]
    h = ag.custom_op("h", lambda x, y: x * y, lambda xp, out, x, y: (2.0 * y - 3.0, x))
    report = gradcheck(h, 2.0, 3.0, order=2)
    symmetry = [e for e in report.entries if e.method == "symmetry"]
    assert [e.verdict for e in symmetry] == ["fail"]
    assert "mixed derivatives differ" in str(report)


KINKS = {
    "relu at 0": (ag.relu, [0.0], "relu at 0; slopes 0 and 1"),
    "relu at 1e-09": (ag.relu, [1e-9], "relu at 1e-09"),
    "abs": (abs, [0.0], "abs at 0; slopes -1 and 1"),
    "tie": (ag.maximum, [2.0, 2.0], "maximum at 2, 2; slopes 0 and 1"),
    "norm at the origin": (lambda p: ag.norm(p), [[0.0, 0.0]], "norm at 0, 0"),
    "step": (ag.floor, [3.0], "not continuous here: floor at 3"),
    "a point of its own": (
        lambda x: ag.where(x, x * x + 1.0, x),
        [0.0],
        "not continuous here: where at 0, 1, 0",
    ),
    "Python's if": (lambda x: x * 2.0 if x > 1.0 else x + x * x, [1.0], "another path"),
    "custom_op": (
        ag.custom_op("ramp", lambda x: max(x, 0.0), lambda xp, o, x: (xp.where(x > 0, 1.0, 0.0),)),
        [0.0],
        "ramp at 0",
    ),
}


@pytest.mark.parametrize("case", KINKS)
def test_kink_is_inconclusive_and_named(case):
    """At a kink or a step there is no derivative to check: the report names the node."""
    f, inputs, words = KINKS[case]
    report = gradcheck(f, *inputs)
    assert report.verdict == "inconclusive"
    assert words in str(report)


NO_KINKS = {
    "a square at its minimum": lambda x: x * x,
    "squares of what is negative": lambda x: ag.relu(-x) ** 2,
    "a jump of the second derivative": lambda x: x * abs(x),
    "the same on a slope": lambda x: x * abs(x) + 3.0 * x + 1.0,
    "far above zero": lambda x: ag.exp(x * abs(x)) + 5.0,
    "a third power": lambda x: ag.relu(x) ** 3,
}


@pytest.mark.parametrize("case", NO_KINKS)
@pytest.mark.parametrize("shift", [0.0, 1e-6, -1e-5])
def test_derivative_exists_where_both_sides_agree(case, shift):
    """It is judged there: a right one passes, also zero; another by 1e-6 of the slope fails."""
    f = NO_KINKS[case]
    slope = ag.custom_op("slope", lambda x: 0.0 * x, lambda xp, out, x: (shift,))
    assert gradcheck(lambda x: f(x) + slope(x), 0.0).verdict == ("fail" if shift else "pass")


def test_kink_in_a_network_is_named_by_its_neuron():
    """A rectifier that is about to switch is told by its place in the model."""
    model = nn.MLP(1, [2, 1], activation="relu", rng=1)
    hidden = model.layers[0].neurons[1]
    hidden.weights[0].data = 1.0
    report = gradcheck(model, [1e-9])
    assert report.verdict == "inconclusive"
    assert "kink: layers.0.neurons.1 relu at 1e-09; slopes" in str(report)


@pytest.mark.parametrize(
    ("f", "point"),
    [(ag.relu, 0.0), (abs, 0.0), (lambda x: ag.maximum(x, 2.0), 2.0)],
    ids=["relu", "abs", "maximum"],
)
def test_subgradient_passes_if_asked(f, point):
    """Between the one-sided derivatives any value is a subgradient."""
    assert gradcheck(f, point, accept_subgradients=True).verdict == "pass"


def test_value_outside_the_subgradients_fails_even_if_they_are_accepted():
    """A derivative of 2 at the kink of relu lies on neither side."""
    ramp = ag.custom_op("ramp", lambda x: max(x, 0.0), lambda xp, out, x: (2.0,))
    assert gradcheck(ramp, 0.0, accept_subgradients=True).verdict == "fail"


@pytest.mark.parametrize(
    ("f", "point", "words"),
    [
        (ag.sqrt, 0.0, "not finite on both sides"),
        (ag.log, 0.0, "f is -inf here"),
        (lambda x: ag.log(x - 1.0), 0.5, "f is nan here"),
    ],
    ids=["end of the domain", "pole", "outside the domain"],
)
def test_infinity_and_nan_are_inconclusive(f, point, words):
    """Differences need finite neighbours."""
    report = gradcheck(f, point)
    assert report.verdict == "inconclusive"
    assert words in str(report)


def test_errors_at_neighbours_count_as_not_finite():
    """A plain-Python function that raises outside its domain is inconclusive at the end of it."""

    def root(x):
        if x < 0.0:
            raise ValueError("math domain error")
        return x * ag.sqrt(x)

    assert "not finite" in str(gradcheck(root, 0.0))


def test_noisy_function_is_inconclusive():
    """Where the noise of f hides a derivative, differences do not resolve it."""
    noisy = ag.custom_op(
        "noisy",
        lambda x: x + 1e-4 * math.sin(1e9 * x),
        lambda xp, out, x: (1.0,),
    )
    assert gradcheck(noisy, 1.0).verdict == "inconclusive"


def test_small_noise_is_no_obstacle():
    """A value that is good to twelve digits still tells whether its derivative is."""
    rounded = ag.custom_op(
        "rounded", lambda x: round(math.sin(x), 12), lambda xp, out, x: (xp.cos(x),)
    )
    assert gradcheck(rounded, 1.0).verdict == "pass"


def test_function_that_changes_its_mind_is_inconclusive():
    """Two calls at one point that differ are reported as such."""
    count = itertools.count()
    report = gradcheck(lambda x: x * next(count), 1.0)
    assert report.verdict == "inconclusive"
    assert "not deterministic" in str(report)


def test_complex_step_resolves_what_rounding_hides_from_differences():
    """With half of the digits of f cancelled, the complex step lets a right derivative pass."""

    def cancelling(x):
        return ag.exp(x + 16.0) - (ag.exp(x + 16.0) - x * x)

    report = gradcheck(cancelling, 1.0)
    assert report.verdict == "pass"
    assert worst(report).method == "complex step"
    assert gradcheck(lambda x: 1.001 * cancelling(x) - cancelling(float(x)), 1.0).verdict == "fail"


@pytest.mark.parametrize("x", [1e-8, 1e-150, 1e8, -1e150], ids=str)
@pytest.mark.parametrize(
    "f", [lambda x: x * 3.0, lambda x: 1.0 / x, ag.cbrt], ids=["3x", "1/x", "cbrt"]
)
def test_scale_of_x_does_not_matter(f, x):
    """Steps follow the size of x, from 1e-150 to 1e150."""
    assert gradcheck(f, x).verdict == "pass"


def test_module_is_left_as_it_was():
    """Parameters, their gradients and the inputs are the same after a check, also a failed one."""
    model = nn.Neuron(2, activation="tanh", rng=0)
    before = model.state_dict()
    gradcheck(model, [1.0, 2.0])
    with pytest.raises(KeyError):
        gradcheck(lambda m, x: {0.0: m(x)}[m.bias.data], model, [1.0, 2.0])
    assert model.state_dict() == before
    assert not any(p.grad_computed for p in model.parameters())


def test_report_shows_the_worst_first():
    """The table begins with what failed; the rest passed."""
    report = gradcheck(lambda x, y: x * x + wrong_sine(1.01)(y), 1.0, 2.0)
    lines = str(report).splitlines()
    assert lines[0] == "gradcheck: fail"
    assert lines[2].startswith("y ")
    assert lines[2].endswith("fail: wrong by 0.99%")
    assert repr(report) == "<GradientReport fail: 1 fail, 1 pass>"
    assert [e.verdict for e in report.entries] == ["fail", "pass"]


def test_raising():
    """raise_on_failure raises for what is wrong, assert_gradients for what is not right as well."""
    with pytest.raises(GradientError, match="wrong by"):
        gradcheck(wrong_sine(2.0), 1.0).raise_on_failure()
    with pytest.raises(AssertionError, match="wrong by"):
        assert_gradients(wrong_sine(2.0), 1.0)
    gradcheck(ag.relu, 0.0).raise_on_failure()
    with pytest.raises(GradientError, match="kink"):
        assert_gradients(ag.relu, 0.0)
    assert_gradients(ag.relu, 0.0, accept_subgradients=True)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "words"),
    [
        ((3.0,), {}, ag.InputTypeError, "takes a function, but got float"),
        ((ag.sin,), {}, ag.InputValueError, "at least one number"),
        ((ag.sin, "1"), {}, ag.InputTypeError, "holds str '1'"),
        ((ag.sin, 1.0), {"order": 3}, ag.InputValueError, "order 1 or 2, but got 3"),
        ((ag.sin, 1.0), {"rtol": "1e-3"}, ag.InputTypeError, "rtol takes a real number"),
        ((ag.sin, 1.0), {"atol": 10**400}, ag.InputValueError, "atol takes a real .* beyond"),
        ((ag.sin, 1.0), {"atol": -1.0}, ag.InputValueError, "atol must be a number of 0 or more"),
        ((ag.sin, 1.0), {"rtol": math.nan}, ag.InputValueError, "rtol must be a number of 0"),
        ((lambda x: "text", 1.0), {}, ag.InputTypeError, "what the function returned"),
    ],
    ids=[
        "no function",
        "no input",
        "a str",
        "order 3",
        "rtol",
        "huge",
        "negative",
        "nan",
        "result",
    ],
)
def test_misuse_is_refused(arguments, options, error, words):
    """What cannot be checked is refused with the reason."""
    with pytest.raises(error, match=words):
        gradcheck(*arguments, **options)


Line = namedtuple("Line", "slope at")


@dataclasses.dataclass
class Curve:
    line: Line
    bend: list


def test_every_number_of_any_container_is_checked():
    """Dicts, dataclasses and namedtuples: a derivative that is wrong in the last part is found."""
    wrong = ag.custom_op("wrong", lambda x: x * x, lambda xp, out, x: (x,))
    point = {"curve": Curve(Line(1.0, 2.0), [3.0]), "shift": 4.0}

    def f(p):
        curve = p["curve"]
        return curve.line.slope * curve.line.at + curve.bend[0] + wrong(p["shift"])

    report = gradcheck(f, point)
    verdicts = {entry.path: entry.verdict for entry in report.entries}
    assert verdicts == {
        "p['curve'].line.slope": "pass",
        "p['curve'].line.at": "pass",
        "p['curve'].bend[0]": "pass",
        "p['shift']": "fail",
    }
    assert gradcheck(lambda x: {"a": x, "b": Line(x * x, wrong(x))}, 3.0).verdict == "fail"
