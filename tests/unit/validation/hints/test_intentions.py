"""What a value or a name was most likely meant to be: said as likely where it is, and never false."""

from datetime import UTC, datetime

import pytest
from hints import hint

import kaiser_interview as ki
from kaiser_interview.records.models import KINDS, Annotation
from kaiser_interview.validation.hints.field_names import _CALLED, called, note_of
from kaiser_interview.validation.hints.values import (
    likely_column,
    likely_format,
    likely_type,
    likely_value,
    likely_word,
    to_fill,
)

VERDICTS = ["supported", "refuted", "mixed", "unverifiable"]


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("2026-11-24 10:15:00+00:00", "write 2026-11-24T10:15:00Z"),
        ("2026-11-24T10:15:00.250000+0000", "write 2026-11-24T10:15:00.250000Z"),
        ("2026-11-24 18:15:00+08", "write 2026-11-24T10:15:00Z"),
        ("2026-11-24T10:15:00-05:30", "write 2026-11-24T15:45:00Z"),
        ("2026-11-24 10:15:00", "write 2026-11-24T10:15:00Z if the time is in UTC"),
        ("2026/11/24 10:15", "write 2026-11-24T10:15:00Z if the time is in UTC"),
        ("2026-11-24", "add a time of day, as in 2026-01-31T00:00:00Z"),
        ("2026/1/4", "add a time of day, as in 2026-01-31T00:00:00Z"),
        ("1795515300", "write 2026-11-24T10:15:00Z if the value is in seconds"),
        (1795515300, "write 2026-11-24T10:15:00Z if the value is in seconds"),
        (1795515300.5, "write 2026-11-24T10:15:00Z if the value is in seconds"),
        (1795515300000, "write 2026-11-24T10:15:00Z if the value is in milliseconds"),
        (1795515300000000, "write 2026-11-24T10:15:00Z if the value is in microseconds"),
        (1795515300000000000, "write 2026-11-24T10:15:00Z if the value is in nanoseconds"),
        (
            datetime(2026, 11, 24),  # noqa: DTZ001
            "set its time zone: in pandas dt.tz_localize, in polars dt.replace_time_zone",
        ),
        *((value, None) for value in ("2026-02-30T00:00:00Z", "yesterday", "", "0001-01-01T00:00:00+14:00")),
        *((value, None) for value in (0, -1, True, float("inf"), float("nan"), 10**400, [], {})),
    ],
)  # fmt: skip
def test_instants(value, meant):
    assert likely_type(("created",), "text", value) == meant
    if isinstance(value, str):
        assert likely_format(("created",), value) == meant


def test_an_instant_that_is_named_without_a_condition_is_one():
    row = {"claim_id": "d01-c01", "method": "human", "creator": "me", "scheme": "topic", "value": "memory"}
    for text in ("2026-11-24 18:15:00+08", "2026-11-24T10:15:00.250000+0000", "1999-12-31 23:00:00-02:00"):
        (found,) = ki.validate([row | {"created": text}], kind="label").sample
        instant = hint(found).removeprefix("write ")
        assert ki.validate([row | {"created": instant}], kind="label").ok
        moment = datetime.fromisoformat(instant)
        assert moment.tzinfo == UTC


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("English", "did you mean en?"),
        ("EN", "did you mean en?"),
        ("en_US", "did you mean en-US?"),
        ("pt-br", "did you mean pt-BR?"),
        ("zh-hans", "did you mean zh-Hans?"),
        ("zh_hans_cn", "did you mean zh-Hans-CN?"),
        ("eng_Latn", "did you mean en-Latn?"),
        ("中文", "did you mean zh-Hans?"),
        *((value, None) for value in ("Klingon", "en-", "e", "", "en-US-x-y")),
    ],
)
def test_languages(value, meant):
    assert likely_format(("language",), value) == meant


