"""has_aux: auxiliary data beside the differentiated value, from the same forward pass."""

import pickle
import random

import numpy as np
import pytest

import autograd
from autograd import InputTypeError, InputValueError, Value, compile, compiled, dot, logsumexp, tanh
from autograd.errors import GraphError
from autograd.program.array.numpy_executor import ArrayExecutor
from autograd.program.loop.loop_executor import LoopExecutor
from autograd.program.loop.native.compiler import can_compile
from autograd.program.loop.native.opcodes import Code
from autograd.program.tape.instructions import Tape
from autograd.testing import random_formula

NATIVE = pytest.param(True, marks=pytest.mark.skipif(not can_compile(), reason="needs llvmlite"))
BATCH = 5


def values(*shape):
    if not shape:
        return Value(0.5)
    return [values(*shape[1:]) for _ in range(shape[0])]


def classifier(**options):
    """The loss of three scores, and the scores."""
    w, x, t = values(3, 4), values(4), values(3)
    scores = [tanh(dot(row, x)) for row in w]
    loss = logsumexp(scores) - dot(t, scores)
    arguments = {"w": w, "x": x, "t": t}
    return (
        compile((loss, scores), has_aux=True, **options, **arguments),
        compile(loss, **options, **arguments),
        compile(scores, **options, w=w, x=x),
    )


def numbers(*, batched):
    rng = np.random.default_rng(0)
    lead = (BATCH,) if batched else ()
    w, x, t = rng.normal(size=(3, 4)), rng.normal(size=(*lead, 4)), rng.random((*lead, 3))
    return {"w": w, "x": x, "t": t}


@pytest.mark.parametrize("batched", [False, True])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("backend", ["array", "loop", "auto"])
def test_value_and_gradient_are_those_without(backend, dtype, batched):
    """And the auxiliary data is what a program of its own gives."""
    both, loss, scores = classifier(backend=backend, dtype=dtype)
    given = numbers(batched=batched)
    (value, aux), grads = both.value_and_grad(("w", "x"), reduce="mean", **given)
    expected, expected_grads = loss.value_and_grad(("w", "x"), reduce="mean", **given)
    close = 1e-14 if dtype == "float64" else 1e-5
    np.testing.assert_allclose(value, expected, rtol=close)
    for grad, expected_grad in zip(grads, expected_grads):
        np.testing.assert_allclose(grad, expected_grad, rtol=close, atol=close)
    alone = scores(w=given["w"], x=given["x"])
    np.testing.assert_allclose(aux, alone, rtol=close)
    assert aux.shape == alone.shape
    assert aux.dtype == dtype
    assert value.dtype == dtype
    again, aux_again = both(**given)
    np.testing.assert_array_equal(again, value)
    np.testing.assert_array_equal(aux_again, aux)


@pytest.mark.parametrize("make", [ArrayExecutor, NATIVE, False])
def test_executors_on_random_graphs(make):
    """The value is the last node of a random graph, the auxiliary data the rest of it."""
    rng = random.Random("aux")
    for _ in range(20):
        formula = random_formula(rng, operations=12)
        leaves = [Value(x) for x in formula.point]
        loss = formula(*leaves)
        aux = [*leaves[:1], loss * 3.0, 7.0, *[node for node in loss.parents if node.op]]
        tape = compile((loss, aux), has_aux=True, x=leaves).tape
        alone = compile(loss, x=leaves).tape
        made = [
            make(t, "float64") if make is ArrayExecutor else LoopExecutor(t, "float64", native=make)
            for t in (tape, alone)
        ]
        with np.errstate(all="ignore"):
            point = np.array(formula.point)
            for x, batch in ((point, None), (np.stack([point, 1.01 * point]), 2)):
                got, expected = [e.value_and_grad((0,), [x], batch, 0.7) for e in made]
                np.testing.assert_allclose(got[0][..., 0], expected[0][..., 0], rtol=1e-9)
                np.testing.assert_allclose(got[1][0], expected[1][0], rtol=1e-9, atol=1e-12)
                first = got[0].reshape(-1, len(aux) + 1)[0]
                true = [float(loss), *map(float, aux)]
                np.testing.assert_allclose(first, true, rtol=1e-9, atol=1e-12)


