"""bound: names find the arguments that they name, or are refused."""

import itertools

import pytest

from autograd import InputValueError
from autograd.testing.binding import bound


def plain(a, b, c=0.0):
    return ("plain", a, b, c)


def mixed(a, /, b=2.0, *, c, d=4.0):
    return ("mixed", a, b, c, d)


def starred(a, *rest, c=3.0):
    return ("starred", a, rest, c)


def doubly(a, **rest):
    return ("doubly", a, rest)


def positional(a=1.0, b=2.0, /):
    return ("positional", a, b)


VALUES = {"a": 10.0, "b": 20.0, "c": 30.0, "d": 40.0}


@pytest.mark.parametrize(
    ("f", "names", "expected"),
    [
        (plain, "abc", ("plain", 10.0, 20.0, 30.0)),
        (plain, "ab", ("plain", 10.0, 20.0, 0.0)),
        (mixed, "ac", ("mixed", 10.0, 2.0, 30.0, 4.0)),
        (mixed, "abcd", ("mixed", 10.0, 20.0, 30.0, 40.0)),
        (mixed, "acd", ("mixed", 10.0, 2.0, 30.0, 40.0)),
        (starred, "ac", ("starred", 10.0, (), 30.0)),
        (doubly, "abd", ("doubly", 10.0, {"b": 20.0, "d": 40.0})),
        (positional, "a", ("positional", 10.0, 2.0)),
    ],
)
def test_every_order_of_writing_binds_alike(f, names, expected):
    """Each argument gets the number of its name."""
    for written in itertools.permutations(names):
        binding = bound(f, written)
        numbers = [VALUES[name] for name in binding.names]
        assert binding.caller(f)(*numbers) == expected
        source = eval(binding.source("f"), {"f": f})
        assert source(*numbers) == expected


def test_unknown_names_fill_the_rest_in_their_order():
    """A function of any number of operands takes what it does not name by position."""
    binding = bound(starred, ["c", "y", "a", "x"])
    assert binding.names == ("a", "y", "x", "c")
    assert binding.caller(starred)(1.0, 2.0, 3.0, 4.0) == ("starred", 1.0, (2.0, 3.0), 4.0)
    assert bound(max, ["y", "x"]).names == ("y", "x")  # does not tell what it takes


@pytest.mark.parametrize(
    ("f", "names", "words"),
    [
        (plain, "abz", "no argument 'z'"),
        (plain, "a", "domain of 'b'"),
        (mixed, "ab", "domain of 'c'"),
        (starred, "xy", "domain of 'a'"),
        (positional, "b", "domain of 'a' too"),
    ],
)
def test_names_that_do_not_fit_are_refused(f, names, words):
    """A name that f does not know, or one missing that it needs, is an error that says which."""
    with pytest.raises(InputValueError, match=words):
        bound(f, list(names))
