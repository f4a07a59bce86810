"""property_test and the strategies: they find what is wrong, shrink it, and say how to see it."""

import math
import subprocess
import sys

import hypothesis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import GradientError, gradcheck
from autograd.testing import mlps, property_test, safe_floats

cube = autograd.custom_op("cube", lambda x: x**3, lambda xp, out, x: (3.0 * x * abs(x),))


@property_test(x=(-10.0, 10.0))
def test_right_derivative_passes_everywhere(x):
    """A decorated function is a test."""
    return autograd.sin(x) * x


@property_test(p=[(0.5, 2.0), (-1.0, 1.0)], order=2, examples=20)
def test_lists_and_second_order(p):
    """Domains of lists are lists of domains."""
    return autograd.log(p[0]) * autograd.tanh(p[1])


@property_test(x=st.integers(1, 5).map(float))
def test_any_strategy_is_a_domain(x):
    """Hypothesis's own strategies serve as domains."""
    return x * x


@property_test(x=(-10.0, 10.0))
def wrong_cube(x):
    return cube(x) + 1.0


def failure(run):
    with pytest.raises(GradientError) as caught:
        run()
    return str(caught.value)


def test_wrong_derivative_is_found_and_shrunk():
    """3x|x| is right for positive x: a negative one is found, and the simplest of them."""
    message = failure(wrong_cube)
    assert "a derivative of wrong_cube is wrong at x=-1.0" in message
    assert "fail: wrong by 200.00%" in message
    assert "└─ cube · data −1 · grad 1\n       └─ x · input · data −1 · grad −3" in message


everywhere = property_test(cube, x=(-10.0, 10.0))
of_a_square = property_test(lambda x: cube(x - 1.0) + x * x, x=(-10.0, 0.0))


@pytest.mark.parametrize("run", [wrong_cube, everywhere, of_a_square])
def test_reproduction_runs(run):
    """The program in the message runs by itself and shows the same failure."""
    message = failure(run)
    program = message.split("To reproduce:\n\n")[1].split("\n\nThe graph")[0]
    lines = "\n".join(line[4:] for line in program.splitlines())
    done = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, check=True)
    assert "fail: wrong by" in done.stdout
    assert message.split("fail: wrong by")[1].splitlines()[0] in done.stdout


def test_local_function_is_shown_by_its_source():
    """A function that cannot be imported is reproduced as it is written."""

    @property_test(x=(-1.0, 1.0))
    def local(x):
        return cube(x)

    message = failure(local)
    assert "names that it uses:\n    def local(x):\n        return cube(x)" in message
    assert "gradcheck(local, " in message


def test_local_expression_is_shown_where_it_is_made():
    """A lambda has no name to give, and neither has a primitive that is local."""
    message = failure(property_test(lambda x: cube(x), x=(-1.0, 1.0)))
    assert "    # f is <lambda>, made here:\n    #" in message
    assert "gradcheck(f, " in message
    square = autograd.custom_op("square", lambda x: x * x, lambda xp, out, x: (x,))
    assert "    # f is square, made here:\n    #" in failure(property_test(square, x=(1.0, 2.0)))


def test_few_conclusive_points_are_reported():
    """A domain of kinks tests nothing, and the test says so instead of passing."""
    message = failure(property_test(autograd.floor, x=st.integers(-3, 3).map(float)))
    assert "inconclusive: choose a domain" in message


@pytest.mark.parametrize(
    ("domain", "error", "words"),
    [
        ({}, autograd.InputValueError, "needs the domain"),
        ({"x": 3.0}, autograd.InputTypeError, r"domain of 'x' is a pair"),
        ({"x": (3.0, 1.0)}, autograd.InputValueError, "low < high"),
        ({"z": (0.0, 1.0)}, autograd.InputValueError, "sin has no argument 'z': it takes"),
        ({"x": (0.0, 1.0), "z": (0.0, 1.0)}, autograd.InputValueError, "no argument 'z'"),
    ],
    ids=["none", "a number", "empty", "of no argument", "one too many"],
)
def test_misuse_is_refused(domain, error, words):
    """A domain that cannot be searched is refused at once."""
    with pytest.raises(error, match=words):
        property_test(autograd.sin, **domain)


@given(safe_floats(-1.0, 2.0, away_from=[0.0, 1.0], margin=0.01))
def test_safe_floats_keep_their_distance(x):
    """Numbers lie in the bounds, and not near the points."""
    assert -1.0 <= x <= 2.0
    assert min(abs(x), abs(x - 1.0)) >= 0.01 * (1.0 - 1e-9)


@given(mlps(nn.MLP))
@settings(max_examples=10, deadline=None)
def test_networks_have_right_gradients(example):
    """Small networks of any shape pass gradcheck by parameters and inputs."""
    model, x = example
    assert gradcheck(lambda model, x: nn.mse_loss(model(x), [0.5] * len(model(x))), model, x)


def test_missing_hypothesis_names_the_extra(monkeypatch):
    """Without Hypothesis the package imports, and the error says what to install."""
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with pytest.raises(autograd.MissingExtraError, match=r"scalar-autograd\[test\]"):
        safe_floats()
    assert issubclass(autograd.MissingExtraError, ImportError)
    assert hypothesis.__version__


def test_plugin_gives_fixtures(tmp_path):
    """With the plugin, tests take gradcheck and assert_gradients as arguments."""
    (tmp_path / "test_it.py").write_text(
        "import autograd\n"
        "def test_both(gradcheck, assert_gradients):\n"
        "    assert gradcheck(autograd.sin, 1.0)\n"
        "    assert_gradients(autograd.exp, 1.0)\n"
    )
    plugin = ["-p", "no:scalar-autograd", "-p", "autograd.testing.plugin"]
    command = [sys.executable, "-m", "pytest", "-q", *plugin, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "1 passed" in done.stdout, done.stdout


def test_nan_is_not_passed_over():
    """A derivative of NaN where the function is smooth fails."""
    op = autograd.custom_op("op", lambda x: x, lambda xp, out, x: (math.nan * x,))
    assert "wrong" in failure(property_test(op, x=(1.0, 2.0)))


def test_domains_belong_to_the_arguments_of_their_names():
    """In whatever order they are written: x is never drawn from y's domain."""
    seen = []

    def g(x, y):
        seen.append((float(getattr(x, "data", x)), float(getattr(y, "data", y))))
        return x * y

    property_test(g, y=(0.0, 1.0), x=(11.0, 20.0), examples=20)()
    assert all(10.0 < x < 22.0 and -1.0 < y < 2.0 for x, y in seen)


def keyword_cube(a, b=1.0, *, x):
    return cube(x) * a * b


def test_arguments_by_keyword_are_named_in_the_reproduction():
    """What f takes by keyword only is drawn, passed and reproduced so."""
    run = property_test(keyword_cube, x=(-10.0, 10.0), a=(1.0, 2.0))
    message = failure(run)
    assert "is wrong at a=1.0, x=-1.0" in message
    assert "gradcheck(lambda a, x: keyword_cube(a, x=x), 1.0, -1.0)" in message
    assert "x · input · data −1" in message
