"""`Kind.of`: a draft becomes a row that is valid, or that `validate` can check."""

import json
from datetime import UTC, datetime, timedelta, timezone

import jsonschema_rs
import pytest
from pydantic import ValidationError

import kaiser_interview as ki
from kaiser_interview.records.models import KINDS

CLAIM, OTHER = ki.claim("d05-c03"), ki.claim("d01-c01")
QUOTE = "推理模型不增加参数数量"
AT = {"quote_start": 1072, "quote_end": 1083}
BY = {"method": "model", "creator": "m"}
REFERENCE = {"claim_id": "d05-c03", "quote": QUOTE}
WITH_DIGEST = {"claim_id": "d05-c03", "claim_sha256": CLAIM.claim_sha256}

# As a language model fills in the schema of a draft: every field is present.
DRAFTS = {
    "translation": REFERENCE | {"language": "en", "translation": "Inference does not add parameters"},
    "label": REFERENCE | {"scheme": "claim_type", "value": "explanation"},
    "mention": {"claim_id": "d05-c03", "quote": "推理模型", "name": "reasoning model", "type": "model"},
    "relation": REFERENCE | {"other_claim_id": "d01-c01", "relation": "contrasts"},
    "question": {
        "references": [REFERENCE, {"claim_id": "d01-c01", "quote": "语言模型"}],
        "question": "?", "answer": "!", "answerable": True, "language": "en",
    },
    "verdict": REFERENCE | {"verdict": "mixed", "urls": ["https://example.org"]},
    "embedding": REFERENCE | {"model": "e", "of": "text_en", "vector": [0.5, -1]},
}  # fmt: skip
DERIVED = [kind for kind, model in KINDS.items() if issubclass(model, ki.Annotation)]


class Stance(ki.Derived):
    """A custom kind."""

    stance: str
    weights: ki.Many[ki.Float32] = ()
    others: ki.Many[ki.Reference] = ()


class Chain(ki.Annotation):
    """A custom kind about several claims."""

    references: ki.Many[ki.Reference]
    why: str


def given(row: ki.Record) -> dict:
    """Return the non-null fields of a row as JSON values."""
    return json.loads(row.model_dump_json(exclude_none=True))


def test_there_is_a_draft_of_every_derived_kind():
    assert [*DRAFTS] == DERIVED


@pytest.mark.parametrize("kind", DERIVED)
def test_a_draft_becomes_a_valid_row(tmp_path, kind):
    draft = DRAFTS[kind]
    assert jsonschema_rs.is_valid(ki.json_schema(kind, profile="draft"), draft)
    claims = [CLAIM, OTHER] if kind == "question" else CLAIM
    row = KINDS[kind].of(claims, **draft, **BY)
    assert type(row) is KINDS[kind]
    assert (row.kind, row.release, row.method, row.creator) == (kind, ki.data_release, "model", "m")
    assert jsonschema_rs.is_valid(ki.json_schema(kind), given(row))
    ki.write([row], tmp_path / "row.jsonl")
    for report in (ki.validate([row]), ki.validate(tmp_path / "row.jsonl"), ki.validate([row], kind=kind)):
        # No draft has the other claim's digest.
        assert (report.rows, report.counts, report.rows_without_digest) == (1, (), kind == "relation")
    # The values of the draft do not change.
    for name, value in draft.items():
        if value is not None and name != "references":
            assert given(row)[name] == value


def test_fields_of_a_row_about_a_claim():
    row = ki.Verdict.of(CLAIM, **DRAFTS["verdict"], **BY)
    assert given(row) == WITH_DIGEST | AT | DRAFTS["verdict"] | BY | {
        "kind": "verdict",
        "release": ki.data_release,
    }
    assert given(ki.Label.of(OTHER, scheme="a:b", value="v", **BY)) == {
        "claim_id": "d01-c01", "claim_sha256": OTHER.claim_sha256, "scheme": "a:b", "value": "v",
        "kind": "label", "release": ki.data_release,
    } | BY  # fmt: skip


