"""``python -m autograd``: output, exit status and messages."""

import math
import subprocess
import sys
import types
from pathlib import Path

import pytest

import autograd
from autograd.__main__ import main
from autograd.engine import accelerator
from autograd.ops.op import OPS


def test_value_and_table(capsys):
    """The value first, then a line for each variable in the order given, in full precision."""
    assert main(["tanh(x*w + b)", "x=2", "w=-3", "b=6.88"]) == 0
    first, blank, head, *rows = capsys.readouterr().out.splitlines()
    expression, value = first.split(" = ")
    assert expression == "tanh(x*w + b)"
    # The derivative of tanh is 1 - tanh² in the book; 1e-12 covers that formula's cancellation.
    assert float(value) == pytest.approx(math.tanh(0.88), rel=1e-12)
    assert blank == ""
    assert head.split() == ["variable", "value", "derivative"]
    slope = 1 - math.tanh(0.88) ** 2
    expected = {"x": (2.0, -3 * slope), "w": (-3.0, 2 * slope), "b": (6.88, slope)}
    assert [row.split()[0] for row in rows] == list(expected)
    for row in rows:
        name, *numbers = row.split()
        assert [float(x) for x in numbers] == pytest.approx(expected[name], rel=1e-12)


@pytest.mark.parametrize("arguments", [["-x", "x=-1/3"], ["x=3", "-x**2"][::-1], ["2+2"]])
def test_leading_minus_and_no_variables_are_understood(arguments, capsys):
    """A minus in front of an expression is not an option."""
    assert main(arguments) == 0
    assert " = " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["x*y", "x=2"], "add y="),
        (["x", "x"], "should look like x=2"),
        (["x", "2=x"], "should look like x=2"),
        (["x", "sin=2"], "should look like x=2"),
        (["x", "x=1", "x=2"], "given twice"),
        (["x", "x=a"], "no value given for 'a'"),
    ],
)
def test_what_cannot_be_understood_exits_with_2(arguments, message, capsys):
    """One message on standard error, nothing on standard output."""
    assert main(arguments) == 2
    output = capsys.readouterr()
    assert message in output.err
    assert output.out == ""


def test_explain_writes_out_the_chain_rule(capsys):
    """After the table, an explanation for each variable; the result has a name of its own."""
    assert main(["(t - sigmoid(w*x))**2", "w=2", "x=0.5", "t=1", "--explain"]) == 0
    table, *explanations = capsys.readouterr().out.split("\n\n")[1:]
    assert table.split()[:3] == ["variable", "value", "derivative"]
    assert [text.split(" =")[0] for text in explanations] == ["dy/dw", "dy/dx", "dy/dt"]
    assert "= −2(t−σ(w·x)) · σ(w·x)(1−σ(w·x))·x\n" in explanations[0]
    assert main(["y*y", "y=3", "--explain"]) == 0
    assert "df/dy = 6, the sum over 2 paths" in capsys.readouterr().out


@pytest.mark.parametrize("ending", ["svg", "html", "dot", "mmd"])
def test_draw_writes_the_picture(ending, tmp_path, capsys):
    """In the form that the file's ending says."""
    path = tmp_path / f"graph.{ending}"
    assert main(["sin(x)*x", "x=2", "--draw", str(path)]) == 0
    assert "sin" in path.read_text(encoding="utf-8")
    assert str(path) in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["2 + 2", "--explain"], "no variable"),
        (["x", "x=1", "--draw", "graph.bmp"], ".svg"),
        (["x", "x=1", "--draw", "nowhere/graph.svg"], "nowhere"),
    ],
)
def test_what_cannot_be_shown_exits_with_2(arguments, message, capsys):
    """One message on standard error, nothing on standard output."""
    assert main(arguments) == 2
    output = capsys.readouterr()
    assert message in output.err
    assert output.out == ""


def test_runs_as_a_module():
    """The exit status reaches the shell, and --help shows examples."""
    run = [sys.executable, "-m", "autograd"]
    assert subprocess.run([*run, "x.y", "x=1"], capture_output=True, check=False).returncode == 2
    shown = subprocess.run([*run, "--help"], capture_output=True, text=True, check=True).stdout
    assert 'python -m autograd "tanh(x*w + b)" x=2 w=-3 b=6.88' in shown


def test_the_edge_table_is_complete(capsys):
    """--edges has a paragraph for every primitive, and leaves with status 0."""
    with pytest.raises(SystemExit) as caught:
        main(["--edges"])
    assert not caught.value.code
    shown = capsys.readouterr().out
    starts = [line.split()[0] for line in shown.splitlines() if not line.startswith(" ")]
    assert starts == list(OPS)
    assert all(op.edge for op in OPS.values())
    assert "PyTorch" in shown


def test_micro_sign_and_greek_letter_are_one_variable(capsys):
    """Whichever key was struck for the expression and for the value."""
    assert main(["2*\u00b5", "\u03bc=3"]) == 0
    assert "= 6.0" in capsys.readouterr().out
    assert main(["\u00b5", "\u00b5=1", "\u03bc=2"]) == 2
    assert "given twice" in capsys.readouterr().err


def test_version_names_the_engine(capsys):
    """And is silent about sources as long as they are those that the engine was built from."""
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    said = capsys.readouterr().out
    assert said == f"scalar-autograd {autograd.__version__}, {accelerator.ENGINE} engine\n"


def test_version_tells_of_sources_that_a_compiled_engine_hides(capsys, monkeypatch):
    """An editable build would go on running the old machine code in silence."""
    monkeypatch.setattr(accelerator, "ENGINE", "compiled")
    built = types.SimpleNamespace(DIGEST="of other sources")
    monkeypatch.setitem(sys.modules, "autograd.engine.compiled", built)
    with pytest.raises(SystemExit):
        main(["--version"])
    assert "build it again" in capsys.readouterr().out
    built.DIGEST = accelerator.digest(Path(autograd.__file__).parent)
    assert not accelerator.is_outdated()
