"""Which files of a folder or a pattern are data: those beside data are skipped and named in the report."""

import json
import os

import pytest

import kaiser_interview as ki
from kaiser_interview.dataset.exports import ExportFormat, export_files

LABEL = {"claim_id": "d05-c03", "scheme": "topic", "value": "memory", "method": "human", "creator": "me"}
BESIDE = [
    "dataset_infos.json",
    "dataset_info.json",
    "datapackage.json",
    "croissant.json",
    "ro-crate-metadata.json",
    "rows.csv-metadata.json",
    "label.schema.json",
    "Schema.json",
    "metadata.json.gz",
    "citation.csl.json",
    "~$rows.csv",
    "rows.jsonl.findings.jsonl",
    "cache-0123456789abcdef.arrow",
    "rows.jsonl.sha256",
    "rows.jsonl.tmp",
    "Thumbs.db",
    "README.md",
]
HIDDEN = ["_SUCCESS", "_metadata", "_common_metadata.parquet", ".DS_Store", ".~lock.rows.csv#", ".rows.jsonl"]


@pytest.fixture
def folder(tmp_path):
    # With dataset_info.json beside it, state.json marks a saved dataset.
    for name in BESIDE + HIDDEN:
        (tmp_path / name).write_bytes(b"\x00\xff not rows")
    (tmp_path / "rows.jsonl").write_text(json.dumps(LABEL) + "\n")
    return tmp_path


def test_other_files_in_a_folder_are_skipped_and_named(folder):
    report = ki.validate(folder, kind="label")
    assert report.ok
    assert (report.rows, [one.name for one in report.inputs]) == (1, [str(folder / "rows.jsonl")])
    assert sorted(report.skipped) == sorted(str(folder / name) for name in BESIDE)


def test_a_pattern_skips_it_too(folder):
    report = ki.validate(str(folder / "*.json*"), kind="label")
    assert [one.name for one in report.inputs][:1] == [str(folder / "rows.jsonl")]
    assert str(folder / "dataset_infos.json") in report.skipped
    assert str(folder / "rows.jsonl.findings.jsonl") in report.skipped


@pytest.mark.parametrize("name", ["state.json", "rows.jsonl.findings.jsonl", "~$rows.csv", ".rows.jsonl"])
def test_a_file_that_is_named_is_read(tmp_path, name):
    inner = tmp_path / "a"
    inner.mkdir()
    (inner / name).write_text("no rows\n")
    for path in (inner / name, str(tmp_path / "*" / name)):
        report = ki.validate(path, kind="label")
        assert not report.ok
        assert [one.name for one in report.inputs] == [str(inner / name)]
        assert report.skipped == ()


def test_of_an_exported_repository_only_the_tables_are_read(tmp_path):
    files = export_files(ExportFormat.hub)
    for name in files:
        (tmp_path / name).write_bytes(files[name])
    report = ki.validate(tmp_path, kind="label")
    tables = {name for name in files if name.endswith((".jsonl", ".parquet"))}
    assert {os.path.relpath(one.name, tmp_path) for one in report.inputs} == tables
    assert {os.path.relpath(one, tmp_path) for one in report.skipped} == {*files} - tables


@pytest.mark.parametrize("name", ["rows.json", "labels.json", "mystate.json", "metadata.jsonl", "schema.csv"])
def test_ordinary_names_are_data(tmp_path, name):
    (tmp_path / name).write_text("")
    report = ki.validate(tmp_path, kind="label")
    assert [one.name for one in report.inputs] == [str(tmp_path / name)]


def test_an_open_file_or_json_text_is_not_accepted_as_data(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(LABEL) + "\n")
    for mode in ("r", "rb"):
        with (
            path.open(mode) as file,
            pytest.raises(ki.InputError, match="got an open file"),
        ):
            ki.validate(file, kind="label")
    for text in (json.dumps(LABEL), [json.dumps(LABEL)], ["  {}"]):
        with pytest.raises(ki.InputError, match="got JSON text"):
            ki.validate(text, kind="label")


def test_an_address_that_is_a_path_is_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hf:" / "a").mkdir(parents=True)
    (tmp_path / "hf:" / "a" / "rows.jsonl").write_text(json.dumps(LABEL) + "\n")
    assert ki.validate("hf://a/rows.jsonl", kind="label").ok
    with pytest.raises(ki.InputError, match="remote addresses are not read"):
        ki.validate("hf://b/rows.jsonl", kind="label")
