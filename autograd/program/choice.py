"""Which executor "auto" takes: the one whose estimated time for a batch is less.

Both estimates come from the recorded tape alone, in one pass over it: neither executor is prepared
to choose. What they come to is in :mod:`autograd.program.work`. Next:
:mod:`autograd.program.executor`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import repeat
from operator import itemgetter

from autograd.collector import uncollected
from autograd.ops.op import Op
from autograd.program.loop.native.compiler import can_compile
from autograd.program.tape.instructions import Tape
from autograd.program.tape.repeated import has_loops, is_long
from autograd.program.tape.segments import Plain, chain_of
from autograd.program.work import (
    ARRAY_CALL,
    ARRAY_STATEMENT,
    POINT_CALL,
    POINT_CALLED,
    POINT_READ,
    POINT_SPECIAL,
    Work,
)

__all__ = ["is_small", "work_of"]

LONG = 8
"""Operands from which on it pays to ask whether all are arguments."""
FIRST = 1000
"""Statements that are looked at where the loop is likely to do a single point."""

EXPANDED = 10
"""Array statements of one primitive of any number of operands, such as logsumexp."""
CALLED_RUN = 15
"""Array statements that one more run of a scan's step takes, for being called and for being run
again on the way back.
"""

CHEAP = {
    "add", "sub", "mul", "div", "neg", "identity", "chain", "abs", "sign", "floor", "ceil", "sqrt",
    "lt", "le", "gt", "ge", "eq", "ne", "where", "maximum", "minimum", "clip", "relu", "sum", "dot",
    "leaky_relu",
}  # fmt: skip
"""Primitives without a function that is called."""
SUMS = {"add", "sum", "less"}
"""Where "less" is the name of a difference that goes on with a sum."""
TERMS = {*SUMS, "mul"}


def is_small(tape: Tape) -> bool:
    """Whether a single point of it is the loop's without a further look: the loop takes less for
    all of it than array statements take for its beginning.
    """
    if not can_compile() or is_long(tape):
        return False
    kinds = Counter(map(itemgetter(0), tape.statements))
    if any(op.equation for op in kinds):
        return False
    called = sum(count for op, count in kinds.items() if op.name not in CHEAP)
    special = sum(count for op, count in kinds.items() if op.function and not op.native)
    reads = sum(len(operands) for _, operands in tape.statements)
    loop = POINT_CALL + POINT_READ * reads + POINT_CALLED * called + POINT_SPECIAL * special
    if loop <= ARRAY_CALL or len(tape.statements) <= FIRST:
        return loop <= ARRAY_CALL
    begun = _work_of(replace(tape, statements=tape.statements[:FIRST]))
    return loop <= ARRAY_CALL + ARRAY_STATEMENT * begun.statements


@uncollected()
def work_of(tape: Tape, *, loops: bool = False) -> Work:
    """The work that a tape stands for; that of a step which is run as a loop, so many times.

    Steps that repeat are if they are long, or all of them are ``loops``.
    """
    if not (loops or is_long(tape)):
        return _work_of(tape)
    total = Work(tape.first, 0, 0, 0, 0, 0, 0, 1, can_compile())
    for segment in chain_of(tape).segments:
        if isinstance(segment, Plain):
            total = total.plus(_work_of(segment.tape), 1)
            continue
        again = segment.repeat
        step = again.tape(tape.constants, again.new)
        work = work_of(step, loops=has_loops(again))
        work = work._replace(statements=work.statements + CALLED_RUN)
        total = total.plus(work, again.count)
    return total


def _work_of(tape: Tape) -> Work:
    """The work that a recorded tape stands for.

    Chains of additions count as the sums that the array executor makes of them, and products in
    them as its dot products.
    """
    first, statements = tape.first, tape.statements
    length = first + len(statements) + len(tape.constants)
    # Constants have negative slots, which index the end of these lists.
    uses = [0] * length
    # Long sums over arguments alone, as in a network's first layer, are at the first depth, and no
    # sum takes in what they read.
    flat = [len(operands) > LONG and max(operands) < first for _, operands in statements]
    for (_, operands), own in zip(statements, flat):
        if not own:
            for x in operands:
                uses[x] += 1
    depth, kind = [0] * length, [""] * length
    taken = [False] * length  # into the sum or dot product that reads it
    elements = products = called = expanded = solved = special = 0
    once: set[tuple[Op, Sequence[int]]] = set()
    for slot, (op, operands) in enumerate(statements, first):
        name = op.name
        if name == "dot" and flat[slot - first]:
            kind[slot], depth[slot] = name, 1
            products += len(operands)
            continue
        if name == "sub" and any(uses[x] == 1 and kind[x] in SUMS for x in operands):
            name = "less"
        kind[slot] = name
        if name in SUMS:
            here = 0
            for x in operands:
                if uses[x] == 1 and kind[x] in TERMS:
                    taken[x] = True
                    if kind[x] == "mul":
                        products += 2
                        elements -= 2
                    here = max(here, depth[x])
                else:
                    elements += 1
                    here = max(here, depth[x] + 1)
        else:
            here = depth[slot] = 1 + max(map(depth.__getitem__, operands), default=0)
            if name == "dot":
                products += len(operands)
                continue
            elements += len(operands)
            if name not in CHEAP and not (name == "pow" and operands[1] < 0):
                called += len(operands) if op.arity is None else 1
            if op.function is not None and not op.native:
                special += 1
                once.add((op, operands))
            expanded += op.arity is None
            solved += op.equation is not None
        depth[slot] = here
    arrays, scattered, widest = _arrays(tape, depth, taken)
    arrays += EXPANDED * expanded
    native = can_compile()
    reads = sum(len(operands) for _, operands in statements)
    return Work(
        first, arrays, scattered, reads, elements, products, called, widest, native, solved,
        special, len(once),
    )  # fmt: skip


def _arrays(tape: Tape, depth: Sequence[int], taken: Sequence[bool]) -> tuple[int, int, int]:
    """Array statements, about, how scattered their operands are, and the numbers of the longest."""
    source = [0] * len(depth)
    for i, argument in enumerate(tape.arguments, 1):
        source[argument.start : argument.start + argument.size] = [-i] * argument.size
    groups: dict[tuple[int, str], int] = {}
    sizes: list[int] = []
    parts: set[tuple[int, int]] = set()
    for slot, (op, operands) in enumerate(tape.statements, tape.first):
        if not taken[slot]:
            group = groups.setdefault((depth[slot], op.name), len(groups))
            if group == len(sizes):
                sizes.append(0)
            sizes[group] += 1
            source[slot] = 1 + group
            parts.update(zip(repeat(group), {*map(source.__getitem__, operands)}))
    scattered = max(0, len(parts) - 2 * len(groups))
    return len(groups), scattered, max(sizes, default=1)
