"""IDX files: what is read, and what is refused without eating memory."""

import gzip
import struct
import tracemalloc

import numpy as np
import pytest

import autograd
import nn
from nn.data.idx import read_idx

CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def header(kind, shape):
    return bytes([0, 0, CODES[kind], len(shape)]) + struct.pack(f">{len(shape)}I", *shape)


def idx(array, kind="u1"):
    return header(kind, array.shape) + array.astype(f">{kind}").tobytes()


def written(folder, content, name="file"):
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("kind", CODES)
@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 3, 4), (0, 3)], ids=str)
def test_arrays_come_back(tmp_path, compress, kind, shape):
    """Every type, any number of axes, whatever the file is called; in this machine's byte order."""
    array = (np.arange(np.prod(shape)).reshape(shape) - 3).astype(kind)
    got = read_idx(written(tmp_path, compress(idx(array, kind))))
    assert (got.dtype, got.shape) == (np.dtype(kind), shape)
    assert (got == array).all()


def test_arrays_can_be_written_to(tmp_path):
    got = read_idx(written(tmp_path, idx(np.zeros(3))))
    got += 1
    assert got.tolist() == [1, 1, 1]


GOOD = idx(np.arange(6).reshape(2, 3))
DAMAGED = {
    "empty": (b"", "is no IDX file: it begins with nothing"),
    "text": (b"label,pixel\n", "is no IDX file: it begins with 6c 61 62 65"),
    "unknown type": (b"\0\0\x07" + GOOD[3:], "is no IDX file: it begins with 00 00 07 02"),
    "no axes": (b"\0\0\x08\0", "is no IDX file"),
    "cut header": (GOOD[:9], "ends within its header of 2 lengths"),
    "cut numbers": (GOOD[:-1], "2 x 3 numbers, 6 bytes, but"),
    "too much": (GOOD + b"\0", "2 x 3 numbers, 6 bytes, but goes on after them"),
    "70 axes": (header("u1", (1,) * 70) + b"\0", "is of 70 axes, which NumPy has not"),
    "255 axes": (header("u1", (1,) * 255) + b"\0", "is of 255 axes, which NumPy has not"),
    "long beside none": (header("f8", (0, *[2**32 - 1] * 5)), "is of 6 axes, which NumPy has not"),
    "huge": (header("f8", (2**32 - 1,) * 3) + b"\0" * 99, "but is too short for that"),
}


@pytest.mark.parametrize("case", DAMAGED)
@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_damaged_files_are_refused(tmp_path, case, compress):
    content, message = DAMAGED[case]
    path = written(tmp_path, compress(content))
    with pytest.raises(nn.DataFileError, match=message) as caught:
        read_idx(path)
    assert isinstance(caught.value, (autograd.AutogradError, ValueError))
    assert str(path) in str(caught.value)


def test_damaged_gzip_is_refused(tmp_path):
    """Cut short, with a wrong checksum, or with nonsense inside."""
    whole = gzip.compress(idx(np.arange(6000).reshape(2, 3000)))
    flipped = bytearray(whole)
    flipped[-6] ^= 1
    for content in (whole[:-20], whole[: len(whole) // 2], whole[:5], bytes(flipped)):
        with pytest.raises(nn.DataFileError, match="damaged or cut short"):
            read_idx(written(tmp_path, content))
    nonsense = whole[:10] + b"\xff" * 100
    with pytest.raises(nn.DataFileError, match="damaged or cut short"):
        read_idx(written(tmp_path, nonsense))
    assert read_idx(written(tmp_path, whole)).shape == (2, 3000)


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_memory_follows_the_file_and_not_its_header(tmp_path, compress):
    """Neither a header that claims 900 MB nor a plausible one beside few numbers costs memory."""
    for claim, there in (((2**30 - 1,), 100), ((10_000_000,), 20_000)):
        path = written(tmp_path, compress(header("u1", claim) + b"\0" * there))
        tracemalloc.start()
        try:
            with pytest.raises(nn.DataFileError):
                read_idx(path)
            assert tracemalloc.get_traced_memory()[1] < 3_000_000
        finally:
            tracemalloc.stop()


def test_missing_files_and_folders_are_refused(tmp_path):
    with pytest.raises(nn.DataFileError, match=r"cannot read .*No such file"):
        read_idx(tmp_path / "nothing")
    with pytest.raises(nn.DataFileError, match=r"cannot read .*directory"):
        read_idx(tmp_path)
