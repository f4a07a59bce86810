"""Python's expressions over floats and whole numbers in LLVM's language, for one or eight at once.

Next: :mod:`autograd.program.loop.native.translation`, whose statements hold them.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

from autograd.program.loop.native.emit import Body
from autograd.program.loop.native.forms import function_symbol
from autograd.program.loop.native.symbols import ARITHMETIC, COMPARISONS
from autograd.program.loop.native.terms import (
    INTRINSICS,
    LIBRARY,
    OPERATORS,
    ORDERS,
    WHOLE,
    Term,
    Untranslatable,
    is_known,
)

__all__ = ["Code"]


class Code:
    """Expressions of one function; ``names`` are its variables' present numbers.

    ``symbols`` are what the functions that it may call go by; new ones are added.
    """

    def __init__(
        self, scope: dict[str, Any], symbols: dict[Callable[..., float], str], lanes: int = 1
    ) -> None:
        self.scope, self.symbols, self.lanes = scope, symbols, lanes
        self.calls: list[Any] = []
        """Functions of Python's that it calls."""
        self.body = Body()
        self.names: dict[str, Term] = {}

    def literal(self, number: float) -> Term:
        """A number of the source."""
        if isinstance(number, int):
            return Term("i64", str(int(number)))
        if isinstance(number, float):
            return Term("double", self.everywhere("double", self.body.literal(number)))
        raise Untranslatable(f"{number!r} is no number")

    def everywhere(self, kind: str, text: str) -> str:
        """A constant, in every lane."""
        return text if self.lanes == 1 else f"<{', '.join([f'{kind} {text}'] * self.lanes)}>"

    def type(self, kind: str) -> str:
        """What LLVM calls numbers of this kind."""
        return kind if self.lanes == 1 else f"<{self.lanes} x {kind}>"

    def text(self, term: Term) -> str:
        """A term as an operand."""
        return self.everywhere("i64", term.text) if is_known(term) else term.text

    def number(self, term: Term) -> str:
        """A term as a float."""
        if term.kind == "double":
            return term.text
        if is_known(term):
            return self.literal(float(int(term.text))).text
        how = "sitofp" if term.kind == "i64" else "uitofp"
        return self.body.set(f"{how} {self.type(term.kind)} {term.text} to {self.type('double')}")

    def known(self, node: ast.expr) -> Sequence[float] | None:
        """The numbers of a loop, if they are known now: a global tuple, a range of literals."""
        if isinstance(node, ast.Name) and isinstance(self.scope.get(node.id), tuple):
            return self.scope[node.id]  # type: ignore[no-any-return]
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "range":
            try:
                return range(*map(ast.literal_eval, node.args))
            except ValueError:
                return None
        return None

    def joined(self, ends: Sequence[tuple[str, dict[str, Term]]]) -> dict[str, Term]:
        """The names that several ways have, as they come together here."""
        common = {}
        for name, term in ends[0][1].items():
            terms = [names.get(name) for _, names in ends]
            if any(other is None or other.kind != term.kind for other in terms):
                continue
            if all(other == term for other in terms):
                common[name] = term
                continue
            ways = ", ".join(f"[ {self.text(names[name])}, %{block} ]" for block, names in ends)
            common[name] = Term(term.kind, self.body.set(f"phi {self.type(term.kind)} {ways}"))
        return common

    def truth(self, node: ast.expr) -> str:
        """A condition."""
        term = self.term(node)
        if term.kind != "i1":
            raise Untranslatable(f"{ast.unparse(node)} is no comparison")
        return term.text

    def term(self, node: ast.expr) -> Term:
        """The number that an expression is."""
        step = getattr(self, f"_{type(node).__name__.lower()}", None)
        if step is None:
            raise Untranslatable(f"{ast.unparse(node)} is no arithmetic")
        term: Term = step(node)
        return term

    def _constant(self, node: ast.Constant) -> Term:
        return self.literal(node.value)  # type: ignore[arg-type]

    def _name(self, node: ast.Name) -> Term:
        if node.id in self.names:
            return self.names[node.id]
        if node.id in self.scope:
            return self.literal(self.scope[node.id])
        raise Untranslatable(f"{node.id} is not known on every way")

    def _attribute(self, node: ast.Attribute) -> Term:
        if ast.unparse(node.value) != "math":
            raise Untranslatable(ast.unparse(node))
        return self.literal(getattr(math, node.attr))

    def _subscript(self, node: ast.Subscript) -> Term:
        index = self.term(node.slice).text
        if isinstance(node.value, ast.Name) and index.isdigit():
            return self.literal(self.scope[node.value.id][int(index)])
        raise Untranslatable(f"{ast.unparse(node)} is at no known place")

    def _unaryop(self, node: ast.UnaryOp) -> Term:
        if isinstance(node.op, ast.Not):
            return self.denied(self.truth(node.operand))
        if not isinstance(node.op, ast.USub):
            raise Untranslatable(ast.unparse(node))
        term = self.term(node.operand)
        if term.kind == "i64":
            return self._operation("sub", Term("i64", "0"), term)
        return Term("double", self.body.set(f"fneg {self.type('double')} {self.number(term)}"))

    def denied(self, truth: str) -> Term:
        """Where a condition does not hold."""
        true = self.everywhere("i1", "true")
        return Term("i1", self.body.set(f"xor {self.type('i1')} {truth}, {true}"))

    def _binop(self, node: ast.BinOp) -> Term:
        name = OPERATORS.get(type(node.op))
        if name is None:
            raise Untranslatable(ast.unparse(node))
        return self._operation(name, self.term(node.left), self.term(node.right))

    def _operation(self, name: str, a: Term, b: Term) -> Term:
        if a.kind == b.kind == "i64" and name != "div":
            if is_known(a) and is_known(b):  # places in tables are
                x, y = int(a.text), int(b.text)
                known = {"add": x + y, "sub": x - y, "mul": x * y, "mod": x % y if y else 0}
                return Term("i64", str(known[name]))
            kind, first, second = self.type("i64"), self.text(a), self.text(b)
            found = self.body.set(f"{WHOLE[name]} {kind} {first}, {second}")
            if name == "mod":  # Python's has the sign of the divisor
                found = self.body.set(f"add {kind} {found}, {second}")
                found = self.body.set(f"srem {kind} {found}, {second}")
            return Term("i64", found)
        if name == "mod":
            raise Untranslatable("a remainder of floats")
        return self._set("double", ARITHMETIC[name], self.number(a), self.number(b))

    def _set(self, kind: str, how: str, a: str, b: str) -> Term:
        return Term(kind, self.body.set(f"{how} {self.type('double')} {a}, {b}"))

    def _compare(self, node: ast.Compare) -> Term:
        terms = [self.term(x) for x in (node.left, *node.comparators)]
        truths = [
            self._set("i1", f"fcmp {COMPARISONS[ORDERS[type(op)]]}", self.number(a), self.number(b))
            for op, a, b in zip(node.ops, terms, terms[1:])
        ]
        return self._all(truths, "and")

    def _all(self, truths: Sequence[Term], how: str) -> Term:
        first, *others = truths
        for other in others:
            first = Term("i1", self.body.set(f"{how} {self.type('i1')} {first.text}, {other.text}"))
        return first

    def _boolop(self, node: ast.BoolOp) -> Term:
        """All of it is computed: conditions have no effects."""
        truths = [Term("i1", self.truth(value)) for value in node.values]
        return self._all(truths, "and" if isinstance(node.op, ast.And) else "or")

    def _ifexp(self, node: ast.IfExp) -> Term:
        truth = self.truth(node.test)
        yes, no, after = (self.body.label() for _ in range(3))
        self.body.do(f"br i1 {truth}, label %{yes}, label %{no}")
        found = []
        for label, side in ((yes, node.body), (no, node.orelse)):
            self.body.start(label)
            term = self.term(side)
            found.append((term.kind, term.text, self.number(term), self.body.block))
            self.body.do(f"br label %{after}")
        self.body.start(after)
        whole = all(kind == "i64" for kind, *_ in found)
        kind = "i64" if whole else "double"
        ways = ", ".join(
            f"[ {text if whole else number}, %{block} ]" for _, text, number, block in found
        )
        return Term(kind, self.body.set(f"phi {kind} {ways}"))

    def _call(self, node: ast.Call) -> Term:
        name = ast.unparse(node.func)
        terms = [self.term(x) for x in node.args]
        if name in ("min", "max"):
            return self._chosen("lt" if name == "min" else "gt", terms)
        if name == "int":
            number = f"{self.type('double')} {self.number(terms[0])}"
            return Term("i64", self.body.set(f"fptosi {number} to {self.type('i64')}"))
        name = "math.fabs" if name == "abs" else name
        if name == "math.isinf":
            size = self._called(self._intrinsic("fabs"), terms)
            return self._set("i1", "fcmp oeq", size.text, self.literal(math.inf).text)
        plain = name.removeprefix("math.")
        if plain != name and plain in INTRINSICS:
            return self._called(self._intrinsic(plain), terms)
        if plain != name and plain in LIBRARY:
            return self._called(function_symbol(plain, self.lanes), terms)
        return self._own(name, terms)

    def _intrinsic(self, name: str) -> str:
        return f"llvm.{name}.{'f64' if self.lanes == 1 else f'v{self.lanes}f64'}"

    def _own(self, name: str, terms: list[Term]) -> Term:
        """A call of another function of the module."""
        function = self.scope.get(name)
        if not isinstance(function, FunctionType):
            raise Untranslatable(f"{name} is no function of Python's")
        parameters = function.__code__.co_varnames[: function.__code__.co_argcount]
        missing = len(parameters) - len(terms)
        terms += [self.literal(x) for x in (function.__defaults__ or ())[-missing:] if missing]
        kinds = [function.__annotations__.get(x) for x in parameters]
        typed = [
            f"{self.type('double')} {self.number(term)}"
            if kind == "float"
            else f"{self.type(term.kind)} {self.text(term)}"
            for kind, term in zip(kinds, terms)
        ]
        symbol = self.symbols.setdefault(function, f"python.{function.__module__}.{name}")
        self.calls.append(function)
        typed += self.passed()
        call = f"call {self.type('double')} @{symbol}({', '.join(typed)})"
        return Term("double", self.body.set(call))

    def passed(self) -> list[str]:
        """What calls of functions of the module hand on, beside their arguments."""
        return []

    def _called(self, symbol: str, terms: Sequence[Term]) -> Term:
        typed = ", ".join(f"{self.type('double')} {self.number(term)}" for term in terms)
        return Term("double", self.body.set(f"call {self.type('double')} @{symbol}({typed})"))

    def _chosen(self, order: str, terms: Sequence[Term]) -> Term:
        """Python's min or max: the first, unless the second is beyond it."""
        first, second = terms
        kind = "i64" if first.kind == second.kind == "i64" else "double"
        a, b = map(self.text if kind == "i64" else self.number, terms)
        how = f"icmp s{order}" if kind == "i64" else f"fcmp {COMPARISONS[order]}"
        truth = self.body.set(f"{how} {self.type(kind)} {b}, {a}")
        return Term(kind, self.selected(truth, kind, b, a))

    def selected(self, truth: str, kind: str, yes: str, no: str) -> str:
        """The one number where a condition holds, elsewhere the other."""
        return self.body.set(
            f"select {self.type('i1')} {truth}, {self.type(kind)} {yes}, {self.type(kind)} {no}"
        )
