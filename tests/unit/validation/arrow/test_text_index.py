"""Looking up texts among many."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import constants

from kaiser_interview.validation.arrow import text_index
from kaiser_interview.validation.arrow.arrays import from_texts, lookup
from kaiser_interview.validation.arrow.text_index import TextIndex

TYPES = [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())]


@pytest.mark.parametrize("few", [0, 100])
@given(
    texts=st.lists(st.text(max_size=20), unique=True, max_size=20),
    others=st.lists(st.text(max_size=20) | st.none(), max_size=20),
    arrow_type=st.sampled_from(TYPES),
)
def test_it_does_what_lookup_does(few, texts, others, arrow_type):
    array = pa.array([*texts[::2], *others], arrow_type)
    values = from_texts(texts)
    with constants((text_index, "_FEW", few)):
        found = TextIndex(values)(array)
    assert found.dtype == np.int64
    assert found.tolist() == lookup(array, values).tolist()


def test_many_texts():
    texts = [f"s{number // 100:03}-{number % 100:02}" for number in range(20_000)]
    assert len(texts) > text_index._FEW
    index = TextIndex(from_texts(texts))
    array = pa.array([*reversed(texts), "s000", None, "s000-00x", ""])
    assert index(array).tolist() == [*reversed(range(20_000)), -1, -1, -1, -1]
    assert index(array.slice(19_998)).tolist() == [1, 0, -1, -1, -1, -1]
    assert index(pa.array([1, 2])).tolist() == [-1, -1]


def test_texts_with_equal_hashes(monkeypatch):
    def hashes(texts, seed):
        # With the first seed, all texts have the same hash.
        return np.array([seed * len(one or "") for one in texts.to_pylist()], np.uint64)

    monkeypatch.setattr(text_index, "hashes", hashes)
    monkeypatch.setattr(text_index, "_FEW", 0)
    index = TextIndex(from_texts(["a", "bb", "ccc"]))
    assert index(pa.array(["ccc", "bb", "a", "aa", ""])).tolist() == [2, 1, 0, -1, -1]
