"""The wheel in a browser's Python: notebooks 1 and 2 run in Pyodide, and show what they show here.

Pyodide is CPython compiled to WebAssembly. It comes from npm and runs under Node, with the wheel
unpacked beside it; nothing else is installed there, so this also holds the promise that
`import autograd` needs nothing but the standard library.
"""

import base64
import json
import math
import os
import re
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ROOT = TESTS.parent
VERSION = "314.0.7"
PATIENCE = 600  # seconds, on a slow machine
NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[-+]?\d+)?")

pytestmark = pytest.mark.needs("node", "npm", "hatchling")


@pytest.fixture(scope="module")
def pyodide(tmp_path_factory):
    """A folder with Pyodide in it, from npm's cache or its registry."""
    folder = tmp_path_factory.mktemp("pyodide")
    command = ["npm", "install", "--prefix", str(folder), f"pyodide@{VERSION}"]
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"]
    limits = ["--fetch-retries=1", "--fetch-timeout=60000"]
    done = subprocess.run(
        [*command, *quiet, *limits], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    if done.returncode:
        reason = f"npm cannot install pyodide@{VERSION}: {done.stderr[-500:]}"
        if os.environ.get("REQUIRE_PEERS", "0") not in ("", "0"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="module")
def runs(pyodide, tmp_path_factory):
    """What the cells of both notebooks print and show, in Pyodide and here."""
    folder = tmp_path_factory.mktemp("cells")
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--quiet"]
    subprocess.run([*build, "--wheel-dir", str(folder), str(ROOT)], check=True)
    (wheel,) = folder.glob("*.whl")
    sources = [sorted((ROOT / "notebooks").glob(f"{number}_*.ipynb"))[0] for number in ("01", "02")]
    given, cells = folder / "given.json", TESTS / "cells.py"
    given.write_text(json.dumps([code_of(source) for source in sources]), "utf-8")
    in_pyodide = ["node", TESTS / "pyodide.mjs", pyodide, wheel, cells]
    results = []
    for name, command in {"pyodide": in_pyodide, "here": [sys.executable, cells]}.items():
        output = folder / f"{name}.json"
        done = subprocess.run(
            [*map(str, command), str(given), str(output)],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        results.append(json.loads(output.read_text("utf-8")))
    return results


def code_of(notebook):
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def parts(text):
    """What stands between the numbers of a text, and the numbers.

    Pictures are read as text, and so are packed pages: each zlib packs in its own way.
    """
    text = re.sub(
        r"atob\('([\w+/=]*)'\)",
        lambda match: zlib.decompress(base64.b64decode(match[1])).decode("utf-8"),
        text,
    )
    text = re.sub(
        r"base64,([\w+/=]*)", lambda match: base64.b64decode(match[1]).decode("utf-8"), text
    )
    return NUMBER.split(text), [float(number) for number in NUMBER.findall(text)]


def assert_same(found, wanted):
    """Equal texts, but for the last digits of numbers: mathematical libraries round differently."""
    (words, numbers), (words_here, numbers_here) = parts(found), parts(wanted)
    assert words == words_here
    for number, here in zip(numbers, numbers_here):
        assert math.isclose(number, here, rel_tol=1e-12), (number, here)


def test_it_ran_in_webassembly(runs):
    """And not in the Python of this test by mistake."""
    in_pyodide, here = runs
    assert in_pyodide["python"] != here["python"] == sys.version
    assert "Clang" in in_pyodide["python"]


@pytest.mark.parametrize("which", [0, 1], ids=["01", "02"])
def test_cells_print_the_same_gradients(runs, which):
    """Values, gradients, checks, and orders of nodes, as each cell prints them."""
    pairs = list(zip(*[run["notebooks"][which] for run in runs], strict=True))
    assert len([1 for _, here in pairs if here["said"]]) > 5
    for found, here in pairs:
        assert_same(found["said"], here["said"])


@pytest.mark.parametrize("which", [0, 1], ids=["01", "02"])
def test_cells_show_the_same_drawings(runs, which):
    """Pictures, steppers and formulas, as each cell shows them."""
    drawings = 0
    for found, here in zip(*[run["notebooks"][which] for run in runs], strict=True):
        assert found["shown"].keys() == here["shown"].keys()
        for kind, text in here["shown"].items():
            drawings += "<img" in text
            assert_same(found["shown"][kind], text)
    assert drawings >= 3
