"""Fixes of rows in which nothing is wrong follow from few columns."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import kaiser_interview as ki
from kaiser_interview.validation.engine import execution

CLAIM = ki.claim("d01-c01")
QUOTE = {"quote": CLAIM.text[:8]}
PLACE = {"quote_start": CLAIM.start, "quote_end": CLAIM.start + 8}
DIGEST, RELEASE = {"claim_sha256": CLAIM.claim_sha256}, {"release": ki.data_release}
BY = {"method": "human", "creator": "me"}
VERDICT = {"claim_id": "d01-c01", "verdict": "mixed", "urls": []} | BY
QUESTION = {"language": "en", "question": "What?", "answer": "That.", "answerable": True} | BY


@pytest.fixture(autouse=True)
def by_columns(monkeypatch):
    """Go by columns, also for little data."""
    monkeypatch.setattr(execution, "_TINY", 0)
    monkeypatch.setattr(execution, "_FEW", 0)


def fixed(tmp_path, rows, **options) -> tuple[list[dict], dict]:
    """Return rows as they are written, and the number of rows for each field that was filled in."""
    path = tmp_path / "in.jsonl"
    path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), "utf-8")
    result = ki.fix(path, output=tmp_path / "out.jsonl", **options)
    assert result.report.ok
    written = (tmp_path / "out.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in written], dict(result.filled)


@pytest.mark.parametrize(
    "given", [{}, DIGEST, RELEASE, QUOTE, QUOTE | PLACE, QUOTE | PLACE | DIGEST | RELEASE]
)
def test_what_is_missing_is_filled_in(tmp_path, given):
    rows, filled = fixed(tmp_path, [VERDICT | given] * 3, kind="verdict")
    whole = VERDICT | given | DIGEST | RELEASE | (PLACE if "quote" in given else {})
    assert rows == [whole] * 3
    assert filled == dict.fromkeys(whole.keys() - (VERDICT | given).keys(), 3)


def test_defaults_go_first_and_only_where_a_field_is_missing(tmp_path):
    row = {name: value for name, value in VERDICT.items() if name != "creator"} | QUOTE
    rows, filled = fixed(tmp_path, [row, VERDICT | QUOTE], kind="verdict", defaults={"creator": "you"})
    assert [one["creator"] for one in rows] == ["you", "me"]
    assert [*rows[0]][len(row) :] == ["creator", "quote_start", "quote_end", "claim_sha256", "release"]
    assert filled["creator"] == 1


def test_a_default_may_be_what_other_fields_follow_from(tmp_path):
    row = {name: value for name, value in (VERDICT | QUOTE).items() if name != "claim_id"}
    rows, _ = fixed(tmp_path, [row], kind="verdict", defaults={"claim_id": "d01-c01"})
    assert rows == [row | {"claim_id": "d01-c01"} | PLACE | DIGEST | RELEASE]


def test_references_within_a_row(tmp_path):
    open_reference = {"claim_id": "d01-c01"} | QUOTE
    whole = QUESTION | {"references": [open_reference | PLACE | DIGEST]} | RELEASE
    rows, filled = fixed(
        tmp_path, [QUESTION | {"references": [open_reference]}, whole, whole], kind="question"
    )
    assert rows == [whole] * 3
    assert filled == {"references": 1, "release": 1}


def test_references_within_the_rows_of_a_table(tmp_path):
    reference = {"claim_id": "d01-c01"} | QUOTE
    whole = reference | PLACE | DIGEST
    rows = [QUESTION | RELEASE | {"references": [one]} for one in (reference | PLACE, whole, whole)]
    rows[0]["references"][0]["claim_sha256"] = None
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "in.parquet")
    result = ki.fix(tmp_path / "in.parquet", output=tmp_path / "out.parquet", kind="question")
    assert (result.report.ok, dict(result.filled)) == (True, {"references": 1})
    written = pq.ParquetFile(tmp_path / "out.parquet").read().column("references").to_pylist()
    assert [{name: one[name] for name in whole} for (one,) in written] == [whole] * 3
