"""Machine code kept on disk between processes: where, and which of it is to be trusted.

What is read here is executed. So a folder counts only if its path is absolute, and if folder and
file belong to this user and nobody else may write to them; and a file, only if it is just what was
once written under its name. Of many files, those that nobody has read for longest are removed.
Next: :mod:`autograd.program.loop.native.compiler`.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES
from pathlib import Path

from autograd.files import write

__all__ = ["SUFFIX", "cache_folders", "keep", "kept", "sources_digest"]

APPLICATION = "scalar-autograd"
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
SUFFIX = ".bin"
MOST = 1000
"""Files that a folder keeps: most have a few thousand bytes, some of them hundreds of thousands."""
DIGEST = hashlib.sha256
SUFFIXES = (*SOURCE_SUFFIXES, *EXTENSION_SUFFIXES)


def cache_folders() -> Iterator[Path]:
    """Folders to try in order: the user's cache, then one of this user's among temporary files."""
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        bases = [os.environ.get("LOCALAPPDATA", ""), os.path.join(home, "AppData", "Local")]
    elif sys.platform == "darwin":
        bases = [os.path.join(home, "Library", "Caches")]
    else:
        bases = [os.environ.get("XDG_CACHE_HOME", ""), os.path.join(home, ".cache")]
    # A relative path would be another folder wherever a program is started (and XDG says to ignore
    # it); without a home, "~" stays as it is.
    yield from [Path(base) / APPLICATION for base in bases if os.path.isabs(base)][:1]
    if hasattr(os, "geteuid"):
        yield Path(tempfile.gettempdir()) / f"{APPLICATION}-{os.geteuid()}"


@cache
def sources_digest(package: Path, since: float) -> str | None:
    """What all files of a package and Python's version are, in short.

    None if there are no files, as in an archive, or if one is newer than ``since``, when they were
    read: what is loaded may be something else then.
    """
    digest, found = DIGEST(sys.version.encode()), False
    for folder, inner, names in os.walk(package):
        inner[:] = sorted(set(inner) - {"__pycache__"})
        for name in sorted(names):
            if name.endswith(SUFFIXES):
                path = Path(folder, name)
                status = path.stat()
                if max(status.st_mtime, status.st_ctime) > since:
                    return None
                digest.update(f"\0{path.relative_to(package)}\0{status.st_size}\0".encode())
                digest.update(path.read_bytes())
                found = True
    return digest.hexdigest() if found else None


def kept(folder: Path, name: str) -> bytes | None:
    """What was kept in a folder under a name; None if it is not there, damaged, or not trusted."""
    path = folder / name
    try:
        if not (_is_own(folder, stat.S_ISDIR) and _is_own(path, stat.S_ISREG)):
            return None
        data = path.read_bytes()
    except OSError:
        return None
    size = DIGEST().digest_size
    digest, code = data[:size], data[size:]
    # LLVM would end the process over a damaged file, and over another module's functions.
    if digest != _digest(name, code):
        return None
    with suppress(OSError):
        os.utime(path)  # the file counts as new again
    return code


def keep(folder: Path, name: str, code: bytes) -> bool:
    """Keep it there for later; whether that was possible."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_own(folder, stat.S_ISDIR):
            return False
        path = folder / name
        write(path, _digest(name, code) + code)
        path.chmod(0o600)
    except OSError:
        return False
    _remove_oldest(folder)
    return True


def _remove_oldest(folder: Path) -> None:
    """Remove a quarter of the files if there are too many; others may be doing the same."""
    with suppress(OSError):
        names = [name for name in os.listdir(folder) if name.endswith(SUFFIX)]
        if len(names) > MOST:
            ages = {name: (folder / name).lstat().st_mtime for name in names}
            for name in sorted(names, key=lambda name: ages[name])[: len(names) - 3 * MOST // 4]:
                (folder / name).unlink(missing_ok=True)


def _is_own(path: Path, is_kind: Callable[[int], bool]) -> bool:
    """Whether this is of a kind, not a link, this user's, and closed to all others' writing."""
    status = path.lstat()
    if not is_kind(status.st_mode):
        return False
    if not hasattr(os, "geteuid"):
        return True  # Windows: the folder of a user's own programs is open to that user only
    return status.st_uid == os.geteuid() and not status.st_mode & OTHERS_WRITE


def _digest(name: str, code: bytes) -> bytes:
    return DIGEST(name.encode() + code).digest()
