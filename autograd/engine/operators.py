"""Operators and functions of one or two numbers as straight-line Python, written from the table.

The usual case takes a few lines and makes its node itself; all others go through
:mod:`autograd.engine.record`. Next: :mod:`autograd.engine.generated`, which puts them in the places
of the plain ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from autograd.engine.modes import ACTIVE, ANOMALY, RECORDING
from autograd.engine.node import EPOCH
from autograd.engine.order import Node
from autograd.engine.record import operand, record, refused, require_no_modulus
from autograd.engine.value import Value
from autograd.ops.floats import float_scope
from autograd.ops.ieee import ARITHMETIC_ERRORS
from autograd.ops.op import Op
from autograd.ops.source import block, compile_source

if TYPE_CHECKING:
    from autograd.nested import Nest

__all__ = ["binary", "operator", "unary"]

new = object.__new__


def operator(op: Op, reflected: bool) -> Callable[[Value, Any], Any]:
    """A binary operator of Value: the usual case in a few lines, all others through record."""
    first, second = ("b", "a") if reflected else ("a", "b")
    left, right = ("other", "self") if reflected else ("self", "other")
    # Python gives pow alone a third argument.
    modulus = (
        ["    if modulus is not None: require_no_modulus(modulus)"] if op.name == "pow" else []
    )
    source = [
        f"def operator(self, other{', modulus=None' if modulus else ''}):",
        *modulus,
        f"    {first} = self._data",
        "    kind = type(other)",
        "    if kind is Value:",
        f"        {second} = other._data",
        "    elif kind is float:",
        f"        {second} = other",
        "    else:",
        f"        other = {second} = operand(other)",
        "        if type(other) is not float:",
        f"            return record(op, ({left}, {right})) if other is not NotImplemented "
        "else refused(kind)",
        "    if ACTIVE:",
        f"        return noted(op, {left}, {right}, evaluate(a, b))",
        "    node = new(Value)",
        "    try:",
        *(f"        {line}" for line in block(op.value_expr, "node._data = {}")),
        "    except errors:",
        "        node._data = evaluate(a, b)",
        "    node._grad = EPOCH[0]",
        "    node._name = None",
        "    node.op = op",
        f"    node._left = {left}",
        f"    node._right = {right}",
        "    return node",
    ]
    scope = {
        **float_scope([op.value_expr]),
        "Value": Value,
        "operand": operand,
        "record": record,
        "refused": refused,
        "require_no_modulus": require_no_modulus,
        "noted": noted,
        "ACTIVE": ACTIVE,
        "EPOCH": EPOCH,
        "op": op,
        "evaluate": op.evaluate,
        "errors": ARITHMETIC_ERRORS,
        "new": new,
    }
    function: Callable[[Value, Any], Any] = compile_source("operator", source, scope)
    return function


def noted(op: Op, left: Node | float, right: Node | float | None, data: float) -> Any:
    """A node made while a mode is on: nearly always for a transform, which takes note of it."""
    if ANOMALY.on or RECORDING.on:
        return record(op, (left,) if right is None else (left, right), data)
    node = new(Value)
    node._data = data
    node._grad = EPOCH[0]
    node._name = None
    node.op = op
    node._left = left
    node._right = right
    node._note()
    return node


def unary(op: Op, otherwise: Callable[[Nest], Any]) -> Callable[[Nest], Any]:
    """A function of one number: a Value's node made here, all else by the plain function."""

    def function(x: Nest, /) -> Any:
        if type(x) is not Value:
            return otherwise(x)
        if ACTIVE:
            return noted(op, x, None, op.evaluate(x._data))
        node = new(Value)
        node._data = op.evaluate(x._data)
        node._grad = EPOCH[0]
        node._name = None
        node.op = op
        node._left = x
        node._right = None
        return node

    return function


def binary(op: Op, otherwise: Callable[[Nest, Nest], Any]) -> Callable[[Nest, Nest], Any]:
    """A function of two numbers, one of them a Value; all else by the plain function."""

    def function(x: Nest, y: Nest, /) -> Any:
        left, right = x, y
        if type(x) is Value:
            a = x._data
        else:
            left = a = x if type(x) is float else operand(x)
            if type(a) is not float:
                return otherwise(x, y)
        if type(y) is Value:
            b = y._data
        else:
            right = b = y if type(y) is float else operand(y)
            if type(b) is not float or left is a:
                return otherwise(x, y)
        if ACTIVE:
            return noted(op, left, right, op.evaluate(a, b))
        node = new(Value)
        node._data = op.evaluate(a, b)
        node._grad = EPOCH[0]
        node._name = None
        node.op = op
        node._left = left
        node._right = right
        return node

    return function
