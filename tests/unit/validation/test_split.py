"""Split: every row in exactly one of two files, byte for byte, whatever comes between."""

import errno
import gzip
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections import OrderedDict, UserDict, defaultdict
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import datasets
import numpy as np
import pyarrow as pa
import pytest

import kaiser_interview as ki
from kaiser_interview import storage

BY = {"method": "human", "creator": "me"}
GOOD = {"claim_id": "d01-c01", "scheme": "acme:stance", "value": "赞成"} | BY
BAD = GOOD | {"claim_id": "d99-c01"}
LABEL = ["--kind", "label"]


def text(row: object, **options: object) -> bytes:
    return json.dumps(row, ensure_ascii=False, **options).encode()


def rows(*made: object) -> bytes:
    return b"".join(text(row) + b"\n" for row in made)


def held(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder, those with hidden names too."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.fixture
def put(tmp_path):
    """Return a function that splits bytes or data, labels by default."""

    def call(data: object, suffix: str = ".jsonl", **options: object) -> tuple[ki.Report, bytes, bytes]:
        if isinstance(data, bytes):
            (tmp_path / f"in{suffix}").write_bytes(data)
            data = tmp_path / f"in{suffix}"
        ok, no = tmp_path / f"ok{suffix}", tmp_path / f"no{suffix}"
        report = ki.split(data, valid=ok, rejects=no, **({"kind": "label"} | options)).report
        return report, ok.read_bytes(), no.read_bytes()

    return call


@pytest.fixture
def places(tmp_path):
    """Return the paths of the three outputs, which exist already."""
    for name in ("ok.jsonl", "no.jsonl", "no.jsonl.findings.jsonl"):
        (tmp_path / name).write_bytes(b"old\n")
    return {"valid": tmp_path / "ok.jsonl", "rejects": tmp_path / "no.jsonl"}


def out_to(places: dict[str, Path]) -> list[object]:
    """Return the options of a command that say where the files go."""
    return ["--valid", places["valid"], "--rejects", places["rejects"]]


# Rows as bytes

ODD = [
    b'{"claim_id" :"d01-c01", "scheme":"acme:stance","value":"\\u8d5e\xf0\xa0\xae\xb7",'
    b'  "method":"human"\t,"creator":"me"}',
    b'   {"claim_id":"d01-c01","scheme":"a:b","value":"x","method":"human","creator":"me","x_n":1.50e+2}  ',
    text(GOOD, separators=(",", ":")),
]
WRONG = [
    text(BAD),
    b'{"claim_id": "d01-c01", "claim_id": "d01-c01"}',
    b'{"creator": "\xb4\xf3"}',
    b'{"x_a": "\\ud800"}',
    b"[1, 2]",
    b"null",
    b'"{}"',
    b"{",
    b"\x00\xff",
    b'{"x_n": 1e999}',
]


def mixed(end: bytes) -> tuple[bytes, bytes, bytes]:
    """Return a file of right and wrong lines, and the right and the wrong ones."""
    both = [one for pair in zip(WRONG, [*ODD * 3, ODD[0]], strict=True) for one in pair]
    right = b"".join(one + end for one in both[1::2])
    return b"".join(one + end for one in both), right, b"".join(one + end for one in both[::2])


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_every_line_is_in_one_of_two_files_byte_for_byte(put, end):
    data, right, wrong = mixed(end)
    report, ok, no = put(data)
    assert (report.rows, report.valid, report.invalid) == (20, 10, 10)
    assert (ok, no) == (right, wrong)


def test_separators_are_not_rows(put):
    data = b"\xef\xbb\xbf\n" + rows(GOOD) + b" \t\r\n\r\n" + rows(BAD) + b"\n  "
    report, ok, no = put(data)
    assert [(one.code, one.number) for one in report.counts] == [
        ("byte-order-mark", 1),
        ("unknown-claim", 1),
        ("blank-line", 4),
    ]
    assert (ok, no) == (rows(GOOD), rows(BAD))


@pytest.mark.parametrize("last", [GOOD, BAD])
def test_a_last_line_without_its_end(put, last):
    _, ok, no = put(rows(GOOD, BAD) + text(last))
    assert ok == rows(*[GOOD] * (1 + (last is GOOD)))
    assert no == rows(*[BAD] * (1 + (last is BAD)))


def test_an_incomplete_last_line_is_kept(put):
    report, ok, no = put(rows(GOOD) + text(GOOD)[:-9])
    assert (report.complete, report.counts[0].code) == (True, "truncated")
    assert (ok, no) == (rows(GOOD), text(GOOD)[:-9] + b"\n")


def test_an_array_stays_one_and_its_rows_keep_their_shape(put):
    right, wrong = text(GOOD, indent=4), text(BAD, indent="\t").replace(b"\n", b"\r\n")
    scalars = [b"nul", b"1.5", b'"a,]b"', b'{"claim_id": "d01-c01", "claim_id": "d01-c01"}', b"[[],[{}]]"]
    elements = [right, wrong, text(GOOD, separators=(",", ":")), *scalars]
    report, ok, no = put(b" [\n" + b" ,\n\n  ".join(elements) + b"\n\n]\n", ".json")
    assert (report.rows, report.valid, report.invalid) == (8, 2, 6)
    assert ok == b"[\n" + right + b",\n" + elements[2] + b"\n]\n"
    assert no == b"[\n" + b",\n".join([wrong, *scalars]) + b"\n]\n"


def test_one_side_of_an_array_may_be_empty(put):
    report, ok, no = put(b"[" + text(GOOD) + b"]", ".json")
    assert report.ok
    assert (ok, no) == (b"[\n" + text(GOOD) + b"\n]\n", b"[]\n")


def test_one_object_is_an_array_of_one(put):
    report, ok, _ = put(text(GOOD, indent=1), ".json")
    assert (report.rows, report.valid) == (1, 1)
    assert json.loads(ok) == [GOOD]


def test_no_rows_give_empty_files_of_the_same_format(put):
    report, ok, no = put(b"[]", ".json")
    assert [one.code for one in report.counts] == ["no-rows"]
    assert (json.loads(ok or b'"nothing"'), json.loads(no or b'"nothing"')) == ([], [])
    report, ok, no = put(b"claim_id,scheme\n", ".csv")
    assert [one.code for one in report.counts] == ["no-rows"]
    assert (ok, no) == (b"claim_id,scheme\n", b"claim_id,scheme\n")
    report, ok, no = put(b"", ".jsonl")
    assert (report.rows, ok, no) == (0, b"", b"")


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_keeps_its_bytes(put, mark, end):
    header = mark.join(["claim_id", "scheme", "value", "method", "creator", "x_note"])
    right = [
        f'd01-c01{mark}a:b{mark}"over{end}two ""lines""{mark}"{mark}human{mark}me{mark}',
        f'"d01-c01"{mark}"a:b"{mark} v {mark}human{mark}me{mark}""',
        f"d01-c01{mark}a:b{mark}v{mark}human{mark}me{mark}=1+1",
    ]
    wrong = [
        f"d99-c01{mark}a:b{mark}v{mark}human{mark}me{mark}",
        "d01-c01",
        f'd01-c01{mark}a"b"{mark}v{mark}human{mark}me{mark}',
        f'd01-c01{mark}"a{end}{end}b"c{mark}v{mark}human{mark}me{mark}',
        mark * 5,
    ]
    both = [one for pair in zip(wrong[:3], right, strict=True) for one in pair] + wrong[3:]
    data = f"\ufeff{header}{end}{end}" + end.join(both) + end
    report, ok, no = put(data.encode(), ".csv")
    assert (report.rows, report.valid, report.invalid) == (8, 3, 5)
    assert ok.decode() == "".join(f"{one}{end}" for one in [header, *right])
    assert no.decode() == "".join(f"{one}{end}" for one in [header, *wrong])


def test_a_quotation_mark_that_never_closes_is_kept_to_the_end(put):
    head = b"claim_id,scheme,value,method,creator\n"
    tail = b'd01-c01,a:b,"v,human,me\nd01-c01,a:b,v,human,me\n'
    report, ok, no = put(head + b"d01-c01,a:b,v,human,me\n" + tail, ".csv")
    assert (report.rows, report.valid, report.invalid) == (2, 1, 1)
    assert (ok, no) == (head + b"d01-c01,a:b,v,human,me\n", head + tail + b"\n")


def test_columns_that_occur_twice_reject_every_record(put):
    data = b"claim_id,claim_id\nd01-c01,d01-c01\na,b,c\n"
    report, ok, no = put(data, ".csv")
    assert (report.rows, report.valid, report.invalid, report.complete) == (2, 0, 2, True)
    assert (ok, no) == (b"claim_id,claim_id\n", data)


@pytest.mark.parametrize("compressed", [".gz", ".zst"])
def test_outputs_are_compressed_by_extension(tmp_path, compressed):
    (tmp_path / "in.jsonl.gz").write_bytes(gzip.compress(rows(GOOD, BAD)))
    ok, no = tmp_path / f"ok.jsonl{compressed}", tmp_path / f"no.jsonl{compressed}"
    report = ki.split(tmp_path / "in.jsonl.gz", valid=ok, rejects=no, kind="label").report
    assert (report.valid, report.invalid) == (1, 1)
    kind = {".gz": "gzip", ".zst": "zstd"}[compressed]
    for path, row in ((ok, GOOD), (no, BAD)):
        with pa.input_stream(str(path), compression=kind) as file:
            assert file.read() == rows(row)
    assert (tmp_path / f"no.jsonl{compressed}.findings.jsonl").read_bytes().count(b"\n") == 1
    first = ok.read_bytes()
    ki.split(tmp_path / "in.jsonl.gz", valid=ok, rejects=no, kind="label")
    assert ok.read_bytes() == first


# Findings, and the valid rows


def test_every_finding_is_beside_the_rejects(put, tmp_path):
    data, _, _ = mixed(b"\n")
    report, _, no = put(b"\n" + data, max_findings=1)
    lines = (tmp_path / "no.jsonl.findings.jsonl").read_text("utf-8").split("\n")[:-1]
    beside = [json.loads(line) for line in lines]
    given = (tmp_path / "in.jsonl").read_bytes().split(b"\n")
    for one in beside:
        if one["reject"] is not None:
            assert no.split(b"\n")[one["reject"]] == given[one["line"] - 1]
    assert {one.pop("reject") for one in beside} == {None, *range(report.invalid)}
    assert beside == [json.loads(one.to_json()) for one in report.iter_findings()]
    assert len(beside) == sum(one.number for one in report.counts) > len(report.sample) == 1
    first = beside[1]
    assert (first["code"], first["row"], first["path"]) == ("unknown-claim", 0, "/claim_id")


def test_the_report_is_the_one_that_validate_gives(put, tmp_path):
    data, _, _ = mixed(b"\n")
    report, _, _ = put(data)
    assert report == ki.validate(tmp_path / "in.jsonl", kind="label")


def test_warnings_do_not_reject_rows(put, tmp_path):
    report, ok, no = put(rows(GOOD | {"quote": "语言"}))
    assert (report.valid, report.warnings) == (1, 1)
    assert (ok, no) == (rows(GOOD | {"quote": "语言"}), b"")
    assert b"quote-ambiguous" in (tmp_path / "no.jsonl.findings.jsonl").read_bytes()


def test_errors_of_the_data_set_reject_no_rows(put, tmp_path):
    report, ok, no = put(rows(GOOD), complete=["scheme"])
    assert (report.valid, report.invalid, report.outside) == (1, 0, 40)
    assert (ok, no) == (rows(GOOD), b"")
    assert (tmp_path / "no.jsonl.findings.jsonl").read_bytes().count(b"missing-claim") == 40


def test_valid_rows_are_still_valid(put, tmp_path):
    _, ok, _ = put(mixed(b"\n")[0])
    (tmp_path / "again").mkdir()
    again = tmp_path / "again"
    assert ki.validate(tmp_path / "ok.jsonl", kind="label").counts == ()
    report = ki.split(
        tmp_path / "ok.jsonl", valid=again / "ok.jsonl", rejects=again / "no", kind="label"
    ).report
    assert (report.valid, report.invalid) == (10, 0)
    assert held(again) == {"ok.jsonl": ok, "no": b"", "no.findings.jsonl": b""}


def test_of_rows_with_one_id_the_first_is_valid(put):
    made = [GOOD | {"id": "a"}, BAD | {"id": "b"}, GOOD | {"id": "a", "value": "2"}, GOOD | {"id": "b"}]
    report, ok, no = put(rows(*made))
    assert [(one.code, one.row) for one in report.sample] == [
        ("unknown-claim", 1),
        ("duplicate-id", 2),
        ("duplicate-id", 3),
    ]
    assert (ok, no) == (rows(made[0]), rows(*made[1:]))


def test_codes_left_out_reject_nothing(put):
    report, ok, no = put(rows(BAD, GOOD), ignore=["unknown-claim"])
    assert (report.valid, ok, no) == (2, rows(BAD, GOOD), b"")
    # Except unreadable rows, which can never be valid.
    report, ok, no = put(rows(BAD) + b"{\n", select=["quote-not-found"])
    assert (report.valid, ok, no) == (1, rows(BAD), b"{\n")


# Several inputs


def test_several_files_are_one_data_set(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "b.jsonl").write_bytes(rows(GOOD | {"id": "1"}, GOOD | {"id": "2"}))
    (folder / "a.ndjson").write_bytes(rows(GOOD | {"id": "1", "value": "a"}, BAD))
    (folder / "c.jsonl.gz").write_bytes(gzip.compress(rows(GOOD | {"id": "2", "value": "c"})))
    (folder / "empty.jsonl").write_bytes(b"")
    for number, data in enumerate([folder, str(folder / "*"), sorted(folder.iterdir())]):
        out = tmp_path / str(number)
        out.mkdir()
        report = ki.split(data, valid=out / "ok", rejects=out / "no", kind="label").report
        assert (report.rows, report.valid, report.invalid) == (5, 2, 3)
        assert (out / "ok").read_bytes() == rows(GOOD | {"id": "1", "value": "a"}, GOOD | {"id": "2"})
        assert (out / "no").read_bytes() == rows(BAD, GOOD | {"id": "1"}, GOOD | {"id": "2", "value": "c"})
        findings = (out / "no.findings.jsonl").read_text("utf-8").splitlines()
        assert [Path(json.loads(one)["file"]).name for one in findings] == [
            "a.ndjson", "b.jsonl", "c.jsonl.gz", "empty.jsonl"
        ]  # fmt: skip


def test_csv_files_with_one_header_are_one(tmp_path):
    for name, end in (("a", b"\n"), ("b", b"\n")):
        (tmp_path / f"{name}.csv").write_bytes(b"claim_id,scheme,value" + end + b"d01-c01,a:b,v" + end)
    report = ki.split(
        tmp_path / "?.csv", valid=tmp_path / "ok", rejects=tmp_path / "no", kind="label", defaults=BY
    ).report
    assert report.valid == 2
    assert (tmp_path / "ok").read_bytes() == b"claim_id,scheme,value\nd01-c01,a:b,v\nd01-c01,a:b,v\n"


FORMS = {
    "a.jsonl": rows(GOOD),
    "b.json": b"[" + text(GOOD) + b"]",
    "c.csv": b"claim_id,scheme\nd01-c01,a:b\n",
    "d.csv": b"scheme,claim_id\na:b,d01-c01\n",
    "e.csv": b"claim_id;scheme\nd01-c01;a:b\n",
    "f.csv": b"claim_id,scheme\r\nd01-c01,a:b\r\n",
}


FORMATS = "of the same format, got {} and {}"

COLUMNS = "with the same columns, got different headers"


@pytest.mark.parametrize(
    ("one", "other", "got"),
    [
        ("a.jsonl", "b.json", FORMATS.format("JSON Lines", "JSON")),
        ("b.json", "c.csv", FORMATS.format("JSON", "CSV")),
        ("c.csv", "a.jsonl", FORMATS.format("CSV", "JSON Lines")),
        ("c.csv", "d.csv", COLUMNS),
        ("c.csv", "e.csv", COLUMNS),
        ("c.csv", "f.csv", COLUMNS),
    ],
)
def test_files_of_several_forms_are_for_several_calls(tmp_path, places, one, other, got):
    for name in (one, other):
        (tmp_path / name).write_bytes(FORMS[name])
    before = held(tmp_path)
    with pytest.raises(ki.InputError) as caught:
        ki.split([tmp_path / one, tmp_path / other], **places, kind="label")
    assert str(caught.value) == f"inputs: expected files {got}; process each file separately"
    assert held(tmp_path) == before


# Outputs that would overwrite something

SAME = "outputs: expected different files, got the same file twice"


@pytest.mark.parametrize("output", ["valid", "rejects", "findings"])
@pytest.mark.parametrize("how", ["itself", "relative", "dots", "symlink", "hard link", "folder link"])
def test_an_output_must_not_be_an_input(tmp_path, monkeypatch, output, how):
    (tmp_path / "data").mkdir()
    source = tmp_path / "data" / "no.jsonl.findings.jsonl"
    source.write_bytes(rows(GOOD, BAD))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    place = source
    if how == "relative":
        place = Path("../data/no.jsonl.findings.jsonl")
    elif how == "dots":
        place = tmp_path / "elsewhere" / ".." / "data" / source.name
    elif how == "symlink":
        place = Path(source.name)
        place.symlink_to(source)
    elif how == "hard link":
        place = Path(source.name)
        os.link(source, place)
    elif how == "folder link":
        Path("link").symlink_to(source.parent)
        place = Path("link") / source.name
    # The input is the file that the findings beside the rejects would replace.
    places = {"valid": tmp_path / "ok", "rejects": tmp_path / "no"}
    if output == "findings":
        places["rejects"] = place.with_name("no.jsonl")
    else:
        places[output] = place
    before = [held(one) for one in (tmp_path, tmp_path / "data", tmp_path / "elsewhere")]
    with pytest.raises(ki.InputError) as caught:
        ki.split(source, **places, kind="label")
    assert str(caught.value) == f"{os.path.realpath(place)}: expected a file other than the input"
    assert [held(one) for one in (tmp_path, tmp_path / "data", tmp_path / "elsewhere")] == before


@pytest.mark.parametrize("data", [b"", b"\n\n"])
def test_an_output_must_not_be_an_input_without_rows(tmp_path, data):
    (tmp_path / "a.jsonl").write_bytes(rows(GOOD))
    (tmp_path / "b.jsonl").write_bytes(data)
    with pytest.raises(ki.InputError, match="expected a file other than the input"):
        ki.split(
            [tmp_path / "a.jsonl", tmp_path / "b.jsonl"],
            valid=tmp_path / "b.jsonl",
            rejects=tmp_path / "no",
            kind="label",
        )
    assert held(tmp_path) == {"a.jsonl": rows(GOOD), "b.jsonl": data}


def test_an_output_must_not_be_one_of_several_inputs(tmp_path):
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_bytes(rows(GOOD))
    with pytest.raises(ki.InputError, match="expected a file other than the input"):
        ki.split(tmp_path, valid=tmp_path / "ok", rejects=tmp_path / "b.jsonl", kind="label")
    assert [*held(tmp_path)] == ["a.jsonl", "b.jsonl"] or [*held(tmp_path)] == ["b.jsonl", "a.jsonl"]


def test_an_output_must_not_be_the_file_behind_standard_input(tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_bytes(rows(GOOD))
    command = [sys.executable, "-m", "kaiser_interview", "split", "-", *LABEL]
    with source.open("rb") as file:
        done = subprocess.run(
            [*command, "--valid", str(source), "--rejects", str(tmp_path / "no")],
            stdin=file, capture_output=True, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == f"kaiser-interview: {source}: expected a file other than the input\n"
    assert held(tmp_path) == {"in.jsonl": rows(GOOD)}


@pytest.mark.parametrize(
    ("valid", "rejects"),
    [
        ("a", "a"),
        ("a", "./a"),
        ("a", "../{0}/a"),
        ("link", "a"),
        ("a.findings.jsonl", "a"),
        ("a", "folder/a"),
    ],
)
def test_outputs_are_different_files(tmp_path, monkeypatch, valid, rejects):
    monkeypatch.chdir(tmp_path)
    Path("link").symlink_to("a")
    Path("folder").symlink_to(".")
    before = held(tmp_path)
    with pytest.raises(ki.InputError) as caught:
        ki.split(
            [GOOD], valid=valid.format(tmp_path.name), rejects=rejects.format(tmp_path.name), kind="label"
        )
    assert str(caught.value) == SAME
    assert held(tmp_path) == before


# What cannot be read, or not to its end

UNREADABLE = {
    "cut.jsonl.gz": gzip.compress(rows(*[GOOD] * 9000), mtime=0)[:-20],
    "damaged.jsonl.gz": gzip.compress(rows(GOOD), mtime=0)[:-8] + b"\0" * 8,
    "cut.json": b"[" + text(GOOD) + b",\n" + text(GOOD)[:-9],
    "more.json": b"[" + text(GOOD) + b"] []",
    "no comma.json": b"[" + text(GOOD) + b" " + text(BAD) + b"]",
    "latin.csv": "claim_id;größe\nd01-c01;1\n".encode("latin-1"),
    "sixteen.jsonl": text(GOOD).decode().encode("utf-16"),
}


@pytest.mark.parametrize("name", [*UNREADABLE, "none.jsonl"])
def test_data_that_cannot_be_read_completely_writes_nothing(tmp_path, places, run, name):
    (tmp_path / "whole.jsonl").write_bytes(rows(GOOD))
    if name in UNREADABLE:
        (tmp_path / name).write_bytes(UNREADABLE[name])
    before = held(tmp_path)
    report = ki.split(tmp_path / name, **places, kind="label").report
    assert not report.complete
    assert not report.ok
    assert held(tmp_path) == before
    code, out, err = run("split", tmp_path / name, *out_to(places), *LABEL)
    assert (code, err) == (2, "")
    assert "not everything could be read" in out.replace("\n", " ")
    assert " rows in " not in out
    assert held(tmp_path) == before


def test_one_of_several_that_cannot_be_read_writes_nothing(tmp_path, places):
    (tmp_path / "a.jsonl").write_bytes(rows(GOOD))
    before = held(tmp_path)
    report = ki.split([tmp_path / "a.jsonl", tmp_path / "none.jsonl"], **places, kind="label").report
    assert (report.rows, report.complete) == (1, False)
    assert held(tmp_path) == before


LONG = b"x" * (8 << 20)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("in.jsonl", rows(GOOD) + b'{"x_a": "' + LONG + b'"}\n' + rows(GOOD)),
        ("last.jsonl", rows(GOOD) + b'{"x_a": "' + LONG + b'"}'),
        ("in.json", b"[" + text(GOOD) + b', {"x_a": "' + LONG + b'"}, ' + text(GOOD) + b"]"),
        ("in.csv", b"claim_id,scheme\nd01-c01,a:b\nd01-c01," + LONG + b"\nd01-c01,a:b\n"),
        ("quoted.csv", b'claim_id,scheme\nd01-c01,a:b\nd01-c01,"\n' + LONG + b'"\nd01-c01,a:b\n'),
    ],
)
def test_a_row_too_long_for_the_rejects_writes_nothing(tmp_path, places, run, name, data):
    (tmp_path / name).write_bytes(data)
    before = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(ki.InputError) as caught:
        ki.split(tmp_path / name, **places, kind="label", defaults={"value": "v"} | BY)
    said = f"{tmp_path / name}: expected rows of at most 8 MiB, got a longer row; nothing was written"
    assert str(caught.value) == said
    assert run("split", tmp_path / name, *out_to(places), *LABEL) == (
        2, "", f"kaiser-interview: {said}\n"
    )  # fmt: skip
    assert {path.name for path in tmp_path.iterdir()} == before
    assert places["valid"].read_bytes() == places["rejects"].read_bytes() == b"old\n"


def test_a_row_of_the_maximum_length_is_rejected_intact(put):
    frame = len(text({"x_a": ""}))
    long = text({"x_a": "x" * ((8 << 20) - frame)})
    report, ok, no = put(long + b"\n" + rows(GOOD))
    assert (report.valid, report.invalid) == (1, 1)
    assert (ok, no) == (rows(GOOD), long + b"\n")


# Writing that fails, or is broken off


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class Full(io.FileIO):
    """A file on a disk without room."""

    def write(self, _: object) -> int:
        full()


FAILURES = {
    "write": (storage, "open", lambda path, mode, opener: io.BufferedWriter(Full(path, mode, opener=opener))),
    "fsync": (os, "fsync", full),
    "rename": (os, "replace", full),
}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_writing_that_fails_leaves_everything_as_it_was(tmp_path, monkeypatch, failure, suffix):
    places = {"valid": tmp_path / f"ok.jsonl{suffix}", "rejects": tmp_path / f"no.jsonl{suffix}"}
    for place in (*places.values(), tmp_path / f"no.jsonl{suffix}.findings.jsonl"):
        place.write_bytes(b"old\n")
    before = held(tmp_path)
    monkeypatch.setattr(*FAILURES[failure], raising=False)
    with pytest.raises(OSError, match="No space left on device"):
        # More than any buffer can hold.
        ki.split([GOOD, BAD] * 200, **places, kind="label")
    assert held(tmp_path) == before


@pytest.mark.parametrize("failing", [1, 2])
def test_a_later_rename_that_fails_leaves_complete_files(tmp_path, monkeypatch, places, failing):
    ki.split([GOOD, BAD], valid=tmp_path / "new", rejects=tmp_path / "out", kind="label")
    names = {"ok.jsonl": "new", "no.jsonl": "out", "no.jsonl.findings.jsonl": "out.findings.jsonl"}
    rename, done = os.replace, []

    def replace(*paths: object) -> None:
        done.append(paths)
        if len(done) > failing:
            full()
        rename(*paths)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(OSError, match="No space left on device"):
        ki.split([GOOD, BAD], **places, kind="label")
    after = held(tmp_path)
    assert {*after} == {*names, *names.values()}
    assert sum(after[name] == after[new] for name, new in names.items()) == failing
    assert sum(after[name] == b"old\n" for name in names) == 3 - failing


def test_the_command_says_what_could_not_be_written(tmp_path, monkeypatch, run, places):
    (tmp_path / "in.jsonl").write_bytes(rows(GOOD))
    monkeypatch.setattr(os, "fsync", full)
    assert run("split", tmp_path / "in.jsonl", *out_to(places), *LABEL) == (
        2,
        "",
        f"kaiser-interview: {places['valid']} or {places['rejects']}: No space left on device; "
        "nothing was written\n",
    )


@pytest.mark.parametrize(
    ("place", "message"),
    [("none/ok", "No such file or directory"), ("", "Is a directory"), ("file/ok", "Not a directory")],
)
def test_a_place_that_cannot_be_written(tmp_path, run, place, message):
    (tmp_path / "file").write_bytes(rows(GOOD))
    before = held(tmp_path)
    with pytest.raises(OSError, match=message):
        ki.split([GOOD], valid=tmp_path / place, rejects=tmp_path / "no", kind="label")
    with pytest.raises(OSError, match=message):
        ki.split([GOOD], valid=tmp_path / "ok", rejects=tmp_path / place, kind="label")
    code, out, err = run(
        "split", tmp_path / "file", "--valid", tmp_path / place, "--rejects", tmp_path / "no", *LABEL
    )
    assert (code, out) == (2, "")
    assert (
        err == f"kaiser-interview: {tmp_path / place} or {tmp_path / 'no'}: {message}; nothing was written\n"
    )
    assert held(tmp_path) == before


def test_a_reader_of_the_old_file_reads_it_to_the_end(places):
    with places["valid"].open("rb") as file:
        ki.split([GOOD], **places, kind="label")
        assert file.read() == b"old\n"
    assert places["valid"].read_bytes() == rows(GOOD)
    assert places["rejects"].read_bytes() == b""


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_an_interrupt_leaves_no_partial_file(tmp_path, suffix):
    def broken():
        yield from [GOOD, BAD] * 200
        raise KeyboardInterrupt

    (tmp_path / f"ok{suffix}").write_bytes(b"old\n")
    with pytest.raises(KeyboardInterrupt):
        ki.split(broken(), valid=tmp_path / f"ok{suffix}", rejects=tmp_path / f"no{suffix}", kind="label")
    assert held(tmp_path) == {f"ok{suffix}": b"old\n"}


def test_an_interrupt_between_two_renames_leaves_complete_files(tmp_path, monkeypatch, places):
    rename, done = os.replace, []

    def replace(*paths: object) -> None:
        if done:
            raise KeyboardInterrupt
        done.append(paths)
        rename(*paths)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(KeyboardInterrupt):
        ki.split([GOOD, BAD], **places, kind="label")
    # Findings are renamed first, valid rows last: if the valid rows are new, so is everything else.
    after = held(tmp_path)
    assert {name: after[name] for name in ("ok.jsonl", "no.jsonl")} == {
        "ok.jsonl": b"old\n",
        "no.jsonl": b"old\n",
    }
    assert json.loads(after["no.jsonl.findings.jsonl"])["code"] == "unknown-claim"


def test_an_exception_of_the_data_leaves_no_partial_file(tmp_path, places):
    def broken():
        yield GOOD
        raise LookupError("the data's own")

    before = held(tmp_path)
    report = ki.split(broken(), **places, kind="label").report
    assert (report.rows, report.complete) == (1, False)
    assert [one.got for one in report.sample] == ["LookupError: the data's own"]
    assert held(tmp_path) == before


def test_a_kill_leaves_the_old_files(tmp_path, places):
    command = [sys.executable, "-m", "kaiser_interview", "split", "-", *LABEL]
    process = subprocess.Popen(
        [*command, "--valid", str(places["valid"]), "--rejects", str(places["rejects"])],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    process.stdin.write(rows(GOOD, BAD) * 7_000)  # more than is read at once
    process.stdin.flush()
    until = time.monotonic() + 20
    while not any(path.stat().st_size for path in tmp_path.glob(".*.part")) and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (-signal.SIGKILL, b"", b"")
    after = held(tmp_path)
    assert {name: data for name, data in after.items() if not name.startswith(".")} == dict.fromkeys(
        ("ok.jsonl", "no.jsonl", "no.jsonl.findings.jsonl"), b"old\n"
    )
    # In the middle: something was written. What a kill leaves is skipped in a folder, as findings are.
    assert any(data for name, data in after.items() if name.startswith("."))
    assert [one.name for one in ki.validate(tmp_path, kind="label").inputs] == [
        str(tmp_path / name) for name in ("no.jsonl", "ok.jsonl")
    ]


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        (["cut.jsonl.gz"], ""),
        (
            ["a.jsonl", "b.json"],
            "kaiser-interview: inputs: expected files of the same format, got JSON Lines and JSON; "
            "process each file separately\n",
        ),
    ],
)
def test_abandoned_files_give_no_warnings(tmp_path, suffix, inputs, said):
    for name in inputs:
        (tmp_path / name).write_bytes((UNREADABLE | FORMS)[name])
    # -X dev warns as later versions of Python always do: a compressor closed after its file.
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-m", "kaiser_interview", "split", *inputs, *LABEL,
         "--valid", f"ok.jsonl{suffix}", "--rejects", f"no.jsonl{suffix}"],
        cwd=tmp_path, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.decode() == said


