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
from typing import IO, Any

from nn.checks import numpy_or_error
from nn.errors import DataFileError

__all__ = ["read_idx"]

# The third byte of a file, and the type it stands for in NumPy's letters.
TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}

CHUNK = 1 << 20
GZIP = b"\x1f\x8b"
MOST_BY_GZIP = 1032  # times as large as before is the most that gzip can make a file (zlib's FAQ)


def read_idx(path: str | os.PathLike[str]) -> Any:
    """The array in an IDX file, gzipped or not, of the shape and type its header tells.

    Memory grows with what the file holds, not with what its header claims. Raises DataFileError
    if the file cannot be read, is no IDX file, is damaged, or holds fewer or more numbers than it
    says; MissingExtraError without NumPy.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = os.path.join(folder, "two-by-three")
    ...     with open(file, "wb") as writer:
    ...         _ = writer.write(bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, *range(6)]))
    ...     read_idx(file).tolist()
    [[0, 1, 2], [3, 4, 5]]
    """
    np = numpy_or_error("nn.data.examples")
    name = repr(os.fspath(path))
    try:
        with open(path, "rb") as raw:
            size = os.fstat(raw.fileno()).st_size
            zipped = raw.read(2) == GZIP
            raw.seek(0)
            if not zipped:
                kind, shape, numbers = _content(raw, size, name)
            else:
                with gzip.GzipFile(fileobj=raw) as file:
                    kind, shape, numbers = _content(file, size * MOST_BY_GZIP, name)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataFileError(f"{name} is damaged or cut short ({error}): fetch it again") from error
    except OSError as error:
        raise DataFileError(f"cannot read {name}: {error.strerror or error}") from error
    try:
        array = np.frombuffer(numbers, kind).reshape(shape)
    except ValueError as error:  # so many axes, or axes so long beside one of length 0
        raise DataFileError(
            f"{name} is of {len(shape)} axes, which NumPy has not: {error}"
        ) from error
    return array.astype(kind.replace(">", "="), copy=False)


def _content(
    file: IO[bytes] | gzip.GzipFile, most: int, name: str
) -> tuple[str, tuple[int, ...], bytearray]:
    """Type, shape and bytes of the numbers; `most` bytes is what the whole file can hold."""
    kind, shape = _header(file, name)
    declared = math.prod(shape) * int(kind[-1])
    says = f"{name} says that it holds {' x '.join(map(str, shape))} numbers, {declared:,} bytes"
    if declared > most:
        raise DataFileError(f"{says}, but is too short for that: fetch it again")
    numbers = bytearray()
    while len(numbers) < declared:
        chunk = file.read(min(CHUNK, declared - len(numbers)))
        if not chunk:
            raise DataFileError(f"{says}, but ends after {len(numbers):,}: fetch it again")
        numbers += chunk
    if file.read(1):  # this also makes gzip compare its checksum
        raise DataFileError(f"{says}, but goes on after them: it is no IDX file, or damaged")
    return kind, shape, numbers


def _header(file: IO[bytes] | gzip.GzipFile, name: str) -> tuple[str, tuple[int, ...]]:
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in TYPES or not magic[3]:
        raise DataFileError(
            f"{name} is no IDX file: it begins with {magic.hex(' ') or 'nothing'}, but IDX files "
            "begin with 00 00, a type from 08 to 0e and a number of axes, images with 00 00 08 03"
        )
    lengths = file.read(4 * magic[3])
    if len(lengths) < 4 * magic[3]:
        raise DataFileError(f"{name} ends within its header of {magic[3]} lengths: fetch it again")
    return TYPES[magic[2]], struct.unpack(f">{magic[3]}I", lengths)
