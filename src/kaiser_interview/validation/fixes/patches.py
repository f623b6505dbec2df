"""Compute the fixes of the rows of a part: of right rows by columns, of all others row by row."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from ...records.models import Record, Reference
from ..engine.part import Details
from ..formats.csv import Cells
from ..formats.json.text import parse
from ..references.quotes import Quote
from ..rows.result import RowResult
from ..rows.row_validator import RowValidator
from .row import AS_WRITTEN, fixes_of

__all__ = ["Patch", "Patches", "fields_of"]

_FILLED = ("claim_sha256", "quote_start", "quote_end", "release", "other_claim_sha256")

_NAMES = ("kind", "claim_id", "other_claim_id")
"""What the digests of a row follow from."""

_OFFSETS = ("quote_start", "quote_end")

_QUOTE = ("quote", "quote_of", "quote_start")
"""What the offsets of a row follow from, with its claim."""

_MOST = 1 << 16
"""Quotes whose offsets are remembered."""


class _Fields:
    """Fields that are filled in alike in many rows; a row's own offsets go between `before` and `after`."""

    def __init__(self, before: Mapping[str, Any], after: Mapping[str, Any], *, refers: bool = False) -> None:
        self.before = before
        self.after = after
        self.refers = refers
        self.names: tuple[str, ...] = (*before, *after)
        self.names_with_offsets: tuple[str, ...] = (*before, *_OFFSETS, *after)
        first, last = _members(before), _members(after)
        self.members: bytes = first + (b", " if first and last else b"") + last
        self.head: bytes = first + b", " if first else b""
        self.tail: bytes = b", " + last if last else b""


