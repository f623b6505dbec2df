"""Rows of one kind in columns: which of them the judge is needed for."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

from ...corpus.corpus import Corpus
from ...records.models import Derived
from ..arrow.arrays import Bools, Ints, is_list, is_null, plain
from ..references.columns import Carried, Fields, Looked, ReferenceColumns
from ..references.paths import Nested
from ..rows.kind import KindRules
from ..rows.row_validator import RowValidator
from .compile import doubts_of, leaf_of, not_finite

__all__ = ["KindPrefilter"]


class KindPrefilter:
    """Looks at rows of one kind."""

    def __init__(self, rules: KindRules, judge: RowValidator, references: ReferenceColumns) -> None:
        model, corpus = rules.shape.model, judge.corpus
        self._judge, self._rules, self._references = judge, rules, references
        doubts = doubts_of(model)
        self._is_odd = doubts is None or not corpus.claims
        self._doubts = doubts or {}
        # What is compared with something right has the right shape if it is the same.
        right = {"claim_id": references.ids, "release": references.releases.known}
        self._compared = {
            name: self._doubts.pop(name)
            for name in _covered(rules, corpus)
            if name not in right or not self._doubts[name](right[name]).any()
        }
        self._required = {name for name, info in model.model_fields.items() if info.is_required()}
        self._required |= set(judge.require) & rules.shape.fields
        self._column_rules = [rule.columns(references) for rule in rules.rules]
        self._carried = {name: Carried(corpus, name) for name in corpus.columns} if rules.refers else {}
        self._defaults = {
            name: (value, _array(value))
            for name, value in judge.defaults.items()
            if name in rules.shape.fields
        }

    def look(self, columns: Fields, rows: int, told: Mapping[str, str]) -> tuple[Looked, Bools]:
        """Look at rows whose columns of type null are left out.

        Returns
        -------
        Looked
            Which are suspect, and which refer to a claim without its digest.
        ndarray of bool
            Which are suspect and have the right shape.
        """
        if self._is_odd:
            nothing = np.zeros(rows, np.bool_)
            return Looked(~nothing, nothing), nothing
        misshapen = np.zeros(rows, np.bool_)
        fields = self._with_defaults(columns, rows, misshapen)
        self._fields(fields, told, misshapen)
        releases = self._references.releases.places(fields.get("release"), rows)
        suspect = releases < 0
        claims, unpinned = np.zeros(rows, np.int64), np.zeros(rows, np.bool_)
        if self._rules.refers:
            looked, claims = self._references.look(fields, rows, releases)
            suspect |= looked.suspect
            unpinned |= looked.unpinned
        if self._rules.pairs:
            other = fields.get("other_claim_sha256")
            unpinned |= np.ones(rows, np.bool_) if other is None else is_null(other)
        self._nested(fields, self._rules.nested, releases, suspect, unpinned)
        for look in self._column_rules:
            suspect |= look(fields, claims, releases)
        self._extras(fields, claims, misshapen)
        shaped = suspect & ~misshapen
        if told:
            shaped[:] = False
        elif shaped.any():
            self._shape(fields, shaped)
        suspect |= misshapen
        unpinned &= ~suspect
        return Looked(suspect, unpinned), shaped

    def _fields(self, fields: Fields, told: Mapping[str, str], suspect: Bools) -> None:
        """Look at each field by itself, and mark the rows."""
        for name in self._required:
            if name in fields:
                suspect |= is_null(fields[name])
            elif name not in told:
                suspect[:] = True
        for name, doubts in self._doubts.items():
            if name in fields and name not in told:
                _mark(suspect, doubts(fields[name]), fields[name])

    def _shape(self, fields: Fields, shaped: Bools) -> None:
        """Unmark rows of which a field that was only compared does not have its shape."""
        rows = np.flatnonzero(shaped)
        for name, doubts in self._compared.items():
            if name in fields:
                column = fields[name].take(pa.array(rows))
                shaped[rows[doubts(column) & ~is_null(column)]] = False

    def _with_defaults(self, columns: Fields, rows: int, suspect: Bools) -> Fields:
        """Return the columns with the defaults; where one is null in part, its rows are suspect."""
        fields = dict(columns)
        for name, (value, array) in self._defaults.items():
            column = fields.get(name)
            if array is None:
                suspect |= True if column is None else is_null(column)
            elif column is None:
                codes = pa.array(np.zeros(rows, np.int8))
                is_word = isinstance(value, str)
                fields[name] = pa.DictionaryArray.from_arrays(codes, array) if is_word else array.take(codes)
            elif isinstance(value, str) and kinds.is_string(column.type):
                fields[name] = pc.fill_null(column, value)
            else:
                suspect |= is_null(column)
        return fields

    def _nested(
        self, fields: Fields, nested: Iterable[Nested], releases: Ints, suspect: Bools, unpinned: Bools
    ) -> None:
        """Look at the references within rows, and mark the rows."""
        for one in nested:
            if one.name not in fields:
                continue
            column = plain(fields[one.name])
            parents = np.arange(len(suspect))
            if one.many and is_list(column.type):
                lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False)
                column, parents = plain(column.flatten()), np.repeat(parents, lengths)
            if not kinds.is_struct(column.type) or not len(column):
                continue  # what is no struct does not fit, which the field's own check says
            names = [column.type.field(number).name for number in range(column.type.num_fields)]
            inner = dict(zip(names, map(plain, column.flatten()), strict=True))
            inner = {name: array for name, array in inner.items() if not kinds.is_null(array.type)}
            bad, loose = np.zeros(len(column), np.bool_), np.zeros(len(column), np.bool_)
            if one.reference:
                looked, _ = self._references.look(inner, len(column), releases[parents])
                bad |= looked.suspect
                loose |= looked.unpinned
            self._nested(inner, one.inner, releases[parents], bad, loose)
            there = ~is_null(column)
            suspect[parents[bad & there]] = True
            unpinned[parents[loose & there]] = True

    def _extras(self, fields: Fields, claims: Ints, suspect: Bools) -> None:
        """Look at columns that the kind does not have, and mark the rows."""
        for name, column in fields.items():
            if name in self._rules.shape.fields:
                continue
            if self._judge.is_unknown(self._rules, name):
                suspect |= ~is_null(column)
            elif name in self._carried:
                suspect |= self._carried[name].doubts(column, claims)
            else:
                _mark(suspect, not_finite(column), column)


def _mark(suspect: Bools, doubts: Bools, column: pa.Array) -> None:
    """Mark the rows in which a doubt is about something that is not null."""
    suspect |= doubts & ~is_null(column) if column.null_count or kinds.is_dictionary(column.type) else doubts


def _array(value: Any) -> pa.Array | None:
    """Return an array of a default; None if Arrow has no such value."""
    try:
        return pa.array([value])
    except (pa.ArrowException, OverflowError, TypeError, ValueError):
        return None


def _covered(rules: KindRules, corpus: Corpus) -> list[str]:
    """Return fields that the look at references compares with what is right, so their shape is right too."""
    covered = ["claim_id", "claim_sha256", "quote"] if rules.refers else []
    model = rules.shape.model
    if corpus.releases and "release" in model.model_fields:
        covered.append("release")
    ours = leaf_of(Derived)
    theirs = leaf_of(model)
    return [name for name in covered if theirs.get(name) == ours[name]]
