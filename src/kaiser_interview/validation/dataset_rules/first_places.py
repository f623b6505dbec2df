"""Find the first place of each id or key among very many, in bounded memory, reading the data once."""

import marshal
import sys
from collections.abc import Iterator
from itertools import islice
from sys import getsizeof
from typing import Any

from .spool import Spool

__all__ = ["FirstPlaces", "Records", "Value"]

Value = str | tuple[Any, ...]
"""An id, or the values of a key: texts, null, and tuples of these."""

_ENTRY = 100  # bytes that a value takes in a dictionary beside its own, about

_RECORD = 400  # bytes that a record takes beside its value, about

_LENGTH = 8  # bytes of the number before a block of records

_BYTES = [f"{byte:02x}" for byte in range(256)]


class Records:
    """Append records to files by name, and take them back in order.

    Records are tuples of texts, numbers, booleans, null and tuples of these. They stay in memory as long as
    there is room.

    Parameters
    ----------
    memory : int
        Limit in bytes, about.
    purpose : str
        What the records are of, for messages.
    """

    def __init__(self, memory: int, purpose: str) -> None:
        self._memory = memory
        self._purpose = purpose
        self._held: dict[str, list[tuple[Any, ...]]] = {}
        self._size = 0
        self._spool: Spool | None = None

    def put(self, name: str, record: tuple[Any, ...], size: int) -> None:
        """Append a record, which takes about `size` bytes of memory, to a file.

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
        """Yield the records of a file, if there is one, and remove it. Others may be written meanwhile.

        Raises
        ------
        KaiserInterviewError
            Records could not be read.
        """
        if self._spool is not None and name in self._spool.sizes:
            with self._spool.reading(name) as file:
                while length := file.read(_LENGTH):
                    # From a file of this process, in a folder that only its user can read and write.
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

    The caller adds values and places to `held` until `is_full`, and calls `first` from then on. It knows the
    values that are held. Rows with other values go to 256 files by the leading byte of the value's hash, and
    `later` compares the rows of each file in the same way.

    Parameters
    ----------
    memory : int
        Limit in bytes, about.
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
        # How many bits of a hash follow the byte after `prefix`.
        self._shift = max(sys.hash_info.width - 4 * len(prefix) - 8, 0)
        self._measured = 0
        self._size = 0
        self._has_kept = False

    def is_full(self) -> bool:
        """Return whether the values that are held take more memory than they may."""
        added = len(self.held) - self._measured
        if added:
            self._size += sum(map(_size, islice(reversed(self.held), added))) + added * _ENTRY
            self._measured += added
        return self._size > self._memory // 4 * 3

    def first(self, value: Value, row: tuple[Any, ...]) -> int | None:
        """Return the first place of a value that is held; keep another for later.

        Parameters
        ----------
        value : Value
            The value.
        row : tuple
            The row that has it: its place, and what else `later` should return, as in `Records`.

        Raises
        ------
        KaiserInterviewError
            Rows could not be stored, for example because the disk is full.
        """
        first = self.held.get(value)
        if first is None and self.is_full():
            # Python's hash of text has a random seed for each process, so values cannot be chosen that all go
            # to one file. Where that was turned off, a file is still compared in parts that fit in memory.
            name = self._prefix + _BYTES[hash(value) >> self._shift & 255]
            self._files.put(name, (value, row), _size(value) + _RECORD)
            self._has_kept = True
        elif first is None:
            self.held[value] = row[0]
        return first

    def later(self) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """Yield the first place of the value, and the row, of each row that was kept and is not the first.

        They come in no order. Values that were held are dropped.

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
    """Return the bytes of memory that a value takes, about."""
    return getsizeof(value) + (sum(map(_size, value)) if type(value) is tuple else 0)
