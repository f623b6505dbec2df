"""Exported files as other programs read them."""

import csv
import functools
import io
import json
import os
import sqlite3

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import kaiser_interview as ki
from kaiser_interview.dataset import exports
from kaiser_interview.dataset.exports import ExportFormat, export_files
from kaiser_interview.release import TABLES


@pytest.fixture
def run(run):
    """Return a function that runs ``export``."""
    return functools.partial(run, "export")


@pytest.mark.parametrize("form", ExportFormat)
def test_export_writes_every_table(run, tmp_path, form):
    folder = tmp_path / "new" / "folder"
    count = {"sqlite": 1, "hub": len([*ki.data_path().iterdir()])}.get(form, len(TABLES))
    assert run(folder, "--format", form) == (0, f"{count} file{'s' * (count > 1)} in {folder}\n", "")
    assert len([*folder.iterdir()]) == count
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == export_files(form)


def test_a_hub_repository_is_the_data_directory():
    files = export_files(ExportFormat.hub)
    assert files == {path.name: path.read_bytes() for path in ki.data_path().iterdir()}
    assert {"README.md", "LICENSE.md", "CITATION.cff", "croissant.json", "datapackage.json"} < {*files}


def test_nothing_is_replaced_without_force(run, tmp_path):
    (tmp_path / "labels.jsonl").write_text("mine")
    code, out, err = run(tmp_path)
    assert (code, out) == (2, "")
    assert (
        err
        == f"kaiser-interview: {tmp_path / 'labels.jsonl'}: already exists; use --force to replace files\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["labels.jsonl"]
    assert run(tmp_path, "--force")[0] == 0
    assert (tmp_path / "labels.jsonl").read_text("utf-8").startswith('{"id":"d01-c01.topic')


def test_a_folder_that_cannot_be_written(run, tmp_path):
    (tmp_path / "file").write_text("x")
    code, out, err = run(tmp_path / "file" / "folder")
    assert (code, out) == (2, "")
    assert (
        err == f"kaiser-interview: {tmp_path / 'file' / 'folder'}: Not a directory; no file is incomplete\n"
    )


def test_a_folder_with_the_name_of_an_output_changes_nothing(run, tmp_path):
    (tmp_path / "relations.jsonl").mkdir()
    code, out, err = run(tmp_path, "--force")
    assert (code, out) == (2, "")
    assert err == f"kaiser-interview: {tmp_path}: Is a directory; no file is incomplete\n"
    assert [path.name for path in tmp_path.iterdir()] == ["relations.jsonl"]


@pytest.mark.parametrize("call", range(1, 8))
@pytest.mark.parametrize("step", ["fsync", "chmod"])
def test_a_full_disk_leaves_no_partial_files(run, tmp_path, monkeypatch, step, call):
    (tmp_path / "claims.jsonl").write_text("old")
    real, calls = getattr(os, step), []

    def fail(*arguments):
        calls.append(arguments)
        if len(calls) == call:
            raise OSError(28, "No space left on device")
        return real(*arguments)

    monkeypatch.setattr(os, step, fail)
    code, out, err = run(tmp_path, "--force")
    assert (code, out) == (2, "")
    assert err == f"kaiser-interview: {tmp_path}: No space left on device; no file is incomplete\n"
    assert [path.name for path in tmp_path.iterdir()] == ["claims.jsonl"]
    assert (tmp_path / "claims.jsonl").read_text() == "old"


def rows(table):
    return [json.loads(record.model_dump_json()) for record in ki.load(table)]


def flat(value):
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value


@pytest.mark.parametrize("table", TABLES)
def test_csv_opens_right_in_spreadsheets(table):
    data = export_files(ExportFormat.csv)[f"{table}.csv"]
    assert data.startswith(b"\xef\xbb\xbf")
    found = [*csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))]
    expected = [
        {name: "" if value is None else str(flat(value)) for name, value in row.items()}
        for row in rows(table)
    ]
    assert found == expected


def test_no_cell_is_a_formula():
    for value in ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"):
        assert exports.cell(value) == f"'{value}"
    assert [exports.cell(value) for value in ("a=1", "", -1, None, [1])] == ["a=1", "", -1, None, "[1]"]


@pytest.mark.parametrize("table", TABLES)
def test_arrow_and_parquet_are_the_tables(table):
    arrow = export_files(ExportFormat.arrow)[f"{table}.arrow"]
    assert pa.ipc.open_file(pa.BufferReader(arrow)).read_all().equals(ki.load_table(table))
    parquet = export_files(ExportFormat.parquet)[f"{table}.parquet"]
    assert pq.read_table(pa.BufferReader(parquet)).equals(ki.load_table(table))


@pytest.fixture(scope="module")
def database():
    connection = sqlite3.connect(":memory:")
    connection.deserialize(export_files(ExportFormat.sqlite)["kaiser-interview.sqlite"])
    connection.execute("PRAGMA foreign_keys = ON")
    yield connection
    connection.close()


@pytest.mark.parametrize("table", TABLES)
def test_sqlite_has_every_row(database, table):
    cursor = database.execute(f"SELECT * FROM {table}")
    names = [column[0] for column in cursor.description]
    found = [dict(zip(names, row, strict=True)) for row in cursor]
    expected = [{name: flat(value) for name, value in row.items()} for row in rows(table)]
    assert found == expected


def test_sqlite_has_keys_that_are_enforced(database):
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    for table in ("translations", "labels", "mentions", "relations"):
        targets = {row[2] for row in database.execute(f"PRAGMA foreign_key_list({table})")}
        assert targets == {"claims"}
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        database.execute("UPDATE labels SET claim_id = 'd99-c99'")
    database.rollback()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("推理模型", [claim.claim_id for claim in ki.load() if "推理模型" in claim.text]),
        ("distilled", ["d05-c02"]),
        ("lora", ["d10-c03"]),
    ],
)
def test_sqlite_finds_words_of_both_languages(database, words, expected):
    found = database.execute("SELECT claim_id FROM claims_search WHERE claims_search MATCH ?", [words])
    assert [row[0] for row in found] == expected


def test_an_sqlite_without_full_text_search_is_one_clear_line(run, tmp_path, monkeypatch):
    def fail(_):
        raise sqlite3.OperationalError("no such module: fts5")

    monkeypatch.setattr(sqlite3, "connect", fail)
    code, out, err = run(tmp_path, "--format", "sqlite")
    assert (code, out) == (2, "")
    assert err.endswith(f"with FTS5, got {sqlite3.sqlite_version}: no such module: fts5\n")
    assert [*tmp_path.iterdir()] == []


def test_odd_targets_are_one_clear_line(run, tmp_path):
    assert run("") == (2, "", "kaiser-interview: DIR: expected a folder, got nothing\n")
    code, out, err = run("a" * 300)
    assert (code, out) == (2, "")
    assert err.endswith(": File name too long; no file is incomplete\n")
    (tmp_path / "claims.jsonl").symlink_to("/nowhere")
    assert run(tmp_path)[0] == 2
    assert (tmp_path / "claims.jsonl").is_symlink()
