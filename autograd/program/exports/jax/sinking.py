"""A tape whose loops compute what they read, and carry no running sums.

Rows made ahead of a loop have the runs along their last axis, where the loop needs them first: over
a batch, XLA turns them around. A sum that no run reads is taken of all runs' terms after the loop.
Next: :mod:`autograd.program.exports.jax.sheets`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from autograd.arrays import Array
from autograd.ops.op import OPS
from autograd.program.tape.instructions import Statement, Tape
from autograd.program.tape.repeated import Repeat, Statements

__all__ = ["sunk"]


def sunk(tape: Tape) -> Tape:
    """The same numbers; statements that nothing reads any more stay where they were."""
    given = tape.statements
    if not isinstance(given, Statements):
        return tape
    rows: dict[int, Statement] = {}
    readers: dict[int, set[int]] = {}
    start = tape.first
    for i, part in enumerate(given.parts):
        if isinstance(part, Repeat):
            start += part.count * len(part.step)
            read = np.concatenate([part.first, part.shared, part.items.reshape(-1)])
            for slot in {*read.astype(int).tolist()}:
                readers.setdefault(slot, set()).add(~i)
            continue
        for statement in part:
            rows[start] = statement
            for slot in statement.operands:
                readers.setdefault(slot, set()).add(start)
            start += 1
    for slot in tape.outputs:
        readers.setdefault(slot, set()).add(start)

    parts: list[list[Statement] | Repeat] = []
    place, end = np.arange(start), tape.first

    def placed(slots: Array | Sequence[int]) -> Array:
        some = np.asarray(slots, dtype=int)
        return np.where(some < 0, some, place[np.maximum(some, 0)])

    start = tape.first
    for i, part in enumerate(given.parts):
        if isinstance(part, Repeat):
            longer, more = _Sinking(part, rows, readers, ~i).repeat()
            longer = _without_spare(longer, part, more, readers)
            shorter, totals = _without_sums(longer, part, more, readers)
            many, width = len(part.step), len(longer.step)
            runs = end + width * np.arange(part.count)
            inner = (runs[:, None] + np.arange(more, width)).reshape(-1)
            place[start : start + part.count * many] = inner
            firsts = [part.first[carry] for carry, _ in totals]
            parts.append(replace(shorter.moved(placed), start=end))
            end += width * part.count
            sums = list[Statement]()
            for first, (_, result) in zip(firsts, totals):
                terms = (runs + result).tolist()
                if first >= 0 or tape.constants[~first] != 0.0:
                    terms.insert(0, int(placed([first])[0]))
                place[start + (part.count - 1) * many + result - more] = end + len(sums)
                sums.append(Statement(OPS["sum"], tuple(terms)))
            if sums:
                parts.append(sums)
            end += len(sums)
            start += part.count * many
        else:
            place[start : start + len(part)] = end + np.arange(len(part))
            known = place[: start + len(part)].tolist()
            moved = (tuple([x if x < 0 else known[x] for x in operands]) for _, operands in part)
            parts.append([*map(Statement, [op for op, _ in part], moved)])
            start += len(part)
            end += len(part)
    outputs = tuple(placed(tape.outputs).tolist())
    return replace(tape, statements=Statements(parts), outputs=outputs)


def _without_sums(
    repeat: Repeat, old: Repeat, more: int, readers: dict[int, set[int]]
) -> tuple[Repeat, list[tuple[int, int]]]:
    """The loop without running sums; of these, which carry each was and which result its term is.

    The loop was an ``old`` one, of which others read, before it had so many statements ``more``.
    """
    inputs = repeat.inputs
    uses: dict[int, list[int]] = {}
    for at, (_, operands) in enumerate(repeat.step):
        for x in operands:
            uses.setdefault(x, []).append(at)
    step, totals = [*repeat.step], list[tuple[int, int]]()
    for carry, last in enumerate(repeat.new):
        found, slot = list[int](), carry
        while len(uses.get(slot, ())) == 1 and (slot == carry or repeat.new.count(slot) == 0):
            op, operands = repeat.step[uses[slot][0]]
            if op.name not in ("add", "sum", "sub") or (op.name == "sub" and operands[1] == slot):
                break
            found.append(uses[slot][0])
            slot = inputs + found[-1]
        if not found or slot != last or slot in uses or repeat.new.count(last) > 1:
            continue
        outside = [
            (run, at)
            for at in found
            for run in range(old.count)
            if at >= more and readers.get(old.start + run * len(old.step) + at - more)
        ]
        if outside not in ([], [(old.count - 1, found[-1])]):
            continue
        op, operands = step[found[0]]
        left = tuple([x for x in operands if x != carry])
        name = {"add": "identity", "sub": "neg", "sum": "sum"}[op.name]
        step[found[0]] = Statement(OPS[name], left)
        totals.append((carry, found[-1]))
    gone = [carry for carry, _ in totals]
    if not gone or len(gone) == len(repeat.new):
        return repeat, []
    kept = [i for i in range(len(repeat.new)) if i not in gone]
    number = {x: i for i, x in enumerate([*kept, *range(len(repeat.new), inputs)])}
    first, new = ([xs[i] for i in kept] for xs in (repeat.first, repeat.new))
    repeat = replace(repeat, step=tuple(step), first=tuple(first), new=tuple(new))
    return _renumbered(repeat, number, inputs), totals


def _renumbered(repeat: Repeat, number: dict[int, int], inputs: int) -> Repeat:
    """The loop whose step has other numbers for what it reads, of which there were so many."""
    shift = repeat.inputs - inputs

    def moved(slots: Sequence[int]) -> tuple[int, ...]:
        return tuple([x if x < 0 else number[x] if x < inputs else x + shift for x in slots])

    step = tuple([Statement(op, moved(operands)) for op, operands in repeat.step])
    return replace(repeat, step=step, new=moved(repeat.new))


def _without_spare(repeat: Repeat, old: Repeat, more: int, readers: dict[int, set[int]]) -> Repeat:
    """The loop without columns that differ from others in the last run alone, for what nobody reads
    of that: its next carry may have been left out of the recording.
    """
    inputs, width, table = repeat.inputs, len(old.step), repeat.items
    last = old.start + (old.count - 1) * width - more
    read: set[int] = set()
    for at in reversed(range(len(repeat.step))):
        if inputs + at in read or (at >= more and readers.get(last + at)):
            read.update(repeat.step[at].operands)
    many, columns = len(repeat.first), table.shape[1]
    alike: dict[bytes, int] = {}
    stands_for = {}
    for i in sorted(range(columns), key=lambda i: many + i not in read):
        key = np.ascontiguousarray(table[:-1, i]).tobytes()
        known = alike.setdefault(key, i)
        stands_for[i] = known if many + i not in read else i
    kept = [i for i in range(columns) if stands_for[i] == i]
    if len(kept) == columns:
        return repeat
    place = {x: i for i, x in enumerate([*range(many), *[many + i for i in kept]])}
    place |= {x: x - columns + len(kept) for x in range(many + columns, inputs)}
    number = place | {many + i: place[many + x] for i, x in stands_for.items()}
    return _renumbered(replace(repeat, items=table[:, kept]), number, inputs)


class _Sinking:
    """What a loop reads of each run, as columns of slots, and which of them it computes itself."""

    def __init__(
        self, repeat: Repeat, rows: dict[int, Statement], readers: dict[int, set[int]], own: int
    ) -> None:
        self._repeat, self._rows = repeat, rows
        self._columns: dict[bytes, list[bytes]] = {}
        """Those that may be computed: the columns of their operands."""
        self._slots: dict[bytes, Array] = {}
        for column in repeat.items.T:
            self._enter(column)
        while True:
            made = {x for key in self._columns for x in self._slots[key].tolist()} | {own}
            left = [
                key
                for key in self._columns
                if any(not readers[x] <= made for x in self._slots[key].tolist())
            ]
            if not left:
                break
            for key in left:
                del self._columns[key]

    def _enter(self, column: Array) -> bytes:
        key = column.tobytes()
        if key in self._slots:
            return key
        self._slots[key] = column
        rows = [self._rows.get(x) for x in column.tolist()]
        first = rows[0]
        if first is None or (column == column[0]).all():
            return key
        alike = all(
            row is not None and row.op is first.op and len(row.operands) == len(first.operands)
            for row in rows
        )
        if alike:
            operands = np.array([row.operands for row in rows if row is not None], dtype=int)
            self._columns[key] = [self._enter(np.ascontiguousarray(x)) for x in operands.T]
        return key

    def repeat(self) -> tuple[Repeat, int]:
        """The loop, and how many statements its step has more, which come first."""
        old = self._repeat
        items, shared, order = list[bytes](), [*old.shared], list[bytes]()

        def visit(key: bytes) -> None:
            if key in order or key in items:
                return
            slots = self._slots[key]
            if key in self._columns:
                for x in self._columns[key]:
                    visit(x)
                order.append(key)
            elif not (slots == slots[0]).all():
                items.append(key)
            elif slots[0] >= 0 and slots[0] not in shared:
                shared.append(int(slots[0]))

        keys = [column.tobytes() for column in old.items.T]
        for key in keys:
            if key in self._columns or key not in items:
                visit(key)
        many = len(old.first)
        inputs = many + len(items) + len(shared)

        def number(key: bytes) -> int:
            if key in self._columns:
                return inputs + order.index(key)
            slot = int(self._slots[key][0])
            if key in items:
                return many + items.index(key)
            return slot if slot < 0 else many + len(items) + shared.index(slot)

        slots = [*range(many), *map(number, keys)]
        slots += range(many + len(items), many + len(items) + len(old.shared))
        slots += [inputs + len(order) + i for i in range(len(old.step))]

        def moved(operands: Sequence[int]) -> tuple[int, ...]:
            return tuple([x if x < 0 else slots[x] for x in operands])

        first_row = [self._rows[int(self._slots[key][0])].op for key in order]
        step = [
            Statement(op, tuple(map(number, self._columns[key])))
            for op, key in zip(first_row, order)
        ]
        step += [Statement(op, moved(operands)) for op, operands in old.step]
        columns = [self._slots[key] for key in items]
        table = np.array(columns, dtype=int).reshape(len(items), old.count).T
        made = replace(old, step=tuple(step), items=table, shared=tuple(shared), new=moved(old.new))
        return made, len(order)
