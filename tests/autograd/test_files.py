"""Files: whole or not at all, whoever else writes, and where they cannot be, our errors."""

import multiprocessing
import os
import stat
import threading

import pytest

import nn
from autograd import InputTypeError, Value, draw, drawing
from autograd.errors import AutogradError, OutputError
from autograd.files import check, write

SIZE = 300_000
POSIX = pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")


def only(folder):
    """The names in a folder."""
    return sorted(os.listdir(folder))


def test_files_are_replaced_and_nothing_else_is_left(tmp_path):
    path = tmp_path / "file"
    write(path, b"old")
    write(os.fspath(path), b"new")
    assert path.read_bytes() == b"new"
    assert only(tmp_path) == ["file"]


@pytest.mark.parametrize("failing", ["fsync", "replace"])
@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_fault_leaves_the_old_file(tmp_path, monkeypatch, failing, fault):
    """Also one in the last step, when the draft is written."""
    path = tmp_path / "file"
    write(path, b"old")

    def fail(*_):
        raise fault

    monkeypatch.setattr(os, failing, fail)
    with pytest.raises((OutputError, KeyboardInterrupt)) as caught:
        write(path, b"new")
    monkeypatch.undo()
    if isinstance(fault, OSError):
        assert str(caught.value) == f"'{path}' cannot be written: No space left on device"
        assert isinstance(caught.value, (AutogradError, OSError))
    assert path.read_bytes() == b"old"
    assert only(tmp_path) == ["file"]


def test_content_is_on_disk_before_it_gets_the_name(tmp_path, monkeypatch):
    """fsync comes before replace: otherwise a power cut could leave an empty file."""
    calls = []
    for name in ("fsync", "replace"):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *a, n=name, f=real: (calls.append(n), f(*a)))
    write(tmp_path / "file", b"")
    assert calls == ["fsync", "replace"]


@POSIX
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o666, 0o755])
def test_a_file_keeps_its_permissions(tmp_path, mode):
    """What was private stays private."""
    path = tmp_path / "file"
    path.touch()
    path.chmod(mode)
    write(path, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == mode


@POSIX
def test_a_new_file_gets_the_usual_permissions(tmp_path):
    """As `open` would give them, not the private ones of drafts."""
    write(tmp_path / "file", b"")
    (tmp_path / "plain").touch()
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("file", "plain")]
    assert modes[0] == modes[1]


@POSIX
def test_a_file_that_is_read_only_is_not_replaced(tmp_path, monkeypatch):
    """That the folder would allow it is no reason."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o444)
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # for root everything is writable
    for attempt in (check, lambda path: write(path, b"new")):
        with pytest.raises(OutputError, match="it is read only"):
            attempt(path)
    assert path.read_bytes() == b"old"


@POSIX
def test_links_are_followed(tmp_path):
    """The file that a link leads to is replaced, over several links and before it is there."""
    (tmp_path / "folder").mkdir()
    real, near, far = tmp_path / "folder" / "real", tmp_path / "near", tmp_path / "far"
    near.symlink_to(real)
    far.symlink_to(near)
    for content in (b"first", b"second"):
        write(far, content)
        assert real.read_bytes() == content
    assert near.is_symlink()
    assert far.is_symlink()
    assert only(tmp_path / "folder") == ["real"]


IMPOSSIBLE = {
    "": "needs a name",
    ".": "it is a folder",
    "no/file": "there is no folder 'no'",
    "file/inside": "Not a directory",
    "x" * 300 + ".svg": "File name too long",
    "\ud800.svg": "surrogates not allowed",
    "nul\0.svg": "null",
    "loop": "symbolic links",
    "dangling": "there is no folder 'gone'",
    "/dev/null": "not an ordinary file",
}


@POSIX
@pytest.mark.parametrize("path", IMPOSSIBLE, ids=ascii)
def test_impossible_places_are_our_error(tmp_path, monkeypatch, path):
    """By the check beforehand, by writing, and by saving a picture."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "dangling").symlink_to("gone/file")
    for attempt in (check, lambda path: write(path, b"new")):
        with pytest.raises(OutputError, match=IMPOSSIBLE[path]):
            attempt(path)
    if path.endswith(".svg"):
        with pytest.raises(OutputError, match=IMPOSSIBLE[path]):
            draw(Value(1.0) * 2.0).save(path)
    assert only(tmp_path) == ["dangling", "file", "loop"]


def test_names_as_long_as_the_system_allows_are_written(tmp_path):
    """The draft's name is not longer than the file's."""
    path = tmp_path / ("x" * 255)
    write(path, b"new")
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("path", [None, 3, b"file"])
def test_what_is_not_a_path_is_refused(path):
    """Bytes too: the messages name files in text."""
    with pytest.raises(InputTypeError, match="is given by its path"):
        write(path, b"")


def test_check_changes_nothing(tmp_path):
    """Neither an old file nor the folder."""
    path = tmp_path / "file"
    check(path)
    assert only(tmp_path) == []
    write(path, b"old")
    check(path)
    assert path.read_bytes() == b"old"


def write_often(path, letter, times):
    for _ in range(times):
        write(path, letter.encode() * SIZE)


def test_a_storm_of_writers_is_never_seen_half_done(tmp_path):
    """Four threads and two processes write one file while it is read: each read finds one whole."""
    path = tmp_path / "file"
    write(path, b"-" * SIZE)
    # Forked processes would inherit the threads' locks; these begin afresh.
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=write_often, args=(path, x, 20)) for x in "yz"]
    faults = []

    def work(letter):
        try:
            write_often(path, letter, 40)
        except BaseException as fault:  # would be lost in the thread
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(letter,)) for letter in "abcd"]
    for worker in [*processes, *threads]:
        worker.start()
    reads = 0
    while any(worker.is_alive() for worker in [*processes, *threads]):
        content = path.read_bytes()
        assert len(content) == SIZE
        assert len(set(content)) == 1
        reads += 1
    for worker in [*processes, *threads]:
        worker.join()
    assert not faults
    assert [process.exitcode for process in processes] == [0, 0]
    assert reads > 20
    assert only(tmp_path) == ["file"]


def test_a_storm_of_savers_makes_one_whole_picture(tmp_path):
    """Four threads saving one picture get no error, and what stays is one of the pictures."""
    path = tmp_path / "graph.svg"
    x = Value(2.0, name="x")
    picture = draw(x * x + 1.0)
    faults = []

    def work():
        try:
            for _ in range(10):
                picture.save(path)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert path.read_text(encoding="utf-8") == picture.to_svg()
    assert only(tmp_path) == ["graph.svg"]


@pytest.mark.parametrize("path", [3, None, b"graph.svg", 2.5], ids=repr)
def test_what_is_no_path_is_named_whatever_is_saved(path):
    """Pictures, films, pages, models and exports say the same."""
    x = Value(2.0)
    model = nn.MLP(2, [1], rng=0)
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    page = nn.playground(model, [[0.0, 1.0]], [1.0], loss=nn.mse_loss, optimizer=optimizer)
    recorder = drawing.Recorder(x * x)
    recorder.snap()
    for save in (draw(x * x).save, recorder.save, page.save, model.save, model.to_onnx):
        with pytest.raises(InputTypeError, match="a file to write is given by its path, but got"):
            save(path)
