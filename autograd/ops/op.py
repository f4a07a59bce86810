"""The declaration of a primitive, and what is derived from it.

An :class:`Op` is declared by two rules in plain Python, ``forward(xp, *operands)`` and
``partials(xp, out, *operands)``, or by a function of floats in place of the first. For a fixed
number of operands they are traced once, when first needed, and compiled to functions of floats; a
primitive of any number of operands (``sum``) is called as it is. Next:
:mod:`autograd.ops.declaring`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from autograd.cached import cached_property
from autograd.errors import InputValueError, RuleError
from autograd.graph import topological_order
from autograd.importable import named_global
from autograd.ops.expr import XP, Expr, Operand, inner_exprs
from autograd.ops.floats import (
    FUNCTIONS,
    Rule,
    compile_floats,
    evaluate_directly,
    known_functions,
    unknown_function,
)
from autograd.ops.ieee import FloatFunction
from autograd.ops.rules import Number
from autograd.reals import real, real_or_none

if TYPE_CHECKING:
    pass

__all__ = ["OPS", "READ_AT", "Op"]

NO_NUMBERS = (str, bytes, complex, list, tuple, dict, set)
READ_AT = time.time()
"""When this process read the package's files: those that are newer say something else."""
OPS: dict[str, Op] = {}
"""Name -> primitive: everything the engine knows how to differentiate, in order of declaration."""


