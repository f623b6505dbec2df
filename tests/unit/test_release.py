"""The manifest, and that files are read only if they match it."""

import pytest

from kaiser_interview import errors, release

FILES = release.shipped()


def test_reading_checks_the_file_against_the_manifest(monkeypatch):
    altered = FILES | {"claims.jsonl": FILES["claims.jsonl"][:-1]}
    monkeypatch.setattr(release, "_get", altered.__getitem__)
    assert release.read("labels.jsonl") == FILES["labels.jsonl"]
    with pytest.raises(errors.IntegrityError) as caught:
        release.read("claims.jsonl")
    assert caught.value.file == "claims.jsonl"
    assert str(caught.value) == (
        f"claims.jsonl: expected SHA-256 {release.digest(FILES['claims.jsonl'])}, got "
        f"{release.digest(altered['claims.jsonl'])}; reinstall kaiser-interview, or run "
        "`kaiser-interview verify` for every difference"
    )
    with pytest.raises(errors.IntegrityError, match="expected an entry for other, got none"):
        release.read("other")


def test_a_missing_file_is_an_integrity_error(monkeypatch, tmp_path):
    monkeypatch.setattr(release, "_path", lambda name: str(tmp_path / name))
    with pytest.raises(errors.IntegrityError, match=r"^manifest\.json: expected a readable file"):
        release.read("claims.jsonl")


def test_data_without_a_directory_has_no_path(monkeypatch, tmp_path):
    archive = tmp_path / "package.zip"
    monkeypatch.setattr(release, "_path", lambda name: str(archive / "data" / name))
    monkeypatch.setattr(release, "__file__", str(archive / "release.py"))
    with pytest.raises(errors.NotOnDiskError, match="expected a directory, got a package inside an archive"):
        release.directory()


def test_files_in_folders_of_the_data_directory_are_seen(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_bytes(b"x")
    (tmp_path / "a").write_bytes(b"y")
    assert dict(release._walk(tmp_path, "")) == {"a": b"y", "folder/file": b"x"}


def test_a_missing_data_directory_is_not_an_archive(monkeypatch, tmp_path):
    monkeypatch.setattr(release, "_path", lambda name: str(tmp_path / "data" / name))
    with pytest.raises(errors.IntegrityError, match="expected the data directory, got none"):
        release.directory()


def test_a_file_that_cannot_be_read_is_reported_with_the_reason(tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"x")

    def fail(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(tmp_path), "read_bytes", fail)
    assert dict(release._walk(tmp_path, "")) == {"file": "Permission denied"}


def test_broken_links_and_links_to_folders_are_not_followed(tmp_path):
    (tmp_path / "nowhere").symlink_to("/nowhere")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "file").write_bytes(b"x")
    assert dict(release._walk(tmp_path, "")) == {
        "file": b"x", "link": b"x", "loop": "not a file", "nowhere": "not a file"
    }  # fmt: skip
    assert dict(release._walk(tmp_path / "gone", "")) == {"./": "No such file or directory"}
