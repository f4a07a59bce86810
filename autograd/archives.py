"""Archives: a dict as JSON and columns of doubles beside it, in one zip file.

Next: :mod:`autograd.files`, which writes it.
"""

from __future__ import annotations

import io
import json
import os
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograd.errors import InputValueError
from autograd.files import packed, read_json, unpacked

if TYPE_CHECKING:
    from array import array

    from autograd.arrays import Array
    from autograd.nested import Argument

__all__ = ["archived", "read_archive"]

Path = str | os.PathLike[str]
CONTENT, COLUMN = "run.json", ".f64"
# What zipfile and json raise for files that are damaged in one way or another.
BROKEN = (OSError, EOFError, KeyError, ValueError, RuntimeError, OverflowError, RecursionError,
          struct.error, zlib.error, zipfile.BadZipFile)  # fmt: skip


def archived(
    content: Mapping[str, Argument], columns: Mapping[str, Sequence[float] | Array]
) -> bytes:
    """An archive of these; the columns are little-endian.

    >>> import tempfile
    >>> from autograd.files import write
    >>> path = os.path.join(tempfile.mkdtemp(), "archive")
    >>> write(path, archived({"a": 1}, {"b": [2.0, 3.0]}))
    >>> content, columns = read_archive(path)
    >>> content, columns["b"].tolist()
    ({'a': 1}, [2.0, 3.0])
    """
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(CONTENT, json.dumps(content, indent=1, allow_nan=False))
        for name, column in columns.items():
            file.writestr(f"{name}{COLUMN}", packed(column))
    return archive.getvalue()


def read_archive(path: Path) -> tuple[dict[str, Any], dict[str, array[float]]]:
    """The dict and the columns of an archive, or of a JSON file, which has none.

    Raises:
        InputValueError: The file is missing, damaged, cut short or something else.
    """
    if not zipfile.is_zipfile(path):
        return read_json(path), {}
    columns = {}
    try:
        with zipfile.ZipFile(path) as file:
            content = json.loads(file.read(CONTENT))
            for entry in file.infolist():
                if entry.compress_type != zipfile.ZIP_STORED:  # as we write: what is read is there
                    raise ValueError(f"{entry.filename} is compressed")
                if entry.filename.endswith(COLUMN):
                    columns[entry.filename.removesuffix(COLUMN)] = unpacked(file.read(entry))
    except BROKEN as error:
        name = repr(os.fspath(path))
        raise InputValueError(f"{name} is damaged or cut short: {error}") from error
    return content if isinstance(content, dict) else {}, columns