# Data from Python


@pytest.mark.parametrize(
    "made", [dict, OrderedDict, UserDict, lambda row: defaultdict(str, row), MappingProxyType]
)
def test_mappings_become_json_lines(put, made):
    both = [GOOD, BAD, GOOD | {"x_n": 1.5}]
    for data in ([made(row) for row in both], (made(row) for row in both)):
        _, ok, no = put(data)
        assert (ok, no) == (rows(GOOD, GOOD | {"x_n": 1.5}), rows(BAD))


def test_records_become_json_lines(put):
    claim = ki.claim("d01-c01")
    reference = {"claim_id": "d01-c01", "quote": "语言在时间维度上", "quote_start": 20, "quote_end": 28}
    made = [
        ki.Label.of(claim, scheme="a:b", value="v", **BY),
        ki.Question.of([claim], references=[reference], question="?", answerable=False, language="en", **BY),
        ki.Embedding.of(claim, model="m", of="text", vector=[0.5, -1], **BY),
    ]  # fmt: skip
    report, ok, no = put([*made, *ki.load("relations")[:3]], kind=None)
    assert (report.counts, no) == ((), b"")
    back = [json.loads(line) for line in ok.splitlines()]
    models = (ki.Label, ki.Question, ki.Embedding, ki.Relation, ki.Relation, ki.Relation)
    assert [model.model_validate(row) for model, row in zip(models, back, strict=True)] == [
        *made, *ki.load("relations")[:3]
    ]  # fmt: skip


