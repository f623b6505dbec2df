"""Write rows to a file in the format of its extension."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic_core import PydanticSerializationError

from .errors import InputError
from .records.introspection import kind_of, model_of, values_of
from .records.models import KindName, Record
from .records.schemas import to_table
from .storage import Staging
from .validation.findings.display import visible
from .validation.formats.detect import Form
from .validation.writers.rows import Writer, as_json, as_record
from .validation.writers.tables import TableForm, table_form

__all__ = ["write"]

_FORMS: dict[str, Form] = {".jsonl": "lines", ".ndjson": "lines", ".json": "document", ".csv": "csv"}

_Row = Record | Mapping[str, Any]


def write(
    rows: Iterable[Record | Mapping[str, Any]],
    path: str | os.PathLike[str],
    *,
    kind: KindName | str | type[Record] | None = None,
) -> int:
    """Write records or mappings to a file in the format of its extension.

    =====================================  ============================================================
    ``.jsonl``, ``.ndjson``                JSON Lines
    ``.json``                              a JSON array
    ``.csv``                               CSV with a header
    ``.parquet``                           Parquet with page checksums
    ``.arrow``, ``.feather``, ``.ipc``     an Arrow IPC file; ``.arrows``: an Arrow IPC stream
    =====================================  ============================================================

    Text formats can be compressed: ``.jsonl.gz``, ``.csv.zst``. JSON leaves out null fields. CSV has the
    columns of all rows, and holds lists and objects as JSON. Cells are not escaped for spreadsheets, so that
    quotes stay verbatim. CSV has no types: an empty text is read as null, and fields that no kind defines are
    read as text. Parquet and Arrow have the columns of `arrow_schema` of the kind, followed by those of other
    fields, as in `read_table`. An existing file is replaced when the new one is complete.

    Parameters
    ----------
    rows : iterable of Record or mapping
        The rows; a table or a data frame is also accepted. Only JSON Lines and JSON arrays are written row by
        row; other formats hold all rows in memory.
    path : path
        The output file.
    kind : str or type of Record, optional
        The type of the rows, for Parquet and Arrow. Required for mappings. Default: the kind of the records.

    Returns
    -------
    int
        The number of rows written.

    Raises
    ------
    InputError
        The extension is unknown, or the rows do not fit the format.
    UnknownNameError
        There is no such kind.
    OSError
        The file cannot be written. An existing file is unchanged.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import kaiser_interview as ki
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> row = ki.Label.of(ki.claim("d01-c01"), scheme="my:stance", value="for", method="human", creator="I")
    >>> write([row], folder / "labels.jsonl")
    1
    >>> row = {"claim_id": "d01-c01", "language": "en", "translation": "…", "method": "human", "creator": "I"}
    >>> write([row], folder / "translations.parquet", kind="translation")
    1
    """
    path = Path(path)
    model = None if kind is None else model_of(kind)
    suffixes = [suffix.lower() for suffix in path.suffixes]
    given = _rows(rows)
    columnar = table_form(path.suffix)
    if columnar is not None:
        return _columnar([*given], path, columnar, model)
    compressed = suffixes[-1:] in ([".gz"], [".zst"])
    extensions = suffixes[:-1] if compressed else suffixes
    form = _FORMS.get(extensions[-1] if extensions else "")
    if form is None:
        raise InputError(
            f"{path.name}: expected .jsonl, .json, .csv, .parquet or .arrow, "
            f"got {path.suffix or 'no extension'}"
        )
    count = 0
    with Staging() as staging:
        writer = Writer(staging, path)
        for row in _csv([*given], path, writer) if form == "csv" else _json(given, writer, form):
            writer.row(row)
            count += 1
        writer.end()
        staging.commit()
    return count


def _rows(rows: Iterable[_Row]) -> Iterator[_Row]:
    """Yield records or mappings; of a table, its rows as mappings.

    Raises
    ------
    InputError
        A row is not a record or a mapping.
    """
    if hasattr(rows, "__arrow_c_stream__"):
        import pyarrow as pa

        from .validation.arrow.to_python import rows_of
        from .validation.sources.frame_index import without_index

        batches = map(without_index, pa.table(rows).to_batches())
        rows = (row for batch in batches for row in rows_of(batch))
    for row in rows:
        if not isinstance(row, Record | Mapping):
            raise InputError(f"rows: expected records or mappings, got {type(row).__name__}")
        yield row


def _json(rows: Iterable[_Row], writer: Writer, form: Form) -> Iterator[bytes]:
    writer.begin(form)
    return map(_json_text, rows)


def _json_text(row: _Row) -> bytes:
    if isinstance(row, Record):
        try:
            return row.model_dump_json(exclude_none=True).encode()
        except PydanticSerializationError:  # lone surrogates, or foreign objects in `x_` fields
            row = values_of(row)
    return as_json({name: value for name, value in row.items() if value is not None})


def _csv(rows: list[_Row], path: Path, writer: Writer) -> Iterator[bytes]:
    given = [values_of(row) if isinstance(row, Record) else row for row in rows]
    names = [*dict.fromkeys(name for row in given for name in row)]
    if given:
        writer.begin("csv", _record(names, path))
    for row in given:
        yield _record([_cell(row.get(name)) for name in names], path)


def _record(cells: list[str], path: Path) -> bytes:
    """Return cells as a CSV record.

    Raises
    ------
    InputError
        A cell has a lone surrogate or the character U+0000.
    """
    try:
        record = as_record(cells)
    except UnicodeEncodeError:
        raise InputError(f"{path.name}: expected text without lone surrogates, got some") from None
    if b"\0" in record:
        raise InputError(f"{path.name}: CSV cannot hold the character U+0000; write JSON Lines")
    return record


def _cell(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    text = as_json(value).decode()
    return str(json.loads(text)) if text.startswith('"') else text  # such as an instant


def _columnar(rows: list[_Row], path: Path, form: TableForm, model: type[Record] | None) -> int:
    """Write rows to a columnar file.

    Raises
    ------
    InputError
        The kind of the rows is not known, or a value does not fit its field.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if model is None:
        models = {type(row) if isinstance(row, Record) else None for row in rows}
        model = models.pop() if len(models) == 1 else None
        if model is None:
            raise InputError(
                f"{path.name}: expected records of one kind, or the option kind for mappings, as in "
                'kind="translation"'
            )
    others = [type(row).__name__ for row in rows if isinstance(row, Record) and not isinstance(row, model)]
    if others:
        raise InputError(f"{path.name}: expected rows of kind {kind_of(model)}, got a record of {others[0]}")
    try:
        table = to_table(model, rows)
        with Staging() as staging:
            file = staging.open(path)
            if form == "parquet":
                pq.write_table(table, file, compression="zstd", write_page_checksum=True)
            else:
                new = pa.ipc.new_file if form == "ipc-file" else pa.ipc.new_stream
                with new(file, table.schema) as writer:
                    writer.write_table(table)
            staging.commit()
    except (ValueError, TypeError, RecursionError, pa.ArrowException) as error:
        raise InputError(f"{path.name}: {visible(str(error))}; `validate` reports such rows") from None
    return len(rows)
