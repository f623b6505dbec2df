"""What rows leave behind for the rules of the set: hashes of ids and keys, in columns and row by row."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

from ...records.introspection import field_types
from ..arrow.arrays import Bools, is_list, is_null, is_text, plain
from ..arrow.to_python import rows_of
from ..formats.json.line_batches import Sort
from ..rows.row_validator import RowValidator
from .hashing import hashes

__all__ = ["Fingerprints", "Hashes", "Row", "Suspects", "firsts", "hashes_of", "key_text", "line_sorts"]

Hashes = npt.NDArray[np.uint64]

_NONE: Hashes = np.empty(0, np.uint64)

# What stands between the fields of a key, and for one that is null; whether they stand in a field does not
# matter, since keys with equal texts are compared again.
_BETWEEN, _NULL = "\x1f", "\0"

_EXACT = 1 << 53


class Suspects(NamedTuple):
    """What more than one row has left behind: rows that have it are looked at together."""

    ids: npt.NDArray[np.uint64] = _NONE
    """Sorted hashes."""
    keys: npt.NDArray[np.uint64] = _NONE
    groups: frozenset[tuple[str, ...]] = frozenset()
    """Claim, scheme and creator of too many labels; models whose vectors differ in length."""

    def __bool__(self) -> bool:
        return bool(len(self.ids) or len(self.keys) or self.groups)


class Row(NamedTuple):
    """A row that is looked at again, together with others."""

    place: int
    """Its line in the part, from 1, or its place in the table, from 0."""
    row: int
    kind: str | None
    values: Mapping[str, Any]
    bad: frozenset[object]
    invalid: bool


class Fingerprints:
    """Makes the marks of rows.

    Parameters
    ----------
    judge : RowValidator
        What judges the rows.
    key : sequence of str or None
        Fields that together stand once.
    """

    def __init__(self, judge: RowValidator, key: Sequence[str] | None) -> None:
        self._judge = judge
        self._key = tuple(key) if key is not None else None

    @property
    def has_key(self) -> bool:
        """Whether rows have keys."""
        return self._key is not None

    def ids(self, batch: pa.RecordBatch) -> tuple[Hashes, Bools]:
        """Return a hash for each row, and which rows have an id."""
        if "id" not in batch.schema.names:
            return np.zeros(batch.num_rows, np.uint64), np.zeros(batch.num_rows, np.bool_)
        column = _decoded(batch.column("id"))
        if not is_text(column.type):
            return np.zeros(batch.num_rows, np.uint64), np.zeros(batch.num_rows, np.bool_)
        return hashes(column), ~is_null(column)

    def keys(self, batch: pa.RecordBatch) -> tuple[Hashes, Bools]:
        """Return a hash for each row, and which rows have a key."""
        if self._key is None:
            return np.zeros(batch.num_rows, np.uint64), np.zeros(batch.num_rows, np.bool_)
        columns = {name: _decoded(batch.column(name)) for name in self._key if name in batch.schema.names}
        if any(name in self._judge.defaults for name in self._key) or not all(
            is_text(column.type) for column in columns.values()
        ):
            rows = rows_of(
                batch.select([name for name in batch.schema.names if name in {*self._key, "kind"}])
            )
            return _of_texts([self.key(self._judge.taken(values)[1]) for values in rows])
        if not columns:
            return np.zeros(batch.num_rows, np.uint64), np.zeros(batch.num_rows, np.bool_)
        absent = np.ones(batch.num_rows, np.bool_)
        parts: list[Any] = []
        for name in self._key:
            if name in columns:
                absent &= is_null(columns[name])
                parts.append(pc.fill_null(columns[name].cast(pa.large_string()), _NULL))
            else:
                parts.append(pa.scalar(_NULL, pa.large_string()))
        return hashes(pc.binary_join_element_wise(*parts, pa.scalar(_BETWEEN, pa.large_string()))), ~absent

    def suspected(self, batch: pa.RecordBatch, suspects: Suspects) -> Bools:
        """Return which rows of a batch have something that others have, or might."""
        if suspects.groups:
            return np.ones(batch.num_rows, np.bool_)
        found = np.zeros(batch.num_rows, np.bool_)
        for wanted, (marks, there) in ((suspects.ids, self.ids(batch)), (suspects.keys, self.keys(batch))):
            found |= there & _is_in(marks, wanted)
        return found

    def suspects_of(self, rows: Sequence[Row], suspects: Suspects) -> Iterable[Row]:
        """Return those of some rows that have something that others have, or might."""
        if suspects.groups or not rows:
            return rows
        ids = [row.values.get("id") for row in rows]
        found = np.zeros(len(rows), np.bool_)
        for wanted, texts in ((suspects.ids, ids), (suspects.keys, [self.key(row.values) for row in rows])):
            marks, there = _of_texts([text if type(text) is str else None for text in texts])
            found |= there & _is_in(marks, wanted)
        return [row for row, suspect in zip(rows, found.tolist(), strict=True) if suspect]

    def key(self, values: Mapping[str, Any]) -> str | None:
        """Return the text of a row's key; None if it has none."""
        return None if self._key is None else key_text([values.get(name) for name in self._key])


