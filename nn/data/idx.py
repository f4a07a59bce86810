"""IDX: the file format of MNIST, arrays of numbers behind a header that says their sizes.

A file is two zero bytes, a byte for the type of number, a byte for how many axes there are, the
length of each axis in four bytes, and then the numbers, all big-endian
(http://yann.lecun.com/exdb/mnist). It may be compressed with gzip, whatever its name. Next:
:mod:`nn.data.sets` reads MNIST with it.
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

# The third byte of a file -> the type it stands for, in NumPy's letters.
TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}

GZIP = b"\x1f\x8b"


def read_idx(path: str | os.PathLike[str]) -> Any:
    """The array in an IDX file, gzipped or not, of the shape and type its header tells.

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
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in TYPES or not content[3]:
        raise DataFileError(
            f"{name} is no IDX file: it begins with {content[:4].hex(' ') or 'nothing'}, but IDX "
            "files begin with 00 00, a type from 08 to 0e and a number of axes, images with "
            "00 00 08 03"
        )
    kind, axes = np.dtype(TYPES[content[2]]), content[3]
    start = 4 + 4 * axes
    if len(content) < start:
        raise DataFileError(f"{name} ends within its header of {axes} lengths: fetch it again")
    shape = struct.unpack_from(f">{axes}I", content, 4)
    declared, there = math.prod(shape) * kind.itemsize, len(content) - start
    if declared != there:
        fault = "is too short for that" if declared > there else "goes on after them"
        raise DataFileError(
            f"{name} says that it holds {' x '.join(map(str, shape))} numbers, {declared:,} bytes, "
            f"but {fault}: it has {there:,}; fetch it again"
        )
    try:
        array = np.frombuffer(content, kind, offset=start).reshape(shape)
    except ValueError as error:  # so many axes, or axes so long beside one of length 0
        raise DataFileError(f"{name} is of {axes} axes, which NumPy has not: {error}") from error
    return array.astype(kind.newbyteorder("="))
