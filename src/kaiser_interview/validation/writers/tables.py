"""Write rows of tables to Parquet, Arrow IPC or a table in memory; values stay unchanged."""

import io
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING, Any, Literal

from ...errors import InputError
from ..findings.display import visible

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["TableForm", "TableInMemory", "TableSink", "TableWriter", "refuse_undecoded", "table_form"]

TableForm = Literal["parquet", "ipc-file", "ipc-stream"]

_SUFFIXES: dict[str, TableForm] = {
    ".parquet": "parquet",
    ".arrow": "ipc-file",
    ".feather": "ipc-file",
    ".ipc": "ipc-file",
    ".arrows": "ipc-stream",
}

# Rows in a row group: enough to compress well, few enough to fit in memory.
_GROUP = 1 << 17

_WRITES_NULL_FIXED_LISTS = 26
"""The first version of pyarrow that does, for Parquet."""


def refuse_undecoded(batch: "pa.RecordBatch") -> None:
    """Raise an error if a batch had text that is not UTF-8, because it cannot be written unchanged.

    Raises
    ------
    InputError
        The batch had such text.
    """
    from ..formats.columnar.checks import undecoded

    if undecoded(batch):
        raise InputError("text that is not UTF-8 cannot be written unchanged; nothing was written")


def table_form(suffix: str) -> TableForm | None:
    """Return the columnar format of a file extension; None for any other extension."""
    return _SUFFIXES.get(suffix.lower())


class TableSink:
    """Collect rows of record batches with one schema.

    Columns keep their values. Their types are converted by `decoded_type`.
    """

    def __init__(self) -> None:
        self._schema: Any = None
        self._held: list[pa.RecordBatch] = []

    def begin(self, schema: "pa.Schema") -> None:
        """Start collecting rows of a schema.

        Raises
        ------
        InputError
            Earlier rows had another schema, or the output does not support the type of a column.
        """
        import pyarrow as pa

        from ..arrow.arrays import decoded_type

        fields = [pa.field(one.name, decoded_type(one.type)) for one in schema]
        schema = pa.schema(fields, schema.metadata)
        if self._schema is None:
            self._schema = schema
            self._open(schema)
        elif not self._schema.equals(schema):
            raise InputError(
                "inputs: expected tables with the same schema, got different schemas; "
                "process each table separately"
            )

    def take(self, batch: "pa.RecordBatch", rows: Sequence[int]) -> None:
        """Add rows of a batch unchanged, given their indices.

        Raises
        ------
        InputError
            The batch had text that is not UTF-8, which cannot be written unchanged.
        """
        import numpy as np

        from ..arrow.to_python import taken

        refuse_undecoded(batch)
        self.add(taken(batch, np.array(rows)))

    def add(self, batch: "pa.RecordBatch") -> None:
        """Add a batch; convert its columns to the types of the output."""
        import pyarrow as pa

        from ..arrow.arrays import decoded

        columns = [decoded(batch.column(one.name)).cast(one.type) for one in self._schema]
        self._held.append(pa.RecordBatch.from_arrays(columns, schema=self._schema))

    def _open(self, schema: "pa.Schema") -> None:
        """Prepare for rows of a schema."""


class TableInMemory(TableSink):
    """Collect record batches in a table."""

    def table(self) -> "pa.Table":
        """Return the collected rows."""
        import pyarrow as pa

        return pa.Table.from_batches(self._held, self._schema)


class TableWriter(TableSink):
    """Write record batches to a Parquet or Arrow IPC file.

    Parameters
    ----------
    file : file
        The output.
    form : str
        The format of the output.
    group : int
        Number of rows to collect before they are written together.
    """

    def __init__(self, file: IO[bytes] | io.RawIOBase, form: TableForm, *, group: int = _GROUP) -> None:
        super().__init__()
        self._file = file
        self._form = form
        self._group = group
        self._writer: Any = None
        self._count = 0

    def add(self, batch: "pa.RecordBatch") -> None:
        """Write a batch; convert its columns to the types of the file."""
        super().add(batch)
        self._count += batch.num_rows
        if self._count >= self._group:
            self._write()

    def end(self) -> None:
        """Write all collected rows and close the file."""
        self._write()
        if self._writer is not None:
            self._writer.close()

    def _open(self, schema: "pa.Schema") -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        if self._form == "parquet":
            _refuse_unsupported(schema)
            self._writer = pq.ParquetWriter(self._file, schema, compression="zstd", write_page_checksum=True)
        else:
            new = pa.ipc.new_file if self._form == "ipc-file" else pa.ipc.new_stream
            self._writer = new(self._file, schema)

    def _write(self) -> None:
        import pyarrow as pa

        if self._held:
            table = pa.Table.from_batches(self._held)
            if self._form == "parquet":
                _refuse_null_fixed_lists(table)
            self._writer.write_table(table)
        self._held, self._count = [], 0


def _refuse_unsupported(schema: "pa.Schema") -> None:
    """Raise an error if Parquet does not support the type of a column, such as a union.

    Raises
    ------
    InputError
        Parquet does not support the type of a column.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    for field in schema:
        try:
            pq.ParquetWriter(pa.BufferOutputStream(), pa.schema([field])).close()
        except pa.ArrowNotImplementedError:
            raise InputError(
                f"{visible(field.name)}: Parquet does not support the type {field.type}; "
                "write to a .arrow or .jsonl file; nothing was written"
            ) from None


def _refuse_null_fixed_lists(table: "pa.Table") -> None:
    """Raise an error if a table has null lists of a fixed size, and pyarrow cannot write them to Parquet.

    Raises
    ------
    InputError
        It has, and pyarrow cannot: versions before 26 raise an exception, or write a file that no version
        reads.
    """
    import pyarrow as pa

    if int(pa.__version__.partition(".")[0]) >= _WRITES_NULL_FIXED_LISTS:
        return
    for name, column in zip(table.column_names, table.columns, strict=True):
        if any(map(_has_null_fixed_lists, column.chunks)):
            raise InputError(
                f"{visible(name)}: pyarrow {pa.__version__} cannot write null lists of a fixed size to "
                "Parquet; install pyarrow 26, or write to a .arrow or .jsonl file; nothing was written"
            )


def _has_null_fixed_lists(array: "pa.Array") -> bool:
    import pyarrow as pa
    import pyarrow.types as kinds

    from ..arrow.arrays import is_any_list

    if kinds.is_fixed_size_list(array.type) and array.null_count:
        return True
    if kinds.is_map(array.type):
        # `array.keys` and `array.items` would ignore that an array is a slice.
        entries = pa.struct([array.type.key_field, array.type.item_field])
        return _has_null_fixed_lists(array.cast(pa.list_(entries)))
    if kinds.is_struct(array.type):
        return any(map(_has_null_fixed_lists, array.flatten()))
    return is_any_list(array.type) and _has_null_fixed_lists(array.flatten())
