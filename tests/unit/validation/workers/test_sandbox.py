"""Worker processes: if one fails, the call continues and reports what could not be read."""

import errno
import gzip
import io
import json
import multiprocessing.spawn
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from reference import report_by_row
from workers import said, within

import kaiser_interview as ki
from kaiser_interview.api import check_of
from kaiser_interview.errors import ResourceError
from kaiser_interview.validation.findings.finding import Fault
from kaiser_interview.validation.sources import foreign_files
from kaiser_interview.validation.workers import process as sandbox
from kaiser_interview.validation.workers.process import (
    FRAME,
    READY,
    Died,
    Frame,
    Sandbox,
    fault_of,
    read_frame,
)

GOOD = {"claim_id": "d01-c01", "scheme": "acme:stance", "value": "v", "method": "human", "creator": "me"}
PLAN = {"rows": [3, 3, 3]}


@pytest.fixture
def file(tmp_path):
    """Return a file of three parts with three rows each; the first row of the last part is invalid."""
    rows = [GOOD | {"id": f"r{number}"} for number in range(9)]
    rows[6] = rows[6] | {"claim_id": "d99-c01"}
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "rows.parquet", row_group_size=3)
    return tmp_path / "rows.parquet"


SAYS_READY = f"""
import json, struct, sys
head = json.dumps({READY!r}).encode()
sys.stdout.buffer.write(struct.pack("<IQ", len(head), 0) + head)
sys.stdout.buffer.flush()
"""


def running(code: str) -> Sandbox:
    """Return a worker that reports that it is ready, and then runs only this code."""
    return Sandbox(command=[sys.executable, "-S", "-c", SAYS_READY + code])


# Where no worker can be started


def program(folder: Path, text: str) -> str:
    """Return the path of a program that is not Python."""
    path = folder / "program"
    path.write_text(text, "utf-8")
    path.chmod(0o755)
    return str(path)


def no_program(folder: Path) -> str:
    path = folder / "data"
    path.write_text("x", "utf-8")
    path.chmod(0o644)
    return str(path)


EXECUTABLES = {
    "none": (lambda _: None, "sys.executable is empty"),
    "empty": (lambda _: "", "sys.executable is empty"),
    "missing": (lambda folder: str(folder / "missing"), "/missing: No such file or directory"),
    "a folder": (str, ": Permission denied"),
    "not executable": (no_program, "/data: Permission denied"),
    "a name with a zero byte": (lambda _: "a\0b", ": embedded null byte"),
    "a program that ends": (
        lambda folder: program(folder, "#!/bin/sh\nexit 0\n"),
        "cannot import kaiser_interview and pyarrow",
    ),
    "a program that prints": (
        lambda folder: program(folder, "#!/bin/sh\necho a program with something to say\n"),
        "cannot import kaiser_interview and pyarrow",
    ),
    "a program that repeats what it is told": (
        lambda folder: program(folder, "#!/bin/sh\nexec cat\n"),
        "cannot import kaiser_interview and pyarrow",
    ),
    "a program that says nothing": (
        lambda folder: program(folder, "#!/bin/sh\nexec sleep 600\n"),
        "cannot import kaiser_interview and pyarrow",
    ),
}


@pytest.mark.parametrize(("make", "reason"), EXECUTABLES.values(), ids=EXECUTABLES)
def test_a_program_that_is_not_python_is_a_resource_error(file, monkeypatch, tmp_path, make, reason):
    monkeypatch.setattr(sandbox, "_PATIENCE", 1)
    monkeypatch.setattr(sys, "executable", make(tmp_path))
    monkeypatch.delitem(sys.modules, "multiprocessing.spawn", raising=False)
    with pytest.raises(ki.ResourceError) as caught:
        ki.validate(file, kind="label")
    assert reason in str(caught.value)
    assert "in_process=True" in str(caught.value)
    with pytest.raises(ki.ResourceError):
        ki.split(file, valid=tmp_path / "ok.parquet", rejects=tmp_path / "no.parquet", kind="label")
    assert not (tmp_path / "ok.parquet").exists()
    # Text needs no worker, and files that are trusted need none either.
    (tmp_path / "rows.jsonl").write_text(json.dumps(GOOD) + "\n", "utf-8")
    assert ki.validate(tmp_path / "rows.jsonl", kind="label").ok
    report = ki.validate(file, kind="label", in_process=True)
    assert (report.rows, report.invalid, report.limited) == (9, 1, False)


