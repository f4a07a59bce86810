"""recompute: a recorded graph evaluated afresh, in place, from the present data of its leaves.

Next: :mod:`autograd.engine.leaves`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from autograd.engine.anomaly.story import story_of_value
from autograd.engine.backward import RUNNING, assign, roots_and_weights, set_data, set_grad
from autograd.engine.modes import ACTIVE, ANOMALY
from autograd.engine.node import EPOCH, RESTORED, Epoch, Node
from autograd.engine.order import record_of
from autograd.engine.sweep import fresh_values
from autograd.errors import AnomalyError

__all__ = ["recompute", "reevaluate"]


def recompute(roots: Node | Sequence[Node]) -> None:
    """Evaluate the recorded graph of the roots afresh, in place, from the data of its leaves.

    Gradients of interior nodes become "not computed"; those of leaves stay. If anything is
    raised, no node has changed.

    >>> from autograd import Value
    >>> x = Value(2.0)
    >>> y = x * x
    >>> x.data = 5.0
    >>> recompute(y)
    >>> y.data
    25.0
    """
    roots, _ = roots_and_weights(roots, None)
    for root in roots:
        root._follow("a new evaluation (recompute)")
    reevaluate(roots)


def reevaluate(roots: Sequence[Node]) -> None:
    """One pass over numbers from the leaves on: they wait in a dictionary until it is over."""
    before = EPOCH[0]
    order, _ = record_of(roots)
    values = fresh_values(order)
    lines = ANOMALY.get() if ACTIVE else None
    for node in order if lines is not None else ():
        if lines is not None and not math.isfinite(values[node]):
            made = f"recompute(); recorded at {lines.get(node, 'an unknown line')}"
            operands = node.operands
            raise AnomalyError(story_of_value(node.op, operands, values[node], made, lines, values))
    first, last = Epoch(), Epoch()
    same = EPOCH[0] is before  # else a rule or a thread has given a leaf another number meanwhile
    EPOCH[0] = first  # what was recorded from the old numbers must not look fresh
    assign(set_data, order, map(values.__getitem__, order))
    same = same and EPOCH[0] is first
    EPOCH[0] = last
    if not RUNNING:  # computed nodes may hold the adjoints of a pass
        assign(set_grad, order, [last if same else RESTORED] * len(order))
