"""Numbers of few digits at any position in a text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaiser_interview.validation.formats.digits import read_digits


def read(*words: bytes, before: bytes = b"12345678") -> list[int | None]:
    """Return the numbers of consecutive words."""
    text = before + b"".join(words)
    lengths = np.array([*map(len, words)], np.int64)
    values, are_numbers = read_digits(
        np.frombuffer(text, np.uint8), len(before) + np.cumsum(lengths, dtype=np.int64), lengths
    )
    return [
        value if is_number else None
        for value, is_number in zip(values.tolist(), are_numbers.tolist(), strict=True)
    ]


@pytest.mark.parametrize(
    ("word", "number"),
    [(b"0", 0), (b"7", 7), (b"10", 10), (b"007", 7), (b"12345678", 12345678), (b"99999999", 99999999)],
)
def test_digits_are_a_number(word, number):
    assert read(word) == [number]


@pytest.mark.parametrize(
    "word",
    [b"", b"123456789", b"-1", b"+1", b"1.0", b" 1", b"1 ", b"/", b":", b"a", b"\0", b"\xff", "٣".encode()],
)
def test_other_words_are_not_numbers(word):
    assert read(word) == [None]


@pytest.mark.parametrize("before", [b"", b"1", b"123456"])
def test_a_number_too_near_the_start_is_left(before):
    assert read(b"7", before=before) == [None]


@given(words=st.lists(st.text("0123456789/:+- ", max_size=10)))
def test_numbers_equal_those_of_int(words):
    expected = [int(word) if 0 < len(word) <= 8 and word.isdigit() else None for word in words]
    assert read(*[word.encode() for word in words]) == expected
