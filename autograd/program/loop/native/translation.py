"""Functions of floats translated from Python to LLVM's language: the same operations in order.

The special functions of the table are plain Python: arithmetic, :mod:`math`, loops, and each other.
So they run natively without being written twice. What is neither is no function that this
translates: machine code then calls Python. Divisions by zero and the functions of math have their
IEEE results. Next: :mod:`autograd.program.loop.native.expressions`.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping
from typing import Any

from autograd.program.loop.native.expressions import Code
from autograd.program.loop.native.terms import Term, Untranslatable

__all__ = ["FunctionCode", "Translate", "translations"]

KINDS = {"float": "double", "int": "i64"}
UNROLLED = 32
"""Rounds of a loop over known numbers that are written out."""


def translations(
    functions: Mapping[str, Callable[..., float]], translate: Translate | None = None
) -> dict[str, str]:
    """Functions by their names in LLVM's language; those that cannot be translated are left out.

    What they call besides each other comes with them.

    >>> from autograd.ops.inverses import cbrt
    >>> sorted(translations({"cubic": cbrt, "length": len}))
    ['cubic']
    """
    translate = translate or _translated
    names: dict[Any, str] = {function: name for name, function in functions.items()}
    texts: dict[str, str] = {}
    for function in functions.values():
        found: dict[str, str] = {}
        pending: list[Any] = [function]
        try:
            while pending:
                inner = pending.pop()
                internal = inner not in functions.values()
                if internal or inner is function:
                    code, found[names[inner]] = translate(inner, names, internal)
                    pending += [x for x in code.calls if names[x] not in {**texts, **found}]
        except Untranslatable:
            continue
        texts |= found
    return texts


Translate = Callable[[Callable[..., float], dict[Any, str], bool], tuple[Code, str]]
"""What makes the text of one function, given all names, and whether it is internal."""


def _translated(
    function: Callable[..., float], symbols: dict[Callable[..., float], str], internal: bool
) -> tuple[Code, str]:
    code = FunctionCode(function, symbols)
    return code, code.whole(symbols[function], internal=internal)


class FunctionCode(Code):
    """One function in the making."""

    def __init__(
        self,
        function: Callable[..., float],
        symbols: dict[Callable[..., float], str],
        lanes: int = 1,
    ) -> None:
        super().__init__(getattr(function, "__globals__", {}), symbols, lanes)
        try:
            source = textwrap.dedent(inspect.getsource(function))
        except (OSError, TypeError) as error:
            raise Untranslatable(f"no source of {function!r}") from error
        (definition,) = ast.parse(source).body
        if not isinstance(definition, ast.FunctionDef):
            raise Untranslatable(f"{function!r} is no function of statements")
        self.definition = definition
        self.open = True
        """Whether the present place can be reached."""

    def whole(self, name: str, *, internal: bool) -> str:
        """The text of it."""
        parameters = self.parameters()
        self._block(self.definition.body)
        if self.open:
            raise Untranslatable(f"{name} does not return on every way")
        linkage = "internal " if internal else ""
        return self.body.function(f"{linkage}double @{name}({', '.join(parameters)})")

    def parameters(self) -> list[str]:
        """Its arguments, which are names from here on."""
        parameters = []
        for argument in self.definition.args.args:
            kind = KINDS.get(ast.unparse(argument.annotation or argument))
            if kind is None:
                raise Untranslatable(f"{argument.arg} is neither float nor int")
            self.names[argument.arg] = Term(kind, f"%{argument.arg}")
            parameters.append(f"{self.type(kind)} %{argument.arg}")
        return parameters

    def bind(self, name: str, term: Term) -> None:
        """Let a name be a number from here on."""
        self.names[name] = term

    def _block(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            if not self.open:
                return
            step = getattr(self, f"_{type(statement).__name__.lower()}", None)
            if step is None:
                raise Untranslatable(f"no {type(statement).__name__} in line {statement.lineno}")
            step(statement)

    def _expr(self, statement: ast.Expr) -> None:
        if not isinstance(statement.value, ast.Constant):
            raise Untranslatable("an expression without effect")

    def _assign(self, statement: ast.Assign) -> None:
        target, *others = statement.targets
        if others:
            raise Untranslatable("an assignment to several names at once")
        if isinstance(target, ast.Tuple) and isinstance(statement.value, ast.Tuple):
            found = [self.term(value) for value in statement.value.elts]
            pairs = [*zip(target.elts, found)]
        else:
            pairs = [(target, self.term(statement.value))]
        for place, term in pairs:
            if not isinstance(place, ast.Name):
                raise Untranslatable("an assignment to anything but names")
            self.bind(place.id, term)

    def _augassign(self, statement: ast.AugAssign) -> None:
        target = ast.Name(ast.unparse(statement.target), ast.Load())
        value = ast.BinOp(target, statement.op, statement.value)
        self.bind(target.id, self.term(value))

    def _return(self, statement: ast.Return) -> None:
        if statement.value is None:
            raise Untranslatable("a return of nothing")
        self.body.do(f"ret double {self.number(self.term(statement.value))}")
        self.open = False

    def _if(self, statement: ast.If) -> None:
        truth = self.truth(statement.test)
        yes, no, after = (self.body.label() for _ in range(3))
        self.body.do(f"br i1 {truth}, label %{yes}, label %{no}")
        before, ends = {**self.names}, []
        for label, block in ((yes, statement.body), (no, statement.orelse)):
            self.body.start(label)
            self.names, self.open = {**before}, True
            self._block(block)
            if self.open:
                ends.append((self.body.block, self.names))
                self.body.do(f"br label %{after}")
        self.open = bool(ends)
        if ends:
            self.body.start(after)
            self.names = self.joined(ends)

    def _while(self, statement: ast.While) -> None:
        self._loop(statement.body, lambda: self.truth(statement.test), lambda: None)

    def _for(self, statement: ast.For) -> None:
        name = ast.unparse(statement.target)
        known = self.known(statement.iter)
        if known is not None and len(known) <= UNROLLED:
            for item in known:
                self.names[name] = self.literal(item)
                self._block(statement.body)
            return
        start, stop, step = self._range(statement.iter)
        index = f"{name} in line {statement.lineno}"
        self.names[index] = start

        def goes_on() -> str:
            self.names[name] = self.names[index]
            order = "slt" if step > 0 else "sgt"
            place = self.text(self.names[index])
            return self.body.set(f"icmp {order} {self.type('i64')} {place}, {self.text(stop)}")

        def advance() -> None:
            by = self.text(self.literal(step))
            moved = self.body.set(f"add {self.type('i64')} {self.names[index].text}, {by}")
            self.bind(index, Term("i64", moved))

        self._loop(statement.body, goes_on, advance, [index])

    def _range(self, node: ast.expr) -> tuple[Term, Term, int]:
        if not (isinstance(node, ast.Call) and ast.unparse(node.func) == "range"):
            raise Untranslatable(f"a loop over {ast.unparse(node)}")
        bounds = [self.term(bound) for bound in node.args[:2]]
        if len(bounds) == 1:
            bounds.insert(0, self.literal(0))
        step = ast.literal_eval(node.args[2]) if len(node.args) > 2 else 1
        return bounds[0], bounds[1], step

    def _loop(
        self,
        block: list[ast.stmt],
        goes_on: Callable[[], str],
        advance: Callable[[], None],
        others: list[str] | None = None,
    ) -> None:
        """Names that the block assigns, and had before it, go round as they are at its end."""
        assigned = {
            node.id
            for statement in block
            for node in ast.walk(statement)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        carried = [name for name in (*sorted(assigned), *(others or [])) if name in self.names]
        head, again, after = (self.body.label() for _ in range(3))
        before, start = {**self.names}, self.body.block
        self.body.do(f"br label %{head}")
        self.body.start(head)
        place = len(self.body.lines)
        fresh = {name: Term(before[name].kind, self.body.name()) for name in carried}
        self.names |= fresh
        truth = self.some(goes_on())
        at_head = {**self.names}
        self.body.do(f"br i1 {truth}, label %{again}, label %{after}")
        self.body.start(again)
        self._block(block)
        if not self.open:
            raise Untranslatable("a return in a loop")
        advance()
        self.body.do(f"br label %{head}")
        self.body.lines[place:place] = [
            f"  {term.text} = phi {self.type(term.kind)} "
            f"[ {self.text(before[name])}, %{start} ], "
            f"[ {self.text(self.names[name])}, %{self.body.block} ]"
            for name, term in fresh.items()
        ]
        self.body.start(after)
        self.names = at_head

    def some(self, truth: str) -> str:
        """Whether a loop goes on."""
        return truth
