"""The fields of a kind that hold references, at whatever depth."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ...records.introspection import element_of, inner_type, records_in, without_null
from ...records.models import Record, Reference
from ..findings.finding import Path

__all__ = ["Nested", "Values", "holds_records", "reference_paths", "references_in"]

Values = Mapping[str, Any]


class Nested(NamedTuple):
    """A field that holds references, at whatever depth."""

    name: str
    many: bool
    reference: bool
    inner: "tuple[Nested, ...]"


def reference_paths(model: type[Record]) -> tuple[Nested, ...]:
    """Return the fields of a model that hold references."""
    found = []
    for name, info in model.model_fields.items():
        inside = inner_type(info.annotation)
        if isinstance(inside, type) and issubclass(inside, Record):
            inner = reference_paths(inside)
            if inner or issubclass(inside, Reference):
                many = element_of(without_null(info.annotation)[0]) is not None
                found.append(Nested(name, many, issubclass(inside, Reference), inner))
    return tuple(found)


def references_in(
    values: Values, nested: tuple[Nested, ...], path: Path = ()
) -> Iterator[tuple[Path, Values]]:
    """Yield the path and the fields of every reference within a row, as far as it is well shaped."""
    for field in nested:
        held = values.get(field.name)
        many = held if field.many else (held,)
        for number, one in enumerate(many if isinstance(many, list | tuple) else ()):
            inner = one.__dict__ if isinstance(one, Record) else one
            if isinstance(inner, Mapping):
                at = (*path, field.name, number) if field.many else (*path, field.name)
                if field.reference:
                    yield at, inner
                yield from references_in(inner, field.inner, at)


def holds_records(model: type[Record]) -> bool:
    """Return whether a model has a field that holds records, so that its rows have objects in them."""
    return any(records_in(info.annotation) for info in model.model_fields.values())