def test_nothing_is_spread_from_auxiliary_data():
    """Interior nodes and nodes beside the way are read out, and cost the reverse pass no row."""
    x = values(3)
    hidden = tanh(x[0] * x[1])
    loss = hidden * x[2]
    alone, both = (
        Code(compile(output, has_aux=has_aux, x=x).tape).backward([0, 1, 2]).rows
        for output, has_aux in ((loss, False), ((loss, [hidden, hidden + x[0], *x]), True))
    )
    np.testing.assert_array_equal(both, alone)


@pytest.mark.parametrize("shape", [(), (2,), (2, 3), (0,)])
@pytest.mark.parametrize("backend", ["array", "loop"])
def test_any_shape(backend, shape):
    """Auxiliary data is a Value or a nested sequence, and has the batch axis in front."""
    x = values()
    aux = np.array(values(*shape), dtype=object)
    aux = (aux * x + 1.0).tolist() if shape else x * 0.5
    program = compile((x * x, aux), has_aux=True, backend=backend, x=x)
    (value, found), grad = program.value_and_grad("x", x=3.0)
    assert (value, grad, np.shape(found)) == (9.0, 6.0, shape)
    (value, found), grad = program.value_and_grad("x", x=[3.0, 4.0])
    assert value.tolist() == [9.0, 16.0]
    assert found.shape == (2, *shape)


@pytest.mark.parametrize("backend", ["array", "loop"])
def test_what_the_batch_shares_is_repeated(backend):
    """Constants and arguments without a batch axis too, and the caller's arrays stay theirs."""
    x, w = values(), values(2)
    program = compile((x + 1.0, [*w, 4.0]), has_aux=True, backend=backend, x=x, w=w)
    given = np.array([5.0, 6.0])
    value, aux = program(x=[1.0, 2.0], w=given)
    assert value.tolist() == [2.0, 3.0]
    assert aux.tolist() == [[5.0, 6.0, 4.0]] * 2
    aux[:] = 0.0
    assert given.tolist() == [5.0, 6.0]
    constant = compile((x, [4.0, 5.0]), has_aux=True, backend=backend, x=x)
    assert constant(x=[1.0, 2.0])[1].tolist() == [[4.0, 5.0]] * 2


def test_large_batches_come_in_chunks():
    """The array executor takes a part of the batch at a time."""
    both, loss, scores = classifier(backend="array")
    rng = np.random.default_rng(1)
    n = 30_000
    given = {"w": rng.normal(size=(3, 4)), "x": rng.normal(size=(n, 4)), "t": rng.random((n, 3))}
    (value, aux), grad = both.value_and_grad("w", **given)
    expected, expected_grad = loss.value_and_grad("w", **given)
    np.testing.assert_allclose(value, expected, rtol=1e-14)
    np.testing.assert_allclose(grad, expected_grad, rtol=1e-10)
    np.testing.assert_allclose(aux, scores(w=given["w"], x=given["x"]), rtol=1e-14)


@pytest.mark.parametrize("backend", ["array", "loop"])
def test_auxiliary_data_may_be_infinite(backend):
    """It says nothing about the gradient."""
    x = values()
    program = compile((x * x, autograd.log(x)), has_aux=True, backend=backend, x=x)
    (value, aux), grad = program.value_and_grad("x", x=[0.0, 3.0])
    assert value.tolist() == [0.0, 9.0]
    assert grad.tolist() == [0.0, 6.0]
    assert aux[0] == -np.inf


def test_listing_and_pickle():
    """Both outputs are named, and a copy gives both."""
    both, _, _ = classifier(backend="array")
    assert str(both).splitlines()[-1].count(",") == 1
    given = numbers(batched=True)
    copy = pickle.loads(pickle.dumps(both))
    np.testing.assert_array_equal(copy(**given)[1], both(**given)[1])


