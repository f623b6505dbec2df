"""Limits, byte order marks and encoding errors that all text formats share."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..findings.finding import Fault, Note
from ..hints.json_syntax import CUT
from .encodings import ON

__all__ = [
    "BOM",
    "LONGEST",
    "SPACE",
    "RowTexts",
    "Tail",
    "blank_line",
    "long_row",
    "marked_encoding",
    "not_utf8",
]

LONGEST = 8 << 20
"""Maximum size of a row in bytes."""

SPACE = b" \t\r\n"
"""White space as RFC 8259 defines it."""


def blank_line() -> Fault:
    """Return the fault of an empty line."""
    return Fault("blank-line", (), "a row", "a blank line", "it is skipped")


def long_row(longest: int = LONGEST) -> Fault:
    """Return the fault of a row longer than `longest` bytes."""
    size = f"{longest} bytes" if longest % (1 << 20) else f"{longest >> 20} MiB"
    return Fault("line-too-long", (), f"at most {size}", "more")


def _without_mark(chunks: Iterator[bytes], notes: list[Note]) -> Iterator[bytes]:
    first = next(chunks, b"")
    if first.startswith(BOM):
        expected, suggestion = (
            "UTF-8 without a byte order mark",
            'in Python, use encoding="utf-8", not "utf-8-sig"',
        )
        notes.append(Note(1, Fault("byte-order-mark", (), expected, "U+FEFF", suggestion)))
        first = first[len(BOM) :]
    if first:
        yield first
    yield from chunks


BOM = b"\xef\xbb\xbf"
"""The UTF-8 byte order mark."""


class RowTexts(NamedTuple):
    """The rows of a text: lines, array elements or CSV records, without blank ones."""

    data: bytes
    starts: Any
    """Byte offset of the start of each row in the data, as an array of integers."""
    ends: Any
    """Byte offset of the end of each row, without its line feed or comma."""

    def rows(self) -> list[bytes]:
        """Return the bytes of each row."""
        spans = zip(self.starts.tolist(), self.ends.tolist(), strict=True)
        return [self.data[start:end] for start, end in spans]


class Tail(bytes):
    """The last line of the data, if it does not end in a line feed."""

    __slots__ = ()


def marked_encoding(head: bytes) -> Fault | None:
    """Return the fault of a file that looks like UTF-16 or UTF-32, based on its first bytes."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head[1:2] == b"\0" or head[:1] == b"\0":
        wide = head.startswith((b"\xff\xfe\0\0", b"\0\0")) or head[1:4] == b"\0\0\0"
        name = "UTF-32" if wide else "UTF-16"
        if head.strip(b"\0"):
            # Without a mark, implementations of iconv assume different byte orders.
            marked = head.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff"))
            order = "" if marked else "BE" if head[:1] == b"\0" else "LE"
            return Fault("not-utf8", (), "UTF-8", name, f"iconv -f {name}{order} -t UTF-8 … {ON}")
    return None


def not_utf8(data: bytes) -> Fault | None:
    """Return the fault of bytes that are not UTF-8.

    One row is too short to guess another encoding; `encoding_hint` uses the start of the file.
    """
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        if isinstance(data, Tail) and error.reason == "unexpected end of data":
            return Fault("truncated", (), "a complete row", "the end of the data within a character", CUT)
        got = f"0x{data[error.start]:02x} at byte {error.start} of the row"
        return Fault("not-utf8", (), "UTF-8", got)
    return None
