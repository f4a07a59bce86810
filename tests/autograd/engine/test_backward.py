"""backward, recompute, zero_grad: what a pass computes, commits and refuses."""

import copy
import math
import sys
import threading

import pytest

import autograd as ag
from autograd import AnomalyError, InputTypeError, InputValueError, StaleGraphError, Value


def test_leaves_accumulate_and_interior_nodes_do_not():
    """Twice called is twice the gradient in a leaf, and this pass's adjoint inside."""
    x = Value(3.0)
    h = x * x
    y = h * 2.0
    y.backward()
    assert (x.grad, h.grad, y.grad) == (12.0, 2.0, 1.0)
    y.backward()
    assert (x.grad, h.grad, y.grad) == (24.0, 2.0, 1.0)


def test_a_leaf_is_its_own_gradient():
    """backward on a leaf adds the seed."""
    x = Value(3.0)
    x.backward()
    x.backward(2.0)
    assert x.grad == 3.0


def test_shared_nodes_are_passed_once():
    """60 doublings of an un-memoised diamond give 2^60 exactly, and at once."""
    x = Value(1.0)
    y = x
    for _ in range(60):
        y = y + y
    y.backward()
    assert x.grad == 2.0**60


def test_several_roots_share_one_sweep():
    """The gradient of the weighted sum, a root given twice counting twice."""
    a, b = Value(2.0), Value(3.0)
    p = a * b
    ag.backward([p, a + b, p], gradients=[1.0, 10.0, 100])
    assert (a.grad, b.grad) == (101 * 3.0 + 10, 101 * 2.0 + 10)
    ag.backward([])
    assert a.grad == 101 * 3.0 + 10


def test_one_root_takes_its_gradient_with_or_without_a_list():
    """And several take any iterable of theirs."""
    x = Value(2.0)
    y = x * x
    for gradients in (3.0, Value(3.0), [3.0], (3.0,)):
        ag.backward(y, gradients)
    assert x.grad == 4 * 12.0
    ag.backward([y, x], iter([3.0, 4.0]))
    assert x.grad == 5 * 12.0 + 4.0


@pytest.mark.parametrize("roots", [3.0, None, [1.0], "ab"])
def test_a_root_must_be_a_value(roots):
    """Everything else is named."""
    with pytest.raises(InputTypeError, match="starts from a Value"):
        ag.backward(roots)


def test_gradients_must_be_as_many_numbers_as_roots():
    """Length and type are checked before anything changes."""
    x = Value(2.0)
    y = x * x
    with pytest.raises(InputValueError, match="2 gradients for 1 roots"):
        ag.backward([y], [1.0, 2.0])
    with pytest.raises(InputTypeError, match="a gradient takes a real number"):
        y.backward("1")
    assert not x.grad_computed


def test_zero_adjoints_pass_nothing_on():
    """An infinite local derivative times an adjoint of zero is nothing, not NaN."""
    x = Value(0.0)
    y = ag.sqrt(x) * 0.0 + x
    y.backward()
    assert x.grad == 1.0


@pytest.mark.parametrize("point", [-1.0, 0.0, 2.0])
def test_the_branch_not_taken_injects_no_nan(point):
    """where over log and sqrt outside their domains, to first and second order."""

    def f(x):
        return ag.where(x > 0, ag.log(x) * ag.sqrt(x), x * 3.0)

    def expected(x):
        return ag.log(x) * ag.sqrt(x) if x > 0 else x * 3.0

    assert ag.grad(f)(point) == ag.grad(expected)(point)
    assert ag.grad(ag.grad(f))(point) == ag.grad(ag.grad(expected))(point)


@pytest.mark.parametrize("upstream", [math.inf, math.nan])
def test_a_choice_shields_the_other_branch_from_any_adjoint(upstream):
    """Even an infinite or NaN adjoint goes only where the choice went."""
    a, b = Value(1.0), Value(2.0)
    ag.where(1.0, a, b).backward(upstream)
    assert b.grad == 0.0
    r = Value(-1.0)
    ag.relu(r).backward(upstream)
    assert r.grad == 0.0


def test_power_never_touches_the_logarithm_of_its_base():
    """x**2 left of zero has a plain derivative; nothing there is NaN."""
    x = Value(-3.0)
    with ag.detect_anomaly():
        (x**2).backward()
    assert x.grad == -6.0


def test_changing_a_leaf_makes_the_graph_stale():
    """backward refuses to mix old and new numbers, and says how to go on."""
    x, w = Value(2.0), Value(5.0)
    y = x * x
    z = ag.exp(y) * w
    x.data = 3.0
    with pytest.raises(StaleGraphError, match=r"'mul' holds 4.0 .* now give 9.0.*recompute"):
        z.backward()
    assert not x.grad_computed
    z.recompute()
    z.backward()
    assert x.grad == pytest.approx(math.exp(9.0) * 6.0 * 5.0, rel=1e-14)


