"""Files: whole or not at all."""

import pytest

from autograd.errors import AutogradError, OutputError
from autograd.files import write


def test_files_are_replaced_and_nothing_else_is_left(tmp_path):
    path = tmp_path / "file"
    write(path, b"old")
    write(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_fault_leaves_the_old_file(tmp_path, monkeypatch):
    """Also one in the last step, when the draft is written."""
    path = tmp_path / "file"
    write(path, b"old")

    def full(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(path), "replace", full)
    with pytest.raises(OutputError, match="cannot be written: No space left on device") as caught:
        write(path, b"new")
    assert isinstance(caught.value, (AutogradError, OSError))
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_folders_are_no_files(tmp_path):
    with pytest.raises(OutputError, match="it is a folder"):
        write(tmp_path, b"")
    with pytest.raises(OutputError, match="there is no folder"):
        write(tmp_path / "no" / "file", b"")
