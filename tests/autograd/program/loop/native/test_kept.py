"""Machine code on disk: kept, found again, and never taken from where others could have put it."""

import math
import os
import subprocess
import sys
import tempfile
import time

import pytest

from autograd.program.loop.native import compiler, kept

TEXT = "define double @one() {\n  ret double 1.0\n}"
POSIX = pytest.mark.skipif(os.name != "posix", reason="owners and permissions as POSIX has them")


def test_interpreter_is_kept_on_disk(tmp_path):
    """Machine code is written once, used again, and made anew if the file is damaged."""
    pytest.importorskip("llvmlite")
    missing = tmp_path / "not yet" / "there"
    code = compiler.object_code(TEXT, missing)
    (kept,) = missing.iterdir()
    assert kept.read_bytes().endswith(code)
    stamp = kept.stat().st_ino
    assert compiler.object_code(TEXT, missing) == code
    assert kept.stat().st_ino == stamp
    kept.write_bytes(kept.read_bytes()[:-7])
    assert compiler.object_code(TEXT, missing) == code
    assert kept.read_bytes().endswith(code)


def test_unwritable_folders_are_passed_over(tmp_path):
    """A file stands where the folder should be: the next folder is used, or none."""
    pytest.importorskip("llvmlite")
    blocked = tmp_path / "file"
    blocked.write_text("")
    code = compiler.object_code(TEXT, blocked / "folder", tmp_path / "second")
    assert [path.suffix for path in (tmp_path / "second").iterdir()] == [".bin"]
    assert compiler.object_code(TEXT, blocked / "folder") == code


def test_code_made_with_other_options_is_not_shared(tmp_path, monkeypatch):
    """Whatever decides on the machine code is in the name it is kept under."""
    llvm = pytest.importorskip("llvmlite.binding")
    names = set()

    def kept_names():
        compiler.object_code(TEXT, tmp_path)
        found = {path.name for path in tmp_path.iterdir()} - names
        names.update(found)
        return len(found)

    assert [kept_names(), kept_names()] == [1, 0]
    for place, name, other in (
        (compiler, "OPTIONS", {"opt": 3, "jit": True}),
        (compiler, "OPTIONS", {"opt": 2, "jit": True, "reloc": "pic"}),
        (llvm, "llvm_version_info", (99, 0, 0)),
        (llvm, "get_host_cpu_name", lambda: "another"),
        (llvm, "get_host_cpu_features", lambda: llvm.FeatureMap({"another": True})),
        (sys.modules["llvmlite"], "__version__", "99"),
    ):
        monkeypatch.setattr(place, name, other)
        assert kept_names() == 1, name
        monkeypatch.undo()
    assert kept_names() == 0


FULL = """
import os, resource, sys
import autograd, nn
x = autograd.Value(1.0)
y = autograd.sum([autograd.exp(x * i) for i in range(30)])
model = nn.Linear(40, 1)
resource.setrlimit(resource.RLIMIT_FSIZE, (700, 700))
for backend in ("loop", "array"):
    value, grad = autograd.compile(y, x=x, backend=backend).value_and_grad("x", x=[0.0] * 64)
    print(value[0], grad[-1])
for save in (autograd.draw(y).save, model.save):
    try:
        save(sys.argv[1])
    except autograd.AutogradError as error:
        print(str(error).endswith("cannot be written: File too large"))
"""


