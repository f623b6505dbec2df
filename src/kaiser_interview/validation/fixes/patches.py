"""Compute the fixes of the rows of a part: by columns for valid rows, row by row for all others."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from ...records.introspection import values_of
from ...records.models import Record, Reference
from ..findings.finding import pointer
from ..formats.csv import Cells
from ..formats.json.text import parse
from ..references.quotes import LEAST, Quote
from ..rows.result import RowResult
from ..rows.row_validator import RowValidator
from .corrections import AS_WRITTEN
from .filled import OFFSETS, filled
from .row import AppliedEdit, RowFix, RowFixer, add_edits

__all__ = ["Patch", "Patches", "fields_of"]

_FILLED = ("claim_sha256", "quote_start", "quote_end", "release", "other_claim_sha256")

_NAMES = ("kind", "claim_id", "other_claim_id")
"""The fields that determine the digests of a row."""

_QUOTE = ("quote", "quote_of", "quote_start")
"""The fields that determine the offsets of a row, with its claim."""

_FILLED_IN = b'{"path": %b, "before": null, "after": %b, "code": null, "applicability": "safe"}'
"""The JSON of an `AppliedEdit` that adds a value."""

_PLACED = b", ".join(_FILLED_IN % (b'"/%b"' % name.encode(), b"%d") for name in OFFSETS)
"""The same for the offsets of a quote, which differ in each row."""

_MOST = 1 << 16
"""The number of quotes whose offsets are cached."""


class _Fields:
    """Values that are added to many rows; the offsets of each row go between `before` and `after`."""

    def __init__(self, before: Mapping[str, Any], after: Mapping[str, Any], *, refers: bool = False) -> None:
        self.before = before
        self.after = after
        self.refers = refers
        self.names: tuple[str, ...] = (*before, *after)
        self.names_with_offsets: tuple[str, ...] = (*before, *OFFSETS, *after)

    # Cached properties: most fixes of a single row need no JSON, and some Python values have none.

    @cached_property
    def members(self) -> "_Around":
        """The fields as members of a JSON object."""
        return _Around(_members(self.before), _members(self.after))

    @cached_property
    def edits(self) -> "_Around":
        """The fields as JSON of the edits that add them."""
        return _Around(_edits(self.before), _edits(self.after))


class _Around(NamedTuple):
    """JSON to put before and after the offsets of a row; either may be empty."""

    before: bytes
    after: bytes

    def joined(self, between: bytes = b"") -> bytes:
        """Return all of it, separated by commas."""
        return b", ".join(filter(None, (self.before, between, self.after)))


class Patch:
    """The changes of a row.

    Attributes
    ----------
    names : tuple of str
        The names of the fields that change.
    adds : bool
        Whether it only adds fields that the row does not have, or that are null.
    """

    __slots__ = ("_edits", "_fields", "_place", "adds")

    def __init__(
        self,
        fields: _Fields,
        place: tuple[int, int] | None = None,
        edits: tuple[AppliedEdit, ...] | None = None,
    ) -> None:
        self._fields = fields
        self._place = place
        self._edits = edits
        self.adds: bool = edits is None or all(
            len(one.path) == 1 and one.before is None and one.after is not None for one in edits
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the fields that change."""
        return self._fields.names if self._place is None else self._fields.names_with_offsets

    @property
    def fields(self) -> dict[str, Any]:
        """The fields and their new values; None for a removed one."""
        offsets = zip(OFFSETS, self._place or (), strict=False)
        return {**self._fields.before, **dict(offsets), **self._fields.after}

    @property
    def members(self) -> bytes:
        """The same as members of a JSON object, without its braces."""
        between = b"" if self._place is None else b'"quote_start": %d, "quote_end": %d' % self._place
        return self._fields.members.joined(between)

    @property
    def edits(self) -> tuple[AppliedEdit, ...]:
        """The changes of its values."""
        if self._edits is not None:
            return self._edits
        return tuple(AppliedEdit((name,), None, value, None, "safe") for name, value in self.fields.items())

    @property
    def filled_json(self) -> bytes | None:
        """The same as JSON objects, for a valid row; None for other rows, of which there are few."""
        if self._edits is not None:
            return None
        return self._fields.edits.joined(b"" if self._place is None else _PLACED % self._place)


