"""What a worker answers: asked within this process, and as a process whose kinds come from anywhere."""

import io
import json
import os
import pickle
import resource
import struct
import subprocess
import sys
import threading
from types import ModuleType, SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from workers import said, within

import kaiser_interview as ki
from kaiser_interview.api import check_of
from kaiser_interview.validation import work
from kaiser_interview.validation.dataset_rules.fingerprints import Row, Suspects
from kaiser_interview.validation.findings.finding import Fault, StreamError
from kaiser_interview.validation.run import Run
from kaiser_interview.validation.sources import foreign_files
from kaiser_interview.validation.spread import Spread
from kaiser_interview.validation.work import Work
from kaiser_interview.validation.workers import main
from kaiser_interview.validation.workers.process import Frame, read_frame

GOOD = {"claim_id": "d01-c01", "scheme": "acme:stance", "value": "v", "method": "human", "creator": "me"}
ROWS = [GOOD | {"id": "a"}, GOOD | {"id": "b", "claim_id": "d99-c01"}, GOOD | {"id": "a"}]


@pytest.fixture
def file(tmp_path):
    """Return a file of two parts: three rows and one."""
    pq.write_table(pa.Table.from_pylist([*ROWS, GOOD]), tmp_path / "rows.parquet", row_group_size=3)
    return tmp_path / "rows.parquet"


@pytest.fixture
def unlimited(monkeypatch):
    """Keep limits of a worker from this process."""
    monkeypatch.setattr(resource, "setrlimit", lambda *_: None)


def asked(path) -> dict:
    """Return a request to judge the first part of a Parquet file."""
    return {"path": str(path), "name": "a", "form": "parquet", "part": 0, "constants": {}}


def answer(setup: bytes, **request):
    return list(main._Tasks(setup, 1 << 30).answer(request))


END = ({"end": True, "limited": True}, b"")


def read(path, part: int, form: str = "parquet") -> pa.RecordBatch:
    (head, body), end = answer(b"", task="read", path=str(path), form=form, part=part)
    assert end == END
    with pa.ipc.open_stream(body) as reader:
        batch = reader.read_next_batch()
    assert head == {"rows": batch.num_rows}
    return batch


def test_a_plan_and_the_rows_of_a_part(file):
    (plan, body), end = answer(b"", task="plan", path=str(file))
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
    (head, body), end = answer(b"", task="schema", path=str(tmp_path / "none"), form=form)
    assert (head, end) == ({"rows": 0}, END)
    with pa.ipc.open_stream(body) as reader:
        assert reader.schema.equals(table.schema)


def test_whatever_a_task_raises_is_an_answer(tmp_path, monkeypatch):
    assert (
        answer(b"", task="plan", path=str(tmp_path / "none"))[0][0]["fault"][3] == "No such file or directory"
    )

    def fails(error):
        def call(*_):
            raise error

        monkeypatch.setattr(pa, "OSFile", call)
        return answer(b"", task="schema", path="a", form="parquet")[0][0]["fault"]

    assert fails(MemoryError())[2:4] == ["a part that fits into 1024 MiB", "a larger one"]
    assert fails(RuntimeError("a\n  b"))[2:4] == ["a file that can be read", "a b"]
    assert fails(RuntimeError())[3] == "RuntimeError"
    told = Fault("unreadable", ("a",), "b", lambda: "got", lambda: "remedy")
    assert fails(StreamError(told))[:5] == ["unreadable", ("a",), "b", "got", "remedy"]


@pytest.mark.usefixtures("unlimited")
def test_a_part_that_is_judged_is_the_same_when_it_has_been_sent(file):
    request = asked(file)
    begun = Work(check_of(None, kind="label")).begun()
    ((head, body),) = begun.answer(request, main.alive)
    part = work.part_of(Frame(json.loads(json.dumps(head)), body))
    own = begun.batches(foreign_files.part_batches(_Here(), request), request)
    assert part._replace(ids=None, keys=None, traces=None) == own._replace(ids=None, keys=None, traces=None)
    assert np.array_equal(np.sort(part.ids), np.sort(own.ids))
    assert (part.rows, part.invalid, part.complete, len(part.ids)) == (3, 1, True, 3)


class _Here:
    def ask(self, **request):
        for head, body in main._Tasks(b"", 0).answer(request):
            if "end" not in head:
                yield Frame(head, body)


def test_columns_that_are_wrong_as_a_whole_are_sent(tmp_path):
    pq.write_table(pa.Table.from_pylist([GOOD | {"note": "x"}]), tmp_path / "a.parquet")
    request = {
        "path": str(tmp_path / "a.parquet"),
        "name": "a",
        "form": "parquet",
        "part": 0,
        "constants": {},
    }
    ((head, body),) = Work(check_of(None, kind="label")).begun().answer(request, lambda: None)
    part = work.part_of(Frame(json.loads(json.dumps(head)), body))
    assert [(one.code, one.path) for one in part.columns] == [("unknown-field", ("note",))]


