"""The forms of elementary functions: close to the true values, and one number as eight."""

import ctypes
import math
import platform
import random

import numpy as np
import pytest

from autograd.ops.ieee import IEEE
from autograd.program.loop.lanes.compiler import lanes
from autograd.program.loop.native import compiler
from autograd.program.loop.native.compiler import compiled_functions
from autograd.program.loop.native.forms import BOUNDS, form_declarations, form_symbol, forms
from autograd.program.loop.native.symbols import declarations
from autograd.program.loop.row_sums import LANES
from tests.autograd.program.loop.test_loop_executor import SPECIAL, needs_llvm, same

mpmath = pytest.importorskip("mpmath")
pytestmark = needs_llvm

RANGES = {
    "exp": [1.0, 30.0, 745.0], "expm1": [0.01, 1.0, 45.0], "log": [2.0, 1e3, 1e300],
    "log1p": [1e-3, 1.0, 1e6], "tanh": [0.01, 1.0, 22.0], "sin": [0.8, 10.0, 5e5],
    "cos": [0.8, 10.0, 5e5],
}  # fmt: skip


def over_arrays(name, width, *, anew=False):
    """A form over so many numbers at a time, as a function of an array; perhaps compiled anew."""
    kind = "double" if width == 1 else f"<{width} x double>"
    symbol = f"test_{name}_{width}"
    text = f"""
define void @{symbol}(ptr %x, ptr %y) {{
  %a = load {kind}, ptr %x, align 8
  %b = call {kind} @{form_symbol(name, width)}({kind} %a)
  store {kind} %b, ptr %y, align 8
  ret void
}}"""
    lanes()
    lines = [*declarations(), *forms(1)] if anew else form_declarations(width)
    (address,) = compiled_functions("\n".join([*lines, text]), [symbol])
    function = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)(address)

    def run(x):
        y = np.empty_like(x)
        for start in range(0, len(x), width):
            function(x.ctypes.data + 8 * start, y.ctypes.data + 8 * start)
        return y

    return run


def points(name):
    """Numbers of every size in the function's domain, mixed with special ones."""
    rng = random.Random(name)
    found = [*SPECIAL, -745.0, -708.5, 709.7, 36.7, 22.1, -0.9995, 1e-310, 6e5, -1e300]
    for size in RANGES[name]:
        low = 0.0 if name == "log" else -min(size, 0.999) if name == "log1p" else -size
        found += [rng.uniform(low, size) for _ in range(300)]
    rng.shuffle(found)
    return np.array(found[: len(found) // LANES * LANES])


@pytest.mark.parametrize("name", BOUNDS)
def test_a_form_is_close_to_the_true_value(name):
    """Within its bound of the function computed with 40 digits; exact where that is no number."""
    x = points(name)
    check(name, x, over_arrays(name, LANES)(x))


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="names such a processor")
@pytest.mark.parametrize("name", BOUNDS)
def test_a_form_is_close_on_any_processor(name, monkeypatch):
    """Products and sums that are not fused keep the bound too."""
    import llvmlite.binding as llvm

    lanes()
    target = llvm.Target.from_default_triple()
    plain = target.create_target_machine(opt=2, cpu="x86-64", features="", jit=True)
    monkeypatch.setattr(compiler, "_machine", lambda: plain)
    x = points(name)
    check(name, x, over_arrays(name, 1, anew=True)(x))


def check(name, x, y):
    """Compare with the true values."""
    with mpmath.workdps(40):
        for number, found in zip(x.tolist(), y.tolist()):
            usual = IEEE[name](number)
            if math.isnan(usual) or math.isinf(usual) or usual == 0.0:
                assert same(found, usual), number
            else:
                true = getattr(mpmath, name)(mpmath.mpf(number))
                error = abs(mpmath.mpf(found) - true) / mpmath.mpf(math.ulp(float(true)))
                assert error <= BOUNDS[name], (number, found, float(error))


@pytest.mark.parametrize("name", BOUNDS)
def test_one_number_is_as_eight(name):
    """To the bit, also where the lanes beside it are special."""
    x = points(name)
    assert same(over_arrays(name, 1)(x), over_arrays(name, LANES)(x))
