"""The prefilter: which rows of a batch are suspect, so that the row validator has to look at them.

The row validator decides. The prefilter only finds rows in which it would find nothing. The property that
connects them: **the row validator finds nothing in a row that is not suspect.** It holds because every check
here is compiled from the same definitions (pydantic's schema, the corpus, the vocabularies of the rules) and
errs on one side. A check that cannot be compiled, a type that is not known and a wrong value make the row
suspect.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.types as kinds

from ...records.models import Reference
from ..arrow.arrays import Bools, Ints, is_null, is_plain, lookup, plain, truths
from ..arrow.to_python import rows_of
from ..formats.columnar.checks import undecoded
from ..references.columns import ReferenceColumns
from ..rows.result import RowResult
from ..rows.row_validator import RowValidator
from .kind import KindPrefilter

__all__ = ["Prefilter", "Seen"]

# What every row may say of itself and of a claim.
_RELATED = frozenset({*Reference.model_fields, "id", "kind", "release", "other_claim_sha256"})


class Seen(NamedTuple):
    """What a look at a batch has shown."""

    suspect: Bools
    """Rows that the row validator has to look at."""
    shaped: Bools
    """Of these, those whose shape is right beyond doubt: only what they refer to has to be looked at."""
    doomed: Bools
    """Rows that are invalid for what was told of a whole column."""
    unpinned: Bools
    """Of the rows that are not suspect, those that refer to a claim without its digest."""


class Prefilter:
    """Looks at batches, for a judge.

    Parameters
    ----------
    judge : RowValidator
        What judges the rows that are suspect.
    keep : frozenset of str
        Fields that are wanted of every row that is judged.
    """

    def __init__(self, judge: RowValidator, keep: frozenset[str] = frozenset()) -> None:
        self._judge = judge
        references = ReferenceColumns(judge.corpus)
        self._kinds = [KindPrefilter(rules, judge, references) for rules in judge.rules.values()]
        self._names = pa.array([*judge.rules], pa.string())
        self._default = judge.defaults.get("kind")
        self._only = judge.only
        nested = {one.name for rules in judge.rules.values() for one in rules.nested}
        ruled = {name for one in judge.rules.values() for rule in one.rules for name in rule.fields}
        self._related = _RELATED | ruled | nested | keep | {*judge.require}

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
        which = self._which(columns.get("kind"), rows)
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
    ) -> Iterator[tuple[int, Mapping[str, Any], RowResult]]:
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
            verdict = (
                self._judge.relations(one)
                if is_shaped
                else self._judge.value(one, told, columnar=True, arrow=True)
            )
            if row in noted:
                # Where text could not be read there is null, and what is said of that is said for no reason.
                fault = noted[row]
                rest = [other for other in verdict.faults if other.path[: len(fault.path)] != fault.path]
                verdict = verdict._replace(faults=[fault, *rest])
            yield row, one, verdict

    def _which(self, column: pa.Array | None, rows: int) -> Ints:
        """Return the kind of each row by its place; -1 where the name is none, or none is given."""
        unnamed = -1
        if self._default is not None:
            unnamed = self._names.to_pylist().index(self._default)
        elif self._only is not None:
            unnamed = 0
        if column is None:
            return np.full(rows, unnamed, np.int64)
        which = lookup(column, self._names)
        which[is_null(column)] = unnamed
        return which


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
