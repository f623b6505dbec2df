"""The fingerprints of parts add up to those of the whole."""

import pytest

import kaiser_interview as ki
from kaiser_interview.dataset.loaders import shipped
from kaiser_interview.records.models import Embedding, Label, Question, Verdict
from kaiser_interview.validation.dataset_rules.state import DatasetRules


def sets(**options) -> DatasetRules:
    return DatasetRules(shipped(), {"label": Label}, key=None, complete=None, where=str, **options)


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
    assert [finding.path for finding in report.sample] == [(wrong,), (wrong,)]


KINDS = {"label": Label, "embedding": Embedding, "question": Question, "verdict": Verdict}


ANOTHER_MODEL = "compute all vectors with one model, or use a different model name for each length"


def of(*kinds: str, key=None, complete=None) -> DatasetRules:
    models = {kind: KINDS[kind] for kind in kinds}
    return DatasetRules(shipped(), models, key=key, complete=complete, where="row {}".format)


def reported(faults) -> list[tuple]:
    return [(one.code, one.path, one.expected, one.got, one.suggestion) for one in faults]


@pytest.mark.parametrize(
    ("kind", "options", "fields"),
    [
        ("verdict", {}, set()),
        ("verdict", {"key": ["claim_id", "x_a"]}, {"claim_id", "x_a"}),
        ("verdict", {"complete": ["creator"]}, {"creator", "claim_id", "references"}),
        ("label", {}, {"claim_id", "scheme", "creator", "value"}),
        ("embedding", {}, {"model", "vector"}),
    ],
)
def test_the_fields_that_are_compared(kind, options, fields):
    assert of(kind, **options).fields == fields | {"id", "kind"}


@pytest.mark.parametrize(
    ("kinds", "options", "ids_alone", "more"),
    [
        (["verdict"], {}, True, False),
        (["question"], {}, True, False),
        (["verdict"], {"key": ["claim_id"]}, False, False),
        (["verdict"], {"complete": []}, False, True),
        (["label"], {}, False, True),
        (["verdict", "embedding"], {}, False, True),
    ],
)
def test_whether_more_than_ids_is_compared(kinds, options, ids_alone, more):
    held = of(*kinds, **options)
    assert (held.ids_alone, held.compares_more) == (ids_alone, more)


def test_the_first_place_of_an_id():
    held = of("verdict")
    assert [held.first_place(name, place) for place, name in enumerate("aba")] == [0, 1, 0]


def test_a_duplicate_id():
    held = of("verdict")
    assert held.faults({"id": "a"}, "verdict", 0) == []
    fault = ("duplicate-id", ("id",), "a unique id", '"a", already used in row 0', None)
    for place in (1, 2):
        assert reported(held.faults({"id": "a"}, None, place)) == [fault]
    assert held.faults({"id": 5}, "verdict", 3) == held.faults({"id": 5}, "verdict", 4) == []
    assert held.faults({}, "verdict", 5) == held.faults({"id": None}, "verdict", 6) == []


def test_a_duplicate_key():
    held = of("verdict", key=["claim_id", "confidence"])
    for place, confidence in enumerate((0.5, 1, True, "1", None)):
        assert held.faults({"claim_id": "d01-c01", "confidence": confidence}, "verdict", place) == []
    # There is no key if all its fields are null.
    assert held.faults({}, "verdict", 5) == held.faults({"confidence": None}, "verdict", 6) == []
    row = {"claim_id": "d01-c01", "confidence": 1.0}
    assert reported(held.faults(row, "verdict", 7)) == [
        (
            "duplicate-record",
            (),
            "a unique combination of claim_id and confidence",
            "the same as in row 1",
            "claim_id d01-c01, confidence 1",
        )
    ]


def test_a_claim_that_is_missing_in_a_group():
    held = of("verdict", complete=["creator", "confidence"])
    claims = [*shipped().claims]
    for place, claim_id in enumerate(claims[1:]):
        row = {"claim_id": claim_id, "creator": "m", "confidence": 0.5}
        assert held.faults(row, "verdict", place) == []
    # Rows without a valid group, or whose claim_id is not text, belong to no group.
    first = {"claim_id": claims[0], "creator": "m"}
    held.faults(first, "verdict", 50)
    held.faults(first | {"confidence": 0.5}, "verdict", 51, frozenset({"confidence"}))
    held.faults(first | {"claim_id": 5, "confidence": 0.5}, "verdict", 52)
    expected = f"a row for {claims[0]} with creator m, confidence 0.5"
    assert reported(held.at_the_end()) == [("missing-claim", (), expected, "none", None)]
    held.faults(first | {"confidence": 0.5}, "verdict", 53)
    assert reported(held.at_the_end()) == []


