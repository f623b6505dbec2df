"""Find hashes that occur more than once among very many, in bounded memory."""

from collections.abc import Iterable, Iterator
from typing import Self

import numpy as np

from .hashing import Hashes
from .spool import Spool

__all__ = ["DuplicateHashes"]

_CHUNK = 1 << 16  # hashes compared at a time

_START = 1 << 16  # hashes that there is room for at first

_DIGITS = 16  # of a hash in hexadecimal

_EDGES = np.arange(1, 256, dtype=np.uint64)  # the leading bytes at which files begin


class DuplicateHashes:
    """Find which of many hashes were added more than once.

    Hashes that do not fit in memory go to 256 files in a temporary folder, by their leading byte. A file that
    does not fit in memory is divided again, by the next byte. `close`, the end of a ``with`` block, garbage
    collection or the end of the interpreter removes the files. After a failed call every later call raises an
    error, because hashes might be missing.

    Parameters
    ----------
    memory : int, default 512 MiB
        Limit in bytes. It excludes the result of `found`, and up to 4 MiB for intermediate results.
    purpose : str, default "ids"
        What the hashes are of, for messages.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from kaiser_interview.validation.dataset_rules.hashing import hashes
    >>> with DuplicateHashes() as repeats:
    ...     repeats.add(hashes(pa.array(["d01-c01", "d01-c02"])))
    ...     repeats.add(hashes(pa.array(["d01-c02", "d01-c03"])))
    ...     repeats.found() == hashes(pa.array(["d01-c02"]))
    array([ True])
    """

    def __init__(self, memory: int = 512 << 20, purpose: str = "ids") -> None:
        self._purpose = purpose
        self._most = max(memory // 8, 2)
        # A third is read from files at a time: while a file is divided, there are two parts of it and one of
        # the file before.
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
            They could not be stored, for example because the disk is full.
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
                # Only the filled part takes memory yet, no more than half, so both are within the limit.
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
            They could not be stored or read, for example because the disk is full.
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
        # Unless the call that begins here succeeds, hashes and thus repeats may be missing.
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
        """Yield the hashes of all files, or of those that one was divided into: sorted, at most two of each.

        A file is named by the leading bytes of its hashes.
        """
        for name in [f"{prefix}{byte:02x}" for byte in range(256)]:
            if spool.sizes.get(name, 0) > 8 * self._most_read and len(name) < _DIGITS:
                self._divide(spool, name)
                yield from self._stored(spool, name)
            elif name in spool.sizes:
                # If hashes do not fit in memory and cannot be divided, they are equal: the first are enough.
                yield next(self._read(spool, name))
            if prefix and name in spool.sizes:
                spool.remove(name)  # those without a prefix are read again if more hashes are added

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
    """Append sorted hashes to files by the byte that follows `prefix`, the leading bytes of all of them."""
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
