"""Corrections of single faults: which edits, and whether they may be applied."""

from collections import Counter
from pathlib import Path

import pytest

import kaiser_interview as ki

CORPUS = ki.Corpus.from_files(Path(__file__).parents[3] / "corpus")
NOW = {name: claim.sha256 for name, claim in CORPUS.claims.items()}
(OLD,) = CORPUS.claims["b-02"].earlier
BY = {"method": "model", "creator": "m"}
ROWS = {
    "label": {"claim_id": "a-03", "scheme": "acme:stance", "value": "for"} | BY,
    "verdict": {"claim_id": "a-03", "verdict": "mixed", "urls": []} | BY,
    "translation": {"claim_id": "a-03", "language": "en", "translation": "t"} | BY,
    "relation": {"claim_id": "a-03", "other_claim_id": "b-02", "relation": "supports"} | BY,
    "embedding": {"claim_id": "a-03", "model": "m", "of": "text", "vector": [0.5]} | BY,
    "question": {"references": [], "question": "?", "answerable": False, "language": "en"} | BY,
}
QUOTE = "但河床会"


def suggestions(kind: str, fields: dict, **options: object) -> list[tuple]:
    """Return the applicability and the edits of each suggestion that has edits."""
    row = {name: value for name, value in (ROWS[kind] | fields).items() if value is not ...}
    report = ki.validate([row], kind=kind, against=CORPUS, **options)
    found = [one.suggestion for one in report.sample if one.suggestion]
    counts = Counter(one.applicability for one in found)
    assert report.fixable == (counts["safe"], counts["unsafe"])
    return [(one.applicability, *map(tuple, one.edits)) for one in found if one.edits]


@pytest.mark.parametrize(
    ("kind", "fields", "after"),
    [
        # Numbers and booleans as text, and integers with a point
        ("label", {"confidence": "0.9"}, 0.9),
        ("label", {"confidence": " 1 "}, 1),
        ("label", {"confidence": "1e-3"}, 0.001),
        ("question", {"answerable": "False"}, False),
        # Words in other case, or with other separators
        ("label", {"method": "MODEL"}, "model"),
        ("label", {"value": "definition", "scheme": "Claim Type"}, "claim_type"),
        ("label", {"scheme": "topic", "value": "World models"}, "world-models"),
        ("verdict", {"verdict": " Supported."}, "supported"),
        ("label", {"kind": "Label"}, "label"),
        # Instants and languages in another notation
        ("label", {"created": "2026-01-31T14:00:00+02:00"}, "2026-01-31T12:00:00Z"),
        ("label", {"created": "2026-01-31 12:00:00Z"}, "2026-01-31T12:00:00Z"),
        ("translation", {"language": "EN"}, "en"),
        ("translation", {"language": "zh_hans_cn"}, "zh-Hans-CN"),
        ("label", {"claim_sha256": NOW["a-03"].upper()}, NOW["a-03"]),
    ],
)
def test_a_value_in_another_notation_is_safe_to_write(kind, fields, after):
    name = [*fields][-1]
    ((applicability, edit),) = suggestions(kind, fields)
    assert (applicability, edit) == ("safe", ((name,), fields[name], after))
    assert type(edit[2]) is type(after)


@pytest.mark.parametrize(
    ("kind", "fields", "after"),
    [
        # Null as text
        ("label", {"confidence": "N/A"}, None),
        ("label", {"rationale": "-", "created": "None"}, None),
        ("label", {"confidence": float("nan")}, None),
        # Likely values
        ("label", {"confidence": "90%"}, 0.9),
        ("label", {"confidence": "0,9"}, 0.9),
        ("question", {"answerable": "no"}, False),
        ("question", {"answerable": 1}, True),
        ("label", {"method": "modle"}, "model"),
        ("verdict", {"verdict": "entailment"}, "supported"),
        ("translation", {"language": "English"}, "en"),
        ("label", {"created": "2026-01-31T12:00:00"}, "2026-01-31T12:00:00Z"),
        ("label", {"created": 1769860800}, "2026-01-31T12:00:00Z"),
        ("label", {"id": 7}, "7"),
        ("embedding", {"vector": "[0.5, 1]"}, [0.5, 1]),
        ("question", {"references": {"claim_id": "a-03"}}, [{"claim_id": "a-03"}]),
    ],
)
def test_a_likely_value_is_unsafe_to_write(kind, fields, after):
    name = [*fields][-1]
    found = suggestions(kind, fields)
    # A value that is not JSON cannot be repeated in a finding.
    assert found in ([("unsafe", ((name,), fields[name], after))], [])
    assert (found == []) is (fields[name] != fields[name])


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("label", {"confidence": 90}),
        ("label", {"confidence": "high"}),
        ("label", {"confidence": [0.9]}),
        ("label", {"quote": QUOTE, "quote_end": 92, "quote_start": "1.5"}),
        ("label", {"confidence": "1,234"}),
        ("label", {"created": "2026-01-31"}),
        ("label", {"created": "yesterday"}),
        ("label", {"created": True}),
        ("label", {"value": ""}),
        ("label", {"value": 3}),
        ("label", {"creator": None}),
        ("label", {"creator": "NA", "method": "N/A"}),
        ("label", {"claim_sha256": "abc"}),
        ("label", {"claim_sha256": 5}),
        ("label", {"claim_id": 5}),
        ("label", {"claim_id": ["a-03"]}),
        ("label", {"quote": 5}),
        ("label", {"quote": ["但河床会"]}),
        ("label", {"method": ""}),
        ("label", {"method": "robot"}),
        ("label", {"method": 2}),
        ("label", {"release": "v1.0.0"}),
        ("translation", {"language": "Klingon!"}),
        ("translation", {"language": 5}),
        ("question", {"answerable": "maybe"}),
        ("question", {"answerable": [True]}),
        ("label", {"quote": QUOTE, "quote_start": [1], "quote_end": [5]}),
        ("question", {"answerable": None}),
        ("question", {"references": "a-03"}),
        ("question", {"references": "[" * 100_000}),
        ("question", {"references": 5}),
        ("embedding", {"vector": ["0.5", None]}),
        ("embedding", {"vector": {"0": 0.5}}),
        ("embedding", {"vector": '{"a": 1}'}),
    ],
)
def test_unclear_values_have_no_edits(kind, fields):
    assert [one for one in suggestions(kind, fields) if one[1][0] == ([*fields][-1],)] == []