def test_references_of_a_question():
    draft = DRAFTS["question"]
    row = ki.Question.of([CLAIM, OTHER], **draft, **BY)
    start = OTHER.start + OTHER.text.index("语言模型")
    assert given(row)["references"] == [
        WITH_DIGEST | {"quote": QUOTE} | AT,
        {"claim_id": "d01-c01", "claim_sha256": OTHER.claim_sha256, "quote": "语言模型"}
        | {"quote_start": start, "quote_end": start + 4},
    ]
    # Without references: one for each claim, in their order.
    bare = draft | {"references": None}
    ids = [[one.claim_id for one in ki.Question.of(claims, **bare, **BY).references]
           for claims in (CLAIM, [CLAIM], (OTHER, CLAIM), iter([CLAIM, OTHER, CLAIM]))]  # fmt: skip
    assert ids == [["d05-c03"], ["d05-c03"], ["d01-c01", "d05-c03"], ["d05-c03", "d01-c01"]]
    # Several of one claim, and one for an unanswerable question.
    twice = ki.Question.of(CLAIM, **draft | {"references": [REFERENCE, WITH_DIGEST]}, **BY)
    assert [one.quote for one in twice.references] == [QUOTE, None]
    none = ki.Question.of([], question="?", answerable=False, language="en", **BY)
    assert (none.references, ki.validate([none]).counts) == ((), ())


@pytest.mark.parametrize(
    "reference", [{"claim_id": "d01-c02"}, {"claim_id": "d99-c01"}, {"claim_id": None}, {}]
)
def test_a_reference_to_a_claim_that_is_not_given(reference):
    with pytest.raises(ValueError, match=r"^references: ") as caught:
        ki.Question.of([CLAIM, OTHER], **DRAFTS["question"] | {"references": [reference]}, **BY)
    assert str(caught.value) == (
        f"references: expected one of d05-c03, d01-c01, got {reference.get('claim_id')!r}"
    )


@pytest.mark.parametrize("claim_id", ["d01-c01", "d05-c3", 5, ""])
def test_a_draft_about_another_claim(claim_id):
    with pytest.raises(ValueError, match=r"^claim_id: ") as caught:
        ki.Verdict.of(CLAIM, **DRAFTS["verdict"] | {"claim_id": claim_id}, **BY)
    assert str(caught.value) == f"claim_id: expected d05-c03, got {claim_id!r}"


@pytest.mark.parametrize("claims", [[], [CLAIM, OTHER], [CLAIM, CLAIM]])
def test_a_kind_about_one_claim_is_about_one(claims):
    with pytest.raises(ValueError, match=r"^claim: ") as caught:
        ki.Verdict.of(claims, **DRAFTS["verdict"], **BY)
    assert str(caught.value) == f"claim: expected one claim, got {len(claims)}"
    assert isinstance(caught.value, ki.InputError)
    assert ki.Verdict.of(iter([CLAIM]), **DRAFTS["verdict"], **BY).quote_start == 1072


def test_null_is_absent():
    nulls = dict.fromkeys(ki.Verdict.model_fields)
    assert ki.Verdict.of(CLAIM, **nulls | DRAFTS["verdict"] | BY) == ki.Verdict.of(
        CLAIM, **DRAFTS["verdict"], **BY
    )
    held = [dict.fromkeys(ki.Reference.model_fields) | REFERENCE]
    row = ki.Question.of(CLAIM, **DRAFTS["question"] | {"references": held}, **BY)
    assert given(row)["references"] == [WITH_DIGEST | {"quote": QUOTE} | AT]


def test_given_values_override_computed_values():
    more = {
        "kind": "other", "release": "0.0.1", "claim_sha256": "0" * 64, "quote_start": 1, "quote_end": 2,
        "id": "a",
    }  # fmt: skip
    row = ki.Verdict.of(CLAIM, **DRAFTS["verdict"], **BY, **more)
    assert given(row) == DRAFTS["verdict"] | BY | more


