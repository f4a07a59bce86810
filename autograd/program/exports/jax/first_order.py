"""A program in JAX with a first derivative of its own: one sweep forward and one back.

JAX differentiates both further, forward or back, in the form that is curved for it: in what they
compute it finds the op table's rules, with tips, branches and zeros as these have them. Next:
:mod:`autograd.program.exports.jax.function`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import prod
from typing import TYPE_CHECKING, Any

from autograd.program.exports.jax.sheets import sheet_of
from autograd.program.exports.jax.sweeps import Adjoints, whole
from autograd.program.exports.jax.vocabulary import jax_module
from autograd.program.tape.instructions import Tape
from autograd.program.tape.repeated import repeats_of

if TYPE_CHECKING:
    from jax import Array
    from jax.custom_derivatives import SymbolicZero

    Move = Array | SymbolicZero
    Kept = tuple[list[Array], list[Array], tuple[tuple[()] | None, ...]]

    Residual = tuple[Sequence[Array], Sequence[Array], Sequence[Array | None]]

__all__ = ["swept"]


def swept(tape: Tape, dtype: str, *, tangents: bool = False) -> Callable[..., Any]:
    """The function of one point's arrays that gives the output, or it and what is aside.

    ``tangents`` says that JAX pushes them through it at once.
    """
    jax = jax_module()
    jnp, still = jax.numpy, jax.custom_derivatives.SymbolicZero
    # What has no loop JAX differentiates as it is: of a batch, the sum of the adjoints of weights
    # is one product then.
    alone = not repeats_of(tape)
    sweep, output = sheet_of(tape, dtype, ahead=tangents, alone=alone and not tangents)
    shapes = [tape.output_shape] if tape.aux_shape is None else [tape.output_shape, tape.aux_shape]

    def forward(
        arrays: Sequence[Array], *, keep: bool, curved: bool
    ) -> tuple[tuple[Array, ...], list[Array]]:
        """The output and what is aside, and what was computed on the way."""
        flat = [x.reshape(-1) for x in arrays]
        blocks = sweep.forward(flat, keep=keep, curved=curved)
        numbers, found, start = whole(output, blocks), [], 0
        for shape in shapes:
            found.append(numbers[start : start + prod(shape)].reshape(shape))
            start += prod(shape)
        return tuple(found), blocks[1 + len(flat) :]

    def back(
        arrays: Sequence[Array],
        made: Sequence[Array],
        given: Sequence[Array | None],
        wanted: Sequence[bool],
        *,
        curved: bool,
    ) -> list[Array]:
        """The adjoints of the arguments that want one, of those of the output and what is aside."""
        parts = [
            jnp.zeros(prod(shape), dtype) if g is None else g.reshape(-1)
            for g, shape in zip(given, shapes)
        ]
        adjoints = Adjoints(sweep.wanted(wanted), curved=curved)
        adjoints.add(output, parts[0] if len(parts) == 1 else jnp.concatenate(parts))
        blocks = [jnp.zeros(0, dtype), *[x.reshape(-1) for x in arrays], *made]
        sweep.back(blocks, adjoints)
        found = [(x, adjoints.of(i)) for i, x in enumerate(arrays, 1) if wanted[i - 1]]
        return [jnp.zeros_like(x) if g is None else g.reshape(x.shape) for x, g in found]

    @jax.custom_jvp  # type: ignore[untyped-decorator]
    def valued(*arrays: Array) -> Any:
        return forward(arrays, keep=True, curved=False)

    def moved(arrays: Sequence[Array | None], moves: Sequence[Move]) -> Any:
        return _moved(partial(forward, keep=True, curved=True), arrays, moves)

    valued.defjvp(moved, symbolic_zeros=True)

    def _pulled(wanted: Sequence[bool]) -> Any:
        @jax.custom_jvp  # type: ignore[untyped-decorator]
        def pulled(
            arrays: Sequence[Array], made: Sequence[Array], given: Sequence[Array | None]
        ) -> list[Array]:
            return back(arrays, made, given, wanted, curved=False)

        def turned(primals: Residual, tangents: Residual) -> Any:
            count, number = len(primals[0]), len(primals[1])
            varies = sweep.wanted([not isinstance(x, still) for x in tangents[0]])
            known = [x for some in primals for x in some]
            moves: list[Any] = [x for some in tangents for x in some]
            for i, moves_at_all in enumerate(varies[1 + count :], count):
                # Of what was kept JAX does not say that nothing varies.
                if not moves_at_all:
                    moves[i] = still(jax.typeof(known[i]))

            def of_all(every: Sequence[Array]) -> list[Array]:
                arrays, made = every[:count], every[count : count + number]
                return back(arrays, made, every[count + number :], wanted, curved=True)

            return _moved(of_all, known, moves)

        pulled.defjvp(turned, symbolic_zeros=True)
        return pulled

    def pull(kept: Kept, given: Sequence[Move]) -> tuple[Array | None, ...]:
        arrays, made, marks = kept
        wanted = [mark is not None for mark in marks]
        adjoints = [None if isinstance(g, still) else g for g in given]
        if all(g is None for g in adjoints):
            return tuple([None] * len(arrays))
        found = iter(_pulled(wanted)(arrays, made, adjoints))
        return tuple([next(found) if want else None for want in wanted])

    @jax.custom_vjp  # type: ignore[untyped-decorator]
    def run(*arrays: Array) -> tuple[Array, ...]:
        return forward(arrays, keep=False, curved=False)[0]

    def remember(*given: Any) -> Any:
        arrays = [x.value for x in given]
        found, made = valued(*arrays)
        return found, (arrays, made, tuple([() if x.perturbed else None for x in given]))

    run.defvjp(remember, pull, symbolic_zeros=True)

    def pushed(*arrays: Array) -> tuple[Array, ...]:
        return forward(arrays, keep=False, curved=True)[0]

    every = pushed if tangents or alone else run

    def first(*arrays: Array) -> Array:
        made: Array = every(*arrays)[0]
        return made

    return first if tape.aux_shape is None else every


def _moved(function: Callable[..., Any], arrays: Sequence[Any], moves: Sequence[Move]) -> Any:
    """The value of a function of arrays, and its derivative along those that move.

    What does not vary is left out: at a tip, even a tangent of 0 would give nan.
    """
    jax = jax_module()
    still = jax.custom_derivatives.SymbolicZero
    varying = [
        i
        for i, (x, move) in enumerate(zip(arrays, moves))
        if x is not None and not isinstance(move, still)
    ]

    def of_varying(*some: Array) -> Any:
        given = dict(zip(varying, some))
        return function([given.get(i, x) for i, x in enumerate(arrays)])

    return jax.jvp(of_varying, [arrays[i] for i in varying], [moves[i] for i in varying])
