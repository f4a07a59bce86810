"""The words of micrograd, so that what people wrote for it runs unchanged.

``Value(2.0, label="a")``, ``v.label``, ``v._prev``, ``v._op`` and ``v._backward()`` are other words
for the name, the parents, the symbol and one step of the chain rule. Nothing else in this package
uses them. Next: :mod:`autograd.engine.methods`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd.engine.modes import no_grad
from autograd.engine.node import Node, name_of
from autograd.engine.order import operand_values
from autograd.errors import GraphError

__all__ = ["Micrograd"]

SYMBOLS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**", "neg": "-", "relu": "ReLU"}
"""Primitive -> what micrograd prints for it, where that is not its name."""
OF_YOUR_OWN = (
    "the {} of a Value cannot be assigned, for arithmetic records what a Value is: for a function "
    "with a derivative of its own, declare f = autograd.custom_op(name, forward, partials)"
)


class Micrograd(Node):
    """A node with the attributes that programs for micrograd use.

    >>> from autograd import Value
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> c = a * b
    >>> c.label = "c"
    >>> c.grad = 1.0
    >>> c._backward()
    >>> c._op, [(v.label, v.grad) for v in c._prev]
    ('*', [('a', -3.0), ('b', 2.0)])
    """

    __slots__ = ()

    @property
    def label(self) -> str:
        """The name, "" where there is none."""
        return self.name or ""

    @label.setter
    def label(self, label: str) -> None:
        self._name = name_of(label)

    @property
    def _prev(self) -> tuple[Any, ...]:
        """The parents, in order, one that is used twice twice."""
        return self.parents

    @_prev.setter
    def _prev(self, _: tuple[Node, ...]) -> None:
        raise GraphError(OF_YOUR_OWN.format("parents"))

    @property
    def _op(self) -> str:
        """The symbol of the primitive, "" for a leaf."""
        name = "" if self.op is None else self.op.name
        return SYMBOLS.get(name, name)

    @_op.setter
    def _op(self, _: str) -> None:
        raise GraphError(OF_YOUR_OWN.format("primitive"))

    @property
    def _backward(self) -> Callable[[], None]:
        """One step of the chain rule: adds ``grad`` × each local derivative to the parents' grad.

        Called on each node, from the result to the leaves, it makes a whole backward pass; set
        the result's ``grad`` to 1.0 before.
        """
        return self._step

    @_backward.setter
    def _backward(self, _: Any) -> None:
        raise GraphError(OF_YOUR_OWN.format("chain rule"))

    def _step(self) -> None:
        upstream = self.grad
        if self.op is None or not upstream:
            return
        self._follow("a step of the chain rule (_backward)")
        self._leave("a step of the chain rule (_backward)")
        numbers = operand_values(self)
        partials = self.op.local_at(self._data, numbers, [True] * len(numbers))
        for x, partial in zip(self.operands, partials):
            if isinstance(x, Node) and partial is not None and (partial or not self.op.selects):
                x.grad = x.grad + upstream * partial

    def item(self) -> float:
        """The number, as ``float(v)``: it leaves the graph.

        >>> from autograd import Value
        >>> Value(2.0).item()
        2.0
        """
        return float(self)  # type: ignore[arg-type]  # a Value, which has __float__

    @staticmethod
    def no_grad() -> Any:
        """``autograd.no_grad()``, for programs that look for it here."""
        return no_grad()
