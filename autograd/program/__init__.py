"""Record once, replay many: recorded graphs as programs over whole arrays.

Read on in this order: :mod:`autograd.program.tape.instructions` (the tape),
:mod:`autograd.program.tape.lower` (from a graph to a tape), :mod:`autograd.program.program` (what
is called), then the executors.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, overload

from autograd.engine.node import Node
from autograd.errors import InputTypeError, InputValueError
from autograd.foreign import in_our_words
from autograd.program.compiled_function import Compiled
from autograd.program.program import Program
from autograd.program.tape import instructions
from autograd.program.tape.lower import lower

if TYPE_CHECKING:
    from numpy.typing import DTypeLike
    from typing_extensions import Never

    from autograd.nested import Nest

__all__ = ["Compiled", "Program", "compile", "compiled"]

sys.modules["autograd.program.ir"] = instructions  # pickles from before it moved name it so


def compile(
    output: Nest,
    /,
    *unnamed: Never,
    dtype: DTypeLike = "float64",
    backend: str = "auto",
    threads: int | None = None,
    has_aux: bool = False,
    **arguments: Nest,
) -> Program:
    """A recorded graph as a :class:`Program` of named arguments.

    Every keyword names one argument: a leaf Value or a nested sequence or array of leaf Values,
    which the arrays passed at call time stand in for. Leaves that no argument names are frozen at
    their present ``.data``, and so is every choice that Python made while the graph was recorded:
    ``if x > 0:`` chose one branch and left no trace, and the ``x > 0`` in ``where(x > 0, a, b)``
    was True or False. ``maximum`` and the like choose anew in every call, as ``where(relu(x), a,
    b)`` does; ``autograd.compiled`` records comparisons, and refuses to freeze a branch.

    Args:
        output: A Value or a nested sequence of Values.
        dtype: float64 or float32.
        backend: "array" for NumPy, "loop" for one number after the other (deep and narrow
            graphs), "auto" for whichever suits the graph and the batch.
        threads: On how many the loop runs a large batch, by default one on each processor that
            the process may use. Results are the same for any number.
        has_aux: Whether ``output`` is a pair of the value to differentiate and auxiliary data,
            such as a loss and the predictions it judges. The program then gives both, from one
            pass: ``(value, aux)``, and ``((value, aux), gradient)``. (As in JAX.)
        arguments: What may change from call to call.

    Raises:
        InputTypeError, InputValueError: An argument or the output is no nesting of Values, is
            ragged, or a leaf is named twice.
        GraphError: An argument holds a Value that is computed.
        MissingExtraError: NumPy is not installed.

    >>> from autograd import Value, compile, dot
    >>> w, x = [Value(0.5), Value(2.0)], [Value(0.0), Value(0.0)]
    >>> program = compile(dot(w, x) ** 2, w=w, x=x)
    >>> value, grad = program.value_and_grad("w", w=[0.5, 2.0], x=[[2.0, 1.0], [0.0, 1.0]])
    >>> print(value, grad)
    [9. 4.] [12. 10.]
    >>> y = dot(w, x)
    >>> program = compile((y**2, y), has_aux=True, w=w, x=x)
    >>> (value, aux), grad = program.value_and_grad("w", w=[0.5, 2.0], x=[2.0, 1.0])
    >>> print(value, aux, grad)
    9.0 3.0 [12.  6.]
    """
    if unnamed:
        raise InputTypeError(
            "compile takes arguments by name, each with its leaves: compile(y, x=x)"
        )
    if "reduce" in arguments:
        raise InputValueError("'reduce' is an option of value_and_grad: rename the argument")
    if isinstance(output, (int, float)) and not isinstance(output, Node):
        raise InputTypeError(
            f"compile takes a Value or a nested sequence of Values, but got {output!r}: "
            "nothing is recorded in a plain number"
        )
    tape = lower(output, arguments, has_aux=has_aux)
    return Program(tape, dtype=dtype, backend=backend, threads=threads)


@overload
def compiled(
    f: Callable[..., Any],
    /,
    *,
    static: str | Sequence[str] = ...,
    dtype: DTypeLike = ...,
    backend: str = ...,
    threads: int | None = ...,
    has_aux: bool = ...,
) -> Compiled: ...
@overload
def compiled(
    f: None = ...,
    /,
    *,
    static: str | Sequence[str] = ...,
    dtype: DTypeLike = ...,
    backend: str = ...,
    threads: int | None = ...,
    has_aux: bool = ...,
) -> Callable[[Callable[..., Any]], Compiled]: ...
@in_our_words
def compiled(
    f: Callable[..., Any] | None = None,
    /,
    *,
    static: str | Sequence[str] = (),
    dtype: DTypeLike = "float64",
    backend: str = "auto",
    threads: int | None = None,
    has_aux: bool = False,
) -> Any:
    """A function of numbers, arrays and containers as a program, recorded when first called.

    It is recorded once for each kind of arguments, by calling ``f`` with fresh Values in their
    structure: nested lists for lists, an array of objects for an array, the same dicts, dataclasses
    and namedtuples. What is returned is called like ``f`` and gives numbers and arrays, in the
    structure that ``f`` returns. It has derivatives by named arguments, in their structures:
    ``f.value_and_grad(x, wrt="x")``, ``grad``, ``jacobian``, ``hessian``, ``jvp`` and ``hvp``; and
    ``f.batched("x")`` takes a batch of the argument x. Arguments named in ``static`` are passed to
    ``f`` as they are, and it is recorded for each combination of them: a number of steps, a string.
    So is an argument that is None, and what a container holds under a name if it is a text, None or
    an Enum's member, or a dataclass's field with ``metadata={"static": True}``. ``f`` may be a
    method or a ``functools.partial``. With ``has_aux``, ``f`` returns a pair of which only the
    first is differentiated, as for ``compile``.

    While ``f`` is recorded, a comparison of Values is recorded as a number, 1 or 0, so that
    ``where(x > 0, a, b)`` chooses anew in every call. What would freeze a branch (``if x > 0:``,
    ``float(x)``, ``int(x)``, ``round(x)``) raises TraceError with the line it stands on, and so
    does drawing random numbers, from ``random``, NumPy or a generator that ``f`` can reach.
    Whatever else ``f`` does, such as printing, happens while it is recorded only, and what it reads
    from elsewhere (globals, attributes of ``self``, a clock, a file, an iterator) keeps the number
    that it has then.
    A Value that it closes over is a constant too; where its ``data`` has changed, the next call
    records ``f`` anew. That is right and slow: pass what changes often as an argument. Called with
    Values, or inside a transform or another recording, ``f`` itself is called, so that everything
    it depends on is recorded.

    Raises (when called):
        TraceError: The recording would freeze a branch, or random numbers.
        InputTypeError: An argument is no number, array or container of such, or a static one is
            not hashable.

    >>> from autograd import compiled, where
    >>> @compiled
    ... def hinge(w, x):
    ...     margin = 1.0 - w * x
    ...     return where(margin > 0.0, margin, 0.0)
    >>> print(hinge(0.5, 1.0), hinge(2.0, 1.0))
    0.5 0.0
    >>> value, grad = hinge.value_and_grad(0.5, 1.0, wrt="w")
    >>> print(value, grad)
    0.5 -1.0
    >>> @compiled(static="degree")
    ... def bend(p, degree):
    ...     return (p["x"] - p["y"]) ** degree
    >>> gradient = bend.grad({"x": 3.0, "y": 1.0}, degree=2)
    >>> print(gradient["x"], gradient["y"])
    4.0 -4.0
    """
    if f is None:
        return functools.partial(
            compiled,
            static=static,
            dtype=dtype,
            backend=backend,
            threads=threads,
            has_aux=has_aux,
        )
    return Compiled(
        f, static=static, dtype=dtype, backend=backend, threads=threads, has_aux=has_aux
    )