def test_records_whose_class_gives_the_kind_are_still_valid(put, tmp_path):
    made = [
        ki.Label(claim_id="d01-c01", scheme="a:b", value="v", **BY),
        ki.Translation(claim_id="d01-c01", language="en", translation="t", **BY),
    ]
    assert put(made, kind=None)[0].valid == 2
    assert ki.validate(tmp_path / "ok.jsonl").counts == ()


def test_a_dataset_becomes_json_lines(put, tmp_path):
    data = datasets.Dataset.from_list([GOOD | {"x_tags": ["a"]}, BAD | {"x_tags": None}])
    report, ok, no = put(data)
    assert (report.valid, report.invalid) == (1, 1)
    assert json.loads(ok) == GOOD | {"x_tags": ["a"]}
    assert json.loads(no) == BAD | {"x_tags": None}
    splits = datasets.DatasetDict({"train": data, "test": data.select([0])})
    report, ok, no = put(splits)
    assert (report.valid, report.invalid) == (2, 1)
    beside = json.loads((tmp_path / "no.jsonl.findings.jsonl").read_bytes())
    assert (beside["file"], beside["line"], beside["row"]) == ("train", None, 1)


def test_labels_of_a_dataset_are_written_by_their_names(put):
    features = datasets.Features(
        {name: datasets.Value("string") for name in GOOD} | {"value": datasets.ClassLabel(names=["a", "b"])}
    )
    data = datasets.Dataset.from_list([GOOD | {"value": 1}], features=features)
    assert json.loads(put(data)[1]) == GOOD | {"value": "b"}


