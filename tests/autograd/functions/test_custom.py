"""custom_op: a user's primitive is first-class, and its mistakes are told plainly."""

import copy
import math
import pickle

import numpy as np
import pytest

import autograd as ag
from autograd import InputTypeError, InputValueError, Value, custom_op

j0 = custom_op("j0", lambda x: math.sin(x) / x, lambda xp, out, x: ((xp.cos(x) - out) / x,))
power = custom_op("power", lambda a, b: a**b, lambda xp, out, a, b: (b * out / a, out * xp.log(a)))


def largest(*xs):
    return max(xs)


def largest_partials(xp, out, *xs):
    return [xp.where(x == out, 1.0, 0.0) for x in xs]


top = custom_op("top", largest, largest_partials)


def test_floats_in_float_out_values_in_value_out():
    """As with the functions of the table."""
    assert j0(2.0) == math.sin(2.0) / 2.0
    y = j0(Value(2.0))
    assert y.data == j0(2.0)
    assert str(y.op) == "j0"
    assert j0(2) == j0(2.0)


def test_derivatives_of_any_order():
    """The rule is differentiated like the table's own."""
    first = lambda x: (math.cos(x) - math.sin(x) / x) / x  # noqa: E731
    second = lambda x: -math.sin(x) / x - 2 * first(x) / x  # noqa: E731
    assert ag.grad(j0)(2.0) == first(2.0)
    assert ag.grad(ag.grad(j0))(2.0) == pytest.approx(second(2.0), rel=1e-14)
    assert ag.grad(power, argnum=1)(2.0, 3.0) == pytest.approx(8 * math.log(2), rel=1e-15)


def test_any_number_of_operands():
    """A forward rule of *operands takes as many as there are."""
    a, b, c = Value(1.0), Value(5.0), Value(3.0)
    top(a, b, c).backward()
    assert (a.grad, b.grad, c.grad) == (0.0, 1.0, 0.0)


def test_a_rule_in_plain_math_still_differentiates_once():
    """It cannot be traced, but numbers go through it."""
    plain = custom_op("plain", math.sin, lambda xp, out, x: (math.cos(float(x)),))
    x = Value(1.0)
    plain(x).backward()
    assert x.grad == math.cos(1.0)


TWICE = {
    "grad of grad": lambda f: ag.grad(ag.grad(f))(1.0),
    "hessian": lambda f: ag.hessian(f)(1.0),
    "hvp": lambda f: ag.hvp(f, 1.0, 1.0),
    "jvp of grad": lambda f: ag.jvp(ag.grad(f), 1.0, 1.0),
    "grad of jvp": lambda f: ag.grad(lambda x: ag.jvp(f, x, 1.0))(1.0),
    "create_graph": lambda f: f(Value(1.0)).backward(create_graph=True),
    "of a Value": lambda f: ag.grad(f)(Value(1.0)),
}


@pytest.mark.parametrize("twice", TWICE.values(), ids=TWICE)
@pytest.mark.parametrize("number", [lambda x: math.cos(x), lambda x: round(x, 3) * 1.0, int])
def test_a_rule_that_leaves_the_graph_has_no_second_derivative(twice, number):
    """Where one would be recorded, the error names the rule, its line and the remedy."""
    plain = custom_op("plain", math.sin, lambda xp, out, x: (number(x),))
    with pytest.raises(ag.TraceError, match=r"test_custom\.py:\d+.*'plain'.*xp\.cos\(a\) for"):
        twice(plain)
    right = custom_op("right", math.sin, lambda xp, out, x: (xp.cos(x) if x > 0.0 else 1.0,))
    twice(right)


@pytest.mark.parametrize(
    "two", [2, 2.0, np.float64(2), np.int64(2)], ids=lambda x: type(x).__name__
)
@pytest.mark.parametrize("rule", ["traced", "plain"])
def test_constant_derivatives_of_any_number_type(two, rule):
    """To first and second order, whether or not the rule can be traced."""

    def partials(xp, out, x):
        return (two if rule == "traced" or x > -9.0 else 0.0,)

    twice = custom_op("twice", lambda x: 2.0 * x, partials)
    assert ag.grad(twice)(3.0) == 2.0
    assert ag.grad(ag.grad(lambda x: twice(x) * x))(3.0) == 4.0


def test_ieee_in_the_rule():
    """A division by zero inside a derivative is infinite, as everywhere."""
    root = custom_op("root", math.sqrt, lambda xp, out, x: (0.5 / out,))
    x = Value(0.0)
    root(x).backward()
    assert x.grad == math.inf


def test_an_error_in_the_forward_rule_is_the_users():
    """It passes through; nothing is recorded."""
    root = custom_op("root", math.sqrt, lambda xp, out, x: (0.5 / out,))
    with pytest.raises(ValueError, match=r"math domain error|nonnegative"):
        root(Value(-1.0))


