"""JSON Schemas of drafts for structured output, with only keywords that the large providers accept."""

from typing import Any

from ..errors import UnknownNameError, UnsupportedTypeError
from .introspection import FieldType, field_types, kind_of
from .models import KINDS, Annotation, Mention, Record, Reference, Relation

__all__ = ["draft_schema"]

# Fields that a language model cannot know: provenance, digests, and offsets, which models count wrongly.
_UNKNOWABLE: tuple[tuple[type[Record], tuple[str, ...]], ...] = (
    (Annotation, tuple(Annotation.model_fields)),
    (Mention, ("quote_start", "quote_end")),
    (Reference, ("claim_sha256", "quote_start", "quote_end", "quote_of")),
    (Relation, ("other_claim_sha256",)),
)

_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean"}


def draft_schema(model: type[Record]) -> dict[str, Any]:
    """Return the JSON Schema of drafts of a record model.

    Raises
    ------
    UnknownNameError
        The model has no drafts, such as that of a shipped table.
    UnsupportedTypeError
        A field's type is not supported in drafts; the message names the field.
    """
    if not issubclass(model, Annotation | Reference):
        derived = tuple(name for name, known in KINDS.items() if issubclass(known, Annotation))
        raise UnknownNameError("kind to draft", kind_of(model), derived)
    return _object(model, kind_of(model))


def _object(model: type[Record], place: str) -> dict[str, Any]:
    properties = {
        name: {"description": model.model_fields[name].description or name}
        | _nullable(field, f"{place}.{name}")
        for name, field in field_types(model).items()
        if not _unknowable(model, name)
    }
    return {
        "type": "object",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }


def _unknowable(model: type[Record], name: str) -> bool:
    """Return whether a language model cannot know a field.

    A field of a custom kind with the same name but a different description can be known.
    """
    return any(
        issubclass(model, base)
        and name in names
        and model.model_fields[name].description == base.model_fields[name].description
        for base, names in _UNKNOWABLE
    )


def _nullable(field: FieldType, place: str) -> dict[str, Any]:
    return {"anyOf": [_type(field, place), {"type": "null"}]}


def _type(field: FieldType, place: str) -> dict[str, Any]:
    if field.values and field.is_text:
        return {"type": "string", "enum": [*field.values]}
    if field.element is not None:
        schema = _nullable if field.element.nullable else _type
        return {"type": "array", "items": schema(field.element, f"{place}[]")}
    if field.record is not None:
        return _object(field.record, place)
    if field.python in _PLAIN:
        return {"type": _PLAIN[field.python]}
    raise UnsupportedTypeError(place, field.python)
