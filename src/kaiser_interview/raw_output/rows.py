"""Recognise rows among the JSON values of an answer, inside lists and wrapper objects."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..records.introspection import field_types
from ..records.models import Annotation, Record
from ..validation.findings.display import shown
from ..validation.findings.finding import Fault
from .values import Value, failure, strict, values_in

__all__ = ["RowFinder"]

_ABOUT = ("claim_id", "references")

_SHARED = frozenset({*Annotation.model_fields, "language"})
"""Fields that do not tell a row from the object around rows."""

_DEEPEST = 4
"""Maximum number of objects and lists around a row."""


class RowFinder:
    """Find rows of some kinds.

    Parameters
    ----------
    models : iterable of type of Record
        The kinds.
    claims : mapping of str
        The claims by id. An object with claim ids as names holds a row for each.

    Attributes
    ----------
    mark : str
        A field that only rows have.
    """

    def __init__(self, models: Iterable[type[Record]], claims: Mapping[str, Any]) -> None:
        fields = frozenset(name for model in models for name in field_types(model))
        about = [name for name in _ABOUT if name in fields]
        self.mark: str = about[0] if about else "claim_id"
        self._about = frozenset(_folded(name) for name in about)
        self._own = frozenset(_folded(name) for name in fields - _SHARED)
        self._claims = claims

    def rows_in(self, content: Any) -> tuple[list[dict[str, Any]], bool] | Fault:
        """Return the rows in the content of an answer and whether any was repaired, or why there are none."""
        found = values_in(content) if isinstance(content, str) else [Value(content)]
        if isinstance(found, Fault):
            return found
        rows = [row for one in found for row in self._rows(one.value, _DEEPEST)]
        if not rows and all(_is_hollow(one.value) for one in found):
            return failure("answer-empty", "rows", "an empty list")
        if not rows:
            return failure(
                "answer-without-rows",
                f"an object with {self.mark}",
                ", ".join(shown(one.value) for one in found[:3]),
            )
        return rows, any(one.is_repaired for one in found)

    def _rows(self, value: Any, depth: int) -> Iterator[dict[str, Any]]:
        """Yield the rows in a value, at most `depth` levels inside it."""
        if isinstance(value, Mapping) and (self.mark in value or self._is_row(value)):
            yield dict(value)
        elif depth:
            for one in self._inner(value):
                yield from self._rows(one, depth - 1)

    def _inner(self, value: Any) -> Iterator[Any]:
        """Yield the values in a list or an object around rows, or in a text that is JSON."""
        if isinstance(value, list):
            yield from value
        elif isinstance(value, Mapping):
            for name, one in value.items():
                is_of_claim = name in self._claims and isinstance(one, Mapping) and self.mark not in one
                yield {self.mark: name, **one} if is_of_claim else one
        elif isinstance(value, str) and value.lstrip()[:1] in {"{", "["}:
            yield strict(value.encode("utf-8", "surrogatepass"))

    def _is_row(self, value: Mapping[Any, Any]) -> bool:
        """Return whether an object is a row: it names a claim, or has a value of a field of its own."""
        names = {_folded(name): one for name, one in value.items()}
        if not self._about.isdisjoint(names):
            return True
        return any(name in self._own and not isinstance(one, dict | list) for name, one in names.items())


def _is_hollow(value: Any) -> bool:
    """Return whether a value is an empty list, perhaps inside others."""
    inner = value.values() if isinstance(value, Mapping) else value
    return isinstance(value, list | Mapping) and all(map(_is_hollow, inner))


def _folded(name: object) -> str:
    return re.sub(r"[^a-z0-9]", "", str(name)[:80].lower())
