"""Files and streams: compressed, damaged, growing, missing, endless, many."""

import errno
import gzip
import hashlib
import io
import json
import os
import random
import signal
import socket
import sys
import threading
import tracemalloc
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path
from time import sleep
from types import SimpleNamespace

import pyarrow as pa
import pytest
from hints import hint

import kaiser_interview as ki
from kaiser_interview.errors import InputError
from kaiser_interview.validation.findings.finding import StreamError
from kaiser_interview.validation.formats import streams
from kaiser_interview.validation.formats.streams import Stream
from kaiser_interview.validation.sources import discover

LONGEST = 8 << 20
HOW = {
    "kind": "translation",
    "defaults": {"method": "model", "creator": "m", "language": "en", "translation": "…"},
}
ROW = b'{"claim_id":"d01-c01"}\n'
WRONG = b'{"claim_id":"d01-c99"}\n'
# Each with three rows, the last of them wrong, and the line on which that begins.
FORMS = {
    "lines": ("jsonl", ROW + ROW + WRONG, 3),
    "array": ("json", b"[\n%b,%b,\n%b]\n" % (ROW, ROW, WRONG), 5),
    "csv": ("csv", b'claim_id,translation\nd01-c01,"a\nb"\nd01-c01,x\nd01-c99,x\n', 5),
    "tsv": ("tsv", b"claim_id\ttranslation\nd01-c01\tx\nd01-c01\tx\nd01-c99\tx\n", 4),
}


def zstd(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as file:
        file.write(data)
    return sink.getvalue().to_pybytes()


def parts(pack, data: bytes) -> bytes:
    """Pack the parts of data one by one; rows go on from one to the next."""
    cuts = [0, 1, 2, len(data) // 2, len(data) - 1, len(data)]
    return b"".join(pack(data[start:end]) for start, end in pairwise(cuts))


PACKS = {
    "plain": ("", bytes),
    "gzip": (".gz", gzip.compress),
    "gzip in members": (".gz", lambda data: parts(gzip.compress, data)),
    "gzip with empty members": (
        ".gz",
        lambda data: gzip.compress(b"") + gzip.compress(data) + gzip.compress(b""),
    ),
    "gzip padded with zeros": (".gz", lambda data: gzip.compress(data) + bytes(100)),
    "gzip not compressed": (".gz", lambda data: gzip.compress(data, 0)),
    "zstd": (".zst", zstd),
    "zstd in frames": (".zst", lambda data: parts(zstd, data)),
}


def reported(report: ki.Report) -> list[tuple]:
    """Return the findings as code, line, row and path, in order of place; those about no row come first."""
    found = [(one.code, one.line, one.row, one.path) for one in report.sample]
    return sorted(found, key=lambda one: (one[1] or 0, -1 if one[2] is None else one[2]))


def codes(report: ki.Report) -> list[str]:
    return [one.code for one in report.sample]


@pytest.fixture
def validate(tmp_path):
    """Return a function that checks the bytes of a file."""

    def check(data: bytes, name: str = "rows.jsonl") -> ki.Report:
        path = tmp_path / name
        path.write_bytes(data)
        report = ki.validate(path, **HOW)
        path.unlink()
        assert {one.file for one in report.sample} <= {str(path)}
        assert report.rows == report.valid + report.invalid
        return report

    return check


@pytest.fixture
def soon():
    """Fail tests that take more than a minute."""

    def stop(*_: object) -> None:
        pytest.fail("more than a minute")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def unreadable(report: ki.Report, name: object, got: str) -> None:
    """Assert that the only finding of a report is one unreadable input."""
    (found,) = report.sample
    assert (found.code, found.severity, found.file) == ("unreadable", "error", str(name))
    assert (found.line, found.row, found.id, found.path) == (None, None, None, ())
    assert (found.expected, found.got) == ("a file that can be read", got)
    assert (report.rows, report.complete, report.ok) == (0, False, False)


# Forms and packings.


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize(("suffix", "pack"), PACKS.values(), ids=PACKS)
@pytest.mark.parametrize(("ending", "data", "line"), FORMS.values(), ids=FORMS)
def test_each_form_in_each_packing(validate, tmp_path, ending, data, line, suffix, pack, named):
    compressed = pack(data)
    # The first bytes give the format if the name does not.
    name = f"rows.{ending}{suffix}" if named else "rows"
    report = validate(compressed, name)
    assert reported(report) == [("unknown-claim", line, 2, ("claim_id",))]
    assert (report.rows, report.valid, report.complete) == (3, 2, True)
    (read,) = report.inputs
    assert read == (
        str(tmp_path / name),
        3,
        len(compressed),
        hashlib.sha256(compressed).hexdigest(),
        True,
    )


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd])
def test_the_digest_is_that_of_the_file(validate, pack):
    # More than is read at a time, of bytes that do not pack well.
    hexadecimal = random.Random(0).randbytes(1_500_000).hex()
    rows = (hexadecimal[at : at + 1000] for at in range(0, len(hexadecimal), 1000))
    compressed = pack(b"".join(b'{"claim_id":"d01-c01","x_v":"%b"}\n' % row.encode() for row in rows))
    assert len(compressed) > streams.CHUNK
    report = validate(compressed)
    assert (report.rows, report.ok) == (3000, True)
    (read,) = report.inputs
    assert (read.bytes, read.sha256) == (len(compressed), hashlib.sha256(compressed).hexdigest())


