"""The engine and row-by-row validation give equal reports for every input format."""

import gzip
import io
import json
import os
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from reference import report_by_row
from workers import said, within

import kaiser_interview as ki
from kaiser_interview.api import check_of
from kaiser_interview.validation.engine import execution
from kaiser_interview.validation.engine.execution import report_of
from kaiser_interview.validation.formats import csv_batches
from kaiser_interview.validation.formats.json import array, line_batches, parsed_batches
from kaiser_interview.validation.formats.json import lines as json_lines
from kaiser_interview.validation.formats.streams import Stream
from kaiser_interview.validation.sources import discover, memory, partition

BY = {"method": "human", "creator": "me"}
GOOD = {"claim_id": "d01-c01", "scheme": "acme:stance", "value": "v"} | BY
SHIPPED = GOOD | {"scheme": "horizon"}
HUGE = 1 << 40

# Every column is text in all rows, so that tables can contain the same rows.
ROWS = [
    *(GOOD | {"id": f"r{number}", "value": f"v{number % 11}"} for number in range(40)),
    GOOD | {"id": "r3", "value": "v3"},
    GOOD | {"id": "r3", "claim_id": "d99-c01"},
    GOOD | {"id": "bad", "method": "magic"},
    GOOD | {"id": "bad", "scheme": None},
    *(SHIPPED | {"id": f"s{number}", "value": value} for number, value in enumerate(("past", "future"))),
    SHIPPED | {"id": "s2", "value": "tomorrow"},
    GOOD | {"id": None, "claim_sha256": "0" * 64},
    GOOD | {"id": "", "quote": "no such words"},
    *(GOOD | {"id": f"r{number}", "value": "w"} for number in (38, 39, 40, 40, 41)),
    GOOD | {"id": "last", "claim_id": "d01-c99"},
]
TABLE = pa.Table.from_pylist(
    ROWS, pa.schema([(name, pa.string()) for name in dict.fromkeys(name for row in ROWS for name in row)])
)


def text_of(rows: list[dict], end: bytes = b"\n") -> bytes:
    """Return rows as JSON Lines, with lines between them that programs do not write."""
    made = [json.dumps(row, ensure_ascii=False).encode() for row in rows]
    made[5:5] = [b"", b"", b" \t"]
    made[12:12] = [b"{", b"null", b'{"id": "a", "id": "b"}', b"\xff"]
    made[20:20] = [b"\x0b", *[b""] * 9]
    made[31:31] = [made[30].replace(b": ", b":"), made[2].replace(b"r2", b"r\\u0032")]
    return b"".join(line + end for line in made)


LINES = text_of(ROWS)


def zstd(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as file:
        file.write(data)
    return sink.getvalue().to_pybytes()


def csv_of(rows: list[dict]) -> bytes:
    names = TABLE.column_names
    records = [names, *([row.get(name) or "" for name in names] for row in rows)]
    return "\n".join(map(",".join, records)).encode()


# With a column that no label has.
WRONG = TABLE.rename_columns([*TABLE.column_names[:-1], "note"])


def parquet(table: pa.Table = TABLE) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, row_group_size=9)
    return sink.getvalue()


def ipc(new: Callable) -> bytes:
    sink = io.BytesIO()
    with new(sink, TABLE.schema) as writer:
        writer.write_table(TABLE, 9)
    return sink.getvalue()


