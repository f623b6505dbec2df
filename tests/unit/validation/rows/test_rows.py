"""The rules of the row validator, for rows from Python and from JSON."""

import json
import math
from collections import UserDict
from datetime import UTC, date, datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

import numpy as np
import pyarrow as pa
import pytest
from hints import hint
from pydantic import Field, field_validator, model_validator

import kaiser_interview as ki
from kaiser_interview.dataset.loaders import shipped
from kaiser_interview.records.models import KINDS, Annotation
from kaiser_interview.validation.findings.codes import CODES
from kaiser_interview.validation.findings.finding import Fault
from kaiser_interview.validation.rows.result import without_repeats
from kaiser_interview.validation.rows.row_validator import RowValidator

CORPUS = ki.Corpus.from_files(Path(__file__).parents[3] / "corpus")
NOW = {name: claim.sha256 for name, claim in CORPUS.claims.items()}
(OLD,) = CORPUS.claims["b-02"].earlier
BY = {"method": "model", "creator": "m"}
ABOUT = {"claim_id": "d01-c02"} | BY
QUOTED = {"quote": "语言经过人类编码压缩", "quote_start": 76, "quote_end": 86}
# The least that a row of each kind must have.
LEAST = {
    "translation": ABOUT | {"language": "de", "translation": "…"},
    "label": ABOUT | {"scheme": "topic", "value": "language"},
    "mention": ABOUT | QUOTED | {"name": "language", "type": "concept"},
    "relation": ABOUT | {"other_claim_id": "d01-c01", "relation": "supports"},
    "question": BY
    | {"references": [{"claim_id": "d01-c02"}], "question": "?", "answer": "!", "answerable": True}
    | {"language": "de"},
    "verdict": ABOUT | {"verdict": "mixed", "urls": []},
    "embedding": ABOUT | {"model": "m", "of": "text", "vector": [0.5]},
    "claim": json.loads(ki.claim("d01-c02").model_dump_json()),
    "dialogue": json.loads(ki.load("dialogues")[0].model_dump_json()),
    "source": json.loads(ki.source().model_dump_json()),
}
LISTED = [one.claim_id for one in ki.load("claims")]
DERIVED = [kind for kind, model in KINDS.items() if issubclass(model, Annotation)]
ABOUT_A_CLAIM = [kind for kind in DERIVED if kind != "question"]
verdict = LEAST["verdict"]
translation = LEAST["translation"]
label = LEAST["label"]
question = LEAST["question"]
relation = LEAST["relation"]
embedding = LEAST["embedding"]


def without(row: dict, *names: str) -> dict:
    return {name: value for name, value in row.items() if name not in names}


def placed(report: ki.Report) -> list[tuple[int, str, str]]:
    """Return the findings as row, code and JSON Pointer, in order of row, then path."""
    found = [(one.row, one.code, one.pointer) for one in report.sample]
    return sorted(found, key=lambda one: (one[0] is not None, one[0], one[2]))


@pytest.fixture
def validate(tmp_path):
    """Return a function that validates rows from Python and from JSON and asserts equal findings."""

    def reported(*rows: object, **options: object) -> list[tuple[int, str, str]]:
        values = ki.validate(rows, **options)
        path = tmp_path / "rows.jsonl"
        path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), "utf-8")
        lines = ki.validate(path, **options)
        assert placed(values) == placed(lines)
        # Messages are equal, except where they name the place of another row.
        said = [
            [one.message for one in report.sample if CODES[one.code].group != "set"]
            for report in (values, lines)
        ]
        assert said[0] == said[1]
        counted = ("rows", "valid", "invalid", "rows_without_digest", "ok")
        assert [getattr(values, name) for name in counted] == [getattr(lines, name) for name in counted]
        return placed(values)

    return reported


@pytest.fixture
def reported(validate):
    """Return a function that validates one row and returns the codes and paths of its findings."""
    return lambda row, **options: [found[1:] for found in validate(row, **options)]


def values(row: object, **options: object) -> list[tuple[str, str]]:
    """Validate a row that only Python can represent."""
    return [found[1:] for found in placed(ki.validate(iter([row]), **options))]


# Null and absent


@pytest.mark.parametrize("kind", LEAST)
def test_the_least_row_is_right(reported, kind):
    assert reported(LEAST[kind], kind=kind) == []


OPTIONAL = [(kind, name) for kind, model in KINDS.items() for name, info in model.model_fields.items()
            if not info.is_required() and name not in LEAST[kind]]  # fmt: skip
REQUIRED = [(kind, name) for kind, model in KINDS.items() for name, info in model.model_fields.items()
            if info.is_required()]  # fmt: skip


@pytest.mark.parametrize(("kind", "name"), OPTIONAL)
def test_optional_null_is_absent(reported, kind, name):
    assert reported(LEAST[kind] | {name: None}, kind=kind) == []


@pytest.mark.parametrize(("kind", "name"), REQUIRED)
def test_required_null_and_absent_are_one_missing_field(reported, kind, name):
    assert reported(LEAST[kind] | {name: None}, kind=kind) == [("missing-field", f"/{name}")]
    assert reported(without(LEAST[kind], name), kind=kind) == [("missing-field", f"/{name}")]


@pytest.mark.parametrize("name", ["claim_sha256", "quote", "quote_start", "quote_end", "quote_of"])
def test_optional_null_within_a_list_is_absent(reported, name):
    assert reported(question | {"references": [{"claim_id": "d01-c02", name: None}]}, kind="question") == []


@pytest.mark.parametrize("reference", [{"claim_id": None}, {}, {"claim_id": None, "quote": "语言经过人类"}])
def test_required_null_and_absent_within_a_list(reported, reference):
    row = question | {"references": [{"claim_id": "d01-c02"}, reference]}
    assert reported(row, kind="question") == [("missing-field", "/references/1/claim_id")]


def test_an_answer_that_is_null_is_absent(reported):
    row = question | {"references": [], "answerable": False}
    assert reported(row | {"answer": None}, kind="question") == []
    assert reported(without(row, "answer"), kind="question") == []


# Kinds


@pytest.mark.parametrize("kind", DERIVED)
def test_a_row_with_its_kind(reported, kind):
    assert reported(LEAST[kind] | {"kind": kind}) == []
    assert reported(LEAST[kind] | {"kind": kind}, kind=kind) == []
    assert reported(LEAST[kind] | {"kind": kind}, kind=KINDS[kind]) == []
    assert reported(LEAST[kind] | {"kind": kind}, kind=[kind, "label", KINDS["verdict"]]) == []


@pytest.mark.parametrize("options", [{}, {"kind": ["label", "verdict"]}])
@pytest.mark.parametrize("row", [verdict, verdict | {"kind": None}])
def test_a_row_needs_its_kind_if_the_call_gives_none(reported, row, options):
    assert reported(row, **options) == [("missing-field", "/kind")]


@pytest.mark.parametrize("name", ["verdicts", "Verdict", "", "claim", "dialogue", "source", "stance"])
def test_an_unknown_kind(reported, name):
    assert reported(verdict | {"kind": name}) == [("unknown-kind", "/kind")]


def test_a_similar_kind_is_suggested():
    (found,) = ki.validate([verdict | {"kind": "verdcit"}]).sample
    assert (found.got, hint(found)) == ('"verdcit"', "did you mean verdict?")


@pytest.mark.parametrize("asked", ["label", ["label", "translation"]])
def test_a_kind_that_was_not_asked_for_is_one_finding(reported, asked):
    assert reported(verdict | {"kind": "verdict"}, kind=asked) == [("unknown-kind", "/kind")]


def test_a_mistyped_kind_does_not_hide_other_faults(reported):
    row = verdict | {"kind": "verdcit", "confidence": 2}
    assert reported(row, kind="verdict") == [("out-of-range", "/confidence"), ("unknown-kind", "/kind")]


@pytest.mark.parametrize("name", [5, True, ["verdict"], {"a": 1}])
def test_a_kind_that_is_not_text(reported, name):
    assert reported(verdict | {"kind": name}) == [("wrong-type", "/kind")]
    assert reported(verdict | {"kind": name}, kind="verdict") == [("wrong-type", "/kind")]


def test_rows_of_several_kinds(validate):
    rows = [LEAST[kind] | {"kind": kind} for kind in DERIVED]
    assert validate(*rows) == []
    # A field of one kind is unknown to another.
    assert validate(rows[0] | {"value": "x"}, rows[1]) == [(0, "unknown-field", "/value")]


@pytest.mark.parametrize("kind", ["translations", "", None.__class__, int, ki.Corpus, ["label", "x"]])
def test_a_call_with_an_unknown_kind(kind):
    with pytest.raises(ki.UnknownNameError):
        ki.validate([verdict], kind=kind)


# Fields that a kind does not have


def slips(name: str) -> list[str]:
    """Return a name with a slip of typing: of case and punctuation, and one character's."""
    middle = len(name) // 2
    swapped = name[: middle - 1] + name[middle] + name[middle - 1] + name[middle + 1 :]
    made = [name.upper(), name.capitalize(), f" {name}", name.replace("_", "-"), name.replace("_", "")]
    made += [f"{name}s", name[:middle] + "z" + name[middle + 1 :], swapped]
    return [one for one in made if one != name] + ([name[:-1]] if len(name) > 2 else [])


