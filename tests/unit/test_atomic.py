"""Files are written whole or not at all, several of them together."""

import errno
import fcntl
import gc
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from kaiser_interview.storage import Staging, write_bytes, write_files


def held(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def old(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"old")
    return tmp_path


def test_no_output_appears_before_all_are_written(old):
    with Staging() as staging:
        for name in ("a", "b", "c"):
            staging.open(old / name).write(name.encode())
        assert {name: data for name, data in held(old).items() if name[0] != "."} == {
            "a": b"old",
            "b": b"old",
        }
        assert len(held(old)) == 5
        staging.commit()
        assert held(old) == {"a": b"a", "b": b"b", "c": b"c"}
    assert held(old) == {"a": b"a", "b": b"b", "c": b"c"}


def test_uncommitted_files_are_removed(old):
    with Staging() as staging:
        staging.open(old / "a").write(b"new")
    assert held(old) == {"a": b"old", "b": b"old"}


def test_files_left_by_an_interrupted_cleanup_are_removed_later(old, monkeypatch):
    def work():
        with Staging() as staging:
            staging.open(old / "a").write(b"new")
            staging.open(old / "c").write(b"new")

    unlink = os.unlink

    def broken_off(_):
        monkeypatch.setattr(os, "unlink", unlink)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "unlink", broken_off)
    try:
        work()
    except KeyboardInterrupt as error:
        assert len(held(old)) == 4
        del error
    gc.collect()
    assert held(old) == {"a": b"old", "b": b"old"}


def test_open_outputs_are_removed_at_exit(old):
    code = "import pathlib, sys; from kaiser_interview.storage import Staging; staging = Staging()\n"
    code += "file = staging.open(pathlib.Path(sys.argv[1])); print(len(staging._temporary))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(old / "a")], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("1\n", "")
    assert held(old) == {"a": b"old", "b": b"old"}


@pytest.mark.parametrize("error", [LookupError, KeyboardInterrupt, SystemExit, GeneratorExit])
def test_interrupted_output_is_removed(old, error):
    def work():
        with Staging() as staging:
            staging.open(old / "a").write(b"new")
            staging.open(old / "c").write(b"new")
            raise error

    with pytest.raises(error):
        work()
    assert held(old) == {"a": b"old", "b": b"old"}


def test_files_already_closed_by_the_caller(old):
    # What packs a file may close it; its bytes are then on the disk all the same.
    with Staging() as staging:
        file = staging.open(old / "a")
        file.write(b"new")
        file.close()
    assert held(old) == {"a": b"old", "b": b"old"}


def test_files_already_removed(old):
    with Staging() as staging:
        staging.open(old / "a")
        for path in old.glob(".*"):
            path.unlink()
    assert held(old) == {"a": b"old", "b": b"old"}


@pytest.mark.parametrize("failing", ["fsync", "chmod", "replace"])
def test_failing_leaves_everything_as_it_was(old, monkeypatch, failing):
    monkeypatch.setattr(os, failing, full)
    with pytest.raises(OSError, match="No space left on device"):
        write_files(old, {"a": b"new", "b": b"new", "c": b"new"})
    assert held(old) == {"a": b"old", "b": b"old"}


def test_the_last_of_several_that_fails_leaves_everything_as_it_was(old, monkeypatch):
    sync, done = os.fsync, []

    def fsync(handle: int) -> None:
        if len(done) == 2:
            full()
        done.append(handle)
        sync(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OSError, match="No space left on device"):
        write_files(old, {"a": b"new", "b": b"new", "c": b"new"})
    assert held(old) == {"a": b"old", "b": b"old"}


def test_a_rename_that_fails_leaves_whole_files(old, monkeypatch):
    rename, done = os.replace, []

    def replace(*paths: object) -> None:
        if done:
            full()
        done.append(paths)
        rename(*paths)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(OSError, match="No space left on device"):
        write_files(old, {"a": b"new", "b": b"new"})
    assert held(old) == {"a": b"new", "b": b"old"}


def test_every_file_is_synced_before_the_first_rename(old, monkeypatch):
    calls = []
    for name in ("fsync", "replace"):
        own = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *given, name=name, own=own: (calls.append(name), own(*given)))
    write_files(old, {"a": b"new", "b": b"new", "c": b"new"})
    assert [name for name in calls if name == "replace"] == ["replace"] * 3
    assert calls.index("replace") == 3
    assert calls[:3] == ["fsync"] * 3


