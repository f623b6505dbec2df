"""The pydantic class of a draft accepts the same drafts as its JSON Schema, and they become valid rows."""

import json
import re
from functools import cache
from typing import Any, Literal

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

import kaiser_interview as ki
from kaiser_interview.records.draft_schema import draft_fields
from kaiser_interview.records.introspection import model_of
from kaiser_interview.records.models import KINDS

IDS = ("d05-c03", "d01-c01")
QUOTES = {"d05-c03": "推理模型不增加参数数量", "d01-c01": "语言模型"}
DERIVED = [kind for kind, model in KINDS.items() if issubclass(model, ki.Annotation)]


class Evidence(ki.Record):
    """A source of evidence."""

    url: str
    year: int | None = None


class Stance(ki.Derived):
    """The stance of a reader towards a claim.

    With a second paragraph.
    """

    stance: Literal["agrees", "differs"]
    only: Literal["one"] | None = None
    reasons: ki.Many[str] = ()
    evidence: ki.Many[Evidence] = ()
    best: Evidence | None = None
    first: Evidence = Field(description="The first evidence.")
    others: ki.Many[ki.Reference | None] = ()
    seen: ki.Instant | None = None
    weight: ki.Float32
    model_name: str = Field(description="A name that pydantic would reserve.")


class Ästhetik(ki.Annotation):  # noqa: PLC2401 - such a kind is what it is for
    """A kind with a name that no provider accepts."""

    references: ki.Many[ki.Reference]
    score: int


KINDS_TO_DRAFT = [*DERIVED, Stance, Ästhetik]
each_kind = pytest.mark.parametrize("kind", KINDS_TO_DRAFT, ids=str)
each_claims = pytest.mark.parametrize("claims", [None, IDS[:1], IDS], ids=["any", "one", "two"])


@cache
def forms(kind: Any, claims: tuple[str, ...] | None) -> tuple[Any, type[BaseModel], st.SearchStrategy[Any]]:
    """Return a validator for drafts of a kind, their class, and a strategy for drafts."""
    schema = ki.json_schema(kind, profile="draft", claims=claims)
    return jsonschema_rs.validator_for(schema), ki.draft_model(kind, claims=claims), _of_schema(schema)


