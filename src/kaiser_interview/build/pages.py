"""Generate pages of the documentation: all fields of all tables, and a page for each finding code."""

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

This page is for anyone who reads or writes rows: it lists every field of every table.

- Types are Arrow types, as in the Parquet files and in `ki.load_table`. In JSON Lines, an `int32` or `double`
  is a number, a `list` an array, a `struct` an object, and a `timestamp` a text such as
  `2026-11-23T09:00:00Z`.
- The column *null* gives the meaning of null; *no* means that the field is never null.
- Offsets are Unicode code points, end exclusive. They refer to the source, or to `text_en` if `quote_of` is
  `text_en`.
- For patterns, lengths and bounds, see the JSON Schemas in [`schemas/v1/`](../schemas/v1/), or call
  `ki.json_schema(kind)`.
"""

_DERIVED = """\
## Derived tables

A derived row says something about a claim. Some kinds have shipped rows, called *layers*; for the other
kinds, only the schema is shipped. The columns are in this order: how the row was made, the claim that it is
about, and the fields of its kind. If a kind redefines a field, the field keeps its position. In the shipped
layers, no field about how a row was made is null, and every row has the digest of its claim.
"""

# For each field, the section of docs/annotation.md that defines its values.
_DEFINED = {
    "topics": "topic",
    "claim_type": "claim_type",
    "horizon": "horizon",
    "scheme": "vocabularies",
    "type": "mention_type",
    "relation": "relation",
}


def pages(rows: Mapping[str, int]) -> dict[str, bytes]:
    """Return every generated page by its path in the checkout.

    Parameters
    ----------
    rows : mapping of str to int
        The number of rows of each shipped table.
    """
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
        _section("### What a row is about", Reference, "A `question` has a list of them instead."),
    ]
    for kind, model in KINDS.items():
        if issubclass(model, Annotation):
            note = _rows(kind, names[kind], rows) if kind in names else "No rows are shipped."
            parts.append(_section(f"### `{names.get(kind, kind)}`", model, note))
    return "\n".join(parts)


def _rows(kind: str, table: str, rows: Mapping[str, int]) -> str:
    return f"{rows[table]} {'row' if rows[table] == 1 else 'rows'} of the kind `{kind}`."


def _section(heading: str, model: type[Record], note: str = "") -> str:
    """Return a heading, the description of the rows, and a line for each field that the model declares."""
    fields = [name for name in model.model_fields if name in model.__annotations__]
    lines = [f"| `{name}` | {' | '.join(_cells(model, name))} |" for name in fields]
    head = "| field | meaning | type, unit | null |\n|---|---|---|---|"
    return "\n".join([heading, "", f"{model.__doc__} {note}".strip(), "", head, *lines, ""])


def _cells(model: type[Record], name: str) -> tuple[str, str, str]:
    """Return the meaning of a field, its type with its unit or values, and the meaning of null."""
    info = model.model_fields[name]
    field = field_types(model)[name]
    # Leave out the fields of a struct, which have their own section, and null, which has a column.
    arrow = str(arrow_schema(model).field(name).type)
    words = [f"`{re.sub(r'(?<=struct)<[^>]*>|element: | not null|tz=', '', arrow)}`"]
    words += [mark.unit for mark in field.marks if isinstance(mark, Width) and mark.unit]
    if name in _DEFINED:
        words.append(f"[values](annotation.md#{_DEFINED[name]})")
    elif field.values:
        words.append(" or ".join(f"`{value}`" for value in field.values))
    meaning, _, null = (info.description or "").partition(" Null")
    return meaning, ", ".join(words), null.strip(" :.") or "no"
