"""Rows as files and tables: each form in which derived data comes."""

import gzip
import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import kaiser_interview as ki

from .ground import Ground
from .kinds import ALL, named
from .naive_quotes import Row
from .raw import Raw

__all__ = ["FORMS", "as_csv", "as_json", "as_lines", "as_table", "json_text", "written"]

FORMS = ("jsonl", "jsonl.gz", "json", "csv", "parquet", "ipc", "arrow")
"""Their names; ``arrow`` is a table in memory."""
_A_GROUP = 64


def json_text(row: Row) -> str:
    """Return a row as JSON, including raw JSON text that Python values cannot represent."""
    raw: list[Raw] = []

    def plain(value: Any) -> Any:
        if isinstance(value, Raw):
            raw.append(value)
            return f"\ue000{len(raw) - 1}\ue000"
        return value

    text = json.dumps({name: plain(value) for name, value in row.items()}, ensure_ascii=False)
    for number, value in enumerate(raw):
        text = text.replace(f'"\ue000{number}\ue000"', value)
    return text


def as_lines(rows: Iterable[Row]) -> bytes:
    """Return rows as JSON Lines."""
    return "".join(f"{json_text(row)}\n" for row in rows).encode()


def as_json(rows: Iterable[Row]) -> bytes:
    """Return rows as one JSON array."""
    return ("[\n" + ",\n".join(map(json_text, rows)) + "\n]\n").encode()


def columns_of(kind: str, rows: Iterable[Row]) -> list[str]:
    """Return the fields of a kind, and other fields of the rows."""
    fields = dict.fromkeys(named(kind).model_fields)
    return [*fields, *dict.fromkeys(name for row in rows for name in row if name not in fields)]


def as_csv(kind: str, rows: list[Row]) -> bytes:
    """Return rows as CSV, lists and records in it as JSON."""
    names = columns_of(kind, rows)
    records = [names, *([_cell(row.get(name)) for name in names] for row in rows)]
    return "".join(f"{','.join(map(_quoted, record))}\n" for record in records).encode()


def _quoted(cell: str) -> str:
    """Return a cell in quotation marks if it needs them; `csv.writer` leaves a carriage return without."""
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in ',"\r\n') else cell


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def as_table(ground: Ground, kind: str, rows: list[Row]) -> pa.Table:
    """Return rows as a table, typed as the kind is and as the claim's columns are."""
    fields = {field.name: field.type for field in ki.arrow_schema(ALL[kind])}
    shipped = {field.name: field.type for field in ki.arrow_schema("claim")}
    arrays = {}
    for name in columns_of(kind, rows):
        values = [row.get(name) for row in rows]
        sort = fields.get(name) or (shipped.get(name) if ground.name == "shipped" else None)
        if sort is None:
            held = [one.columns[name] for one in ground.claims.values() if name in one.columns]
            sort = pa.infer_type(held) if held else pa.string()
        if pa.types.is_timestamp(sort):
            values = [value and datetime.fromisoformat(value) for value in values]
        arrays[name] = pa.array(values, _nullable(sort))
    return pa.table(arrays)


def _nullable(sort: pa.DataType) -> pa.DataType:
    """Return a type in which everything may be null, as engines write it."""
    if pa.types.is_struct(sort):
        return pa.struct([(field.name, _nullable(field.type)) for field in sort.fields])
    return pa.list_(_nullable(sort.value_type)) if pa.types.is_list(sort) else sort


def written(ground: Ground, kind: str, form: str, rows: list[Row], folder: Path) -> Any:
    """Return rows in a form as `validate` takes them: a path, or a table."""
    path = folder / f"rows.{'arrow' if form == 'ipc' else form}"
    if form in {"jsonl", "jsonl.gz", "json", "csv"}:
        made = as_csv(kind, rows) if form == "csv" else (as_json if form == "json" else as_lines)(rows)
        path.write_bytes(gzip.compress(made, 1) if form.endswith(".gz") else made)
        return path
    table = as_table(ground, kind, rows)
    if form == "arrow":
        return table
    if form == "parquet":
        pq.write_table(table, path, row_group_size=_A_GROUP, write_page_checksum=True)
    else:
        with pa.ipc.new_file(path, table.schema) as file:
            file.write_table(table, _A_GROUP)
    return path
