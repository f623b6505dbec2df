"""Batches of CSV records equal the records read one by one, for any bytes and chunks."""

import csv
import io
from contextlib import closing
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import constants
from scale import amount
from workers import said

import kaiser_interview as ki
from kaiser_interview.api import check_of
from kaiser_interview.validation.engine import execution
from kaiser_interview.validation.engine.execution import report_of
from kaiser_interview.validation.findings.finding import Fault, Note
from kaiser_interview.validation.formats import csv as csv_rows
from kaiser_interview.validation.formats import csv_batches
from kaiser_interview.validation.formats.coerce import typed
from kaiser_interview.validation.formats.csv import CsvChunk, Header, csv_records
from kaiser_interview.validation.formats.csv_batches import CsvColumns, blank_records, csv_chunks
from kaiser_interview.validation.formats.streams import Stream
from kaiser_interview.validation.formats.text import blank_line


class Typed(ki.Derived):
    n: int | None = None
    p: float | None = None
    b: bool | None = None
    urls: ki.Many[str] = ()
    counts: ki.Many[int] = ()
    grid: ki.Many[ki.Many[int]] = ()


COLUMNS = CsvColumns(
    [Typed],
    {"n": "integer", "p": "number", "b": "boolean", "id": "string", "a": "string"},
    {"urls": "string", "counts": "integer"},
)
MODEL = typed(Typed)

HOSTILE = [
    b'"', b'"', b'""', b",", b",", b"\r", b"\n", b"\n", b"\r\n", b";", b"\t", b"\0", b"\xef\xbb\xbf", b"a",
    b" ", b"\xff", b"\xe8\xaf", "语".encode(), b"1", b'","', b'"\n"', b'a"', b"12345678", b'"x,\ny",',
]  # fmt: skip
HEADERS = [
    b"a\n", b"a,b\n", b"a;b;c\n", b"a\tb\r\n", b'"a\nb",c\n', b"", b"a,a\n", b"\xef\xbb\xbfa,b\n",
    b"sep=;\na;b\n", b"\n \na,b,c\n", b"n,p,b\n", b"urls,counts,grid\n",
]  # fmt: skip


def one_by_one(path) -> tuple[list, Header]:
    header = Header()
    with closing(Stream(str(path))) as stream:
        found = [*csv_records(stream, header)]
    # How many blank lines are reported together is the reader's affair.
    return each_line(found), header


def each_line(found: list) -> list:
    return [
        one._replace(line=one.line + more, lines=1) if isinstance(one, Note) else one
        for one in found
        for more in range(one.lines if isinstance(one, Note) else 1)
    ]


def expanded(items: list) -> list:
    """Return items, with each chunk replaced by its records and notes."""
    found = []
    for item in items:
        if not isinstance(item, CsvChunk):
            found.append(item)
            continue
        assert item.data.endswith(b"\n")
        blank, runs = blank_records(item, np.arange(len(item.ends)))
        assert [first + more for first, count in runs for more in range(count)] == blank.tolist()
        notes = [Note(int(item.lines[number]), blank_line()) for number in blank]
        rows = [number for number in range(len(item.ends)) if number not in {*blank.tolist()}]
        assert item.has_rows == bool(rows)
        found += sorted(
            [*notes, *((int(item.lines[number]), item.record(number)) for number in rows)],
            key=lambda one: one[0],
        )
    return found


def read(chunk: CsvChunk) -> int:
    """Compare the values read from a chunk with its records; return the number of records read."""
    numbers, batch = COLUMNS.read(chunk)
    assert batch.num_rows == len(numbers)
    assert numbers.tolist() == sorted({*numbers.tolist()})
    for column in batch.columns:
        column.validate(full=True)
    for number, row in zip(numbers.tolist(), batch.to_pylist(), strict=True):
        record = chunk.record(number)
        assert record.fault is None
        wanted = {name: one for name, one in MODEL(record.values).items() if one is not None}
        found = {name: one for name, one in row.items() if one is not None}
        assert repr(sorted(found.items())) == repr(sorted(wanted.items())), record.raw
    return len(numbers)


def hostile() -> st.SearchStrategy[bytes]:
    return st.lists(st.sampled_from(HOSTILE), max_size=40).map(b"".join)


