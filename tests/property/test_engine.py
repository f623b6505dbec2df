"""The report on lines does not depend on where they are cut, on threads, or on whether they are a file."""

import json
import pickle
from contextlib import closing
from dataclasses import replace
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import HUGE, constants, report_by_row
from scale import amount
from workers import said

from kaiser_interview.api import check_of
from kaiser_interview.validation.dataset_rules import state
from kaiser_interview.validation.engine import execution
from kaiser_interview.validation.engine.execution import report_of
from kaiser_interview.validation.formats.json import array, line_batches, parsed_batches
from kaiser_interview.validation.formats.json import lines as json_lines
from kaiser_interview.validation.formats.streams import Stream
from kaiser_interview.validation.sources import partition

BY = {"method": "human", "creator": "me"}
LABEL = {"claim_id": "d01-c01", "scheme": "acme:stance", "value": "v"} | BY
TRANSLATION = {"claim_id": "d01-c01", "language": "en", "translation": "t"} | BY


def row_of(kind: str | None):
    """Return a strategy for rows of a kind, or of both kinds, each named in its rows."""
    wrong = st.sampled_from(
        [
            {"claim_id": "d99-c01"}, {"method": "magic"}, {"creator": None}, {"note": "x"}, {"id": 5},
            {"confidence": 2}, {"claim_sha256": "0" * 64}, {"quote": "no such words"}, {"kind": "none"},
            {"scheme": "horizon", "value": "past"}, {"scheme": "horizon", "value": "future"},
            {"x_n": [1]}, {"quote_start": 1.5}, {"value": "x" * 300},
        ]
    )  # fmt: skip
    ids = st.sampled_from(["a", "b", "语", "", "c"])
    named = st.sampled_from(["label", "translation"]) if kind is None else st.just(kind)

    def made(name: str, row_id: str | None, changes: dict) -> dict:
        row = LABEL if name == "label" else TRANSLATION
        row = row | ({} if row_id is None else {"id": row_id}) | changes
        return {"kind": name} | row if kind is None else row

    return st.builds(made, named, st.none() | ids, st.just({}) | st.just({}) | wrong)


@st.composite
def lines(draw, kind: str | None) -> bytes:
    """Return JSON Lines with valid, invalid and duplicate rows, and lines that are not rows."""
    rows = draw(st.lists(row_of(kind), min_size=1, max_size=6))
    spaced = [(", ", ": "), (",", ":")]
    written = [
        json.dumps(row, ensure_ascii=draw(st.booleans()), separators=draw(st.sampled_from(spaced))).encode()
        for row in rows
    ]
    others = [
        b"", b" ", b"\t \r", b"\x0b", b"{", b"null", b"[]", b"\xff", b'{"id": "a", "id": "a"}', b'"\\u0000"',
    ]  # fmt: skip
    chosen = draw(st.lists(st.sampled_from(written + written + others), max_size=24))
    ends = [draw(st.sampled_from([b"\n", b"\n", b"\n", b"\r\n", b"\n\n"])) for _ in chosen]
    data = b"".join(line + end for line, end in zip(chosen, ends, strict=True))
    return data + draw(st.sampled_from([b"", b"", b"{", *written, *others]))


OPTIONS = [
    {},
    {"key": ("claim_id", "id")},
    {"complete": ("creator",), "max_findings": 3},
    {"ignore": ("blank-line", "duplicate-id")},
    {"max_findings": 0},
]


VALIDATED = execution.Validation._validated


def elsewhere(self, job, full):
    """Validate a part as another process would, which sends its result."""
    return pickle.loads(pickle.dumps(VALIDATED(self, job, full).portable()))


def fewest(rows: int):
    """Return the constants of how many rows are read in ways other than by templates."""
    return (line_batches, "_FEW", rows), (parsed_batches, "_FEW", rows)


def but_how_far(report):
    """Return a report without the number of bytes read from a partly read file.

    How much of the file was read when reading stopped depends on the chunk size.
    """
    inputs = [one if one.complete else one._replace(bytes=0, sha256=None) for one in report.inputs]
    return replace(report, inputs=tuple(inputs))


def everything(report) -> tuple:
    return said(report), [one.file for one in report.sample], report.inputs


