"""Words of other libraries, and what is written here instead: one table for each place.

A name that a module does not have, an attribute that a Value does not have and a keyword that a
function does not take are looked up here, and the error says what to do. What people expect of
``nn`` is in :mod:`nn.absent`.
"""

from __future__ import annotations

import contextlib
import functools
import re
import sys
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from autograd.errors import AutogradError, InputTypeError

if TYPE_CHECKING:
    from types import ModuleType

__all__ = [
    "IN_AUTOGRAD",
    "IN_VALUES",
    "KEYWORDS",
    "Absent",
    "advised",
    "answer_imports",
    "in_our_words",
    "missing",
    "missing_in",
    "one_by_one",
]

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

IN_AUTOGRAD = {
    r"numpy|scipy|extend|misc|builtins|test_util|differential_operators|core|tracer|util": "that "
    "is a part of HIPS's package autograd, and this is scalar-autograd: import numpy itself, whose "
    "functions keep the graph in arrays of Values, or go to an environment with that package",
    r"elementwise_grad|egrad": "write grad(lambda x: autograd.sum(f(x)))",
    r"hessian_(vector|tensor)_product|make_hvp|make_ggnvp": "write hvp(f, x, v)",
    r"(vector|tensor)_jacobian_product|make_vjp": "write vjp(f, x, v)",
    r"make_jvp.*|linearize|linear_transpose": "write jvp(f, x, v)",
    r"multigrad_dict|grad_named": "write grad(f, argnum=('a', 'b'))",
    r"grad_and_aux|value_grad_and_aux": "write grad(f, has_aux=True)",
    r"primitive|def(jvp|vjp)|custom_(jvp|vjp)|custom_gradient|custom_derivatives|Function": "write "
    "f = custom_op(name, forward, partials)",
    r"jacfwd|jacrev": "write jacobian(f), which chooses the way itself",
    r"jit|pjit|lambdify|make_jaxpr": "write compiled(f), or compile(y, x=x), which prints its "
    "statements",
    r"[vp]map|vectorize": "compiled(f).batched('x') is the function of many x at once",
    r"lax": "scan, stop_gradient and where, for cond and select, are autograd's own",
    r"cond|switch|select": "write where(condition, a, b), or Python's if where nothing is recorded",
    r"fori_loop|while_loop|map|associative_scan": "write a loop of Python's; scan is one that is "
    "recorded and compiled once, however long it is",
    r"checkpoint|remat": "a graph keeps one number a node and no more: leave it out",
    r"tree|tree_util|tree_map|tree_flatten|flatten|ravel_pytree": "arguments and results nest as "
    "they are, in lists, dicts, dataclasses and arrays: leave it out",
    r"random|manual_seed|rand|randn|seed": "numbers come from Python's random or NumPy's, first "
    "weights from nn.manual_seed",
    r"(as_)?[tT]ensor|Variable|Scalar|Var|Number|Parameter|Symbol|symbols|ufloat|adnumber|(as)?array"
    r"|from_numpy": "a number is Value(2.0), many are a list or a NumPy array of Values",
    r"optim|SGD|Adam|AdamW": "optimisers are in nn, such as nn.SGD",
    r"nn": "it is a package of its own: import nn",
    r"functional": "grad, jacobian, hessian, jvp, vjp and hvp are autograd's own",
    r"GradientTape|Tape|tape": "arithmetic on Values is recorded always: y.backward(), then x.grad",
    r"set_detect_anomaly|debug_nans|debug": "write with detect_anomaly(): around it",
    r"set_grad_enabled|inference_mode|is_grad_enabled": "write with no_grad(): or with "
    "enable_grad(): around it",
    r"gradgradcheck|check_grads": "write gradcheck(f, x, order=2)",
    r"diff|derivative|differentiate|gradient|grad_fn": "write grad(f)(x), or y.backward() and then "
    "x.grad",
    r"clamp": "write clip(x, low, high)",
    r"arc(sin|cos|tan|sinh|cosh|tanh)": r"write a\1(x)",
    r"arctan2": "write atan2(y, x)",
    r"pow(er)?|square|abs|absolute|fabs|reciprocal|negative|add|subtract|multiply|(true_)?divide": (
        "write Python's own: x**y, abs(x), 1.0 / x, -x, x + y, x * y"
    ),
    r"is(nan|finite|inf)|nan_to_num": "x != x asks for nan, abs(x) < inf for a finite number, and "
    "where chooses",
    r"gamma|gammaln|loggamma|special": "write lgamma(x), and exp(lgamma(x)) for the gamma function;"
    " erf, ndtr, betaln and polygamma are autograd's own",
    r"expit": "write sigmoid(x)",
    r"swish": "write silu(x)",
    r"(m|b)m|matmul|outer|inner|einsum|tensordot|linalg|concatenate|cat|[vhd]?stack|reshape"
    r"|transpose|(zeros|ones|full|empty)(_like)?|eye|arange|linspace": "use NumPy's on arrays of "
    "Values, which keeps the graph, or lists; dot, det, solve and inv are autograd's own",
    r"arg(max|min|sort)": "a place has no derivative: use NumPy's on an array of the numbers, "
    "x.data; max, min and sort are autograd's own",
    r"pi|e|inf|nan": "use math's",
    r"logical_(and|or|not)": "write (a > b) & (c > d), | for or; of plain conditions and, or, not",
    r"round|rint": "a rounded number has no derivative: floor(x + 0.5), or round(x) for a float",
    r"save|load": "pickle takes Values and graphs, and a model is saved by model.save(path)",
    r"devices?(_put|_get)?|cuda|to|float\d+|int\d+|dtype": "a Value is a double on the processor: "
    "leave it out; a program can be told dtype='float32'",
}
IN_VALUES = {
    "requires_grad|requires_grad_|retain_grad|watch": "every Value has a gradient: leave it out; a "
    "constant is a plain number",
    "is_leaf|grad_fn|creator|history|args|func|children|prev": "a leaf has op None; op and "
    "operands tell how others were made",
    "numpy|tolist|evalf|eval|realize|value|nominal_value|nominal": "v.data is the number, a float",
    "std_dev|s": "a Value has no uncertainty: y.backward(), and then the sum of "
    "(x.grad * deviation)**2 over the leaves is the square of y's",
    "derivatives|derivative|diff|gradient|d|adjoint|jacobian|hessian": "y.backward(), then x.grad; "
    "or autograd.grad(f)(x) of a function f",
    "subs": "x.data = 3.0, then y.recompute(); or autograd.compile(y, x=x)",
    "simplify|expand|factor": "autograd.explain(y, x) writes the derivative out in symbols",
    "zero_grad|zero_": "autograd.zero_grad([x]), or x.grad = 0.0",
    "shape|size|numel|ndim|reshape|view|squeeze|unsqueeze|flatten|permute|transpose|T|dtype": "a "
    "Value is one number, a double; many are a list or a NumPy array of Values",
    "sum|mean|prod|softmax|logsumexp": "a Value is one number: give autograd's function of this "
    "name a list of them",
    "add|sub|mul|div|pow|square|neg|abs|absolute|reciprocal|matmul": "write Python's own: x + y, "
    "x * y, x**2, abs(x), 1.0 / x",
    "add_|sub_|mul_|div_|copy_|fill_|clamp_|normal_|uniform_": "x.data = … updates a leaf",
    "clone": "x itself will do, for no operation changes it; x.detach() is a new leaf",
    "clamp|clip": "autograd.clip(x, low, high)",
    "to|cuda|cpu|device|double|float|half|long|type|block_until_ready": "a Value is a double "
    "on the processor: leave it out",
    "register_hook": "computed Values keep their grad too: look at it after backward()",
    "at": "a list or array of Values is assigned to as usual: xs[0] = …",
}
KEYWORDS = {
    "argnums": "it is called argnum here, an index, a name, or a tuple of these",
    "holomorphic": "numbers are real: leave it out",
    "allow_int": "an int is a number like others: leave it out",
    "static_argnums": "write static='n', by name",
    "static_argnames": "write static='n'",
    "outputs": "write y.backward(), then x.grad; grad(f) is of a function f",
    "inputs": "backward reaches every leaf: zero_grad clears the others; grad(f) is of a function",
    "grad_outputs": "write y.backward(gradient), or vjp(f, x, v)",
    "create_graph": "write y.backward(create_graph=True), or nest transforms: grad(grad(f))",
    "eps": "the steps of differences are chosen for each number: leave it out",
    "delta": "the steps of differences are chosen for each number: leave it out",
    "raise_exception": "assert_gradients raises, gradcheck gives a report: leave it out",
    "tol": "write tolerance=1e-9",
    "xtol": "write tolerance=1e-9",
    "maxiter": "write iterations=1000",
    "max_iter": "write iterations=1000",
    "max_iterations": "write iterations=1000",
    "fprime": "the derivative is taken of f itself: leave it out",
    "bracket": "Newton's method starts from x0, one number: give one between the two",
    "left": "it is constant beyond the ends: choose something else with where",
    "right": "it is constant beyond the ends: choose something else with where",
    "set_to_none": "a gradient is 0.0 before any backward pass, never None: leave it out",
    "dtype": "a Value is a double: leave it out; a program can be told dtype='float32'",
    "device": "a Value is a double on the processor: leave it out",
    "in_features": "the numbers of inputs and outputs come first: nn.Linear(2, 3)",
    "out_features": "the numbers of inputs and outputs come first: nn.Linear(2, 3)",
    "hidden": "the layers' sizes are one list: nn.MLP(2, [16, 16, 1])",
    "hidden_layer_sizes": "the layers' sizes are one list: nn.MLP(2, [16, 16, 1])",
    "nonlin": 'write activation="linear" for False, activation="relu" for True',
}


