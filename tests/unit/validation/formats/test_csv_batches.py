"""Chunks of CSV records: where they end, what is known about them, and records before an error.

`tests/property/test_csv.py` tests that they equal the records read one by one.
"""

import tracemalloc

import numpy as np
import pytest

import kaiser_interview as ki
from kaiser_interview.validation.findings.finding import Fault, StreamError
from kaiser_interview.validation.formats import csv, csv_batches
from kaiser_interview.validation.formats.csv import Cells, CsvChunk, Header
from kaiser_interview.validation.formats.csv_batches import CsvColumns, blank_records, csv_chunks
from kaiser_interview.validation.formats.text import LONGEST

FAULT = Fault("unreadable", (), "a", "b")
MIB = 1 << 20


class Given:
    """A stream of given chunks, and an error after them if there is one."""

    def __init__(self, *chunks: bytes, error: Exception | None = None, idle: bool = False) -> None:
        self._chunks = chunks
        self._error = error
        self._idle = idle

    def is_idle(self):
        return self._idle

    def chunks(self):
        yield from self._chunks
        if self._error:
            raise self._error


def cut(*chunks: bytes, **how: object) -> list[list[bytes] | tuple[int, bytes]]:
    """Return the records of each chunk, and those that come alone with their lines."""
    return [
        [item.raw(number) for number in range(len(item.ends))]
        if isinstance(item, CsvChunk)
        else (item[0], item[1].raw)
        for item in csv_chunks(Given(*chunks, **how), Header())
    ]


def whole(data: bytes) -> CsvChunk:
    """Return the one chunk of a file."""
    (chunk,) = csv_chunks(Given(data), Header())
    return chunk


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ([b"a,b\n1,2\n3,4\n"], [[b"1,2", b"3,4"]]),
        ([b"a,b\n1,2\n", b"3,4\n"], [[b"1,2"], [b"3,4"]]),
        ([b"a,b\n1,", b"2\n3,4\n"], [[b"1,2", b"3,4"]]),
        ([b'a,b\n1,"2\n', b'3",4\n5,6\n'], [[b'1,"2\n3",4', b"5,6"]]),
        ([b"a,b\n1,2\n3,4"], [[b"1,2"], (3, b"3,4")]),
        ([b'a,b\n1,"2\n3,4\n'], [(2, b'1,"2\n3,4\n')]),
        ([b"a,b\n"], []),
        ([b"a,b"], []),
        ([], []),
        ([b'a,b\n1"2,3\n4,5\n'], [[b'1"2,3', b"4,5"]]),
        ([b'a,b\n1,2\n"3"4,"5\n', b'",6\n'], [[b"1,2"], [b'"3"4,"5\n",6']]),
    ],
)
def test_a_chunk_has_complete_records(monkeypatch, chunks, expected):
    monkeypatch.setattr(csv_batches, "_CHUNK", 1)
    assert cut(*chunks) == expected


def test_a_chunk_has_few_records(monkeypatch):
    monkeypatch.setattr(csv_batches, "_RECORDS", 2)
    chunks = [*csv_chunks(Given(b'a,b\n1,2\n3,"\n"\n5,6\n"\n\n",7\n8,9"\n'), Header())]
    assert [one.data for one in chunks] == [b'1,2\n3,"\n"\n', b'5,6\n"\n\n",7\n', b'8,9"\n']
    assert [one.lines.tolist() for one in chunks] == [[2, 3], [5, 6], [9]]
    assert [one.doubtful.tolist() for one in chunks] == [[], [], [0]]


def test_available_records_do_not_wait_for_more():
    assert cut(b"a\n1\n", b"2\n", b"3\n", idle=True) == [[b"1"], [b"2"], [b"3"]]
    assert cut(b"a\n1\n", b"2\n", b"3\n") == [[b"1", b"2", b"3"]]


def test_records_before_an_error_are_yielded():
    items = csv_chunks(Given(b"a,b\n1,2\n", b"3,4\n5,", error=StreamError(FAULT)), Header())
    assert next(items).data == b"1,2\n3,4\n"
    with pytest.raises(StreamError):
        next(items)


def test_an_error_before_the_header_is_raised():
    with pytest.raises(StreamError):
        [*csv_chunks(Given(b"a,", error=StreamError(FAULT)), Header())]


