"""Find duplicates among many hashes, in bounded memory."""

from collections.abc import Iterable, Iterator
from typing import Self

import numpy as np

from ..arrow.hashing import Hashes
from .spool import Spool

__all__ = ["DuplicateHashes"]

_CHUNK = 1 << 16  # hashes compared at a time

_START = 1 << 16  # initial capacity, in hashes

_DIGITS = 16  # of a hash in hexadecimal

_EDGES = np.arange(1, 256, dtype=np.uint64)  # the first leading byte of each file but the first


class DuplicateHashes:
    """Find which of many hashes were added more than once.

    Hashes that do not fit in memory go to 256 files in a temporary folder, by their leading byte. A file that
    does not fit in memory is divided again, by the next byte. `close`, the end of a ``with`` block, garbage
    collection or the exit of the interpreter removes the files. After a failed call, every later call raises
    an error, because hashes might be missing.

    Parameters
    ----------
    memory : int, default 512 MiB
        Limit in bytes. It excludes the result of `found`, and up to 4 MiB for intermediate results.
    purpose : str, default "ids"
        What is hashed, for messages.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from kaiser_interview.validation.arrow.hashing import hashes
    >>> with DuplicateHashes() as repeats:
    ...     repeats.add(hashes(pa.array(["d01-c01", "d01-c02"])))
    ...     repeats.add(hashes(pa.array(["d01-c02", "d01-c03"])))
    ...     repeats.found() == hashes(pa.array(["d01-c02"]))
    array([ True])
    """

    def __init__(self, memory: int = 512 << 20, purpose: str = "ids") -> None:
        self._purpose = purpose
        self._most = max(memory // 8, 2)
        # Read a third of the limit at a time: while a file is divided, two of its parts and one part of the
        # previous file are in memory.
        self._most_read = max(self._most // 3, 2)
        self._held = np.empty(0, np.uint64)
        self._count = 0
        self._spool: Spool | None = None
        self._usable = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, hashes: Hashes) -> None:
        """Add hashes.

        Raises
        ------
        KaiserInterviewError
            The hashes could not be stored, for example because the disk is full.
        RuntimeError
            The object is closed, or an earlier call failed.
        """
        self._begin()
        while len(hashes):
            if self._count == self._most:
                self._sort()
                if self._count > self._most // 2:
                    self._spill()
            elif self._count == len(self._held):
                size = self._most
                while size // 2 >= max(2 * self._count, _START):
                    size //= 2
                # Only the filled part, at most half, takes memory yet, so both arrays fit in the limit.
                larger = np.empty(size, np.uint64)
                larger[: self._count] = self._held
                self._held = larger
            part = hashes[: len(self._held) - self._count]
            self._held[self._count : self._count + len(part)] = part
            self._count += len(part)
            hashes = hashes[len(part) :]
        self._usable = True

    def found(self) -> Hashes:
        """Return the hashes that were added more than once, sorted. More can be added afterwards.

        Raises
        ------
        KaiserInterviewError
            The hashes could not be stored or read, for example because the disk is full.
        RuntimeError
            The object is closed, or an earlier call failed.
        """
        self._begin()
        self._sort()
        if self._spool is None:
            found = _concatenated(_repeated(self._held[: self._count]))
        else:
            self._spill()
            self._held = np.empty(0, np.uint64)  # frees memory for reading
            stored = self._stored(self._spool)
            found = _concatenated(part for ordered in stored for part in _repeated(ordered))
        self._usable = True
        return found

    def close(self) -> None:
        """Drop all hashes, and remove the temporary folder."""
        self._usable = False
        self._held = np.empty(0, np.uint64)
        if self._spool is not None:
            self._spool.close()

    def _begin(self) -> None:
        # If the call that begins here fails, hashes may be missing, so duplicates would be missed.
        if not self._usable:
            raise RuntimeError(
                f"{self._purpose}: expected no failed call before, got a failed call or a closed object"
            )
        self._usable = False

    def _sort(self) -> None:
        held = self._held[: self._count]
        held.sort()  # in place, so it needs no more memory
        self._count = _keep_two(held)

    def _spill(self) -> None:
        if self._spool is None:
            self._spool = Spool(self._purpose)
        _append(self._spool, self._held[: self._count])
        self._count = 0

    def _stored(self, spool: Spool, prefix: str = "") -> Iterator[Hashes]:
        """Yield the hashes of all files that start with `prefix`: sorted, at most two of each.

        Each file is named by the leading bytes of its hashes.
        """
        for name in [f"{prefix}{byte:02x}" for byte in range(256)]:
            if spool.sizes.get(name, 0) > 8 * self._most_read and len(name) < _DIGITS:
                self._divide(spool, name)
                yield from self._stored(spool, name)
            elif name in spool.sizes:
                # A file that is too large and cannot be divided has equal hashes: the first ones are enough.
                yield next(self._read(spool, name))
            if prefix and name in spool.sizes:
                spool.remove(name)  # files without a prefix are read again if more hashes are added

    def _divide(self, spool: Spool, name: str) -> None:
        for ordered in self._read(spool, name):
            _append(spool, ordered, name)

    def _read(self, spool: Spool, name: str) -> Iterator[Hashes]:
        """Yield the hashes of a file, as many at a time as memory allows; sorted, at most two of each."""
        left = spool.sizes[name] // 8
        with spool.reading(name) as file:
            while left:
                ordered = np.empty(min(left, self._most_read), np.uint64)
                file.readinto(ordered.view(np.uint8).data)
                left -= len(ordered)
                ordered.sort()
                yield ordered[: _keep_two(ordered)]


def _append(spool: Spool, ordered: Hashes, prefix: str = "") -> None:
    """Append sorted hashes, which all start with `prefix`, to files by the byte that follows it."""
    start = int(prefix.ljust(_DIGITS, "0"), 16)
    edges = np.uint64(start) + (_EDGES << np.uint64(56 - 4 * len(prefix)))
    at = 0
    for byte, stop in enumerate([*np.searchsorted(ordered, edges).tolist(), len(ordered)]):
        if stop > at:
            spool.append(f"{prefix}{byte:02x}", ordered[at:stop].view(np.uint8).data)
        at = stop


def _keep_two(ordered: Hashes) -> int:
    """Move at most two of each of the sorted hashes to the front, and return their number."""
    kept = len(ordered[:2])
    last = ordered[:2].copy()
    for start in range(2, len(ordered), _CHUNK):
        part = ordered[start : start + _CHUNK]
        joined = np.concatenate([last, part])
        part = part[part != joined[:-2]]
        ordered[kept : kept + len(part)] = part
        kept += len(part)
        last = joined[-2:]
    return kept


def _repeated(ordered: Hashes) -> Iterator[Hashes]:
    """Yield the sorted hashes that occur twice; none may occur more often."""
    for start in range(1, len(ordered), _CHUNK):
        part = ordered[start - 1 : start + _CHUNK]
        yield part[1:][part[1:] == part[:-1]]


def _concatenated(parts: Iterable[Hashes]) -> Hashes:
    """Concatenate arrays without holding all data twice."""
    found, count = np.empty(0, np.uint64), 0
    for part in parts:
        if count + len(part) > len(found):
            found.resize(max(count + len(part), len(found) // 4 * 5), refcheck=False)
        found[count : count + len(part)] = part
        count += len(part)
    found.resize(count, refcheck=False)
    return found
