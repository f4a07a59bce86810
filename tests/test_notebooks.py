"""The notebooks are what their sources make, run from top to bottom, and show without trust.

`notebooks/build.py` rebuilds them. The tests that run notebooks need a Jupyter kernel.
"""

import importlib.util
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conftest import is_available

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "notebooks"
SOURCES = sorted(FOLDER.glob("[0-9][0-9]_*.py"))
BUILD = FOLDER / "build.py"

spec = importlib.util.spec_from_file_location("notebooks_build", BUILD)
build = importlib.util.module_from_spec(spec)
spec.loader.exec_module(build)

each_source = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
needs_jupyter = pytest.mark.needs("nbclient", "ipykernel", "matplotlib", "sklearn")


def runnable(source: Path):
    """The source as a parameter of tests that run it, marked with the peer that it imports."""
    text = source.read_text(encoding="utf-8")
    peers = re.findall(r"^(?:import|from) (torch|statsmodels)\b", text, re.MULTILINE)
    return pytest.param(source, marks=pytest.mark.needs(*peers), id=source.stem)


def notebook(source: Path) -> dict:
    return json.loads(source.with_suffix(".ipynb").read_text(encoding="utf-8"))


def codes(source: Path) -> list[dict]:
    return [cell for cell in notebook(source)["cells"] if cell["cell_type"] == "code"]


def outputs(source: Path) -> list[dict]:
    return [output for cell in codes(source) for output in cell["outputs"]]


def test_every_notebook_has_a_source():
    """No notebook is edited by hand: beside each stands what it was built from."""
    assert SOURCES
    assert sorted(FOLDER.glob("*.ipynb")) == [source.with_suffix(".ipynb") for source in SOURCES]


@each_source
def test_source_and_notebook_agree(source):
    """Cell by cell, the notebook has the text and the code of its source."""
    cells = build.cells_of(source.read_text(encoding="utf-8"))
    kept = [
        {key: cell[key] for key in ("cell_type", "id", "metadata")}
        | {"source": "".join(cell["source"])}
        for cell in notebook(source)["cells"]
    ]
    assert kept == [{key: cell[key] for key in kept[0]} for cell in cells]


@each_source
def test_committed_notebook_ran_from_top_to_bottom(source):
    """Every cell of code ran once, in order, without errors or warnings."""
    counts = [cell["execution_count"] for cell in codes(source)]
    assert counts == list(range(1, len(counts) + 1))
    for output in outputs(source):
        assert output["output_type"] != "error"
        assert output.get("name") != "stderr", output["text"]


@each_source
def test_pictures_show_without_trust_or_network(source):
    """Images are data in the notebook: an untrusted clone shows them, and nothing is fetched."""
    for output in outputs(source):
        page = "".join(output.get("data", {}).get("text/html", ""))
        assert all(src.startswith("data:") for src in re.findall(r'<img[^>]* src="([^"]*)', page))
        assert "image/svg+xml" not in output.get("data", {}), "Jupyter shows these in trust only"


@each_source
def test_notebook_has_its_parts(source):
    """It says first what it is good for, its cells are short, and it ends with three exercises."""
    cells = build.cells_of(source.read_text(encoding="utf-8"))
    assert "After this notebook you can" in cells[0]["source"]
    assert max(cell["source"].count("\n") for cell in cells if cell["cell_type"] == "code") < 25
    exercises = [cell for cell in cells if cell["metadata"].get("tags") == ["exercise"]]
    assert len(exercises) == 3
    assert sum("<details>" in cell["source"] for cell in cells) == 3


@each_source
def test_notebook_links_to_what_is_there(source):
    """A link to another notebook leads somewhere."""
    for linked in re.findall(r"\]\((\w+\.ipynb)\)", source.read_text(encoding="utf-8")):
        assert (FOLDER / linked).exists()


def test_readme_links_the_notebooks_in_order():
    """The README's list is the course."""
    linked = re.findall(r"\(notebooks/(\w+\.ipynb)\)", (ROOT / "README.md").read_text("utf-8"))
    assert linked == [f"{source.stem}.ipynb" for source in SOURCES]


def test_pictures_of_the_readme_are_those_of_the_notebooks():
    """The files are what stands in the notebooks, and the README shows each of them."""
    kept = {}
    for source in SOURCES:
        kept |= dict(build.pictures(source.with_suffix(".ipynb").read_text(encoding="utf-8")))
    shown = re.findall(r"\(notebooks/pictures/(.*?)\)", (ROOT / "README.md").read_text("utf-8"))
    assert sorted(shown) == sorted(kept)
    for name, content in kept.items():
        assert (FOLDER / "pictures" / name).read_bytes() == content


def run(*arguments: str) -> None:
    command = [sys.executable, str(BUILD), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def has_its_peers(test: pytest.Item) -> bool:
    return all(is_available(peer) for mark in test.iter_markers("needs") for peer in mark.args)


@pytest.fixture(scope="module")
def checks(request):
    """The runs of the notebooks that are to be tested: a kernel on every processor."""
    tests = [x for x in request.session.items if "checks" in getattr(x, "fixturenames", ())]
    sources = [test.callspec.params["source"] for test in tests if has_its_peers(test)]
    pool = ThreadPoolExecutor(os.cpu_count())
    try:
        yield {source: pool.submit(run, "--check", source.stem) for source in sources}
    finally:
        pool.shutdown(cancel_futures=True)


@needs_jupyter
@pytest.mark.parametrize("source", [runnable(source) for source in SOURCES])
def test_notebook_runs_and_its_answers_are_right(source, checks):
    """In short settings, with each folded answer put in its exercise's place."""
    checks[source].result()


@needs_jupyter
def test_build_gives_equal_bytes(tmp_path):
    """A rebuild without changes leaves no trace in a diff."""
    source = tmp_path / "00_two_cells.py"
    source.write_text("# %% [markdown]\n# Text.\n\n# %%\nprint(1)\nprint({'a', 'b'})\n")
    program = (
        f"import sys, pathlib; sys.path.insert(0, {str(FOLDER)!r}); import build\n"
        f"print(build.build(pathlib.Path({str(source)!r})))"
    )
    command = [sys.executable, "-c", program]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    texts = [process.communicate()[0] for process in processes]
    assert texts[0] == texts[1]
    assert json.loads(texts[0])["cells"][1]["outputs"][0]["text"][0] == "1\n"
