"""What value and slopes of a primitive share is one call, kept by the forward pass."""

import pytest

from autograd.ops.expr import show, variables_of
from autograd.ops.op import OPS
from autograd.program.loop.native.common_parts import KEPT, splits
from tests.autograd.program.loop.test_loop_executor import needs_llvm


def test_activations_have_one():
    """Those that networks and likelihoods are made of."""
    assert {"sigmoid", "softplus", "silu", "gelu", "elu", "logaddexp", "xlogy"} <= {*splits()}


@pytest.mark.parametrize("name", splits())
def test_the_part_is_called_once(name):
    """Neither the value nor a slope calls it again, and both are made of it."""
    part, value, partials = splits()[name]
    wanted = [x for x in partials if x is not None]
    assert KEPT in variables_of([value]) & variables_of(wanted)
    assert not any(show(part) in show(x) for x in (value, *wanted))
    assert [x is None for x in partials] == [x is None for x in OPS[name].partial_exprs]


@needs_llvm
@pytest.mark.parametrize("name", splits())
def test_what_is_made_of_it_is_a_rule(name):
    """The part has no operand with an edge, the rest none by the part."""
    from autograd.program.loop.native.rows import rules, split_names

    part, rest = (rules()[x] for x in split_names(name))
    assert set(part.partials) == {None}
    assert rest.partials[0] is None
    assert rest.selects == OPS[name].selects
