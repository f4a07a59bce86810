"""What print(program) shows, and which executor auto takes."""

from itertools import pairwise

import numpy as np
import pytest

import autograd
from autograd import Value, compile
from autograd.program.work import Work


def test_listing_of_a_layer():
    """Arguments, executor, and a line for each array statement."""
    w, x = [[Value(0.0) for _ in range(4)] for _ in range(2)], [Value(0.0) for _ in range(3)]
    y = [autograd.tanh(autograd.dot(row[:3], x) + row[3]) for row in w]
    assert str(compile([2.0 * v for v in y], w=w, x=x, backend="array")).splitlines() == [
        "Program(w: (2, 4), x: (3,)) -> (2,), float64",
        "backend array",
        "r3 1×2 = dot product x, w[2×3 from 0 by 4, 1]",
        "r4 2 = add r3, w[2 from 3 by 4]",
        "r5 2 = tanh r4",
        "r6 2 = mul 2.0, r5",
        "return r6",
    ]


def test_listing_of_irregular_reading():
    """Gathers, joins, single numbers and constants have their words."""
    a, b = [Value(0.0) for _ in range(5)], [Value(0.0) for _ in range(2)]
    y = [autograd.exp(a[i]) for i in (0, 3, 4)] + [autograd.sin(a[0]), autograd.sin(b[1])]
    scaled = [v * k for v, k in zip(y[:3], (1.0, 2.0, 4.0))]
    lines = str(compile([*scaled, *y[3:]], a=a, b=b, backend="array")).splitlines()
    assert "r3 3 = exp 3 at indices of a" in lines
    assert "r4 2 = sin 2 from a and b" in lines
    assert "r5 3 = mul r3, constants 3" in lines


def test_auto_says_what_it_takes():
    """A large layer: arrays; a long recurrence: the loop, whatever the batch."""
    output, arguments = network([300, 200, 2])
    wide = str(compile(output, **arguments))
    assert "backend auto: array for one point, array for a batch of 64" in wide
    y = a = Value(0.5)
    for _ in range(300):
        y = autograd.sin(y) * a
    deep = str(compile(y, a=a))
    assert "backend auto: loop for one point" in deep


def test_choice_depends_on_batch_and_machine_code():
    """A small network: the loop for a point, arrays for a large batch, or without native code."""
    work = Work(
        1500, 8, 0, reads=3000, elements=100, products=2900, called=0, widest=16, native=True
    )
    assert work.chosen(None) == "loop"
    assert work.chosen(1000) == "array"
    assert work._replace(native=False).chosen(1) == "array"


def network(sizes):
    """A perceptron in plain loops, its squared output, and its arguments."""
    x = [Value(0.1) for _ in range(sizes[0])]
    weights, h = [], x
    for fan_in, fan_out in pairwise(sizes):
        layer = [[Value(0.1) for _ in range(fan_in)] for _ in range(fan_out)]
        weights += [w for row in layer for w in row]
        h = [autograd.relu(sum(w * v for w, v in zip(row, h))) for row in layer]
    return sum(y * y for y in h), {"x": x, "w": weights}


def recurrence():
    """Five hundred steps that depend on each other."""
    x = [Value(0.1), Value(0.2)]
    u, w = x
    for _ in range(500):
        u, w = 1.0 - 1.1 * u * u + w, 0.3 * u
    return u + w, {"x": x}


@pytest.mark.parametrize(
    ("made", "batch", "chosen"),
    [
        (network([64, 16, 10]), None, "loop"),
        (network([64, 16, 10]), 1000, "array"),
        (recurrence(), None, "loop"),
        (recurrence(), 10_000, "loop"),
    ],
    ids=["network, point", "network, batch", "recurrence, point", "recurrence, batch"],
)
def test_choice_prepares_one_executor(made, batch, chosen):
    """What is not taken is not made: deep graphs would take seconds as arrays."""
    pytest.importorskip("llvmlite")
    output, arguments = made
    program = compile(output, **arguments)
    arrays = {name: np.zeros(len(leaves)) for name, leaves in arguments.items()}
    if batch is not None:
        arrays["x"] = np.zeros((batch, len(arguments["x"])))
    program(**arrays)
    assert [*program._running._executors] == [chosen]
