"""A program in JAX with a first derivative of its own: one sweep forward and one back.

JAX asks for it once. What it differentiates further is :mod:`autograd.program.exports.jax.stages`,
which minds tips, branches and zeros that vary in all orders. Next:
:mod:`autograd.program.exports.jax.function`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from math import prod
from typing import TYPE_CHECKING, Any

from autograd.program.exports.jax.differentiated import jax_module
from autograd.program.exports.jax.sheets import sheet_of
from autograd.program.exports.jax.stages import staged
from autograd.program.exports.jax.sweeps import Adjoints, whole
from autograd.program.tape.instructions import Tape

if TYPE_CHECKING:
    from jax import Array

    Residual = tuple[Sequence[Array], Sequence[Array], Sequence[Array]]

__all__ = ["swept"]


def swept(tape: Tape, dtype: str) -> Callable[..., Any]:
    """The function of one point's arrays that gives the output, or it and what is aside."""

    @cache
    def staged_as(tangents: bool) -> Callable[..., Any]:
        return staged(tape, dtype, tangents=tangents, ahead=False)

    jax = jax_module()
    jnp, still = jax.numpy, jax.custom_derivatives.SymbolicZero
    sweep, output = sheet_of(tape, dtype)
    shapes = [tape.output_shape] if tape.aux_shape is None else [tape.output_shape, tape.aux_shape]

    def forward(arrays: Sequence[Array], keep: bool) -> tuple[tuple[Array, ...], list[Array]]:
        blocks = sweep.forward([x.reshape(-1) for x in arrays], keep=keep)
        numbers, found, start = whole(output, blocks), [], 0
        for shape in shapes:
            found.append(numbers[start : start + prod(shape)].reshape(shape))
            start += prod(shape)
        return tuple(found), blocks

    def all_of(arrays: Sequence[Array], *, tangents: bool) -> tuple[Array, ...]:
        made = staged_as(tangents)(*arrays)
        return made if tape.aux_shape is not None else (made,)

    @jax.custom_jvp  # type: ignore[untyped-decorator]
    def valued(*arrays: Array) -> tuple[tuple[Array, ...], list[Array]]:
        return forward(arrays, keep=True)

    def moved(arrays: Sequence[Array], moves: Sequence[Any]) -> Any:
        varying = [i for i, x in enumerate(moves) if not isinstance(x, still)]

        def of_varying(*some: Array) -> tuple[Array, ...]:
            given = dict(zip(varying, some))
            return all_of([given.get(i, x) for i, x in enumerate(arrays)], tangents=True)

        found, moved = jax.jvp(
            of_varying, [arrays[i] for i in varying], [moves[i] for i in varying]
        )
        # Of what was kept nobody needs a derivative.
        blocks = forward([jax.lax.stop_gradient(x) for x in arrays], keep=True)[1]
        return (found, blocks), (moved, [jnp.zeros_like(x) for x in blocks])

    valued.defjvp(moved, symbolic_zeros=True)

    def pull(kept: Any, given: Sequence[Any]) -> tuple[Array | None, ...]:
        arrays, blocks, marks = kept
        wanted = [mark is not None for mark in marks]
        asked = [i for i, g in enumerate(given) if not isinstance(g, still)]
        if not asked:
            return tuple([None] * len(arrays))
        found = iter(_pulled(asked, wanted)(blocks, [given[i] for i in asked], arrays))
        return tuple([next(found) if want else None for want in wanted])

    def _pulled(asked: Sequence[int], wanted: Sequence[bool]) -> Any:
        @jax.custom_jvp  # type: ignore[untyped-decorator]
        def pulled(
            blocks: Sequence[Array], given: Sequence[Array], arrays: Sequence[Array]
        ) -> list[Array]:
            known = dict(zip(asked, given))
            parts = [
                known[i].reshape(-1) if i in known else jnp.zeros(prod(shape), dtype)
                for i, shape in enumerate(shapes)
            ]
            adjoints = Adjoints(sweep.wanted(wanted))
            adjoints.add(output, parts[0] if len(parts) == 1 else jnp.concatenate(parts))
            sweep.back(blocks, adjoints)
            made = [(x, adjoints.of(i)) for i, x in enumerate(arrays, 1) if wanted[i - 1]]
            return [jnp.zeros_like(x) if g is None else g.reshape(x.shape) for x, g in made]

        def turned(primals: Residual, tangents: Residual) -> Any:
            _, given, arrays = primals
            every, moves = [*given, *arrays], [*tangents[1], *tangents[2]]
            # What does not vary is left out: at a tip, even a tangent of 0 would give nan.
            varying = [i for i, x in enumerate(moves) if not isinstance(x, still)]

            def of_varying(*some: Array) -> list[Array]:
                chosen = dict(zip(varying, some))
                now = [chosen.get(i, x) for i, x in enumerate(every)]
                gs, points = now[: len(given)], now[len(given) :]
                places = [i for i, want in enumerate(wanted) if want]

                def of_wanted(*values: Array) -> list[Array]:
                    at = dict(zip(places, values))
                    made = all_of([at.get(i, x) for i, x in enumerate(points)], tangents=False)
                    return [made[i] for i in asked]

                return [*jax.vjp(of_wanted, *[points[i] for i in places])[1](gs)]

            return jax.jvp(of_varying, [every[i] for i in varying], [moves[i] for i in varying])

        pulled.defjvp(turned, symbolic_zeros=True)
        return pulled

    @jax.custom_vjp  # type: ignore[untyped-decorator]
    def run(*arrays: Array) -> tuple[Array, ...]:
        return forward(arrays, keep=False)[0]

    def remember(*given: Any) -> Any:
        arrays = [x.value for x in given]
        found, blocks = valued(*arrays)
        return found, (arrays, blocks, tuple([() if x.perturbed else None for x in given]))

    run.defvjp(remember, pull, symbolic_zeros=True)

    def first(*arrays: Array) -> Array:
        made: Array = run(*arrays)[0]
        return made

    return first if tape.aux_shape is None else run