@pytest.mark.parametrize("extra", ["error", "allow"])
@pytest.mark.parametrize(("kind", "name"), [one for one in REQUIRED if one[0] in DERIVED])
def test_a_mistyped_field_is_one_finding(reported, kind, name, extra):
    for slip in slips(name):
        row = {slip if one == name else one: value for one, value in LEAST[kind].items()}
        pointer = "/" + slip.replace("~", "~0").replace("/", "~1")
        assert reported(row, kind=kind, extra=extra) == [("unknown-field", pointer)], slip


@pytest.mark.parametrize(
    ("slip", "meant"),
    [("quote_strat", "quote_start"), ("quoteEnd", "quote_end"), ("claim_sha265", "claim_sha256"),
     ("relese", "release"), ("Confidence", "confidence"), ("qoute", "quote"), ("quote of", "quote_of")],
)  # fmt: skip
def test_a_mistyped_optional_field_is_one_finding(reported, slip, meant):
    # A quote without its offsets would be ambiguous; one offset alone would be a finding, too.
    row = verdict | {
        "claim_id": "d01-c01",
        "quote": "语言",
        "quote_start": 20,
        "quote_end": 22,
        "quote_of": "text",
    }
    row |= {"claim_sha256": ki.claim("d01-c01").claim_sha256, "release": "1.0.0", "confidence": 0.5}
    mistyped = {slip if name == meant else name: value for name, value in row.items()}
    for extra in ("error", "allow"):
        assert reported(mistyped, kind="verdict", extra=extra, require=[meant]) == [
            ("unknown-field", f"/{slip}")
        ]


def test_a_mistyped_field_within_a_list_is_one_finding(reported):
    for reference, slip in (
        ({"claimid": "d01-c02"}, "claimid"),
        ({"claim_id": "d01-c01", "quote": "语言", "quote_strt": 20, "quote_end": 22}, "quote_strt"),
        ({"claim_id": "d01-c01", "qoute": "语言", "quote_start": 20, "quote_end": 22}, "qoute"),
    ):
        row = question | {"references": [{"claim_id": "d01-c02"}, reference]}
        assert reported(row, kind="question") == [("unknown-field", f"/references/1/{slip}")]


def test_a_slip_beside_the_field_itself(reported):
    assert reported(verdict | {"Verdict": "mixed"}, kind="verdict", extra="allow") == [
        ("unknown-field", "/Verdict")
    ]


@pytest.mark.parametrize("name", ["note", "score", "claim", "model_name", "", "日本語", "a/b", "X_note"])
def test_other_fields_are_optionally_allowed(reported, name):
    pointer = "/" + name.replace("/", "~1")
    assert reported(verdict | {name: 1}, kind="verdict") == [("unknown-field", pointer)]
    assert reported(verdict | {name: 1}, kind="verdict", extra="allow") == []


@pytest.mark.parametrize("name", ["x_note", "x_", "x_claim_id", "x_ä"])
@pytest.mark.parametrize("value", [None, 1, "a", [1, {"a": [None]}], {"": ""}])
def test_custom_fields_accept_any_value(reported, name, value):
    assert reported(verdict | {name: value}, kind="verdict") == []


@pytest.mark.parametrize("name", ["x_note", "x_claim_id"])
def test_so_may_those_of_records_within_a_row(name):
    row = {"question": "?", "answer": "!", "answerable": True, "language": "en", **BY}
    for reference in ({"claim_id": "d01-c01", name: 1}, ki.Reference(claim_id="d01-c01", **{name: 1})):
        assert values(row | {"references": [reference]}, kind="question") == []
    for wrong, code in (({name: float("nan")}, "not-finite"), ({"note": 1}, "unknown-field")):
        reference = {"claim_id": "d01-c01"} | wrong
        path = f"/references/0/{next(iter(wrong))}"
        assert values(row | {"references": [reference]}, kind="question") == [(code, path)]
    record = ki.Label.model_construct(
        claim_id="d01-c01", scheme="a:b", value="v", **BY, **{name: float("inf")}
    )
    assert values(record, kind="label") == [("not-finite", f"/{name}")]


def test_an_unknown_choice_for_extras():
    with pytest.raises(ki.UnknownNameError):
        ki.validate([verdict], kind="verdict", extra="ignore")


def test_a_fault_of_a_whole_column_is_one_finding(tmp_path):
    rows = [verdict | {"note": "…"}] * 3
    table = ki.validate(pa.Table.from_pylist(rows), kind="verdict")
    assert [(one.code, one.pointer) for one in table.sample] == [("unknown-field", "/note")]
    assert (table.rows, table.invalid) == (3, 3)
    path = tmp_path / "rows.csv"
    path.write_text(
        "claim_id,method,creator,verdict,urls,note\n" + "d01-c02,model,m,mixed,[],…\n" * 3, "utf-8"
    )
    report = ki.validate(path, kind="verdict")
    assert [(one.code, one.pointer) for one in report.sample] == [("unknown-field", "/note")]
    assert (report.rows, report.invalid) == (3, 3)


# Columns of the claim


CLAIM = without(LEAST["claim"], "claim_id", "claim_sha256")


@pytest.mark.parametrize("kind", ABOUT_A_CLAIM)
def test_columns_of_the_claim_may_be_carried_along(reported, kind):
    assert reported(CLAIM | LEAST[kind], kind=kind) == []
    assert reported(dict.fromkeys(CLAIM) | LEAST[kind], kind=kind) == []


OTHER = {
    "dialogue_id": "d02", "position": 1, "text": CLAIM["text"] + "。", "text_en": "", "citations": [6, 7],
    "start": 77, "end": 111, "prefix": "", "suffix": "x", "topics": [], "claim_type": "prediction",
    "horizon": "past", "since": "0.2.0", "revised": "0.0.1",
}  # fmt: skip


@pytest.mark.parametrize("name", CLAIM)
def test_a_column_that_is_not_the_claim_s(reported, name):
    assert reported(verdict | CLAIM | {name: OTHER[name]}, kind="verdict") == [("claim-differs", f"/{name}")]
    assert reported(verdict | {name: {"a": 1}}, kind="verdict") == [("claim-differs", f"/{name}")]
    assert reported(verdict | {name: OTHER[name]}, kind="verdict", extra="allow") == [
        ("claim-differs", f"/{name}")
    ]


def test_columns_of_the_claim_are_reported_in_the_order_of_the_row():
    for names in (
        ["dialogue_id", "prefix", "since", "horizon"],
        ["horizon", "since", "prefix", "dialogue_id"],
    ):
        row = verdict | {"claim_id": "d01-c01"} | {name: OTHER[name] for name in names}
        with ki.Validator("verdict") as validator:
            assert [one.path for one in validator.check(row)] == [(name,) for name in names]


def test_a_number_is_not_true(reported):
    row = verdict | {"claim_id": "d01-c01"}
    assert reported(row | {"position": 1}, kind="verdict") == []
    assert reported(row | {"position": True}, kind="verdict") == [("claim-differs", "/position")]
    assert reported(row | {"position": 1.0}, kind="verdict") == [("claim-differs", "/position")]


def test_a_question_has_no_claim_id(reported):
    assert reported(question | {"position": 2}, kind="question") == [("unknown-field", "/position")]


def test_columns_of_a_custom_corpus(reported):
    row = verdict | {"claim_id": "a-03", "season": "autumn", "level": 3, "tags": []}
    assert reported(row, kind="verdict", against=CORPUS) == []
    assert reported(row | {"level": 4}, kind="verdict", against=CORPUS) == [("claim-differs", "/level")]
    assert reported(row | {"position": 3}, kind="verdict", against=CORPUS) == [("unknown-field", "/position")]
    # The claim has no markers, other claims do.
    assert reported(row | {"markers": None}, kind="verdict", against=CORPUS) == []
    assert reported(row | {"markers": "[3]"}, kind="verdict", against=CORPUS) == [
        ("claim-differs", "/markers")
    ]


# Defaults and required fields


def test_defaults_fill_what_is_absent_or_null(reported):
    row = without(verdict, "method") | {"creator": None}
    assert reported(row, kind="verdict", defaults=BY) == []
    assert reported(verdict | {"method": "Model"}, kind="verdict", defaults=BY) == [
        ("not-in-vocabulary", "/method")
    ]


def test_defaults_come_before_any_rule(reported):
    row = without(label, "scheme") | {"value": "past"}
    assert reported(row, kind="label", defaults={"scheme": "horizon"}) == []
    assert reported(row, kind="label", defaults={"scheme": "claim_type"}) == [("not-in-vocabulary", "/value")]
    assert reported(row, kind="label", defaults={"scheme": "acme:time"}) == []
    assert reported(verdict, kind="verdict", defaults={"release": "1.0.0"}, require=["release"]) == []
    assert reported(verdict, kind="verdict", defaults={"release": "9.9.9"}) == [
        ("unknown-release", "/release")
    ]

    half = reported(verdict | {"quote": "语言经过人类"}, kind="verdict", defaults={"quote_start": 76})
    assert half == [("fields-disagree", "/quote_end")]


