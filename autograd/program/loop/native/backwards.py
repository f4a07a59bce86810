"""Functions of the reverse pass for stretches of rows that repeat.

Where no row of a stretch is a loop, nothing is written before its end, and what one repetition
hands to the next stays in registers too. Whether a node's adjoint is zero is not asked there: what
it passes on is zero, or NaN by a slope that is infinite. A repetition in which an adjoint turns out
NaN is done again, row by row. Next: :mod:`autograd.program.loop.native.stretches`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from autograd.graph import topological_order
from autograd.ops.expr import Expr, Operand, inner_exprs
from autograd.program.loop.native.emit import Body
from autograd.program.loop.native.entries import passed
from autograd.program.loop.native.held import Held, Shared
from autograd.program.loop.native.pulls import CELLS, REVERSE, ZERO
from autograd.program.loop.native.rounds import Rounds
from autograd.program.loop.native.rows import Key, Rule, loops, reverse_codes, rules, spreads

__all__ = ["is_straight", "reverse_stretch"]

FINITE = {"var", "add", "sub", "mul", "neg"}
"""Slopes made of these are finite where nothing overflows."""


def is_straight(keys: Sequence[Key], wide: Mapping[int, range]) -> bool:
    """Whether no row of a stretch is a loop, which goes through memory."""
    return not any(key[0] in loops() and row not in wide for row, key in enumerate(keys))


def reverse_stretch(keys: Sequence[Key], shared: Shared, own: int) -> str:
    """The function ``repeated`` of a stretch of rows, of opcode ``own``."""
    body = Body()
    if is_straight(keys, shared.wide):
        return _round_by_round(body, keys, shared, own)
    body.base, body.places = body.cell(1), shared.places
    rows = Held(body, keys, shared)
    adjoint = rows.all()
    rows.store([*rows.held])
    _go_on(body, *_following(body, keys), adjoint)
    return body.function(f"void @repeated({REVERSE})")


def _round_by_round(body: Body, keys: Sequence[Key], shared: Shared, own: int) -> str:
    start = body.cells("%code.0", "1")
    rounds = Rounds(body, "void @repeated", REVERSE, {"code": "ptr", "g": "double"})
    body.base, body.places = body.cell(1), shared.places
    rows = _Straight(body, keys, shared, rounds, start)
    adjoint = rows.all()
    handed = {before: after for before, (after, _) in shared.handed.items()}
    first = shared.adjoints.get(1)
    if adjoint is not None:  # it comes by hand, and what else there is through memory
        handed = {before: after for before, after in handed.items() if after != first}
    rows.check(adjoint)
    rows.store([x for x in rows.held if x not in handed])
    following, opcode = _following(body, keys)
    numbers = {after: rows.held.get(before, ZERO) for before, after in handed.items()}
    if adjoint is None:
        adjoint = numbers.get(first) if first is not None else None
    going_on = adjoint or body.load("%w", body.cells(following, "1"))
    carried = {rows.carried[x]: numbers[x] for x in rows.carried}
    rounds.end(opcode, own, {"code": following, "g": going_on, **carried})
    rows.store([x for x in rows.held if x in handed])
    _go_on(body, following, opcode, adjoint)
    rows.do_again()
    return rounds.text()


def _following(body: Body, keys: Sequence[Key]) -> tuple[str, str]:
    """The row after a stretch, and its opcode."""
    following = body.set(f"getelementptr i32, ptr %code, i64 {len(keys) * CELLS}")
    return following, body.cells(following, "0")


def _go_on(body: Body, following: str, opcode: str, adjoint: str | None) -> None:
    """Jump to that row; its adjoint is in memory unless it is handed over."""
    adjoint = adjoint or body.load("%w", body.cells(following, "1"))
    body.jump(opcode, passed(following, adjoint))


class _Straight(Held):
    """Rows without a loop among them, in rounds: nothing is written before all are done."""

    def __init__(
        self, body: Body, keys: Sequence[Key], shared: Shared, rounds: Rounds, start: str
    ) -> None:
        super().__init__(body, keys, shared)
        self.rounds, self.start = rounds, start
        self.places = dict(shared.handed.values())
        self.carried: dict[int, str] = {}
        """Adjoints that come from the round before, and what they are called."""
        self.again = body.label()
        known = {**rules(), **spreads()}
        self.chooses = any(known[x].selects for key in keys for x in key[::2] if x in known)

    def brought(self, number: int, cell: int) -> str:
        """From the round before, if that hands it on."""
        place = self.places.get(number)
        if place is None:
            return super().brought(number, cell)
        index = str(place.number)
        if place.relative:
            index = self.rounds.before(f"add i64 {self.start}, {index}")
        self.carried[number] = f"adjoint{number}"
        return self.rounds.carry(self.carried[number], "%w", index)

    def end(self, row: int, named: Mapping[int, int]) -> None:
        """Nothing is written yet."""

    def unless_zero(self, number: str, step: Callable[[], str | None]) -> str | None:
        """What ``step`` gives: of zero that is zero, or NaN."""
        return None if number == ZERO else step()

    def passed(self, rule: Rule, partial: Operand, adjoint: str, product: str) -> str:
        """The product; if the partial may well be infinite, zero where the adjoint is zero, which
        saves doing it again: as it often is beside choices.
        """
        if rule.selects or not self.chooses or _is_finite(partial):
            return product
        truth = self.body.set(f"fcmp une double {adjoint}, 0.0")
        return self.body.select(truth, product, ZERO)

    def check(self, adjoint: str | None) -> None:
        """Leave if an adjoint that is handed on or written is NaN."""
        live = [self.held[x] for x in self.held if x not in self.shared.ended]
        live = [*dict.fromkeys([*live, *([adjoint] if adjoint is not None else [])])]
        for a, b in zip(live[::2], [*live[1::2], live[-1]] if live else []):
            fine, truth = self.body.label(), self.body.set(f"fcmp uno double {a}, {b}")
            self.body.do(f"br i1 {truth}, label %{self.again}, label %{fine}")
            self.body.start(fine)

    def do_again(self) -> None:
        """Where that leads: the adjoints as the round found them, and its rows one by one."""
        body = self.body
        body.start(self.again)
        numbers = {number: f"%{name}" for number, name in self.carried.items()}
        numbers |= dict.fromkeys(sorted(self.shared.begun & {*self.cells}), ZERO)
        for number, value in numbers.items():
            place = body.slot("%w", self.register(self.cells[number]))
            body.do(f"store double {value}, ptr {place}")
        body.jump(str(reverse_codes()[self.keys[0]]), passed("%code", "%g"))


def _is_finite(partial: Operand) -> bool:
    """Whether a slope is finite unless it overflows."""
    if not isinstance(partial, Expr):
        return True
    return all(part.op in FINITE for part in topological_order([partial], inner_exprs))
