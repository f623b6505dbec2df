"""Findings about the shape of rows: expected, got and suggestion, word for word."""

from typing import Annotated

import pytest
from hints import hint
from pydantic import Field, field_validator

import kaiser_interview as ki

BY = {"method": "model", "creator": "m"}
ABOUT = BY | {"claim_id": "d01-c02"}
LEAST = {
    "verdict": ABOUT | {"verdict": "mixed", "urls": []},
    "translation": ABOUT | {"language": "de", "translation": "…"},
    "label": ABOUT | {"scheme": "topic", "value": "language"},
    "mention": ABOUT
    | {"quote": "语言经过人类编码压缩", "quote_start": 76, "quote_end": 86}
    | {"name": "language", "type": "concept"},
    "relation": ABOUT | {"other_claim_id": "d01-c01", "relation": "supports"},
    "question": BY
    | {"references": [{"claim_id": "d01-c02"}], "question": "?", "answer": "!", "answerable": True}
    | {"language": "de"},
    "embedding": ABOUT | {"model": "m", "of": "text", "vector": [0.5]},
}
ABSENT = object()
INSTANT = "a valid time in UTC, such as 2026-01-31T12:00:00Z"
ID = "printable characters, without white space except single spaces between them"
TAG = "a BCP 47 tag such as en, zh-Hans or pt-BR"
PANDAS = (
    "remove the column: a first column without a name is often the pandas index, which "
    "to_csv(index=False) leaves out; a last one comes from a comma at the end of each line"
)
VERDICTS = "supported · refuted · mixed · unverifiable"
SCHEMES = "topic · claim_type · horizon"
TOPICS = "language · abstraction · multimodality · world-models · programming · agents · …"


def said(kind: str, fields: dict, **options: object) -> list[tuple]:
    row = {name: value for name, value in (LEAST[kind] | fields).items() if value is not ABSENT}
    report = ki.validate([row], kind=kind, **options)
    return [(one.code, one.pointer, one.expected, one.got, hint(one)) for one in report.sample]