def test_the_package_version_is_not_a_data_release():
    row = {"claim_id": "d01-c01", "verdict": "mixed", "urls": [], "method": "human", "creator": "I"}
    (finding,) = ki.validate([row | {"release": ki.__version__}], kind="verdict").sample
    assert (finding.code, finding.expected, finding.got) == ("unknown-release", "one of 1.0.0", "0.1.0")
    assert hint(finding) == "0.1.0 is the version of kaiser-interview; set release to the data release"


def test_a_default_may_be_the_kind(reported):
    assert reported(verdict, defaults={"kind": "verdict"}) == []
    assert reported(label | {"kind": "label"}, defaults={"kind": "verdict"}) == []


def test_a_default_fills_only_kinds_that_have_the_field(validate):
    rows = [without(translation, "language") | {"kind": "translation"}, label | {"kind": "label"}]
    assert validate(*rows, defaults={"language": "de"}) == []


def test_a_default_joins_set_rules(validate):
    rows = [without(label, "creator") | {"scheme": "horizon", "value": value} for value in ("past", "future")]
    assert validate(*rows, kind="label", defaults={"creator": "m"}) == [(1, "too-many-labels", "/value")]


def test_a_mistyped_field_is_not_filled_by_a_default(reported):
    row = without(verdict, "creator") | {"craetor": "n"}
    assert reported(row, kind="verdict", defaults={"creator": "m"}) == [("unknown-field", "/craetor")]


@pytest.mark.parametrize(
    ("defaults", "message"),
    [
        ({"confidence": "0.5"}, 'default confidence: expected a number, got "0.5"'),
        ({"confidence": 2}, "default confidence: expected at most 1, got 2"),
        ({"method": "llm"}, 'default method: expected human · model · rule, got "llm"'),
    ],
)
def test_an_invalid_default(defaults, message):
    with pytest.raises(ki.InputError) as error:
        ki.validate([verdict], kind="verdict", defaults=defaults)
    assert str(error.value) == message


@pytest.mark.parametrize("option", [{"defaults": {"note": "x"}}, {"require": ["note"]}, {"key": ["note"]},
                                    {"complete": ["note"]}])  # fmt: skip
def test_options_name_fields(option):
    with pytest.raises(ki.UnknownNameError):
        ki.validate([verdict], kind="verdict", **option)


@pytest.mark.parametrize(
    "name", ["id", "kind", "release", "created", "confidence", "rationale", "claim_sha256"]
)
def test_required_fields_must_be_given(reported, name):
    right = {
        "id": "a", "kind": "verdict", "release": "1.0.0", "created": "2026-11-23T18:45:00Z",
        "confidence": 0.5, "rationale": "…", "claim_sha256": ki.claim("d01-c02").claim_sha256,
    }  # fmt: skip
    require = partial(reported, kind="verdict", require=[name])
    assert require(verdict | right) == []
    assert require(verdict | without(right, name)) == [("missing-field", f"/{name}")]
    assert require(verdict | right | {name: None}) == [("missing-field", f"/{name}")]


def test_a_missing_required_field_is_one_finding(reported):
    assert reported(without(verdict, "method"), kind="verdict", require=["method"]) == [
        ("missing-field", "/method")
    ]
    row = verdict | {"confidence": 2}
    assert reported(row, kind="verdict", require=["confidence"]) == [("out-of-range", "/confidence")]


def test_a_quote_may_be_required_of_kinds_that_have_one(validate):
    rows = [LEAST[kind] | {"kind": kind} for kind in ("verdict", "question", "mention")]
    assert validate(*rows, require=["quote"]) == [(0, "missing-field", "/quote")]


# Types


@pytest.mark.parametrize(
    ("kind", "name", "value", "code"),
    [
        ("verdict", "confidence", True, "wrong-type"),
        ("verdict", "confidence", "0.5", "wrong-type"),
        ("verdict", "confidence", [0.5], "wrong-type"),
        ("verdict", "creator", 5, "wrong-type"),
        ("verdict", "urls", "a", "wrong-type"),
        ("verdict", "urls", {"0": "a"}, "wrong-type"),
        ("verdict", "verdict", 1, "wrong-type"),
        ("mention", "quote_start", 76.0, "wrong-type"),
        ("mention", "quote_start", "76", "wrong-type"),
        ("mention", "quote_start", True, "wrong-type"),
        ("mention", "quote_start", -1, "out-of-range"),
        ("mention", "quote_end", 2**31, "out-of-range"),
        ("mention", "quote_end", 2**63, "out-of-range"),
        ("mention", "quote_end", 2**64, "out-of-range"),
        ("question", "answerable", 1, "wrong-type"),
        ("question", "answerable", "true", "wrong-type"),
        ("embedding", "vector", 0.5, "wrong-type"),
        ("embedding", "vector", [], "bad-length"),
        ("verdict", "claim_id", 5, "wrong-type"),
        ("verdict", "claim_id", "", "bad-format"),
        ("verdict", "claim_id", "d01 c02", "unknown-claim"),
        ("verdict", "claim_id", "d０1-c02", "unknown-claim"),
        ("verdict", "rationale", "", "bad-length"),
        ("verdict", "id", "a\n", "bad-format"),
        ("verdict", "release", "1.0", "bad-format"),
        ("verdict", "created", "2025-02-29T00:00:00Z", "bad-format"),
        ("verdict", "created", "2026-11-23T18:45:60Z", "bad-format"),
        ("verdict", "created", "2026-11-23T18:45:00-00:00", "bad-format"),
        ("translation", "language", "zh-hans", "bad-format"),
        ("translation", "language", "pt_BR", "bad-format"),
        ("label", "scheme", "acme:", "bad-format"),
        ("label", "scheme", "a:b:c", "bad-format"),
    ],
)
def test_an_invalid_value(reported, kind, name, value, code):
    assert reported(LEAST[kind] | {name: value}, kind=kind) == [(code, f"/{name}")]


@pytest.mark.parametrize(
    ("kind", "name", "value", "found"),
    [
        ("verdict", "urls", ["a", 5, "", None], ["wrong-type 1", "bad-length 2", "wrong-type 3"]),
        ("verdict", "urls", [5], ["wrong-type 0"]),
        ("embedding", "vector", [1, "2", None, True, 3.5e38],
         ["wrong-type 1", "wrong-type 2", "wrong-type 3", "out-of-range 4"]),
        # One element, and a wrong one: the list is not too short for that.
        ("embedding", "vector", ["a"], ["wrong-type 0"]),
        ("embedding", "vector", [None, None], ["wrong-type 0", "wrong-type 1"]),
    ],
)  # fmt: skip
def test_every_invalid_element_is_reported(reported, kind, name, value, found):
    expected = [(one.split()[0], f"/{name}/{one.split()[1]}") for one in found]
    assert reported(LEAST[kind] | {name: value}, kind=kind) == expected


def test_elements_far_down_a_long_list(reported):
    vector = [0.5] * 100_000
    assert reported(embedding | {"vector": vector}, kind="embedding") == []
    vector[4096] = vector[99_999] = "x"
    assert reported(embedding | {"vector": vector}, kind="embedding") == [
        ("wrong-type", "/vector/4096"),
        ("wrong-type", "/vector/99999"),
    ]


def test_every_fault_of_a_row_is_reported(reported):
    row = {"claim_id": "d01-c01", "method": "Model", "creator": "", "confidence": 90, "created": "now",
           "note": 1, "quote": "至关重要，语言", "claim_sha256": "0" * 64, "language": "German"}  # fmt: skip
    assert reported(row, kind="translation") == [
        ("digest-differs", "/claim_sha256"), ("out-of-range", "/confidence"), ("bad-format", "/created"),
        ("bad-length", "/creator"), ("bad-format", "/language"), ("not-in-vocabulary", "/method"),
        ("unknown-field", "/note"), ("quote-typography-differs", "/quote"), ("missing-field", "/translation"),
    ]  # fmt: skip


def test_a_field_of_the_wrong_shape_is_not_checked_further(reported):
    row = verdict | {"quote": 5, "quote_start": 0, "quote_end": 9999, "claim_sha256": "x"}
    assert reported(row, kind="verdict") == [("bad-format", "/claim_sha256"), ("wrong-type", "/quote")]
    row = verdict | {"quote": "这句话哪里都没有", "quote_start": "0", "quote_end": 8}
    assert reported(row, kind="verdict") == [("wrong-type", "/quote_start")]
    row = verdict | {"claim_id": 5, "claim_sha256": "0" * 64, "quote": "这句话哪里都没有", "text": "…"}
    assert reported(row, kind="verdict") == [("wrong-type", "/claim_id")]


@pytest.mark.parametrize("given", [{}, {"quote_start": 76}, {"quote_start": None, "quote_end": 86}])
@pytest.mark.parametrize(
    ("quote", "code"),
    [
        ("这句话哪里都没有", "quote-not-found"),
        ("语言经过人类编码压缩，在智能表征上", "quote-typography-differs"),
        ("语言[7]经过人类编码压缩", "quote-markers-differ"),
        ("通过架构", "quote-misattributed"),
        # If the quote occurs, only the missing offsets are reported, even if it is short or occurs twice.
        ("语言经过人类编码压缩", None),
        ("语", None),
        (None, "missing-field"),
        (5, "wrong-type"),
    ],
)
def test_a_quote_is_checked_though_its_required_offsets_are_missing(reported, given, quote, code):
    row = without(LEAST["mention"], *QUOTED) | given | {"quote": quote}
    lacking = [("missing-field", f"/{one}") for one in ("quote_end", "quote_start") if given.get(one) is None]
    assert reported(row, kind="mention") == [(code, "/quote")] * bool(code) + lacking