@pytest.mark.parametrize("fault", [KeyboardInterrupt, ZeroDivisionError, RuntimeError])
def test_a_fault_in_backward_leaves_every_gradient_as_it_was(fault):
    """And a retry is exact."""
    broken = True

    def partials(xp, out, x):
        if broken:
            raise fault
        return (2.0 * x,)

    square = custom_op("square", lambda x: x * x, partials)
    x, w = Value(3.0), Value(2.0)
    (w * 5.0).backward()
    y = square(x * 1.0) * w
    with pytest.raises(fault):
        y.backward()
    assert (x.grad_computed, w.grad, y.grad_computed) == (False, 5.0, False)
    broken = False
    y.backward()
    assert (x.grad, w.grad) == (12.0, 14.0)


def test_a_fault_in_recompute_changes_nothing():
    """All new values or none."""
    square = custom_op("root", math.sqrt, lambda xp, out, x: (0.5 / out,))
    x = Value(4.0)
    h = x * 1.0
    y = square(h)
    x.data = -1.0
    with pytest.raises(ValueError):  # noqa: PT011
        y.recompute()
    assert (h.data, y.data) == (4.0, 2.0)


@pytest.mark.parametrize(
    ("partials", "message"),
    [
        (lambda xp, out, a: 1.0, "returned float"),
        (lambda xp, out, a: (1.0, 2.0), "tuple of 1 local derivatives.*returned 2"),
    ],
)
@pytest.mark.parametrize("create_graph", [False, True])
def test_a_wrong_number_of_derivatives_is_told(partials, message, create_graph):
    """When the derivative is first needed."""
    bad = custom_op("bad", lambda a: a, partials)
    x = Value(1.0)
    with pytest.raises(InputValueError, match=message):
        (bad(x) * 2.0).backward(create_graph=create_graph)
    assert not x.grad_computed


@pytest.mark.parametrize("partial", ["0.5", b"1", 1j, np.complex128(1.0), [1.0], {}, 10**400])
@pytest.mark.parametrize("create_graph", [False, True])
def test_a_derivative_that_is_no_number_is_told(partial, create_graph):
    """Text is never read as a number, and nothing of a complex one is thrown away."""
    f = custom_op("f", lambda x: x, lambda xp, out, x: (partial,))
    y = f(Value(1.0))
    with pytest.raises(ag.AutogradError, match=r"real number, but|beyond a float's range"):
        y.backward(create_graph=create_graph)


def test_wrong_operands_and_declarations_are_named():
    """Each next to a valid neighbour."""
    assert power(2.0, 3.0) == 8.0
    with pytest.raises(InputValueError, match="power takes 2 operands, but got 1"):
        power(2.0)
    with pytest.raises(InputValueError, match="top takes at least one operand, but got 0"):
        top()
    with pytest.raises(InputTypeError, match="power takes Values or real numbers, but got str"):
        power(2.0, "3")
    with pytest.raises(InputTypeError, match="non-empty str"):
        custom_op("", math.sin, math.cos)
    with pytest.raises(InputTypeError, match="forward of custom_op 'f' must be a function"):
        custom_op("f", 1.0, math.cos)
    with pytest.raises(InputTypeError, match="value of 'text' takes a real number, but got str"):
        custom_op("text", lambda x: "a", lambda xp, out, x: (1.0,))(1.0)


def test_an_unknown_function_in_a_rule_is_named():
    """Where its derivatives are first asked for."""
    odd = custom_op("odd", lambda *xs: sum(xs), lambda xp, out, *xs: [xp.frob(x) for x in xs])
    with pytest.raises(AttributeError, match="named 'frob'; there are abs, acos, "):
        odd(Value(1.0), 2.0).backward()


def test_poles_of_many_operands_are_infinite():
    """Each operand is itself where the rule is evaluated again without raising."""
    inverses = custom_op(
        "inverses", lambda *xs: sum(xs), lambda xp, out, *xs: [xp.exp(-x) / x for x in xs]
    )
    a, b, c = Value(0.0), Value(1.0), Value(-2.0)
    inverses(a, b, c).backward()
    assert (a.grad, b.grad, c.grad) == (math.inf, math.exp(-1.0), math.exp(2.0) / -2.0)


def test_names_are_spelt_in_latex():
    """Letters and digits as they are; what LaTeX would misread is escaped or a space."""
    latex = custom_op("to-do_2", math.sin, lambda xp, out, x: (xp.cos(x),)).op.latex
    assert latex.format(args="x") == r"\operatorname{to do\_2}\left(x\right)"


def test_graphs_with_custom_ops_are_copied_and_pickled():
    """Rules that can be imported are pickled by name."""
    x = Value(2.0)
    y = custom_op("top", largest, largest_partials)(x, 1.0) * 3.0
    for z in (copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        z.backward()
        assert z.parents[0].parents[0].grad == 3.0
    assert not x.grad_computed


def test_operands_keep_their_names():
    """Reports call the inputs of a custom_op as its forward rule does, if that can tell."""
    area = custom_op("area", lambda width, height: width * height, lambda xp, out, w, h: (h, w))
    rows = str(ag.gradcheck(area, 2.0, 3.0)).splitlines()[2:]
    assert [row.split()[0] for row in rows] == ["width", "height"]
    length = custom_op("length", math.hypot, lambda xp, out, a, b: (a / out, b / out))
    assert ag.gradcheck(length, 3.0, 4.0).verdict == "pass"
