"""Rows as dictionaries, turned into columns: which rows are accepted, and which go to the row validator."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaiser_interview.validation.arrow import from_python
from kaiser_interview.validation.arrow.from_python import batches_of, columns_of

TYPES = {"id": "string", "n": "integer", "p": "number", "b": "boolean"}
LISTS = {"urls": "string", "sizes": "integer"}


class Text(str):
    """A subclass of str."""

    __slots__ = ()


def columns(*rows: dict):
    batch, left_out = columns_of(rows, TYPES, LISTS)
    return batch.to_pydict(), left_out.tolist()


def test_values_of_the_types_of_their_columns_are_taken():
    row = {"id": "a", "n": 1, "p": 0.5, "b": True, "urls": ["x", "y"], "sizes": [1]}
    held, left_out = columns(row, {"id": None}, row | {"p": 2, "urls": []})
    assert left_out == [False, False, False]
    assert held == {
        "id": ["a", None, "a"],
        "n": [1, None, 1],
        "p": [0.5, None, 2.0],
        "b": [True, None, True],
        "urls": [["x", "y"], None, []],
        "sizes": [[1], None, [1]],
    }


@pytest.mark.parametrize(
    "row",
    [
        {"n": True}, {"n": 1.0}, {"n": "1"}, {"p": True}, {"p": "1"}, {"b": 1}, {"b": "true"}, {"id": 1},
        {"id": Text("a")}, {"id": ["a"]}, {"id": "a\0b"}, {"urls": "x"}, {"urls": ("x",)}, {"urls": ["x", 1]},
        {"urls": [None]}, {"urls": ["a\0"]}, {"sizes": [True]}, {"other": 1}, {"other": None}, {1: "a"},
        {"x_a": ["x"]}, {"x_a": {"b": 1}}, {"x_\ud83e": 1}, {None: None},
    ],
    ids=repr,
)  # fmt: skip
def test_a_row_with_any_other_value_is_left_out(row):
    assert columns({"id": "a"}, row, {"id": "b"})[1] == [False, True, False]


def test_a_column_that_starts_with_x_has_the_type_of_its_first_value():
    held, left_out = columns({"x_a": None}, {"x_a": 1, "x_b": "b"}, {"x_a": "2"}, {"x_a": 3})
    assert (held, left_out) == (
        {"x_a": [None, 1, None, 3], "x_b": [None, "b", None, None]},
        [False, False, True, False],
    )
    assert columns({"x_a": 0.5}, {"x_a": 1}, {"x_a": True})[1] == [False, False, True]


@pytest.mark.parametrize(
    "row", [{"id": "\ud83e"}, {"n": 1 << 64}, {"urls": ["\udde0"]}, {"x_a": 1 << 64}, {"p": 1 << 2000}, {}]
)
def test_no_batch_if_arrow_cannot_represent_a_value(row):
    assert columns_of([row], TYPES, LISTS) is None


def test_rows_without_a_known_column_have_no_batch():
    assert columns_of([{"other": 1}, {1: "a"}], TYPES, LISTS) is None


def test_the_types_of_a_batch():
    batch, _ = columns_of([{"id": "a", "n": 1, "p": 1, "b": False, "urls": []}], TYPES, LISTS)
    urls = pa.list_(pa.string())
    assert batch.schema == pa.schema(
        {"b": pa.bool_(), "id": pa.string(), "n": pa.int64(), "p": pa.float64(), "urls": urls}
    )


@pytest.mark.parametrize("keys", [["x_1", "x_2"], [*map("x_{}".format, range(300))]])
def test_rows_with_too_many_keys_have_no_batch(keys):
    few = len(keys) < 256
    assert (columns_of([{key: "a"} for key in keys], TYPES, LISTS) is not None) is few


values = st.sampled_from(
    [None, "a", "a\0", "\ud83e", 1, 1 << 70, True, 1.0, float("nan"), "5", Text("a"), ["x"], [1], [None], {}]
)
rows = st.none() | st.dictionaries(st.sampled_from([*TYPES, *LISTS, "x_a", "other", 1]), values, max_size=4)


@given(st.lists(rows, max_size=20), st.integers(1, 5))
def test_batches_hold_rows_as_columns_of_does(given_rows, size):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(from_python, "_ROWS", size)
        batches = batches_of(iter(given_rows), TYPES, LISTS)
    held = {}
    for numbers, batch in batches:
        assert numbers.tolist() == sorted(numbers.tolist())
        assert batch.num_rows == len(numbers) > 0
        held |= dict(zip(numbers.tolist(), batch.to_pylist(), strict=True))
    expected = set()
    for first in range(0, len(given_rows), size):
        some = given_rows[first : first + size]
        found = columns_of([row or {} for row in some], TYPES, LISTS)
        if found:
            expected |= {
                first + number
                for number, left_out in enumerate(found[1].tolist())
                if not left_out and some[number] is not None
            }
    assert held.keys() == expected
    for number, row in held.items():
        given_row = {name: value for name, value in given_rows[number].items() if value is not None}
        assert repr({name: value for name, value in sorted(row.items()) if value is not None}) == repr(
            dict(sorted((name, float(value) if name == "p" else value) for name, value in given_row.items()))
        )
