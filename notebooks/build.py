"""Rebuild the notebooks from their sources.

    python notebooks/build.py            all of them
    python notebooks/build.py 01 02      those whose names begin so
    python notebooks/build.py --check    run them in short settings with every exercise answered,
                                         and write nothing
    python notebooks/build.py 08 --measure   take the times in it anew

Edit the source `01_….py`, never the notebook beside it. A source is in percent format: `# %%`
begins a cell of code, `# %% [markdown]` one of text. A cell tagged "exercise" leaves something open
for the reader, has a line `# Check`, and prints `Right.` below it if what stands above is right;
the next text holds a right answer, folded. The picture of a cell tagged "picture_name" is also kept
in `pictures`, for the README; of one tagged "live_name" its page is kept, too. A line
`# cut autograd/engine/node.py Node: data operands` becomes that class of that file with these of
its parts; without a colon, the whole definition; and `… Node._restore` the method alone, put into
its class. A rebuild without changes gives the same bytes:
seeds are fixed, and what differs from run to run is left out or, as the times in 08, stored
(`measured.py`).

Needs the extra `notebooks`: pip install -e ".[notebooks]". Notebook 06 needs PyTorch, too. 08 runs
without PyTorch and JAX, but says that they are missing: to commit it, build where both are.
"""

from __future__ import annotations

import argparse
import ast
import base64
import json
import os
import re
import sys
import textwrap
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
CELL = re.compile(r'# %%( \[markdown\])?(?: tags=\["(\w+)"\])?')
ANSWER = re.compile(r"<details>.*?```python\n(.*?)```.*?</details>", re.DOTALL)
CUT = re.compile(r"# cut (\S+) ([\w.]+)(?:: (.*))?")
CHECK = "# Check\n"
PATIENCE = 120  # seconds for one cell, on a slow machine

Cell = dict[str, Any]


def sources() -> list[Path]:
    """The sources of the notebooks, in order."""
    return sorted(FOLDER.glob("[0-9][0-9]_*.py"))


def cells_of(source: str) -> list[Cell]:
    """The cells of a text in percent format, as they stand in a notebook, without outputs."""
    cells: list[Cell] = []
    for line in source.splitlines():
        if head := CELL.fullmatch(line):
            kind = "markdown" if head[1] else "code"
            tags = {"tags": [head[2]]} if head[2] else {}
            cells.append({"cell_type": kind, "metadata": tags, "lines": []})
        elif cells and (asked := CUT.fullmatch(line)):
            cells[-1]["lines"] += cut(*asked.groups())
        elif cells:
            cells[-1]["lines"].append(line)
        elif line:
            raise ValueError(f"a source begins with a cell, `# %%`, but here with {line!r}")
    for i, cell in enumerate(cells):
        lines = cell.pop("lines")
        if cell["cell_type"] == "markdown":
            lines = [re.sub("^# ?", "", line) for line in lines]
        else:
            cell |= {"execution_count": None, "outputs": []}
        cell |= {"id": f"cell-{i:02}", "source": "\n".join(lines).strip("\n")}
    return cells


def cut(path: str, name: str, parts: str | None) -> list[str]:
    """The lines of a definition in a file of the project, docstrings cut to their first lines."""
    lines = (FOLDER.parent / path).read_text(encoding="utf-8").splitlines()
    tree = ast.parse("\n".join(lines))
    name, _, method = name.partition(".")
    (whole,) = (node for node in tree.body if name in names_of(node))
    if method and isinstance(whole, ast.ClassDef):
        (node,) = (node for node in whole.body if method in names_of(node))
        text = textwrap.dedent("\n".join(source_of(node, lines)))
        return [*text.splitlines(), "", "", f"{name}.{method} = {method}"]
    if parts is None or not isinstance(whole, ast.ClassDef):
        return source_of(whole, lines)
    kept = [node for part in parts.split() for node in whole.body if part in names_of(node)]
    missing = set(parts.split()) - {part for node in kept for part in names_of(node)}
    if missing:
        raise ValueError(f"{name} in {path} has no {', '.join(sorted(missing))}")
    pieces = [lines[whole.lineno - 1 : whole.body[0].lineno - 1]]
    for node in kept:
        pieces += [[""]] * isinstance(node, ast.FunctionDef) + [source_of(node, lines)]
    return [line for piece in pieces for line in piece]


def names_of(node: ast.stmt) -> list[str]:
    """What a statement defines."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def source_of(node: ast.stmt, lines: list[str]) -> list[str]:
    """The lines of a definition with its decorators, its docstring cut to the first line."""
    decorators = getattr(node, "decorator_list", [])
    start, end = (decorators[0] if decorators else node).lineno - 1, node.end_lineno
    first = getattr(node, "body", [None])[0]
    told = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    if not told or first.lineno == first.end_lineno:
        return lines[start:end]
    head = lines[start : first.lineno - 1]
    return [*head, lines[first.lineno - 1] + '"""', *lines[first.end_lineno : end]]


