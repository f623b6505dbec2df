"""Find hashes that occur more than once among very many, in bounded memory."""

import tempfile
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Self

import numpy as np

from ...errors import KaiserInterviewError, MissingDependencyError
from .hashing import Hashes

__all__ = ["DuplicateHashes"]

_CHUNK = 1 << 16  # hashes compared at a time

_START = 1 << 16  # hashes that there is room for at first

_LEAST = 16 << 20  # bytes; DuckDB fails with less memory


class DuplicateHashes:
    """Find which of many hashes were added more than once.

    Hashes that do not fit in memory are stored in a DuckDB file in a temporary folder. The end of a ``with``
    block, `close` or the end of the interpreter removes the folder. After a failed call every later call
    raises an error, because hashes might be missing.

    Parameters
    ----------
    memory : int, default 512 MiB
        Limit in bytes, provided that hashes are evenly distributed, as those of `hashes` are. It excludes the
        result of `found`, and the 50 to 90 MB that DuckDB itself uses once it is needed. DuckDB gets at least
        16 MiB.
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
        self._memory = memory
        self._purpose = purpose
        self._most = max(memory // 4 * 3 // 8, 2)  # a quarter is left for DuckDB to import them
        self._held = np.empty(0, np.uint64)
        self._count = 0
        self._rows = 0
        self._disk: _Disk | None = None
        self._usable = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, hashes: Hashes) -> None:
        """Add hashes.

        Raises
        ------
        MissingDependencyError
            The hashes do not fit in memory, and `duckdb` is not installed.
        KaiserInterviewError
            DuckDB could not store them, for example because the disk is full.
        RuntimeError
            The object is closed, or an earlier call failed.
        """
        self._begin()
        self._rows += len(hashes)
        while len(hashes):
            if self._count == self._most:
                self._sort()
                if self._count > self._most // 2:
                    self._spill()
            elif self._count == len(self._held):
                # Only the filled part of the new array takes memory yet, so both stay within the limit.
                larger = np.empty(min(max(2 * self._count, _START), self._most), np.uint64)
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
            DuckDB could not store or read them, for example because the disk is full.
        RuntimeError
            The object is closed, or an earlier call failed.
        """
        self._begin()
        self._sort()
        if self._disk is None:
            found = _concatenated(_repeated(self._held[: self._count]))
        else:
            self._spill()
            self._held = np.empty(0, np.uint64)  # frees memory for reading
            found = _concatenated(part for ordered in self._disk.ranges() for part in _repeated(ordered))
        self._usable = True
        return found

    def close(self) -> None:
        """Drop all hashes, and remove the temporary folder."""
        self._usable = False
        self._held = np.empty(0, np.uint64)
        if self._disk is not None:
            self._disk.close()

    def _begin(self) -> None:
        # Unless the call that begins here succeeds, hashes and thus repeats may be missing.
        if not self._usable:
            raise RuntimeError(
                f"{self._purpose}: expected all hashes, got a call that failed, or none after close"
            )
        self._usable = False

    def _sort(self) -> None:
        held = self._held[: self._count]
        held.sort()  # in place, so it needs no more memory
        self._count = _keep_two(held)

    def _spill(self) -> None:
        if self._disk is None:
            self._disk = _Disk(self._memory, self._purpose, self._rows)
        self._disk.add(self._held[: self._count])
        self._count = 0


class _Disk:
    """A DuckDB table of hashes in a temporary folder."""

    def __init__(self, memory: int, purpose: str, rows: int) -> None:
        try:
            import duckdb
        except ImportError:
            size = f"{memory >> 20:,} MiB"
            what = f"{rows:,} rows, more {purpose} than fit in {size} (split the data, or hold them on disk)"
            raise MissingDependencyError(what, "duckdb", "scale") from None
        self._memory = memory
        self._purpose = purpose
        self._errors = duckdb.Error, OSError
        self._rows = 0
        stack = ExitStack()
        with self._named():
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="kaiser-interview-"))
            # At exit, finalisers run in reverse order: this one closes the file before the folder is removed.
            self.close = weakref.finalize(self, stack.close)
            # Each thread would use memory. DuckDB spills its own data to the same folder.
            table = duckdb.connect(f"{folder}/hashes.duckdb", config={"threads": 1})
            self._table = stack.enter_context(table)
        self._run(4, "CREATE TABLE hashes (hash UBIGINT)")

    def add(self, ordered: Hashes) -> None:
        """Store sorted hashes, so that hashes of a range are stored close together."""
        with self._named():
            self._table.register("more", {"hash": ordered})
            self._run(4, "INSERT INTO hashes SELECT hash FROM more")
            self._table.unregister("more")
        self._rows += len(ordered)

    def ranges(self) -> Iterator[Hashes]:
        """Yield the stored hashes, sorted, each at most twice, an eighth of the memory at a time."""
        number = -(-self._rows // max(self._memory // 64, 1))
        for one in range(number):
            limits = [(one << 64) // number, ((one + 1 << 64) // number) - 1]
            query = "SELECT hash FROM hashes WHERE hash BETWEEN ?::UBIGINT AND ?::UBIGINT"
            ordered: Hashes = self._run(2, query, limits)["hash"]
            ordered.sort()
            yield ordered[: _keep_two(ordered)]

    def _run(self, share: int, query: str, values: Sequence[int] = ()) -> dict[str, Any]:
        """Run a query with `1 / share` of the memory, and return its columns."""
        with self._named():
            self._table.execute(f"SET memory_limit = '{max(self._memory // share, _LEAST)}B'")
            columns: dict[str, Any] = self._table.execute(query, values).fetchnumpy()
        return columns

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Raise errors of DuckDB or the system as a `KaiserInterviewError` that says what failed."""
        try:
            yield
        except self._errors as error:
            reason = str(error).partition("\n")[0]
            raise KaiserInterviewError(f"{self._purpose}: could not be held on disk: {reason}") from error


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