def test_the_limit_on_faults_of_one_row():
    wrong = verdict | {"urls": [0] * 200_000}
    # An array is looked at in stretches, and one of them is looked at to its end.
    for row, path in ((wrong, "/urls/*"), (verdict | {f"{n}": 0 for n in range(70_000)}, None)):
        report = ki.validate([row], kind="verdict")
        assert (report.rows, report.invalid) == (1, 1)
        assert sum(one.number for one in report.counts if path in {None, one.path}) == 65_536
    # Records beyond the limit were not validated, so their references are not looked up.
    row = question | {"references": [0] * 70_000 + [{"claim_id": ["x"]}, {"claim_id": "d99-c99"}]}
    report = ki.validate([row], kind="question")
    assert [(one.code, one.path, one.number) for one in report.counts] == [
        ("wrong-type", "/references/*", 65_536)
    ]
    late = verdict | {f"x_{n}": 0 for n in range(70_000)} | {"confidense": 1}
    assert not ki.validate([late], kind="verdict", extra="allow").ok


# Fields that belong together


@pytest.mark.parametrize(
    ("given", "lacking"), [({"quote_start": 76}, "quote_end"), ({"quote_end": 86}, "quote_start")]
)
@pytest.mark.parametrize(
    "quote", [{}, {"quote": "语言经过人类编码压缩"}, {"quote": "语"}, {"quote": "这句话哪里都没有"}]
)
def test_one_offset_without_the_other(reported, given, lacking, quote):
    row = quote | given
    assert reported(verdict | row, kind="verdict") == [("fields-disagree", f"/{lacking}")]
    assert reported(verdict | row | {lacking: None}, kind="verdict") == [("fields-disagree", f"/{lacking}")]
    nested = question | {"references": [{"claim_id": "d01-c01"}, {"claim_id": "d01-c02"} | row]}
    assert reported(nested, kind="question") == [("fields-disagree", f"/references/1/{lacking}")]


@pytest.mark.parametrize(
    ("answerable", "answer", "references", "found"),
    [
        (True, "!", [{"claim_id": "d01-c02"}], []),
        (True, None, [{"claim_id": "d01-c02"}], ["/answer"]),
        (True, "!", [], ["/references"]),
        (True, None, [], ["/answer", "/references"]),
        (False, None, [], []),
        (False, None, [{"claim_id": "d01-c02"}], []),
        (False, "!", [], ["/answer"]),
        (False, "!", [{"claim_id": "d01-c02"}], ["/answer"]),
    ],
)
def test_answer_against_answerable(reported, answerable, answer, references, found):
    row = question | {"answerable": answerable, "answer": answer, "references": references}
    assert reported(row, kind="question") == [("fields-disagree", path) for path in found]


def test_an_answer_is_not_compared_with_invalid_fields(reported):
    row = question | {"answerable": "yes", "answer": None, "references": []}
    assert reported(row, kind="question") == [("wrong-type", "/answerable")]
    assert reported(question | {"answer": 5}, kind="question") == [("wrong-type", "/answer")]
    assert reported(question | {"references": "d01-c02"}, kind="question") == [("wrong-type", "/references")]


@pytest.mark.parametrize(
    ("scheme", "value", "found"),
    [
        ("topic", "language", []),
        ("topic", "Language", ["not-in-vocabulary /value"]),
        ("topic", "past", ["not-in-vocabulary /value"]),
        ("horizon", "past", []),
        ("horizon", "soon", ["not-in-vocabulary /value"]),
        ("claim_type", "definition", []),
        ("claim_type", "", ["bad-length /value"]),
        ("acme:stance", "anything at all", []),
        ("topic:acme", "anything", []),
        ("Topic", "language", ["not-in-vocabulary /scheme"]),
        ("claim-type", "definition", ["not-in-vocabulary /scheme"]),
        ("stance", "pro", ["not-in-vocabulary /scheme"]),
        (5, "pro", ["wrong-type /scheme"]),
        ("topic", 5, ["wrong-type /value"]),
    ],
)
def test_labels_of_shipped_and_custom_schemes(reported, scheme, value, found):
    row = label | {"scheme": scheme, "value": value}
    assert reported(row, kind="label") == [tuple(one.split()) for one in found]


def test_a_similar_value_is_suggested():
    (found,) = ki.validate([label | {"value": "Langage"}], kind="label").sample
    assert (found.got, hint(found)) == ('"Langage"', "did you mean language?")


# What a row refers to


def both(reported, fields: dict, **options: object) -> list[tuple[str, str]]:
    """Validate a reference in a row and in a list; only the paths of the findings may differ."""
    found = reported(verdict | fields, kind="verdict", **options)
    outer = {name: fields.pop(name) for name in ("release",) if name in fields}
    row = question | {"references": [{"claim_id": "d01-c02"} | fields]} | outer
    nested = reported(row, kind="question", **options)
    assert [(code, path.removeprefix("/references/0")) for code, path in nested] == found
    return found


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"claim_id": "a-03"}, []),
        ({"claim_id": "c-01"}, ["unknown-claim /claim_id"]),
        ({"claim_id": "A-03"}, ["unknown-claim /claim_id"]),
        ({"claim_id": "d01-c02"}, ["unknown-claim /claim_id"]),
        # References with an invalid id are not checked for digest, quote or release.
        ({"claim_id": "c-01", "claim_sha256": OLD, "release": "1.0.0", "quote": "x"},
         ["unknown-claim /claim_id"]),
        ({"claim_id": "b-07"}, ["retired-claim /claim_id"]),
        ({"claim_id": "a-09"}, ["retired-claim /claim_id"]),
        ({"claim_id": "b-07", "claim_sha256": OLD, "release": "1.0.0", "quote": "x"},
         ["retired-claim /claim_id"]),
        ({"claim_id": "b-02", "claim_sha256": NOW["b-02"], "release": "2.0.0"}, []),
        ({"claim_id": "b-02", "claim_sha256": OLD}, ["stale-claim /claim_sha256"]),
        ({"claim_id": "b-02", "release": "1.0.0"}, ["stale-claim /release"]),
        ({"claim_id": "b-02", "release": "1.1.0"}, ["stale-claim /release"]),
        # The digest and the release say the same.
        ({"claim_id": "b-02", "claim_sha256": OLD, "release": "1.0.0"}, ["stale-claim /claim_sha256"]),
        ({"claim_id": "b-02", "claim_sha256": NOW["b-02"], "release": "1.0.0"}, ["stale-claim /release"]),
        ({"claim_id": "b-02", "claim_sha256": OLD, "release": "2.0.0"}, ["stale-claim /claim_sha256"]),
        # An older release is valid as long as the text has not changed since.
        ({"claim_id": "b-01", "claim_sha256": NOW["b-01"], "release": "1.0.0"}, []),
        ({"claim_id": "a-04", "release": "1.1.0"}, []),
        ({"claim_id": "a-04", "release": "1.0.0"}, ["stale-claim /release"]),
        # Before the release that introduced it.
        ({"claim_id": "a-06", "release": "1.0.0"}, ["stale-claim /release"]),
        ({"claim_id": "b-01", "claim_sha256": "0" * 64}, ["digest-differs /claim_sha256"]),
        ({"claim_id": "b-01", "claim_sha256": NOW["b-03"]}, ["digest-differs /claim_sha256"]),
        # An earlier text, but of another claim.
        ({"claim_id": "b-01", "claim_sha256": OLD}, ["digest-differs /claim_sha256"]),
        ({"claim_id": "b-01", "release": "1.0.1"}, ["unknown-release /release"]),
        ({"claim_id": "b-02", "release": "0.0.1"}, ["unknown-release /release"]),
        ({"claim_id": "b-02", "release": "3.0.0"}, ["unknown-release /release"]),
        ({"claim_id": "b-01", "claim_sha256": "0" * 64, "release": "3.0.0"},
         ["digest-differs /claim_sha256", "unknown-release /release"]),
        # A quote in another claim is explained by the older release; one that still occurs is valid.
        ({"claim_id": "b-02", "release": "1.0.0", "quote": "Die Terrasse"}, ["stale-claim /release"]),
        ({"claim_id": "b-02", "release": "2.0.0", "quote": "Die Terrasse"}, ["quote-misattributed /quote"]),
        ({"claim_id": "b-02", "release": "1.0.0", "quote": "Kaffee wird"}, ["stale-claim /release"]),
    ],
)  # fmt: skip
def test_a_reference(reported, fields, found):
    assert both(reported, dict(fields), against=CORPUS) == [tuple(one.split()) for one in found]


def test_one_stale_claim_referred_to_twice_is_one_finding(reported):
    row = question | {"release": "1.0.0", "references": [{"claim_id": "b-02"}, {"claim_id": "b-02"}]}
    assert reported(row, kind="question", against=CORPUS) == [("stale-claim", "/release")]


