"""JSON files written whole or not at all."""

import json
import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from nn.files import check_writable, read_json, write_json


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_survive_to_the_bit(tmp_path_factory, number):
    """What is read back is the float that was written, sign of zero included."""
    path = tmp_path_factory.getbasetemp() / "number.json"
    write_json(path, {"number": number})
    assert read_json(path)["number"].hex() == number.hex()


@pytest.mark.parametrize("failing", ["fsync", "replace"])
@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_crash_leaves_the_old_file(tmp_path, monkeypatch, failing, fault):
    """A fault before the last moment leaves the old content, and no temporary file."""
    path = tmp_path / "model.json"
    write_json(path, {"old": 1})

    def crash(*_):
        raise fault

    monkeypatch.setattr(os, failing, crash)
    with pytest.raises((nn.ModelFileError, KeyboardInterrupt)):
        write_json(path, {"new": 2})
    monkeypatch.undo()
    assert read_json(path) == {"old": 1}
    assert os.listdir(tmp_path) == ["model.json"]
    write_json(path, {"new": 2})
    assert read_json(path) == {"new": 2}


def test_content_is_on_disk_before_it_gets_the_name(tmp_path, monkeypatch):
    """fsync comes before replace: otherwise a power cut could leave an empty file."""
    calls = []
    real = {name: getattr(os, name) for name in ("fsync", "replace")}
    for name, function in real.items():
        monkeypatch.setattr(os, name, lambda *a, n=name, f=function: (calls.append(n), f(*a)))
    write_json(tmp_path / "model.json", {})
    assert calls == ["fsync", "replace"]


def test_content_without_json_form_is_refused_before_anything_is_written(tmp_path):
    """NaN has no JSON form; the old file stays."""
    path = tmp_path / "model.json"
    write_json(path, {"number": 1.0})
    with pytest.raises(nn.ModelFileError, match=r"model\.json' is not written"):
        write_json(path, {"number": float("nan")})
    assert read_json(path) == {"number": 1.0}


def test_a_link_is_followed(tmp_path):
    """The file that a link points to is replaced, not the link."""
    (tmp_path / "real").mkdir()
    link = tmp_path / "link.json"
    link.symlink_to(tmp_path / "real" / "model.json")
    write_json(link, {"a": 1})
    assert link.is_symlink()
    assert json.loads((tmp_path / "real" / "model.json").read_text()) == {"a": 1}


def test_new_files_get_the_usual_permissions(tmp_path):
    """As `open` would give them, not the private ones of temporary files."""
    write_json(tmp_path / "model.json", {})
    (tmp_path / "plain").touch()
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("model.json", "plain")]
    assert modes[0] == modes[1]


@pytest.mark.parametrize("path", ["", ".", "missing/model.json", "/dev/null"])
def test_impossible_places_are_known_beforehand(tmp_path, monkeypatch, path):
    """No name, a folder, a folder that is not there, a device."""
    monkeypatch.chdir(tmp_path)
    for attempt in (check_writable, lambda place: write_json(place, {})):
        with pytest.raises(nn.ModelFileError):
            attempt(path)


def test_check_changes_nothing(tmp_path):
    """Neither an old file nor the folder."""
    path = tmp_path / "model.json"
    check_writable(path)
    assert os.listdir(tmp_path) == []
    write_json(path, {"a": 1})
    check_writable(path)
    assert read_json(path) == {"a": 1}


@pytest.mark.parametrize(
    "text", ["", '{"a": 1', "[1, 2]", "\x00\xff", '{"a": NaN}', "[" * 100_000], ids=repr
)
def test_anything_but_a_json_object_is_refused(tmp_path, text):
    """Empty, truncated, a list, bytes, NaN, absurdly nested."""
    path = tmp_path / "model.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(nn.ModelFileError, match=r"model\.json"):
        read_json(path)
