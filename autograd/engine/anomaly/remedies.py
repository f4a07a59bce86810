"""Remedies for numbers that are not finite: formulas that lose or overflow, and what to write.

Each remedy recognises a shape of the graph above the node that failed. Next:
:mod:`autograd.engine.anomaly.story`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import floor
from typing import TYPE_CHECKING, TypeAlias

from autograd.engine.order import operands_of
from autograd.ops.op import Op

if TYPE_CHECKING:
    from autograd.engine.node import Node

__all__ = ["Operand", "remedy"]

Operand: TypeAlias = "Node | float"
"""What a primitive was applied to."""


def _guarded(call: str, operand: str, ok: str) -> str:
    """The double where: a branch that is not taken is computed too, and has to be harmless."""
    safe = call.format(f"where(ok, {operand}, 1.0)")
    return f"in a branch of where, guard its operand too: where(ok, {safe}, other) with ok = {ok}"


def remedy(
    op: Op, operands: Sequence[Operand], numbers: Sequence[float], *, backward: bool
) -> str | None:
    """What to write instead, or None where nothing better is known."""
    if backward:
        return _steep(op.name, operands, numbers)
    find = _REMEDIES.get(op.name)
    return find(op.name, operands, numbers) if find else None


def _made(x: Operand, *names: str) -> bool:
    """Whether an operand was computed by one of these primitives."""
    return not isinstance(x, float) and x.op is not None and x.op.name in names


def _is_one(x: Operand) -> bool:
    return isinstance(x, float) and x == 1.0


def _log(name: str, operands: Sequence[Operand], numbers: Sequence[float]) -> str | None:
    x = operands[0]
    if _is_softmax(x):
        return (
            f"{name} of softmax underflows: log_softmax(xs) gives the logarithms directly, and "
            "stays finite"
        )
    if _made(x, "exp"):
        return f"{name} of exp: leave out both, the operand of exp is the result"
    if _is_sigmoid(x):
        return f"{name} of a sigmoid underflows: log_sigmoid(x) gives the logarithm directly"
    if _made(x, "sub") and _is_one(operands_of(x)[0]) and _is_sigmoid(operands_of(x)[1]):
        return f"{name}(1 - sigmoid(x)) loses all digits: write log_sigmoid(-x), which is the same"
    if numbers[0] > 0.0:
        return None
    return _outside(name, operands, numbers)


def _is_softmax(x: Operand) -> bool:
    """exp(… - logsumexp(…)), as ``softmax`` records it, or exp(…)/sum written by hand."""
    if _made(x, "div"):
        return _made(operands_of(x)[0], "exp") and _made(operands_of(x)[1], "add", "sum")
    if not _made(x, "exp"):
        return False
    inner = operands_of(x)[0]
    return _made(inner, "sub") and _made(operands_of(inner)[1], "logsumexp")


def _is_sigmoid(x: Operand) -> bool:
    """The primitive, or 1/(1 + exp(…)) written by hand."""
    if _made(x, "div") and _is_one(operands_of(x)[0]) and _made(operands_of(x)[1], "add"):
        return any(_made(part, "exp") for part in operands_of(operands_of(x)[1]))
    return _made(x, "sigmoid")


def _exp(name: str, operands: Sequence[Operand], numbers: Sequence[float]) -> str | None:
    return (
        f"{name} overflows above 709.78: softmax, logsumexp and log_softmax shift their operands "
        "first; log(1 + exp(x)) is softplus(x), 1/(1 + exp(-x)) is sigmoid(x)"
    )


def _div(name: str, operands: Sequence[Operand], numbers: Sequence[float]) -> str | None:
    if numbers[1] != 0.0:
        return None
    return f"the divisor is 0; {_guarded('a / {}', 'b', 'b != 0')}"


def _pow(name: str, operands: Sequence[Operand], numbers: Sequence[float]) -> str | None:
    base, exponent = numbers
    if base < 0.0 and exponent != floor(exponent):
        return "a negative number has no real power with a fractional exponent: abs(x), or cbrt(x)"
    if base == 0.0 and exponent < 0.0:
        return _div("div", operands, (1.0, 0.0))
    return None


_DOMAINS = {
    "acosh": ("a number not below 1", "x >= 1"),
    "log1p": ("a number above -1", "x > -1"),
    "atanh": ("a number between -1 and 1", "abs(x) < 1"),
    "sqrt": ("a number not below 0", "x >= 0"),
    **dict.fromkeys(("log", "log2", "log10"), ("a number above 0", "x > 0")),
    **dict.fromkeys(("asin", "acos"), ("a number from -1 to 1", "abs(x) <= 1")),
}


def _outside(name: str, operands: Sequence[Operand], numbers: Sequence[float]) -> str | None:
    need, ok = _DOMAINS[name]
    return f"{name} needs {need}; {_guarded(name + '({})', 'x', ok)}"


_REMEDIES: dict[str, Callable[[str, Sequence[Operand], Sequence[float]], str | None]] = {
    **dict.fromkeys(_DOMAINS, _outside),
    **dict.fromkeys(("log", "log2", "log10"), _log),
    **dict.fromkeys(("exp", "expm1", "cosh", "sinh"), _exp),
    "div": _div,
    "pow": _pow,
}


def _steep(name: str, operands: Sequence[Operand], numbers: Sequence[float]) -> str | None:
    """For a derivative that is not finite where the value is."""
    if name == "doubt":
        return (
            "at the tip of norm, hypot or abs and at a tie of maximum the first derivative is a "
            "choice, and has none of its own: write dot(xs, xs) for norm(xs)**2, x*x for abs(x)**2 "
            "or maximum(x, -x)**2, softplus or logaddexp for what they are made of, or guard the "
            "place with where"
        )
    if (name in ("sqrt", "cbrt") and numbers[0] == 0.0) or (
        name == "pow" and numbers[0] == 0.0 and 0.0 < numbers[1] < 1.0
    ):
        length = (
            "the length of a vector is norm(xs) or hypot(a, b), whose derivative at 0 is 0; "
            if name == "sqrt" and _made(operands[0], "add", "sum", "dot", "pow", "mul")
            else ""
        )
        guard = _guarded(name + "({})", "x", "x > 0")
        return f"the derivative of {name} at 0 is infinite: {length}{name}(x + 1e-12); {guard}"
    return None