class Op:
    """A primitive: what it computes, its local derivatives, and how it is shown.

    ``partials`` returns one local derivative an operand: a number, an expression, or None where
    the operand has no influence to first order anywhere (a comparison's, ``where``'s condition).
    ``latex`` is a formula with the operands as ``{0}``, ``{1}`` or all as ``{args}``, or without
    them the function's name. ``sample`` gives each operand's range for tests; ``edge`` says what
    happens at kinks and at the ends of the domain; ``exempt`` states a measured accuracy bound
    where the general one of 4 ulp cannot hold. With ``selects``, a local derivative of exactly zero
    means "not chosen": such an edge passes nothing on, whatever the adjoint.
    ``tip(xp, out, *operands)`` is zero where the function has a tip, and its derivatives are a
    choice that is no slope of any of its pieces. ``shown`` is a second rule for people to read,
    given where ``partials`` is written for digits rather than for the eye: y·(1 - y) for the
    sigmoid. Nothing is ever computed with it.

    Of a primitive that is not composed of others ``function`` is its function of floats; it is
    ``opaque`` if it stands in no table but is a user's own. Every executor can call the function,
    number by number. What it has of its own, it is told here: ``ufunc`` in NumPy's (and JAX's)
    namespace, ``native`` in C's library, ``jax`` below jax, a ``javascript`` expression; or the
    ``equation`` whose solution it is, which executors may solve in ways of their own.
    """

    structural = False
    """Whether it is no function of numbers but a part of a scan, with sweeps of its own: ``pull``
    and ``push``, which the recorded sweeps call."""

    def tip_operands(self, node: Any) -> Sequence[Any]:
        """Of a scan, the operands of which a tip in one of its runs is computed."""
        return ()

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
        tip: Rule | None = None,
        edge: str = "",
        exempt: str = "",
        shown: Rule | None = None,
        function: FloatFunction | None = None,
        opaque: bool = False,
        ufunc: str = "",
        native: str = "",
        jax: str = "",
        javascript: str = "",
        equation: tuple[object, int] | None = None,
    ) -> None:
        self.name = name
        self.forward = forward
        self.partials = partials
        self.arity = arity
        self.symbol = symbol or name
        if latex is None:
            spelt = "".join(c if c.isalnum() else r"\_" if c == "_" else " " for c in name)
            latex = rf"\operatorname{{{{{spelt}}}}}"
        is_formula = "{0}" in latex or "{args}" in latex
        self.latex = latex if is_formula else rf"{latex}\left({{args}}\right)"
        self.sample = sample
        self.smooth = smooth
        self.selects = selects
        self.tip = tip
        self.edge = edge
        self.exempt = exempt
        self.shown = shown or partials
        self.function = function
        self.opaque = opaque
        self.ufunc = ufunc
        self.native = native
        self.jax = jax
        self.javascript = javascript
        self.equation: Any = equation

    def register(self) -> Op:
        """Enter this primitive in the table."""
        if self.name in OPS:
            raise InputValueError(f"a primitive named {self.name!r} is declared already")
        OPS[self.name] = self
        FUNCTIONS.declared[self.name] = lambda: self.evaluate
        return self

    def __repr__(self) -> str:
        return f"<Op {self.name}>"

    def __str__(self) -> str:
        return self.name

    def __reduce__(self) -> str | tuple[Any, ...]:
        if OPS.get(self.name) is self:
            return _from_table, (self.name,)
        home = getattr(self.forward, "__module__", None)
        if getattr(named_global(home, self.name), "op", None) is self:  # as its function, there
            return _from_module, (home, self.name)
        return Op._custom, (self.name, self.forward, self.partials, self.arity)

    def one_an_operand(
        self, partials: Number | Sequence[Number | None] | None, count: int
    ) -> tuple[Any, ...]:
        """What a rule returned, if it is as many local derivatives as there are operands."""
        if not isinstance(partials, (tuple, list)):
            given = type(partials).__name__
        elif len(partials) != count:
            given = f"{len(partials)} of them"
        else:
            return self._plain(partials) if self.opaque else tuple(partials)
        raise InputValueError(
            f"the partials of {self.name!r} must be a tuple of {count} local derivatives, one an "
            f"operand, but the rule returned {given}"
        )

    def _plain(self, partials: Iterable[Number | None]) -> tuple[Any, ...]:
        """Local derivatives with plain numbers of every kind made floats."""
        found = []
        for partial in partials:
            if isinstance(partial, NO_NUMBERS):
                partial = real(partial, f"a partial of {self.name!r}")  # which says what is wrong
            number = real_or_none(partial)
            found.append(partial if number is None else number)
        return tuple(found)

    @classmethod
    def _custom(cls, name: str, forward: Rule, partials: Rule, arity: int | None) -> Op:
        """A user's own primitive: a function of floats and a rule that may or may not trace."""
        return cls(name, forward, partials, arity=arity, function=forward, opaque=True)

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """Names of the operands in this primitive's expressions: a, b, c …"""
        return tuple("abcdefgh"[: self.arity]) if self.arity else ()

    @cached_property
    def value_expr(self) -> Operand:
        """The forward rule as an expression of ``variables``."""
        value: Operand = self.forward(XP, *(Expr("var", name) for name in self.variables))
        return value

    @cached_property
    def partial_exprs(self) -> tuple[Operand | None, ...]:
        """The local derivatives as expressions of "out" and ``variables``; None where no edge."""
        symbols = (Expr("var", name) for name in ("out", *self.variables))
        exprs = self._plain(self.partials(XP, *symbols))
        if self.opaque:  # symbols can be asked for any function
            given = [expr for expr in exprs if isinstance(expr, Expr)]
            asked = {expr.op for expr in topological_order(given, inner_exprs)}
            for name in sorted(asked - known_functions() - {"var"}):
                raise unknown_function(name)
        return exprs

    @cached_property
    def evaluate(self) -> Callable[..., float]:
        """The forward rule for floats, with IEEE results where :mod:`math` raises."""
        if self.opaque:
            return lambda *operands: real(self.forward(*operands), f"the value of {self.name!r}")
        if self.arity is None:
            return lambda *operands: evaluate_directly(self.forward, operands)
        return compile_floats("evaluate", self.variables, self.value_expr)

    @cached_property
    def partial_functions(self) -> tuple[Callable[..., float] | None, ...]:
        """For a fixed arity: each local derivative as a function of floats (out, a, b …)."""
        names = ("out", *self.variables)
        return tuple(
            None if expr is None else compile_floats("partial", names, expr)
            for expr in self.partial_exprs
        )

    @cached_property
    def traced(self) -> bool:
        """Whether the local derivatives exist as expressions; a user's rule may not allow it."""
        if self.arity is None:
            return False
        try:
            return len(self.partial_exprs) == self.arity
        except RuleError:
            raise
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
            partials = evaluate_directly(self.partials, (out, *operands))
            return self.one_an_operand(partials, len(operands))
        return tuple(
            function(out, *operands) if function is not None and need else None
            for function, need in zip(self.partial_functions, wanted)
        )


def _from_module(module: str, name: str) -> Op:
    """The primitive of a custom_op that stands in a module, as pickles refer to it."""
    found: Op = getattr(import_module(module), name).op
    return found


def _from_table(name: str) -> Op:
    return OPS[name]
