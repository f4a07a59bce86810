"""Passes that find long sums: chains of additions, and products that are added up.

What a loop ``s = s + w * x`` recorded one addition at a time becomes one ``sum``, and the products
in it one ``dot``. Only numbers that nothing else reads are taken into a sum. Additions are
reordered by this, as compilers of array code do; results stay within rounding of the terms.
Next: :mod:`autograd.program.groups`, which makes array statements of what is left.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from typing import Any

from autograd.op import OPS
from autograd.program.ir import Statement, Tape
from autograd.program.simplify import Rewriter

__all__ = ["find_dots", "flatten_sums"]


def uses(tape: Tape) -> Counter[int]:
    """How often each slot is read, the output included."""
    operands = chain.from_iterable([statement.operands for statement in tape.statements])
    return Counter(chain(operands, tape.outputs))


def flatten_sums(tape: Tape) -> Tape:
    """Chains of additions become sums; what only such a sum reads is no statement any more."""
    add, total = OPS["add"], OPS["sum"]
    first, statements = tape.first, tape.statements
    # Additions that are read once, by an addition: everything else is a term or a result.
    read = uses(tape)
    inner: set[int] = set()
    for op, operands in statements:
        if op is add or op is total:
            for slot in operands:
                if slot >= first and read[slot] == 1:
                    by = statements[slot - first].op
                    if by is add or by is total:
                        inner.add(slot)
    if not inner:
        return tape
    new = Rewriter(tape)
    for slot, (op, operands) in enumerate(statements, first):
        if slot in inner:
            new.is_at(-1)
        elif op is add or op is total:
            terms = _terms(statements, first, inner, operands)
            new.is_at(new.add(op if len(terms) == 2 else total, new.places(terms)))
        else:
            new.is_at(new.add(op, new.places(operands)))
    return new.finish()


def _terms(
    statements: Sequence[Statement], first: int, inner: set[int], operands: Sequence[int]
) -> list[int]:
    """The terms of a sum from left to right, with sums that belong to it taken apart."""
    terms: list[int] = []
    stack = list(operands[::-1])
    while stack:
        slot = stack.pop()
        if slot in inner:
            stack.extend(statements[slot - first].operands[::-1])
        else:
            terms.append(slot)
    return terms


def find_dots(tape: Tape) -> Tape:
    """Products that only one sum reads become dot products, one for each kind of factors.

    Factors of one kind come from one argument or from one primitive: products of weights with
    inputs and of other weights with a hidden state stay apart, so each dot reads whole vectors.
    Terms of one kind stay together likewise.
    """
    times, total, dot = OPS["mul"], OPS["sum"], OPS["dot"]
    first, statements = tape.first, tape.statements
    read = uses(tape)
    starts = [argument.start for argument in tape.arguments]

    def kind(slot: int) -> Any:
        if slot >= first:
            return statements[slot - first].op.name
        return bisect_right(starts, slot) - 1 if slot >= 0 else "constant"

    new = Rewriter(tape)
    for op, operands in statements:
        if op is not total:
            new.is_at(new.add(op, new.places(operands)))
            continue
        products: dict[Any, list[tuple[int, ...]]] = {}
        others: dict[Any, list[int]] = {}
        for slot in operands:
            if slot >= first and read[slot] == 1 and statements[slot - first].op is times:
                x, y = statements[slot - first].operands
                kinds = kind(x), kind(y)
                if kinds not in products and kinds[::-1] in products:
                    kinds, x, y = kinds[::-1], y, x
                products.setdefault(kinds, []).append((x, y))
            else:
                others.setdefault(kind(slot), []).append(slot)
        parts = []
        for pairs in products.values():
            if len(pairs) == 1:
                parts.append(new.add(times, new.places(pairs[0])))
            else:
                xs, ys = zip(*pairs)
                parts.append(new.add(dot, new.places(xs + ys)))
        constant = sum([new.constants[-1 - slot] for slot in others.pop("constant", [])])
        if constant or not (others or products):
            parts.append(new.constant(constant))
        for slots in others.values():
            terms = new.places(slots)
            if len(others) + len(products) == 1 or len(slots) < 3:
                parts.extend(terms)
            else:
                parts.append(new.add(total, terms))
        joined = OPS["add"] if len(parts) == 2 else total
        new.is_at(parts[0] if len(parts) == 1 else new.add(joined, tuple(parts)))
    return new.finish()
