"""The pages of the documentation that are built: every field of every table, and every finding."""

import re
from collections.abc import Mapping

from .. import release
from ..records.introspection import field_types
from ..records.models import KINDS, Annotation, Participant, Record, Reference, Width
from ..records.schemas import arrow_schema
from ..validation.findings.codes import CODES
from ..validation.findings.pages import explanation, index

__all__ = ["pages"]

_INTRODUCTION = """\
# Tables

Every field of every table, from the models that the tables are made by. Types are Arrow's, as in the
Parquet files and in `ki.load_table`; in JSON Lines an `int32` or `double` is a number, a `list` an array, a
`struct` an object, a `timestamp` a text such as `2026-11-23T09:00:00Z`. The column *null* says what null
means; *no* stands for a field that is never null. Offsets are Unicode code points into the source, or into
`text_en` where `quote_of` says so, the end exclusive. Patterns, lengths and bounds are in the JSON Schemas,
in [`schemas/v1/`](../schemas/v1/) and from `ki.json_schema(kind)`.
"""

_DERIVED = """\
## Derived tables

What somebody has said about claims: the shipped layers, and kinds to which nothing is shipped but the
schema. A row says how it was made, what it is about, and then what its kind adds. The columns stand in this
order; a field that a kind names again keeps its place. In the shipped layers nothing of how a row was made
is null, and every row has the digest of its claim.
"""

# The sections of docs/annotation.md that define the values of a field.
_DEFINED = {
    "topics": "topic",
    "claim_type": "claim_type",
    "horizon": "horizon",
    "scheme": "vocabularies",
    "type": "mention_type",
    "relation": "relation",
}


def pages(rows: Mapping[str, int]) -> dict[str, bytes]:
    """Return every built page by its path in the checkout, given the number of rows of each shipped table."""
    built = {f"docs/findings/{code}.md": explanation(code) for code in CODES}
    built |= {"docs/findings/index.md": index(), "docs/tables.md": _tables(rows)}
    return {path: text.encode() for path, text in built.items()}


def _tables(rows: Mapping[str, int]) -> str:
    names = dict(zip(release.TABLES.values(), release.TABLES, strict=True))
    parts = [_INTRODUCTION]
    for kind, model in KINDS.items():
        if not issubclass(model, Annotation):
            parts.append(_section(f"## `{names[kind]}`", model, _rows(kind, names[kind], rows)))
    parts += [
        _section("### `participants` in `sources`", Participant),
        _DERIVED,
        _section("### How a row was made", Annotation),
        _section("### What a row is about", Reference, "A `question` has a list of these in their place."),
    ]
    for kind, model in KINDS.items():
        if issubclass(model, Annotation):
            note = _rows(kind, names[kind], rows) if kind in names else "No rows are shipped."
            parts.append(_section(f"### `{names.get(kind, kind)}`", model, note))
    return "\n".join(parts)


def _rows(kind: str, table: str, rows: Mapping[str, int]) -> str:
    return f"{rows[table]} {'row' if rows[table] == 1 else 'rows'} of the kind `{kind}`."


def _section(heading: str, model: type[Record], note: str = "") -> str:
    """Return a heading, what a row is, and a line for each field that the model declares itself."""
    fields = [name for name in model.model_fields if name in model.__annotations__]
    lines = [f"| `{name}` | {' | '.join(_cells(model, name))} |" for name in fields]
    head = "| field | meaning | type, unit | null |\n|---|---|---|---|"
    return "\n".join([heading, "", f"{model.__doc__} {note}".strip(), "", head, *lines, ""])


def _cells(model: type[Record], name: str) -> tuple[str, str, str]:
    """Return what a field means, its type with its unit or values, and what null means."""
    info = model.model_fields[name]
    field = field_types(model)[name]
    # The fields of a struct have a section of their own, and null has a column.
    arrow = str(arrow_schema(model).field(name).type)
    told = [f"`{re.sub(r'(?<=struct)<[^>]*>|element: | not null|tz=', '', arrow)}`"]
    told += [mark.unit for mark in field.marks if isinstance(mark, Width) and mark.unit]
    if name in _DEFINED:
        told.append(f"[values](annotation.md#{_DEFINED[name]})")
    elif field.values:
        told.append(" or ".join(f"`{value}`" for value in field.values))
    meaning, _, null = (info.description or "").partition(" Null")
    return meaning, ", ".join(told), null.strip(" :.") or "no"
