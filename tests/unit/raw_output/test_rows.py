"""Rows are recognised inside lists, wrappers and texts."""

import json

import pytest

import kaiser_interview as ki
from kaiser_interview.raw_output.rows import RowFinder
from kaiser_interview.records.models import KINDS, Annotation
from kaiser_interview.validation.findings.finding import Fault

CLAIMS = {"d01-c01": object(), "d01-c02": object()}
ROW = {"claim_id": "d01-c01", "translation": "x"}


def finder(*kinds):
    models = [KINDS[kind] for kind in kinds] or [one for one in KINDS.values() if issubclass(one, Annotation)]
    return RowFinder(models, CLAIMS)


@pytest.mark.parametrize(
    ("value", "rows"),
    [
        (ROW, [ROW]),
        ([ROW, ROW], [ROW, ROW]),
        ({"translations": [ROW], "note": "three rows"}, [ROW]),
        ({"translation": ROW}, [ROW]),
        ({"data": {"items": [ROW]}}, [ROW]),
        ({"a": [ROW], "b": [ROW]}, [ROW, ROW]),
        ({"d01-c01": {"translation": "x"}}, [ROW]),
        ({"d01-c01": ROW}, [ROW]),
        ({"claimId": "d01-c01", "Translation": "x"}, [{"claimId": "d01-c01", "Translation": "x"}]),
        ({"translation": "x"}, [{"translation": "x"}]),
        ([json.dumps(ROW), json.dumps([ROW])], [ROW, ROW]),
        ({"result": json.dumps(ROW)}, [ROW]),
        ([json.dumps({"data": {"rows": [ROW]}})], [ROW]),
        (
            {"language": "de", "translations": [ROW, ROW | {"language": "fr"}]},
            [ROW | {"language": "de"}, ROW | {"language": "fr"}],
        ),
        ({"claim_id": "d01-c01", "items": [{"translation": "x"}]}, [ROW]),
        ({"d01-c01": [{"translation": "x"}, {"translation": "y"}]}, [ROW, ROW | {"translation": "y"}]),
    ],
)
def test_rows_are_found(value, rows):
    assert finder("translation").rows_in(value) == (rows, False)


def test_a_row_is_whole():
    question = {"question": "?", "answer": "!", "evidence": [{"claim_id": "d01-c01"}]}
    assert finder("question").rows_in(question) == ([question], False)
    question["references"] = [{"claim_id": "d01-c01"}]
    assert finder("question", "label").rows_in(question) == ([question], False)
    assert finder().rows_in({"claim_id": "a", "tokens": [{"text": "x"}]})[0] == [
        {"claim_id": "a", "tokens": [{"text": "x"}]}
    ]


def test_fields_of_a_wrapper_are_fields_of_its_rows():
    about = {"references": [{"claim_id": "d01-c01"}], "language": "en"}
    questions = [{"question": "?", "answer": "!"}, {"question": "!", "answer": "?", "language": "zh"}]
    rows, _ = finder("question").rows_in({**about, "questions": questions})
    assert rows == [about | one for one in questions]
    labels = {"claim_id": "d01-c01", "quote": "语言", "labels": [{"scheme": "topic", "value": "x"}]}
    assert finder("label").rows_in(labels)[0] == [
        {"claim_id": "d01-c01", "quote": "语言", "scheme": "topic", "value": "x"}
    ]


@pytest.mark.parametrize(
    ("value", "code", "got"),
    [
        ([], "answer-empty", "an empty list"),
        ({"mentions": [], "more": {"deep": []}}, "answer-empty", "an empty list"),
        ([ROW, None], "answer-unreadable", "null"),
        (
            {"rows": [ROW, "d01-c02: I could not do this"]},
            "answer-unreadable",
            '"d01-c02: I could not do this"',
        ),
        ([json.dumps(ROW), "{broken"], "answer-without-rows", '"{broken"'),
        ([json.dumps(ROW), '{"claim_id": "'], "answer-truncated", None),
        ([ROW, {"a": [ROW, [[[[[[[ROW]]]]]]]]}], "answer-unreadable", "an array of 1"),
        ({"d01-c01": {"translation": "x"}, "d01-c02": "y"}, "answer-unreadable", '"y"'),
        ([ROW, "{a remark}"], "answer-without-rows", '"{a remark}"'),
        ({"language": "en"}, "answer-without-rows", "an object with 1 field"),
        ([1, 2], "answer-without-rows", "an array of 2"),
        ({"a": [[[[[[[[ROW]]]]]]]]}, "answer-without-rows", "an object with 1 field"),
        ("", "answer-empty", "an empty text"),
    ],
)
def test_values_without_rows_are_faults(value, code, got):
    fault = finder("translation").rows_in(value)
    assert isinstance(fault, Fault)
    assert fault.code == code
    assert got is None or fault.got == got


def test_without_a_kind_any_row_is_found():
    assert finder().rows_in([ROW, {"references": [], "question": "?"}])[0] == [
        ROW,
        {"references": [], "question": "?"},
    ]


def test_custom_kinds_are_found_by_their_own_fields():
    class Stance(ki.Annotation):
        """A stance."""

        stance: str

    assert RowFinder([Stance], CLAIMS).rows_in({"stances": [{"stance": "for"}]}) == (
        [{"stance": "for"}],
        False,
    )


def test_repaired_rows_in_texts_are_marked():
    assert finder("translation").rows_in([f"{json.dumps(ROW)[:-1]},}}"]) == ([ROW], True)


def test_endless_values_end():
    value = []
    value.append(value)
    assert finder().rows_in(value).code == "answer-without-rows"
