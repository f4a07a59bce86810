"""Primitives of recorded sweeps: the products of the chain rule, and doubt.

No function records them, only sweeps that are to be differentiated again
(:mod:`autograd.engine.products` says which one where). An adjoint of zero passes nothing on, not
even through an infinite partial. But 0 × inf may have any derivative by the zero, so that one is
nan; what made the zero by a choice, as ``where`` does, lets no nan through to what it is made of.
"""

from __future__ import annotations

import math

from autograd.ops.declaring import declare
from autograd.ops.rules import Functions, Number

__all__: list[str] = []

REAL = (-100.0, 100.0)


def _known_beside_0(xp: Functions, a: Number, b: Number) -> Number:
    """b, or nan to all orders if it is not finite and a is 0."""
    return xp.where(a == 0.0, xp.where(b - b == 0.0, b, math.nan * b), b)


declare(
    "chain", lambda xp, a, b: xp.where(a == 0.0, 0.0, a * b),
    lambda xp, out, a, b: (_known_beside_0(xp, a, b), a),
    arity=2, symbol="×", latex=r"{0} \cdot {1}", sample=(REAL, REAL),
    edge="As a product, but 0 whenever the first factor is exactly 0, even if the other is inf or"
    " nan; the derivative by the first factor is then nan.",
)  # fmt: skip
declare(
    "chosen", lambda xp, a, b: xp.where(a == 0.0, 0.0, a * b),
    lambda xp, out, a, b: (_known_beside_0(xp, a, b), a),
    arity=2, selects=True, symbol="×", latex=r"{0} \cdot {1}", sample=(REAL, REAL),
    edge="As a product, but 0 whenever the first factor is exactly 0, even if the other is inf or"
    " nan; the derivative by the first factor is then nan.",
)  # fmt: skip
declare(
    "choose", lambda xp, a, b: xp.where(a == 0.0, 0.0, xp.where(b == 0.0, 0.0, a * b)),
    lambda xp, out, a, b: (_known_beside_0(xp, a, b), _known_beside_0(xp, b, a)),
    arity=2, selects=True, symbol="×", latex=r"{0} \cdot {1}", sample=(REAL, REAL),
    edge="As a product, but 0 whenever a factor is exactly 0, even if the other is inf or nan; the"
    " derivative by that factor is then nan.",
)  # fmt: skip
declare(
    "doubt", lambda xp, y, a, k: y,
    lambda xp, out, y, a, k: (1.0, xp.where(k == 0.0, 0.0, math.nan), None),
    arity=3, selects=True, symbol="?", latex="{0}", sample=(REAL, REAL, (0.0, 0.0)),
    edge="The first operand; its derivative by the second is nan where the third is not 0: there"
    " it was chosen, and does not follow the second one.",
)  # fmt: skip
