"""The schema of a draft: what a language model is asked for, in keywords that the large providers accept."""

from typing import Annotated, Any, Literal, get_args, get_origin

from ..errors import UnknownNameError, UnsupportedTypeError
from .introspection import element_of, kind_of, without_null
from .models import KINDS, Annotation, Mention, Record, Reference, Relation

__all__ = ["draft_schema"]

# What no model can know: who made the row and when, digests, and offsets, which models count wrongly.
_UNKNOWABLE: tuple[tuple[type[Record], tuple[str, ...]], ...] = (
    (Annotation, tuple(Annotation.model_fields)),
    (Mention, ("quote_start", "quote_end")),
    (Reference, ("claim_sha256", "quote_start", "quote_end", "quote_of")),
    (Relation, ("other_claim_sha256",)),
)

_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean"}


def draft_schema(model: type[Record]) -> dict[str, Any]:
    """Return the schema of a model's draft.

    Raises
    ------
    UnknownNameError
        The model is a shipped table's, which nobody drafts.
    UnsupportedTypeError
        A field's type has no place in a draft; the message names the field.
    """
    if not issubclass(model, Annotation | Reference):
        derived = tuple(name for name, known in KINDS.items() if issubclass(known, Annotation))
        raise UnknownNameError("kind to draft", kind_of(model), derived)
    return _object(model, kind_of(model))


def _object(model: type[Record], place: str) -> dict[str, Any]:
    properties = {
        name: {"description": info.description or name} | _nullable(info.annotation, f"{place}.{name}")
        for name, info in model.model_fields.items()
        if not _unknowable(model, name)
    }
    return {
        "type": "object",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }


def _unknowable(model: type[Record], name: str) -> bool:
    """Tell a field that is ours and that no model can know; one's own of the same name is one's own."""
    return any(
        issubclass(model, base)
        and name in names
        and model.model_fields[name].description == base.model_fields[name].description
        for base, names in _UNKNOWABLE
    )


def _nullable(annotation: Any, place: str) -> dict[str, Any]:
    return {"anyOf": [_type(without_null(annotation)[0], place), {"type": "null"}]}


def _type(annotation: Any, place: str) -> dict[str, Any]:
    if get_origin(annotation) is Annotated:
        return _type(get_args(annotation)[0], place)
    if get_origin(annotation) is Literal and all(type(value) is str for value in get_args(annotation)):
        return {"type": "string", "enum": [*get_args(annotation)]}
    element = element_of(annotation)
    if element is not None:
        inner, nullable = without_null(element)
        items = _nullable(element, f"{place}[]") if nullable else _type(inner, f"{place}[]")
        return {"type": "array", "items": items}
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return _object(annotation, place)
    if annotation in _PLAIN:
        return {"type": _PLAIN[annotation]}
    raise UnsupportedTypeError(place, annotation)
