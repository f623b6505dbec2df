"""A foreign columnar file, part by part: Parquet, Arrow IPC file, Arrow IPC stream."""

import os
import pathlib
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from .arrow import checked, examine, pieces, told, undecoded, unreadable
from .findings import Fault, shown
from .messages import fault_of_messages
from .pages import fault_of_pages
from .streams import BOMB_RATIO, StreamError, most_unpacked

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Form", "Plan", "batches", "checked", "pieces", "plan", "undecoded"]

Form = Literal["parquet", "ipc-file", "ipc-stream"]

_WITH_FOOTER: dict[bytes, Form] = {b"PAR1": "parquet", b"ARROW1": "ipc-file"}
_STREAM = b"\xff\xff\xff\xff"
_ENCRYPTED = b"PARE"
_PACKED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")
_ENDS = 8
# By the one core that a worker has; column chunks through small buffers, else they would be held whole.
_READING = {"pre_buffer": False, "buffer_size": 1 << 18, "page_checksum_verification": True}
_BATCH_BYTES = 1 << 26  # about so many of a row group are read at a time, where its rows are large
# Where the values of a string column take no more bytes each, there are few of them, and many rows.
_CODE_BYTES = 2
# Behind the footer of a file with encrypted columns (Parquet modular encryption, section 5.2).
_SIGNATURE = 28


class Plan(NamedTuple):
    """What a columnar file says that it holds.

    A part is a row group, a record batch of an IPC file, or the whole of a stream.
    """

    form: Form
    names: list[str]
    rows: list[int | None]
    """Rows of each part; None where that is not known before it is read."""
    sizes: list[int]
    """Uncompressed bytes of each part as far as known, else the file's size."""


def plan(path: str) -> Plan:
    """Return what a file says that it holds. Its form is found by its content.

    Raises
    ------
    StreamError
        It cannot be read at all.
    """
    with told():
        form, size = _form(path)
        if form == "parquet":
            return _parquet_plan(path)
        if form == "ipc-file":
            return _file_plan(path, size)
        with _mapped(path) as file:
            return Plan(form, _opened_stream(file).schema.names, [None], [size])


def batches(path: str, form: str, part: int, size: int = 16_384) -> Iterator["pa.RecordBatch"]:
    """Yield the rows of a part, each batch as `checked` returns it.

    The rows that can be read come before the fault that ends a part. A column's type may differ from batch to
    batch: text of few values comes as a dictionary.

    Parameters
    ----------
    path : str
        The file.
    form : str
        As its plan says.
    part : int
        Which part, from 0.
    size : int
        Rows that a batch has at most.

    Raises
    ------
    StreamError
        The part cannot be read, or not to its end, or is not what the file says.
    """
    readers = {"parquet": _row_group, "ipc-file": _record_batch, "ipc-stream": _stream}
    with told():
        most, unpacked = _most(path), 0
        for batch in readers[form](path, part, size):
            # Rows count as well as bytes: of nulls there can be any number in no space at all.
            _bound(unpacked + batch.num_rows, most)
            for piece in pieces(batch, size):
                unpacked += piece.num_rows + piece.nbytes
                _bound(unpacked, most)
                yield piece


def _form(path: str) -> tuple[Form, int]:
    """Return the form of a file and its size."""
    about = pathlib.Path(path).stat()
    if not stat.S_ISREG(about.st_mode):
        raise StreamError(unreadable("a folder, a device or a pipe"))
    with pathlib.Path(path).open("rb") as file:
        head = file.read(_ENDS)
        file.seek(max(0, about.st_size - _ENDS))
        tail = file.read(_ENDS)
    for magic, form in _WITH_FOOTER.items():
        if head.startswith(magic):
            if not tail.endswith(magic) or about.st_size < _ENDS + len(magic):
                got = "one that ends before its footer"
                raise StreamError(Fault("truncated", (), "a file to its end", got))
            return form, about.st_size
    if head.startswith(_STREAM):
        return "ipc-stream", about.st_size
    if head.startswith(_ENCRYPTED):
        raise StreamError(unreadable("an encrypted one", "decrypt it"))
    if head.startswith(_PACKED):
        raise StreamError(unreadable("a compressed one", "unpack it"))
    got = f"a file that begins {shown(head.decode('latin-1'))}" if head else "an empty file"
    raise StreamError(Fault("unreadable", (), "Parquet or Arrow IPC", got))


def _identity(path: str) -> tuple[int, int, int]:
    about = pathlib.Path(path).stat()
    return about.st_size, about.st_ino, about.st_mtime_ns


def _most(path: str) -> int:
    return most_unpacked(_identity(path)[0])


def _bound(unpacked: int, most: int) -> None:
    if unpacked > most:
        expected = f"data that unpacks to at most {BOMB_RATIO} times its size"
        remedy = "if it is not one, write it anew in smaller parts"
        raise StreamError(Fault("unreadable", (), expected, "more: it may be a decompression bomb", remedy))


# Parquet.


