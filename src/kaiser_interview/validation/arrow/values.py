"""Convert Python values, nested or of unknown type, to Arrow arrays.

Values are never converted to another type: `True` is not an integer, and `"5"` is not a number. `pa.array`
would convert some, and it imports pandas.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.types as kinds

from .arrays import decoded, from_numpy, from_texts, from_values, is_list, is_null
from .to_python import rows_of

__all__ = ["array_of", "as_json_texts", "chunked", "filled", "fitted", "inferred", "type_of", "values_in"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_MICROSECOND = timedelta(microseconds=1)

_INT64 = range(-(2**63), 2**63)

_EXACT = range(-(2**53), 2**53 + 1)
"""Integers that a double represents exactly."""

_LARGEST = 2**31 - 1

_DEEPEST = 8
"""The maximum nesting of typed values; more deeply nested values become JSON text."""


def array_of(values: Sequence[Any], arrow_type: pa.DataType) -> pa.Array:
    """Return values as an array of a type that `arrow_schema` or `type_of` returned.

    Instants may be text. Fields of objects that the struct type does not have are added to the array.

    Raises
    ------
    TypeError, ValueError, OverflowError
        A value does not fit the type, or is text with a lone surrogate.
    """
    if kinds.is_null(arrow_type):
        return pa.nulls(len(values))
    types = {*map(type, values)} - {type(None)}
    known, not_known = _PYTHON[arrow_type.id]
    for one in types:
        if not issubclass(one, known) or issubclass(one, not_known):
            raise TypeError(f"expected {arrow_type}, got a value of {one.__name__}")
    if kinds.is_struct(arrow_type):
        return _structs(values, arrow_type)
    if kinds.is_list(arrow_type):
        return _lists(values, arrow_type)
    if kinds.is_string(arrow_type):
        return from_texts(values)
    if kinds.is_timestamp(arrow_type):
        numbers = [None if value is None else _microseconds(value) for value in values]
        return from_values(numbers, pa.int64()).cast(arrow_type)
    if kinds.is_floating(arrow_type):
        values = [None if value is None else float(value) for value in values]
    return from_values(values, arrow_type)


_NONE: tuple[type, ...] = ()

# By the id of an Arrow type: the Python types of its values, and the subclasses of these that are rejected.
_PYTHON: Mapping[int, tuple[tuple[type, ...], tuple[type, ...]]] = {
    pa.string().id: ((str,), _NONE),
    pa.bool_().id: ((bool,), _NONE),
    pa.int32().id: ((int,), (bool,)),
    pa.int64().id: ((int,), (bool,)),
    pa.float32().id: ((int, float), (bool,)),
    pa.float64().id: ((int, float), (bool,)),
    pa.timestamp("us").id: ((str, datetime), _NONE),
    pa.list_(pa.null()).id: ((list, tuple), _NONE),
    pa.struct([]).id: ((Mapping,), _NONE),
}


def type_of(values: Iterable[Any], levels: int = _DEEPEST) -> pa.DataType | None:  # noqa: PLR0911 - one return per type
    """Return the type that represents all values without loss; None if there is no such type.

    Text, integers, numbers, booleans and instants have a type, and so do lists of one of these. Objects have
    a type if all have the same keys. Mixed values have none, except integers among numbers.
    """
    given = [value for value in values if value is not None]
    found = {*map(type, given)}
    if not found:
        return pa.null()
    if found in ({str}, {bool}):
        return pa.string() if str in found else pa.bool_()
    if found == {int}:
        return pa.int64() if all(value in _INT64 for value in given) else None
    if found <= {int, float}:
        return pa.float64() if all(type(value) is float or value in _EXACT for value in given) else None
    if found == {datetime}:
        return pa.timestamp("us", "UTC") if all(value.tzinfo is not None for value in given) else None
    if found <= {list, tuple} and levels:
        inner = type_of(chain.from_iterable(given), levels - 1)
        return None if inner is None else pa.list_(inner)
    if found == {dict} and levels:
        return _struct_of(given, levels - 1)
    return None


def _struct_of(objects: Sequence[dict[Any, Any]], levels: int) -> pa.DataType | None:
    names = objects[0].keys()
    if not names or any(one.keys() != names for one in objects):
        return None
    if any(type(name) is not str or "\0" in name for name in names):  # U+0000 ends names in Arrow
        return None
    types = {name: type_of((one[name] for one in objects), levels) for name in names}
    return None if None in types.values() else pa.struct([*types.items()])


def inferred(values: Sequence[Any]) -> pa.Array:
    """Return values in the type that `type_of` returns; as JSON text if it returns None."""
    return chunked([values], None).chunk(0)


def chunked(parts: Sequence[Sequence[Any]], arrow_type: pa.DataType | None) -> pa.ChunkedArray:
    """Return values as one column with a chunk for each part.

    Parameters
    ----------
    parts : sequence of sequence
        The values.
    arrow_type : pyarrow.DataType, optional
        Their type, as in `array_of`. Default: that of `inferred`.

    Raises
    ------
    TypeError, ValueError, OverflowError
        As in `array_of`.
    """
    if arrow_type is None:
        arrow_type = type_of(chain.from_iterable(parts))
        if arrow_type is None:
            arrow_type, parts = pa.string(), [[*map(_json_text, part)] for part in parts]
    arrays = [array_of(part, arrow_type) for part in parts]
    if any(one.type != arrays[0].type for one in arrays):
        # The objects of some parts have other fields than those of other parts.
        arrays = [array_of([*chain.from_iterable(parts)], arrow_type)]
    return pa.chunked_array(arrays, arrays[0].type if arrays else arrow_type)


def fitted(column: pa.Array, arrow_type: pa.DataType) -> pa.Array | None:
    """Cast a column to a type; None if Arrow cannot cast it.

    Structs keep fields that the type does not have.
    """
    column = decoded(column)
    wanted = _with_others(arrow_type, column.type)
    if column.type == wanted:
        return column
    try:
        return column.cast(wanted)
    except pa.ArrowException:
        return None


def filled(column: pa.Array, default: pa.Array) -> pa.Array | None:
    """Replace the nulls of a column with the only element of `default`; None if the types differ."""
    nulls = is_null(column)
    if not nulls.any():
        return column
    if column.type != default.type:
        return None
    places = np.where(nulls, len(column), np.arange(len(column)))
    return pa.concat_arrays([column, default]).take(from_numpy(places))


def as_json_texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the values of a column as JSON texts."""
    texts = [from_texts([*map(_json_text, values_in(chunk))]) for chunk in column.chunks]
    return pa.chunked_array(texts, pa.string())


