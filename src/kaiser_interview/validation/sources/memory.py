"""Read tables and datasets in memory as record batches or rows."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..findings.finding import Fault, StreamError
from .folders import _named
from .foreign_files import _line
from .source import BATCH, Batch

if TYPE_CHECKING:
    from .source import InputSource

__all__ = ["arrow_batches", "dataset_batches", "dataset_rows"]


def arrow_batches(source: "InputSource", data: Any) -> Iterator[Batch]:
    """Yield the batches of any object with `__arrow_c_stream__`, each validated in full.

    Raises
    ------
    StreamError
        The schema or a batch is invalid.
    """
    import pyarrow as pa

    from ..formats.columnar.checks import examine, pieces, told

    with told():
        if isinstance(getattr(data, "schema", None), pa.Schema):
            examine(data.schema)
    try:
        # In pyarrow before 25, exporting a table through the C interface can crash the process:
        # a string view that `cast` made of short strings is exported with a missing buffer.
        is_pyarrow = isinstance(data, pa.Table)
        reader = data.to_reader() if is_pyarrow else pa.RecordBatchReader.from_stream(data)
        source.schema = reader.schema
        first = 0
        for whole in reader:
            for batch in pieces(whole, BATCH):
                yield Batch(first, batch)
                first += batch.num_rows
    except (pa.ArrowException, OSError) as error:
        raise StreamError(Fault("unreadable", (), "a table", _line(error))) from None


def dataset_batches(source: "InputSource", data: Any) -> Iterator[Batch]:
    """Yield the batches of a `datasets.Dataset`, in the order of its selected or sorted rows."""
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


def dataset_rows(source: "InputSource", data: Any) -> Iterator[tuple[None, Any]]:
    """Yield the rows of an iterable `datasets` dataset, with class labels as names."""
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
