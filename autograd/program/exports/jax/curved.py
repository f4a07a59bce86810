"""A primitive over JAX's arrays that JAX differentiates forward and back, by the op table.

So a sweep that is to be differentiated again computes its values and adjoints. At the primitive's
tip the local derivatives are a choice, and have no derivatives of their own: where a function turns
they are nan. Next: :mod:`autograd.program.exports.jax.swept_statements`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from autograd.cached import cached_property
from autograd.ops.expr import Expr, Operand, evaluate
from autograd.ops.op import Op
from autograd.program.exports.jax.primitives import Rule
from autograd.program.exports.jax.products import doubted, product
from autograd.program.exports.jax.slopes import differentiable
from autograd.program.exports.jax.vocabulary import called_back, functions, jax_module

if TYPE_CHECKING:
    from jax import Array
    from jax.custom_derivatives import SymbolicZero

__all__ = ["Curved"]


@dataclass(frozen=True, eq=False)
class Curved:
    """A primitive with its rule."""

    op: Op
    rule: Rule
    turns: bool
    """Whether what it reads may come to its tip and turn there."""
    alone: bool
    """Whether JAX, where it is to find the adjoints itself, may not push tangents through it."""

    def plain(self, operands: Sequence[Array]) -> Array:
        """The value, of which nobody needs a derivative."""
        rule = self.rule
        if rule.value is None:
            left = iter(operands)
            every = [f"x{i}" for i in range(len(rule.names) + len(rule.put_in))]
            given = [rule.put_in[x] if x in rule.put_in else next(left) for x in every]
            return called_back(self.op, *given)
        made = evaluate([rule.value], functions(), dict(zip(rule.names, operands)))[0]
        # A choice that its known operands make may leave a plain number.
        found: Array = jax_module().numpy.asarray(made)
        return found

    def value(self, operands: Sequence[Array], curved: bool) -> Array:
        """The value; ``curved`` if JAX is to differentiate it."""
        if not curved or self._linear:
            return self.plain(operands)
        if self.op.name == "mul":
            return product(*operands, adjoint=False, selects=False)
        if self.alone and self.rule.tip is not None:
            return self._both_ways(*jax_module().numpy.broadcast_arrays(*operands))
        return self._pushed(*operands)

    def pulled(
        self,
        g: Array,
        chosen: Sequence[Operand | None],
        out: Array,
        operands: Sequence[Array],
        curved: bool,
    ) -> list[Array]:
        """An adjoint × some of the local derivatives; ``curved`` if JAX is to differentiate it."""
        variables = self._variables(out, operands)
        if not curved:
            slopes = evaluate(chosen, functions(), variables)
            return [_times(g, slope, self.op.selects) for slope in slopes]
        parts = []
        for slope in self._slopes(chosen, variables):
            if isinstance(slope, float) and isfinite(slope):
                part = _times(g, slope, self.op.selects)
            else:
                part = product(g, slope, adjoint=True, selects=self.op.selects)
            tip = self.rule.tip
            parts.append(part if tip is None else doubted(part, g, self._at_tip(variables)))
        return parts

    def _slopes(
        self,
        chosen: Sequence[Operand | None],
        variables: Mapping[str, Array],
    ) -> list[Any]:
        """Some of the local derivatives, which JAX may differentiate."""
        found = differentiable(chosen, variables)
        if self.rule.tip is None or not self.turns:
            return found
        there, operands = self._at_tip(variables), [variables[x] for x in self.rule.names]
        origin = sum(operands[1:], operands[0])
        if self.rule.rows:
            origin = origin.sum(-1, keepdims=True)
        return [
            s if s is None or isinstance(s, float) else doubted(s, origin, there) for s in found
        ]

    @cached_property
    def _linear(self) -> bool:
        """Whether it is plain arithmetic, whose derivatives are numbers: JAX has the same."""
        value, partials = self.rule.value, self.rule.partials
        plain = isinstance(value, Expr) and value.op in ("var", "add", "sub", "neg", "mul", "div")
        return plain and all(isinstance(x, float) and isfinite(x) for x in partials)

    def _variables(self, out: Array, operands: Sequence[Array]) -> dict[str, Array]:
        return {"out": out, **dict(zip(self.rule.names, operands))}

    def _at_tip(self, variables: Mapping[str, Array]) -> Array:
        made: Array = evaluate([self.rule.tip], functions(), variables)[0] == 0.0
        return made

    @cached_property
    def _both_ways(self) -> Callable[..., Array]:
        """With a way back of its own: what comes back to a tip is in doubt."""
        jax = jax_module()
        function: Any = jax.custom_vjp(lambda *operands: self._pushed(*operands))

        def remember(*operands: Array) -> tuple[Array, tuple[Array, Sequence[Array]]]:
            out = self._pushed(*operands)
            return out, (out, operands)

        def pull(kept: tuple[Array, Sequence[Array]], g: Array) -> tuple[Array, ...]:
            out, operands = kept
            slopes = [0.0 if x is None else x for x in self.rule.partials]
            parts = self.pulled(g, slopes, out, operands, True)
            return tuple(
                [jax.numpy.broadcast_to(part, x.shape) for part, x in zip(parts, operands)]
            )

        function.defvjp(remember, pull)
        made: Callable[..., Array] = function
        return made

    @cached_property
    def _pushed(self) -> Callable[..., Array]:
        jax = jax_module()
        jnp, still = jax.numpy, jax.custom_derivatives.SymbolicZero
        pushed: Any = jax.custom_jvp(lambda *operands: self.plain(operands))

        def push(
            operands: Sequence[Array], moves: Sequence[Array | SymbolicZero]
        ) -> tuple[Array, Array]:
            out = pushed(*operands)
            chosen = [
                None if isinstance(move, still) else slope
                for move, slope in zip(moves, self.rule.partials)
            ]
            total = None
            slopes = self._slopes(chosen, self._variables(out, operands))
            pairs: Any = zip(moves, slopes)
            for move, slope in pairs:
                if slope is None or (isinstance(slope, float) and slope == 0.0):
                    continue
                part = product(move, slope, adjoint=False, selects=self.op.selects)
                if self.rule.rows:
                    part = part.sum(-1, keepdims=True)
                if part.shape != out.shape:
                    part = jnp.broadcast_to(part, out.shape)
                total = part if total is None else total + part
            return out, jnp.zeros_like(out) if total is None else total

        pushed.defjvp(push, symbolic_zeros=True)
        made: Callable[..., Array] = pushed
        return made


def _times(g: Array, slope: Array | float, selects: bool) -> Array:
    """An adjoint × a local derivative, but 0 where the adjoint is, or a choice's derivative."""
    lax = jax_module().lax
    if isinstance(slope, float) and isfinite(slope):
        return g if slope == 1.0 else -g if slope == -1.0 else g * slope
    jnp = jax_module().numpy
    factor = jnp.broadcast_to(jnp.asarray(slope, g.dtype), g.shape)
    zero = lax.full_like(g, 0.0)
    silent = lax.eq(g, zero)
    if selects:
        silent = lax.bitwise_or(silent, lax.eq(factor, zero))
    made: Array = lax.select(silent, zero, lax.mul(g, factor))
    return made
