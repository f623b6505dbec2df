"""Read CSV into record batches, many records at once.

In RFC 4180, quotation marks alternately open and close a quoted field; a doubled mark closes the field and
opens it again. If no mark is stray, the number of marks before a byte says whether the byte is quoted. The
neighbours of a mark prove that it is not stray:

- An opening mark follows a delimiter, a line feed, or a closing mark.
- A closing mark is followed by a delimiter, a mark, or the end of the line.

At the first mark without this proof, the end of its record is found line by line, by the rules of
`csv_records`. The search restarts at the next record. Such a record is left to the parser of `csv_records`.
So is any record that violates RFC 4180 in another way. `coerce` converts the cells.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ...records.models import Record
from ..arrow.arrays import Bools, Ints, from_numpy, truths
from ..arrow.from_python import ColumnType, column_of
from ..findings.finding import Fault, Note, StreamError
from .coerce import cell_readers
from .csv import Cells, CsvChunk, Header, PartialRecord, csv_records
from .digits import read_digits
from .streams import Stream
from .text import LONGEST, not_utf8

__all__ = ["CsvColumns", "blank_records", "csv_chunks"]

_Bytes = npt.NDArray[np.uint8]

_CHUNK = 2 << 20
"""Minimum bytes in a chunk of records."""

_RECORDS = 1 << 16
"""Maximum number of records in a chunk. Only files with nearly empty lines reach it."""

_LINE_FEED, _RETURN, _QUOTE, _SPACE = b'\n\r" '


def csv_chunks(stream: Stream, header: Header) -> Iterator[CsvChunk | tuple[int, Cells | Fault] | Note]:
    """Yield the records of a CSV file in chunks, and what `csv_records` yields for the header.

    A last record without a line feed is yielded by itself, as `csv_records` does. So is the fault of a
    record that is too long to keep in memory.
    """
    rest = _Rest(stream, header)
    yield from csv_records(rest, header)
    if header.raw is None:
        return
    while True:
        yield from rest.whole()
        if rest.size > LONGEST:
            yield next(rest.records())
        elif not rest.read():
            break
    yield from rest.records()


class _Rest:
    """The bytes of a file that were read but not yielded yet."""

    def __init__(self, stream: Stream, header: Header) -> None:
        self._stream, self._header = stream, header
        self._chunks = stream.chunks()
        self._data = b""
        self._at = 0
        self._line = 1
        self._error: StreamError | None = None

    @property
    def size(self) -> int:
        """Number of bytes."""
        return len(self._data) - self._at

    def read(self) -> bool:
        """Read a chunk, or less if the input pauses; return whether anything was read.

        Raises
        ------
        StreamError
            The stream cannot be read to its end. Raised after all bytes before the error were returned.
        """
        held, size = [self._data[self._at :]], 0
        try:
            for chunk in self._chunks:
                held.append(chunk)
                size += len(chunk)
                if size >= _CHUNK or self._stream.is_idle():
                    break
        except StreamError as error:
            self._error = error
        self._data, self._at = b"".join(held), 0
        if self._error and not size:
            raise self._error
        return size > 0

    def chunks(self) -> Iterator[bytes]:
        """Consume and yield all lines, or the lines up to the header if it has not been read yet.

        Within a quoted field, all lines before the next quotation mark are yielded together.
        """
        in_header, record, is_known = self._header.raw is None, PartialRecord(0), True
        while not (in_header and self._header.raw is not None):
            start, stop = self._at, 0
            if is_known and record.is_open:
                mark = self._data.find(b'"', start)
                stop = len(self._data) if mark < 0 else self._data.rfind(b"\n", start, mark) + 1
            if stop <= start:
                stop = self._data.find(b"\n", start) + 1 or len(self._data)
            lines = self._data[start:stop]
            if b'"' in lines:
                record.add(lines.removesuffix(b"\n"), self._header)
            # If a line arrives in pieces, one piece does not show whether a field is open.
            is_known = is_known and (record.is_open or not lines or lines.endswith(b"\n"))
            self._at = stop
            self._line += lines.count(b"\n")
            if lines:
                yield lines
            elif not self.read():
                return

    def records(self) -> Iterator[tuple[int, Cells | Fault] | Note]:
        """Consume and yield records one at a time; do not read past a record before the next is requested."""
        before = self._line - 1
        for item in csv_records(self, self._header):
            if isinstance(item, Note):
                yield item._replace(line=item.line and item.line + before)
            else:
                yield item[0] + before, item[1]

    def whole(self) -> Iterator[CsvChunk]:
        """Consume and yield the records that end in a line feed."""
        data, header = self._data[self._at :], self._header
        feeds, ends, doubtful = _cut(data, header)
        begun = np.concatenate([[0], ends + 1])  # the number of line feeds before each record
        places = np.concatenate([[0], feeds[ends] + 1])
        for first in range(0, len(ends), _RECORDS):
            last = min(first + _RECORDS, len(ends))
            start, stop = int(places[first]), int(places[last])
            starts, after = places[first:last] - start, places[first + 1 : last + 1] - start
            lines = begun[first:last] + self._line
            left = np.flatnonzero(np.isin(ends[first:last], doubtful))
            yield CsvChunk(data[start:stop], starts, after - 1, lines, left, header)
        self._at += int(places[-1])
        self._line += int(begun[-1])


def _cut(data: bytes, header: Header) -> tuple[Ints, Ints, Ints]:
    """Find the records that end in a line feed, from the start of the data.

    Returns
    -------
    feeds : ndarray of int
        Offsets of all line feeds.
    ends : ndarray of int
        Indices of the line feeds that end records.
    doubtful : ndarray of int
        Those `ends` whose record has a mark that may be stray.
    """
    raw = np.frombuffer(data, np.uint8)
    feeds = np.flatnonzero(raw == _LINE_FEED)
    marks = np.flatnonzero(raw == _QUOTE) if b'"' in data else feeds[:0]
    before = np.searchsorted(marks, feeds)  # the number of marks before each line feed
    outside = np.zeros(len(feeds), np.bool_)
    strays: dict[int, Ints] = {}
    doubtful = []
    feed = mark = 0  # the first of a record
    while True:
        odd = mark % 2
        if odd not in strays:
            strays[odd] = _strays(raw, marks, odd, header)
        at = np.searchsorted(strays[odd], mark)
        stop = np.searchsorted(before, strays[odd][at], "right") if at < len(strays[odd]) else len(feeds)
        outside[feed:stop] = (before[feed:stop] - mark) % 2 == 0
        if at == len(strays[odd]):
            break
        # The record of the stray mark begins after the last line feed outside quotation marks.
        ended = np.flatnonzero(outside[feed:stop])
        last = feed + int(ended[-1]) if len(ended) else feed - 1
        end = _strict_end(data, int(feeds[last]) + 1 if last >= 0 else 0, header)
        if end is None:
            break
        feed = int(np.searchsorted(feeds, end))
        outside[feed] = True
        doubtful.append(feed)
        mark = int(before[feed])
        feed += 1
    return feeds, np.flatnonzero(outside), np.array(doubtful, np.int64)


def _strays(raw: _Bytes, marks: Ints, odd: int, header: Header) -> Ints:
    """Return the indices of marks that may be stray, if marks with odd (even) indices open fields."""
    delimiter = ord(header.delimiter)
    opening, closing = marks[odd::2], marks[1 - odd :: 2]
    before = raw[opening - 1]
    opens = (before == delimiter) | (before == _LINE_FEED) | (before == _QUOTE) | (opening == 0)
    after, next_but_one = (raw.take(closing + more, mode="clip") for more in (1, 2))
    closes = (after == delimiter) | (after == _LINE_FEED) | (after == _QUOTE)
    closes |= (after == _RETURN) & (next_but_one == _LINE_FEED)
    return np.sort(np.concatenate([np.flatnonzero(~opens) * 2 + odd, np.flatnonzero(~closes) * 2 + 1 - odd]))


def _strict_end(data: bytes, start: int, header: Header) -> int | None:
    """Return the offset of the line feed that ends the record at `start`; None if there is none."""
    record = PartialRecord(0)
    while (stop := data.find(b"\n", start)) >= 0:
        record.add(data[start:stop], header)
        if not record.is_open:
            return stop
        start = stop + 1
    return None


class _Typed(NamedTuple):
    """The type of a column whose cells are not text, and the function that converts a cell."""

    type: ColumnType
    is_list: bool
    read: Callable[[str], Any]

    @property
    def is_digits(self) -> bool:
        """Whether a cell with a few digits is an integer."""
        return self.type == "integer" and not self.is_list


class CsvColumns:
    """Read the records of chunks into record batches, if they provably conform to RFC 4180.

    Parameters
    ----------
    models : collection of type of Record
        The possible kinds of rows.
    types, lists : mapping of str to ColumnType
        The types of scalar fields, and the element types of fields that are lists of scalars. Columns of
        other fields are not read. Columns that are not fields are text.
    """

    def __init__(
        self,
        models: Collection[type[Record]],
        types: Mapping[str, ColumnType],
        lists: Mapping[str, ColumnType],
    ) -> None:
        fields = [{*model.model_fields} for model in models]
        texts = {name for name, type_ in types.items() if type_ == "string"}
        # If a row's kind does not have a field, its cell stays text. So convert only fields of all kinds.
        shared = set[str].intersection(*fields)
        readers = {name: read for model in models for name, read in cell_readers(model).items()}
        self._typed = {
            name: _Typed(type_, name in lists, readers[name])
            for name, type_ in {**types, **lists}.items()
            if name in shared - texts
        }
        self._unread = set[str]().union(*fields) - texts - {*self._typed}

    def read(self, chunk: CsvChunk) -> tuple[Ints, pa.RecordBatch]:
        """Return the indices of the records that were read, ascending, and their columns.

        Empty cells are null. Columns with only nulls are left out. A record is not read if it is blank, too
        long or has no value, if it may violate RFC 4180, or if a column cannot hold one of its values.
        """
        cells = _Cells(chunk)
        read: Bools = np.asarray(~cells.empty.all(axis=1))
        columns = {}
        for at, name in enumerate(chunk.header.columns):
            empty = cells.empty[:, at]
            if empty.all():
                continue
            if name in self._unread:
                read &= empty
                continue
            typed = self._typed.get(name)
            if typed is None:
                columns[name] = cells.texts(at)
            elif typed.is_digits and (integers := cells.integers(at)) is not None:
                columns[name] = integers
            else:
                columns[name], held = _converted(cells.texts(at), typed)
                read &= held | empty
        batch = pa.RecordBatch.from_pydict(columns)
        return cells.numbers[read], batch if read.all() or not columns else batch.filter(from_numpy(read))


def _converted(texts: pa.StringArray, typed: _Typed) -> tuple[pa.Array, Bools]:
    """Return the converted cells, and which cells have a value that the column can hold."""
    coded = texts.dictionary_encode()
    found = column_of([*map(typed.read, coded.dictionary.to_pylist())], typed.type, is_list=typed.is_list)
    if found is None:
        return pa.nulls(len(texts)), np.zeros(len(texts), np.bool_)
    values, wrong = found
    held = truths(texts.is_valid())
    if wrong:
        held &= ~truths(pa.array(wrong).take(coded.indices))
    return values.take(coded.indices), held


class _Cells:
    """The cells of those records of a chunk that provably conform to RFC 4180.

    Attributes
    ----------
    numbers : ndarray of int
        The indices of the records.
    empty : ndarray of bool
        Which cells are empty; its shape is records by columns.
    """

    def __init__(self, chunk: CsvChunk) -> None:
        data, width = chunk.data, len(chunk.header.columns)
        raw = np.frombuffer(data, np.uint8)
        marks, doubled = _field_ends(chunk, raw)
        last = np.flatnonzero(raw[marks] == _LINE_FEED)
        counts = np.diff(last, prepend=-1)
        fit = (counts == width) & _are_readable(chunk, raw)
        fit[chunk.doubtful] = False
        self.numbers: Ints = np.flatnonzero(fit)
        edges = marks if fit.all() else marks[np.repeat(fit, counts)]
        stops = edges.reshape(len(self.numbers), width).astype(np.int32)
        starts = np.empty_like(stops)
        starts[:, :1] = chunk.starts[self.numbers, None]
        starts[:, 1:] = stops[:, :-1] + 1
        if b"\r" in data:
            stops[:, -1:] -= (stops[:, -1:] > starts[:, -1:]) & (raw[stops[:, -1:] - 1] == _RETURN)
        if b'"' in data:
            is_quoted = raw[starts] == _QUOTE
            starts += is_quoted
            stops -= is_quoted
        if len(doubled):
            raw = _without(raw, doubled, starts, stops)
        self._raw, self._starts, self._stops = raw, starts, stops
        # Cells alternate with the bytes between them, in one string array that shares the data's memory.
        bounds = np.stack([starts, stops], axis=2)
        count = max(bounds.size - 1, 0)
        self._parts = pa.StringArray.from_buffers(count, pa.py_buffer(bounds), pa.py_buffer(raw))
        self.empty: Bools = starts == stops

    def integers(self, column: int) -> pa.Int64Array | None:
        """Return the cells of a column as integers; None if one is neither empty nor a few digits."""
        empty = self.empty[:, column]
        ends = self._stops[:, column]
        values, are_digits = read_digits(self._raw, ends, ends - self._starts[:, column])
        if not (are_digits | empty).all():
            return None
        return from_numpy(values.view(np.int64), empty)

    def texts(self, column: int) -> pa.StringArray:
        """Return the cells of a column as text; empty ones are null."""
        rows, width = self.empty.shape
        empty = self.empty[:, column]
        places = np.arange(2 * column, 2 * rows * width, 2 * width, dtype=np.int32)
        indices = from_numpy(places, empty)
        return pc.take(self._parts, indices, boundscheck=False)


def _without(
    raw: _Bytes, places: Ints, starts: npt.NDArray[np.int32], stops: npt.NDArray[np.int32]
) -> _Bytes:
    """Return the data without the bytes at some offsets; shift the ascending bounds of cells accordingly."""
    cells = np.searchsorted(stops.ravel(), places, "right")  # the first cell that ends after each place
    within = np.append(starts.ravel(), len(raw))[cells] <= places
    each, inside = (np.bincount(some, minlength=stops.size + 1)[:-1] for some in (cells, cells[within]))
    before = np.cumsum(each).reshape(stops.shape)
    stops -= before
    starts -= before - inside.reshape(starts.shape)
    return np.delete(raw, places)


def _field_ends(chunk: CsvChunk, raw: _Bytes) -> tuple[Ints, Ints]:
    """Return the offsets of the bytes that end fields, and of the second mark of each doubled mark.

    For a doubtful record, only its end is returned.
    """
    marked = raw == ord(chunk.header.delimiter)
    has_marks = b'"' in chunk.data
    if has_marks:
        marked |= raw == _QUOTE
    marked[chunk.ends] = True
    for start, end in zip(
        chunk.starts[chunk.doubtful].tolist(), chunk.ends[chunk.doubtful].tolist(), strict=True
    ):
        marked[start:end] = False
    found = np.flatnonzero(marked)
    if not has_marks:
        return found, found[:0]
    is_mark = raw[found] == _QUOTE
    marks = found.take(np.flatnonzero(is_mark))
    inside = np.cumsum(is_mark, dtype=np.int32) & 1
    opening = marks[::2]
    return found.take(np.flatnonzero(~is_mark & (inside == 0))), opening[raw[opening - 1] == _QUOTE]


def _are_readable(chunk: CsvChunk, raw: _Bytes) -> Bools:
    """Return which records can be read here.

    A record can be read if it is UTF-8, not too long, does not begin with white space, and has no U+0000 and
    no lone carriage return.
    """
    data, starts, ends = chunk.data, chunk.starts, chunk.ends
    readable: Bools = (ends - starts <= LONGEST) & ~np.isin(raw[starts], [_LINE_FEED, _RETURN, _SPACE])
    if b"\0" in data:
        readable[np.searchsorted(ends, np.flatnonzero(raw == 0))] = False
    if b"\r" in data:
        returns = np.flatnonzero(raw == _RETURN)
        readable[np.searchsorted(ends, returns[raw[returns + 1] != _LINE_FEED])] = False
    try:
        whole = pa.py_buffer(np.array([0, len(data)], np.int32))
        pa.StringArray.from_buffers(1, whole, pa.py_buffer(data)).validate(full=True)
    except pa.ArrowInvalid:
        readable &= [not_utf8(chunk.raw(number)) is None for number in range(len(ends))]
    return readable


def blank_records(chunk: CsvChunk, numbers: Ints) -> tuple[Ints, list[tuple[int, int]]]:
    """Find blank records.

    Parameters
    ----------
    chunk : CsvChunk
        The records.
    numbers : ndarray of int
        The indices of the records to look at, ascending.

    Returns
    -------
    blank : ndarray of int
        The indices of the blank records, ascending.
    runs : list of tuple of int
        The first index and the number of records of each run of blank records.
    """
    first = np.frombuffer(chunk.data, np.uint8)[chunk.starts[numbers]]
    is_blank = first == _LINE_FEED
    of_space = np.flatnonzero((first == _RETURN) | (first == _SPACE))
    is_blank[of_space] = [not chunk.raw(number).strip(b" \r") for number in numbers[of_space].tolist()]
    blank = numbers[is_blank]
    heads = np.flatnonzero(np.diff(blank, prepend=-2) != 1)
    sizes = np.diff(heads, append=len(blank))
    return blank, [*zip(blank[heads].tolist(), sizes.tolist(), strict=True)]
