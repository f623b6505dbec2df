"""The engine: splitting of inputs, rules of the data set, and changes while files are read."""

import gzip
import json
import os
import resource
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from reference import report_by_row
from workers import said, within

import kaiser_interview as ki
from kaiser_interview.api import check_of
from kaiser_interview.errors import InputError
from kaiser_interview.validation.dataset_rules import state
from kaiser_interview.validation.dataset_rules.spool import Spool
from kaiser_interview.validation.engine import execution
from kaiser_interview.validation.engine.columns import ColumnValidator
from kaiser_interview.validation.engine.execution import report_of
from kaiser_interview.validation.engine.merge import Merge
from kaiser_interview.validation.formats import csv_batches, streams
from kaiser_interview.validation.formats.json import array
from kaiser_interview.validation.formats.json import lines as json_lines
from kaiser_interview.validation.formats.streams import Stream
from kaiser_interview.validation.formats.text import LONGEST
from kaiser_interview.validation.sources import discover, partition
from kaiser_interview.validation.workers import tasks
from kaiser_interview.validation.workers.pool import Pool
from kaiser_interview.validation.workers.process import Died, Sandbox

BY = {"method": "human", "creator": "me"}
GOOD = {"claim_id": "d01-c01", "scheme": "acme:stance", "value": "v"} | BY


def lines(*made: object, end: bytes = b"\n") -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + end for row in made)


