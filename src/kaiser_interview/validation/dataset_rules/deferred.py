"""Find duplicate ids and keys after all rows are read, if they do not fit in memory."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from .first_places import FirstPlaces, Records, Value

__all__ = ["DeferredRow", "DeferredRows"]

_SHIFT = 15  # 2**15 rows are sorted at a time

_SIZE = 1000  # approximate bytes per row


class DeferredRow(NamedTuple):
    """The data that a finding about a duplicate id or key needs."""

    place: int
    number: int
    """Its index in its source, from 0."""
    line: int | None
    invalid: bool
    """Whether it already has an error."""
    row_id: str | None
    """Its id, possibly truncated."""
    words: str
    """The description of its key in a finding."""


class DeferredRows:
    """Find rows whose id or key an earlier row has, reading the data once.

    Parameters
    ----------
    ids, keys : FirstPlaces
        The ids and keys of earlier rows. This object uses and closes both.
    memory : int
        Approximate limit in bytes for the rows that are found; `ids` and `keys` have separate limits. At the
        end, the rows are sorted, 32,768 at a time.
    """

    def __init__(self, ids: FirstPlaces, keys: FirstPlaces, memory: int) -> None:
        self._ids, self._keys = ids, keys
        self._found = Records(memory // 4, "duplicates")
        self._count = 0

    def add(self, row_id: str | None, key: Value | None, row: DeferredRow) -> None:
        """Add a row, with its untruncated id and key, if it has them.

        Raises
        ------
        KaiserInterviewError
            Rows could not be stored, for example because the disk is full.
        """
        for is_key, (places, value) in enumerate(((self._ids, row_id), (self._keys, key))):
            if value is not None:
                kept = (row.place, self._count, is_key, *row)
                first = places.first(value, kept)
                if first is not None:
                    self._put(first, kept)
        self._count += 1

    def found(self) -> Iterator[tuple[DeferredRow, bool, int]]:
        """Yield each row whose id or key is a duplicate, in order, with the place of its first occurrence.

        The second item is true for a key, false for an id. A row with both is yielded twice, its id first.

        Raises
        ------
        KaiserInterviewError
            Rows could not be stored or read.
        """
        for places in (self._ids, self._keys):
            for first, kept in places.later():
                self._put(first, kept)
        for number in range((self._count >> _SHIFT) + 1):
            for _, is_key, first, *row in sorted(self._found.take(f"{number:x}")):
                yield DeferredRow(*row), bool(is_key), first

    def close(self) -> None:
        """Drop all rows, and remove the temporary folders."""
        for one in (self._ids, self._keys, self._found):
            one.close()

    def _put(self, first: int, kept: tuple[Any, ...]) -> None:
        _, count, is_key, *row = kept
        self._found.put(f"{count >> _SHIFT:x}", (count, is_key, first, *row), _SIZE)
