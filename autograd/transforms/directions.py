"""Derivatives along directions: Jacobians and Hessians times a vector, without the matrix.

They take f, a point x and a direction v that nests as x does. ``others`` are f's further arguments,
by position in the places that x leaves, or by keyword; with a tuple as ``argnum``, x and v are
tuples of arguments. Next: :mod:`autograd.transforms.implicit`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from autograd.engine.record import operand
from autograd.foreign import one_by_one
from autograd.nested import numbers_like, rebuilt
from autograd.transforms.argnums import Argnum, Arguments, require_function, with_others
from autograd.transforms.call import Call

if TYPE_CHECKING:
    from autograd.nested import Argument, Nest

__all__ = ["hvp", "jvp", "vjp"]

Function = Callable[..., Any]


def jvp(
    f: Function, x: Nest, v: Nest, *others: Argument, argnum: Argnum = 0, **options: Argument
) -> Any:
    """J·v: derivative of the results of f along the direction v; one forward pass.

    ``v`` has the structure of ``x``; what returns has the structure of f's result. A zero in v
    leads nowhere, not even by a derivative of nan, unless it is a Value or follows one.

    >>> jvp(lambda p: [p[0] * p[1], p[0] + p[1]], [3.0, 4.0], [1.0, 10.0])
    [34.0, 11.0]
    >>> jvp(lambda x, y: x * y, (3.0, 4.0), (1.0, 10.0), argnum=(0, 1))
    34.0
    """
    call = _call(f, x, others, argnum, options, "jvp")
    slopes = call.push_forward(call.outputs, call.along(v))
    return rebuilt(call.result, [*map(call.finish, slopes)])


def vjp(
    f: Function, x: Nest, v: Nest, *others: Argument, argnum: Argnum = 0, **options: Argument
) -> Any:
    """vᵀJ: derivative by x of the results of f weighted with v; one reverse pass.

    ``v`` has the structure of f's result; what returns has the structure of ``x``.

    >>> vjp(lambda p: [p[0] * p[1], p[0] + p[1]], [3.0, 4.0], [1.0, 10.0])
    [14.0, 13.0]
    """
    call = _call(f, x, others, argnum, options, "vjp")
    weights = numbers_like(call.result, v, operand, "v, which nests as f(x) does,")
    return call.pull_back(call.outputs, weights)


def hvp(
    f: Function, x: Nest, v: Nest, *others: Argument, argnum: Argnum = 0, **options: Argument
) -> Any:
    """H·v: the Hessian of f times a direction, without the Hessian.

    One forward pass along v, recorded, and one reverse pass over both, whatever the size of x.

    >>> hvp(lambda p: p[0] * p[0] * p[1], [3.0, 4.0], [1.0, 10.0])
    [68.0, 6.0]
    >>> hvp(lambda w, x: (w * x - 1.0) ** 2, 3.0, 1.0, 4.0)
    32.0
    """
    call = _call(f, x, others, argnum, options, "hvp")
    along = call.along(v)
    tangents = call.region.run(lambda: call.push_forward(call.outputs, along))
    return call.pull_back(tangents, [1.0])


def _call(
    f: Function,
    x: Nest,
    others: tuple[Argument, ...],
    argnum: Argnum,
    options: dict[str, Argument],
    of: str,
) -> Call:
    require_function(f)
    args, options = with_others(argnum, x, others, options)
    remedy = (
        f"{of} takes x and v as f takes x, {of}(f, x, v), and of several arguments "
        f"{of}(f, (x, y), (v, w), argnum=(0, 1))"
    )
    with one_by_one(len(args) == 1 and type(x) is tuple and argnum == 0, remedy):
        return Call(Arguments(f, argnum, *args, **options), one="hvp" if of == "hvp" else "")
