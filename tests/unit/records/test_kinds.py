"""Custom kinds: the types that they may have, and their schemas."""

import enum
import json
from typing import Annotated, Literal, Optional, Union

import jsonschema_rs
import pytest
from pydantic import Field

import kaiser_interview as ki
from kaiser_interview.records.introspection import FieldType, field_types, model_of
from kaiser_interview.records.models import Width

FORMS = [ki.json_schema, ki.arrow_schema, ki.features, lambda model: ki.json_schema(model, profile="draft")]
each_form = pytest.mark.parametrize("form", FORMS, ids=["json", "arrow", "features", "draft"])


class Evidence(ki.Record):
    """Custom evidence, with names of fields that shipped kinds have."""

    id: str
    method: str
    rationale: str
    claim_sha256: str
    url: str


class Finding(ki.Derived):
    """Redefines some fields of a shipped kind."""

    evidence: ki.Many[Evidence]
    rationale: str = Field(description="Why, in the model's own words.")
    scores: ki.Many[int | None] = ()
    side: Literal["pro", "con"] = "pro"


def test_a_draft_drops_package_provenance_and_keeps_user_fields_of_the_same_name():
    draft = ki.json_schema(Finding, profile="draft")
    assert {*draft["required"]} == {"rationale", "claim_id", "quote", "evidence", "scores", "side"}
    evidence = draft["properties"]["evidence"]
    assert evidence["items"]["required"] == ["id", "method", "rationale", "claim_sha256", "url"]


def test_null_within_a_sequence_stays():
    scores = ki.json_schema(Finding, profile="draft")["properties"]["scores"]
    assert scores == {
        "type": "array", "description": "scores", "items": {"anyOf": [{"type": "integer"}, {"type": "null"}]}
    }  # fmt: skip


def test_a_default_is_kept_and_package_identifiers_are_absent():
    schema = ki.json_schema(Finding)
    assert schema["properties"]["side"]["default"] == "pro"
    assert schema["properties"]["scores"]["default"] == []
    assert "$id" not in schema
    json.dumps(schema)


def test_a_label_with_custom_values_lists_only_those():
    class Stance(ki.Label):
        """A label with two values."""

        value: Literal["pro", "con"]

    assert ki.json_schema(Stance)["properties"]["value"]["enum"] == ["pro", "con"]
    assert "anyOf" not in ki.json_schema(Stance)["properties"]["value"]


class Colour(enum.Enum):
    """Not text."""

    red = 1


@pytest.mark.parametrize(
    "annotation",
    [Literal[1, 2], Literal[True], Literal["a", 1], Literal[Colour.red], Colour, dict[str, int], set[str]],
    ids=str,
)
@pytest.mark.parametrize("form", FORMS[1:], ids=["arrow", "features", "draft"])
def test_types_that_columns_cannot_hold_are_refused_naming_the_field(form, annotation):
    model = type("Odd", (ki.Derived,), {"__annotations__": {"odd": annotation}, "__module__": __name__})
    with pytest.raises(ki.UnsupportedTypeError) as caught:
        form(model)
    assert caught.value.field == "odd.odd"


@each_form
def test_an_alias_is_refused_in_every_form(form):
    class Aliased(ki.Label):
        """Would have one name in JSON and another in Arrow."""

        value: str = Field(alias="val")

    with pytest.raises(ki.UnsupportedTypeError, match=r"^aliased\.value: .* got a field with an alias$"):
        form(Aliased)


class Tree(ki.Label):
    """Contains itself."""

    sub: Optional["Tree"] = None


class Branch(ki.Derived):
    """Contains itself in a sequence."""

    branches: "Annotated[ki.Many[Branch], Field(max_length=3)]" = ()


@each_form
@pytest.mark.parametrize("model", [Tree, Branch])
def test_a_model_within_itself_is_refused_in_every_form(form, model):
    with pytest.raises(ki.UnsupportedTypeError, match=f"got {model.__name__} within itself$"):
        form(model)


class Early(ki.Derived):
    """Names a class that is defined after it."""

    item: "Late"


class Late(ki.Record):
    """Comes after."""

    x: int


@each_form
def test_a_class_defined_later_is_found_by_every_first_call(form):
    class Anew(Early):
        """A new model for each form."""

    assert form(Anew)


@each_form
def test_a_name_that_is_not_defined_is_one_clear_error(form):
    class Undefined(ki.Derived):
        """Names an undefined class."""

        item: "Nowhere"  # noqa: F821

    with pytest.raises(ki.UnsupportedTypeError, match=r"^undefined: .*Nowhere"):
        form(Undefined)


def test_the_schema_of_a_custom_kind_agrees_with_the_model():
    validator = jsonschema_rs.validator_for(ki.json_schema(Finding), validate_formats=True)
    row = {"claim_id": "d01-c01", "method": "model", "creator": "m", "rationale": "…", "evidence": []}
    assert Finding.model_validate(row)
    assert validator.is_valid(row)
    assert not validator.is_valid(row | {"evidence": [{}]})


def test_every_shipped_model_is_a_kind():
    assert model_of("claim") is model_of(ki.Claim) is ki.Claim
    with pytest.raises(ki.UnknownNameError):
        model_of(dict)


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (str, FieldType(str)),
        (int | None, FieldType(int, nullable=True)),
        (Union[int, None], FieldType(int, nullable=True)),  # noqa: UP007 - the older notation
        (Annotated[int | None, "outer"], FieldType(int, nullable=True, marks=("outer",))),
        (
            Annotated[Annotated[str, "inner"] | None, "outer"],
            FieldType(str, nullable=True, marks=("inner", "outer")),
        ),
        (Literal["a", "b"], FieldType(Literal["a", "b"], values=("a", "b"))),
        (
            tuple[Annotated[str, "mark"] | None, ...] | None,
            FieldType(
                tuple[Annotated[str, "mark"] | None, ...],
                nullable=True,
                element=FieldType(str, nullable=True, marks=("mark",)),
            ),
        ),
    ],
    ids=str,
)
def test_a_field_type_is_read_through_null_and_annotated_in_any_order(annotation, expected):
    assert FieldType.of(annotation) == expected


def test_a_field_type_describes_its_values():
    assert FieldType.of(Literal["a"]).is_text
    assert not FieldType.of(Literal["a", 1]).is_text
    assert FieldType.of(ki.Many[ki.Reference] | None).inner.record is ki.Reference
    assert FieldType.of(ki.Many[str]).record is None
    assert FieldType.of(list[int]).record is None


def test_the_types_of_a_model_include_pydantic_metadata():
    assert any(isinstance(mark, Width) for mark in field_types(ki.Claim)["start"].marks)
