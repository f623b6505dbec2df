"""Rows that are compared at the end: in order, with the data for a finding, ids before keys."""

import tempfile

import pytest

from kaiser_interview.validation.dataset_rules import deferred
from kaiser_interview.validation.dataset_rules.deferred import DeferredRow, DeferredRows
from kaiser_interview.validation.dataset_rules.first_places import FirstPlaces


@pytest.fixture
def folder(monkeypatch, tmp_path):
    """Return the folder that temporary ones are made in."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def row(place: int, *, invalid: bool = False, words: str = "") -> DeferredRow:
    return DeferredRow(place, place // 10, place + 1, invalid, "i", words)


@pytest.mark.parametrize("memory", [0, 1 << 20])
@pytest.mark.parametrize("shift", [0, 1, 15])
def test_rows_come_in_order(folder, monkeypatch, memory, shift):
    monkeypatch.setattr(deferred, "_SHIFT", shift)
    ids, keys = FirstPlaces(memory, "ids"), FirstPlaces(memory, "keys")
    ids.held["before"] = 7
    rows = DeferredRows(ids, keys, memory)
    given = [
        ("a", ("k", None)), ("b", None), (None, ("k", None)), ("before", ("k", None)),
        (None, None), ("a", ("other",)), ("b", ("other",)), ("a", None),
    ]  # fmt: skip
    made = [row(10 + number, invalid=number == 3, words="k") for number in range(len(given))]
    for one, (row_id, key) in zip(made, given, strict=True):
        rows.add(row_id, key, one)
    assert [*rows.found()] == [
        (made[2], True, 10),
        (made[3], False, 7),
        (made[3], True, 10),
        (made[5], False, 10),
        (made[6], False, 11),
        (made[6], True, 15),
        (made[7], False, 10),
    ]
    assert bool([*folder.iterdir()]) == (memory == 0)
    rows.close()
    assert [*folder.iterdir()] == []


def test_no_rows():
    assert [*DeferredRows(FirstPlaces(0, "ids"), FirstPlaces(0, "keys"), 0).found()] == []
