"""The prefilter: find the suspect rows of an Arrow batch, which the row validator must validate.

The row validator decides. The prefilter only skips rows that are certainly valid. It guarantees: **the
row validator finds no fault in a row that is not suspect.** Every check here is compiled from the same
definitions (pydantic's schema, the corpus, the vocabularies of the rules) and is conservative. A wrong value,
an unknown type or a check that cannot be compiled makes the row suspect.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.types as kinds

from ...records.models import Reference
from ..arrow.arrays import Bools, Ints, from_numpy, from_texts, is_null, is_plain, lookup, plain, truths
from ..arrow.to_python import rows_of
from ..findings.checked import CheckedTally
from ..fixes.corrections import AS_WRITTEN
from ..formats.columnar.checks import undecoded
from ..references.columns import ReferenceColumns
from ..rows.result import RowResult
from ..rows.row_validator import RowValidator
from .kind import KindPrefilter

__all__ = ["Prefilter", "Seen"]

# Fields of any kind that reports and checks beyond the schema need.
_RELATED = frozenset({*Reference.model_fields, "id", "kind", "release", "other_claim_sha256", AS_WRITTEN})


class Seen(NamedTuple):
    """The result of checking a batch, as masks over its rows."""

    suspect: Bools
    """Rows that the row validator must validate."""
    shaped: Bools
    """Suspect rows that certainly match their schema; only checks beyond the schema remain."""
    doomed: Bools
    """Rows that are invalid because a whole column has a reported fault."""
    checked: CheckedTally
    """The references of the rows that are not suspect."""


class Prefilter:
    """Find suspect rows of Arrow batches, and validate them.

    Parameters
    ----------
    validator : RowValidator
        Validates the suspect rows.
    keep : frozenset of str
        Fields that `verdicts` yields for every row, even if validation does not need them.
    """

    def __init__(self, validator: RowValidator, keep: frozenset[str] = frozenset()) -> None:
        self._validator = validator
        references = ReferenceColumns(validator.corpus)
        self._kinds = [KindPrefilter(rules, validator, references) for rules in validator.rules.values()]
        self._names = from_texts([*validator.rules])
        self._default = validator.defaults.get("kind")
        self._only = validator.only
        nested = {one.name for rules in validator.rules.values() for one in rules.nested}
        ruled = {name for one in validator.rules.values() for rule in one.rules for name in rule.fields}
        self._related = _RELATED | ruled | nested | keep | {*validator.require}

    def look(self, batch: pa.RecordBatch, reported: Mapping[str, str]) -> Seen:
        """Find the suspect rows of a batch.

        Parameters
        ----------
        batch : pyarrow.RecordBatch
            The rows, as returned by `formats.columnar.checks.checked`: column names are unique.
        reported : mapping of str to str
            Columns with a fault that is already reported, and its code.
        """
        rows = batch.num_rows
        columns, doubtful = _opened(batch)
        doomed = np.zeros(rows, np.bool_)
        for name, code in reported.items():
            if code == "missing-field":
                doomed[:] = True
            elif name in columns:
                doomed |= ~is_null(columns[name])
                if code == "unknown-field":
                    del columns[name]
        if self._only is not None and "kind" not in self._only.shape.fields:
            suspect, shaped, checked = self._kinds[0].look(columns, doubtful, reported)
            return Seen(suspect, shaped, doomed, checked)
        suspect, shaped, checked = np.zeros(rows, np.bool_), np.zeros(rows, np.bool_), CheckedTally()
        which = self._which(columns.get("kind"), rows)
        suspect[which < 0] = True
        for number, kind in enumerate(self._kinds):
            ours = which == number
            if not ours.any():
                continue
            part = columns
            if not ours.all():
                mask = from_numpy(ours)
                part = {name: column.filter(mask) for name, column in columns.items()}
            seen = kind.look(part, doubtful[ours], reported)
            suspect[ours], shaped[ours] = seen.suspect, seen.shaped
            checked.add(seen.checked)
        return Seen(suspect, shaped, doomed, checked)

    def verdicts(
        self, batch: pa.RecordBatch, rows: Ints, reported: Mapping[str, str], shaped: Bools | None = None
    ) -> Iterator[tuple[int, Mapping[str, Any], RowResult]]:
        """Validate some rows of a batch, and yield the index, the values and the result of each.

        For rows in `shaped`, the values are only those that the checks beyond the schema or `keep` need.
        """
        undecoded_faults = undecoded(batch)
        known = np.zeros(len(rows), np.bool_) if shaped is None else shaped[rows]
        values = iter(rows_of(batch, rows[~known]))
        related = iter(
            rows_of(batch.select([name for name in batch.schema.names if name in self._related]), rows[known])
        )
        for row, is_shaped in zip(rows.tolist(), known.tolist(), strict=True):
            one = next(related) if is_shaped else next(values)
            result = (
                self._validator.relations(one)
                if is_shaped
                else self._validator.value(one, reported, columnar=True, arrow=True)
            )
            if row in undecoded_faults:
                # Text that could not be decoded is null in the batch, so drop the faults of that null.
                fault = undecoded_faults[row]
                rest = [other for other in result.faults if other.path[: len(fault.path)] != fault.path]
                result = result._replace(faults=[fault, *rest])
            yield row, one, result

    def is_of(self, batch: pa.RecordBatch, names: frozenset[str]) -> Bools:
        """Return which rows of a batch have one of the named kinds."""
        if self._only is not None and "kind" not in self._only.shape.fields:
            return np.full(batch.num_rows, self._only.shape.name in names)
        known = np.array([name in names for name in self._names.to_pylist()] + [False])
        column = plain(batch.column("kind")) if "kind" in batch.schema.names else None
        if column is not None and kinds.is_null(column.type):
            column = None
        return np.asarray(known[self._which(column, batch.num_rows)])

    def _which(self, column: pa.Array | None, rows: int) -> Ints:
        """Return the index of each row's kind; -1 if its name is unknown, or missing without a default."""
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
    """Return the columns of a batch in plain types, and which rows are doubtful.

    A row is doubtful if its text could not be decoded, or if it has a value in a column without a plain type.
    """
    columns, doubtful = {}, np.zeros(batch.num_rows, np.bool_)
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if not is_plain(column.type):
            doubtful |= truths(column.is_valid())
        elif not kinds.is_null(column.type):
            columns[name] = plain(column)
    doubtful[[*undecoded(batch)]] = True
    return columns, doubtful