def test_a_program_that_starts_itself_stops_there(file, monkeypatch, tmp_path):
    again = f"#!/bin/sh\necho x >> {tmp_path}/starts\nexec {sys.executable} {tmp_path}/main.py\n"
    (tmp_path / "main.py").write_text(
        "import sys\nimport kaiser_interview as ki\n"
        f"sys.executable = {str(tmp_path / 'program')!r}\n"
        f"ki.validate({str(file)!r}, kind='label')\n",
        "utf-8",
    )
    monkeypatch.setattr(sys, "executable", program(tmp_path, again))
    monkeypatch.delitem(sys.modules, "multiprocessing.spawn", raising=False)
    with pytest.raises(ki.ResourceError, match="cannot import kaiser_interview and pyarrow"):
        ki.validate(file, kind="label")
    assert (tmp_path / "starts").read_text() == "x\n"


def test_compressed_tables_that_are_trusted_are_read_without_a_worker(file, monkeypatch, tmp_path):
    monkeypatch.setattr(subprocess, "Popen", None)
    compressed = tmp_path / "rows.parquet.gz"
    compressed.write_bytes(gzip.compress(file.read_bytes()))
    report = ki.validate(compressed, kind="label", in_process=True)
    assert (report.rows, report.invalid, report.limited) == (9, 1, False)


def test_a_worker_starts_without_threads(file, monkeypatch):
    def refused(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refused)
    assert ki.validate(file, kind="label").rows == 9


def test_a_frozen_program_is_not_started(file, monkeypatch):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(subprocess, "Popen", None)
    with pytest.raises(ki.ResourceError, match="this program is frozen"):
        ki.validate(file, kind="label")
    assert ki.validate(file, kind="label", in_process=True).rows == 9


def test_processes_that_the_system_refuses_are_its_error(file, monkeypatch):
    def refused(*_, **__):
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(subprocess, "Popen", refused)
    with pytest.raises(ki.ResourceError, match="Resource temporarily unavailable"):
        ki.validate(file, kind="label")


def test_an_embedding_program_names_its_interpreter(file, monkeypatch):
    monkeypatch.setattr(multiprocessing.spawn, "_python_exe", os.fsencode(sys.executable))
    monkeypatch.setattr(sys, "executable", "/nothing/here")
    assert ki.validate(file, kind="label").rows == 9


def test_a_worker_of_another_version_is_rejected(file, monkeypatch):
    monkeypatch.setattr(sandbox, "READY", {"ready": "9.9"})
    with pytest.raises(
        ki.ResourceError, match=f"imports kaiser-interview {ki.__version__}, but this process uses "
    ):
        ki.validate(file, kind="label")


def test_a_worker_that_is_closed_while_it_starts_has_died():
    with Sandbox(command=["sleep", "600"]) as one:
        threading.Timer(0.2, one.close).start()
        with pytest.raises(Died, match="closed"):
            list(one.ask(task="plan"))


# Frames


def framed(head: bytes, body: bytes = b"", *, longer: int = 0) -> bytes:
    return FRAME.pack(len(head), len(body) + longer) + head + body


def test_a_frame_is_read_as_it_was_written():
    pipe = io.BytesIO(framed(b'{"a": 1}', b"\x00\n") + framed(b"{}"))
    assert [read_frame(pipe), read_frame(pipe), read_frame(pipe)] == [
        Frame({"a": 1}, b"\x00\n"), Frame({}, b""), None
    ]  # fmt: skip


@pytest.mark.parametrize("length", range(len(framed(b'{"a": 1}', b"body"))))
def test_a_truncated_frame_is_refused(length):
    assert read_frame(io.BytesIO(framed(b'{"a": 1}', b"body")[:length])) is None


GARBAGE = {
    "a head that is too long": FRAME.pack((1 << 26) + 1, 0),
    "a body that is too long": FRAME.pack(2, (1 << 32) + 1) + b"{}",
    "a body of any length": b"\xff" * 100,
    "a head that is no JSON": framed(b"{"),
    "a head that is no UTF-8": framed(b'{"a": "\xff\xff"}'),
    "a head that is no object": framed(b"1"),
    "an array": framed(b'["end"]'),
}


