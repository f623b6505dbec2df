"""Columnar files and large ones give the reports that the same rows give one by one."""

import json
import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from reference import report_by_row
from rows import about, row
from workers import said, within

import kaiser_interview as ki
from kaiser_interview.api import check_of
from kaiser_interview.validation.engine import execution
from kaiser_interview.validation.engine.execution import report_of
from kaiser_interview.validation.sources import partition

FLAT = ["translation", "label", "mention", "verdict", "embedding", "relation"]


def flat(value):
    return {name: one for name, one in value.items() if one is not None and one != ""}


def drawn(kind: str, count: int, wrong: float) -> list[dict]:
    draw = random.Random(kind)
    rows = []
    while len(rows) < count:
        one = about(draw, row(draw, kind, 0))
        if draw.random() > wrong:
            one.update(claim_id="d01-c01", claim_sha256=ki.claim("d01-c01").claim_sha256)
            for name in ("quote", "quote_start", "quote_end", "release", "quote_of"):
                one.pop(name, None)
            if kind == "mention":
                claim = ki.claim("d01-c01")
                one.update(quote=claim.text, quote_start=claim.start, quote_end=claim.end)
        one["id"] = f"row-{draw.randrange(count * 2)}"
        rows.append(flat(one))
    return rows


def table_of(kind: str, rows: list[dict]) -> pa.Table:
    schema = ki.arrow_schema(kind)
    fields = [
        pa.field(one.name, pa.string() if pa.types.is_timestamp(one.type) else one.type) for one in schema
    ]
    fitting = []
    for one in rows:
        kept = {}
        for field in fields:
            try:
                kept[field.name] = pa.array([one.get(field.name)], field.type)[0].as_py()
            except (pa.ArrowException, OverflowError, TypeError, ValueError):
                kept[field.name] = None
        fitting.append(kept)
    return pa.Table.from_pylist(fitting, pa.schema(fields))


OPTIONS = [
    {},
    {"key": ("claim_id", "creator")},
    {"complete": ("creator",)},
    {"key": ("claim_id",), "complete": ("language",), "require": ("claim_sha256",), "max_findings": 7},
    {"ignore": ("duplicate-id",)},
]


@pytest.fixture
def small(monkeypatch):
    """Split even small files into parts."""
    monkeypatch.setattr(execution, "_LARGE", 1)
    monkeypatch.setattr(execution, "_TINY", 0)
    monkeypatch.setattr(execution, "_FEW", 0)
    monkeypatch.setattr(partition, "_STRETCH", 5000)


def fitting(kind: str, options: dict) -> dict:
    """Return options that name fields of a kind."""
    without = "language" in options.get("complete", ()) and kind != "translation"
    return options | {"complete": ("creator",)} if without else options


def lines_of(path, kind: str) -> None:
    draw = random.Random(kind)
    lines = [json.dumps(one, ensure_ascii=draw.random() < 0.1).encode() for one in drawn(kind, 150, 0.5)]
    for odd in (b"", b"{", b"null", b"  ", b'{"id":"a","id":"b"}', b"\xff", lines[0], lines[0]):
        lines.insert(draw.randrange(len(lines)), odd)
    path.write_bytes(b"\n".join(lines) + draw.choice([b"", b"\n", b'\n{"id']))


def files_of(folder, table: pa.Table) -> list:
    parquet, ipc, stream = (folder / name for name in ("rows.parquet", "rows.arrow", "rows.arrows"))
    pq.write_table(table, parquet, row_group_size=40, write_page_checksum=True)
    with pa.ipc.new_file(ipc, table.schema) as writer:
        writer.write_table(table, 60)
    with pa.ipc.new_stream(stream, table.schema) as writer:
        writer.write_table(table, 60)
    return [parquet, ipc, stream]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("kind", FLAT)
def test_lines_in_parts_give_the_findings_of_single_rows(tmp_path, monkeypatch, kind, options):
    within(monkeypatch)
    lines_of(tmp_path / "rows.jsonl", kind)
    check = check_of(tmp_path / "rows.jsonl", kind=kind, **fitting(kind, options))
    whole = said(report_by_row(check))
    assert said(report_of(check, 1)) == whole
    if kind == "label" and "key" in options:
        assert said(report_of(check, 2)) == whole


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("kind", FLAT)
def test_columnar_files_in_parts_give_the_findings_of_single_rows(tmp_path, monkeypatch, kind, options):
    within(monkeypatch)
    options = fitting(kind, options)
    table = table_of(kind, drawn(kind, 150, 0.5))
    file = random.Random(f"{kind}{options}").choice(files_of(tmp_path, table))
    for data in (table, file):
        check = check_of(data, kind=kind, **options)
        assert said(report_of(check, 2)) == said(report_by_row(check))


@pytest.mark.usefixtures("small")
def test_processes_give_the_reports_that_one_gives(tmp_path, monkeypatch):
    lines_of(tmp_path / "rows.jsonl", "label")
    files = [tmp_path / "rows.jsonl", *files_of(tmp_path, table_of("label", drawn("label", 150, 0.5)))]
    check = check_of(files, kind="label", **OPTIONS[1])
    report = said(report_of(check, 2))
    within(monkeypatch)
    assert report == said(report_by_row(check))
    assert report[0] > 600
