"""What print(program) shows, and which executor auto takes."""

import autograd
from autograd import Value, compile
from autograd.program.choice import Work


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
    """Wide and shallow: arrays; a long recurrence: the loop, whatever the batch."""
    w, x = [Value(0.1) for _ in range(3000)], [Value(0.0) for _ in range(3000)]
    wide = str(compile(autograd.sum([autograd.tanh(p * q) for p, q in zip(w, x)]), w=w, x=x))
    assert "backend auto: array for one point, array for a batch of 64" in wide
    y = a = Value(0.5)
    for _ in range(300):
        y = autograd.sin(y) * a
    deep = str(compile(y, a=a))
    assert "backend auto: loop for one point" in deep


def test_choice_depends_on_batch_and_machine_code():
    """A small network: the loop for a point, arrays for a large batch, or without native code."""
    work = Work(statements=8, parts=16, reads=300, products=200, native=True)
    assert 1 < work.limit < 1000
    assert work._replace(native=False).limit < work.limit
    assert Work(statements=1, parts=0, reads=0, products=0, native=True).limit == float("inf")
