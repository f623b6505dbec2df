"""Formats that are not read are named, with a command that makes them readable: by their first bytes."""

import bz2
import gzip
import io
import lzma
import sys
import tarfile
import zipfile
import zlib

import pyarrow as pa
import pytest
from hints import hint

import kaiser_interview as ki
from kaiser_interview.validation.formats.detect import foreign

ROW = b'{"claim_id": "d05-c03", "scheme": "topic", "value": "memory", "method": "human", "creator": "me"}\n'
ROWS = ROW * 100


def archive(name: str = "rows.jsonl") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as target:
        target.writestr(name, ROWS)
    return made.getvalue()


def tar() -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as target:
        about = tarfile.TarInfo("rows.jsonl")
        about.size = len(ROWS)
        target.addfile(about, io.BytesIO(ROWS))
    return made.getvalue()


ZSTD = pa.compress(ROWS, "zstd", asbytes=True)
GZIP = gzip.compress(ROWS)
SKIPPED = b"\x5f\x2a\x4d\x18\x05\0\0\0hello"

ONE_FILE = "extract it, or validate one file in it: "
TWICE = "decompress it once, because it is compressed twice: "

FOREIGN = {
    "bzip2": (bz2.compress(ROWS), "data compressed with bzip2", "bzip2 -dc … |"),
    "xz": (lzma.compress(ROWS), "data compressed with xz", "xz -dc … |"),
    "lzma": (lzma.compress(ROWS, format=lzma.FORMAT_ALONE), "data compressed with lzma", "xz -dc --format="),
    "lz4": (pa.compress(ROWS, "lz4", asbytes=True), None, None),
    "lz4 frame": (b"\x04\x22\x4d\x18\x64\x40\xa7" + ROWS, "data compressed with lz4", "lz4 -dc … |"),
    "lzip": (b"LZIP\x01\x0c\x00" + ROWS, "data compressed with lzip", "lzip -dc … |"),
    "snappy": (b"\xff\x06\0\0sNaPpY" + ROWS, "data compressed with snappy", "snzip -dc … |"),
    "compress": (b"\x1f\x9d\x90" + ROWS, "data compressed with compress", "gzip -dc … |"),
    "zlib": (zlib.compress(ROWS), "data compressed with zlib", "pigz -dc … |"),
    "7z": (b"7z\xbc\xaf\x27\x1c\0\x04", "a 7z archive", ONE_FILE + "7z e -so … NAME |"),
    "rar": (b"Rar!\x1a\x07\x01\0", "a RAR archive", ONE_FILE + "unrar p"),
    "zip": (archive(), "a zip archive", ONE_FILE + "unzip -p … NAME |"),
    "workbook": (archive("xl/workbook.xml"), "a workbook", "save the sheet as CSV in UTF-8"),
    "tar": (tar(), "a tar archive", ONE_FILE + "tar -xOf … NAME |"),
    "tar.gz": (gzip.compress(tar()), "a tar archive", ONE_FILE + "tar -xOf … NAME |"),
    "gzip twice": (gzip.compress(GZIP), "data compressed with gzip", TWICE),
    "zstd in gzip": (gzip.compress(ZSTD), "data compressed with zstd", TWICE),
}  # fmt: skip


class Pipe:
    """A standard input without a descriptor."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)
        self.closed = False


@pytest.mark.parametrize(("data", "got", "suggestion"), FOREIGN.values(), ids=[*FOREIGN])
@pytest.mark.parametrize("piped", [False, True])
def test_a_format_that_is_not_read_is_named(tmp_path, monkeypatch, data, got, suggestion, piped):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(data)
    monkeypatch.setattr(sys, "stdin", Pipe(data))
    report = ki.validate("-" if piped else path, kind="label")
    assert not report.ok
    if got is not None:
        (found,) = report.sample
        assert (found.code, found.got, report.complete) == ("unreadable", got, False)
        assert hint(found).startswith(suggestion)


def test_brotli_is_known_by_its_name_only(tmp_path):
    for data, known in ((pa.compress(ROWS, "brotli", asbytes=True), True), (ROWS, False)):
        path = tmp_path / "rows.jsonl.br"
        path.write_bytes(data)
        report = ki.validate(path, kind="label")
        assert [one.got for one in report.sample if one.severity == "error"] == (
            ["data compressed with brotli"] if known else []
        )


@pytest.mark.parametrize(
    "head", [b"BZh,claim_id\n", b"LZIP,claim_id\n", b"x" * 257 + b"ustar,claim_id\n", b"PK\n", b""]
)
def test_text_that_starts_like_another_format_is_text(head):
    assert foreign("rows.csv", head) is None


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (GZIP + GZIP, 200),
        (GZIP + b"\0" * 1000, 100),
        (GZIP + b"\0" * 10 + GZIP, 200),
        (ZSTD + ZSTD, 200),
        (SKIPPED + ZSTD, 100),
        (ZSTD + SKIPPED + ZSTD + SKIPPED, 200),
        (SKIPPED, 0),
    ],
)
def test_several_members_and_frames_are_one_stream(tmp_path, data, rows):
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(data)
    report = ki.validate(path, kind="label")
    assert (report.rows, report.complete) == (rows, True)


@pytest.mark.parametrize("data", [GZIP + b"garbage", ZSTD + b"garbage", ZSTD + b"\0" * 100])
def test_data_after_compressed_data_is_one_finding(tmp_path, data):
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(data)
    report = ki.validate(path, kind="label")
    (found,) = (one for one in report.sample if one.severity == "error")
    assert (found.code, found.got) == (
        "unreadable",
        "damaged compressed data: other bytes follow the end of the data",
    )
    assert not report.complete
