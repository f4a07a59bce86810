"""Passes that find long sums: chains of additions, and products that are added up.

What a loop ``s = s + w * x`` recorded one addition at a time becomes one ``sum``, and the products
in it one ``dot``; of ``s = s - w * x`` it is a difference from one. Only numbers that nothing else
reads are taken into a sum; their statements stay where they are, read by nobody, for ``drop_dead``.
Additions are reordered by this, as compilers of array code do; results stay within rounding of the
terms. Next: :mod:`autograd.program.statements.groups`, which makes array statements of what is
left.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.ops.op import OPS, Op
from autograd.program.tape.instructions import Statement, Tape
from autograd.program.tape.rewriting import Rewriter, reads

__all__ = ["find_dots", "flatten_sums", "split_differences"]

CHAINED = OPS["add"], OPS["sub"]


def split_differences(tape: Tape) -> Tape:
    """s - a + b - c - d, a chain that takes away more than two terms, becomes one difference of
    sums, (s + b) - (a + c + d); of two terms only if both are products.

    What x - max - log(sum) is for stays, as do differences that are terms themselves: where two
    numbers are close, what they differ by would be lost in the sums.
    """
    sub, times, total, first = OPS["sub"], OPS["mul"], OPS["sum"], tape.first
    if sum(op is sub for op, _ in tape.statements) < 2:
        return tape
    read = reads(tape)
    inner: set[int] = set()
    found: dict[int, tuple[list[int], list[int]]] = {}
    for slot in range(first + len(tape.statements) - 1, first - 1, -1):
        if slot not in inner and read[slot] and tape.statements[slot - first].op in CHAINED:
            added, taken, passed = _signed_terms(tape, slot, read)
            inner.update(passed)
            by = [tape.statements[x - first].op for x in taken if x >= first]
            if len(taken) > 2 or by == [times] * 2:
                found[slot] = added, taken
    new = Rewriter(tape)
    for slot, (op, operands) in enumerate(tape.statements, first):
        if slot not in found:
            new.is_at(new.add(op, new.places(operands)))
            continue
        parts = [
            new.add(total, new.places(terms)) if len(terms) > 1 else new.place(terms[0])
            for terms in found[slot]
        ]
        new.is_at(new.add(sub, (parts[0], parts[1])))
    return new.finish() if found else tape


def _signed_terms(
    tape: Tape, slot: int, read: Sequence[int]
) -> tuple[list[int], list[int], list[int]]:
    """What a chain of additions and subtractions adds, what it takes away, and its inner slots."""
    first, statements = tape.first, tape.statements

    def is_inner(x: int, ops: tuple[Op, ...]) -> bool:
        return x >= first and read[x] == 1 and statements[x - first].op in ops

    added: list[int] = []
    taken: list[int] = []
    inner: list[int] = []
    while True:
        op, (x, y) = statements[slot - first]
        if op is OPS["add"] and is_inner(y, CHAINED) and not is_inner(x, CHAINED):
            x, y = y, x
        negative = op is OPS["sub"]
        if is_inner(y, (OPS["neg"],)):
            negative, y = not negative, statements[y - first].operands[0]
        (taken if negative else added).append(y)
        if not is_inner(x, CHAINED):
            added.append(x)
            return added[::-1], taken[::-1], inner
        inner.append(x)
        slot = x


def flatten_sums(tape: Tape) -> Tape:
    """Chains of additions become sums of all their terms."""
    add, total = OPS["add"], OPS["sum"]
    first, statements = tape.first, list(tape.statements)
    read = reads(tape)
    inner: set[int] = set()
    for index in range(len(statements) - 1, -1, -1):
        op, operands = statements[index]
        if (op is not add and op is not total) or not read[first + index]:
            continue
        if first + index in inner:
            continue
        terms: list[int] = []
        stack = list(operands[::-1])
        while stack:
            slot = stack.pop()
            if slot >= first and read[slot] == 1:
                by, deeper = statements[slot - first]
                if by is add or by is total:
                    inner.add(slot)
                    stack.extend(deeper[::-1])
                    continue
            terms.append(slot)
        if len(terms) > len(operands):
            statements[index] = Statement(total, tuple(terms))
    return tape.with_statements(statements, tape.outputs, tape.constants)


def find_dots(tape: Tape) -> Tape:
    """Products that only one sum reads become dot products, one for each kind of factors.

    Factors of one kind come from one argument or from one primitive: products of weights with
    inputs and of other weights with a hidden state stay apart, so each dot reads whole vectors.
    Terms of one kind stay together likewise.
    """
    total = OPS["sum"]
    read, kinds = reads(tape), _kinds(tape)
    first = tape.first
    found = {
        slot: _sorted_terms(tape, statement.operands, read, kinds)
        for slot, statement in enumerate(tape.statements, first)
        if statement.op is total and read[slot]
    }
    if not any(products or len(others) > 1 for products, others in found.values()):
        return tape
    new = Rewriter(tape)
    for slot, (op, operands) in enumerate(tape.statements, first):
        if not read[slot]:
            new.is_at(-1)  # dead, or a product in a dot
        elif slot in found:
            new.is_at(_written(new, *found[slot]))
        else:
            new.is_at(new.add(op, new.places(operands)))
    return new.finish()


CONSTANT = "constant"
Factors = dict[Any, tuple[list[int], list[int]]]


def _kinds(tape: Tape) -> list[Any]:
    """What each slot's number is: of which argument, or of which primitive, or a constant."""
    kinds: list[Any] = []
    for argument in tape.arguments:
        kinds += [argument.name] * argument.size
    kinds += [statement[0] for statement in tape.statements]
    return kinds + [CONSTANT] * len(tape.constants)  # negative slots count from the end


def _sorted_terms(
    tape: Tape, operands: Sequence[int], read: list[int], kinds: Sequence[Any]
) -> tuple[Factors, dict[Any, list[int]]]:
    """The products among some terms by the kinds of their factors, and other terms by kind.

    Nobody reads the products from then on; only their factors.
    """
    times, first, statements = OPS["mul"], tape.first, tape.statements
    products: Factors = {}
    others: dict[Any, list[int]] = {}
    for slot in operands:
        if slot >= first and read[slot] == 1 and statements[slot - first][0] is times:
            x, y = statements[slot - first][1]
            key = kinds[x], kinds[y]
            if key not in products:
                if key[::-1] in products:
                    key, x, y = key[::-1], y, x
                else:
                    products[key] = ([], [])
            xs, ys = products[key]
            xs.append(x)
            ys.append(y)
            read[slot] = 0
        else:
            others.setdefault(kinds[slot], []).append(slot)
    return products, others


def _written(new: Rewriter, products: Factors, others: dict[Any, list[int]]) -> int:
    """Write a sum of dots and of sums; the slot of the whole."""
    parts = []
    for xs, ys in products.values():
        parts.append(new.add(OPS["dot" if len(xs) > 1 else "mul"], new.places(xs + ys)))
    constant = sum([new.constants[-1 - slot] for slot in others.pop(CONSTANT, [])])
    if constant or not (others or products):
        parts.append(new.constant(constant))
    for slots in others.values():
        terms = new.places(slots)
        if len(others) + len(products) == 1 or len(slots) < 3:
            parts.extend(terms)
        else:
            parts.append(new.add(OPS["sum"], terms))
    if len(parts) == 1:
        return parts[0]
    return new.add(OPS["add" if len(parts) == 2 else "sum"], tuple(parts))
