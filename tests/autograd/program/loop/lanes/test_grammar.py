"""Grammars of sequences: what they stand for is the sequence, and repetitions have few symbols."""

import numpy as np
import pytest

from autograd.program.loop.lanes.grammar import grammar_of


def expanded(grammar):
    """The sequence that a grammar stands for."""

    def symbol(x):
        if x < grammar.alphabet:
            return [x]
        a, b = grammar.pairs[x - grammar.alphabet]
        return symbol(a) + symbol(b)

    return [x for s in grammar.sequence.tolist() for x in symbol(s)]


@pytest.mark.parametrize("seed", range(10))
def test_a_grammar_expands_to_its_sequence(seed):
    """Noise, runs of one symbol, and nested repetitions."""
    rng = np.random.default_rng(seed)
    inner = rng.integers(0, 5, 7)
    outer = np.concatenate([np.tile(inner, 9), rng.integers(0, 5, 3), np.zeros(21, dtype=int)])
    sequence = np.concatenate([np.tile(outer, 12), rng.integers(0, 5, 200)])
    grammar = grammar_of(sequence, 5, 8, 48)
    assert expanded(grammar) == sequence.tolist()
    assert max(grammar.lengths) <= 48
    assert len(grammar.sequence) < len(sequence) / 3


def test_what_is_rare_has_no_name():
    """A pair that occurs less often than is asked stays as it is."""
    sequence = np.array([0, 1, 2] * 7)
    assert grammar_of(sequence, 3, 8, 48).sequence.tolist() == sequence.tolist()
