"""Chunks of complete lines: where they end, memory for long lines, and lines before an error."""

import gzip
import json
import tracemalloc

import pytest
from reference import report_by_row
from workers import said

from kaiser_interview.api import check_of
from kaiser_interview.validation.engine.execution import report_of
from kaiser_interview.validation.findings.finding import Fault, Note, StreamError
from kaiser_interview.validation.formats.json import lines
from kaiser_interview.validation.formats.json.lines import LineChunk, line_chunks
from kaiser_interview.validation.formats.text import LONGEST

MIB = 1 << 20
GOOD = {"claim_id": "d01-c01", "scheme": "acme:stance", "value": "v", "method": "human", "creator": "me"}
FAULT = Fault("unreadable", (), "a", "b")


class Given:
    """A stream of given chunks, and an error after them if there is one."""

    def __init__(self, *chunks: bytes, error: Exception | None = None) -> None:
        self._chunks = chunks
        self._error = error

    def is_idle(self):
        return False

    def chunks(self):
        yield from self._chunks
        if self._error:
            raise self._error


@pytest.fixture
def small(monkeypatch):
    """Make chunks of 10 bytes, and lines too long from 21 on."""
    monkeypatch.setattr(lines, "_CHUNK", 10)
    monkeypatch.setattr(lines, "LONGEST", 20)


def chunked(*chunks: bytes) -> list[tuple[bytes, bool] | Note]:
    return [tuple(one) if isinstance(one, LineChunk) else one for one in line_chunks(Given(*chunks))]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], []),
        ([b"a\n"], [(b"a\n", True)]),
        ([b"a"], [(b"a", True)]),
        ([b"a\nb"], [(b"a\nb", True)]),
        ([b"a\n", b"b\n"], [(b"a\nb\n", True)]),
        ([b"123456789\n"], [(b"123456789\n", False)]),
        ([b"123456789\nb"], [(b"123456789\n", False), (b"b", True)]),
        ([b"1234567", b"89\nb", b"c\n"], [(b"123456789\n", False), (b"bc\n", True)]),
        ([b"12345678901", b"2\nb"], [(b"123456789012\n", False), (b"b", True)]),
        ([b"1\n2\n3\n4\n5\n6\n7"], [(b"1\n2\n3\n4\n5\n6\n", False), (b"7", True)]),
        ([b"\n" * 12], [(b"\n" * 12, False)]),
    ],
    ids=str,
)
def test_chunks_are_whole_lines(given, expected):
    assert chunked(*given) == expected


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # Of 20 bytes, which is not too long, in pieces and in one.
        ([b"x" * 20, b"\n"], [(b"x" * 20 + b"\n", False)]),
        ([b"x" * 20], [(b"x" * 20, True)]),
        ([b"x" * 7, b"x" * 7, b"x" * 6], [(b"x" * 20, True)]),
        # Longer: nothing after the chunk that exceeds the limit is kept.
        ([b"x" * 21], [(b"x" * 21, True)]),
        ([b"x" * 99], [(b"x" * 21, True)]),
        ([b"x" * 9] * 9, [(b"x" * 21, True)]),
        ([b"x" * 30, b"y" * 30, b"z\na"], [(b"x" * 21 + b"\n", False), (b"a", True)]),
        ([b"x" * 30, b"\n", b"a\n"], [(b"x" * 21 + b"\n", False), (b"a\n", True)]),
        ([b"x" * 30, b"y" * 30 + b"\n" + b"z" * 30], [(b"x" * 21 + b"\n", False), (b"z" * 21, True)]),
        ([b"a\nb\n" + b"x" * 30, b"x\nc"], [(b"a\nb\n", False), (b"x" * 21 + b"\n", False), (b"c", True)]),
        # Within one chunk of the stream the line is complete.
        ([b"x" * 30 + b"\na"], [(b"x" * 30 + b"\n", False), (b"a", True)]),
    ],
    ids=str,
)
def test_only_the_start_of_a_too_long_line_is_kept(given, expected):
    assert chunked(*given) == expected


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("given", [[b"\xef\xbb\xbfa\n"], [b"\xef\xbb\xbf", b"a\n"]])
def test_a_byte_order_mark_is_a_note_and_not_part_of_a_line(given):
    note, *rest = chunked(*given)
    assert (note.line, note.fault.code, note.stops) == (1, "byte-order-mark", False)
    assert rest == [(b"a\n", True)]
    (note,) = chunked(b"\xef\xbb\xbf")
    assert note.fault.code == "byte-order-mark"


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], []),
        ([b"a"], []),
        ([b"a\nb\nc"], [b"a\nb\n"]),
        ([b"123456789\nb", b"c\nd"], [b"123456789\n", b"bc\n"]),
        ([b"x" * 99], []),
        ([b"x" * 99, b"\na\nb"], [b"x" * 21 + b"\na\n"]),
    ],
    ids=str,
)
def test_complete_lines_before_an_error_are_yielded(given, expected):
    found = []
    with pytest.raises(StreamError) as caught:
        found.extend(line_chunks(Given(*given, error=StreamError(FAULT))))
    assert caught.value.fault is FAULT
    assert [(one.data, one.last) for one in found] == [(data, False) for data in expected]


@pytest.mark.parametrize("end", [b"", b"\n", b"\n{}\n"])
def test_an_endless_line_is_not_kept_in_memory(end):
    class Endless(Given):
        def chunks(self):
            # Created on demand, so that only the reader can keep them in memory.
            yield from (b"x" * MIB for _ in range(16 * LONGEST // MIB))
            yield from super().chunks()

    tracemalloc.start()
    try:
        sizes = [len(one.data) for one in line_chunks(Endless(*filter(None, [end])))]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * LONGEST
    assert sum(sizes) == LONGEST + 1 + len(end)


def row(size: int, row_id: str | None = None) -> bytes:
    """Return a row of so many bytes."""
    one = GOOD | ({} if row_id is None else {"id": row_id})
    made = json.dumps(one | {"value": ""}).encode()
    return made.replace(b'"value": ""', b'"value": "%b"' % (b"x" * (size - len(made))))


@pytest.mark.parametrize("pack", [bytes, lambda data: gzip.compress(data, 1)], ids=["plain", "gzip"])
@pytest.mark.parametrize("size", [LONGEST, LONGEST + 1, LONGEST + 3 * MIB])
@pytest.mark.parametrize("place", ["first", "middle", "last", "last, no line feed"])
def test_long_lines_are_reported_as_row_by_row(tmp_path, pack, size, place):
    one, long = row(200, "a") + b"\n", row(size, "a")
    data = {
        "first": long + b"\n\n" + one + one,
        "middle": one + long + b"\n\n" + one,
        "last": one + one + b"\n" + long + b"\n",
        "last, no line feed": one + one + b"\n" + long,
    }[place]
    path = tmp_path / ("a.jsonl" if pack is bytes else "a.jsonl.gz")
    path.write_bytes(pack(data))
    check = check_of(path, kind="label")
    report = report_of(check, 2)
    assert said(report) == said(report_by_row(check))
    codes = [one.code for one in report.counts]
    assert codes == [*["line-too-long"] * (size > LONGEST), "duplicate-id", "blank-line"]
    assert (report.rows, report.invalid) == (3, 2)
