"""No file is incomplete and no row is lost, however `split`, `fix` and `export` are interrupted.

Every output is the old file or the complete new one, byte for byte. Of the three that `split`
writes, the valid rows come last, so if they are new, the rejects and their findings are too.
"""

import errno
import functools
import io
import json
import os
import random
import re
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from forks import Ended, Forks
from scale import amount
from workers import within

import kaiser_interview as ki
from kaiser_interview import release, storage

pytestmark = pytest.mark.long
UNCHANGED = "(nothing was written|no file is incomplete)"

TEMPORARY = re.compile(r"\.kaiser-interview-[0-9a-f]{16}\.part")
BY = ["--kind", "label", "--set", "method=human", "--set", "creator=me"]
SPLIT_OF = ("no{0}.findings.jsonl", "no{0}", "ok{0}")
ERRORS = [errno.ENOSPC, errno.EIO, errno.EDQUOT]


class Job(NamedTuple):
    """A command, the files that it reads, and those that it writes, in the order of their renames."""

    arguments: list[str]
    inputs: dict[str, bytes]
    outputs: tuple[str, ...]

    def old(self) -> dict[str, bytes]:
        return {name: f"old {name}\n".encode() for name in self.outputs}


class Done(NamedTuple):
    """The result of a job without an interrupt."""

    ended: Ended
    new: dict[str, bytes]


def rows(count: int = 200) -> list[dict]:
    quotes = ["言模型", "推理模型", "数据", "并行"]
    return [
        {
            "claim_id": "d99-c01" if number % 3 == 0 else f"d0{number % 9 + 1}-c01",
            "scheme": "acme:stance",
            "value": f"赞成 {number}",
            "rationale": quotes[number % 4] * (number % 40),
        }
        for number in range(count)
    ]


def as_csv() -> bytes:
    names = [*rows(1)[0]]
    lines = [",".join(names), *(",".join(row.values()) for row in rows())]
    return "".join(f"{line}\n" for line in lines).encode()


def as_parquet() -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows()), file)
    return file.getvalue()


def split(suffix: str, data: bytes, form: str = ".jsonl") -> Job:
    names = tuple(name.format(suffix) for name in SPLIT_OF)
    _, rejects, valid = names
    return Job(
        ["split", f"in{form}", "--valid", valid, "--rejects", rejects, *BY], {f"in{form}": data}, names
    )


def fix(suffix: str, data: bytes) -> Job:
    out = f"out{suffix}"
    arguments = ["fix", f"in{suffix}", "--output", out, *BY]
    return Job(arguments, {f"in{suffix}": data}, (f"{out}.changes.jsonl", out))


def export(form: str) -> Job:
    return Job(
        ["export", ".", "--force", "--format", form], {}, tuple(f"{table}.{form}" for table in release.TABLES)
    )


LINES = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows()).encode()
JOBS = {
    "split": split(".jsonl", LINES),
    "fix": fix(".jsonl", LINES),
    "fix csv": fix(".csv", as_csv()),
    "fix parquet": fix(".parquet", as_parquet()),
    "export": export("csv"),
}
SAMPLE = {"split": 24, "fix": 12, "fix csv": 10, "fix parquet": 6, "export": 12}
MORE = JOBS | {
    "split gzip": split(".jsonl.gz", LINES),
    "split zstd": split(".jsonl.zst", LINES),
    "split parquet": split(".parquet", as_parquet(), ".parquet"),
    "export parquet": export("parquet"),
}


