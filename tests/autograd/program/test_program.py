"""What a Program accepts and returns, and every error beside its valid neighbour."""

import copy
import pickle
import sys
import threading

import numpy as np
import pytest

import autograd
from autograd import (
    GraphError,
    InputTypeError,
    InputValueError,
    MissingExtraError,
    Value,
    compile,
)


def values(*shape):
    if not shape:
        return Value(0.5)
    return [values(*shape[1:]) for _ in range(shape[0])]


@pytest.fixture(params=["array", "auto"])
def line(request):
    """w · x + b for w, x of shape (2,)."""
    w, x, b = values(2), values(2), values()
    return compile(autograd.dot(w, x) + b, w=w, x=x, b=b, backend=request.param)


W, X = np.array([2.0, 3.0]), np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]])


def test_call_gives_one_number_without_a_batch(line):
    """Arrays of the arguments' shapes give the output's shape: here a number."""
    result = line(w=W, x=X[0], b=1.0)
    assert np.shape(result) == ()
    assert result == 33.0


def test_call_takes_lists_integers_and_read_only_arrays(line):
    """Whatever NumPy makes an array of real numbers from will do."""
    x = np.array([1, 10])
    x.flags.writeable = False
    assert line(w=[2, 3], x=x, b=True) == 33.0


def test_batch_axis_comes_out_in_front(line):
    """One batched argument makes the result batched; shared ones stay shared."""
    np.testing.assert_array_equal(line(w=W, x=X, b=1.0), [33.0, 65.0, 97.0])
    np.testing.assert_array_equal(line(w=W, x=X[0], b=[1.0, 2.0]), [33.0, 34.0])


@pytest.mark.parametrize("reduce", ["sum", "mean"])
def test_gradients_of_shared_and_batched_arguments(line, reduce):
    """Shared: summed or averaged over the batch; batched: one row a row; a tuple for a tuple."""
    scale = {"sum": 1.0, "mean": 1 / 3}[reduce]
    value, (gw, gx, gb) = line.value_and_grad(("w", "x", "b"), w=W, x=X, b=1.0, reduce=reduce)
    np.testing.assert_array_equal(value, [33.0, 65.0, 97.0])
    np.testing.assert_allclose(gw, X.sum(axis=0) * scale, rtol=1e-15)
    np.testing.assert_allclose(gx, np.tile(W, (3, 1)) * scale, rtol=1e-15)
    np.testing.assert_allclose(gb, 3.0 * scale, rtol=1e-15)
    assert np.shape(gb) == ()


def test_one_name_gives_one_gradient(line):
    """Not a tuple of one; a tuple of one gives a tuple of one."""
    _, grad = line.value_and_grad("w", w=W, x=X[0], b=0.0)
    np.testing.assert_array_equal(grad, X[0])
    _, (grad,) = line.value_and_grad(("w",), w=W, x=X[0], b=0.0)
    np.testing.assert_array_equal(grad, X[0])


def test_gradients_are_arrays_of_their_own():
    """Changing one gradient changes neither another, nor the arguments, nor the next call."""
    a, b = values(3), values(3)
    program = compile(autograd.sum([x + y for x, y in zip(a, b)]), a=a, b=b)
    for _ in range(2):
        _, (ga, gb) = program.value_and_grad(("a", "b"), a=np.ones(3), b=np.ones(3))
        ga += 1.0
        np.testing.assert_array_equal(gb, np.ones(3))


def test_output_may_be_nested_and_may_repeat_an_argument():
    """Results are copies: writing into one leaves the argument alone."""
    x = values(2)
    program = compile([[x[0], x[1] * 2.0], [x[1], 7.0]], x=x)
    given = np.array([1.0, 2.0])
    result = program(x=given)
    np.testing.assert_array_equal(result, [[1.0, 4.0], [2.0, 7.0]])
    result[:] = 0.0
    np.testing.assert_array_equal(given, [1.0, 2.0])
    assert program(x=np.ones((5, 2))).shape == (5, 2, 2)


def test_leaves_that_no_argument_names_are_frozen():
    """A later change of such a leaf is not seen."""
    x, scale = Value(1.0), Value(3.0)
    program = compile(x * scale, x=x)
    scale.data = 100.0
    assert program(x=2.0) == 6.0


