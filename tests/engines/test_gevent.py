"""Validation in a process in which gevent has replaced threads and subprocesses."""

import json
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq

ROW = {"claim_id": "d05-c03", "language": "en", "translation": "…", "method": "model", "creator": "m"}
PROGRAM = """
from gevent import monkey
monkey.patch_all()
import gevent, sys
import kaiser_interview as ki
jobs = [gevent.spawn(ki.validate, path, kind="translation") for path in sys.argv[1:] * 3]
gevent.joinall(jobs, raise_error=True)
print(*(job.value.rows for job in jobs))
"""


def test_validation_under_gevent(tmp_path):
    (tmp_path / "rows.jsonl").write_text(20_000 * (json.dumps(ROW) + "\n"), "utf-8")
    pq.write_table(pa.Table.from_pylist([ROW] * 3), tmp_path / "rows.parquet")
    command = [sys.executable, "-c", PROGRAM, "rows.jsonl", "rows.parquet"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.split() == ["20000", "3"] * 3