def test_values_written_by_engines_are_still_valid(put, tmp_path):
    # Integers as doubles, floats as decimals, instants as timestamps.
    quote = {"quote": "语言在时间维度上", "quote_start": 20.0, "quote_end": 28.0}
    data = pa.Table.from_pylist(
        [GOOD | quote | {"confidence": Decimal("0.25"), "created": datetime(2026, 1, 31, 12, tzinfo=UTC)}]
    )
    report, ok, _ = put(data)
    assert report.counts == ()
    assert "Decimal" not in ok.decode()
    assert ki.validate(tmp_path / "ok.jsonl", kind="label").counts == ()
    assert json.loads(ok)["confidence"] == 0.25


def test_nulls_in_columns_of_other_kinds_are_valid_still(put, tmp_path):
    translation = {"claim_id": "d01-c01", "language": "en", "translation": "t"} | BY
    data = pa.Table.from_pylist(
        [
            dict.fromkeys(translation) | GOOD | {"kind": "label"},
            dict.fromkeys(GOOD) | translation | {"kind": "translation"},
        ]
    )
    assert data.num_columns == 8
    assert put(data, kind=None)[0].valid == 2
    assert ki.validate(tmp_path / "ok.jsonl").counts == ()


def test_an_instant_in_another_zone_is_valid_still(put, tmp_path):
    east = datetime(2026, 1, 31, 20, tzinfo=timezone(timedelta(hours=8)))
    report, ok, _ = put([GOOD | {"created": east}])
    assert report.valid == 1
    assert ki.validate(tmp_path / "ok.jsonl", kind="label").counts == ()
    assert datetime.fromisoformat(json.loads(ok)["created"]) == east