@pytest.mark.parametrize(
    ("kind", "fields", "edits"),
    [
        ("translation", {"translaton": "x", "translation": ...}, [("translaton", "translation")]),
        ("label", {"evidence": QUOTE}, [("evidence", "quote")]),
        ("label", {"note_to_self": "x"}, [("note_to_self", None)]),
        ("question", {"references": [{"claim_id": "a-03", "quot": QUOTE}]}, [("quot", "quote")]),
        ("question", {"references": [{"claim_id": "a-03", "odd": 1}]}, [("odd", None)]),
    ],
)
def test_an_unknown_field_is_renamed_or_removed(kind, fields, edits):
    ((name, field),) = edits
    ((applicability, *found),) = suggestions(kind, fields)
    value = fields.get(name, fields.get("references", [{}])[0].get(name))
    above = () if name in fields else ("references", 0)
    expected = [((*above, name), value, None)]
    expected += [((*above, field), None, value)] if field else []
    assert (applicability, found) == ("unsafe", expected)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        # The field is there already, or says more than it seems.
        ("translation", {"translaton": "x"}),
        ("question", {"claim_id": "a-03"}),
        ("question", {"quote": QUOTE}),
        ("question", {"is_impossible": True}),
    ],
)
def test_an_unknown_field_that_says_something_stays(kind, fields):
    assert suggestions(kind, fields) == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        # A misspelled id, proved by the quote.
        ({"claim_id": "a-003", "quote": QUOTE}, ("safe", "a-03")),
        ({"claim_id": "A_03", "quote": QUOTE}, ("safe", "a-03")),
        ({"claim_id": "a-3", "quote": QUOTE}, ("safe", "a-03")),
        # Not proved by anything.
        ({"claim_id": "a-003"}, ("unsafe", "a-03")),
        # The quote is too short, altered, from another claim, or in several claims.
        ({"claim_id": "a-003", "quote": "河床会"}, None),
        ({"claim_id": "a-003", "quote": "但河床不会"}, None),
        ({"claim_id": "a-003", "quote": "heute"}, None),
        ({"claim_id": "z-99", "quote": QUOTE}, None),
        # The id is known, retired, or near to several.
        ({"claim_id": "a-02", "quote": QUOTE}, None),
        ({"claim_id": "b-07"}, None),
        ({"claim_id": "a-0"}, None),
        # The digest is that of one current claim.
        ({"claim_id": "b-02", "claim_sha256": NOW["a-03"]}, ("safe", "a-03")),
        ({"claim_id": "zzz", "claim_sha256": NOW["a-03"]}, ("safe", "a-03")),
        ({"claim_id": "b-07", "claim_sha256": NOW["a-03"]}, ("safe", "a-03")),
        ({"claim_id": "b-02", "claim_sha256": NOW["a-03"], "quote": QUOTE}, ("safe", "a-03")),
        # The quote contradicts it.
        ({"claim_id": "b-02", "claim_sha256": NOW["a-03"], "quote": "heute"}, None),
        ({"claim_id": "b-02", "claim_sha256": NOW["a-03"], "quote": "但河床不会"}, None),
        ({"claim_id": "b-02", "claim_sha256": NOW["a-03"], "quote": ""}, None),
        # A digest of an earlier text, or of none.
        ({"claim_id": "b-02", "claim_sha256": OLD}, None),
        ({"claim_id": "b-02", "claim_sha256": "0" * 64}, None),
        ({"claim_id": "b-02", "release": "1.0.0"}, None),
    ],
)
def test_the_claim_of_a_row(fields, expected):
    found = [one for one in suggestions("label", fields) if one[1][0] == ("claim_id",)]
    assert found == ([(expected[0], (("claim_id",), fields["claim_id"], expected[1]))] if expected else [])


