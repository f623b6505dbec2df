"""The three forms of a model describe the same rows, on our models and on generated ones."""

import json
import random
import unicodedata
from datetime import datetime
from typing import Annotated, Literal

import jsonschema_rs
import numpy as np
import pyarrow as pa
import pytest
from datasets import Dataset
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field, ValidationError, create_model
from rows import GOOD, accepted, row, rows
from scale import amount

import kaiser_interview as ki
from kaiser_interview.records.models import KINDS, Count, Float32, Instant, Int32, Many, Offset, Record
from kaiser_interview.records.schemas import to_table

VALIDATORS = {
    kind: jsonschema_rs.validator_for(ki.json_schema(kind), validate_formats=True) for kind in KINDS
}


def is_id(text):
    """Return whether a text has 1 to 256 printable characters, joiners, and single spaces between others."""
    # Python knows no newer characters than its version of Unicode; unassigned and private ones are allowed.
    controls = ("Cc", "Cf", "Zs", "Zl", "Zp")
    odd = {one for one in text if unicodedata.category(one) in controls} - {" ", *FORMATS}
    return 0 < len(text) <= 256 and not odd and text == text.strip(" ") and "  " not in text


# Joiners, and signs that Unicode calls formats because they enclose digits, or are of notations of music.
FORMATS = [
    chr(one)
    for one in range(0x110000)
    if unicodedata.category(chr(one)) == "Cf"
    and not (one in {0xAD, 0x200B, 0x200E, 0x200F, 0xFEFF} or 0x2028 <= one <= 0x206F)
]


@given(st.text(st.characters(codec="utf-8") | st.sampled_from([" ", "\u200b", "\u2028", "\xad", "क", "👩"])))
def test_ids_have_printable_characters_in_every_schema(text):
    made = {"claim_id": text, "method": "human", "creator": "I", "scheme": "a:b", "value": "c"}
    wanted = is_id(text)
    assert VALIDATORS["label"].is_valid(made) is wanted
    assert accepted(KINDS["label"], json.dumps(made)) is wanted
    report = ki.validate(pa.Table.from_pylist([made]), kind="label", select=["bad-format", "bad-length"])
    assert report.ok is wanted


@pytest.mark.parametrize("wrong", [0.0, 0.02, 0.1, 0.5])
def test_model_and_json_schema_agree_on_rows(wrong):
    verdicts = {True: 0, False: 0}
    for kind, made in rows(amount(5_000, 40_000), seed=int(wrong * 100), wrong=wrong):
        verdict = accepted(KINDS[kind], json.dumps(made))
        assert VALIDATORS[kind].is_valid(made) is verdict, (kind, made)
        verdicts[verdict] += 1
    assert verdicts[True] > 0
    assert (verdicts[False] > 0) is (wrong > 0)


@pytest.mark.parametrize("kind", KINDS)
def test_python_and_json_mode_agree_on_rows(kind):
    draw = random.Random(7)
    for _ in range(amount(500, 5_000)):
        made = row(draw, kind, wrong=draw.choice([0.0, 0.1]))
        if isinstance(made, dict):
            try:
                KINDS[kind].model_validate(made)
                in_python = True
            except ValidationError:
                in_python = False
            assert accepted(KINDS[kind], json.dumps(made)) is in_python, made


def test_a_whole_valued_float_is_not_an_integer_the_one_exception():
    made = row(random.Random(1), "mention") | {"quote_start": 1.0}
    assert VALIDATORS["mention"].is_valid(made)
    assert not accepted(KINDS["mention"], json.dumps(made))


@pytest.mark.parametrize("kind", KINDS)
def test_rows_go_through_arrow_and_datasets_unchanged(kind):
    draw = random.Random(11)
    model = KINDS[kind]
    records = [model.model_validate(row(draw, kind)) for _ in range(200)]
    table = to_table(model, records)
    table.validate(full=True)
    again = [model.model_validate(one) for one in table.to_pylist()]
    assert [_instant(one) for one in again] == [_instant(one) for one in records]
    dataset = Dataset.from_list(table.to_pylist(), features=ki.features(kind))
    assert dataset.with_format("arrow")[:].to_pylist() == table.to_pylist()