def test_nothing_is_read_after_an_invalid_header():
    (note,) = csv_chunks(Given(b"a,\xff\n1,2\n"), Header())
    assert (note.fault.code, note.stops) == ("not-utf8", True)


@pytest.mark.parametrize("quote", [b"", b'"'])
def test_a_too_long_record_is_not_kept_in_memory(quote):
    count = 40
    chunks = [b"a,b\n1,2\n3," + quote, *[b"x" * MIB] * count, quote + b"\n5,6\n7"]
    tracemalloc.start()
    try:
        first, (line, fault), last, tail = csv_chunks(Given(*chunks), Header())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (first.data, last.data) == (b"1,2\n", b"5,6\n")
    assert (line, fault.code) == (3, "line-too-long")
    assert (last.lines.tolist(), tail) == ([4], (5, Cells(b"7", None, tail[1].fault)))
    assert peak < 8 * LONGEST


@pytest.mark.parametrize("end", [b'"\n', b'",b\n', b'x\n"\n'])
@pytest.mark.parametrize("size", [1, 7, 40])
def test_records_after_a_too_long_multiline_field(monkeypatch, end, size):
    for module in (csv_batches, csv):
        monkeypatch.setattr(module, "LONGEST", 20)
    monkeypatch.setattr(csv_batches, "_CHUNK", 1)
    data = b'a,b\n1,2\n"' + b"x,y\n" * 30 + end + b"5,6\n"
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    *before, (line, fault), last = csv_chunks(Given(*chunks), Header())
    assert [one.data for one in before] == [b"1,2\n"]
    assert (line, fault.code) == (3, "line-too-long")
    assert (last.data, last.lines.tolist()) == (b"5,6\n", [33 + end.count(b"\n")])


def test_a_header_of_many_lines():
    _, chunk = csv_chunks(Given(b'\n"a', b"\n\n", b'b"', b",c\n1,2\n"), header := Header())
    assert (header.columns, header.line) == (["a\n\nb", "c"], 2)
    assert (chunk.data, chunk.lines.tolist()) == (b"1,2\n", [5])


def test_a_too_long_record_within_the_buffer_is_a_fault(monkeypatch):
    monkeypatch.setattr(csv_batches, "_CHUNK", 3 * LONGEST)
    chunk = whole(b"a\n" + b"x" * (LONGEST + 1) + b"\n" + b"x" * LONGEST + b"\n")
    assert chunk.record(0).code == "line-too-long"
    numbers, batch = CsvColumns([ki.Label], {}, {}).read(chunk)
    assert (numbers.tolist(), batch.num_rows) == ([1], 1)


STRAY = [
    (b'a"b,c', [1]),
    (b'"a"b,c', [1]),
    (b'a,"b" ', [1]),
    (b' "a",b', [1]),
    (b'""",b"c', [1]),
    (b'"a""","b"', []),
    (b'"","""\n""\n"', []),
    (b'"a","b"\r', []),
    (b'"a"\r,"b"', [1]),
]


@pytest.mark.parametrize("before", [b"", b'"x","\n"\n' * 3])
@pytest.mark.parametrize(("record", "doubtful"), STRAY)
def test_a_stray_quotation_mark_makes_only_its_record_doubtful(before, record, doubtful):
    chunk = whole(b"a,b\n" + before + b"1,2\n" + record + b'\n"3","4"\n')
    count = before.count(b"x")
    assert chunk.doubtful.tolist() == [count + one for one in doubtful]
    numbers, batch = CsvColumns([ki.Label], {}, {}).read(chunk)
    assert [batch.column("a")[0].as_py(), batch.column("a")[-1].as_py()] == ["x" if before else "1", "3"]
    assert len(numbers) == count + 3 - len(doubtful)


@pytest.mark.parametrize("record", [b'"a","b', b'"a""b,c'])
def test_an_unclosed_field_ends_at_the_quotation_mark_of_a_later_record(record):
    chunk = whole(b"a,b\n1,2\n" + record + b'\n"3","4"\n5,6\n')
    assert [chunk.raw(number) for number in range(3)] == [b"1,2", record + b'\n"3","4"', b"5,6"]
    assert chunk.doubtful.tolist() == [1]