ODDITIES = {
    "a naive datetime": datetime(2026, 1, 31, 12),  # noqa: DTZ001 - as tables often have them
    "a date": date(2026, 1, 31),
    "a span of time": timedelta(days=1),
    "a decimal": Decimal("0.1"),
    "a decimal that is no number": Decimal("NaN"),
    "a decimal beyond a double": Decimal("1e400"),
    "an array": np.array([[0.5], [1]]),
    "an array of objects": np.array([object()]),
    "numbers of numpy": [np.float32(0.5), np.int64(-1), np.bool_(True)],  # noqa: FBT003
    "an instant of numpy": np.datetime64("2026-01-31T12:00"),
}


@pytest.mark.parametrize("sort", ODDITIES)
def test_rows_with_values_from_elsewhere_are_valid_still(put, tmp_path, sort):
    report, _, _ = put([GOOD | {"x_a": ODDITIES[sort]}, GOOD | {"x_a": {"b": [ODDITIES[sort]]}}])
    assert report.rows == 2
    again = ki.validate(tmp_path / "ok.jsonl", kind="label", ignore=["no-rows"])
    assert (again.rows, again.invalid) == (report.valid, 0)


def test_tables_with_times_without_a_zone(put):
    data = pa.table(
        {name: [value] for name, value in GOOD.items()} | {"created": pa.array([0], pa.timestamp("us"))}
    )
    report, ok, no = put(data)
    assert [(one.code, one.path) for one in report.counts] == [("wrong-type", "/created")]
    assert (ok, no.count(b"\n")) == (b"", 1)
    assert json.loads(no)["created"].startswith("1970-01-01")


