"""Files in a temporary folder: appended records, removal, and system errors."""

import os
import tempfile
from pathlib import Path

import pytest

import kaiser_interview as ki
from kaiser_interview.validation.dataset_rules.spool import Spool


@pytest.fixture
def folder(monkeypatch, tmp_path):
    """Return the folder that temporary ones are made in."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def read(spool: Spool, name: str) -> bytes:
    with spool.reading(name) as file:
        return file.read()


def test_appended_records_are_read(folder):
    spool = Spool("ids")
    spool.append("a", b"one")
    spool.append("b", memoryview(b"two"))
    spool.append("a", b" more")
    assert spool.sizes == {"a": 8, "b": 3}
    assert [read(spool, name) for name in "ab"] == [b"one more", b"two"]
    spool.remove("a")
    assert spool.sizes == {"b": 3}
    assert [path.name for path in folder.glob("*/*")] == ["b"]
    spool.close()
    spool.close()
    assert [*folder.iterdir()] == []


def test_the_folder_is_readable_by_its_owner_alone(folder):
    spool = Spool("ids")
    (made,) = folder.iterdir()
    assert made.name.startswith("kaiser-interview-")
    assert made.stat().st_mode & 0o077 == 0 or os.name == "nt"
    spool.close()


def test_a_missing_temporary_folder(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(ki.KaiserInterviewError, match=r"^keys: could not be held on disk: .*No such file"):
        Spool("keys")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("size", [1, 1 << 20])
def test_a_full_disk(folder, size):
    spool = Spool("ids")
    (made,) = folder.iterdir()
    (made / "a").symlink_to("/dev/full")
    with pytest.raises(
        ki.KaiserInterviewError, match=r"^ids: could not be held on disk: .*No space left"
    ) as caught:
        spool.append("a", bytes(size))
    assert isinstance(caught.value.__cause__, OSError)
    spool.close()
    assert [*folder.iterdir()] == []


def test_a_file_that_has_not_all_that_was_appended(folder):
    spool = Spool("ids")
    spool.append("a", bytes(2000))
    (path,) = folder.glob("*/a")
    os.truncate(path, 1999)
    with pytest.raises(ki.KaiserInterviewError) as caught:
        read(spool, "a")
    assert str(caught.value) == f"ids: could not be held on disk: {path}: expected 2,000 bytes, got 1,999"
    path.unlink()
    with pytest.raises(ki.KaiserInterviewError, match=r"^ids: could not be held on disk: .*No such file"):
        read(spool, "a")
    with pytest.raises(ki.KaiserInterviewError, match=r"^ids: could not be held on disk: .*No such file"):
        spool.remove("a")
    spool.close()
