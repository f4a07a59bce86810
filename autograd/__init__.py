"""Scalars in, derivatives out: reverse-mode automatic differentiation for people.

>>> import autograd
>>> x = autograd.Value(2.0, name="x")
>>> y = autograd.exp(x * x) / x
>>> y.backward()
>>> round(x.grad, 6)
95.546763

Start reading at :mod:`autograd.engine`; the table of primitives is :mod:`autograd.ops`.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING

from autograd.engine.backward import backward
from autograd.engine.leaves import assign_data, zero_grad
from autograd.engine.modes import detect_anomaly, enable_grad, no_grad
from autograd.engine.naming import name
from autograd.engine.value import Value
from autograd.errors import (
    AnomalyError,
    AutogradError,
    ConvergenceError,
    GradientError,
    GraphError,
    InputTypeError,
    InputValueError,
    MissingExtraError,
    OutputError,
    StaleGraphError,
    TraceError,
)
from autograd.foreign import answer_imports, missing
from autograd.foreign_words import IN_AUTOGRAD
from autograd.functions.custom import custom_op
from autograd.functions.distances import norm, std, var
from autograd.functions.elementary import (
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    betaln,
    cbrt,
    ceil,
    clip,
    copysign,
    cos,
    cosh,
    degrees,
    digamma,
    elu,
    entr,
    erf,
    erfc,
    erfinv,
    exp,
    exp2,
    expm1,
    floor,
    fmod,
    gelu,
    hypot,
    leaky_relu,
    lgamma,
    log,
    log1p,
    log2,
    log10,
    log_ndtr,
    log_sigmoid,
    logaddexp,
    logit,
    maximum,
    minimum,
    mod,
    ndtr,
    ndtri,
    polygamma,
    radians,
    relu,
    sigmoid,
    sign,
    silu,
    sin,
    sinc,
    sinh,
    softplus,
    sqrt,
    stop_gradient,
    tan,
    tanh,
    trunc,
    where,
    xlog1py,
    xlogy,
)
from autograd.functions.matrices import det, inv, solve
from autograd.functions.ordering import max, median, min, sort
from autograd.functions.recurrences import scan
from autograd.functions.sequences import (
    cumsum,
    dot,
    log_softmax,
    logsumexp,
    mean,
    prod,
    softmax,
    sum,
)
from autograd.functions.tables import interp, take
from autograd.transforms.derivatives import grad, hessian, jacobian, value_and_grad
from autograd.transforms.directions import hvp, jvp, vjp
from autograd.transforms.implicit import fixed_point, root

if TYPE_CHECKING:
    from autograd import drawing as drawing
    from autograd.check import GradientReport, assert_gradients, gradcheck
    from autograd.drawing import draw, explain, to_graphviz, to_mermaid
    from autograd.program import Program, compile, compiled

__version__ = "0.1.0"

__all__ = [
    "AnomalyError",
    "AutogradError",
    "ConvergenceError",
    "GradientError",
    "GradientReport",
    "GraphError",
    "InputTypeError",
    "InputValueError",
    "MissingExtraError",
    "OutputError",
    "Program",
    "StaleGraphError",
    "TraceError",
    "Value",
    "acos",
    "acosh",
    "asin",
    "asinh",
    "assert_gradients",
    "assign_data",
    "atan",
    "atan2",
    "atanh",
    "backward",
    "betaln",
    "cbrt",
    "ceil",
    "clip",
    "compile",
    "compiled",
    "copysign",
    "cos",
    "cosh",
    "cumsum",
    "custom_op",
    "degrees",
    "det",
    "detect_anomaly",
    "digamma",
    "dot",
    "draw",
    "elu",
    "enable_grad",
    "entr",
    "erf",
    "erfc",
    "erfinv",
    "exp",
    "exp2",
    "explain",
    "expm1",
    "fixed_point",
    "floor",
    "fmod",
    "gelu",
    "grad",
    "gradcheck",
    "hessian",
    "hvp",
    "hypot",
    "interp",
    "inv",
    "jacobian",
    "jvp",
    "leaky_relu",
    "lgamma",
    "log",
    "log1p",
    "log2",
    "log10",
    "log_ndtr",
    "log_sigmoid",
    "log_softmax",
    "logaddexp",
    "logit",
    "logsumexp",
    "max",
    "maximum",
    "mean",
    "median",
    "min",
    "minimum",
    "mod",
    "name",
    "ndtr",
    "ndtri",
    "no_grad",
    "norm",
    "polygamma",
    "prod",
    "radians",
    "relu",
    "root",
    "scan",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinc",
    "sinh",
    "softmax",
    "softplus",
    "solve",
    "sort",
    "sqrt",
    "std",
    "stop_gradient",
    "sum",
    "take",
    "tan",
    "tanh",
    "to_graphviz",
    "to_mermaid",
    "trunc",
    "value_and_grad",
    "var",
    "vjp",
    "where",
    "xlog1py",
    "xlogy",
    "zero_grad",
]

# Pickles name the modules that things were in when they were written.
for _former, _present in {
    "autograd.op": "autograd.ops.op",
    "autograd.pickling": "autograd.engine.pickling",
    "autograd.value": "autograd.engine.value",
}.items():
    sys.modules[_former] = import_module(_present)

# What few programs need is imported when it is first asked for: `import autograd` stays quick.
_LATER = {
    "GradientReport": "autograd.check",
    "Program": "autograd.program",
    "assert_gradients": "autograd.check",
    "compile": "autograd.program",
    "compiled": "autograd.program",
    "draw": "autograd.drawing",
    "explain": "autograd.drawing",
    "gradcheck": "autograd.check",
    "to_graphviz": "autograd.drawing",
    "to_mermaid": "autograd.drawing",
}

answer_imports("autograd", IN_AUTOGRAD)


if not TYPE_CHECKING:  # to a type checker, any name would be one of ours

    def __getattr__(name):
        if name in _LATER:
            value = globals()[name] = getattr(import_module(_LATER[name]), name)
            return value
        if name == "drawing":
            return import_module("autograd.drawing")
        raise missing("module 'autograd'", name, IN_AUTOGRAD, sys.modules[__name__])


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