@st.composite
def well_formed(draw) -> bytes:
    """Return records that `csv` writes, of few columns, some with a byte changed."""
    cell = st.text('a语,;\t"\n\r 12.+', max_size=6) | st.sampled_from(CELLS)
    width = draw(st.integers(1, 3))
    out = io.StringIO(newline="")
    how = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    writer = csv.writer(out, quoting=how, delimiter=draw(st.sampled_from(",;\t")), lineterminator=end)
    writer.writerows(draw(st.lists(st.lists(cell, min_size=width, max_size=width), max_size=8)))
    data = out.getvalue().encode()
    if data and draw(st.booleans()):
        at = draw(st.integers(0, len(data) - 1))
        data = data[:at] + draw(st.sampled_from(HOSTILE)) + data[at + draw(st.integers(0, 1)) :]
    return data


CELLS = [
    "", "0", "7", "007", "12", "12.0", "12.00", "12.", "+5", "-3", "12345678", "123456789", "9" * 19,
    "9" * 20, "1e3", "0.5", ".5", "nan", "inf", "-Infinity", "1e400", "true", "TRUE", "False", "yes", "[]",
    '["a"]', '["a", "b"]', "[1, 2]", "[1.0]", '["\\u0000"]', '["\\ud800"]', "[null]", "null", "[", "[[1]]",
    "5", " 5", "5 ", "٣", '"',
]  # fmt: skip


@settings(max_examples=amount(1500, 200_000))
@given(
    header=st.sampled_from(HEADERS),
    body=hostile() | well_formed(),
    chunk=st.integers(1, 60),
    size=st.integers(1, 60),
    records=st.sampled_from([1, 3, 1 << 16]),
)
def test_records_are_cut_and_read_as_one_by_one(tmp_path_factory, header, body, chunk, size, records):
    path = tmp_path_factory.getbasetemp() / "cut.csv"
    path.write_bytes(header + body)
    wanted, given_header = one_by_one(path)
    found_header = Header()
    with (
        constants((csv_batches, "_CHUNK", size), (csv_batches, "_RECORDS", records)),
        closing(Stream(str(path), chunk=chunk)) as stream,
    ):
        items = [*csv_chunks(stream, found_header)]
    assert expanded(items) == wanted
    assert vars(found_header) == vars(given_header)
    for item in items:
        if isinstance(item, CsvChunk):
            read(item)


@settings(max_examples=amount(300, 20_000))
@given(body=well_formed().map(lambda data: data.replace(b"\0", b"")), chunk=st.integers(1, 60))
def test_records_that_are_too_long_are_cut_as_one_by_one(tmp_path_factory, body, chunk):
    path = tmp_path_factory.getbasetemp() / "long.csv"
    path.write_bytes(b"a,b\n" + body)
    with constants((csv_rows, "LONGEST", 8), (csv_batches, "LONGEST", 8)):
        wanted, _ = one_by_one(path)
        with (
            constants((csv_batches, "_CHUNK", 5)),
            closing(Stream(str(path), chunk=chunk)) as stream,
        ):
            items = [*csv_chunks(stream, Header())]
        found = expanded(items)
    # Only the quotation marks of a skipped line are counted, so later records may be cut differently.
    first = next((at for at, one in enumerate(wanted) if is_long(one)), len(wanted))
    assert found[: first + 1] == wanted[: first + 1]


def is_long(item: object) -> bool:
    return not isinstance(item, Note) and isinstance(item[1], Fault)


BY = {"method": "human", "creator": "me"}
LABEL = {"claim_id": "d01-c01", "scheme": "acme:stance", "value": "v"} | BY
VERDICT = {"claim_id": "d01-c01", "verdict": "mixed", "urls": '["https://a.example"]'} | BY
CLAIM = ki.claim("d01-c01")
CHANGES = [
    {"claim_id": "d99-c01"}, {"method": "magic"}, {"creator": ""}, {"note": "x"}, {"x_a": "y"}, {"x_a": ""},
    {"confidence": "0.5"}, {"confidence": "nan"}, {"confidence": "2"}, {"confidence": "x"},
    {"claim_sha256": "0" * 64}, {"claim_sha256": CLAIM.claim_sha256}, {"release": "1.0.0"},
    {"release": "9.0.0"},
    {"quote": CLAIM.text[:5], "quote_start": str(CLAIM.start), "quote_end": str(CLAIM.start + 5)},
    {"quote": CLAIM.text[:5], "quote_start": f"{CLAIM.start}.0", "quote_end": f"+{CLAIM.start + 5}"},
    {"quote": CLAIM.text[:5], "quote_start": f"0{CLAIM.start}", "quote_end": "9" * 20},
    {"quote": "no such words"}, {"text": CLAIM.text}, {"text": "other"}, {"start": str(CLAIM.start)},
    {"start": "x"}, {"id": "a"}, {"id": "a"}, {"id": "b"}, {"id": "语"}, {"value": 'a "b"\n,c'},
    {"value": "x" * 300},
    {"urls": "[]"}, {"urls": "https://a.example"}, {"urls": "[1]"}, {"verdict": "none"}, {"kind": "label"},
    {"kind": "claim"}, {"kind": "none"}, {"scheme": "horizon", "value": "past"},
    {"scheme": "horizon", "value": "future"}, {"langauge": "en"},
]  # fmt: skip

