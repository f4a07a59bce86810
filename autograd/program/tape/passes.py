"""All passes over a tape, in order. Next: :mod:`autograd.program.statements.groups`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce

from autograd.collector import uncollected
from autograd.program.tape.instructions import Tape
from autograd.program.tape.rewriting import drop_dead, expand_powers, fold_constants, share_common
from autograd.program.tape.sums import find_dots, flatten_sums, split_differences

__all__ = ["PASSES", "SUMS", "simplified"]

Pass = Callable[[Tape], Tape]

SUMS: tuple[Pass, ...] = (split_differences, flatten_sums, find_dots)
"""They come first: they leave the other passes little to do."""

PASSES: tuple[Pass, ...] = (*SUMS, expand_powers, fold_constants, share_common, drop_dead)


@uncollected()
def simplified(tape: Tape, passes: Sequence[Pass] = PASSES) -> Tape:
    """The tape after these passes."""
    return reduce(lambda tape, run: run(tape), passes, tape)