def test_unused_argument_has_gradient_zero():
    """An argument that the output does not depend on is allowed."""
    x, unused = Value(1.0), values(2, 3)
    program = compile(x * x, x=x, unused=unused)
    _, grad = program.value_and_grad("unused", x=2.0, unused=np.ones((2, 3)))
    np.testing.assert_array_equal(grad, np.zeros((2, 3)))
    value, grad = program.value_and_grad("unused", x=2.0, unused=np.ones((4, 2, 3)))
    np.testing.assert_array_equal(grad, np.zeros((4, 2, 3)))
    np.testing.assert_array_equal(value, [4.0] * 4)


def test_output_shared_by_the_batch_counts_once_a_row():
    """The sum over the batch of an output that does not depend on the batched argument."""
    x, unused = Value(1.0), Value(0.0)
    program = compile(x * x, x=x, unused=unused)
    _, grad = program.value_and_grad("x", x=3.0, unused=np.ones(4))
    assert grad == 24.0
    _, grad = program.value_and_grad("x", x=3.0, unused=np.ones(4), reduce="mean")
    assert grad == 6.0


def test_constant_output_compiles():
    """An output in which nothing is left to compute."""
    x = Value(2.0)
    program = compile(x * x)
    assert program() == 4.0
    program = compile(Value(3.0), x=x)
    np.testing.assert_array_equal(program(x=np.ones(2)), [3.0, 3.0])
    assert program.value_and_grad("x", x=1.0)[1] == 0.0


def test_empty_batch(line):
    """No rows in, no rows out, and nothing to add up."""
    value, (gw, gx) = line.value_and_grad(("w", "x"), w=W, x=np.ones((0, 2)), b=0.0)
    assert value.shape == (0,)
    assert gx.shape == (0, 2)
    np.testing.assert_array_equal(gw, [0.0, 0.0])


def test_object_arrays_of_leaves_name_an_argument():
    """An array of Values serves as well as a nested list."""
    w = np.array(values(2, 3), dtype=object)
    program = compile((w * w).sum(), w=w)
    assert program(w=np.ones((2, 3))) == 6.0


@pytest.mark.parametrize("dtype", ["float32", np.float32, np.dtype("float32")])
def test_float32_in_and_out(dtype):
    """Everything is computed and returned in single precision."""
    w, x = values(8), values(8)
    y = autograd.relu(autograd.dot(w, x)) + autograd.where(w[0] > 0.0, 2.0, 3.0)
    program = compile(y, w=w, x=x, dtype=dtype)
    value, grad = program.value_and_grad("w", w=np.full(8, 0.1), x=np.ones((4, 8)))
    assert value.dtype == grad.dtype == np.float32
    np.testing.assert_allclose(value, 2.8, rtol=1e-6)


# Errors: each beside its valid neighbour


def test_unknown_missing_and_surplus_arguments(line):
    """The message names what is wrong and what there is."""
    with pytest.raises(InputTypeError, match=r"misses 'b'.*w, x, b"):
        line(w=W, x=X)
    with pytest.raises(InputTypeError, match="does not know 'c'"):
        line(w=W, x=X, b=0.0, c=1.0)
    line(w=W, x=X, b=0.0)


@pytest.mark.parametrize("bad", [np.ones(3), np.ones((3, 3)), np.ones((1, 1, 2)), 1.0])
def test_wrong_shape_names_the_argument(line, bad):
    """The shape itself, or with one axis in front, and nothing else."""
    with pytest.raises(InputValueError, match=r"'w' takes an array of shape \(2,\)"):
        line(w=bad, x=X, b=0.0)
    line(w=np.ones((3, 2)), x=X, b=0.0)


def test_batch_sizes_must_agree(line):
    """Both arguments and both sizes are named."""
    with pytest.raises(InputValueError, match=r"'w' has 2 rows and 'x' has 3"):
        line(w=np.ones((2, 2)), x=X, b=0.0)
    line(w=np.ones((3, 2)), x=X, b=0.0)


@pytest.mark.parametrize("bad", ["ab", [None, 1.0], [1j, 1.0], np.array([object(), 1.0])])
def test_non_numeric_array_names_the_argument(line, bad):
    """Only real numbers: no text, no complex numbers, no objects."""
    with pytest.raises(InputTypeError, match="'w' takes an array of real numbers"):
        line(w=bad, x=X, b=0.0)
    line(w=[1, 1.5], x=X, b=0.0)


