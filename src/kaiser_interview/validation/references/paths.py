"""Find the fields of a model that hold references, at any depth."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ...records.introspection import field_types
from ...records.models import Record, Reference
from ..findings.finding import Path

__all__ = ["Nested", "Values", "reference_paths", "references_in"]

Values = Mapping[str, Any]


class Nested(NamedTuple):
    """A field that holds references, directly or in records within it.

    `many` is true for a list. `reference` is true if the records in the field are references.
    """

    name: str
    many: bool
    reference: bool
    inner: "tuple[Nested, ...]"


def reference_paths(model: type[Record]) -> tuple[Nested, ...]:
    """Return the fields of a model that hold references, directly or at any depth."""
    found = []
    for name, field in field_types(model).items():
        held = field.inner.record
        if held is not None:
            inner = reference_paths(held)
            if inner or issubclass(held, Reference):
                found.append(Nested(name, field.element is not None, issubclass(held, Reference), inner))
    return tuple(found)


def references_in(values: Values, nested: Iterable[Nested], path: Path = ()) -> Iterator[tuple[Path, Values]]:
    """Yield the path and the fields of every reference in a row; skip values of the wrong type."""
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
