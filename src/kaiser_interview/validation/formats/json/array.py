"""Read the rows of a JSON array one at a time."""

import re
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from ...findings.display import shown
from ...findings.finding import Fault, Note, StreamError
from ...hints.json_syntax import CUT, stray
from ..streams import Stream
from ..text import LONGEST, SPACE, Tail, _without_mark, long_row, not_utf8

if TYPE_CHECKING:
    from .elements import Elements

__all__ = ["ElementChunk", "document_chunks", "json_document"]

_CHUNK = 2 << 20
"""Bytes of an array that are searched for elements together."""

# Text that does not change the nesting depth: complete strings, and anything except brackets.
_FLAT = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)

_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)

_SEEN = 24

_VALUES = b'[{"-0123456789,]}'

# Only the white space of JSON ends a scalar: at another character, a value would be empty.
_SCALAR = re.compile(rb"[^,\]%b]*+" % SPACE)

_NUMBER = re.compile(rb"-?[0-9][0-9.eE+-]*")


class ElementChunk(NamedTuple):
    """Complete elements of an array, and the commas between them."""

    data: bytes
    """From the start of the first element to the end of the last."""
    line: int
    """The line on which the first element begins."""
    elements: "Elements"


def json_document(stream: Stream, *, longest: int = LONGEST) -> Iterator[tuple[int, bytes | Fault] | Note]:
    """Yield the bytes of each element of a JSON array, with the line on which it begins.

    The whole array is never in memory. A document that is not an array is one row. An error that stops the
    reading is yielded as a note; so is an element of more than `longest` bytes.
    """
    return _document(stream, longest, together=False)


def document_chunks(
    stream: Stream, *, longest: int = LONGEST
) -> Iterator[ElementChunk | tuple[int, bytes | Fault] | Note]:
    """Yield what `json_document` yields, but many objects and arrays at once if their ends are certain."""
    return _document(stream, longest, together=True)


def _document(stream: Stream, longest: int, *, together: bool) -> Iterator[Any]:
    notes: list[Note] = []
    text = _Text(_without_mark(stream.chunks(), notes), longest)
    start = text.skip_space()
    yield from notes
    if start and start not in _VALUES:
        # Report text before the rows once and stop, because its end is unknown.
        before = text.rest_of_line()
        yield Note(text.line, not_utf8(before) or stray(before.decode("utf-8")), stops=True)
        return
    if start != b"[":
        line, value = text.line, text.value(alone=True)
        if isinstance(value, Fault):
            yield Note(line, value, stops=True)
            return
        yield line, value
        yield from _nothing_more(text, "the row")
        return
    text.take()
    stop = yield from _elements(text, together=together)
    if stop:
        yield stop
    else:
        yield from _nothing_more(text, "the array")


def _elements(text: "_Text", *, together: bool) -> Generator[Any, None, Note | None]:
    """Yield the elements of an array and consume its end; return an error that stops the reading, or None."""
    mark = text.skip_space()
    while mark != b"]":
        if mark == b",":
            return _extra_comma(text)
        line, chunk = text.line, text.elements() if together else None
        if chunk is not None:
            yield chunk
        else:
            value = text.value()
            if isinstance(value, Fault):
                return Note(line, value, stops=True)
            yield line, value
        mark = text.skip_space()
        if mark not in {b",", b"]"}:
            return _after_element(text, mark)
        if mark == b",":
            text.take()
            mark = text.skip_space()
            if mark == b"]":
                return _extra_comma(text)
    text.take()
    return None


