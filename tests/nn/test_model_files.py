"""JSON files of models: written whole or not at all, read strictly."""

import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from nn.model_files import check_writable, read_json, write_json

POSIX = pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_survive_to_the_bit(tmp_path_factory, number):
    """What is read back is the float that was written, sign of zero included."""
    path = tmp_path_factory.getbasetemp() / "number.json"
    write_json(path, {"number": number})
    assert read_json(path)["number"].hex() == number.hex()


def test_content_without_json_form_is_refused_before_anything_is_written(tmp_path):
    """NaN has no JSON form; the old file stays."""
    path = tmp_path / "model.json"
    write_json(path, {"number": 1.0})
    with pytest.raises(nn.ModelFileError, match=r"model\.json' is not written"):
        write_json(path, {"number": float("nan")})
    assert read_json(path) == {"number": 1.0}


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


@POSIX
def test_a_model_stays_private_and_linked(tmp_path):
    """Saving keeps the permissions of a model's file, and a link to it."""
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    write_json(real, {"a": 1})
    real.chmod(0o600)
    link.symlink_to(real)
    write_json(link, {"a": 2})
    assert link.is_symlink()
    assert read_json(real) == {"a": 2}
    assert stat.S_IMODE(real.stat().st_mode) == 0o600


@pytest.mark.parametrize("number", ["9" * 401, "-" + "9" * 401, "1e999", "-1e999", "9" * 5000])
def test_numbers_beyond_floats_are_refused(tmp_path, number):
    """JSON allows them; a weight of that size would be infinite."""
    path = tmp_path / "model.json"
    path.write_text(f'{{"a": [{number}]}}')
    with pytest.raises(nn.ModelFileError, match=r"model\.json' is truncated or not JSON \("):
        read_json(path)


@pytest.mark.parametrize(
    "text", ["", '{"a": 1', "[1, 2]", "\x00\xff", '{"a": NaN}', "[" * 100_000], ids=repr
)
def test_anything_but_a_json_object_is_refused(tmp_path, text):
    """Empty, truncated, a list, bytes, NaN, absurdly nested."""
    path = tmp_path / "model.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(nn.ModelFileError, match=r"model\.json"):
        read_json(path)
