"""Lowering: a recorded graph and its named arguments become a tape.

Next: :mod:`autograd.program.tape.instructions` says what a tape is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import isfunction
from typing import TYPE_CHECKING, Any

from autograd.collector import uncollected
from autograd.engine.node import Node
from autograd.engine.order import record_of
from autograd.errors import GraphError, InputTypeError, InputValueError
from autograd.nested import flat_list, is_array, too_deep
from autograd.program.tape.constants import Constants
from autograd.program.tape.instructions import Argument, Shape, Tape
from autograd.program.tape.writing import Writing
from autograd.reals import real_or_none

if TYPE_CHECKING:
    from autograd.engine.value import Operand, Value
    from autograd.nested import Nest

__all__ = ["flatten", "lower"]


@uncollected()
def lower(
    output: Nest,
    arguments: Mapping[str, Nest],
    *,
    has_aux: bool = False,
    frozen: list[Value] | None = None,
) -> Tape:
    """The tape that computes ``output`` from these arguments; other leaves become constants.

    With ``has_aux``, ``output`` is the pair (output, auxiliary data). Those other leaves are added
    to ``frozen``.

    Raises:
        InputTypeError, InputValueError: An argument is no nesting of Values, is ragged, or names
            a leaf for the second time; the output holds something other than numbers, or is no
            pair where there shall be one.
        GraphError: An argument holds a Value that is computed.
    """
    slots: dict[Any, int] = {}
    placed = []
    start = 0
    for name, nested in arguments.items():
        leaves, shape = flatten(nested, f"argument {name!r}")
        placed.append(Argument(name, shape, start))
        _check_leaves(name, leaves, slots)
        slots.update(zip(leaves, range(start, start + len(leaves))))
        if len(slots) != start + len(leaves):
            raise InputValueError(_twice(placed, leaves, slots))
        start += len(leaves)
    if not isinstance(has_aux, bool):
        raise InputTypeError(
            f"has_aux is an option, True or False, but got {type(has_aux).__name__}: "
            "give an argument another name"
        )
    value: Nest = output
    aux: Nest = []
    if has_aux and isinstance(output, (tuple, list)) and len(output) == 2:
        value, aux = output
    elif has_aux:
        raise InputTypeError(
            "with has_aux=True the output is a pair (value, auxiliary data), "
            f"but it is {type(output).__name__} {output!r}"[:300]
        )
    roots, output_shape = flatten(value, "the output")
    extra, aux_shape = flatten(aux, "the auxiliary output")
    roots += extra
    order, nodes = record_of([root for root in roots if isinstance(root, Node)])
    constants = Constants()
    literal = constants.slot
    for node in nodes:
        if node.op is None and node not in slots:
            slots[node] = literal(node.data)
            if frozen is not None:
                frozen.append(node)
    writing = Writing(slots, literal, start)
    writing.write(order)
    outputs = tuple([slots[x] if isinstance(x, Node) else literal(_number(x)) for x in roots])
    numbers = tuple(constants.numbers)
    shapes = output_shape, aux_shape if has_aux else None
    return Tape(tuple(placed), numbers, writing.statements(), outputs, *shapes)


def flatten(nested: Nest, what: str) -> tuple[list[Any], Shape]:
    """The items of nested lists, tuples or arrays in row-major order, and the nesting's shape.

    >>> flatten([[1.0, 2.0], [3.0, 4.0]], "x")
    ([1.0, 2.0, 3.0, 4.0], (2, 2))

    Raises:
        InputValueError: The nesting is ragged, or too deep.
    """
    try:
        return _flattened(nested, what)
    except RecursionError:
        raise too_deep(what) from None


def _flattened(nested: Nest, what: str) -> tuple[list[Any], Shape]:
    if is_array(nested):
        return flat_list(nested), tuple(nested.shape)
    if not isinstance(nested, (list, tuple)):
        return [nested], ()
    kinds = set(map(type, nested))
    if not any(issubclass(kind, (list, tuple)) or kind.__name__ == "ndarray" for kind in kinds):
        return list(nested), (len(nested),)
    parts = [_flattened(item, what) for item in nested]
    shapes = {shape for _, shape in parts}
    if len(shapes) != 1:
        first, second = sorted(shapes)[:2]
        raise InputValueError(
            f"{what} is ragged: it nests parts of shapes {first} and {second}; "
            "give all of them one shape, or make them separate arguments"
        )
    return [item for items, _ in parts for item in items], (len(parts), *parts[0][1])


def _check_leaves(name: str, leaves: Sequence[Operand], slots: Mapping[Node, int]) -> None:
    for leaf in leaves:
        if not isinstance(leaf, Node):
            raise InputTypeError(
                f"argument {name!r} names the leaf Values to pass at call time, "
                f"but it holds {type(leaf).__name__} {leaf!r}"[:300]
            )
        if leaf.op is not None:
            raise GraphError(
                f"argument {name!r} holds a Value computed by '{leaf.op}'; only leaves can be "
                "arguments: name the leaves it is computed from, or detach() it before recording"
            )


def _twice(placed: Sequence[Argument], leaves: Sequence[Node], slots: Mapping[Node, int]) -> str:
    """The message about the first leaf of the last argument that was placed twice."""
    name, _, start = placed[-1]
    for index, leaf in enumerate(leaves):
        if slots[leaf] != start + index:
            return f"argument {name!r} holds one leaf twice: each number needs a Value of its own"
    return f"argument {name!r} holds a leaf that another argument names already: name it once"


def _number(x: object) -> float:
    number = real_or_none(x)
    if number is None:
        raise InputTypeError(
            "the output of a program is a Value or a nested sequence of Values, "
            f"but it holds {type(x).__name__} {x!r}"[:300]
            + (": does the function end with return?" if x is None else "")
            + (": compiled(f) records a function" if isfunction(x) else "")
        )
    return number
