"""Tiles of rows: any number of rows, any sizes of products, and what a row is told by its place."""

import threading

import numpy as np
import pytest

import autograd
from autograd import Value, compile
from autograd.program.array.numpy_executor import ArrayExecutor
from autograd.program.loop.native.compiler import can_compile

pytestmark = pytest.mark.skipif(not can_compile(), reason="llvmlite is not installed")


def leaves(*shape):
    if not shape:
        return Value(0.5)
    return [leaves(*shape[1:]) for _ in range(shape[0])]


def network(inputs, hidden, outputs):
    """A layer with tanh and one without, the parameters of which are matrices with biases last."""
    w, v, x, t = leaves(hidden, inputs + 1), leaves(outputs, hidden + 1), leaves(inputs), Value(1.0)
    h = [autograd.tanh(autograd.dot(row[:-1], x) + row[-1]) for row in w]
    z = [autograd.dot(row[:-1], h) + row[-1] for row in v]
    return (t - autograd.logsumexp(z)) ** 2, {"x": x, "t": t, "w": w, "v": v}


def by_hand(x, t, w, v):
    """Loss of every row, and the gradients of their sum."""
    h = np.tanh(x @ w[:, :-1].T + w[:, -1])
    z = h @ v[:, :-1].T + v[:, -1]
    top = z.max(axis=1, keepdims=True)
    e = np.exp(z - top)
    s = np.log(e.sum(axis=1)) + top[:, 0]
    dz = (2.0 * (s - t))[:, None] * e / e.sum(axis=1, keepdims=True)
    dh = (dz @ v[:, :-1]) * (1.0 - h * h)
    ones = np.ones((len(x), 1))
    grads = dh.T @ np.hstack([x, ones]), dz.T @ np.hstack([h, ones])
    return (t - s) ** 2, (dh @ w[:, :-1], -2.0 * (s - t), *grads)


# Sums of up to 200 terms of size 1 to 100, in another order: of the largest of the numbers.
NEAR = {"float64": 1e-12, "float32": 2e-5}


@pytest.mark.parametrize("dtype", NEAR)
@pytest.mark.parametrize("rows", [1, 2, 8, 15, 16, 17, 31, 33, 63, 64, 65, 200])
@pytest.mark.parametrize("sizes", [(1, 1, 1), (2, 16, 1), (3, 5, 7), (17, 9, 10), (40, 33, 2)])
def test_a_network_of_any_size_for_any_number_of_rows(sizes, rows, dtype):
    """Loss and gradients, of rows' own arguments and of shared ones, are those by hand."""
    output, arguments = network(*sizes)
    program = compile(output, backend="array", dtype=dtype, **arguments)
    rng = np.random.default_rng(rows)
    inputs, hidden, outputs = sizes
    given = {
        "x": rng.normal(size=(rows, inputs)),
        "t": rng.normal(size=rows),
        "w": rng.normal(size=(hidden, inputs + 1)),
        "v": rng.normal(size=(outputs, hidden + 1)),
    }
    given = {name: array.astype(dtype) for name, array in given.items()}
    values, grads = program.value_and_grad(("x", "t", "w", "v"), **given)
    expected, by_rule = by_hand(**{name: array.astype(float) for name, array in given.items()})
    for found, wanted in zip((values, *grads), (expected, *by_rule)):
        assert found.dtype == dtype
        assert np.abs(found - wanted).max() <= NEAR[dtype] * max(1.0, np.abs(wanted).max())
    if dtype == "float64":  # each number by its own size, not by the largest
        np.testing.assert_allclose(values, expected, rtol=1e-12, atol=1e-12)
        for grad, wanted in zip(grads, by_rule):
            np.testing.assert_allclose(grad, wanted, rtol=1e-11, atol=1e-11)
    executor = ArrayExecutor(program.tape, dtype)
    assert executor.tiles((True, True, False, False), (0, 1, 2, 3)) is not None


