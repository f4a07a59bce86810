"""detect_anomaly tells where a number that is not finite came from, and what to write instead."""

import os
import subprocess
import sys

import pytest

import autograd as ag
from autograd import AnomalyError, Value


def message(program) -> str:
    """What the first anomaly of a program says."""
    with ag.detect_anomaly(), pytest.raises(AnomalyError) as caught:
        program()
    return str(caught.value)


def test_a_value_is_followed_back_to_its_lines():
    """The chain that led to log(0), nearest first, each with its name, numbers and line."""

    def program():
        x = Value(-800.0, "x")
        logit = x * 1.0
        logit.name = "logit"
        p = ag.exp(logit)
        p.name = "p"
        ag.log(p + 0.0)

    first, second, third, fourth, *_ = message(program).splitlines()
    assert first.startswith("log gave -inf from add=0.0, at ")
    assert first.endswith("ag.log(p + 0.0)")
    assert second.startswith("  add=0.0 is add(p=0.0, 0.0), at ")
    assert third.startswith("  p=0.0 is exp(logit=-800.0), at ")
    assert third.endswith(": p = ag.exp(logit)")
    assert fourth.startswith("  logit=-800.0 is mul(x=-800.0, 1.0), at ")


def test_an_adjoint_is_followed_both_ways():
    """The derivative that was infinite, the adjoints above it and the values below it."""

    def program():
        a = Value(0.0, "a")
        square = a * a
        square.name = "square"
        root = ag.sqrt(square)
        root.name = "root"
        (root * 3.0).backward()

    text = message(program)
    assert "the adjoint of square=0.0 became inf in the derivative of root=0.0" in text
    assert "upstream 3.0" in text
    assert "adjoints on the way: mul=0.0 had 1.0" in text
    assert "square=0.0 is mul(a=0.0, a=0.0)" in text


def test_long_stories_are_cut():
    """Of a deep graph the nearest nodes are shown, the others counted; so with many operands."""

    def deep():
        x = Value(1.0)
        for _ in range(5000):
            x = x * 1.0
        ag.log(x - 1.0)

    def wide():
        ag.log(ag.sum([Value(0.0)] * 5000))

    assert len(message(deep).splitlines()) < 12
    assert "… and 4995 nodes before these" in message(deep)
    assert "and 4996 more" in message(wide)


def test_recompute_shows_the_numbers_of_now():
    """The numbers are those that recompute came upon, not those of the recording."""

    def program():
        x = Value(2.0, "x")
        y = ag.log(x * 3.0)
        x.data = 0.0
        y.recompute()

    text = message(program)
    assert text.startswith("log gave -inf from mul=0.0, at recompute(); recorded at ")
    assert "mul=0.0 is mul(x=0.0, 3.0)" in text


def test_bad_data_is_told_from_bad_arithmetic():
    """What came in as nan is named as such."""
    assert "x=nan came in with the data" in message(lambda: Value(float("nan"), "x") * 2.0)


def test_what_has_no_remedy_states_the_edge():
    """Otherwise the declaration of the primitive says what happens at its edges."""
    assert "lgamma: inf at 0" in message(lambda: ag.lgamma(Value(0.0)))


def test_files_beside_the_package_are_the_user_s():
    """Their names may begin with the package's, as in a folder autograd_examples."""
    file = os.path.dirname(ag.__file__) + "_examples.py"
    program = eval(compile("lambda: ag.log(Value(0.0))", file, "eval"))
    assert f"at {file}:1" in message(program)


CELLS = """
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
shell.run_cell("import autograd", store_history=True)
shell.run_cell("try:\\n    autograd.compiled(lambda x: 1 if x > 0 else 2)(1.0)\\n"
               "except autograd.TraceError as error:\\n    print(error)", store_history=True)
"""


@pytest.mark.needs("IPython")
def test_lines_of_notebooks_are_called_by_cell(tmp_path):
    """Not by the name of a temporary file, which tells a reader nothing and changes every time."""
    environment = os.environ | {"IPYTHONDIR": str(tmp_path)}
    command = [sys.executable, "-c", CELLS]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "at Cell In[2]:2: autograd.compiled(lambda x: 1 if x > 0" in done.stdout
