"""Define the tables of the release for descriptions: columns, keys, sizes and files."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ..storage import digest

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Column", "File", "Table", "columns", "key", "vocabulary"]


class File(NamedTuple):
    """A file of the release."""

    name: str
    size_bytes: int
    sha256: str

    @classmethod
    def of(cls, name: str, data: bytes) -> "File":
        """Return the file with this name and content, with its size and digest."""
        return cls(name, len(data), digest(data))

    def described(self, media_type: str) -> dict[str, str]:
        """Return the properties of a downloadable file, which schema.org and Croissant share."""
        return {
            "name": self.name,
            "contentUrl": self.name,
            "contentSize": f"{self.size_bytes} B",
            "encodingFormat": media_type,
            "sha256": self.sha256,
        }


class Table(NamedTuple):
    """A table of the release."""

    name: str
    rows: int
    arrow: "pa.Schema"
    json_schema: Mapping[str, Any]
    memory_bytes: int
    """The size of the rows in memory as Arrow."""
    parquet: File
    lines: File
    """The JSON Lines file."""


class Column(NamedTuple):
    """A column of a table, or a field of a struct in a column."""

    name: str
    description: str
    type: "pa.DataType"
    nullable: bool
    schema: Mapping[str, Any]
    """Its JSON Schema, without the alternative null."""
    parts: tuple["Column", ...] = ()
    """The fields of the struct, if the column is a list of structs."""


def key(table: Table) -> str:
    """Return the name of the column that identifies a row: the first column."""
    return str(table.arrow.names[0])


def columns(table: Table) -> tuple[Column, ...]:
    """Return the columns of a table, in order."""
    return _columns(table.arrow, table.json_schema, table.json_schema.get("$defs", {}))


def _columns(
    fields: "pa.Schema | pa.StructType", schema: Mapping[str, Any], definitions: Mapping[str, Any]
) -> tuple[Column, ...]:
    import pyarrow.types as kinds

    made = []
    for field in fields:
        given = schema["properties"][field.name]
        inner = _without_null(given)
        parts: tuple[Column, ...] = ()
        if kinds.is_list(field.type) and kinds.is_struct(field.type.value_type):
            of = definitions[inner["items"]["$ref"].rpartition("/")[2]]
            parts = _columns(field.type.value_type, of, definitions)
        made.append(Column(field.name, given["description"], field.type, field.nullable, inner, parts))
    return tuple(made)


def _without_null(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    arms = schema.get("anyOf", [])
    if {"type": "null"} not in arms:
        return schema
    (arm,) = (arm for arm in arms if arm != {"type": "null"})
    return {**{name: value for name, value in schema.items() if name != "anyOf"}, **arm}


def vocabulary(schema: Mapping[str, Any]) -> list[str] | None:
    """Return the values that a JSON Schema allows, or None if it does not list all of them."""
    arms = schema.get("anyOf", [])
    listed = [arm["const"] for arm in arms if "const" in arm]
    return schema.get("enum") or (listed if listed and len(listed) == len(arms) else None)
