"""What a transform makes of a function goes where the function goes: into pickles and classes."""

import copy
import doctest
import functools
import inspect
import multiprocessing
import pickle
import pydoc
import sys

import pytest

import autograd
from autograd import compiled, grad, hessian, jacobian, value_and_grad


def cubed(x: float, k: float = 1.0) -> float:
    """k x³.

    >>> cubed(2.0)
    8.0
    """
    return k * x**3


def area(p):
    return p[0] * p[1]


def beside(x):
    return x * x, "beside"


@grad
def slope(x):
    """The slope of a square.

    >>> slope(2.0)
    4.0
    """
    return x * x


class Law:
    def __init__(self, factor):
        self.factor = factor

    def energy(self, x):
        return self.factor * x * x

    force = grad(energy, 1)


POINT, PAIR = (2.0,), ([3.0, 4.0],)
CASES = {
    "grad": (grad(cubed), POINT, 12.0),
    "argnum": (grad(cubed, ("k", 0)), (2.0, 5.0), (8.0, 60.0)),
    "value and grad": (value_and_grad(cubed), POINT, (8.0, 12.0)),
    "aux": (grad(beside, has_aux=True), POINT, (4.0, "beside")),
    "second": (grad(grad(cubed)), POINT, 12.0),
    "jacobian": (jacobian(area), PAIR, [4.0, 3.0]),
    "hessian": (hessian(area), PAIR, [[0.0, 1.0], [1.0, 0.0]]),
    "diagonal": (hessian(area, diagonal=True), PAIR, [0.0, 0.0]),
    "partial": (grad(functools.partial(cubed, k=2.0)), POINT, 24.0),
    "of a method": (grad(Law(3.0).energy), POINT, 12.0),
    "method": (Law(3.0).force, POINT, 12.0),
    "of compiled": (grad(compiled(cubed)), POINT, 12.0),
    "compiled": (compiled(grad(cubed)), POINT, 12.0),
    "by name": (slope, POINT, 4.0),
}


@pytest.mark.parametrize(("f", "arguments", "wanted"), CASES.values(), ids=CASES)
def test_pickles_and_copies_give_the_same(f, arguments, wanted):
    for again in (f, pickle.loads(pickle.dumps(f)), copy.copy(f), copy.deepcopy(f)):
        assert again(*arguments) == wanted


def test_another_process_differentiates():
    """Started afresh, as on Windows and macOS."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(grad(cubed), [1.0, 2.0]) == [3.0, 12.0]


def test_what_has_a_name_is_found_by_it():
    """As a plain function is; one without a name that can be found is not pickled."""
    assert pickle.loads(pickle.dumps(slope)) is slope
    with pytest.raises((pickle.PicklingError, AttributeError), match="lambda"):
        pickle.dumps(grad(lambda x: x))


def test_it_is_documented_as_the_function_is():
    """By help, by its signature, and its examples are run."""
    f = grad(cubed)
    assert inspect.signature(f) == inspect.signature(cubed)
    assert inspect.isroutine(f)
    assert (f.__name__, f.__qualname__, f.__module__) == ("cubed", "cubed", __name__)
    assert "cubed(x: float, k: float = 1.0) -> float\n    k x³." in pydoc.plain(pydoc.render_doc(f))
    found = doctest.DocTestFinder().find(sys.modules[__name__])
    assert {test.name.rpartition(".")[2] for test in found} >= {"cubed", "slope"}
    assert repr(f) == "<derivative of cubed>"


def test_what_a_function_keeps_is_not_taken_for_what_is_kept_of_it():
    """An object that is called may have attributes of whatever name."""

    class Called:
        def __init__(self):
            self.f = self.derive = self._bound = lambda x: x
            self.argnum, self.dtype, self.backend, self._recorded = 7, "float32", "loop", None

        def __call__(self, x):
            return autograd.exp(x) - x * x

    wanted = Called()(0.5)
    for dtype in ("float64", "float32"):
        f = compiled(Called(), backend="array", dtype=dtype)
        rounding = {"float64": 1e-15, "float32": 1e-6}[
            dtype
        ]  # of exp, some units in the last place
        assert f(0.5) == pytest.approx(wanted, rel=rounding)
        assert f.options["dtype"] == dtype
    assert grad(Called())(0.5) == pytest.approx(wanted + 0.25 - 1.0, rel=1e-15)
