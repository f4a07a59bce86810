"""Node: the slots of one recorded number, and the rules for changing them.

A node holds its data, its gradient, a name, the primitive that made it and that primitive's
operands: one or two in slots of their own, more in a tuple. One object for the collector to track
and no closure: a graph is freed by reference counts alone. Next: :mod:`autograd.engine.value`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, SupportsFloat

from autograd.engine import pickling
from autograd.engine.modes import ACTIVE, STRAYS, TRACING, TRANSFORMING, user_line
from autograd.engine.order import operands_of
from autograd.errors import GraphError, InputTypeError, TraceError
from autograd.ops.op import Op
from autograd.reals import real, shown

__all__ = ["EPOCH", "RESTORED", "SEES", "Epoch", "Node", "name_of", "packed"]


class Epoch:
    """Marks "no gradient yet" in a node, and when the node was recorded.

    There is one current epoch; assigning the data of any leaf begins another. A node that carries
    the current one was computed from leaves that have not changed since.
    """

    __slots__ = ()


EPOCH = [Epoch()]
"""The current epoch, in a list so that everyone sees it change."""
SEES: list[Callable[[Iterable[Any]], object]] = []
"""Called with nodes that are to be gradients: Python's collector has to see all that they are of.

A compiled engine hides from it what cannot be part of a cycle.
"""
RESTORED = Epoch()
"""Marks "no gradient" in a node that may not have been computed from its leaves as they are."""


class Node:
    """One number in a recorded graph; see :class:`autograd.Value`, its only subclass."""

    __slots__ = ("_data", "_grad", "_left", "_name", "_right", "op")

    _data: float
    _grad: Any
    _left: Any
    _right: Any
    _name: str | None
    op: Op | None
    computed: ClassVar[type[Any]]
    """The class of what arithmetic computes: Value, of classes derived from it too."""

    def __init_subclass__(cls, **options: Any) -> None:
        """Graphs are kept in dictionaries: whatever == means, a node's hash is its identity."""
        super().__init_subclass__(**options)
        cls.__hash__ = object.__hash__  # type: ignore[method-assign]

    # Not behind a *: Python looks the default of each keyword-only argument up in a dictionary,
    # which takes a fifth of the time of making a leaf.
    def __init__(
        self,
        data: SupportsFloat,
        name: str | None = None,
        _op: str = "",
        label: str | None = None,
        requires_grad: bool = True,
        _children: Iterable[Node] = (),
    ) -> None:
        self._data = data if type(data) is float else real(data, "Value")
        self._grad = EPOCH[0]
        if name is not None or label is not None or _op or _children or requires_grad is not True:
            name = name_of(
                name if label is None else label,
                (*_children, *([_op] if _op else ())),
                requires_grad,
            )
        self._name = name
        self.op = self._left = self._right = None
        if ACTIVE:
            self._note()

    def _note(self) -> None:
        """Tell the innermost call of a transform that this node was made during it."""
        region = TRANSFORMING.get()
        if region:
            region.nodes.append(self)
        elif region is None:
            STRAYS[0] += 1

    def _follow(self, wanted: str) -> None:
        """Raise TraceError where a recording would freeze what follows its arguments."""
        region = TRANSFORMING.get() if TRACING.get() else None
        if region and region.varies(self):
            raise TraceError(
                f"{wanted} of what a recording computes from its arguments was asked, at "
                f"{user_line()}: it would be frozen for all inputs. stop_gradient(x) is the number "
                "as a constant; where makes a choice"
            )
        if region:
            region.read.append(self)

    def _leave(self, wanted: str) -> None:
        """Tell the innermost transform that this node leaves the graph: it may raise."""
        region = TRANSFORMING.get() if ACTIVE else None
        if region and region.leave is not None and region.varies(self):
            region.leave(self, wanted)

    @property
    def data(self) -> float:
        """The number. Assign to a leaf's to update it; results follow on ``recompute()``."""
        if ACTIVE:
            self._follow("the number (.data)")
        return self._data

    @data.setter
    def data(self, data: SupportsFloat) -> None:
        if self.op is not None:
            raise GraphError(
                f"the data of a node computed by '{self.op}' cannot be assigned: assign to its "
                "leaves and call recompute(); or, to ask what a change of d alone does, cut the "
                "graph there, d = d.detach()"
            )
        # Optimisers assign a float to every parameter, step by step.
        number = data if type(data) is float else real(data, "the data of a Value")
        EPOCH[0] = Epoch()  # before, so that an interrupt from here on leaves no node looking fresh
        self._data = number
        EPOCH[0] = Epoch()  # and after: another thread may have recorded the old number meanwhile

    @property
    def grad(self) -> Any:
        """Derivative of the result that ``backward`` was called on; 0.0 before any such call.

        It is a float, or after ``create_graph=True`` a Value. Assigning None clears it.
        """
        grad = self._grad
        return 0.0 if type(grad) is Epoch else grad

    @grad.setter
    def grad(self, grad: Node | SupportsFloat | None) -> None:
        if grad is None:
            self._grad = EPOCH[0] if self.op is None else RESTORED
        else:
            if isinstance(grad, Node):
                for see in SEES:
                    see([self, grad])
            self._grad = grad if isinstance(grad, Node) else real(grad, "the grad of a Value")

    @property
    def name(self) -> str | None:
        """What pictures and messages call it; None where they find a word of their own."""
        return self._name

    @name.setter
    def name(self, name: str | None) -> None:
        self._name = name_of(name)

    @property
    def grad_computed(self) -> bool:
        """Whether a backward pass has reached this node, which tells "not computed" from zero."""
        return type(self._grad) is not Epoch

    @property
    def operands(self) -> tuple[Any, ...]:
        """What the primitive was applied to: Values, with literal numbers in their places."""
        return operands_of(self)

    @property
    def parents(self) -> tuple[Any, ...]:
        """The Values among the operands; one that is used twice stands twice."""
        if self.op is None:  # as of most nodes that are asked, leaves
            return ()
        return tuple([x for x in operands_of(self) if type(x) is not float])

    @classmethod
    def _restore(
        cls, data: float, grad: Any, name: str | None, op: Op | None, operands: tuple[Any, ...]
    ) -> Any:
        node = cls.__new__(cls)
        node._data, node._name, node.op = data, name, op
        node._grad = RESTORED if grad is None else grad
        node._left, node._right = packed(operands)
        if ACTIVE:
            node._note()
        return node

    def __reduce__(self) -> tuple[Any, ...]:
        self._follow("a copy or pickle")
        self._leave("a copy or pickle")
        return pickling.reduce(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        self._follow("a copy")
        self._leave("a copy")
        return pickling.deep_copy(self, memo)


def name_of(name: Any, made: tuple[Any, ...] = (), requires_grad: bool = True) -> str | None:
    """The name that a Value is given, which is a str; not what other engines take beside it."""
    if made or not (name is None or isinstance(name, str)):
        given = f"{type(name).__name__} {shown(name, 40)}"
        history = f" and {made!r}" if made else ""
        raise InputTypeError(
            f"the name of a Value is a str, but got {given}{history}; what a Value was made of is "
            "recorded by arithmetic: for an operation of your own, use autograd.custom_op"
        )
    if requires_grad is not True:
        raise InputTypeError(
            f"requires_grad={requires_grad!r}: every Value has a gradient, and a constant is a "
            "plain number"
        )
    # Of a class derived from str it might refer to the node: a cycle that nobody would look for.
    return name if name is None or type(name) is str else str.__str__(name)


def packed(operands: tuple[Any, ...]) -> tuple[Any, Any]:
    """What ``_left`` and ``_right`` hold for these operands; (None, None) for a leaf."""
    if len(operands) == 2:
        return operands
    if len(operands) == 1:
        return operands[0], None
    return operands or None, None
