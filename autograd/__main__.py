"""Command line: ``python -m autograd "tanh(x*w + b)" x=2 w=-3 b=6.88``.

Next: :mod:`autograd.calculator`.
"""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Sequence

from autograd import __version__
from autograd.calculator import FUNCTIONS, evaluate_text, normalized
from autograd.console import run
from autograd.engine import accelerator
from autograd.engine.value import Value
from autograd.errors import AutogradError
from autograd.ops.op import OPS

DESCRIPTION = """\
Differentiate an expression at a point: prints its value, and the partial
derivative by each variable, exact to the last digits.

  python -m autograd "tanh(x*w + b)" x=2 w=-3 b=6.88
  python -m autograd "where(x > 0, x**2, sin(x))" x=-1/3
  python -m autograd "dot([a, b], [b, 2]) / norm([a, b])" a=3 b=4
  python -m autograd "(t - sigmoid(w*x))**2" w=2 x=0.5 t=1 --explain --draw graph.html"""

EPILOG = f"""\
An expression is made of numbers, the variables, pi and e, + - * / // % **,
parentheses, comparisons (inside where), and these functions:

{textwrap.fill("  ".join(sorted(FUNCTIONS)), 76, initial_indent="  ", subsequent_indent="  ")}

sum, mean, prod, norm and logsumexp take one list, [a, b, …], and dot takes two.
A variable's value may be an expression of numbers (x=-1/3). Anything else is an
error, with exit status 2."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status, 2 for what cannot be understood."""
    parser = argparse.ArgumentParser(
        prog="python -m autograd",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("expression", help="what to differentiate, in quotes")
    parser.add_argument("--edges", action=_ShowEdges, nargs=0, help=_ShowEdges.__doc__)
    parser.add_argument("--version", action=_ShowVersion, nargs=0, help=_ShowVersion.__doc__)
    parser.add_argument(
        "values", nargs="*", default=[], metavar="name=value", help="a value for each variable"
    )
    parser.add_argument(
        "--explain", action="store_true", help="write out the chain rule for each variable"
    )
    parser.add_argument(
        "--draw", metavar="FILE", help="save the graph: .svg .html (steps through) .png .pdf .dot"
    )
    options = parser.parse_intermixed_args(_protected(argv))
    try:
        variables = _variables(options.values)
        result = evaluate_text(options.expression.strip(), variables)
        if isinstance(result, Value):
            result.backward()
        parts = [_table(options.expression.strip(), result, variables)]
        if options.explain or options.draw:
            parts += _shown(result, variables, options.explain, options.draw)
    except AutogradError as error:
        print(f"python -m autograd: error: {error}", file=sys.stderr)
        return 2
    print("\n\n".join(parts))
    return 0


def _shown(
    result: Value | float, variables: dict[str, Value], explained: bool, file: str | None
) -> list[str]:
    """The chain rule by each variable as text, and the picture of the graph in a file."""
    from autograd.drawing import draw, explain

    if not isinstance(result, Value):
        raise AutogradError("there is nothing to explain or draw: the expression has no variable")
    if result.name is None:
        names = ("y", "f", "result", "the result")
        result.name = next(name for name in names if name not in variables)
    if file is not None:
        draw(result).save(file)
    parts = [str(explain(result, variable)) for variable in variables.values()] if explained else []
    return [*parts, f"The graph is in {file}"] if file is not None else parts


class _ShowEdges(argparse.Action):
    """show every function's kinks and domain ends, and where PyTorch or JAX differ"""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print the table and leave."""
        print(edge_table())
        parser.exit()


class _ShowVersion(argparse.Action):
    """show the version, and whether the engine is generated Python or compiled"""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print two lines at most and leave."""
        print(f"scalar-autograd {__version__}, {accelerator.ENGINE} engine")
        if accelerator.is_outdated():
            print(
                "The compiled engine was built from other sources than those beside it, and hides "
                "them: build it again, or remove autograd/engine/*.so (*.pyd)"
            )
        parser.exit()


def edge_table(width: int = 79) -> str:
    """What each primitive does where it has no derivative or no value, a paragraph each."""
    return "\n".join(
        textwrap.fill(f"{op.name:<12} {op.edge}", width, subsequent_indent=" " * 13)
        for op in OPS.values()
    )


def _protected(argv: Sequence[str] | None) -> list[str]:
    """Arguments in which an expression such as -x is not taken for an option."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    return [f" {a}" if a[:1] == "-" and a[:2] != "--" and a != "-h" else a for a in arguments]


def _variables(assignments: Sequence[str]) -> dict[str, Value]:
    """The variables that arguments like x=2 or x=-1/3 name."""
    variables: dict[str, Value] = {}
    for text in assignments:
        name, equals, value = (part.strip() for part in text.partition("="))
        name = normalized(name)
        if not equals or not name.isidentifier() or name in FUNCTIONS or name in variables:
            problem = "is given twice" if name in variables else "should look like x=2"
            raise AutogradError(f"{text!r} {problem}: name each variable once, with its value")
        variables[name] = Value(evaluate_text(value, {}), name=name)
    return variables


def _table(expression: str, result: Value | float, variables: dict[str, Value]) -> str:
    """The value, and a line for each variable."""
    lines = [f"{expression} = {float(result)!r}"]
    if variables:
        rows = [("variable", "value", "derivative")]
        rows += [(name, repr(v.data), repr(v.grad)) for name, v in variables.items()]
        widths = [max(map(len, column)) for column in zip(*rows)]
        lines.append("")
        lines += ["  ".join(x.ljust(w) for x, w in zip(row, widths)).rstrip() for row in rows]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(run(main))
