"""What a user installs: one pure wheel with both packages, typed, without the tests."""

import re
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

import autograd

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.needs("hatchling")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built with the installed backend, so that no index is asked."""
    target = tmp_path_factory.mktemp("wheel")
    options = ["--no-deps", "--no-build-isolation", "--quiet", "--wheel-dir", str(target)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(ROOT)], check=True)
    (built,) = target.iterdir()
    return built


@pytest.fixture(scope="module")
def contents(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def metadata(contents):
    (name,) = [name for name in contents if name.endswith(".dist-info/METADATA")]
    return Parser().parsestr(contents[name].decode())


def test_wheel_is_pure_and_of_this_version(wheel):
    """One file serves every platform, and its version is the one autograd states."""
    assert wheel.name == f"scalar_autograd-{autograd.__version__}-py3-none-any.whl"


def test_wheel_holds_both_packages_and_nothing_else(contents):
    """Every module and type marker is in, and no test, notebook or tool beside them."""
    kept = {name for name in contents if ".dist-info/" not in name}
    written = {
        path.relative_to(ROOT).as_posix()
        for package in ("autograd", "nn")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert kept == written
    assert {"autograd/py.typed", "nn/py.typed"} <= kept


def test_wheel_carries_its_licence(contents, metadata):
    """The text travels with the code, and the metadata names it."""
    assert metadata["License-Expression"] == "MIT"
    (licence,) = [text for name, text in contents.items() if name.endswith("/LICENSE")]
    assert b"The scalar-autograd authors" in licence


def test_only_graphviz_is_required(metadata):
    """Everything else arrives as an extra."""
    requirements = metadata.get_all("Requires-Dist")
    required = [line for line in requirements if "extra ==" not in line]
    assert [line.split(">")[0] for line in required] == ["graphviz"]
    assert metadata["Requires-Python"] == ">=3.10"
    extras = {"compile", "demo", "notebooks", "onnx", "pictures", "test", "dev", "all"}
    assert set(metadata.get_all("Provides-Extra")) == extras


def test_workflows_name_versions_of_actions_that_there_are():
    """GitHub's own publish one tag for a major version; cibuildwheel one for each minor version and
    none for a major one (its maintainers, pypa/cibuildwheel 1777)."""
    workflows = [path.read_text() for path in (ROOT / ".github" / "workflows").glob("*.yml")]
    used = {
        found for text in workflows for found in re.findall(r"uses: ([\w-]+)/[\w-]+@(\S+)", text)
    }
    assert all(
        re.fullmatch(r"v\d+" if owner == "actions" else r"v\d+\.\d+", version)
        for owner, version in used
    ), used
