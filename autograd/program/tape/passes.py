"""All passes over a tape, in order. Next: :mod:`autograd.program.statements.groups`."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from autograd.program.tape.instructions import Tape
from autograd.program.tape.rewriting import drop_dead, expand_powers, fold_constants, share_common
from autograd.program.tape.sums import find_dots, flatten_sums, split_differences

__all__ = ["PASSES", "simplified"]

PASSES: tuple[Callable[[Tape], Tape], ...] = (
    split_differences,
    flatten_sums,
    find_dots,
    expand_powers,
    fold_constants,
    share_common,
    drop_dead,
)
"""The sums come first: they leave the other passes little to do."""


def simplified(tape: Tape) -> Tape:
    """The tape after all passes."""
    return reduce(lambda tape, run: run(tape), PASSES, tape)
