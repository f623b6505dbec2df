"""Fingerprints of ids and keys, used to find duplicates across parts; by column and by row."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

from ...records.introspection import FieldType, field_types
from ..arrow.arrays import Bools, combined, from_numpy, from_texts, is_list, is_null, is_text, plain
from ..arrow.from_python import ColumnType
from ..arrow.hashing import hashes
from ..arrow.to_python import rows_of
from ..rows.row_validator import RowValidator
from .state import Row, number_of

__all__ = [
    "Fingerprints",
    "Hashes",
    "Suspects",
    "firsts",
    "key_text",
    "line_sorts",
    "list_types",
]

Hashes = npt.NDArray[np.uint64]

_NONE: Hashes = np.empty(0, np.uint64)

# Separator of the fields of a key, and the text for null. Fields may contain them: keys with equal texts are
# compared again.
_SEPARATOR, _NULL = "\x1f", "\0"


class Suspects(NamedTuple):
    """Fingerprints that more than one row may have. Rows that share one are compared with each other."""

    ids: npt.NDArray[np.uint64] = _NONE
    """Sorted hashes of ids."""
    keys: npt.NDArray[np.uint64] = _NONE
    """Sorted hashes of keys."""
    groups: frozenset[tuple[str, ...]] = frozenset()
    """Groups with a fault: claim, scheme and creator of labels, or model of vectors."""

    def __bool__(self) -> bool:
        return bool(len(self.ids) or len(self.keys) or self.groups)


class Fingerprints:
    """Compute the fingerprints of rows.

    Parameters
    ----------
    validator : RowValidator
        Validates the rows.
    key : sequence of str or None
        Fields whose combination must be unique.
    seed : int
        The seed of the hashes. All parts of the data, and both passes over it, need the same seed. Use a
        random seed for each run, so that ids cannot be chosen for their hashes.
    """

    def __init__(self, validator: RowValidator, key: Sequence[str] | None, seed: int = 0) -> None:
        self._validator = validator
        self._seed = seed
        self._key = tuple(key) if key is not None else None

    @property
    def has_key(self) -> bool:
        """Whether rows have keys."""
        return self._key is not None

    def ids(self, batch: pa.RecordBatch) -> tuple[Hashes, Bools]:
        """Return the hash of each row's id, and which rows have an id."""
        if "id" not in batch.schema.names:
            return np.zeros(batch.num_rows, np.uint64), np.zeros(batch.num_rows, np.bool_)
        column = _decoded(batch.column("id"))
        if not is_text(column.type):
            return np.zeros(batch.num_rows, np.uint64), np.zeros(batch.num_rows, np.bool_)
        return hashes(column, self._seed), ~is_null(column)

    def keys(self, batch: pa.RecordBatch) -> tuple[Hashes, Bools]:
        """Return the hash of each row's key, and which rows have a key."""
        if self._key is None:
            return np.zeros(batch.num_rows, np.uint64), np.zeros(batch.num_rows, np.bool_)
        columns = {name: _decoded(batch.column(name)) for name in self._key if name in batch.schema.names}
        if any(name in self._validator.defaults for name in self._key) or not all(
            is_text(column.type) for column in columns.values()
        ):
            rows = rows_of(
                batch.select([name for name in batch.schema.names if name in {*self._key, "kind"}])
            )
            return self._of_texts([self.key(self._validator.taken(values)[1]) for values in rows])
        if not columns:
            return np.zeros(batch.num_rows, np.uint64), np.zeros(batch.num_rows, np.bool_)
        absent = np.ones(batch.num_rows, np.bool_)
        null, separator = from_texts([_NULL, _SEPARATOR], large=True)
        parts: list[Any] = []
        for name in self._key:
            if name in columns:
                absent &= is_null(columns[name])
                parts.append(pc.fill_null(columns[name].cast(pa.large_string()), null))
            else:
                parts.append(null)
        texts = pc.binary_join_element_wise(*parts, separator)
        return hashes(texts, self._seed), ~absent

    def suspected(self, batch: pa.RecordBatch, suspects: Suspects) -> Bools:
        """Return which rows of a batch have, or may have, a fingerprint in `suspects`."""
        if suspects.groups:
            return np.ones(batch.num_rows, np.bool_)
        found = np.zeros(batch.num_rows, np.bool_)
        for wanted, (row_hashes, present) in (
            (suspects.ids, self.ids(batch)),
            (suspects.keys, self.keys(batch)),
        ):
            found |= present & _is_in(row_hashes, wanted)
        return found

    def suspects_of(self, rows: Sequence[Row], suspects: Suspects) -> Iterable[Row]:
        """Return the rows that have, or may have, a fingerprint in `suspects`."""
        if suspects.groups or not rows:
            return rows
        ids = [row.values.get("id") for row in rows]
        found = np.zeros(len(rows), np.bool_)
        for wanted, texts in ((suspects.ids, ids), (suspects.keys, [self.key(row.values) for row in rows])):
            row_hashes, present = self._of_texts([text if type(text) is str else None for text in texts])
            found |= present & _is_in(row_hashes, wanted)
        return [row for row, suspect in zip(rows, found.tolist(), strict=True) if suspect]

    def key(self, values: Mapping[str, Any]) -> str | None:
        """Return the key of a row as text; None if it has no key."""
        return None if self._key is None else key_text([values.get(name) for name in self._key])

    def of_texts(self, texts: Iterable[object]) -> Hashes:
        """Return the hashes of the values that are text; skip others."""
        held = [text for text in texts if type(text) is str]
        return hashes(_array(held), self._seed) if held else _NONE

    def _of_texts(self, texts: list[str | None]) -> tuple[Hashes, Bools]:
        return hashes(_array([text or "" for text in texts]), self._seed), np.array(
            [text is not None for text in texts], np.bool_
        )