def test_groups_that_are_full_are_not_looked_into(file):
    request = asked(file) | {"full": [["unknown-claim", "error", ["claim_id"]]]}
    ((head, _),) = Work(check_of(None, kind="label")).begun().answer(request, lambda: None)
    assert [(group[0], count, kept) for group, count, kept in head["counts"]] == [("unknown-claim", 1, [])]


def test_rows_that_are_looked_at_again_are_the_same_when_they_have_been_sent(tmp_path):
    row = {
        "claim_id": "d01-c01",
        "model": "m",
        "of": "text",
        "vector": [0.5, 1],
        "method": "human",
        "creator": "me",
    }
    pq.write_table(pa.Table.from_pylist([row | {"id": "a", "x_list": [1, None]}]), tmp_path / "a.parquet")
    request = {
        "path": str(tmp_path / "a.parquet"),
        "name": "a",
        "form": "parquet",
        "part": 0,
        "constants": {},
    }
    check = check_of(None, kind="embedding", key=("x_list",))
    begun = Work(check, Suspects(groups=frozenset({("m",)}))).begun()
    ((head, body),) = begun.answer(request, lambda: None)
    (sent,) = work.rows_of_frame(Frame(json.loads(json.dumps(head)), body))
    assert sent[:3] == (0, 0, "embedding")
    assert (sent.bad, sent.invalid) == (frozenset(), False)
    assert sent.values["vector"] == (None, None)  # its length is all that counts
    assert [sent.values[name] for name in ("id", "model")] == ["a", "m"]
    assert (repr(sent.values["x_list"]), str(sent.values["x_list"])) == ("[1, None]", "[1, None]")


def test_lines_are_read_and_looked_at_again(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    request = {
        "path": str(path),
        "name": "a",
        "form": "lines",
        "start": 0,
        "stop": path.stat().st_size,
        "last": True,
    }
    check = check_of(None, kind="label")
    begun = Work(check).begun()
    ((head, body),) = begun.answer(request, lambda: None)
    part = work.part_of(Frame(json.loads(json.dumps(head)), body))
    assert (part.rows, part.lines, part.invalid) == (3, 3, 1)
    marks, counts = np.unique(part.ids, return_counts=True)
    ((head, body),) = Work(check, Suspects(marks[counts > 1])).begun().answer(request, lambda: None)
    assert [(row.place, row.row, row.values["id"]) for row in work.rows_of_frame(Frame(head, body))] == [
        (1, 0, "a"), (3, 2, "a")
    ]  # fmt: skip


def test_a_part_that_cannot_be_read_is_a_note_in_what_it_has_shown(tmp_path):
    path = tmp_path / "none.parquet"
    request = asked(path)
    begun = Work(check_of(None, kind="label")).begun()
    ((head, body),) = begun.answer(request, lambda: None)
    part = work.part_of(Frame(head, body))
    assert (part.rows, part.outside, part.complete) == (0, 1, False)
    again = Work(check_of(None, kind="label"), Suspects(groups=frozenset({("m",)}))).begun()
    assert [*again.answer(request, lambda: None)] == [({"rows": []}, b"")]


def test_a_part_that_could_not_be_judged():
    part = work.failed_part(Fault("unreadable", (), "a", "b"), "name")
    (((code, severity, path), count, (kept,)),) = part.counts
    assert (code, severity, path, count, kept.got, kept.file) == ("unreadable", "error", (), 1, "b", "name")
    assert (part.rows, part.outside, part.complete, len(part.ids) + len(part.keys)) == (0, 1, False, 0)


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
    asked = struct.pack("<Q", 2) + b"ab" + b"".join(json.dumps(one).encode() + b"\n" for one in requests)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(asked)))
    # main takes standard output for itself, and leaves nothing in its place.
    kept, (out, into) = os.dup(1), os.pipe()
    try:
        os.dup2(into, 1)
        os.close(into)
        main.main(77)
        os.write(1, b"what a kind prints")
    finally:
        os.dup2(kept, 1)
        os.close(kept)
    with os.fdopen(out, "rb") as answers:
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
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard["value"] = resource.RLIM_INFINITY
    main.alive()
    ((which, (soft, most)),) = set_to
    assert (which, most) == (resource.RLIMIT_CPU, resource.RLIM_INFINITY)
    assert 0 <= soft - int(used.ru_utime + used.ru_stime) - 21 <= 1
    hard["value"] = 5
    main.alive()
    assert set_to[-1][1] == (min(5, soft), 5)


