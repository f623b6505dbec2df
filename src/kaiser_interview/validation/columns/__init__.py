"""The columnar lane: which rows of a batch the judge is needed for.

The judge (`rows.py`) decides; this only answers, for a whole batch, which rows it would find nothing in. The
property that holds the two together: **a row that is not suspect here is one that the judge finds nothing in.** It holds
since every check here is compiled from the same definitions (pydantic's own schema, the corpus, the rules'
vocabularies) and errs on one side: what it cannot compile, what has a type that it does not know and what is
wrong in any way is suspect.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

from ...corpus import Corpus
from ...models import Reference
from ..arrow import undecoded
from ..rows import Judge, Verdict
from ..rules import RULED, KindRules, Nested
from .arrays import Bools, Ints, is_list, is_null, lookup, plain
from .fields import doubts_of, leaf_of, not_finite
from .references import Fields, Looked, References
from .rules import Carried, twins_of
from .values import rows_of

__all__ = ["Lane", "Seen"]


class Seen(NamedTuple):
    """What a look at a batch has shown."""

    suspect: Bools
    """Rows that the judge is needed for."""
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
    """

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        references = References(judge.corpus)
        self._kinds = [_Kind(rules, judge, references) for rules in judge.rules.values()]
        self._names = pa.array([*judge.rules], pa.string())
        self._default = judge.defaults.get("kind")
        self._only = judge.only

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
        columns = {
            name: plain(column)
            for name, column in zip(batch.schema.names, batch.columns, strict=True)
            if not kinds.is_null(column.type)
        }
        doomed, unread = np.zeros(rows, np.bool_), [*undecoded(batch)]
        for name, code in told.items():
            if code == "missing-field":
                doomed[:] = True
            elif name in columns:
                doomed |= ~is_null(columns[name])
                if code == "unknown-field":
                    del columns[name]
        if self._only is not None and "kind" not in self._only.shape.fields:
            looked = self._kinds[0].look(columns, rows, told)
            looked.suspect[unread] = True
            return Seen(looked.suspect, doomed, looked.unpinned)
        suspect, unpinned = np.zeros(rows, np.bool_), np.zeros(rows, np.bool_)
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
            looked = kind.look(part, int(ours.sum()), told)
            suspect[ours], unpinned[ours] = looked.suspect, looked.unpinned
        suspect[unread] = True
        return Seen(suspect, doomed, unpinned)

    def verdicts(
        self, batch: pa.RecordBatch, rows: Ints, told: Mapping[str, str]
    ) -> Iterator[tuple[int, Mapping[str, Any], Verdict]]:
        """Yield what the judge says of some rows of a batch: place, values, verdict."""
        noted = undecoded(batch)
        values = rows_of(batch, rows)
        for row, one in zip(rows.tolist(), values, strict=True):
            verdict = self._judge.value(one, told, columnar=True)
            if row in noted:
                # Where text could not be read there is null, and what is said of that is said for no reason.
                fault = noted[row]
                rest = [other for other in verdict.faults if other.path[: len(fault.path)] != fault.path]
                verdict = verdict._replace(faults=[fault, *rest])
            yield row, one, verdict

    def _which(self, column: pa.Array | None, rows: int, told: Mapping[str, str]) -> Ints:
        """Return the kind of each row by its place; -1 for a name that is none, or for no name where one is needed."""
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
        self._doubts = doubts_of(model)
        for name in _covered(rules, corpus):
            self._doubts.pop(name, None)
        self._required = {name for name, info in model.model_fields.items() if info.is_required()}
        self._required |= set(judge.require) & rules.shape.fields
        self._twins = twins_of(model, corpus, references, RULED)
        self._carried = {name: Carried(corpus, name) for name in corpus.columns} if rules.refers else {}
        self._defaults = {name: value for name, value in judge.defaults.items() if name in rules.shape.fields}

    def look(self, columns: Fields, rows: int, told: Mapping[str, str]) -> Looked:
        """Look at rows whose columns of type null are left out."""
        suspect = np.zeros(rows, np.bool_)
        fields = self._with_defaults(columns, rows, suspect)
        for name in self._required:
            if name in fields:
                suspect |= is_null(fields[name])
            elif name not in told:
                suspect[:] = True
        for name, doubts in self._doubts.items():
            if name in fields and name not in told:
                _mark(suspect, doubts(fields[name]), fields[name])
        releases = self._references.releases.places(fields.get("release"), rows)
        suspect |= releases < 0
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
        self._extras(fields, claims, suspect)
        unpinned &= ~suspect
        return Looked(suspect, unpinned)

    def _with_defaults(self, columns: Fields, rows: int, suspect: Bools) -> Fields:
        """Return the columns with the defaults; where one is null in part, its rows are suspect."""
        if not self._defaults:
            return columns
        fields = dict(columns)
        for name, value in self._defaults.items():
            column = fields.get(name)
            if column is None:
                fields[name] = (
                    pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int8)), pa.array([value]))
                    if isinstance(value, str)
                    else pa.array([value]).take(pa.array(np.zeros(rows, np.int8)))
                )
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
            elif name in self._carried and not name.startswith("x_"):
                suspect |= self._carried[name].doubts(column, claims)
            else:
                _mark(suspect, not_finite(column), column)


def _mark(suspect: Bools, doubts: Bools, column: pa.Array) -> None:
    """Mark the rows in which a doubt is about something that is not null."""
    suspect |= doubts & ~is_null(column) if column.null_count or kinds.is_dictionary(column.type) else doubts


def _covered(rules: KindRules, corpus: Corpus) -> list[str]:
    """Return fields that the look at references compares with something right, so that their shape is right too."""
    covered = ["claim_id", "claim_sha256", "quote"] if rules.refers else []
    model = rules.shape.model
    if corpus.releases and "release" in model.model_fields:
        covered.append("release")
    ours: dict[str, Any] = {**leaf_of(Reference), **leaf_of(RULED[0])}
    theirs = leaf_of(model)
    return [name for name in covered if theirs.get(name) == ours[name]]
