"""JSON texts: cut into rows, and each read as RFC 8259 and RFC 7493 say."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import jiter

from .findings import Fault, Path, shown
from .streams import Stream

__all__ = ["LONGEST", "Note", "Tail", "json_document", "json_lines", "long_row", "marked_encoding", "parse"]

LONGEST = 8 << 20
"""Bytes that a row may have."""

DEEPEST = 200
"""Levels that values from Python may have; JSON texts are stopped by their parser at about as many."""

_BOM = b"\xef\xbb\xbf"
_SPACE = b" \t\r\n"
# What can follow each other without the depth changing: anything outside strings, and whole strings.
_FLAT = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_SCALAR = re.compile(rb"[^,\]\s]*+")


class Note(NamedTuple):
    """A finding about no row: about the file, or a line that holds none."""

    line: int | None
    fault: Fault
    stops: bool = False
    """Whether what follows in the file is not read."""


class Tail(bytes):
    """A last line that no line feed ends."""

    __slots__ = ()


def json_lines(stream: Stream) -> Iterator[tuple[int, bytes | Fault] | Note]:
    """Yield each line's number, from 1, and its bytes, cut at line feeds and nowhere else.

    A line that is too long is a fault in place of its bytes; it is never held whole.
    """
    number, rest, skipping = 0, b"", False
    note: list[Note] = []
    for chunk in _without_mark(stream.chunks(), note):
        if note:
            yield note.pop()
        *lines, rest = chunk.split(b"\n") if skipping else (rest + chunk).split(b"\n")
        if skipping and lines:
            number, skipping = number + 1, False
            yield number, long_row()
            del lines[0]
        for line in lines:
            number += 1
            if line.isspace() or not line:
                yield Note(number, Fault("blank-line", (), "a row", "nothing"))
            else:
                yield number, line if len(line) <= LONGEST else long_row()
        if skipping or len(rest) > LONGEST:
            rest, skipping = b"", True
    if note:
        yield note.pop()
    if skipping:
        yield number + 1, long_row()
    elif rest.strip(_SPACE):
        yield number + 1, Tail(rest)


def json_document(stream: Stream) -> Iterator[tuple[int, bytes | Fault] | Note]:
    """Yield the line on which each element of a JSON array begins, and the element's bytes.

    The array is never held whole. A document that is one object is one row.
    """
    notes: list[Note] = []
    text = _Text(_without_mark(stream.chunks(), notes))
    start = text.skip_space()
    yield from notes
    if start != b"[":
        line = text.line
        yield line, text.value()
        yield from _nothing_more(text, "the row")
        return
    text.take()
    if text.skip_space() == b"]":
        text.take()
    else:
        while True:
            line, value = text.line, text.value()
            yield line, value
            if isinstance(value, Fault):
                yield Note(
                    text.line,
                    Fault("unreadable", (), "a file that can be read", "a row without its end"),
                    stops=True,
                )
                return
            mark = text.skip_space()
            if mark not in {b",", b"]"}:
                yield _after_element(text, mark)
                return
            text.take()
            if mark == b"]":
                break
            if text.skip_space() in {b"]", b","}:
                yield Note(text.line, Fault("invalid-json", (), "a row after the comma", "none"), stops=True)
                return
    yield from _nothing_more(text, "the array")


def parse(data: bytes) -> tuple[Any, Fault | None]:
    """Return the value of a JSON text, or why it is none.

    RFC 8259 decides what is JSON; RFC 7493 forbids duplicate keys, surrogates without partner, and numbers
    beyond a double (sections 2.1 to 2.3).
    """
    try:
        return jiter.from_json(data, catch_duplicate_keys=True, allow_inf_nan=False, cache_mode="keys"), None
    except ValueError as error:
        return None, _fault(data, str(error))


def non_finite(value: Any) -> Iterator[tuple[Path, float]]:
    """Yield the path of every number that is NaN or infinite."""
    waiting: list[tuple[Path, Any]] = [((), value)]
    while waiting:
        path, one = waiting.pop()
        if isinstance(one, float) and not math.isfinite(one):
            yield path, one
        elif isinstance(one, dict):
            waiting += [((*path, key), inner) for key, inner in reversed(one.items())]
        elif isinstance(one, list | tuple):
            waiting += [((*path, key), one[key]) for key in range(len(one) - 1, -1, -1)]


def marked_encoding(head: bytes) -> Fault | None:
    """Return the fault of a file that begins as UTF-16 or UTF-32 does."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head[1:2] == b"\0" or head[:1] == b"\0":
        name = "UTF-32" if head.startswith((b"\xff\xfe\0\0", b"\0\0")) else "UTF-16"
        if head.strip(b"\0"):
            return Fault("not-utf8", (), "UTF-8", name, f"iconv -f {name} -t UTF-8")
    return None