def held(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def laid_out(folder: Path, job: Job, *, old: bool = True) -> dict[str, bytes]:
    """Write the files that are there before a job, and return them."""
    folder.mkdir()
    files = job.inputs | (job.old() if old else {})
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return files


@pytest.fixture(scope="module")
def forks():
    with Forks() as server:
        yield server


@pytest.fixture(scope="module")
def done(forks, tmp_path_factory):
    """Return a function that runs a job once and caches the result."""

    @functools.cache
    def do(name: str) -> Done:
        folder, job = tmp_path_factory.mktemp("done") / "x", MORE[name]
        laid_out(folder, job)
        ended = forks.run(folder, *job.arguments)
        after = held(folder)
        assert ended.code in {0, 1}, ended
        assert ended.err == ""
        assert after.keys() == job.inputs.keys() | {*job.outputs}
        new = {output: after[output] for output in job.outputs}
        assert not any(new[output] == old for output, old in job.old().items())
        return Done(ended, new)

    return do


def states(
    folder: Path, before: dict[str, bytes], job: Job, new: dict[str, bytes]
) -> tuple[list[str], list[str]]:
    """Return which outputs are new, having found all others as they were, and what else is there."""
    after = held(folder)
    temporary = [name for name in after if TEMPORARY.fullmatch(name)]
    files = {name: data for name, data in after.items() if name not in temporary}
    is_new = [name for name in job.outputs if files.get(name) == new[name]]
    assert files == before | {name: new[name] for name in is_new}
    # They are renamed in order, so all outputs before a new one are new.
    assert is_new == [*job.outputs[: len(is_new)]]
    return is_new, temporary


def moments(name: str, count: int, seconds: float) -> list[dict]:
    """Return moments at which to break off: after the start, or after something has begun to be written."""
    draw = random.Random(name)
    after = [seconds * (draw.random() ** 3 * 0.5 if number % 2 else draw.random()) for number in range(count)]
    # At least once the command is interrupted in the middle.
    return [{"waits": bool(number % 2), "after": one * (number != 1)} for number, one in enumerate(after)]


@pytest.mark.parametrize("name", JOBS)
def test_a_kill_at_any_moment_leaves_old_or_complete_new_files(forks, done, tmp_path, name):
    job, seen = JOBS[name], Counter()
    for number, moment in enumerate(moments(name, amount(SAMPLE[name], 1_000), done(name).ended.seconds)):
        folder = tmp_path / str(number)
        before = laid_out(folder, job, old=number % 4 < 2)
        ended = forks.run(folder, *job.arguments, signal_name="SIGKILL", **moment)
        is_new, temporary = states(folder, before, job, done(name).new)
        seen["temporary"] += bool(temporary)
        if ended.code == -signal.SIGKILL:
            seen["killed"] += 1
        else:
            assert (ended.code, ended.err, len(is_new), temporary) == (
                done(name).ended.code, "", len(job.outputs), []
            )  # fmt: skip
        if seen["temporary"] == 1 and temporary:
            # Files left by a kill are not data when the folder is validated afterwards.
            report = ki.validate(folder, kind="label", defaults={"method": "human", "creator": "me"})
            named = {Path(one).name for one in (*(one.name for one in report.inputs), *report.skipped)}
            assert not named & {*temporary}
    assert min(seen["killed"], seen["temporary"]) > 0, seen


KILLED = """
import os, signal, sys
from kaiser_interview import storage as atomic, cli
name, number, after = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "after"
del sys.argv[1:4]
own, calls = getattr(os, name), 0
def call(*given):
    global calls
    calls += 1
    if calls == number and not after: os.kill(os.getpid(), signal.SIGKILL)
    done = own(*given)
    if calls == number: os.kill(os.getpid(), signal.SIGKILL)
    return done
setattr(os, name, call)
cli.main()
"""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_kill_between_the_renames_of_split_leaves_the_rows_that_pass_for_last(done, tmp_path, number, when):
    job = JOBS["split"]
    folder = tmp_path / "x"
    before = laid_out(folder, job)
    command = [sys.executable, "-c", KILLED, "replace", str(number), when, *job.arguments]
    ended = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    is_new, temporary = states(folder, before, job, done("split").new)
    assert len(is_new) == number - (when == "before")
    assert len(temporary) == 3 - len(is_new)


@pytest.mark.parametrize("name", JOBS)
def test_ctrl_c_at_any_moment_ends_with_a_message_or_by_the_signal(forks, done, tmp_path, name):
    job, seen = JOBS[name], Counter()
    for number, moment in enumerate(
        moments(name, amount(SAMPLE[name] // 2, 1_000), done(name).ended.seconds)
    ):
        folder = tmp_path / str(number)
        before = laid_out(folder, job, old=number % 4 < 2)
        ended = forks.run(folder, *job.arguments, signal_name="SIGINT", **moment)
        is_new, temporary = states(folder, before, job, done(name).new)
        assert temporary == []
        seen[ended.code] += 1
        if ended.code == 2:
            what = f"written completely: {', '.join(is_new)}" if is_new else "nothing was written"
            far = r" after [0-9,]+ rows( of [a-z.]+)?, [0-9,]+ of them invalid" if name != "export" else ""
            assert re.fullmatch(rf"kaiser-interview: interrupted{far}; {what}\n", _named(ended.err)), ended
            assert ended.out == ""
        else:
            # Nothing was begun yet, or all of it is done.
            assert ended.code in {-signal.SIGINT, done(name).ended.code}, ended
            assert ended.err == ""
            assert len(is_new) in {0, len(job.outputs)}
    assert seen[2], seen


def _named(err: str) -> str:
    """Return a message without the folders of file names."""
    return err.replace("./", "")


class _Failing(io.FileIO):
    """A file of which a call fails."""

    fails: dict[str, "_Nth"] = {}  # noqa: RUF012 - of all of them together

    def write(self, data: bytes) -> int:
        self.fails["write"].count()
        return super().write(data)

    def close(self) -> None:
        if not self.closed:
            super().close()
            self.fails["close"].count()


class _Nth:
    """Fails at one of several calls, from 1."""

    def __init__(self, number: int, code: int) -> None:
        self._number, self._code = number, code
        self.calls = 0

    def count(self) -> None:
        self.calls += 1
        if self.calls == self._number:
            raise OSError(self._code, os.strerror(self._code))


CALLS = ["open", "write", "fsync", "close", "chmod", "replace"]


def failing(monkeypatch, call: str, number: int, code: int) -> _Nth:
    """Let one call fail that is made to write files; return what counts them."""
    nth = _Nth(number, code)
    never = _Nth(0, code)
    monkeypatch.setattr(_Failing, "fails", {"write": never, "close": never} | {call: nth})

    def opened(path: str, mode: str, opener: object) -> io.BufferedWriter:
        if call == "open":
            nth.count()
        return io.BufferedWriter(_Failing(path, mode.replace("b", ""), opener=opener), 1 << 12)

    monkeypatch.setattr(storage, "open", opened, raising=False)
    if call in {"fsync", "chmod", "replace"}:
        own = getattr(os, call)
        monkeypatch.setattr(os, call, lambda *given: (nth.count(), own(*given))[1])
    return nth


@pytest.mark.parametrize(
    ("name", "call"),
    # Compressors and table writers are between a row and the file.
    [(name, call) for name in MORE for call in (CALLS if name in JOBS else ["write", "close"])],
)
def test_whichever_call_fails_says_so_and_leaves_all_as_it_was(done, tmp_path, monkeypatch, run, name, call):
    job, number, wholes = MORE[name], 0, done(name).new
    while True:
        number += 1
        folder = tmp_path / str(number)
        before = laid_out(folder, job, old=number % 2 == 1)
        code = ERRORS[number % len(ERRORS)]
        with monkeypatch.context() as patch:
            patch.chdir(folder)
            within(patch)
            nth = failing(patch, call, number, code)
            ended = run(*job.arguments)
        is_new, temporary = states(folder, before, job, wholes)
        if nth.calls < number:
            break
        assert temporary == []
        # A rename that fails comes after those that did not.
        assert len(is_new) == (number - 1 if call == "replace" else 0)
        what = f"written completely: {', '.join(is_new)}" if is_new else "nothing was written"
        where = {"split": " or ".join(job.outputs[:0:-1]), "fix": job.outputs[-1], "export": "."}[
            name.split()[0]
        ]
        what = "no file is incomplete" if name.startswith("export") else what
        assert ended == (2, "", f"kaiser-interview: {where}: {os.strerror(code)}; {what}\n")
    # None failed: as often as it is called, each has.
    assert ended[0] == done(name).ended.code
    assert number > len(job.outputs)


def test_a_temporary_file_that_cannot_be_removed_does_not_hide_the_error(done, tmp_path, monkeypatch, run):
    job = JOBS["split"]
    before = laid_out(tmp_path / "x", job)
    monkeypatch.chdir(tmp_path / "x")
    failing(monkeypatch, "fsync", 2, errno.ENOSPC)
    with monkeypatch.context() as patch:
        patch.setattr(os, "unlink", lambda _: (_ for _ in ()).throw(OSError(errno.EIO, "unlink")))
        ended = run(*job.arguments)
    assert ended[2].endswith(": No space left on device; nothing was written\n")
    is_new, temporary = states(tmp_path / "x", before, job, done("split").new)
    assert (is_new, len(temporary)) == ([], 3)


# Full disks, and disks without write permission


@functools.cache
def may_mount() -> bool:
    """Return whether this user can mount a disk, as on most Linux systems."""
    try:
        words = ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
        return subprocess.run(words, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@pytest.fixture(scope="module")
def disks():
    """Return a server that can mount disks, or that limits file sizes if mounting is not allowed."""
    with Forks("unshare", "-rm") if may_mount() else Forks() as server:
        yield server


PAGE = 4096


@pytest.mark.parametrize("name", MORE)
def test_a_full_disk_leaves_all_as_it_was(disks, done, tmp_path, name):
    """A disk with room for no more pages, one page, two pages, … until everything fits.

    Where no disk can be mounted, no file may be larger than so many pages.
    """
    job, seen, pages = MORE[name], Counter(), 0
    before = job.inputs | job.old()
    taken = sum(-(-len(data) // PAGE) for data in before.values())
    wanted = sum(-(-len(data) // PAGE) for data in done(name).new.values())
    step = max(1, wanted // amount(8, 60))
    while True:
        folder = tmp_path / str(pages)
        if may_mount():
            folder.mkdir()
            size = f"size={(taken + pages) * PAGE}"
            ended, after = disks.on_disk(folder, before, size, *job.arguments)
            for path in (folder, folder.with_name("held")):
                assert not path.is_file()
            said = "No space left on device"
        else:
            laid_out(folder, job)
            ended, said = (
                disks.run(folder, *job.arguments, largest=pages * PAGE // len(job.outputs)),
                "File too large",
            )
            after = held(folder)
        seen[ended.code] += 1
        if ended.code != 2:
            break
        assert after == before
        assert re.fullmatch(rf"kaiser-interview: [^\n]*: {said}; {UNCHANGED}\n", ended.err), ended
        assert ended.out == ""
        pages += step
        assert pages <= 2 * wanted + 8
    assert ended.code == done(name).ended.code
    assert after == before | done(name).new
    assert seen[2] >= 1


def test_files_that_may_not_grow_are_given_up(forks, done, tmp_path):
    job = JOBS["split"]
    for size in range(0, max(map(len, done("split").new.values())), PAGE):
        folder = tmp_path / str(size)
        before = laid_out(folder, job)
        ended = forks.run(folder, *job.arguments, largest=size)
        assert held(folder) == before
        # Standard output and standard error are files here, which may not grow either.
        assert (ended.code, ended.out) == (2, "")
        assert (
            ended.err
            == "kaiser-interview: ok.jsonl or no.jsonl: File too large; nothing was written\n"[:size]
        )


@pytest.mark.parametrize("name", ["split", "fix", "export"])
def test_a_folder_that_nobody_may_write_to(disks, tmp_path, name):
    job = JOBS[name]
    folder = tmp_path / "x"
    before = job.inputs | job.old()
    if may_mount():
        folder.mkdir()
        ended, after = disks.on_disk(folder, before, "ro", *job.arguments)
        said = "Read-only file system"
    else:
        # Not even root makes a file there.
        laid_out(folder, job)
        arguments = [f"/proc/{one}" if one in job.outputs else one for one in job.arguments]
        ended = disks.run(folder, *("/proc" if one == "." else one for one in arguments))
        after, said = held(folder), "No such file or directory"
    assert after == before
    assert (ended.code, ended.out) == (2, "")
    assert re.fullmatch(rf"kaiser-interview: [^\n]*: {said}; {UNCHANGED}\n", ended.err)


def test_a_full_standard_output_after_whole_files(done, tmp_path):
    job = JOBS["split"]
    before = laid_out(tmp_path / "x", job)
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "kaiser_interview", *job.arguments],
            cwd=tmp_path / "x", stdout=full, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    assert ended.returncode == 2
    assert ended.stderr == b"kaiser-interview: standard output: No space left on device\n"
    assert states(tmp_path / "x", before, job, done("split").new) == ([*job.outputs], [])


@pytest.mark.parametrize("name", ["split", "fix", "export"])
def test_a_device_is_not_accepted_as_output(forks, tmp_path, name):
    job = JOBS[name]
    before = laid_out(tmp_path / "x", job)
    arguments = ["/dev/full" if one in {*job.outputs, "."} else one for one in job.arguments]
    ended = forks.run(tmp_path / "x", *arguments)
    assert held(tmp_path / "x") == before
    assert (ended.code, ended.out) == (2, "")
    assert re.fullmatch(r"kaiser-interview: [^\n]+\n", ended.err)
    assert Path("/dev/full").is_char_device()


# Two at the same time


def other(job: Job) -> dict[str, bytes]:
    """Return the input of a job with other rows in it."""
    return {
        f"other.{name}": data.replace("赞成".encode(), "反对".encode()) for name, data in job.inputs.items()
    }


@pytest.mark.parametrize(
    "slow",
    [([0, 0, 0.6], [0.2, 0, 0]), ([0.3, 0.3, 0.3], [0.2, 0.3, 0.4]), ([0, 0, 0], [0, 0, 0])],
    ids=["overtaken", "by turns", "at once"],
)
def test_of_two_at_the_same_time_all_files_are_of_one(forks, tmp_path, slow):
    job, wholes = JOBS["split"], []
    for number, inputs in enumerate((job.inputs, other(job))):
        folder = tmp_path / f"alone{number}"
        folder.mkdir()
        (source,) = inputs
        (folder / source).write_bytes(inputs[source])
        arguments = [source if one in job.inputs else one for one in job.arguments]
        assert forks.run(folder, *arguments).code == 1
        wholes.append({name: (folder / name).read_bytes() for name in job.outputs})
    assert wholes[0] != wholes[1]
    folder = tmp_path / "both"
    laid_out(folder, Job([], job.inputs | other(job), ()))
    sources = [*job.inputs, *other(job)]
    ended = forks.together(
        [
            {
                "folder": str(folder),
                "arguments": [source if one in job.inputs else one for one in job.arguments],
                "slow": pauses,
            }
            for source, pauses in zip(sources, slow, strict=True)
        ]
    )
    assert [(one.code, one.err) for one in ended] == [(1, "")] * 2
    after = held(folder)
    assert {name: after.pop(name) for name in job.outputs} in wholes
    assert after == job.inputs | other(job)
