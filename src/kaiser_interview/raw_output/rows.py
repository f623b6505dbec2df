"""Recognise rows among the JSON values of an answer, inside lists and wrapper objects."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from ..records.introspection import field_types
from ..records.models import Annotation, Record
from ..validation.findings.display import shown
from ..validation.findings.finding import Fault
from .values import Value, failure, strict, values_in

__all__ = ["RowFinder"]

_ABOUT = ("claim_id", "references")

_COMMON = frozenset({*Annotation.model_fields, "language"})
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
        The claims by id. An object with claim ids as names has the rows of each.

    Attributes
    ----------
    mark : str
        A field that only rows have.
    """

    def __init__(self, models: Iterable[type[Record]], claims: Mapping[str, Any]) -> None:
        fields = frozenset(name for model in models for name in field_types(model))
        about = [name for name in _ABOUT if name in fields]
        self.mark: str = about[0] if about else "claim_id"
        self._fields = fields
        self._about = frozenset(_folded(name) for name in about)
        self._known = frozenset(map(_folded, fields))
        self._own = frozenset(_folded(name) for name in fields - _COMMON)
        self._claims = claims

    def rows_in(self, content: Any) -> tuple[list[dict[str, Any]], bool] | Fault:
        """Return the rows in the content of an answer and whether any was repaired, or why there are none."""
        found = values_in(content) if isinstance(content, str) else [Value(content)]
        if isinstance(found, Fault):
            return found
        try:
            rows = [row for one in found for row in self._rows(one.value, {}, _DEEPEST)]
        except _NotARowError as error:
            return failure("answer-unreadable", "only rows in the list", shown(error.value))
        if not rows and all(_is_hollow(one.value) for one in found):
            return failure("answer-empty", "rows", "an empty list")
        if not rows:
            got = ", ".join(shown(one.value) for one in found[:3])
            return failure("answer-without-rows", f"an object with {self.mark}", got)
        return rows, any(one.is_repaired for one in found)

    def is_row(self, value: Mapping[Any, Any], least: int = 2) -> bool:
        """Return whether an object is a row: it names a claim, or has fields of the kind.

        Parameters
        ----------
        value : mapping
            The object.
        least : int
            The number of fields. Responses of services may have one by chance, such as `type`.
        """
        if self.mark in value:
            return True
        names = {_folded(name): one for name, one in value.items()}
        own = sum(name in self._own and _is_scalar(one) for name, one in names.items())
        return not self._about.isdisjoint(names) or own >= least

    def _rows(self, value: Any, shared: Mapping[str, Any], depth: int) -> Iterator[dict[str, Any]]:
        """Yield the rows in a value, at most `depth` levels inside it.

        Parameters
        ----------
        value : object
            A JSON value.
        shared : mapping of str
            Fields of the objects around the value, which its rows have too.
        depth : int
            The number of levels.
        """
        if isinstance(value, Mapping) and self.is_row(value, 1) and not self._holds_rows(value):
            yield {**shared, **value}
        elif isinstance(value, Mapping) and depth:
            shared = {**shared, **{name: one for name, one in value.items() if self._is_shared(name, one)}}
            for name, one in value.items():
                if (not isinstance(one, str) or len(value) == 1) and not self._is_shared(name, one):
                    about = {"claim_id": name} if name in self._claims and self.mark == "claim_id" else {}
                    yield from self._rows(one, {**shared, **about}, depth - 1)
        elif isinstance(value, list) and depth:
            yield from self._all_rows(value, shared, depth)
        elif isinstance(value, str) and depth and value.lstrip()[:1] in {"{", "["}:
            # A row that is encoded once more.
            yield from self._rows(strict(value.encode("utf-8", "surrogatepass")), shared, depth - 1)

    def _is_shared(self, name: object, value: Any) -> bool:
        """Return whether a field of an object is one of the rows inside it too."""
        return name in self._fields and (_is_scalar(value) or name in _ABOUT)

    def _all_rows(self, value: list[Any], shared: Mapping[str, Any], depth: int) -> Iterator[dict[str, Any]]:
        """Yield the rows in a list. If one element has rows, all must have."""
        rows = [[*self._rows(one, shared, depth - 1)] for one in value]
        if any(rows) and not all(rows):
            raise _NotARowError(value[rows.index([])])
        yield from chain.from_iterable(rows)

    def _holds_rows(self, value: Mapping[Any, Any]) -> bool:
        """Return whether an object is not a row itself, but names the claim of a list of rows."""
        names = {_folded(name): one for name, one in value.items()}
        return not self._about.isdisjoint(names) and any(
            isinstance(one, list) and one and all(map(self._is_row_without_claim, one))
            for name, one in names.items()
            if name not in self._known
        )

    def _is_row_without_claim(self, value: Any) -> bool:
        return isinstance(value, Mapping) and self.mark not in value and self.is_row(value, 1)


class _NotARowError(Exception):
    """A list of rows has another value."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


def _is_scalar(value: Any) -> bool:
    return not isinstance(value, list | Mapping)


def _is_hollow(value: Any) -> bool:
    """Return whether a value is an empty list, perhaps inside others."""
    inner = value.values() if isinstance(value, Mapping) else value
    return isinstance(value, list | Mapping) and all(map(_is_hollow, inner))


def _folded(name: object) -> str:
    return re.sub(r"[^a-z0-9]", "", str(name)[:80].lower())