def test_a_digest_covers_the_whole_file(validate):
    # Zeros after the last member are part of the file.
    compressed = gzip.compress(ROW) + bytes(20_000)
    (read,) = validate(compressed).inputs
    assert (read.bytes, read.sha256) == (len(compressed), hashlib.sha256(compressed).hexdigest())


def test_data_from_python_has_no_digest():
    report = ki.validate([json.loads(ROW)], **HOW)
    assert [(one.rows, one.bytes, one.sha256, one.complete) for one in report.inputs] == [(1, 0, None, True)]


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
def test_a_compressed_empty_file_has_no_rows(validate, pack):
    report = validate(pack(b""))
    assert reported(report) == [("no-rows", None, None, ())]
    assert (report.complete, report.ok) == (True, False)


def test_an_empty_file_has_no_rows(validate, tmp_path):
    report = validate(b"")
    assert reported(report) == [("no-rows", None, None, ())]
    said = "expected at least one row, got none; check that the previous step produced rows"
    assert report.sample[0].message == said
    assert report.inputs == ((str(tmp_path / "rows.jsonl"), 0, 0, hashlib.sha256().hexdigest(), True),)
    assert (report.complete, report.ok) == (True, False)


# Damage.

# Rows that a packer cannot make one of.
ROWS = b"".join(b'{"claim_id":"d01-c%02d","x_n":%d}\n' % (number % 5 + 1, number**5) for number in range(20))


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.json", "rows.csv", "rows"])
@pytest.mark.parametrize("pack", [gzip.compress, zstd])
def test_a_compressed_file_that_is_cut_anywhere_is_truncated(validate, pack, name):
    compressed = pack(ROWS if name != "rows.json" else b"[" + ROWS.replace(b"\n", b",")[:-1] + b"]")
    for end in range(4, len(compressed), 1 if name == "rows.jsonl" else 7):
        report = validate(compressed[:end], name)
        assert reported(report) == [("truncated", None, None, ())], end
        assert report.sample[0].message == "expected complete compressed data, got data that ends early"
        assert (report.complete, report.ok) == (False, False)


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
@pytest.mark.parametrize("end", [1, 2, 3])
def test_a_compressed_file_with_only_its_magic_bytes_is_invalid(validate, pack, end):
    assert not validate(pack(ROWS)[:end], "rows.jsonl.gz").ok


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
def test_a_compressed_file_that_is_cut_in_a_later_part_is_truncated(validate, pack):
    for cut in range(1, len(pack(ROW)) - 4, 5):
        report = validate(pack(ROWS) + pack(ROWS)[:-cut])
        assert reported(report) == [("truncated", None, None, ())]
        assert not report.complete


def damaged(report: ki.Report, got: str) -> None:
    assert reported(report) == [("unreadable", None, None, ())]
    assert report.sample[0].got.startswith(f"damaged compressed data: {got}")
    assert (report.complete, report.ok) == (False, False)


def test_wrong_checks_of_gzip(validate):
    compressed = gzip.compress(ROWS)
    damaged(validate(compressed[:-8] + bytes(4) + compressed[-4:]), "CRC check failed")
    damaged(validate(compressed[:-4] + b"\1\0\0\0"), "Incorrect length")
    # The second member is checked, too.
    damaged(validate(compressed + compressed[:-8] + bytes(4) + compressed[-4:]), "CRC check failed")


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
def test_trailing_data_after_compressed_data(validate, pack):
    damaged(validate(pack(ROWS) + b"garbage that is not packed"), "")


def unpacked(path: Path) -> bytes | str:
    """Return the bytes of a file, or the code of its fault."""
    try:
        stream = Stream(str(path))
        try:
            return b"".join(stream.chunks())
        finally:
            stream.close()
    except StreamError as error:
        return error.fault.code


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
def test_a_flipped_bit_is_a_finding_or_changes_nothing_but_rows(tmp_path, pack):
    compressed, path = pack(ROWS), tmp_path / "rows.jsonl"
    unseen = 0
    for bit in range(0, len(compressed) * 8, 3):
        flipped = bytearray(compressed)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        found = unpacked(path)
        if isinstance(found, str):
            assert found in {"unreadable", "truncated"}
        elif bit >= 32:
            unseen += found != ROWS
        if not bit % 8:
            # And in the whole file, whatever is decompressed.
            report = ki.validate(path, **HOW)
            assert report.rows == report.valid + report.invalid
            assert found not in {"unreadable", "truncated"} or not report.complete
    # gzip has a checksum of the content; zstd as written by pyarrow does not.
    assert pack is zstd or not unseen


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
def test_random_damage_is_never_a_traceback(tmp_path, pack):
    draw, compressed, path = random.Random(1), pack(ROWS), tmp_path / "rows.jsonl"
    for _ in range(400):
        data = bytearray(compressed)
        for _ in range(draw.randint(1, 8)):
            data[draw.randrange(4, len(data))] = draw.randrange(256)
        path.write_bytes(data)
        found = unpacked(path)
        assert isinstance(found, bytes) or found in {"unreadable", "truncated"}


