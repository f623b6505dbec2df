"""Convert record models to JSON Schemas, Arrow schemas and Hugging Face features; records to tables."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from .. import release
from ..errors import InputError, MissingDependencyError, UnsupportedTypeError, known_name
from .draft_schema import draft_schema
from .drafting import claim_ids
from .introspection import FieldType, field_types, kind_of, model_of, plain_value
from .models import KINDS, KindName, Label, Record, Width

if TYPE_CHECKING:
    import os

    import pyarrow as pa
    from datasets import Features

    from ..corpus.corpus import Corpus
    from .drafting import AnyClaim

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

_ROWS = 1 << 14
"""Rows in a chunk of a table, few enough to keep a column of text below 2 GiB."""

SHIPPED_SCHEMES = {"topic": 4, "claim_type": 1, "horizon": 1}
"""The shipped label schemes, each with the most values that a claim may have; the least is one."""


def json_schema(
    kind: KindName | str | type[Record],
    *,
    profile: Literal["draft"] | None = None,
    claims: "AnyClaim | Iterable[AnyClaim] | None" = None,
    against: "Corpus | str | os.PathLike[str] | None" = None,
) -> dict[str, Any]:
    """Return the self-contained JSON Schema (2020-12) of a kind.

    Parameters
    ----------
    kind : str or type of Record
        A name such as ``"claim"``, or a model.
    profile : {None, "draft"}
        ``"draft"`` selects the schema for the structured output of a language model. It has only fields that
        a language model can know: the claim's id, a short exact quote, and the content of the kind. Every
        property is required, and null only where the kind allows null; a quote is never null. It uses only
        keywords that the large providers accept; `docs/deriving.md` cites them.
    claims : str, Claim, CorpusClaim, or several, optional
        The claims that a draft may name, or their ids: an enumeration in the schema. If they are too many
        for the providers, any id is accepted. Default: all claims of `against`, if it is given; else any id.
    against : Corpus or path, optional
        The corpus of `claims`; a path is read by `Corpus.from_files`. Default: the shipped claims.

    Returns
    -------
    dict
        A new object each time. Optional fields may be absent or null, so they are not required. Validators
        may ignore `format`, because patterns check the same. The values of a vocabulary have their
        definitions.

    Raises
    ------
    UnknownNameError
        There is no such kind, profile or claim, or the kind has no drafts, such as that of a shipped table.
    UnsupportedTypeError
        A field has an alias, contains its own model, or has a type that drafts do not support.
    InputError
        There are `claims` or `against` without ``profile="draft"``, or `against` without `claims`; or
        `claims` is empty, contains something other than claims and ids, or a claim whose text differs in
        `against`.

    Examples
    --------
    >>> json_schema("claim")["properties"]["claim_id"]["pattern"]
    '^d[0-9]{2}-c[0-9]{2}$'
    >>> json_schema("translation", profile="draft")["required"]
    ['claim_id', 'quote', 'language', 'translation']
    >>> json_schema("label", profile="draft", claims=["d05-c03", "d05-c04"])["properties"]["claim_id"]["enum"]
    ['d05-c03', 'd05-c04']
    """
    model = model_of(kind)
    if profile is None:
        if claims is not None or against is not None:
            raise InputError('claims and against: expected profile="draft" with them, got no profile')
        return _full(model, json.loads(release.read(VOCABULARIES)))
    known_name("profile", profile, ("draft",))
    return draft_schema(model, claim_ids(claims, against))


def schema_text(kind: str | type[Record], vocabularies: Mapping[str, Any]) -> str:
    """Return the JSON Schema of a kind as text, as in the files of `schemas/v1`."""
    return json.dumps(_full(model_of(kind), vocabularies), ensure_ascii=False, indent=2) + "\n"


_LENGTHS = {"minLength": "minItems", "maxLength": "maxItems"}


class _Generate(GenerateJsonSchema):
    """Pydantic's generator without field titles and null defaults, and with definitions of vocabularies."""

    vocabularies: ClassVar[Mapping[str, Any]] = {}

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - the base names it
        return False

    def generate_inner(self, schema: Any) -> JsonSchemaValue:
        # Pydantic uses the length keywords of strings for a sequence with a validator before it.
        made = super().generate_inner(schema)
        if made.get("type") == "array":
            made = {_LENGTHS.get(keyword, keyword): value for keyword, value in made.items()}
        return made

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        made = super().model_schema(schema)
        if made.get("additionalProperties", False) is not False:
            # `Record` checks the names of other fields, but pydantic does not express that in the schema.
            made |= {"additionalProperties": False, "patternProperties": {"^x_": {}}}
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
        # Validation checks the values of each scheme. The last alternative lets the schema accept any value.
        values = [value for scheme in SHIPPED_SCHEMES for value in _defined(vocabularies[scheme])]
        custom = {"description": "A value of a custom scheme."}
        value["anyOf"] = [*values, custom]
    # Only shipped kinds get an `$id`; a custom kind may define one.
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
        One field for each field of the model, in the same order. Exactly the fields that may be null are
        nullable. Instants are ``timestamp[us, tz=UTC]``; vocabularies are plain strings. Use `read_table` to
        convert rows to a table of this schema: ``pa.Table.from_pylist`` does not accept instants as text.

    Raises
    ------
    UnknownNameError
        There is no such kind.
    UnsupportedTypeError
        A field's type has no equivalent in Arrow; the message names the field.

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
        The features for `arrow_schema(kind)`. Features do not record which fields may be null.

    Raises
    ------
    MissingDependencyError
        `datasets` is not installed; the message has the command that installs it.
    UnknownNameError
        There is no such kind.
    UnsupportedTypeError
        A field's type has no equivalent in Arrow.
    """
    try:
        from datasets import Features
    except ImportError:
        raise MissingDependencyError("features", "datasets", "hf") from None
    return Features.from_arrow_schema(arrow_schema(kind))


def to_table(model: type[Record], rows: Iterable[Record | Mapping[str, Any]]) -> "pa.Table":
    """Convert records of one model, or mappings, to a `pyarrow.Table`, in the same order.

    The columns are those of `arrow_schema(model)`, followed by those of other fields, such as ``x_note``, in
    the types of their values. Values without a common type become JSON texts. A column without a value in
    some mapping is nullable.

    Raises
    ------
    ValueError
        A value of a mapping does not fit its field, or a name has U+0000, where Arrow would cut it. The
        message begins with the name of the field.
    """
    import pyarrow as pa

    from ..validation.arrow.values import chunked

    schema = arrow_schema(model)
    given = map(plain_value, rows)
    parts = [*iter(lambda: [*islice(given, _ROWS)], [])]
    names = dict.fromkeys(chain(schema.names, (name for part in parts for row in part for name in row)))
    fields, columns = [], []
    for name in names:
        if "\0" in name:
            raise ValueError(f"{name}: expected a name without U+0000")
        field = schema.field(name) if name in schema.names else None
        values = [[row.get(name) for row in part] for part in parts]
        try:
            column = chunked(values, field and field.type)
        except (TypeError, ValueError, OverflowError) as error:
            raise ValueError(f"{name}: {error}") from None
        nullable = field is None or field.nullable or column.null_count > 0
        fields.append(pa.field(name, column.type, nullable))
        columns.append(column)
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


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
    """Convert a dumped value for pyarrow: instants change from text to datetimes."""
    import pyarrow.types as kinds

    if kinds.is_timestamp(arrow) and value is not None:
        return datetime.fromisoformat(value)
    if kinds.is_list(arrow) and value is not None:
        return [arrow_value(element, arrow.value_type) for element in value]
    if kinds.is_struct(arrow) and value is not None:
        return {field.name: arrow_value(value.get(field.name), field.type) for field in arrow}
    return value
