"""A sequence compressed by a grammar: the most frequent pair gets a name, again and again.

What a user's loops repeat becomes a symbol of many instructions, however the loops are nested
(Larsson and Moffat's Re-Pair, *Off-line dictionary-based compression*, 2000; here many pairs that
have nothing in common are named at once). Next: :mod:`autograd.program.loop.lanes.runs`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from autograd.arrays import Array

__all__ = ["Grammar", "grammar_of"]


class Grammar(NamedTuple):
    """A sequence of symbols; those beyond the alphabet stand for two others each."""

    sequence: Array
    alphabet: int
    pairs: list[tuple[int, int]]
    lengths: list[int]


def grammar_of(sequence: Array, alphabet: int, least: int, longest: int) -> Grammar:
    """The grammar of a sequence of whole numbers below ``alphabet``.

    A pair gets a name if it is in ``least`` places, and stands for ``longest`` numbers at most.

    >>> found = grammar_of(np.array([0, 1] * 8 + [2]), 3, 8, 48)
    >>> found.sequence.tolist(), found.pairs
    ([3, 3, 3, 3, 3, 3, 3, 3, 2], [(0, 1)])
    """
    pairs: list[tuple[int, int]] = []
    lengths = [1] * alphabet
    while True:
        accepted = _frequent(sequence, np.array(lengths), least, longest)
        if not accepted:
            return Grammar(sequence, alphabet, pairs, lengths)
        sequence = _renamed(sequence, accepted, len(lengths))
        pairs += accepted
        lengths += [lengths[a] + lengths[b] for a, b in accepted]


def _frequent(sequence: Array, lengths: Array, least: int, longest: int) -> list[tuple[int, int]]:
    """Frequent pairs, most frequent first, no symbol in two of them."""
    many = len(lengths)
    first, second = sequence[:-1], sequence[1:]
    short = lengths[first] + lengths[second] <= longest
    codes, counts = np.unique((first * many + second)[short], return_counts=True)
    codes, counts = codes[counts >= least], counts[counts >= least]
    taken: set[int] = set()
    accepted = []
    for code in codes[np.argsort(-counts, kind="stable")].tolist():
        pair = divmod(code, many)
        if taken.isdisjoint(pair):
            taken.update(pair)
            accepted.append(pair)
    return accepted


def _renamed(sequence: Array, accepted: list[tuple[int, int]], name: int) -> Array:
    """The sequence with every accepted pair replaced by a new symbol, from ``name`` on."""
    table = np.full((2, max(int(sequence.max()) + 1, name)), -1)
    for own, (a, b) in enumerate(accepted):
        table[0, a] = table[1, b] = own
    own = table[0, sequence[:-1]]
    places = np.flatnonzero((own >= 0) & (own == table[1, sequence[1:]]))
    # Of a symbol paired with itself, every other place of a run.
    breaks = np.flatnonzero(np.diff(places, prepend=-2) != 1)
    starts = np.repeat(breaks, np.diff(breaks, append=len(places)))
    places = places[(np.arange(len(places)) - starts) % 2 == 0]
    result = sequence.copy()
    result[places] = name + own[places]
    return np.delete(result, places + 1)