@pytest.mark.parametrize("quote", [5, True, [], ["语言"], {"a": 1}])
def test_an_unknown_claim_with_a_quote_that_is_not_text(reported, quote):
    row = verdict | {"claim_id": "d99-c99", "quote": quote}
    assert reported(row, kind="verdict") == [("unknown-claim", "/claim_id"), ("wrong-type", "/quote")]


@pytest.mark.parametrize("references", [{}, {"claim_id": "d99-c99"}, {"claim_id": "d01-c02"}, "d01-c02", 5])
def test_references_that_are_not_a_list(reported, references):
    assert reported(question | {"references": references}, kind="question") == [("wrong-type", "/references")]


@pytest.mark.parametrize(
    "kind", ["translation", "label", "relation", "verdict", "embedding", "mention", "claim"]
)
@pytest.mark.parametrize("value", [{"0": "d01-c01"}, ["d01-c01"], 5, True, 0.5])
def test_an_id_of_another_type_is_a_finding_not_an_exception(reported, kind, value):
    row = {"claim_id": value, "other_claim_id": value, "translation": "x", "claim_sha256": "0" * 64}
    found = reported(row, kind=kind)
    assert ("wrong-type", "/claim_id") in found
    assert (("wrong-type", "/other_claim_id") in found) is (kind == "relation")


def test_suggestions_of_references():
    def suggestion(**fields: object) -> str | None:
        (found,) = ki.validate([verdict | fields], kind="verdict", against=CORPUS).sample
        return hint(found)

    assert suggestion(claim_id="b-07") == "its successor is b-08"
    assert suggestion(claim_id="a-09") == "it has no successor"
    assert suggestion(claim_id="B-02") == "did you mean b-02 or b-08?"
    assert suggestion(claim_id="x-99", quote="ergibt drei.") == "the quote occurs in b-05"
    assert suggestion(claim_id="b-01", claim_sha256=NOW["b-03"]) == "this is the digest of b-03"
    assert suggestion(claim_id="b-01", claim_sha256="0" * 64) == "b-01 has never had this digest"


def test_a_stale_row_may_carry_the_earlier_columns(reported):
    row = verdict | {"claim_id": "b-02", "text": "Kaffee wird vor Ort gero\u0308stet.", "end": 106}
    check = partial(reported, kind="verdict", against=CORPUS)
    assert check(row | {"release": "1.0.0"}) == [("stale-claim", "/release")]
    assert check(row | {"claim_sha256": OLD}) == [("stale-claim", "/claim_sha256")]
    assert check(row) == [("claim-differs", "/end"), ("claim-differs", "/text")]


def test_a_corpus_without_history_has_no_releases(tmp_path, reported):
    (tmp_path / "s.txt").write_text("one", "utf-8")
    (tmp_path / "claims.jsonl").write_text('{"claim_id": "a", "text": "one", "start": 0, "end": 3}')
    row = verdict | {"claim_id": "a", "release": "7.0.0", "quote": "one", "quote_start": 0, "quote_end": 3}
    assert reported(row, kind="verdict", against=tmp_path) == []


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"other_claim_id": "b-01"}, []),
        ({"other_claim_id": "c-01"}, ["unknown-claim /other_claim_id"]),
        ({"other_claim_id": "c-01", "other_claim_sha256": OLD}, ["unknown-claim /other_claim_id"]),
        ({"other_claim_id": "b-07"}, ["retired-claim /other_claim_id"]),
        ({"other_claim_id": "b-02", "other_claim_sha256": NOW["b-02"]}, []),
        ({"other_claim_id": "b-02", "other_claim_sha256": OLD}, ["stale-claim /other_claim_sha256"]),
        ({"other_claim_id": "b-01", "other_claim_sha256": OLD}, ["digest-differs /other_claim_sha256"]),
        ({"other_claim_id": "b-01", "other_claim_sha256": "x"}, ["bad-format /other_claim_sha256"]),
        ({"other_claim_id": "b-01", "release": "1.0.0"}, []),
        ({"other_claim_id": "b-02", "release": "1.0.0"}, ["stale-claim /release"]),
        ({"other_claim_id": "b-02", "release": "1.0.0", "other_claim_sha256": OLD},
         ["stale-claim /other_claim_sha256"]),
        ({"claim_id": "c-01", "other_claim_id": "c-02"},
         ["unknown-claim /claim_id", "unknown-claim /other_claim_id"]),
        ({"claim_id": "a-01", "other_claim_id": "a-01"}, ["fields-disagree /other_claim_id"]),
    ],
)  # fmt: skip
def test_the_other_claim_of_a_relation(reported, fields, found):
    row = relation | {"claim_id": "a-01"} | fields
    assert reported(row, kind="relation", against=CORPUS) == [tuple(one.split()) for one in found]


def test_the_columns_of_a_claim_row_are_the_claim_s(reported):
    row = LEAST["claim"]
    assert reported(row | {"position": 3}, kind="claim") == [("claim-differs", "/position")]
    assert reported(row | {"claim_id": "d09-c09"}, kind="claim") == [("unknown-claim", "/claim_id")]
    assert reported(row | {"claim_sha256": "0" * 64}, kind="claim") == [("digest-differs", "/claim_sha256")]


def test_rows_that_refer_to_a_claim_without_its_digest_are_counted():
    def without_digest(kind: str, *rows: dict) -> int:
        return ki.validate(rows, kind=kind, against=CORPUS).rows_without_digest

    pinned = {"claim_id": "a-01", "claim_sha256": NOW["a-01"]}
    bare = {"claim_id": "a-01"}
    assert (
        without_digest("verdict", verdict | bare, verdict | pinned, verdict | bare | {"claim_sha256": None})
        == 2
    )
    assert without_digest("question", question | {"references": [pinned, bare, bare]}) == 1
    assert without_digest("question", question | {"references": [pinned]}) == 0
    assert without_digest("question", question | {"references": [], "answer": None, "answerable": False}) == 0
    other = {"other_claim_id": "a-03"}
    assert without_digest("relation", relation | pinned | other | {"other_claim_sha256": NOW["a-03"]}) == 0
    assert without_digest("relation", relation | pinned | other) == 1


# Numbers


@pytest.mark.parametrize(
    ("claim_id", "text", "missing"),
    [
        ("a-02", "1,000 and 3", False),
        ("a-02", "1000, 3", False),
        ("a-02", "1.000 und 3", False),
        ("a-02", "1 000 et 3", False),
        ("a-02", "1\u00a0000 et 3", False),
        ("a-02", "1\u202f000 et 3", False),
        ("a-02", "1’000 und 3", False),
        ("a-02", "１０００と３", False),
        ("a-02", "１，０００と３", False),
        ("a-02", "١٬٠٠٠ و٣", False),
        ("a-02", "१,००० और ३", False),
        ("a-02", "3 in 2026: 1,000", False),
        ("a-02", "3 in 2026 1,000", False),
        ("a-02", "3 of 1,000.", False),
        ("a-02", "(1,000; 3)", False),
        ("a-02", "1000/3", False),
        ("a-02", "3.1000", False),
        ("a-02", "3’1000", False),
        ("a-02", "1,000 and three", True),
        ("a-02", "a thousand and 3", True),
        ("a-02", "一千次，３次", True),
        ("a-02", "10,000 and 3", True),
        ("a-02", "1,0003", True),
        ("a-02", "no number", True),
        ("a-07", "3.5 m/s", False),
        ("a-07", "3,5 m/s", False),
        ("a-07", "３．５", False),
        ("a-07", "٣٫٥", False),
        ("a-07", "35 m/s", True),
        ("a-07", "3.55 m/s", True),
        ("a-07", "13.5 m/s", True),
        ("a-07", "3 m/s", True),
        ("b-06", "5 Boote, 12 Leute", False),
        ("b-06", "५ १२", False),
        ("b-06", "fünf Boote, 12 Leute", True),
        ("b-06", "512", True),
        ("a-03", "none needed", False),
        ("a-03", "and 7 is no matter", False),
    ],
)
def test_a_number_missing_from_the_translation(reported, claim_id, text, missing):
    row = translation | {"claim_id": claim_id, "translation": text}
    expected = [("number-missing", "/translation")] if missing else []
    assert reported(row, kind="translation", against=CORPUS) == expected


def test_a_missing_number_is_a_warning_and_named():
    row = translation | {"claim_id": "a-02", "translation": "…"}
    report = ki.validate([row], kind="translation", against=CORPUS)
    assert (report.ok, report.valid, report.warnings) == (True, 1, 1)
    (found,) = report.sample
    assert (found.severity, found.expected, found.got) == ("warning", "the numbers 1000, 3 from a-02", "none")


# Python values


@pytest.mark.parametrize(
    "row",
    [MappingProxyType(verdict), UserDict(verdict), ki.Verdict(**verdict), verdict | {"urls": ("a", "b")}],
)
def test_rows_are_mappings_or_records(row):
    assert values(row, kind="verdict") == []


@pytest.mark.parametrize("row", [None, 5, "x", b"x", [verdict], ("a",), object(), {1, 2}, math.nan])
def test_rows_that_are_neither(row):
    assert values(row, kind="verdict") == [("not-an-object", "")]


