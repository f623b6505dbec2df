"""Parse CSV into records and cells, as RFC 4180 defines them."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple, Protocol

from ..findings.display import shown
from ..findings.finding import Fault, Note
from ..hints.json_syntax import CUT
from .text import BOM, LONGEST, Tail, blank_line, long_row, not_utf8

__all__ = ["Cells", "Chunks", "CsvChunk", "Header", "PartialRecord", "csv_records", "read_record"]

_DELIMITERS = (",", "\t", ";")

# Vertical bars, box-drawing characters, or columns aligned with spaces.
_PRINTED = re.compile(r"\|.*\||[\u2500-\u257f]|^\s+\S.*\s\S|\S\s{2,}\S")


class Header:
    """The header of a CSV file. Its attributes are set when it is read.

    Attributes
    ----------
    raw : bytes or None
        Its bytes, without the last line feed and the byte order mark.
    columns : list of str
        The column names; empty if a name occurs twice.
    delimiter : str
        The character between cells.
    line : int or None
        The line on which the header begins.
    """

    def __init__(self) -> None:
        self.raw: bytes | None = None
        self.columns: list[str] = []
        self.delimiter = ","
        self.line: int | None = None


class Cells(NamedTuple):
    """A record of a CSV file."""

    raw: bytes
    """Its bytes, without the last line feed."""
    values: dict[str, str] | None
    """Its cells by column, without empty cells, which mean null. None if the record cannot be parsed."""
    fault: Fault | None = None
    """Why the record cannot be parsed. None if a finding about the header already explains it."""


@dataclass(frozen=True, eq=False)
class CsvChunk:
    """Complete records of a CSV file, each with a line feed at its end."""

    data: bytes
    starts: Any
    """Offset of the first byte of each record. This and the next three are arrays of integers."""
    ends: Any
    """Offset of the line feed at the end of each record."""
    lines: Any
    """Line of the file on which each record begins."""
    doubtful: Any
    """Indices of the records with a quotation mark that may be stray, ascending."""
    header: Header
    reported: Mapping[str, str] = field(default_factory=dict)
    """Columns for which a fault was already reported, with the code of the fault."""

    @property
    def has_rows(self) -> bool:
        """Whether any record is not blank."""
        return bool(self.data.strip(b" \r\n"))

    def raw(self, number: int) -> bytes:
        """Return the bytes of a record, without its last line feed."""
        return self.data[self.starts[number] : self.ends[number]]

    def record(self, number: int) -> Cells | Fault:
        """Parse a record that is not blank; return a fault if it is too long."""
        raw = self.raw(number)
        return long_row() if len(raw) > LONGEST else read_record(raw, self.header)


class Chunks(Protocol):
    """An object that yields the bytes of a file in chunks."""

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes from the start, in chunks that are never empty."""


def csv_records(stream: Chunks, header: Header) -> Iterator[tuple[int, Cells | Fault] | Note]:  # noqa: C901, PLR0912 - one pass, one loop
    """Yield each record with the number of the line on which it begins.

    The first record is stored in `header`; it names the columns. Its first comma, tab or semicolon outside
    quotation marks is the delimiter. A record that violates RFC 4180 has a fault. A record that is too long
    is replaced by its fault.
    """
    for line, raw, is_open, blank in _records(stream, header):
        if blank:
            yield Note(line, blank_line(), lines=blank)
            continue
        fault = long_row() if raw is None else None
        if is_open and not fault:
            fault = Fault("truncated", (), "a closing quotation mark", "the end of the data", CUT)
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
            yield line, read_record(raw, header)
        else:
            yield Note(line, blank_line())


def _begin(header: Header, line: int, raw: bytes) -> Iterator[Note]:
    """Parse the header into `header` and yield a note for each problem."""
    if raw.startswith(BOM):
        expected, suggestion = (
            "UTF-8 without a byte order mark",
            "spreadsheets write this mark; it is skipped",
        )
        fault = Fault("byte-order-mark", (), expected, "U+FEFF", suggestion, "warning")
        yield Note(line, fault)
        raw = type(raw)(raw[len(BOM) :])  # keep the type: it may be a Tail
    columns: list[str] = []
    wrong = not_utf8(raw)
    if wrong is None:
        text = raw.removesuffix(b"\r").decode("utf-8")
        if re.fullmatch("sep=.", text):
            # Report Excel's separator line and skip it: the next line is the header.
            excel = "remove this line; only Excel reads it"
            yield Note(line, Fault("invalid-csv", (), "column names", shown(text), excel))
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
        nameless = None if name else "several columns have no name; check that the first line is the header"
        fault = Fault("duplicate-column", (name,), "unique column names", f"{shown(name)} twice", nameless)
        yield Note(line, fault)
    header.columns = [] if twice else columns