@pytest.mark.parametrize("lacking", ["method", "creator", "verdict", "urls"])
def test_a_draft_with_a_missing_field(lacking):
    draft = DRAFTS["verdict"] | BY | {lacking: None}
    with pytest.raises(ValidationError) as caught:
        ki.Verdict.of(CLAIM, **draft)
    assert [(one["type"], one["loc"]) for one in caught.value.errors()] == [("missing", (lacking,))]


def test_a_draft_of_the_wrong_shape():
    for wrong in ({"verdict": "true"}, {"note": 1}, {"confidence": 2}, {"quote": 5}, {"quote": ""}):
        with pytest.raises(ValueError, match="validation error for Verdict"):
            ki.Verdict.of(CLAIM, **DRAFTS["verdict"] | BY | wrong)


# Quotes


@pytest.mark.parametrize("claim", ki.load(), ids=lambda claim: claim.claim_id)
def test_the_quotable_passage_is_that_of_validation(claim):
    for quote in (claim.text, claim.markers, f"{claim.text} {claim.markers}", claim.text[-5:] + " ["):
        row = ki.Verdict.of(claim, quote=quote, verdict="mixed", urls=[], **BY)
        report = ki.validate([row])
        assert report.counts == ()
        assert ki.source().text[row.quote_start : row.quote_end] == quote
    row = ki.Verdict.of(claim, quote=claim.text_en, quote_of="text_en", verdict="mixed", urls=[], **BY)
    assert (row.quote_start, row.quote_end) == (0, len(claim.text_en))
    assert ki.validate([row]).counts == ()


@pytest.mark.parametrize(
    ("claim", "quote", "code"),
    [
        (CLAIM, "推理模型增加参数数量", "quote-not-found"),
        (CLAIM, OTHER.text, "quote-misattributed"),
        (CLAIM, f"{CLAIM.text}[1]", "quote-markers-differ"),
        (OTHER, "语言在时间维度上对智能至关重要，", "quote-typography-differs"),
        (OTHER, "语言", "quote-ambiguous"),
        (CLAIM, "do not increase", "quote-not-found"),
    ],
)
def test_a_quote_without_a_unique_place_is_left_to_validation(claim, quote, code):
    row = ki.Verdict.of(claim, quote=quote, verdict="mixed", urls=[], **BY)
    assert (row.quote, row.quote_start, row.quote_end) == (quote, None, None)
    assert [one.code for one in ki.validate([row]).counts] == [code]


def test_places_that_overlap_are_several():
    claim = CLAIM.model_copy(update={"text": "哈哈哈", "text_en": "aXaXa"})
    assert ki.Verdict.of(claim, quote="哈哈", verdict="mixed", urls=[], **BY).quote_start is None
    fields = {"verdict": "mixed", "urls": [], "quote_of": "text_en"} | BY
    assert ki.Verdict.of(claim, quote="aXa", **fields).quote_start is None
    assert ki.Verdict.of(claim, quote="XaX", **fields).quote_start == 1


def test_a_quote_of_the_english():
    words = "add no parameters"
    fields = {"quote": words, "verdict": "mixed", "urls": []} | BY
    row = ki.Verdict.of(CLAIM, quote_of="text_en", **fields)
    assert CLAIM.text_en[row.quote_start : row.quote_end] == words
    assert ki.validate([row]).counts == ()
    # Without `quote_of`, the quote is searched in the source, and does not occur there.
    assert ki.Verdict.of(CLAIM, **fields).quote_start is None
    held = [{"claim_id": "d05-c03", "quote": words, "quote_of": "text_en"}]
    asked = ki.Question.of(CLAIM, **DRAFTS["question"] | {"references": held}, **BY)
    assert asked.references[0].quote_start == row.quote_start


