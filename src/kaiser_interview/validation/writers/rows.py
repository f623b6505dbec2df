"""Write rows in the format of the input; rows of text formats are copied byte for byte."""

import csv
import gzip
import io
import json
import math
import os
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Protocol

from ...errors import InputError
from ...records.introspection import values_of
from ...records.models import Record, instant
from ...storage import Staging
from ..findings.display import shown, visible
from ..formats.detect import Form
from ..sources.source import InputSource
from .tables import TableWriter, table_form

__all__ = ["Writer", "as_json", "as_record", "different_files"]

_DEEPEST = 100

_MOST_BITS = 10_000

_NAMES: dict[Form, str] = {
    "lines": "JSON Lines",
    "document": "JSON",
    "csv": "CSV",
    "columns": "Parquet or Arrow",
}


class _Bytes(Protocol):
    def write(self, data: bytes | memoryview, /) -> object: ...
    def close(self) -> None: ...


class Writer:
    """Write rows of one format to a staged file, compressed if its extension is .gz or .zst.

    Parameters
    ----------
    staging : Staging
        The files that are moved to their paths together.
    path : pathlib.Path
        The path of the output.
    """

    def __init__(self, staging: Staging, path: Path) -> None:
        self._form: Form | None = None
        self._header: bytes | None = None
        self._begun = False
        self._path = path
        self._raw = staging.open(path)
        self._file: _Bytes = self._raw
        self._table: TableWriter | None = None

    @property
    def form(self) -> Form | None:
        """The format of the rows; None before `begin`."""
        return self._form

    @property
    def table(self) -> TableWriter | None:
        """The writer of the rows if they go to a columnar file, else None."""
        return self._table

    def begin(self, form: Form, header: bytes | None = None, source: InputSource | None = None) -> None:
        """Start writing rows of a format. A file has one format and, for CSV, one header.

        Rows of a columnar file are written in its format. Rows of a table in memory are written in the format
        of the output's extension, or else as JSON Lines.

        Raises
        ------
        InputError
            The file already has another format or another CSV header.
        """
        table = None
        if form == "columns" and source is not None and source.schema is not None:
            table = source.table_form or table_form(self._path.suffix)
        if table is None and form in {"values", "columns"}:
            form = "lines"
        if self._form is not None and self._form != form:
            raise InputError(
                f"inputs: expected files of the same format, got {_NAMES[self._form]} and {_NAMES[form]}; "
                "process each file separately"
            )
        if self._form == "csv" and self._header != header:
            raise InputError(
                "inputs: expected files with the same columns, got different headers; "
                "process each file separately"
            )
        if self._form is None and table is not None:
            self._table = TableWriter(_KeptOpen(self._raw), table)
        elif self._form is None:
            self._file = _compressed(self._raw, self._path)
        if self._form is None and header is not None:
            self._file.write(header + b"\n")
        self._form, self._header = form, header

    def lines(self, data: bytes | memoryview) -> None:
        """Write rows of JSON Lines, without the last line feed."""
        self._file.write(data)
        self._file.write(b"\n")

    def row(self, data: bytes) -> None:
        """Write a row's bytes."""
        if self._form == "document":
            self._file.write(b",\n" if self._begun else b"[\n")
            self._file.write(data)
        else:
            self.lines(data)
        self._begun = True

    def end(self) -> None:
        """Finish the file: close a JSON array, a table or a compressed stream."""
        if self._table is not None:
            self._table.end()
            return
        if self._form is None:
            self._file = _compressed(self._raw, self._path)
        if self._form == "document":
            self._file.write(b"\n]\n" if self._begun else b"[]\n")
        if not isinstance(self._file, io.BufferedWriter):
            self._file.close()  # the compressor; staging closes the file itself


def as_json(row: Any) -> bytes:
    """Return a row from Python as a JSON text; values that JSON does not support become text."""
    for text in (_text, _text_of_held):
        try:
            return text(row)
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001, S112 - objects of the user may raise anything
            continue
    return json.dumps(shown(row)).encode()  # a mapping that cannot be read


def _text(row: Any) -> bytes:
    return json.dumps(row, ensure_ascii=False, default=_foreign).encode()


def _text_of_held(row: Any) -> bytes:
    # Surrogates, keys that are not text, integers of thousands of digits, rows that contain themselves.
    return json.dumps(_held_by_json(row)).encode()


def as_record(cells: Iterable[str], delimiter: str = ",") -> bytes:
    """Return cells as a CSV record, without its line end."""
    text = io.StringIO()
    # Use a CRLF line end, so that the writer quotes cells with a carriage return or a line feed.
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    return text.getvalue().removesuffix("\r\n").encode()


def different_files(outputs: Iterable[Path], source: InputSource | None = None) -> None:
    """Check that the outputs are different files, and different from the input.

    Raises
    ------
    InputError
        Two of the files are the same.
    """
    places = [os.path.realpath(path) for path in outputs]
    if len({*places}) < len(places):
        raise InputError("outputs: expected different files, got the same file twice")
    if source is not None and source.stream is not None:
        for place in places:
            if source.stream.is_file(place):
                raise InputError(f"{visible(place)}: expected a file other than the input")


def _foreign(value: object) -> object:
    """Convert a value to a type that JSON has; return its display text if that fails."""
    try:
        return _converted(value)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - objects of the user may raise anything
        return shown(value)


def _converted(value: object) -> object:
    if isinstance(value, Record):
        return values_of(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return instant(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value) if math.isfinite(float(value)) else str(value)
    return value.tolist() if hasattr(value, "tolist") else repr(value)


def _held_by_json(value: Any, above: tuple[int, ...] = ()) -> Any:
    """Replace values that JSON does not support; cut off values that contain themselves or are too deep."""
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        return hex(value)
    if value is None or isinstance(value, str | int | float):
        return value
    if not isinstance(value, Mapping | list | tuple):
        value = _foreign(value)
        return value if isinstance(value, str) else _held_by_json(value, above)
    if id(value) in above or len(above) > _DEEPEST:
        return "…"
    above = (*above, id(value))
    if isinstance(value, Mapping):
        names = (name if isinstance(name, str) else repr(name) for name in value)
        return {name: _held_by_json(one, above) for name, one in zip(names, value.values(), strict=True)}
    return [_held_by_json(one, above) for one in value]


def _compressed(file: IO[bytes], path: Path) -> _Bytes:
    if path.suffix.lower() == ".gz":
        return gzip.GzipFile(filename="", mode="wb", fileobj=_KeptOpen(file), mtime=0)
    if path.suffix.lower() == ".zst":
        import pyarrow as pa

        return pa.CompressedOutputStream(pa.PythonFile(_KeptOpen(file), "w"), "zstd")  # type: ignore[no-any-return]
    return file


class _KeptOpen(io.RawIOBase):
    """A file that a compressor can write to but cannot close."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        # The compressor of an abandoned file still flushes when it is garbage-collected.
        return len(data) if self._file.closed else self._file.write(data)