def endless() -> dict:
    row = {"needle": "x"}
    row["x_itself"] = row
    return row


def deep(levels: int) -> dict:
    held: list = ["needle"]
    for _ in range(levels):
        held = [held]
    return {"x_deep": held}


FOREIGN = {
    "a set": {"x_a": {"needle"}},
    "bytes": {"x_a": b"needle"},
    "a key of bytes": {b"needle": 1},
    "a tuple as a key": {("needle", 1): 1},
    "an object": {"needle": object()},
    "a type": {"needle": int},
    "not a number": {"needle": float("nan")},
    "a surrogate": {"needle": "\ud800"},
    "a surrogate as a key": {"needle\udfff": {1, 2}},
    "itself": endless(),
    "a long number": {"needle": 10**5000},
    "a row of bytes": b"needle\n{}",
    "a row of text": "needle\n",
    "a row of lists": ["needle", {1}],
}


@pytest.mark.parametrize("sort", FOREIGN)
def test_values_that_json_cannot_represent_are_not_lost(put, sort):
    report, ok, no = put(iter([GOOD, FOREIGN[sort], GOOD, FOREIGN[sort]]))
    assert (report.rows, report.valid, report.invalid) == (4, 2, 2)
    assert ok == rows(GOOD, GOOD)
    lines = no.decode().splitlines()
    assert len(lines) == 2
    assert all("needle" in line for line in lines)
    assert all(json.loads(line) for line in lines)


