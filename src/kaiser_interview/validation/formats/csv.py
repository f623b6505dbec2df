"""CSV, cut into records and cells as RFC 4180 says."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from ..findings.display import shown
from ..findings.finding import Fault, Note
from ..hints.json_syntax import CUT
from .streams import Stream
from .text import BOM, LONGEST, Tail, blank_line, long_row, not_utf8

__all__ = ["Cells", "Header", "csv_records"]

_DELIMITERS = (",", "\t", ";")

# Bars, a box's lines, or columns held apart by spaces.
_PRINTED = re.compile(r"\|.*\||[\u2500-\u257f]|^\s+\S.*\s\S|\S\s{2,}\S")


class Header:
    """The header of a CSV file, as far as it has been read.

    Attributes
    ----------
    raw : bytes or None
        Its bytes without the last line feed.
    columns : list of str
        The names of the columns; none if a name stands twice.
    delimiter : str
        What divides cells.
    line : int or None
        The line on which it begins.
    """

    def __init__(self) -> None:
        self.raw: bytes | None = None
        self.columns: list[str] = []
        self.delimiter = ","
        self.line: int | None = None


class Cells(NamedTuple):
    """A record of a CSV file."""

    raw: bytes
    """Its bytes without the last line feed."""
    values: dict[str, str] | None
    """Its cells by column, the empty ones, which are null, left out; None if it cannot be judged."""
    fault: Fault | None = None
    """Why it cannot be; None as well where a finding about the header has said so already."""


def csv_records(stream: Stream, header: Header) -> Iterator[tuple[int, Cells | Fault] | Note]:  # noqa: C901, PLR0912 - one pass, one loop
    """Yield the line on which each record begins, and the record.

    The first record names the columns and goes to `header`. The delimiter is the first of comma, tab and
    semicolon that stands in it. A record that does not fit RFC 4180 is a fault in its place.
    """
    for line, raw, is_open, blank in _records(stream, header):
        if blank:
            yield Note(line, blank_line(), lines=blank)
            continue
        fault = long_row() if raw is None else None
        if is_open and not fault:
            fault = Fault("truncated", (), "a closing quotation mark", "the data's end", CUT)
        if header.raw is None:
            if fault or raw is None:
                yield Note(line, fault or long_row(), stops=True)
                return
            elif raw.strip(b" \r"):
                stops = False
                for note in _begin(header, line, raw):
                    yield note
                    stops = note.stops
                if stops:
                    return
            else:
                yield Note(line, blank_line())
        elif raw is None:
            yield line, long_row()
        elif fault:
            yield line, Cells(raw, None, fault)
        elif raw.strip(b" \r"):
            yield line, _record(raw, header)
        else:
            yield Note(line, blank_line())


def _begin(header: Header, line: int, raw: bytes) -> Iterator[Note]:
    """Read the header; tell what is wrong with it."""
    if raw.startswith(BOM):
        expected, remedy = "UTF-8 without a byte order mark", "spreadsheets write it, and it is passed over"
        fault = Fault("byte-order-mark", (), expected, "U+FEFF", remedy, "warning")
        yield Note(line, fault)
        raw = type(raw)(raw[len(BOM) :])  # the data's end is a type of its own
    columns: list[str] = []
    wrong = not_utf8(raw)
    if wrong is None:
        text = raw.removesuffix(b"\r").decode("utf-8")
        if re.fullmatch("sep=.", text):
            # Told, and passed over: the next line is the header.
            excel = "a line of Excel's own: take it out"
            yield Note(line, Fault("invalid-csv", (), "the names of the columns", shown(text), excel))
            return
        header.delimiter = _delimiter(text)
        columns, wrong = _fields(text, header.delimiter)
        wrong = wrong or _printed(columns)
    if wrong:
        yield Note(line, wrong, stops=True)
        return
    header.raw, header.line = raw, line
    twice = [name for name, count in Counter(columns).items() if count > 1]
    for name in twice:
        nameless = None if name else "columns without names: see whether the first line is the header"
        fault = Fault("duplicate-column", (name,), "each column once", f"{shown(name)} twice", nameless)
        yield Note(line, fault)
    header.columns = [] if twice else columns


def _printed(columns: list[str]) -> Fault | None:
    """Return the fault of a table that was printed for people to read: what divides it is no delimiter."""
    if len(columns) > 1 or not _PRINTED.search(columns[0]):
        return None
    remedy = "write the table as CSV: it was printed for people to read"
    expected = "columns divided by commas, tabs or semicolons"
    return Fault("invalid-csv", (), expected, shown(columns[0]), remedy)


def _record(raw: bytes, header: Header) -> Cells:
    if not header.columns:
        # Which of two columns a row means is unknown; the finding about the header is all there is.
        return Cells(raw, None)
    fault = not_utf8(raw)
    cells: list[str] = []
    if not fault:
        cells, fault = _fields(raw.removesuffix(b"\r").decode("utf-8"), header.delimiter)
    if not fault and len(cells) != len(header.columns):
        width = len(header.columns)
        quoted = "a field with a delimiter in it stands in quotation marks" if len(cells) > width else None
        fault = Fault("invalid-csv", (), f"{width} fields, as in the header", str(len(cells)), quoted)
    if fault:
        return Cells(raw, None, fault)
    return Cells(raw, {name: cell for name, cell in zip(header.columns, cells, strict=True) if cell})


def _records(  # noqa: C901 - one pass, one loop
    stream: Stream, header: Header
) -> Iterator[tuple[int, bytes | None, bool, int]]:
    """Yield the line on which each record begins, its bytes, and whether it ends within a quoted field.

    Or else, as the last, how many empty lines follow each other. A record ends at a line feed outside
    quotation marks, and only a quotation mark at the start of a field opens one: a stray one makes its own
    record wrong and no other. A record that is too long is None.
    """
    record = _Record(1)
    number, blank, rest = 0, 0, b""
    for chunk in stream.chunks():
        if record.goes_on and b'"' not in rest and b'"' not in chunk:
            # Nothing in it can end the record.
            more, feed, rest = (rest + chunk).rpartition(b"\n")
            if feed:
                number += more.count(b"\n") + 1
                record.add(more, header)
            lines = []
        else:
            *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            number += 1
            if not (line or record.size):
                blank += 1
                continue
            if blank:
                yield number - blank, b"", False, blank
                record.line, blank = number, 0
            record.add(line, header)
            if not record.is_open:
                yield record.line, record.bytes(), False, 0
                record = _Record(number + 1)
        if blank:
            yield number + 1 - blank, b"", False, blank
            record.line, blank = number + 1, 0
        if len(rest) > LONGEST:
            record.skip(rest)
            rest = b""
    if rest or record.parts or record.size:
        record.add(rest, header)
        data = record.bytes()
        yield record.line, None if data is None else Tail(data), record.is_open, 0


class _Record:
    """A record that is being read."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.parts: list[bytes] = []
        self.size = 0
        self.is_open = False
        self._skipped = 0

    @property
    def goes_on(self) -> bool:
        """Whether it goes on up to a quotation mark that is yet to come."""
        return self.is_open and not self._skipped

    def add(self, line: bytes, header: Header) -> None:
        """Add a line, and find whether a quoted field goes on after it."""
        if self._skipped:
            # Of the part that was not held nothing but the number of its quotation marks is known.
            self.is_open ^= (line.count(b'"') + self._skipped) % 2 == 1
        elif b'"' in line:
            begins_header = header.raw is None and not self.parts
            whole = line.removeprefix(BOM) if begins_header else line
            self.is_open = _opens(b'"' + whole if self.is_open else whole, header)
        self.size += len(line) + 1
        self._skipped = 0
        if self.size <= LONGEST + 1:
            self.parts.append(line)

    def skip(self, part: bytes) -> None:
        """Take a part of a line that is too long to be held."""
        self.size += len(part)
        self._skipped += part.count(b'"')

    def bytes(self) -> bytes | None:
        """Return the record's bytes; None if it is too long."""
        return b"\n".join(self.parts) if self.size <= LONGEST + 1 else None