class Patch:
    """The fixes of a row: the fields to fix and their values."""

    __slots__ = ("_fields", "_place")

    def __init__(self, fields: _Fields, place: tuple[int, int] | None = None) -> None:
        self._fields = fields
        self._place = place

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the fields."""
        return self._fields.names if self._place is None else self._fields.names_with_offsets

    @property
    def fields(self) -> dict[str, Any]:
        """The fields and their values."""
        offsets = zip(_OFFSETS, self._place or (), strict=False)
        return {**self._fields.before, **dict(offsets), **self._fields.after}

    @property
    def members(self) -> bytes:
        """The same as members of a JSON object, without its braces."""
        fields = self._fields
        if self._place is None:
            return fields.members
        return b'%b"quote_start": %d, "quote_end": %d%b' % (fields.head, *self._place, fields.tail)


class Patches:
    """Compute fixes.

    Parameters
    ----------
    validator : RowValidator
        What has validated the rows.
    typography : bool
        Whether a quote that differs in typography only is replaced.

    Attributes
    ----------
    fillable : list of str
        The fields that may be filled in.
    changeable : frozenset of str
        These, and the fields that may be changed.
    """

    def __init__(self, validator: RowValidator, *, typography: bool) -> None:
        self._validator = validator
        self._typography = typography
        self.fillable: list[str] = [*validator.defaults, *_FILLED, *([AS_WRITTEN] if typography else [])]
        fields = validator.fields
        digests = [name for name in ("claim_sha256", "other_claim_sha256") if name in fields]
        releases = ["release"] if validator.corpus.releases and "release" in fields else []
        # A right row needs no fix if it has all of these, and offsets if it has a quote.
        self._wanted = [*(name for name in validator.defaults if name in fields), *digests, *releases]
        self._nested = [one.name for rules in validator.rules.values() for one in rules.nested]
        quote = ["quote"] if typography else []
        self.changeable: frozenset[str] = frozenset([*self.fillable, *quote, *self._nested])
        self._read = {*_NAMES, *_QUOTE, *self._wanted, *self._nested}
        self._is_plain = validator.defaults.keys().isdisjoint(Reference.model_fields)
        self._place = lru_cache(_MOST)(self._place_of)

    def of(self, details: Details, row_at: Callable[[int], Any]) -> dict[int, Patch]:
        """Return the fixes of each row of a part that has any.

        Parameters
        ----------
        details : Details
            What validation has shown.
        row_at : callable
            Returns a row as its source gives it, given its index.
        """
        found: dict[int, Patch] = {}
        partly: set[int] = set()
        for rows, batch, seen in details.looked:
            partly.update(rows[seen.suspect & seen.shaped].tolist())
            found.update(self._of_right(rows, batch, ~seen.suspect))
        for row, result in details.results.items():
            if result.kind is not None:
                data = row_at(row)
                given = fields_of(data)
                if row in partly:  # the result has those values alone that were validated
                    rules = self._validator.rules[result.kind]
                    typed = rules.typed(given) if isinstance(data, Cells) else given
                    result = result._replace(values=self._validator.taken(typed)[1])  # noqa: PLW2901 - as above
                if patch := self._by_row(result, given):
                    found[row] = patch
        return found

    def _of_right(self, rows: Any, batch: Any, right: Any) -> dict[int, Patch]:
        """Return the fixes of the rows of a batch in which nothing is wrong."""
        import numpy as np

        from ..arrow.arrays import is_null
        from ..arrow.to_python import rows_of, taken

        names = batch.schema.names

        def absent(name: str) -> Any:
            return is_null(batch.column(name)) if name in names else np.ones(len(rows), np.bool_)

        unplaced = ~absent("quote") & absent("quote_start")
        incomplete = unplaced.copy()
        for name in self._wanted:
            incomplete |= absent(name)
        for name in self._nested:
            incomplete |= ~absent(name)
        chosen = np.flatnonzero(incomplete & right)
        numbers = rows[chosen].tolist()
        if not numbers:
            return {}
        read = taken(batch.select([name for name in names if name in self._read]), chosen)
        if self._nested or not self._is_plain:
            return dict(self._each(numbers, rows_of(read)))
        alike, first = self._alike(read)
        held = [self._fields(values) for values in rows_of(read, first)]
        refers = np.array([fields.refers for fields in held], np.bool_)[alike]
        places: list[tuple[int, int] | None] = [None] * len(numbers)
        quoted = np.flatnonzero(unplaced[chosen] & refers)
        for at, values in zip(quoted.tolist(), rows_of(read, quoted), strict=True):
            places[at] = self._place(values["claim_id"], values["quote"], values.get("quote_of") or "text")
        fixed = zip(numbers, alike.tolist(), places, strict=True)
        return {
            number: Patch(held[group], place) for number, group, place in fixed if place or held[group].names
        }

    def _alike(self, batch: Any) -> tuple[Any, Any]:
        """Return a number for each row, equal for rows to fill in alike, and the first row of each number."""
        import numpy as np

        from ..arrow.arrays import combined, is_null

        numbers = np.zeros(batch.num_rows, np.int64)
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            if name in _NAMES:
                numbers = combined(numbers, column)
            elif name in self._wanted:
                numbers = numbers * 2 + is_null(column)
        _, first, alike = np.unique(numbers, return_index=True, return_inverse=True)
        return alike, first

    def _each(self, numbers: list[int], rows: list[dict[str, Any]]) -> Iterator[tuple[int, Patch]]:
        """Yield the fixes of right rows, each by itself."""
        for number, values in zip(numbers, rows, strict=True):
            kind, held = self._validator.taken(values)
            if patch := self._by_row(RowResult([], held, kind), values):
                yield number, patch

    def _by_row(self, result: RowResult, given: Mapping[str, Any]) -> Patch | None:
        fields = fixes_of(result, given, self._validator, typography=self._typography)
        return Patch(_Fields(fields, {})) if fields else None

    def _fields(self, values: Mapping[str, Any]) -> _Fields:
        """Return what is filled in, offsets apart, in all right rows that are like one."""
        given = {name: value for name, value in values.items() if name not in _QUOTE}
        kind, held = self._validator.taken(given)
        fields = fixes_of(RowResult([], held, kind), given, self._validator, typography=self._typography)
        defaults = self._validator.defaults
        return _Fields(
            {name: value for name, value in fields.items() if name in defaults},
            {name: value for name, value in fields.items() if name not in defaults},
            refers=self._validator.rules[str(kind)].refers,
        )

    def _place_of(self, claim_id: str, words: str, of: str) -> tuple[int, int] | None:
        """Return the offsets of a quote that stands once in its claim."""
        places = Quote(self._validator.corpus.claims[claim_id], words, None, None, of).places
        return places[0] if len(places) == 1 else None


def fields_of(data: Any) -> Mapping[str, Any]:
    """Return the fields of a row as its source gives them; empty if it is no object."""
    if isinstance(data, bytes):
        data, _ = parse(data)
    elif isinstance(data, Cells):
        data = data.values
    elif isinstance(data, Record):
        data = data.__dict__
    return data if isinstance(data, Mapping) else {}


def _members(fields: Mapping[str, Any]) -> bytes:
    return json.dumps(fields, ensure_ascii=False)[1:-1].encode()