def test_blank_records_that_follow_each_other_are_one_run():
    chunk = whole(b"a\n\n\n1\n \r\n\n2\n3\n\n")
    blank, runs = blank_records(chunk, np.arange(8))
    assert blank.tolist() == [0, 1, 3, 4, 7]
    assert runs == [(0, 2), (3, 2), (7, 1)]
    assert chunk.lines.tolist() == [2, 3, 4, 5, 6, 7, 8, 9]
    assert blank_records(chunk, np.array([2, 5]))[1] == []


def test_a_last_line_of_spaces_is_a_note():
    chunk, note = csv_chunks(Given(b"a\n1\n2\n "), Header())
    assert (len(chunk.ends), note.line, note.fault.code) == (2, 4, "blank-line")


def test_carriage_returns_before_line_feeds_are_part_of_neither_cell():
    chunk = whole(b'a,b\r\n1,2\r\n"3","4"\r\n5,\r\n')
    assert columns_of(chunk, Counted) == ([0, 1, 2], {"a": ["1", "3", "5"], "b": ["2", "4", None]})


def test_only_blank_records_are_no_rows():
    assert not whole(b"a,b\n \n\r\n\n").has_rows
    assert whole(b'a,b\n\n""\n').has_rows


class Counted(ki.Derived):
    n: int | None = None
    sizes: ki.Many[int] = ()
    grid: ki.Many[ki.Many[int]] = ()


class Named(ki.Derived):
    sizes: ki.Many[int] = ()
    n_name: str | None = None


def columns_of(chunk: CsvChunk, *models: type[ki.Derived]) -> tuple[list[int], dict[str, list]]:
    types = {"n": "integer", "n_name": "string", "confidence": "number", "id": "string"}
    numbers, batch = CsvColumns(models, types, {"sizes": "integer"}).read(chunk)
    return numbers.tolist(), batch.to_pydict()


def test_cells_are_converted_to_their_field_types():
    chunk = whole(b'id,n,confidence,sizes,x_a\na,12,0.5,"[1,2]",7\n,12.0,1,[],\nb,,,,"""\n"""\n')
    assert columns_of(chunk, Counted) == (
        [0, 1, 2],
        {
            "id": ["a", None, "b"],
            "n": [12, 12, None],
            "confidence": [0.5, 1.0, None],
            "sizes": [[1, 2], [], None],
            "x_a": ["7", None, '"\n"'],
        },
    )


@pytest.mark.parametrize(
    "cell", [b"x", b"1.5", b"1e3", b"9" * 19, b"9" * 20, b'"[1,2]"', b"true", "٣".encode()]
)
def test_a_row_with_an_inconvertible_cell_is_left(cell):
    numbers, _ = columns_of(whole(b"id,n\na,%b\nb,\n" % cell), Counted)
    assert numbers == [1]


def test_integers_of_few_digits_are_read():
    chunk = whole(b"id,n\naaaaaaaa,12\nb,007\nc,12345678\nd,\n")
    assert columns_of(chunk, Counted)[1]["n"] == [12, 7, 12345678, None]


def test_a_column_that_cannot_be_read_is_left_with_its_rows():
    assert columns_of(whole(b"id,grid\na,[[1]]\nb,\n"), Counted) == ([1], {"id": ["b"]})
    assert columns_of(whole(b"grid\n[[1]]\n"), Counted) == ([], {})


def test_rows_of_several_kinds_share_only_common_field_types():
    # In a row of the other kind, `n` is not a field, so its cell is text.
    chunk = whole(b"id,n,n_name,sizes\na,1,,[2]\nb,,1,[3]\n")
    assert columns_of(chunk, Counted, Named) == ([1], {"id": ["b"], "n_name": ["1"], "sizes": [[3]]})


def test_records_with_a_duplicate_column_are_left():
    _, chunk = csv_chunks(Given(b"a,a\n1,2\n"), Header())
    assert columns_of(chunk, Counted) == ([], {})


@pytest.mark.parametrize("data", [b"a,b\n,\n", b"a,b\n1\n2,3,4\n\n", b"a\n\0\n\xff\n\r\n x\n"])
def test_records_that_do_not_fit_are_left(data):
    assert columns_of(whole(data), Counted) == ([], {})