@POSIX
def test_a_disk_that_takes_no_more_changes_nothing(tmp_path):
    """No file may grow beyond a few hundred bytes: code is not kept, what is saved stays as it was,
    and nothing half-written is left.
    """
    picture = tmp_path / "old.svg"
    picture.write_text("old")
    environment = {**os.environ, "XDG_CACHE_HOME": os.fspath(tmp_path), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", FULL, picture]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["30.0", "435.0", "30.0", "435.0", "True", "True"], done.stderr
    assert picture.read_text() == "old"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [picture]


def folders(monkeypatch, **environment):
    """The cache folders on Linux, with just these of the variables that name one."""
    monkeypatch.setattr(sys, "platform", environment.pop("platform", "linux"))
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return [os.fspath(folder) for folder in kept.cache_folders()]


def test_a_text_that_is_kept_is_not_written_again(tmp_path):
    """Written is what has no machine code yet, by the files that the text follows from."""
    pytest.importorskip("llvmlite")
    written = []

    def module():
        written.append(1)
        return TEXT

    code = compiler.object_code(module, tmp_path)
    assert compiler.object_code(module, tmp_path) == code == compiler.object_code(TEXT)
    assert written == [1]


@pytest.mark.parametrize("change", ["content", "name", "file"])
def test_other_files_are_another_origin(tmp_path, change):
    """Of Python or machine code; what is cached beside them, and other files, do not count."""
    (tmp_path / "inner").mkdir()
    path = tmp_path / "inner" / "a.py"
    path.write_text("x = 1")
    digest, later = kept.sources_digest.__wrapped__, time.time() + 60
    before = digest(tmp_path, later)
    (tmp_path / "notes.md").write_text("more")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.py").write_text("more")
    assert digest(tmp_path, later) == before is not None
    if change == "content":
        path.write_text("x = 2")
    elif change == "name":
        path.rename(tmp_path / "inner" / "b.py")
    else:
        (tmp_path / "inner" / "b.py").write_text("")
    assert digest(tmp_path, later) not in (before, None)


def test_files_that_changed_after_they_were_read_are_no_origin(tmp_path):
    """What is loaded is not what they say now; of no files at all nothing is known either."""
    digest = kept.sources_digest.__wrapped__
    assert digest(tmp_path, time.time()) is None
    (tmp_path / "a.py").write_text("x = 1")
    assert digest(tmp_path, time.time() - 60) is None
    assert digest(tmp_path, time.time() + 60) is not None


@POSIX
def test_folders_are_absolute(monkeypatch, tmp_path):
    """A relative one would be another folder wherever a program is started."""
    own = os.path.join(tempfile.gettempdir(), f"scalar-autograd-{os.geteuid()}")
    home = os.path.join("/home/me", ".cache", "scalar-autograd")
    assert folders(monkeypatch, HOME="/home/me") == [home, own]
    assert folders(monkeypatch, HOME="/home/me", XDG_CACHE_HOME="") == [home, own]
    assert folders(monkeypatch, HOME="/home/me", XDG_CACHE_HOME="here") == [home, own]
    found = folders(monkeypatch, HOME="/home/me", XDG_CACHE_HOME="/x")
    assert found == ["/x/scalar-autograd", own]
    assert folders(monkeypatch, HOME="here") == [own]
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)  # a user whom nobody knows
    assert folders(monkeypatch) == [own]


def test_windows_has_its_own_folder(monkeypatch):
    """And no user ids: what asks for one is not there."""
    monkeypatch.delattr(os, "geteuid", raising=False)
    base = os.path.abspath("local")
    found = folders(monkeypatch, platform="win32", LOCALAPPDATA=base)
    assert found == [os.path.join(base, "scalar-autograd")]


@POSIX
def test_a_folder_is_made_for_its_user_alone(tmp_path):
    """Whatever the umask says of others."""
    before = os.umask(0)
    try:
        assert kept.keep(tmp_path / "new", "x.bin", b"code")
    finally:
        os.umask(before)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "new" / "x.bin").stat().st_mode & 0o777 == 0o600
    assert kept.kept(tmp_path / "new", "x.bin") == b"code"


@POSIX
@pytest.mark.parametrize("place", ["folder", "file"])
@pytest.mark.parametrize("mode", [0o020, 0o002])
def test_what_others_may_write_is_not_trusted(tmp_path, place, mode):
    """Neither a folder nor a file that group or all may change; a folder is not written to."""
    folder = tmp_path / "new"
    assert kept.keep(folder, "x.bin", b"code")
    open_to_others = folder if place == "folder" else folder / "x.bin"
    open_to_others.chmod(open_to_others.stat().st_mode | mode)
    assert kept.kept(folder, "x.bin") is None
    assert kept.keep(folder, "x.bin", b"code") is (place == "file")


@POSIX
@pytest.mark.parametrize("place", ["folder", "file"])
def test_what_others_own_is_not_trusted(monkeypatch, tmp_path, place):
    """Root sees it so that another user's cache is not run with root's rights."""
    folder = tmp_path / "new"
    assert kept.keep(folder, "x.bin", b"code")
    if os.geteuid() == 0:
        os.chown(folder if place == "folder" else folder / "x.bin", 12345, 12345)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert kept.kept(folder, "x.bin") is None