@lru_cache(maxsize=1)
def _footer(path: str, identity: tuple[int, int, int]) -> Any:
    """Return the metadata of a Parquet file, read once for all of its parts."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    with pa.OSFile(os.fsencode(path)) as file:
        file.seek(max(0, identity[0] - _ENDS))
        length = int.from_bytes(file.read(4), "little")
        # Thrift makes room for as many elements as a list says that it has. Each takes a byte at least.
        longest = max(1, min(length, 1_000_000))
        metadata = ParquetFile(file, thrift_container_size_limit=longest).metadata
    if length - metadata.serialized_size == _SIGNATURE:
        # A look at the metadata of an encrypted column would end the process (pyarrow 26).
        raise StreamError(unreadable("one with encrypted columns", "decrypt it"))
    return metadata


def _parquet_plan(path: str) -> Plan:
    metadata = _footer(path, _identity(path))
    schema = metadata.schema.to_arrow_schema()
    examine(schema)
    groups = [metadata.row_group(part) for part in range(metadata.num_row_groups)]
    rows = [group.num_rows for group in groups]
    if sum(rows) != metadata.num_rows:
        expected = f"{metadata.num_rows:,} rows, as the footer says"
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
        fault = Fault("unreadable", (), f"{rows:,} rows, as the footer says", f"{read:,}")
    if fault := fault or fault_of_pages(path, metadata.schema, group):
        raise StreamError(fault)


def _columns(schema: Any, group: Any) -> tuple[list[str], Fault | None]:
    """Return the string columns of few values in a row group, and what a column has against its rows."""
    coded: list[str] = []
    fault = None
    for number in range(group.num_columns):
        chunk, column = group.column(number), schema.column(number)
        is_flat = column.max_repetition_level == 0
        if chunk.num_values < group.num_rows or (is_flat and chunk.num_values > group.num_rows):
            expected = f"{group.num_rows:,} values, as the footer says of rows"
            fault = Fault("unreadable", (column.path,), expected, f"{chunk.num_values:,}")
        if (
            column.path == column.name
            and column.logical_type.type == "STRING"
            and {"RLE_DICTIONARY", "PLAIN_DICTIONARY"} & {*chunk.encodings}
            and chunk.total_uncompressed_size <= _CODE_BYTES * group.num_rows
        ):
            coded.append(column.path)
    return coded, fault


# Arrow IPC.


def _mapped(path: str) -> Any:
    """Return a file of which only what is looked at takes memory; where addresses are short, any file."""
    import pyarrow as pa

    try:
        return pa.memory_map(os.fsencode(path))
    except OSError:
        return pa.OSFile(os.fsencode(path))


def _options(columns: list[int] | None = None) -> Any:
    import pyarrow as pa

    # Bytes are left in their order: to swap them is to touch them before they are validated.
    return pa.ipc.IpcReadOptions(ensure_native_endian=False, use_threads=False, included_fields=columns)


def _native(schema: "pa.Schema") -> None:
    import pyarrow as pa

    examine(schema)
    # Only by comparison does pyarrow tell the byte order of a schema.
    if not schema.equals(pa.schema([*schema])):
        raise StreamError(unreadable("one in big-endian byte order", "write it in little-endian order"))


@lru_cache(maxsize=1)
def _file_reader(path: str, _: tuple[int, int, int]) -> Any:
    """Return the reader of an IPC file, one for all of its parts: they share dictionaries."""
    import pyarrow as pa

    reader = pa.ipc.open_file(_mapped(path), options=_options())
    _native(reader.schema)
    return reader


def _file_plan(path: str, size: int) -> Plan:
    import pyarrow as pa

    schema = _file_reader(path, _identity(path)).schema
    # Rows are counted by one column, of numbers if there is one: it is the quickest to read.
    numbers = [at for at, field in enumerate(schema) if pa.types.is_primitive(field.type)]
    rows: list[int | None] = []
    with _mapped(path) as file:
        reader = pa.ipc.open_file(file, options=_options([*numbers, *range(len(schema))][:1]))
        for part in range(reader.num_record_batches):
            try:
                rows.append(reader.get_batch(part).num_rows)
            except Exception:  # noqa: BLE001 - it is told when the part is read
                rows.append(None)
        if fault := fault_of_messages(file, len(rows)):
            raise StreamError(fault)
    return Plan("ipc-file", schema.names, rows, [size] * len(rows))


def _record_batch(path: str, part: int, _: int) -> Iterator["pa.RecordBatch"]:
    yield _file_reader(path, _identity(path)).get_batch(part)


def _opened_stream(file: Any) -> Any:
    import pyarrow as pa

    with _to_the_end(file):
        reader = pa.ipc.open_stream(file, options=_options())
    _native(reader.schema)
    return reader


def _stream(path: str, _: int, __: int) -> Iterator["pa.RecordBatch"]:
    with _mapped(path) as file:
        reader = _opened_stream(file)
        while True:
            at = file.tell()
            with _to_the_end(file):
                batch = next(reader, None)
            if batch is None:
                break
            yield batch
        # Arrow lets a stream end where nothing follows a batch, but there it may have been cut as well.
        if file.read_at(file.tell() - at, at) != _STREAM + bytes(4):
            got, remedy = "one without the mark of its end", "close its writer, which sets the mark"
            raise StreamError(Fault("truncated", (), "a stream to its end", got, remedy))
        rest = file.size() - file.tell()
        if rest:
            raise StreamError(Fault("unreadable", (), "nothing after the stream's end", f"{rest:,} bytes"))


@contextmanager
def _to_the_end(file: Any) -> Iterator[None]:
    """Tell a stream that wants more than the file has from one that is damaged."""
    try:
        yield
    except (OSError, ValueError):
        if file.tell() < file.size():
            raise
        raise StreamError(Fault("truncated", (), "a stream to its end", "less")) from None
