"""Failures are carried on, and messages say what is wrong without saying what would be right."""

import json

import datasets
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import kaiser_interview as ki

BY = {"language": "en", "method": "model", "creator": "m"}
RIGHT = {"claim_id": "d05-c03", "quote": "推理模型不增加参数数量", "translation": "x"}
WRONG = RIGHT | {"quote": "推理模型增加参数数量"}


@pytest.fixture(name="validator", scope="module")
def open_validator():
    with ki.Validator("translation", defaults=BY) as validator:
        yield validator


def test_a_second_round(validator):
    """The first answers are wrong, and the second are right, as the messages ask for."""
    answers = {
        "r1": json.dumps([RIGHT, WRONG]),
        "r2": json.dumps(RIGHT | {"claim_id": "d99-c01"}),
        "r3": "Sorry.",
        "r4": '[{"claim_id": "d05-c03"',
    }
    result = validator.split(validator.fix(validator.parse(answers)))
    assert [row["x_request_id"] for row in result.valid] == ["r1"]
    messages = {one.request_id: one for one in result.retry_messages()}
    assert {name: one.rows for name, one in messages.items()} == {"r1": (1,), "r2": (2,), "r3": (), "r4": ()}
    assert messages["r1"].text == (
        "This row is wrong:\n"
        '{"claim_id": "d05-c03", "quote": "推理模型增加参数数量", "translation": "x", "language": "en"}\n'
        '- quote: expected a passage of d05-c03, got "推理模型增加参数数量"; '
        "copy a passage of that claim, character by character\n"
        "Answer again with corrected JSON for these rows only."
    )
    assert messages["r4"].text.startswith("Your answer was cut off.")
    assert not any("不" in messages[name].text for name in ("r1", "r3", "r4"))
    second = {name: json.dumps(RIGHT) for name in messages}
    again = validator.split(validator.fix(validator.parse(second)))
    assert (len(again.valid), again.rejects, again.retry_messages()) == (4, [], ())


def test_rows_of_one_answer_are_in_one_message(validator):
    result = validator.split(validator.parse([json.dumps([WRONG, WRONG]), json.dumps(WRONG)]))
    assert [one.rows for one in result.retry_messages()] == [(0, 1), (2,)]
    assert result.retry_messages()[0].text.startswith("These rows are wrong:")
    twice = WRONG | {"confidence": 2}
    (message,) = validator.split([twice]).retry_messages()
    assert message.text.count("\n- ") == 2
    same = json.dumps([RIGHT | {"language": "?"}, RIGHT | {"language": "?"}])
    (message,) = validator.split(validator.parse(same)).retry_messages()
    assert message.text.count("\n- language: expected") == 2
    result = validator.split([WRONG, ki.Translation.model_construct(**WRONG), "x"])
    assert [one.rows for one in result.retry_messages()] == [(0,), (1,), (2,)]


@pytest.mark.parametrize(
    "form",
    [
        pa.Table.from_pylist,
        pd.DataFrame,
        pl.DataFrame,
        datasets.Dataset.from_list,
        lambda rows: datasets.DatasetDict(train=datasets.Dataset.from_list(rows)),
    ],
)
def test_messages_for_every_form_of_rejects(validator, form):
    rows = [one | {"x_request_id": name} for name, one in (("a", RIGHT), ("b", WRONG), ("c", WRONG))]
    messages = validator.split(form(rows)).retry_messages()
    assert [(one.request_id, one.rows) for one in messages] == [("b", (1,)), ("c", (2,))]
    assert '"quote": "推理模型增加参数数量"' in messages[0].text
    assert "x_request_id" not in messages[0].text


def test_a_message_has_only_what_a_model_knows():
    """No digest, offset or provenance is asked for or given."""
    claim = ki.claim("d05-c01")
    row = {"claim_id": "d05-c01", "quote": "Scaling Law", "name": "scaling law", "type": "concept"}
    with ki.Validator("mention", defaults={"method": "model", "creator": "m"}) as validator:
        (message,) = validator.split(validator.fix(validator.parse(json.dumps(row)))).retry_messages()
        assert message.text == (
            f"This row is wrong:\n{json.dumps(row, ensure_ascii=False)}\n"
            "- quote: expected a passage that occurs once in its claim; quote more of it\n"
            "Answer again with corrected JSON for these rows only."
        )
    with ki.Validator("label") as validator:
        row = {
            "claim_id": "d05-c01",
            "claim_sha256": "0" * 64,
            "scheme": "topic",
            "value": "x",
        }
        nothing = {"claim_id": "d05-c01", "claim_sha256": "0" * 64, "scheme": "acme:a", "value": "x"}
        messages = validator.split([row, nothing]).retry_messages()
    assert claim.claim_sha256 not in messages[0].text
    assert "sha256" not in messages[0].text
    assert "- value: expected " in messages[0].text
    assert "method" not in messages[0].text
    assert (messages[1].rows, messages[1].text) == ((1,), "")
    with ki.Validator("label", defaults={"method": "model", "creator": "m"}, key="claim_id") as validator:
        row = {"claim_id": "d05-c01", "scheme": "acme:a", "value": "x", "valeu": 1}
        first, _ = validator.split([{"ClaimId": "d05-c01"}, row]).retry_messages()
        assert 'expected a field of label, got "ClaimId"; did you mean claim_id?' in first.text
        (message,) = validator.split([row | {"valeu": None}, row | {"valeu": None}]).retry_messages()[1:]
        assert "- Remove one of the rows" in message.text


