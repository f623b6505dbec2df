"""Edits of whole columns: renamed or removed, in files and in tables."""

import csv
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import kaiser_interview as ki
from kaiser_interview.corpus.corpus import Corpus
from kaiser_interview.dataset.loaders import shipped
from kaiser_interview.validation.findings.finding import Fault
from kaiser_interview.validation.fixes.columns import ColumnEdits
from kaiser_interview.validation.rows.row_validator import RowValidator

QUOTE = "推理模型不增加参数数量"
BY = {"method": "model", "creator": "m"}
ROWS = [
    {"claim_id": "d05-c03", "evidence": QUOTE, "lanuage": "EN", "translation": "t", "x_n": "1", "odd": "o"}
    | BY,
    {"claim_id": "d05-c03", "evidence": None, "lanuage": "de", "translation": "t", "x_n": None, "odd": None}
    | BY,
    {"claim_id": "d99-c01", "evidence": QUOTE, "lanuage": "fr", "translation": None, "x_n": "1", "odd": "o"}
    | BY,
]
AFTER = [
    {"claim_id": "d05-c03", "quote": QUOTE, "language": "en", "translation": "t", "x_n": "1"} | BY,
    {"claim_id": "d05-c03", "language": "de", "translation": "t"} | BY,
    {"claim_id": "d99-c01", "quote": QUOTE, "language": "fr", "x_n": "1"} | BY,
]
FILLED = {"quote_start", "quote_end", "claim_sha256", "release"}


def edits(names: list[str], kind: str = "translation", corpus: Corpus | None = None, **defaults: str) -> dict:
    """Return the new name of each column that has an edit."""
    found = ColumnEdits(RowValidator([kind], corpus or shipped(), defaults=defaults), names)
    faults = [Fault("unknown-field", (name,), "", "") for name in names]
    assert found.correction(Fault("missing-field", (*names, "")[:1], "", "")) is None
    corrections = {str(fault.path[0]): found.correction(fault) for fault in faults}
    return {name: one.edits[0].after for name, one in corrections.items() if one}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["claim_id", "translaton"], {"translaton": "translation"}),
        (["claim_id", "Evidence"], {"Evidence": "quote"}),
        (["odd", "x_odd", "position"], {"odd": None}),
        # The field exists already, or two columns would be renamed to it.
        (["translation", "translaton"], {}),
        (["quote", "evidence"], {}),
        (["qoute", "quot"], {}),
        ([], {}),
    ],
)
def test_which_columns_are_renamed_or_removed(names, expected):
    assert edits(names) == expected


def test_a_default_for_a_field_is_kept():
    assert edits(["lanuage"], language="en") == {}


def csv_of(rows: list[dict]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, [*rows[0]], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def bare(row: dict) -> dict:
    """Return the fields of a row that are neither empty nor filled in."""
    return {name: value for name, value in row.items() if value not in {None, ""} and name not in FILLED}


@pytest.mark.parametrize("form", ["csv", "parquet", "table"])
def test_columns_are_edited(tmp_path, form):
    path = tmp_path / ("rows.csv" if form == "csv" else "rows.parquet")
    table = pa.Table.from_pylist(ROWS)
    if form == "csv":
        path.write_bytes(csv_of(ROWS) + b"d05-c03,too,few\n")
    else:
        pq.write_table(table, path)
    out = tmp_path / f"out{path.suffix}"
    data = table if form == "table" else path
    before = ki.validate(data, kind="translation")
    columns = {one.path[0]: one.suggestion.edits for one in before.sample if one.code == "unknown-field"}
    assert columns == {
        "evidence": (ki.Edit((), "evidence", "quote"),),
        "lanuage": (ki.Edit((), "lanuage", "language"),),
        "odd": (ki.Edit((), "odd", None),),
    }
    fixed = ki.fix(data, output=out, kind="translation", unsafe_fixes=True)
    codes = {"missing-field", "unknown-claim"} | ({"invalid-csv"} if form == "csv" else set())
    assert {one.code for one in fixed.report.sample} == codes
    if form == "csv":
        found = [*csv.DictReader(io.StringIO(out.read_text("utf-8")))]
        assert found.pop()["quote"] == "too"
    else:
        found = pq.ParquetFile(out).read().to_pylist()
    assert [bare(row) for row in found] == AFTER
    log = [json.loads(line) for line in (tmp_path / f"{out.name}.changes.jsonl").read_bytes().splitlines()]
    assert [one["row"] for one in log] == [0, 1, 2]
    changed = {edit["path"]: (edit["before"], edit["after"]) for edit in log[0]["edits"]}
    assert changed.items() >= {
        "/evidence": (QUOTE, None), "/quote": (None, QUOTE), "/lanuage": ("EN", None),
        "/language": (None, "en"), "/odd": ("o", None),
    }.items()  # fmt: skip
    assert fixed.changed["odd"] == 2
    again = ki.fix(out, output=tmp_path / f"again{path.suffix}", kind="translation", unsafe_fixes=True)
    assert again.changed == {}


def test_columns_of_a_streaming_dataset_are_edited(tmp_path):
    datasets = pytest.importorskip("datasets")
    data = datasets.Dataset.from_list(ROWS).to_iterable_dataset()
    ki.fix(data, output=tmp_path / "out.jsonl", kind="translation", unsafe_fixes=True)
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert [bare(row) for row in rows] == AFTER
