"""Read tables, datasets and iterables in memory as record batches or rows."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ..findings.finding import Fault, StreamError
from .class_labels import labelled, labels_of, named
from .foreign_files import _line
from .frame_index import is_unnamed_index, named_index, schema_without_index, without_index
from .source import BATCH, Batch

if TYPE_CHECKING:
    from .source import InputSource, Item

    Opened = Callable[[InputSource], Iterator[Item]]

__all__ = ["arrow_batches", "dataset_batches", "dataset_rows", "guarded"]


def guarded(open_items: "Opened") -> "Opened":
    """Wrap a function that reads data from Python, so that it raises only `StreamError`.

    Reading generators, datasets or database relations runs code outside this package, which may raise any
    exception. It becomes a finding: the rest of the data cannot be read. MemoryError and exceptions
    that end a program, such as KeyboardInterrupt, are raised unchanged.
    """

    def items(source: "InputSource") -> "Iterator[Item]":
        rows = 0
        try:
            for item in open_items(source):
                yield item
                rows += item.rows.num_rows if isinstance(item, Batch) else 1
        except (StreamError, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - see above
            place = f"the error occurred after {rows:,} row{'' if rows == 1 else 's'}" if rows else None
            got = f"{type(error).__name__}: {_line(error)}".removesuffix(": ")
            raise StreamError(Fault("unreadable", (), "rows that can be read", got, place)) from None

    return items


def arrow_batches(source: "InputSource", data: Any, fields: frozenset[str]) -> Iterator[Batch]:
    """Yield the batches of an object with `__arrow_c_stream__` or `__arrow_c_array__`, validated in full.

    The index of a data frame is left out, except levels named like one of `fields` or ``x_…``.

    Raises
    ------
    StreamError
        The schema or a batch is invalid.
    """
    import pyarrow as pa

    from ..formats.columnar.checks import examine, pieces, stream_errors

    with stream_errors():
        if isinstance(getattr(data, "schema", None), pa.Schema):
            examine(data.schema)
    # In pyarrow before 25, exporting a table through the C interface can crash the process:
    # a string view that `cast` made of short strings is exported with a missing buffer.
    if isinstance(data, pa.Table):
        reader = data.to_reader()
    elif hasattr(data, "__arrow_c_stream__"):
        reader = pa.RecordBatchReader.from_stream(data)
    else:
        array = pa.record_batch(data)
        reader = pa.RecordBatchReader.from_batches(array.schema, [array])
    left_out = {name for name in named_index(reader.schema) - fields if not name.startswith("x_")}
    source.schema = schema_without_index(reader.schema, left_out)
    first = 0
    for whole in reader:
        for batch in pieces(without_index(whole, left_out), BATCH):
            yield Batch(first, batch)
            first += batch.num_rows


def dataset_batches(source: "InputSource", data: Any) -> Iterator[Batch]:
    """Yield the batches of a `datasets.Dataset`, in the order of its selected or sorted rows.

    Rows are read as stored; the format and the transform of the dataset are ignored.
    """
    import pyarrow as pa

    labels = labels_of(data.features.to_dict())
    first = 0
    for table in data.with_format("arrow").iter(batch_size=BATCH):
        for batch in table.combine_chunks().to_batches():
            batch = labelled(without_index(batch), labels)  # noqa: PLW2901 - the same rows
            if source.schema is None:
                source.schema = batch.schema
            yield Batch(first, batch)
            first += batch.num_rows
    if source.schema is None:
        nothing = pa.RecordBatch.from_pylist([], data.features.arrow_schema)
        source.schema = labelled(without_index(nothing), labels).schema


def dataset_rows(source: "InputSource", data: Any) -> Iterator[tuple[None, Any]]:
    """Yield the rows of an iterable `datasets` dataset, with class labels as names.

    Rows are Python objects; the format of the dataset is ignored.
    """
    source.form = "columns"
    source.names = [name for name in data.column_names or () if not is_unnamed_index(name)]
    labels = labels_of(data.features.to_dict()) if data.features else {}
    for row in data.with_format(None):
        yield (
            None,
            {
                name: named(value, labels[name]) if name in labels else value
                for name, value in row.items()
                if not is_unnamed_index(name)
            },
        )
