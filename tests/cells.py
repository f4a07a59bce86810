"""Runs the cells of notebooks with the standard library alone: here and in Pyodide.

    python cells.py INPUT OUTPUT

INPUT is JSON, a list of notebooks, each a list of sources. OUTPUT is JSON too: the version of
Python, and for each cell what it printed and what a notebook would show of its last expression.
What is drawn with matplotlib goes nowhere: it is not part of Pyodide's core.
"""

import ast
import contextlib
import io
import json
import sys
import types
from pathlib import Path


class Nowhere:
    """Whatever is called, read or unpacked into two: nowhere."""

    def __call__(self, *args, **options):
        return self

    def __getattr__(self, name):
        return self

    def __getitem__(self, index):
        return self

    def __iter__(self):
        return iter((self, self))


def evaluated(source, names):
    """Run a cell; the value of its last expression, None if it ends with something else."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names) if last else None


def shown(thing):
    """Type -> text of what a notebook shows of a value."""
    if thing is None or isinstance(thing, Nowhere):
        return {}
    if hasattr(thing, "_repr_mimebundle_"):
        return thing._repr_mimebundle_()
    latex = {"text/latex": thing._repr_latex_()} if hasattr(thing, "_repr_latex_") else {}
    return latex | {"text/plain": repr(thing)}


def run(notebook):
    names = {"__name__": "__main__"}
    results = []
    for source in notebook:
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            last = evaluated(source, names)
        results.append({"said": said.getvalue(), "shown": shown(last)})
    return results


if __name__ == "__main__":
    matplotlib = types.ModuleType("matplotlib")
    matplotlib.pyplot = sys.modules["matplotlib.pyplot"] = Nowhere()
    sys.modules["matplotlib"] = matplotlib
    given = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    results = {"python": sys.version, "notebooks": [run(notebook) for notebook in given]}
    Path(sys.argv[2]).write_text(json.dumps(results), "utf-8")
