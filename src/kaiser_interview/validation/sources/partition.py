"""Divide an input source into parts that workers validate independently."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..findings.finding import StreamError
from ..formats.streams import Stream
from ..formats.text import BOM, LONGEST
from ..workers.pool import Pool
from .foreign_files import planned
from .source import InputSource

__all__ = ["Partition", "cut_of"]

_STRETCH = 8 << 20

# A longer stretch contains a line that is too long to be held in memory.
_LONGEST = _STRETCH + LONGEST + 1


class Partition(NamedTuple):
    """An input source with one request for each of its parts."""

    source: InputSource
    stream: Stream | None
    """None for data in memory, which is one part."""
    requests: list[dict[str, Any]]
    """A request to a worker for each part."""
    plan: dict[str, Any]
    """The `Plan` of a columnar file; empty for other inputs."""


def cut_of(source: InputSource, fields: frozenset[str], pool: Pool) -> Partition | None:
    """Divide a source into parts; None if it must be read from start to end."""
    if source.path is None:
        return Partition(source, None, [{"name": source.name}], {}) if source.form == "columns" else None
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
    request = {"task": "judge", "path": stream.path, "name": source.name}
    if form == "columns":
        if not stream.is_plain:
            return None
        with pool.sandbox() as sandbox:
            plan = planned(sandbox, stream)
        more = {"form": plan["form"], "constants": source.constants}
        requests = [
            {**request, **more, "part": part, "bytes": size} for part, size in enumerate(plan["sizes"])
        ]
        return Partition(source, stream, requests, plan)
    if form != "lines" or source.constants or not stream.is_plain or stream.peek().startswith(BOM):
        return None
    size = stream.size or 0
    stretches = [*_stretches(stream.path, size)]
    if max(stop - start for start, stop in stretches) > _LONGEST:
        return None
    requests = [
        {
            **request,
            "form": "lines",
            "start": start,
            "stop": stop,
            "last": stop == size,
            "bytes": stop - start,
        }
        for start, stop in stretches
    ]
    return Partition(source, stream, requests, {})


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
