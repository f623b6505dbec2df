"""Convert Arrow arrays of any engine to plain types, and to numpy and back.

`pa.array`, `pa.scalar`, `Array.to_numpy` and scalar arguments of `pyarrow.compute` import pandas if it is
installed. That takes longer than validating thousands of rows, so the functions here use buffers instead.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

__all__ = [
    "Bools",
    "Ints",
    "Slices",
    "any_within",
    "bare",
    "combined",
    "decoded",
    "decoded_type",
    "from_numpy",
    "from_texts",
    "from_values",
    "is_any_list",
    "is_list",
    "is_null",
    "is_plain",
    "is_text",
    "lookup",
    "on_values",
    "picked",
    "plain",
    "relisted",
    "to_numpy",
    "truths",
]

Bools = npt.NDArray[np.bool_]

Ints = npt.NDArray[np.int64]


def plain(array: pa.Array) -> pa.Array:  # noqa: PLR0911 - one return per type
    """Remove extensions, run-end encoding, views and fixed-size lists from an array, at any depth."""
    arrow_type = array.type
    if isinstance(array, pa.ExtensionArray):
        return plain(array.storage)
    if kinds.is_run_end_encoded(arrow_type):
        return _decoded(array)
    if kinds.is_string_view(arrow_type):
        return array.cast(pa.large_string())
    if kinds.is_binary_view(arrow_type):
        return array.cast(pa.large_binary())
    if kinds.is_dictionary(arrow_type):
        values = plain(array.dictionary)
        return array if values is array.dictionary else pa.DictionaryArray.from_arrays(array.indices, values)
    if kinds.is_struct(arrow_type):
        return _with_fields(array, plain)
    if _is_list_view(arrow_type):
        return decoded(array)
    return _plain_list(array) if is_any_list(arrow_type) else array


def _with_fields(structs: pa.Array, convert: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """Convert each field of structs; return the same array if no field changes."""
    children = structs.flatten()
    inner = [convert(one) for one in children]
    if all(new is old for new, old in zip(inner, children, strict=True)):
        return structs
    names = [structs.type.field(number).name for number in range(structs.type.num_fields)]
    return pa.StructArray.from_arrays(inner, names, mask=structs.is_null())


def _decoded(array: pa.Array) -> pa.Array:
    """Decode a run-end encoded array. Arrow's own function supports few types (pyarrow 26)."""
    ends = to_numpy(array.run_ends)
    places = np.searchsorted(ends, np.arange(array.offset, array.offset + len(array)), side="right")
    return plain(array.values).take(from_numpy(places))


def _plain_list(array: pa.Array) -> pa.Array:
    children = array.flatten()
    inner = plain(children)
    if inner is children and is_list(array.type):
        return array
    return _large_list(array, inner)


def _elements_of(views: pa.Array) -> Ints:
    """Return the places of the elements of list views in `views.values`, in the order of the lists."""
    lengths = to_numpy(pc.list_value_length(views)).astype(np.int64)
    starts = to_numpy(views.offsets).astype(np.int64)
    ends = np.cumsum(lengths)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - ends + lengths, lengths)


def _large_list(array: pa.Array, inner: pa.Array) -> pa.Array:
    # Do not cast: it makes invalid lists of list views with nulls (pyarrow 26).
    lengths = to_numpy(pc.list_value_length(array))
    offsets = from_numpy(np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]))
    return pa.LargeListArray.from_arrays(offsets, inner, mask=array.is_null())


def relisted(array: pa.Array, inner: pa.Array) -> pa.Array:
    """Return lists with the elements `inner` instead of `array.flatten()`."""
    lists = _large_list(array, inner)
    if kinds.is_list(array.type):
        return lists.cast(pa.list_(inner.type))
    if kinds.is_fixed_size_list(array.type):
        return lists.cast(pa.list_(inner.type, array.type.list_size))
    return lists