def _printed(columns: list[str]) -> Fault | None:
    """Return the fault of a header that looks like a printed table and has no CSV delimiter."""
    if len(columns) > 1 or not _PRINTED.search(columns[0]):
        return None
    suggestion = "write the table as CSV; this file is printed output"
    expected = "columns separated by commas, tabs or semicolons"
    return Fault("invalid-csv", (), expected, shown(columns[0]), suggestion)


def read_record(raw: bytes, header: Header) -> Cells:
    """Return the cells of a record, or its fault."""
    if not header.columns:
        # With duplicate column names, cells are ambiguous. The finding about the header covers all rows.
        return Cells(raw, None)
    fault = not_utf8(raw)
    cells: list[str] = []
    if not fault:
        cells, fault = _fields(raw.removesuffix(b"\r").decode("utf-8"), header.delimiter)
    if not fault and len(cells) != len(header.columns):
        width = len(header.columns)
        quoted = (
            "put quotation marks around a field that contains a delimiter" if len(cells) > width else None
        )
        fault = Fault("invalid-csv", (), f"{width} fields, as in the header", str(len(cells)), quoted)
    if fault:
        return Cells(raw, None, fault)
    return Cells(raw, {name: cell for name, cell in zip(header.columns, cells, strict=True) if cell})


def _records(  # noqa: C901 - one pass, one loop
    stream: Chunks, header: Header
) -> Iterator[tuple[int, bytes | None, bool, int]]:
    """Split the stream into records; yield first line, bytes, whether a quoted field is open, blank lines.

    The last item is 0 for a record. A run of empty lines is one item: empty bytes and the number of lines. A
    record ends at a line feed outside quotation marks. Only a quotation mark at the start of a field opens a
    quoted field, so that a stray mark invalidates only its own record. The bytes of a record that is too
    long are None.
    """
    record = PartialRecord(1)
    number, blank, rest = 0, 0, b""
    for chunk in stream.chunks():
        if record.goes_on and b'"' not in rest and b'"' not in chunk:
            # Fast path: without a quotation mark, the quoted field cannot end in this chunk.
            continued, feed, rest = (rest + chunk).rpartition(b"\n")
            if feed:
                number += continued.count(b"\n") + 1
                record.add(continued, header)
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
                record = PartialRecord(number + 1)
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


class PartialRecord:
    """A record that is being read, line by line."""

    def __init__(self, line: int) -> None:
        self.line: int = line
        self.parts: list[bytes] = []
        self.size: int = 0
        self.is_open: bool = False
        self._skipped = 0

    @property
    def goes_on(self) -> bool:
        """Whether the record continues at least to the next quotation mark."""
        return self.is_open and not self._skipped

    def add(self, line: bytes, header: Header) -> None:
        """Append a line and update `is_open`: whether a quoted field continues after the line."""
        if self._skipped:
            # The skipped part was not kept; only its number of quotation marks is known.
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
        """Count a part of a line without keeping its bytes, because the line is too long."""
        self.size += len(part)
        self._skipped += part.count(b'"')

    def bytes(self) -> bytes | None:
        """Return the record's bytes, or None if it is too long."""
        return b"\n".join(self.parts) if self.size <= LONGEST + 1 else None


def _opens(line: bytes, header: Header) -> bool:
    """Return whether a line ends inside a quoted field."""
    marks = "".join(_DELIMITERS) if header.raw is None else header.delimiter
    return _opening(marks.encode()).fullmatch(line) is not None


@cache
def _opening(marks: bytes) -> re.Pattern[bytes]:
    """Return the pattern of lines whose last field is quoted and not closed, for given delimiters."""
    quoted, plain = rb'"(?:[^"]++|"")*+', rb"[^%b]*+" % marks
    return re.compile(rb'(?:(?:%b"|(?!"))%b[%b])*+%b' % (quoted, plain, marks, quoted))


def _delimiter(header: str) -> str:
    outside = re.sub(r'"[^"]*"', "", header)
    present = [(outside.find(mark), mark) for mark in _DELIMITERS if mark in outside]
    return min(present)[1] if present else ","


_FIELD = {mark: re.compile(rf'(?:"((?:[^"]|"")*+)"|([^"{mark}\r\n]*+))({mark}|\Z)') for mark in _DELIMITERS}


def _fields(record: str, delimiter: str) -> tuple[list[str], Fault | None]:
    """Split a record into fields, or return the fault if RFC 4180, section 2, is violated."""
    if "\0" in record:
        return [], Fault("invalid-csv", (), "text without U+0000", "U+0000")
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
        return Fault("invalid-csv", (), "a line feed at the end of the line", "a carriage return only")
    if here.startswith('"'):
        return Fault(
            "invalid-csv",
            (),
            "a delimiter or the end of the line after a closing quotation mark",
            shown(here),
        )
    return Fault(
        "invalid-csv",
        (),
        "the whole field in quotation marks, with inner marks doubled",
        shown(here),
    )
