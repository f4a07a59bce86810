"""Prepared calls: the numbers of value_and_grad, in arrays that stay."""

import copy
import pickle
import threading

import numpy as np
import pytest

import autograd
from autograd import Value, compile
from autograd.errors import InputTypeError, InputValueError

BACKENDS = pytest.mark.parametrize("backend", ["auto", "array", "loop"])


def model(**options):
    """A loss with auxiliary data, of a matrix and a number."""
    w, b = [[Value(0.1) for _ in range(3)] for _ in range(2)], Value(0.0)
    rows = [autograd.tanh(autograd.sum(row) * b) for row in w]
    return compile((autograd.sum(rows), rows), has_aux=True, w=w, b=b, **options)


@BACKENDS
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_numbers_of_value_and_grad(backend, dtype):
    """Values, auxiliary data and gradients are the same to the bit, call after call."""
    program = model(backend=backend, dtype=dtype)
    call = program.prepared(("b", "w"))
    buffers = call.value, call.aux, *call.gradient
    rng = np.random.default_rng(0)
    for _ in range(3):
        call.arguments["w"][...] = w = rng.normal(size=(2, 3)).astype(dtype)
        call.arguments["b"][...] = b = (dtype == "float64" and 0.7) or 0.5
        call()
        (value, aux), (db, dw) = program.value_and_grad(("b", "w"), w=w, b=b)
        for found, expected in zip(buffers, (value, aux, db, dw)):
            assert found.dtype == dtype
            assert found.tolist() == np.asarray(expected).tolist()
    assert [array.shape for array in buffers] == [(), (2,), (), (2, 3)]


@BACKENDS
def test_without_gradient(backend):
    """An output of any shape, and nothing differentiated."""
    x = [Value(0.0), Value(0.0)]
    call = compile([[x[0] * x[1]], [x[0]]], x=x, backend=backend).prepared()
    call.arguments["x"][...] = [2.0, 3.0]
    call()
    assert call.value.tolist() == [[6.0], [2.0]]
    assert call.gradient is None
    assert call.aux is None


def test_it_keeps_what_it_needs():
    """The program may go; calls in several threads have a prepared one each."""
    x = Value(0.0)
    calls = [compile(autograd.sin(x) * x, x=x).prepared("x") for _ in range(3)]

    def work(call, number):
        for _ in range(200):
            call.arguments["x"][...] = number
            call()

    threads = [threading.Thread(target=work, args=(c, 0.5 + i)) for i, c in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    usual = compile(autograd.sin(x) * x, x=x)
    for i, call in enumerate(calls):
        assert call.value == usual(x=0.5 + i)


def test_what_is_refused():
    """As by value_and_grad, when it is prepared."""
    x = [Value(0.0), Value(0.0)]
    with pytest.raises(InputValueError, match="output has shape"):
        compile(x, x=x).prepared("x")
    with pytest.raises(InputTypeError, match="wrt names an argument"):
        compile(x[0], x=x).prepared("y")


@BACKENDS
def test_arrays_are_filled_by_assignment_too(backend):
    """Whichever way: the call reads one place, and nobody can put another array in it."""
    call = model(backend=backend).prepared("w")
    w = np.arange(6.0).reshape(2, 3)
    kept = call.arguments["w"]
    call.arguments["w"] = w
    call.arguments["b"] = 0.5
    call()
    assert call.value == model(backend=backend)(w=w, b=0.5)[0]
    assert call.arguments["w"] is kept
    assert dict(call.arguments).keys() == {"w", "b"} == {*call.arguments}
    with pytest.raises(AttributeError):
        call.arguments.update(b=1.0)
    with pytest.raises(ValueError, match="broadcast"):
        call.arguments["w"] = [1.0, 2.0]


@BACKENDS
def test_it_is_neither_copied_nor_pickled(backend):
    """A copy would share its buffers: the error says what to do."""
    call = model(backend=backend).prepared("w")
    for twice in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(InputTypeError, match="prepare another of the program"):
            twice(call)
