"""Arrow arrays of Python values: exact types, types that are not known, fields that a type does not have."""

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaiser_interview.validation.arrow.values import (
    array_of,
    as_json_texts,
    chunked,
    filled,
    fitted,
    inferred,
    type_of,
    values_in,
)

INSTANT = pa.timestamp("us", "UTC")
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
REFERENCE = pa.struct([pa.field("claim_id", pa.string(), nullable=False), ("quote_start", pa.int32())])
REFERENCES = pa.list_(pa.field("element", REFERENCE, nullable=False))


@pytest.mark.parametrize(
    ("values", "arrow_type"),
    [
        (["a", None, "语"], pa.string()),
        ([True, None, False], pa.bool_()),
        ([1, None, -(2**31)], pa.int32()),
        ([2**63 - 1, None], pa.int64()),
        ([0.5, None, -1.0], pa.float32()),
        ([0.1, None], pa.float64()),
        ([NOON, None], INSTANT),
        ([["a"], None, [], [None, "b"]], pa.list_(pa.string())),
        ([{"claim_id": "a", "quote_start": None}, None], REFERENCE),
        ([[{"claim_id": "a", "quote_start": 1}], None, []], REFERENCES),
        ([None, None], pa.null()),
        ([], pa.list_(REFERENCE)),
    ],
)  # fmt: skip
def test_values_come_back_in_the_type_asked_for(values, arrow_type):
    array = array_of(values, arrow_type)
    array.validate(full=True)
    assert array.type == arrow_type
    assert values_in(array) == values


def test_integers_are_numbers_and_text_is_an_instant():
    assert array_of([1, 2**60], pa.float64()).to_pylist() == [1.0, float(2**60)]
    texts = ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000000+00:00", None]
    assert values_in(array_of(texts, INSTANT)) == [NOON, NOON, None]
    assert values_in(array_of([NOON.astimezone(timezone(timedelta(hours=8)))], INSTANT)) == [NOON]


@pytest.mark.parametrize(
    ("value", "arrow_type", "message"),
    [
        ("5", pa.int32(), "expected int32, got a value of str"),
        (True, pa.int32(), "expected int32, got a value of bool"),
        (1.5, pa.int64(), "expected int64, got a value of float"),
        (True, pa.float64(), "expected double, got a value of bool"),
        (1, pa.bool_(), "expected bool, got a value of int"),
        (1, pa.string(), "expected string, got a value of int"),
        ("ab", pa.list_(pa.string()), "expected list<item: string>, got a value of str"),
        ([1], pa.list_(pa.string()), "expected string, got a value of int"),
        ([], REFERENCE, "expected struct<.*>, got a value of list"),
        (1, INSTANT, "expected timestamp.us, tz=UTC., got a value of int"),
    ],
)
def test_no_value_is_converted(value, arrow_type, message):
    with pytest.raises(TypeError, match=message):
        array_of([None, value], arrow_type)


@pytest.mark.parametrize(
    ("value", "arrow_type", "error"),
    [
        (2**31, pa.int32(), OverflowError),
        ("noon", INSTANT, ValueError),
        (datetime(2026, 1, 31), INSTANT, TypeError),  # noqa: DTZ001 - without a zone on purpose
        ("\ud800", pa.string(), ValueError),
    ],
)
def test_values_that_do_not_fit(value, arrow_type, error):
    with pytest.raises(error):
        array_of([value], arrow_type)


def test_a_struct_keeps_fields_that_its_type_does_not_have():
    rows = [{"claim_id": "a", "x_note": [1]}, {"claim_id": "b", "x_more": 1}, None]
    array = array_of(rows, REFERENCE)
    assert [field.name for field in array.type] == ["claim_id", "quote_start", "x_note", "x_more"]
    assert array.type.field("claim_id").nullable is False
    assert array.to_pylist()[0] == {"claim_id": "a", "quote_start": None, "x_note": [1], "x_more": None}
    parts = [[{"claim_id": "a"}], [{"claim_id": "b", "x_n": 1}]]
    assert chunked(parts, REFERENCE).to_pylist() == [
        {"claim_id": "a", "quote_start": None, "x_n": None},
        {"claim_id": "b", "quote_start": None, "x_n": 1},
    ]


