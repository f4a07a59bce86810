"""The functions of sequences against what a user writes by hand, in programs.

    python -m tests.benchmarks.composites

Forty groups of ten numbers each go through a function, or through plain maximum, exp, log, sqrt and
arithmetic in its place; the program gives value and gradient of a weighted sum. Times are the
processor's, medians in alternation; a ratio above 1 means that the function is slower than by hand.
``first`` is compiling and the first call, without the recording, the least of some. What is
plainly written for norm, hypot and sigmoid overflows, or has nan for a derivative in their tails:
``guarded`` rows compare with what does not. Nor do more than two numbers that tie share a
derivative evenly in a plain network, or small terms of a logsumexp keep their digits: with
``even`` and ``exact`` hand-written ones they do.
"""

import argparse
import itertools
import time
from functools import reduce

import numpy as np

import autograd
from autograd import (
    Value,
    compile,
    exp,
    log,
    log1p,
    maximum,
    minimum,
    sign,
    sqrt,
    stop_gradient,
)  # fmt: skip
from autograd.ops.ordered import comparators
from tests.benchmarks.models.__main__ import medians

GROUPS, SIZE = 40, 10


def added(xs):
    """Plain additions."""
    return reduce(lambda a, b: a + b, xs)


def by_hand_softmax(xs):
    """The usual one: shifted by the largest."""
    top = reduce(maximum, xs)
    terms = [exp(x - top) for x in xs]
    total = added(terms)
    return [term / total for term in terms]


def by_hand_logsumexp(xs):
    """The same of its logarithm."""
    top = reduce(maximum, xs)
    return top + log(added([exp(x - top) for x in xs]))


def by_hand_log_softmax(xs):
    """x - logsumexp(xs)."""
    total = by_hand_logsumexp(xs)
    return [x - total for x in xs]


def by_hand_var(xs):
    """The mean square of what is left without the mean."""
    centre = added(xs) / len(xs)
    return added([(x - centre) * (x - centre) for x in xs]) / len(xs)


def guarded_norm(xs):
    """Measured in units of the largest, so that no square overflows."""
    largest = reduce(maximum, [abs(x) for x in xs])
    return largest * sqrt(added([(x / largest) * (x / largest) for x in xs]))


def guarded_sigmoid(x):
    """By powers that are never large."""
    return exp(minimum(x, 0.0)) / (1.0 + exp(minimum(x, -x)))


def by_hand_median(xs):
    """The middle of a network of comparators."""
    lanes = list(xs)
    for i, j in comparators(len(xs)):
        lanes[i], lanes[j] = minimum(lanes[i], lanes[j]), maximum(lanes[i], lanes[j])
    half = len(xs) // 2
    return lanes[half] if len(xs) % 2 else (lanes[half - 1] + lanes[half]) * 0.5


def by_hand_sort(xs):
    """All of it."""
    lanes = list(xs)
    for i, j in comparators(len(xs)):
        lanes[i], lanes[j] = minimum(lanes[i], lanes[j]), maximum(lanes[i], lanes[j])
    return lanes


def even_sort(xs):
    """Numbers that tie share evenly: each place is the mean of those that are what stands there."""
    terms = []
    for place in by_hand_sort([stop_gradient(x) for x in xs]):
        hits = [1.0 - abs(sign(x - place)) for x in xs]
        terms.append(added([hit * x for hit, x in zip(hits, xs)]) / added(hits))
    return terms


def exact_logsumexp(xs):
    """With what rounding takes from each difference, which its exponential would magnify."""
    top = reduce(maximum, xs)
    terms = []
    for x in xs:
        difference = x - top
        other = difference - x
        error = (x - (difference - other)) - (top + other)
        terms.append(exp(difference) * (1.0 + stop_gradient(error)))
    return top + log(added(terms))


def exact_log_softmax(xs):
    """With what is small beside 1, of differences that are not of large numbers."""
    top = reduce(maximum, xs)
    shifted = [x - top for x in xs]
    others = [abs(sign(x)) for x in shifted]
    terms = [other * exp(x) for x, other in zip(shifted, others)]
    total = log1p((len(xs) - 1.0 - added(others)) + added(terms))
    return [x - total for x in shifted]


def in_pairs(function):
    """A function of two numbers, of all neighbours."""
    return lambda xs: [function(x, y) for x, y in itertools.pairwise(xs)]


