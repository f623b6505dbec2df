"""Simulated systems without features of Linux: missing functions and modules, other path rules."""

import gzip
import os
import select
import signal
import subprocess
import sys
import tempfile
from pathlib import PurePosixPath, PureWindowsPath

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import kaiser_interview as ki
from kaiser_interview.cli.exits import _end_by
from kaiser_interview.validation.sources.folders import partitions

ROW = {
    "claim_id": "d01-c01",
    "claim_sha256": ki.claim("d01-c01").claim_sha256,
    "language": "de",
    "translation": "Text",
    "method": "human",
    "creator": "us",
}
NOT_ON_WINDOWS = [
    (os, "pread"),
    (os, "sched_getaffinity"),
    (os, "O_DIRECTORY"),
    (signal, "SIGPIPE"),
    (signal, "pthread_sigmask"),
    (signal, "sigpending"),
]


@pytest.fixture
def files(tmp_path):
    """Return one row as JSON Lines, CSV and Parquet, plain and compressed."""
    written = []
    for name in ("rows.jsonl", "rows.csv", "rows.parquet"):
        plain = tmp_path / name
        ki.write([ki.Translation(**ROW)], plain)
        compressed = tmp_path / f"{name}.gz"
        compressed.write_bytes(gzip.compress(plain.read_bytes()))
        written += [plain, compressed]
    return written


def test_files_are_validated_without_modules_missing_on_windows(files, monkeypatch):
    def refused(*_, **__):
        raise OSError(10038, "an operation was attempted on something that is not a socket")

    for module, name in NOT_ON_WINDOWS:
        monkeypatch.delattr(module, name, raising=False)
    monkeypatch.setattr(select, "select", refused)
    # A file that is still open cannot be opened by its name there.
    monkeypatch.delattr(tempfile, "NamedTemporaryFile")
    for path in files:
        report = ki.validate(path, kind="translation")
        assert (report.rows, report.ok) == (1, True), (path, str(report))


def test_an_empty_pipe_is_waited_for(monkeypatch):
    answers = iter([None, b'{"claim_id":', None, b'"d01-c99"}\n', b""])

    class Pipe:
        buffer = property(lambda self: self)
        closed = False

        @staticmethod
        def isatty():
            return False

        @staticmethod
        def fileno():
            raise OSError

        @staticmethod
        def read(_):
            return next(answers)

    monkeypatch.setattr(sys, "stdin", Pipe())
    report = ki.validate("-", kind="translation")
    assert report.rows == 1
    assert "unknown-claim" in {count.code for count in report.counts}


@pytest.mark.parametrize(
    ("system", "path", "found"),
    [
        (PureWindowsPath, r"creator=b\x.parquet", {"creator": "b"}),
        (PureWindowsPath, "creator=b/x.parquet", {"creator": "b"}),
        (PureWindowsPath, r"C:\data\creator=b/language=de\x", {"creator": "b", "language": "de"}),
        (PurePosixPath, "creator=b/x.parquet", {"creator": "b"}),
        (PurePosixPath, r"creator=b\x/x.parquet", {"creator": r"b\x"}),
    ],
)
def test_folders_are_divided_as_the_system_divides_them(system, path, found):
    assert partitions(path, {"creator", "language"}, system) == found


@pytest.mark.parametrize(
    "module",
    [
        "raise ImportError",
        "RLIM_INFINITY = -1\ndef getrlimit(_): return -1, -1\n",
        "RLIMIT_DATA = RLIMIT_CPU = RLIMIT_CORE = 0\nRLIM_INFINITY = -1\n"
        "def getrlimit(_): return -1, -1\ndef setrlimit(*_): raise ValueError('exceeds maximum')\n",
        "RLIMIT_DATA = RLIMIT_CPU = RLIMIT_CORE = 0\nRLIM_INFINITY = -1\n"
        "def getrlimit(_): return -1, -1\ndef setrlimit(*_): raise OSError(22, 'Invalid argument')\n",
    ],
    ids=["none", "no such limit", "refused", "invalid"],
)
def test_a_system_without_limits_is_reported(module, tmp_path, monkeypatch):
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.Table.from_pylist([ROW]), path)
    assert ki.validate(path, kind="translation").limited

    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "resource.py").write_text(module, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path / "path"))
    written = {"valid": str(tmp_path / "valid.jsonl"), "rejects": str(tmp_path / "rejects.jsonl")}
    for report in (
        ki.validate(path, kind="translation"),
        ki.split(path, **written, kind="translation").report,
    ):
        assert report.ok
        assert not report.limited
        assert (
            report.summary == "1 row, no finding; 0 quotes; claims: 1 of 41; "
            "this system does not support limits for worker processes"
        )
        assert not report.merge(report).limited
        assert '"limited": false' in report.to_json()


def test_ctrl_c_on_windows_is_not_the_exit_code_of_a_command_that_could_not_run():
    codes = []
    _end_by(signal.SIGINT, "win32", codes.append)
    assert [code % (1 << 32) for code in codes] == [0xC000013A]


@pytest.mark.parametrize("locale", [{"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONIOENCODING": "cp1252"}])
def test_arguments_are_read_in_a_locale_without_utf_8(locale):
    environment = {**os.environ, **locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    ended = subprocess.run(
        [sys.executable, "-m", "kaiser_interview", "find", "世界模型"],
        capture_output=True, env=environment, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert "世界模型" in ended.stdout.decode("utf-8")


def test_an_argument_that_is_not_utf8_gives_no_traceback():
    ended = subprocess.run(
        [sys.executable, "-m", "kaiser_interview", "find", b"\xca\xc0"], capture_output=True, check=False
    )
    assert ended.returncode == 1
    assert b"Traceback" not in ended.stderr