def values_in(column: pa.Array) -> list[Any]:
    """Return the values of an array as the row validator sees them."""
    return [row[""] for row in rows_of(pa.RecordBatch.from_arrays([column], [""]))]


def _with_others(wanted: pa.DataType, found: pa.DataType) -> pa.DataType:
    """Return the type `wanted`, extended by fields that only the structs in `found` have."""
    if kinds.is_struct(wanted) and kinds.is_struct(found):
        theirs = {field.name: field for field in found}
        fields = [
            field.with_type(_with_others(field.type, theirs[field.name].type))
            if field.name in theirs
            else field
            for field in wanted
        ]
        ours = {field.name for field in wanted}
        return pa.struct([*fields, *(field for name, field in theirs.items() if name not in ours)])
    if kinds.is_list(wanted) and (is_list(found) or kinds.is_fixed_size_list(found)):
        return pa.list_(wanted.value_field.with_type(_with_others(wanted.value_type, found.value_type)))
    return wanted


def _structs(values: Sequence[Mapping[str, Any] | None], arrow_type: pa.DataType) -> pa.Array:
    names = dict.fromkeys(chain.from_iterable(value or () for value in values))
    for field in arrow_type:
        names.pop(field.name, None)
    given: Sequence[Mapping[str, Any]] = [value or {} for value in values]
    children = [array_of([one.get(field.name) for one in given], field.type) for field in arrow_type]
    others = [inferred([one.get(name) for one in given]) for name in names]
    fields = [field.with_type(one.type) for field, one in zip(arrow_type, children, strict=True)]
    fields += [pa.field(name, one.type) for name, one in zip(names, others, strict=True)]
    return pa.StructArray.from_arrays([*children, *others], fields=fields, mask=_nulls(values))


def _lists(values: Sequence[Sequence[Any] | None], arrow_type: pa.DataType) -> pa.Array:
    lengths = [0 if value is None else len(value) for value in values]
    if sum(lengths) > _LARGEST:
        raise OverflowError(f"more than {_LARGEST} elements")
    inner = array_of([*chain.from_iterable(value or () for value in values)], arrow_type.value_type)
    offsets = np.zeros(len(values) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    list_type = pa.list_(arrow_type.value_field.with_type(inner.type))
    return pa.ListArray.from_arrays(from_numpy(offsets), inner, type=list_type, mask=_nulls(values))


def _nulls(values: Sequence[Any]) -> pa.Array:
    return from_numpy(np.array([value is None for value in values], np.bool_))


def _microseconds(value: str | datetime) -> int:
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    return (instant - _EPOCH) // _MICROSECOND


def _json_text(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, default=_as_json)


def _as_json(value: object) -> object:
    return value.isoformat() if isinstance(value, date | time) else str(value)