# Bombs.

# Three gibibytes each.
MEMBER, MEMBERS = 16 << 20, 192
BOMB = [("unreadable", None, None, ())]


def bomb(fill: bytes, start: bytes = b"", pack=gzip.compress):
    return lambda: pack(start) + pack(fill * MEMBER) * MEMBERS


BOMBS = {
    "zeros": ("rows.jsonl", bomb(b"\0"), BOMB, 0),
    "zeros in zstd": ("rows.jsonl", bomb(b"\0", pack=zstd), BOMB, 0),
    "zeros with no name": ("rows", bomb(b"\0"), BOMB, 0),
    "a long line": ("rows.jsonl", bomb(b"x"), BOMB, 0),
    "a long line after rows": ("rows.jsonl", bomb(b"x", ROW + ROW), BOMB, 2),
    "a long record": ("rows.csv", bomb(b"x", b"claim_id,translation\nd01-c01,x\n"), BOMB, 1),
    "a long quoted field": ("rows.csv", bomb(b"x", b'claim_id,translation\nd01-c01,x\nd01-c01,"'), BOMB, 1),
    # An element that is too long ends the reading before it is known for more.
    "a long element": ("rows.json", bomb(b"x", b'[%b,\n"' % ROW), [("line-too-long", 3, None, ())], 1),
}


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize(("name", "made", "expected", "rows"), BOMBS.values(), ids=BOMBS)
def test_bombs(validate, name, made, expected, rows):
    data = made()
    tracemalloc.start()
    try:
        report = validate(data, name)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 80 << 20
    assert reported(report) == expected
    if expected == BOMB:
        assert report.sample[0].got == "more, which may be a decompression bomb"
    assert (report.rows, report.complete, report.ok) == (rows, False, False)


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("fill", [b" ", b"\n", b"[", b",", b'"', b"\\", b"[]"])
@pytest.mark.parametrize("name", ["rows.jsonl", "rows.json", "rows.csv"])
def test_decompression_is_bounded(validate, monkeypatch, name, fill):
    monkeypatch.setattr(streams, "_BOMB_BYTES", 1 << 18)
    report = validate(gzip.compress(b"[") + gzip.compress(fill * (1 << 20)), name)
    assert not report.ok


def test_highly_compressible_data_is_accepted(validate):
    rows = ROW * 20_000
    compressed = gzip.compress(rows, 9)
    assert len(rows) > 200 * len(compressed)
    report = validate(compressed)
    assert (report.rows, report.ok) == (20_000, True)


# Rows that are too long.


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("length", [LONGEST + 1, LONGEST + (3 << 20)])
def test_a_too_long_line_is_skipped_and_reading_continues(validate, length, pack):
    start, end = b'{"claim_id":"d01-c01","x_v":"', b'"}'
    long = start + b"x" * (length - len(start) - len(end)) + end + b"\n"
    report = validate(pack(ROW + long + WRONG + long + ROW))
    assert reported(report) == [
        ("line-too-long", 2, 1, ()),
        ("unknown-claim", 3, 2, ("claim_id",)),
        ("line-too-long", 4, 3, ()),
    ]
    assert report.sample[0].message == "expected at most 8 MiB, got more"
    assert (report.rows, report.valid, report.complete) == (5, 2, True)


def test_a_line_of_the_greatest_length_is_read(validate):
    start, end = b'{"claim_id":"d01-c99","x_v":"', b'"}'
    report = validate(start + b"x" * (LONGEST - len(start) - len(end)) + end + b"\n" + ROW)
    assert reported(report) == [("unknown-claim", 1, 0, ("claim_id",))]


@pytest.mark.parametrize("element", [b'{"claim_id":"d01-c01","x_v":"%b"}', b'"%b"', b"[%b]"])
def test_an_element_that_is_too_long_ends_the_reading_and_says_so(validate, element):
    report = validate(b"[%b,\n%b,\n%b]" % (ROW, element % (b"1" * (LONGEST + (3 << 20))), ROW), "rows.json")
    assert reported(report) == [("line-too-long", 3, None, ())]
    assert (report.rows, report.valid, report.complete) == (1, 1, False)


# What cannot be read.