def with_answers(cells: list[Cell]) -> Iterator[Cell]:
    """The cells, and after each exercise one in which the folded answer takes its place."""
    for i, cell in enumerate(cells):
        yield cell
        if cell["metadata"].get("tags") == ["exercise"]:
            answer = ANSWER.search(cells[i + 1]["source"])
            if answer is None or CHECK not in cell["source"]:
                raise ValueError(f"an exercise needs a check and an answer: {cell['source']!r}")
            check = cell["source"].split(CHECK)[1]
            yield cell | {"id": f"answer-{i:02}", "source": answer[1] + check, "metadata": {}}


def run(cells: list[Cell]) -> list[Cell]:
    """The cells with the outputs of a fresh kernel; an exception in a cell is raised here."""
    import nbformat
    from nbclient import NotebookClient

    # Notebooks run as they would beside the packages, whether these are installed or not.
    os.environ["PYTHONPATH"] = str(FOLDER.parent)
    os.environ["PYTHONHASHSEED"] = "0"
    notebook = nbformat.from_dict(notebook_of(cells))
    where = {"metadata": {"path": str(FOLDER)}}
    NotebookClient(notebook, timeout=PATIENCE, kernel_name="python3", resources=where).execute()
    done: list[Cell] = json.loads(json.dumps(notebook["cells"]))
    return [cleaned(cell) for cell in done]


def cleaned(cell: Cell) -> Cell:
    """The cell without what changes from run to run: times, and where a text was cut in two."""
    cell["metadata"].pop("execution", None)
    outputs: list[dict[str, Any]] = []
    for output in cell.get("outputs", []):
        if outputs and output.get("name") and output.get("name") == outputs[-1].get("name"):
            outputs[-1]["text"] += output["text"]
        else:
            outputs.append(output)
    return cell | {"outputs": outputs} if "outputs" in cell else cell


def notebook_of(cells: list[Cell]) -> dict[str, Any]:
    """A notebook of these cells."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def written(notebook: dict[str, Any]) -> str:
    """A notebook as text, each line of a source or an output on a line of its own."""
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
        for output in cell.get("outputs", []):
            if "text" in output:
                output["text"] = output["text"].splitlines(keepends=True)
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def build(source: Path, *, measure: bool = False) -> str:
    """The text of the notebook that a source makes, with stored times or with new ones."""
    os.environ["NOTEBOOKS_MEASURED"] = "anew" if measure else "stored"
    return written(notebook_of(run(cells_of(source.read_text(encoding="utf-8")))))


def pictures(notebook: str) -> Iterator[tuple[str, bytes]]:
    """Name and content of each picture of a notebook that gets a file of its own."""
    for cell in json.loads(notebook)["cells"]:
        for tag in cell["metadata"].get("tags", []):
            kind, _, name = tag.partition("_")
            if kind in ("picture", "live"):
                data = next(output["data"] for output in cell["outputs"] if "data" in output)
                if "image/png" in data:
                    yield f"{name}.png", base64.b64decode(data["image/png"])
                else:
                    svg = re.search('src="data:image/svg\\+xml;base64,([^"]*)"', data["text/html"])
                    yield f"{name}.svg", base64.b64decode(svg[1]) if svg else b""
                if kind == "live":
                    packed = re.search(r"atob\('([^']*)'\)", data["text/html"])
                    yield (
                        f"{name}.html",
                        zlib.decompress(base64.b64decode(packed[1] if packed else "")),
                    )


def check(source: Path) -> None:
    """Run a source in short settings, and see that each folded answer is right."""
    os.environ["NOTEBOOKS_SHORT"] = "1"
    cells = cells_of(source.read_text(encoding="utf-8"))
    for cell in run(list(with_answers(cells))):
        said = "".join(output.get("text", "") for output in cell.get("outputs", []))
        if cell["id"].startswith("answer") and said.strip() != "Right.":
            raise SystemExit(f"{source.name}: this answer is not right:\n{cell['source']}\n{said}")


def main(arguments: list[str]) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Rebuild the notebooks from their sources.")
    parser.add_argument("names", nargs="*", help="beginnings of names, such as 01; default: all")
    parser.add_argument("--check", action="store_true", help="run in short settings, write nothing")
    parser.add_argument("--measure", action="store_true", help="take times anew, and store them")
    options = parser.parse_args(arguments)
    for source in sources():
        if not options.names or source.name.startswith(tuple(options.names)):
            print(source.stem, flush=True)
            if options.check:
                check(source)
            else:
                notebook = build(source, measure=options.measure)
                source.with_suffix(".ipynb").write_text(notebook, encoding="utf-8")
                for name, content in pictures(notebook):
                    (FOLDER / "pictures" / name).write_bytes(content)


if __name__ == "__main__":
    main(sys.argv[1:])
