"""The loop executor without a compiler: a tape as straight Python, one line for each statement.

Numbers are local variables, x17 for slot 17 and a17 for its adjoint. Functions are of bounded size,
so that compiling takes time in proportion to the tape; what crosses from one to another is in two
lists. Where a line raises what IEEE 754 has a number for, its function has changed nothing yet, and
its statements are run again by the eager engine's own functions. Next:
:mod:`autograd.program.loop.generated_python`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from string import Template
from typing import Any, NamedTuple

from autograd.ops.expr import XP, Expr, Operand
from autograd.ops.floats import float_scope
from autograd.ops.ieee import ARITHMETIC_ERRORS
from autograd.ops.op import Op
from autograd.ops.partial_evaluation import folded
from autograd.ops.per_op import per_op
from autograd.ops.source import block, compile_source
from autograd.program.tape.instructions import Statement, Tape

__all__ = ["SIZE", "Piece", "forward_piece", "reverse_piece"]

SIZE = 200
"""Statements in one function."""

Lists = Callable[..., None]


class Piece(NamedTuple):
    """Some consecutive statements as a function of the lists, fast, and one that never fails."""

    fast: Lists
    careful: Lists

    def run(self, *lists: list[float]) -> None:
        """Execute it; nothing has changed if the fast function raised."""
        try:
            self.fast(*lists)
        except ARITHMETIC_ERRORS:
            self.careful(*lists)


class _Writer:
    """A function in the making: which names it uses, and the lists they are in."""

    def __init__(self, tape: Tape, first: int, last: int) -> None:
        self.tape, self.first, self.last = tape, first, last
        self.lines: list[str] = []
        self.scope: dict[str, Any] = {"inf": float("inf"), "nan": float("nan")}
        self.read: dict[int, None] = {}
        self.reached: dict[int, None] = {}

    def number(self, slot: int) -> str:
        """The name or the literal that stands for a slot."""
        if slot < 0:
            return _literal(self.tape.constants[-1 - slot])
        if not self.first <= slot < self.last:
            self.read[slot] = None
        return f"x{slot}"

    def adjoint(self, slot: int) -> str:
        if not self.first <= slot < self.last:
            self.reached[slot] = None
        return f"a{slot}"

    def known(self, operands: Sequence[int]) -> tuple[float | None, ...]:
        """The operands that are constants."""
        return tuple([None if x >= 0 else self.tape.constants[-1 - x] for x in operands])

    def bind(self, function: Callable[..., float | tuple[float | None, ...]]) -> str:
        """A global name for something that a line calls."""
        name = f"f{len(self.scope)}"
        self.scope[name] = function
        return name


def _literal(number: float) -> str:
    text = repr(number)
    return f"({text})" if text.startswith("-") else text


@per_op
def _value_lines(op: Op, key: tuple[str, ...]) -> tuple[Template, dict[str, Any]]:
    """Lines that set $x to the value of a rule at operands $a, $b …, and the globals they need.

    ``key`` has the constants among the operands, as text that tells -0.0 from 0.0.
    """
    expr = folded(op.value_expr, _variables(op, key))
    return Template("\n".join(block(expr, "$x = {}"))), float_scope([expr])


@per_op
def _pull_lines(
    op: Op, key: tuple[str, ...], active: tuple[bool, ...]
) -> tuple[Template, dict[str, Any]]:
    """Lines that add to the adjoints $da, $db … what $g contributes, and the globals they need."""
    variables = _variables(op, key) | {"out": Expr("var", "$x")}
    exprs = [None if x is None else folded(x, variables) for x in op.partial_exprs]
    lines, scope = _additions(op, exprs, active, [f"$d{x}" for x in op.variables], "$g")
    return Template("\n".join(lines)), scope


def _variables(op: Op, key: tuple[str, ...]) -> dict[str, Operand]:
    return {
        x: float(constant) if constant else Expr("var", f"${x}")
        for x, constant in zip(op.variables, key)
    }


def _additions(
    op: Op, exprs: Sequence[Operand | None], active: Sequence[bool], targets: Sequence[str], g: str
) -> tuple[list[str], dict[str, Any]]:
    """Lines that add adjoint × partial to each target, and the globals they need."""
    lines: list[str] = []
    for expr, need, target in zip(exprs, active, targets):
        if expr is None or not need:
            continue
        if op.selects:
            lines += [*block(expr, "p = {}"), f"if p: {target} += {g} * p"]
        elif not isinstance(expr, Expr) and abs(expr) == 1.0:
            lines.append(f"{target} {'+' if expr > 0.0 else '-'}= {g}")
        else:
            lines += block(expr, f"{target} += {g} * ({{}})")
    return lines, float_scope([x for x, need in zip(exprs, active) if need and x is not None])


def _key(constants: Sequence[float | None]) -> tuple[str, ...]:
    return tuple(["" if x is None else repr(x) for x in constants])


def forward_piece(tape: Tape, start: int, stop: int) -> Piece:
    """Statements from ``start`` to ``stop`` as a function that extends the list of numbers."""
    first = tape.first
    chosen: Sequence[Statement] = tape.statements[start:stop]
    writer = _Writer(tape, first + start, first + stop)
    for slot, (op, operands) in enumerate(chosen, first + start):
        numbers = [writer.number(x) for x in operands]
        if op.opaque or op.arity is None:
            evaluate = writer.bind(op.evaluate)
            writer.lines.append(f"x{slot} = {evaluate}({', '.join(numbers)})")
            continue
        lines, scope = _value_lines(op, _key(writer.known(operands)))
        writer.scope.update(scope)
        names = dict(zip(op.variables, numbers))
        writer.lines += lines.substitute(names, x=f"x{slot}").split("\n")
    results = "".join(f"x{slot}, " for slot in range(writer.first, writer.last))
    source = [
        "def forward(v):",
        *(f"    x{slot} = v[{slot}]" for slot in writer.read),
        *(f"    {line}" for line in writer.lines),
        f"    v[{writer.first}:{writer.last}] = ({results})",
    ]

    def careful(v: list[float]) -> None:
        for slot, (op, operands) in enumerate(chosen, first + start):
            v[slot] = op.evaluate(*_numbers(tape, v, operands))

    return Piece(compile_source("forward", source, writer.scope), careful)


def _numbers(tape: Tape, v: Sequence[float], operands: Sequence[int]) -> list[float]:
    return [v[x] if x >= 0 else tape.constants[-1 - x] for x in operands]


def reverse_piece(tape: Tape, start: int, stop: int, active: Sequence[bool]) -> Piece:
    """The same statements backward, as a function of the lists of numbers and adjoints.

    ``active`` says of each slot whether a wanted derivative goes through it.
    """
    first = tape.first
    writer = _Writer(tape, first + start, first + stop)
    chosen = [
        (slot, op, operands, [x >= 0 and active[x] for x in operands])
        for slot, (op, operands) in enumerate(tape.statements[start:stop], first + start)
        if active[slot]
    ][::-1]
    for slot, op, operands, wanted in chosen:
        body = _pull(writer, op, slot, operands, wanted)
        writer.lines += [f"if a{slot}:", *(f"    {line}" for line in body)] if body else []
    span = range(writer.first, writer.last)
    unpacked = "".join(f"{{}}{slot}, " for slot in span)
    source = [
        "def reverse(v, w):",
        *(f"    x{slot} = v[{slot}]" for slot in writer.read),
        *(f"    a{slot} = w[{slot}]" for slot in writer.reached),
        f"    {unpacked.replace('{}', 'x')}= v[{writer.first}:{writer.last}]",
        f"    {unpacked.replace('{}', 'a')}= w[{writer.first}:{writer.last}]",
        *(f"    {line}" for line in writer.lines),
        *(f"    w[{slot}] = a{slot}" for slot in writer.reached),
    ]

    def careful(v: list[float], w: list[float]) -> None:
        for slot, op, operands, wanted in chosen:
            if w[slot]:
                partials = op.local_at(v[slot], _numbers(tape, v, operands), wanted)
                for x, partial, need in zip(operands, partials, wanted):
                    if need and partial is not None and (partial or not op.selects):
                        w[x] += w[slot] * partial

    return Piece(compile_source("reverse", source, writer.scope), careful)


def _pull(
    writer: _Writer, op: Op, slot: int, operands: Sequence[int], wanted: Sequence[bool]
) -> list[str]:
    """Lines that spread one statement's adjoint."""
    numbers = [writer.number(x) for x in operands]
    targets = [writer.adjoint(x) if need else "" for x, need in zip(operands, wanted)]
    if op.traced:
        template, scope = _pull_lines(op, _key(writer.known(operands)), tuple(wanted))
        names = dict(zip(op.variables, numbers))
        names |= {f"d{x}": target for x, target in zip(op.variables, targets)}
        writer.scope.update(scope)
        text = template.substitute(names, x=f"x{slot}", g=f"a{slot}")
        return text.split("\n") if text else []
    if op.opaque:
        local = writer.bind(op.local_at)
        lines = [f"p = {local}(x{slot}, ({', '.join(numbers)},), {list(wanted)})"]
        for index, target in enumerate(targets):
            if target:
                lines.append(f"if p[{index}] is not None: {target} += a{slot} * p[{index}]")
        return lines
    symbols = [Expr("var", x) for x in numbers]
    exprs = op.one_an_operand(op.partials(XP, Expr("var", f"x{slot}"), *symbols), len(symbols))
    lines, scope = _additions(op, exprs, wanted, targets, f"a{slot}")
    writer.scope.update(scope)
    return lines
