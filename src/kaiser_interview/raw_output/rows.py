"""Recognise rows among the JSON values of an answer, inside lists and wrapper objects."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from ..records.introspection import field_types
from ..records.models import Annotation, Record
from ..validation.findings.display import shown
from ..validation.findings.finding import Fault
from .values import failure, values_in

__all__ = ["RowFinder"]

_ABOUT = ("claim_id", "references")

_COMMON = frozenset({*Annotation.model_fields, "language"})
"""Fields that do not tell a row from the object around rows."""

_DEEPEST = 8
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
        answer = _AnswerRows(self)
        try:
            values = answer.values(content) if isinstance(content, str) else [content]
            rows = [row for one in values for row in answer.rows(one, {}, _DEEPEST)]
        except _UnreadableError as error:
            return error.fault
        if not rows and all(_is_hollow(one) for one in values):
            return failure("answer-empty", "rows", "an empty list")
        if not rows:
            got = ", ".join(map(shown, values[:3]))
            return failure("answer-without-rows", f"an object with {self.mark}", got)
        return rows, answer.is_repaired

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

    def holds_rows(self, value: Mapping[Any, Any]) -> bool:
        """Return whether an object is not a row itself, but names the claim of a list of rows."""
        if list not in map(type, value.values()):
            return False
        names = {_folded(name): one for name, one in value.items()}
        return not self._about.isdisjoint(names) and any(
            isinstance(one, list) and one and all(map(self._is_row_without_claim, one))
            for name, one in names.items()
            if name not in self._known
        )

    def _is_row_without_claim(self, value: Any) -> bool:
        return isinstance(value, Mapping) and self.mark not in value and self.is_row(value, 1)

    def is_shared(self, name: object, value: Any) -> bool:
        """Return whether a field of an object is one of the rows inside it too."""
        return name in self._fields and (_is_scalar(value) or name in _ABOUT)

    def is_claim(self, name: object) -> bool:
        """Return whether a name in an object is the id of a claim, whose rows it has."""
        return self.mark == "claim_id" and name in self._claims


class _AnswerRows:
    """The rows of one answer.

    Attributes
    ----------
    is_repaired : bool
        Whether any value was almost JSON.
    """

    def __init__(self, finder: RowFinder) -> None:
        self._finder = finder
        self.is_repaired: bool = False

    def values(self, text: str) -> list[Any]:
        """Return the JSON values in a text.

        Raises
        ------
        _UnreadableError
            There are none, or one cannot be read.
        """
        found = values_in(text)
        if isinstance(found, Fault):
            raise _UnreadableError(found)
        self.is_repaired = self.is_repaired or any(one.is_repaired for one in found)
        return [one.value for one in found]

    def rows(self, value: Any, shared: Mapping[str, Any], depth: int) -> Iterator[dict[str, Any]]:
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
        finder = self._finder
        if isinstance(value, Mapping) and finder.is_row(value, 1) and not finder.holds_rows(value):
            yield {**shared, **value}
        elif isinstance(value, Mapping) and depth:
            shared = {**shared, **{name: one for name, one in value.items() if finder.is_shared(name, one)}}
            others = [(name, one) for name, one in value.items() if not finder.is_shared(name, one)]
            of_claims = [(one, {**shared, "claim_id": name}) for name, one in others if finder.is_claim(name)]
            yield from self._all_rows(of_claims, depth)
            for name, one in others:
                if not finder.is_claim(name) and (not isinstance(one, str) or len(others) == 1):
                    yield from self.rows(one, shared, depth - 1)
        elif isinstance(value, list) and depth:
            yield from self._all_rows([(one, shared) for one in value], depth)
        elif isinstance(value, str) and depth and "{" in value:
            # Rows that are encoded once more, as in the arguments of a tool.
            yield from self._all_rows([(one, shared) for one in self.values(value)], depth)

    def _all_rows(
        self, values: Sequence[tuple[Any, Mapping[str, Any]]], depth: int
    ) -> Iterator[dict[str, Any]]:
        """Yield the rows in values of the same sort, each with its shared fields.

        Raises
        ------
        _UnreadableError
            One value has rows, and another one has none.
        """
        rows = [[*self.rows(one, shared, depth - 1)] for one, shared in values]
        if any(rows) and not all(rows):
            got = shown(values[rows.index([])][0])
            raise _UnreadableError(failure("answer-unreadable", "only rows in the list", got))
        yield from chain.from_iterable(rows)


class _UnreadableError(Exception):
    """An answer cannot be read; `fault` has the reason."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


def _is_scalar(value: Any) -> bool:
    return not isinstance(value, list | Mapping)


def _is_hollow(value: Any, depth: int = _DEEPEST) -> bool:
    """Return whether a value is an empty list, perhaps inside others."""
    if not isinstance(value, list | Mapping) or not depth:
        return False
    return all(
        _is_hollow(one, depth - 1) for one in (value.values() if isinstance(value, Mapping) else value)
    )


@lru_cache(1024)
def _folded(name: object) -> str:
    return re.sub(r"[^a-z0-9]", "", str(name)[:80].lower())
