"""Value: construction, attributes, conversions, comparisons, arithmetic."""

import gc
import math
import operator
import sys
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import (
    GraphError,
    InputTypeError,
    InputValueError,
    Value,
    detect_anomaly,
    exp,
    no_grad,
)
from autograd import sum as ag_sum
from autograd.engine.accelerator import ENGINE
from autograd.engine.record import record
from autograd.ops.op import OPS

FLOATS = st.floats(allow_nan=True, allow_infinity=True)


@pytest.mark.parametrize(
    "number",
    [
        *(2, 2.0, True, Fraction(1, 4), Decimal("0.25"), np.float64(2), np.float32(0.5)),
        *(np.int8(3), np.uint64(3), np.bool_(True), math.inf),
    ],
    ids=repr,
)
def test_data_is_any_real_number_kept_as_a_float(number):
    """Whatever kind of real number comes in, a plain float is stored."""
    assert type(Value(number).data) is float
    assert Value(number).data == float(number)


@pytest.mark.parametrize(
    "thing", ["2", b"2", None, 1j, np.complex128(1), [1.0], (1.0,), np.array([1.0]), Value(1.0)]
)
def test_anything_else_is_refused_by_name(thing):
    """The error is a TypeError and says what was given."""
    with pytest.raises(TypeError, match=type(thing).__name__) as caught:
        Value(thing)
    assert isinstance(caught.value, InputTypeError)
    leaf = Value(1.0)
    with pytest.raises(InputTypeError):
        leaf.data = thing
    assert leaf.data == 1.0


@pytest.mark.parametrize(
    "number",
    [10**400, -(10**5000), Fraction(10**400), Decimal("1e400"), np.longdouble("1e400")],
    ids=["int", "huge int", "Fraction", "Decimal", "longdouble"],
)
def test_a_number_beyond_floats_is_refused(number):
    """Nothing is silently made infinite; what is infinite stays so."""
    if float(number if isinstance(number, np.longdouble) else 1.0) == number:
        pytest.skip("a long double is a double here")
    with pytest.raises(
        InputValueError, match=r"^Value takes .* this \w+ is beyond a float's range"
    ):
        Value(number)
    assert Value(Decimal("-inf")).data == Value(np.longdouble("-inf")).data == -math.inf


def test_a_signalling_nan_is_refused():
    """It is made to raise; a quiet one is nan."""
    with pytest.raises(InputValueError, match=r"^Value takes .*Decimal\('sNaN'\) is a signalling"):
        Value(Decimal("sNaN"))
    assert math.isnan(Value(Decimal("nan")).data)


def test_a_duration_is_no_number():
    """Though NumPy counts it among the integers: it has a unit."""
    with pytest.raises(InputTypeError, match=r"^Value takes a real number, but got timedelta64"):
        Value(np.timedelta64(5, "s"))


def test_name_is_a_str():
    """A name of another type would break pictures much later."""
    assert Value(1.0, name="w").name == "w"
    assert Value(1.0).name is None
    x = Value(1.0, name="x")
    for give in (
        lambda: Value(1.0, name=3),
        lambda: Value(1.0, label=3),
        lambda: setattr(x, "name", 3),
        lambda: setattr(x, "label", 3),
    ):
        with pytest.raises(InputTypeError, match="name of a Value is a str, but got int 3;"):
            give()
    assert x.name == x.label == "x"
    x.name = type("Name", (str,), {"__str__": lambda self: "shown"})("y")
    assert (x.name, type(x.name)) == ("y", str)
    x.name = None
    assert (x.name, x.label) == (None, "")


def test_a_class_is_called_with_all_its_arguments():
    """One float may come by a shorter way; names, derived classes and a new __init__ do not."""

    class Named(Value):
        def __init__(self, data):
            super().__init__(data * 2.0, name="twice")

    assert (Named(1.5).data, Named(1.5).name, type(Named(1.5))) == (3.0, "twice", Named)
    assert (Value(1.5, label="b").name, Value(data=1.5, name="a").name) == ("b", "a")
    for wrong in ((), (1.5, "a", (), None, 2)):
        with pytest.raises(TypeError):
            Value(*wrong)
    with pytest.raises(TypeError):
        Value(1.5, grad=1.0)
    before = Value.__init__
    try:
        Value.__init__ = lambda self, data: before(self, data + 1.0, "changed")
        assert (Value(1.5).data, Value(1.5).name) == (2.5, "changed")
    finally:
        Value.__init__ = before
    assert (Value(1.5).data, Value(1.5).name) == (1.5, None)


