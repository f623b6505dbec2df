"""`Corpus.from_quotes`: claims from statements with quotes."""

import datetime as dt
import json
from collections import Counter
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kaiser_interview as ki

TEXT = "# Tea\r\n\nGreen tea is “not” fermented. [1] Black tea is.\nTea. Tea. 🍵 is an emoji."


def test_quotes_become_claims_with_the_characters_of_the_text():
    statements = [
        {"quote": 'Green tea is "not" fermented.', "statement": "Unfermented.", "x_page": [1]},
        {"quote": "**Black tea is.**"},
        {"quote": "🍵", "quote_start": 0, "quote_end": 1},
    ]
    corpus, split = ki.Corpus.from_quotes(TEXT, statements, source_id="tea 茶")
    assert (split.report.ok, split.rejects, split.findings) == (True, [], ())
    assert corpus.sources == {"tea 茶": TEXT}
    claims = [*corpus.claims.values()]
    assert [(one.claim_id, one.text, one.start) for one in claims] == [
        ("c001", "Green tea is “not” fermented.", TEXT.index("Green")),
        ("c002", "Black tea is.", TEXT.index("Black")),
        ("c003", "🍵", TEXT.index("🍵")),
    ]
    others = [
        {
            name: value
            for name, value in one.columns.items()
            if name in {"statement", "source_id"} or name[1] == "_"
        }
        for one in claims
    ]
    assert others == [
        {"source_id": "tea 茶", "statement": "Unfermented.", "x_page": [1]}
        | {"x_quote_as_written": 'Green tea is "not" fermented.'},
        {"source_id": "tea 茶", "x_quote_as_written": "**Black tea is.**"},
        {"source_id": "tea 茶"},
    ]  # fmt: skip
    row = {"claim_id": "c001", "quote": "not", "verdict": "mixed", "urls": []}
    by = {"method": "human", "creator": "me"}
    assert [one.code for one in ki.Validator("verdict", against=corpus, defaults=by).check(row)] == [
        "quote-too-short"
    ]


def test_quotes_that_are_not_in_the_text_are_findings():
    statements = [
        {"quote": "Black tea was."},
        {"quote": "Tea."},
        {"statement": "No quote."},
        "Tea",
        {"quote": 5},
    ]
    corpus, split = ki.Corpus.from_quotes(TEXT, statements)
    assert [(one.code, one.severity, one.row) for one in split.findings] == [
        ("quote-not-found", "error", 0),
        ("quote-ambiguous", "warning", 1),
        ("missing-field", "error", 2),
        ("not-an-object", "error", 3),
        ("wrong-type", "error", 4),
    ]
    # The first of two places.
    assert [(one.text, one.start) for one in corpus.claims.values()] == [("Tea.", TEXT.index("Tea."))]
    assert len(split.rejects) == 4
    assert "Black tea is" not in split.retry_messages()[0].text


def test_without_any_quote_there_is_no_claim():
    corpus, split = ki.Corpus.from_quotes(TEXT, [{"quote": "Coffee"}])
    assert (dict(corpus.claims), corpus.sources, split.report.invalid) == ({}, {"text": TEXT}, 1)
    assert corpus.find("Tea") == ()
    corpus, split = ki.Corpus.from_quotes(TEXT, [])
    assert (dict(corpus.claims), [one.code for one in split.findings]) == ({}, ["no-rows"])


@pytest.mark.parametrize(
    "form", ["list", "jsonl", "csv", "parquet", "frame", "table", "iterator", "parsed", "Statement"]
)
def test_statements_come_in_every_form(tmp_path, form):
    rows = [{"quote": "Black tea is.", "statement": "B"}, {"quote": "Green tea", "statement": "G"}]
    table = pa.Table.from_pylist(rows)
    lines = "".join(f"{json.dumps(row)}\n" for row in rows)
    if form in {"jsonl", "csv", "parquet"}:
        path = tmp_path / f"rows.{form}"
        if form == "jsonl":
            path.write_text(lines, "utf-8")
        elif form == "csv":
            path.write_text("quote,statement\nBlack tea is.,B\nGreen tea,G\n", "utf-8")
        else:
            table.to_pandas().to_parquet(path)
        data = path
    else:
        data = {
            "list": rows,
            "frame": pd.DataFrame(rows),
            "table": table,
            "iterator": iter(rows),
            "parsed": ki.parse([f"Here:\n```json\n{json.dumps(rows)}\n```"], kind=ki.Statement),
            "Statement": [ki.Statement(claim_id="text", **row) for row in rows],
        }[form]
    corpus, split = ki.Corpus.from_quotes(TEXT, data)
    assert split.report.ok
    assert [(one.text, one.columns["statement"]) for one in corpus.claims.values()] == [
        ("Black tea is.", "B"),
        ("Green tea", "G"),
    ]


