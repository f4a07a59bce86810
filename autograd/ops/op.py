"""The class of primitives, and what is derived from one declaration.

An :class:`Op` is declared by two rules in plain Python, ``forward(xp, *operands)`` and
``partials(xp, out, *operands)``. For a fixed number of operands they are traced once, when first
needed, and compiled to functions of floats; a primitive of any number of operands (``sum``) is
called as it is. The declarations are in :mod:`autograd.ops.basic`; the recording is in
:mod:`autograd.engine.value`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from autograd.errors import InputValueError
from autograd.ops.expr import XP, Expr, Operand, block, compile_source, evaluate
from autograd.ops.ieee import ARITHMETIC_ERRORS, FAST, IEEE
from autograd.reals import real, real_or_none

__all__ = ["OPS", "Namespace", "Op"]

OPS: dict[str, Op] = {}
"""Name -> primitive: everything the engine knows how to differentiate, in order of declaration."""

Rule = Callable[..., Any]


class Op:
    """A primitive: what it computes, its local derivatives, and how it is shown.

    ``partials`` returns one local derivative an operand: a number, an expression, or None where
    the operand has no influence to first order anywhere (a comparison's, ``where``'s condition).
    ``sample`` gives each operand's range for tests; ``edge`` says what happens at kinks and at the
    ends of the domain; ``exempt`` states a measured accuracy bound where the general one of 4 ulp
    cannot hold. With ``selects``, a local derivative of exactly zero means "not chosen": such an
    edge passes nothing on, whatever the adjoint. ``opaque`` marks a user's function of floats.
    ``shown`` is a second rule for people to read, given where ``partials`` is written for digits
    rather than for the eye: y·(1 - y) for the sigmoid. Nothing is ever computed with it.
    """

    def __init__(
        self,
        name: str,
        forward: Rule,
        partials: Rule,
        *,
        arity: int | None,
        symbol: str | None = None,
        latex: str | None = None,
        sample: tuple[tuple[float, float], ...] = (),
        smooth: bool = True,
        selects: bool = False,
        opaque: bool = False,
        edge: str = "",
        exempt: str = "",
        shown: Rule | None = None,
    ) -> None:
        self.name = name
        self.forward = forward
        self.partials = partials
        self.arity = arity
        self.symbol = symbol or name
        spelt = "".join(c if c.isalnum() else r"\_" if c == "_" else " " for c in name)
        self.latex = latex or rf"\operatorname{{{{{spelt}}}}}\left({{args}}\right)"
        self.sample = sample
        self.smooth = smooth
        self.selects = selects
        self.opaque = opaque
        self.edge = edge
        self.exempt = exempt
        self.shown = shown or partials

    def register(self) -> Op:
        """Enter this primitive in the table."""
        if self.name in OPS:
            raise InputValueError(f"a primitive named {self.name!r} is declared already")
        OPS[self.name] = self
        return self

    def __repr__(self) -> str:
        return f"<Op {self.name}>"

    def __str__(self) -> str:
        return self.name

    def __reduce__(self) -> str | tuple[Any, ...]:
        if OPS.get(self.name) is self:
            return _from_table, (self.name,)
        return Op._custom, (self.name, self.forward, self.partials, self.arity)

    def one_an_operand(self, partials: Any, count: int) -> tuple[Any, ...]:
        """What a rule returned, if it is as many local derivatives as there are operands."""
        if not isinstance(partials, (tuple, list)):
            given = type(partials).__name__
        elif len(partials) != count:
            given = f"{len(partials)} of them"
        else:
            return tuple(map(_plain, partials)) if self.opaque else tuple(partials)
        raise InputValueError(
            f"the partials of {self.name!r} must be a tuple of {count} local derivatives, one an "
            f"operand, but the rule returned {given}"
        )

    @classmethod
    def _custom(cls, name: str, forward: Rule, partials: Rule, arity: int | None) -> Op:
        """A user's own primitive: a function of floats and a rule that may or may not trace."""
        return cls(name, forward, partials, arity=arity, opaque=True)

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """Names of the operands in this primitive's expressions: a, b, c …"""
        return tuple("abcdefgh"[: self.arity]) if self.arity else ()

    @cached_property
    def value_expr(self) -> Operand:
        """The forward rule as an expression of ``variables``."""
        return self.forward(XP, *(Expr("var", name) for name in self.variables))

    @cached_property
    def partial_exprs(self) -> tuple[Operand | None, ...]:
        """The local derivatives as expressions of "out" and ``variables``; None where no edge."""
        symbols = (Expr("var", name) for name in ("out", *self.variables))
        return tuple(map(_plain, self.partials(XP, *symbols)))

    @cached_property
    def evaluate(self) -> Callable[..., float]:
        """The forward rule for floats, with IEEE results where :mod:`math` raises."""
        if self.opaque:
            return lambda *operands: real(self.forward(*operands), f"the value of {self.name!r}")
        if self.arity is None:
            return lambda *operands: _direct(self.forward, operands)
        return _compile("evaluate", self.variables, self.value_expr)

    @cached_property
    def partial_functions(self) -> tuple[Callable[..., float] | None, ...]:
        """For a fixed arity: each local derivative as a function of floats (out, a, b …)."""
        names = ("out", *self.variables)
        return tuple(
            None if expr is None else _compile("partial", names, expr)
            for expr in self.partial_exprs
        )

    @cached_property
    def traced(self) -> bool:
        """Whether the local derivatives exist as expressions; a user's rule may not allow it."""
        if self.arity is None:
            return False
        try:
            return len(self.partial_exprs) == self.arity
        except (TypeError, AttributeError, ValueError):
            if self.opaque:
                return False
            raise

    def written(self, out: Expr, *operands: Operand) -> tuple[Operand | None, ...]:
        """The local derivatives as they are written for people; floats stand for literals.

        >>> x = Expr("var", "x")
        >>> OPS["exp"].written(Expr("var", "y"), x)
        (Expr('y'),)
        """
        return self.one_an_operand(self.shown(XP, out, *operands), len(operands))

    def local(self, *operands: float) -> tuple[float | None, ...]:
        """All local derivatives at a point, None where there is no edge.

        >>> OPS["mul"].local(3.0, 4.0)
        (4.0, 3.0)
        """
        return self.local_at(self.evaluate(*operands), operands, [True] * len(operands))

    def local_at(
        self, out: float, operands: Sequence[float], wanted: Sequence[bool]
    ) -> tuple[float | None, ...]:
        """The same where the value is known already, and only some are wanted."""
        if not self.traced:
            return self.one_an_operand(_direct(self.partials, (out, *operands)), len(operands))
        return tuple(
            function(out, *operands) if function is not None and need else None
            for function, need in zip(self.partial_functions, wanted)
        )