def _of_schema(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "anyOf" in schema:
        return st.one_of(*map(_of_schema, schema["anyOf"]))
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema["type"] == "object":
        return st.fixed_dictionaries({name: _of_schema(one) for name, one in schema["properties"].items()})
    if schema["type"] == "array":
        return st.lists(_of_schema(schema["items"]), max_size=3)
    return {
        "string": st.text(max_size=5),
        "integer": st.integers(),
        "number": st.floats(allow_nan=False, allow_infinity=False),
        "boolean": st.booleans(),
        "null": st.none(),
    }[schema["type"]]


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the path of every value within a draft."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [one for name, held in inner for one in [(*path, name), *places(held, (*path, name))]]


def with_value(draft: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """Return a copy of a draft with one value replaced."""
    copy = json.loads(json.dumps(draft))
    within = copy
    for name in path[:-1]:
        within = within[name]
    within[path[-1]] = value
    return copy


def untitled(draft: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema of a class without the titles of the class and its fields."""
    schema = draft.model_json_schema()
    assert schema.pop("title") == draft.__name__
    for one in schema["properties"].values():
        one.pop("title", None)  # a record has none
    return schema


def accepts(model: type[BaseModel], draft: object) -> bool:
    try:
        model.model_validate_json(json.dumps(draft))
    except ValidationError:
        return False
    return True


@each_kind
@each_claims
def test_the_json_schema_is_that_of_the_draft(kind, claims):
    draft = ki.draft_model(kind, claims=claims)
    assert untitled(draft) == ki.json_schema(kind, profile="draft", claims=claims)
    assert TypeAdapter(draft).json_schema() == draft.model_json_schema()


def test_a_schema_that_a_client_changes_is_its_own():
    draft = ki.draft_model(Stance)
    draft.model_json_schema()["properties"]["evidence"]["items"].clear()
    assert draft.model_json_schema()["properties"]["evidence"]["items"]


def test_a_draft_within_another_class():
    class Answer(BaseModel):
        """Several drafts, as one answer."""

        rows: list[ki.draft_model("label", claims=IDS)]

    schema = Answer.model_json_schema()
    assert schema["$defs"] == {"LabelDraft": ki.draft_model("label", claims=IDS).model_json_schema()}


@each_kind
def test_names_and_descriptions(kind):
    model = model_of(kind)
    draft = ki.draft_model(kind)
    assert re.fullmatch("[A-Za-z0-9_]{1,64}", draft.__name__)
    assert draft.__doc__ == model.__doc__.partition("\n")[0]
    assert [*draft.model_fields] == [*draft_fields(model, ())]
    assert all(field.is_required() for field in draft.model_fields.values())


def test_class_names():
    assert ki.draft_model("translation").__name__ == "TranslationDraft"
    assert ki.draft_model(Ästhetik).__name__ == "_sthetikDraft"
    long = type("Long" * 30, (ki.Derived,), {"__module__": __name__})
    assert ki.draft_model(long).__name__ == ("Long" * 30)[:59] + "Draft"
    assert ki.draft_model(long).__doc__ is None


def test_a_subclass_may_add_and_change_fields():
    class Own(ki.draft_model(Stance, claims=IDS)):
        """A draft with a reason."""

        stance: Literal["agrees"]
        x_reason: str | None

    draft = ki.json_schema(Stance, profile="draft", claims=IDS)
    schema = untitled(Own)
    assert schema["required"] == [*draft["required"], "x_reason"]
    assert schema["properties"].pop("x_reason")["anyOf"] == [{"type": "string"}, {"type": "null"}]
    assert schema["properties"].pop("stance")["const"] == "agrees"
    del draft["properties"]["stance"]
    assert schema["properties"] == draft["properties"]


def test_two_records_of_one_name():
    other = type("Evidence", (ki.Record,), {"__annotations__": {"page": int}, "__module__": __name__})

    class Two(ki.Derived):
        """Two records with the same name."""

        first: Evidence
        second: other

    assert untitled(ki.draft_model(Two)) == ki.json_schema(Two, profile="draft")


@each_kind
@each_claims
@given(data=st.data())
def test_the_class_and_the_schema_accept_the_same_drafts(kind, claims, data):
    validator, model, drafts = forms(kind, claims)
    draft = data.draw(drafts)
    assert validator.is_valid(draft)
    assert json.loads(model.model_validate_json(json.dumps(draft)).model_dump_json()) == draft
    assert model.model_validate(draft).model_dump() == draft
    path = data.draw(st.sampled_from(places(draft)))
    value = data.draw(st.sampled_from([None, "d05-c03", "no", 5, 0.5, True, [], {}, [None]]))
    altered = with_value(draft, path, value)
    assert accepts(model, altered) == validator.is_valid(altered)


@each_kind
@given(data=st.data())
def test_null_only_where_the_kind_allows_it(kind, data):
    validator, model, drafts = forms(kind, None)
    draft = data.draw(drafts)
    for name, (field, _) in draft_fields(model_of(kind), ()).items():
        altered = draft | {name: None}
        assert validator.is_valid(altered) == accepts(model, altered) == field.nullable
        lacking = {other: value for other, value in draft.items() if other != name}
        assert not validator.is_valid(lacking)
        assert not accepts(model, lacking)
    for altered in (dict.fromkeys(draft), draft | {"creator": "m"}, {}):
        assert not validator.is_valid(altered)
        assert not accepts(model, altered)


CONTENT = {
    "translation": {"language": "de", "translation": "…"},
    "label": {"scheme": "claim_type", "value": "explanation"},
    "mention": {"name": "a model", "type": "model"},
    "relation": {"other_claim_id": "d01-c01", "relation": "contrasts"},
    "question": {"question": "?", "answer": "!", "answerable": True, "language": "en"},
    "verdict": {"verdict": "mixed", "urls": ["https://example.org"]},
    "embedding": {"model": "e", "of": "text", "vector": [0.5]},
    Stance: {
        "stance": "agrees", "only": None, "reasons": ["a"], "evidence": [{"url": "u", "year": None}],
        "best": None, "first": {"url": "u", "year": 1}, "others": [], "seen": None, "weight": 1,
        "model_name": "m",
    },
    Ästhetik: {"score": 1},
}  # fmt: skip


@each_kind
def test_a_draft_becomes_a_valid_row(kind):
    reference = {"claim_id": "d05-c03", "quote": QUOTES["d05-c03"]}
    about = reference if issubclass(model_of(kind), ki.Reference) else {"references": [reference]}
    draft = ki.draft_model(kind, claims=IDS).model_validate(about | CONTENT[kind])
    by = {"method": "model", "creator": "m"}
    fixed = ki.fix([draft.model_dump()], kind=kind, defaults=by)
    assert fixed.report.ok
    assert fixed.report.rows == 1
    # A mention needs offsets, which `fix` adds.
    missing = {finding.path for finding in ki.Validator(kind, defaults=by).check(draft.model_dump())}
    assert missing == ({("quote_start",), ("quote_end",)} if kind == "mention" else set())


def test_claims_of_a_custom_corpus():
    draft = ki.draft_model("label", claims="a-01", against="tests/corpus")
    row = {"claim_id": "a-01", "quote": "q", "scheme": "a:b", "value": "v"}
    assert draft.model_validate(row).model_dump() == row
    with pytest.raises(ValidationError):
        draft.model_validate(row | {"claim_id": "a-02"})
    with pytest.raises(ki.UnknownNameError, match=r"^claim: .*; did you mean a-01"):
        ki.draft_model("label", claims=["a-1"], against="tests/corpus")


def test_too_many_ids_are_not_listed():
    claims = {f"c{number}": ki.Corpus.from_files("tests/corpus").claims["a-01"] for number in range(1001)}
    corpus = ki.Corpus({name: one._replace(claim_id=name) for name, one in claims.items()}, {})
    schema = ki.draft_model("label", claims=[*corpus.claims], against=corpus).model_json_schema()
    assert "enum" not in schema["properties"]["claim_id"]


@pytest.mark.parametrize(
    ("kind", "error"), [("claim", ki.UnknownNameError), ("labels", ki.UnknownNameError), (5, LookupError)]
)
def test_a_kind_without_drafts(kind, error):
    with pytest.raises(error, match=r"^kind"):
        ki.draft_model(kind)


def test_an_unsupported_type():
    odd = type("Odd", (ki.Derived,), {"__annotations__": {"odd": bytes}, "__module__": __name__})
    with pytest.raises(ki.UnsupportedTypeError, match=r"^odd\.odd: expected str, int"):
        ki.draft_model(odd)