def test_missing_claims_are_asked_for():
    with ki.Validator("translation", defaults=BY, complete="language") as validator:
        messages = validator.split([RIGHT]).retry_messages()
    assert len(messages) == 40
    assert messages[0] == (None, (), "A row is missing: expected a row for d01-c01 with language en.", "")


def test_rows_in_files_have_no_messages(validator, tmp_path):
    result = validator.split([WRONG], tmp_path / "a.jsonl", tmp_path / "b.jsonl")
    with pytest.raises(ki.InputError, match="retry_messages: expected rows in memory, got none"):
        result.retry_messages()


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("Nothing.", "Your answer has no rows. Answer again with JSON only, in the requested format."),
        (
            '{"a": 1, "a": 2}',
            'Your answer cannot be read: expected unique keys, got "a" twice. Answer again with strict JSON.',
        ),
        ("[]", "Your answer has no rows. If this is right, do nothing. Otherwise answer again."),
        ("[{", "Your answer was cut off. Answer again with complete JSON: shorter rows, or fewer."),
        ("", ""),
        ("Sorry.", ""),
    ],
)
def test_messages_for_failures(validator, code, text):
    (message,) = validator.split(validator.parse({"r": code})).retry_messages()
    assert message == ("r", (), text, "row 0")


def test_failures_are_carried_in_memory(validator):
    parsed = validator.parse([json.dumps(RIGHT), "Sorry."])
    fixed = validator.fix(parsed)
    assert fixed.failures == parsed.failures
    assert validator.split(fixed).failures == parsed.failures
    assert validator.validate(parsed).rows == 1
    assert len(validator.read(validator.fix(parsed))) == 1


def test_failures_are_carried_in_files(validator, tmp_path):
    parsed = validator.parse([json.dumps(RIGHT), "Sorry."])
    rows, fixed, good, bad = (tmp_path / f"{name}.jsonl" for name in ("rows", "fixed", "good", "bad"))
    beside = {one: one.with_name(f"{one.name}.failures.jsonl") for one in (rows, fixed, good, bad)}
    validator.fix(parsed, rows)
    assert beside[rows].read_text("utf-8") == f"{parsed.failures[0].to_json()}\n"
    validator.fix(rows, fixed)
    result = validator.split(fixed, good, bad)
    assert beside[bad].read_bytes() == beside[rows].read_bytes()
    assert not beside[good].exists()
    assert result.failures == parsed.failures
    (tmp_path / "inner").mkdir()
    assert validator.split(str(tmp_path / "fixed*.jsonl")).failures == parsed.failures
    assert validator.split([rows]).failures == parsed.failures
    assert validator.split([rows, rows]).failures == parsed.failures
    # A folder has the failures of all its files.
    for one in (fixed, good, bad, tmp_path / "fixed.jsonl.changes.jsonl"):
        one.unlink()
    beside[bad].unlink()
    beside[fixed].unlink()
    assert validator.split(tmp_path).failures == parsed.failures
    hidden = tmp_path / ".hidden"
    hidden.mkdir()
    (hidden / "a.jsonl.failures.jsonl").write_text("not read")
    assert validator.split(tmp_path).failures == parsed.failures
    # Failures of an earlier run do not stay beside new rows.
    beside[good].write_text("old")
    validator.split([RIGHT], good, bad)
    assert beside[good].read_bytes() == b""
    validator.fix([RIGHT], rows)
    assert beside[rows].read_bytes() == b""


@pytest.mark.parametrize("line", ["nonsense", "[]", '{"text": ""}'])
def test_a_broken_file_of_failures_is_refused(validator, tmp_path, line):
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps(RIGHT))
    (tmp_path / "rows.jsonl.failures.jsonl").write_text(line)
    with pytest.raises(ki.InputError, match=r"rows.jsonl.failures.jsonl:1: expected a failure of `parse`"):
        validator.split(rows)
