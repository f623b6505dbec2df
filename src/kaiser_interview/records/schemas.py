"""A model's other forms: JSON Schema, Arrow schema, Hugging Face features, and records as a table."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from .. import release
from ..errors import MissingDependencyError, UnsupportedTypeError, known_name
from .draft_schema import draft_schema
from .introspection import FieldType, field_types, kind_of, model_of
from .models import KINDS, KindName, Label, Record, Width

if TYPE_CHECKING:
    import pyarrow as pa
    from datasets import Features

__all__ = [
    "SHIPPED_SCHEMES",
    "VOCABULARIES",
    "arrow_schema",
    "arrow_value",
    "features",
    "json_schema",
    "schema_text",
    "to_table",
]

VOCABULARIES = "vocabularies.json"
"""The shipped file with the values of every vocabulary and their definitions."""

SHIPPED_SCHEMES = {"topic": 4, "claim_type": 1, "horizon": 1}
"""The shipped label schemes, and how many of its values a claim has at the most; the least is one."""


def json_schema(
    kind: KindName | str | type[Record], *, profile: Literal["draft"] | None = None
) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a kind, self-contained.

    Parameters
    ----------
    kind : str or type of Record
        A name such as ``"claim"``, or a model.
    profile : {None, "draft"}
        ``"draft"`` is the schema for a language model's structured output: only what a model can know (the
        claim's id, a short verbatim quote, the kind's own content), every property required and nullable,
        and only keywords that the large providers accept (`docs/deriving.md` cites them).

    Returns
    -------
    dict
        A new schema object each time. Absent and null are the same for an optional field, so neither
        is required. `format` is asserted where a validator can; the patterns decide by themselves. The
        values of a vocabulary come with their definitions.

    Raises
    ------
    UnknownNameError
        No kind or profile bears the name, or the kind is a shipped table's and nobody drafts it.
    UnsupportedTypeError
        A field has an alias, holds its own model, or has a type without a place in a draft.

    Examples
    --------
    >>> json_schema("claim")["properties"]["claim_id"]["pattern"]
    '^d[0-9]{2}-c[0-9]{2}$'
    >>> json_schema("translation", profile="draft")["required"]
    ['claim_id', 'quote', 'language', 'translation']
    """
    model = model_of(kind)
    if profile is None:
        return _full(model, json.loads(release.read(VOCABULARIES)))
    known_name("profile", profile, ("draft",))
    return draft_schema(model)


def schema_text(kind: str | type[Record], vocabularies: Mapping[str, Any]) -> str:
    """Return the JSON Schema of a kind as the text that `schemas/v1` holds."""
    return json.dumps(_full(model_of(kind), vocabularies), ensure_ascii=False, indent=2) + "\n"


_LENGTHS = {"minLength": "minItems", "maxLength": "maxItems"}


class _Generate(GenerateJsonSchema):
    """Pydantic's generator without what repeats a field's name, and without a default of null."""

    vocabularies: ClassVar[Mapping[str, Any]] = {}

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - the base names it
        return False

    def generate_inner(self, schema: Any) -> JsonSchemaValue:
        # Pydantic names the lengths of a sequence as those of a string where a validator stands before it.
        made = super().generate_inner(schema)
        if made.get("type") == "array":
            made = {_LENGTHS.get(keyword, keyword): value for keyword, value in made.items()}
        return made

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        made = super().default_schema(schema)
        return {keyword: value for keyword, value in made.items() if (keyword, value) != ("default", None)}

    def literal_schema(self, schema: core_schema.LiteralSchema) -> JsonSchemaValue:
        for vocabulary in self.vocabularies.values():
            if [*vocabulary] == schema["expected"]:
                return {"type": "string", "anyOf": _defined(vocabulary)}
        return super().literal_schema(schema)


def _defined(vocabulary: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {"const": value, "description": f"{entry['en']} {entry['zh']}"} for value, entry in vocabulary.items()
    ]


