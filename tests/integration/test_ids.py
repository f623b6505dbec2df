"""Ids of any script, in every form of the input, and wherever a corpus is named."""

import gzip
import json

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Dataset

import kaiser_interview as ki

IDS = [
    "第一章 3", "الفصل-١", "क्‍ष", "ไทย", "👩‍👩‍👧 family", "e\u0301", "é", "a,b", 'a"b', "a'b", "a/b", "a\\b",
    "#1", "=1+1", "001", "1.0", "true", "null", "[6]", "{x}", "-", "--help", "c:d", "a=b", "𝒞", "x" * 256,
]  # fmt: skip
BY = {"method": "human", "creator": "I"}


@pytest.fixture(scope="module", name="corpus")
def corpus_of_ids(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    text = "".join(f"claim {number} of many\n" for number in range(len(IDS)))
    rows = []
    for number, claim_id in enumerate(IDS):
        claim = f"claim {number} of many"
        start = text.index(claim)
        rows.append({"claim_id": claim_id, "text": claim, "start": start, "end": start + len(claim)})
    (folder / "claims.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    (folder / "my text.txt").write_text(text, "utf-8")
    assert ki.Corpus.check(folder).ok
    return ki.Corpus.from_files(folder)


def rows():
    return [
        {
            "claim_id": claim_id,
            "id": claim_id,
            "quote": f"claim {number} of many",
            "scheme": "a:b",
            "value": "c",
        }
        for number, claim_id in enumerate(IDS)
    ]


FORMS = [
    "list",
    "jsonl",
    "json",
    "jsonl.gz",
    "csv",
    "parquet",
    "arrow",
    "pandas",
    "polars",
    "Dataset",
    "table",
]


@pytest.mark.parametrize("form", FORMS)
def test_every_form(corpus, tmp_path, form):
    given, path = rows(), tmp_path / f"rows.{form}"
    table = pa.Table.from_pylist(given)
    lines = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in given).encode()
    data: object = path
    if form in {"jsonl", "jsonl.gz"}:
        path.write_bytes(lines if form == "jsonl" else gzip.compress(lines))
    elif form == "json":
        path.write_text(json.dumps(given), "utf-8")
    elif form == "csv":
        pd.DataFrame(given).to_csv(path, index=False)
    elif form == "parquet":
        pq.write_table(table, path)
    elif form == "arrow":
        with pa.ipc.new_file(path, table.schema) as writer:
            writer.write_table(table)
    else:
        data = {
            "list": given,
            "pandas": pd.DataFrame(given),
            "polars": pl.DataFrame(given),
            "Dataset": Dataset.from_list(given),
            "table": table,
        }[form]
    with ki.Validator("label", against=corpus, defaults=BY) as validator:
        report = validator.validate(data)
        assert report.ok, report
        assert (report.rows, report.checked.quotes.exact) == (len(IDS), len(IDS))
        fixed = validator.fix(data)
        assert [one.claim_id for one in validator.read(validator.split(fixed).valid)] == IDS


@pytest.mark.parametrize("claim_id", IDS)
def test_every_place_that_takes_an_id(corpus, run, tmp_path, claim_id):
    assert corpus.claim(claim_id).claim_id == claim_id
    row = ki.Label.of(claim_id, against=corpus, scheme="a:b", value="c", **BY)
    assert ki.validate([row], kind="label", against=corpus).ok
    schema = ki.json_schema("label", profile="draft", claims=[claim_id], against=corpus)
    assert schema["properties"]["claim_id"]["enum"] == [claim_id]
    answer = json.dumps({"claim_id": claim_id, "quote": "claim", "scheme": "a:b", "value": "c"})
    assert [one["claim_id"] for one in ki.parse([answer], kind="label", against=corpus).rows] == [claim_id]
    corpus.to_files(tmp_path / "made")
    code, out, _ = run("show", "--against", tmp_path / "made", "--format", "json", "--", claim_id)
    assert (code, json.loads(out)[0]["claim_id"]) == (0, claim_id)


def test_typos_of_ids_are_corrected(corpus):
    given = {"claim_id": "第一章  3", "quote": "claim 0 of many", "scheme": "a:b", "value": "c"}
    fixed = ki.fix([given], kind="label", against=corpus, defaults=BY)
    assert fixed.data[0]["claim_id"] == "第一章 3"