# The name of a file and its content.
FILES = {
    "lines": ("a.jsonl", LINES),
    "lines that end with CRLF": ("a.jsonl", text_of(ROWS, b"\r\n")),
    "lines without a last line feed": ("a.jsonl", LINES[:-1]),
    "lines that break off": ("a.jsonl", LINES + b'{"claim_id": "d01'),
    "lines that break off within a character": ("a.jsonl", LINES + '{"id": "语'.encode()[:-1]),
    "lines before white space": ("a.jsonl", LINES + b"\n\n \t"),
    "lines before a carriage return": ("a.jsonl", LINES + b"\r"),
    "lines after a mark": ("a.jsonl", b"\xef\xbb\xbf" + LINES),
    "lines after a mark and a blank line": ("a.jsonl", b"\xef\xbb\xbf\n" + LINES),
    "lines in gzip": ("a.jsonl.gz", gzip.compress(LINES)),
    "lines in gzip, cut": ("a.jsonl.gz", gzip.compress(LINES)[:-300]),
    "lines in zstd": ("a.jsonl.zst", zstd(LINES)),
    "lines in a partition": ("creator=you/language=en/a.jsonl", LINES),
    "lines in gzip in a partition": ("creator=you/a.jsonl.gz", gzip.compress(LINES)),
    "lines in gzip in a partition, cut": ("creator=you/a.jsonl.gz", gzip.compress(LINES)[:-300]),
    "lines whose name says nothing": ("rows", LINES),
    "blank lines": ("a.jsonl", b"\n" * 999),
    "no lines": ("a.jsonl", b""),
    "lines in UTF-16": ("a.jsonl", LINES.decode("utf-8", "replace").encode("utf-16")),
    "array": ("a.json", json.dumps(ROWS).encode()),
    "array that breaks off": ("a.json", json.dumps(ROWS).encode()[:-99]),
    "array, indented": ("a.json", json.dumps(ROWS, indent=2).encode()),
    "array in gzip, cut": ("a.json.gz", gzip.compress(json.dumps(ROWS).encode())[:-300]),
    "array in a partition": ("creator=you/a.json", json.dumps(ROWS).encode()),
    "CSV": ("a.csv", csv_of(ROWS)),
    "CSV with columns that are wrong": ("a.csv", csv_of(ROWS).replace(b"scheme", b"schema", 1)),
    "CSV in gzip": ("a.csv.gz", gzip.compress(csv_of(ROWS))),
    "CSV in a partition": ("language=en/a.csv", csv_of(ROWS)),
    "CSV without rows": ("a.csv", b"claim_id,value\n"),
    "Parquet": ("a.parquet", parquet()),
    "Parquet in gzip": ("a.parquet.gz", gzip.compress(parquet())),
    "Parquet in a partition": ("creator=you/a.parquet", parquet()),
    "Parquet with columns that are wrong": ("a.parquet", parquet(WRONG)),
    "Parquet without rows": ("a.parquet", parquet(TABLE.slice(0, 0))),
    "Parquet, cut": ("a.parquet", parquet()[:-9]),
    "Arrow file": ("a.arrow", ipc(pa.ipc.new_file)),
    "Arrow stream": ("a.arrows", ipc(pa.ipc.new_stream)),
    "Arrow stream, cut": ("a.arrows", ipc(pa.ipc.new_stream)[:-200]),
}  # fmt: skip


class Once:
    """A table that gives its batches once."""

    def __init__(self) -> None:
        self._reader = pa.RecordBatchReader.from_batches(TABLE.schema, TABLE.to_batches(9))

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._reader.__arrow_c_stream__(requested_schema)


def plain(rows: list[dict]) -> list[dict]:
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


def objects() -> list:
    return [ki.Label.model_construct(**row) if number % 3 else row for number, row in enumerate(plain(ROWS))]


LONE = GOOD | {"id": "\ud800"}
ODD = [*ROWS[:9], 5, None, {"id": 7}, LONE, {1: 2}, "text", *ROWS[3:40], LONE]

# Data from Python: created again for each report, because some of it can be read only once.
MADE: dict[str, Callable[[], Any]] = {
    "rows": lambda: ROWS,
    "rows without nulls": lambda: plain(ROWS),
    "rows of all sorts": lambda: ODD,
    "records": objects,
    "tuple": lambda: tuple(ROWS),
    "no rows": list,
    "iterator": lambda: iter(ROWS),
    "iterator of all sorts": lambda: iter(ODD),
    "table": lambda: TABLE,
    "table in pieces": lambda: pa.concat_tables([TABLE.slice(0, 7), TABLE.slice(7, 0), TABLE.slice(7)]),
    "table with ids in a dictionary": lambda: TABLE.set_column(
        TABLE.column_names.index("id"), "id", TABLE["id"].dictionary_encode()
    ),
    "table without rows": lambda: TABLE.slice(0, 0),
    "table with columns that are wrong": lambda: WRONG,
    "record batch": lambda: TABLE.combine_chunks().to_batches()[0],
    "record batch reader": lambda: TABLE.to_reader(9),
    "batches once": Once,
    "dataset": lambda: datasets.Dataset(TABLE),
    "dataset, some rows": lambda: datasets.Dataset(TABLE).select([*range(50, 0, -1)]),
    "datasets": lambda: datasets.DatasetDict(
        train=datasets.Dataset(TABLE.slice(0, 30)), test=datasets.Dataset(TABLE.slice(20))
    ),
    "dataset, streamed": lambda: datasets.Dataset(TABLE).to_iterable_dataset(),
}

