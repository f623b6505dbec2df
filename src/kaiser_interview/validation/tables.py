"""Columnar data as batches: Arrow from memory, datasets, and foreign files by way of a worker."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from .findings import Fault
from .sandbox import Died, Sandbox, fault_of
from .streams import Stream, StreamError
from .text import Note

if TYPE_CHECKING:
    import pyarrow as pa

    from .inputs import Source

__all__ = [
    "BATCH",
    "Batch",
    "arrow_batches",
    "dataset_batches",
    "died_fault",
    "file_batches",
    "part_batches",
    "planned",
]

BATCH = 16_384
"""Rows that are looked at together, so that what is computed of them stays in a core's own memory."""


class Batch(NamedTuple):
    """Some rows of a table."""

    first: int
    """The place of the first of them in the source, from 0."""
    rows: "pa.RecordBatch"


def arrow_batches(source: "Source", data: Any) -> Iterator[Batch]:
    """Yield the batches of anything with `__arrow_c_stream__`, each validated in full.

    Raises
    ------
    StreamError
        Its schema or a batch is not what Arrow allows.
    """
    import pyarrow as pa

    from .columnar import checked

    try:
        reader = pa.RecordBatchReader.from_stream(data)
        source.schema = reader.schema
        first = 0
        for whole in reader:
            for start in range(0, whole.num_rows, BATCH):
                batch = checked(whole.slice(start, BATCH))
                yield Batch(first, batch)
                first += batch.num_rows
    except (pa.ArrowException, OSError) as error:
        raise StreamError(Fault("unreadable", (), "a table", _line(error))) from None


def dataset_batches(source: "Source", data: Any) -> Iterator[Batch]:
    """Yield the batches of a `datasets` `Dataset`, by the indices that a selection or a sorting has left."""
    import pyarrow as pa

    labels = {
        name: pa.array(feature.names)
        for name, feature in data.features.items()
        if type(feature).__name__ == "ClassLabel"
    }
    first = 0
    for table in data.with_format("arrow").iter(batch_size=BATCH):
        for batch in table.combine_chunks().to_batches():
            batch = _named(batch, labels)  # noqa: PLW2901 - the same rows
            if source.schema is None:
                source.schema = batch.schema
            yield Batch(first, batch)
            first += batch.num_rows


def _named(batch: "pa.RecordBatch", labels: "Mapping[str, pa.Array]") -> "pa.RecordBatch":
    """Return a batch with the names of class labels in place of their numbers."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for name, names in labels.items():
        at = batch.schema.get_field_index(name)
        codes = batch.column(at)
        known = pc.and_(pc.greater_equal(codes, 0), pc.less(codes, len(names)))
        # A number without a name is told as it is.
        texts = pc.coalesce(names.take(pc.if_else(known, codes, None)), codes.cast(pa.string()))
        batch = batch.set_column(at, name, texts)
    return batch


def file_batches(source: "Source", stream: Stream) -> Iterator[Batch | Note]:
    """Yield the batches of a foreign columnar file, which a worker reads.

    A part that cannot be read is a note, and the rest is read all the same.

    Raises
    ------
    StreamError
        The file cannot be read at all, or has changed meanwhile.
    """
    with Sandbox() as sandbox:
        plan = planned(sandbox, stream)
        source.table_form = plan["form"]
        first = 0
        for part, rows in enumerate(plan["rows"]):
            read = 0
            request = {"path": stream.name, "form": plan["form"], "part": part, "bytes": plan["sizes"][part]}
            try:
                for item in part_batches(sandbox, request):
                    if isinstance(item, Note):
                        yield item
                        continue
                    if source.schema is None:
                        source.schema = item.rows.schema
                    yield Batch(first + item.first, item.rows)
                    read += item.rows.num_rows
            except Died as died:
                yield Note(None, died_fault(plan, part, first, str(died)), stops=True)
            first += max(rows or 0, read)
    stream.drain()


def part_batches(sandbox: Sandbox, request: Mapping[str, Any]) -> Iterator[Batch | Note]:
    """Yield the batches of a part of a foreign columnar file, which a worker reads.

    Raises
    ------
    Died
        The worker died of it.
    """
    import pyarrow as pa

    first = 0
    for frame in sandbox.ask(**{**request, "task": "read"}):
        if "fault" in frame.head:
            yield Note(None, fault_of(frame.head), stops=True)
            continue
        with pa.ipc.open_stream(frame.body) as reader:
            batch = reader.read_next_batch()
        yield Batch(first, batch)
        first += batch.num_rows


def planned(sandbox: Sandbox, stream: Stream) -> dict[str, Any]:
    """Return what a columnar file says that it holds.

    Raises
    ------
    StreamError
        It says nothing that can be read.
    """
    try:
        for frame in sandbox.ask(task="plan", path=stream.name, bytes=stream.size or 0):
            if "fault" in frame.head:
                raise StreamError(fault_of(frame.head))
            return frame.head
        raise Died("the reader said nothing")
    except Died as died:
        raise StreamError(Fault("unreadable", (), "a file that can be read", str(died))) from None


def died_fault(plan: Mapping[str, Any], part: int, first: int, how: str) -> Fault:
    """Return the fault of a part whose worker died."""
    rows = plan["rows"][part] if plan else None
    words = f"rows {first:,} to {first + rows - 1:,}" if rows else "its rows"
    return Fault("unreadable", (), "rows that can be read", f"{words} cannot be: {how}")


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]
