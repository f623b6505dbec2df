"""Compute the fixes of the rows of a part: of right rows by columns, of all others row by row."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

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

_QUOTE = ("quote", "quote_of", "quote_start")
"""What the offsets of a row follow from, with its claim."""

_MOST = 1 << 16
"""Quotes whose offsets are remembered."""


class Patch(NamedTuple):
    """The fixes of a row."""

    fields: Mapping[str, Any]
    """The fields to fix and their values."""
    members: str
    """The same as members of a JSON object, without its braces."""


class _Rest(NamedTuple):
    """The fixes of rows with the same claim and the same missing fields, without offsets."""

    refers: bool
    before: Patch
    """The fields before the offsets."""
    after: Patch


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
        self._read = {*_NAMES, *_QUOTE, *self._wanted, *self._nested}
        self._is_plain = validator.defaults.keys().isdisjoint(Reference.model_fields)
        self._rests: dict[tuple[Any, ...], _Rest] = {}
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

    def _of_right(self, rows: Any, batch: Any, right: Any) -> Iterator[tuple[int, Patch]]:
        """Yield the fixes of rows of a batch in which nothing is wrong."""
        import numpy as np

        from ..arrow.arrays import is_null
        from ..arrow.to_python import rows_of

        names = batch.schema.names

        def absent(name: str) -> Any:
            return is_null(batch.column(name)) if name in names else np.ones(len(rows), np.bool_)

        incomplete = ~absent("quote") & absent("quote_start")
        for name in self._wanted:
            incomplete |= absent(name)
        for name in self._nested:
            incomplete |= ~absent(name)
        chosen = np.flatnonzero(incomplete & right)
        if not len(chosen):
            return
        read = batch.select([name for name in names if name in self._read])
        for row, values in zip(rows[chosen].tolist(), rows_of(read, chosen), strict=True):
            if self._is_plain and all(values.get(name) is None for name in self._nested):
                patch = self._by_claim(values)
            else:
                kind, held = self._validator.taken(values)
                patch = self._by_row(RowResult([], held, kind), values)
            if patch:
                yield row, patch

    def _by_row(self, result: RowResult, given: Mapping[str, Any]) -> Patch | None:
        fields = fixes_of(result, given, self._validator, typography=self._typography)
        return _patch(fields) if fields else None

    def _by_claim(self, values: Mapping[str, Any]) -> Patch | None:
        """Return the fixes of a right row: its offsets, and what is the same for many rows."""
        get = values.get
        key = (*[get(name) for name in _NAMES], *[get(name) is None for name in self._wanted])
        rest = self._rests.get(key) or self._rest(key, values)
        (before, first), (after, last) = rest.before, rest.after
        quote = get("quote")
        if quote and rest.refers and get("quote_start") is None:
            place = self._place(get("claim_id"), quote, get("quote_of") or "text")
            if place is not None:
                start, end = place
                fields = {**before, "quote_start": start, "quote_end": end, **after}
                offsets = f'"quote_start": {start}, "quote_end": {end}'
                return Patch(fields, f"{first}{', ' if first else ''}{offsets}{', ' if last else ''}{last}")
        if before and after:
            return Patch({**before, **after}, f"{first}, {last}")
        return rest.before if before else rest.after if after else None

    def _rest(self, key: tuple[Any, ...], values: Mapping[str, Any]) -> _Rest:
        given = {name: value for name, value in values.items() if name not in _QUOTE}
        kind, held = self._validator.taken(given)
        fields = fixes_of(RowResult([], held, kind), given, self._validator, typography=self._typography)
        defaults = self._validator.defaults
        rest = self._rests[key] = _Rest(
            self._validator.rules[str(kind)].refers,
            _patch({name: value for name, value in fields.items() if name in defaults}),
            _patch({name: value for name, value in fields.items() if name not in defaults}),
        )
        return rest

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


def _patch(fields: Mapping[str, Any]) -> Patch:
    return Patch(fields, json.dumps(fields, ensure_ascii=False, default=str)[1:-1])
