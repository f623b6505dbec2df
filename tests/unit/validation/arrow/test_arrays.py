"""Conversions between Arrow and numpy that do not import pandas: the same as Arrow's own."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaiser_interview.validation.arrow.arrays import from_numpy, from_texts, from_values, to_numpy, truths

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
def test_no_truths(array):
    assert truths(array).tolist() == []


@pytest.mark.parametrize(
    ("value", "arrow_type"), [(2**63, pa.int64()), (2**53 + 1, pa.float64()), (10**400, pa.float64())]
)
def test_a_number_that_does_not_fit_is_an_error(value, arrow_type):
    with pytest.raises(OverflowError):
        from_values([None, value], arrow_type)


def test_a_large_float_fits():
    assert from_values([2.0**60, None], pa.float64()).to_pylist() == [2.0**60, None]
