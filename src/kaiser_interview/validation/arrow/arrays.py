"""Convert Arrow arrays of any engine to plain types, and compute numpy masks from them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

__all__ = [
    "Bools",
    "Ints",
    "any_within",
    "bare",
    "combined",
    "is_list",
    "is_null",
    "is_plain",
    "is_text",
    "lookup",
    "on_values",
    "picked",
    "plain",
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
        children = array.flatten()
        inner = [plain(one) for one in children]
        if all(new is old for new, old in zip(inner, children, strict=True)):
            return array
        names = [arrow_type.field(number).name for number in range(arrow_type.num_fields)]
        return pa.StructArray.from_arrays(inner, names, mask=array.is_null())
    return _plain_list(array) if _is_any_list(arrow_type) else array


def _decoded(array: pa.Array) -> pa.Array:
    """Decode a run-end encoded array. Arrow's own function supports few types (pyarrow 26)."""
    ends = array.run_ends.to_numpy(zero_copy_only=False)
    places = np.searchsorted(ends, np.arange(array.offset, array.offset + len(array)), side="right")
    return plain(array.values).take(pa.array(places))


def _plain_list(array: pa.Array) -> pa.Array:
    children = array.flatten()
    inner = plain(children)
    if inner is children and is_list(array.type):
        return array
    # Do not cast: it makes invalid lists of list views with nulls (pyarrow 26).
    lengths = pc.fill_null(pc.list_value_length(array), 0).to_numpy(zero_copy_only=False)
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]))
    return pa.LargeListArray.from_arrays(offsets, inner, mask=array.is_null())


def bare(arrow_type: pa.DataType) -> pa.DataType:
    """Remove extensions, dictionaries and run-end encoding from a type, however they are nested."""
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
    if kinds.is_dictionary(arrow_type) or kinds.is_run_end_encoded(arrow_type) or _is_any_list(arrow_type):
        return is_plain(arrow_type.value_type)
    if kinds.is_struct(arrow_type):
        return all(is_plain(arrow_type.field(number).type) for number in range(arrow_type.num_fields))
    return not kinds.is_nested(arrow_type)


def picked(array: pa.Array, rows: Ints) -> pa.Array:
    """Take elements of an array by index, in plain types if `is_plain`."""
    if is_plain(array.type):
        return plain(array).take(pa.array(rows))
    if not len(rows):
        return array.slice(0, 0)
    return pa.concat_arrays([array.slice(row, 1) for row in rows.tolist()])


def is_text(arrow_type: pa.DataType) -> bool:
    """Return whether a type is text."""
    return bool(kinds.is_string(arrow_type) or kinds.is_large_string(arrow_type))


def is_list(arrow_type: pa.DataType) -> bool:
    """Return whether a type is a list or large list, which `plain` does not convert."""
    return bool(kinds.is_list(arrow_type) or kinds.is_large_list(arrow_type))


def _is_any_list(arrow_type: pa.DataType) -> bool:
    views = kinds.is_list_view(arrow_type) or kinds.is_large_list_view(arrow_type)
    return is_list(arrow_type) or bool(views or kinds.is_fixed_size_list(arrow_type))


def is_null(array: pa.Array) -> Bools:
    """Return which elements are null, including indices of a null in a dictionary."""
    if kinds.is_dictionary(array.type) and array.dictionary.null_count:
        return on_values(array, is_null, null=True)
    if not array.null_count:
        return np.zeros(len(array), np.bool_)
    return truths(array.is_null())


def truths(array: pa.Array) -> Bools:
    """Convert a boolean array to numpy; null becomes false."""
    if array.null_count:
        array = pc.fill_null(array, False)  # noqa: FBT003 - the value to fill in
    made: Bools = array.to_numpy(zero_copy_only=False)
    return made


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
    # One more result, for null indices.
    results = np.append(results, np.array([null], results.dtype))
    codes = array.indices
    if codes.null_count:
        codes = pc.fill_null(codes.cast(pa.int64()), len(results) - 1)
    return np.asarray(results[codes.to_numpy(zero_copy_only=False)])


def combined(numbers: Ints, column: pa.Array) -> Ints:
    """Return a number for each row that is equal where a number and the value in a column are equal."""
    column = plain(column)
    column = column if kinds.is_dictionary(column.type) else column.dictionary_encode()
    codes = pc.fill_null(column.indices.cast(pa.int64()), len(column.dictionary)).to_numpy()
    # Numbered anew for each column, so that the numbers do not overflow.
    _, found = np.unique(numbers * (len(column.dictionary) + 1) + codes, return_inverse=True)
    return np.asarray(found)


def lookup(array: pa.Array, values: pa.Array) -> Ints:
    """Return the index of each text in `values`; -1 for other texts, null and other types."""

    def places(texts: pa.Array) -> Ints:
        if not is_text(texts.type):
            return np.full(len(texts), -1, np.int64)
        found = pc.index_in(texts, value_set=values.cast(texts.type))
        if found.null_count:
            found = pc.fill_null(found, -1)
        made: Ints = found.to_numpy(zero_copy_only=False).astype(np.int64)
        return made

    return on_values(array, places, -1)


def any_within(lists: pa.Array, inner: Bools) -> Bools:
    """Return which lists contain a marked element; `inner` marks elements of `lists.flatten()`."""
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    sums = np.concatenate([[0], np.cumsum(inner, dtype=np.int64)])
    ends = np.cumsum(lengths, dtype=np.int64)
    return np.asarray(sums[ends] > sums[ends - lengths])