@pytest.mark.parametrize("quote", [3, 1.5, True, b"x", {"a": 1}, [1]])
def test_quotes_that_are_not_text(quote):
    for data in ([{"quote": quote}], pa.table({"quote": [quote]}), pd.DataFrame({"quote": [quote]})):
        corpus, split = ki.Corpus.from_quotes("abc", data)
        assert (dict(corpus.claims), [one.code for one in split.findings]) == ({}, ["wrong-type"])


def test_other_columns_are_written_as_split_writes_them(tmp_path):
    values = {"x_day": dt.date(2026, 1, 1), "x_bytes": b"a", "x_set": {1}, "x_n": Decimal("1.5")}
    corpus, split = ki.Corpus.from_quotes("abc", [{"quote": "abc"} | values])
    assert split.report.ok
    assert corpus.claim("c001").columns["x_day"] == "2026-01-01"
    corpus.to_files(tmp_path / "made")
    assert ki.Corpus.from_files(tmp_path / "made").digest == corpus.digest


def test_a_model_does_not_see_an_id_that_it_did_not_write():
    _, split = ki.Corpus.from_quotes("abc", [{"quote": "abcd"}], source_id="doc")
    (message,) = split.retry_messages()
    assert (split.rejects, "claim_id" in message.text) == ([{"quote": "abcd"}], False)


def test_unknown_fields_are_findings():
    _, split = ki.Corpus.from_quotes("abc", [{"quote": "abc", "topic": "x"}])
    assert [(one.code, one.path) for one in split.findings] == [("unknown-field", ("topic",))]


def test_failures_of_parse_are_carried_on():
    parsed = ki.parse(["no rows here", '{"quote": "Black tea is.", "statement": null}'], kind=ki.Statement)
    corpus, split = ki.Corpus.from_quotes(TEXT, parsed)
    assert (len(corpus.claims), len(split.failures), len(split.retry_messages())) == (1, 1, 1)


def test_unreadable_statements(tmp_path):
    corpus, split = ki.Corpus.from_quotes(TEXT, tmp_path / "none.jsonl")
    assert (dict(corpus.claims), split.valid, split.report.complete) == ({}, None, False)
    assert [one.code for one in split.report.sample] == ["unreadable"]
    parsed = ki.parse(tmp_path / "none.jsonl", kind=ki.Statement)
    with pytest.raises(
        ki.InputError, match=r"^data: expected rows, got a Parsed whose input could not be read"
    ):
        ki.Corpus.from_quotes(TEXT, parsed)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (" \n", "text: text: expected at least one document, got none"),
        ("a\udc80", "expected UTF-8, got byte"),
    ],
)
def test_texts_without_content(text, message):
    with pytest.raises(ki.CorpusError, match=message):
        ki.Corpus.from_quotes(text, [{"quote": "a"}])


def test_the_draft_has_the_fields_that_a_model_can_know():
    schema = ki.json_schema(ki.Statement, profile="draft")
    assert [*schema["properties"]] == ["quote", "statement"]
    assert "passage" not in schema["description"]


@given(st.data())
def test_every_passage_is_placed_and_nothing_else(data):
    text = data.draw(st.text(st.sampled_from("ab 茶🍵é\n"), min_size=1).filter(lambda one: one.strip()))
    quotes = data.draw(st.lists(st.text(st.sampled_from("ab 茶🍵é\n"), min_size=1, max_size=4), max_size=5))
    corpus, split = ki.Corpus.from_quotes(text, [{"quote": one} for one in quotes])
    body = text.strip()
    held = [one for one in quotes if one in body]
    for claim in corpus.claims.values():
        assert text[claim.start : claim.end] == claim.text
    texts = [claim.text for claim in corpus.claims.values()]
    assert Counter(held) <= Counter(texts)
    # The others are equal to a quote except for white space.
    bare = {"".join(one.split()) for one in quotes}
    assert all("".join(one.split()) in bare for one in texts)
    assert len(corpus.claims) + split.report.invalid == len(quotes)
