"""Look up kinds by name, and the types of their fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.errors import PydanticUserError

from ..errors import UnsupportedTypeError, known_name
from .models import KINDS, Record

__all__ = ["FieldType", "field_types", "kind_of", "model_of", "plain_value", "records_in", "values_of"]


def model_of(kind: object) -> type[Record]:
    """Return the model of a kind, given its name or the model itself.

    Raises
    ------
    UnknownNameError
        There is no kind with the name; the message suggests similar names.
    UnsupportedTypeError
        A custom kind has an undefined type, a field with an alias, or contains itself. Its schemas would not
        describe the same rows.
    """
    if isinstance(kind, type) and issubclass(kind, Record):
        _check(kind, kind_of(kind), ())
        return kind
    return KINDS[known_name("kind", kind, KINDS)]


def kind_of(model: type[Record]) -> str:
    """Return the name of a model's kind: its name in `KINDS`, else its class name in lower case."""
    return next((name for name, known in KINDS.items() if known is model), model.__name__.lower())


def values_of(record: Record) -> dict[str, Any]:
    """Return the values of a record by name, including fields that its kind does not define."""
    return {**record.__dict__, **(record.model_extra or {})}


_SCALARS = frozenset({str, int, float, bool, NoneType})


def plain_value(value: Any) -> Any:
    """Convert records and mappings in a value to dictionaries, and sequences and arrays to lists."""
    if type(value) in _SCALARS:
        return value
    if isinstance(value, Record):
        value = values_of(value)
    elif hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {name: plain_value(one) for name, one in value.items()}
    return [*map(plain_value, value)] if isinstance(value, list | tuple) else value


@dataclass(frozen=True)
class FieldType:
    """The type of a field, parsed from its annotation. All schemas of a model are computed from it.

    Attributes
    ----------
    python : Any
        The annotation without null and without the metadata of `Annotated`.
    nullable : bool
        Whether null is allowed.
    marks : tuple
        The metadata of `Annotated`, the innermost first.
    values : tuple
        The values of a `Literal`; empty for other types.
    element : FieldType, optional
        The type of a sequence's elements.
    """

    python: Any
    nullable: bool = False
    marks: tuple[Any, ...] = ()
    values: tuple[Any, ...] = ()
    element: "FieldType | None" = None

    @classmethod
    def of(cls, annotation: Any, marks: tuple[Any, ...] = ()) -> "FieldType":
        """Return the type that an annotation describes."""
        nullable = False
        while True:
            if get_origin(annotation) is Annotated:
                annotation, *inner = get_args(annotation)
                marks = (*inner, *marks)
            elif get_origin(annotation) in {UnionType, Union} and NoneType in get_args(annotation):
                annotation = reduce(or_, [arm for arm in get_args(annotation) if arm is not NoneType])
                nullable = True
            else:
                break
        arms = get_args(annotation)
        if get_origin(annotation) is tuple and arms[1:] == (...,):
            return cls(annotation, nullable, marks, element=cls.of(arms[0]))
        return cls(annotation, nullable, marks, values=arms if get_origin(annotation) is Literal else ())

    @property
    def is_text(self) -> bool:
        """Whether every value is text: the type is `str`, or a `Literal` of strings."""
        return self.python is str or (
            bool(self.values) and all(isinstance(value, str) for value in self.values)
        )

    @property
    def record(self) -> type[Record] | None:
        """The model, if the field holds one record; else None."""
        held = self.python
        is_record = isinstance(held, type) and get_origin(held) is None and issubclass(held, Record)
        return held if is_record else None

    @property
    def inner(self) -> "FieldType":
        """The type of the elements if this is a sequence; else this type."""
        return self.element or self


@lru_cache(256)
def field_types(model: type[Record]) -> Mapping[str, FieldType]:
    """Return the types of a model's fields, by name."""
    return MappingProxyType(
        {
            name: FieldType.of(info.annotation, tuple(info.metadata))
            for name, info in model.model_fields.items()
        }
    )


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
    """Return the models in a type, at any depth."""
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return [annotation] if issubclass(annotation, Record) else []
    arms = get_args(annotation)[:1] if get_origin(annotation) is Annotated else get_args(annotation)
    return [model for arm in arms for model in records_in(arm)]
