"""Columnar files and large ones give the reports that the same rows give one by one."""

import json
import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rows import about, row

import kaiser_interview as ki
from kaiser_interview.validation import spread
from kaiser_interview.validation.checks import Check
from kaiser_interview.validation.run import Run

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


def said(report: ki.Report, *, places: bool = True):
    findings = [
        (one.code, one.line, one.row, one.id, one.path, one.expected, one.got if places else None, one.remedy)
        for one in report.findings
    ]
    return (
        report.rows, report.valid, report.invalid, report.unpinned, report.counts, findings,
        report.complete, report.outside, [(one.rows, one.sha256, one.bytes) for one in report.inputs],
    )  # fmt: skip


OPTIONS = [
    {},
    {"key": ("claim_id", "creator")},
    {"complete": ("creator",)},
    {"key": ("claim_id",), "complete": ("language",), "require": ("claim_sha256",), "max_findings": 7},
    {"ignore": ("duplicate-id",)},
]


@pytest.fixture
def small(monkeypatch):
    """Cut files into parts as small as they can be."""
    monkeypatch.setattr(spread, "_LEAST", 1)
    monkeypatch.setattr(spread, "_STRETCH", 2000)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("kind", FLAT)
def test_lines_are_judged_in_parts_as_they_are_one_by_one(tmp_path, small, kind, options):
    if "language" in options.get("complete", ()) and kind != "translation":
        options = options | {"complete": ("creator",)}
    draw = random.Random(kind)
    path = tmp_path / "rows.jsonl"
    lines = [json.dumps(one, ensure_ascii=draw.random() < 0.1).encode() for one in drawn(kind, 150, 0.5)]
    for odd in (b"", b"{", b"null", b"  ", b'{"id":"a","id":"b"}', b"\xff", lines[0], lines[0]):
        lines.insert(draw.randrange(len(lines)), odd)
    path.write_bytes(b"\n".join(lines) + draw.choice([b"", b"\n", b'\n{"id']))
    whole = Run(Check(data=path, kind=kind, **options)).report()
    assert said(spread.Spread(Check(data=path, kind=kind, **options), 1).report()) == said(whole)
    if kind == "label":
        assert said(spread.Spread(Check(data=path, kind=kind, **options), 2).report()) == said(whole)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("kind", FLAT)
def test_columnar_files_are_judged_in_parts_as_they_are_one_by_one(tmp_path, kind, options):
    if "language" in options.get("complete", ()) and kind != "translation":
        options = options | {"complete": ("creator",)}
    table = table_of(kind, drawn(kind, 150, 0.5))
    parquet, ipc, stream = (tmp_path / name for name in ("rows.parquet", "rows.arrow", "rows.arrows"))
    pq.write_table(table, parquet, row_group_size=40, write_page_checksum=True)
    with pa.ipc.new_file(ipc, table.schema) as writer:
        writer.write_table(table, 60)
    with pa.ipc.new_stream(stream, table.schema) as writer:
        writer.write_table(table, 60)
    memory = Check(data=table, kind=kind, **options)
    whole = said(Run(memory).report())
    assert said(spread.Spread(memory).report()) == whole
    path = random.Random(f"{kind}{options}").choice([parquet, ipc, stream])
    check = Check(data=path, kind=kind, **options)
    whole = said(Run(check).report())
    assert said(spread.Spread(check, 2).report()) == whole
