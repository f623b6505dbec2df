"""Draft schemas use only keywords that the providers cited in `docs/deriving.md` accept."""

from typing import Literal

import jsonschema_rs
import pytest
from pydantic import Field

import kaiser_interview as ki

DERIVED = ["translation", "label", "mention", "relation", "question", "verdict", "embedding"]
KEYWORDS = {"type", "properties", "required", "additionalProperties", "items", "enum", "anyOf", "description"}

each_kind = pytest.mark.parametrize("kind", DERIVED)


def nodes(schema):
    """Yield every schema within a schema."""
    yield schema
    for inner in [
        *schema.get("properties", {}).values(),
        *schema.get("anyOf", []),
        *([schema["items"]] if "items" in schema else []),
    ]:
        yield from nodes(inner)


def fields(schema):
    """Yield the name and the schema of every property, at any depth."""
    for node in nodes(schema):
        yield from node.get("properties", {}).items()


@each_kind
def test_only_keywords_that_both_providers_accept(kind):
    for node in nodes(ki.json_schema(kind, profile="draft", claims=["d01-c01"])):
        assert {*node} <= KEYWORDS


@each_kind
def test_the_root_is_an_object_and_every_object_is_closed_with_all_required(kind):
    draft = ki.json_schema(kind, profile="draft")
    assert draft["type"] == "object"
    assert "anyOf" not in draft
    for node in nodes(draft):
        if node.get("type") == "object":
            assert node["additionalProperties"] is False
            assert node["required"] == [*node["properties"]]


@each_kind
def test_every_property_is_described_and_only_the_answer_may_be_null(kind):
    for name, schema in fields(ki.json_schema(kind, profile="draft")):
        nullable = "anyOf" in schema
        assert nullable == (name == "answer")
        described, *null = schema["anyOf"] if nullable else [schema]
        assert null == ([{"type": "null"}] if nullable else [])
        assert described["description"]
        assert ("Null" in described["description"]) == nullable


@each_kind
def test_the_description_of_a_draft_is_the_first_line_of_its_kind(kind):
    model = getattr(ki, kind.capitalize())
    assert ki.json_schema(kind, profile="draft")["description"] == model.__doc__


@each_kind
def test_drafts_stay_within_the_provider_limits(kind):
    every = [*nodes(ki.json_schema(kind, profile="draft"))]
    assert sum("anyOf" in node for node in every) <= 1
    assert sum(len(node.get("enum", ())) for node in every) <= 1000


@each_kind
def test_a_draft_has_only_fields_that_a_model_can_know(kind):
    names = {name for name, _ in fields(ki.json_schema(kind, profile="draft"))}
    assert "claim_id" in names
    assert "quote" in names
    provenance = {"id", "release", "method", "creator", "created", "confidence", "rationale"}
    assert names.isdisjoint(provenance | {"claim_sha256", "other_claim_sha256", "quote_start", "quote_end"})


DRAFTS = {
    "translation": {"claim_id": "d01-c01", "quote": "语言", "language": "en", "translation": "…"},
    "label": {"claim_id": "d01-c01", "quote": "语言", "scheme": "topic", "value": "language"},
    "mention": {"claim_id": "d02-c01", "quote": "GPT-4", "name": "GPT-4", "type": "model"},
    "relation": {
        "claim_id": "d01-c01", "quote": "语言", "other_claim_id": "d01-c02", "relation": "supports",
    },
    "question": {
        "references": [{"claim_id": "d01-c01", "quote": "语言"}],
        "question": "?",
        "answer": None,
        "answerable": False,
        "language": "en",
    },
    "verdict": {"claim_id": "d01-c01", "quote": "语言", "verdict": "mixed", "urls": ["a"]},
    "embedding": {"claim_id": "d01-c01", "quote": "语言", "model": "e", "of": "text", "vector": [0.5]},
}  # fmt: skip


@each_kind
def test_a_draft_has_the_fields_that_a_model_writes(kind):
    validator = jsonschema_rs.validator_for(ki.json_schema(kind, profile="draft"))
    jsonschema_rs.meta.validate(ki.json_schema(kind, profile="draft"))
    validator.validate(DRAFTS[kind])
    assert not validator.is_valid(dict.fromkeys(DRAFTS[kind]))
    assert not validator.is_valid(DRAFTS[kind] | {"creator": "me"})
    for name in DRAFTS[kind]:
        assert not validator.is_valid({other: DRAFTS[kind][other] for other in DRAFTS[kind] if other != name})
        assert validator.is_valid(DRAFTS[kind] | {name: None}) == (name == "answer")


def test_a_custom_kind_has_a_draft():
    class Stance(ki.Derived):
        """The stance of somebody towards a claim.

        More about it.
        """

        stance: ki.Many[str]
        strength: float | None = None
        aside: int

    draft = ki.json_schema(Stance, profile="draft")
    assert draft["description"] == "The stance of somebody towards a claim."
    assert draft["required"] == ["claim_id", "quote", "stance", "strength", "aside"]
    assert draft["properties"]["stance"] == {
        "type": "array", "items": {"type": "string"}, "description": "stance"
    }  # fmt: skip
    assert draft["properties"]["strength"] == {
        "anyOf": [{"type": "number", "description": "strength"}, {"type": "null"}]
    }
    assert draft["properties"]["aside"] == {"type": "integer", "description": "aside"}


def test_a_kind_without_a_docstring_has_no_description():
    undescribed = type("Bare", (ki.Derived,), {"__module__": __name__})
    assert "description" not in ki.json_schema(undescribed, profile="draft")