def test_a_claim_that_is_missing_in_the_whole():
    held = of("question", "verdict", complete=[])
    claims = [*shipped().claims]
    about = [{"claim_id": claim_id} for claim_id in claims[2:]]
    held.faults({"references": about, "claim_id": claims[0]}, "question", 0)
    held.faults({"claim_id": claims[1], "references": [{"claim_id": claims[0]}]}, "verdict", 1)
    assert reported(held.at_the_end()) == [("missing-claim", (), f"a row for {claims[0]}", "none", None)]
    assert reported(of("verdict", complete=[]).at_the_end()) == []


def test_labels_that_are_too_many():
    held = of("label")
    row = {"claim_id": "d01-c01", "scheme": "horizon", "creator": "me", "value": "past"}
    fault = (
        "too-many-labels", ("value",), "at most 1 horizon label for d01-c01 by one creator",
        '"future" after past in row 0', None,
    )  # fmt: skip
    assert held.faults(row, "label", 0) == held.faults(row, "label", 1) == []
    for other in ({"creator": "you"}, {"claim_id": "d01-c02"}, {"scheme": "claim_type"}, {"scheme": "a:b"}):
        for value in ("definition", "observation")[: 1 + ("a:b" in other.values())]:
            assert held.faults(row | other | {"value": value}, "label", 2) == []
    assert held.faults(row | {"value": "future"}, "label", 3, frozenset({"value"})) == []
    assert held.faults(row | {"value": "future"}, "label", 4, frozenset({"scheme"})) == []
    assert held.fired == set()
    assert reported(held.faults(row | {"value": "future"}, "label", 5)) == [fault]
    assert held.fired == {("d01-c01", "horizon", "me")}
    topics = {"scheme": "topic"}
    for value in ("memory", "agents", "scaling", "reasoning"):
        assert held.faults(row | topics | {"value": value}, "label", 6) == []
    (one,) = held.faults(row | topics | {"value": "language"}, "label", 7)
    assert one.expected == "at most 4 topic labels for d01-c01 by one creator"


def test_vectors_of_another_length():
    held = of("embedding")
    assert held.faults({"model": "m", "vector": [0.5, 1]}, "embedding", 3) == []
    assert held.faults({"model": "n", "vector": [0.5]}, "embedding", 4) == []
    assert held.faults({"model": "m", "vector": (1, 2)}, "embedding", 5) == []
    assert held.faults({"model": "m", "vector": [1]}, "embedding", 6, frozenset({"vector"})) == []
    assert held.faults({"model": 5, "vector": [1]}, "embedding", 7) == []
    assert held.faults({"model": "m", "vector": "x"}, "embedding", 8) == []
    assert held.fired == set()
    assert reported(held.faults({"model": "m", "vector": [1]}, "embedding", 9)) == [
        (
            "dimension-differs",
            ("vector",),
            "length 2, as in row 3, the first vector of m",
            "length 1",
            ANOTHER_MODEL,
        )
    ]
    assert held.fired == {("m",)}


def test_vectors_of_two_parts():
    whole, one, other = of("embedding"), of("embedding"), of("embedding")
    one.faults({"model": "m", "vector": [1]}, "embedding", 0)
    one.faults({"model": "n", "vector": [1]}, "embedding", 1)
    other.faults({"model": "m", "vector": [1, 2]}, "embedding", 0)
    other.faults({"model": "n", "vector": [2]}, "embedding", 1)
    whole.absorb(one.traces())
    assert whole.fired == set()
    whole.absorb(other.traces())
    assert whole.fired == {("m",)}


def test_groups_of_two_parts():
    whole = of("verdict", complete=["confidence"])
    claims = [*shipped().claims]
    for some in (claims[:20], claims[21:]):
        part = of("verdict", complete=["confidence"])
        for place, claim_id in enumerate(some):
            part.faults({"claim_id": claim_id, "confidence": 0.5}, "verdict", place)
        whole.absorb(part.traces())
    assert [one.expected for one in whole.at_the_end()] == [f"a row for {claims[20]} with confidence 0.5"]


def test_findings_of_a_part_are_findings_of_the_whole():
    part, whole = of("label"), of("label")
    for place, value in enumerate(("past", "future")):
        row = {"claim_id": "d01-c01", "scheme": "horizon", "creator": "me", "value": value}
        part.faults(row, "label", place)
    whole.absorb(part.traces())
    assert whole.fired == {("d01-c01", "horizon", "me")}