@pytest.mark.parametrize("sort", GARBAGE)
def test_invalid_frames_are_rejected(sort):
    with pytest.raises(ValueError):  # noqa: PT011 - of any kind
        read_frame(io.BytesIO(GARBAGE[sort]))


@pytest.mark.parametrize("sort", ["a body of any length", "a head that is no JSON", "an array"])
def test_a_worker_that_sends_an_invalid_frame_is_ended_at_once(sort):
    data = GARBAGE[sort]
    code = f"import sys, time; sys.stdout.buffer.write({data!r}); sys.stdout.flush(); time.sleep(60)"
    start = time.monotonic()
    with running(code) as one, pytest.raises(Died, match=r"^the worker sent an invalid message$"):
        list(one.ask(task="plan"))
    assert one._process is None
    assert time.monotonic() - start < 5


def test_a_fault_round_trips():
    fault = Fault("unreadable", ("a", 1), "expected", "got", "suggestion")
    assert fault_of({"fault": list(fault)}) == fault


# Ends


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", "the worker was killed, usually because memory ran out"),
        ("os.kill(os.getpid(), signal.SIGXCPU)", "the worker exceeded its time limit"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "the worker crashed (SIGSEGV)"),
        ("os.kill(os.getpid(), signal.SIGABRT)", "the worker crashed (SIGABRT)"),
        ("os.kill(os.getpid(), signal.SIGRTMIN + 1)", "the worker stopped"),
        ("sys.exit(0)", "the worker stopped"),
        ("sys.exit(1)", "the worker stopped"),
    ],
)
def test_the_message_says_how_a_worker_ended(code, words):
    before = (
        "import os, resource, signal, sys\n"
        "resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\nsys.stdin.buffer.readline()\n"
    )
    with running(before + code) as one, pytest.raises(Died) as caught:
        list(one.ask(task="plan"))
    assert str(caught.value) == words


DEAD = f"""
SAYS_READY = {SAYS_READY!r}
import os, signal, subprocess, sys
from kaiser_interview.validation.workers import process as sandbox
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
start = subprocess.Popen

def dead(command, **options):
    made = start([sys.executable, "-S", "-c", SAYS_READY], stdin=options["stdin"], stdout=options["stdout"])
    made.wait()
    return made

sandbox.subprocess.Popen = dead
one = sandbox.Sandbox()
try:
    list(one.ask(task="plan", path="x" * 10**6))
except sandbox.Died as died:
    print(died, flush=True)
one._process = one._started()
one.close()
print(signal.pthread_sigmask(signal.SIG_BLOCK, ()), flush=True)
ours, theirs = os.pipe()
os.close(ours)
os.write(theirs, b"x")
print("unreached", flush=True)
"""


def test_a_dead_worker_does_not_end_a_process_that_handles_sigpipe():
    done = subprocess.run([sys.executable, "-c", DEAD], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGPIPE, "the worker stopped\nset()\n", "")


def test_a_blocked_sigpipe_stays_blocked():
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPIPE})
    try:
        with sandbox._no_sigpipe():
            pass
        assert signal.SIGPIPE in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def test_a_worker_that_was_killed_does_not_end_the_command(tmp_path):
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.Table.from_pylist([GOOD]), path)
    code = DEAD.partition("one =")[0] + "from kaiser_interview import cli\ncli.main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "validate", str(path), "--kind", "label"],
        capture_output=True,
        text=True,
        check=False,
    )
    # It could not be read to its end.
    assert (done.returncode, done.stderr) == (2, "")
    assert "error unreadable" in done.stdout
    assert "the worker stopped" in done.stdout


def test_a_worker_that_closes_its_output_has_stopped(monkeypatch):
    wait = subprocess.Popen.wait
    monkeypatch.setattr(subprocess.Popen, "wait", lambda self, timeout=None: wait(self, timeout and 0.1))
    code = "import os, time; os.close(1); time.sleep(60)"
    with running(code) as one, pytest.raises(Died, match=r"^the worker stopped$"):
        list(one.ask(task="plan"))


def test_a_worker_that_does_not_listen_has_ended():
    with running("import os, sys; os.close(0); sys.exit(3)") as one:
        one._process = one._started()
        one._process.wait()
        with pytest.raises(Died, match=r"^the worker stopped$"):
            list(one.ask(task="plan", path="x" * (1 << 20)))