@pytest.mark.parametrize("dtype", NEAR)
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("places", [1, 3])
@pytest.mark.parametrize("rows", [1, 16, 40, 70])
def test_the_gradient_of_a_matrix(rows, places, turned, dtype):
    """Of any size, given by rows or by columns, and multiplied by several vectors of a row."""
    rng = np.random.default_rng(0)
    for height, width in [(1, 16), (3, 2), (5, 40), (9, 17), (18, 33), (33, 7)]:
        w, x = leaves(width, height) if turned else leaves(height, width), leaves(places, width)
        matrix = [*zip(*w)] if turned else w
        products = [autograd.dot(row, part) for part in x for row in matrix]
        output = autograd.sum([autograd.exp(y) for y in products])
        program = compile(output, backend="array", dtype=dtype, x=x, w=w)
        xs = rng.normal(size=(rows, places, width)).astype(dtype)
        ws = (0.1 * rng.normal(size=(height, width))).astype(dtype)
        grad = program.grad("w", x=xs, w=ws.T if turned else ws)
        d = np.exp(np.einsum("rpk,ik->rpi", xs.astype(float), ws.astype(float)))
        wanted = np.einsum("rpi,rpk->ik", d, xs.astype(float))
        found = grad.T if turned else grad
        assert np.abs(found - wanted).max() <= NEAR[dtype] * np.abs(wanted).max()


def test_a_row_does_not_depend_on_the_others():
    """To the bit: alone, first, last, or among many."""
    output, arguments = network(3, 5, 4)
    program = compile(output, backend="array", **arguments)
    rng = np.random.default_rng(0)
    shared = {"w": rng.normal(size=(5, 4)), "v": rng.normal(size=(4, 6))}
    x, t = rng.normal(size=(150, 3)), rng.normal(size=150)
    together, (rows, _) = program.value_and_grad(("x", "t"), x=x, t=t, **shared)
    for part in (slice(0, 1), slice(149, 150), slice(60, 70), slice(3, 140)):
        alone, (found, _) = program.value_and_grad(("x", "t"), x=x[part], t=t[part], **shared)
        assert (alone == together[part]).all()
        assert (found == rows[part]).all()


def test_rows_may_lie_anywhere_in_memory():
    """Views with steps, in Fortran's order, of another type."""
    output, arguments = network(3, 5, 4)
    program = compile(output, backend="array", **arguments)
    rng = np.random.default_rng(0)
    shared = {"w": rng.normal(size=(5, 4)), "v": rng.normal(size=(4, 6)), "t": 0.5}
    x = rng.integers(-3, 4, size=(60, 3)).astype(float)
    expected = program(x=x, **shared)
    wide = np.repeat(np.repeat(x, 2, axis=0), 3, axis=1)
    for same in (np.asfortranarray(x), wide[::2, ::3], x.astype(np.int32)):
        assert (program(x=same, **shared) == expected).all()


def test_executors_are_not_deceived_by_an_array_in_another_order():
    """Rows in Fortran's order, as NumPy's functions return them at times, are read as rows."""
    output, arguments = network(3, 5, 4)
    executor = ArrayExecutor(compile(output, **arguments).tape, "float64")
    rng = np.random.default_rng(0)
    x, t = rng.normal(size=(60, 3)), rng.normal(size=(60, 1))
    shared = [rng.normal(size=20), rng.normal(size=24)]
    expected = executor.forward([x, t, *shared], 60)
    assert (executor.forward([np.asfortranarray(x), t, *shared], 60) == expected).all()


def test_several_threads_at_once():
    """Every call has a tile of its own."""
    output, arguments = network(3, 5, 4)
    program = compile(output, backend="array", **arguments)
    rng = np.random.default_rng(0)
    shared = {"w": rng.normal(size=(5, 4)), "v": rng.normal(size=(4, 6))}
    points = [(rng.normal(size=(300, 3)), rng.normal(size=300)) for _ in range(4)]
    expected = [program.value_and_grad("w", x=x, t=t, **shared) for x, t in points]
    wrong = []

    def work(number):
        x, t = points[number]
        for _ in range(50):
            value, grad = program.value_and_grad("w", x=x, t=t, **shared)
            if not ((value == expected[number][0]).all() and (grad == expected[number][1]).all()):
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(len(points))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_what_has_too_many_numbers_is_left_to_numpy():
    """A tile stays in the cache; the results are the same."""
    x, w = leaves(70_000), Value(1.0)
    tape = compile(autograd.sum([w * a * a for a in x]), x=x, w=w).tape
    executor = ArrayExecutor(tape, "float64")
    assert executor.tiles((True, False), (1,)) is None
    values, (grad,) = executor.value_and_grad((1,), [np.ones((2, 70_000)), np.array([2.0])], 2, 1.0)
    assert values.tolist() == [[140_000.0], [140_000.0]]
    assert grad.tolist() == [140_000.0]


