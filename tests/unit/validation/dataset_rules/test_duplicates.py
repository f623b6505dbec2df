import gc
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

import kaiser_interview as ki
from kaiser_interview.validation.dataset_rules.duplicates import DuplicateHashes

TINY = 1 << 10  # bytes: room for 128 hashes
MANY = np.arange(1, 1001, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)


@pytest.fixture
def folder(monkeypatch, tmp_path):
    """Return the folder that temporary ones are made in."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def spilled(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir()]


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/*"))


def test_no_entries_have_no_duplicates():
    with DuplicateHashes() as repeats:
        assert repeats.found().tolist() == []
        repeats.add(MANY[:0])
        assert repeats.found().tolist() == []
        repeats.add(MANY[:1])
        assert repeats.found().tolist() == []


@pytest.mark.parametrize("memory", [TINY, 1 << 20])
def test_entries_added_after_an_answer_count(memory, folder):
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


def test_added_arrays_are_not_changed():
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


def test_one_hash_in_every_row_takes_little_memory(folder):
    with DuplicateHashes(TINY) as repeats:
        repeats.add(np.full(100_000, 7, np.uint64))
        assert repeats.found().tolist() == [7]
        assert not spilled(folder)


def test_little_is_not_written(folder):
    with DuplicateHashes(8 << 20) as repeats:
        repeats.add(MANY)
        repeats.add(MANY[:1])
        assert repeats.found().tolist() == MANY[:1].tolist()
        assert not spilled(folder)


LEADING = [*range(1, 9)]


@pytest.mark.parametrize("equal", LEADING)
def test_hashes_with_the_same_first_bytes_are_split_further(equal, folder):
    step = np.uint64(1 << max(53 - 8 * equal, 0))  # 2,000 values of the bytes that follow
    many = np.arange(2000 if equal < 7 else 200, dtype=np.uint64) * step + np.uint64(0xA1 << 56)
    with DuplicateHashes(TINY) as repeats:
        for start in range(0, len(many), 100):
            repeats.add(many[start : start + 100])
        repeats.add(many[::7])
        repeats.add(many[:1])
        before = files(folder)
        assert repeats.found().tolist() == many[::7].tolist()
        assert files(folder) == before  # those that one was divided into are gone
        repeats.add(many[1:2])
        assert repeats.found().tolist() == sorted([*many[::7].tolist(), int(many[1])])


def test_one_hash_among_others_without_end(folder):
    with DuplicateHashes(TINY) as repeats:
        # Each time two of the hash are written, in all more than fit in memory.
        for start in range(0, 20_000, 100):
            others = np.arange(start + 1, start + 101, dtype=np.uint64) << np.uint64(40)
            repeats.add(np.concatenate([others, np.full(100, 7 << 56, np.uint64)]))
        assert max(path.stat().st_size for path in folder.rglob("07")) > TINY
        assert repeats.found().tolist() == [7 << 56]


def test_few_files_are_open_at_a_time(folder):
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len([*Path("/dev/fd").iterdir()]) + 8, before[1]))
    try:
        with DuplicateHashes(TINY) as repeats:
            repeats.add(MANY)
            repeats.add(MANY[5:6])
            assert len(files(folder)) > 200
            assert repeats.found().tolist() == [int(MANY[5])]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_calls_after_close_fail(folder):
    repeats = DuplicateHashes(TINY, "keys")
    repeats.add(MANY)
    repeats.close()
    repeats.close()
    assert not spilled(folder)
    with pytest.raises(RuntimeError, match=r"^keys: "):
        repeats.found()


def test_leaving_the_block_removes_spilled_files(folder):
    def spill():
        with DuplicateHashes(TINY) as repeats:
            repeats.add(MANY)
            assert [name[:17] for name in spilled(folder)] == ["kaiser-interview-"]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        spill()
    assert not spilled(folder)


def test_garbage_collection_removes_spilled_files(folder):
    repeats = DuplicateHashes(TINY)
    repeats.add(MANY)
    assert spilled(folder)
    del repeats
    gc.collect()
    assert not spilled(folder)


@pytest.mark.parametrize("end", ["", "raise SystemExit(0)", "import gc; gc.disable(); repeats.me = repeats"])
def test_exit_removes_spilled_files(tmp_path, end):
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


def test_a_missing_temporary_folder_is_reported(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with DuplicateHashes(TINY) as repeats:
        with pytest.raises(
            ki.KaiserInterviewError, match=r"^ids: could not be held on disk: .*No such file"
        ) as caught:
            repeats.add(MANY)
        assert isinstance(caught.value.__cause__, FileNotFoundError)
        # Not all hashes are available, so there is no answer.
        for call in (repeats.found, lambda: repeats.add(MANY)):
            with pytest.raises(
                RuntimeError,
                match=r"^ids: expected no failed call before, got a failed call or a closed object$",
            ):
                call()


def test_files_that_are_lost_are_said(folder):
    with DuplicateHashes(TINY, "keys") as repeats:
        repeats.add(MANY)
        files(folder)[-1].unlink()
        with pytest.raises(
            ki.KaiserInterviewError, match=r"^keys: could not be held on disk: .*(No such file|expected)"
        ):
            repeats.found()
        with pytest.raises(RuntimeError, match=r"^keys: expected no failed call before"):
            repeats.found()
    assert not spilled(folder)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    ("copies", "factor", "expected"),
    [(1, 0x9E3779B97F4A7C15, 0), (2, 0x9E3779B97F4A7C15, 4_000_000), (1, 1, 0), (1, 1 << 30, 0)],
    ids=["different", "twice", "alike in their first bytes", "of one leading byte"],
)
def test_memory_is_bounded(copies, factor, expected, tmp_path):
    code = f"""
import numpy as np
from pathlib import Path
from kaiser_interview.validation.dataset_rules.duplicates import DuplicateHashes
def peak():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) >> 10
before = peak()
with DuplicateHashes(8 << 20) as repeats:
    for copy in range({copies}):
        for start in range(0, 8_000_000 // {copies}, 50_000):
            repeats.add(np.arange(start, start + 50_000, dtype=np.uint64) * np.uint64({factor}))
    found = repeats.found()
print(len(found), peak() - before - found.nbytes // 4 * 5 // (1 << 20))
"""
    run = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found, mebibytes = map(int, run.stdout.split())
    assert found == expected
    assert mebibytes < 8 + 4 + 2  # the limit, intermediate results, and other allocations of Python
