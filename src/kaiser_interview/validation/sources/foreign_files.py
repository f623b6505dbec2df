"""Read untrusted columnar files in a worker process, as record batches."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...storage import on_disk
from ..findings.finding import Fault, Note, StreamError
from ..formats.streams import Stream
from ..workers.process import Died, fault_of
from ..workers.tasks import Reader
from .folders import dressed
from .source import Batch

if TYPE_CHECKING:
    import pyarrow as pa

    from .source import InputSource

__all__ = ["died_fault", "file_batches", "part_batches", "planned"]


def file_batches(source: "InputSource", stream: Stream) -> Iterator[Batch | Note]:
    """Yield the record batches of an untrusted columnar file, which a worker process reads.

    A part that cannot be read is yielded as a note; the other parts are still read.

    Raises
    ------
    StreamError
        The file cannot be read at all, or changed while it was read.
    """
    if not stream.is_plain:
        yield from _unpiped(source, stream)
        return
    with source.reader() as reader:
        plan = planned(reader, stream)
        source.limited = reader.limited
        source.table_form = plan["form"]
        first = 0
        known = {"path": stream.path, "form": plan["form"], "constants": source.constants}
        for part, rows in enumerate(plan["rows"]):
            read = 0
            request = {**known, "part": part, "bytes": plan["sizes"][part]}
            try:
                for item in part_batches(reader, request):
                    if isinstance(item, Note):
                        yield item
                        continue
                    if source.schema is None:
                        source.schema = item.rows.schema
                    yield Batch(first + item.first, item.rows)
                    read += item.rows.num_rows
            except Died as died:
                yield Note(None, died_fault(plan, part, first, str(died), read), stops=True)
            first += max(rows or 0, read)
        if source.schema is None:
            # A table without rows still has columns.
            for batch in _frames(reader, {**known, "task": "schema"}):
                if not isinstance(batch, Note):
                    source.schema = batch.schema
    stream.drain()


def _unpiped(source: "InputSource", stream: Stream) -> Iterator[Batch | Note]:
    """Write compressed or piped input to a temporary file, and yield the batches of that file."""
    with ExitStack() as stack:
        with on_disk("compressed or piped tables"):
            folder = tempfile.TemporaryDirectory(prefix="kaiser-interview-", ignore_cleanup_errors=True)
            path = Path(stack.enter_context(folder)) / "data"
            with path.open("xb") as target:
                target.writelines(stream.chunks())
        with closing(Stream(str(path))) as file:
            yield from file_batches(source, file)


def part_batches(reader: Reader, request: Mapping[str, Any]) -> Iterator[Batch | Note]:
    """Yield the record batches of one part of an untrusted columnar file; faults are yielded as notes.

    Raises
    ------
    Died
        The worker process died.
    """
    first = 0
    for item in _frames(reader, {**request, "task": "read"}):
        if isinstance(item, Note):
            yield item
            continue
        yield Batch(first, item)
        first += item.num_rows


def _frames(reader: Reader, request: Mapping[str, Any]) -> "Iterator[pa.RecordBatch | Note]":
    import pyarrow as pa

    for frame in reader.ask(**request):
        if "fault" in frame.head:
            yield Note(None, fault_of(frame.head), stops=True)
            continue
        with pa.ipc.open_stream(frame.body) as batches:
            yield dressed(batches.read_next_batch(), request["constants"])


def planned(reader: Reader, stream: Stream) -> dict[str, Any]:
    """Return the `Plan` of a columnar file as a mapping, made by a worker process.

    Raises
    ------
    StreamError
        The plan cannot be read.
    """
    try:
        # Read the answer to its end; otherwise the worker would be closed.
        heads = [frame.head for frame in reader.ask(task="plan", path=stream.path, bytes=stream.size or 0)]
    except Died as died:
        raise StreamError(Fault("unreadable", (), "a file that can be read", str(died))) from None
    if not heads:
        raise StreamError(Fault("unreadable", (), "a file that can be read", "no answer from the worker"))
    if "fault" in heads[0]:
        raise StreamError(fault_of(heads[0]))
    return heads[0]


def died_fault(plan: Mapping[str, Any], part: int, first: int, how: str, read: int = 0) -> Fault:
    """Return the fault of a part whose worker died after `read` of its rows."""
    rows = plan["rows"][part] if plan else None
    words = f"rows {first + read:,} to {first + rows - 1:,}" if rows else "the rows"
    return Fault("unreadable", (), "rows that can be read", f"an error in {words}: {how}")


def _line(error: BaseException) -> str:
    # Exceptions of pyarrow have a text for each step that failed. The last one names the column.
    are_texts = len(error.args) > 1 and all(isinstance(one, str) for one in error.args)
    return " ".join((": ".join(reversed(error.args)) if are_texts else str(error)).split())[:200]