class _Text:
    """A cursor over a document that keeps only the part being read in memory."""

    def __init__(self, chunks: Iterator[bytes], longest: int) -> None:
        self._chunks = chunks
        self._longest = longest
        self._error: StreamError | None = None
        self._held = b""
        self._before = 0  # bytes before `_held`
        self._at = 0
        self._slow = 0  # bytes from the start of the text in which elements are read one at a time
        self.line = 1

    def _more(self, size: int = 1) -> bool:
        """Read at least `size` more bytes, or to the end; return whether any were read."""
        held, read = [self._held[self._at :]], 0
        try:
            if self._error:
                raise self._error
            while read < size and (chunk := next(self._chunks, b"")):
                held.append(chunk)
                read += len(chunk)
        except StreamError as error:
            if not read:
                raise
            self._error = error  # raised after the bytes before it are consumed
        self._before += self._at
        self._held, self._at = b"".join(held), 0
        return read > 0

    def skip_space(self) -> bytes:
        """Skip white space and return the next byte without consuming it; empty at the end."""
        while True:
            rest = self._held[self._at : self._at + 64].lstrip(SPACE)
            skipped = min(64, len(self._held) - self._at) - len(rest)
            self.line += self._held.count(b"\n", self._at, self._at + skipped)
            self._at += skipped
            if rest:
                return rest[:1]
            if self._at == len(self._held) and not self._more():
                return b""

    def take(self) -> None:
        self._at += 1

    def rest_of_line(self) -> bytes:
        """Return the held bytes up to the end of the line, without consuming them."""
        return self._held[self._at :].partition(b"\n")[0].rstrip(b"\r")

    def elements(self) -> ElementChunk | None:
        """Consume complete objects and arrays; return None if elements must be read one at a time."""
        from .elements import elements_of  # imports numpy

        first = self._held[self._at : self._at + 1]
        if self._before + self._at < self._slow or first not in {b"[", b"{"}:
            return None
        if (size := _CHUNK - (len(self._held) - self._at)) > 0:
            self._more(size)
        data = self._held[self._at :]
        found = elements_of(data, longest=self._longest)
        if not found.all_read or not len(found.ends):
            self._slow = self._before + len(self._held)
        if not len(found.ends):
            return None
        chunk = ElementChunk(data[: int(found.ends[-1])], self.line, found)
        self._at += len(chunk.data)
        self.line += chunk.data.count(b"\n")
        return chunk

    def value(self, *, alone: bool = False) -> bytes | Fault:
        """Consume one value and return its bytes, or a fault if it is cut off or too long.

        The value ends at its closing bracket or quotation mark, or before a comma, bracket or white space. If
        `alone`, a number may also end with the data.
        """
        end, depth, complete = self._at, 0, False
        while not complete:
            end, depth, complete = self._scan(end, depth)
            if not complete:
                if len(self._held) - self._at > self._longest:
                    return long_row(self._longest)
                end -= self._at
                if not self._more():
                    if alone and _NUMBER.fullmatch(self._held, self._at):
                        end = len(self._held)
                        break
                    # Check the encoding first: in another encoding, a byte may equal a quotation mark.
                    cut = Fault("truncated", (), "a complete row", self._end(), CUT)
                    return not_utf8(Tail(self._held)) or cut
        data = self._held[self._at : end]
        self._at = end
        self.line += data.count(b"\n")
        return data if len(data) <= self._longest else long_row(self._longest)

    def _end(self) -> str:
        return f"the end of the data after {shown(self._held.decode('utf-8', 'replace')[-_SEEN:].strip())}"

    def _scan(self, at: int, depth: int) -> tuple[int, int, bool]:
        """Scan from a position outside strings; return the new position, the depth, and whether complete."""
        held = self._held
        if depth == 0 and held[at : at + 1] not in {b"{", b"[", b'"'}:
            found = _SCALAR.match(held, at)
            end = found.end() if found else at
            return (end, 0, True) if end < len(held) else (at, 0, False)
        if depth == 0 and held[at : at + 1] == b'"':
            found = _STRING.match(held, at)
            return (found.end(), 0, True) if found else (at, 0, False)
        while True:
            found = _FLAT.match(held, at) if depth else None
            at = found.end() if found else at
            mark = held[at : at + 1]
            if mark in {b"", b'"'}:
                return at, depth, False  # the string continues in the next chunk
            depth += 1 if mark in {b"{", b"["} else -1
            at += 1
            if depth == 0:
                return at, 0, True


def _extra_comma(text: _Text) -> Note:
    fault = Fault("invalid-json", (), "a row before and after each comma", "no row", "remove the extra comma")
    return Note(text.line, fault, stops=True)


def _after_element(text: _Text, mark: bytes) -> Note:
    if not mark:
        fault = Fault("truncated", (), "a comma or the end of the array", "the end of the data", CUT)
        return Note(text.line, fault, stops=True)
    got = shown(mark.decode("latin-1"))
    suggestion = "add a comma between the rows" if mark == b"{" else None
    return Note(
        text.line, Fault("invalid-json", (), "a comma or the end of the array", got, suggestion), stops=True
    )


def _nothing_more(text: _Text, what: str) -> Iterator[Note]:
    mark = text.skip_space()
    if mark:
        fault = stray(text.rest_of_line().decode("utf-8", "replace"))._replace(
            expected=f"nothing after {what}"
        )
        if mark in {b"{", b"["}:
            fault = fault._replace(suggestion="write one array of rows, or each row on its own line")
        yield Note(text.line, fault, stops=True)
