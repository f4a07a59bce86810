"""IDX files: what is read, and what is refused without eating memory."""

import gzip
import struct
import tracemalloc

import numpy as np
import pytest

import autograd
import nn
from nn.data.sets import _idx as read_idx


def header(shape):
    return bytes([0, 0, 8, len(shape)]) + struct.pack(f">{len(shape)}I", *shape)


def idx(array):
    return header(array.shape) + array.astype("u1").tobytes()


def written(folder, content, name="file"):
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 3, 4), (0, 3)], ids=str)
def test_arrays_come_back(tmp_path, compress, shape):
    """Any number of axes, whatever the file is called."""
    array = np.arange(np.prod(shape)).reshape(shape)
    got = read_idx(written(tmp_path, compress(idx(array))), len(shape))
    assert (got.dtype, got.shape) == (np.dtype("u1"), shape)
    assert (got == array).all()


GOOD = idx(np.arange(6).reshape(2, 3))
DAMAGED = {
    "empty": (b"", "is no IDX file of bytes along 2 axes: it begins with nothing"),
    "text": (b"label,pixel\n", "is no IDX file .*: it begins with 6c 61 62 65"),
    "floats": (b"\0\0\x0d" + GOOD[3:], "is no IDX file .*: it begins with 00 00 0d 02"),
    "other axes": (idx(np.arange(3)), "such files begin with 00 00 08 02 and 2 lengths"),
    "cut header": (GOOD[:9], "it begins with 00 00 08 02 00 00 00 02 00, but"),
    "cut numbers": (GOOD[:-1], "2 x 3 bytes, 6, but it has 5"),
    "too much": (GOOD + b"\0", "2 x 3 bytes, 6, but it has 7"),
    "huge": (header((2**32 - 1,) * 2) + b"\0" * 99, "but it has 99"),
}


@pytest.mark.parametrize("case", DAMAGED)
@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_damaged_files_are_refused(tmp_path, case, compress):
    content, message = DAMAGED[case]
    path = written(tmp_path, compress(content))
    with pytest.raises(nn.DataFileError, match=message) as caught:
        read_idx(path, 2)
    assert isinstance(caught.value, (autograd.AutogradError, ValueError))
    assert str(path) in str(caught.value)


def test_damaged_gzip_is_refused(tmp_path):
    """Cut short, with a wrong checksum, or with nonsense inside."""
    whole = gzip.compress(idx(np.arange(6000).reshape(2, 3000)))
    flipped = bytearray(whole)
    flipped[-6] ^= 1
    for content in (whole[:-20], whole[: len(whole) // 2], whole[:5], bytes(flipped)):
        with pytest.raises(nn.DataFileError, match="damaged or cut short"):
            read_idx(written(tmp_path, content), 2)
    nonsense = whole[:10] + b"\xff" * 100
    with pytest.raises(nn.DataFileError, match="damaged or cut short"):
        read_idx(written(tmp_path, nonsense), 2)
    assert read_idx(written(tmp_path, whole), 2).shape == (2, 3000)


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_memory_follows_the_file_and_not_its_header(tmp_path, compress):
    """Neither a header that claims 900 MB nor a plausible one beside few numbers costs memory."""
    for claim, there in (((2**30 - 1,), 100), ((10_000_000,), 20_000)):
        path = written(tmp_path, compress(header(claim) + b"\0" * there))
        tracemalloc.start()
        try:
            with pytest.raises(nn.DataFileError):
                read_idx(path, 1)
            assert tracemalloc.get_traced_memory()[1] < 3_000_000
        finally:
            tracemalloc.stop()


def test_missing_files_and_folders_are_refused(tmp_path):
    with pytest.raises(nn.DataFileError, match=r"cannot read .*No such file"):
        read_idx(tmp_path / "nothing", 1)
    with pytest.raises(nn.DataFileError, match=r"cannot read .*directory"):
        read_idx(tmp_path, 1)
