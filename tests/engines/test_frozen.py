"""A program frozen by PyInstaller, which has no Python interpreter that could read files in a worker."""

import json
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

ROW = {"claim_id": "d05-c03", "language": "en", "translation": "…", "method": "model", "creator": "m"}
PROGRAM = """
import json, sys
import kaiser_interview as ki

wrong = {"claim_id": "d05-c03", "quote": "推理模型增加参数数量", "language": "en", "translation": "…"}
how = {"kind": "translation", "defaults": {"method": "model", "creator": "m"}}
try:
    data = [wrong] if sys.argv[1] == "rows" else sys.argv[1]
    report = ki.validate(data, in_process=len(sys.argv) > 2, **how)
except ki.ResourceError as error:
    print(json.dumps([str(error)]))
else:
    print(json.dumps([report.rows, report.invalid, [one.code for one in report.counts]]))
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """Return the folder of the program and of its data."""
    folder = tmp_path_factory.mktemp("frozen")
    (folder / "main.py").write_text(PROGRAM, "utf-8")
    pyinstaller = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR"]
    subprocess.run([*pyinstaller, "--collect-all", "kaiser_interview", "main.py"], cwd=folder, check=True)
    (folder / "rows.jsonl").write_text(3 * (json.dumps(ROW) + "\n"), "utf-8")
    pq.write_table(pa.Table.from_pylist([ROW] * 3), folder / "rows.parquet")
    return folder


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["rows"], [1, 1, ["quote-not-found"]]),
        (["rows.jsonl"], [3, 0, []]),
        (["rows.parquet", "trusted"], [3, 0, []]),
    ],
)
def test_a_frozen_program_validates(program, arguments, found):
    command = [str(program / "dist" / "main" / "main"), *arguments]
    done = subprocess.run(command, cwd=program, capture_output=True, check=True, timeout=120)
    assert json.loads(done.stdout) == found


def test_a_frozen_program_does_not_start_itself_again(program):
    command = [str(program / "dist" / "main" / "main"), "rows.parquet"]
    done = subprocess.run(command, cwd=program, capture_output=True, check=True, timeout=120)
    (words,) = json.loads(done.stdout)
    assert "this program is frozen, so it has no Python interpreter" in words
    assert "in_process=True" in words