class Patches:
    """Compute fixes.

    Parameters
    ----------
    validator : RowValidator
        The validator of the rows.
    unsafe : bool
        Whether unsafe edits are applied too.

    Attributes
    ----------
    added : list of str
        The fields that may be added to rows.
    """

    def __init__(self, validator: RowValidator, *, unsafe: bool) -> None:
        self._validator = validator
        self.added: list[str] = [*dict.fromkeys([*validator.defaults, *_FILLED, AS_WRITTEN])]
        self._fixer = RowFixer(validator, unsafe=unsafe)
        fields = validator.fields
        digests = [name for name in ("claim_sha256", "other_claim_sha256") if name in fields]
        releases = ["release"] if validator.corpus.releases and "release" in fields else []
        # A valid row needs no fix if it has all of these, and offsets if it has a quote.
        self._wanted = [*(name for name in validator.defaults if name in fields), *digests, *releases]
        self._nested = [one.name for rules in validator.rules.values() for one in rules.nested]
        self._read = {*_NAMES, *_QUOTE, *self._wanted, *self._nested}
        self._is_plain = validator.defaults.keys().isdisjoint(Reference.model_fields)
        self._place = lru_cache(_MOST)(self._place_of)

    def fillable(self, columns: Collection[str]) -> list[str]:
        """Return the fields that may be added to a table with the given columns."""
        validator = self._validator
        is_named, is_quoted = "release" in validator.defaults, "quote" in columns
        wanted = {*validator.defaults}
        if is_quoted:
            wanted |= {*OFFSETS, AS_WRITTEN}
        if is_quoted or is_named:
            wanted.add("claim_sha256")
        if is_named:
            wanted.add("other_claim_sha256")
        if validator.corpus.releases and (is_quoted or any(name in columns for name in self._nested)):
            wanted.add("release")
        known = {*validator.fields, AS_WRITTEN}
        return [name for name in self.added if name in wanted and name in known]

    def of(
        self,
        looked: Iterable[tuple[Any, Any, Any]],
        results: Mapping[int, RowResult],
        row_at: Callable[[int], Any],
        *,
        columnar: bool,
    ) -> dict[int, Patch]:
        """Return the fixes of each row of a part that has any.

        Parameters
        ----------
        looked : iterable of tuple
            The rows that were validated by columns: their indices, the batch, the result of the prefilter.
        results : mapping of int to RowResult
            The results of the rows that the row validator has validated.
        row_at : callable
            Returns the original row, given its index.
        columnar : bool
            Whether the rows are from a table.
        """
        found: dict[int, Patch] = {}
        partly: set[int] = set()
        for rows, batch, seen in looked:
            partly.update(rows[seen.suspect & seen.shaped].tolist())
            found.update(self._of_valid(rows, batch, ~(seen.suspect | seen.doomed)))
            found.update(self._of_doomed(rows, batch, seen.doomed & ~seen.suspect))
        for row, result in results.items():
            if not result.values:
                continue  # it could not be read
            data = row_at(row)
            given = fields_of(data)
            if row in partly and result.kind is not None:
                # The result has only the values that were validated.
                rules = self._validator.rules[result.kind]
                typed = rules.typed(given) if isinstance(data, Cells) else given
                result = result._replace(values=self._validator.taken(typed)[1])  # noqa: PLW2901 - as above
            if patch := self.by_row(result, given, columnar=columnar):
                found[row] = patch
        return found

    def _of_doomed(self, rows: Any, batch: Any, doomed: Any) -> Iterator[tuple[int, Patch]]:
        """Yield the fixes of the rows of a batch that are invalid only because of a whole column."""
        import numpy as np

        from ..arrow.to_python import rows_of

        chosen = np.flatnonzero(doomed)
        if len(chosen):
            yield from self._each(rows[chosen].tolist(), rows_of(batch, chosen), invalid_elsewhere=True)

    def _of_valid(self, rows: Any, batch: Any, valid: Any) -> dict[int, Patch]:
        """Return the fixes of the valid rows of a batch."""
        import numpy as np

        from ..arrow.arrays import is_null
        from ..arrow.to_python import rows_of, taken

        names = batch.schema.names

        def absent(name: str) -> Any:
            return is_null(batch.column(name)) if name in names else np.ones(len(rows), np.bool_)

        quoted = ~absent("quote")
        unplaced = quoted & absent("quote_start")
        incomplete = unplaced.copy()
        for name in self._wanted:
            incomplete |= absent(name)
        for name in self._nested:
            incomplete |= ~absent(name)
        chosen = np.flatnonzero(incomplete & valid)
        numbers = rows[chosen].tolist()
        if not numbers:
            return {}
        read = taken(batch.select([name for name in names if name in self._read]), chosen)
        if self._nested or not self._is_plain:
            return dict(self._each(numbers, rows_of(read)))
        proved = self._proved(read)
        groups, first = self._groups(read, proved)
        held = [
            self._fields(values, proved=proves_it)
            for values, proves_it in zip(rows_of(read, first), proved[first].tolist(), strict=True)
        ]
        refers = np.array([fields.refers for fields in held], np.bool_)[groups]
        places: list[tuple[int, int] | None] = [None] * len(numbers)
        unplaced_here = np.flatnonzero(unplaced[chosen] & refers)
        for at, values in zip(unplaced_here.tolist(), rows_of(read, unplaced_here), strict=True):
            places[at] = self._place(values["claim_id"], values["quote"], values.get("quote_of") or "text")
        fixed = zip(numbers, groups.tolist(), places, strict=True)
        return {
            number: Patch(held[group], place) for number, group, place in fixed if place or held[group].names
        }

    @staticmethod
    def _proved(batch: Any) -> Any:
        """Return for each row whether it has a quote that is long enough to prove its claim."""
        import numpy as np
        import pyarrow.compute as pc

        from ..arrow.arrays import is_text, on_values, to_numpy

        def are_long(texts: Any) -> Any:
            if not is_text(texts.type):
                return np.zeros(len(texts), np.bool_)
            return to_numpy(pc.utf8_length(texts)) >= LEAST

        if "quote" not in batch.schema.names:
            return np.zeros(batch.num_rows, np.bool_)
        return on_values(batch.column("quote"), are_long, null=False)

    def _groups(self, batch: Any, proved: Any) -> tuple[Any, Any]:
        """Group rows that get the same values; return each row's group and each group's first row."""
        import numpy as np

        from ..arrow.arrays import combined, is_null

        numbers = proved.astype(np.int64)
        compared = (*_NAMES, "release") if "release" in self._validator.defaults else _NAMES
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            if name in compared:
                numbers = combined(numbers, column)
            elif name in self._wanted:
                numbers = numbers * 2 + is_null(column)
        _, first, groups = np.unique(numbers, return_index=True, return_inverse=True)
        return groups, first

    def _each(
        self, numbers: list[int], rows: list[dict[str, Any]], *, invalid_elsewhere: bool = False
    ) -> Iterator[tuple[int, Patch]]:
        """Yield the fixes of rows without faults of their own, row by row."""
        for number, values in zip(numbers, rows, strict=True):
            kind, held = self._validator.taken(values)
            if patch := self.by_row(RowResult([], held, kind, invalid_elsewhere=invalid_elsewhere), values):
                yield number, patch

    def by_row(
        self,
        result: RowResult,
        given: Mapping[str, Any],
        before: Sequence[AppliedEdit] = (),
        *,
        columnar: bool = True,
    ) -> Patch | None:
        """Return the changes of one row, or None.

        Parameters
        ----------
        result : RowResult
            The result of validating the row, with all its values.
        given : mapping of str
            The fields of the row before defaults were added.
        before : sequence of AppliedEdit
            Changes that were made before the row was validated.
        columnar : bool
            Whether the row is from a table.
        """
        fix = self._fixer.fixed(result, given, columnar=columnar) or RowFix({}, ())
        if not fix.edits and not before:
            return None
        fields = {str(one.path[0]): given.get(str(one.path[0])) for one in before}
        edits = {one.path: one for one in before}
        add_edits(edits, fix.edits)
        return Patch(_Fields({**fields, **fix.fields}, {}), None, tuple(edits.values()))

    def _fields(self, values: Mapping[str, Any], *, proved: bool) -> _Fields:
        """Return the values to add to all valid rows of a group, without offsets."""
        given = values if proved else {name: one for name, one in values.items() if name != "quote"}
        kind, held = self._validator.taken(given)
        added = filled(RowResult([], held, kind), given, self._validator)
        fields = {str(name): value for (name,), value in added.items() if name not in OFFSETS}
        defaults = self._validator.defaults
        return _Fields(
            {name: value for name, value in fields.items() if name in defaults},
            {name: value for name, value in fields.items() if name not in defaults},
            refers=self._validator.rules[str(kind)].refers,
        )

    def _place_of(self, claim_id: str, words: str, of: str) -> tuple[int, int] | None:
        """Return the offsets of a quote that occurs once in its claim."""
        places = Quote(self._validator.corpus.claims[claim_id], words, None, None, of).places
        return places[0] if len(places) == 1 else None


def fields_of(data: Any) -> Mapping[str, Any]:
    """Return the fields of an original row; empty if it is not an object."""
    if isinstance(data, bytes):
        data, _ = parse(data)
    elif isinstance(data, Cells):
        data = data.values
    elif isinstance(data, Record):
        data = values_of(data)
    return data if isinstance(data, Mapping) else {}


def _edits(fields: Mapping[str, Any]) -> bytes:
    return b", ".join(_FILLED_IN % (_json(pointer((name,))), _json(value)) for name, value in fields.items())


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _members(fields: Mapping[str, Any]) -> bytes:
    return _json(fields)[1:-1]
