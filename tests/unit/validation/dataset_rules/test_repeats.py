import gc
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from scale import amount

import kaiser_interview as ki
from kaiser_interview.validation.dataset_rules.duplicates import DuplicateHashes
from kaiser_interview.validation.dataset_rules.hashing import hashes

TINY = 1 << 10  # bytes: room for 96 hashes
MANY = np.arange(1, 1001, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)


@pytest.fixture
def folder(monkeypatch, tmp_path):
    """Return the folder that temporary ones are made in."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def spilled(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir()]


def one(text: str) -> int:
    return int(hashes(pa.array([text]))[0])


# What was hashed by another process, or an earlier release, is hashed so now.
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0xE220A8397B1DCDAF),
        ("a", 0x386D66DB423D8FA),
        ("d01-c01", 0x1A956639C4EC1A03),
        ("d01-c01-推理模型", 0xEEC1CF27B43282BE),
        ("0123456789abcdef" * 7, 0x2666CDF9449D9FF0),
        ("0123456789abcdef" * 32, 0x145F07B230735FFC),
        ("0123456789abcdef" * 33, 0x1D80968E5EA6A8BB),
    ],
)
def test_hashes_are_the_same_everywhere(text, expected):
    assert one(text) == expected


def test_the_length_counts():
    texts = ["\0" * size for size in range(600)] + ["a" + "\0" * size for size in range(600)]
    assert len({*hashes(pa.array(texts)).tolist()}) == len(texts)


SEQUENCES = {
    "digits": "{:08d}",
    "prefixed": "id-{:09d}",
    "unpadded": "{}",
    "hexadecimal": "{:032x}",
    "first": "{:07d}-of-the-rows-that-were-made-by-some-model-on-some-day-and-never-looked-at-again",
    "last": "of-the-rows-that-were-made-by-some-model-on-some-day-and-never-looked-at-again-{:07d}",
    "spread": "{0:d}----------{0:d}",
}


@pytest.mark.parametrize("form", SEQUENCES)
def test_ids_in_sequence_do_not_collide(form):
    rows = 10**6 if form == "digits" else amount(200_000, 10**6)
    found = hashes(pa.array(map(SEQUENCES[form].format, range(rows))))
    assert len(np.unique(found)) == rows
    # Their first bits are spread too: they are sorted by ranges.
    counts = np.bincount((found >> np.uint64(56)).astype(np.int64), minlength=256) / (rows / 256)
    assert counts.min() > 0.7
    assert counts.max() < 1.3


def test_texts_of_one_varying_character_do_not_collide():
    texts = {
        filler * at + mark + filler * (40 - at)
        for at in range(41)
        for filler in "0a"
        for mark in "0123456789abcdef"
    }
    assert len(np.unique(hashes(pa.array([*texts])))) == len(texts)


@pytest.mark.parametrize("size", [3, 7, 8, 12, 36, 64, 65, 130])
def test_each_bit_of_a_text_changes_half_the_bits_of_its_hash(size):
    draw = np.random.default_rng(size)
    texts = draw.integers(0, 64, (400, size), dtype=np.uint8)  # with any bit changed still ASCII
    flips = np.zeros(64)
    number = 0
    for bit in draw.permutation(6 * size)[:60]:
        other = texts.copy()
        other[:, bit // 6] ^= np.uint8(1 << bit % 6)
        before, after = (hashes(pa.array([bytes(row).decode() for row in rows])) for rows in (texts, other))
        flips += np.unpackbits((before ^ after).view(np.uint8)).reshape(-1, 64).sum(axis=0)
        number += len(texts)
    assert np.all(abs(flips / number - 0.5) < 0.06)


MIXED = [
    "",
    "a",
    None,
    "d01-c01",
    "x" * 8,
    "推理模型",
    "y" * 63,
    "y" * 64,
    "y" * 65,
    None,
    "z" * 700,
    "",
    "b",
    "n" * 513,
]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()], ids=str)
def test_slices_are_hashed_as_their_texts_alone(kind):
    array = pa.array(MIXED, kind)
    for start in range(len(MIXED) + 1):
        for stop in range(start, len(MIXED) + 1):
            found = hashes(array[start:stop])
            assert found.dtype == np.uint64
            assert len(found) == stop - start
            for text, got in zip(MIXED[start:stop], found.tolist(), strict=True):
                assert text is None or got == one(text)


@pytest.mark.parametrize("rows", [1, 8191, 8192, 8193, 20000])
def test_any_number_of_rows_is_hashed(rows):
    texts = [f"{number}" * (number % 9) for number in range(rows)]
    found = hashes(pa.array(texts))
    assert found[:: rows // 7 + 1].tolist() == [one(text) for text in texts[:: rows // 7 + 1]]
    assert found[-1] == one(texts[-1])


def test_nothing_past_the_data_is_read_or_counts():
    text = b"0123456789" * 9
    for size in range(len(text) + 1):
        offsets = np.array([0, size // 2, size], np.int32)
        for slack in (0, 3):
            data = pa.py_buffer(text[: size + slack])
            array = pa.StringArray.from_buffers(2, pa.py_buffer(offsets), data)
            expected = [one(part.decode()) for part in (text[: size // 2], text[size // 2 : size])]
            assert hashes(array).tolist() == expected


def test_arrays_without_texts_have_no_hashes():
    empty = [
        pa.array([], pa.string()),
        pa.nulls(0, pa.string()),
        pa.array(["a"])[1:],
        pa.array([], pa.large_string()),
    ]
    assert [hashes(array).tolist() for array in empty] == [[]] * 4


def test_nulls_and_empty_texts_may_have_no_data():
    for kind in (pa.string(), pa.large_string()):
        assert len(hashes(pa.nulls(3, kind))) == 3
        array = pa.array(["", ""], kind)
        assert not array.buffers()[2]
        assert hashes(array).tolist() == [one(""), one("")]


def test_other_types_are_refused():
    with pytest.raises(KeyError):
        hashes(pa.array([b"a"]))


def test_nothing_repeats_where_nothing_was_added():
    with DuplicateHashes() as repeats:
        assert repeats.found().tolist() == []
        repeats.add(MANY[:0])
        assert repeats.found().tolist() == []
        repeats.add(MANY[:1])
        assert repeats.found().tolist() == []


@pytest.mark.parametrize("memory", [TINY, 1 << 20])
def test_what_is_added_after_an_answer_counts(memory, folder):
    with DuplicateHashes(memory) as repeats:
        repeats.add(MANY)
        assert repeats.found().tolist() == []
        repeats.add(MANY[:3])
        expected = sorted(MANY[:3].tolist())
        assert repeats.found().tolist() == expected
        assert repeats.found().tolist() == expected
        repeats.add(MANY)
        assert repeats.found().tolist() == sorted(MANY.tolist())
        assert bool(spilled(folder)) == (memory < 1 << 20)


def test_the_least_memory_is_two_hashes(folder):
    with DuplicateHashes(0) as repeats:
        repeats.add(MANY[:10])
        repeats.add(MANY[3:5])
        assert repeats.found().tolist() == sorted(MANY[3:5].tolist())
        assert spilled(folder)


def test_an_answer_is_the_callers():
    with DuplicateHashes() as repeats:
        repeats.add(np.repeat(MANY, 2))
        repeats.found()[:] = 0
        assert repeats.found().tolist() == sorted(MANY.tolist())


def test_what_was_added_is_the_callers():
    with DuplicateHashes() as repeats:
        mine = MANY[:2].copy()
        repeats.add(mine)
        mine[:] = 7
        repeats.add(mine[::-1][:1])
        assert repeats.found().tolist() == []


def test_both_ends_of_the_range_are_found(folder):
    ends = np.array([0, 2**64 - 1, 1 << 63, (1 << 63) - 1], np.uint64)
    with DuplicateHashes(TINY) as repeats:
        for part in (ends, MANY, ends):
            repeats.add(part)
        assert spilled(folder)
        assert repeats.found().tolist() == sorted(ends.tolist())


def test_long_stretches_are_compared_to_their_ends():
    rows = np.arange(1 << 18, dtype=np.uint64)
    with DuplicateHashes() as repeats:
        repeats.add(rows)
        repeats.add(np.repeat(rows, 1 + rows.astype(np.int64) % 4))
        assert np.array_equal(repeats.found(), rows)


def test_one_hash_in_every_row_takes_no_room(folder):
    with DuplicateHashes(TINY) as repeats:
        repeats.add(np.full(100_000, 7, np.uint64))
        assert repeats.found().tolist() == [7]
        assert not spilled(folder)


def test_what_fits_in_memory_needs_no_duckdb(monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with DuplicateHashes(8 << 20) as repeats:
        repeats.add(MANY)
        repeats.add(MANY[:1])
        assert repeats.found().tolist() == MANY[:1].tolist()


def test_without_duckdb_what_does_not_fit_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with DuplicateHashes(1 << 20) as repeats:
        rows = np.arange(120_000, dtype=np.uint64)
        with pytest.raises(ki.MissingDependencyError) as caught:
            repeats.add(rows)
        assert caught.value.name == "duckdb"
        assert caught.value.extra == "scale"
        assert str(caught.value) == (
            "120,000 rows, more ids than fit in 1 MiB (split the data, or hold them on disk): "
            "needs duckdb; install it with: pip install 'kaiser-interview[scale]'"
        )
        # Not all are there, so there is no answer.
        for call in (repeats.found, lambda: repeats.add(rows)):
            with pytest.raises(
                RuntimeError, match=r"^ids: expected all hashes, got a call that failed, or none after close$"
            ):
                call()


def test_the_purpose_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with (
        DuplicateHashes(TINY, "keys") as repeats,
        pytest.raises(ki.MissingDependencyError, match="more keys than fit"),
    ):
        repeats.add(MANY)


def test_after_close_there_is_no_answer(folder):
    repeats = DuplicateHashes(TINY, "keys")
    repeats.add(MANY)
    repeats.close()
    repeats.close()
    assert not spilled(folder)
    with pytest.raises(RuntimeError, match=r"^keys: "):
        repeats.found()


def test_the_end_of_a_block_removes_what_was_spilled(folder):
    def spill():
        with DuplicateHashes(TINY) as repeats:
            repeats.add(MANY)
            assert [name[:17] for name in spilled(folder)] == ["kaiser-interview-"]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        spill()
    assert not spilled(folder)


def test_what_is_forgotten_is_removed(folder):
    repeats = DuplicateHashes(TINY)
    repeats.add(MANY)
    assert spilled(folder)
    del repeats
    gc.collect()
    assert not spilled(folder)


@pytest.mark.parametrize("end", ["", "raise SystemExit(0)", "import gc; gc.disable(); repeats.me = repeats"])
def test_the_end_of_the_interpreter_removes_what_was_spilled(tmp_path, end):
    code = f"""