KINDS = {
    "label": {"kind": "label"},
    "verdict": {"kind": "verdict"},
    "verdict with a key": {"kind": "verdict", "extra": "allow", "key": ("claim_id", "id")},
    "both": {"kind": ["label", "verdict"], "defaults": {"kind": "label"}, "require": ("id",)},
    "any": {"complete": ("creator",), "ignore": ("blank-line", "duplicate-id"), "max_findings": 3},
}


@st.composite
def files(draw, kind: str) -> bytes:
    """Return CSV whose rows are mostly right."""
    base = VERDICT if kind.startswith("verdict") else LABEL
    if kind in {"both", "any"}:
        base = {"kind": "label"} | VERDICT | LABEL
    some = st.just({}) | st.just({}) | st.sampled_from(CHANGES)
    rows = [base | draw(some) | draw(some) for _ in range(draw(st.integers(0, 9)))]
    if kind in {"both", "any"}:
        other = {"kind": "verdict", "scheme": "", "value": ""}
        rows = [row | (other if draw(st.booleans()) else {"verdict": "", "urls": ""}) for row in rows]
    names = [*dict.fromkeys(name for row in rows or [base] for name in row)]
    names += draw(st.sampled_from([[], [], [], ["note"], ["id"], ["text"], [""]]))
    if draw(st.integers(0, 9)):
        names = [*dict.fromkeys(names)]
    out = io.StringIO(newline="")
    how = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    writer = csv.writer(out, quoting=how, delimiter=draw(st.sampled_from(",;\t")), lineterminator=end)
    writer.writerows([names, *([row.get(name, "") for name in names] for row in rows)])
    lines = out.getvalue().encode().split(b"\n")
    others = [b"", b" \r", b"x", b',"', b'"', b"\xff", b"\0", b"," * (len(names) - 1)]
    for _ in range(draw(st.integers(0, 3))):
        lines.insert(draw(st.integers(1, len(lines))), draw(st.sampled_from(others)))
    return b"\n".join(lines)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=amount(150, 10_000))
@given(data=st.data())
def test_reports_are_those_of_rows_one_by_one(tmp_path_factory, kind, data):
    path = tmp_path_factory.getbasetemp() / f"report-{kind}.csv"
    path.write_bytes(data.draw(files(kind), label="file"))
    check = check_of(path, **KINDS[kind])
    with constants((execution, "_TINY", 1 << 40)):  # row by row
        report = report_of(check, 1)
    small = (
        (csv_batches, "_CHUNK", data.draw(st.sampled_from([1, 90, 1 << 20]), label="chunk")),
        (csv_batches, "_RECORDS", data.draw(st.sampled_from([1, 3, 1 << 16]), label="records")),
        (execution, "_TINY", 0),
    )
    stream = mock.patch.dict(
        Stream.__init__.__kwdefaults__, chunk=data.draw(st.sampled_from([1, 40, 1 << 20]))
    )
    workers = data.draw(st.sampled_from([1, 3]), label="workers")
    with constants(*small), stream:
        found = report_of(check, workers)
    assert said(found) == said(report)
    assert found.inputs == report.inputs


def test_usual_lines_are_read_in_batches(tmp_path):
    """The tests above are meaningful only if the batch reader is used."""
    names = ["id", "n", "p", "b", "urls", "counts", "x_a", ""]
    rows = [["a", "12", "0.5", "true", '["a", "b"]', "[1]", 'x "y"\nz', ""] for _ in range(20)]
    rows += [["b", "+5", "1", "", "", "[]", "", "z"], ["", "12.0", "", "FALSE", "", "", "", ""]]
    for how in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL):
        out = io.StringIO(newline="")
        csv.writer(out, quoting=how).writerows([names, *rows])
        path = tmp_path / "rows.csv"
        path.write_bytes(out.getvalue().encode())
        with closing(Stream(str(path), chunk=7)) as stream:
            (chunk,) = csv_chunks(stream, Header())
        assert read(chunk) == len(rows)
