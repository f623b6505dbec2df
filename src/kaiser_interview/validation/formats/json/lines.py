"""Split JSON Lines into rows."""

from collections.abc import Iterator
from typing import NamedTuple

from ...findings.finding import Fault, Note, StreamError
from ..streams import Stream
from ..text import LONGEST, SPACE, Tail, _without_mark, blank_line, long_row

__all__ = ["LineChunk", "json_lines", "line_chunks"]

_CHUNK = 2 << 20
"""Minimum bytes in a chunk of lines."""


class LineChunk(NamedTuple):
    """Complete lines."""

    data: bytes
    last: bool
    """Whether this is the last chunk of the data."""


def json_lines(  # noqa: C901, PLR0912 - one pass, one loop
    stream: Stream, *, longest: int = LONGEST
) -> Iterator[tuple[int, bytes | Fault] | Note]:
    """Yield the number, from 1, and the bytes of each line; only line feeds end lines.

    Blank lines are yielded as notes. A line of more than `longest` bytes is replaced by a fault, and the
    whole line is never in memory.
    """
    number, blank, rest, skipping = 0, 0, b"", False
    note: list[Note] = []
    for chunk in _without_mark(stream.chunks(), note):
        if note:
            yield note.pop()
        *lines, rest = chunk.split(b"\n") if skipping else (rest + chunk).split(b"\n")
        if skipping and lines:
            number, skipping = number + 1, False
            yield number, long_row(longest)
            del lines[0]
        for line in lines:
            number += 1
            if not line:
                blank += 1
                continue
            if blank:
                yield Note(number - blank, blank_line(), lines=blank)
                blank = 0
            if len(line) <= longest and not line.isspace():
                yield number, line
            elif len(line) > longest:
                yield number, long_row(longest)
            elif line.strip(SPACE):
                yield number, line
            else:
                yield Note(number, blank_line())
        if blank:
            yield Note(number + 1 - blank, blank_line(), lines=blank)
            blank = 0
        if skipping or len(rest) > longest:
            rest, skipping = b"", True
    if note:
        yield note.pop()
    if skipping:
        yield number + 1, long_row(longest)
    elif rest.strip(SPACE):
        yield number + 1, Tail(rest)


def line_chunks(stream: Stream) -> Iterator[LineChunk | Note]:  # noqa: C901 - one pass, one loop
    """Yield complete lines, many at once.

    A line that is too long is cut off one byte after the limit, which is enough to report it.
    """
    note: list[Note] = []
    held: list[bytes] = []
    size, in_long = 0, False
    try:
        for chunk in _without_mark(stream.chunks(), note):
            if note:
                yield note.pop()
            rest = chunk
            if in_long:
                feed = chunk.find(b"\n")
                if feed < 0:
                    continue
                rest, in_long = chunk[feed:], False
            held.append(rest)
            size += len(rest)
            if size < _CHUNK and not stream.is_idle():
                continue
            data = b"".join(held)
            stop = data.rfind(b"\n") + 1
            if stop:
                yield LineChunk(data[:stop], last=False)
                data = data[stop:]
            if len(data) > LONGEST:
                data, in_long = data[: LONGEST + 1], True
            held, size = [data], len(data)
    except StreamError:
        data = b"".join(held)
        if stop := data.rfind(b"\n") + 1:
            yield LineChunk(data[:stop], last=False)
        raise
    if note:
        yield note.pop()
    data = b"".join(held)
    if data:
        yield LineChunk(data, last=True)
