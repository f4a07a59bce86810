"""Bugs planted in the engine: random programs find each, and shrink it to a few operations."""

import random
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, Phase, find, settings

from autograd import Value
from autograd.engine import backward as passes
from autograd.engine.generated import plain
from autograd.engine.order import operand_values, operands_of
from autograd.testing import programs
from tests import naive

MOST_OPERATIONS = 4
TOLERANCE = 1e-9
# Where larger derivatives cancel, doubles keep fewer digits than the tolerance asks for.
STEEPEST = 1e6
SETTINGS = settings(
    max_examples=2000,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


def edges(node):
    """Each operand with the node's derivative by it, as the engine should use them."""
    partials = node.op.local(*operand_values(node))
    return [
        (x, p)
        for x, p in zip(operands_of(node), partials)
        if type(x) is not float and p is not None
    ]


def missing_accumulation(node, g, adjoint):
    for x, p in edges(node):
        adjoint[x] = g * p


def dropped_edge_of_a_square(node, g, adjoint):
    for x, p in dict(edges(node)).items():
        adjoint[x] += g * p


def swapped_operands(node, g, adjoint):
    pairs = edges(node)
    for (x, _), (_, p) in zip(pairs, pairs[::-1]):
        adjoint[x] += g * p


def forgotten_upstream(node, g, adjoint):
    for x, p in edges(node):
        adjoint[x] += p


def literals_not_counted(node, g, adjoint):
    partials = [p or 0.0 for p in node.op.local(*operand_values(node))]
    for x, p in zip(node.parents, partials):
        adjoint[x] += g * p


def sign_of_a_difference(node, g, adjoint):
    for x, p in edges(node):
        adjoint[x] += g * (abs(p) if node.op.name == "sub" else p)


def tie_to_the_first(node, g, adjoint):
    for place, (x, p) in enumerate(edges(node)):
        tied = node.op.selects and p == 0.5
        adjoint[x] += g * (1.0 - place if tied else p)


def branch_not_taken(node, g, adjoint):
    for x, p in edges(node):
        adjoint[x] += g * (1.0 if node.op.name == "where" else p)


def only_two_operands(node, g, adjoint):
    for x, p in edges(node)[:2]:
        adjoint[x] += g * p


def small_adjoints_lost(node, g, adjoint):
    for x, p in edges(node):
        adjoint[x] += g * p if abs(g) > 0.1 else 0.0


def slope_of_a_tail(node, g, adjoint):
    for x, p in edges(node):
        adjoint[x] += g * (1.0 - node.data if node.op.name == "tanh" else p)


PLANTED = [
    missing_accumulation,
    dropped_edge_of_a_square,
    swapped_operands,
    forgotten_upstream,
    literals_not_counted,
    sign_of_a_difference,
    tie_to_the_first,
    branch_not_taken,
    only_two_operands,
    small_adjoints_lost,
    slope_of_a_tail,
]


def planted(bug, shortest_first=False):
    """A backward sweep of the engine with a bug in its step."""

    def pull_back(order, adjoint):
        for node in order if shortest_first else reversed(order):
            if adjoint[node]:
                bug(node, adjoint[node], adjoint)

    return pull_back


@contextmanager
def plant(pull_back):
    """The plain engine, with this sweep."""
    with plain(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(passes, "pull_back", pull_back)
        yield


def is_wrong(formula):
    leaves = [Value(x) for x in formula.point]
    nodes = formula.values(leaves)
    made = [node for node in nodes[len(leaves) :] if isinstance(node, Value)]
    if any(abs(p) > STEEPEST for node in made for _, p in edges(node)):
        return False
    nodes[-1].backward()
    _, exact = naive.gradient(formula, formula.point)
    return any(abs(leaf.grad - g) > TOLERANCE * max(1.0, abs(g)) for leaf, g in zip(leaves, exact))


def simplest_failure():
    return find(programs(kinks=True), is_wrong, settings=SETTINGS, random=random.Random(1))


@pytest.mark.parametrize("bug", PLANTED, ids=lambda bug: bug.__name__)
def test_planted_bug_shrinks_to_few_operations(bug):
    """Each bug is found, and the smallest program that shows it has at most 4 operations."""
    with plant(planted(bug)):
        formula = simplest_failure()
    print(formula)
    assert formula.operations <= MOST_OPERATIONS


def test_wrong_order_shrinks_to_few_operations():
    """A sweep from the leaves to the result, the wrong way round, is found as well."""

    def step(node, g, adjoint):
        for x, p in edges(node):
            adjoint[x] += g * p

    with plant(planted(step, shortest_first=True)):
        assert simplest_failure().operations <= MOST_OPERATIONS


def test_nothing_is_found_without_a_bug():
    """The engine as it is agrees with the naive one on the same programs, at kinks too."""
    from hypothesis.errors import NoSuchExample

    with pytest.raises(NoSuchExample):
        find(
            programs(kinks=True),
            is_wrong,
            settings=settings(SETTINGS, max_examples=300),
            random=random.Random(1),
        )
