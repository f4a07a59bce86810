"""The checkers checked: gradcheck catches what is wrong on purpose, and lets pass what is right."""

import functools
import math
import random

import pytest

from autograd import Value, gradcheck
from autograd.engine.order import record_of
from autograd.engine.record import record
from autograd.ops.op import OPS, Op
from autograd.testing import random_formula
from tests.campaign import size

# Enough to make any primitive's operands live: comparisons for where, and what stays moderate.
COMPANY = ["mul", "add", "sin", "tanh", "lt"]
PERTURBATION = 1e-6
CAUGHT = 0.95
FALSE_ALARMS = 0.001
POINTS = size(6, 60)
GRAPHS = size(3, 30)


@functools.cache
def perturbed(op, place):
    """The primitive with one local derivative wrong by one part in a million."""

    def partials(xp, out, *operands):
        rules = [*op.partials(xp, out, *operands)]
        if place < len(rules):  # a sum may have fewer operands
            rules[place] = rules[place] * (1.0 + PERTURBATION)
        return tuple(rules)

    return Op(op.name, op.forward, partials, arity=op.arity, selects=op.selects, smooth=op.smooth)


DOUBT = ("doubt", 1)


def places(op):
    """The operands by which the primitive has a derivative."""
    middle = [0.5 * (low + high) + 0.1 * (high - low) for low, high in op.sample]
    # Doubt's second one is zero or nan: no part in a million of it is wrong.
    return [i for i, p in enumerate(op.local(*middle)) if p is not None and (op.name, i) != DOUBT]


RULES = [(name, i) for name, op in OPS.items() for i in places(op)]


def alone(op, rng):
    """The primitive by itself, and points of its range at which the derivative is not zero."""
    for _ in range(POINTS):
        point = [rng.uniform(*bounds) for bounds in op.sample]
        if op.name == "polygamma":
            point[0] = float(rng.randint(0, 3))
        yield (lambda *xs, op=op: record(op, xs)), point


def test_right_rules_raise_no_alarm_and_perturbed_ones_do(record_property):
    """Each rule alone: at least 95 % of wrong derivatives are caught, at most 0.1 % right ones."""
    rng = random.Random("perturbed rules")
    caught = wrong = alarms = right = 0
    for name, place in RULES:
        op = OPS[name]
        bad = perturbed(op, place)
        for f, point in alone(op, rng):
            right += 1
            alarms += gradcheck(f, *point).verdict == "fail"
            if abs(op.local(*point)[place]) > 1e-6 * abs(op.evaluate(*point)):
                wrong += 1
                g = lambda *xs, bad=bad: record(bad, xs)  # noqa: E731
                caught += gradcheck(g, *point).verdict == "fail"
    record_property("rules alone", f"{caught}/{wrong} wrong caught, {alarms}/{right} false alarms")
    assert caught >= CAUGHT * wrong
    assert alarms <= FALSE_ALARMS * right


def with_rule(formula, name, bad):
    """The formula as a function whose graph has this rule at every node of the primitive."""

    def f(*xs):
        result = formula(*xs)
        for node in record_of([result])[0] if isinstance(result, Value) else ():
            if node.op is OPS[name]:
                node.op = bad
        return result

    return f


def share_of(formula, name, place):
    """How much of the gradient's largest part passes through this rule, at most."""
    leaves = [Value(x) for x in formula.point]
    result = formula(*leaves)
    result.backward()
    right = [x.grad for x in leaves]
    spoilt = [Value(x) for x in formula.point]
    with_rule(formula, name, perturbed(OPS[name], place))(*spoilt).backward()
    changes = [abs(a - b.grad) / abs(a) for a, b in zip(right, spoilt) if a]
    return max(changes, default=0.0) / PERTURBATION


def test_perturbed_rules_inside_graphs_are_caught(record_property):
    """The same in random graphs, where a tenth of some derivative at least passes the rule."""
    rng = random.Random("perturbed graphs")
    caught = wrong = alarms = right = 0
    for name, place in RULES:
        graphs = 0
        while graphs < GRAPHS:
            formula = random_formula(rng, operations=8, names=[name, *COMPANY])
            if share_of(formula, name, place) < 0.1:
                continue
            graphs += 1
            right += 1
            wrong += 1
            alarms += gradcheck(formula, *formula.point).verdict == "fail"
            bad = with_rule(formula, name, perturbed(OPS[name], place))
            caught += gradcheck(bad, *formula.point).verdict == "fail"
    figures = f"{caught}/{wrong} wrong caught, {alarms}/{right} false alarms"
    record_property("rules in graphs", figures)
    assert caught >= CAUGHT * wrong
    assert alarms <= FALSE_ALARMS * right


@pytest.mark.parametrize("batch", range(4))
def test_right_graphs_raise_no_alarm(batch):
    """Random graphs over the whole table never fail, and nearly always pass."""
    rng = random.Random(f"no alarm {batch}")
    count = size(50, 500)
    verdicts = [
        gradcheck(formula, *formula.point).verdict
        for formula in (random_formula(rng, operations=25) for _ in range(count))
    ]
    assert verdicts.count("fail") == 0
    assert verdicts.count("inconclusive") <= 0.05 * count


def test_estimated_errors_are_honest():
    """The error that the report states bounds the true one, nearly always."""
    rng = random.Random("honest")
    honest = total = 0
    for _ in range(size(100, 1000)):
        formula = random_formula(rng, operations=10)
        for entry in gradcheck(formula, *formula.point).entries:
            total += 1
            distance = abs(entry.analytic - entry.numeric)
            honest += distance <= entry.error + 1e-14 * max(1.0, abs(entry.analytic))
    assert honest >= 0.98 * total
    assert math.isfinite(total)