def test_a_mention_must_have_one_place():
    mention = {"name": "language", "type": "concept"} | BY
    assert ki.Mention.of(OTHER, quote="语言模型", **mention).quote_start == OTHER.start + OTHER.text.index(
        "语言模型"
    )
    for quote in ("语言", "文字"):
        with pytest.raises(ValidationError) as caught:
            ki.Mention.of(OTHER, quote=quote, **mention)
        assert [one["loc"] for one in caught.value.errors()] == [("quote_start",), ("quote_end",)]
    assert ki.Mention.of(OTHER, quote="语言", quote_start=20, quote_end=22, **mention).quote_end == 22


def test_given_offsets_are_left_to_validation():
    row = ki.Verdict.of(CLAIM, **DRAFTS["verdict"], **BY, quote_start=0, quote_end=11)
    assert [(one.code, one.path) for one in ki.validate([row]).counts] == [
        ("quote-misplaced", "/quote_start")
    ]
    row = ki.Verdict.of(CLAIM, **DRAFTS["verdict"], **BY, quote_start=1072)
    assert [one.code for one in ki.validate([row]).counts] == ["fields-disagree"]


# Kinds


def test_the_fields_of_an_embedding():
    row = ki.Embedding.of(CLAIM, of="text", model="e", vector=[1, 2.5], **BY)
    assert (row.of, row.vector) == ("text", (1, 2.5))
    again = ki.Embedding.of(CLAIM, of="text_en", model="e", vector=(0.5,), **BY)
    assert again.of == "text_en"
    with pytest.raises(ValidationError):
        ki.Embedding.of(CLAIM, model="e", vector=[1], **BY)
    assert callable(ki.Embedding.of)
    assert "of" in ki.Embedding.model_fields
    assert "of" not in ki.Label.model_fields


def test_custom_kinds():
    stance = Stance.of(CLAIM, quote=QUOTE, stance="for", weights=[0.5], **BY)
    assert given(stance) == WITH_DIGEST | AT | BY | {
        "quote": QUOTE, "stance": "for", "weights": [0.5], "others": [],
        "kind": "stance", "release": ki.data_release,
    }  # fmt: skip
    assert ki.validate([stance], kind=Stance).counts == ()
    chain = Chain.of([CLAIM, OTHER], why="so", **BY)
    assert [one.claim_id for one in chain.references] == ["d05-c03", "d01-c01"]
    assert ki.validate([chain], kind=[Stance, Chain]).counts == ()
    for kind in (Stance, Chain):
        draft = ki.json_schema(kind, profile="draft")
        assert {"method", "release", "claim_sha256"}.isdisjoint(draft["properties"])


def test_an_instant_may_be_one_of_python():
    east = datetime(2026, 1, 31, 20, tzinfo=timezone(timedelta(hours=8)))
    row = ki.Verdict.of(CLAIM, **DRAFTS["verdict"], **BY, created=east)
    assert row.created == "2026-01-31T12:00:00Z"
    assert ki.Verdict.of(CLAIM, **DRAFTS["verdict"], **BY, created=east.astimezone(UTC)) == row


def test_rows_of_many_drafts_pass_and_are_all_there():
    rows = [
        ki.Translation.of(claim, claim_id=claim.claim_id, language="en", translation=claim.text_en, **BY)
        for claim in ki.load()
    ]
    report = ki.validate(rows, kind="translation", complete=["language"], require=["claim_sha256", "release"])
    assert (report.rows, report.counts) == (41, ())


# Values of `claim`

OWN = ki.Corpus.from_files("tests/corpus")
LABEL = BY | {"scheme": "my:mood", "value": "good"}


def test_an_id_is_that_of_a_shipped_claim():
    assert ki.Verdict.of("d05-c03", **DRAFTS["verdict"], **BY) == ki.Verdict.of(
        CLAIM, **DRAFTS["verdict"], **BY
    )
    both = ki.Question.of(["d05-c03", OTHER], **DRAFTS["question"], **BY)
    assert both == ki.Question.of([CLAIM, OTHER], **DRAFTS["question"], **BY)


