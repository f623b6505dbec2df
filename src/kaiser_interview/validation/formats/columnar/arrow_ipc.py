"""Read Arrow IPC files and streams, and check that a file's footer lists every record batch.

No checksum covers the footer. If it lists too few batches, readers that rely on it miss rows.
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

# Length of the padded magic; a stream follows it (Arrow columnar format, "IPC File Format").
_STREAM_AT = 8


def fault_of_messages(file: Any, named: int) -> Fault | None:
    """Return a fault if an open file holds more record batches than its footer lists.

    Parameters
    ----------
    file : pyarrow file
        An Arrow IPC file.
    named : int
        The number of batches in its footer.
    """
    import pyarrow as pa

    file.seek(_STREAM_AT)
    found = 0
    try:
        for message in pa.ipc.MessageReader.open_stream(file):
            found += message.type == "record batch"
    except Exception:  # noqa: BLE001 - reported when the damaged batch is read
        return None
    if found <= named:
        return None
    return Fault(
        "unreadable", (), f"{named:,} record batches, as declared in the footer", f"{found:,} in the file"
    )


def _mapped(path: str) -> Any:
    """Memory-map a file; open it normally if it cannot be mapped, such as on 32-bit systems."""
    import pyarrow as pa

    try:
        return pa.memory_map(os.fsencode(path))
    except OSError:
        return pa.OSFile(os.fsencode(path))


def _options(columns: list[int] | None = None) -> Any:
    import pyarrow as pa

    # Do not swap bytes: that would read data before it is validated.
    return pa.ipc.IpcReadOptions(ensure_native_endian=False, use_threads=False, included_fields=columns)


def _native(schema: "pa.Schema") -> None:
    import pyarrow as pa

    examine(schema)
    # pyarrow does not expose a schema's byte order, but equality includes it.
    if not schema.equals(pa.schema([*schema])):
        raise StreamError(
            unreadable("a file in big-endian byte order", "write the file in little-endian order")
        )


@lru_cache(maxsize=1)
def _file_reader(path: str, _: tuple[int, int, int]) -> Any:
    """Return the reader of an IPC file, cached because all of its batches share dictionaries."""
    import pyarrow as pa

    reader = pa.ipc.open_file(_mapped(path), options=_options())
    _native(reader.schema)
    return reader


def _file_plan(path: str, size: int) -> Plan:
    import pyarrow as pa

    schema = _file_reader(path, _identity(path)).schema
    # Read one column to count rows, a primitive one if possible: it is the fastest to read.
    numbers = [at for at, field in enumerate(schema) if pa.types.is_primitive(field.type)]
    rows: list[int | None] = []
    with _mapped(path) as file:
        reader = pa.ipc.open_file(file, options=_options([*numbers, *range(len(schema))][:1]))
        for part in range(reader.num_record_batches):
            try:
                rows.append(reader.get_batch(part).num_rows)
            except Exception:  # noqa: BLE001 - reported when the part is read
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
        # Arrow allows a stream without an end marker, but then a truncated stream looks complete.
        if file.read_at(file.tell() - at, at) != _STREAM + bytes(4):
            got, suggestion = (
                "a stream without an end-of-stream marker",
                "close the writer, so that it writes the marker",
            )
            raise StreamError(Fault("truncated", (), "a complete stream", got, suggestion))
        rest = file.size() - file.tell()
        if rest:
            raise StreamError(
                Fault("unreadable", (), "nothing after the end of the stream", f"{rest:,} bytes")
            )


@contextmanager
def _to_the_end(file: Any) -> Iterator[None]:
    """Report an error at the end of the file as `truncated`; raise any other error unchanged."""
    try:
        yield
    except (OSError, ValueError):
        if file.tell() < file.size():
            raise
        raise StreamError(Fault("truncated", (), "a complete stream", "a stream that ends early")) from None