def test_a_half_recomputed_graph_is_stale_too():
    """Recomputing one result leaves the other's own nodes behind."""
    x = Value(1.0)
    h = ag.exp(x)
    y1, y2 = h * 2.0, ag.exp(h)
    x.data = 2.0
    y1.recompute()
    y1.backward()
    with pytest.raises(StaleGraphError, match="'exp'"):
        y2.backward()


def test_a_change_that_changes_nothing_is_not_stale():
    """Training mutates leaves all the time: graphs of other leaves stay usable, and so does x."""
    x, other = Value(2.0), Value(1.0)
    y = x * x
    other.data = 7.0
    x.data = 2.0
    y.backward()
    y.backward()
    assert x.grad == 8.0


def test_recompute_keeps_leaf_gradients_and_clears_the_inner_ones():
    """Values are new, interior gradients of old values are not shown any more."""
    x = Value(2.0)
    h = x * x
    y = h + 1.0
    y.backward()
    x.data = 3.0
    assert y.recompute() is y
    assert (y.data, h.data, x.grad, h.grad_computed) == (10.0, 9.0, 4.0, False)


def test_zero_grad_clears():
    """One Value or several."""
    x, y = Value(2.0), Value(3.0)
    (x * y).backward()
    ag.zero_grad([x, y])
    assert (x.grad, y.grad, x.grad_computed) == (0.0, 0.0, False)


@pytest.mark.parametrize("thing", [3.0, "ab", [None]])
def test_only_values_are_cleared(thing):
    """A stranger is named, and what stood before it keeps its gradient."""
    x = Value(2.0)
    x.backward()
    with pytest.raises(InputTypeError, match="zero_grad takes a Value"):
        ag.zero_grad([x, *thing] if isinstance(thing, list) else thing)
    assert x.grad == 1.0


def test_create_graph_gives_gradients_that_have_gradients():
    """Three orders of x**4 by hand."""
    x = Value(2.0)
    (x**4).backward(create_graph=True)
    first = x.grad
    ag.zero_grad([x])
    first.backward(create_graph=True)
    second = x.grad
    ag.zero_grad([x])
    second.backward()
    assert (first.data, second.data, x.grad) == (32.0, 48.0, 48.0)
    ag.zero_grad([x])


def test_recorded_gradients_follow_recompute():
    """A recorded derivative is right at other inputs as well, on the other side of a kink too."""
    x = Value(2.0)
    (ag.relu(x) * x).backward(create_graph=True)
    slope = x.grad
    ag.zero_grad([x])
    for point, expected in ((3.0, 6.0), (-3.0, 0.0), (5.0, 10.0)):
        x.data = point
        assert slope.recompute().data == expected


def test_no_grad_records_nothing():
    """Results are leaves; outside the context all is as before."""
    x = Value(2.0)
    with ag.no_grad():
        y = ag.exp(x * x) + ag.sum([x, x])
    assert (y.op, y.parents) == (None, ())
    assert (x * x).parents == (x, x)


def test_no_grad_hides_nothing_from_what_records_for_itself():
    """Transforms, checks and compiled functions record; their results are the same as outside."""

    def f(x):
        return ag.exp(x) * x

    def results():
        compiled = ag.compiled(f)
        return (
            ag.grad(f)(2.0),
            ag.grad(ag.grad(f))(2.0),
            ag.jvp(f, 2.0, 1.0),
            ag.hvp(f, 2.0, 1.0),
            compiled(2.0),
            compiled.value_and_grad("x", 3.0),
            ag.gradcheck(f, 2.0, order=2).verdict,
        )

    with ag.no_grad():
        inside = results()
    assert inside == results()
    x = Value(2.0)
    with ag.no_grad(), ag.enable_grad():
        assert f(x).parents[1] is x
    y = x * x
    with ag.no_grad():
        y.backward(create_graph=True)
    assert x.grad.parents


def test_no_grad_counts_inside_of_a_transform():
    """The innermost context does: what is computed there is a constant."""

    def f(x):
        with ag.no_grad():
            slope = x * x
        return slope * x

    assert ag.grad(f)(3.0) == 9.0
    assert ag.compiled(f).value_and_grad("x", 3.0)[1] == 9.0


