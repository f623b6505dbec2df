"""Rows are recognised inside lists, wrappers and texts."""

import pytest

import kaiser_interview as ki
from kaiser_interview.raw_output.rows import RowFinder
from kaiser_interview.records.models import KINDS, Annotation
from kaiser_interview.validation.findings.finding import Fault

CLAIMS = {"d01-c01": object()}
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
        (['{"claim_id": "d01-c01", "translation": "x"}', "a remark", "{broken"], [ROW]),
    ],
)
def test_rows_are_found(value, rows):
    assert finder("translation").rows_in(value) == (rows, False)


def test_a_row_is_whole():
    question = {"question": "?", "answer": "!", "evidence": [{"claim_id": "d01-c01"}]}
    assert finder("question").rows_in(question) == ([question], False)
    question = {"references": [{"claim_id": "d01-c01"}], "items": [question]}
    assert finder("question", "label").rows_in(question) == ([question], False)


@pytest.mark.parametrize(
    ("value", "code", "got"),
    [
        ([], "answer-empty", "an empty list"),
        ({"mentions": [], "more": {"deep": []}}, "answer-empty", "an empty list"),
        ({"language": "en"}, "answer-without-rows", "an object with 1 field"),
        ([1, 2], "answer-without-rows", "an array of 2"),
        ({"a": {"b": {"c": {"d": {"e": ROW}}}}}, "answer-without-rows", "an object with 1 field"),
        ("", "answer-empty", "an empty text"),
    ],
)
def test_values_without_rows_are_faults(value, code, got):
    fault = finder("translation").rows_in(value)
    assert isinstance(fault, Fault)
    assert (fault.code, fault.got) == (code, got)


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