def test_a_quote_with_its_own_description_may_be_null():
    class Loose(ki.Derived):
        """Describes its quote itself."""

        quote: str | None = Field(default=None, description="Words, or none.")

    assert ki.json_schema(Loose, profile="draft")["properties"]["quote"] == {
        "anyOf": [{"type": "string", "description": "Words, or none."}, {"type": "null"}]
    }


def test_a_type_without_a_place_in_a_draft_is_refused_naming_the_field():
    class Odd(ki.Derived):
        """Has a type that drafts do not support."""

        odd: bytes

    with pytest.raises(ki.UnsupportedTypeError, match=r"^odd\.odd: expected str, int"):
        ki.json_schema(Odd, profile="draft")


@pytest.mark.parametrize("kind", ["claim", "dialogue", "source"])
def test_shipped_tables_have_no_draft(kind):
    with pytest.raises(ki.UnknownNameError) as caught:
        ki.json_schema(kind, profile="draft")
    assert str(caught.value).startswith("kind to draft: expected one of translation, label, mention, ")


def test_an_unknown_profile():
    with pytest.raises(ki.UnknownNameError, match=r"^profile: .* got 'darft'; did you mean draft\?$"):
        ki.json_schema("label", profile="darft")


CLAIMS = [ki.claim("d05-c03"), ki.claim("d01-c01")]
IDS = ["d05-c03", "d01-c01"]
CORPUS = ki.Corpus.from_files("tests/corpus")


def enums(kind, **options):
    """Return the ids that a draft schema lists, by the name of their field."""
    return {
        name: schema["enum"]
        for name, schema in fields(ki.json_schema(kind, profile="draft", **options))
        if name.endswith("claim_id")
    }


@each_kind
def test_claims_are_the_values_of_every_field_that_names_a_claim(kind):
    names = {"relation": ["claim_id", "other_claim_id"]}.get(kind, ["claim_id"])
    assert enums(kind, claims=IDS) == dict.fromkeys(names, IDS)


@pytest.mark.parametrize(
    ("claims", "ids"),
    [
        ("d05-c03", IDS[:1]),
        (CLAIMS[0], IDS[:1]),
        (IDS, IDS),
        (CLAIMS, IDS),
        (iter([CLAIMS[0], "d01-c01", CLAIMS[0]]), IDS),
    ],
    ids=["id", "claim", "ids", "claims", "iterator"],
)
def test_forms_of_claims(claims, ids):
    assert enums("label", claims=claims) == {"claim_id": ids}


@pytest.mark.parametrize("against", [CORPUS, "tests/corpus"], ids=["corpus", "folder"])
def test_claims_of_a_custom_corpus(against):
    assert enums("label", claims=["a-01"], against=against) == {"claim_id": ["a-01"]}
    assert enums("label", claims=[CORPUS.claims["a-01"]]) == {"claim_id": ["a-01"]}
    assert enums("label", claims=CORPUS.claims) == {"claim_id": [*CORPUS.claims]}
    # All claims of the corpus.
    assert enums("label", against=against) == {"claim_id": [*CORPUS.claims]}
    with pytest.raises(ki.UnknownNameError) as caught:
        ki.json_schema("label", profile="draft", claims=["a-01", "a-1"], against=against)
    assert "a-01" in caught.value.nearest


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"profile": "draft", "claims": []}, "claims: expected at least one claim, got none"),
        ({"claims": IDS}, 'claims and against: expected profile="draft" with them, got no profile'),
        ({"against": CORPUS}, 'claims and against: expected profile="draft" with them, got no profile'),
        (
            {"profile": "draft", "claims": [5]},
            "claim: expected the id of a claim, a Claim, a CorpusClaim, or several of these, got int",
        ),
    ],
)
def test_options_that_do_not_fit_together(options, message):
    with pytest.raises(ki.InputError) as caught:
        ki.json_schema("label", **options)
    assert str(caught.value) == message


def test_an_unknown_claim():
    with pytest.raises(ki.UnknownNameError, match=r"^claim: .* got 'd05-c3'; did you mean d05-c03"):
        ki.json_schema("label", profile="draft", claims=["d05-c3"])


def corpus_of(count, length):
    """Return a corpus of claims whose ids have a length."""
    text = "语" * count
    claims = {}
    for number in range(count):
        one = CORPUS.claims["a-01"]._replace(claim_id=f"{number:0{length}}")
        claims[one.claim_id] = one
    return ki.Corpus(claims, {"s": text})


class Large(ki.Derived):
    """A kind with a field of 250 values."""

    value: Literal[tuple(f"v{number}" for number in range(250))]


@pytest.mark.parametrize(
    ("kind", "count", "length", "fits"),
    [
        # 1,000 values in all, of which 4 are those of `relation`.
        ("translation", 1000, 15, True),
        ("translation", 1001, 4, False),
        ("relation", 498, 15, True),
        ("relation", 499, 15, False),
        (Large, 750, 20, True),
        (Large, 751, 4, False),
        # 15,000 characters in an enumeration of more than 250 values.
        ("translation", 251, 59, True),
        ("translation", 251, 60, False),
        ("translation", 250, 256, True),
        # 110,000 characters in all, of which 37 are those of `relation`.
        ("relation", 250, 219, True),
        ("relation", 250, 220, False),
    ],
)
def test_ids_that_are_too_many_for_the_providers_are_not_listed(kind, count, length, fits):
    corpus = corpus_of(count, length)
    schema = ki.json_schema(kind, profile="draft", claims=corpus.claims.values(), against=corpus)
    assert ("enum" in schema["properties"]["claim_id"]) == fits
    if not fits:
        assert schema == ki.json_schema(kind, profile="draft")