def _opens(line: bytes, header: Header) -> bool:
    """Return whether a line ends within a quoted field that begins in it."""
    marks = "".join(_DELIMITERS) if header.raw is None else header.delimiter
    return _opening(marks.encode()).fullmatch(line) is not None


@cache
def _opening(marks: bytes) -> re.Pattern[bytes]:
    """Return the pattern of lines whose last field is quoted and not closed, given what divides fields."""
    quoted, plain = rb'"(?:[^"]++|"")*+', rb"[^%b]*+" % marks
    return re.compile(rb'(?:(?:%b"|(?!"))%b[%b])*+%b' % (quoted, plain, marks, quoted))


def _delimiter(header: str) -> str:
    outside = re.sub(r'"[^"]*"', "", header)
    present = [(outside.find(mark), mark) for mark in _DELIMITERS if mark in outside]
    return min(present)[1] if present else ","


_FIELD = {mark: re.compile(rf'(?:"((?:[^"]|"")*+)"|([^"{mark}\r\n]*+))({mark}|\Z)') for mark in _DELIMITERS}


def _fields(record: str, delimiter: str) -> tuple[list[str], Fault | None]:
    """Return the fields of a record, or why it has none (RFC 4180, section 2)."""
    if "\0" in record:
        return [], Fault("invalid-csv", (), "text", "U+0000")
    if '"' not in record and "\r" not in record:
        return record.split(delimiter), None
    fields: list[str] = []
    at, pattern = 0, _FIELD[delimiter]
    while True:
        found = pattern.match(record, at)
        if not found:
            return [], _bad_field(record, at)
        quoted, plain, ended = found.groups()
        fields.append(plain if quoted is None else quoted.replace('""', '"'))
        if not ended:
            return fields, None
        at = found.end()


def _bad_field(record: str, at: int) -> Fault:
    here = record[at : at + 24]
    if "\r" in here and '"' not in here:
        return Fault("invalid-csv", (), "line ends with a line feed", "a carriage return alone")
    if here.startswith('"'):
        return Fault("invalid-csv", (), "a comma or line end after the closing quotation mark", shown(here))
    return Fault(
        "invalid-csv", (), "quotation marks around the whole field, those in it doubled", shown(here)
    )
