"""Names that a custom_op's rule has wrong: our error at every use, with those that there are."""

import pytest

import autograd
from autograd import AutogradError, Value
from autograd.errors import RuleError

TRACED = autograd.custom_op("traced", lambda x: x, lambda xp, out, x: (xp.cosine(x),))
NESTED = autograd.custom_op("nested", lambda x: x, lambda xp, out, x: (2.0 * xp.exp(xp.foo(x)),))
BRANCHING = autograd.custom_op(
    "branching", lambda x: x, lambda xp, out, x: (xp.cosine(x) if x > 0.0 else x,)
)
WIDE = autograd.custom_op(
    "wide", lambda *xs: xs[0], lambda xp, out, *xs: tuple([xp.cosine(x) for x in xs])
)


def program(backend):
    def use(op):
        x = Value(1.0)
        autograd.compile(op(x), x=x, backend=backend).value_and_grad("x", x=1.0)

    return use


USES = {
    "backward": lambda op: op(Value(1.0)).backward(),
    "create_graph": lambda op: op(Value(1.0)).backward(create_graph=True),
    "grad of grad": lambda op: autograd.grad(autograd.grad(op))(1.0),
    "jvp": lambda op: autograd.jvp(op, 1.0, 1.0),
    "gradcheck": lambda op: autograd.gradcheck(op, 1.0),
    "array": program("array"),
    "loop": program("loop"),
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("op", [TRACED, NESTED, BRANCHING, WIDE], ids=lambda op: op.__name__)
def test_unknown_names_are_our_error(op, use):
    """It says which name there is not, and which there are; it is an AttributeError too."""
    with pytest.raises(RuleError, match=r"named '(cosine|foo)'; there are .*cos, ") as caught:
        USES[use](op)
    assert isinstance(caught.value, AutogradError)
    assert isinstance(caught.value, AttributeError)


def test_rules_may_ask_for_what_there_may_be():
    """`hasattr` and a default work on the namespace of numbers, as on any object."""

    def partials(xp, out, x):
        return (x if x > 0.0 and not hasattr(xp, "cosine") else getattr(xp, "foo", abs)(x),)

    op = autograd.custom_op("op", lambda x: 0.5 * x * x, partials)
    for at in (2.0, -2.0):
        x = Value(at)
        op(x).backward()
        assert x.grad == 2.0
