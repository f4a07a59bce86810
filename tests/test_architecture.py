"""The shape of the house: what may import what, how long a file is, what the public names show."""

import ast
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import autograd
import nn

ROOT = Path(__file__).parent.parent
PACKAGES = {"autograd": autograd, "nn": nn}
TOP_LEVEL = {"pyproject.toml", "README.md", "LICENSE", "autograd", "nn", "tests", "notebooks"}
MAX_LINES = 300

# Top to bottom: a unit (module or subpackage) imports only from layers above its own, never from
# a sibling in it. Units of one package may import each other's modules freely.
LAYERS = {
    "autograd": [
        {"errors"},
        {"files", "graph", "numbers", "special"},
        {"expr", "ieee"},
        {"op"},
        {"ops_nary", "ops_kinked", "modes"},
        {"ops_smooth"},
        {"folding"},
        {"ops", "sweep"},
        {"pickling"},
        {"node", "remedies"},
        {"provenance"},
        {"record"},
        {"higher"},
        {"passes"},
        {"value"},
        {"functions"},
        {"sequences", "custom", "structure"},
        {"transforms", "naming", "expression", "check", "program", "drawing"},
        {"testing"},
        {"__init__"},
        {"__main__"},
    ],
    "nn": [
        {"errors", "arguments", "init"},
        {"idx", "terms", "augment", "canvas", "activations"},
        {"sets", "class_losses", "mosaics", "export"},
        {"files", "data", "metrics", "losses", "progress", "gradients", "schedules", "summary"},
        {"recording"},
        {"predict"},
        {"module"},
        {"layers", "optim"},
        {"adaptive", "steps", "nudges", "plots", "convert"},
        {"history", "compiled_steps"},
        {"checkpoint"},
        {"train", "options"},
        {"sklearn"},
        {"__init__"},
        {"__main__"},
    ],
}

# Submodules of autograd that are public in themselves.
PUBLIC_SUBMODULES = {"testing", "drawing"}


def sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def unit_of(path: Path) -> str:
    """The module or subpackage, directly under its package, that a file belongs to."""
    inside = path.relative_to(ROOT).parts[1:]
    return inside[0].removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[str, str | None]]:
    """Each import of a file, in functions too, as (absolute module, name taken from it or None)."""
    here = path.relative_to(ROOT).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((module, alias.name) for alias in node.names)


def imported_unit(module: str, name: str | None, package: str) -> str | None:
    """The unit of `package` that an import reaches, "__init__" for the package itself."""
    first, *rest = module.split(".")
    if first != package:
        return None
    if rest:
        return rest[0]
    units = set().union(*LAYERS[package])
    return name if name in units else "__init__"


def files(*packages: str) -> list:
    return [
        pytest.param(path, id=str(path.relative_to(ROOT)))
        for package in packages
        for path in sources(package)
    ]


@pytest.mark.parametrize("path", files("autograd", "nn"))
def test_imports_point_one_way(path):
    """Every import inside a package goes to a layer above, so no two units know each other."""
    package = path.relative_to(ROOT).parts[0]
    depth = {unit: i for i, layer in enumerate(LAYERS[package]) for unit in layer}
    unit = unit_of(path)
    assert unit in depth, f"give {unit} its place in LAYERS"
    for module, name in imports(path):
        target = imported_unit(module, name, package)
        if target is not None and target != unit:
            assert depth[target] < depth[unit], f"{unit} imports {target} ({module}, {name})"


def autograd_names(path: Path) -> set[str]:
    """The names a file takes from autograd, dotted, by import or as `autograd.name`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    attributes = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "autograd"
    }
    dotted = {f"{module}.{name}" if name else module for module, name in imports(path)}
    imported = {name.removeprefix("autograd.") for name in dotted if name.startswith("autograd.")}
    return attributes | imported


@pytest.mark.parametrize("path", files("nn"))
def test_nn_uses_only_public_names(path):
    """Whatever nn can do, a user's own library can do too."""
    private = autograd_names(path) - set(autograd.__all__)
    assert {name for name in private if name.split(".")[0] not in PUBLIC_SUBMODULES} == set()


@pytest.mark.parametrize("path", files("autograd"))
def test_autograd_does_not_know_nn(path):
    """nn stands on autograd, never the other way round."""
    assert not {module for module, _ in imports(path) if module.split(".")[0] == "nn"}


def test_import_loads_only_the_standard_library():
    """A bare interpreter imports autograd, even where NumPy and the rest are installed."""
    code = (
        "import sys; before = set(sys.modules); import autograd; "
        "print(*{name.split('.')[0] for name in set(sys.modules) - before})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert set(done.stdout.split()) - {"autograd"} <= sys.stdlib_module_names


def test_top_level_holds_only_what_is_agreed():
    """Packages, tests, notebooks, three files, and dotfiles: nothing else gathers at the top."""
    listing = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    tracked = {name.split("/")[0] for name in listing.stdout.splitlines()}
    if not tracked:
        pytest.skip("not a git checkout: what is tracked cannot be told from what is built")
    assert {name for name in tracked if not name.startswith(".")} <= TOP_LEVEL


@pytest.mark.parametrize("path", files("autograd", "nn"))
def test_file_is_read_in_one_sitting(path):
    """Split by idea before a file outgrows one sitting."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


@pytest.mark.parametrize(
    ("package", "name"),
    [
        pytest.param(package, name, id=f"{package.__name__}.{name}")
        for package in PACKAGES.values()
        for name in package.__all__
    ],
)
def test_public_name_is_documented(package, name):
    """Every public function and class shows an example; errors and modules say what they are."""
    thing = getattr(package, name)
    if not (callable(thing) or isinstance(thing, ModuleType)):
        return
    docstring = inspect.getdoc(thing)
    assert docstring
    is_error = inspect.isclass(thing) and issubclass(thing, BaseException)
    if callable(thing) and not is_error:
        assert ">>>" in docstring
