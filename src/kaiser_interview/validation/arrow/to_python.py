"""Convert rows of an Arrow batch to Python values for the row validator."""

from contextlib import suppress
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.types as kinds

from .arrays import decoded, is_list, is_plain, picked
from .unreadable import Unreadable

__all__ = ["rows_of", "taken"]

# An unknown time zone is a KeyError of zoneinfo or pytz; from pyarrow 25 on it is an ArrowInvalid.
_REFUSED = (ValueError, OverflowError, TypeError, KeyError, pa.ArrowException, NotImplementedError)


def rows_of(batch: pa.RecordBatch, rows: npt.NDArray[np.int64] | None = None) -> list[dict[str, Any]]:
    """Return the rows of a batch as mappings, or only those with the given indices.

    A value that Python cannot represent becomes an `Unreadable`, which no field accepts.
    """
    columns = [_values(column, rows) for column in batch.columns]
    if not columns:
        return [{} for _ in range(batch.num_rows if rows is None else len(rows))]
    names = batch.schema.names
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def taken(batch: pa.RecordBatch, rows: npt.NDArray[np.int64]) -> pa.RecordBatch:
    """Take rows of a batch by index, in plain types where possible."""
    columns = [picked(column, rows) for column in batch.columns]
    fields = [pa.field(name, column.type) for name, column in zip(batch.schema.names, columns, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema(fields))


def _values(column: pa.Array, rows: npt.NDArray[np.int64] | None = None) -> list[Any]:
    if rows is not None:
        column = picked(column, rows)
    if is_plain(column.type):
        # Decode dictionaries, because Arrow cannot cast dictionaries of times.
        column = decoded(column)
    try:
        return _pylist(column)
    except _REFUSED:
        return [_value(picked(column, np.array([row]))) for row in range(len(column))]


def _pylist(column: pa.Array) -> list[Any]:
    """Convert a whole column to Python values, or raise an error.

    Times are cast to microseconds, as in Python. pyarrow would convert nanoseconds to pandas types if pandas
    is installed, and otherwise truncate or reject them.
    """
    return column.cast(_in_microseconds(column.type)).to_pylist()  # type: ignore[no-any-return]


def _in_microseconds(arrow_type: pa.DataType) -> pa.DataType:  # noqa: PLR0911 - one return per type
    """Replace nanoseconds with microseconds in a type, at any depth of structs and lists."""
    if kinds.is_timestamp(arrow_type) and arrow_type.unit == "ns":
        return pa.timestamp("us", arrow_type.tz)
    if kinds.is_time64(arrow_type):
        return pa.time64("us")
    if kinds.is_duration(arrow_type) and arrow_type.unit == "ns":
        return pa.duration("us")
    if kinds.is_struct(arrow_type):
        return pa.struct([pa.field(one.name, _in_microseconds(one.type)) for one in arrow_type])
    if kinds.is_fixed_size_list(arrow_type):
        return pa.list_(_in_microseconds(arrow_type.value_type), arrow_type.list_size)
    if is_list(arrow_type):
        list_of = pa.list_ if kinds.is_list(arrow_type) else pa.large_list
        return list_of(_in_microseconds(arrow_type.value_type))
    return arrow_type


def _value(one: pa.Array) -> Any:
    """Convert an array of one element; a value that Python cannot represent becomes `Unreadable`."""
    try:
        return _pylist(one)[0]
    except _REFUSED:
        return Unreadable(str(one.type), _text(one))


def _text(one: pa.Array) -> str:
    """Return an element as text: a time, a number, or the text that Arrow prints."""
    # Arrow prints wrong years after 32,767. Nanosecond timestamps never reach them.
    types = [pa.string()] if getattr(one.type, "unit", None) == "ns" else []
    for arrow_type in (*types, pa.int64(), pa.int32()):
        with suppress(*_REFUSED):
            return str(one.cast(arrow_type)[0])
    return " ".join(one.to_string().split()[1:-1])