def advised(name: str, known: Mapping[str, str]) -> str:
    """What a table says of a word: ": " and the advice, or nothing."""
    for pattern, advice in known.items():
        found = re.fullmatch(pattern, name)
        if found:
            return f": {found.expand(advice)}"
    return ""


def missing(what: str, name: str, known: Mapping[str, str], of: Hashable = None) -> AttributeError:
    """The error for an attribute that is not there; with advice if people expect it."""
    advice = advised(name, known)
    if advice:
        return AttributeError(f"{what} has no {name}, on purpose{advice}", name=name)
    # Where nothing is known, Python looks for a similar name.
    return AttributeError(f"{what} has no attribute {name!r}", name=name, obj=of)


def missing_in(instance: Hashable, name: str, known: Mapping[str, str]) -> Any:
    """What ``__getattr__`` has of an instance: that error, or what its own property raised."""
    kind = type(instance)
    if hasattr(kind, name):  # Python asks here too where a property misses something else
        return object.__getattribute__(instance, name)
    raise missing(f"{kind.__name__!r} object", name, known, instance)


class Absent:
    """An attribute that a class does not have: it is looked up and named, never found.

    Not ``__getattr__``, which NumPy would call three times for each Value that enters an array.
    A class derived from it may have attributes of these names.
    """

    def __init__(self, name: str, advice: str) -> None:
        self.name, self.advice = name, advice

    def _error(self, kind: type) -> AttributeError:
        return AttributeError(
            f"a {kind.__name__} has no {self.name}, on purpose: {self.advice}", name=self.name
        )

    def __get__(self, instance: Hashable, kind: type) -> Any:
        own = getattr(instance, "__dict__", {})
        if self.name in own:
            return own[self.name]
        raise self._error(kind)

    def __set__(self, instance: Hashable, value: Any) -> None:
        own = getattr(instance, "__dict__", None)
        if own is None:
            raise self._error(type(instance))
        own[self.name] = value

    @staticmethod
    def install(kind: type, known: Mapping[str, str]) -> None:
        """Let a class say what is written instead of these words, but for those that it has."""
        for words, advice in known.items():
            for word in words.split("|"):
                if not hasattr(kind, word):
                    setattr(kind, word, Absent(word, advice))


