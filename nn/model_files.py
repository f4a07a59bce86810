"""Files of models: what :mod:`autograd.files` writes and reads, with errors that speak of models.

:mod:`nn.module` decides what goes into them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import autograd
from autograd import archives, files
from nn.errors import ModelFileError

__all__ = ["check_writable", "read_archive", "read_json", "write_bytes", "write_json"]


@contextlib.contextmanager
def _as_ours() -> Iterator[None]:
    try:
        yield
    except (autograd.OutputError, autograd.InputValueError) as error:
        raise ModelFileError(str(error)) from error


write_bytes = _as_ours()(files.write)
"""Write bytes, atomically; ModelFileError if the place cannot be written."""
write_json = _as_ours()(files.write_json)
"""Write a dict as strict JSON, likewise; ModelFileError too if it has no JSON form."""
read_archive = _as_ours()(archives.read_archive)
"""Read a dict and columns of doubles, likewise."""
read_json = _as_ours()(files.read_json)
"""Read a JSON object; ModelFileError if the file is missing, truncated or something else."""
check_writable = _as_ours()(files.check)
"""Raise ModelFileError now if nothing could be written there later; change nothing."""
