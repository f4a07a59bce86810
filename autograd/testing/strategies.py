"""Strategies for Hypothesis: floats at which differences work, random formulas, small networks.

Hypothesis is imported when a strategy is asked for. Next: :mod:`autograd.testing.properties`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

from autograd.check.subject import Module
from autograd.errors import InputValueError
from autograd.extras import needed
from autograd.ops.op import OPS
from autograd.reals import real
from autograd.testing.formulas import LARGEST, Formula, drawable, formula_of

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["hypothesis_module", "mlps", "programs", "safe_floats"]

Model = TypeVar("Model", bound=Module)

MOST_INPUTS = 3
# Far enough back to share any value of a formula; beyond its first value come literals.
FARTHEST = 12
SEEDS = 2**32 - 1


def hypothesis_module() -> Any:
    """The module ``hypothesis``.

    Raises:
        MissingExtraError: It is not installed.
    """
    return needed("hypothesis", "autograd.testing")


def safe_floats(
    low: float = -10.0, high: float = 10.0, *, away_from: Sequence[float] = (), margin: float = 1e-3
) -> SearchStrategy[float]:
    """Ordinary floats between two bounds, none closer than ``margin`` to certain points.

    No NaN, no infinity, nothing subnormal: numbers at which difference quotients say something. A
    number that is drawn too close to one of the points is moved away from it, not thrown away.

    Raises:
        InputValueError: The bounds leave no room.

    >>> from hypothesis import find
    >>> find(safe_floats(0.5, 3.0), lambda x: True)
    1.0
    >>> find(safe_floats(-1.0, 1.0, away_from=[0.0]), lambda x: True)
    0.001
    """
    low, high = real(low, "low of safe_floats"), real(high, "high of safe_floats")
    if not low < high:
        raise InputValueError(f"safe_floats needs low < high, but got {low!r} and {high!r}")
    hypothesis = hypothesis_module()
    floats = hypothesis.strategies.floats(
        low, high, allow_nan=False, allow_infinity=False, allow_subnormal=False
    )

    def moved(x: float) -> float:
        for point in away_from:
            if abs(x - point) < margin:
                up, down = point + margin, point - margin
                x = up if x >= point and up <= high else down if down >= low else up
        return x

    return floats.map(moved) if away_from else floats  # type: ignore[no-any-return]


def programs(
    *,
    operations: Sequence[str] | None = None,
    most: int = 20,
    inputs: int = MOST_INPUTS,
    kinks: bool = False,
) -> SearchStrategy[Formula]:
    """Random :class:`~autograd.testing.Formula`, each with a point in the midst of its domain.

    Args:
        operations: Names of primitives to draw from; the whole table if not given.
        most: The largest number of operations.
        inputs: The largest number of inputs.
        kinks: Whether operands may lie beside kinks, where differences tell nothing.

    A failure shrinks to the fewest operations: they are drawn as a list, and each refers to its
    operands by how many values back they are.

    Raises:
        InputValueError: A name is not in the table.

    >>> from hypothesis import find
    >>> formula = find(programs(), lambda f: ".tanh" in str(f))
    >>> print(formula)
    def f(x0):
        t1 = autograd.tanh(x0)
        return t1
    """
    names = drawable() if operations is None else [*operations]
    for name in names:
        if name not in OPS:
            raise InputValueError(f"no primitive is named {name!r}; there are {', '.join(OPS)}")
    st = hypothesis_module().strategies
    index = st.integers(0, FARTHEST)
    instructions = st.lists(
        st.tuples(st.sampled_from(names), index, index), min_size=1, max_size=most
    )
    points = st.lists(safe_floats(-LARGEST, LARGEST), min_size=1, max_size=inputs)
    return st.builds(  # type: ignore[no-any-return]
        lambda drawn, point: formula_of(drawn, point, kinks=kinks), instructions, points
    )


def mlps(
    build: Callable[..., Model],
    *,
    activations: Sequence[str] = ("tanh", "sigmoid", "softplus", "gelu", "silu"),
    widest: int = 4,
    deepest: int = 3,
) -> SearchStrategy[tuple[Model, list[float]]]:
    """Small random networks, each with an input for it.

    ``build`` is ``nn.MLP``, or anything called alike: ``build(nin, sizes, activation=, rng=)``.
    The default activations have no kinks.

    >>> import nn
    >>> from hypothesis import find
    >>> model, x = find(mlps(nn.MLP), lambda example: len(example[1]) == 2)
    >>> len(model(x))
    1
    """
    st = hypothesis_module().strategies
    width = st.integers(1, widest)

    def network(nin: int, sizes: list[int], activation: str, seed: int) -> Any:
        return build(nin, sizes, activation=activation, rng=Random(seed))

    def with_input(nin: int) -> Any:
        model = st.builds(
            network,
            st.just(nin),
            st.lists(width, min_size=1, max_size=deepest),
            st.sampled_from([*activations]),
            st.integers(0, SEEDS),
        )
        return st.tuples(model, st.lists(safe_floats(-2.0, 2.0), min_size=nin, max_size=nin))

    return width.flatmap(with_input)  # type: ignore[no-any-return]