def test_a_record_has_its_kind():
    assert values(ki.Verdict(**verdict)) == []
    assert values(ki.Verdict(**verdict), kind=["label", "verdict"]) == []
    assert values(ki.Question(**question)) == []
    wrong = ki.Verdict(**verdict | {"claim_id": "d01-c99"})
    assert values(wrong) == values(wrong, kind="verdict") == [("unknown-claim", "/claim_id")]


def test_records_within_a_row():
    references = [ki.Reference(claim_id="d01-c02"), ki.Reference(claim_id="d01-c99")]
    found = [("unknown-claim", "/references/1/claim_id")]
    assert values(question | {"references": references}, kind="question") == found
    assert values(ki.Question(**question | {"references": references}), kind="question") == found


def test_a_record_of_a_kind_that_was_not_asked_for():
    record = ki.Translation(**translation)
    for asked in ("verdict", ["verdict", "label"], Stance):
        assert [code for code, _ in values(record, kind=asked)] == ["unknown-kind"]


def test_rows_may_come_one_by_one():
    report = ki.validate((verdict for _ in range(3)), kind="verdict")
    assert (report.rows, report.ok) == (3, True)
    assert [one.code for one in ki.validate(iter(()), kind="verdict").sample] == ["no-rows"]


@pytest.mark.parametrize(
    "vector",
    [
        np.array([0.5, 1.0], "float32"),
        np.array([0.5, 1.0], "float64"),
        np.array([0.5, 1.0], "float16"),
        np.array([1, 2], "int64"),
        (0.5, 1),
        [np.float32(0.5), np.float64(1)],
    ],
    ids=repr,
)
def test_vectors_of_numpy(vector):
    assert values(embedding | {"vector": vector}, kind="embedding") == []


@pytest.mark.parametrize(
    ("vector", "found"),
    [
        (np.array([0.5, np.nan]), [("not-finite", "/vector/1")]),
        (np.array([np.inf, -np.inf], "float32"), [("not-finite", "/vector/0"), ("not-finite", "/vector/1")]),
        (np.array([], "float32"), [("bad-length", "/vector")]),
        (np.array([[0.5]]), [("wrong-type", "/vector/0")]),
        (np.array(0.5), [("wrong-type", "/vector")]),
        (np.array(["a", "b"]), [("wrong-type", "/vector/0"), ("wrong-type", "/vector/1")]),
        (np.array([True, False]), [("wrong-type", "/vector/0"), ("wrong-type", "/vector/1")]),
        (np.array([1e39]), [("out-of-range", "/vector/0")]),
    ],
    ids=repr,
)
def test_vectors_of_numpy_that_are_wrong(vector, found):
    assert values(embedding | {"vector": vector}, kind="embedding") == found


def test_scalars_of_numpy():
    row = verdict | {"confidence": np.float32(0.5), "quote": np.str_("语言经过人类编码压缩")}
    row |= {"quote_start": np.int64(76), "quote_end": np.int32(86)}
    assert values(row, kind="verdict") == []
    assert values(question | {"answerable": np.bool_(1)}, kind="question") == []
    assert values(row | {"confidence": np.float64("nan")}, kind="verdict") == [("not-finite", "/confidence")]
    assert values(row | {"quote_start": np.float64(76)}, kind="verdict") == [("wrong-type", "/quote_start")]
    assert values(row | {"x_scores": np.array([1.0, np.nan])}, kind="verdict") == [
        ("not-finite", "/x_scores/1")
    ]


@pytest.mark.parametrize(
    ("created", "found"),
    [
        (datetime(2026, 11, 23, 18, 45, tzinfo=UTC), []),
        (datetime(2026, 11, 23, 18, 45, 0, 123456, UTC), []),
        (datetime(2026, 11, 23, 18, 45, tzinfo=timezone(timedelta(hours=8))), []),
        (datetime(2026, 11, 23, 18, 45), [("wrong-type", "/created")]),  # noqa: DTZ001 - of no zone is the point
        (date(2026, 11, 23), [("wrong-type", "/created")]),
        # In UTC they are of no year that there is.
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=8))), [("bad-format", "/created")]),
        (datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-8))), [("bad-format", "/created")]),
        (1_764_000_000, [("wrong-type", "/created")]),
    ],
)
def test_moments(created, found):
    assert values(verdict | {"created": created}, kind="verdict") == found


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_invalid_numbers(number):
    assert values(verdict | {"confidence": number}, kind="verdict") == [("not-finite", "/confidence")]
    assert values(verdict | {"x_a": {"b": [0.5, number]}}, kind="verdict") == [("not-finite", "/x_a/b/1")]
    assert values(verdict | {"note": number}, kind="verdict", extra="allow") == [("not-finite", "/note")]


def test_a_number_of_any_size():
    # RFC 7493, section 2.2: readers do not agree about numbers that a double cannot represent.
    assert values(verdict | {"confidence": 10**5000}, kind="verdict") == [("not-finite", "/confidence")]
    assert values(verdict | {"x_a": 10**5000}, kind="verdict") == [("not-finite", "/x_a")]
    assert values(verdict | {"x_a": 10**300}, kind="verdict") == []


@pytest.mark.parametrize("text", ["\ud83e", "a\udde0b", "\udde0\ud83e"])
def test_surrogates_without_partner(text):
    assert values(verdict | {"rationale": text}, kind="verdict") == [("not-utf8", "/rationale")]
    assert values(verdict | {"quote": text}, kind="verdict") == [("not-utf8", "/quote")]
    assert values(verdict | {"x_a": [{"b": text}]}, kind="verdict") == [("not-utf8", "/x_a/0/b")]
    # In a name as well: no file could contain the row.
    for row in (verdict | {f"x_{text}": 1}, verdict | {"x_a": {text: 1}}):
        assert [code for code, _ in values(row, kind="verdict")] == ["not-utf8"]


def test_surrogates_within_records():
    reference = ki.Reference.model_construct(claim_id="d01-c02", quote="\ud83e")
    record = ki.Question.model_construct(**question | {"references": (reference,)})
    assert values(record, kind="question") == [("not-utf8", "/references/0/quote")]


def deep(levels: int) -> list:
    held: list = []
    for _ in range(levels):
        held = [held]
    return held


def test_cyclic_and_too_deep_values():
    cycle: list = []
    cycle.append({"a": cycle})
    mapping: dict = {}
    mapping["a"] = mapping
    for held in (cycle, mapping, deep(100_000)):
        for name in ("x_a", "rationale", "vector"):
            ((code, path),) = values(embedding | {name: held}, kind="embedding")
            assert code == "too-deep"
            assert path == f"/{name}" or path.startswith(f"/{name}/")
    assert values(verdict | {"x_a": deep(50)}, kind="verdict") == []


def test_a_shared_object_is_not_a_cycle():
    held = [1, 2]
    assert values(verdict | {"x_a": [held, held], "x_b": held}, kind="verdict") == []


@pytest.mark.parametrize("key", [1, None, b"a", ("a",), 0.5])
def test_names_that_are_not_text(key):
    assert values(verdict | {key: 1}, kind="verdict") == [("wrong-type", "")]
    assert values(verdict | {"x_a": {key: 1}}, kind="verdict") == [("wrong-type", "/x_a")]


@pytest.mark.parametrize(
    "value", [b"text", object(), {1, 2}, 1j, Path("a"), timedelta(1)], ids=lambda one: type(one).__name__
)
def test_values_of_other_types(value):
    assert values(verdict | {"rationale": value}, kind="verdict") == [("wrong-type", "/rationale")]


def test_the_got_text_is_short_and_escaped():
    def got(value: object) -> str:
        (found,) = ki.validate([verdict | {"method": value}], kind="verdict").sample
        return found.got

    assert got("x" * 1000) == '"' + "x" * 78 + "…"
    assert got("a\x1b[31m\u202eb\u2028") == '"a\\u001b[31m\\u202eb\\u2028"'
    assert got([1, 2]) == "an array of 2"
    assert got({"a": 1}) == "an object with 1 field"
    assert got(b"x") == "a Python bytes"
    (found,) = ki.validate([verdict | {"k\x1b" * 100: 1}], kind="verdict").sample
    assert len(found.path[0]) <= 80
    assert "\x1b" not in str(found)


def test_nulls_of_columns_are_absent():
    # Of two kinds in one table, each has the other's columns as null.
    rows = [verdict | {"kind": "verdict"}, label | {"kind": "label"}, question | {"kind": "question"}]
    assert ki.validate(
        pa.Table.from_pylist([dict.fromkeys({**rows[0], **rows[1], **rows[2]}) | one for one in rows])
    ).ok
    found = [("missing-field", "/verdict")]
    table = pa.Table.from_pylist([verdict, verdict | {"verdict": None}])
    assert [one[1:] for one in placed(ki.validate(table, kind="verdict"))] == found
    # In rows from Python they are fields that the kind does not have.
    assert values(verdict | {"value": None}, kind="verdict") == [("unknown-field", "/value")]


# Custom kinds


class Step(ki.Record):
    """A step."""

    reference: ki.Reference = Field(description="What it rests on.")
    note: str | None = Field(None, description="A note.")


