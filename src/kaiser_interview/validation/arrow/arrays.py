"""Arrow arrays in the forms that engines give them, and answers about them as numpy arrays."""

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


def plain(array: pa.Array) -> pa.Array:  # noqa: PLR0911 - one return a type
    """Return an array without what engines wrap it in, at any depth: extensions, runs, views, fixed sizes."""
    sort = array.type
    if isinstance(array, pa.ExtensionArray):
        return plain(array.storage)
    if kinds.is_run_end_encoded(sort):
        return _decoded(array)
    if kinds.is_string_view(sort):
        return array.cast(pa.large_string())
    if kinds.is_binary_view(sort):
        return array.cast(pa.large_binary())
    if kinds.is_dictionary(sort):
        values = plain(array.dictionary)
        return array if values is array.dictionary else pa.DictionaryArray.from_arrays(array.indices, values)
    if kinds.is_struct(sort):
        held = array.flatten()
        inner = [plain(one) for one in held]
        if all(new is old for new, old in zip(inner, held, strict=True)):
            return array
        names = [sort.field(number).name for number in range(sort.num_fields)]
        return pa.StructArray.from_arrays(inner, names, mask=array.is_null())
    return _plain_list(array) if _is_any_list(sort) else array


def _decoded(array: pa.Array) -> pa.Array:
    """Return the elements of runs, plain. Arrow's own function knows few types (pyarrow 26)."""
    ends = array.run_ends.to_numpy(zero_copy_only=False)
    places = np.searchsorted(ends, np.arange(array.offset, array.offset + len(array)), side="right")
    return plain(array.values).take(pa.array(places))


def _plain_list(array: pa.Array) -> pa.Array:
    held = array.flatten()
    inner = plain(held)
    if inner is held and is_list(array.type):
        return array
    # Not by a cast: it makes lists that are none of views that have nulls (pyarrow 26).
    lengths = pc.fill_null(pc.list_value_length(array), 0).to_numpy(zero_copy_only=False)
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]))
    return pa.LargeListArray.from_arrays(offsets, inner, mask=array.is_null())


def bare(sort: pa.DataType) -> pa.DataType:
    """Return a type without extensions, dictionaries and runs, in whatever order they are nested."""
    if isinstance(sort, pa.BaseExtensionType):
        return bare(sort.storage_type)
    return bare(sort.value_type) if kinds.is_dictionary(sort) or kinds.is_run_end_encoded(sort) else sort


def is_plain(sort: pa.DataType) -> bool:
    """Return whether a type holds only what `plain` knows and Arrow can take elements of: no map or union."""
    if isinstance(sort, pa.BaseExtensionType):
        return is_plain(sort.storage_type)
    if kinds.is_dictionary(sort) or kinds.is_run_end_encoded(sort) or _is_any_list(sort):
        return is_plain(sort.value_type)
    if kinds.is_struct(sort):
        return all(is_plain(sort.field(number).type) for number in range(sort.num_fields))
    return not kinds.is_nested(sort)


def picked(array: pa.Array, rows: Ints) -> pa.Array:
    """Return some elements of an array by their places, in plain types as far as there are any."""
    if is_plain(array.type):
        return plain(array).take(pa.array(rows))
    if not len(rows):
        return array.slice(0, 0)
    return pa.concat_arrays([array.slice(row, 1) for row in rows.tolist()])


def is_text(sort: pa.DataType) -> bool:
    """Return whether a type is text."""
    return bool(kinds.is_string(sort) or kinds.is_large_string(sort))


def is_list(sort: pa.DataType) -> bool:
    """Return whether a type is a list that `plain` leaves as it is."""
    return bool(kinds.is_list(sort) or kinds.is_large_list(sort))


def _is_any_list(sort: pa.DataType) -> bool:
    views = kinds.is_list_view(sort) or kinds.is_large_list_view(sort)
    return is_list(sort) or bool(views or kinds.is_fixed_size_list(sort))


def is_null(array: pa.Array) -> Bools:
    """Return which elements are null, also by way of a dictionary that holds null."""
    if kinds.is_dictionary(array.type) and array.dictionary.null_count:
        return on_values(array, is_null, null=True)
    if not array.null_count:
        return np.zeros(len(array), np.bool_)
    return truths(array.is_null())


def truths(array: pa.Array) -> Bools:
    """Return a boolean array's values; null is false."""
    if array.null_count:
        array = pc.fill_null(array, False)  # noqa: FBT003 - the value to fill in
    made: Bools = array.to_numpy(zero_copy_only=False)
    return made


def on_values(array: pa.Array, judge: Callable[[pa.Array], npt.NDArray[Any]], null: Any) -> npt.NDArray[Any]:
    """Return what a function says of each element: of a dictionary's values once, and then by index.

    Parameters
    ----------
    array : pyarrow.Array
        The elements.
    judge : callable
        Takes a plain array and returns an array of as many answers.
    null : object
        The answer for elements of a dictionary array that are null.
    """
    array = plain(array)
    if not kinds.is_dictionary(array.type):
        return judge(array)
    answers = on_values(array.dictionary, judge, null)
    # One more answer, for the null index.
    answers = np.append(answers, np.array([null], answers.dtype))
    codes = array.indices
    if codes.null_count:
        codes = pc.fill_null(codes.cast(pa.int64()), len(answers) - 1)
    return np.asarray(answers[codes.to_numpy(zero_copy_only=False)])


def lookup(array: pa.Array, values: pa.Array) -> Ints:
    """Return the place of each text among some values; -1 for others, null, and what is no text."""

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
    """Return which lists hold an element, of those of `lists.flatten()`, that is marked."""
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    sums = np.concatenate([[0], np.cumsum(inner, dtype=np.int64)])
    ends = np.cumsum(lengths, dtype=np.int64)
    return np.asarray(sums[ends] > sums[ends - lengths])
