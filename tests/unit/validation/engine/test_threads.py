"""Real threads and worker processes: errors end them, and nothing stays running or open."""

import gzip
import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hints import hint
from reference import report_by_row
from workers import said

import kaiser_interview as ki
from kaiser_interview.api import check_of
from kaiser_interview.validation.engine import execution
from kaiser_interview.validation.engine.columns import ColumnValidator
from kaiser_interview.validation.engine.execution import report_of
from kaiser_interview.validation.engine.part import PartValidator
from kaiser_interview.validation.engine.threads import Threads
from kaiser_interview.validation.formats.json import array, lines
from kaiser_interview.validation.formats.streams import Stream
from kaiser_interview.validation.sources import discover, partition
from kaiser_interview.validation.workers.process import Sandbox

GOOD = {"claim_id": "d01-c01", "scheme": "acme:stance", "value": "v", "method": "human", "creator": "me"}
# More than the 4 KiB that are looked at to find the form of a file; five ids are there twice.
ROWS = [GOOD | {"id": f"r{number % 115}"} for number in range(120)]
HUGE = 1 << 40


class BrokenError(Exception):
    """An exception that the package never raises."""


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Cut files into small parts, and compare ids by hashes."""
    monkeypatch.setattr(execution, "_LARGE", 1)
    monkeypatch.setattr(execution, "_TINY", 0)
    monkeypatch.setattr(execution, "_FEW", 0)
    monkeypatch.setattr(partition, "_STRETCH", 2000)
    monkeypatch.setattr(array, "_CHUNK", 2000)
    monkeypatch.setattr(partition, "SLICE", 17)
    monkeypatch.setattr(discover, "SLICE", 17)
    monkeypatch.setattr(lines, "_CHUNK", 2000)
    monkeypatch.setitem(Stream.__init__.__kwdefaults__, "chunk", 500)


@pytest.fixture
def processes(monkeypatch):
    """Return the list of worker processes that are started."""
    made = []
    start = subprocess.Popen

    def started(*given, **named):
        made.append(start(*given, **named))
        return made[-1]

    monkeypatch.setattr(subprocess, "Popen", started)
    return made


@pytest.fixture(autouse=True)
def nothing_is_left(processes):
    """Check that no thread, no process and no open file is left."""
    threads = {*threading.enumerate()}
    before = open_files()
    yield
    assert {*threading.enumerate()} - threads == set()
    assert [one.poll() is None for one in processes] == [False] * len(processes)
    assert open_files() - before == set()


def open_files() -> set[str]:
    """Return the paths of the regular files that this process has open."""
    found = set()
    for one in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found.add(str(one.readlink()))
    return {one for one in found if Path(one).is_file()}


@pytest.fixture(params=["a.jsonl", "a.jsonl.gz", "a.json", "a.parquet", "rows", "iterator", "table"])
def data(request, tmp_path):
    path = tmp_path / request.param
    text = "".join(json.dumps(row) + "\n" for row in ROWS).encode()
    if request.param == "a.jsonl":
        path.write_bytes(text)
    elif request.param == "a.jsonl.gz":
        path.write_bytes(gzip.compress(text))
    elif request.param == "a.json":
        path.write_bytes(json.dumps(ROWS, indent=1).encode())
    elif request.param == "a.parquet":
        pq.write_table(pa.Table.from_pylist(ROWS), path, row_group_size=25)
    else:
        return {"rows": ROWS, "iterator": iter(ROWS), "table": pa.Table.from_pylist(ROWS)}[request.param]
    return path


def failing(method, at: int):
    """Return a method that raises when it is called so many times."""
    lock, calls = threading.Lock(), []

    def call(*given, **named):
        with lock:
            calls.append(1)
            if len(calls) == at:
                raise BrokenError
        return method(*given, **named)

    return call


def fails(monkeypatch, at: int, *names: str) -> None:
    """Let the call of any of some methods fail, the given number in all."""
    for name in names:
        owner = next(one for one in (ColumnValidator, PartValidator) if name in vars(one))
        monkeypatch.setattr(owner, name, failing(getattr(owner, name), at))


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("large", [1, HUGE], ids=["by-hashes", "in-order"])
def test_an_error_in_one_part_ends_the_call(monkeypatch, data, workers, large):
    monkeypatch.setattr(execution, "_LARGE", large)
    is_table = isinstance(data, pa.Table)
    fails(monkeypatch, 1 if is_table else 2, "lines", "batches", "items")
    with pytest.raises(BrokenError):
        report_of(check_of(data, kind="label"), workers)


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("data", ["a.jsonl", "a.parquet", "table"], indirect=True)
def test_an_error_in_the_second_reading_ends_the_call(monkeypatch, data, workers):
    again = ColumnValidator.lines_again, ColumnValidator.batches_again

    def broken(*_) -> Iterator[None]:
        raise BrokenError

    monkeypatch.setattr(ColumnValidator, "lines_again", broken)
    monkeypatch.setattr(ColumnValidator, "batches_again", broken)
    with pytest.raises(BrokenError):
        report_of(check_of(data, kind="label"), workers)
    monkeypatch.setattr(ColumnValidator, "lines_again", again[0])
    monkeypatch.setattr(ColumnValidator, "batches_again", again[1])
    assert report_of(check_of(data, kind="label"), workers).invalid == 5


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("error", [BrokenError, KeyboardInterrupt])
def test_an_error_in_the_progress_callback_ends_the_call(data, workers, error):
    def progress(_):
        raise error

    with pytest.raises(error):
        report_of(check_of(data, kind="label", progress=progress), workers)


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("name", ["a.parquet", "a.parquet.gz"])
def test_an_error_ends_the_worker_of_a_table_that_is_read_in_order(
    tmp_path, monkeypatch, processes, workers, name
):
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "a.parquet", row_group_size=25)
    (tmp_path / "a.parquet.gz").write_bytes(gzip.compress((tmp_path / "a.parquet").read_bytes()))
    (tmp_path / "b.csv").write_text("claim_id\n")
    fails(monkeypatch, 2, "batches")
    with pytest.raises(BrokenError) as caught:
        report_of(check_of([tmp_path / name, tmp_path / "b.csv"], kind="label"), workers)
    # While a reference to the error keeps the frames of the call alive.
    assert caught.value.__traceback__
    assert [one.poll() is None for one in processes] == [False] * len(processes)
    assert len(processes) > 0
    assert [one for one in threading.enumerate() if one.name.startswith("ThreadPool")] == []


@pytest.mark.parametrize("workers", [1, 3])
def test_an_error_of_an_iterator_is_a_finding(workers):
    def rows():
        yield from ROWS
        raise BrokenError

    report = report_of(check_of(rows(), kind="label"), workers)
    assert said(report) == said(report_by_row(check_of(rows(), kind="label")))
    assert (report.rows, report.complete) == (len(ROWS), False)
    (found,) = [one for one in report.sample if one.code == "unreadable"]
    assert (found.got, hint(found)) == ("BrokenError", f"the error occurred after {len(ROWS)} rows")


def test_an_error_ends_a_worker_that_never_answers(tmp_path, monkeypatch, processes):
    for name in "ab":
        pq.write_table(pa.Table.from_pylist(ROWS[:20]), tmp_path / f"{name}.parquet", row_group_size=10)
    ask = Sandbox.ask
    asked = threading.Event()

    def stuck(self, **request):
        if request["task"] == "read" and request["part"] == 1:
            frames = ask(self, **(request | {"path": "/dev/stdin"}))
            asked.set()
            processes[-1].send_signal(19)  # SIGSTOP: it no longer answers
            yield from frames
        if request["task"] == "read":
            assert asked.wait(60)
            raise BrokenError
        yield from ask(self, **request)

    monkeypatch.setattr(Sandbox, "ask", stuck)
    with pytest.raises(BrokenError):
        report_of(check_of(tmp_path, kind="label"), 3)


@pytest.mark.parametrize("workers", [1, 3])
def test_reports_by_processes(data, workers):
    is_iterator = isinstance(data, Iterator)
    report = report_of(check_of(data, kind="label"), workers)
    assert (report.rows, report.invalid, report.complete, report.limited) == (120, 5, True, True)
    assert said(report) == said(report_by_row(check_of(iter(ROWS) if is_iterator else data, kind="label")))


@pytest.mark.parametrize("data", ["a.jsonl", "a.parquet", "rows", "table"], indirect=True)
def test_a_kind_may_be_defined_in_a_function(data):
    class Label(ki.Derived):
        """A kind that no other process can import."""

        scheme: str
        value: str

    report = report_of(check_of(data, kind=Label), 3)
    assert (report.rows, report.invalid, {one.code for one in report.sample}) == (120, 5, {"duplicate-id"})
    assert said(report) == said(report_by_row(check_of(data, kind=Label)))


REFUSED = """
RLIMIT_DATA = RLIMIT_CPU = RLIMIT_CORE = 0
RLIM_INFINITY = -1
def getrlimit(_): return -1, -1
def setrlimit(*_): raise OSError(22, "Invalid argument")
"""


@pytest.mark.parametrize(
    "names", [["a.parquet"], ["a.parquet.gz"], ["a.parquet", "b.csv"], ["b.csv", "a.parquet"]], ids="+".join
)
def test_limits_that_the_system_refuses_are_reported(tmp_path, monkeypatch, names):
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "a.parquet")
    (tmp_path / "a.parquet.gz").write_bytes(gzip.compress((tmp_path / "a.parquet").read_bytes()))
    (tmp_path / "b.csv").write_text(f"{','.join(GOOD)}\n{','.join(GOOD.values())}\n")
    check = check_of([tmp_path / name for name in names], kind="label")
    assert report_of(check, 2).limited
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "resource.py").write_text(REFUSED)
    monkeypatch.syspath_prepend(str(tmp_path / "path"))
    assert not report_of(check, 2).limited
    check = check_of(tmp_path / "b.csv", kind="label")
    assert report_of(check, 2).limited


# As many threads as the system allows

START = threading.Thread.start


def allow(monkeypatch, most: int) -> list[threading.Thread]:
    """Let so many threads start, and return them."""
    started: list[threading.Thread] = []

    def start(self):
        if len([one for one in started if one.is_alive()]) >= most:
            raise RuntimeError("can't start new thread")
        started.append(self)
        START(self)

    monkeypatch.setattr(threading.Thread, "start", start)
    return started


@pytest.mark.parametrize(("most", "allowed"), [(1, 1), (3, 3), (3, 2), (3, 1), (3, 0)])
def test_threads_are_limited_by_the_system(monkeypatch, most, allowed):
    allow(monkeypatch, allowed)
    with Threads(most) as threads:
        found = [threads.submit(threading.get_ident) for _ in range(20)]
        idents = {one.result() for one in found}
    own = threading.get_ident()
    assert idents == {own} if not allowed else own not in idents
    assert len(idents) <= max(allowed, 1)


@pytest.mark.parametrize("allowed", [0, 1])
def test_errors_are_raised_by_the_result(monkeypatch, allowed):
    allow(monkeypatch, allowed)
    with Threads(2) as threads:
        future = threads.submit(int, "x")
    with pytest.raises(ValueError, match="invalid literal"):
        future.result()


@pytest.mark.parametrize("wait", [True, False])
def test_threads_that_never_started_can_be_ended(wait):
    Threads(2).shutdown(wait=wait)


@pytest.mark.parametrize("allowed", [0, 1])
def test_text_is_validated_without_threads(monkeypatch, tmp_path, allowed):
    row = {
        "claim_id": "d01-c01",
        "language": "en",
        "translation": "x" * 300,
        "method": "model",
        "creator": "m",
    }
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row | {"id": str(one)}) + "\n" for one in range(50_000)), "utf-8")
    expected = ki.validate(path, kind="translation")
    allow(monkeypatch, allowed)
    found = ki.validate(path, kind="translation")
    assert found.rows == 50_000
    assert found.to_json() == expected.to_json()
