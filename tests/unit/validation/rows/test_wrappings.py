"""Objects that wrap rows: one finding that no option hides, and never a finding of a row."""

import json

import pytest
from hints import hint

import kaiser_interview as ki

BY = {"method": "model", "creator": "m", "language": "en"}
ROW = {"claim_id": "d01-c01", "translation": "x"}
RECORDS = 'write rows: in pandas, to_json(orient="records", lines=True)'
PARSE = "run `kaiser-interview parse`, which turns responses into rows"
COLUMNS = {"claim_id": {"0": "d01-c01", "1": "d01-c02"}, "translation": {"0": "x", "1": "y"}}

HOLDS = {
    "a list": (
        {"rows": [ROW, ROW]},
        'an object with 2 rows in "rows"',
        'write only the list in "rows"',
    ),
    "a list beside what all have in common": (
        {"language": "en", "model": "m", "translations": [ROW]},
        'an object with 1 row in "translations"',
        'write only the list in "translations"',
    ),
    "an empty list": ({"rows": []}, 'an object with no row in "rows"', "remove it"),
    "rows by name": (
        {"d01-c01": {"translation": "x"}, "d01-c02": {"translation": "y"}},
        "an object with named rows",
        "write each value as a row, with its name as a field",
    ),
    "a column-oriented table": (COLUMNS, "a column-oriented table", RECORDS),
    "a table in columns and data": (
        {"columns": ["claim_id"], "index": [0], "data": [["d01-c01"]]},
        "a table in columns and data",
        RECORDS,
    ),
    "a batch of OpenAI's": (
        {"id": "b", "custom_id": "d01-c01", "error": None,
         "response": {"body": {"choices": [{"message": {"content": "{}"}}]}}},
        "a batch result",
        PARSE,
    ),
    "a batch of Anthropic's": (
        {"custom_id": "d01-c01", "result": {"message": {"content": [{"text": "{}"}]}}},
        "a batch result",
        PARSE,
    ),
    "a batch of responses": (
        {"custom_id": "d01-c01", "response": {"body": {"output": [{"content": []}]}}},
        "a batch result",
        PARSE,
    ),
    "a batch of Gemini's": (
        {"request": {}, "response": {"candidates": [{"content": {"parts": []}}]}},
        "a batch result",
        PARSE,
    ),
    "a failed request of a batch": (
        {"id": "batch_req_1", "custom_id": "a", "error": None,
         "response": {"status_code": 400, "body": {"error": {"message": "too long"}}}},
        'a batch result: "too long"',
        PARSE,
    ),
    "an expired request": (
        {"id": "batch_req_1", "response": None, "error": {"code": "batch_expired", "message": "late"}},
        'a batch result: "late"',
        PARSE,
    ),
    "an errored result": (
        {"custom_id": "a", "result": {"type": "errored", "error": {"error": {"message": "bad"}}}},
        'a batch result: "bad"',
        PARSE,
    ),
    "a canceled result": (
        {"custom_id": "a", "result": {"type": "canceled"}},
        "a batch result",
        PARSE,
    ),
    "an error in an error": (
        {"custom_id": "a", "result": {"error": {"error": {"error": {"error": {"error": {}}}}}}},
        "a batch result",
        PARSE,
    ),
    "a completion of text": (
        {"choices": [{"text": "{}", "finish_reason": "stop"}]},
        "a completion response",
        PARSE,
    ),
    "a completion response": (
        {"id": "c", "choices": [{"index": 0, "message": {"content": "{}"}}]},
        "a completion response",
        PARSE,
    ),
    "a piece of a completion response": (
        {"choices": [{"index": 0, "delta": {"content": "{"}, "finish_reason": None}]},
        "a completion response",
        PARSE,
    ),
    "a conversation": (
        {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "{}"}]},
        "a conversation",
        PARSE,
    ),
    "a conversation without an answer": (
        {"messages": [{"role": "user", "content": "hi"}, "x"]},
        "a conversation",
        PARSE,
    ),
    "an error": (
        {"error": {"message": "slow down"}},
        'an API error: "slow down"',
        PARSE,
    ),
    "an error of Anthropic's": (
        {"type": "error", "error": {"message": "slow down"}},
        'an API error: "slow down"',
        PARSE,
    ),
    "an error without words": ({"error": {"code": 500}}, "an API error", PARSE),
    "SQuAD": (
        {"version": "1.1", "data": [{"paragraphs": []}]},
        "questions nested as in SQuAD",
        "write each question as a row, with references to claims",
    ),
}  # fmt: skip


