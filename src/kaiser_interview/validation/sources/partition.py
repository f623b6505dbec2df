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
"""Bytes of lines that make a part."""

# A longer stretch contains a line that is too long to be held in memory.
_LONGEST = _STRETCH + LONGEST + 1

_SIZE = 4 << 20
"""Bytes, characters and elements of such rows that make a part, if there are fewer rows."""


_SIZED = frozenset({str, bytes, list, tuple})


@dataclass(frozen=True)
class Stretch:
    """Whole lines of a file, which are read when their turn comes."""

    path: str
    start: int
    stop: int
    last: bool

    def chunk(self) -> LineChunk:
        """Read them.

        Raises
        ------
        OSError
            They cannot be read.
        """
        with open(self.path, "rb") as file:  # noqa: PTH123 - the path as it was given
            file.seek(self.start)
            return LineChunk(file.read(self.stop - self.start), self.last)


@dataclass(frozen=True)
class TablePart:
    """A part of a foreign columnar file, as a worker process is asked for it."""

    request: Mapping[str, Any]


class Partition(NamedTuple):
    """An input source that can be read twice, divided into parts."""

    source: InputSource
    stream: Stream | None
    """None for data in memory, which is one part."""
    parts: list[Stretch | TablePart | None]
    """None stands for the batches of the source itself."""
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
        # Leave pipes alone: bytes read from one cannot be read again.
        if stream.size:
            return _of_file(source, stream, fields, pool)
    except (StreamError, OSError):
        pass  # reported when the source is read
    finally:
        # Opened again when it is read: there may be more files than a process can have open.
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
    with open(path, "rb") as file:  # noqa: PTH123 - the path as it was given
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
    """Yield parts of rows that come one at a time, and all else as it comes.

    Raises
    ------
    StreamError
        As the iterator does, after what came before.
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
            items.close()  # and with it the file that it reads
    if held:
        yield Items(held)


def _size(item: tuple[int | None, Any] | Note) -> int:
    """Return about how large a row is, so that few large rows make a part."""
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