def test_a_path_that_is_not_there(tmp_path):
    path = tmp_path / "rows.jsonl"
    unreadable(ki.validate(path, **HOW), path, "No such file or directory")
    unreadable(ki.validate(str(path), **HOW), path, "No such file or directory")


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.csv.gz", "rows"])
def test_a_file_that_may_not_be_read(tmp_path, monkeypatch, name):
    # The tests may run as root, who has every permission.
    def forbid(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    path = tmp_path / name
    path.write_bytes(ROW)
    monkeypatch.setattr(streams, "open", forbid, raising=False)
    report = ki.validate(path, **HOW)
    unreadable(report, path, "Permission denied")
    assert [one.complete for one in report.inputs] == [False]


def test_a_folder_that_may_not_be_read(tmp_path, monkeypatch):
    def forbid(path: str) -> list[str]:
        if path == str(tmp_path / "b"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return listdir(path)

    for name in "abc":
        (tmp_path / name).mkdir()
        (tmp_path / name / "rows.jsonl").write_bytes(ROW)
    listdir = os.listdir
    monkeypatch.setattr(os, "listdir", forbid)
    report = ki.validate(tmp_path, **HOW)
    assert [(one.code, one.file, one.got) for one in report.sample] == [
        ("unreadable", str(tmp_path / "b"), "Permission denied")
    ]
    assert (report.rows, report.complete) == (2, False)


def failing(*chunks: bytes):
    """Return a file that gives some chunks, and then an error."""
    rest = iter(chunks)

    def read(_: int) -> bytes:
        for chunk in rest:
            return chunk
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    return SimpleNamespace(read=read, close=lambda: None, closed=False, fileno=lambda: -1)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd])
def test_reading_that_fails_midway(monkeypatch, pack):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=failing(pack(ROWS)[:40]), closed=False))
    report = ki.validate("-", **HOW)
    assert reported(report) == [("unreadable", None, None, ())]
    assert report.sample[0].got == "Input/output error"
    assert report.complete is False


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/random"])
def test_devices(tmp_path, device):
    got = "a device, socket or pipe"
    unreadable(ki.validate(device, **HOW), device, got)
    link = tmp_path / "rows.jsonl"
    link.symlink_to(device)
    unreadable(ki.validate(link, **HOW), link, got)
    unreadable(ki.validate(tmp_path, **HOW), link, got)


@pytest.mark.usefixtures("soon")
def test_a_pipe_by_its_name_is_refused_and_not_waited_for(tmp_path):
    path = tmp_path / "rows.jsonl"
    os.mkfifo(path)
    report = ki.validate(path, **HOW)
    unreadable(report, path, "a device, socket or pipe")
    assert hint(report.sample[0]) == "use standard input: … | kaiser-interview validate -"


def test_a_socket_is_refused(tmp_path, monkeypatch):
    # The names of sockets are short.
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("rows.jsonl")
        unreadable(ki.validate("rows.jsonl", **HOW), "rows.jsonl", "a device, socket or pipe")


def refusal(name: str) -> Exception:
    """Return the error of this Python version for an invalid file name."""
    try:
        os.stat(name)  # noqa: PTH116 - as the reader does
    except ValueError as error:
        return error
    raise AssertionError(name)


@pytest.mark.parametrize(
    ("name", "got"),
    [
        ("a\0b", str(refusal("a\0b"))),
        ("x" * 5000, os.strerror(errno.ENAMETOOLONG)),
        ("", os.strerror(errno.ENOENT)),
    ],
)
def test_invalid_file_names(name, got):
    report = ki.validate(name, **HOW)
    assert [(one.code, one.got) for one in report.sample] == [("unreadable", got)]


def test_a_name_that_is_not_text(tmp_path):
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\n.jsonl")).write_bytes(WRONG)
    report = ki.validate(tmp_path, **HOW)
    (found,) = report.sample
    assert found.file == f"{tmp_path}/\\udcff\n.jsonl"
    assert found.place == f"{tmp_path}/\\udcff\\u000a.jsonl:1"
    assert report.inputs[0].name == found.file
    assert report.to_json().encode()
    assert len(report.sample_to_arrow()) == 1


def test_broken_links(tmp_path):
    lost, itself = tmp_path / "lost.jsonl", tmp_path / "itself.jsonl"
    lost.symlink_to(tmp_path / "missing")
    itself.symlink_to(itself)
    unreadable(ki.validate(lost, **HOW), lost, "No such file or directory")
    unreadable(ki.validate(itself, **HOW), itself, "Too many levels of symbolic links")
    assert codes(ki.validate(tmp_path, **HOW)) == ["unreadable"] * 2


# Files that change.


# More than is read ahead, compressed or not.
WIDTH = 10_000
HEXADECIMAL = random.Random(2).randbytes(3 * streams.CHUNK // 2).hex()
MANY = {
    "jsonl": (b"%b", b'{"claim_id":"d01-c01","x_v":"%b"}\n', b'{"claim_id":"d01-c01","x_v":""}\n'),
    "json": (b"[%b]", b'{"claim_id":"d01-c01","x_v":"%b"},\n', b"\n"),
    "csv": (b"claim_id,x_v\n%b", b"d01-c01,%b\n", b"d01-c01,\n"),
}


def appended(path: Path, more: bytes) -> None:
    with path.open("ab") as file:
        file.write(more)


def shortened(path: Path, _: bytes) -> None:
    os.truncate(path, path.stat().st_size - 10)


def emptied(path: Path, _: bytes) -> None:
    path.write_bytes(b"")


def written_again(path: Path, _: bytes) -> None:
    path.write_bytes(path.read_bytes())
    # As if the clock had gone on.
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1))


