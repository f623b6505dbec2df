"""Rows that come one at a time are grouped into parts."""

import pytest

from kaiser_interview.validation.findings.finding import Fault, StreamError
from kaiser_interview.validation.formats.json.lines import LineChunk
from kaiser_interview.validation.sources import partition
from kaiser_interview.validation.sources.partition import grouped
from kaiser_interview.validation.sources.source import Items


def test_parts_have_a_fixed_number_of_rows(monkeypatch):
    monkeypatch.setattr(partition, "SLICE", 2)
    chunk = LineChunk(b"{}\n", last=False)
    parts = [*grouped(iter([(1, b"a"), (2, b"b"), (3, b"c"), chunk, (4, b"d")]))]
    assert parts == [Items([(1, b"a"), (2, b"b")]), Items([(3, b"c")]), chunk, Items([(4, b"d")])]


def test_large_rows_are_parts_of_few(monkeypatch):
    monkeypatch.setattr(partition, "_SIZE", 5)
    assert [len(part.items) for part in grouped(iter([(1, b"abc"), (2, b"def"), (3, b"g")]))] == [2, 1]


def test_rows_before_an_error_are_a_part():
    def rows():
        yield 1, b"a"
        raise StreamError(Fault("unreadable", (), "a file", "none"))

    parts = grouped(rows())
    assert next(parts) == Items([(1, b"a")])
    with pytest.raises(StreamError):
        next(parts)
