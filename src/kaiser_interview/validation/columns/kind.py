"""Find the rows of one kind, in Arrow columns, that the row validator must validate."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

from ...corpus.corpus import Corpus
from ...records.models import Derived
from ..arrow.arrays import Bools, Ints, from_numpy, from_texts, is_list, is_null, plain, to_numpy
from ..findings.checked import CheckedTally
from ..references.columns import Carried, Fields, Looked, ReferenceColumns
from ..references.paths import Nested
from ..rows.kind import KindRules
from ..rows.row_validator import RowValidator
from .compile import doubts_of, leaf_of, not_finite

__all__ = ["KindPrefilter", "KindSeen"]


class KindSeen(NamedTuple):
    """The result of checking rows of one kind."""

    suspect: Bools
    """Rows that the row validator must validate."""
    shaped: Bools
    """Suspect rows that certainly match their schema; none if a column has a reported fault."""
    checked: CheckedTally
    """The references of the rows that are not suspect."""


class _Found(NamedTuple):
    """References, and the row that each is in."""

    rows: Ints
    looked: Looked
    present: Bools | bool = True
    """Which references are not null."""


class KindPrefilter:
    """The prefilter for rows of one kind."""

    def __init__(self, rules: KindRules, validator: RowValidator, references: ReferenceColumns) -> None:
        model, corpus = rules.shape.model, validator.corpus
        self._validator, self._rules, self._references = validator, rules, references
        doubts = doubts_of(model)
        self._is_odd = doubts is None or not corpus.claims
        self._doubts = doubts or {}
        # A value equal to a valid one is valid, so fields that are compared with the corpus need no further
        # check. Exception: ids and releases of a custom corpus that do not fit the field.
        right = {"claim_id": references.ids, "release": references.releases.known}
        self._compared = {
            name: self._doubts.pop(name)
            for name in _covered(rules, corpus)
            if name not in right or not self._doubts[name](right[name]).any()
        }
        self._required = {name for name, info in model.model_fields.items() if info.is_required()}
        self._required |= set(validator.require) & rules.shape.fields
        self._column_rules = [rule.columns(references) for rule in rules.rules]
        self._carried = {name: Carried(corpus, name) for name in corpus.columns} if rules.refers else {}
        self._defaults = {
            name: (value, _array(value))
            for name, value in validator.defaults.items()
            if name in rules.shape.fields
        }

    def look(self, columns: Fields, doubtful: Bools, reported: Mapping[str, str]) -> KindSeen:
        """Check rows.

        Parameters
        ----------
        columns : mapping of str to pyarrow.Array
            The columns, without those of type null.
        doubtful : ndarray of bool
            Rows that are suspect because their values are not all in `columns`.
        reported : mapping of str to str
            Columns with a fault that is already reported, and its code.
        """
        rows = len(doubtful)
        if self._is_odd:
            nothing = np.zeros(rows, np.bool_)
            return KindSeen(~nothing, nothing, CheckedTally())
        misshapen = doubtful.copy()
        fields = self._with_defaults(columns, rows, misshapen)
        self._fields(fields, reported, misshapen)
        releases = self._references.releases.places(fields.get("release"), rows)
        suspect = releases < 0
        claims, numbers = np.zeros(rows, np.int64), np.arange(rows)
        found: list[_Found] = []
        if self._rules.refers:
            looked = self._references.look(fields, rows, releases)
            suspect |= looked.suspect
            claims = looked.claims
            found.append(_Found(numbers, looked))
        if self._rules.pairs:
            found.append(_Found(numbers, self._references.others(fields, rows)))
        for one in self._rules.nested:
            # The references in a column of the wrong type can only be read row by row.
            if one.name in reported and one.name in fields:
                suspect |= ~is_null(fields[one.name])
        self._nested(fields, self._rules.nested, numbers, releases, suspect, found)
        for look in self._column_rules:
            suspect |= look(fields, claims, releases)
        self._extras(fields, claims, misshapen)
        shaped = suspect & ~misshapen
        if reported:
            shaped[:] = False
        elif shaped.any():
            self._shape(fields, shaped)
        suspect |= misshapen
        return KindSeen(suspect, shaped, self._checked(~suspect, found))

    def _checked(self, passed: Bools, found: Iterable[_Found]) -> CheckedTally:
        """Count the references of the rows that passed. Each is a valid reference to a current claim."""
        checked, covered = CheckedTally(), np.zeros(self._references.count, np.bool_)
        with_quote, without_digest = np.zeros(len(passed), np.bool_), np.zeros(len(passed), np.bool_)
        for rows, looked, present in found:
            counted = passed[rows] & present
            quoted, bare = counted & looked.quoted, counted & looked.without_digest
            with_quote[rows[quoted]] = True
            without_digest[rows[bare]] = True
            # Four outcomes: with or without digest, with or without quote.
            counts = np.bincount((2 * looked.without_digest + looked.quoted)[counted], minlength=4).tolist()
            for (digest, quote), count in zip(_OUTCOMES, counts, strict=True):
                if count:
                    key = True, digest, quote
                    checked.outcomes[key] = checked.outcomes.get(key, 0) + count
            covered[looked.claims[counted]] = True
        checked.covered = int.from_bytes(np.packbits(covered, bitorder="little").tobytes(), "little")
        checked.rows_with_quote = int(with_quote.sum())
        checked.rows_without_digest = int(without_digest.sum())
        return checked

    def _fields(self, fields: Fields, reported: Mapping[str, str], suspect: Bools) -> None:
        """Mark rows with a missing required field or a doubtful value; skip columns in `reported`."""
        for name in self._required:
            if name in fields:
                suspect |= is_null(fields[name])
            elif name not in reported:
                suspect[:] = True
        for name, doubts in self._doubts.items():
            if name in fields and name not in reported:
                _mark(suspect, doubts(fields[name]), fields[name])

    def _shape(self, fields: Fields, shaped: Bools) -> None:
        """Unmark rows with a doubtful value in a field that was compared, but not checked by its schema."""
        rows = np.flatnonzero(shaped)
        for name, doubts in self._compared.items():
            if name in fields:
                column = fields[name].take(from_numpy(rows))
                shaped[rows[doubts(column) & ~is_null(column)]] = False

    def _with_defaults(self, columns: Fields, rows: int, suspect: Bools) -> Fields:
        """Return the columns with defaults filled in; mark rows where the column types do not allow that."""
        fields = dict(columns)
        for name, (value, array) in self._defaults.items():
            column = fields.get(name)
            if array is None:
                suspect |= True if column is None else is_null(column)
            elif column is None:
                codes = from_numpy(np.zeros(rows, np.int8))
                is_word = isinstance(value, str)
                fields[name] = pa.DictionaryArray.from_arrays(codes, array) if is_word else array.take(codes)
            elif isinstance(value, str) and kinds.is_string(column.type):
                fields[name] = pc.fill_null(column, array[0])
            else:
                suspect |= is_null(column)
        return fields

    def _nested(  # noqa: PLR0913, PLR0917 - inputs and outputs
        self,
        fields: Fields,
        nested: Iterable[Nested],
        rows: Ints,
        releases: Ints,
        suspect: Bools,
        found: list[_Found],
    ) -> None:
        """Check the references within objects; mark the suspect objects, and add the references to `found`.

        `rows` contains the row of each object.
        """
        for one in nested:
            if one.name not in fields:
                continue
            column = plain(fields[one.name])
            parents = np.arange(len(suspect))
            if one.many and is_list(column.type):
                lengths = to_numpy(pc.list_value_length(column))
                column, parents = plain(column.flatten()), np.repeat(parents, lengths)
            if not kinds.is_struct(column.type) or not len(column):
                continue  # the field's own check marks what is not a struct
            names = [column.type.field(number).name for number in range(column.type.num_fields)]
            inner = dict(zip(names, map(plain, column.flatten()), strict=True))
            inner = {name: array for name, array in inner.items() if not kinds.is_null(array.type)}
            bad, present = np.zeros(len(column), np.bool_), ~is_null(column)
            if one.reference:
                looked = self._references.look(inner, len(column), releases[parents])
                bad |= looked.suspect
                found.append(_Found(rows[parents], looked, present))
            self._nested(inner, one.inner, rows[parents], releases[parents], bad, found)
            suspect[parents[bad & present]] = True

    def _extras(self, fields: Fields, claims: Ints, suspect: Bools) -> None:
        """Check columns that are not fields of the kind, and mark rows in which they may have a fault."""
        for name, column in fields.items():
            if name in self._rules.shape.fields:
                continue
            if self._validator.is_unknown(self._rules, name):
                suspect |= ~is_null(column)
            elif name in self._carried:
                suspect |= self._carried[name].doubts(column, claims)
            else:
                _mark(suspect, not_finite(column), column)


_OUTCOMES = [("current", None), ("current", "exact"), ("missing", None), ("missing", "exact")]


def _mark(suspect: Bools, doubts: Bools, column: pa.Array) -> None:
    """Mark the rows with a doubtful value that is not null."""
    suspect |= doubts & ~is_null(column) if column.null_count or kinds.is_dictionary(column.type) else doubts


def _array(value: Any) -> pa.Array | None:
    """Return a default as an array of one element; None if Arrow cannot represent it."""
    try:
        return from_texts([value]) if isinstance(value, str) else pa.array([value])
    except (pa.ArrowException, OverflowError, TypeError, ValueError):
        return None


def _covered(rules: KindRules, corpus: Corpus) -> list[str]:
    """Return the fields that the check of references compares with valid values."""
    covered = ["claim_id", "claim_sha256", "quote"] if rules.refers else []
    model = rules.shape.model
    if corpus.releases and "release" in model.model_fields:
        covered.append("release")
    ours = leaf_of(Derived)
    theirs = leaf_of(model)
    return [name for name in covered if theirs.get(name) == ours[name]]