@pytest.mark.parametrize(
    ("kind", "fields", "fault"),
    [
        (
            "verdict",
            {"verdict": ABSENT},
            ("missing-field", "/verdict", "a value", "nothing", "the judgement"),
        ),
        (
            "verdict",
            {"urls": None},
            ("missing-field", "/urls", "a value", "null", "write [] if there are none"),
        ),
        (
            "mention",
            {"quote_end": ABSENT},
            (
                "missing-field",
                "/quote_end",
                "a value",
                "nothing",
                "`kaiser-interview fix` adds the offsets of a quote that occurs once",
            ),
        ),
        (
            "question",
            {"references": [{}]},
            (
                "missing-field",
                "/references/0/claim_id",
                "a value",
                "nothing",
                "the id of the claim that the row is about",
            ),
        ),
        (
            "verdict",
            {"verdcit": 1},
            ("unknown-field", "/verdcit", "a field of verdict", '"verdcit"', "did you mean verdict?"),
        ),
        (
            "verdict",
            {"verdict": ABSENT, "verdcit": "mixed"},
            ("unknown-field", "/verdcit", "a field of verdict", '"verdcit"', "did you mean verdict?"),
        ),
        (
            "verdict",
            {"note": 1},
            ("unknown-field", "/note", "a field of verdict", '"note"', "did you mean rationale?"),
        ),
        ("verdict", {"": 1}, ("unknown-field", "/", "a field of verdict", '""', PANDAS)),
        (
            "question",
            {"references": [{"claim_id": "d01-c02", "note": 1}]},
            ("unknown-field", "/references/0/note", "a field of the record", '"note"', "remove note"),
        ),
        (
            "verdict",
            {"rationale": 5},
            ("wrong-type", "/rationale", "text", "5", 'write it in quotation marks: "5"'),
        ),
        (
            "verdict",
            {"rationale": True},
            ("wrong-type", "/rationale", "text", "true", 'write it in quotation marks: "true"'),
        ),
        (
            "verdict",
            {"rationale": [1, 2]},
            ("wrong-type", "/rationale", "text", "an array of 2", None),
        ),
        (
            "verdict",
            {"rationale": {"a": 1, "b": 2}},
            ("wrong-type", "/rationale", "text", "an object with 2 fields", None),
        ),
        (
            "verdict",
            {"urls": "x"},
            ("wrong-type", "/urls", "an array", '"x"', 'write a list with one element: ["x"]'),
        ),
        (
            "verdict",
            {"urls": ["a", 1]},
            ("wrong-type", "/urls/1", "text", "1", 'write it in quotation marks: "1"'),
        ),
        (
            "verdict",
            {"verdict": 1},
            (
                "wrong-type",
                "/verdict",
                "text",
                "1",
                "write the class name, not its number: use ClassLabel.int2str of datasets",
            ),
        ),
        (
            "verdict",
            {"confidence": "0.5"},
            ("wrong-type", "/confidence", "a number", '"0.5"', "write 0.5, without quotation marks"),
        ),
        ("verdict", {"confidence": True}, ("wrong-type", "/confidence", "a number", "true", None)),
        ("question", {"references": [5]}, ("wrong-type", "/references/0", "an object", "5", None)),
        (
            "question",
            {"answerable": 1},
            ("wrong-type", "/answerable", "true or false", "1", "did you mean true?"),
        ),
        ("embedding", {"vector": ["a"]}, ("wrong-type", "/vector/0", "a number", '"a"', None)),
        ("mention", {"quote_end": 86.5}, ("wrong-type", "/quote_end", "an integer", "86.5", None)),
        (
            "mention",
            {"quote_start": "76"},
            ("wrong-type", "/quote_start", "an integer", '"76"', "write 76, without quotation marks"),
        ),
        ("verdict", {"created": "yesterday"}, ("bad-format", "/created", INSTANT, '"yesterday"', None)),
        (
            "verdict",
            {"created": "2026-02-30T00:00:00Z"},
            ("bad-format", "/created", INSTANT, '"2026-02-30T00:00:00Z"', None),
        ),
        ("verdict", {"id": "a  b"}, ("bad-format", "/id", ID, '"a  b"', None)),
        (
            "verdict",
            {"claim_id": "第  一"},
            ("bad-format", "/claim_id", ID, '"第  一"', "claim ids look like d01-c01"),
        ),
        (
            "verdict",
            {"claim_sha256": "XYZ"},
            ("bad-format", "/claim_sha256", "64 lower-case hexadecimal digits", '"XYZ"', None),
        ),
        (
            "verdict",
            {"release": "1.0"},
            ("bad-format", "/release", "a version such as 1.0.0", '"1.0"', "did you mean 1.0.0?"),
        ),
        ("translation", {"language": "EN"}, ("bad-format", "/language", TAG, '"EN"', "did you mean en?")),
        (
            "label",
            {"scheme": "acme stance"},
            (
                "bad-format",
                "/scheme",
                "a scheme such as topic, or a custom scheme with a colon, such as acme:stance",
                '"acme stance"',
                None,
            ),
        ),
        (
            "verdict",
            {"creator": ""},
            (
                "bad-length",
                "/creator",
                "text that is not empty",
                '""',
                "empty text is not null; the field is required",
            ),
        ),
        ("embedding", {"vector": []}, ("bad-length", "/vector", "an array that is not empty", "0", None)),
        (
            "verdict",
            {"confidence": 2},
            ("out-of-range", "/confidence", "at most 1", "2", "write 0.02 if it is a percentage"),
        ),
        ("verdict", {"confidence": -0.5}, ("out-of-range", "/confidence", "at least 0", "-0.5", None)),
        (
            "mention",
            {"quote_start": -1},
            (
                "out-of-range",
                "/quote_start",
                "at least 0",
                "-1",
                "omit both offsets if they are unknown",
            ),
        ),
        # A bound is shown exactly, or expected and got might look equal.
        (
            "mention",
            {"quote_end": 2**31},
            ("out-of-range", "/quote_end", "at most 2147483647", "2147483648", None),
        ),
        (
            "embedding",
            {"vector": [1e300]},
            ("out-of-range", "/vector/0", "at most 3.4028234663852886e+38", "1e+300", None),
        ),
        (
            "verdict",
            {"verdict": "Mixed"},
            ("not-in-vocabulary", "/verdict", VERDICTS, '"Mixed"', "did you mean mixed?"),
        ),
        ("verdict", {"verdict": "zz"}, ("not-in-vocabulary", "/verdict", VERDICTS, '"zz"', None)),
        (
            "label",
            {"scheme": "Topic"},
            ("not-in-vocabulary", "/scheme", SCHEMES, '"Topic"', "did you mean topic?"),
        ),
        (
            "label",
            {"value": "agent"},
            ("not-in-vocabulary", "/value", TOPICS, '"agent"', "did you mean agents?"),
        ),
        (
            "relation",
            {"relation": "support"},
            (
                "not-in-vocabulary",
                "/relation",
                "supports · contrasts · elaborates · depends-on",
                '"support"',
                "did you mean supports?",
            ),
        ),
        (
            "mention",
            {"type": "person"},
            (
                "not-in-vocabulary",
                "/type",
                "model · architecture · method · concept · product",
                '"person"',
                None,
            ),
        ),
        (
            "verdict",
            {"quote_start": 1},
            (
                "fields-disagree",
                "/quote_end",
                "both offsets or neither",
                "only quote_start",
                "add quote_end, or remove quote_start",
            ),
        ),
        (
            "verdict",
            {"quote_end": 1},
            (
                "fields-disagree",
                "/quote_start",
                "both offsets or neither",
                "only quote_end",
                "add quote_start, or remove quote_end",
            ),
        ),
        (
            "question",
            {"answer": None},
            (
                "fields-disagree",
                "/answer",
                "an answer (answerable is true)",
                "nothing",
                "add an answer, or set answerable to false",
            ),
        ),
        (
            "question",
            {"answerable": False},
            (
                "fields-disagree",
                "/answer",
                "null (answerable is false)",
                '"!"',
                "remove the answer, or set answerable to true",
            ),
        ),
        (
            "question",
            {"references": []},
            (
                "fields-disagree",
                "/references",
                "a reference (answerable is true)",
                "none",
                "add the claims that answer it, or set answerable to false",
            ),
        ),
        (
            "relation",
            {"other_claim_id": "d01-c02"},
            ("fields-disagree", "/other_claim_id", "a claim other than claim_id", '"d01-c02"', None),
        ),
        (
            "relation",
            {"other_claim_id": "d01-c99"},
            (
                "unknown-claim",
                "/other_claim_id",
                "a claim of the corpus",
                '"d01-c99"',
                "did you mean d01-c05 or d01-c04?",
            ),
        ),
        (
            "verdict",
            {"kind": "verdct"},
            ("unknown-kind", "/kind", "verdict", '"verdct"', "did you mean verdict?"),
        ),
        ("verdict", {"kind": "label"}, ("unknown-kind", "/kind", "verdict", '"label"', None)),
        ("verdict", {"kind": 5}, ("wrong-type", "/kind", "text", "5", None)),
        (
            "verdict",
            {"release": "9.9.9"},
            (
                "unknown-release",
                "/release",
                "one of 1.0.0",
                "9.9.9",
                "if the release is newer than these, validate against the corpus of that release",
            ),
        ),
        (
            "verdict",
            {"x_n": float("nan")},
            (
                "not-finite",
                "/x_n",
                "a finite number (64-bit float)",
                "NaN",
                "pandas writes NaN for an empty cell; omit the field or use null",
            ),
        ),
        (
            "verdict",
            {"x_n": {"\ud800": 1}},
            ("not-utf8", "/x_n/\\ud800", "a name without lone surrogates", '"\\ud800"', None),
        ),
        (
            "verdict",
            {"x_n": ["\ud800"]},
            ("not-utf8", "/x_n/0", "text without lone surrogates", '"\\ud800"', None),
        ),
    ],
)
def test_the_whole_fault(kind, fields, fault):
    assert said(kind, fields) == [fault]


