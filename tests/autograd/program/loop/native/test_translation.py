"""Python's functions of floats in machine code: the same numbers to the bit, or left to Python."""

import ctypes
import math

import pytest

from autograd.program.loop.native.compiler import compiled_functions, interpreter
from autograd.program.loop.native.interpreter import COPYSIGN, special_functions
from autograd.program.loop.native.symbols import called, declarations, library
from autograd.program.loop.native.translation import translations
from tests.autograd.program.loop.test_loop_executor import SPECIAL, needs_llvm, same

pytestmark = needs_llvm

TABLE = (0.5, -1.25, 3.0)


def helper(x: float, n: int, shift: float = 0.25) -> float:
    """Whole numbers, a loop downwards, a default."""
    total = shift
    for k in range(n + 2, -3, -2):
        total += x / (2 * k + 1) if k % 3 == 1 else (k - x) * n
    return total


def branches(x: float, y: float) -> float:
    """Returns on several ways; names that only some of them change."""
    a, b = min(x, y), max(x, y)
    if not (a < 3.0 and b > -3.0):
        return a if a != b else math.inf
    if 0.0 < x <= 1.0 or y == 2.0:
        a *= 2.0
    else:
        b = -b
        if b > 1.0:
            a = abs(b)
    return a - 3 * b


def loops(x: float, y: float) -> float:
    """Over a table, over places in it, as long as something holds, and another function's."""
    total = 1
    for coefficient in TABLE:
        total = total * x + coefficient
    for j in range(3):
        total += TABLE[j] * y / (j + 1)
    rest = abs(y)
    while rest > 1.5:
        rest *= 0.5
        total = total + rest
    steps = min(9, int(3.0 * rest))
    return helper(total, steps) + helper(y, 1, 0.0) - math.copysign(math.floor(x), y)


def remainders(x: float, y: float) -> float:
    """Python's remainder has the sign of the divisor."""
    total = 0.0
    for k in range(-40, 40):
        total += x * (k % 7) + y * (k % -5)
    return total if math.isinf(total) else math.sqrt(abs(total)) / 2


def text(x: float) -> float:
    """No arithmetic."""
    return float(str(x))


def by_another(x: float) -> float:
    """Calls what is no arithmetic."""
    return 2.0 * text(x)


@pytest.mark.parametrize("function", [branches, loops, remainders], ids=lambda f: f.__name__)
def test_translated_functions_are_pythons(function):
    """To the bit, at ordinary and special numbers; where Python raises, nothing is asked."""
    interpreter()
    name = f"test_{function.__name__}"
    found = translations({name: function})
    lines = [*declarations(), COPYSIGN, *found.values()]
    (address,) = compiled_functions("\n".join(lines), [name])
    native = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double, ctypes.c_double)(address)
    numbers = [x for x in SPECIAL if abs(x) < 1e17] + [-2.5, 0.3, 2.9]
    for x in numbers:
        for y in numbers:
            assert same(native(x, y), function(x, y)), (x, y)


def test_what_is_no_arithmetic_is_left_out():
    """And so is what calls it; the others are translated all the same."""
    found = translations({"by_another": by_another, "len": len, "branches": branches})
    assert [*found] == ["branches"]


def test_the_tables_functions_are_translated():
    """None of them is called back in Python."""
    functions = {library(op) for op in called() if not op.native}
    assert functions <= {*special_functions()}