def key_text(key: Sequence[Any]) -> str | None:
    """Return the values of a key as one text; None if all are null."""
    if all(one is None for one in key):
        return None
    return _SEPARATOR.join(map(_key_part, key))


def _key_part(value: Any) -> str:
    if isinstance(value, str):
        return value
    return _NULL if value is None else repr(number_of(value))


def _array(texts: list[str]) -> pa.Array:
    # Rows from Python may contain lone surrogates, which UTF-8 cannot encode, so escape them.
    return from_texts([text.encode("utf-8", "backslashreplace").decode() for text in texts], large=True)


def _decoded(column: pa.Array) -> pa.Array:
    column = plain(column)
    return plain(column.dictionary_decode()) if kinds.is_dictionary(column.type) else column


def _is_in(row_hashes: Hashes, wanted: Hashes) -> Bools:
    """Return which hashes are in `wanted`, which is sorted."""
    if not len(wanted):
        return np.zeros(len(row_hashes), np.bool_)
    places = np.minimum(np.searchsorted(wanted, row_hashes), len(wanted) - 1)
    return np.asarray(wanted[places] == row_hashes)


def firsts(columns: Mapping[str, pa.Array], passed: Bools) -> npt.NDArray[np.int64]:
    """Return the index of the first row with each combination of values, among the rows in `passed`.

    If a column is nested and not a vector, all these rows are returned.
    """
    rows = np.flatnonzero(passed)
    numbers = np.zeros(len(rows), np.int64)
    for name, column in columns.items():
        column = plain(column).take(from_numpy(rows))  # noqa: PLW2901 - the same column
        if name == "vector" and is_list(column.type):
            column = pc.list_value_length(column)  # noqa: PLW2901 - only the length is compared
        if kinds.is_nested(column.type):
            return rows
        numbers = combined(numbers, column)
    _, found = np.unique(numbers, return_index=True)
    return np.asarray(rows[np.sort(found)])


_TYPES: Mapping[object, ColumnType] = {int: "integer", float: "number", bool: "boolean"}


def _type_of(field: FieldType) -> ColumnType | None:
    return "string" if field.is_text else _TYPES.get(field.python)


def line_sorts(validator: RowValidator) -> dict[str, ColumnType]:
    """Return the types of scalar fields, used to read many rows at once; empty if two kinds differ."""
    return _types_of(validator, _type_of)


def list_types(validator: RowValidator) -> dict[str, ColumnType]:
    """Return the types of the elements of fields that are lists of scalars; empty if two kinds differ."""
    return _types_of(validator, lambda field: _type_of(field.element) if field.element else None)


def _types_of(
    validator: RowValidator, type_of: Callable[[FieldType], ColumnType | None]
) -> dict[str, ColumnType]:
    types: dict[str, ColumnType] = {}
    for rules in validator.rules.values():
        for name, field in field_types(rules.shape.model).items():
            found = type_of(field)
            if found is not None and types.setdefault(name, found) != found:
                return {}
    return types
