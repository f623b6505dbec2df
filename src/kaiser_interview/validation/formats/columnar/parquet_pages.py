"""Check that the page headers and the footer of a Parquet file declare the same number of values.

No checksum covers a page header. If a page has too many values, a reader of single row groups stops at the
number of rows in the footer. A reader of several row groups continues with the rest of the page, which shifts
all later rows.
"""

import os
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from ...findings.finding import Fault

__all__ = ["fault_of_pages"]

_FEW, _MOST = 1 << 9, 1 << 24

_DATA, _DATA_2 = 0, 3

# Field types of Thrift's compact protocol.
_FALSE, _BYTE, _I64, _DOUBLE, _BINARY, _SET, _STRUCT = 2, 3, 6, 7, 8, 10, 12

_LONG_LIST, _DEEPEST = 15, 20


class _Page(NamedTuple):
    size: int
    """Size in bytes, without the header."""
    values: int
    """Number of values; 0 for a page that is not a data page, such as a dictionary."""
    rows: int | None
    """Number of rows; None if the header does not contain it."""


def fault_of_pages(path: str, schema: Any, group: Any) -> Fault | None:
    """Return a fault if the pages of a row group and the footer disagree on the number of values or rows."""
    with open(os.fsencode(path), "rb") as file:  # noqa: PTH123 - keep the given path
        for number in range(group.num_columns):
            chunk, name = group.column(number), schema.column(number).path
            try:
                pages = [*_pages(file, chunk)]
            except (IndexError, ValueError):
                return Fault(
                    "unreadable", (name,), "a file that can be read", "damaged data: an invalid page header"
                )
            values = sum(page.values for page in pages)
            if values != chunk.num_values:
                expected = f"{chunk.num_values:,} values, as declared in the footer"
                return Fault("unreadable", (name,), expected, f"{values:,} in its pages")
            counts = [page.rows for page in pages if page.rows is not None]
            if len(counts) == len(pages) and (rows := sum(counts)) != group.num_rows:
                expected = f"{group.num_rows:,} rows, as declared in the footer"
                return Fault("unreadable", (name,), expected, f"{rows:,} in its pages")
    return None


def _pages(file: BinaryIO, chunk: Any) -> Iterator[_Page]:
    """Yield the pages of a column chunk until they have its number of values, as readers do."""
    at, values = chunk.data_page_offset, 0
    if chunk.has_dictionary_page and 0 < chunk.dictionary_page_offset < at:
        at = chunk.dictionary_page_offset
    while values < chunk.num_values:
        page, length = _page(file, at)
        values += page.values
        at += length + page.size
        yield page


def _page(file: BinaryIO, at: int) -> tuple[_Page, int]:
    """Return the page whose header begins at an offset, and the length of the header."""
    size = _FEW
    while True:
        file.seek(at)
        data = file.read(size)
        try:
            header = _Header(data)
            return header.page(), header.at
        except IndexError:
            if len(data) < size or size >= _MOST:
                raise
            size *= 8


class _Header:
    """A parser for Thrift's compact protocol that reads only the fields of a page header."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def page(self) -> _Page:
        """Parse the header and return its page."""
        kind, size, values, rows = -1, -1, 0, None
        for field, type_ in self._fields():
            if field == 1:
                kind = self._integer()
            elif field == 3:  # noqa: PLR2004 - compressed_page_size
                size = self._integer()
            elif field in {5, 8} and type_ == _STRUCT:  # data pages of both versions
                for inner, inner_type in self._fields():
                    if inner == 1:
                        values = self._integer()
                    elif inner == 3 and field == 8:  # noqa: PLR2004 - num_rows
                        rows = self._integer()
                    else:
                        self._skip(inner_type)
            else:
                self._skip(type_)
        if size < 0 or values < 0:
            raise ValueError("a page without a size")
        if kind in {_DATA, _DATA_2}:
            return _Page(size, values, rows)
        return _Page(size, 0, 0)

    def _fields(self) -> Iterator[tuple[int, int]]:
        field = 0
        while head := self._byte():
            delta = head >> 4
            field = field + delta if delta else self._integer()
            yield field, head & 15

    def _byte(self) -> int:
        self.at += 1
        return self._data[self.at - 1]

    def _number(self) -> int:
        value = shift = 0
        while (byte := self._byte()) >= 1 << 7:
            value |= (byte & 127) << shift
            shift += 7
        return value | byte << shift

    def _integer(self) -> int:
        number = self._number()
        return (number >> 1) ^ -(number & 1)

    def _skip(self, type_: int, depth: int = 0, *, element: bool = False) -> None:  # noqa: C901 - a type each
        if depth > _DEEPEST:
            raise ValueError("a header with too many nesting levels")
        if type_ <= _FALSE:
            self.at += element
        elif type_ == _BYTE:
            self.at += 1
        elif type_ <= _I64:
            self._number()
        elif type_ == _DOUBLE:
            self.at += 8
        elif type_ == _BINARY:
            length = self._number()
            self.at += length
        elif type_ <= _SET:
            head = self._byte()
            count = head >> 4 if head >> 4 < _LONG_LIST else self._number()
            for _ in range(min(count, _MOST)):
                self._skip(head & 15, depth + 1, element=True)
        elif type_ == _STRUCT:
            for _, inner in self._fields():
                self._skip(inner, depth + 1)
        else:
            raise ValueError("a header with an unknown field type")