@pytest.mark.parametrize("kind", ["label", "translation", None])
@settings(max_examples=amount(120, 5000))
@given(data=st.data())
def test_reports_do_not_depend_on_cuts(tmp_path_factory, kind, data):
    path = tmp_path_factory.getbasetemp() / f"engine-{kind}.jsonl"
    path.write_bytes(data.draw(lines(kind), label="lines"))
    options = data.draw(st.sampled_from(OPTIONS), label="options")
    check = check_of(path, **({} if kind is None else {"kind": kind}), **options)
    whole = everything(report_by_row(check))

    stretch = data.draw(st.integers(1, 400), label="stretch")
    rows, few = (
        data.draw(st.integers(1, 9), label="rows"),
        data.draw(st.sampled_from([1, 3, 16]), label="few"),
    )
    memory = data.draw(st.sampled_from([HUGE, 2000, 500, 0]), label="memory for ids")
    small = (
        (partition, "_STRETCH", stretch),
        (partition, "SLICE", rows),
        *fewest(few),
        (state, "MEMORY", memory),
    )
    workers = data.draw(st.sampled_from([1, 3]), label="workers")
    if data.draw(st.booleans(), label="elsewhere"):
        small += ((execution.Validation, "_validated", elsewhere),)
    with constants((execution, "_TINY", HUGE), (execution, "_FEW", HUGE), *small):
        assert everything(report_of(check, workers)) == whole
    by_columns = (execution, "_TINY", 0), (execution, "_FEW", 0)
    with constants(*by_columns, (execution, "_LARGE", 1), *small):
        assert everything(report_of(check, workers)) == whole

    chunk = (json_lines, "_CHUNK", data.draw(st.integers(1, 400), label="chunk"))
    read = data.draw(st.integers(1, 99), label="read")
    with (
        constants(
            (execution, "_TINY", 0), (execution, "_FEW", 0), (execution, "_LARGE", HUGE), chunk, *small
        ),
        mock.patch.dict(Stream.__init__.__kwdefaults__, chunk=read),
        # Else the first chunk has all that is looked at to find the form.
        mock.patch("kaiser_interview.validation.formats.streams._HEAD", 1),
    ):
        assert everything(report_of(check, workers)) == whole


@settings(max_examples=amount(200, 20_000))
@given(data=st.data())
def test_chunks_are_the_lines_of_the_stream(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "chunks.jsonl"
    given_lines = data.draw(lines("label"), label="lines")
    path.write_bytes(data.draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + given_lines)
    read, size = data.draw(st.integers(1, 99), label="read"), data.draw(st.integers(1, 400), label="chunk")
    with constants((json_lines, "_CHUNK", size)), closing(Stream(str(path), chunk=read)) as stream:
        items = [*json_lines.line_chunks(stream)]
    chunks = [one for one in items if isinstance(one, json_lines.LineChunk)]
    assert len(items) - len(chunks) == path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert b"".join(one.data for one in chunks) == given_lines
    assert all(one.data.endswith(b"\n") for one in chunks[:-1])
    assert [one.last for one in chunks[:-1]] == [False] * (len(chunks) - 1)
    # What ends with a line feed may have ended before the reader knew that it was the last.
    assert not chunks or chunks[-1].last or chunks[-1].data.endswith(b"\n")


SPACES = st.text(" \t\r\n", max_size=3).map(str.encode)
NO_ROWS = [
    b"5", b'"a"', b'"}, {"', b"null", b"[{}, {}]", b"{", b"}", b"]", b"[", b"", b"{]", b'{"a": "\n"}',
    b"\xff", b'{"x_a": "}, {"}', b'{"x_a": [{"b": 1}, {"b": 2}]}', b'{"x_a": "\\\\", "x_b": "\\"}, {\\""}',
    b"\\",
    b'{"a": "', b'{"id": "a", "id": "a"}', b"\xef\xbb\xbf", b"{} {}", b'{"x_a": "[\r"}', b'\\"{"',
    b'{"x_a": "' + b" " * 70 + b'"}',
]  # fmt: skip


@st.composite
def arrays(draw) -> bytes:
    """Return JSON arrays of rows with any spacing, and with elements that are not rows or not JSON."""
    rows = draw(st.lists(row_of("label"), min_size=1, max_size=5))
    indent = draw(st.sampled_from([None, None, 0, 2]))
    written = [json.dumps(row, ensure_ascii=False, indent=indent).encode() for row in rows]
    among = draw(st.sampled_from([written, written, written + NO_ROWS]))
    chosen = draw(st.lists(st.sampled_from(among), max_size=20))
    space = st.just(draw(SPACES)) if draw(st.booleans()) else SPACES
    commas = st.sampled_from([b","] * 30 + [b"", b",,", b"\n", b" " * 70 + b","])
    data = b"".join(
        draw(space) + one + draw(space) + (draw(commas) if number + 1 < len(chosen) else b"")
        for number, one in enumerate(chosen)
    )
    first = draw(st.sampled_from([b"[", b"[", b" \n[", b"\xef\xbb\xbf[", b"", b"[["]))
    last = draw(st.sampled_from([b"]", b"]", b"]\n", b",]", b"", b"]]", b'] {"id": "a"}', b"] []", b"}"]))
    cut = draw(st.sampled_from([0, 0, 0, 1, 9]))
    return (first + data + last)[: -cut or None]


@settings(max_examples=amount(400, 20_000))
@given(data=st.data())
def test_reports_on_arrays_do_not_depend_on_cuts(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "engine.json"
    path.write_bytes(data.draw(arrays(), label="array"))
    options = data.draw(st.sampled_from(OPTIONS), label="options")
    check = check_of(path, kind="label", **options)
    whole = everything(but_how_far(report_by_row(check)))
    sizes = st.integers(1, 400)
    with (
        constants(
            (execution, "_TINY", 0),
            (array, "_CHUNK", data.draw(sizes, label="chunk")),
            *fewest(data.draw(st.sampled_from([1, 16]), label="few")),
        ),
        mock.patch.dict(Stream.__init__.__kwdefaults__, chunk=data.draw(sizes, label="read")),
    ):
        report = report_of(check, data.draw(st.sampled_from([1, 3]), label="workers"))
    assert everything(but_how_far(report)) == whole