@pytest.mark.parametrize("rows", [1, 7, 16, 100])
@pytest.mark.parametrize("place", ["value", "row's gradient", "shared gradient", None])
@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan, 1e300])
def test_what_is_not_finite_is_noticed_wherever_it_is(rows, place, bad):
    """None comes back then; the largest finite numbers are not mistaken for infinite ones."""
    x, w, a, b, c = (Value(1.0) for _ in range(5))
    # Each of the factors reaches one result only: the others meet a zero.
    output = a + (x - 1.0) * b + (w - 1.0) * c
    program = compile(output, x=x, w=w, a=a, b=b, c=c)
    executor = ArrayExecutor(program.tape, "float64")
    tiles = executor.tiles((True, False, True, True, True), (0, 1))
    assert tiles is not None
    given = {name: np.ones((rows, 1)) for name in "abc"}
    if place is not None:
        given["abc"[["value", "row's gradient", "shared gradient"].index(place)]][-1] = bad
    arrays = [np.ones((rows, 1)), np.ones(1), given["a"], given["b"], given["c"]]
    found = tiles(arrays, rows, 1.0)
    assert (found is None) == (place is not None and not np.isfinite(bad))


def test_arguments_may_be_parts_of_wider_arrays():
    """Columns of an array whose rows are longer are read as they are."""
    output, arguments = network(3, 4, 2)
    program = ArrayExecutor(compile(output, **arguments).tape, "float64")
    rng = np.random.default_rng(0)
    sizes = [argument.size for argument in program.tape.arguments]
    wide = [rng.normal(size=(20, size + 3))[:, 1:-2] for size in sizes]
    wanted = tuple(range(len(sizes)))
    values, grads = program.value_and_grad(wanted, wide, 20, 1.0)
    expected, others = program.value_and_grad(wanted, [x.copy() for x in wide], 20, 1.0)
    np.testing.assert_array_equal(values, expected)
    for found, other in zip(grads, others):
        np.testing.assert_array_equal(found, other)


@pytest.mark.parametrize("place", [0, 700, 2999])
def test_a_row_that_is_not_finite_leaves_the_others_to_machine_code(monkeypatch, place):
    """Only its chunk is done by NumPy, and all rows are what they are without it."""
    output, arguments = network(3, 5, 4)
    executor = ArrayExecutor(compile(output, **arguments).tape, "float64")
    rng = np.random.default_rng(0)
    x, t = rng.normal(size=(3000, 3)), rng.normal(size=(3000, 1))
    shared = [rng.normal(size=20), rng.normal(size=24)]
    expected, (rows,) = executor.value_and_grad((0,), [x, t, *shared], 3000, 1.0)
    by_numpy = []
    whole = executor._value_and_grad

    def noted(*given):
        by_numpy.append(given[3])
        return whole(*given)

    monkeypatch.setattr(executor, "_value_and_grad", noted)
    x[place, 1] = np.nan
    values, (grads,) = executor.value_and_grad((0,), [x, t, *shared], 3000, 1.0)
    outputs = executor.forward([x, t, *shared], 3000)
    assert len(by_numpy) == 1
    assert by_numpy[0] <= executor._chunk < 3000
    others = np.arange(3000) != place
    near = {"rtol": 1e-12, "atol": 1e-12}  # in NumPy's chunk sums are in another order
    np.testing.assert_allclose(values[others], expected[others], **near)
    np.testing.assert_allclose(outputs[others], expected[others], **near)
    np.testing.assert_allclose(grads[others], rows[others], **near)
    assert not np.isfinite(values[place]).any()
