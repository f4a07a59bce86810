"""The derivatives that people read say the same as those that are computed."""

import random

import pytest

from autograd.drawing.derivation.algebra import SIMPLIFY, product_of
from autograd.ops.expr import Expr, evaluate
from autograd.ops.ieee import IEEE
from autograd.ops.op import OPS


class Evaluators(dict):
    def __missing__(self, name):
        return OPS[name].evaluate


@pytest.mark.parametrize("name", OPS)
def test_written_derivatives_agree_with_computed_ones(name):
    """At random points of the sampling range; 1e-9 because the written forms may cancel."""
    op, rng = OPS[name], random.Random(0)
    names = [str(i) for i in range(len(op.sample))]
    written = op.written(Expr("var", "out"), *(Expr("var", name) for name in names))
    for _ in range(25):
        point = [rng.uniform(*bounds) for bounds in op.sample]
        out = op.evaluate(*point)
        computed = op.local_at(out, point, [True] * len(point))
        shown = evaluate(written, Evaluators(IEEE), {"out": out, **dict(zip(names, point))})
        simplified = evaluate(written, SIMPLIFY, {"out": out, **dict(zip(names, point))})
        for number, text, simple in zip(computed, shown, simplified):
            assert (number is None) == (text is None)
            if number is not None:
                assert text == pytest.approx(number, rel=1e-9, abs=1e-12)
                (value,) = evaluate([simple], Evaluators(IEEE), {})
                assert value == pytest.approx(number, rel=1e-9, abs=1e-12)


a, b = Expr("var", "a"), Expr("var", "b")


@pytest.mark.parametrize(
    ("name", "operands", "text"),
    [
        ("mul", (1.0, a), "a"),
        ("mul", (a, -1.0), "-a"),
        ("mul", (Expr("neg", a), b), "-(a * b)"),
        ("mul", (a, 0.0), "0.0"),
        ("add", (a, 0.0), "a"),
        ("add", (a, Expr("neg", b)), "a - b"),
        ("sub", (0.0, a), "-a"),
        ("sub", (a, Expr("neg", b)), "a + b"),
        ("div", (Expr("neg", a), b), "-(a / b)"),
        ("div", (a, 1.0), "a"),
        ("pow", (a, 1.0), "a"),
        ("pow", (a, 0.0), "1.0"),
        ("neg", (Expr("neg", a),), "a"),
        ("where", (True, a, b), "a"),
        ("gt", (2.0, 1.0), "True"),
        ("gt", (a, 1.0), "a > 1.0"),
        ("gt", (1.0, a), "1.0 > a"),
    ],
)
def test_simplification(name, operands, text):
    simple = SIMPLIFY[name](*operands)
    assert (repr(simple) if isinstance(simple, Expr) else str(simple)) in (f"Expr({text!r})", text)


def test_products_gather_numbers_and_signs():
    """Numbers and signs in front, factors above and below the line in their order."""
    product = product_of([2.0, Expr("neg", Expr("div", a, b)), Expr("div", 3.0, Expr("mul", a, b))])
    assert (product.coefficient, product.over, product.under) == (-6.0, (a,), (b, a, b))