@pytest.fixture
def meanwhile(monkeypatch):
    """Return a function that makes something happen once a file has given its first row or lines."""

    def happen(change) -> None:
        for reader in (
            "json_lines", "line_chunks", "json_document", "document_chunks", "csv_records", "_csv_chunks"
        ):  # fmt: skip
            monkeypatch.setattr(discover, reader, partial(changed, getattr(discover, reader), change))

    def changed(read, change, *arguments):
        items = read(*arguments)
        yield next(items)
        change()
        yield from items

    return happen


@pytest.mark.parametrize("change", [appended, shortened, emptied, written_again])
@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd])
@pytest.mark.parametrize("ending", MANY)
def test_a_file_that_changes_while_it_is_read(tmp_path, meanwhile, change, pack, ending):
    whole, row, more = MANY[ending]
    cuts = range(0, len(HEXADECIMAL), WIDTH)
    rows = b"".join(row % HEXADECIMAL[at : at + WIDTH].encode() for at in cuts)
    path = tmp_path / f"rows.{ending}"
    path.write_bytes(pack(whole % rows.removesuffix(b",\n")))
    assert path.stat().st_size > streams.CHUNK
    assert ki.validate(path, **HOW).ok
    meanwhile(lambda: change(path, pack(more)))
    report = ki.validate(path, **HOW)
    assert [(one.code, one.file, one.line, one.row) for one in report.sample] == [
        ("unreadable", str(path), None, None)
    ]
    assert report.sample[0].got == "a file that changed while it was read"
    assert report.rows <= len(cuts) + 1
    assert (report.complete, report.ok) == (False, False)
    assert [one.complete for one in report.inputs] == [False]


def test_a_file_that_changes_after_reading_is_not_reported(tmp_path, meanwhile):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(ROW * 3)
    meanwhile(lambda: appended(path, WRONG))
    report = ki.validate(path, **HOW)
    assert (report.rows, report.ok) == (3, True)
    assert report.inputs[0].sha256 == hashlib.sha256(ROW * 3).hexdigest()


def test_a_file_that_is_replaced_meanwhile_is_read_as_it_was(tmp_path, meanwhile):
    path, other = tmp_path / "rows.jsonl", tmp_path / "other"
    row = MANY["jsonl"][1] % HEXADECIMAL[:WIDTH].encode()
    count = 3 * streams.CHUNK // len(row)
    path.write_bytes(row * count)
    other.write_bytes(WRONG * 5)
    meanwhile(lambda: other.replace(path) if other.exists() else None)
    report = ki.validate(path, **HOW)
    assert (reported(report), report.rows, report.ok) == ([], count, True)
    assert report.inputs[0].sha256 == hashlib.sha256(row * count).hexdigest()
    assert path.read_bytes() == WRONG * 5


def test_a_file_that_vanishes_between_listing_and_opening(tmp_path, meanwhile):
    for name in ("a.jsonl", "b.jsonl", "c.jsonl"):
        (tmp_path / name).write_bytes(ROW)
    meanwhile(lambda: (tmp_path / "b.jsonl").unlink(missing_ok=True))
    report = ki.validate(tmp_path, **HOW)
    assert [(one.code, one.file, one.got) for one in report.sample] == [
        ("unreadable", str(tmp_path / "b.jsonl"), "No such file or directory")
    ]
    assert (report.rows, report.complete) == (2, False)


# Standard input.


def given(monkeypatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), "ascii"))


@pytest.mark.parametrize("pack", [pack for _, pack in PACKS.values()], ids=PACKS)
@pytest.mark.parametrize(("data", "line"), [form[1:] for form in FORMS.values()], ids=FORMS)
def test_standard_input(monkeypatch, data, line, pack):
    compressed = pack(data)
    given(monkeypatch, compressed)
    report = ki.validate("-", **HOW)
    assert reported(report) == [("unknown-claim", line, 2, ("claim_id",))]
    assert report.sample[0].place == f"standard input:{line}"
    assert (report.rows, report.complete) == (3, True)
    (read,) = report.inputs
    assert (read.bytes, read.sha256) == (len(compressed), hashlib.sha256(compressed).hexdigest())
    assert not sys.stdin.closed


def test_empty_standard_input(monkeypatch):
    given(monkeypatch, b"")
    report = ki.validate("-", **HOW)
    assert reported(report) == [("no-rows", None, None, ())]
    assert report.sample[0].file == "standard input"


def test_standard_input_cannot_be_read_again(monkeypatch):
    given(monkeypatch, WRONG)
    report = ki.validate("-", **HOW)
    with pytest.raises(InputError):
        report.iter_findings()