@pytest.mark.parametrize(
    ("path", "expected", "value", "meant"),
    [
        (
            ("quote_start",),
            "an integer",
            1072.0,
            'write 1072, without a decimal point; in pandas, use astype("Int64")',
        ),
        (("quote_start",), "an integer", 1072.5, None),
        (("quote_start",), "an integer", 1e300, None),
        (("quote_start",), "an integer", "1,072", "write 1072, without a comma"),
        (("quote_start",), "an integer", "1072", "write 1072, without quotation marks"),
        (("confidence",), "a number", "0,9", "write 0.9, with a decimal point"),
        (("confidence",), "a number", "90%", "write 0.9"),
        (("confidence",), "a number", "0.9", "write 0.9, without quotation marks"),
        (("confidence",), "a number", "high", "write a number from 0 to 1, or omit the field"),
        (("x",), "a number", "high", None),
        (("vector", 0), "a number", [0.5], "write one flat list of numbers"),
        (("confidence",), "a number", True, None),
        (("answerable",), "true or false", "Yes", "did you mean true?"),
        (("answerable",), "true or false", 0, "did you mean false?"),
        (("answerable",), "true or false", "perhaps", None),
        (("answerable",), "true or false", [], None),
        (("value",), "text", ["a", "b"], "write one row for each"),
        (("claim_id",), "text", ["d05-c03"], "write the value without brackets"),
        (("confidence",), "a number", [0.9], "write the value without brackets"),
        (("value",), "text", [], None),
        (("value",), "text", [["a"]], None),
        (("value",), "text", ["a", 1], None),
        (("confidence",), "a number", [0.9, 0.1], None),
        (("quote_start",), "an integer", "1.5", None),
        (("quote_start",), "an integer", "1,5", None),
        (("quote_start",), "an integer", [1, 2], None),
        (("x",), "a number", "1,072", "write 1072 if the comma separates thousands, else 1.072"),
        (("value",), "text", 3, "write the class name, not its number: use ClassLabel.int2str of datasets"),
        (("value",), "text", 3.5, None),
        (("id",), "text", 3, 'write it in quotation marks: "3"'),
        (("id",), "text", 2**53 - 1, f'write it in quotation marks: "{2**53 - 1}"'),
        (("id",), "text", 1 - 2**53, f'write it in quotation marks: "{1 - 2**53}"'),
        (("id",), "text", 2**53, None),
        (("id",), "text", -(2**53), None),
        (("id",), "text", 10**400, None),
        (("id",), "text", {}, None),
        (("urls",), "an array", "https://a.example", 'write a list with one element: ["https://a.example"]'),
        (("urls",), "an array", "x" * 100, "write a list, with each part as an element"),
        (("urls",), "an array", "https://a.example, https://b.example",
         "write a list, with each part as an element"),
        (("references",), "an array", "d01-c01; d01-c02", "write a list, with each part as an element"),
        (("references",), "an array", {}, "write a list with one element: […]"),
        (("urls",), "an array", {}, None),
        (("urls",), "an array", 1, None),
        (
            ("urls",),
            "an array",
            "['a']",
            'write the list as JSON: json.dumps writes ["a", "b"]',
        ),
        (
            ("vector",),
            "an array",
            "[ 0.25 -0.5]",
            "write a JSON list of numbers: json.dumps(vector.tolist())",
        ),
        (("references",), "an array", "d01-c01", 'write a list with one element: [{"claim_id": "d01-c01"}]'),
        (("references", 0), "an object", "d01-c01", 'write an object: {"claim_id": "d01-c01"}'),
        (("references", 0), "an object", 1, None),
        (("best",), "an object", "d01-c01", None),
        (("best",), "text without surrogates", "\ud800", None),
        ((), "an object", 1, None),
    ],
)  # fmt: skip
def test_types(path, expected, value, meant):
    assert likely_type(path, expected, value) == meant


def test_formats():
    assert likely_format(("release",), "v1.1") == "did you mean 1.1.0?"
    assert likely_format(("release",), "latest") is None
    assert likely_format(("claim_sha256",), "AB" * 32) == "use lower-case hexadecimal digits"
    assert likely_format(("claim_sha256",), "AB") is None
    assert likely_format(("scheme",), "claim type") == "did you mean claim_type?"
    assert likely_format(("scheme",), "1 2") is None
    assert likely_format(("id",), "a b") is None
    assert likely_format((), "a b") is None


def test_numbers_out_of_range():
    assert likely_value(("confidence",), 95) == "write 0.95 if it is a percentage"
    assert likely_value(("confidence",), 101) is None
    assert likely_value(("confidence",), -1) is None
    assert likely_value(("quote_end",), -1) == "omit both offsets if they are unknown"
    assert likely_value(("quote_end",), 2**40) is None
    assert likely_value((), -1) is None


def test_columns():
    assert likely_column("an instant in UTC", "timestamp[us]").startswith("set its time zone: ")
    assert likely_column("an array", "large_string").startswith("write lists, not text: ")
    assert likely_column("an array", "double") is None
    assert likely_column("text", "int64") is None


def test_words():
    for word, meant in {
        "SUPPORTS": "supported",
        "NOT ENOUGH INFO": "unverifiable",
        "half-true": "mixed",
    }.items():
        assert likely_word(word, VERDICTS) == f"did you mean {meant}?"
    assert likely_word("contradiction", ["supports", "contrasts"]) == "did you mean contrasts?"
    assert (
        likely_word("memory; reasoning", ["memory", "reasoning"])
        == "write one row for each: memory, reasoning"
    )
    for word in ("memory; other", "SUPPORTS", "记忆", ""):
        assert likely_word(word, ["memory", "reasoning"]) is None


def test_missing_values():
    assert to_fill(("method",)) == "for all rows: --set method=human, model or rule (in Python: defaults)"
    assert to_fill(("references", 0, "claim_id")) == "the id of the claim that the row is about"
    assert to_fill(("verdict",), ki.Verdict) == "the judgement"
    assert to_fill(("verdict",)) is None
    assert to_fill(("nothing",), ki.Verdict) is None
    assert to_fill(()) is None


def test_other_tools_names():
    for name, field in {
        "answer_start": "quote_start",
        "Label": "verdict",
        "score": "confidence",
        "embedding": "vector",
        "target": "translation",
    }.items():
        assert called(name, [field]) == field
        assert called(name, []) is None
    assert called("label", ["value"]) == "value"
    assert called("", ["value"]) is None
    assert (
        note_of("Unnamed: 0")
        == note_of("__index_level_0__")
        == note_of("level_0")
        == "usually the pandas index: write the table with index=False"
    )
    assert note_of("colour") is None


def test_suggested_names_are_known_fields():
    fields = {
        field for model in KINDS.values() if issubclass(model, Annotation) for field in model.model_fields
    }
    assert _CALLED.keys() <= fields
    folded = {field.replace("_", "") for field in fields}
    for names in _CALLED.values():
        for name in names.split():
            assert name.isalnum()
            assert name.islower()
            assert name not in folded or name in {"model", "claim", "translation"}, name
