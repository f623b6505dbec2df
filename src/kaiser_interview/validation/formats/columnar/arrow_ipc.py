"""Messages of an Arrow IPC file: whether its footer names every batch that the file holds.

No checksum covers a footer. One that names fewer batches hides rows from a reader that asks it for them.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ...findings.finding import Fault, StreamError
from .checks import examine, unreadable
from .plan import _STREAM, Plan, _identity

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["fault_of_messages"]

# The file's magic, padded; what follows is a stream (Arrow columnar format, "IPC File Format").
_STREAM_AT = 8


def fault_of_messages(file: Any, named: int) -> Fault | None:
    """Return what the batches of an open file have against the number that its footer names, if anything."""
    import pyarrow as pa

    file.seek(_STREAM_AT)
    found = 0
    try:
        for message in pa.ipc.MessageReader.open_stream(file):
            found += message.type == "record batch"
    except Exception:  # noqa: BLE001 - told when the batch that it is in is read
        return None
    if found <= named:
        return None
    return Fault("unreadable", (), f"{named:,} batches, as the footer says", f"{found:,} in the file")


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
