"""Convert rows of an Arrow batch to Python values for the row validator."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

from .arrays import is_plain, picked, plain

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
    """Take rows of a batch by index, in plain types if there are any."""
    columns = [picked(column, rows) for column in batch.columns]
    fields = [pa.field(name, column.type) for name, column in zip(batch.schema.names, columns, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema(fields))


def _values(column: pa.Array, rows: npt.NDArray[np.int64] | None = None) -> list[Any]:
    if rows is not None:
        column = picked(column, rows)
    elif is_plain(column.type):
        column = plain(column)
    if kinds.is_timestamp(column.type) and column.type.unit == "ns":
        return _microseconds(column)
    try:
        return column.to_pylist()  # type: ignore[no-any-return]
    except _REFUSED:
        return [_value(scalar.as_py) for scalar in column]


def _microseconds(column: pa.Array) -> list[Any]:
    """Convert nanosecond timestamps to datetimes; those that are not whole microseconds are unreadable."""
    values = _values(column.cast(pa.timestamp("us", column.type.tz), safe=False))
    whole = pc.equal(pc.nanosecond(column), 0).to_pylist()
    return [
        value if exact is not False else Unreadable(str(text))
        for value, exact, text in zip(values, whole, column.cast(pa.int64()).to_pylist(), strict=True)
    ]


def _value(value: Callable[[], Any]) -> Any:
    try:
        return value()
    except _REFUSED as error:
        return Unreadable(str(error))


class Unreadable:
    """A value that Python cannot represent, such as a time after the year 9999 or in an unknown zone."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def __repr__(self) -> str:
        return self._reason
