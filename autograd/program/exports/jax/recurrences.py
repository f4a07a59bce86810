"""A loop in JAX of which only the recurrence is run step by step.

What a run computes of its items alone is computed before the loop, and what no later run reads
after it, both for all runs at once: XLA makes vectors of them, and each statement less in a loop is
a call less in every run. Next: :mod:`autograd.program.exports.jax.swept_loops`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from autograd.program.exports.jax.vocabulary import jax_module

if TYPE_CHECKING:
    from jax import Array
    from jax.extend.core import Jaxpr, JaxprEqn, Literal, Var

    Atom = Var | Literal
    Numbers = dict[Var, Array]

__all__ = ["looped", "recurrence"]

Step = Callable[
    [list["Array"], list["Array"]], tuple[list["Array"], list["Array"], list["Array | None"]]
]

FIXED, OF_ITEMS, OF_CARRY = range(3)
"""What a number in a run depends on, at most."""

DEAR = {
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "cos", "cosh", "digamma",
    "erf", "erf_inv", "erfc", "exp", "exp2", "expm1", "igamma", "lgamma", "log", "log1p",
    "logistic", "polygamma", "pow", "sin", "sinh", "tan", "tanh",
}  # fmt: skip
"""Primitives of JAX that cost more to compute again than to keep."""


def recurrence(
    step: Step,
    carry: Sequence[Array],
    items: Sequence[Array],
    sums: Sequence[Array],
    length: int,
    *,
    reverse: bool,
) -> tuple[list[Array], list[Array], list[Array]]:
    """What a step from carry and item to the next carry, a row and terms gives: the last carry and
    all rows, as ``lax.scan``, and sums with all terms added to them.
    """
    jax = jax_module()
    like = jax.ShapeDtypeStruct
    traced, (_, made, terms) = jax.make_jaxpr(step, return_shape=True)(
        [like(x.shape, x.dtype) for x in carry], [like(x.shape[1:], x.dtype) for x in items]
    )
    parts = _Parts(traced.jaxpr, len(carry))
    known: Numbers = dict(zip(traced.jaxpr.constvars, traced.consts))
    known |= {v: x for v, x, same in zip(parts.carry, carry, parts.same) if same}
    _run(parts.equations[FIXED], known)
    rows: Numbers = dict(zip(parts.items, items))

    def over_all(equations: Sequence[JaxprEqn], given: Sequence[Var], found: Sequence[Atom]) -> Any:
        """What equations find in every run."""

        def of_one(numbers: list[Array]) -> list[Array]:
            own = known | dict(zip(given, numbers))
            _run(equations, own)
            return [_read(own, v) for v in found]

        return jax.vmap(of_one, axis_size=length)([rows[v] for v in given])

    if parts.ahead:
        rows |= zip(parts.ahead, over_all(parts.equations[OF_ITEMS], parts.items, parts.ahead))

    def once(before: list[Array], read: list[Array]) -> tuple[list[Array], list[Array]]:
        own = known | dict(zip([*parts.moving, *parts.read], [*before, *read]))
        _run(parts.core, own)
        return [_read(own, v) for v in parts.new], [own[v] for v in parts.kept]

    last: list[Array] = []
    if parts.moving:
        begin = [x for x, same in zip(carry, parts.same) if not same]
        read = [rows[v] for v in parts.read]
        last, kept = jax.lax.scan(once, begin, read, length=length, reverse=reverse)
        rows |= zip(parts.kept, kept)
        for before, after, end in zip(parts.moving, parts.new, last):
            if after in parts.shifted:
                inner = rows[before][:-1] if reverse else rows[before][1:]
                both = [end[None], inner] if reverse else [inner, end[None]]
                rows[after] = jax.lax.concatenate(both, 0)
    ends, found = iter(last), over_all(parts.after, parts.given, parts.rows)
    added = iter(found[len(made) :])
    return (
        [x if same else next(ends) for x, same in zip(carry, parts.same)],
        found[: len(made)],
        [x if term is None else x + next(added).sum(0) for x, term in zip(sums, terms)],
    )


def looped(
    step: Step,
    carry: Sequence[Array],
    items: Sequence[Array],
    sums: Sequence[Array],
    length: int,
    *,
    reverse: bool,
) -> tuple[list[Array], list[Array], list[Array]]:
    """The same, with everything in the loop."""

    def once(state: tuple[list[Array], list[Array]], read: list[Array]) -> Any:
        before, known = state
        new, rows, terms = step(before, read)
        return (new, [x if term is None else x + term for x, term in zip(known, terms)]), rows

    begin = [*carry], [*sums]
    scan = jax_module().lax.scan
    (last, found), rows = scan(once, begin, [*items], length=length, reverse=reverse)
    return last, rows, found


def _read(known: Numbers, v: Atom) -> Any:
    return v.val if hasattr(v, "val") else known[v]


def _variables(atoms: Iterable[Atom]) -> list[Var]:
    """Those that are no literals."""
    return [v for v in atoms if not hasattr(v, "val")]


def _run(equations: Iterable[JaxprEqn], known: Numbers) -> None:
    for equation in equations:
        primitive: Any = equation.primitive
        bound = primitive.get_bind_params(equation.params)
        functions, options = bound if isinstance(bound, tuple) else ((), bound)  # by JAX's version
        found = primitive.bind(*functions, *[_read(known, v) for v in equation.invars], **options)
        known.update(zip(equation.outvars, found if primitive.multiple_results else [found]))


class _Parts:
    """The equations of a traced step, by when they are computed."""

    def __init__(self, traced: Jaxpr, many: int) -> None:
        self.carry, self.items = traced.invars[:many], traced.invars[many:]
        new, self.rows = traced.outvars[:many], traced.outvars[many:]
        self.same = [x is y for x, y in zip(self.carry, new)]
        self.moving = [x for x, same in zip(self.carry, self.same) if not same]
        self.new = [x for x, same in zip(new, self.same) if not same]
        depends = dict.fromkeys(traced.constvars, FIXED) | dict.fromkeys(self.items, OF_ITEMS)
        depends |= {v: FIXED if same else OF_CARRY for v, same in zip(self.carry, self.same)}
        self.equations: list[list[JaxprEqn]] = [[], [], []]
        for equation in traced.eqns:
            most = max([depends[v] for v in _variables(equation.invars)], default=FIXED)
            depends.update(dict.fromkeys(equation.outvars, most))
            self.equations[most].append(equation)

        def some(vs: Iterable[Atom], when: int) -> list[Var]:
            return [v for v in dict.fromkeys(_variables(vs)) if depends[v] == when]

        self.core, read = _needed(self.equations[OF_CARRY], self.new, ())
        # The carry after a run is that before the next; what is dear is kept.
        dear = [v for x in self.core if x.primitive.name in DEAR for v in x.outvars]
        ends = _variables(self.new)
        known = {*dear, *some(ends, OF_CARRY)}
        self.after, given = _needed(self.equations[OF_CARRY], self.rows, known)
        reached = some(given, OF_CARRY)
        self.shifted = {v for v in ends if v in reached and v not in self.moving}
        before = [b for b, v in zip(self.moving, self.new) if b in reached or v in self.shifted]
        self.kept = [*before, *[v for v in dear if v in reached and v not in self.shifted]]
        self.read = some(read, OF_ITEMS)
        self.given = some(given, OF_ITEMS) + reached
        wanted = [v for v in dict.fromkeys([*self.read, *self.given]) if depends[v] == OF_ITEMS]
        self.equations[OF_ITEMS], _ = _needed(self.equations[OF_ITEMS], wanted, ())
        self.ahead = [v for v in wanted if v not in self.items]


def _needed(
    equations: Sequence[JaxprEqn], results: Iterable[Atom], known: Iterable[Var]
) -> tuple[list[JaxprEqn], list[Var]]:
    """Those of the equations that lead to some results from what is known; all that is read."""
    found: list[JaxprEqn] = []
    stop = {*known}
    read = dict.fromkeys(_variables(results))
    for equation in reversed(equations):
        if any(v in read and v not in stop for v in equation.outvars):
            found.append(equation)
            read |= dict.fromkeys(_variables(equation.invars))
    made = {v for x in found for v in x.outvars}
    return found[::-1], [v for v in read if v not in made or v in stop]
