"""IDX: the file format of MNIST, arrays of bytes behind a header that says their sizes.

A file is two zero bytes, an 8 for bytes, the number of axes, the length of each axis in four bytes,
big-endian, and then the numbers (http://yann.lecun.com/exdb/mnist). It may be compressed with gzip,
whatever its name. Next: :mod:`nn.data.sets` reads MNIST with it.
"""

from __future__ import annotations

import gzip
import math
import os
import struct
import zlib
from pathlib import Path
from typing import Any

from autograd.extras import needed
from nn.errors import DataFileError

__all__ = ["read_idx"]

GZIP = b"\x1f\x8b"


def read_idx(path: str | os.PathLike[str], axes: int) -> Any:
    """The array of bytes along so many axes in an IDX file, gzipped or not.

    Memory grows with what the file holds, not with what its header claims. Raises DataFileError
    if the file cannot be read, is none, is damaged, or is shorter or longer than it says.
    """
    np = needed("numpy", "nn.data")
    name = repr(os.fspath(path))
    try:
        content = Path(path).read_bytes()
        content = gzip.decompress(content) if content[:2] == GZIP else content
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataFileError(f"{name} is damaged or cut short ({error}): fetch it again") from error
    except OSError as error:
        raise DataFileError(f"cannot read {name}: {error.strerror or error}") from error
    magic, start = bytes([0, 0, 8, axes]), 4 + 4 * axes
    if content[:4] != magic or len(content) < start:
        raise DataFileError(
            f"{name} is no IDX file of bytes along {axes} axes: it begins with "
            f"{content[:start].hex(' ') or 'nothing'}, but such files begin with "
            f"{magic.hex(' ')} and {axes} lengths; is it in another's place?"
        )
    shape = struct.unpack_from(f">{axes}I", content, 4)
    declared, there = math.prod(shape), len(content) - start
    if declared != there:
        raise DataFileError(
            f"{name} says that it holds {' x '.join(map(str, shape))} bytes, {declared:,}, but it "
            f"has {there:,}: fetch it again"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)
