"""Rows on their way out: in the form in which they came, byte for byte where they are text."""

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
from ...records.introspection import kind_of
from ...records.models import Record, instant
from ...storage import Staging
from ..findings.display import visible
from ..formats.csv import Cells
from ..formats.detect import Form
from ..judged import Judged
from ..rows.row_validator import RowValidator
from ..sources.source import InputSource
from .tables import TableWriter, refuse_undecoded, table_form

__all__ = ["Writer", "as_json", "as_judged", "as_record", "different_files", "row_bytes"]

_DEEPEST = 100

_MOST_BITS = 10_000


class _Bytes(Protocol):
    def write(self, data: bytes, /) -> object: ...
    def close(self) -> None: ...


class Writer:
    """Writes rows of one form to a file that is being staged, packed as its name says.

    Parameters
    ----------
    staging : Staging
        Where the file is put together with others.
    path : pathlib.Path
        Its place.
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
        """The form of the rows; None before the first."""
        return self._form

    @property
    def table(self) -> TableWriter | None:
        """What writes the rows where they are a table's."""
        return self._table

    def begin(self, form: Form, header: bytes | None = None, source: InputSource | None = None) -> None:
        """Take rows of a form from now on; one file has one form, and one header.

        Rows of a columnar file go to one of the same form; rows of a table in memory to the form that the
        file's name asks for, and to JSON Lines otherwise.

        Raises
        ------
        InputError
            It has another form already, or another header.
        """
        table = None
        if form == "columns" and source is not None and source.schema is not None:
            table = source.table_form or table_form(self._path.suffix)
        if table is None and form in {"values", "columns"}:
            form = "lines"
        if self._form not in {None, form} or (self._form == "csv" and self._header != header):
            got = "headers differ" if self._form == form else f"{self._form} and {form}"
            raise InputError(
                f"files of one form are expected for one output, got {got}; one call for each, then"
            )
        if self._form is None and table is not None:
            self._table = TableWriter(_Kept(self._raw), table)
        elif self._form is None:
            self._file = _packed(self._raw, self._path)
        if self._form is None and header is not None:
            self._file.write(header + b"\n")
        self._form, self._header = form, header

    def row(self, data: bytes) -> None:
        """Write a row's bytes."""
        if self._form == "document":
            self._file.write(b",\n" if self._begun else b"[\n")
            self._file.write(data)
        else:
            self._file.write(data + b"\n")
        self._begun = True

    def end(self) -> None:
        """Write what must stand at the end."""
        if self._table is not None:
            self._table.end()
            return
        if self._form is None:
            self._file = _packed(self._raw, self._path)
        if self._form == "document":
            self._file.write(b"\n]\n" if self._begun else b"[]\n")
        if not isinstance(self._file, io.BufferedWriter):
            self._file.close()  # what packs it; the file itself is closed with the others


def row_bytes(judge: RowValidator, judged: Judged) -> bytes:
    """Return a row's bytes as they came, or the row from Python as a JSON text.

    Raises
    ------
    InputError
        The row's bytes were never held, because there are too many.
    """
    source, data = judged.source, judged.data
    if source.form in {"values", "columns"}:
        return as_json(as_judged(judge, judged))
    if isinstance(data, Cells):
        return data.raw
    if isinstance(data, bytes):
        return data
    raise InputError(f"{visible(source.name or '')}: a row is too long to be put aside; nothing was written")


def as_json(row: Any) -> bytes:
    """Return a row from Python as a JSON text; what JSON cannot hold is written as Python shows it."""
    try:
        return json.dumps(row, ensure_ascii=False, default=_foreign).encode()
    except (TypeError, ValueError, RecursionError):
        # Surrogates, keys that are no text, integers of thousands of digits, rows within themselves.
        return json.dumps(_held_by_json(row)).encode()


def as_judged(judge: RowValidator, judged: Judged) -> Any:
    """Return a row from Python as the judge took it: a record with its kind, a table's row without nulls.

    Raises
    ------
    InputError
        It stands in a batch with text that was not UTF-8, which could not be written as it was.
    """
    row = judged.data
    if isinstance(row, Record):
        kind = kind_of(type(row))
        known = "kind" in type(row).model_fields and row.__dict__.get("kind") is None
        return {**row.__dict__, "kind": kind} if known else row.__dict__
    if judged.source.form != "columns" or not isinstance(row, Mapping):
        return row
    if judged.batch is not None:
        refuse_undecoded(judged.batch.rows)
    rules = judge.rules.get(judged.verdict.kind or "") if judged.verdict else None
    if rules is None:
        return row
    # A null in a column that its kind does not have is absent; as JSON it would be an unknown field.
    given = {
        name: value for name, value in row.items() if value is not None or not judge.is_unknown(rules, name)
    }
    return rules.lossless(given)


def as_record(cells: Iterable[str], delimiter: str = ",") -> bytes:
    """Return cells as a record of CSV, without its line end."""
    text = io.StringIO()
    # With a line end, so that the writer quotes what holds one.
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    return text.getvalue().removesuffix("\r\n").encode()


def different_files(outputs: Iterable[Path], source: InputSource | None = None) -> None:
    """Refuse outputs that are each other, or a source.

    Raises
    ------
    InputError
        Two of them are one file.
    """
    places = [os.path.realpath(path) for path in outputs]
    if len({*places}) < len(places):
        raise InputError("outputs: expected different files, got one twice")
    if source is not None and source.stream is not None:
        for place in places:
            if source.stream.is_file(place):
                raise InputError(f"{visible(place)}: expected another file than the input")


def _foreign(value: object) -> object:
    if isinstance(value, Record):
        return value.__dict__
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return instant(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value) if math.isfinite(float(value)) else str(value)
    return value.tolist() if type(value).__module__ == "numpy" else repr(value)  # type: ignore[attr-defined]


def _held_by_json(value: Any, above: tuple[int, ...] = ()) -> Any:
    """Return what JSON can hold of a value, to a depth; what holds itself is cut short."""
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


def _packed(file: IO[bytes], path: Path) -> _Bytes:
    if path.suffix.lower() == ".gz":
        return gzip.GzipFile(filename="", mode="wb", fileobj=_Kept(file), mtime=0)
    if path.suffix.lower() == ".zst":
        import pyarrow as pa

        return pa.CompressedOutputStream(pa.PythonFile(_Kept(file), "w"), "zstd")  # type: ignore[no-any-return]
    return file


class _Kept(io.RawIOBase):
    """A file that what packs it cannot close."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        # What packs a file that is given up still flushes, when it is collected.
        return len(data) if self._file.closed else self._file.write(data)
