"""Pickling and copying of recorded graphs of any depth, without recursion.

Pickle recurses from an object into its parts, and a chain of a million nodes is a million levels
deep. A node is therefore written after all of its ancestors, as one flat list; each of those finds
its operands written already. Gradients that are themselves recorded are kept as numbers. Next:
:mod:`autograd.engine.node`.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator
from typing import Any

from autograd.engine.order import operands_of, record_of

__all__ = ["deep_copy", "reduce"]

_local = threading.local()


def reduce(node: Any) -> tuple[Any, ...]:
    """What ``__reduce__`` of a node returns."""
    writing: set[int] = getattr(_local, "writing", set())
    ancestors = None if node.op is None or id(node) in writing else _Ancestors(node)
    parts = (type(node), ancestors, *state_of(node), operands_of(node))
    added = _added(node)
    return (restore, parts) if added is None else (restore, parts, added)


def restore(
    kind: type, _: object, data: float, grad: float | None, name: str | None, op: Any, operands: Any
) -> Any:
    """Make a node from its parts; the second argument only had to be restored before it."""
    return kind._restore(data, grad, name, op, operands)  # type: ignore[attr-defined]


def state_of(node: Any) -> tuple[float, float | None, str | None, Any]:
    """Data, gradient (None where not computed), name and op."""
    grad = float(node.grad) if node.grad_computed else None
    return node._data, grad, node.name, node.op


def _added_slots(kind: Any) -> tuple[str, ...]:
    """The slots that a class derived from Value adds to a node's own."""
    names: list[str] = []
    for base in kind.__mro__:
        slots = vars(base).get("__slots__", ())
        if "_data" not in slots:
            names += [slots] if isinstance(slots, str) else slots
    return tuple([name for name in names if not name.startswith("__")])


def _added(node: Any) -> tuple[dict[str, Any] | None, dict[str, Any]] | None:
    """What a derived class has added to this node, as pickle and copy take it; None if nothing."""
    kind: Any = type(node)
    if kind is kind.computed:  # as nearly all
        return None
    slots = {name: getattr(node, name) for name in _added_slots(kind) if hasattr(node, name)}
    attributes = getattr(node, "__dict__", None)
    return (attributes or None, slots) if attributes or slots else None


class _Ancestors:
    """Pickles as the list of a node's interior ancestors, operands first."""

    def __init__(self, node: Any) -> None:
        self.node = node

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (), None, self._write()

    def _write(self) -> Iterator[Any]:
        order, _ = record_of([self.node])
        order.pop()  # the node itself is written by whoever asked
        outer: set[int] = getattr(_local, "writing", set())
        _local.writing = outer | {id(node) for node in order}
        try:
            yield from order
        finally:
            _local.writing = outer


def deep_copy(root: Any, memo: dict[int, Any]) -> Any:
    """What ``__deepcopy__`` of a node returns: its whole graph, copied operands first."""
    order, reached = record_of([root])
    leaves = (node for node in reached if node.op is None)
    for node in (*leaves, *order):
        if id(node) not in memo:
            operands = tuple(x if type(x) is float else memo[id(x)] for x in operands_of(node))
            memo[id(node)] = type(node)._restore(*state_of(node), operands)
            for added in _added(node) or ():
                for name, attribute in (added or {}).items():
                    setattr(memo[id(node)], name, copy.deepcopy(attribute, memo))
    return memo[id(root)]
