"""JavaScript: the rules of primitives as functions of numbers, so that a page can compute.

A rule is fed symbols, as for every other executor, and the expressions that come back are printed.
An elementary function has the form that its declaration names, one of JavaScript's ``Math`` or of
``program.js``; what is Python here is translated. Next: :mod:`autograd.drawing.page.lowered`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from types import FunctionType

from autograd.drawing.page.literals import literal
from autograd.drawing.page.translation import translated
from autograd.errors import InputTypeError
from autograd.graph import consumers, topological_order
from autograd.ops.expr import INFIX, XP, Expr, Operand, inner_exprs
from autograd.ops.ieee import FAST
from autograd.ops.op import OPS, Op

__all__ = ["Script"]

LONGEST = 160  # characters before a part of a formula gets a line of its own


class Script:
    """The functions that one page needs, each written once; ``text`` is their source.

    >>> from autograd.ops.op import OPS
    >>> script = Script()
    >>> script.rule(OPS["mul"], 2)
    0
    >>> print(script.text)
    const RULES=[
    {name:"mul",selects:false,value:(a0,a1)=>{return (a0*a1);},partials:(out,a0,a1)=>\
{return [a1,a0];}},
    ];
    <BLANKLINE>
    """

    def __init__(self) -> None:
        self._functions: dict[str, str] = {}
        self._rules: dict[tuple[Op, int], int] = {}
        self._sources: list[str] = []

    @property
    def text(self) -> str:
        """Helper functions, then the table of rules in the order in which they were asked for."""
        helpers = "".join(f"{source}\n" for source in self._functions.values())
        return f"{helpers}const RULES=[\n{''.join(self._sources)}];\n"

    def rule(self, op: Op, count: int) -> int:
        """The number of a primitive's rule for so many operands.

        Raises:
            InputTypeError: It is a user's function of floats, which no page can run.
        """
        if (op, count) not in self._rules:
            if op.opaque:
                raise InputTypeError(f"{op.name!r} is a custom_op, a function that only Python has")
            names = [f"a{i}" for i in range(count)]
            symbols = [Expr("var", name) for name in names]
            value = self._body([op.forward(XP, *symbols)], "return {};")
            partials = op.one_an_operand(op.partials(XP, Expr("var", "out"), *symbols), count)
            slopes = self._body(partials, "return [{}];")
            listed = ",".join(names)
            self._sources.append(
                f'{{name:"{op.name}",selects:{str(op.selects).lower()},'
                f"value:({listed})=>{{{value}}},partials:(out,{listed})=>{{{slopes}}}}},\n"
            )
            self._rules[op, count] = len(self._rules)
        return self._rules[op, count]

    def function(self, name: str, parameters: Sequence[str], results: Sequence[Operand]) -> str:
        """Source of a function of numbers that returns a list of results, and of what it calls.

        >>> print(Script().function("twice", ["x"], [Expr("var", "x") * 2.0]))
        const twice=(x)=>{return [(x*2)];};
        """
        body = self._body(results, "return [{}];")
        helpers = "".join(f"{source}\n" for source in self._functions.values())
        return f"{helpers}const {name}=({','.join(parameters)})=>{{{body}}};"

    def _body(self, exprs: Sequence[Operand | None], deliver: str) -> str:
        """Statements that compute expressions, what is shared or long first, and deliver them."""
        roots = [x for x in exprs if isinstance(x, Expr)]
        order = topological_order(roots, inner_exprs)
        uses = consumers(order, inner_exprs) + Counter(roots)
        texts: dict[Expr, str] = {}
        lines: list[str] = []

        def text(x: Operand | None) -> str:
            return "null" if x is None else texts[x] if isinstance(x, Expr) else literal(float(x))

        for expr in order:
            written = self._written(expr, text)
            if expr.op != "var" and (uses[expr] > 1 or len(written) > LONGEST):
                lines.append(f"const t{len(lines)}={written};")
                written = f"t{len(lines) - 1}"
            texts[expr] = written
        return "".join(lines) + deliver.format(",".join(map(text, exprs)))

    def _written(self, expr: Expr, text: Callable[[Operand], str]) -> str:
        if expr.op == "var":
            return str(expr.operands[0])
        parts = [text(x) for x in expr.operands]
        if expr.op in INFIX:
            sign = {"eq": "===", "ne": "!=="}.get(expr.op, INFIX[expr.op])
            return f"({parts[0]}{sign}{parts[1]})"
        if expr.op == "neg":
            return f"(-{parts[0]})"
        if expr.op == "where":
            return f"({parts[0]}?{parts[1]}:{parts[2]})"
        return f"{self._function(expr.op, len(parts))}({','.join(parts)})"

    def _function(self, name: str, count: int) -> str:
        """What computes an elementary function, or another primitive by its rule."""
        if name in OPS and OPS[name].javascript:
            return OPS[name].javascript
        function = FAST.get(name)
        if isinstance(function, FunctionType):
            return translated(function, self._functions)
        if name not in OPS or name in FAST:
            raise InputTypeError(
                f"{name!r} has no form in JavaScript: name one in its declaration, javascript=…"
            )
        made = f"{name}_{count}"
        if made not in self._functions:
            self._functions[made] = ""
            names = [f"a{i}" for i in range(count)]
            value = OPS[name].forward(XP, *(Expr("var", one) for one in names))
            body = self._body([value], "return {};")
            self._functions[made] = f"function {made}({','.join(names)}){{{body}}}"
        return made
