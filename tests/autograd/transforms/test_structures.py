"""Transforms between structures of all kinds: the numbers of flat lists, in their places."""

import itertools
import random
from collections import namedtuple
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np
import pytest

import autograd as ag
from tests.campaign import CAMPAIGN


@dataclass
class Model:
    weight: Any
    bias: Any


Pair = namedtuple("Pair", "first second")


def array(*shape):
    """A builder of arrays of this shape, of floats where all numbers are."""

    def build(numbers):
        made = np.empty(shape, dtype=object)
        made.reshape(-1)[:] = [next(numbers) for _ in range(made.size)]
        return made.astype(float) if all(type(x) is float for x in made.flat) else made

    return build


STRUCTURES = {
    "number": next,
    "list": lambda n: [next(n), next(n), next(n)],
    "dict": lambda n: {"x": next(n), "y": [next(n), next(n)]},
    "dataclass": lambda n: Model(next(n), [next(n)]),
    "namedtuple": lambda n: Pair(next(n), (next(n), next(n))),
    "array of rank 0": array(),
    "array of rank 1": array(2),
    "array of rank 2": array(2, 2),
    "array of rank 3": array(1, 2, 2),
    "empty array": array(0),
    "empty array of rank 2": array(2, 0),
    "empty list": lambda n: [],
    "empty dict": lambda n: {},
    "dataclass of arrays": lambda n: Model(array(2)(n), next(n)),
    "dict of arrays": lambda n: {"q": array()(n)},
    "list of arrays": lambda n: [array(2)(n), array(1, 2)(n)],
    "mixed": lambda n: (next(n), {"k": Pair(next(n), array(2)(n))}),
}


def flat(x):
    if isinstance(x, np.ndarray):
        return flat(x.tolist())
    if is_dataclass(x):
        x = [getattr(x, field.name) for field in fields(x)]
    if isinstance(x, dict):
        x = [*x.values()]
    return [n for part in x for n in flat(part)] if isinstance(x, (list, tuple)) else [x]


def values(xs, count):
    """So many smooth functions of these numbers."""
    total = 1.0
    for i, x in enumerate(xs):
        total = total + 0.1 * (i + 1) * x * x + ag.sin((i + 0.5) * x)
    growth = ag.exp(0.1 * total)
    return [growth * (k + 1) + sum([x**3 * (k - 1) for x in xs], 0.0) for k in range(count)]


PAIRS = [*itertools.product(STRUCTURES, STRUCTURES)]
CHOSEN = PAIRS if CAMPAIGN else random.Random("structures").sample(PAIRS, 60)


def same(found, wanted):
    np.testing.assert_allclose(flat(found), flat(wanted), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(("taken", "given"), CHOSEN, ids=[" to ".join(pair) for pair in CHOSEN])
def test_derivatives_of_structures(taken, given):
    """Jacobians, their Jacobians, and products with directions, number by number."""
    rng = random.Random(taken + given)
    counts = [len(flat(STRUCTURES[name](iter([1.0] * 9)))) for name in (taken, given)]
    p, v = [[rng.uniform(-1.0, 1.0) for _ in range(counts[0])] for _ in range(2)]
    w = [rng.uniform(-1.0, 1.0) for _ in range(counts[1])]
    x, direction = [STRUCTURES[taken](iter(numbers)) for numbers in (p, v)]
    weights = STRUCTURES[given](iter(w))

    def g(numbers):
        return values(numbers, counts[1])

    def f(structure):
        return STRUCTURES[given](iter(g(flat(structure))))

    same(ag.jacobian(f)(x), ag.jacobian(g)(p))
    same(ag.jacobian(ag.jacobian(f))(x), ag.jacobian(ag.jacobian(g))(p))
    same(ag.jvp(f, x, direction), ag.jvp(g, p, v))
    same(ag.vjp(f, x, weights), ag.vjp(g, p, w))
    mixed = ag.jvp(lambda q: ag.vjp(g, q, w), p, v)
    same(ag.jvp(lambda q: ag.vjp(f, q, weights), x, direction), mixed)
    assert type(ag.jvp(f, x, direction)) in (type(weights), float, np.ndarray)


@pytest.mark.parametrize("taken", STRUCTURES)
def test_derivatives_of_one_number(taken):
    """Gradient, Hessian and its diagonal, its product, auxiliary data, several arguments."""
    count = len(flat(STRUCTURES[taken](iter([1.0] * 9))))
    p, v = [0.1 * (i + 1) for i in range(count)], [1.0 / (i + 2) for i in range(count)]
    x, direction = STRUCTURES[taken](iter(p)), STRUCTURES[taken](iter(v))

    def g(numbers):
        return values(numbers, 1)[0]

    def f(structure):
        return g(flat(structure))

    same(ag.grad(f)(x), ag.grad(g)(p))
    same(ag.value_and_grad(f)(x)[1], ag.grad(g)(p))
    same(ag.hessian(f)(x), ag.hessian(g)(p))
    same(ag.hessian(f, diagonal=True)(x), ag.hessian(g, diagonal=True)(p))
    same(ag.hvp(f, x, direction), ag.hvp(g, p, v))
    same(ag.jacobian(ag.hessian(f))(x), ag.jacobian(ag.hessian(g))(p))
    gradient, aux = ag.grad(lambda q: (f(q), q), has_aux=True)(x)
    same(gradient, ag.grad(g)(p))
    same(aux, p)
    by_both = ag.grad(lambda a, q, *, k: f(q) * a * k[0], argnum=("q", "a"))(2.0, x, k=[3.0])
    same(by_both[0], [6.0 * n for n in ag.grad(g)(p)])
    same(by_both[1], 3.0 * g(p))