def decoded(array: pa.Array) -> pa.Array:  # noqa: PLR0911 - one return per type
    """Return the same values in a type that can be written to files, if possible.

    Extensions become their storage. Dictionaries and run-end encoding become their values, at any depth. List
    views become large lists, and text and binary views large text and binary. Other types are kept.
    """
    arrow_type = array.type
    if isinstance(array, pa.ExtensionArray):
        return decoded(array.storage)
    if kinds.is_dictionary(arrow_type):
        return decoded(array.dictionary).take(array.indices)
    if kinds.is_map(arrow_type):
        key, item = decoded_type(arrow_type.key_type), decoded_type(arrow_type.item_type)
        same = key.equals(arrow_type.key_type) and item.equals(arrow_type.item_type)
        return array if same else pa.array(array.to_pylist(), pa.map_(key, item))
    if kinds.is_struct(arrow_type):
        return _with_fields(array, decoded)
    if _is_list_view(arrow_type):
        # Decode the elements first: Arrow cannot take encoded elements.
        values = decoded(array.values)
        places = from_numpy(_elements_of(array))
        return _large_list(array, values.take(places))
    if is_any_list(arrow_type):
        elements = array.flatten()
        values = decoded(elements)
        return array if values is elements else relisted(array, values)
    if kinds.is_run_end_encoded(arrow_type):
        return decoded(_decoded(array))
    return plain(array)


def decoded_type(arrow_type: pa.DataType) -> pa.DataType:
    """Return the type that `decoded` converts a type to."""
    return decoded(pa.nulls(0, arrow_type)).type


def bare(arrow_type: pa.DataType) -> pa.DataType:
    """Remove extensions, dictionaries and run-end encoding from a type, in any nesting."""
    if isinstance(arrow_type, pa.BaseExtensionType):
        return bare(arrow_type.storage_type)
    return (
        bare(arrow_type.value_type)
        if kinds.is_dictionary(arrow_type) or kinds.is_run_end_encoded(arrow_type)
        else arrow_type
    )


def is_plain(arrow_type: pa.DataType) -> bool:
    """Return whether `plain` supports a type and `take` works on it: it contains no map or union."""
    if isinstance(arrow_type, pa.BaseExtensionType):
        return is_plain(arrow_type.storage_type)
    if kinds.is_dictionary(arrow_type) or kinds.is_run_end_encoded(arrow_type) or is_any_list(arrow_type):
        return is_plain(arrow_type.value_type)
    if kinds.is_struct(arrow_type):
        return all(is_plain(arrow_type.field(number).type) for number in range(arrow_type.num_fields))
    return not kinds.is_nested(arrow_type)


def picked(array: pa.Array, rows: Ints) -> pa.Array:
    """Take elements of an array by index, in plain types if `is_plain`."""
    if is_plain(array.type):
        return plain(array).take(from_numpy(rows))
    if not len(rows):
        return array.slice(0, 0)
    return pa.concat_arrays([array.slice(row, 1) for row in rows.tolist()])


def is_text(arrow_type: pa.DataType) -> bool:
    """Return whether a type is text."""
    return bool(kinds.is_string(arrow_type) or kinds.is_large_string(arrow_type))


def is_list(arrow_type: pa.DataType) -> bool:
    """Return whether a type is a list or a large list: the list types that `plain` keeps."""
    return bool(kinds.is_list(arrow_type) or kinds.is_large_list(arrow_type))


def is_any_list(arrow_type: pa.DataType) -> bool:
    """Return whether a type is a list, including list views and fixed-size lists."""
    return is_list(arrow_type) or bool(_is_list_view(arrow_type) or kinds.is_fixed_size_list(arrow_type))


def _is_list_view(arrow_type: pa.DataType) -> bool:
    return bool(kinds.is_list_view(arrow_type) or kinds.is_large_list_view(arrow_type))


