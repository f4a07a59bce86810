"""Slots: a backward pass that keeps adjoints in the nodes themselves, with no dictionary.

While it runs, a computed node's gradient slot holds its adjoint. A leaf has no operands, so its
adjoint waits in an operand's slot, and the gradient that everybody sees is untouched until the end.
Visits are marked in the same slots by a mark of this pass alone. A leaf keeps it, and a pass that
is interrupted leaves more behind: to the next, with a mark of its own, they mean nothing. Only one
pass at a time can own the slots: another thread's, or one that is started by a rule in the middle
of a pass, takes the dictionary of :mod:`autograd.engine.sweep`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from itertools import repeat
from threading import get_ident
from typing import Any

from autograd.engine import backward
from autograd.engine.backward import RUNNING, assign, require_current, set_grad, set_left
from autograd.engine.chain_rule import SLOTS, Steps, sweep_loop
from autograd.engine.modes import ACTIVE, ANOMALY
from autograd.engine.node import EPOCH, RESTORED, Epoch, Node

__all__ = ["by_dictionary", "differentiate"]

by_dictionary = backward.differentiate
_pull_back = cache(lambda: sweep_loop(SLOTS, Steps(SLOTS)))


def differentiate(roots: Sequence[Node], weights: Sequence[Node | float]) -> None:
    """Add to each leaf's gradient the derivative of the weighted sum of the roots."""
    if ACTIVE and ANOMALY.get() is not None:
        by_dictionary(roots, weights)
        return
    mark, before = Epoch(), EPOCH[0]
    order: list[Any] = []
    try:
        RUNNING[mark] = get_ident(), order
        if [*RUNNING][0] is not mark:  # noqa: RUF015  (one step, whatever other threads do)
            by_dictionary(roots, weights)
            return
        leaves, unchanged = walk(roots, mark, order)
        if not unchanged:
            require_current(order)
        assign(set_grad, order, repeat(0.0))
        for root, weight in zip(roots, weights):
            weight = weight._data if isinstance(weight, Node) else weight
            if root.op is None:
                root._left += weight
            else:
                root._grad += weight
        _pull_back()(order)
        if EPOCH[0] is not before:  # a rule or a thread has given a leaf another number meanwhile
            require_current(order)
        backward.commit_to_leaves(leaves, [leaf._left for leaf in leaves])
        assign(set_left, leaves, repeat(None))
    except BaseException:
        assign(set_grad, order, repeat(RESTORED))
        raise
    finally:
        RUNNING.pop(mark, None)


def walk(roots: Sequence[Node], mark: Epoch, order: list[Node]) -> tuple[list[Node], bool]:
    """Fill the order with the computed nodes, operands first; the leaves, and whether all is new.

    All is new if no node has been changed, or has got a gradient, since it was recorded.
    """
    leaves: list[Node] = []
    unchanged, epoch = True, EPOCH[0]
    stack: list[Any] = list(roots)[::-1]
    pop, push, leave = stack.pop, stack.append, order.append
    while stack:
        node = pop()
        if node is None:
            leave(pop())
            continue
        if node.op is None:
            if node._right is not mark:
                node._right = mark
                node._left = 0.0
                leaves.append(node)
            continue
        if node._grad is mark:
            continue
        if node._grad is not epoch:
            unchanged = False
        node._grad = mark
        push(node)
        push(None)
        right = node._right
        left = node._left
        if type(left) is tuple:
            stack.extend([x for x in left[::-1] if type(x) is not float])
            continue
        if right is not None and type(right) is not float:
            if right.op is not None:
                if right._grad is not mark:
                    push(right)
            elif right._right is not mark:
                right._right = mark
                right._left = 0.0
                leaves.append(right)
        if type(left) is not float:
            if left.op is not None:
                if left._grad is not mark:
                    push(left)
            elif left._right is not mark:
                left._right = mark
                left._left = 0.0
                leaves.append(left)
    return leaves, unchanged


def _forked() -> None:
    """In a process that has been forked, end the passes of threads that are not there."""
    for mark, (thread, order) in [*RUNNING.items()]:
        if thread != get_ident():
            assign(set_grad, order, repeat(RESTORED))
            del RUNNING[mark]


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
