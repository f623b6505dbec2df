"""Values that no kind allows, and the shortcut for rows with valid text."""

import math

import jiter
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaiser_interview.validation.rows.limits import are_valid, invalid_values

HUGE = 2**1024 - 2**970

scalars = st.one_of(
    st.none(), st.booleans(), st.floats(), st.text(), st.integers(),
    st.sampled_from([HUGE, -HUGE, HUGE - 1, 1 - HUGE, 2**1024]),
)  # fmt: skip
rows = st.dictionaries(
    st.text(),
    st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8),
)


@given(rows)
def test_the_shortcut_passes_only_valid_rows(row):
    if are_valid(row.values()):
        assert [*invalid_values(row)] == []


@given(st.dictionaries(st.text(), scalars))
def test_a_flat_row_without_a_fault_is_passed(row):
    assert are_valid(row.values()) is not bool([*invalid_values(row)])


@pytest.mark.parametrize(
    "value", [math.inf, -math.inf, math.nan, HUGE, -HUGE, [1.0, math.nan], {"a": (HUGE,)}, object(), {1}]
)
def test_the_checked_references(value):
    assert not are_valid([value])
    assert not are_valid([[value]])


def test_values_that_are_nested_deep_are_looked_at():
    value = ["text"]
    for _ in range(300):
        value = [value]
    assert not are_valid([value])
    assert are_valid(["text", ["text", {"a": ["text"]}]])


@pytest.mark.parametrize(
    "text", [b'{"a":1e400}', b'{"a":-1e400}', b'{"a":[1e400]}', b'{"a":1' + b"0" * 400 + b"}"]
)
def test_numbers_that_the_parser_passes_are_looked_at(text):
    assert not are_valid(jiter.from_json(text, allow_inf_nan=False).values())
