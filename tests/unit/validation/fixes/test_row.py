"""Fixing one row: edits are applied until none is left, and do not contradict each other."""

from pathlib import Path

import pytest

import kaiser_interview as ki
from kaiser_interview.validation.fixes.row import RowFixer
from kaiser_interview.validation.rows.row_validator import RowValidator

CORPUS = ki.Corpus.from_files(Path(__file__).parents[3] / "corpus")
NOW = {name: claim.sha256 for name, claim in CORPUS.claims.items()}
BY = {"method": "model", "creator": "m"}
LABEL = {"scheme": "acme:stance", "value": "for"} | BY
QUOTE = "但河床会"
PLACED = {"quote": QUOTE, "quote_start": 88, "quote_end": 92, "claim_sha256": NOW["a-03"], "release": "2.0.0"}


def fixed(row: object, kind: str = "label", *, unsafe: bool = False) -> tuple[dict, list[tuple]]:
    """Return a fixed row, and the path, the code and the applicability of each edit."""
    validator = RowValidator([kind] if kind else [], CORPUS)
    given = row.__dict__ if isinstance(row, ki.Record) else row
    fixer = RowFixer(validator, unsafe=unsafe)
    fix = fixer.fixed(validator.value(row), given)
    if fix is None:
        return given, []
    after = {name: value for name, value in {**given, **fix.fields}.items() if value is not None}
    assert fixer.fixed(validator.value(after), after) is None
    return after, [(one.path, one.code, one.applicability) for one in fix.edits]


def test_one_edit_may_lead_to_another():
    row = LABEL | {
        "claim_id": "b-02",
        "claim_sha256": NOW["a-03"],
        "quote": QUOTE,
        "quote_start": 0,
        "quote_end": 4,
    }
    after, edits = fixed(row)
    assert after == LABEL | {"claim_id": "a-03"} | PLACED
    assert edits == [
        (("claim_id",), "digest-differs", "safe"),
        (("quote_start",), "quote-misplaced", "safe"),
        (("quote_end",), "quote-misplaced", "safe"),
        (("release",), None, "safe"),
    ]


def test_a_renamed_field_is_validated():
    after, edits = fixed(LABEL | {"claim_id": "a-03", "evidence": f"**{QUOTE}**"}, unsafe=True)
    assert after == LABEL | {"claim_id": "a-03", "x_quote_as_written": f"**{QUOTE}**"} | PLACED
    # What happens to a field is one edit.
    assert [path for path, *_ in edits].count(("quote",)) == 1
    assert edits[:2] == [
        (("evidence",), "unknown-field", "unsafe"),
        (("quote",), "quote-not-found", "safe"),
    ]


def test_edits_that_contradict_each_other_are_not_applied():
    row = LABEL | {"claim_id": "a-03", "qoute": QUOTE, "quot": "heute"}
    assert fixed(row, unsafe=True) == (row, [])
    same = LABEL | {"claim_id": "a-03", "method": "Model", "qoute": QUOTE, "quot": "heute"}
    assert fixed(same, unsafe=True)[1] == [(("method",), "not-in-vocabulary", "safe")]


def test_the_kind_of_a_row_may_be_corrected():
    after, edits = fixed(LABEL | {"kind": "Label", "claim_id": "a-03", "confidence": "0.5"}, "")
    assert after == LABEL | {"kind": "label", "claim_id": "a-03", "confidence": 0.5}
    assert [path for path, *_ in edits] == [("kind",), ("confidence",)]


def test_references_of_records():
    reference = ki.Reference(claim_id="a-03", quote=QUOTE)
    row = ki.Question(
        references=[reference, reference], question="?", answer="!", answerable=True, language="en", **BY
    )
    after, edits = fixed(row, "question")
    assert [one["quote_start"] for one in after["references"]] == [88, 88]
    assert reference.quote_start is None
    assert [path[:2] for path, *_ in edits] == [("references", 0)] * 3 + [("references", 1)] * 3 + [
        ("release",)
    ]


@pytest.mark.parametrize("row", [{}, LABEL, {"claim_id": None}, LABEL | {"note": None, "claim_id": "a-03"}])
def test_a_row_without_a_fix_stays(row):
    assert fixed(row) == (row, [])


def test_a_null_field_that_is_unknown_is_removed():
    row = LABEL | {"claim_id": "a-03", "odd": None}
    after, edits = fixed(row, unsafe=True)
    assert (after, edits) == (LABEL | {"claim_id": "a-03"}, [(("odd",), "unknown-field", "unsafe")])