class _Imports:
    """Asked for a submodule when nobody else has it: ``import autograd.numpy``.

    ``from autograd import jit`` asks for one too, after the attribute.
    """

    def __init__(self, package: str, known: Mapping[str, str]) -> None:
        self.package, self.known = package, known

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> None:
        """None where nothing is known of the word, so that Python's own error follows."""
        package, _, word = name.rpartition(".")
        within = package.partition(".")[0] == self.package
        advice = advised(word, self.known) if within else ""
        if advice:
            raise ImportError(f"there is no {name}, on purpose{advice}", name=name)


def answer_imports(package: str, known: Mapping[str, str]) -> None:
    """Let imports from a package say what is written instead of these words."""
    sys.meta_path.append(_Imports(package, known))


def in_our_words(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """The function; of a keyword of others' that it does not take it says what to write."""

    @functools.wraps(function)
    def called(*args: Parameters.args, **options: Parameters.kwargs) -> Result:
        if not KEYWORDS.keys().isdisjoint(options):
            refuse_keywords(function, options)
        return function(*args, **options)

    return called


def refuse_keywords(function: Callable[Parameters, Result], options: Iterable[str]) -> None:
    """Raise InputTypeError for a keyword of others' that a function or class does not take."""
    import inspect

    taken = inspect.signature(function).parameters
    if any(x.kind is inspect.Parameter.VAR_KEYWORD for x in taken.values()):
        return
    name = function.__qualname__.removesuffix(".__init__").rpartition(".")[2]
    word = next((word for word in options if word in KEYWORDS and word not in taken), None)
    if word is not None:
        raise InputTypeError(f"{name} takes no {word}: {KEYWORDS[word]}")


@contextlib.contextmanager
def one_by_one(is_tuple: bool, remedy: str) -> Iterator[None]:
    """A TypeError of a function that got a tuple for its arguments, as one with this remedy."""
    try:
        yield
    except TypeError as error:
        if isinstance(error, AutogradError) or not is_tuple:
            raise
        raise InputTypeError(f"given a tuple, the function says: {error}; {remedy}") from error
