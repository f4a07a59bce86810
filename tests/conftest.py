"""Tests that need a peer: a library or program to compare with, too heavy to install for everyone.

    @pytest.mark.needs("torch", "dot")
    def test_agrees_with_torch(): ...

Each name is a module or an executable. Where one is missing the test skips and says so; with
REQUIRE_PEERS=1 in the environment, as in `.ci/run`, it fails instead.
"""

import importlib.util
import os
import shutil
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.browser import Browser

# How long an example takes is the machine's affair, and busy ones are no reason to fail.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

# Benchmarks are programs to run by hand; collecting their doctests would import their opponents.
# Cases for type checkers are read, not run.
collect_ignore = ["benchmarks", "typing/cases.py"]


def is_available(peer: str) -> bool:
    return importlib.util.find_spec(peer) is not None or shutil.which(peer) is not None


def pytest_configure(config: pytest.Config) -> None:
    """What tests compile is kept with pytest's files: among the user's it would push out theirs."""
    cache = getattr(config, "cache", None)  # none with -p no:cacheprovider
    if cache is not None:  # the variable counts on Linux, for processes of tests too
        os.environ["XDG_CACHE_HOME"] = str(cache.mkdir("machine_code"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    peers = [peer for marker in item.iter_markers("needs") for peer in marker.args]
    missing = [peer for peer in peers if not is_available(peer)]
    if not missing:
        return
    reason = f"needs {', '.join(missing)}, not installed here (`.ci/run` installs all peers)"
    if os.environ.get("REQUIRE_PEERS", "0") not in ("", "0"):
        pytest.fail(f"{reason}, and REQUIRE_PEERS is set", pytrace=False)
    pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end what tests measured (`record_property`), whichever process ran them."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    measured = [pair for x in reports if x.when == "call" for pair in x.user_properties]
    if measured:
        terminalreporter.section("measured")
    for name, figures in measured:
        terminalreporter.line(f"{name}: {figures}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of a process: to start one takes a second."""
    with Browser() as browser:
        yield browser


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """The browser, whose pages are closed after the test."""
    yield chromium
    chromium.close_pages()