@pytest.mark.parametrize("levels", [190, 500, 100_000])
def test_rows_of_any_depth_are_rejected(put, levels):
    report, ok, no = put([GOOD, deep(levels), GOOD], extra="allow")
    assert (report.rows, report.valid, report.invalid) == (3, 2, 1)
    assert (ok.count(b"\n"), no.count(b"\n")) == (2, 1)


TWICE = """
import pathlib, sys, kaiser_interview as ki
row = {"creator": "needle"}
row["x_a"] = row["x_b"] = row
folder = pathlib.Path(sys.argv[1])
print(ki.split([row], valid=folder / "ok", rejects=folder / "no", kind="label").report.invalid)
"""


def test_a_row_that_contains_itself_twice_is_rejected(tmp_path):
    # Each path into it doubles the output.
    command = [sys.executable, "-c", TWICE, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=5)
    assert done.stdout == b"1\n"
    assert b"needle" in (tmp_path / "no").read_bytes()


@pytest.mark.parametrize("row", [5, None, True, 1.5, [], {}])
def test_values_that_are_not_mappings_are_rejected(put, row):
    report, ok, no = put([GOOD, row])
    assert (report.valid, report.invalid) == (1, 1)
    assert (ok, no) == (rows(GOOD), rows(row))


# The command