def _full(model: type[Record], vocabularies: Mapping[str, Any]) -> dict[str, Any]:
    generator = type("_Generate", (_Generate,), {"vocabularies": vocabularies})
    schema = model.model_json_schema(schema_generator=generator)
    value = schema["properties"].get("value", {})
    if issubclass(model, Label) and {"enum", "anyOf"}.isdisjoint(value):
        # Which values a scheme has is the gate's to judge; the last arm keeps the schema from judging it too.
        values = [value for scheme in SHIPPED_SCHEMES for value in _defined(vocabularies[scheme])]
        own = {"description": "A value of a scheme of your own."}
        value["anyOf"] = [*values, own]
    # Only our own kinds have our identifiers; a model of one's own has none until its maker gives one.
    ours = {"$id": f"urn:kaiser-interview:schema:v1:{kind_of(model)}"} if model in KINDS.values() else {}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **ours, **schema}


def arrow_schema(kind: KindName | str | type[Record]) -> "pa.Schema":
    """Return the Arrow schema of a kind.

    Parameters
    ----------
    kind : str or type of Record
        A name such as ``"claim"``, or a model.

    Returns
    -------
    pyarrow.Schema
        One field a model field, in the model's order; a field that may be null is nullable, no other.
        Instants are ``timestamp[us, tz=UTC]``, vocabularies plain strings.

    Raises
    ------
    UnknownNameError
        No kind bears the name.
    UnsupportedTypeError
        A field's type has no Arrow form; the message names the field.

    Examples
    --------
    >>> arrow_schema("claim").field("start")
    pyarrow.Field<start: int32 not null>
    """
    import pyarrow as pa

    model = model_of(kind)
    return pa.schema(_arrow_fields(model, kind_of(model)))


def features(kind: KindName | str | type[Record]) -> "Features":
    """Return the Hugging Face features of a kind.

    Parameters
    ----------
    kind : str or type of Record
        A name such as ``"claim"``, or a model.

    Returns
    -------
    datasets.Features
        The features of `arrow_schema(kind)`; a dataset does not know which fields may be null.

    Raises
    ------
    MissingDependencyError
        `datasets` is not installed; the message has the line that installs it.
    UnknownNameError
        No kind bears the name.
    UnsupportedTypeError
        A field's type has no Arrow form.
    """
    try:
        from datasets import Features
    except ImportError:
        raise MissingDependencyError("features", "datasets", "hf") from None
    return Features.from_arrow_schema(arrow_schema(kind))


def to_table(model: type[Record], records: Iterable[Record]) -> "pa.Table":
    """Return records of one model as a `pyarrow.Table` in its Arrow schema, in the order given."""
    import pyarrow as pa

    schema = arrow_schema(model)
    rows = [record.model_dump() for record in records]
    columns = [
        pa.array([arrow_value(row[field.name], field.type) for row in rows], field.type) for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _arrow_fields(model: type[Record], place: str) -> "list[pa.Field]":
    import pyarrow as pa

    return [
        pa.field(name, _arrow_type(field, f"{place}.{name}"), field.nullable)
        for name, field in field_types(model).items()
    ]


def _arrow_type(field: FieldType, place: str) -> "pa.DataType":
    import pyarrow as pa

    for mark in field.marks:
        if isinstance(mark, Width):
            return {
                "int32": pa.int32(),
                "float32": pa.float32(),
                "timestamp": pa.timestamp("us", "UTC"),
            }[mark.arrow]
    if field.is_text:
        return pa.string()
    if field.element is not None:
        return pa.list_(pa.field("element", _arrow_type(field.element, f"{place}[]"), field.element.nullable))
    if field.record is not None:
        return pa.struct(_arrow_fields(field.record, place))
    plain = {int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    if field.python in plain:
        return plain[field.python]
    raise UnsupportedTypeError(place, field.python)


def arrow_value(value: Any, arrow: "pa.DataType") -> Any:
    """Return a dumped value as pyarrow takes it: instants, kept as text, become datetimes."""
    import pyarrow.types as kinds

    if kinds.is_timestamp(arrow) and value is not None:
        return datetime.fromisoformat(value)
    if kinds.is_list(arrow) and value is not None:
        return [arrow_value(element, arrow.value_type) for element in value]
    if kinds.is_struct(arrow) and value is not None:
        return {field.name: arrow_value(value.get(field.name), field.type) for field in arrow}
    return value
