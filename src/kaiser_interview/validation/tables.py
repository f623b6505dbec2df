"""Columnar data as batches: Arrow from memory, datasets, and foreign files by way of a worker."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple

from .findings import Fault
from .sandbox import Died, Sandbox, fault_of
from .saved import class_labels
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
    "dataset_rows",
    "died_fault",
    "dressed",
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

    from .arrow import examine, pieces, told

    with told():
        if isinstance(getattr(data, "schema", None), pa.Schema):
            examine(data.schema)
    try:
        # Before 25, pyarrow's own table can kill the process on its way through the C interface:
        # short texts that `cast` made views of are exported with a buffer that is not there.
        own = isinstance(data, pa.Table)
        reader = data.to_reader() if own else pa.RecordBatchReader.from_stream(data)
        source.schema = reader.schema
        first = 0
        for whole in reader:
            for batch in pieces(whole, BATCH):
                yield Batch(first, batch)
                first += batch.num_rows
    except (pa.ArrowException, OSError) as error:
        raise StreamError(Fault("unreadable", (), "a table", _line(error))) from None


def dataset_batches(source: "Source", data: Any) -> Iterator[Batch]:
    """Yield the batches of a `datasets` `Dataset`, by the indices that a selection or a sorting has left."""
    import pyarrow as pa

    labels = {
        name: tuple(feature.names)
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
    if source.schema is None:
        source.schema = _named(pa.RecordBatch.from_pylist([], data.features.arrow_schema), labels).schema


def dataset_rows(source: "Source", data: Any) -> Iterator[tuple[None, Any]]:
    """Yield the rows of a `datasets` dataset that comes row by row, each without a line."""
    source.form = "columns"
    source.names = [*(getattr(data, "column_names", None) or ())]
    named = {
        name: feature.names
        for name, feature in (getattr(data, "features", None) or {}).items()
        if type(feature).__name__ == "ClassLabel"
    }
    for row in data:
        for name, text_of in named.items():
            if isinstance(row.get(name), int) and 0 <= row[name] < len(text_of):
                row[name] = text_of[row[name]]
        yield None, row


def dressed(batch: "pa.RecordBatch", constants: Mapping[str, Any]) -> "pa.RecordBatch":
    """Return a batch of a file with what else is known of it: class labels by name, columns of its path."""
    import numpy as np
    import pyarrow as pa

    batch = _named(batch, class_labels((batch.schema.metadata or {}).get(b"huggingface")))
    for name, value in constants.items():
        if name not in batch.schema.names:
            codes = pa.array(np.zeros(batch.num_rows, np.int8))
            column = pa.DictionaryArray.from_arrays(codes, _array_of(value))
            batch = batch.append_column(
                name, column if isinstance(value, str) else column.dictionary_decode()
            )
    return batch


def _array_of(value: Any) -> "pa.Array":
    """Return a value as an array; as text where no column holds it."""
    import pyarrow as pa

    try:
        return pa.array([value])
    except (pa.ArrowException, OverflowError):
        return pa.array([str(value)])


def _named(batch: "pa.RecordBatch", labels: Mapping[str, Sequence[str]]) -> "pa.RecordBatch":
    """Return a batch with the names of class labels in place of their numbers."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for name, words in labels.items():
        at = batch.schema.get_field_index(name)
        if at < 0 or not pa.types.is_integer(batch.schema.field(at).type):
            continue
        codes = batch.column(at)
        names = pa.array(words, pa.string())
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
    if not stream.is_plain:
        yield from _unpiped(source, stream)
        return
    with Sandbox() as sandbox:
        plan = planned(sandbox, stream)
        source.table_form = plan["form"]
        first = 0
        known = {"path": stream.path, "form": plan["form"], "constants": source.constants}
        for part, rows in enumerate(plan["rows"]):
            read = 0
            request = {**known, "part": part, "bytes": plan["sizes"][part]}
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
                yield Note(None, died_fault(plan, part, first, str(died), read), stops=True)
            first += max(rows or 0, read)
        if source.schema is None:
            # Of no rows, but a table still.
            for batch in _frames(sandbox, {**known, "task": "schema"}):
                if not isinstance(batch, Note):
                    source.schema = batch.schema
    stream.drain()


def _unpiped(source: "Source", stream: Stream) -> Iterator[Batch | Note]:
    """Yield the batches of what comes through a pipe, or packed: it is written to a file first."""
    with tempfile.NamedTemporaryFile(prefix="kaiser-interview-") as held:
        for chunk in stream.chunks():
            held.write(chunk)
        held.flush()
        with closing(Stream(held.name)) as file:
            yield from file_batches(source, file)


def part_batches(sandbox: Sandbox, request: Mapping[str, Any]) -> Iterator[Batch | Note]:
    """Yield the batches of a part of a foreign columnar file, which a worker reads.

    Raises
    ------
    Died
        The worker died of it.
    """
    first = 0
    for item in _frames(sandbox, {**request, "task": "read"}):
        if isinstance(item, Note):
            yield item
            continue
        yield Batch(first, item)
        first += item.num_rows


def _frames(sandbox: Sandbox, request: Mapping[str, Any]) -> "Iterator[pa.RecordBatch | Note]":
    import pyarrow as pa

    for frame in sandbox.ask(**request):
        if "fault" in frame.head:
            yield Note(None, fault_of(frame.head), stops=True)
            continue
        with pa.ipc.open_stream(frame.body) as reader:
            yield dressed(reader.read_next_batch(), request["constants"])


def planned(sandbox: Sandbox, stream: Stream) -> dict[str, Any]:
    """Return what a columnar file says that it holds.

    Raises
    ------
    StreamError
        It says nothing that can be read.
    """
    try:
        # To its end, so that the worker lives on.
        heads = [frame.head for frame in sandbox.ask(task="plan", path=stream.path, bytes=stream.size or 0)]
    except Died as died:
        raise StreamError(Fault("unreadable", (), "a file that can be read", str(died))) from None
    if not heads:
        raise StreamError(Fault("unreadable", (), "a file that can be read", "one of which nothing is said"))
    if "fault" in heads[0]:
        raise StreamError(fault_of(heads[0]))
    return heads[0]


def died_fault(plan: Mapping[str, Any], part: int, first: int, how: str, read: int = 0) -> Fault:
    """Return the fault of a part whose worker died, when some of its rows had been read."""
    rows = plan["rows"][part] if plan else None
    words = f"rows {first + read:,} to {first + rows - 1:,}" if rows else "its rows"
    return Fault("unreadable", (), "rows that can be read", f"{words} cannot be: {how}")


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]