def test_functions_of_programs_are_kept_too(tmp_path, monkeypatch):
    """They are compiled once, and taken from there by the next process that needs the same."""
    pytest.importorskip("llvmlite")
    monkeypatch.setattr(compiler, "cache_folders", lambda: [tmp_path / "new"])
    (first,) = compiler.compiled_functions(TEXT, ["one"])
    (file,) = (tmp_path / "new").iterdir()
    stamp = file.stat().st_ino
    (second,) = compiler.compiled_functions(TEXT, ["one"])
    assert first != second
    assert [path.stat().st_ino for path in (tmp_path / "new").iterdir()] == [stamp]


def test_of_many_files_the_oldest_are_removed(tmp_path, monkeypatch):
    """One that is read counts as new, and nothing else in the folder is touched."""
    monkeypatch.setattr(kept, "MOST", 8)
    folder = tmp_path / "new"
    for i in range(8):
        assert kept.keep(folder, f"{i}.bin", b"code")
        os.utime(folder / f"{i}.bin", (i, i))
    (folder / "notes.txt").write_text("mine")
    assert kept.kept(folder, "0.bin") == b"code"
    assert kept.keep(folder, "8.bin", b"code")
    left = {path.name for path in folder.iterdir()}
    assert left == {"notes.txt", *(f"{i}.bin" for i in (0, 4, 5, 6, 7, 8))}


@POSIX
def test_links_are_not_trusted(tmp_path):
    """They lead to where nobody has looked."""
    assert kept.keep(tmp_path / "real", "x.bin", b"code")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "real" / "y.bin").symlink_to(tmp_path / "real" / "x.bin")
    assert kept.kept(tmp_path / "link", "x.bin") is None
    assert kept.kept(tmp_path / "real", "y.bin") is None


def test_what_was_kept_under_another_name_is_not_taken(tmp_path):
    """It would be another module's code, in which our functions are not."""
    assert kept.keep(tmp_path / "new", "x.bin", b"code")
    (tmp_path / "new" / "x.bin").rename(tmp_path / "new" / "y.bin")
    assert kept.kept(tmp_path / "new", "y.bin") is None


@pytest.mark.parametrize("planted", [b"", b"x" * 31, b"x" * 5000, b"\x7fELF" + b"\0" * 500])
def test_a_planted_object_never_crashes(tmp_path, planted):
    """What is not just what was written is made anew, in its place."""
    pytest.importorskip("llvmlite")
    folder = tmp_path / "new"
    code = compiler.object_code(TEXT, folder)
    (file,) = folder.iterdir()
    file.write_bytes(planted)
    assert compiler.object_code(TEXT, folder) == code
    assert kept.kept(folder, file.name) == code


def test_two_processes_at_once(tmp_path):
    """Both compile, both write the same file, none reads half of it."""
    pytest.importorskip("llvmlite")
    script = (
        "from autograd import Value, compile, tanh\n"
        "x = Value(1.0)\n"
        "print(float(compile(tanh(x), backend='loop', x=x)(x=0.5)))\n"
    )
    environment = {"XDG_CACHE_HOME": str(tmp_path), "PYTHONPATH": ":".join(sys.path)}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    answers = [process.communicate()[0].strip() for process in running]
    assert answers == [repr(math.tanh(0.5))] * 2


def test_a_file_whose_age_was_set_back_is_no_origin(tmp_path):
    """As by an archive or a copy that keeps times: when it was put there counts."""
    read = time.time() - 100.0
    source = tmp_path / "code.py"
    source.write_text("x = 1")
    os.utime(source, (0.0, 0.0))
    assert kept.sources_digest(tmp_path, read) is None
    assert kept.sources_digest(tmp_path, time.time() + 100.0) is not None


def test_without_owners_the_users_own_folder_is_trusted(tmp_path, monkeypatch):
    """On Windows nothing tells an owner, and code is kept there too."""
    monkeypatch.delattr(os, "geteuid", raising=False)
    assert kept.keep(tmp_path, "code.bin", b"machine code")
    assert kept.kept(tmp_path, "code.bin") == b"machine code"
