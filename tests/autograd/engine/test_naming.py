"""name: Values are called what the program calls them."""

import numpy as np
import pytest

import autograd
from autograd import Value
from autograd.engine.naming import name


def test_names_what_is_in_reach():
    """Values by their variables, those in nested sequences by their places, the rest untouched."""
    x, n, text = Value(1.0), 3, "text"
    w = [[Value(1.0), Value(2.0)], (Value(3.0), 4.0)]
    grid = np.array([[Value(1.0), Value(2.0)]], dtype=object)
    scalar = np.array(Value(1.0), dtype=object)
    name(**locals())
    assert (x.name, n, text) == ("x", 3, "text")
    assert [v.name for v in (*w[0], w[1][0])] == ["w[0][0]", "w[0][1]", "w[1][0]"]
    assert [v.name for v in grid[0]] == ["grid[0][0]", "grid[0][1]"]
    assert scalar[()].name is None


def test_a_name_stays_unless_told():
    """Given names are kept; with overwrite they are replaced."""
    x = Value(1.0, "input")
    name(x=x)
    assert x.name == "input"
    name(True, x=x, alias=x)
    assert x.name == "x"


def test_the_first_variable_counts():
    """A loop variable does not take the name of the list it ran over."""
    xs = [Value(1.0), Value(2.0)]
    name(xs=xs, x=xs[-1])
    assert [v.name for v in xs] == ["xs[0]", "xs[1]"]


def test_names_in_notebook_history_are_none():
    """Variables with an underscore are outputs of cells."""
    _7 = Value(1.0)
    name(_7=_7)
    assert _7.name is None


def test_options_cannot_clash_with_variables():
    """A variable may be called overwrite, or values."""
    overwrite, values = Value(1.0), Value(2.0)
    name(**locals())
    assert (overwrite.name, values.name) == ("overwrite", "values")


def test_a_list_that_contains_itself():
    """Its Values are named once."""
    loop = [Value(1.0)]
    loop.append(loop)
    name(loop=loop)
    assert loop[0].name == "loop[0]"


def test_values_by_position_are_refused():
    """name(x) cannot know what x is called; name(x=x) can."""
    x = Value(1.0)
    with pytest.raises(autograd.InputTypeError, match="by keyword"):
        name(x)
    name(x=x)
    assert x.name == "x"


def test_messages_use_the_names():
    """An error of the engine calls a Value by its name."""
    p = Value(0.0)
    name(**locals())
    with autograd.detect_anomaly(), pytest.raises(autograd.AnomalyError, match=r"log .* p=0\.0"):
        autograd.log(p)