def _plain(partial: Any) -> Any:
    """A local derivative with plain numbers of every kind made floats."""
    number = real_or_none(partial)
    return partial if number is None else number


def _from_table(name: str) -> Op:
    return OPS[name]


class Namespace:
    """An ``xp`` made of a mapping: its functions by attribute, other primitives by their rules."""

    def __init__(self, functions: Mapping[str, Callable[..., Any]]) -> None:
        self._functions = functions
        self.__dict__.update(functions)  # found without a call

    def __getattr__(self, name: str) -> Callable[..., Any]:
        try:
            return self._functions[name]  # a mapping may make functions when asked
        except KeyError:
            if name in OPS:
                return lambda *operands: OPS[name].forward(self, *operands)
        raise AttributeError(f"no elementary function is named {name!r}; there are {sorted(OPS)}")


class _Evaluators(dict[str, Callable[..., Any]]):
    """IEEE functions by name; a primitive that is not among them evaluates its own rule."""

    def __missing__(self, name: str) -> Callable[..., Any]:
        return OPS[name].evaluate


_CAREFUL = _Evaluators(IEEE)
_FAST_XP = Namespace({**IEEE, **FAST})


def _direct(rule: Rule, operands: tuple[float, ...]) -> Any:
    """Call a rule with floats; where that raises, trace it for so many operands and use IEEE."""
    try:
        return rule(_FAST_XP, *operands)
    except ARITHMETIC_ERRORS:
        names = [str(i) for i in range(len(operands))]
        result = rule(XP, *(Expr("var", name) for name in names))
        many = isinstance(result, (tuple, list))
        values = evaluate(result if many else [result], _CAREFUL, dict(zip(names, operands)))
        return values if many else values[0]


def _compile(name: str, parameters: tuple[str, ...], expr: Operand) -> Callable[..., float]:
    """A function of floats: the expression as Python source, and IEEE where that raises."""

    def careful(*operands: float) -> float:
        return float(evaluate([expr], _CAREFUL, dict(zip(parameters, operands)))[0])

    source = [
        f"def {name}({', '.join(parameters)}):",
        "    try:",
        *(f"        {line}" for line in block(expr, "return {}")),
        "    except errors:",
        f"        return careful({', '.join(parameters)})",
    ]
    scope = {**float_scope([expr]), "careful": careful, "errors": ARITHMETIC_ERRORS}
    function: Callable[..., float] = compile_source(name, source, scope)
    return function


def float_scope(exprs: list[Operand]) -> dict[str, Any]:
    """The global names that the Python source of these expressions needs."""
    scope: dict[str, Any] = {"inf": float("inf"), "nan": float("nan")}
    pending = [expr for expr in exprs if isinstance(expr, Expr)]
    while pending:
        expr = pending.pop()
        if expr.op in FAST:
            scope[expr.op] = FAST[expr.op]
        elif expr.op in OPS and expr.op not in IEEE:
            scope[expr.op] = OPS[expr.op].evaluate
        pending.extend(x for x in expr.operands if isinstance(x, Expr))
    return scope
