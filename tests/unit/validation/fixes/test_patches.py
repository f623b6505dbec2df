"""Fixes of valid rows depend on few columns."""

import json
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import kaiser_interview as ki
from kaiser_interview.validation.engine import execution
from kaiser_interview.validation.fixes.patches import Patch, _Fields
from kaiser_interview.validation.writers.changes import edits_json

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
    """Return the written rows, and the number of rows for each filled-in field."""
    path = tmp_path / "in.jsonl"
    path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), "utf-8")
    result = ki.fix(path, output=tmp_path / "out.jsonl", **options)
    assert result.report.ok
    written = (tmp_path / "out.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in written], dict(result.changed)


@pytest.mark.parametrize("given", [QUOTE, QUOTE | DIGEST, QUOTE | PLACE, QUOTE | PLACE | DIGEST | RELEASE])
def test_missing_values_are_filled_in(tmp_path, given):
    rows, filled = fixed(tmp_path, [VERDICT | given] * 3, kind="verdict")
    whole = VERDICT | given | PLACE | DIGEST | RELEASE
    assert rows == [whole] * 3
    assert filled == dict.fromkeys(whole.keys() - (VERDICT | given).keys(), 3)


SHORT = {"quote": CLAIM.text[:3], "quote_start": CLAIM.start, "quote_end": CLAIM.start + 3}


@pytest.mark.parametrize("given", [{}, DIGEST, RELEASE, SHORT])
def test_nothing_is_added_without_a_quote_that_proves_the_claim(tmp_path, given):
    rows, filled = fixed(tmp_path, [VERDICT | given] * 3, kind="verdict")
    assert (rows, filled) == ([VERDICT | given] * 3, {})


@pytest.mark.parametrize("given", [{}, RELEASE, QUOTE | PLACE])
def test_a_caller_may_name_the_release(tmp_path, given):
    rows, _ = fixed(tmp_path, [VERDICT | given] * 3, kind="verdict", defaults=RELEASE)
    assert rows == [VERDICT | given | RELEASE | DIGEST] * 3


def test_a_release_of_the_row_is_not_the_callers(tmp_path):
    corpus = ki.Corpus.from_files(Path(__file__).parents[3] / "corpus")
    row = VERDICT | {"claim_id": "b-01"}
    rows, _ = fixed(
        tmp_path, [row | {"release": "1.1.0"}, row], kind="verdict", against=corpus,
        defaults={"release": "1.0.0"},
    )  # fmt: skip
    assert [one.get("claim_sha256") for one in rows] == [None, corpus.claims["b-01"].sha256]


def test_the_log_has_every_change(tmp_path):
    fixed(tmp_path, [VERDICT | QUOTE, VERDICT, VERDICT | QUOTE | PLACE], kind="verdict")
    log = (tmp_path / "out.jsonl.changes.jsonl").read_text("utf-8").splitlines()
    first, last = map(json.loads, log)
    assert [(one["file"], one["line"], one["row"]) for one in (first, last)] == [
        (str(tmp_path / "in.jsonl"), 1, 0),
        (str(tmp_path / "in.jsonl"), 3, 2),
    ]
    safe = {"before": None, "code": None, "applicability": "safe"}
    digests = [{"path": f"/{name}", "after": value} | safe for name, value in (DIGEST | RELEASE).items()]
    places = [{"path": f"/{name}", "after": value} | safe for name, value in PLACE.items()]
    assert (first["edits"], last["edits"]) == ([*places, *digests], digests)


def test_a_column_of_nulls_is_not_a_quote(tmp_path):
    rows = [VERDICT | {"quote": None, "claim_sha256": None}] * 3
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "in.parquet")
    result = ki.fix(tmp_path / "in.parquet", output=tmp_path / "out.parquet", kind="verdict")
    assert (result.report.ok, dict(result.changed)) == (True, {})


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_a_row_without_a_required_column_gets_no_release(tmp_path, form):
    row = {name: value for name, value in (VERDICT | QUOTE).items() if name != "urls"}
    paths = [tmp_path / f"{number}.{form}" for number in range(3)]
    ki.write(pa.Table.from_pylist([row] * 2), paths[0], kind=None if form == "csv" else "verdict")
    if form == "parquet":
        pq.write_table(pa.Table.from_pylist([row] * 2), paths[0])
    first, second = (ki.fix(one, output=two, kind="verdict") for one, two in pairwise(paths))
    assert {*first.changed} == {"quote_start", "quote_end", "claim_sha256"}
    assert second.changed == {}


def test_a_patch_that_fills_in_has_its_edits():
    patch = Patch(_Fields({"creator": "me"}, DIGEST), (20, 28))
    assert [(one.path, one.after, one.code, one.applicability) for one in patch.edits] == [
        (("creator",), "me", None, "safe"),
        (("quote_start",), 20, None, "safe"),
        (("quote_end",), 28, None, "safe"),
        (("claim_sha256",), CLAIM.claim_sha256, None, "safe"),
    ]
    assert edits_json(patch.edits) == patch.filled_json


def test_defaults_go_first_and_only_where_a_field_is_missing(tmp_path):
    row = {name: value for name, value in VERDICT.items() if name != "creator"} | QUOTE
    rows, filled = fixed(tmp_path, [row, VERDICT | QUOTE], kind="verdict", defaults={"creator": "you"})
    assert [one["creator"] for one in rows] == ["you", "me"]
    assert [*rows[0]][len(row) :] == ["creator", "quote_start", "quote_end", "claim_sha256", "release"]
    assert filled["creator"] == 1


def test_other_fields_may_follow_from_a_default(tmp_path):
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
    assert (result.report.ok, dict(result.changed)) == (True, {"references": 1})
    written = pq.ParquetFile(tmp_path / "out.parquet").read().column("references").to_pylist()
    assert [{name: one[name] for name in whole} for (one,) in written] == [whole] * 3