def for_each(function):
    """A function of one number, of all."""
    return lambda xs: [function(x) for x in xs]


def by_hand_logaddexp(x, y):
    """The usual one."""
    return maximum(x, y) + log1p(exp(-abs(x - y)))


COMPOSITES = {
    "max": (autograd.max, lambda xs: reduce(maximum, xs)),
    "min": (autograd.min, lambda xs: reduce(minimum, xs)),
    "median": (autograd.median, by_hand_median),
    "sort": (autograd.sort, by_hand_sort),
    "sort, even": (autograd.sort, even_sort),
    "logsumexp": (autograd.logsumexp, by_hand_logsumexp),
    "logsumexp, exact": (autograd.logsumexp, exact_logsumexp),
    "softmax": (autograd.softmax, by_hand_softmax),
    "log_softmax": (autograd.log_softmax, by_hand_log_softmax),
    "log_softmax, exact": (autograd.log_softmax, exact_log_softmax),
    "norm": (autograd.norm, lambda xs: sqrt(added([x * x for x in xs]))),
    "norm, guarded": (autograd.norm, guarded_norm),
    "mean": (autograd.mean, lambda xs: added(xs) / len(xs)),
    "var": (autograd.var, by_hand_var),
    "std": (autograd.std, lambda xs: sqrt(by_hand_var(xs))),
    "hypot": (in_pairs(autograd.hypot), in_pairs(lambda x, y: sqrt(x * x + y * y))),
    "hypot, guarded": (in_pairs(autograd.hypot), in_pairs(lambda x, y: guarded_norm([x, y]))),
    "logaddexp": (in_pairs(autograd.logaddexp), in_pairs(by_hand_logaddexp)),
    "sigmoid": (for_each(autograd.sigmoid), for_each(lambda x: 1.0 / (1.0 + exp(-x)))),
    "sigmoid, guarded": (for_each(autograd.sigmoid), for_each(guarded_sigmoid)),
    "softplus": (
        for_each(autograd.softplus),
        for_each(lambda x: maximum(x, 0.0) + log1p(exp(-abs(x)))),
    ),
}


def recorded(function):
    """The weighted sum of what a function gives of every group, and the leaves."""
    rng = np.random.default_rng(0)
    numbers = [[Value(x) for x in row] for row in rng.normal(size=(GROUPS, SIZE))]
    terms = []
    for row in numbers:
        found = function(row)
        terms += found if isinstance(found, list) else [found]
    return autograd.dot(terms, rng.normal(size=len(terms)).tolist()), numbers


def first_call(output, leaves, point, rounds=5):
    """Processor time of compiling and the first call."""
    least = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        compile(output, backend="loop", x=leaves).value_and_grad("x", x=point)
        least = min(least, time.process_time() - start)
    return least


def main():
    """Print a row for each function."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="functions, by default all")
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 64, 512])
    parser.add_argument("--seconds", type=float, default=1.0)
    options = parser.parse_args()
    rng = np.random.default_rng(1)
    for name in options.names or COMPOSITES:
        sides = [recorded(function) for function in COMPOSITES[name]]
        point = rng.normal(size=(GROUPS, SIZE))
        times = [first_call(output, leaves, point) for output, leaves in sides]
        cells = [f"first {times[0] / times[1]:5.2f} ({times[0] * 1e3:.1f} ms)"]
        programs = [compile(output, backend="loop", threads=1, x=x) for output, x in sides]
        for batch in options.batches:
            x = point if batch == 1 else rng.normal(size=(batch, GROUPS, SIZE))
            results = [program.value_and_grad("x", x=x) for program in programs]
            np.testing.assert_allclose(results[0][0], results[1][0], rtol=1e-9, atol=1e-9)
            np.testing.assert_allclose(results[0][1], results[1][1], rtol=1e-9, atol=1e-9)
            calls = {
                side: (lambda p=p, x=x: p.value_and_grad("x", x=x))
                for side, p in enumerate(programs)
            }
            for call in calls.values():  # programs compile more of what has run for a while
                until = time.process_time() + 1.0
                while time.process_time() < until:
                    call()
            taken = medians(calls, options.seconds)
            cells.append(f"{batch}: {taken[0] / taken[1]:5.2f} ({taken[0] / batch:.2f} us)")
        print(f"{name:16} " + "  ".join(cells), flush=True)


if __name__ == "__main__":
    main()
