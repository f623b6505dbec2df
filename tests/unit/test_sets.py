"""What parts have held of their rows adds up to what the whole holds."""

import pytest

import kaiser_interview as ki
from kaiser_interview.corpus import shipped
from kaiser_interview.models import Label
from kaiser_interview.validation.sets import Sets


def sets(**options) -> Sets:
    return Sets(shipped(), {"label": Label}, key=None, complete=None, where=str, **options)


def label(value: str) -> dict[str, str]:
    return {"claim_id": "d01-c01", "scheme": "claim_type", "creator": "me", "value": value}


def test_labels_that_are_too_many_in_two_parts_only_are_found_when_these_are_added():
    whole = sets(hashed=True)
    for value in ("definition", "observation"):
        part = sets(hashed=True)
        assert part.faults(label(value), "label", 0) == []
        assert part.fired == set()
        whole.absorb(part.traces())
    assert whole.fired == {("d01-c01", "claim_type", "me")}


def test_the_same_label_in_two_parts_is_one():
    whole = sets(hashed=True)
    for _ in range(2):
        part = sets(hashed=True)
        part.faults(label("definition"), "label", 0)
        whole.absorb(part.traces())
    assert whole.fired == set()


@pytest.mark.parametrize(
    ("kind", "same", "one", "other"),
    [
        ("embedding", {"model": "", "of": "text"}, {"vector": [0.5]}, {"vector": [0.5, 0.5]}),
        ("label", {"creator": "", "scheme": "horizon"}, {"value": "past"}, {"value": "future"}),
        ("label", {"claim_id": "d99-c01", "scheme": "horizon"}, {"value": "past"}, {"value": "future"}),
    ],
)
def test_rows_are_not_compared_by_a_field_that_is_wrong_itself(kind, same, one, other):
    row = {"claim_id": "d01-c01", "method": "model", "creator": "m"} | same
    report = ki.validate([row | one, row | other], kind=kind)
    wrong = next(name for name in ("model", "creator", "claim_id") if name in same)
    assert [finding.path for finding in report.findings] == [(wrong,), (wrong,)]
