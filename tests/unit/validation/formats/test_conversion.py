"""Lossless conversion of the numbers that engines write to the types of fields."""

import math
from decimal import Decimal

import pytest

import kaiser_interview as ki
from kaiser_interview.validation.formats.coerce import lossless


class Counted(ki.Derived):
    counts: ki.Many[int | None]
    shares: ki.Many[float] = ()
    grid: ki.Many[ki.Many[int]] = ()
    words: ki.Many[str] = ()


READ = lossless(Counted)


@pytest.mark.parametrize(
    ("name", "given", "held"),
    [
        ("quote_start", 5.0, 5),
        ("quote_start", Decimal("5.00"), 5),
        ("quote_start", 2.0**40, 2**40),
        ("quote_start", -3.0, -3),
        ("quote_start", 5, 5),
        ("quote_start", 5.5, 5.5),
        ("quote_start", Decimal("5.5"), Decimal("5.5")),
        ("quote_start", "5.0", "5.0"),
        ("quote_start", None, None),
        ("quote_start", math.inf, math.inf),
        ("confidence", Decimal("0.5"), 0.5),
        ("confidence", 1, 1),
        ("confidence", "0.5", "0.5"),
        ("counts", [1.0, None, Decimal(2), 3], [1, None, 2, 3]),
        ("counts", (1.0, 2.5), [1, 2.5]),
        ("counts", "1.0", "1.0"),
        ("counts", 1.0, 1.0),
        ("shares", [Decimal("0.5"), 1], [0.5, 1]),
        ("grid", [[1.0], [], None], [[1], [], None]),
        ("words", ["a", 1.0], ["a", 1.0]),
        ("creator", 1.0, 1.0),
        # Columns of the claim, carried along; names that no record has.
        ("citations", [6.0, Decimal(7)], [6, 7]),
        ("x_n", 1.0, 1.0),
    ],
)
def test_a_value_of_a_column(name, given, held):
    read = READ({name: given})[name]
    assert read == held
    assert repr(read) == repr(held)


def test_references_within_are_read_as_well():
    read = lossless(ki.Question)
    given = {"references": [{"claim_id": "d01-c01", "quote_start": 5.0}, None, 5]}
    (one, *rest) = read(given)["references"]
    assert repr(one) == repr({"claim_id": "d01-c01", "quote_start": 5})
    assert rest == [None, 5]