def _instant(record):
    """Return a record in comparable form: instants normalised, vectors as float32."""
    made = record.model_dump()
    if made.get("created"):
        made["created"] = datetime.fromisoformat(made["created"])
    if "vector" in made:
        made["vector"] = np.array(made["vector"], "float32").tolist()
    return made


# A generated model has fields of these types; each type has valid values.
TYPES = [
    (str, ["", "语言", "𠀋"]),
    (Annotated[str, Field(min_length=1, max_length=3)], ["a", "🧠🧠🧠"]),
    (Annotated[str, Field(pattern="^[a-c]+$")], ["a", "abc"]),
    (int, [0, -(2**62), 2**62]),
    (Int32, [0, -(2**31), 2**31 - 1]),
    (Offset, [0, 1]),
    (Count, [1]),
    (Annotated[int, Field(gt=0, lt=10)], [1, 9]),
    (float, [0, 0.5, -1e300]),
    (Annotated[float, Field(ge=0, le=1)], [0, 1, 0.25]),
    (Float32, [0.5, -2]),
    (bool, [True, False]),
    (Instant, GOOD["created"]),
    (Literal["a", "b"], ["a", "b"]),
    (Many[str], [[], ["x", ""]]),
    (Annotated[Many[Int32], Field(min_length=1, max_length=2)], [[1], [1, 2]]),
    (Many[Many[float]], [[], [[], [0.5]]]),
    (Many[Int32 | None], [[None, 1]]),
    (ki.Reference, GOOD["references"][1]),
    (Many[ki.Reference], GOOD["references"]),
    (Many[Literal["x", "y"]], [["x"], ["y", "x"]]),
]
WRONG = [
    None, True, 0, -1, 2**31, 2**31 - 1, 10, 0.5, -0.5, 1e-300, "", "d", "a", "abcd", "c\n", [], [None],
    [1, 2, 3], ["x"], ["z"], [[]], [[None]], [{}], {}, [0.5], "2026-02-30T00:00:00Z",
]  # fmt: skip


@st.composite
def models(draw: st.DrawFn):
    chosen = draw(st.lists(st.tuples(st.sampled_from(TYPES), st.booleans()), min_size=1, max_size=6))
    fields, values = {}, {}
    for number, ((kind, good), optional) in enumerate(chosen):
        fields[f"f{number}"] = (kind | None, None) if optional else (kind, ...)
        values[f"f{number}"] = [*good, None] if optional else good
    return create_model("Generated", __base__=Record, **fields), values


@settings(max_examples=amount(150, 3_000), deadline=None)
@given(models(), st.data())
def test_the_forms_of_generated_models_agree(made, data):
    model, values = made
    validator = jsonschema_rs.validator_for(ki.json_schema(model), validate_formats=True)
    right = [{name: data.draw(st.sampled_from(good)) for name, good in values.items()} for _ in range(3)]
    for one in right:
        assert accepted(model, json.dumps(one))
        assert validator.is_valid(one)
        name = data.draw(st.sampled_from([*values]))
        wrong = one | {name: data.draw(st.sampled_from(WRONG))}
        assert validator.is_valid(wrong) is accepted(model, json.dumps(wrong)), (name, wrong)
    records = [model.model_validate(one) for one in right]
    table = to_table(model, records)
    table.validate(full=True)
    assert table.schema == ki.arrow_schema(model)
    assert Dataset.from_list(table.to_pylist(), features=ki.features(model)).num_rows == 3
    for field, info in zip(table.schema, model.model_fields.values(), strict=True):
        assert field.nullable is not info.is_required()
