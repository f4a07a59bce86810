"""Times in notebooks: a reader's run measures, a build shows what was stored, and says where."""

import importlib.util
import json
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "notebooks"


@pytest.fixture
def module(tmp_path):
    """The module, with a file of its own."""
    spec = importlib.util.spec_from_file_location("measured", FOLDER / "measured.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    loaded.FILE = tmp_path / "measured.json"
    return loaded


def test_a_reader_measures(module, monkeypatch):
    """Nothing is read or written, and nothing rounded."""
    monkeypatch.delenv("NOTEBOOKS_MEASURED", raising=False)
    assert module.measured("a", lambda: {"x": [0.12345]}) == (
        {"x": [0.12345]},
        "measured just now, on this machine",
    )
    assert not module.FILE.exists()


def test_a_build_shows_what_was_stored(module, monkeypatch):
    """The same figures as the run that stored them showed, in the same order, with the machine."""
    monkeypatch.setenv("NOTEBOOKS_MEASURED", "anew")
    first = module.measured("a", lambda: {"y": [0.12345, 2.0], "x": [12345.0]})
    module.measured("b", lambda: {"z": [1.0]})
    monkeypatch.setenv("NOTEBOOKS_MEASURED", "stored")
    again = module.measured("a", lambda: pytest.fail("a build measures nothing"))
    assert first == again
    assert list(again[0].items()) == [("y", [0.123, 2.0]), ("x", [12300.0])]
    assert again[1] == f"measured on {module.machine()}"


def test_what_was_never_measured_is_an_error(module, monkeypatch):
    """Which says what to do."""
    monkeypatch.setenv("NOTEBOOKS_MEASURED", "stored")
    with pytest.raises(KeyError, match="are stored: run"):
        module.measured("a", dict)


STORED = json.loads((FOLDER / "measured.json").read_text("utf-8"))


def test_figures_of_this_course_are_complete():
    """Taken where PyTorch and the compiled engine are installed, all of them above 0."""
    assert set(STORED) == {"network", "pendulum", "values"}
    assert "PyTorch" in STORED["network"]["figures"]
    assert "torch" in STORED["network"]["where"]
    assert list(STORED["values"]["figures"]) == ["pure", "compiled"]
    for name, kept in STORED.items():
        rows = kept["figures"].values()
        assert {len(row) for row in rows} == {2 if name == "values" else 6}
        assert min(min(row) for row in rows) > 0.0


@pytest.mark.parametrize(("i", "name"), [(0, "network"), (1, "pendulum")])
def test_readme_shows_these_figures(i, name):
    """Its table is that of the notebook: Values by both engines, and the better executor."""
    readme = (FOLDER.parent / "README.md").read_text("utf-8")
    programs = [STORED[name]["figures"][f"program, {kind}"] for kind in ("loop", "array")]
    wanted = [f"{STORED['values']['figures'][kind][i]:.4g}" for kind in ("pure", "compiled")]
    wanted += [f"{min(row[at] for row in programs):.3g}" for at in (0, -1)]
    (line,) = [x for x in readme.splitlines() if x.startswith(f"| a {name}")]
    assert [cell.strip() for cell in line.split("|")[2:-1]] == wanted
    assert STORED["values"]["where"].removeprefix("measured on ") in readme
