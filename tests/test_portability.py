"""Calls that only some systems have are made only where they are there."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# What os and signal have on Unix only, as far as anyone might reach for it.
POSIX = {
    "os": [
        "chown",
        "chroot",
        "ctermid",
        "fchmod",
        "fchown",
        "fork",
        "forkpty",
        "getegid",
        "geteuid",
        "getgid",
        "getgroups",
        "getloadavg",
        "getpgid",
        "getpgrp",
        "getpriority",
        "getsid",
        "getuid",
        "killpg",
        "lchown",
        "mkfifo",
        "mknod",
        "nice",
        "openpty",
        "pread",
        "pwrite",
        "register_at_fork",
        "sched_getaffinity",
        "setegid",
        "seteuid",
        "setgid",
        "setsid",
        "setuid",
        "sync",
        "uname",
        "wait",
        "waitid",
        "waitpid",
        "O_NOFOLLOW",
        "O_CLOEXEC",
    ],
    "signal": [
        "SIGALRM",
        "SIGCHLD",
        "SIGHUP",
        "SIGKILL",
        "SIGPIPE",
        "SIGUSR1",
        "alarm",
        "pause",
        "setitimer",
    ],
}
MODULES = {"fcntl", "grp", "posix", "pwd", "resource", "termios", "tty"}
SOURCES = [*sorted((ROOT / "autograd").rglob("*.py")), *sorted((ROOT / "nn").rglob("*.py"))]


def unguarded(tree):
    """Uses of what may not be there, in a file that nowhere asks whether it is."""
    asked = {
        (node.args[0].id, node.args[1].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "hasattr"
        and isinstance(node.args[0], ast.Name)
        and isinstance(node.args[1], ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module, name = node.value.id, node.attr
            if name in POSIX.get(module, ()) and (module, name) not in asked:
                yield f"{module}.{name}"
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        if isinstance(node, ast.ImportFrom) and node.module in {*MODULES, *POSIX}:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_call_that_only_posix_has_is_unguarded(path):
    """Whoever needs one asks `hasattr(os, ...)` first."""
    assert set(unguarded(ast.parse(path.read_text(encoding="utf-8")))) == set()


def test_an_unguarded_call_would_be_found():
    """By attribute, and by import."""
    tree = ast.parse("import os, pwd\nfrom os import fork\nos.getuid()")
    assert set(unguarded(tree)) == {"os.getuid", "os.fork", "pwd"}
