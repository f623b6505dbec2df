"""Divide an input source into parts that are validated independently."""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..findings.finding import Note, StreamError
from ..formats.csv import Cells
from ..formats.json.lines import LineChunk
from ..formats.streams import Stream
from ..formats.text import BOM, LONGEST
from ..workers.pool import Pool
from .foreign_files import planned
from .source import SLICE, InputSource, Item, Items, Part

__all__ = ["Partition", "Stretch", "TablePart", "cut_of", "grouped"]

_STRETCH = 2 << 20
"""The size in bytes of a part of lines."""

# A longer stretch contains a line that is too long to keep in memory.
_LONGEST = _STRETCH + LONGEST + 1

_SIZE = 4 << 20
"""The maximum size of a part of single rows, in bytes, characters and elements."""


_SIZED = frozenset({str, bytes, list, tuple})


@dataclass(frozen=True)
class Stretch:
    """A range of whole lines of a file, read when it is validated."""

    path: str
    start: int
    stop: int
    last: bool

    def chunk(self) -> LineChunk:
        """Read the lines.

        Raises
        ------
        OSError
            The lines cannot be read.
        """
        with open(self.path, "rb") as file:  # noqa: PTH123 - the path as a string, unchanged
            file.seek(self.start)
            return LineChunk(file.read(self.stop - self.start), self.last)


@dataclass(frozen=True)
class TablePart:
    """A part of an untrusted columnar file, with the request that makes a worker process read it."""

    request: Mapping[str, Any]


class Partition(NamedTuple):
    """An input source that can be read twice, divided into parts."""

    source: InputSource
    stream: Stream | None
    """None for data in memory, which is one part."""
    parts: list[Stretch | TablePart | None]
    """None means the batches of the source itself."""
    plan: Mapping[str, Any]
    """The `Plan` of a columnar file; empty for other inputs."""


def cut_of(source: InputSource, fields: frozenset[str], pool: Pool) -> Partition | None:
    """Divide a source into parts; None if it must be read from start to end."""
    if source.path is None:
        return Partition(source, None, [None], {}) if source.form == "columns" else None
    try:
        stream = Stream(source.path)
    except StreamError:
        return None
    try:
        # Do not read from pipes: their bytes cannot be read again.
        if stream.size:
            return _of_file(source, stream, fields, pool)
    except (StreamError, OSError):
        pass  # reported when the source is read
    finally:
        # Close it until it is read: there may be more files than a process can have open.
        stream.close()
    return None


def _of_file(source: InputSource, stream: Stream, fields: frozenset[str], pool: Pool) -> Partition | None:
    form = source.formed(stream, fields)
    if form == "columns":
        if not stream.is_plain:
            return None
        with pool.reader() as reader:
            plan = planned(reader, stream)
        known = {"path": stream.path, "form": plan["form"], "constants": source.constants}
        tables = [
            TablePart({**known, "part": part, "bytes": size}) for part, size in enumerate(plan["sizes"])
        ]
        return Partition(source, stream, [*tables], plan)
    if form != "lines" or source.constants or not stream.is_plain or stream.peek().startswith(BOM):
        return None
    size = stream.size or 0
    stretches = [*_stretches(stream.path, size)]
    if max(stop - start for start, stop in stretches) > _LONGEST:
        return None
    lines = [Stretch(stream.path, start, stop, stop == size) for start, stop in stretches]
    return Partition(source, stream, [*lines], {})


def _stretches(path: str, size: int) -> Iterator[tuple[int, int]]:
    """Yield the start and end of stretches of whole lines, in bytes."""
    start = 0
    with open(path, "rb") as file:  # noqa: PTH123 - the path as a string, unchanged
        while start < size:
            file.seek(min(start + _STRETCH, size) - 1)
            for chunk in iter(lambda: file.read(1 << 16), b""):
                at = chunk.find(b"\n")
                if at >= 0:
                    stop = file.tell() - len(chunk) + at + 1
                    break
            else:
                stop = size
            yield start, min(stop, size)
            start = stop


def grouped(items: Iterator[Item | Part]) -> Generator[Items | Part]:
    """Group single rows into parts; yield other parts unchanged.

    Raises
    ------
    StreamError
        The iterator raised it; the rows before it are yielded first.
    """
    held: list[Any] = []
    size = 0
    try:
        for item in items:
            if isinstance(item, Part):
                if held:
                    yield Items(held)
                    held, size = [], 0
                yield item
                continue
            held.append(item)
            size += _size(item)
            if len(held) == SLICE or size > _SIZE:
                yield Items(held)
                held, size = [], 0
    except StreamError:
        if held:
            yield Items(held)
        raise
    finally:
        if isinstance(items, Generator):
            items.close()  # also closes the file that it reads
    if held:
        yield Items(held)


def _size(item: tuple[int | None, Any] | Note) -> int:
    """Return the approximate size of a row, so that a part has only a few large rows."""
    if isinstance(item, Note):
        return 1
    data = item[1]
    if isinstance(data, bytes):
        return len(data)
    if isinstance(data, Cells):
        return len(data.raw)
    if type(data) is dict:
        return sum([len(one) for one in data.values() if type(one) in _SIZED])
    return _SIZE // SLICE