def test_ragged_array_names_the_argument(line):
    """NumPy's complaint, with the argument's name."""
    with pytest.raises(InputValueError, match="'x' is a ragged nesting"):
        line(w=W, x=[[1.0], [1.0, 2.0]], b=0.0)


def test_wrt_must_name_arguments(line):
    """A name or a tuple of names of arguments."""
    for bad in ("c", 0, ["w"], ("w", "c"), None):
        with pytest.raises(InputTypeError, match=r"wrt names an argument \(w, x, b\)"):
            line.value_and_grad(bad, w=W, x=X, b=0.0)


def test_reduce_is_sum_or_mean(line):
    """Anything else is refused, by value."""
    with pytest.raises(InputValueError, match="'max'"):
        line.value_and_grad("w", w=W, x=X, b=0.0, reduce="max")


def test_gradient_needs_one_number():
    """Several outputs have no gradient; their sum has."""
    x = values(2)
    with pytest.raises(InputValueError, match=r"output has shape \(2,\)"):
        compile(x, x=x).value_and_grad("x", x=[1.0, 2.0])
    compile(x[0] + x[1], x=x).value_and_grad("x", x=[1.0, 2.0])


def test_argument_must_hold_leaves():
    """A computed Value, a number or a str in an argument is named."""
    x = Value(1.0)
    y = x * 2.0
    with pytest.raises(GraphError, match="'y' holds a Value computed by 'mul'"):
        compile(y, y=y)
    with pytest.raises(InputTypeError, match="'x' names the leaf Values"):
        compile(y, x=[x, 1.0])
    with pytest.raises(InputTypeError, match="'x' names the leaf Values"):
        compile(y, x="x")
    compile(y, x=[x, Value(1.0)])


def test_a_leaf_is_named_once():
    """Twice in one argument, or in two arguments."""
    x, z = Value(1.0), Value(2.0)
    with pytest.raises(InputValueError, match="'a' holds one leaf twice"):
        compile(x * z, a=[x, x])
    with pytest.raises(InputValueError, match="'b' holds a leaf that another argument"):
        compile(x * z, a=[x], b=[z, x])
    compile(x * z, a=[x], b=[z])


def test_ragged_argument_or_output():
    """Every part of a nesting has one shape."""
    x, z = Value(1.0), Value(2.0)
    with pytest.raises(InputValueError, match="argument 'a' is ragged"):
        compile(x * z, a=[x, [z]])
    with pytest.raises(InputValueError, match="the output is ragged"):
        compile([x * z, [x]], a=[x, z])
    compile([[x * z], [x]], a=[[x], [z]])


def test_output_must_hold_values():
    """Nothing is recorded in a plain number, nor in text."""
    x = Value(1.0)
    with pytest.raises(InputTypeError, match=r"got 2.0: nothing is recorded"):
        compile(2.0, x=x)
    with pytest.raises(InputTypeError, match="but it holds str"):
        compile([x, "x"], x=x)
    compile([x, 2.0], x=x)


def test_options_are_checked():
    """dtype, backend, and the one name an argument cannot have."""
    x = Value(1.0)
    with pytest.raises(InputValueError, match="float64 or float32"):
        compile(x * x, x=x, dtype="int64")
    with pytest.raises(InputValueError, match="float64 or float32"):
        compile(x * x, x=x, dtype="nonsense")
    with pytest.raises(InputValueError, match="auto, array, loop"):
        compile(x * x, x=x, backend="cuda")
    with pytest.raises(InputValueError, match="rename the argument"):
        compile(x * x, reduce=x)
    compile(x * x, x=x, dtype="float64", backend="array")


# A program is a pure value