@pytest.mark.parametrize("options", [{}, {"ignore": ["not-an-object", "missing-field", "unknown-field"]}])
@pytest.mark.parametrize(("value", "got", "suggestion"), HOLDS.values(), ids=HOLDS)
def test_a_wrapper_object_is_one_finding(tmp_path, value, got, suggestion, options):
    path = tmp_path / "rows.jsonl"
    path.write_text(f"{json.dumps(value)}\n", "utf-8")
    for data in (path, [value]):
        report = ki.validate(data, kind="translation", defaults=BY, **options)
        (found,) = report.sample
        assert (found.code, found.path, found.expected) == ("not-an-object", (), "a row")
        assert (found.got, hint(found)) == (got, suggestion)
        assert (report.rows, report.invalid) == (1, 1)


# Rows with missing or unknown fields: their faults are reported field by field.
ROWS = [
    {"choices": ["a", "b"], "translation": "x"},
    {"translation": "x", "spans": [{"quote": "x"}]},
    {"data": "x", "schema": "y"},
    {"error": "none"},
    {"error": {"message": "x"}, "translation": "x"},
    {"messages": ["hi"]},
    {"custom_id": "d01-c01"},
    {"response": {"body": {}}},
    {"rows": [], "translation": "x"},
    {"rows": [1, 2]},
    {"claim_id": {"0": "d01-c01"}},
    {"claim_id": {}, "translation": {}},
    {"claim_id": {"a": "d01-c01"}, "translation": {"b": "x"}},
    {},
]


@pytest.mark.parametrize("row", ROWS, ids=map(str, ROWS))
def test_rows_are_not_taken_for_wrappers(row):
    report = ki.validate([row], kind="translation", defaults=BY)
    assert "not-an-object" not in {one.code for one in report.sample}
    assert report.invalid == 1


def test_a_valid_row_with_any_list_is_valid():
    row = {**BY, **ROW, "rows": [ROW], "messages": [{"role": "user"}], "custom_id": "x", "response": {}}
    assert ki.validate([row], kind="translation", extra="allow").ok


class Thesis(ki.Annotation):
    """A kind without references."""

    thesis: str


def test_a_wrapper_of_rows_without_references():
    held = {"theses": [{"thesis": "x", "method": "human", "creator": "me"}]}
    (found,) = ki.validate([held], kind=Thesis).sample
    assert (found.code, found.got) == ("not-an-object", 'an object with 1 row in "theses"')


@pytest.mark.parametrize(
    ("value", "suggestion"),
    [
        ([ROW], "its elements look like rows: write each one on its own line"),
        (json.dumps(ROW), "it is a row encoded as JSON text: decode it with json.loads"),
        ("{", None),
        ("words", None),
        ("{" * 70_000, None),
        ([1], None),
        ([], None),
        (1, None),
    ],
)
def test_wrapped_values_that_are_not_objects(tmp_path, value, suggestion):
    path = tmp_path / "rows.jsonl"
    path.write_text(f"{json.dumps(value)}\n", "utf-8")
    (found,) = ki.validate(path, kind="translation").sample
    assert (found.code, found.expected, hint(found)) == ("not-an-object", "an object", suggestion)


def test_empty_cells_are_a_row_if_no_field_is_missing(tmp_path):
    """All that a row must have is given for all of them."""
    path = tmp_path / "rows.csv"
    path.write_text("claim_id,rationale\nd01-c01,\n,\n", "utf-8")
    given = {"claim_id": "d01-c01", "method": "model", "creator": "m", "scheme": "acme:s", "value": "v"}
    assert ki.validate(path, kind="label", defaults=given).ok