def test_a_failed_request_can_be_repeated(file):
    with Sandbox() as one:
        first = [frame.head for frame in one.ask(task="plan", path=str(file))]
        assert first[0]["rows"] == [3, 3, 3]
        number = one._process.pid
        assert [frame.head for frame in one.ask(task="plan", path=str(file))] == first
        assert one._process.pid == number
        # An abandoned answer: its rest is not taken for the next one.
        answer = one.ask(task="read", path=str(file), form="parquet", part=0)
        next(answer)
        answer.close()
        assert one._process is None
        assert [frame.head for frame in one.ask(task="plan", path=str(file))] == first
        one._process.send_signal(signal.SIGKILL)
        with pytest.raises(Died, match=r"^the worker was killed, usually because memory ran out$"):
            list(one.ask(task="plan", path=str(file)))
        assert [frame.head for frame in one.ask(task="plan", path=str(file))] == first
        assert one._process.pid != number
    one.close()  # twice does no harm
    assert one._process is None


def test_a_worker_without_memory_does_not_start(file):
    with (
        Sandbox(memory=1 << 20) as one,
        pytest.raises(ResourceError, match="cannot import kaiser_interview and pyarrow"),
    ):
        list(one.ask(task="plan", path=str(file)))


def test_a_part_that_exceeds_the_memory_limit_is_reported(tmp_path):
    path = tmp_path / "large.parquet"
    pq.write_table(pa.table({"a": ["x" * (100 << 20)]}), path, compression="snappy", use_dictionary=False)
    with Sandbox(memory=250 << 20) as one:
        frames = [frame.head for frame in one.ask(task="read", path=str(path), form="parquet", part=0)]
        assert [frame["fault"] for frame in frames] == [
            ["unreadable", [], "a part that fits in 250 MiB", "a larger part", None, None]
        ]
        # It continues: later parts may be smaller.
        assert [frame.head["rows"] for frame in one.ask(task="plan", path=str(path))] == [[1]]


# What becomes of the rows


def dies(
    monkeypatch, part: int, *, after: int = 0, words: str = "the worker exceeded its time limit"
) -> None:
    """Let workers die of a part, when they have said so much of it."""
    ask = Sandbox.ask

    def dying(self, **request):
        if request.get("part") != part:
            yield from ask(self, **request)
            return
        for number, frame in enumerate(ask(self, **request)):
            if number == after:
                break
            yield frame
        raise Died(words)

    monkeypatch.setattr(Sandbox, "ask", dying)


@pytest.mark.parametrize("part", [0, 1, 2])
def test_rows_of_a_dead_worker_are_reported_and_all_others_validated(file, monkeypatch, part):
    within(monkeypatch)
    dies(monkeypatch, part)
    check = check_of(file, kind="label")
    report = report_by_row(check)
    first = 3 * part
    assert [(one.code, one.row, one.got) for one in report.sample] == [
        ("unreadable", None, f"an error in rows {first} to {first + 2}: the worker exceeded its time limit"),
        *([("unknown-claim", 6, '"d99-c01"')] if part < 2 else []),
    ]
    assert (report.rows, report.invalid, report.complete, report.ok) == (6, int(part < 2), False, False)
    assert said(ki.validate(file, kind="label", workers=2)) == said(report)


def test_rows_read_before_their_worker_died_are_validated(file, monkeypatch):
    within(monkeypatch)
    dies(monkeypatch, 0, after=1)
    check = check_of(file, kind="label")
    monkeypatch.setattr(foreign_files, "part_batches", halved(foreign_files.part_batches))
    report = report_by_row(check)
    assert report.sample[0].got == "an error in rows 1 to 2: the worker exceeded its time limit"
    assert (report.rows, report.complete) == (7, False)
    assert [one.row for one in report.sample] == [None, 6]


def halved(part_batches):
    """Return a reader that gives only the first row of each batch of the first part."""

    def call(one, request):
        for item in part_batches(one, request):
            yield item._replace(rows=item.rows.slice(0, 1)) if request["part"] == 0 else item

    return call


