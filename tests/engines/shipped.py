"""What every engine must find in the shipped tables, and how the types of different engines compare."""

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

import kaiser_interview as ki

ROWS = {
    "claims": 41,
    "dialogues": 10,
    "sources": 1,
    "translations": 41,
    "labels": 158,
    "mentions": 129,
    "relations": 31,
}
"""The number of rows of each table, as the README states them."""


def path(table: str, form: str) -> Path:
    """Return the file of a shipped table."""
    return ki.data_path() / f"{table}.{form}"


def records(table: str) -> list[dict[str, Any]]:
    """Return the rows as `ki.load` gives them, in plain values: lists, and instants as `datetime`."""
    found = [plain(record.model_dump(), instants=True) for record in ki.load(table)]
    assert len(found) == ROWS[table]
    return found


def plain(value: Any, *, instants: bool = False) -> Any:
    """Return a value without differences between engines: arrays and tuples as lists, NaN as null.

    Instants come in UTC, and must have a zone. Numbers keep their type, so that an offset as a float is a
    difference. With `instants`, the column `created` may be text, as JSON has it.
    """
    if isinstance(value, Mapping):
        found = {name: plain(one) for name, one in value.items()}
        if instants and isinstance(found.get("created"), str):
            found["created"] = plain(datetime.fromisoformat(found["created"]))
        return found
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, datetime):
        assert value.tzinfo is not None
        return value.astimezone(UTC).isoformat()
    if isinstance(value, float):
        return None if math.isnan(value) else value
    if isinstance(value, str) or not isinstance(value, Iterable):
        return value
    return [plain(one) for one in value]


def exact(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return rows as text in which 1, 1.0 and True differ, as they do not for `==`."""
    return [repr(sorted(row.items())) for row in rows]


def sort(kind: pa.DataType) -> str:
    """Return the logical type of an Arrow type, whichever variant an engine has chosen."""
    types = pa.types
    if types.is_list(kind) or types.is_large_list(kind):
        return f"list of {sort(kind.value_type)}"
    if types.is_struct(kind):
        return f"struct of {', '.join(f'{field.name}: {sort(field.type)}' for field in kind)}"
    if types.is_timestamp(kind):
        # A zone is where instants are shown; that there is one makes them instants.
        return "instant" if kind.tz else "time without zone"
    for name, holds in {
        "text": lambda: types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind),
        "integer": lambda: types.is_integer(kind),
        "float": lambda: types.is_floating(kind),
        "null": lambda: types.is_null(kind),
    }.items():
        if holds():
            return name
    return str(kind)


def sorts(schema: pa.Schema) -> dict[str, str]:
    """Return the sort of each column."""
    return {field.name: sort(field.type) for field in schema}


def sorts_in_json(table: str) -> dict[str, str]:
    """Return the sorts that a reader of JSON may find: it has no instants, and nulls alone have no type."""
    arrow = ki.load_table(table)
    found = sorts(arrow.schema)
    for name in found:
        if arrow[name].null_count == arrow.num_rows:
            found[name] = "null"
        elif found[name] == "instant":
            found[name] = "text"
    return found
