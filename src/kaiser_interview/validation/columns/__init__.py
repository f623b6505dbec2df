"""The columnar lane: which rows of a batch the judge is needed for.

The judge (`rows.py`) decides; this only answers, for a whole batch, which rows it would find nothing in. The
property that holds the two together: **a row that is not suspect here is one that the judge passes.** It
holds since every check here is compiled from the same definitions (pydantic's own schema, the corpus, the
rules' vocabularies) and errs on one side: what it cannot compile, what has a type that it does not know and
what is wrong in any way is suspect.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

from ...corpus import Corpus
from ...models import Claim, Reference
from ..arrow import undecoded
from ..rows import Judge, Verdict
from ..rules import RULED, KindRules, Nested
from .arrays import Bools, Ints, is_list, is_null, is_plain, lookup, plain, truths
from .fields import doubts_of, leaf_of, not_finite
from .references import Fields, Looked, References
from .rules import Carried, twins_of
from .values import rows_of

__all__ = ["Lane", "Seen"]


# What rules relate to other fields or to the corpus: of the rows themselves, and of our own kinds.
_RELATED = frozenset(
    {*Reference.model_fields, "id", "kind", "release", "scheme", "value", "translation"}
    | {"other_claim_id", "other_claim_sha256", "answer", "answerable", *Claim.model_fields}
)


class Seen(NamedTuple):
    """What a look at a batch has shown."""

    suspect: Bools
    """Rows that the judge is needed for."""
    shaped: Bools
    """Of these, those whose shape is right beyond doubt: only what they refer to has to be looked at."""
    doomed: Bools
    """Rows that are invalid for what was told of a whole column."""
    unpinned: Bools
    """Of the rows that are not suspect, those that refer to a claim without its digest."""


class Lane:
    """Looks at batches, for a judge.

    Parameters
    ----------
    judge : Judge
        What judges the rows that are suspect.
    keep : frozenset of str
        Fields that are wanted of every row that is judged.
    """

    def __init__(self, judge: Judge, keep: frozenset[str] = frozenset()) -> None:
        self._judge = judge
        references = References(judge.corpus)
        self._kinds = [_Kind(rules, judge, references) for rules in judge.rules.values()]
        self._names = pa.array([*judge.rules], pa.string())
        self._default = judge.defaults.get("kind")
        self._only = judge.only
        nested = {one.name for rules in judge.rules.values() for one in rules.nested}
        self._related = _RELATED | nested | keep | {*judge.require}

    def look(self, batch: pa.RecordBatch, told: Mapping[str, str]) -> Seen:
        """Look at a batch.

        Parameters
        ----------
        batch : pyarrow.RecordBatch
            Some rows, validated; no name stands twice.
        told : mapping of str to str
            Columns that something is wrong with as a whole, and the code that was told.
        """
        rows = batch.num_rows
        columns, doubt = _opened(batch)
        doomed = np.zeros(rows, np.bool_)
        for name, code in told.items():
            if code == "missing-field":
                doomed[:] = True
            elif name in columns:
                doomed |= ~is_null(columns[name])
                if code == "unknown-field":
                    del columns[name]
        if self._only is not None and "kind" not in self._only.shape.fields:
            looked, shaped = self._kinds[0].look(columns, rows, told)
            return Seen(looked.suspect | doubt, shaped & ~doubt, doomed, looked.unpinned & ~doubt)
        suspect, shaped, unpinned = (np.zeros(rows, np.bool_) for _ in range(3))
        which = self._which(columns.get("kind"), rows, told)
        suspect[which < 0] = True
        for number, kind in enumerate(self._kinds):
            ours = which == number
            if not ours.any():
                continue
            part = columns
            if not ours.all():
                mask = pa.array(ours)
                part = {name: column.filter(mask) for name, column in columns.items()}
            looked, shaped[ours] = kind.look(part, int(ours.sum()), told)
            suspect[ours], unpinned[ours] = looked.suspect, looked.unpinned
        return Seen(suspect | doubt, shaped & ~doubt, doomed, unpinned & ~doubt)

    def verdicts(
        self, batch: pa.RecordBatch, rows: Ints, told: Mapping[str, str], shaped: Bools | None = None
    ) -> Iterator[tuple[int, Mapping[str, Any], Verdict]]:
        """Yield what the judge says of some rows of a batch: place, values, verdict.

        Of rows whose shape is right, the values are those alone that have to do with others.
        """
        noted = undecoded(batch)
        known = np.zeros(len(rows), np.bool_) if shaped is None else shaped[rows]
        values = iter(rows_of(batch, rows[~known]))
        few = iter(
            rows_of(batch.select([name for name in batch.schema.names if name in self._related]), rows[known])
        )
        for row, is_shaped in zip(rows.tolist(), known.tolist(), strict=True):
            one = next(few) if is_shaped else next(values)
            verdict = self._judge.relations(one) if is_shaped else self._judge.value(one, told, columnar=True)
            if row in noted:
                # Where text could not be read there is null, and what is said of that is said for no reason.
                fault = noted[row]
                rest = [other for other in verdict.faults if other.path[: len(fault.path)] != fault.path]
                verdict = verdict._replace(faults=[fault, *rest])
            yield row, one, verdict

    def _which(self, column: pa.Array | None, rows: int, told: Mapping[str, str]) -> Ints:
        """Return the kind of each row by its place; -1 where the name is none, or none is given."""
        unnamed = -1
        if self._default is not None:
            unnamed = self._names.to_pylist().index(self._default)
        elif self._only is not None:
            unnamed = 0
        if column is None or told.get("kind") == "wrong-type":
            return np.full(rows, unnamed if column is None else -1, np.int64)
        which = lookup(column, self._names)
        which[is_null(column)] = unnamed
        return which


class _Kind:
    """Looks at rows of one kind."""

    def __init__(self, rules: KindRules, judge: Judge, references: References) -> None:
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
        self._twins = twins_of(model, corpus, references, RULED)
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
        for twin in self._twins:
            suspect |= twin(fields, claims, releases)
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


def _opened(batch: pa.RecordBatch) -> tuple[dict[str, pa.Array], Bools]:
    """Return the columns of a batch in plain types, and the rows with what has none or could not be read."""
    columns, doubt = {}, np.zeros(batch.num_rows, np.bool_)
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if not is_plain(column.type):
            doubt |= truths(column.is_valid())
        elif not kinds.is_null(column.type):
            columns[name] = plain(column)
    doubt[[*undecoded(batch)]] = True
    return columns, doubt


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
    ours = {**leaf_of(Reference), **leaf_of(RULED[0])}
    theirs = leaf_of(model)
    return [name for name in covered if theirs.get(name) == ours[name]]