def table(path, *made: dict, rows: int = 4) -> None:
    pq.write_table(pa.Table.from_pylist([*made]), path, row_group_size=rows)


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Cut files into small parts, and start no process."""
    monkeypatch.setattr(execution, "_LARGE", 1)
    monkeypatch.setattr(execution, "_TINY", 0)
    monkeypatch.setattr(execution, "_FEW", 0)
    monkeypatch.setattr(partition, "_STRETCH", 300)
    within(monkeypatch)


@pytest.fixture
def cut(monkeypatch):
    """Return how many parts each source was cut into, None for one that was not."""
    counts = []
    cut_of = execution.cut_of

    def counted(*given):
        made = cut_of(*given)
        counts.append(made and len(made.parts))
        return made

    monkeypatch.setattr(execution, "cut_of", counted)
    return counts


def report_on(data, workers: int = 1, **options) -> ki.Report:
    """Return the report on data, once it is found equal to the report made row by row."""
    check = check_of(data, **({"kind": "label"} | options))
    report = report_of(check, workers)
    assert said(report) == said(report_by_row(check))
    return report


# What can be cut


def test_lines_and_tables_are_cut(tmp_path, cut):
    (tmp_path / "a.jsonl").write_bytes(lines(*[GOOD] * 9))
    table(tmp_path / "b.parquet", *[GOOD] * 9)
    assert report_on(tmp_path).rows == 18
    assert cut == [3, 3]
    cut.clear()
    assert report_on(pa.Table.from_pylist([GOOD] * 3)).rows == 3
    assert cut == [1]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", b"claim_id,scheme,value,method,creator\n" + b"d01-c01,a:b,v,human,me\n" * 30),
        ("a.json", json.dumps([GOOD] * 30).encode()),
        ("a.jsonl.gz", gzip.compress(lines(*[GOOD] * 30))),
        ("a.jsonl", gzip.compress(lines(*[GOOD] * 30))),
        ("a.jsonl", b"\xef\xbb\xbf" + lines(*[GOOD] * 30)),
        ("a.jsonl", b"\xff\xfe" + lines(*[GOOD] * 30)),
        ("a.jsonl", b""),
        ("a.parquet", b"PAR1"),
        ("a.arrow", b"what is none"),
        ("state=1/language=en/a.jsonl", lines(*[GOOD] * 30)),
    ],
)
def test_files_that_cannot_be_split_are_read_in_order(tmp_path, cut, name, data):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    report_on(path, kind=["label", "translation"], defaults={"kind": "label"})
    assert cut == [None]


@pytest.mark.parametrize("data", ["none.jsonl", "*.none"])
def test_a_missing_file_is_reported_once(tmp_path, cut, data):
    assert [one.code for one in report_on(tmp_path / data).sample] == ["unreadable"]
    assert cut == [None]


def test_one_that_cannot_be_cut_is_enough_for_all(tmp_path, cut):
    (tmp_path / "a.jsonl").write_bytes(lines(*[GOOD] * 9))
    (tmp_path / "b.json").write_bytes(b"[]")
    assert report_on(tmp_path).rows == 9
    assert cut == [3, None]


def test_rows_from_python_are_never_cut(cut):
    assert report_on([GOOD] * 3).rows == 3
    assert report_of(check_of(iter([GOOD] * 3), kind="label")).rows == 3
    assert cut == [None]


DEFERRED = [
    GOOD | {"id": f"{number % 7}", "x_n": str(number % 5), "claim_id": f"d01-c0{number % 4 + 1}"}
    for number in range(30)
] + [GOOD | {"id": 5}, GOOD | {"id": "0", "method": "magic"}, GOOD | {"id": "0", "note": 1}, GOOD]


def as_csv(rows: list[dict]) -> bytes:
    names = ["id", "claim_id", "scheme", "value", "method", "creator", "x_n"]
    return "".join(
        ",".join(str(row.get(name, "")) for name in names) + "\n" for row in [{n: n for n in names}, *rows]
    ).encode()


@pytest.mark.parametrize(
    "options",
    [{}, {"key": ["claim_id", "x_n"]}, {"key": "x_n", "ignore": "duplicate-id"}, {"max_findings": 5}],
)
@pytest.mark.parametrize(
    "form", ["iterable", "csv", "array", "one line", "gzip", "several", "lines", "table"]
)
def test_ids_that_do_not_fit_in_memory_give_the_same_report(tmp_path, monkeypatch, form, options):
    monkeypatch.setattr(state, "MEMORY", 900)
    for reader in (json_lines, array, csv_batches):
        monkeypatch.setattr(reader, "_CHUNK", 300)
    monkeypatch.setitem(Stream.__init__.__kwdefaults__, "chunk", 100)
    monkeypatch.setattr(streams, "_HEAD", 1)
    monkeypatch.setattr(partition, "SLICE", 3)
    monkeypatch.setattr(discover, "SLICE", 3)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "spool"))
    (tmp_path / "spool").mkdir()
    data = tmp_path / "data"
    data.mkdir()
    if form in {"csv", "several"}:
        (data / "a.csv").write_bytes(as_csv(DEFERRED[:17]))
    if form in {"array", "several"}:
        (data / "b.json").write_text(json.dumps(DEFERRED, indent=1))
    if form == "one line":
        (data / "c.json").write_text(json.dumps(DEFERRED))
    if form in {"gzip", "several"}:
        (data / "d.jsonl.gz").write_bytes(gzip.compress(lines(*DEFERRED, end=b"\n\n")))
    if form == "lines":
        (data / "e.jsonl").write_bytes(lines(*DEFERRED))
    if form == "table":
        table(data / "f.parquet", *[row for row in DEFERRED if row.get("id") != 5])
    spools = []
    written = Spool.append
    monkeypatch.setattr(Spool, "append", lambda self, *given: spools.append(self) or written(self, *given))
    report = report_on(DEFERRED if form == "iterable" else data, **options)
    assert {one.code for one in report.counts} >= {
        "duplicate-record" if "ignore" in options else "duplicate-id"
    }
    assert spools
    assert [*(tmp_path / "spool").iterdir()] == []


@pytest.mark.parametrize("form", ["gzip", "values"])
def test_ids_without_duplicates_are_held_in_no_more_memory(tmp_path, monkeypatch, form):
    monkeypatch.setattr(state, "MEMORY", 100_000)
    row = {"claim_id": "d01-c01", "language": "en", "translation": "…"} | BY
    rows = [row | {"id": f"{number:030}"} for number in range(4_000)]
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(gzip.compress(lines(*rows)))
    for name in ("_TINY", "_FEW"):
        monkeypatch.setattr(execution, name, 0)
    held = []
    add = Merge.add

    def counted(self, *given, **named):
        add(self, *given, **named)
        held.append(len(self.rules._ids.held))

    monkeypatch.setattr(Merge, "add", counted)
    monkeypatch.setattr(json_lines, "_CHUNK", 10_000)
    monkeypatch.setattr(partition, "SLICE", 100)
    monkeypatch.setitem(Stream.__init__.__kwdefaults__, "chunk", 1_000)
    report = ki.validate(path if form == "gzip" else iter(rows), kind="translation")
    assert (report.rows, report.valid) == (4_000, 4_000)
    assert len(held) > 20
    assert max(held) < 1_000


def test_ids_that_fit_neither_in_memory_nor_on_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(state, "MEMORY", 0)
    monkeypatch.setattr(partition, "SLICE", 3)
    monkeypatch.setattr(discover, "SLICE", 3)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(ki.KaiserInterviewError, match=r"^ids: could not be held on disk: .*No such file"):
        ki.validate(iter(DEFERRED), kind="label")


def test_spilled_files_are_removed_when_reading_fails(tmp_path, monkeypatch):
    monkeypatch.setattr(state, "MEMORY", 0)
    monkeypatch.setattr(partition, "SLICE", 3)
    monkeypatch.setattr(discover, "SLICE", 3)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    held = []

    def rows():
        yield from DEFERRED
        held.extend(tmp_path.iterdir())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        ki.validate(rows(), kind="label")
    assert held
    assert [*tmp_path.iterdir()] == []
    assert caught.tb


def test_many_rows_from_python(monkeypatch):
    monkeypatch.setattr(partition, "SLICE", 2)
    monkeypatch.setattr(discover, "SLICE", 2)
    assert report_on([GOOD] * 9).rows == 9


def test_little_is_not_worth_a_process(tmp_path, cut, monkeypatch):
    monkeypatch.setattr(execution, "_LARGE", 1 << 20)
    (tmp_path / "a.jsonl").write_bytes(lines(GOOD, GOOD))
    (tmp_path / "README.md").write_bytes(b"")
    report = report_on(tmp_path)
    assert (report.rows, report.skipped) == (2, (str(tmp_path / "README.md"),))
    assert cut == [1]


@pytest.mark.parametrize("place", ["/dev/fd/{}", "/proc/self/fd/{}"])
def test_a_pipe_is_read_once(cut, place):
    out, into = os.pipe()
    os.write(into, lines(*[GOOD] * 30))
    os.close(into)
    try:
        report = report_of(check_of(place.format(out), kind="label"))
    finally:
        os.close(out)
    assert (report.rows, report.ok, cut) == (30, True, [None])


@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet"])
def test_a_file_that_is_named_by_its_descriptor_is_found_by_others(tmp_path, cut, name):
    path = tmp_path / name
    if name == "a.parquet":
        table(path, *[GOOD] * 9)
    else:
        path.write_bytes(lines(*[GOOD] * 9))
    with path.open("rb") as file:
        place = f"/dev/fd/{file.fileno()}"
        stream = Stream(place)
        stream.close()
        assert stream.path == str(path)
        report = report_on(place)
    assert (report.rows, report.ok, report.inputs[0].name) == (9, True, place)
    assert cut == [3]


@pytest.mark.parametrize("size", [1, 100])
@pytest.mark.parametrize("compressed", [True, False])
def test_a_table_that_is_compressed_or_piped_is_read_from_its_start(tmp_path, cut, size, compressed):
    table(tmp_path / "a.parquet", *[GOOD] * size)
    data = (tmp_path / "a.parquet").read_bytes()
    if compressed:
        (tmp_path / "a.parquet").write_bytes(gzip.compress(data))
        assert report_on(tmp_path / "a.parquet").rows == size
        assert cut == [None]
        return
    out, into = os.pipe()
    os.write(into, data)
    os.close(into)
    try:
        report = report_of(check_of(f"/dev/fd/{out}", kind="label"))
    finally:
        os.close(out)
    assert (report.rows, report.ok, cut) == (size, True, [None])


class Once:
    """A table that gives its batches once."""

    def __init__(self, rows):
        given = pa.Table.from_pylist(rows)
        self.reader = pa.RecordBatchReader.from_batches(given.schema, given.to_batches())

    def __arrow_c_stream__(self, requested_schema=None):
        return self.reader.__arrow_c_stream__(requested_schema)


def test_a_stream_of_batches_is_read_once(cut):
    rows = [GOOD | {"id": "a"}, GOOD | {"id": "a"}]
    for data in (Once(rows), Once(rows).reader):
        report = report_of(check_of(data, kind="label"))
        assert [one.code for one in report.sample] == ["duplicate-id"]
    assert cut == []


def test_a_table_that_cannot_be_read_is_reported():
    twice = pa.table([pa.array(["a"]), pa.array(["b"])], names=["id", "id"])
    report = report_on(twice)
    assert [(one.code, one.path) for one in report.sample] == [("duplicate-column", ("id",))]
    assert (report.rows, report.complete) == (0, False)


def test_a_truncated_table_is_reported():
    class Broken:
        def __arrow_c_stream__(self, requested_schema=None):
            def batches():
                yield pa.RecordBatch.from_pylist([GOOD])
                raise OSError("broken\n off")

            given = pa.RecordBatchReader.from_batches(pa.Table.from_pylist([GOOD]).schema, batches())
            return given.__arrow_c_stream__(requested_schema)

        def __len__(self):
            return 2

    report = report_on(Broken())
    assert [(one.code, one.expected) for one in report.sample] == [("unreadable", "rows that can be read")]
    assert "broken off" in report.sample[0].got
    assert (report.rows, report.complete) == (1, False)


@pytest.mark.parametrize(
    "names", [["jsonl"], ["jsonl", "json"], ["jsonl.gz", "csv", "parquet"]], ids="+".join
)
def test_more_files_than_can_be_open_at_once(tmp_path, names):
    for number in range(60):
        path = tmp_path / f"{number:02}.{names[number % len(names)]}"
        if path.suffix == ".parquet":
            table(path, GOOD)
            continue
        path.write_bytes(
            {
                ".jsonl": lines(GOOD),
                ".json": lines(GOOD),
                ".gz": gzip.compress(lines(GOOD)),
                ".csv": f"{','.join(GOOD)}\n{','.join(GOOD.values())}\n".encode(),
            }[path.suffix]
        )
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len([*Path("/proc/self/fd").iterdir()]) + 20, before[1]))
    try:
        report = report_on(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert (report.rows, report.ok, len(report.inputs)) == (60, True, 60)


# Lines


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_lines_of_any_kind_in_stretches(tmp_path, cut, end, last):
    made = lines(*[GOOD] * 3, end=end) + end * 2 + b" \t" + end + lines(GOOD, end=end)
    made += b"{" + end + lines(GOOD | {"value": "x" * 2000}, end=end) * 2 + end + lines(GOOD, end=end) * 7
    (tmp_path / "a.jsonl").write_bytes(made if last else made.removesuffix(end))
    report = report_on(tmp_path / "a.jsonl")
    assert {(one.code, one.line, one.row) for one in report.sample} == {
        ("blank-line", 4, None), ("blank-line", 5, None), ("blank-line", 6, None), ("blank-line", 11, None),
        ("invalid-json", 8, 4),
    }  # fmt: skip
    assert (report.rows, report.invalid) == (14, 1)
    assert cut[0] > 3


def test_a_last_line_that_breaks_off(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(lines(*[GOOD] * 9) + b'{"claim_id": "d0')
    assert [(one.code, one.line) for one in report_on(tmp_path / "a.jsonl").sample] == [("truncated", 10)]


def test_lines_that_are_too_long(tmp_path):
    one = GOOD | {"id": "a"}
    long = one | {"value": "x" * LONGEST}
    (tmp_path / "a.jsonl").write_bytes(lines(one, long, GOOD, long, one))
    report = report_on(tmp_path / "a.jsonl")
    assert [(one.code, one.line) for one in report.sample] == [
        ("line-too-long", 2), ("line-too-long", 4), ("duplicate-id", 5)
    ]  # fmt: skip
    assert (report.rows, report.invalid) == (5, 3)


def test_a_line_that_is_too_long_for_memory_is_not_held(tmp_path, cut):
    # Longer than a stretch and a row that is whole.
    (tmp_path / "a.jsonl").write_bytes(lines(*[GOOD] * 9, GOOD | {"value": "x" * (2 * LONGEST)}))
    assert report_on(tmp_path / "a.jsonl").rows == 10
    assert cut == [None]


@pytest.mark.parametrize("feeds", [0, 1])
def test_parts_end_at_line_ends(tmp_path, feeds):
    path = tmp_path / "a"
    for size in (1, 299, 300, 301, 70_000):
        path.write_bytes(b"x" * size + b"\n" * feeds)
        assert [*partition._stretches(str(path), size + feeds)] == [(0, size + feeds)]
    path.write_bytes((b"x" * 99 + b"\n") * 7)
    assert [*partition._stretches(str(path), 700)] == [(0, 300), (300, 600), (600, 700)]
    # It was larger when it was opened.
    assert [*partition._stretches(str(path), 1000)] == [(0, 300), (300, 600), (600, 1000)]


# What only the whole shows


def test_ids_must_be_unique_in_files_of_all_forms(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first = [GOOD | {"id": f"r{number}"} for number in range(9)]
    second = [GOOD | {"id": f"s{number}"} for number in range(9)]
    (tmp_path / "a.jsonl").write_bytes(lines(*first, first[0], first[8]))
    table(tmp_path / "b.parquet", *second, first[3], first[3])
    (tmp_path / "c.jsonl").write_bytes(lines(GOOD | {"id": "s8"}, GOOD | {"id": "s9"}))
    for workers in (1, 2):
        report = report_on(["a.jsonl", "b.parquet", "c.jsonl"], workers)
        assert [(one.file, one.line, one.row, one.got) for one in report.sample] == [
            ("a.jsonl", 10, 9, '"r0", already used in a.jsonl:1'),
            ("a.jsonl", 11, 10, '"r8", already used in a.jsonl:9'),
            ("b.parquet", None, 9, '"r3", already used in a.jsonl:4'),
            ("b.parquet", None, 10, '"r3", already used in a.jsonl:4'),
            ("c.jsonl", 1, 0, '"s8", already used in b.parquet row 8'),
        ]
        assert (report.rows, report.invalid) == (24, 5)


def test_keys_must_be_unique(tmp_path):
    made = [GOOD | {"value": f"v{number % 7}", "x_n": number % 2} for number in range(12)]
    (tmp_path / "a.jsonl").write_bytes(lines(*made))
    table(tmp_path / "b.parquet", *made[:1])
    report = report_on(tmp_path, key=("value", "x_n"), extra="allow")
    assert [(one.line, one.row) for one in report.sample] == [(None, 0)]
    report = report_on(tmp_path, key=("value",))
    assert [(one.line, one.row) for one in report.sample] == [
        *((number + 1, number) for number in range(7, 12)), (None, 0)
    ]  # fmt: skip


def test_a_claim_has_not_too_many_labels(tmp_path):
    made = [GOOD | {"scheme": "horizon", "value": value} for value in ("past", "future", "past", "present")]
    (tmp_path / "a.jsonl").write_bytes(lines(*made))
    table(
        tmp_path / "b.parquet",
        *made,
        GOOD | {"scheme": "horizon", "value": "general", "creator": "you"},
        rows=2,
    )
    report = report_on(tmp_path)
    assert [(one.code, one.line, one.row) for one in report.sample] == [
        ("too-many-labels", 2, 1), ("too-many-labels", 4, 3),
        ("too-many-labels", None, 1), ("too-many-labels", None, 3),
    ]  # fmt: skip


def test_vectors_of_a_model_have_one_length(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    base = {"claim_id": "d01-c01", "model": "m", "of": "text"} | BY
    made = [base | {"vector": [0.5] * (2 if number % 4 else 3)} for number in range(9)]
    (tmp_path / "a.jsonl").write_bytes(lines(*made))
    table(tmp_path / "b.parquet", *made, rows=3)
    report = report_on(["a.jsonl", "b.parquet"], kind="embedding")
    assert report.counts[0].code == "dimension-differs"
    assert report.invalid == 12
    assert report.sample[0].expected == "length 3, as in a.jsonl:1, the first vector of m"


@pytest.mark.parametrize("form", ["lines", "array", "rows", "table"])
@pytest.mark.parametrize("large", [1, 1 << 40], ids=["by-hashes", "in-order"])
def test_of_very_many_paths_the_first_are_named(tmp_path, monkeypatch, form, large):
    # A thousand groups of findings are counted by their paths, whatever comes after as one. Duplicates are
    # found when parts are merged, and always have their path.
    monkeypatch.setattr(execution, "_LARGE", large)
    many = [GOOD | {f"n{number}": "x" for number in range(start, start + 500)} for start in (0, 500)]
    same = GOOD | {"id": "a"}
    rows = [same, same, *many, same, GOOD | {"n3": "x", "n2000": "x"}]
    data = {"rows": rows, "table": pa.Table.from_pylist([*many, *rows])}.get(form, tmp_path / "a.json")
    if form in {"lines", "array"}:
        data.write_bytes(lines(*rows) if form == "lines" else json.dumps(rows, indent=1).encode())
    report = report_on(data)
    assert len(report.counts) == 1002 if form != "table" else report.counts


def test_a_path_has_its_name_in_all_parts(tmp_path):
    # In the second part it comes after a thousand others.
    first = {"n": "x"}
    second = {f"m{number}": "x" for number in range(1000)} | first
    (tmp_path / "a.jsonl").write_bytes(lines(GOOD | first))
    (tmp_path / "b.jsonl").write_bytes(lines(GOOD | second))
    report = report_on(tmp_path)
    assert {one.path: one.number for one in report.counts}["/n"] == 2


def test_rows_on_one_line_are_compared(tmp_path):
    rows = [GOOD | {"id": one, "x_key": one} for one in ("a", "b", "a")]
    (tmp_path / "a.json").write_bytes(json.dumps(rows).encode())
    report = report_on(tmp_path / "a.json", key=("x_key",))
    assert [(one.code, one.line, one.row) for one in report.sample] == [
        ("duplicate-id", 1, 2), ("duplicate-record", 1, 2)
    ]  # fmt: skip


def test_claims_are_all_there(tmp_path):
    claims = [claim.claim_id for claim in ki.load()]
    (tmp_path / "a.jsonl").write_bytes(lines(*[GOOD | {"claim_id": one} for one in claims[:20]]))
    table(tmp_path / "b.parquet", *[GOOD | {"claim_id": one} for one in claims[21:]])
    report = report_on(tmp_path, complete=("creator",))
    assert [one.expected for one in report.sample] == [f"a row for {claims[20]} with creator me"]


def test_a_row_that_is_wrong_and_a_duplicate_is_one_row(tmp_path):
    wrong = GOOD | {"id": "a", "claim_id": "d99-c01"}
    made = [GOOD | {"id": "a"}, wrong, wrong, *[GOOD] * 6]
    (tmp_path / "a.jsonl").write_bytes(lines(*made))
    table(tmp_path / "b.parquet", *made)
    report = report_on(tmp_path)
    assert (report.rows, report.invalid) == (18, 5)
    assert sum(count.number for count in report.counts) == 9


@pytest.mark.parametrize("most", [0, 1, 3])
@pytest.mark.parametrize("workers", [1, 2])
def test_few_findings_are_kept_and_all_are_counted(tmp_path, most, workers):
    made = [GOOD | {"id": f"r{number % 5}", "claim_id": f"d0{number % 3}-c99"} for number in range(20)]
    (tmp_path / "a.jsonl").write_bytes(lines(*made))
    table(tmp_path / "b.parquet", *made)
    report = report_on(tmp_path, workers, max_findings=most)
    assert len(report.sample) == most


@pytest.mark.parametrize(
    "options",
    [
        {"select": ["duplicate-id"]},
        {"ignore": ["duplicate-id"]},
        {"ignore": ["unknown-field"]},
        {"select": []},
    ],
    ids=str,
)
def test_codes_are_looked_for_or_not(tmp_path, options):
    made = [GOOD | {"id": f"r{number % 3}", "claim_id": "d99-c01", "note": "x"} for number in range(9)]
    (tmp_path / "a.jsonl").write_bytes(lines(*made))
    table(tmp_path / "b.parquet", *made)
    report_on(tmp_path, **options)


def test_blank_lines_are_looked_for_or_not(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(lines(*[GOOD] * 5) + b"\n\n" + lines(*[GOOD] * 5))
    assert report_on(tmp_path / "a.jsonl").counts[0].number == 2
    assert report_on(tmp_path / "a.jsonl", ignore=["blank-line"]).counts == ()


def test_many_small_files(tmp_path):
    for number in range(30):
        made = [GOOD | {"id": f"r{number * 2}"}, GOOD | {"id": f"r{number * 2 + 2}"}]
        if number % 3:
            (tmp_path / f"{number:02}.jsonl").write_bytes(lines(*made))
        else:
            table(tmp_path / f"{number:02}.parquet", *made)
    report = report_on(tmp_path, 2)
    assert (report.rows, report.invalid, len(report.inputs)) == (60, 29, 30)


def test_parts_without_rows(tmp_path):
    schema = pa.Table.from_pylist([GOOD | {"note": "x"}]).schema
    with pq.ParquetWriter(tmp_path / "a.parquet", schema) as writer:
        for count in (0, 2, 0, 1):
            writer.write_table(pa.Table.from_pylist([GOOD | {"note": "x"}] * count, schema))
    report = report_on(tmp_path / "a.parquet")
    assert [(one.code, one.row) for one in report.sample] == [("unknown-field", None)]
    assert (report.rows, report.invalid) == (3, 3)


def test_data_without_rows(tmp_path):
    pq.write_table(pa.table({"id": pa.array([], pa.string())}), tmp_path / "a.parquet")
    assert [one.code for one in report_on(tmp_path / "a.parquet").sample] == ["no-rows"]
    (tmp_path / "b.jsonl").write_bytes(b"\n" * 1000)
    assert {one.code for one in report_on(tmp_path / "b.jsonl").sample} == {"blank-line", "no-rows"}
    with pa.ipc.new_file(tmp_path / "c.arrow", pa.schema([("id", pa.string())])):
        pass
    assert [one.code for one in report_on(tmp_path / "c.arrow").sample] == ["no-rows"]


# Meanwhile


def test_progress_is_reported(tmp_path, monkeypatch):
    monkeypatch.setattr("kaiser_interview.validation.engine.merge._PAUSE", 0)
    (tmp_path / "a.jsonl").write_bytes(lines(*[GOOD] * 9))
    table(tmp_path / "b.parquet", *[GOOD | {"claim_id": "d99-c01"}] * 9)
    reported = []

    def progress(state):
        reported.append((state.rows, state.invalid, Path(state.file).name, state.size))

    report_on(tmp_path)
    report_of(check_of(tmp_path, kind="label", progress=progress), 1)
    sizes = [(tmp_path / name).stat().st_size for name in ("a.jsonl", "b.parquet")]
    assert [one[0] for one in reported] == sorted(one[0] for one in reported)
    assert {one[2:] for one in reported} == {("a.jsonl", sizes[0]), ("b.parquet", sizes[1])}
    assert reported[-1] == (18, 9, "b.parquet", sizes[1])
    assert len(reported) == 3 + 3 + 2


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.jsonl.gz", "a.jsonl"])
@pytest.mark.parametrize("tiny", [0, 1 << 40])
def test_progress_is_reported_while_a_file_is_read_in_order(tmp_path, monkeypatch, name, tiny):
    monkeypatch.setattr("kaiser_interview.validation.engine.merge._PAUSE", 0)
    monkeypatch.setattr(partition, "SLICE", 100)
    monkeypatch.setattr(discover, "SLICE", 100)
    monkeypatch.setattr(json_lines, "_CHUNK", 10_000)
    monkeypatch.setattr(array, "_CHUNK", 10_000)
    monkeypatch.setattr(csv_batches, "_CHUNK", 4096)
    monkeypatch.setattr(execution, "_LARGE", 1 << 40)
    monkeypatch.setattr(execution, "_TINY", tiny)
    monkeypatch.setitem(Stream.__init__.__kwdefaults__, "chunk", 4096)
    rows, wrong = [GOOD] * 999, GOOD | {"claim_id": "d99-c01"}
    made = {
        "a.csv": "\n".join(
            ",".join(row) for row in [GOOD, *(row.values() for row in (*rows, wrong))]
        ).encode(),
        "a.json": json.dumps([*rows, wrong]).encode(),
        "a.jsonl.gz": gzip.compress(lines(*rows, wrong)),
        "a.jsonl": lines(*rows, wrong),
    }[name]
    (tmp_path / name).write_bytes(made)
    states = []

    def progress(state):
        states.append((state.rows, state.invalid, state.bytes, state.size, state.file))

    report_of(check_of(tmp_path / name, kind="label", progress=progress), 1)
    assert states == sorted(states)
    assert states[-1] == (1000, 1, len(made), len(made), str(tmp_path / name))
    assert len({one[0] for one in states}) > 5
    assert {one[3:] for one in states} == {(len(made), str(tmp_path / name))}


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.csv"])
@pytest.mark.parametrize(
    ("ids", "twice"),
    [
        (["a", "b", "c"], []),
        (["a", "b", None, "a"], [3]),
        ([*"abcd", None, *"efgh", "a", "i", "g"], [9, 11]),
        # The second row is invalid, and so is looked at by itself.
        (["a", "wrong", "wrong", "b"], [2]),
    ],
)
def test_ids_are_compared_where_data_is_read_in_order(tmp_path, monkeypatch, name, ids, twice):
    monkeypatch.setattr(execution, "_LARGE", 1 << 40)
    monkeypatch.setattr(json_lines, "_CHUNK", 500)
    monkeypatch.setattr(csv_batches, "_CHUNK", 100)
    monkeypatch.setitem(Stream.__init__.__kwdefaults__, "chunk", 50)
    row = {"claim_id": "d01-c01", "language": "en", "translation": "t"} | BY
    rows = [row | {"id": one} for one in ids]
    if "wrong" in ids:
        rows[1]["method"] = "magic"
    text = "\n".join(",".join(map(str, one)) for one in [rows[0], *(one.values() for one in rows)])
    data = {"a.csv": text.replace("None", "").encode(), "a.jsonl.gz": gzip.compress(lines(*rows))}[name]
    (tmp_path / name).write_bytes(data)
    report = report_on(tmp_path / name, kind="translation")
    assert [one.row for one in report.sample if one.code == "duplicate-id"] == twice


def rewritten(path) -> None:
    about = path.stat()
    path.write_bytes(path.read_bytes())
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns + 1))


def replaced(path) -> None:
    about = path.stat()
    (path.parent / "other").write_bytes(path.read_bytes())
    os.utime(path.parent / "other", ns=(about.st_atime_ns, about.st_mtime_ns))
    (path.parent / "other").replace(path)


def grown(path) -> None:
    with path.open("ab") as file:
        file.write(b"\n")


def deleted(path) -> None:
    path.unlink()


CHANGES = [rewritten, replaced, grown, deleted]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet"])
@pytest.mark.parametrize("whole", [False, True])
def test_a_file_that_changes_while_it_is_read_is_reported(tmp_path, monkeypatch, change, name, whole):
    path = tmp_path / name
    if name == "a.jsonl":
        path.write_bytes(lines(*[GOOD] * 9))
    else:
        table(path, *[GOOD] * 9)
    count = []

    def changing(method):
        def call(*given, **named):
            made = method(*given, **named)
            count.append(1)
            # At the last part, so that everything has been read by then, or nearly.
            if len(count) == 3:
                change(path)
            return made

        return call

    monkeypatch.setattr(ColumnValidator, "lines", changing(ColumnValidator.lines))
    monkeypatch.setattr(ColumnValidator, "batches", changing(ColumnValidator.batches))
    check = check_of(path, kind="label")
    if whole and name == "a.parquet":
        monkeypatch.setattr(Sandbox, "ask", changing(Sandbox.ask))
        report = report_by_row(check)
    else:
        report = report_of(check, 1)
    assert "a file that changed while it was read" in [one.got for one in report.sample]
    assert {one.code for one in report.sample} == {"unreadable"}
    assert (report.complete, report.ok, report.inputs[0].complete) == (False, False, False)


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_changes_before_it_is_read_again_is_reported_once(tmp_path, monkeypatch, change):
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_bytes(lines(*[GOOD | {"id": f"r{number % 8}"} for number in range(9)]))
    again = execution.Validation._second_reading

    def changing(self, *given):
        change(tmp_path / "a.jsonl")
        again(self, *given)

    monkeypatch.setattr(execution.Validation, "_second_reading", changing)
    report = report_of(check_of([tmp_path / "a.jsonl", tmp_path / "b.jsonl"], kind="label"), 1)
    assert [one.got for one in report.sample if one.code == "unreadable"] == [
        "a file that changed while it was read"
    ]
    assert [one.complete for one in report.inputs] == [False, True]
    assert report.complete is False


def test_a_file_that_vanishes_when_it_is_cut_is_reported(tmp_path, monkeypatch):
    (tmp_path / "a.jsonl").write_bytes(lines(GOOD))
    stretches = partition._stretches

    def vanishing(path, size):
        Path(path).unlink()
        return stretches(path, size)

    monkeypatch.setattr(partition, "_stretches", vanishing)
    report = report_of(check_of(tmp_path / "a.jsonl", kind="label"), 1)
    assert [(one.code, one.got) for one in report.sample] == [("unreadable", "No such file or directory")]


def test_a_part_that_a_worker_cannot_read_is_reported(tmp_path, monkeypatch):
    table(tmp_path / "a.parquet", *[GOOD | {"id": f"r{number % 5}"} for number in range(12)])
    read = tasks.Tasks._read

    def failing(part, **request):
        if part == 1:
            raise MemoryError
        return read(part=part, **request)

    monkeypatch.setattr(tasks.Tasks, "_read", staticmethod(failing))
    report = report_on(tmp_path / "a.parquet", 2)
    assert [(one.code, one.row, one.got) for one in report.sample if one.code == "unreadable"] == [
        ("unreadable", None, "a larger part")
    ]
    assert report.complete is False
    # Of the third part, after the first.
    twice = [one.row for one in report.sample if one.code == "duplicate-id"]
    assert twice == [8, 10, 11]
    assert report.rows == 8


def test_the_rows_of_a_worker_that_died_are_named(tmp_path, monkeypatch):
    table(tmp_path / "a.parquet", *[GOOD] * 9)
    ask = Sandbox.ask

    def dying(self, **request):
        if request.get("part") == 1:
            raise Died("the worker exceeded its time limit")
        return ask(self, **request)

    monkeypatch.setattr(Sandbox, "ask", dying)
    report = report_on(tmp_path / "a.parquet")
    assert [one.got for one in report.sample] == [
        "an error in rows 4 to 7: the worker exceeded its time limit"
    ]
    assert report.rows == 5


@pytest.mark.parametrize("workers", [0, -1, 1.5, True, "2"])
def test_workers_are_a_number(workers):
    with pytest.raises(InputError, match="workers: expected an integer of at least 1"):
        ki.validate([GOOD], kind="label", workers=workers)


def test_a_huge_number_of_workers_takes_no_memory():
    with ki.Validator("label", workers=10**20) as validator:
        assert validator._engine.count == 1024
        assert validator.validate([GOOD]).ok


@pytest.mark.parametrize("most", [sys.maxsize - 1, sys.maxsize, 10**20])
def test_a_huge_number_of_findings_is_kept(tmp_path, most):
    row = GOOD | {"claim_id": "d01-c99"}
    (tmp_path / "a.jsonl").write_bytes(lines(row, row))
    table(tmp_path / "b.parquet", row, row)
    report = report_on(tmp_path, max_findings=most)
    assert len(report.sample) == 4
    assert len(report.merge(report).sample) == 8


def test_a_source_that_is_not_a_file_has_no_stream():
    check = check_of(pa.table({"a": [1]}), kind="label")
    (source,) = Merge(check, check.row_validator()).sources()
    with Pool(1) as pool:
        assert partition.cut_of(source, frozenset(), pool).stream is None


def test_a_file_that_vanishes_before_it_is_read_is_reported(tmp_path, monkeypatch):
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines(*[GOOD] * 9))
    cut_of = execution.cut_of

    def gone(*given):
        made = cut_of(*given)
        path.unlink()
        return made

    monkeypatch.setattr(execution, "cut_of", gone)
    report = report_of(check_of(path, kind="label"), 1)
    assert (report.rows, report.complete) == (0, False)
    assert {one.code for one in report.sample} == {"unreadable"}
    assert "No such file or directory" in {one.got for one in report.sample}


@pytest.mark.parametrize("tiny", [0, 1 << 20])
def test_a_columnar_file_named_as_text_is_read_as_columnar(tmp_path, monkeypatch, tiny):
    monkeypatch.setattr(execution, "_TINY", tiny)
    table(tmp_path / "a.jsonl", GOOD | {"id": "a"}, GOOD | {"id": "a"}, GOOD | {"claim_id": "d99-c01"})
    report = report_on(tmp_path / "a.jsonl")
    assert {one.code for one in report.counts} == {"duplicate-id", "unknown-claim"}