SIZES = {
    "row by row": {"_TINY": HUGE, "_FEW": HUGE},
    "in order": {"_TINY": 0, "_FEW": 0, "_LARGE": HUGE},
    "by hashes": {"_TINY": 0, "_FEW": 0, "_LARGE": 1},
}
OPTIONS: list[dict[str, Any]] = [
    {"kind": "label"},
    {"kind": ["label", "translation"], "defaults": {"kind": "label"}, "key": ("claim_id", "value")},
    {"kind": "label", "complete": ("creator",), "max_findings": 4},
    {"kind": "label", "ignore": ("duplicate-id", "blank-line", "unknown-field")},
    {"kind": "translation", "extra": "allow", "require": ("id",)},
]


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Make parts small, and start no process."""
    monkeypatch.setattr(partition, "_STRETCH", 700)
    monkeypatch.setattr(partition, "SLICE", 4)
    monkeypatch.setattr(discover, "SLICE", 4)
    monkeypatch.setattr(json_lines, "_CHUNK", 700)
    monkeypatch.setattr(parsed_batches, "_FEW", 2)
    monkeypatch.setattr(line_batches, "_FEW", 2)
    monkeypatch.setattr(array, "_CHUNK", 700)
    monkeypatch.setattr(csv_batches, "_CHUNK", 700)
    monkeypatch.setattr(csv_batches, "_RECORDS", 5)
    monkeypatch.setattr(memory, "BATCH", 6)
    monkeypatch.setitem(Stream.__init__.__kwdefaults__, "chunk", 150)
    within(monkeypatch)


@pytest.fixture(params=SIZES, ids=lambda name: name.replace(" ", "-"))
def size(request, monkeypatch):
    """Let the engine go each of its ways."""
    for name, value in SIZES[request.param].items():
        monkeypatch.setattr(execution, name, value)


def everything(report: ki.Report) -> tuple:
    return (
        said(report),
        [(one.file, one.severity) for one in report.sample],
        report.inputs,
        report.skipped,
        report.limited,
        report.max_findings,
    )


def compared(make: Callable[[], Any], options: dict[str, Any]) -> ki.Report:
    """Return the report on data, once it is found equal for any number of workers and row by row."""
    whole = everything(report_by_row(check_of(make(), **options)))
    for workers in (1, 3):
        report = report_of(check_of(make(), **options), workers)
        assert everything(report) == whole
    return report


some_options = pytest.mark.parametrize("options", OPTIONS[:2], ids=str)
each_option = pytest.mark.parametrize("options", OPTIONS, ids=str)


def written(folder: Path, name: str) -> Path:
    where, data = FILES[name]
    path = folder / where
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


@pytest.mark.usefixtures("size")
@some_options
@pytest.mark.parametrize("name", FILES)
def test_files(tmp_path, name, options):
    path = written(tmp_path, name)
    compared(lambda: path, options)


@pytest.mark.usefixtures("size")
@some_options
@pytest.mark.parametrize("name", MADE)
def test_data_from_python(name, options):
    compared(MADE[name], options)


MAIN = ["lines", "lines in zstd", "array", "CSV", "Parquet", "rows", "iterator", "table", "dataset"]


@pytest.mark.usefixtures("size")
@pytest.mark.parametrize("options", OPTIONS[2:], ids=str)
@pytest.mark.parametrize("name", MAIN)
def test_options(tmp_path, name, options):
    path = written(tmp_path, name) if name in FILES else None
    compared(MADE.get(name, lambda: path), options)


PIPED = ["lines", "lines without a last line feed", "lines in zstd", "array", "CSV", "Parquet"]


@pytest.mark.usefixtures("size")
@some_options
@pytest.mark.parametrize("name", PIPED)
def test_pipes_and_standard_input(monkeypatch, name, options):
    _, data = FILES[name]

    class Given(io.TextIOWrapper):
        def isatty(self) -> bool:
            return False

    place = os.open(os.devnull, os.O_RDONLY)

    def piped() -> str:
        out, into = os.pipe()
        assert len(data) < 1 << 16
        os.write(into, data)
        os.close(into)
        os.dup2(out, place)
        os.close(out)
        return f"/dev/fd/{place}"

    def given() -> str:
        monkeypatch.setattr(sys, "stdin", Given(io.BytesIO(data)))
        return "-"

    try:
        compared(piped, options)
    finally:
        os.close(place)
    if name != "Parquet":
        compared(given, options)


@pytest.mark.usefixtures("size")
@each_option
@pytest.mark.parametrize(
    "names",
    [
        ["lines", "lines without a last line feed"],
        ["lines", "Parquet"],
        ["Parquet", "lines in gzip", "Arrow file"],
        ["lines", "CSV", "array"],
        ["blank lines", "no lines", "lines before white space"],
        ["Parquet, cut", "lines"],
    ],
    ids="+".join,
)
def test_many_files(tmp_path, names, options):
    paths = [written(tmp_path / f"in-{number}", name) for number, name in enumerate(names)]
    (tmp_path / "in-0" / "README.md").write_bytes(b"")
    compared(lambda: paths, options)
    report = compared(lambda: tmp_path, options)
    assert report.skipped == (str(tmp_path / "in-0" / "README.md"),)


def test_the_compared_reports_have_findings(tmp_path):
    report = compared(lambda: written(tmp_path, "lines"), OPTIONS[0])
    found = {one.code for one in report.counts}
    assert found >= {
        "blank-line", "duplicate-id", "duplicate-key", "invalid-json", "missing-field", "not-in-vocabulary",
        "not-utf8", "quote-not-found", "too-many-labels", "unknown-claim",
    }  # fmt: skip
    assert report.rows > 50
    with closing(Stream(str(tmp_path / "a.jsonl"))) as stream:
        assert len([*json_lines.line_chunks(stream)]) > 5


def test_every_finding_is_a_new_object(tmp_path):
    report = ki.validate(written(tmp_path, "lines"), kind="label", max_findings=2)
    found = [*report.iter_findings()]
    assert len(found) == report.errors + report.warnings > len(report.sample) == 2
    with pytest.raises(ki.InputError):
        [*ki.validate(iter(ROWS), kind="label").iter_findings()]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (GOOD | {"note": "a"}, "unknown-field"),
        (GOOD | {"confidence": "high"}, "wrong-type"),
        ({name: value for name, value in GOOD.items() if name != "claim_id"}, "missing-field"),
    ],
)
def test_an_ignored_error_makes_no_row_invalid_in_any_form(tmp_path, row, code):
    table = pa.Table.from_pylist([row] * 100)
    pq.write_table(table, tmp_path / "rows.parquet")
    (tmp_path / "rows.jsonl").write_text(f"{json.dumps(row)}\n" * 100, "utf-8")
    (tmp_path / "rows.csv").write_text(f"{','.join(row)}\n" + f"{','.join(row.values())}\n" * 100, "utf-8")
    for data in ([row] * 100, table, *sorted(tmp_path.iterdir())):
        assert ki.validate(data, kind="label").invalid == 100
        report = ki.validate(data, kind="label", ignore=[code])
        assert (report.rows, report.invalid, report.counts) == (100, 0, ())


@pytest.mark.usefixtures("size")
def test_numbers_in_keys_are_equal_by_value(tmp_path):
    runs = [*range(10, 30), 1, 1.0, 2.0, 2, 2.5, True, "2"]
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(f"{json.dumps(GOOD | {'x_run': run})}\n" for run in runs), "utf-8")
    report = compared(lambda: path, {"kind": "label", "key": ["claim_id", "x_run"]})
    said = [(one.line, one.suggestion and one.suggestion.text.partition(", ")[2]) for one in report.sample]
    assert said == [(22, "x_run 1"), (24, "x_run 2")]
