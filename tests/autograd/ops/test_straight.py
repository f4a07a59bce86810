"""Expressions as straight-line functions give what their evaluation gives, to the bit."""

import itertools
import struct

import pytest

from autograd.ops.expr import Expr, evaluate
from autograd.ops.floats import FUNCTIONS
from autograd.ops.op import OPS
from autograd.ops.straight import straight

TRACED = [op for op in OPS.values() if op.traced]
POINTS = (-1.5, -0.0, 0.3, 2.0)


def bits(numbers):
    return [None if x is None else struct.pack("d", x) for x in numbers]


@pytest.mark.parametrize("op", TRACED, ids=str)
def test_all_rules_give_the_same_numbers(op):
    """Of each primitive, for every choice of the local derivatives that there is need of."""
    names = ("out", *op.variables)
    for wanted in itertools.product([True, False], repeat=op.arity):
        exprs = [expr if need else None for expr, need in zip(op.partial_exprs, wanted)]
        function = straight(exprs, names, FUNCTIONS)
        for operands in itertools.product(POINTS, repeat=op.arity):
            values = (op.evaluate(*operands), *operands)
            assert bits(function(*values)) == bits(
                evaluate(exprs, FUNCTIONS, dict(zip(names, values)))
            )


def test_shared_parts_are_computed_once_and_literals_are_not_in_the_text():
    """Of expressions that differ in numbers only, the text is compiled once."""
    x, calls = Expr("var", "x"), []
    part = Expr("exp", x)
    functions = {
        "exp": lambda a: calls.append("exp") or a + 1.0,
        "mul": lambda a, b: a * b,
        "add": lambda a, b: a + b,
    }
    doubled, tripled = (
        straight([part * part, part + literal, 7.0], "x", functions) for literal in (2.0, 3.0)
    )
    assert doubled(1.0) == (4.0, 4.0, 7.0)
    assert tripled(1.0) == (4.0, 5.0, 7.0)
    assert calls == ["exp", "exp"]
    assert doubled.__code__ is tripled.__code__
