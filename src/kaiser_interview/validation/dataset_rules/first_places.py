"""Find the first place of each of many ids or keys, in bounded memory, reading the data once."""

import marshal
import sys
from collections.abc import Iterator
from itertools import islice
from sys import getsizeof
from typing import Any

from .spool import Spool

__all__ = ["FirstPlaces", "Records", "Value"]

Value = str | tuple[Any, ...]
"""An id, or the values of a key: text, null, or tuples of these."""

_ENTRY = 100  # approximate overhead of a dictionary entry, in bytes

_RECORD = 400  # approximate overhead of a record, in bytes

_LENGTH = 8  # bytes of the number before a block of records

_BYTES = [f"{byte:02x}" for byte in range(256)]


class Records:
    """Append records to files by name, and take them back in order.

    Records are tuples of text, numbers, booleans, null and tuples of these. They stay in memory up to the
    limit.

    Parameters
    ----------
    memory : int
        Approximate limit in bytes.
    purpose : str
        What the records are about, for messages.
    """

    def __init__(self, memory: int, purpose: str) -> None:
        self._memory = memory
        self._purpose = purpose
        self._held: dict[str, list[tuple[Any, ...]]] = {}
        self._size = 0
        self._spool: Spool | None = None

    def put(self, name: str, record: tuple[Any, ...], size: int) -> None:
        """Append a record to a file; it takes about `size` bytes of memory.

        Raises
        ------
        KaiserInterviewError
            Records could not be stored, for example because the disk is full.
        """
        self._held.setdefault(name, []).append(record)
        self._size += size
        if self._size > self._memory:
            self._write()

    def take(self, name: str) -> Iterator[tuple[Any, ...]]:
        """Yield the records of a file, if it exists, and remove it. Other files may be written meanwhile.

        Raises
        ------
        KaiserInterviewError
            Records could not be read.
        """
        if self._spool is not None and name in self._spool.sizes:
            with self._spool.reading(name) as file:
                while length := file.read(_LENGTH):
                    # The file is from this process, in a folder that only its user can read and write.
                    yield from marshal.loads(file.read(int.from_bytes(length)))  # noqa: S302
            self._spool.remove(name)
        yield from self._held.pop(name, ())

    def close(self) -> None:
        """Drop all records, and remove the temporary folder."""
        self._held.clear()
        if self._spool is not None:
            self._spool.close()

    def _write(self) -> None:
        self._spool = self._spool or Spool(self._purpose)
        for name, records in self._held.items():
            block = marshal.dumps(records)
            self._spool.append(name, len(block).to_bytes(_LENGTH) + block)
        self._held.clear()
        self._size = 0


class FirstPlaces:
    """Find the first place of each of many values.

    Add values and places to `held` until `is_full` returns true; then call `first`. It looks up values in
    `held`. Rows with other values go to 256 files, by the leading byte of the value's hash. `later` compares
    the rows of each file in the same way.

    Parameters
    ----------
    memory : int
        Approximate limit in bytes.
    purpose : str
        What the values are, for messages.
    files : Records, optional
        The files to use.
    prefix : str
        The leading bytes of the hashes of all values.

    Attributes
    ----------
    held : dict
        Values, and the first place of each.
    """

    def __init__(self, memory: int, purpose: str, files: Records | None = None, prefix: str = "") -> None:
        self.held: dict[Value, int] = {}
        self._memory = memory
        self._purpose = purpose
        self._files = files or Records(memory // 4, purpose)
        self._prefix = prefix
        # The number of bits in a hash after the byte that follows `prefix`.
        self._shift = max(sys.hash_info.width - 4 * len(prefix) - 8, 0)
        self._measured = 0
        self._size = 0
        self._has_kept = False

    def is_full(self) -> bool:
        """Return whether the values in `held` exceed their share of the memory limit."""
        added = len(self.held) - self._measured
        if added:
            self._size += sum(map(_size, islice(reversed(self.held), added))) + added * _ENTRY
            self._measured += added
        return self._size > self._memory // 4 * 3

    def first(self, value: Value, row: tuple[Any, ...]) -> int | None:
        """Return the first place of a value, if known; otherwise record its place, or keep it for `later`.

        Parameters
        ----------
        value : Value
            The value.
        row : tuple
            The row: its place, and any further data that `later` should return, as in `Records`.

        Raises
        ------
        KaiserInterviewError
            Rows could not be stored, for example because the disk is full.
        """
        first = self.held.get(value)
        if first is None and self.is_full():
            # Python seeds its hash of text randomly for each process, so values cannot be chosen to go to one
            # file. If the seed is fixed, a file is still compared in parts that fit in memory.
            name = self._prefix + _BYTES[hash(value) >> self._shift & 255]
            self._files.put(name, (value, row), _size(value) + _RECORD)
            self._has_kept = True
        elif first is None:
            self.held[value] = row[0]
        return first

    def later(self) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """Yield each kept row whose value occurs earlier, with the first place of that value.

        The order is not defined. Values in `held` are dropped.

        Raises
        ------
        KaiserInterviewError
            Rows could not be stored or read.
        """
        self.held.clear()
        for byte in _BYTES if self._has_kept else ():
            inner = FirstPlaces(self._memory, self._purpose, self._files, self._prefix + byte)
            for value, row in self._files.take(self._prefix + byte):
                first = inner.first(value, row)
                if first is not None:
                    yield first, row
            yield from inner.later()

    def close(self) -> None:
        """Drop all values, and remove the temporary folder."""
        self.held.clear()
        self._files.close()


def _size(value: Value) -> int:
    """Return the approximate memory of a value in bytes."""
    return getsizeof(value) + (sum(map(_size, value)) if type(value) is tuple else 0)
