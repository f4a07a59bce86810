"""The `needs` marker: a missing peer skips a test, or fails it where peers are required.

And what tests compile stays out of the user's cache.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py")
PROJECT = CONFTEST.parent.parent / "pyproject.toml"
SUITE = """
import os
import pytest

def test_place_of_machine_code():
    assert os.environ["XDG_CACHE_HOME"].startswith(os.path.join(os.getcwd(), ".pytest_cache"))

@pytest.mark.needs("json", "python_no_one_has")
def test_with_missing_peer(): ...

@pytest.mark.needs("json")
def test_with_present_peer(): ...
"""


@pytest.fixture
def run_suite(tmp_path):
    """Run SUITE in a process of its own, with our conftest and configuration."""
    (tmp_path / "conftest.py").write_text(CONFTEST.read_text())
    (tmp_path / "test_suite.py").write_text(SUITE)

    def run(require_peers: str) -> subprocess.CompletedProcess:
        command = [sys.executable, "-m", "pytest", "-c", str(PROJECT), "--rootdir", ".", "."]
        environment = {**os.environ, "REQUIRE_PEERS": require_peers}
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    return run


def test_missing_peer_skips_and_says_which(run_suite):
    """Only the test whose peer is missing skips; the reason names that peer alone."""
    done = run_suite(require_peers="")
    assert done.returncode == 0, done.stdout
    assert "2 passed, 1 skipped" in done.stdout
    assert "needs python_no_one_has, not installed here" in done.stdout


def test_missing_peer_fails_where_peers_are_required(run_suite):
    """Under REQUIRE_PEERS nothing that needs a peer can pass by skipping."""
    done = run_suite(require_peers="1")
    assert done.returncode == 1, done.stdout
    assert "2 passed, 1 error" in done.stdout
    assert "needs python_no_one_has" in done.stdout
