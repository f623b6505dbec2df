"""Conversions between Arrow and numpy that do not import pandas: the same as Arrow's own."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaiser_interview.validation.arrow.arrays import (
    Slices,
    decoded,
    decoded_type,
    from_numpy,
    from_texts,
    from_values,
    to_numpy,
    truths,
)

TEXTS = st.lists(st.none() | st.text(st.characters(codec="utf-8")))
NUMBERS = {
    pa.bool_(): st.booleans(),
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.float64(): st.floats(-1e15, 1e15) | st.integers(1 - 2**53, 2**53 - 1),
}
SLICES = st.integers(0, 20)


@given(TEXTS)
def test_texts_are_the_same_as_of_arrow(texts):
    assert from_texts(texts).equals(pa.array(texts, pa.string()))
    assert from_texts(texts, large=True).equals(pa.array(texts, pa.large_string()))


@pytest.mark.parametrize("arrow_type", NUMBERS, ids=str)
@given(st.data())
def test_numbers_are_the_same_as_of_arrow(arrow_type, data):
    values = data.draw(st.lists(st.none() | NUMBERS[arrow_type]))
    expected = pa.array(values, arrow_type)
    made = from_values(values, arrow_type)
    made.validate(full=True)
    assert made.equals(expected)
    start = data.draw(SLICES)
    without = [one or 0 for one in values][start:]
    if arrow_type == pa.bool_():
        assert truths(expected.slice(start)).tolist() == [bool(one) for one in without]
    else:
        assert to_numpy(expected.slice(start)).tolist() == without


@given(st.lists(st.none() | st.integers(-128, 127)), st.integers(-128, 127), SLICES)
def test_null_becomes_a_number_and_back(values, null, start):
    array = pa.array(values, pa.int8()).slice(start)
    numbers = to_numpy(array, null)
    assert numbers.dtype == np.int8
    assert numbers.tolist() == [null if one is None else one for one in values[start:]]
    assert from_numpy(numbers, np.array([one is None for one in values[start:]], np.bool_)).equals(array)


@pytest.mark.parametrize("array", [pa.nulls(0, pa.bool_()), pa.array([True]).slice(1)])
def test_booleans_are_not_numbers(array):
    assert truths(array).tolist() == []


@pytest.mark.parametrize(
    ("value", "arrow_type"), [(2**63, pa.int64()), (2**53 + 1, pa.float64()), (10**400, pa.float64())]
)
def test_a_number_that_does_not_fit_is_an_error(value, arrow_type):
    with pytest.raises(OverflowError):
        from_values([None, value], arrow_type)


def test_a_large_float_fits():
    assert from_values([2.0**60, None], pa.float64()).to_pylist() == [2.0**60, None]


# Types that files support


def encoded(values: list, ways: list[str]) -> pa.Array:
    """Return values wrapped and encoded in some ways, one after the other, a row more for each list."""
    array = pa.array(values, pa.string())
    for way in ways:
        count = len(array)
        if way == "dictionary":
            codes = pa.array([None, *range(count)], pa.int16())
            array = pa.DictionaryArray.from_arrays(codes, array)
        elif way == "run ends":
            array = pa.RunEndEncodedArray.from_arrays(pa.array(range(1, count + 1), pa.int32()), array)
        elif way == "struct":
            array = pa.StructArray.from_arrays([array], ["a"], mask=pa.array([False] * (count - 1) + [True]))
        elif way == "fixed":
            array = pa.FixedSizeListArray.from_arrays(array, 1)
        elif way == "map":
            keys = pa.array([str(number) for number in range(count)])
            array = pa.MapArray.from_arrays(pa.array(range(count + 1), pa.int32()), keys, array)
        elif way in {"list view", "large list view"}:
            cls, sizes = {
                "list view": (pa.ListViewArray, pa.int32()),
                "large list view": (pa.LargeListViewArray, pa.int64()),
            }[way]
            # The lists are in reverse order, the last one is null.
            offsets = pa.array([*range(count - 1, -1, -1), 0], sizes)
            mask = pa.array([False] * count + [True])
            array = cls.from_arrays(offsets, pa.array([1] * count + [0], sizes), array, mask=mask)
        else:
            cls = {"list": pa.ListArray, "large list": pa.LargeListArray}[way]
            array = cls.from_arrays(pa.array([0, None, *range(1, count + 1)]), array)
    return array


WAYS = (
    "dictionary",
    "run ends",
    "struct",
    "fixed",
    "map",
    "list view",
    "large list view",
    "list",
    "large list",
)


@given(
    st.lists(st.none() | st.sampled_from("ab语"), min_size=1, max_size=5),
    st.lists(st.sampled_from(WAYS), max_size=4),
    st.integers(0, 3),
)
def test_decoded_values_are_equal_in_types_that_files_hold(values, ways, start):
    # Arrow cannot take elements of doubly encoded arrays or of encoded maps.
    last = max((at for at, way in enumerate(ways) if way in {"dictionary", "run ends"}), default=0)
    ways = [way for at, way in enumerate(ways) if at >= last or way not in {"dictionary", "run ends", "map"}]
    array = encoded(values, ways).slice(start)
    found = decoded(array)
    found.validate(full=True)
    assert found.to_pylist() == array.to_pylist()
    assert found.type.equals(decoded_type(array.type))
    assert not {"dictionary", "run_end_encoded", "view"} & {
        *str(found.type).replace("_view", " view").split()
    }
    assert decoded(found) is found


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (pa.string_view(), pa.large_string()),
        (pa.list_(pa.binary_view()), pa.list_(pa.large_binary())),
        (pa.list_(pa.string_view(), 2), pa.list_(pa.large_string(), 2)),
        (pa.uuid(), pa.binary(16)),
        (pa.list_view(pa.dictionary(pa.int8(), pa.int64())), pa.large_list(pa.int64())),
        (pa.map_(pa.string(), pa.list_view(pa.int8())), pa.map_(pa.string(), pa.large_list(pa.int8()))),
        (pa.struct([]), pa.struct([])),
        (pa.null(), pa.null()),
        (pa.dense_union([pa.field("a", pa.int8())]), pa.dense_union([pa.field("a", pa.int8())])),
    ],
    ids=str,
)
def test_types_that_files_hold(given, expected):
    assert decoded_type(given).equals(expected)


@given(st.text(st.sampled_from("ab é茶🍵\0"), max_size=60), st.data())
def test_slices_of_a_text(text, data):
    offsets = st.integers(0, len(text))
    pairs = data.draw(st.lists(st.tuples(offsets, offsets).map(sorted), max_size=8))
    starts, ends = (np.array([pair[end] for pair in pairs], np.int64) for end in (0, 1))
    made = Slices(text).take(starts, ends)
    made.validate(full=True)
    assert made.to_pylist() == [text[start:end] for start, end in pairs]