class Ruled(ki.Annotation):
    """A kind with a list of bounded length, and a custom validator."""

    thesis: str
    marks: Annotated[ki.Many[int], Field(max_length=5)] = ()

    @field_validator("thesis")
    @classmethod
    def no_question(cls, value: str) -> str:
        if value.endswith("?"):
            raise ValueError("a thesis is no question")
        return value


@pytest.mark.parametrize("length", [6, 5000])
def test_a_list_that_is_too_long(length):
    (found,) = ki.validate([BY | {"thesis": "…", "marks": [1] * length}], kind=Ruled).sample
    assert (found.code, found.pointer) == ("bad-length", "/marks")
    assert (found.expected, found.got) == ("at most 5 elements", str(length))


def test_names_that_are_not_text():
    (found,) = ki.validate([LEAST["verdict"] | {"x_a": {5: 1}}], kind="verdict").sample
    assert (found.code, found.pointer) == ("wrong-type", "/x_a")
    assert (found.expected, found.got) == ("field names that are text", "another type")


def test_a_kind_other_than_the_requested_ones():
    (found,) = ki.validate([LEAST["verdict"] | {"kind": "x"}], kind=["label", "verdict"]).sample
    assert (found.code, found.expected, found.got) == ("unknown-kind", "label · verdict", '"x"')


def test_a_line_that_is_too_long(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"x": "' + b"x" * (8 << 20) + b'"}\n')
    (found, *_) = ki.validate(path, kind="verdict").sample
    assert (found.code, found.expected, found.got) == ("line-too-long", "at most 8 MiB", "more")


def test_a_custom_validator():
    (found,) = ki.validate([BY | {"thesis": "why?"}], kind=Ruled).sample
    assert (found.code, found.pointer, found.got) == ("bad-format", "/thesis", '"why?"')
    assert found.expected == "Value error, a thesis is no question"


def test_a_field_required_by_the_caller():
    fault = ("missing-field", "/release", "a value (required field)", "nothing", None)
    assert said("verdict", {}, require=["release"]) == [fault]


@pytest.mark.parametrize("row", [[1], "x", 5, None])
def test_a_row_that_is_not_an_object(row):
    ((code, expected),) = {
        (one.code, one.expected) for one in ki.validate(iter([row]), kind="verdict").sample
    }
    assert (code, expected) == ("not-an-object", "a mapping or a record")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("method", "machine", 'default method: expected human · model · rule, got "machine"'),
        ("confidence", 2, "default confidence: expected at most 1, got 2"),
        ("kind", "label", "kind: expected one of verdict, got 'label'"),
        ("kind", "verdct", "kind: expected one of verdict, got 'verdct'; did you mean verdict?"),
    ],
)
def test_a_default_that_no_row_may_have(name, value, message):
    with pytest.raises(ki.KaiserInterviewError) as caught:
        ki.validate([], kind="verdict", defaults={name: value})
    assert str(caught.value) == message