def test_a_killed_process_costs_only_its_part(file, monkeypatch):
    ask = Sandbox.ask
    answered = set()

    def killed(self, **request):
        if request.get("part") == 1:
            # While it waits, so that it never answers.
            self._process.send_signal(signal.SIGSTOP)
            threading.Timer(0.2, os.kill, (self._process.pid, signal.SIGSEGV)).start()
            threading.Timer(0.3, os.kill, (self._process.pid, signal.SIGCONT)).start()
        for frame in ask(self, **request):
            answered.add(self._process.pid)
            yield frame

    monkeypatch.setattr(Sandbox, "ask", killed)
    report = ki.validate(file, kind="label", workers=1)
    assert [(one.code, one.row, one.got) for one in report.sample] == [
        ("unreadable", None, "an error in rows 3 to 5: the worker crashed (SIGSEGV)"),
        ("unknown-claim", 6, '"d99-c01"'),
    ]
    assert (report.rows, report.invalid, report.complete) == (6, 1, False)
    assert len(answered) == 2


def test_a_limit_of_processor_time_ends_a_worker():
    code = (
        "import resource\n"
        "from kaiser_interview.validation.workers import main as worker\n"
        "worker._limit_seconds(0)\n"
        "print(resource.getrlimit(resource.RLIMIT_CPU)[0], flush=True)\n"
        "while True: pass"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, timeout=30)
    assert done.returncode == -signal.SIGXCPU
    assert 1 <= int(done.stdout) <= 30


def test_a_reader_without_an_answer_is_reported(file, monkeypatch):
    monkeypatch.setattr(Sandbox, "ask", lambda *_, **__: iter(()))
    report = report_by_row(check_of(file, kind="label"))
    assert [(one.code, one.got) for one in report.sample] == [
        ("unreadable", "no answer from the worker")
    ]  # fmt: skip
    assert not report.complete


def test_a_worker_that_dies_while_planning_is_reported(file, monkeypatch):
    dies(monkeypatch, None)
    for report in (report_by_row(check_of(file, kind="label")), ki.validate(file, kind="label")):
        assert [(one.code, one.got) for one in report.sample] == [
            ("unreadable", "the worker exceeded its time limit")
        ]
        assert not report.complete


def test_an_unavailable_schema_is_none(tmp_path, monkeypatch):
    pq.write_table(pa.Table.from_pylist([GOOD]).slice(0, 0), tmp_path / "none.parquet")
    within(monkeypatch)
    ask = Sandbox.ask

    def failing(self, **request):
        if request["task"] == "schema":
            yield Frame({"fault": ["unreadable", [], "a", "b", None, None]}, b"")
        else:
            yield from ask(self, **request)

    monkeypatch.setattr(Sandbox, "ask", failing)
    report = report_by_row(check_of(tmp_path / "none.parquet", kind="label"))
    assert [one.code for one in report.sample] == ["no-rows"]


@pytest.mark.parametrize("plan", [{}, {"rows": [None]}, {"rows": [0]}])
def test_a_part_with_an_unknown_number_of_rows_is_named(plan):
    assert foreign_files.died_fault(plan, 0, 5, "the worker exceeded its time limit") == Fault(
        "unreadable", (), "rows that can be read", "an error in the rows: the worker exceeded its time limit"
    )


def test_a_request_is_one_line_of_json():
    code = (
        "import json, struct, sys; line = sys.stdin.buffer.readline(); json.loads(line)\n"
        "for head in (line, b'{\"end\": true}'):\n"
        "    sys.stdout.buffer.write(struct.pack('<IQ', len(head), 0) + head)"
    )
    with running(code) as one:
        assert [*one.ask(task="plan", path="a\nb")] == [Frame({"task": "plan", "path": "a\nb"}, b"")]


def test_paths_that_python_has_go_to_the_worker(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "path", ["", str(tmp_path), Path("a"), b"b", None, f"a{os.pathsep}\udcff\n"])
    monkeypatch.chdir(tmp_path)
    assert json.loads(sandbox._search_path()) == [str(tmp_path), str(tmp_path), f"a{os.pathsep}\udcff\n"]
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert json.loads(sandbox._search_path()) == [str(tmp_path), f"a{os.pathsep}\udcff\n"]


def test_a_worker_may_have_a_gibibyte():
    assert sandbox.MEMORY == 1_073_741_824