class Stance(ki.Derived):
    """A stance towards a claim."""

    stance: Literal["for", "against"] = Field(description="The stance.")
    text: str | None = Field(None, description="Words of its own, by the name of a claim's column.")
    level: Annotated[int, Field(ge=1, le=5)] | None = Field(None, description="How strong.")
    best: ki.Reference | None = Field(None, description="The best evidence.")
    evidence: ki.Many[ki.Reference] | None = Field(None, description="More evidence.")
    steps: ki.Many[Step] | None = Field(None, description="Steps.")

    @field_validator("stance")
    @classmethod
    def _not_about_the_first(cls, stance: str, info: object) -> str:
        if info.data.get("claim_id") == "d01-c01":
            raise ValueError("no stance towards the first claim")
        return stance

    @model_validator(mode="after")
    def _with_a_level(self) -> "Stance":
        if self.stance == "against" and self.level is None:
            raise ValueError("to be against takes a level")
        return self


class Gloss(ki.Translation):
    """A translation word by word."""

    words: ki.Many[str] = Field(description="The words.")


STANCE = ABOUT | {"stance": "for"}


def test_a_custom_kind(reported):
    check = partial(reported, kind=Stance)
    assert check(STANCE) == check(STANCE | {"kind": "stance"}) == []
    assert check(STANCE | {"stance": "For"}) == [("not-in-vocabulary", "/stance")]
    assert check(STANCE | {"level": 6}) == [("out-of-range", "/level")]
    assert check(without(STANCE, "stance") | {"stnace": "for"}) == [("unknown-field", "/stnace")]
    assert check(STANCE | {"claim_id": "d01-c99"}) == [("unknown-claim", "/claim_id")]
    assert check(STANCE | {"claim_sha256": "0" * 64}) == [("digest-differs", "/claim_sha256")]
    assert values(Stance(**STANCE)) == [("missing-field", "/kind")]
    assert values(Stance(**STANCE), kind=[Stance, "verdict"]) == []


def test_a_custom_field_is_not_compared_with_the_claim(reported):
    assert reported(STANCE | {"text": "other words"}, kind=Stance) == []
    assert reported(STANCE | {"text_en": "other words"}, kind=Stance) == [("claim-differs", "/text_en")]


WRONG = {"claim_id": "d01-c02", "quote": "推理模型不增加参数数量"}
RIGHT = {"claim_id": "d01-c01"}
WHERE = {
    "/best": lambda one: {"best": one},
    "/evidence/1": lambda one: {"evidence": [RIGHT, one, RIGHT]},
    "/steps/1/reference": lambda one: {"steps": [{"reference": RIGHT}, {"reference": one}]},
}


@pytest.mark.parametrize("path", WHERE)
@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({}, []),
        ({"quote": WRONG["quote"]}, ["quote-misattributed /quote"]),
        ({"quote": "语言经过人类", "quote_start": 0, "quote_end": 6}, ["quote-misplaced /quote_start"]),
        ({"quote": "语言经过人类", "quote_start": 76}, ["fields-disagree /quote_end"]),
        ({"claim_id": "d99-c99", "quote": "x"}, ["unknown-claim /claim_id"]),
        ({"claim_id": None}, ["missing-field /claim_id"]),
        ({"claim_sha256": "0" * 64}, ["digest-differs /claim_sha256"]),
        ({"claim_sha256": "0"}, ["bad-format /claim_sha256"]),
        ({"quote_of": "title", "quote": "x"}, ["not-in-vocabulary /quote_of"]),
        ({"note": 1, "quote": WRONG["quote"]}, ["unknown-field /note", "quote-misattributed /quote"]),
    ],
)
def test_references_are_checked_at_every_path(reported, path, fields, found):
    row = STANCE | WHERE[path]({"claim_id": "d01-c02"} | fields)
    expected = [tuple(one.split()) for one in found]
    assert reported(row, kind=Stance) == [(code, path + name) for code, name in expected]


def test_custom_records_within_a_row():
    wrong = ki.Reference(**WRONG)
    row = Stance(**STANCE, best=wrong, steps=[Step(reference=wrong)])
    assert values(row, kind=Stance) == [
        ("quote-misattributed", "/best/quote"),
        ("quote-misattributed", "/steps/0/reference/quote"),
    ]


def test_custom_validators(reported):
    assert reported(STANCE | {"claim_id": "d01-c01"}, kind=Stance) == [("bad-format", "/stance")]
    assert reported(STANCE | {"stance": "against"}, kind=Stance) == [("bad-format", "")]
    assert reported(STANCE | {"stance": "against", "level": 1}, kind=Stance) == []
    (found,) = ki.validate([STANCE | {"stance": "against"}], kind=Stance).sample
    assert found.expected == "Value error, to be against takes a level"


def test_faults_of_a_custom_validator_do_not_stop_other_checks(reported):
    row = STANCE | {"stance": "against", "claim_id": "d01-c99"}
    assert reported(row, kind=Stance) == [("bad-format", ""), ("unknown-claim", "/claim_id")]


def test_a_subclass_keeps_the_rules_of_its_base(reported):
    row = translation | {"claim_id": "d07-c02", "words": ["a"]}
    assert reported(row, kind=Gloss) == [("number-missing", "/translation")]
    assert reported(row | {"translation": "1000"}, kind=Gloss) == []


# Whole data sets


def test_every_later_occurrence_of_an_id(validate):
    rows = [verdict | {"id": name} for name in ("a", "b", "a", "A", "a")]
    assert validate(*rows, verdict, verdict, kind="verdict") == [
        (2, "duplicate-id", "/id"),
        (4, "duplicate-id", "/id"),
    ]
    report = ki.validate(rows, kind="verdict")
    assert [(one.got, one.id) for one in report.sample] == [('"a", already used in row 0', "a")] * 2
    assert (report.valid, report.invalid) == (3, 2)


def test_an_id_is_unique_across_files(tmp_path):
    for name in ("one.jsonl", "two.jsonl"):
        (tmp_path / name).write_text(f"{json.dumps(verdict)}\n{json.dumps(verdict | {'id': 'a'})}\n", "utf-8")
    (found,) = ki.validate(tmp_path, kind="verdict").sample
    assert (found.code, found.file, found.line) == ("duplicate-id", str(tmp_path / "two.jsonl"), 2)
    assert found.got.startswith('"a", already used in ')
    report = ki.validate([tmp_path / "one.jsonl", tmp_path / "one.jsonl"], kind="verdict")
    assert [one.code for one in report.sample] == ["duplicate-id"]


def test_an_id_counts_in_a_row_that_is_wrong_otherwise(validate):
    rows = [verdict | {"id": "a", "confidence": 2}, verdict | {"id": "a"}]
    assert validate(*rows, kind="verdict") == [(0, "out-of-range", "/confidence"), (1, "duplicate-id", "/id")]


def test_records_by_a_key(validate):
    rows = [translation | {"language": name} for name in ("de", "fr", "de")]
    check = partial(validate, kind="translation")
    assert check(*rows) == []
    assert check(*rows, key=["claim_id", "language"]) == [(2, "duplicate-record", "")]
    assert check(*rows, key=["claim_id"]) == [(1, "duplicate-record", ""), (2, "duplicate-record", "")]
    numbered = [row | {"x_run": number} for number, row in enumerate(rows)]
    assert check(*numbered, key=["claim_id", "language", "x_run"]) == []
    report = ki.validate(rows, kind="translation", key=["claim_id", "language"])
    (found,) = report.sample
    assert found.expected == "a unique combination of claim_id and language"
    assert found.got == "the same as in row 0"


def test_values_of_a_key_are_compared_as_in_json(validate):
    rows = [verdict | {"x_run": run} for run in (1, True, "1", None, [1], {"a": 1}, "True")]
    assert validate(*rows, kind="verdict", key=["claim_id", "x_run"]) == []
    rows = [verdict | {"x_run": run} for run in ([1, "a"], [1, "a"], {"a": [1]}, {"a": [1]})]
    assert validate(*rows, kind="verdict", key=["claim_id", "x_run"]) == [
        (1, "duplicate-record", ""),
        (3, "duplicate-record", ""),
    ]


def missing(rows: list, **options: object) -> list[str]:
    report = ki.validate(rows, against=CORPUS, **options)
    assert {(one.code, one.row, one.pointer) for one in report.sample} <= {("missing-claim", None, "")}
    return [one.expected for one in report.sample]


def test_every_current_claim_once_a_group():
    rows = [
        translation | {"claim_id": name, "translation": "1000; 3; 3.5; 5; 12; 2019"} for name in CORPUS.claims
    ]
    french = [row | {"language": "fr"} for row in rows]
    check = partial(missing, kind="translation")
    assert check(rows) == check(rows, complete=[]) == check(rows, complete=["language"]) == []
    assert check(rows[:-1], complete=[]) == ["a row for b-08"]
    assert check(rows[1:] + french[:-1], complete=[]) == []
    assert check(rows[1:] + french[:-1], complete=["language"]) == [
        "a row for a-01 with language de",
        "a row for b-08 with language fr",
    ]
    assert (
        check(rows[:1], complete=["language", "creator"])[0] == "a row for a-02 with language de, creator m"
    )
    unnamed = [without(row, "language") for row in rows[1:]]
    assert check(unnamed, complete=["language"], defaults={"language": "de"}) == [
        "a row for a-01 with language de"
    ]