def test_exit_codes_and_words(tmp_path, run, places):
    def call(data: bytes, *options: str) -> tuple[int, str, str]:
        (tmp_path / "in.jsonl").write_bytes(data)
        code, out, err = run(
            "split", tmp_path / "in.jsonl", *out_to(places),
            *LABEL, *options,
        )  # fmt: skip
        return code, out.replace("\n", " "), err

    valid = places["valid"]
    ends = f"{{}} in {valid}, {{}} in {places['rejects']} {valid} passes: kaiser-interview validate {valid} "
    ends += f"{' '.join(LABEL)} "
    assert call(rows(GOOD)) == (
        0,
        f"1 row, no finding; 0 quotes; claims: 1 of 41; 1 row without claim_sha256 {ends.format('1 row', 0)}",
        "",
    )
    code, out, err = call(rows(GOOD, BAD, BAD))
    assert (code, err) == (1, "")
    assert out.startswith("error unknown-claim /claim_id 2 times")
    assert out.endswith(
        "2 of 3 rows invalid: 2 errors 0 quotes; claims: 1 of 41; 3 rows without claim_sha256 "
        + ends.format("1 row", 2)
    )
    assert call(b"")[0] == 1
    assert call(rows(GOOD), "--complete", "scheme")[0] == 1
    assert call(rows(GOOD), "--kind", "lable")[::2] == (
        2,
        "kaiser-interview: kind: expected one of claim, dialogue, source, translation, label, mention, "
        "relation, question, verdict, embedding, got 'lable'; did you mean label?\n",
    )


def test_other_formats_have_only_the_report(tmp_path, run, places):
    (tmp_path / "in.jsonl").write_bytes(rows(GOOD, BAD))
    arguments = (
        "split",
        tmp_path / "in.jsonl",
        "--valid",
        places["valid"],
        "--rejects",
        places["rejects"],
        *LABEL,
    )
    code, out, _ = run(*arguments, "--format", "json")
    assert code == 1
    assert (json.loads(out)["valid"], json.loads(out)["invalid"]) == (1, 1)
    code, out, _ = run(*arguments, "--format", "jsonl")
    assert [json.loads(line)["code"] for line in out.splitlines()] == ["unknown-claim"]


def test_an_invalid_option_writes_nothing(tmp_path, places):
    before = held(tmp_path)
    for options in (
        {"kind": "lable"},
        {"extra": "maybe"},
        {"defaults": {"method": "guess"}},
        {"select": ["x"]},
    ):
        with pytest.raises(ki.KaiserInterviewError):
            ki.split([GOOD], **places, **({"kind": "label"} | options))
    assert held(tmp_path) == before


def test_values_that_json_cannot_represent_are_kept_at_any_depth(tmp_path):
    row = {"claim_id": "d99-c01", "x_v": ["a", (Decimal("0.5"), {1}), b"x"]}
    ki.split([row], valid=tmp_path / "ok.jsonl", rejects=tmp_path / "no.jsonl", kind="verdict")
    assert json.loads((tmp_path / "no.jsonl").read_text("utf-8")) == row | {
        "x_v": ["a", [0.5, "{1}"], "b'x'"]
    }


def test_keys_that_json_cannot_represent_are_kept(tmp_path):
    row = {"claim_id": "d99-c01", "x_v": [{("a", 1): ["b", {2}]}, "c"]}
    ki.split([row], valid=tmp_path / "ok.jsonl", rejects=tmp_path / "no.jsonl", kind="verdict")
    (line,) = (tmp_path / "no.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line) == row | {"x_v": [{"('a', 1)": ["b", "{2}"]}, "c"]}


def test_a_split_has_a_short_repr(tmp_path):
    assert repr(ki.split([GOOD, BAD], kind="label")) == "<Split: 1 valid, 1 rejects, 1 findings>"
    to_files = ki.split([GOOD], kind="label", valid=tmp_path / "a.jsonl", rejects=tmp_path / "b.jsonl")
    assert repr(to_files) == "<Split: nothing in memory; <Report: 1 row, no finding>>"