def test_pickle_copy_and_threads(line):
    """A copy computes the same; threads that share a program do not disturb each other."""
    expected = line.value_and_grad("w", w=W, x=X, b=1.0)[1]
    for twin in (pickle.loads(pickle.dumps(line)), copy.deepcopy(line), copy.copy(line)):
        np.testing.assert_array_equal(twin.value_and_grad("w", w=W, x=X, b=1.0)[1], expected)
        assert repr(twin) == repr(line)
    wrong = []

    def work(scale):
        for _ in range(50):
            grad = line.value_and_grad("w", w=W, x=X * scale, b=1.0)[1]
            if not np.array_equal(grad, expected * scale):
                wrong.append(scale)

    threads = [threading.Thread(target=work, args=(2.0**i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_many_calls_do_not_grow_the_process(line):
    """Nothing is kept from call to call: 10,000 of them add less than 100 bytes each."""
    resource = pytest.importorskip("resource")

    def peak():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    growth = []
    for _ in range(4):
        before = peak()
        for _ in range(10_000):
            line.value_and_grad("w", w=W, x=X, b=1.0)
        growth.append((peak() - before) / (1024 if sys.platform == "darwin" else 1))
    # Allocators take a megabyte or two at once, in whichever round; what is kept grows in all.
    assert min(growth) < 1000


def test_warnings_are_silent():
    """Overflow and invalid operations are results, not warnings; numpy's settings stay."""
    x = Value(1.0)
    program = compile(autograd.log(x) + autograd.exp(x), x=x)
    settings = np.geterr()
    np.testing.assert_array_equal(program(x=[0.0, 1e4, -1.0]), [-np.inf, np.inf, np.nan])
    assert np.geterr() == settings


def test_numpy_is_only_needed_to_compile(monkeypatch):
    """Without it the message names the extra; recording and differentiating go on."""
    monkeypatch.setitem(sys.modules, "numpy", None)
    x = Value(2.0)
    y = x * x
    y.backward()
    assert x.grad == 4.0
    with pytest.raises(MissingExtraError, match=r"scalar-autograd\[compile\]"):
        compile(y, x=x)
    with pytest.raises(MissingExtraError, match=r"scalar-autograd\[compile\]"):
        autograd.compiled(lambda x: x)(1.0)


def test_wrt_by_keyword(line):
    """As of compiled functions; an argument may be called so, and then it is that."""
    given = {"w": W, "x": X[0], "b": 0.5}
    value, grads = line.value_and_grad(wrt=("w", "b"), **given)
    assert value == line(**given)
    for keyed, placed in [
        (grads, line.grad(("w", "b"), **given)),
        (line.grad(wrt="w", **given), line.grad("w", **given)),
        (line.jacobian(wrt="w", **given), line.jacobian("w", **given)),
        (line.hessian(wrt="w", **given), line.hessian("w", **given)),
        (line.jvp(wrt="w", direction=W, **given), line.jvp("w", W, **given)),
        (line.hvp("w", direction=W, **given), line.hvp("w", W, **given)),
    ]:
        np.testing.assert_equal(keyed, placed)
    x, direction = Value(0.0), Value(0.0)
    named = compile(x * x * direction, wrt=x, direction=direction)
    assert named.grad("wrt", wrt=3.0, direction=2.0) == 12.0
    assert named.jvp("wrt", 1.0, wrt=3.0, direction=2.0) == 12.0


UNNAMED = {
    "a call": (lambda p: p(W, X[0], 0.5), "takes its arrays by name: w=…, x=…, b=…"),
    "value_and_grad": (lambda p: p.value_and_grad("w", W), "takes its arrays by name"),
    "grad": (lambda p: p.grad("w", W, b=1.0), "takes its arrays by name"),
    "jacobian": (lambda p: p.jacobian("w", W), "takes its arrays by name"),
    "hessian": (lambda p: p.hessian("w", W), "takes its arrays by name"),
    "jvp": (lambda p: p.jvp("w", W, X[0]), "takes its arrays by name"),
    "hvp": (lambda p: p.hvp("w", W, X[0]), "takes its arrays by name"),
    "no wrt": (lambda p: p.grad(w=W, x=X[0], b=0.5), r"argument \(w, x, b\), but got none"),
    "no direction": (lambda p: p.hvp("w", w=W, x=X[0], b=0.5), "direction goes with wrt"),
    "a list of names": (lambda p: p.grad(["w"], w=W, x=X[0], b=0.5), "several stand in a tuple"),
    "compile": (lambda _: compile(Value(1.0), Value(2.0)), "arguments by name, each with its lea"),
    "a function": (lambda _: compile(lambda x: x), r"compiled\(f\) records a function"),
    "a dict": (lambda p: p(w={"a": 1.0}, x=X, b=0.5), "'w' takes .* but it holds dict {'a': 1.0}"),
    "None": (lambda p: p(w=[None, 1.0], x=X, b=0.5), "'w' takes .* but it holds NoneType None"),
}


@pytest.mark.parametrize("name", UNNAMED)
def test_what_has_no_name_is_refused_with_the_names(line, name):
    """In every method alike, and what is no array at all."""
    call, words = UNNAMED[name]
    with pytest.raises(InputTypeError, match=words):
        call(line)
