"""Read an untrusted columnar file part by part: Parquet, Arrow IPC file or Arrow IPC stream."""

import pathlib
import stat
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...findings.display import shown
from ...findings.finding import Fault, StreamError
from .arrow_ipc import _file_plan, _mapped, _opened_stream, _record_batch, _stream
from .checks import pieces, stream_errors, unreadable
from .parquet import _parquet_plan, _row_group
from .plan import _ENDS, _STREAM, Form, Plan, _bound, _most

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["batches", "plan"]

_WITH_FOOTER: dict[bytes, Form] = {b"PAR1": "parquet", b"ARROW1": "ipc-file"}

_ENCRYPTED = b"PARE"

_COMPRESSED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")


def plan(path: str) -> Plan:
    """Return the format, columns and parts that a file declares. Detect the format from its content.

    Raises
    ------
    StreamError
        The file cannot be read.
    """
    with stream_errors():
        form, size = _form(path)
        if form == "parquet":
            return _parquet_plan(path)
        if form == "ipc-file":
            return _file_plan(path, size)
        with _mapped(path) as file:
            return Plan(form, _opened_stream(file).schema.names, [None], [size])


def batches(path: str, form: str, part: int, size: int = 16_384) -> Iterator["pa.RecordBatch"]:
    """Yield the record batches of a part, validated and converted as by `checked`.

    Readable rows are yielded before an error is raised. A column's type may differ between batches: strings
    with few distinct values may be a dictionary.

    Parameters
    ----------
    path : str
        The file.
    form : str
        Its format, from `plan`.
    part : int
        Index of the part, from 0.
    size : int
        Maximum rows of a batch.

    Raises
    ------
    StreamError
        The part cannot be read to its end, decompresses to too much, or differs from what the file declares.
    """
    readers = {"parquet": _row_group, "ipc-file": _record_batch, "ipc-stream": _stream}
    with stream_errors():
        most, decompressed = _most(path), 0
        for batch in readers[form](path, part, size):
            # Count rows as well as bytes, because nulls may take no space.
            _bound(decompressed + batch.num_rows, most)
            for piece in pieces(batch, size):
                decompressed += piece.num_rows + piece.nbytes
                _bound(decompressed, most)
                yield piece


def _form(path: str) -> tuple[Form, int]:
    """Detect a file's format from its first and last bytes; return it with the file's size."""
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
                got = "a file that ends before its footer"
                raise StreamError(Fault("truncated", (), "a complete file", got))
            return form, about.st_size
    if head.startswith(_STREAM):
        return "ipc-stream", about.st_size
    if head.startswith(_ENCRYPTED):
        raise StreamError(unreadable("an encrypted file", "decrypt it"))
    if head.startswith(_COMPRESSED):
        raise StreamError(unreadable("a compressed file", "decompress it"))
    got = f"a file that begins with {shown(head.decode('latin-1'))}" if head else "an empty file"
    raise StreamError(Fault("unreadable", (), "a Parquet or Arrow IPC file", got))
