"""Functions of floats translated from Python, over eight numbers at once.

All lanes go through a function together. A mask says which of them are at the present place: what a
place assigns or returns holds for those, and a place where no lane is, is passed over. Next:
:mod:`autograd.program.loop.lanes.vectors`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from autograd.program.loop.native.terms import Term, Untranslatable
from autograd.program.loop.native.translation import FunctionCode, translations

__all__ = ["lane_translations"]

LIVE, RESULT = "which lanes are here", "what the others have returned"


def lane_translations(functions: Mapping[str, Callable[..., float]], lanes: int) -> dict[str, str]:
    """Functions by their names over lanes, as :func:`translations` has them for one number.

    Each has one more argument, the mask of the lanes that it is for.
    """

    def translate(
        function: Callable[..., float], symbols: dict[Callable[..., float], str], internal: bool
    ) -> tuple[_LaneCode, str]:
        code = _LaneCode(function, symbols, lanes)
        return code, code.whole(symbols[function], internal=True)

    return translations(functions, translate)


class _LaneCode(FunctionCode):
    """One function in the making, over lanes."""

    def whole(self, name: str, *, internal: bool) -> str:
        """The text of it."""
        parameters = [*self.parameters(), f"{self.type('i1')} %live"]
        self.names[LIVE] = Term("i1", "%live")
        self.names[RESULT] = self.literal(0.0)
        self._block(self.definition.body)
        number = self.type("double")
        self.body.do(f"ret {number} {self.names[RESULT].text}")
        return self.body.function(f"internal {number} @{name}({', '.join(parameters)})")

    def _block(self, statements: list[ast.stmt]) -> None:
        for index, statement in enumerate(statements, 1):
            super()._block([statement])
            if _returns(statement) and statements[index:]:  # for those that are left
                live = self._side(self.names[LIVE].text, statements[index:])
                self.names[LIVE] = Term("i1", live)
                return

    def passed(self) -> list[str]:
        """The mask."""
        return [f"{self.type('i1')} {self.names[LIVE].text}"]

    def bind(self, name: str, term: Term) -> None:
        """Let a name be a number where lanes are here; elsewhere it stays what it was."""
        old = self.names.get(name)
        if old is not None:
            kind = "i64" if old.kind == term.kind == "i64" else "double"
            new, before = [self.text(x) if kind == "i64" else self.number(x) for x in (term, old)]
            term = Term(kind, self.selected(self.names[LIVE].text, kind, new, before))
        self.names[name] = term

    def some(self, truth: str) -> str:
        """Whether any lane goes on; those that do are here now."""
        live = self._both(self.names[LIVE].text, truth)
        self.names[LIVE] = Term("i1", live)
        return self._any(live)

    def _both(self, a: str, b: str, how: str = "and") -> str:
        return self.body.set(f"{how} {self.type('i1')} {a}, {b}")

    def _any(self, mask: str) -> str:
        bits = self.body.set(f"bitcast {self.type('i1')} {mask} to i{self.lanes}")
        return self.body.set(f"icmp ne i{self.lanes} {bits}, 0")

    def _return(self, statement: ast.Return) -> None:
        assert statement.value is not None
        number = self.number(self.term(statement.value))
        self.bind(RESULT, Term("double", number))
        self.names[LIVE] = Term("i1", self.everywhere("i1", "false"))

    def _if(self, statement: ast.If) -> None:
        truth, live = self.truth(statement.test), self.names[LIVE].text
        sides = ((truth, statement.body), (self.denied(truth).text, statement.orelse))
        left = []
        for side, block in sides:
            mask = self._both(live, side)
            left.append(self._side(mask, block) if block else mask)
        self.names[LIVE] = Term("i1", self._both(left[0], left[1], "or"))

    def _side(self, mask: str, block: list[ast.stmt]) -> str:
        """One side of a choice, by the lanes that take it; which of them are here after it."""
        yes, after = self.body.label(), self.body.label()
        self.names[LIVE] = Term("i1", mask)
        before, start = {**self.names}, self.body.block
        self.body.do(f"br i1 {self._any(mask)}, label %{yes}, label %{after}")
        self.body.start(yes)
        self._block(block)
        for name, term in self.names.items():  # where nothing was, nothing is read
            zero = Term("i64", "0") if term.kind == "i64" else self.literal(0.0)
            before.setdefault(name, zero)
        for name, old in before.items():
            new = self.names[name]
            if old.kind != new.kind:  # a whole number there, a float here
                raise Untranslatable(f"{name} is no number of one kind")
        ends = [(self.body.block, self.names), (start, before)]
        self.body.do(f"br label %{after}")
        self.body.start(after)
        self.names = self.joined(ends)
        return self.names[LIVE].text

    def _loop(self, *arguments: Any) -> None:
        if any(
            isinstance(x, ast.Return) for statement in arguments[0] for x in ast.walk(statement)
        ):
            raise Untranslatable("a return in a loop")
        live = self.names[LIVE]
        super()._loop(*arguments)
        self.names[LIVE] = live

    def _ifexp(self, node: ast.IfExp) -> Term:
        """Both sides, each by the lanes that take it."""
        truth, live = self.truth(node.test), self.names[LIVE]
        found = []
        for side, inner in ((truth, node.body), (self.denied(truth).text, node.orelse)):
            self.names[LIVE] = Term("i1", self._both(live.text, side))
            found.append(self.term(inner))
        self.names[LIVE] = live
        kind = "i64" if all(term.kind == "i64" for term in found) else "double"
        yes, no = [self.text(x) if kind == "i64" else self.number(x) for x in found]
        return Term(kind, self.selected(truth, kind, yes, no))


def _returns(statement: ast.stmt) -> bool:
    return any(isinstance(x, ast.Return) for x in ast.walk(statement))
