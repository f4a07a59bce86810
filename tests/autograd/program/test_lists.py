"""Lists that machine code reads are the arrays that NumPy makes of them; all else is left to it."""

import sys
import threading

import numpy as np
import pytest

import autograd
from autograd import Value
from autograd.program import lists
from autograd.program.lists import MANY, array_of

pytest.importorskip("llvmlite.binding")
WIDE = np.random.default_rng(0).normal(size=(MANY, 3))


@pytest.mark.parametrize(
    "given",
    [
        WIDE.tolist(),
        [*map(tuple, WIDE.tolist())],
        [tuple(row) if i % 2 else row for i, row in enumerate(WIDE.tolist())],
        WIDE.ravel().tolist(),
        (WIDE * 1e6).astype(int).tolist(),
        [[1, 2.5, -0.0]] * MANY,
        [[2**53 + 1, -(10**300), 3 * 2**63]] * MANY,
        [[float("nan"), float("inf"), -float("inf")]] * MANY,
    ],
    ids=["lists", "tuples", "mixed", "flat", "ints", "both", "large", "special"],
)
def test_numbers_are_those_of_float(given):
    """To the bit, and from lists and tuples in any mixture."""
    found = array_of(given)
    wanted = np.array([[float(x) for x in row] if isinstance(row, (list, tuple)) else float(row)
                       for row in given])  # fmt: skip
    assert found is not None
    assert (found.shape, found.tobytes()) == (wanted.shape, wanted.tobytes())


class Weight(float):
    pass


class Row(list):
    pass


ROWS = [[1.0, 2.0, 3.0] for _ in range(MANY)]
STRANGE = [True, np.float64(1.0), Weight(1.0), Value(1.0), "1.0", None, [1.0], 10**400, object()]
LEFT = {
    **{f"a {type(x).__name__} {str(x)[:4]}": [*ROWS, [1.0, x, 2.0]] for x in STRANGE},
    "a long row": [*ROWS, [1.0] * 4], "a short row": [*ROWS, [1.0] * 2],
    "an empty row": [*ROWS, []],
    "a row of its own class": [*ROWS, Row([1.0] * 3)], "a number for a row": [*ROWS, 1.0],
    "a row for a number": [*[1.0] * MANY, [1.0]], "deeper": [ROWS], "a text": ["abc"] * MANY,
    "an array for a row": [*ROWS, np.ones(3)], "empty": [], "empty rows": [[]] * MANY,
    "a tuple": tuple(ROWS), "an array": WIDE, "a number": 1.0, "of its own class": Row(ROWS),
    "few": ROWS[:1],
}  # fmt: skip


@pytest.mark.parametrize("case", LEFT)
def test_all_else_is_left_to_others(case):
    assert array_of(LEFT[case]) is None


def test_programs_say_of_lists_what_they_said():
    """The same numbers as of arrays, the same errors as of short lists."""
    x = [Value(0.0), Value(0.0), Value(0.0)]
    program = autograd.compile(autograd.sum(x) ** 2, x=x)
    assert program(x=WIDE.tolist()).tolist() == program(x=WIDE).tolist()
    with pytest.raises(autograd.InputValueError, match="ragged"):
        program(x=LEFT["a long row"])
    with pytest.raises(autograd.InputTypeError, match="takes an array of real numbers"):
        program(x=LEFT["a str 1.0"])


CHANGES = {
    "grows": lambda rows: rows.extend([[2.0] * 3] * 10_000),
    "shrinks": lambda rows: rows.pop(),
    "is emptied": lambda rows: rows.clear(),
    "has a longer row": lambda rows: rows[-1].append(1.0),
    "has a shorter row": lambda rows: rows[1].pop(),
    "has an empty first row": lambda rows: rows[0].clear(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_after_it_is_measured_is_left_to_others(change, monkeypatch):
    """As another thread may change it: no number is read or written beyond what there is."""
    rows, read = [[1.0, 2.0, 3.0] for _ in range(MANY)], lists.reader()
    monkeypatch.setattr(lists, "reader", lambda: (CHANGES[change](rows), read)[1])
    assert array_of(rows) is None
    flat = [1.0] * MANY
    monkeypatch.setattr(lists, "reader", lambda: (flat.extend([2.0] * 10_000), read)[1])
    assert array_of(flat) is None


def test_nothing_changes_while_it_is_read():
    """Another thread that empties and fills a list meets readers that see the one or the other."""
    rows, stop = [*ROWS], threading.Event()

    def shake():
        while not stop.is_set():
            last = rows.pop()
            rows.append(last)

    thread = threading.Thread(target=shake)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    thread.start()
    try:
        found = [array_of(rows) for _ in range(300)]
    finally:
        stop.set()
        thread.join()
        sys.setswitchinterval(interval)
    assert {len(x) for x in found if x is not None} <= {MANY - 1, MANY}
