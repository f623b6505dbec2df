"""A kind by its name, and what its fields are made of."""

from functools import reduce
from operator import or_
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic.errors import PydanticUserError

from ..errors import UnsupportedTypeError, known_name
from .models import KINDS, Record

__all__ = ["element_of", "inner_type", "kind_of", "model_of", "records_in", "without_null"]


def model_of(kind: object) -> type[Record]:
    """Return the model of a kind, given its name or the model itself.

    Raises
    ------
    UnknownNameError
        No kind bears the name; the nearest names are in the message.
    UnsupportedTypeError
        A model of one's own names a type that is not defined, has a field with an alias, or holds itself:
        its forms could not describe the same rows.
    """
    if isinstance(kind, type) and issubclass(kind, Record):
        _check(kind, kind_of(kind), ())
        return kind
    return KINDS[known_name("kind", kind, KINDS)]


def kind_of(model: type[Record]) -> str:
    """Return the name of a model's kind: as registered, else its class name in lower case."""
    return next((name for name, known in KINDS.items() if known is model), model.__name__.lower())


def without_null(annotation: Any) -> tuple[Any, bool]:
    """Split ``X | None`` into X and True; anything else is itself and False."""
    if get_origin(annotation) not in (UnionType, Union) or NoneType not in get_args(annotation):
        return annotation, False
    return reduce(or_, [arm for arm in get_args(annotation) if arm is not NoneType]), True


def element_of(annotation: Any) -> Any:
    """Return X of ``tuple[X, ...]``, or None for any other type."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    arms = get_args(annotation)
    return arms[0] if get_origin(annotation) is tuple and arms[1:] == (...,) else None


def inner_type(annotation: Any) -> Any:
    """Return the type of a field's elements if it is a sequence, else of the field, null apart."""
    annotation, _ = without_null(annotation)
    element = element_of(annotation)
    return annotation if element is None else without_null(element)[0]


def _check(model: type[Record], place: str, above: tuple[type[Record], ...]) -> None:
    if model in above:
        raise UnsupportedTypeError(place, f"{model.__name__} within itself")
    try:
        model.model_rebuild()
    except (PydanticUserError, NameError) as error:
        raise UnsupportedTypeError(place, str(error).splitlines()[0]) from None
    for name, info in model.model_fields.items():
        if info.alias or info.validation_alias or info.serialization_alias:
            raise UnsupportedTypeError(f"{place}.{name}", "a field with an alias")
        for inner in records_in(info.annotation):
            _check(inner, f"{place}.{name}", (*above, model))


def records_in(annotation: Any) -> list[type[Record]]:
    """Return the models that a type names, at whatever depth."""
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return [annotation] if issubclass(annotation, Record) else []
    arms = get_args(annotation)[:1] if get_origin(annotation) is Annotated else get_args(annotation)
    return [model for arm in arms for model in records_in(arm)]