@pytest.mark.parametrize("error", [ImportError, AttributeError, ValueError, OSError])
def test_limits_that_the_system_refuses_are_told(monkeypatch, error):
    def refused(*_):
        raise error

    monkeypatch.setattr(resource, "setrlimit", refused)
    assert not main._limit_memory(100)
    main.alive()


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


def test_nothing_but_pandas_is_kept_out():
    assert main._WithoutPandas.find_spec("json", None) is None
    with pytest.raises(ModuleNotFoundError, match=r"^pandas$"):
        main._WithoutPandas.find_spec("pandas", None)


# Kinds of one's own


class Elsewhere(ki.Derived):
    """A kind that every process can have."""

    stance: str


@pytest.fixture
def stances(tmp_path):
    rows = [
        {"claim_id": "d01-c01", "stance": "for", "method": "human", "creator": "me", "id": f"r{number % 5}"}
        for number in range(6)
    ]
    rows[2] = rows[2] | {"claim_id": "d99-c01"}
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "rows.parquet", row_group_size=2)
    return tmp_path / "rows.parquet"


def agrees(path, kind, workers: int = 1) -> list[str]:
    check = check_of(path, kind=kind)
    report = Spread(check, workers).report()
    assert said(report) == said(Run(check).report())
    assert report.rows == 6
    return [one.code for one in report.findings]


FOUND = ["duplicate-id", "unknown-claim"]


def local():
    class Stance(ki.Derived):
        """A kind that cannot be pickled."""

        stance: str

    return Stance


def of_main():
    kind = local()
    kind.__module__, kind.__qualname__ = "__main__", "StanceOfMain"
    sys.modules["__main__"].StanceOfMain = kind
    return kind


def of_a_module_that_is_nowhere():
    kind = local()
    kind.__module__, kind.__qualname__ = "module_that_is_nowhere", "Stance"
    module = ModuleType("module_that_is_nowhere")
    module.Stance = kind
    sys.modules[module.__name__] = module
    return kind


@pytest.mark.parametrize("made", [local, of_main, of_a_module_that_is_nowhere])
def test_kinds_that_workers_cannot_have_are_judged_at_home(stances, monkeypatch, made):
    monkeypatch.setitem(sys.modules, "module_that_is_nowhere", None)
    monkeypatch.setattr(sys.modules["__main__"], "StanceOfMain", None, raising=False)
    kind = made()
    if made is local:
        with pytest.raises(Exception, match="local"):
            pickle.dumps(Work(check_of(None, kind=kind)))
    within(monkeypatch)
    if made is not local:
        monkeypatch.setattr(main.pickle, "loads", lambda _: (_ for _ in ()).throw(AttributeError("none")))
    assert sorted(agrees(stances, kind, 2)) == FOUND


PRINTS = """
import os, sys, kaiser_interview as ki
print("what is no frame" * 1000)
os.write(1, b"nor this")
class Stance(ki.Derived):
    '''A kind.'''
    stance: str
"""
EXITS = """
import sys, kaiser_interview as ki
if "kaiser_interview.validation.workers.main" in " ".join(sys.orig_argv):
    sys.exit("not here")
class Stance(ki.Derived):
    '''A kind.'''
    stance: str
"""


@pytest.mark.parametrize("text", [PRINTS, EXITS])
def test_what_a_module_does_when_it_is_imported_disturbs_nothing(tmp_path, stances, monkeypatch, text):
    name = f"kinds_{threading.get_native_id()}_{len(text)}"
    (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, name, None)
    del sys.modules[name]
    kind = __import__(name).Stance
    report = ki.validate(stances, kind=kind, workers=1)
    within(monkeypatch)
    assert said(report) == said(Run(check_of(stances, kind=kind)).report())
    assert sorted(one.code for one in report.findings) == FOUND
    assert report.complete


def test_a_row_that_is_looked_at_again_holds_what_json_holds():
    values = {"id": "a", "model": 1.5, "vector": "none", "x": {"a": None}, "other": 1}
    row = Row(0, 1, None, values, frozenset({"a", 0}), invalid=True)
    sent = work._row_as_json(row, frozenset({"id", "model", "vector", "x"}))
    assert json.loads(json.dumps(sent)) == [
        0, 1, None,
        {"id": "a", "model": 1.5, "vector": "none", "x": {"as": "{'a': None}", "text": "{'a': None}"}},
        ["a"], True,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("error", "expected", "got"),
    [
        (ValueError("not \n so"), "a file that can be read", "not so"),
        (KeyError(), "a file that can be read", "KeyError"),
        (MemoryError(), "a part that fits into 3 MiB", "a larger one"),
    ],
)
def test_whatever_a_reader_raises_is_a_fault(error, expected, got):
    assert main._fault(error, 3 << 20) == Fault("unreadable", (), expected, got)
