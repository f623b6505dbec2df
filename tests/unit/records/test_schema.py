"""The three schemas of a model, and types that they do not support."""

import json
from typing import Annotated, Literal

import jsonschema_rs
import pyarrow as pa
import pytest
from datasets import Features, List, Value
from pydantic import Field

import kaiser_interview as ki
from kaiser_interview.records.introspection import kind_of
from kaiser_interview.records.models import KINDS, Float32, Instant, Int32, Many, Record
from kaiser_interview.records.schemas import VOCABULARIES, schema_text, to_table
from kaiser_interview.release import TABLES, read

VOCABULARY = json.loads(read(VOCABULARIES))
each_kind = pytest.mark.parametrize("kind", KINDS)


class Everything(Record):
    """Every type that a field may have."""

    text: str
    number: int
    small: Int32
    real: float
    single: Float32
    flag: bool
    when: Instant
    word: Literal["a", "b"]
    words: Many[str]
    maybe: str | None = None
    either: None | int = None
    references: Many[ki.Reference]
    reference: ki.Reference | None = None
    nested: Many[Many[Int32 | None]] | None = None


@each_kind
def test_json_schemas_are_valid_and_self_contained(kind):
    schema = ki.json_schema(kind)
    jsonschema_rs.meta.validate(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:kaiser-interview:schema:v1:{kind}"
    assert schema["additionalProperties"] is False
    assert [*schema["properties"]] == [*KINDS[kind].model_fields]
    references = [part.split('"')[0] for part in schema_text(kind, VOCABULARY).split('"$ref": "')[1:]]
    assert all(reference.startswith("#/$defs/") for reference in references)


@each_kind
def test_the_committed_schema_is_the_models(kind):
    from pathlib import Path

    committed = Path(__file__).parents[3] / "schemas" / "v1" / f"{kind}.json"
    assert committed.read_text("utf-8") == schema_text(kind, VOCABULARY)


@pytest.mark.parametrize("table", TABLES)
def test_shipped_records_are_valid_by_their_json_schema(table):
    validator = jsonschema_rs.validator_for(ki.json_schema(TABLES[table]), validate_formats=True)
    for record in ki.load(table):
        validator.validate(record.model_dump(mode="json"))


def test_a_json_schema_is_new_each_time():
    ki.json_schema("claim")["properties"].clear()
    assert ki.json_schema("claim")["properties"]


def test_optional_is_nullable_and_not_required():
    schema = ki.json_schema("translation")
    assert schema["required"] == ["method", "creator", "claim_id", "language", "translation"]
    assert {"type": "null"} in schema["properties"]["quote"]["anyOf"]
    assert "default" not in schema["properties"]["quote"]


def test_a_model_is_as_good_as_its_kinds_name():
    assert ki.json_schema(ki.Claim) == ki.json_schema("claim")
    assert ki.arrow_schema(ki.Label) == ki.arrow_schema("label")
    assert kind_of(Everything) == "everything"
    assert "$id" not in ki.json_schema(Everything)


def test_the_arrow_form_of_every_type():
    reference = pa.struct(
        [
            pa.field("claim_id", pa.string(), nullable=False),
            ("claim_sha256", pa.string()),
            ("quote", pa.string()),
            ("quote_start", pa.int32()),
            ("quote_end", pa.int32()),
            ("quote_of", pa.string()),
        ]
    )

    def some(kind, *, nullable=False):
        return pa.list_(pa.field("element", kind, nullable))

    assert ki.arrow_schema(Everything) == pa.schema(
        [
            pa.field("text", pa.string(), nullable=False),
            pa.field("number", pa.int64(), nullable=False),
            pa.field("small", pa.int32(), nullable=False),
            pa.field("real", pa.float64(), nullable=False),
            pa.field("single", pa.float32(), nullable=False),
            pa.field("flag", pa.bool_(), nullable=False),
            pa.field("when", pa.timestamp("us", "UTC"), nullable=False),
            pa.field("word", pa.string(), nullable=False),
            pa.field("words", some(pa.string()), nullable=False),
            pa.field("maybe", pa.string()),
            pa.field("either", pa.int64()),
            pa.field("references", some(reference), nullable=False),
            pa.field("reference", reference),
            pa.field("nested", some(some(pa.int32(), nullable=True))),
        ]
    )


def test_the_features_of_every_type():
    found = ki.features(Everything)
    assert isinstance(found, Features)
    assert found["small"] == Value("int32")
    assert found["when"] == Value("timestamp[us, tz=UTC]")
    assert found["word"] == Value("string")
    assert found["words"] == List(Value("string"))
    assert found["nested"] == List(List(Value("int32")))
    assert [*found] == [*Everything.model_fields]


def test_records_become_a_table():
    row = Everything(
        text="文", number=2**40, small=-1, real=0.5, single=1, flag=True, when="2026-01-02T03:04:05.000006Z",
        word="a", words=["x"], references=[ki.Reference(claim_id="d01-c01")], nested=[[1, None], []],
    )  # fmt: skip
    table = to_table(Everything, [row, row])
    table.validate(full=True)
    assert table.schema == ki.arrow_schema(Everything)
    (first, second) = table.to_pylist()
    assert first == second
    assert first["when"].isoformat() == "2026-01-02T03:04:05.000006+00:00"
    assert first["references"][0]["claim_id"] == "d01-c01"
    assert first["nested"] == [[1, None], []]
    assert to_table(Everything, []).num_rows == 0


@pytest.mark.parametrize(
    ("annotation", "got"),
    [
        (dict[str, str], "dict[str, str]"),
        (int | str, "int | str"),
        (int | str | None, "int | str"),
        (tuple[int, str], "tuple[int, str]"),
        (Literal[1], "typing.Literal[1]"),
        (bytes, "<class 'bytes'>"),
    ],
)
def test_what_arrow_cannot_hold_is_refused_naming_the_field(annotation, got):
    model = type("Odd", (Record,), {"__annotations__": {"field": annotation}, "__module__": __name__})
    with pytest.raises(ki.UnsupportedTypeError) as caught:
        ki.arrow_schema(model)
    assert caught.value.field == "odd.field"
    assert str(caught.value).endswith(f"got {got}")


def test_the_place_of_a_refused_type_goes_down_to_it():
    class Inner(Record):
        """Has a type that Arrow does not support."""

        odd: bytes

    class Outer(Record):
        """Contains several of them."""

        inners: Many[Inner]

    with pytest.raises(ki.UnsupportedTypeError) as caught:
        ki.arrow_schema(Outer)
    assert caught.value.field == "outer.inners[].odd"


def test_the_length_of_a_sequence_is_its_number_of_items():
    some = Annotated[Many[Int32], Field(min_length=1, max_length=2)]

    class Lengths(Record):
        """States the length of a sequence in every way."""

        inside: some
        optional: some | None = None
        outside: Many[Int32] = Field(min_length=1, max_length=2)
        outside_optional: Many[Int32] | None = Field(None, min_length=1, max_length=2)
        text: Annotated[str, Field(min_length=1, max_length=2)]

    properties = ki.json_schema(Lengths)["properties"]
    text = properties.pop("text")
    assert (text["minLength"], text["maxLength"]) == (1, 2)
    for schema in properties.values():
        array = schema.get("anyOf", [schema])[0]
        assert (array["minItems"], array["maxItems"]) == (1, 2)
        assert "minLength" not in array


def test_the_names_of_other_fields():
    class Closed(ki.Derived, extra="forbid"):
        """Allows no other field."""

    assert ki.json_schema("label")["patternProperties"] == {"^x_": {}}
    assert ki.json_schema("question")["$defs"]["Reference"]["patternProperties"] == {"^x_": {}}
    schema = ki.json_schema(Closed)
    assert (schema["additionalProperties"], "patternProperties" in schema) == (False, False)
