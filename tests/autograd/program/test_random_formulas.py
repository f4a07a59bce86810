"""Executors on random graphs over the whole table, at ordinary and at extreme points.

The loop executor equals the eager engine to the bit, but natively where exp, log, sin and their kin
have a part, for which machine code has forms of its own; with those, and for the array executor,
which may add in another order, numbers are within 1e-12 of the sum of the absolute values of what
is added.
"""

import itertools
import math
import random

import numpy as np
import pytest

import autograd
from autograd import Value
from autograd.engine.order import operand_values, operands_of, record_of
from autograd.ops.expr import COMPARISONS
from autograd.ops.op import OPS
from autograd.program.array.numpy_executor import ArrayExecutor
from autograd.program.loop.loop_executor import LoopExecutor
from autograd.testing import random_formula
from tests.autograd.program.loop.test_loop_executor import formed, needs_llvm
from tests.campaign import size

SPECIAL = [math.inf, -math.inf, math.nan, 0.0, -0.0, 1e300, -1e300, 1e-300, 5e-324, -2.2e-308]
OPERATIONS = 25
ARRAY_TOLERANCE = 1e-12
# Where sin(1e300 + 1) is involved, another order of additions makes another number altogether, and
# only the value has a bound worth stating.
CHAOTIC = 1e6
JUMP = 1e-3
SELDOM = 1e-3
BATCHES = 10
GRAPHS = size(6, 1000)
SEED_GRADIENT = 0.7


def same(a, b):
    """Equal to the bit; any NaN is like any other."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    return bool(np.all((np.isnan(a) & np.isnan(b)) | (a.view(np.int64) == b.view(np.int64))))


def points(formula, rng):
    """The formula's own point, and that point with special numbers put in."""
    yield list(formula.point)
    for special, place in itertools.product(SPECIAL, range(len(formula.point))):
        point = list(formula.point)
        point[place] = special
        yield point
    yield [rng.choice(SPECIAL) for _ in formula.point]


def eager(formula, point):
    """Leaves and result of the eager engine, differentiated."""
    leaves = [Value(x) for x in point]
    result = formula(*leaves)
    result.backward(SEED_GRADIENT)
    return leaves, result


def formulas(batch, names=None):
    rng = random.Random(f"executors {batch}")
    for _ in range(GRAPHS):
        yield rng, random_formula(rng, operations=OPERATIONS, names=names)


def added_up(result):
    """For each node and each leaf, the sum of the absolute values of what is added to get it."""
    order, _ = record_of([result])
    forward = {}
    for node in order:
        operands = [(x, forward.get(x, abs(x.data))) for x in node.parents]
        partials = dict(zip(map(id, node.parents), _partials(node)))
        terms = sum(abs(partials[id(x)] or 0.0) * size for x, size in operands)
        forward[node] = max(abs(node.data), terms)
    adjoint = {result: SEED_GRADIENT}
    for node in reversed(order):
        for x, p in zip(node.parents, _partials(node)):
            # An error in an operand moves the derivative as well, by about its own size.
            adjoint[x] = adjoint.get(x, 0.0) + adjoint.get(node, 0.0) * abs(p or 0.0)
    return forward, adjoint


def _partials(node):
    local = node.op.local(*operand_values(node))
    return [p for x, p in zip(operands_of(node), local) if type(x) is not float]


@pytest.mark.parametrize("batch", range(BATCHES))
@pytest.mark.parametrize(
    "native",
    [
        pytest.param(True, marks=needs_llvm),
        False,
    ],
    ids=["native", "python"],
)
def test_loop_executor_equals_the_eager_engine_to_the_bit(batch, native):
    """Values and gradients, at ordinary points and with every special number in every place."""
    known = [name for name, op in OPS.items() if not (native and formed(op))]
    known.remove("copysign")  # of a nan: its sign is the processor's affair, and decides numbers
    for rng, formula in formulas(batch, known):
        leaves, result = eager(formula, formula.point)
        executor = LoopExecutor(autograd.compile(result, x=leaves).tape, "float64", native=native)
        for point in points(formula, rng):
            leaves, result = eager(formula, point)
            value, (grad,) = executor.value_and_grad((0,), [np.array(point)], None, SEED_GRADIENT)
            assert same(value, [result.data]), (str(formula), point)
            assert same(grad, [x.grad for x in leaves]), (str(formula), point)


