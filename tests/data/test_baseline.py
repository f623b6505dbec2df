"""Within v1 a schema may only accept more, and a shipped table's columns only grow at the end."""

import copy
import json

import jsonschema_rs
import pytest
from compatibility import BASELINE, columns, narrower
from pydantic import ValidationError

import kaiser_interview as ki
from kaiser_interview.records.models import KINDS

OLD = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(BASELINE.glob("*.json"))}
TABLES = OLD.pop("tables")

each_kind = pytest.mark.parametrize("kind", OLD)


def test_no_kind_and_no_table_is_gone():
    assert {*OLD} <= {*KINDS}
    assert {*TABLES} <= {*ki.tables()}


@each_kind
def test_what_the_baseline_accepts_is_accepted(kind):
    assert [*narrower(OLD[kind], ki.json_schema(kind))] == []


@each_kind
def test_rows_that_were_valid_stay_valid(kind):
    lines = (BASELINE / f"{kind}.jsonl").read_text("utf-8").split("\n")[:-1]
    validator = jsonschema_rs.validator_for(ki.json_schema(kind), validate_formats=True)
    old = jsonschema_rs.validator_for(OLD[kind], validate_formats=True)
    assert len(lines) == 40
    for line in lines:
        old.validate(json.loads(line))
        validator.validate(json.loads(line))
        try:
            KINDS[kind].model_validate_json(line)
        except ValidationError as error:
            pytest.fail(f"{line}\n{error}")


@pytest.mark.parametrize("table", TABLES)
def test_columns_keep_their_place_type_and_nullability(table):
    now = columns(ki.load_table(table).schema)
    assert now[: len(TABLES[table])] == TABLES[table]


def changed(kind, change):
    schema = copy.deepcopy(OLD[kind])
    change(schema)
    return [*narrower(OLD[kind], schema)]


NARROWER = {
    "property gone": lambda s: s["properties"].pop("quote"),
    "newly required": lambda s: s["required"].append("quote"),
    "bound raised": lambda s: s["properties"]["quote_start"]["anyOf"][0].update(minimum=1),
    "bound lowered": lambda s: s["properties"]["confidence"]["anyOf"][0].update(maximum=0.5),
    "length added": lambda s: s["properties"]["creator"].update(maxLength=9),
    "value gone": lambda s: s["properties"]["type"]["anyOf"].pop(0),
    "enum value gone": lambda s: s["properties"]["method"]["enum"].pop(),
    "type changed": lambda s: s["properties"]["creator"].update(type="integer"),
    "null gone": lambda s: s["properties"]["rationale"]["anyOf"].pop(),
    "pattern added": lambda s: s["properties"]["creator"].update(pattern="^a"),
    "keyword added": lambda s: s["properties"]["creator"].update({"not": {}}),
}
WIDER = {
    "property added": lambda s: s["properties"].update(new={"type": "string"}),
    "no longer required": lambda s: s["required"].remove("creator"),
    "value added": lambda s: s["properties"]["type"]["anyOf"].append({"const": "dataset"}),
    "description changed": lambda s: s["properties"]["creator"].update(description="…"),
    "made nullable": lambda s: s["properties"]["rationale"]["anyOf"].append({"type": "integer"}),
}


@pytest.mark.parametrize("change", NARROWER.values(), ids=NARROWER)
def test_a_narrower_schema_is_found(change):
    # A mention's quote is required and its type has a vocabulary; a translation's quote is neither.
    assert changed("mention" if change is NARROWER["value gone"] else "translation", change)


@pytest.mark.parametrize("change", WIDER.values(), ids=WIDER)
def test_a_wider_schema_is_let_through(change):
    assert changed("mention", change) == []
