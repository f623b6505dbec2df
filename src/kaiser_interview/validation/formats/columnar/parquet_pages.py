"""Headers of the pages of a Parquet file: whether they hold as many values as its footer says.

No checksum covers a header. A reader that takes a file's row groups one by one stops at the footer's number
of rows; one that takes them together goes on with what is left of a page, and so moves all rows that follow.
"""

import os
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from ...findings.finding import Fault

__all__ = ["fault_of_pages"]

_FEW, _MOST = 1 << 9, 1 << 24

_DATA, _DATA_2 = 0, 3

# Thrift's compact protocol: types of fields.
_FALSE, _BYTE, _I64, _DOUBLE, _BINARY, _SET, _STRUCT = 2, 3, 6, 7, 8, 10, 12

_LONG_LIST, _DEEPEST = 15, 20


class _Page(NamedTuple):
    size: int
    """Bytes, its header not counted."""
    values: int
    """0 if it holds a dictionary."""
    rows: int | None
    """None where the header does not say it."""


def fault_of_pages(path: str, schema: Any, group: Any) -> Fault | None:
    """Return what the pages of a row group have against the footer, if anything."""
    with open(os.fsencode(path), "rb") as file:  # noqa: PTH123 - the path as it was given
        for number in range(group.num_columns):
            chunk, name = group.column(number), schema.column(number).path
            try:
                pages = [*_pages(file, chunk)]
            except (IndexError, ValueError):
                return Fault(
                    "unreadable", (name,), "a file that can be read", "damaged data: a page's header"
                )
            values = sum(page.values for page in pages)
            if values != chunk.num_values:
                expected = f"{chunk.num_values:,} values, as the footer says"
                return Fault("unreadable", (name,), expected, f"{values:,} in its pages")
            counts = [page.rows for page in pages if page.rows is not None]
            if len(counts) == len(pages) and (rows := sum(counts)) != group.num_rows:
                expected = f"{group.num_rows:,} rows, as the footer says"
                return Fault("unreadable", (name,), expected, f"{rows:,} in its pages")
    return None


def _pages(file: BinaryIO, chunk: Any) -> Iterator[_Page]:
    """Yield the pages of a column, as readers take them: until there are enough values."""
    at, values = chunk.data_page_offset, 0
    if chunk.has_dictionary_page and 0 < chunk.dictionary_page_offset < at:
        at = chunk.dictionary_page_offset
    while values < chunk.num_values:
        page, length = _page(file, at)
        values += page.values
        at += length + page.size
        yield page


def _page(file: BinaryIO, at: int) -> tuple[_Page, int]:
    """Return the page whose header begins at a place, and the header's length."""
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
    """What Thrift's compact protocol says, as far as it is needed."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def page(self) -> _Page:
        """Return the page that a header is of."""
        kind, size, values, rows = -1, -1, 0, None
        for field, sort in self._fields():
            if field == 1:
                kind = self._integer()
            elif field == 3:  # noqa: PLR2004 - compressed_page_size
                size = self._integer()
            elif field in {5, 8} and sort == _STRUCT:  # data pages of both versions
                for inner, of in self._fields():
                    if inner == 1:
                        values = self._integer()
                    elif inner == 3 and field == 8:  # noqa: PLR2004 - num_rows
                        rows = self._integer()
                    else:
                        self._skip(of)
            else:
                self._skip(sort)
        if size < 0 or values < 0:
            raise ValueError("a page of no size")
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

    def _skip(self, sort: int, depth: int = 0, *, element: bool = False) -> None:  # noqa: C901 - a type each
        if depth > _DEEPEST:
            raise ValueError("a header of too many levels")
        if sort <= _FALSE:
            self.at += element
        elif sort == _BYTE:
            self.at += 1
        elif sort <= _I64:
            self._number()
        elif sort == _DOUBLE:
            self.at += 8
        elif sort == _BINARY:
            length = self._number()
            self.at += length
        elif sort <= _SET:
            head = self._byte()
            count = head >> 4 if head >> 4 < _LONG_LIST else self._number()
            for _ in range(min(count, _MOST)):
                self._skip(head & 15, depth + 1, element=True)
        elif sort == _STRUCT:
            for _, inner in self._fields():
                self._skip(inner, depth + 1)
        else:
            raise ValueError("a header that holds what none holds")