def agrees(found, exact, scale):
    """Whether an array executor's number is as near to the engine's as their sums allow."""
    if math.isfinite(exact) and math.isfinite(scale):
        return abs(found - exact) <= ARRAY_TOLERANCE * max(1.0, scale)
    return not math.isfinite(found) if math.isnan(exact) else math.isfinite(exact) or found == exact


def added_up_with_operands(formula, point, i):
    """The sum for one derivative as the gradient's own graph has it.

    Where a derivative is steep, errors in its operands move it by more than its own terms tell.
    """
    leaves = [Value(x) for x in point]
    formula(*leaves).backward(SEED_GRADIENT, create_graph=True)
    derivative = leaves[i].grad
    size = added_up(derivative)[0].get(derivative, 0.0) if isinstance(derivative, Value) else 0.0
    return size if math.isfinite(size) else 0.0


def is_decided_by_rounding(forward):
    """Whether some operation gives another result, or none, as soon as its operands are rounded.

    A comparison of what should be equal, a logarithm of what cancelled, the tangent of 1e300.
    """
    return any(jumps(node, forward) for node in forward if len(node.operands) <= 3)


def jumps(node, forward):
    """Whether an operation's value jumps when its operands move by the tolerance of their sums."""
    numbers = operand_values(node)
    known = [0.0 if type(x) is float else forward.get(x, abs(x.data)) for x in operands_of(node)]
    if not all(map(math.isfinite, [*known, *numbers])):
        return False
    if node.op.name in COMPARISONS:
        return abs(numbers[0] - numbers[1]) <= ARRAY_TOLERANCE * sum(known)
    for signs in itertools.product((-1.0, 1.0), repeat=len(numbers)):
        moved = [x + s * ARRAY_TOLERANCE * size for x, s, size in zip(numbers, signs, known)]
        value, finite = node.op.evaluate(*moved), math.isfinite(node.data)
        far = finite and abs(value - node.data) > JUMP * max(1.0, abs(node.data))
        if far or math.isfinite(value) != finite:
            return True
    return False


@pytest.mark.parametrize("batch", range(BATCHES))
@pytest.mark.parametrize(
    "kind", [ArrayExecutor, pytest.param(LoopExecutor, marks=needs_llvm)], ids=["array", "loop"]
)
def test_executors_agree_with_the_eager_engine(batch, kind):
    """Values and gradients within 1e-12 of the sum of absolute terms; infinities are the same."""
    tried = by_rounding = 0
    for rng, formula in formulas(batch):
        leaves, result = eager(formula, formula.point)
        executor = kind(autograd.compile(result, x=leaves).tape, "float64")
        for point in points(formula, rng):
            tried += 1
            leaves, result = eager(formula, point)
            forward, adjoint = added_up(result)
            value, (grad,) = executor.value_and_grad((0,), [np.array(point)], None, SEED_GRADIENT)
            right = agrees(value[0], result.data, forward[result])
            for i, x in enumerate(leaves) if forward[result] < CHAOTIC else ():
                right &= agrees(grad[i], x.grad, adjoint.get(x, 0.0)) or agrees(
                    grad[i], x.grad, added_up_with_operands(formula, point, i)
                )
            if not right:
                assert is_decided_by_rounding(forward), (str(formula), point)
                by_rounding += 1
    print(f"{tried} points, {by_rounding} of them decided by rounding")
    assert by_rounding <= 1 + SELDOM * tried