def test_standard_input_among_files(monkeypatch, tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(ROW)
    given(monkeypatch, WRONG)
    report = ki.validate([path, "-", path], **HOW)
    assert [(one.file, one.line, one.row) for one in report.sample] == [("standard input", 1, 0)]
    assert report.rows == 3


def test_a_closed_standard_input(monkeypatch):
    given(monkeypatch, ROW)
    sys.stdin.close()
    unreadable(ki.validate("-", **HOW), "standard input", "a closed standard input")


def test_no_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    unreadable(ki.validate("-", **HOW), "standard input", "a closed standard input")


def test_a_standard_input_that_cannot_be_read(monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=failing(), closed=False))
    unreadable(ki.validate("-", **HOW), "standard input", "Input/output error")


def test_a_standard_input_of_text_without_bytes(monkeypatch):
    # Replacements by notebooks and tests may have no buffer.
    monkeypatch.setattr(sys, "stdin", io.StringIO(ROW.decode()))
    report = ki.validate("-", **HOW)
    assert report.ok or codes(report) == ["unreadable"]


# Pipes by their descriptors, as a shell names them in `<(…)`.


@contextmanager
def piped(*pieces: bytes):
    """Give the descriptor of a pipe into which bytes are written, piece by piece and meanwhile."""
    reader, writer = os.pipe()

    def write() -> None:
        for piece in pieces:
            os.write(writer, piece)
            sleep(0.05)
        os.close(writer)

    writing = threading.Thread(target=write)
    writing.start()
    # Only the first piece is available.
    sleep(0.02)
    try:
        yield reader
    finally:
        writing.join()
        os.close(reader)


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd])
def test_a_pipe_by_its_descriptor(pack):
    data = pack(ROW + ROW + WRONG)
    with piped(data) as reader:
        report = ki.validate(f"/dev/fd/{reader}", **HOW)
    assert reported(report) == [("unknown-claim", 3, 2, ("claim_id",))]
    assert report.complete
    assert report.inputs[0].sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("first", [1, 2, 3, 5, 30])
@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd])
def test_a_pipe_that_gives_few_bytes_at_first(pack, first):
    # A read of a pipe returns available bytes, maybe fewer than are needed to detect compression.
    data = pack(ROW + ROW + WRONG)
    with piped(data[:first], data[first:]) as reader:
        report = ki.validate(f"/dev/fd/{reader}", **HOW)
    assert reported(report) == [("unknown-claim", 3, 2, ("claim_id",))]
    assert report.complete


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("form", ["lines", "array", "csv"])
def test_a_pipe_with_a_byte_order_mark_in_pieces(form):
    data = b"\xef\xbb\xbf" + FORMS[form][1]
    with piped(data[:1], data[1:2], data[2:]) as reader:
        report = ki.validate(f"/dev/fd/{reader}", **HOW)
    assert codes(report).count("byte-order-mark") == 1
    assert report.rows == 3


@pytest.mark.usefixtures("soon")
def test_a_standard_input_that_does_not_block_is_read_to_its_end_or_said_not_to_be(monkeypatch):
    # An empty read without available data is not the end.
    with piped(ROW, ROW + WRONG) as reader:
        os.set_blocking(reader, False)
        with open(reader, "rb", closefd=False) as file:
            monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=file, closed=False))
            report = ki.validate("-", **HOW)
    assert report.rows == 3 or (not report.complete and "unreadable" in codes(report))


# Many files.


def files(folder: Path, *names: str, data: bytes = ROW) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def read_in(report: ki.Report, folder: Path) -> list[str]:
    return [str(Path(one.name).relative_to(folder)) for one in report.inputs]


def test_the_others_are_checked_after_one_that_is_bad(tmp_path):
    files(tmp_path, "a.jsonl", "c.jsonl", "e.jsonl")
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(ROWS)[:-20])
    (tmp_path / "d.json").write_bytes(b"[%b,]" % ROW)
    os.mkfifo(tmp_path / "f.jsonl")
    files(tmp_path, "g.jsonl", data=WRONG)
    files(tmp_path, "h.jsonl", data=b"")
    wanted = [tmp_path / "missing.jsonl", *sorted(tmp_path.iterdir())]
    report = ki.validate(wanted, **HOW)
    assert sorted((Path(one.file).name, one.code, one.line, one.row) for one in report.sample) == [
        ("b.jsonl.gz", "truncated", None, None),
        ("d.json", "invalid-json", 2, None),
        ("f.jsonl", "unreadable", None, None),
        ("g.jsonl", "unknown-claim", 1, 0),
        ("h.jsonl", "no-rows", None, None),
        ("missing.jsonl", "unreadable", None, None),
    ]
    assert (report.rows - report.inputs[2].rows, report.complete, report.ok) == (5, False, False)
    assert [(Path(one.name).name, one.complete) for one in report.inputs] == [
        ("missing.jsonl", False),
        ("a.jsonl", True),
        ("b.jsonl.gz", False),
        ("c.jsonl", True),
        ("d.json", False),
        ("e.jsonl", True),
        ("f.jsonl", False),
        ("g.jsonl", True),
        ("h.jsonl", True),
    ]


