"""First places of ids and keys: in memory, on disk, and with equal hashes."""

import os
import subprocess
import sys
import tempfile

import pytest

import kaiser_interview as ki
from kaiser_interview.validation.dataset_rules.first_places import FirstPlaces, Records


@pytest.fixture
def folder(monkeypatch, tmp_path):
    """Return the folder that temporary ones are made in."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def compared(places: FirstPlaces, values: list) -> list[tuple[int, tuple]]:
    """Return the first place and the row of each value that is there twice, in the order of the rows."""
    found = []
    for place, value in enumerate(values):
        first = places.first(value, (place, "more"))
        if first is not None:
            found.append((first, (place, "more")))
    found += places.later()
    places.close()
    return sorted(found, key=lambda one: one[1])


def expected(values: list) -> list[tuple[int, tuple]]:
    firsts: dict = {}
    return [
        (firsts[value], (place, "more"))
        for place, value in enumerate(values)
        if firsts.setdefault(value, place) != place
    ]


VALUES = [f"{number * number % 101}" for number in range(300)]


@pytest.mark.parametrize("memory", [0, 1000, 10_000, 1 << 20])
@pytest.mark.parametrize(
    "values",
    [
        VALUES,
        [(value, None, (value,)) for value in VALUES],
        [(one, two) for one, two in zip(VALUES, VALUES[7:], strict=False)],
    ],
    ids=["ids", "keys", "pairs"],
)
def test_first_places_are_the_same_with_any_memory(folder, memory, values):
    assert compared(FirstPlaces(memory, "ids"), values) == expected(values)
    assert [*folder.iterdir()] == []


def test_values_that_were_in_memory_before(folder):
    places = FirstPlaces(4000, "ids")
    while not places.is_full():
        places.held[f"{len(places.held)}"] = len(places.held)
    held = len(places.held)
    assert 10 < held < 30
    assert places.first("1", (50,)) == 1
    assert places.first("new", (51,)) is None
    assert places.first("new", (52,)) is None
    assert [*places.later()] == [(51, (52,))]
    assert [*folder.iterdir()] == []  # the kept values fit in memory


@pytest.mark.parametrize("bits", [8, 61])
def test_values_with_hashes_that_share_a_prefix(folder, bits):
    # The hash of an integer is its remainder.
    modulus = sys.hash_info.modulus
    step = modulus if bits == 61 else 1
    values = [(5 << 50) + step * (number % 30) for number in range(90)]
    assert len({hash(value) >> 56 for value in values}) == 1
    assert compared(FirstPlaces(100, "ids"), values) == expected(values)
    assert [*folder.iterdir()] == []


def test_records_come_in_the_order_in_which_they_were_put(folder):
    records = Records(1000, "ids")
    for number in range(50):
        records.put(f"{number % 2}", (number, "\ud800", None, True, ("a",), 1 << 70), 100)
        if number == 5:
            assert [*folder.iterdir()] == []
    assert len([*folder.glob("*/*")]) == 2
    odd = [(number, "\ud800", None, True, ("a",), 1 << 70) for number in range(1, 50, 2)]
    assert [*records.take("1")] == odd
    assert len([*folder.glob("*/*")]) == 1
    assert [*records.take("1")] == [*records.take("none")] == []
    records.close()
    assert [*folder.iterdir()] == []


def test_files_that_are_lost_are_said(folder):
    records = Records(0, "keys")
    records.put("a", ("a",), 1)
    (path,) = folder.glob("*/a")
    os.truncate(path, 3)
    with pytest.raises(ki.KaiserInterviewError, match=r"^keys: could not be held on disk: .* bytes, got 3$"):
        next(records.take("a"))
    records.close()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("copies", [1, 2])
def test_memory_is_bounded(tmp_path, copies):
    code = f"""
from pathlib import Path
from kaiser_interview.validation.dataset_rules.deferred import DeferredRow, DeferredRows
from kaiser_interview.validation.dataset_rules.first_places import FirstPlaces
def peak():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) >> 10
before = peak()
memory = 8 << 20
ids, keys = FirstPlaces(memory, "ids"), FirstPlaces(memory, "keys")
rows = DeferredRows(ids, keys, memory)
place = 0
for copy in range({copies}):
    for number in range(300_000 // {copies}):
        rows.add(f"row-{{number:010}}", None, DeferredRow(place, place, place, False, f"row-{{number}}", ""))
        place += 1
print(sum(1 for _ in rows.found()), peak() - before)
"""
    run = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found, mebibytes = map(int, run.stdout.split())
    assert found == 300_000 - 300_000 // copies
    # A dictionary of all takes 50. Beside the limit, 32,768 rows are put in order.
    assert mebibytes < 35