def not_utf8(data: bytes) -> Fault | None:
    """Return the fault of bytes that are not UTF-8, naming GB18030 where they are that."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        got = f"byte 0x{data[error.start]:02x} at {error.start} of the row"
        try:
            data.decode("gb18030")
        except UnicodeDecodeError:
            return Fault("not-utf8", (), "UTF-8", got)
        return Fault("not-utf8", (), "UTF-8", f"{got}; it is GB18030", "iconv -f GB18030 -t UTF-8")
    return None


def long_row() -> Fault:
    """Return the fault of a row that is too long."""
    return Fault("line-too-long", (), f"at most {LONGEST >> 20} MiB", "more")


def _without_mark(chunks: Iterator[bytes], notes: list[Note]) -> Iterator[bytes]:
    first = next(chunks, b"")
    if first.startswith(_BOM):
        notes.append(Note(1, Fault("byte-order-mark", (), "UTF-8 without a byte order mark", "U+FEFF")))
        first = first[len(_BOM) :]
    if first:
        yield first
    yield from chunks


def _fault(data: bytes, said: str) -> Fault:  # noqa: PLR0911 - one return a sort of error
    fault = not_utf8(data)
    if fault:
        return fault
    text = data.decode("utf-8")
    where = _where(said)
    said = re.sub(r" at line \d+ column \d+$", "", said)
    if "recursion limit" in said:
        return Fault("too-deep", (), f"at most some {DEEPEST} levels", "more")
    if said.startswith("Detected duplicate key"):
        path = _duplicate(text)
        return Fault(
            "duplicate-key", path, "each key once", f"{shown(path[-1])} twice" if path else "one twice"
        )
    if said.startswith("EOF") and isinstance(data, Tail):
        return Fault("truncated", (), "a whole row", f"the data's end after {shown(text[-24:])}")
    if "out of range" in said:
        return Fault("not-finite", (), "a number that a double can hold", f"a larger one at {where}")
    path_and_value = _not_a_number(data)
    if path_and_value:
        path, value = path_and_value
        return Fault("not-finite", path, "a finite number", number_name(value))
    if "surrogate" in said or "hex escape" in said:
        return Fault("invalid-json", (), "surrogates in pairs", f"one alone at {where}")
    return Fault("invalid-json", (), "a JSON text", lambda: _got(data, said, where))


def _got(data: bytes, said: str, where: str) -> str:
    for mark, name in ((b"\0", "U+0000"), (b"\r{", "lines that end in a carriage return alone")):
        if mark in data:
            return f"{name}: {said} at {where}"
    return f"{said} at {where}"


def _where(said: str) -> str:
    found = re.search(r"column (\d+)$", said)
    return f"byte {found[1]}" if found else "some byte"


def number_name(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _not_a_number(data: bytes) -> tuple[Path, float] | None:
    try:
        value = jiter.from_json(data, catch_duplicate_keys=True, allow_inf_nan=True)
    except ValueError:
        return None
    return next(non_finite(value), None)


class _Pairs(dict[str, Any]):
    """An object that remembers which key it had twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        seen: set[str] = set()
        self.twice = next((key for key, _ in pairs if key in seen or seen.add(key)), None)  # type: ignore[func-returns-value]


def _duplicate(text: str) -> Path:
    """Return the path of the first key that stands twice."""
    try:
        waiting: list[tuple[Path, Any]] = [((), json.loads(text, object_pairs_hook=_Pairs))]
    except (ValueError, RecursionError):
        return ()  # something else is wrong further on
    while waiting:
        path, one = waiting.pop(0)
        if isinstance(one, _Pairs):
            if one.twice is not None:
                return (*path, one.twice)
            waiting += [((*path, key), inner) for key, inner in one.items()]
        elif isinstance(one, list):
            waiting += [((*path, key), inner) for key, inner in enumerate(one)]
    return ()


class _Text:
    """A document of which only what is being read is held."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._held = b""
        self._at = 0
        self.line = 1

    def _more(self) -> bool:
        chunk = next(self._chunks, b"")
        self._held = self._held[self._at :] + chunk
        self._at = 0
        return bool(chunk)

    def skip_space(self) -> bytes:
        """Return the next byte that is not white space, without taking it; nothing at the end."""
        while True:
            rest = self._held[self._at : self._at + 64].lstrip(_SPACE)
            skipped = min(64, len(self._held) - self._at) - len(rest)
            self.line += self._held.count(b"\n", self._at, self._at + skipped)
            self._at += skipped
            if rest:
                return rest[:1]
            if self._at == len(self._held) and not self._more():
                return b""

    def take(self) -> None:
        self._at += 1

    def value(self) -> bytes | Fault:
        """Take one value and return its bytes: to the bracket that closes it, or to a comma or space."""
        end, depth, whole = self._at, 0, False
        while not whole:
            end, depth, whole = self._scan(end, depth)
            if not whole:
                if len(self._held) - self._at > LONGEST:
                    return long_row()
                end -= self._at
                if not self._more():
                    return Fault("truncated", (), "a whole row", "the data's end")
        data = self._held[self._at : end]
        self._at = end
        self.line += data.count(b"\n")
        return data if len(data) <= LONGEST else long_row()

    def _scan(self, at: int, depth: int) -> tuple[int, int, bool]:
        """Go on from a place in no string; return where it stopped, how deep, and whether at the end."""
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
                return at, depth, False  # a string that goes on in the next chunk
            depth += 1 if mark in {b"{", b"["} else -1
            at += 1
            if depth == 0:
                return at, 0, True


def _after_element(text: _Text, mark: bytes) -> Note:
    if not mark:
        return Note(
            text.line, Fault("truncated", (), "a comma or the array's end", "the data's end"), stops=True
        )
    got = shown(mark.decode("latin-1"))
    return Note(text.line, Fault("invalid-json", (), "a comma or the array's end", got), stops=True)


def _nothing_more(text: _Text, what: str) -> Iterator[Note]:
    mark = text.skip_space()
    if mark:
        got = shown(mark.decode("latin-1"))
        yield Note(text.line, Fault("invalid-json", (), f"nothing after {what}", got), stops=True)