def test_a_folder_is_refused_as_output(old):
    (old / "c").mkdir()
    with pytest.raises(IsADirectoryError) as caught:
        write_files(old, {"a": b"new", "c": b"new"})
    assert caught.value.filename == str(old / "c")
    with Staging() as staging:
        staging.open(old / "a").write(b"new")
        with pytest.raises(IsADirectoryError):
            staging.open(old / "c")
    (old / "c").rmdir()
    assert held(old) == {"a": b"old", "b": b"old"}


def test_a_pipe_or_device_is_refused_as_output(tmp_path):
    # A rename would replace it: for root, even /dev/null.
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="pipe"):
        write_bytes(tmp_path / "pipe", b"new")
    assert [path.is_fifo() for path in tmp_path.iterdir()] == [True]


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_bytes(tmp_path / "none" / "a", b"new")
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("name", ["a", "x" * 255, "语" * 85, "👩‍🔬" * 20, ".hidden", "a b\nc", "-"], ids=len)
def test_any_name_that_a_file_may_have(tmp_path, name):
    (tmp_path / name).write_bytes(b"old")
    write_bytes(tmp_path / name, b"new")
    assert held(tmp_path) == {name: b"new"}


def test_a_file_can_be_read_by_others(tmp_path):
    write_bytes(tmp_path / "a", b"new")
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o644


def test_a_reader_of_the_old_file_reads_it_to_the_end(old):
    with (old / "a").open("rb") as file:
        write_bytes(old / "a", b"new")
        assert file.read() == b"old"
    assert held(old) == {"a": b"new", "b": b"old"}


def test_an_empty_output_is_written(tmp_path):
    write_files(tmp_path, {"a": b""})
    write_files(tmp_path, {})
    assert held(tmp_path) == {"a": b""}


KILLED = """
import os, signal, sys, pathlib
from kaiser_interview.storage import write_files
folder, when = pathlib.Path(sys.argv[1]), sys.argv[2]
def kill(*_): os.kill(os.getpid(), signal.SIGKILL)
own = os.replace
def second(*paths):
    own(*paths)
    os.replace = kill
if when == "second": os.replace = second
else: setattr(os, when, kill)
write_files(folder, {"a": b"new", "b": b"new"})
"""


@pytest.mark.parametrize(("when", "a"), [("fsync", b"old"), ("replace", b"old"), ("second", b"new")])
def test_a_kill_leaves_the_old_file_or_the_whole_new_one(old, when, a):
    done = subprocess.run([sys.executable, "-c", KILLED, str(old), when], capture_output=True, check=False)
    assert done.returncode == -9
    assert {name: data for name, data in held(old).items() if name[0] != "."} == {"a": a, "b": b"old"}


def test_files_left_by_a_kill_name_their_output(tmp_path):
    with Staging() as staging:
        staging.open(tmp_path / "a")
        (left,) = held(tmp_path)
    assert re.fullmatch(r"\.kaiser-interview-[0-9a-f]{16}\.part", left)
    assert held(tmp_path) == {}


def test_an_interrupt_right_after_a_file_is_created_leaves_no_file(tmp_path, monkeypatch):
    own = os.open

    def opened(*given: object) -> int:
        os.close(own(*given))
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "open", opened)
    with pytest.raises(KeyboardInterrupt), Staging() as staging:
        staging.open(tmp_path / "a")
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("failing", ["flock", "open"])
def test_a_file_system_without_locks_works(old, monkeypatch, failing):
    own = os.open

    def opened(path: str, flags: int, mode: int = 0o777) -> int:
        if Path(path).is_dir():
            raise PermissionError
        return own(path, flags, mode)

    if failing == "open":
        monkeypatch.setattr(os, "open", opened)
    else:
        monkeypatch.setattr(fcntl, "flock", full)
    write_files(old, {"a": b"new", "c": b"new"})
    assert held(old) == {"a": b"new", "b": b"old", "c": b"new"}


def test_no_lock_is_held_afterwards(old):
    write_files(old, {"a": b"new"})
    handle = os.open(old, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(handle)