@pytest.mark.parametrize(
    ("values", "arrow_type"),
    [
        ([], pa.null()),
        ([None], pa.null()),
        (["a", None], pa.string()),
        ([True, None], pa.bool_()),
        ([1, -(2**63)], pa.int64()),
        ([1, 0.5], pa.float64()),
        ([2**53, 0.5], pa.float64()),
        ([NOON], INSTANT),
        ([[], None], pa.list_(pa.null())),
        ([[1], (2, None)], pa.list_(pa.int64())),
        ([[["a"]]], pa.list_(pa.list_(pa.string()))),
        ([{"a": 1, "b": None}, {"b": "x", "a": 2}], pa.struct([("a", pa.int64()), ("b", pa.string())])),
        ([2**63], None),
        ([2**53 + 1, 0.5], None),
        (["a", 1], None),
        ([True, 1], None),
        ([NOON, datetime(2026, 1, 1)], None),  # noqa: DTZ001 - without a zone on purpose
        ([date(2026, 1, 1)], None),
        ([{}], None),
        ([{"a": 1}, {"b": 1}], None),
        ([{"a": 1}, {"a": "x"}], None),
        ([{1: 1}], None),
        ([{"a\0b": 1}], None),
        ([[1], ["a"]], None),
        ([[[[[[[[[[1]]]]]]]]]], None),
    ],
)  # fmt: skip
def test_the_type_that_holds_values_without_a_loss(values, arrow_type):
    assert type_of(values) == arrow_type


def test_values_without_a_common_type_are_json_texts():
    values = ["语", 1, None, {"a": [NOON]}, {"a": {1}}]
    array = inferred(values)
    assert array.type == pa.string()
    assert array.to_pylist() == ['"语"', "1", None, '{"a": ["2026-01-31T12:00:00+00:00"]}', '{"a": "{1}"}']
    assert chunked([["a"], [1]], None).to_pylist() == ['"a"', "1"]
    assert chunked([["a"], [None]], None).to_pylist() == ["a", None]
    assert chunked([], None).type == pa.null()
    assert as_json_texts(pa.chunked_array([[{"a": 1}], [None]])).to_pylist() == ['{"a": 1}', None]


PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
ANY = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


@given(st.lists(ANY))
def test_no_value_is_lost(values):
    array = inferred(values)
    array.validate(full=True)
    back = array.to_pylist()
    assert back == values or [None if one is None else json.loads(one) for one in back] == values


def test_a_column_is_cast_if_no_value_changes():
    assert fitted(pa.array([1.0, None]), pa.int32()).to_pylist() == [1, None]
    assert fitted(pa.array(["a"]).dictionary_encode(), pa.string()) == pa.array(["a"])
    assert fitted(pa.array(["2026-01-31T12:00:00Z"]), INSTANT).to_pylist() == [NOON]
    assert fitted(pa.array([2**53 + 1]), pa.float64()) is None
    found = pa.array([[{"x_n": "a", "claim_id": "b"}], None])
    field = fitted(found, REFERENCES).type.value_field
    assert (field.name, field.nullable) == ("element", False)
    assert fitted(found, REFERENCES).to_pylist() == [
        [{"claim_id": "b", "quote_start": None, "x_n": "a"}],
        None,
    ]
    fixed = pa.array([[1.0]], pa.list_(pa.float64(), 1))
    assert fitted(fixed, pa.list_(pa.float32())).type == pa.list_(pa.float32())


def test_nulls_are_filled():
    column, default = pa.array([[1], None, []]), pa.array([[7, 8]])
    assert filled(column, default).to_pylist() == [[1], [7, 8], []]
    assert filled(default, column) is default
    assert filled(column, pa.array(["a"])) is None


def test_too_much_for_a_column_is_an_error():
    encoded = bytes(1 << 20)

    class Long(str):
        __slots__ = ()

        def encode(self, *_: object) -> bytes:
            return encoded

    with pytest.raises(OverflowError, match=r"^text: expected less than 2 GiB, got more$"):
        array_of([Long("a")] * 2048, pa.string())
    with pytest.raises(OverflowError, match="more than 2147483647 elements"):
        array_of([[None] * (1 << 20)] * 2048, pa.list_(pa.null()))
