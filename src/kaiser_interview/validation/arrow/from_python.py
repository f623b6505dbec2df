"""Convert Python dictionaries to Arrow columns."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from operator import itemgetter, or_
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from .arrays import Bools, Ints, from_numpy, from_values

__all__ = ["ARROW", "ColumnType", "batches_of", "column_of", "columns_of"]

ColumnType = Literal["string", "integer", "number", "boolean"]

ARROW: Mapping[ColumnType, tuple[pa.DataType, frozenset[type]]] = {
    "string": (pa.string(), frozenset({str})),
    "integer": (pa.int64(), frozenset({int})),
    "number": (pa.float64(), frozenset({int, float})),
    "boolean": (pa.bool_(), frozenset({bool})),
}
"""For each column type, its Arrow type and the Python types that it can represent without loss."""

_OWN: Mapping[type, ColumnType] = {str: "string", int: "integer", float: "number", bool: "boolean"}

_NULL = frozenset({type(None)})

_ROWS = 512
"""Rows per batch: few enough that their values stay in the CPU cache."""

_NAMES = 256
"""The maximum number of columns. Every column has a value for each row, even if only one row has the key."""


def batches_of(
    rows: Iterable[dict[str, Any] | None], types: Mapping[str, ColumnType], lists: Mapping[str, ColumnType]
) -> list[tuple[Ints, pa.RecordBatch]]:
    """Return rows as batches, each with the ascending indices of its rows.

    Rows that are None, or that `columns_of` cannot represent in full, are left out. The iterable is read a
    few rows at a time.
    """
    made = defaultdict[pa.Schema, list[tuple[Ints, pa.RecordBatch]]](list)
    given, first = iter(rows), 0
    while some := [*islice(given, _ROWS)]:
        found = columns_of([row or {} for row in some], types, lists)
        if found is not None:
            batch, left_out = found
            left_out |= [row is None for row in some]
            kept = np.flatnonzero(~left_out)
            if len(kept) < len(some):
                batch = batch.filter(from_numpy(~left_out))
            if len(kept):
                made[batch.schema].append((kept + first, batch))
        first += len(some)
    return [
        (np.concatenate([numbers for numbers, _ in parts]), pa.concat_batches([batch for _, batch in parts]))
        for parts in made.values()
    ]


def columns_of(
    rows: Sequence[dict[str, Any]], types: Mapping[str, ColumnType], lists: Mapping[str, ColumnType]
) -> tuple[pa.RecordBatch, Bools] | None:
    """Return rows as a batch, and which rows have a value that the batch does not contain.

    Types must match exactly: `True` is not an integer, `5` is not text, and a subclass of `str` is not text.

    Parameters
    ----------
    rows : sequence of dict
        The rows. Their keys may differ.
    types : mapping of str to ColumnType
        The types of the columns. A row with another key is left out, unless the key begins with ``x_``. The
        column of such a key has the type of its first value.
    lists : mapping of str to ColumnType
        The types of the elements of columns of lists.

    Returns
    -------
    tuple or None
        The batch, with all rows, and a mask of the rows that it does not represent in full. None if Arrow
        cannot represent a value (a lone surrogate, or an integer beyond 64 bits), or if there are too many
        distinct keys.
    """
    left_out = np.zeros(len(rows), np.bool_)
    columns = {}
    names = [*set[Any]().union(*rows)]
    if not 0 < len(names) <= _NAMES:
        return None
    for name, values in zip(names, _values(rows, names), strict=True):
        is_list = name in lists
        wanted = types.get(name) or lists.get(name)
        if wanted is None and type(name) is str and name.startswith("x_") and _is_valid_name(name):
            wanted = _OWN.get(next((type(one) for one in values if one is not None), str))
        if wanted is None:
            left_out |= [name in row for row in rows]
            continue
        found = column_of(values, wanted, is_list=is_list)
        if found is None:
            return None
        column, wrong = found
        if wrong:
            left_out |= wrong
        columns[name] = column
    if not columns:
        return None
    names = sorted(columns)
    return pa.RecordBatch.from_arrays([columns[name] for name in names], names), left_out


def _values(rows: Sequence[dict[str, Any]], names: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """Return the values of each key."""
    if len(names) > 1:
        with suppress(KeyError):  # one call per row is fast, but requires the same keys in all rows
            return zip(*map(itemgetter(*names), rows), strict=True)
    return ([row.get(name) for row in rows] for name in names)


def column_of(
    values: Sequence[Any], column_type: ColumnType, *, is_list: bool
) -> tuple[pa.Array, list[bool]] | None:
    """Return values as a column, and which of them it does not contain.

    Types must match exactly, as in `columns_of`.

    Returns
    -------
    tuple or None
        The column, and a list with a boolean for each value; the list is empty if the column contains all
        values. None if Arrow cannot represent a value.
    """
    arrow_type, known = ARROW[column_type]
    wrong = _misfits(values, known, is_list=is_list)
    if wrong:
        values = [None if is_wrong else one for is_wrong, one in zip(wrong, values, strict=True)]
    try:
        if is_list or column_type == "string":
            # Faster for many texts than `from_texts`, though it imports pandas.
            column = pa.array(values, pa.list_(arrow_type) if is_list else arrow_type)
        else:
            column = from_values(values, arrow_type)
    except (UnicodeEncodeError, OverflowError, pa.ArrowInvalid):
        return None
    if column_type == "string" and _has_zero(column):
        zero = [one is not None and "\0" in "".join(one) for one in values]
        wrong = [*map(or_, wrong, zero)] if wrong else zero
    return column, wrong


def _is_valid_name(name: str) -> bool:
    """Return whether a name can be encoded: it contains no lone surrogate."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _misfits(values: Sequence[Any], known: frozenset[type], *, is_list: bool) -> list[bool]:
    """Return which values are neither null nor of a known type; an empty list if all are."""
    if is_list:
        found = [
            one is not None and not (type(one) is list and known.issuperset(map(type, one))) for one in values
        ]
        return found if any(found) else []
    if set(map(type, values)) <= known | _NULL:
        return []
    return [one is not None and type(one) not in known for one in values]


def _has_zero(texts: pa.Array) -> bool:
    data = texts.buffers()[-1]
    return data is not None and not np.frombuffer(data, np.uint8).all()
