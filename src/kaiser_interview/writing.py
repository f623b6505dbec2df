"""Write records to a file in the format of its extension."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from .errors import InputError
from .records.models import Record
from .records.schemas import to_table
from .storage import Staging
from .validation.formats.detect import Form
from .validation.writers.rows import Writer, as_json, as_record

__all__ = ["write"]

_FORMS: dict[str, Form] = {".jsonl": "lines", ".ndjson": "lines", ".json": "document", ".csv": "csv"}


def write(records: Iterable[Record | Mapping[str, Any]], path: str | os.PathLike[str]) -> int:
    """Write records to a file as JSON Lines, a JSON array, CSV or Parquet, depending on its extension.

    ``.jsonl``, ``.ndjson``, ``.json`` and ``.csv`` may be followed by ``.gz`` or ``.zst``. JSON has no null
    fields. CSV has lists as JSON; cells are not escaped for spreadsheets, so that quotes stay verbatim.
    Parquet has the Arrow schema of the records' kind, and page checksums. An existing file is replaced when
    the new one is complete.

    Parameters
    ----------
    records : iterable of Record or mapping
        The records. Parquet needs records of one kind. For CSV, all records or mappings must have no other
        fields than the first.
    path : path
        The output file.

    Returns
    -------
    int
        The number of records written.

    Raises
    ------
    InputError
        The extension is unknown, or the records do not fit the format.
    OSError
        The file cannot be written; an existing file is unchanged.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import kaiser_interview as ki
    >>> row = ki.Label.of(ki.claim("d01-c01"), scheme="my:stance", value="for", method="human", creator="I")
    >>> write([row], pathlib.Path(tempfile.mkdtemp()) / "labels.jsonl")
    1
    """
    path = Path(path)
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes[-1:] == [".parquet"]:
        return _parquet([*records], path)
    packed = suffixes[-1:] in ([".gz"], [".zst"])
    form = _FORMS.get((suffixes[:-1] if packed else suffixes)[-1] if len(suffixes) > packed else "")
    if form is None:
        raise InputError(
            f"{path.name}: expected .jsonl, .json, .csv or .parquet, got {path.suffix or 'no suffix'}"
        )
    count = 0
    with Staging() as staging:
        writer = Writer(staging, path)
        for row in _csv(records, writer) if form == "csv" else _json(records, writer, form):
            writer.row(row)
            count += 1
        writer.end()
        staging.commit()
    return count


def _json(records: Iterable[Record | Mapping[str, Any]], writer: Writer, form: Form) -> Iterator[bytes]:
    writer.begin(form)
    for record in records:
        if isinstance(record, Record):
            yield record.model_dump_json(exclude_none=True).encode()
        else:
            yield as_json({name: value for name, value in record.items() if value is not None})


def _csv(records: Iterable[Record | Mapping[str, Any]], writer: Writer) -> Iterator[bytes]:
    names: list[str] | None = None
    for record in records:
        values = record.model_dump(mode="json") if isinstance(record, Record) else record
        if names is None:
            names = [*values]
            writer.begin("csv", as_record(names))
        if {*values} - {*names}:
            raise InputError(f"CSV: expected the columns {', '.join(names)}, got {', '.join(values)}")
        yield as_record([_cell(values.get(name)) for name in names])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else as_json(value).decode()


def _parquet(records: list[Record | Mapping[str, Any]], path: Path) -> int:
    import pyarrow.parquet as pq

    models = {type(record) for record in records if isinstance(record, Record)}
    if len(models) != 1 or not all(isinstance(record, Record) for record in records):
        raise InputError("Parquet: expected records of one kind")
    (model,) = models
    table = to_table(model, [record for record in records if isinstance(record, Record)])
    with Staging() as staging:
        pq.write_table(table, staging.open(path), compression="zstd", write_page_checksum=True)
        staging.commit()
    return len(records)
