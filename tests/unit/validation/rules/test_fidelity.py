"""Numbers as texts write them: grouped, with decimals, in lists, in the digits of any script."""

import pytest

from kaiser_interview.validation.rules.numbers import missing_numbers, numbers


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        ("no number", ()),
        ("7", ("7",)),
        ("2 and 7 and 2", ("2", "7")),
        ("1,000", ("1000",)),
        ("1,234,567", ("1234567",)),
        ("1,234,567.5", ("1234567.5",)),
        ("1.234.567,5", ("1234567.5",)),
        ("1 234 567,5", ("1234567.5",)),
        ("1’234’567.5", ("1234567.5",)),
        ("3.5", ("3.5",)),
        ("3,5", ("3.5",)),
        ("3,5000", ("3.5000",)),
        ("3.500", ("3.500",)),
        ("12.345.678", ("12345678",)),
        ("１，０００", ("1000",)),
        ("١٬٠٠٠", ("1000",)),
        ("٣٫٥", ("3.5",)),
        ("在2025年有41条", ("2025", "41")),
    ],
)
def test_the_numbers_of_a_source(text, found):
    assert numbers(text) == found


@pytest.mark.parametrize(
    ("wanted", "text", "missing"),
    [
        (("1234567.5",), "1,234,567.5", []),
        (("1234567.5",), "1.234.567,5", []),
        (("1234567.5",), "1 234 567,5", []),
        (("1234567.5",), "1234567.5", []),
        (("1234567.5",), "1,234,567", ["1234567.5"]),
        (("1234567",), "1,234,567.5", ["1234567"]),
        # A list, a date, a version: each of its numbers.
        (("2025", "10", "9"), "2025.10.9", []),
        (("1", "2", "3"), "1,2,3", []),
        (("3", "12"), "3,12", []),
        (("1", "2"), "12", ["1", "2"]),
        (("2", "1"), "one and two", ["2", "1"]),
        ((), "3", []),
    ],
)
def test_the_numbers_missing_in_a_translation(wanted, text, missing):
    assert missing_numbers(wanted, text) == missing