@pytest.mark.parametrize(
    ("language", "code"), [(5, "wrong-type"), ("German", "bad-format"), (None, "missing-field")]
)
def test_a_value_of_the_wrong_shape_makes_no_group(validate, language, code):
    rows = [translation | {"claim_id": name, "translation": "1000; 4"} for name in [*LISTED, "d01-c01"]]
    rows[-1]["language"] = language
    assert validate(*rows, kind="translation", complete=["language"]) == [(41, code, "/language")]


def test_claims_that_questions_rest_on_are_there():
    def asked(*names: str) -> dict:
        return question | {"references": [{"claim_id": name} for name in names]}

    names = [*CORPUS.claims]
    check = partial(missing, kind="question", complete=["language"])
    assert check([asked(*names[:8]), asked(*names[7:])]) == []
    assert check([asked(*names[:8]), asked(*names[9:])]) == [f"a row for {names[8]} with language de"]


def test_a_missing_claim_makes_no_row_invalid():
    report = ki.validate([verdict | {"claim_id": "a-01"}], kind="verdict", against=CORPUS, complete=[])
    assert (report.ok, report.valid, report.invalid, report.errors) == (False, 1, 0, 14)


def test_too_many_labels(validate):
    def labelled(scheme: str, *given: str, creator: str = "m", claim_id: str = "d01-c02") -> list[dict]:
        row = label | {"scheme": scheme, "creator": creator, "claim_id": claim_id}
        return [row | {"value": value} for value in given]

    check = partial(validate, kind="label")
    for scheme, one, two in (("horizon", "past", "future"), ("claim_type", "definition", "prediction")):
        assert check(*labelled(scheme, one, two, one, two)) == [
            (1, "too-many-labels", "/value"),
            (3, "too-many-labels", "/value"),
        ]
        assert check(*labelled(scheme, one, one), *labelled(scheme, two, creator="n")) == []
        assert check(*labelled(scheme, one), *labelled(scheme, two, claim_id="d01-c01")) == []
    topics = ("language", "abstraction", "memory", "agents")
    assert check(*labelled("topic", *topics, "memory")) == []
    assert check(*labelled("topic", *topics, "scaling")) == [(4, "too-many-labels", "/value")]
    assert check(*labelled("acme:stance", *"abcdefgh")) == []


def test_vectors_of_one_model_have_one_length(validate):
    def vectors(*lengths: int, model: str = "m", of: str = "text") -> list[dict]:
        return [embedding | {"vector": [0.5] * length, "model": model, "of": of} for length in lengths]

    check = partial(validate, kind="embedding")
    assert check(*vectors(3, 3), *vectors(2, 2, model="n")) == []
    assert check(*vectors(3, 2, 3, 2)) == [
        (1, "dimension-differs", "/vector"),
        (3, "dimension-differs", "/vector"),
    ]
    assert check(*vectors(3), *vectors(2, of="text_en")) == [(1, "dimension-differs", "/vector")]
    (found,) = ki.validate(vectors(3, 2), kind="embedding").sample
    assert (found.expected, found.got) == ("length 3, as in row 0, the first vector of m", "length 2")


def test_rules_of_sets_are_the_kinds(validate):
    rows = [label | {"kind": "label", "scheme": "horizon", "value": value} for value in ("past", "future")]
    rows += [embedding | {"kind": "embedding", "vector": [0.5] * length} for length in (1, 2)]
    assert validate(*rows) == [(1, "too-many-labels", "/value"), (3, "dimension-differs", "/vector")]


# Findings


FAULTY = [verdict | {"claim_id": "d01-c99"}, verdict | {"confidence": 2}, verdict | {"quote": "语言经"}]


def test_codes_may_be_selected_or_ignored(validate):
    check = partial(validate, *FAULTY, kind="verdict")
    assert check() == [
        (0, "unknown-claim", "/claim_id"),
        (1, "out-of-range", "/confidence"),
        (2, "quote-too-short", "/quote"),
    ]
    assert check(select=["unknown-claim"]) == [(0, "unknown-claim", "/claim_id")]
    assert check(ignore=["unknown-claim", "quote-too-short"]) == [(1, "out-of-range", "/confidence")]
    assert check(select=["unknown-claim", "out-of-range"], ignore=["out-of-range"]) == [
        (0, "unknown-claim", "/claim_id")
    ]
    assert check(select=[]) == []


def test_a_code_that_is_ignored_makes_no_row_invalid():
    report = ki.validate(FAULTY, kind="verdict", ignore=["unknown-claim"])
    assert (report.rows, report.valid, report.invalid) == (3, 2, 1)
    report = ki.validate(FAULTY, kind="verdict", select=["quote-too-short"])
    assert (report.ok, report.valid, report.invalid) == (True, 3, 0)


def test_unreadable_data_is_always_reported(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(f"\n{json.dumps(verdict)}\nno row\n", "utf-8")
    for options in ({"select": ["unknown-claim"]}, {"ignore": ["invalid-json", "blank-line"]}):
        report = ki.validate(path, kind="verdict", **options)
        assert [(one.code, one.line) for one in report.sample] == [("invalid-json", 3)]
        assert not report.ok
    assert not ki.validate(tmp_path / "none.jsonl", kind="verdict", ignore=["unreadable"]).ok


@pytest.mark.parametrize("option", ["select", "ignore"])
def test_an_unknown_code(option):
    with pytest.raises(ki.UnknownNameError) as error:
        ki.validate(FAULTY, kind="verdict", **{option: ["unknown-clam"]})
    assert error.value.nearest[0] == "unknown-claim"


def test_counts_are_exact_without_a_sample():
    report = ki.validate(FAULTY * 100, kind="verdict", max_findings=0)
    assert report.sample == ()
    assert [tuple(one) for one in report.counts] == [
        ("out-of-range", "error", "/confidence", 100),
        ("unknown-claim", "error", "/claim_id", 100),
        ("quote-too-short", "warning", "/quote", 100),
    ]
    assert (report.rows, report.valid, report.invalid, report.ok) == (300, 100, 200, False)
    assert len([*report.iter_findings()]) == 300


@pytest.mark.parametrize("most", [-1, 1.5, True, "10", None])
def test_an_invalid_number_of_findings(most):
    with pytest.raises(ki.InputError):
        ki.validate(FAULTY, kind="verdict", max_findings=most)


def test_a_warning_leaves_a_row_valid():
    report = ki.validate([FAULTY[2]], kind="verdict")
    assert (report.ok, report.valid, report.warnings, report.errors) == (True, 1, 1, 0)


class Mine(ki.Label):
    """A label whose scheme is given by its kind."""

    scheme: str = "acme:stance"


class Theirs(ki.Relation):
    """A relation whose second claim is optional."""

    other_claim_id: str = "d01-c02"


class Plain(ki.Question):
    """A question that is answerable by default."""

    answerable: bool = True


class Same(ki.Translation):
    """A translation that may be the text itself, of a claim that may go without saying."""

    claim_id: str = "d07-c02"
    translation: str = "…"


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        (Mine, {"claim_id": "d01-c01", "value": "for"}),
        (Theirs, {"claim_id": "d01-c01", "relation": "supports"}),
        (Plain, {"references": [], "question": "?", "language": "en"}),
        (Same, {"language": "en"}),
        (Same, {"claim_id": "d07-c02", "language": "en"}),
    ],
)
def test_rules_skip_optional_fields_of_a_custom_kind(kind, row):
    row |= {"method": "human", "creator": "me"}
    for data in ([row], pa.Table.from_pylist([row])):
        report = ki.validate(data, kind=kind)
        assert report.counts == ()


class Short(ki.Derived):
    """A kind whose instants may have so many characters."""

    when: Annotated[ki.Instant, Field(max_length=20)]


def test_the_length_of_an_instant_given_as_a_datetime():
    row = {
        "claim_id": "d01-c01",
        "method": "human",
        "creator": "me",
        "when": datetime(2026, 1, 31, 12, tzinfo=UTC),
    }
    assert ki.validate([row], kind=Short).counts == ()
    row["when"] = row["when"].replace(microsecond=5)
    report = ki.validate([row], kind=Short)
    assert [(one.code, one.path) for one in report.sample] == [("bad-length", ("when",))]


def test_a_table_row_of_no_kind_is_unchanged():
    validate = RowValidator(["label", "mention"], shipped())
    assert validate.taken({"kind": "lable", "id": "a", "quote": None}) == (None, {"kind": "lable", "id": "a"})


@pytest.mark.parametrize(
    ("number", "codes"),
    [
        (2**1024, ["not-finite"]),
        (2**1024 - 2**970, ["not-finite"]),
        (2**1024 - 2**970 - 1, []),
        (-(2**1024), ["not-finite"]),
    ],
)
def test_an_integer_that_rounds_to_infinity_is_not_finite(number, codes):
    row = {
        "claim_id": "d01-c02",
        "method": "model",
        "creator": "m",
        "verdict": "mixed",
        "urls": [],
        "x_n": number,
    }
    assert [one.code for one in ki.validate([row], kind="verdict").sample] == codes


def test_repeated_faults_are_removed_in_order():
    faults = [Fault(code, ("a",), "x", "y") for code in ("bad-format", "bad-length", "bad-format")]
    assert without_repeats(faults) == faults[:2]