import os, numpy as np
from kaiser_interview.validation.dataset_rules.duplicates import DuplicateHashes
repeats = DuplicateHashes({TINY})
repeats.add(np.arange(1000, dtype=np.uint64))
print(len(os.listdir({str(tmp_path)!r})))
{end}
"""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert (run.stdout, run.stderr) == ("1\n", "")
    assert not spilled(tmp_path)


def test_no_temporary_folder_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with DuplicateHashes(TINY) as repeats:
        with pytest.raises(
            ki.KaiserInterviewError, match=r"^ids: could not be held on disk: .*No such file"
        ) as caught:
            repeats.add(MANY)
        assert isinstance(caught.value.__cause__, FileNotFoundError)
        with pytest.raises(RuntimeError):
            repeats.found()


def test_what_duckdb_cannot_do_is_said(folder):
    with DuplicateHashes(TINY, "keys") as repeats:
        repeats.add(MANY)
        repeats._disk._table.close()
        with pytest.raises(ki.KaiserInterviewError, match=r"^keys: could not be held on disk: .*closed"):
            repeats.found()
        with pytest.raises(RuntimeError):
            repeats.found()
    assert not spilled(folder)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(("copies", "expected"), [(1, 0), (2, 4_000_000)])
def test_memory_is_bounded(copies, expected, tmp_path):
    code = f"""
import duckdb, numpy as np
from pathlib import Path
from kaiser_interview.validation.dataset_rules.duplicates import DuplicateHashes
def peak():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) >> 10
duckdb.connect().execute("SELECT 1").fetchall()
before = peak()
with DuplicateHashes(8 << 20) as repeats:
    for copy in range({copies}):
        for start in range(0, 8_000_000 // {copies}, 50_000):
            repeats.add(np.arange(start, start + 50_000, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    found = repeats.found()
print(len(found), peak() - before - found.nbytes // 4 * 5 // (1 << 20))
"""
    run = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found, mebibytes = map(int, run.stdout.split())
    assert found == expected
    assert mebibytes < 45  # the hashes alone are 61, and to be sorted elsewhere than in place as many again