def is_null(array: pa.Array) -> Bools:
    """Return which elements are null, including indices that refer to a null in a dictionary."""
    if kinds.is_dictionary(array.type) and array.dictionary.null_count:
        return on_values(array, is_null, null=True)
    if not array.null_count:
        return np.zeros(len(array), np.bool_)
    return truths(array.is_null())


def truths(array: pa.Array) -> Bools:
    """Convert a boolean array to numpy; null becomes false."""
    validity, data = array.buffers()
    made = _bits(data, array)
    return made & _bits(validity, array) if array.null_count else made


def _bits(buffer: pa.Buffer, array: pa.Array) -> Bools:
    """Return the bits of a buffer that belong to an array."""
    start, end = array.offset, array.offset + len(array)
    held = np.frombuffer(buffer, np.uint8)[start // 8 : -(-end // 8)]
    return np.unpackbits(held, bitorder="little")[start % 8 :][: len(array)].view(np.bool_)


def to_numpy(array: pa.Array, null: int = 0) -> npt.NDArray[Any]:
    """Convert an array of numbers to numpy; null becomes the number `null`."""
    if not array.null_count:
        return np.from_dlpack(array)
    values = pa.Array.from_buffers(array.type, len(array), [None, array.buffers()[1]], 0, array.offset)
    return np.where(truths(array.is_valid()), np.from_dlpack(values), null)


def from_numpy(values: npt.NDArray[Any], nulls: Bools | None = None) -> pa.Array:
    """Return numbers or booleans as an array; `nulls` marks the elements that become null."""
    validity = None if nulls is None or not nulls.any() else pa.py_buffer(_bit_packed(~nulls))
    data = _bit_packed(values) if values.dtype == np.bool_ else np.ascontiguousarray(values)
    arrow_type = pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(arrow_type, len(values), [validity, pa.py_buffer(data)])


def from_values(values: Sequence[Any], arrow_type: pa.DataType) -> pa.Array:
    """Return numbers or booleans, and nulls, as an array.

    Raises
    ------
    OverflowError
        A number does not fit the type, or an integer may not be exact as a double.
    """
    nulls = np.array([one is None for one in values], np.bool_) if None in values else None
    given = values if nulls is None else [0 if one is None else one for one in values]
    made = np.fromiter(given, _numpy_type(arrow_type), len(values))
    if kinds.is_floating(arrow_type) and (np.abs(made) >= _EXACT).any() and int in set(map(type, values)):
        raise OverflowError
    return from_numpy(made, nulls)


_EXACT = 2**53


def _numpy_type(arrow_type: pa.DataType) -> str:
    """Return the numpy type of numbers or booleans. `to_pandas_dtype` may need pandas, or import it."""
    if kinds.is_boolean(arrow_type):
        return "bool"
    letter = "f" if kinds.is_floating(arrow_type) else "u" if kinds.is_unsigned_integer(arrow_type) else "i"
    return f"{letter}{arrow_type.bit_width // 8}"


def _bit_packed(values: Bools) -> npt.NDArray[np.uint8]:
    return np.packbits(values, bitorder="little")


def from_texts(texts: Sequence[str | None], *, large: bool = False) -> pa.Array:
    """Return texts and nulls as an array of strings, or of large strings.

    Raises
    ------
    UnicodeEncodeError
        A text has a lone surrogate.
    OverflowError
        The text has 2 GiB or more, and `large` is false.
    """
    nulls = np.array([text is None for text in texts], np.bool_)
    encoded = [(text or "").encode() for text in texts]
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([*map(len, encoded)], out=offsets[1:])
    if not large:
        if offsets[-1] >= 2**31:
            raise OverflowError("text: expected less than 2 GiB, got more")
        offsets = offsets.astype(np.int32)
    validity = pa.py_buffer(_bit_packed(~nulls)) if nulls.any() else None
    buffers = [validity, pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.large_string() if large else pa.string(), len(texts), buffers)


def on_values(
    array: pa.Array, function: Callable[[pa.Array], npt.NDArray[Any]], null: Any
) -> npt.NDArray[Any]:
    """Apply a function to an array; for a dictionary array, apply it to the dictionary and index the results.

    Parameters
    ----------
    array : pyarrow.Array
        The elements.
    function : callable
        Takes a plain array and returns a result for each element.
    null : object
        The result for null indices of a dictionary array.
    """
    array = plain(array)
    if not kinds.is_dictionary(array.type):
        return function(array)
    results = on_values(array.dictionary, function, null)
    # Add a result for null indices.
    results = np.append(results, np.array([null], results.dtype))
    return np.asarray(results[to_numpy(array.indices, len(results) - 1)])


def combined(groups: Ints, column: pa.Array) -> Ints:
    """Return a group number for each row: equal for rows with equal `groups` and equal values in a column."""
    column = plain(column)
    column = column if kinds.is_dictionary(column.type) else column.dictionary_encode()
    codes = to_numpy(column.indices.cast(pa.int64()), len(column.dictionary))
    # Renumber after each column, so that the numbers do not overflow.
    _, found = np.unique(groups * (len(column.dictionary) + 1) + codes, return_inverse=True)
    return np.asarray(found)


def lookup(array: pa.Array, values: pa.Array) -> Ints:
    """Return the index of each text in `values`; -1 for other texts, null and other types."""

    def places(texts: pa.Array) -> Ints:
        if not is_text(texts.type):
            return np.full(len(texts), -1, np.int64)
        return to_numpy(pc.index_in(texts, value_set=values.cast(texts.type)), -1).astype(np.int64)

    return on_values(array, places, -1)


class Slices:
    """Slices of a text as an Arrow array, without a Python object for each.

    Parameters
    ----------
    text : str
        The text.
    """

    def __init__(self, text: str) -> None:
        data = np.frombuffer(text.encode(), np.uint8)
        # Bytes that continue a character are 0b10xxxxxx.
        self._offsets = np.append(np.flatnonzero((data & 0xC0) != 0x80), len(data))  # noqa: PLR2004
        self._buffer = pa.py_buffer(data)
        padded = np.append(data, np.zeros(_INLINE, np.uint8))
        # The four bytes from each byte on.
        self._words = np.ndarray(len(data) + _INLINE - 3, np.uint32, padded, strides=(1,))

    def take(self, starts: Ints, ends: Ints) -> pa.Array:
        """Return the slices between offsets in code points, the end exclusive."""
        first, last = self._offsets[starts], self._offsets[ends]
        sizes = last - first
        # A view has 16 bytes: the length, and the text if it has at most 12 bytes; else its first four bytes,
        # the number of a buffer, and the position in it (Arrow columnar format, variable-size binary view).
        views = np.zeros((len(sizes), 4), np.uint32)
        views[:, 0] = sizes
        is_long = sizes > _INLINE
        for number in range(3):
            kept = _KEPT[np.clip(sizes - 4 * number, 0, 4)]
            views[:, number + 1] = self._words[first + 4 * number] & kept
        views[is_long, 2] = 0
        views[is_long, 3] = first[is_long]
        buffers = [None, pa.py_buffer(views), self._buffer]
        return pa.Array.from_buffers(pa.string_view(), len(views), buffers).cast(pa.large_string())


_INLINE = 12
"""The most bytes of a text that a view holds itself."""

_KEPT = np.array([[255] * kept + [0] * (4 - kept) for kept in range(5)], np.uint8).view(np.uint32)[:, 0]
"""For each number of bytes, a mask that keeps so many of the first of four."""


def any_within(lists: pa.Array, inner: Bools) -> Bools:
    """Return which lists contain a marked element; `inner` marks elements of `lists.flatten()`."""
    lengths = to_numpy(pc.list_value_length(lists))
    sums = np.concatenate([[0], np.cumsum(inner, dtype=np.int64)])
    ends = np.cumsum(lengths, dtype=np.int64)
    return np.asarray(sums[ends] > sums[ends - lengths])
