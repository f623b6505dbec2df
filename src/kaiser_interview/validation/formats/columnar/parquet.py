"""Read Parquet files: the footer, the plan, and row groups as record batches."""

import os
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ...findings.finding import Fault, StreamError
from .checks import examine, unreadable
from .parquet_pages import fault_of_pages
from .plan import _ENDS, Plan, _bound, _identity, _most

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = []

# Use small buffers: otherwise pyarrow keeps whole column chunks in memory.
_READING = {"pre_buffer": False, "buffer_size": 1 << 18, "page_checksum_verification": True}

_BATCH_BYTES = 1 << 26  # approximate maximum size of a batch if rows are large

# A string column with at most this many bytes per row has few distinct values: read it as a dictionary.
_CODE_BYTES = 2

# Length of the signature after the footer if columns are encrypted (Parquet modular encryption, section 5.2).
_SIGNATURE = 28


@lru_cache(maxsize=1)
def _footer(path: str, identity: tuple[int, int, int]) -> Any:
    """Return the metadata of a Parquet file, cached for all of its parts."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    with pa.OSFile(os.fsencode(path)) as file:
        file.seek(max(0, identity[0] - _ENDS))
        length = int.from_bytes(file.read(4), "little")
        # Thrift allocates the declared number of list elements. Each takes at least one byte of the footer.
        longest = max(1, min(length, 1_000_000))
        metadata = ParquetFile(file, thrift_container_size_limit=longest).metadata
    if length - metadata.serialized_size == _SIGNATURE:
        # Reading the metadata of an encrypted column crashes the process (pyarrow 26).
        raise StreamError(unreadable("a file with encrypted columns", "decrypt it"))
    return metadata


def _parquet_plan(path: str) -> Plan:
    metadata = _footer(path, _identity(path))
    schema = metadata.schema.to_arrow_schema()
    examine(schema)
    groups = [metadata.row_group(part) for part in range(metadata.num_row_groups)]
    rows = [group.num_rows for group in groups]
    if sum(rows) != metadata.num_rows:
        expected = f"{metadata.num_rows:,} rows, as declared in the footer"
        raise StreamError(Fault("unreadable", (), expected, f"{sum(rows):,} in its row groups"))
    sizes = [max(0, group.total_byte_size) for group in groups]
    _bound(sum(sizes) + sum(rows), _most(path))
    return Plan("parquet", schema.names, [*rows], sizes)


def _row_group(path: str, part: int, size: int) -> Iterator["pa.RecordBatch"]:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    metadata = _footer(path, _identity(path))
    group = metadata.row_group(part)
    rows, declared = group.num_rows, max(1, group.total_byte_size)
    _bound(declared, _most(path))
    coded, fault = _columns(metadata.schema, group)
    with pa.OSFile(os.fsencode(path)) as file:
        reader = ParquetFile(file, metadata=metadata, read_dictionary=coded, **_READING)
        size = min(size, max(1, _BATCH_BYTES * rows // declared))
        read = 0
        for batch in reader.iter_batches(size, row_groups=[part], use_threads=False):
            read += batch.num_rows
            yield batch
    if read != rows:
        fault = Fault("unreadable", (), f"{rows:,} rows, as declared in the footer", f"{read:,}")
    if fault := fault or fault_of_pages(path, metadata.schema, group):
        raise StreamError(fault)


def _columns(schema: Any, group: Any) -> tuple[list[str], Fault | None]:
    """Return the string columns to read as dictionaries, and a fault if value and row counts disagree."""
    coded: list[str] = []
    fault = None
    for number in range(group.num_columns):
        chunk, column = group.column(number), schema.column(number)
        is_flat = column.max_repetition_level == 0
        if chunk.num_values < group.num_rows or (is_flat and chunk.num_values > group.num_rows):
            expected = f"{group.num_rows:,} values, one for each row in the footer"
            fault = Fault("unreadable", (column.path,), expected, f"{chunk.num_values:,}")
        if (
            column.path == column.name
            and column.logical_type.type == "STRING"
            and {"RLE_DICTIONARY", "PLAIN_DICTIONARY"} & {*chunk.encodings}
            and chunk.total_uncompressed_size <= _CODE_BYTES * group.num_rows
        ):
            coded.append(column.path)
    return coded, fault
