"""A life of random deeds, lived twice: by the engine and by a naive one, equal after every step."""

import copy
import math
import pickle

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from autograd import StaleGraphError, Value, zero_grad
from autograd.engine import backward as passes
from autograd.engine.generated import plain
from autograd.engine.order import operand_values, operands_of
from autograd.engine.record import record
from autograd.ops.op import OPS
from tests import naive
from tests.campaign import size

# Both engines compute these to the same bit, so that "changed" means the same to both.
UNARY = ["neg", "abs", "relu", "sin", "exp"]
BINARY = ["add", "sub", "mul", "maximum", "minimum"]
NUMBERS = st.sampled_from([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 3.0])
LARGEST = 1e6


class Twin:
    """A number of the naive engine: data, gradient, and how it was made."""

    def __init__(self, data, made=None):
        self.data, self.made, self.grad = data, made, 0.0

    def operands(self):
        return [x for x in self.made[1] if isinstance(x, Twin)] if self.made else []

    def computed(self):
        """What its operands give now, and the derivatives by them."""
        name, operands = self.made
        value, *partials = naive.RULES[name](*[getattr(x, "data", x) for x in operands])
        return value, partials

    def history(self):
        """All that it was made from, itself last."""
        seen = []
        for x in self.operands():
            seen += [y for y in x.history() if y not in seen]
        return [*seen, self]


class Life(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.values, self.twins = [Value(1.0)], [Twin(1.0)]

    def pick(self, index):
        index %= len(self.values)
        return self.values[index], self.twins[index]

    def add(self, value, twin):
        self.values.insert(0, value)
        self.twins.insert(0, twin)

    @rule(x=NUMBERS)
    def make_leaf(self, x):
        self.add(Value(x), Twin(x))

    @rule(name=st.sampled_from(UNARY), i=st.integers(0, 9))
    def apply_unary(self, name, i):
        self.apply(name, i)

    @rule(name=st.sampled_from(BINARY), i=st.integers(0, 9), j=st.integers(0, 9))
    def apply_binary(self, name, i, j):
        self.apply(name, i, j)

    @rule(name=st.sampled_from(BINARY), i=st.integers(0, 9), x=NUMBERS)
    def apply_to_literal(self, name, i, x):
        value, twin = self.pick(i)
        self.keep(name, (value, x), (twin, x))

    def apply(self, name, *indices):
        pairs = [self.pick(i) for i in indices]
        self.keep(name, tuple(v for v, _ in pairs), tuple(t for _, t in pairs))

    def keep(self, name, operands, twins):
        twin = Twin(0.0, (name, twins))
        if max(abs(getattr(x, "data", x)) for x in twins) > (10.0 if name == "exp" else 1e3):
            return
        twin.data = twin.computed()[0]
        self.add(record(OPS[name], operands), twin)

    @rule(i=st.integers(0, 9), times=st.integers(1, 2), gradient=NUMBERS)
    def backward(self, i, times, gradient):
        value, twin = self.pick(i)
        history = twin.history()
        stale = [x for x in history if x.made and x.computed()[0] != x.data]
        for _ in range(times):
            if stale:
                with pytest.raises(StaleGraphError):
                    value.backward(gradient)
                self.forget(history)
                continue
            try:
                value.backward(gradient)
            except StaleGraphError:  # 0.0 and -0.0 are equal numbers here, but not to the engine
                assert any(x.made and x.data == 0.0 for x in history)
                self.forget(history)
                return
            adjoint = dict.fromkeys(history, 0.0)
            adjoint[twin] = gradient
            for x in reversed(history):
                for operand, partial in zip(x.made[1], x.computed()[1]) if x.made else ():
                    if isinstance(operand, Twin) and adjoint[x]:
                        adjoint[operand] += adjoint[x] * partial
            for x in history:
                x.grad = adjoint[x] if x.made else x.grad + adjoint[x]

    def forget(self, history):
        """After a fault computed nodes have no gradient, and leaves the one they had."""
        for x in history:
            if x.made:
                x.grad = 0.0

    @rule()
    def zero_all(self):
        zero_grad(self.values)
        for twin in self.twins:
            twin.grad = 0.0

    @rule(i=st.integers(0, 9), x=NUMBERS)
    def mutate_leaf(self, i, x):
        value, twin = self.pick(i)
        if twin.made is None:
            value.data = twin.data = x

    @rule(i=st.integers(0, 9))
    def recompute(self, i):
        value, twin = self.pick(i)
        value.recompute()
        for x in twin.history():
            if x.made:
                x.data, x.grad = x.computed()[0], 0.0

    @precondition(lambda self: len(self.values) > 1)
    @rule(i=st.integers(0, 9))
    def delete(self, i):
        i %= len(self.values)
        del self.values[i], self.twins[i]

    @rule()
    def deepcopy(self):
        self.values = copy.deepcopy(self.values)
        self.twins = copy.deepcopy(self.twins)

    @rule(protocol=st.integers(2, pickle.HIGHEST_PROTOCOL))
    def pickle(self, protocol):
        self.values = pickle.loads(pickle.dumps(self.values, protocol))
        self.twins = copy.deepcopy(self.twins)

    @invariant()
    def all_agree(self):
        for value, twin in zip(self.values, self.twins):
            assert value.data == twin.data
            assert math.isclose(value.grad, twin.grad, rel_tol=1e-12, abs_tol=1e-12), (value, twin)


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=size(150, 5000), stateful_step_count=30, deadline=None, database=None
)


def test_life_notices_a_bug():
    """With a sweep that overwrites instead of adding, the two lives part."""

    def pull_back(order, adjoint):
        for node in reversed(order):
            for x, p in zip(operands_of(node), node.op.local(*operand_values(node))):
                if type(x) is not float:
                    adjoint[x] = adjoint[node] * p

    found_is_enough = settings(TestLife.settings, phases=[Phase.generate], max_examples=5000)
    with plain(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(passes, "pull_back", pull_back)
        with pytest.raises(AssertionError):
            run_state_machine_as_test(Life, settings=found_is_enough)
