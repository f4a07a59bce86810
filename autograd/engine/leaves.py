"""What is done to leaves between two passes: new numbers, and no gradients, for all at once.

It runs inside the interpreter's C code, as :mod:`autograd.engine.backward` commits gradients.
"""

from __future__ import annotations

from collections.abc import Iterable

from autograd.engine.backward import assign, nodes_in, set_data, set_grad
from autograd.engine.node import EPOCH, RESTORED, Epoch, Node
from autograd.errors import InputValueError
from autograd.reals import real

__all__ = ["assign_data", "clear", "zero_grad"]


def zero_grad(values: Iterable[Node]) -> None:
    """Clear the gradients of these Values: 0.0 again, and "not computed" in pictures.

    Raises:
        InputTypeError: Something among them is no Value; then nothing is cleared.

    >>> from autograd import Value
    >>> x = Value(2.0)
    >>> (x * x).backward()
    >>> zero_grad([x])
    >>> x.grad
    0.0
    """
    clear(nodes_in(values, "zero_grad takes"))


def clear(nodes: list[Node]) -> None:
    """The same of what is known to be Values."""
    fresh = EPOCH[0]
    assign(set_grad, nodes, [fresh if node.op is None else RESTORED for node in nodes])


def assign_data(values: Iterable[Node], numbers: Iterable[float]) -> None:
    """Give leaves new numbers, as an optimiser's step does: all of them or none.

    Whatever is raised, and whenever Ctrl-C comes, no mixture of old and new ones is left.

    Raises:
        InputTypeError: Something among the values is no Value, or among the numbers no number.
        InputValueError: There are not as many numbers as values.
        GraphError: One of the values is computed.

    >>> from autograd import Value
    >>> w, b = Value(1.0), Value(2.0)
    >>> assign_data([w, b], [3.0, 4.0])
    >>> w.data, b.data
    (3.0, 4.0)
    """
    nodes = nodes_in(values, "assign_data takes")
    given = [real(x, "the data of a Value") for x in numbers]
    if len(nodes) != len(given):
        raise InputValueError(f"assign_data got {len(given)} numbers for {len(nodes)} Values")
    for node in nodes:
        if node.op is not None:
            node.data = node._data  # which is refused, and says why
    EPOCH[0] = Epoch()  # before and after, as where one leaf's is assigned
    assign(set_data, nodes, given)
    EPOCH[0] = Epoch()
