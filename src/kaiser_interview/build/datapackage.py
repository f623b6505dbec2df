"""Describe the tables as a Data Package 2.0: schemas with constraints, keys and foreign keys."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from .._version import data_release
from ..metadata import AUTHOR, DESCRIPTION, KEYWORDS, LICENSE_URL, NAME, PACKAGE, RELEASED, TITLE
from ..release import REFERENCES
from .described_tables import Column, Table, columns, key, vocabulary

__all__ = ["data_package"]

_PROFILES = "https://datapackage.org/profiles/2.0"

_TYPES = {
    "string": "string",
    "int32": "integer",
    "double": "number",
    "timestamp[us, tz=UTC]": "datetime",
}

_KEPT = ("maxLength", "maximum", "minLength", "minimum", "pattern")


def data_package(tables: Sequence[Table]) -> str:
    """Return the datapackage.json that describes the JSON Lines files of the release."""
    described = {
        "$schema": f"{_PROFILES}/datapackage.json",
        "name": NAME,
        "id": PACKAGE,
        "title": TITLE,
        "description": DESCRIPTION,
        "version": data_release,
        "created": f"{RELEASED}T00:00:00Z",
        "keywords": list(KEYWORDS),
        "contributors": [{"title": AUTHOR, "roles": ["creator"]}],
        "licenses": [
            {
                "name": "CC-BY-4.0",
                "path": LICENSE_URL,
                "title": "Creative Commons Attribution 4.0; not the source text, see LICENSE.md",
            }
        ],
        "resources": [_resource(table) for table in tables],
    }
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"


def _resource(table: Table) -> dict[str, Any]:
    foreign = [
        {"fields": [column], "reference": {"resource": target, "fields": [of]}}
        for (name, column), (target, of) in REFERENCES.items()
        if name == table.name
    ]
    return {
        "$schema": f"{_PROFILES}/dataresource.json",
        "name": table.name,
        "type": "table",
        "path": table.lines.name,
        "description": table.json_schema["description"],
        "format": "jsonl",
        "mediatype": "application/jsonl",
        "encoding": "utf-8",
        "bytes": table.lines.size_bytes,
        "hash": f"sha256:{table.lines.sha256}",
        "schema": {
            "$schema": f"{_PROFILES}/tableschema.json",
            "fields": [_field(column, unique=column.name == key(table)) for column in columns(table)],
            "primaryKey": [key(table)],
            **({"foreignKeys": foreign} if foreign else {}),
        },
    }


def _field(column: Column, *, unique: bool) -> dict[str, Any]:
    import pyarrow.types as kinds

    constraints: dict[str, Any] = {"required": True} if unique or not column.nullable else {}
    constraints |= {"unique": True} if unique else {}
    if kinds.is_list(column.type):
        lengths = {"minItems": "minLength", "maxItems": "maxLength"}
        constraints |= {name: column.schema[word] for word, name in lengths.items() if word in column.schema}
        return {
            "name": column.name,
            "type": "array",
            "description": column.description,
            "constraints": constraints,
        }
    constraints |= _constraints(column.schema)
    kind = _TYPES[str(column.type)]
    if kind == "datetime":
        constraints.pop("pattern")  # is for text, but readers parse the value as a time
    return {"name": column.name, "type": kind, "description": column.description, "constraints": constraints}


def _constraints(schema: Mapping[str, Any]) -> dict[str, Any]:
    found = {word: schema[word] for word in _KEPT if word in schema}
    values = vocabulary(schema)
    return found | ({"enum": values} if values else {})