def test_the_other_claim_of_a_relation():
    assert suggestions("relation", {"other_claim_id": "b-002"}) == [
        ("unsafe", (("other_claim_id",), "b-002", "b-02"))
    ]
    moved = {"other_claim_id": "b-01", "other_claim_sha256": NOW["b-02"]}
    assert suggestions("relation", moved) == [("safe", (("other_claim_id",), "b-01", "b-02"))]


def test_a_digest_of_two_claims_is_ambiguous(tmp_path):
    (tmp_path / "s.txt").write_text("Same. Same. Other.", "utf-8")
    claims = [("a", "Same.", 0), ("b", "Same.", 6), ("c", "Other.", 12)]
    lines = [
        f'{{"claim_id": "{name}", "text": "{text}", "start": {at}, "end": {at + len(text)}}}\n'
        for name, text, at in claims
    ]
    (tmp_path / "claims.jsonl").write_text("".join(lines), "utf-8")
    corpus = ki.Corpus.from_files(tmp_path)
    row = ROWS["label"] | {"claim_id": "c", "claim_sha256": corpus.claims["a"].sha256}
    (finding,) = ki.validate([row], kind="label", against=corpus).sample
    assert (finding.code, finding.suggestion) == (
        "digest-differs", ki.Suggestion("this is the digest of a and b", "display", ())
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"quote": QUOTE, "quote_start": 0, "quote_end": 4}, ("safe", {"quote_start": 88, "quote_end": 92})),
        ({"quote": QUOTE, "quote_start": 88, "quote_end": 9999}, ("safe", {"quote_end": 92})),
        ({"quote": QUOTE, "quote_start": 88}, ("safe", {"quote_end": 92})),
        ({"quote": QUOTE, "quote_end": 5}, ("safe", {"quote_start": 88, "quote_end": 92})),
        ({"quote": "河床会"}, ("safe", {"quote_start": 89, "quote_end": 92})),
        ({"quote": QUOTE, "quote_start": "x", "quote_end": 92}, None),
        # In several places: only offsets in another unit say which is meant.
        ({"claim_id": "a-01", "quote": "像低语", "quote_start": 0, "quote_end": 1}, None),
        ({"claim_id": "a-01", "quote": "像低语", "quote_start": True, "quote_end": 1}, None),
    ],
)
def test_offsets(fields, expected):
    found = [one for one in suggestions("label", fields) if one[1][0][0].startswith("quote_")]
    if expected is None:
        assert found == []
        return
    ((applicability, *edits),) = found
    assert (applicability, {path[0]: after for path, _, after in edits}) == expected


@pytest.mark.parametrize("of", [["text"], {"text": 1}, 1, "other"])
def test_offsets_in_no_text_have_no_edits(of):
    found = suggestions("label", {"quote": QUOTE, "quote_of": of, "quote_start": 0})
    assert [one for one in found if one[1][0] != ("quote_of",)] == []


def test_offsets_in_another_unit_identify_one_place():
    claim = CORPUS.claims["a-01"]
    first = claim.source.index("像低语", claim.start)
    second = claim.source.index("像低语", first + 1)
    row = {"claim_id": "a-01", "quote": "像低语", "quote_start": second, "quote_end": second + 2}
    ((applicability, *edits),) = suggestions("label", row)
    assert (applicability, edits) == ("unsafe", [(("quote_end",), second + 2, second + 3)])


def test_missing_fields_that_follow_from_others():
    mention = {"claim_id": "a-03", "quote": QUOTE, "name": "n", "type": "concept"} | BY
    report = ki.validate([mention], kind="mention", against=CORPUS)
    edits = (
        ki.Edit(("quote_start",), None, 88),
        ki.Edit(("quote_end",), None, 92),
    )
    assert [one.suggestion.edits for one in report.sample] == [edits, edits]
    required = ki.validate([mention], kind="label", against=CORPUS, require=["claim_sha256"])
    (found,) = [one for one in required.sample if one.path == ("claim_sha256",)]
    assert found.suggestion.edits == (ki.Edit(("claim_sha256",), None, NOW["a-03"]),)


def test_a_value_that_is_too_long_is_not_repeated():
    (found,) = ki.validate([ROWS["label"] | {"odd": "x" * 2000}], kind="label", against=CORPUS).sample
    assert (found.suggestion.applicability, found.suggestion.edits) == ("unsafe", ())