def test_compiled_functions_return_pairs():
    """As jax.value_and_grad with has_aux."""

    def f(w, x):
        y = dot(w, x)
        return y * y, [y, -y]

    with_aux = compiled(f, has_aux=True)
    value, aux = with_aux([1.0, 2.0], [3.0, 4.0])
    assert value == 121.0
    assert aux.tolist() == [11.0, -11.0]
    (value, aux), grad = with_aux.value_and_grad("w", [1.0, 2.0], [3.0, 4.0])
    assert value == 121.0
    assert aux.tolist() == [11.0, -11.0]
    assert grad.tolist() == [66.0, 88.0]


@pytest.mark.parametrize("output", [Value(1.0), [Value(1.0)] * 3, "xy", ()])
def test_no_pair(output):
    """The error says what is wanted and what was given."""
    with pytest.raises(InputTypeError, match=r"pair \(value, auxiliary data\), but it is"):
        compile(output, has_aux=True)
    with pytest.raises(InputTypeError, match="pair"):
        compiled(lambda x: output, has_aux=True)(1.0)


def test_an_argument_cannot_have_the_option_s_name():
    """It would be taken for the option."""
    x = Value(1.0)
    with pytest.raises(InputTypeError, match="has_aux is an option, True or False, but got Value"):
        compile(x * x, has_aux=x)


def test_only_numbers_are_differentiated():
    """As without auxiliary data; a forward pass is fine."""
    x = values(2)
    program = compile((x, x[0]), has_aux=True, x=x)
    assert program(x=[1.0, 2.0])[1] == 1.0
    with pytest.raises(InputValueError, match="differentiates one number"):
        program.value_and_grad("x", x=[1.0, 2.0])
    with pytest.raises(InputValueError, match="auxiliary output is ragged"):
        compile((x[0], [x, x[0:1]]), has_aux=True, x=x)


def test_validation_counts_both():
    """A tape's shapes belong to its outputs."""
    tape = compile((Value(1.0), [2.0, 3.0]), has_aux=True).tape
    assert tape.validate() is tape
    with pytest.raises(GraphError, match=r"3 outputs cannot have shape \(\) and \(3,\)"):
        Tape((), tape.constants, (), tape.outputs, (), (3,)).validate()


@pytest.mark.needs("jax")
def test_jax_gives_the_pair():
    """A function for jax.value_and_grad(…, has_aux=True)."""
    import jax

    before = jax.config.read("jax_enable_x64")
    jax.config.update("jax_enable_x64", True)
    try:
        both, _, _ = classifier()
        given = numbers(batched=False)
        function = jax.value_and_grad(both.to_jax(), has_aux=True)
        (value, aux), grad = function(given["w"], given["x"], given["t"])
        (expected, expected_aux), expected_grad = both.value_and_grad("w", **given)
        np.testing.assert_allclose(value, expected, rtol=1e-13)
        np.testing.assert_allclose(aux, expected_aux, rtol=1e-13)
        np.testing.assert_allclose(grad, expected_grad, rtol=1e-13, atol=1e-14)
        _, mapped = both.to_jax()(**numbers(batched=True))
        np.testing.assert_allclose(mapped, both(**numbers(batched=True))[1], rtol=1e-13)
    finally:
        jax.config.update("jax_enable_x64", before)


@pytest.mark.needs("onnxruntime")
@pytest.mark.parametrize("batched", [False, True])
def test_onnx_has_two_outputs(tmp_path, batched):
    """Called "output" and "aux"."""
    import onnxruntime

    both, _, _ = classifier()
    path = tmp_path / "both.onnx"
    both.to_onnx(path, batched=["x", "t"] if batched else [])
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    given = numbers(batched=batched)
    found = session.run(["output", "aux"], given)
    for one, expected in zip(found, both(**given)):
        assert one.shape == np.shape(expected)
        np.testing.assert_allclose(one, expected, rtol=1e-6)