def test_a_folder_s_files_come_in_stable_order(tmp_path):
    names = [
        "b.jsonl",
        "a/2.jsonl",
        "a/10.json",
        "a/b/x.csv",
        "B.ndjson",
        "c.jsonl.gz",
        "d.tsv.zst",
        "语.jsonl",
    ]
    files(tmp_path, *names)
    for name, (ending, data, _) in zip(["a/b/x.csv", "d.tsv.zst"], [FORMS["csv"], FORMS["tsv"]], strict=True):
        assert ending in name
        (tmp_path / name).write_bytes(zstd(data) if name.endswith("zst") else data)
    (tmp_path / "c.jsonl.gz").write_bytes(gzip.compress(ROW))
    report = ki.validate(tmp_path, **HOW)
    assert read_in(report, tmp_path) == [
        "B.ndjson", "a/10.json", "a/2.jsonl", "a/b/x.csv", "b.jsonl", "c.jsonl.gz", "d.tsv.zst", "语.jsonl",
    ]  # fmt: skip
    assert codes(report) == ["unknown-claim"] * 2
    assert report.complete


def test_names_that_start_with_an_underscore_or_a_dot_are_skipped(tmp_path):
    files(
        tmp_path,
        "_a.jsonl",
        ".b.jsonl",
        "_c/d.jsonl",
        ".e/f.jsonl",
        "_SUCCESS",
        ".crc",
        data=WRONG,
    )
    files(tmp_path, "i.jsonl", "j/k.jsonl")
    report = ki.validate(tmp_path, **HOW)
    assert read_in(report, tmp_path) == ["i.jsonl", "j/k.jsonl"]
    assert report.skipped == ()
    assert report.rows == 2


def test_files_with_unknown_extensions_are_named(tmp_path):
    files(tmp_path, "a.jsonl", "README.md", "b/notes.txt", "b/c.jsonl", "d.gz")
    report = ki.validate(tmp_path, **HOW)
    assert report.skipped == tuple(str(tmp_path / name) for name in ("README.md", "b/notes.txt", "d.gz"))
    assert read_in(report, tmp_path) == ["a.jsonl", "b/c.jsonl"]
    assert report.ok


def test_a_named_file_is_read_whatever_its_extension(tmp_path):
    files(tmp_path, "_a.jsonl", ".b", "c.txt", "_d/e.jsonl")
    report = ki.validate([tmp_path / name for name in ("_a.jsonl", ".b", "c.txt", "_d")], **HOW)
    assert read_in(report, tmp_path) == ["_a.jsonl", ".b", "c.txt", "_d/e.jsonl"]
    assert report.ok


def test_paths_are_read_in_the_order_in_which_they_are_named(tmp_path):
    files(tmp_path, "a.jsonl", "b.jsonl")
    report = ki.validate((str(tmp_path / "b.jsonl"), tmp_path / "a.jsonl", tmp_path / "b.jsonl"), **HOW)
    assert read_in(report, tmp_path) == ["b.jsonl", "a.jsonl", "b.jsonl"]
    assert report.rows == 3


def test_row_and_line_numbers_restart_in_each_file(tmp_path):
    files(tmp_path, "a.jsonl", "b.jsonl", data=ROW + WRONG)
    report = ki.validate(tmp_path, **HOW)
    assert [(Path(one.file).name, one.line, one.row) for one in report.sample] == [
        ("a.jsonl", 2, 1),
        ("b.jsonl", 2, 1),
    ]


@pytest.mark.parametrize("name", ["", "notes.txt", "_a.jsonl"])
def test_a_folder_without_data_has_no_rows(tmp_path, name):
    if name:
        files(tmp_path, name)
    report = ki.validate(tmp_path, **HOW)
    assert [(one.code, one.file, one.line, one.row) for one in report.sample] == [
        ("no-rows", str(tmp_path), None, None)
    ]
    assert (report.complete, report.ok) == (True, False)


@pytest.mark.usefixtures("soon")
def test_folders_within_themselves(tmp_path):
    files(tmp_path, "a/b/c.jsonl", "z.jsonl")
    loops = [tmp_path / "a/b/again", tmp_path / "a/up"]
    loops[0].symlink_to(tmp_path)
    loops[1].symlink_to(tmp_path / "a")
    report = ki.validate(tmp_path, **HOW)
    assert [(one.code, one.file, one.line, one.row) for one in report.sample] == [
        ("unreadable", str(loop), None, None) for loop in loops
    ]
    assert report.sample[0].message == "expected a folder, got a folder that contains itself"
    assert (report.rows, report.complete, report.ok) == (2, False, False)


def test_a_link_to_a_sibling_folder_is_not_a_loop(tmp_path):
    files(tmp_path, "a/rows.jsonl")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    report = ki.validate(tmp_path, **HOW)
    assert (report.rows, report.ok) == (2, True)


