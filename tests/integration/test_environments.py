"""Validation in pools of processes, in threads, with closed descriptors, on read-only file systems."""

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import kaiser_interview as ki
from kaiser_interview import spark

ROW = {"claim_id": "d05-c03", "language": "en", "translation": "…", "method": "model", "creator": "m"}
WRONG = ROW | {"quote": "推理模型增加参数数量"}


@pytest.fixture
def files(tmp_path):
    """Return the same 8,000 rows as JSON Lines and Parquet, one of them wrong."""
    rows = [WRONG, *[ROW | {"x_prompt": "p" * 100}] * 7_999]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "rows.parquet")
    return [str(tmp_path / "rows.jsonl"), str(tmp_path / "rows.parquet")]


def counted(path: str) -> tuple[int, int]:
    report = ki.validate(path, kind="translation")
    return report.rows, report.invalid


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_in_a_pool_of_processes(files, method):
    # The children of a pool are daemonic: they may not start processes through multiprocessing.
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(counted, files * 2) == [(8_000, 1)] * 4


def test_in_many_threads(files):
    with ThreadPoolExecutor(8) as threads, ki.Validator("translation") as validator:
        assert [*threads.map(counted, files * 4)] == [(8_000, 1)] * 8
        assert [one.invalid for one in threads.map(validator.validate, files * 4)] == [1] * 8


@pytest.mark.parametrize("closed", ["0", "1", "2", "0 1 2"])
def test_with_closed_descriptors(files, tmp_path, closed):
    code = (
        "import pathlib, sys\nimport kaiser_interview as ki\n"
        "found = [ki.validate(path, kind='translation').invalid for path in sys.argv[2:]]\n"
        "pathlib.Path(sys.argv[1]).write_text(str(found))"
    )
    out = tmp_path / "found"
    close = " ".join(f"{one}>&-" for one in closed.split())
    command = ["bash", "-c", f'exec "$@" {close}', "bash", sys.executable, "-c", code, str(out), *files]
    assert subprocess.run(command, check=False, timeout=120).returncode == 0
    assert out.read_text() == "[1, 1]"


def test_an_output_folder_without_write_permission(files, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    opened = os.open

    def refused(path, flags, *given, **named):
        if path != os.devnull and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise OSError(30, "Read-only file system", path)
        return opened(path, flags, *given, **named)

    monkeypatch.setattr(os, "open", refused)
    assert [counted(path) for path in files] == [(8_000, 1)] * 2


FORKED = """
import os, sys, threading, time
import kaiser_interview as ki
from kaiser_interview import spark
thread = threading.Thread(target=lambda: ki.claim("d01-c01"))
thread.start()
time.sleep(float(sys.argv[1]))
child = os.fork()
assert ki.claim("d01-c01").claim_id == "d01-c01"
if not child:
    os._exit(0)
thread.join()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.parametrize("seconds", [0, 0.01, 0.02, 0.05, 0.1])
def test_a_process_forked_while_another_thread_imports_does_not_hang(seconds):
    command = [sys.executable, "-W", "ignore", "-c", FORKED, str(seconds)]
    assert subprocess.run(command, check=False, timeout=60).returncode == 0


def test_spark_without_pyspark_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    for call in (lambda: spark.validate(None), lambda: spark.read_lines(None, "rows.jsonl")):
        with pytest.raises(ki.MissingDependencyError, match=r"pip install 'kaiser-interview\[spark\]'$"):
            call()
    with pytest.raises(ki.InputError, match="expected the frame that validate returned"):
        spark.report(None)
