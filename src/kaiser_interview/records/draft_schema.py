"""JSON Schemas of drafts for structured output, with only keywords that the large providers accept.

A draft has the fields of a kind that a language model can know. `draft_fields` returns them; the JSON Schema
of a draft and its pydantic class (`draft_model`) are both computed from it.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..errors import UnknownNameError, UnsupportedTypeError
from .introspection import FieldType, field_types, kind_of
from .models import KINDS, Annotation, Mention, Record, Reference, Relation, Statement

__all__ = ["UNKNOWABLE", "draft_fields", "draft_schema", "fitting_ids", "summary"]

_Fields = tuple[tuple[type[Record], tuple[str, ...]], ...]

# Fields that a language model cannot know: provenance, digests, and offsets, which models count wrongly.
_UNKNOWABLE: _Fields = (
    (Annotation, tuple(Annotation.model_fields)),
    (Mention, ("quote_start", "quote_end")),
    (Reference, ("claim_sha256", "quote_start", "quote_end", "quote_of")),
    (Relation, ("other_claim_sha256",)),
)

UNKNOWABLE: frozenset[str] = frozenset(name for _, names in _UNKNOWABLE for name in names)
"""The names of the fields that drafts of the built-in kinds leave out."""

# Fields that a model could know, but that the caller gives for all rows.
_GIVEN: _Fields = ((Statement, ("claim_id",)),)

# Fields that may be null in a row, but not in a draft: a row without a quote cannot be checked.
_REQUIRED: _Fields = ((Reference, ("quote",)),)

_CLAIM_IDS: tuple[tuple[type[Record], str], ...] = ((Reference, "claim_id"), (Relation, "other_claim_id"))

_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean"}

# The limits that OpenAI states; `docs/deriving.md` cites them. Other providers state none.
_MOST_VALUES = 1_000
_MOST_CHARACTERS = 110_000  # of 120,000, which include the names of fields and records
_LARGE = 250
_MOST_CHARACTERS_IN_LARGE = 15_000


def draft_schema(model: type[Record], claim_ids: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the JSON Schema of drafts of a record model.

    Parameters
    ----------
    model : type of Record
        The model of a derived kind.
    claim_ids : tuple of str
        The ids that a draft may name. Default, and if they are too many for the providers: any text.

    Raises
    ------
    UnknownNameError
        The model has no drafts, such as that of a shipped table.
    UnsupportedTypeError
        A field's type is not supported in drafts; the message names the field.
    """
    return _object(model, kind_of(model), fitting_ids(model, claim_ids))


def fitting_ids(model: type[Record], claim_ids: tuple[str, ...]) -> tuple[str, ...]:
    """Return the ids of claims if a draft of a model with them is within the limits of providers, else none.

    Raises
    ------
    UnknownNameError, UnsupportedTypeError
        As in `draft_schema`.
    """
    if not issubclass(model, Annotation | Reference):
        derived = tuple(name for name, known in KINDS.items() if issubclass(known, Annotation))
        raise UnknownNameError("kind to draft", kind_of(model), derived)
    enums = [*_enums(_object(model, kind_of(model), claim_ids))]
    characters = [sum(map(len, values)) for values in enums]
    fits = (
        sum(map(len, enums)) <= _MOST_VALUES
        and sum(characters) <= _MOST_CHARACTERS
        and all(
            len(values) <= _LARGE or length <= _MOST_CHARACTERS_IN_LARGE
            for values, length in zip(enums, characters, strict=True)
        )
    )
    return claim_ids if fits else ()


def draft_fields(model: type[Record], claim_ids: tuple[str, ...]) -> dict[str, tuple[FieldType, str]]:
    """Return the fields that a draft of a model has, by name: the type and the description of each.

    If there are ids of claims, they are the values of the fields that name a claim.
    """
    return {
        name: _in_draft(model, name, field, claim_ids)
        for name, field in field_types(model).items()
        if not _among(_UNKNOWABLE + _GIVEN, model, name)
    }


def summary(model: type[Record]) -> str | None:
    """Return the first line of a model's docstring, if it has one."""
    return (model.__doc__ or "").strip().partition("\n")[0] or None


def _in_draft(
    model: type[Record], name: str, field: FieldType, claim_ids: tuple[str, ...]
) -> tuple[FieldType, str]:
    description = model.model_fields[name].description or name
    if _among(_REQUIRED, model, name):
        # The last sentence of a description says what null means.
        field, description = replace(field, nullable=False), description.partition(" Null: ")[0]
    names_claim = any(issubclass(model, base) and name == claim_id for base, claim_id in _CLAIM_IDS)
    if names_claim and claim_ids:
        field = replace(field, python=str, values=claim_ids)
    return field, description


def _among(fields: _Fields, model: type[Record], name: str) -> bool:
    """Return whether a field is one of those listed.

    A field of a custom kind with the same name but a different description is not.
    """
    return any(
        issubclass(model, base)
        and name in names
        and model.model_fields[name].description == base.model_fields[name].description
        for base, names in fields
    )


def _object(model: type[Record], place: str, claim_ids: tuple[str, ...]) -> dict[str, Any]:
    properties = {
        name: _schema(field, f"{place}.{name}", claim_ids, description)
        for name, (field, description) in draft_fields(model, claim_ids).items()
    }
    described = {"description": text} if (text := summary(model)) else {}
    return described | {
        "type": "object",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }


def _schema(
    field: FieldType, place: str, claim_ids: tuple[str, ...], description: str | None = None
) -> dict[str, Any]:
    # Within the branch of an `anyOf`, because google-genai drops descriptions beside it.
    schema = _type(field, place, claim_ids) | ({"description": description} if description else {})
    return {"anyOf": [schema, {"type": "null"}]} if field.nullable else schema


def _type(field: FieldType, place: str, claim_ids: tuple[str, ...]) -> dict[str, Any]:
    if field.values and field.is_text:
        return {"type": "string", "enum": [*field.values]}
    if field.element is not None:
        return {"type": "array", "items": _schema(field.element, f"{place}[]", claim_ids)}
    if field.record is not None:
        return _object(field.record, place, claim_ids)
    if field.python in _PLAIN:
        return {"type": _PLAIN[field.python]}
    raise UnsupportedTypeError(place, field.python)


def _enums(schema: dict[str, Any]) -> Iterator[list[str]]:
    """Yield the values of every enumeration in a draft schema."""
    if "enum" in schema:
        yield schema["enum"]
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", ())]
    for one in inner + ([schema["items"]] if "items" in schema else []):
        yield from _enums(one)
