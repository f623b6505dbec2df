"""Which of very many texts may stand more than once, by their hashes, in bounded memory."""

import tempfile
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Self

import numpy as np

from ...errors import KaiserInterviewError, MissingDependencyError
from .hashing import Hashes

__all__ = ["DuplicateHashes"]

_STRETCH = 1 << 16  # hashes that are compared at a time

_START = 1 << 16  # hashes that there is room for at first

_LEAST = 16 << 20  # bytes below which DuckDB does not work


class DuplicateHashes:
    """Finds which of many hashes were added more than once.

    What does not fit in memory goes through DuckDB to a temporary folder, which is removed at the end of a
    ``with`` block, by `close`, or when the interpreter ends. Once a call has failed nothing is answered any
    more: hashes might be missing.

    Parameters
    ----------
    memory : int, default 512 MiB
        How many bytes may be taken, besides what `found` returns and the 50 to 90 MB that DuckDB itself takes
        once it is needed, if hashes are spread evenly, as those of `hashes` are. DuckDB has 16 MiB at least.
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
        self._most = max(memory // 4 * 3 // 8, 2)  # a quarter is left for DuckDB to take them over with
        self._held = np.empty(0, np.uint64)
        self._count = 0
        self._rows = 0
        self._disk: _Disk | None = None
        self._sound = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, hashes: Hashes) -> None:
        """Add hashes.

        Raises
        ------
        MissingDependencyError
            There are more than fit in memory, and `duckdb` is not installed.
        KaiserInterviewError
            DuckDB could not store them: no room on the disk, say.
        RuntimeError
            It was closed, or an earlier call failed.
        """
        self._begin()
        self._rows += len(hashes)
        while len(hashes):
            if self._count == self._most:
                self._order()
                if self._count > self._most // 2:
                    self._spill()
            elif self._count == len(self._held):
                # Of the new array no more is in use than the old one had: together they are within the limit.
                larger = np.empty(min(max(2 * self._count, _START), self._most), np.uint64)
                larger[: self._count] = self._held
                self._held = larger
            part = hashes[: len(self._held) - self._count]
            self._held[self._count : self._count + len(part)] = part
            self._count += len(part)
            hashes = hashes[len(part) :]
        self._sound = True

    def found(self) -> Hashes:
        """Return the hashes that were added more than once, in order; more can be added afterwards.

        Raises
        ------
        KaiserInterviewError
            DuckDB could not store or read them: no room on the disk, say.
        RuntimeError
            It was closed, or an earlier call failed.
        """
        self._begin()
        self._order()
        if self._disk is None:
            found = _joined(_twice(self._held[: self._count]))
        else:
            self._spill()
            self._held = np.empty(0, np.uint64)  # leaves its memory to what is read
            found = _joined(part for ordered in self._disk.ranges() for part in _twice(ordered))
        self._sound = True
        return found

    def close(self) -> None:
        """Forget all hashes, and remove what is on the disk."""
        self._sound = False
        self._held = np.empty(0, np.uint64)
        if self._disk is not None:
            self._disk.close()

    def _begin(self) -> None:
        # Unless what begins comes to its end, hashes may be missing, and repeats with them.
        if not self._sound:
            raise RuntimeError(
                f"{self._purpose}: expected all hashes, got a call that failed, or none after close"
            )
        self._sound = False

    def _order(self) -> None:
        held = self._held[: self._count]
        held.sort()  # in place, with no working space
        self._count = _thinned(held)

    def _spill(self) -> None:
        if self._disk is None:
            self._disk = _Disk(self._memory, self._purpose, self._rows)
        self._disk.add(self._held[: self._count])
        self._count = 0


class _Disk:
    """Hashes in a table of DuckDB, in a temporary folder."""

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
            # Made after the folder's own finaliser, it runs before: no file is open when the folder goes.
            self.close = weakref.finalize(self, stack.close)
            # More threads would each take memory. What DuckDB itself cannot hold goes to the same folder.
            table = duckdb.connect(f"{folder}/hashes.duckdb", config={"threads": 1})
            self._table = stack.enter_context(table)
        self._run(4, "CREATE TABLE hashes (hash UBIGINT)")

    def add(self, ordered: Hashes) -> None:
        """Store hashes that are in order, so that those of a range stand together."""
        with self._named():
            self._table.register("more", {"hash": ordered})
            self._run(4, "INSERT INTO hashes SELECT hash FROM more")
            self._table.unregister("more")
        self._rows += len(ordered)

    def ranges(self) -> Iterator[Hashes]:
        """Yield what is stored in order, each hash at most twice, an eighth of the memory at a time."""
        number = -(-self._rows // max(self._memory // 64, 1))
        for one in range(number):
            limits = [(one << 64) // number, ((one + 1 << 64) // number) - 1]
            query = "SELECT hash FROM hashes WHERE hash BETWEEN ?::UBIGINT AND ?::UBIGINT"
            ordered: Hashes = self._run(2, query, limits)["hash"]
            ordered.sort()
            yield ordered[: _thinned(ordered)]

    def _run(self, share: int, query: str, values: Sequence[int] = ()) -> dict[str, Any]:
        """Return what a query gives that may take one of so many parts of the memory."""
        with self._named():
            self._table.execute(f"SET memory_limit = '{max(self._memory // share, _LEAST)}B'")
            columns: dict[str, Any] = self._table.execute(query, values).fetchnumpy()
        return columns

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Say what could not be done where DuckDB or the system only says why."""
        try:
            yield
        except self._errors as error:
            reason = str(error).partition("\n")[0]
            raise KaiserInterviewError(f"{self._purpose}: could not be held on disk: {reason}") from error


def _thinned(ordered: Hashes) -> int:
    """Leave at most two of each of the hashes, and return how many that are."""
    kept = len(ordered[:2])
    last = ordered[:2].copy()
    for start in range(2, len(ordered), _STRETCH):
        part = ordered[start : start + _STRETCH]
        joined = np.concatenate([last, part])
        part = part[part != joined[:-2]]
        ordered[kept : kept + len(part)] = part
        kept += len(part)
        last = joined[-2:]
    return kept


def _twice(ordered: Hashes) -> Iterator[Hashes]:
    """Yield those of the hashes, of which there are at most two each, of which there are two."""
    for start in range(1, len(ordered), _STRETCH):
        part = ordered[start - 1 : start + _STRETCH]
        yield part[1:][part[1:] == part[:-1]]


def _joined(parts: Iterable[Hashes]) -> Hashes:
    """Return arrays as one, without holding everything twice."""
    found, count = np.empty(0, np.uint64), 0
    for part in parts:
        if count + len(part) > len(found):
            found.resize(max(count + len(part), len(found) // 4 * 5), refcheck=False)
        found[count : count + len(part)] = part
        count += len(part)
    found.resize(count, refcheck=False)
    return found