def test_attributes_of_a_leaf_and_of_a_result():
    """A leaf has no op and no parents; a product has both, and two edges for x * x."""
    x = Value(3.0)
    assert (x.data, x.grad, x.op, x.parents, x.operands) == (3.0, 0.0, None, (), ())
    y = x * x
    assert str(y.op) == "mul"
    assert y.parents == (x, x)
    assert y.parents[0] is x
    z = y + 1
    assert z.parents == (y,)
    assert z.operands == (y, 1.0)
    total = ag_sum([x, 2.0, y])
    assert total.operands == (x, 2.0, y)


def test_grad_is_zero_before_any_pass_and_known_to_be_uncomputed():
    """Training loops read 0.0; pictures ask grad_computed."""
    x = Value(3.0)
    y = x * 0.0
    assert x.grad == 0.0
    assert type(x.grad) is float
    assert not x.grad_computed
    y.backward()
    assert x.grad == 0.0
    assert x.grad_computed
    x.grad = None
    assert not x.grad_computed
    x.grad = 2
    assert type(x.grad) is float
    with pytest.raises(InputTypeError, match="grad of a Value"):
        x.grad = "2"
    x.grad = slope = Value(2.0)  # as create_graph gives them
    assert x.grad is slope
    y.grad = None
    assert not y.grad_computed
    assert y.grad == 0.0


def test_data_of_a_result_cannot_be_assigned():
    """It would contradict the graph; the message says what to do."""
    y = Value(3.0) * 2
    with pytest.raises(GraphError, match=r"computed by 'mul'.*recompute"):
        y.data = 1.0
    assert y.data == 6.0
    x = Value(3.0)
    with pytest.raises(InputTypeError, match=r"^the data of a Value takes a real .* got str '1'"):
        x.data = "1"
    x.data = 1
    assert type(x.data) is float


def test_slots_take_no_other_attribute():
    """A misspelt attribute is an error at once."""
    with pytest.raises(AttributeError):
        Value(1.0).dat = 2.0


def test_repr_shows_data_name_and_a_gradient_that_exists():
    """What a notebook shows for a Value."""
    x = Value(3.0, name="x")
    assert repr(x) == "Value(3.0, name='x')"
    (x * 2).backward()
    assert repr(x) == "Value(3.0, name='x', grad=2.0)"
    assert f"{x:.2f}" == "3.00"
    assert f"{x}" == repr(x)
    x.grad = x
    assert repr(x) == "Value(3.0, name='x', grad=Value(3.0, name='x'))"


def test_detach_forgets_the_history():
    """The same number as a new leaf."""
    y = exp(Value(0.0))
    y.name = "y"
    leaf = y.detach()
    assert (leaf.data, leaf.name, leaf.op) == (1.0, "y", None)


@given(FLOATS, FLOATS)
def test_comparisons_are_those_of_floats(a, b):
    """With Values on either side or both, NaN included."""
    for compare in (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne):
        expected = compare(a, b)
        assert compare(Value(a), Value(b)) is expected
        assert compare(Value(a), b) is expected
        assert compare(a, Value(b)) is expected


def test_comparisons_are_bools_in_every_mode_but_a_trace():
    """Without gradients, and where every node is watched."""
    for mode in (no_grad, detect_anomaly):
        with mode():
            assert (Value(1.0) < 2.0) is True
            assert (Value(1.0) == Value(2.0)) is False


def test_comparison_with_something_else():
    """Equality with a stranger is False, order a TypeError, as with floats."""
    assert Value(1.0) != "1.0"
    assert Value(1.0) != None  # noqa: E711
    with pytest.raises(TypeError):
        Value(1.0) < "2"  # noqa: B015


def test_hash_is_identity():
    """Equal Values are different keys."""
    a, b = Value(1.0), Value(1.0)
    assert a == b
    assert len({a, b}) == 2