@pytest.mark.parametrize("claim_id", OWN.claims)
@pytest.mark.parametrize("form", ["id", "claim", "path"])
def test_a_claim_of_a_custom_corpus(claim_id, form):
    claim = OWN.claims[claim_id]
    given_claim = claim if form == "claim" else claim_id
    against = "tests/corpus" if form == "path" else OWN
    row = ki.Label.of(given_claim, against=against, quote=claim.text, **LABEL)
    assert (row.claim_id, row.claim_sha256, row.release) == (claim_id, claim.sha256, OWN.releases[-1])
    assert (row.quote_start, row.quote_end) == (claim.start, claim.end)
    assert ki.validate([row], kind="label", against=OWN).counts == ()


def test_a_claim_of_a_corpus_is_itself_enough():
    claim = OWN.claims["a-01"]
    row = ki.Label.of(claim, quote=claim.passage, **LABEL)
    assert (row.claim_id, row.claim_sha256, row.release) == ("a-01", claim.sha256, None)
    assert row.quote_end == claim.passage_end
    assert ki.validate([row], kind="label", against=OWN).counts == ()
    asked = ki.Question.of([claim, OTHER], question="?", answer="!", answerable=True, language="en", **BY)
    assert ([one.claim_id for one in asked.references], asked.release) == (["a-01", "d01-c01"], None)


def test_a_corpus_without_releases(tmp_path):
    (tmp_path / "s.txt").write_text("One claim. Two.", "utf-8")
    row = {"claim_id": "one", "text": "One claim.", "start": 0, "end": 10}
    (tmp_path / "claims.jsonl").write_text(json.dumps(row), "utf-8")
    made = ki.Label.of("one", against=tmp_path, quote="claim", **LABEL)
    assert (made.release, made.quote_start) == (None, 4)
    assert (
        ki.Label.of("one", against=tmp_path, quote="claim", quote_of="text_en", **LABEL).quote_start is None
    )
    assert ki.validate([made], kind="label", against=tmp_path).counts == ()


def test_a_claim_as_the_corpus_has_it():
    shipped = ki.Corpus.from_files(ki.data_path())
    assert ki.Label.of(OTHER, against=shipped, **LABEL) == ki.Label.of("d01-c01", against=shipped, **LABEL)
    other = OWN.claims["a-01"]._replace(sha256="0" * 64)
    with pytest.raises(ki.InputError) as caught:
        ki.Label.of(other, against=OWN, **LABEL)
    assert str(caught.value) == "claim: expected the text that a-01 has in the corpus, got another text"
    with pytest.raises(ki.UnknownNameError):
        ki.Label.of(OTHER, against=OWN, **LABEL)


def test_an_unknown_id_has_suggestions():
    with pytest.raises(ki.UnknownNameError) as caught:
        ki.Label.of("d01-c1", **LABEL)
    assert str(caught.value) == (
        "claim: expected one of d01-c01 to d10-c04, got 'd01-c1'; did you mean d01-c01 or d10-c01?"
    )
    with pytest.raises(ki.UnknownNameError, match="did you mean a-01"):
        ki.Label.of("a-1", against=OWN, **LABEL)


@pytest.mark.parametrize(
    ("claim", "got"),
    [
        (None, "NoneType"), (7, "int"), ({"claim_id": "d01-c01"}, "dict"), (b"d01-c01", "bytes"),
        ([7], "int"), ([CLAIM, None], "NoneType"), ([["d01-c01"]], "list"),
        (ki.load("labels")[0], "Label"), (OWN, "Corpus"),
    ],
)  # fmt: skip
def test_arguments_that_are_not_a_claim(claim, got):
    with pytest.raises(ki.InputError) as caught:
        ki.Label.of(claim, **LABEL)
    assert str(caught.value) == (
        f"claim: expected the id of a claim, a Claim, a CorpusClaim, or several of these, got {got}"
    )
