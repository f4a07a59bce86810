"""The exceptions of this package, all under :class:`AutogradError`.

Each also subclasses the builtin a caller would reach for, so ``except ValueError`` works too. Next:
:mod:`autograd.foreign`.
"""

from __future__ import annotations

__all__ = [
    "AnomalyError",
    "AutogradError",
    "ConvergenceError",
    "GradientError",
    "GraphError",
    "InputTypeError",
    "InputValueError",
    "MissingExtraError",
    "OutputError",
    "RuleError",
    "StaleGraphError",
    "TraceError",
]


class AutogradError(Exception):
    """Base of every error this package raises on purpose.

    >>> issubclass(StaleGraphError, AutogradError)
    True
    """


class InputTypeError(AutogradError, TypeError):
    """An argument has the wrong type.

    >>> from autograd import Value
    >>> Value("2")
    Traceback (most recent call last):
        ...
    autograd.errors.InputTypeError: Value takes a real number, but got str '2'
    """


class InputValueError(AutogradError, ValueError):
    """An argument has the right type and an impossible value, length or shape.

    >>> from autograd import dot
    >>> dot([1.0, 2.0], [3.0])
    Traceback (most recent call last):
        ...
    autograd.errors.InputValueError: dot needs two sequences of equal length, but got 2 and 1
    """


class GraphError(AutogradError, ValueError):
    """A node is used in a way that its place in the graph forbids.

    >>> from autograd import Value
    >>> y = Value(2.0) * 3.0
    >>> y.data = 1.0  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    autograd.errors.GraphError: the data of a node computed by 'mul' cannot be assigned: ...
    """


class GradientError(AutogradError, AssertionError):
    """A gradient check found a derivative that is wrong, or could not reach a verdict.

    >>> from autograd import assert_gradients
    >>> assert_gradients(lambda x: x * x.data, 3.0)  # x.data is a constant to the graph
    Traceback (most recent call last):
        ...
    autograd.errors.GradientError: gradcheck: fail
    input  analytic  numeric  est. error  verdict
    x      3         6        4.0e-14     fail: wrong by 50.00%
    """


class StaleGraphError(AutogradError, RuntimeError):
    """A leaf changed after the graph was recorded, and the graph was not recomputed.

    >>> from autograd import Value
    >>> x = Value(2.0)
    >>> y = x * x
    >>> x.data = 5.0
    >>> y.backward()  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    autograd.errors.StaleGraphError: 'mul' holds 4.0 but its operands now give 25.0: ...
    """


class TraceError(AutogradError, TypeError):
    """The number of a Value was asked where it would be frozen, or lose its derivative.

    >>> import math
    >>> from autograd import grad
    >>> grad(lambda x: x * math.sin(x))(2.0)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    autograd.errors.TraceError: the number (float) of a Value was asked while a function ...
    """


class AnomalyError(AutogradError, FloatingPointError):
    """Under ``detect_anomaly``, a value or an adjoint became infinite or not a number."""


class ConvergenceError(AutogradError, RuntimeError):
    """An iteration found no solution; the message has the residual where it stopped."""


class MissingExtraError(AutogradError, ImportError):
    """An optional dependency is not installed; the message names the extra that brings it."""


class OutputError(AutogradError, OSError):
    """A file could not be written; an older one of that name is as it was."""


class RuleError(AutogradError, AttributeError):
    """A rule of a custom_op asks its namespace ``xp`` for a function that there is not."""