def test_anomaly_in_the_forward_pass_names_operands_and_line():
    """The first non-finite value raises."""
    x = Value(0.0, name="p")
    with ag.detect_anomaly(), pytest.raises(AnomalyError, match=r"log gave -inf from p=0\.0") as e:
        ag.log(x)  # the line
    assert "test_backward.py" in str(e.value)
    assert "ag.log(x)  # the line" in str(e.value)
    assert ag.log(x).data == -math.inf


def test_anomaly_in_the_backward_pass_names_node_and_line():
    """A finite value with an infinite derivative raises in backward, and no leaf changes."""
    x = Value(0.0, name="p")
    with ag.detect_anomaly():
        y = ag.sqrt(x) * 2.0  # the line
        with pytest.raises(AnomalyError, match=r"adjoint of p=0\.0 became inf") as caught:
            y.backward()
    assert "# the line" in str(caught.value)
    assert isinstance(caught.value, FloatingPointError)
    assert not x.grad_computed


def test_modes_belong_to_their_thread():
    """no_grad in one thread does not silence another."""
    x = Value(2.0)
    inside, outside = threading.Event(), threading.Event()
    results = []

    def work():
        inside.wait(10)
        results.append((x * x).parents)
        outside.set()

    thread = threading.Thread(target=work)
    thread.start()
    with ag.no_grad():
        inside.set()
        outside.wait(10)
        assert (x * x).parents == ()
    thread.join()
    assert results == [(x, x)]


def _chain(n):
    x = Value(1.0)
    y = x
    for _ in range(n):
        y = y * 1.0
    return x, y


def test_depth_needs_no_recursion():
    """A chain of 10^5 nodes with a recursion limit of 100, on a thread with a small stack."""
    failures = []

    def work():
        limit = sys.getrecursionlimit()
        try:
            x, y = _chain(100_000)
            sys.setrecursionlimit(100)
            y.backward()
            assert x.grad == 1.0
            y.recompute()
            other = copy.deepcopy(y)
            other.backward()
            del x, y, other
        except BaseException as error:
            failures.append(error)
        finally:
            sys.setrecursionlimit(limit)

    # Python 3.13 needs more of the C stack itself to free any long chain of objects.
    size = threading.stack_size((256 if sys.version_info < (3, 13) else 1024) * 1024)
    try:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
    assert failures == []


def test_fan_out_is_one_edge_each():
    """10^5 uses of one leaf."""
    x = Value(2.0)
    ag.sum([x * 3.0 for _ in range(100_000)]).backward()
    assert x.grad == 300_000.0


def test_node_recorded_from_what_is_recomputed_later_is_found_stale():
    """A part that is brought up to date does not hide that the rest was made of its old number."""
    x = Value(1.0)
    part = -x
    x.data = -2.0
    whole = part + part
    part.recompute()
    with pytest.raises(StaleGraphError):
        whole.backward()
    whole.recompute().backward()
    assert (whole.data, x.grad) == (4.0, -2.0)


def test_a_fault_in_recompute_leaves_data_and_gradients_as_they_were():
    """Also of nodes whose gradient is nothing but the adjoint of the last pass."""
    broken = [False]

    def forward(x):
        if broken[0]:
            raise RuntimeError("asked for")
        return 2.0 * x

    twice = ag.custom_op("twice_or_fault", forward, lambda xp, out, x: (2.0,))
    x = Value(3.0)
    inner = x * x
    y = twice(inner) + x
    y.backward()
    before = [(v.data, v.grad) for v in (x, inner, y)]
    broken[0] = True
    x.data = 5.0
    with pytest.raises(RuntimeError, match="asked for"):
        y.recompute()
    assert [(v.data, v.grad) for v in (inner, y)] == before[1:]
    broken[0] = False
    assert y.recompute().data == 55.0
    assert (inner.data, inner.grad_computed, x.grad) == (25.0, False, before[0][1])


def test_passes_inside_a_recomputation_leave_it_alone():
    """A rule that differentiates and recomputes another graph, which shares a leaf."""
    shared = Value(2.0)

    def forward(x):
        other = shared * shared
        other.backward()
        return x + other.recompute().data

    op = ag.custom_op("with_passes_inside", forward, lambda xp, out, x: (1.0,))
    y = op(shared * 3.0) * shared
    shared.data = 4.0
    shared.grad = None
    assert y.recompute().data == (12.0 + 16.0) * 4.0
    assert shared.grad == 8.0


@pytest.mark.parametrize("create_graph", [False, True])
def test_several_roots_weigh_1_each(create_graph):
    """Without gradients, in either kind of pass; a root that stands twice counts twice."""
    x = Value(3.0)
    y, z = x * 2.0, x * x
    ag.backward([y, z, y], create_graph=create_graph)
    assert x.grad == 2.0 + 6.0 + 2.0
