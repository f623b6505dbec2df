"""What a worker answers, asked within this process, and how its process is limited."""

import io
import json
import os
import resource
import subprocess
import sys
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kaiser_interview.validation.findings.finding import Fault, StreamError
from kaiser_interview.validation.workers import main, tasks
from kaiser_interview.validation.workers.process import READY, read_frame

GOOD = {"claim_id": "d01-c01", "scheme": "acme:stance", "value": "v", "method": "human", "creator": "me"}
ROWS = [GOOD | {"id": "a"}, GOOD | {"id": "b", "claim_id": "d99-c01"}, GOOD | {"id": "a"}]


@pytest.fixture
def file(tmp_path):
    """Return a file of two parts: three rows and one."""
    pq.write_table(pa.Table.from_pylist([*ROWS, GOOD]), tmp_path / "rows.parquet", row_group_size=3)
    return tmp_path / "rows.parquet"


def answer(**request):
    return list(tasks.Tasks(1 << 30).answer(request))


END = ({"end": True, "limited": True}, b"")


def read(path, part: int, form: str = "parquet") -> pa.RecordBatch:
    (head, body), end = answer(task="read", path=str(path), form=form, part=part)
    assert end == END
    with pa.ipc.open_stream(body) as reader:
        batch = reader.read_next_batch()
    assert head == {"rows": batch.num_rows}
    return batch


def test_a_plan_and_the_rows_of_a_part(file):
    (plan, body), end = answer(task="plan", path=str(file))
    assert (plan["form"], plan["rows"], body, end) == ("parquet", [3, 1], b"", END)
    assert [read(file, part).to_pylist() for part in (0, 1)] == [ROWS, [GOOD | {"id": None}]]


@pytest.mark.parametrize("form", ["parquet", "ipc-file", "ipc-stream"])
def test_the_schema_of_a_file_without_rows(tmp_path, form):
    table = pa.table({"a": pa.array([], pa.string()), "b": pa.array([], pa.list_(pa.int16()))})
    if form == "parquet":
        pq.write_table(table, tmp_path / "none")
    else:
        new = pa.ipc.new_file if form == "ipc-file" else pa.ipc.new_stream
        with new(tmp_path / "none", table.schema) as writer:
            writer.write_table(table)
    (head, body), end = answer(task="schema", path=str(tmp_path / "none"), form=form)
    assert (head, end) == ({"rows": 0}, END)
    with pa.ipc.open_stream(body) as reader:
        assert reader.schema.equals(table.schema)


def test_exceptions_of_a_task_are_answers(tmp_path, monkeypatch):
    assert answer(task="plan", path=str(tmp_path / "none"))[0][0]["fault"][3] == "No such file or directory"

    def fails(error):
        def call(*_):
            raise error

        monkeypatch.setattr(pa, "OSFile", call)
        return answer(task="schema", path="a", form="parquet")[0][0]["fault"]

    assert fails(MemoryError())[2:4] == ["a part that fits in 1024 MiB", "a larger part"]
    assert fails(RuntimeError("a\n  b"))[2:4] == ["a file that can be read", "a b"]
    assert fails(RuntimeError())[3] == "RuntimeError"
    reported = Fault("unreadable", ("a",), "b", lambda: "got", lambda: "suggestion")
    assert fails(StreamError(reported))[:5] == ["unreadable", ("a",), "b", "got", "suggestion"]


# The process


def test_requests_are_answered_until_there_are_no_more(file, monkeypatch):
    limits = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (0, resource.RLIM_INFINITY))
    monkeypatch.setattr(resource, "setrlimit", lambda which, most: limits.append((which, most[0])))
    monkeypatch.setattr(os, "times", lambda: SimpleNamespace(user=0.75, system=0.5))
    requests = [
        {"task": "plan", "path": str(file)},
        {"task": "read", "path": str(file), "form": "parquet", "part": 1, "bytes": 12 << 20},
    ]
    asked = b"".join(json.dumps(one).encode() + b"\n" for one in requests)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(asked)))
    # main takes over standard output and closes it for others.
    kept, (out, into) = os.dup(1), os.pipe()
    try:
        os.dup2(into, 1)
        os.close(into)
        main.main(77)
        os.write(1, b"what a library prints")
    finally:
        os.dup2(kept, 1)
        os.close(kept)
    with os.fdopen(out, "rb") as answers:
        assert read_frame(answers).head == READY
        frames = [read_frame(answers) for _ in range(4)]
        assert answers.read() == b""
    assert [frame.head.get("rows", frame.head.get("end")) for frame in frames] == [[3, 1], True, 1, True]
    assert limits == [
        (resource.RLIMIT_DATA, 77),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, 1 + 1 + 20),
        (resource.RLIMIT_CPU, 1 + 1 + 23),
    ]


def test_limits_are_set_for_this_process_alone(monkeypatch):
    set_to = []
    hard = {"value": resource.RLIM_INFINITY}
    monkeypatch.setattr(resource, "getrlimit", lambda _: (0, hard["value"]))
    monkeypatch.setattr(resource, "setrlimit", lambda *given: set_to.append(given))
    main._limit_memory(100)
    hard["value"] = 50
    main._limit_memory(100)
    assert set_to == [
        (resource.RLIMIT_DATA, (100, resource.RLIM_INFINITY)),
        (resource.RLIMIT_CORE, (0, resource.RLIM_INFINITY)),
        (resource.RLIMIT_DATA, (50, 50)),
        (resource.RLIMIT_CORE, (0, 50)),
    ]
    set_to.clear()
    used = os.times()
    hard["value"] = resource.RLIM_INFINITY
    main._limit_seconds(20)
    ((which, (soft, most)),) = set_to
    assert (which, most) == (resource.RLIMIT_CPU, resource.RLIM_INFINITY)
    assert 0 <= soft - int(used.user + used.system) - 21 <= 1
    hard["value"] = 5
    main._limit_seconds(20)
    assert set_to[-1][1] == (min(5, soft), 5)


@pytest.mark.parametrize("error", [ImportError, AttributeError, ValueError, OSError])
def test_limits_that_the_system_rejects_are_reported(monkeypatch, error):
    def refused(*_):
        raise error

    monkeypatch.setattr(resource, "setrlimit", refused)
    assert not main._limit_memory(100)
    main._limit_seconds(20)
    ends = list(tasks.Tasks(100, limited=False).answer({"task": "none"}))
    assert ends[-1] == ({"end": True, "limited": False}, b"")


def test_pandas_is_not_imported_for_pyarrow():
    code = (
        "import sys\n"
        "from kaiser_interview.validation.workers import main as worker\n"
        "worker._keep_pandas_out()\n"
        "import pyarrow as pa\n"
        "pa.array([{'a': [1]}]).to_pylist(), pa.array([float('nan')])\n"
        "before = 'pandas' in sys.modules\n"
        "import pandas\n"
        "print(before, worker._WithoutPandas in sys.meta_path)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout == b"False False\n"


def test_only_pandas_is_blocked():
    assert main._WithoutPandas.find_spec("json", None) is None
    with pytest.raises(ModuleNotFoundError, match=r"^pandas$"):
        main._WithoutPandas.find_spec("pandas", None)


@pytest.mark.parametrize(
    ("error", "expected", "got"),
    [
        (ValueError("not \n so"), "a file that can be read", "not so"),
        (KeyError(), "a file that can be read", "KeyError"),
        (MemoryError(), "a part that fits in 3 MiB", "a larger part"),
    ],
)
def test_exceptions_of_a_reader_are_faults(error, expected, got):
    assert tasks._fault(error, 3 << 20) == Fault("unreadable", (), expected, got)
