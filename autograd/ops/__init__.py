"""The table: every primitive, declared once; importing this package declares them all.

Read it in this order:

- :mod:`~autograd.ops.basic`, :mod:`~autograd.ops.circular`, :mod:`~autograd.ops.smooth`,
  :mod:`~autograd.ops.normal`, :mod:`~autograd.ops.kinked`, :mod:`~autograd.ops.stepwise`,
  :mod:`~autograd.ops.nary`, :mod:`~autograd.ops.ordered` and
  :mod:`~autograd.ops.sweep_products`: the declarations, rules in plain Python;
- :mod:`~autograd.ops.rules`: what a rule is written over;
- :mod:`~autograd.ops.op`: what a declaration is and what becomes of it;
- :mod:`~autograd.ops.expr` and :mod:`~autograd.ops.source`: rules as expressions, expressions as
  Python source;
- :mod:`~autograd.ops.floats`, :mod:`~autograd.ops.ieee`, :mod:`~autograd.ops.inverses` and
  :mod:`~autograd.ops.special`: the same for floats, whatever they are, and the functions that
  :mod:`math` lacks;
- :mod:`~autograd.ops.partial_evaluation`: rules at operands that are known.
"""

from autograd.ops import (
    basic,
    circular,
    kinked,
    nary,
    normal,
    ordered,
    smooth,
    stepwise,
    sweep_products,
)
from autograd.ops.op import OPS

__all__ = [
    "TABLE", "basic", "circular", "kinked", "nary", "normal", "ordered", "smooth", "stepwise",
    "sweep_products",
]  # fmt: skip

TABLE = tuple(OPS.values())
"""The primitives declared here. ``OPS`` may grow: a program can declare more of them."""