def test_a_folder_that_is_called_like_a_file(tmp_path):
    files(tmp_path, "rows.jsonl/part.jsonl")
    report = ki.validate(tmp_path / "rows.jsonl", **HOW)
    assert (report.rows, report.ok) == (1, True)
    assert ki.validate(tmp_path, **HOW).rows == 1


def test_patterns(tmp_path):
    files(tmp_path, "b.jsonl", "a.jsonl", "_c.jsonl", ".d.jsonl", "e.txt", "f/g.jsonl", "f/h/i.jsonl")
    assert read_in(ki.validate(tmp_path / "*.jsonl", **HOW), tmp_path) == ["a.jsonl", "b.jsonl"]
    assert read_in(ki.validate(f"{tmp_path}/[ab].jsonl", **HOW), tmp_path) == ["a.jsonl", "b.jsonl"]
    assert read_in(ki.validate(f"{tmp_path}/?/*.jsonl", **HOW), tmp_path) == ["f/g.jsonl"]
    report = ki.validate(f"{tmp_path}/**/*.jsonl", **HOW)
    assert read_in(report, tmp_path) == ["a.jsonl", "b.jsonl", "f/g.jsonl", "f/h/i.jsonl"]
    # A pattern may match a file with an unknown extension; the user named it anyway.
    assert read_in(ki.validate(f"{tmp_path}/*.txt", **HOW), tmp_path) == ["e.txt"]


@pytest.mark.parametrize("pattern", ["*.jsonl", "**/*.jsonl", "[ab].jsonl", "missing/*"])
def test_a_pattern_without_a_file(tmp_path, pattern):
    files(tmp_path, "_c.jsonl", "d.txt")
    report = ki.validate(tmp_path / pattern, **HOW)
    (found,) = report.sample
    assert (found.code, found.file, found.line, found.row) == (
        "unreadable",
        str(tmp_path / pattern),
        None,
        None,
    )
    assert found.message == "expected a file that matches, got none"
    assert (report.rows, report.complete, report.ok) == (0, False, False)


def test_a_file_whose_name_is_a_pattern(tmp_path):
    files(tmp_path, "a[1]*.jsonl")
    files(tmp_path, "a1.jsonl", data=WRONG)
    report = ki.validate(tmp_path / "a[1]*.jsonl", **HOW)
    assert read_in(report, tmp_path) == ["a[1]*.jsonl"]
    assert report.ok


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/rows.jsonl",
        "HTTP://example.org/rows.jsonl",
        "s3://bucket/rows.jsonl",
        "gs://bucket/*.jsonl",
        "hf://datasets/a/b",
        "abfss://a@b/c",
    ],
)
def test_remote_addresses_are_refused(address, tmp_path):
    files(tmp_path, "a.jsonl")
    for data in (address, [address], [str(tmp_path / "a.jsonl"), address]):
        with pytest.raises(InputError) as caught:
            ki.validate(data, **HOW)
        assert str(caught.value) == (
            f"{address}: remote addresses are not supported; pipe the data to the command "
            "(… | kaiser-interview validate -)"
        )


@pytest.mark.parametrize("data", [b"rows.jsonl", bytearray(b"x"), 1, None, {"claim_id": "d01-c01"}])
def test_objects_that_are_not_data(data):
    with pytest.raises(InputError):
        ki.validate(data, **HOW)


@pytest.mark.parametrize("data", [[], (), iter(())])
def test_no_data_has_no_rows(data):
    report = ki.validate(data, **HOW)
    assert [(one.code, one.file, one.line, one.row) for one in report.sample] == [
        ("no-rows", None, None, None)
    ]
    assert not report.ok


def test_the_limit_of_decompressed_size():
    """Two hundred times its size, and 256 MiB in any case."""
    assert streams.most_decompressed(0) == streams.most_decompressed(1_342_177) == 268_435_456
    assert streams.most_decompressed(1_342_178) == 268_435_600


@pytest.mark.parametrize(
    ("data", "can"),
    [("-", False), ("a-b", True), (["a", "-"], False), (["a", "b-"], True), (iter(()), False), ([{}], True)],
)
def test_sources_that_can_be_read_twice(data, can):
    assert discover.is_repeatable(data) is can


def test_whether_a_pipe_has_anything_to_read():
    out, end = os.pipe()
    stream = Stream(f"/dev/fd/{out}")
    assert stream.is_idle()
    os.write(end, b"a")
    assert not stream.is_idle()
    os.close(end)
    os.close(out)
    stream.close()
    assert not stream.is_idle()


def test_without_select_no_stream_is_idle(monkeypatch):
    out, end = os.pipe()
    stream = Stream(f"/dev/fd/{out}")
    monkeypatch.setattr("select.select", lambda *_: (_ for _ in ()).throw(OSError))
    assert not stream.is_idle()
    os.close(end)
    os.close(out)
    stream.close()


def test_a_file_is_not_idle(tmp_path):
    (tmp_path / "a").write_bytes(b"")
    stream = Stream(str(tmp_path / "a"))
    assert not stream.is_idle()
    stream.close()
