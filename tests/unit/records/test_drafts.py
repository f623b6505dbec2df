"""Draft schemas use only keywords that the providers cited in `docs/deriving.md` accept."""

import jsonschema_rs
import pytest

import kaiser_interview as ki

DERIVED = ["translation", "label", "mention", "relation", "question", "verdict", "embedding"]
KEYWORDS = {"type", "properties", "required", "additionalProperties", "items", "enum", "anyOf", "description"}

each_kind = pytest.mark.parametrize("kind", DERIVED)


def nodes(schema):
    """Yield every schema within a schema, with its depth in objects."""
    yield schema
    for inner in [
        *schema.get("properties", {}).values(),
        *schema.get("anyOf", []),
        *([schema["items"]] if "items" in schema else []),
    ]:
        yield from nodes(inner)


@each_kind
def test_only_keywords_that_both_providers_accept(kind):
    for node in nodes(ki.json_schema(kind, profile="draft")):
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
def test_every_property_is_nullable_and_described(kind):
    for node in nodes(ki.json_schema(kind, profile="draft")):
        for schema in node.get("properties", {}).values():
            assert {"type": "null"} in schema["anyOf"]
            assert schema["description"]


@each_kind
def test_drafts_stay_within_the_provider_limits(kind):
    every = [*nodes(ki.json_schema(kind, profile="draft"))]
    assert sum("anyOf" in node for node in every) <= 16
    assert sum(len(node.get("enum", ())) for node in every) <= 1000


@each_kind
def test_a_draft_has_only_fields_that_a_model_can_know(kind):
    every = nodes(ki.json_schema(kind, profile="draft"))
    names = {name for node in every for name in node.get("properties", {})}
    assert "claim_id" in names
    assert "quote" in names
    provenance = {"id", "release", "method", "creator", "created", "confidence"}
    assert names.isdisjoint(provenance | {"claim_sha256", "other_claim_sha256", "quote_start", "quote_end"})


DRAFTS = {
    "translation": {"claim_id": "d01-c01", "quote": None, "language": "en", "translation": "…"},
    "label": {"claim_id": "d01-c01", "quote": None, "scheme": "topic", "value": "language"},
    "mention": {"claim_id": "d02-c01", "quote": "GPT-4", "name": "GPT-4", "type": "model"},
    "relation": {"claim_id": "d01-c01", "quote": None, "other_claim_id": "d01-c02", "relation": "supports"},
    "question": {
        "references": [{"claim_id": "d01-c01", "quote": "语言"}],
        "question": "?",
        "answer": None,
        "answerable": False,
        "language": "en",
    },
    "verdict": {"claim_id": "d01-c01", "quote": None, "verdict": "mixed", "urls": ["a"]},
    "embedding": {"claim_id": "d01-c01", "quote": None, "model": "e", "of": "text", "vector": [0.5]},
}


@each_kind
def test_a_draft_has_the_fields_that_a_model_writes(kind):
    validator = jsonschema_rs.validator_for(ki.json_schema(kind, profile="draft"))
    jsonschema_rs.meta.validate(ki.json_schema(kind, profile="draft"))
    validator.validate(DRAFTS[kind])
    validator.validate(dict.fromkeys(DRAFTS[kind]))
    assert not validator.is_valid(DRAFTS[kind] | {"creator": "me"})
    for name in DRAFTS[kind]:
        assert not validator.is_valid({other: DRAFTS[kind][other] for other in DRAFTS[kind] if other != name})


def test_a_custom_kind_has_a_draft():
    class Stance(ki.Derived):
        """The stance of somebody towards a claim."""

        stance: ki.Many[str]
        strength: float | None = None
        aside: int

    draft = ki.json_schema(Stance, profile="draft")
    assert draft["required"] == ["claim_id", "quote", "stance", "strength", "aside"]
    assert draft["properties"]["stance"]["anyOf"][0] == {"type": "array", "items": {"type": "string"}}
    assert draft["properties"]["aside"]["description"] == "aside"


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