def key_text(key: Sequence[Any]) -> str | None:
    """Return one text for several values; None if all of them are null."""
    if all(one is None for one in key):
        return None
    return _BETWEEN.join(map(_key_part, key))


def _key_part(value: Any) -> str:
    if isinstance(value, str):
        return value
    # One and 1.0 are different, but a column may have made the one of the other; that is decided later.
    if type(value) is int and abs(value) < _EXACT:
        value = float(value)
    return _NULL if value is None else repr(value)


def hashes_of(texts: Iterable[object]) -> Hashes:
    """Return the hashes of those of some values that are texts."""
    held = [text for text in texts if type(text) is str]
    return hashes(_array(held)) if held else _NONE


def _of_texts(texts: list[str | None]) -> tuple[Hashes, Bools]:
    return hashes(_array([text or "" for text in texts])), np.array(
        [text is not None for text in texts], np.bool_
    )


def _array(texts: list[str]) -> pa.Array:
    # Lone surrogates are no text, but may stand in rows from Python; they differ as what they are escaped to.
    return pa.array([text.encode("utf-8", "backslashreplace").decode() for text in texts], pa.large_string())


def _decoded(column: pa.Array) -> pa.Array:
    column = plain(column)
    return plain(column.dictionary_decode()) if kinds.is_dictionary(column.type) else column


def _is_in(marks: Hashes, wanted: Hashes) -> Bools:
    """Return which marks are among some that are sorted."""
    if not len(wanted):
        return np.zeros(len(marks), np.bool_)
    places = np.minimum(np.searchsorted(wanted, marks), len(wanted) - 1)
    return np.asarray(wanted[places] == marks)


def firsts(columns: Mapping[str, pa.Array], passed: Bools) -> npt.NDArray[np.int64]:
    """Return the first row, of those that pass, of each different combination of values."""
    rows = np.flatnonzero(passed)
    combined = np.zeros(len(rows), np.int64)
    for name, column in columns.items():
        column = plain(column).take(pa.array(rows))  # noqa: PLW2901 - the same column
        if name == "vector" and is_list(column.type):
            column = pc.list_value_length(column)  # noqa: PLW2901 - all that matters of it
        if kinds.is_nested(column.type):
            return rows
        column = column if kinds.is_dictionary(column.type) else column.dictionary_encode()  # noqa: PLW2901
        codes = pc.fill_null(column.indices.cast(pa.int64()), len(column.dictionary)).to_numpy()
        # As few numbers as there are combinations, so that none is too large.
        _, combined = np.unique(combined * (len(column.dictionary) + 1) + codes, return_inverse=True)
    _, found = np.unique(combined, return_index=True)
    return np.asarray(rows[np.sort(found)])


_SORTS: Mapping[object, Sort] = {int: "integer", float: "number", bool: "boolean"}


def line_sorts(judge: RowValidator) -> dict[str, Sort]:
    """Return what is read many lines at once: fields that are no lists, no records, and so in each kind."""
    sorts: dict[str, Sort] = {}
    for rules in judge.rules.values():
        for name, field in field_types(rules.shape.model).items():
            sort = "string" if field.is_text else _SORTS.get(field.python)
            if sort is not None and sorts.setdefault(name, sort) != sort:
                return {}
    return sorts