def test_conversions_leave_the_graph():
    """bool, float, int and round give plain numbers."""
    v = Value(2.75)
    assert (bool(v), float(v), int(v), round(v), round(v, 1)) == (True, 2.75, 2, 3, 2.8)
    assert not Value(0.0)
    assert bool(Value(math.nan))
    assert math.sin(v) == math.sin(2.75)


@given(FLOATS, FLOATS)
def test_arithmetic_gives_the_numbers_of_numpy(a, b):
    """Every operator, from either side, to the bit, without an exception at any float."""
    table = {
        operator.add: np.add,
        operator.sub: np.subtract,
        operator.mul: np.multiply,
        operator.truediv: np.divide,
        operator.pow: np.power,
    }
    for ours, numpys in table.items():
        with np.errstate(all="ignore"):
            expected = float(numpys(a, b))
        for result in (ours(Value(a), Value(b)), ours(Value(a), b), ours(a, Value(b))):
            assert type(result) is Value
            # NumPy's pow and C's may differ in the last digit; all else is exact.
            tolerance = 1e-15 if ours is operator.pow else 0.0
            if math.isfinite(expected) and tolerance:
                assert result.data == pytest.approx(expected, rel=tolerance, abs=5e-324)
            else:
                assert result.data == expected or (math.isnan(expected) and math.isnan(result.data))


def test_pythons_own_functions_work():
    """abs, max, min, sum and pow of Python."""
    a, b = Value(-2.0), Value(3.0)
    assert abs(a).data == 2.0
    assert max(a, b) is b
    assert min(a, b) is a
    assert sum([a, b]).data == 1.0
    assert pow(b, 2).data == 9.0
    assert (+a) is a
    assert (-a).data == 2.0
    assert (math.floor(Value(2.5)).data, math.ceil(Value(2.5)).data) == (2.0, 3.0)


def test_other_types_are_refused_by_python():
    """An operator with a str or a list is Python's TypeError."""
    for thing in ("a", [1.0], None, 1j):
        with pytest.raises(TypeError):
            Value(1.0) + thing
        with pytest.raises(TypeError):
            thing * Value(1.0)


def test_nothing_is_left_for_the_collector():
    """A graph has no cycles: reference counts free it all."""

    def build():
        x = y = Value(0.5)
        for _ in range(300):
            y = exp(y * 0.1) + ag_sum([y, x, 1.0]) * 0.1
        y.backward()

    def count():
        return sys.getrefcount(OPS["exp"])  # each node refers to its primitive

    build()  # compiles what it needs, once
    gc.collect()
    before = count()
    gc.disable()
    try:
        build()
        assert count() == before
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_a_node_is_small():
    """The object, its header for the collector, and the two floats of its own, unless inside it."""
    x = Value(0.5)
    y = x * 1.1 + x
    y.backward()
    node = y.parents[0]
    floats = sys.getsizeof(node.data) + sys.getsizeof(node.grad)
    assert sys.getsizeof(node) + (0 if ENGINE == "compiled" else floats) <= 130


def test_chain_rule_by_hand_with_operands_and_partials():
    """The lecture's loop: each operand gains the node's gradient × its partial."""
    x, w = Value(2.0), Value(-3.0)
    hidden = x * w
    y = (hidden + 0.5).tanh()
    y.backward()
    expected = [x.grad, w.grad]
    grads = dict.fromkeys((x, w, hidden, y.operands[0]), 0.0) | {y: 1.0}
    for node in (y, y.operands[0], hidden):
        for operand, partial in zip(node.operands, node.partials):
            if operand in grads:
                grads[operand] += grads[node] * partial
    assert [grads[x], grads[w]] == expected


@pytest.mark.parametrize("name", [name for name, op in OPS.items() if op.arity])
def test_partials_are_numbers_beside_the_operands(name):
    """Of every primitive: one float an operand, what the table says, 0.0 where there is no edge."""
    op = OPS[name]
    point = [(low + high) / 2 + 0.1 for low, high in op.sample]
    node = record(op, tuple(Value(x) for x in point))
    assert repr(node.partials) == repr(
        tuple(0.0 if p is None else p for p in op.local(*point))
    )  # nan is nan
    assert Value(1.0).partials == ()
