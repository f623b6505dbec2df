"""What the package writes matches the schemas that it ships."""

import json
import shlex
from pathlib import Path

import jsonschema
import jsonschema_rs
import pytest

import kaiser_interview as ki
from kaiser_interview.validation.findings.output_schemas import OUTPUT_SCHEMAS, output_schema

ROOT = Path(__file__).parents[4]
NATURAL = ROOT / "tests" / "natural"
REPORTS = sorted(path.name for path in NATURAL.glob("*.report.txt"))
VALID = {name: jsonschema_rs.validator_for(output_schema(name)) for name in OUTPUT_SCHEMAS}


@pytest.mark.parametrize("name", OUTPUT_SCHEMAS)
def test_the_schemas_are_shipped(name, run):
    schema = output_schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["properties"]["schema_version"]["const"] == 1
    assert json.loads((ROOT / "schemas" / "v1" / f"{name}.json").read_text("utf-8")) == schema
    code, out, _ = run("schema", name)
    assert (code, json.loads(out)) == (0, schema)
    assert name in run("schema")[1].split()


@pytest.mark.parametrize("name", REPORTS)
def test_reports_and_findings_match(name, run, monkeypatch):
    monkeypatch.chdir(NATURAL)
    first = (NATURAL / name).read_text("utf-8").partition("\n")[0]
    words = shlex.split(first.removeprefix("$ kaiser-interview "))
    report = json.loads(run(*words, "--format", "json")[1])
    VALID["report"].validate(report)
    lines = run(*words, "--format", "jsonl")[1].splitlines()
    assert [json.loads(line) for line in lines] == report["sample"]
    for line in lines:
        VALID["finding"].validate(json.loads(line))


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "json"])
def test_changes_and_rejects_match(tmp_path, suffix):
    rows = [
        {"claim_id": "d05-c03", "quote": "“推理模型不增加参数数量”", "method": "Model", "odd": "x"},
        {"claim_id": "d05-c03", "quote": "推理模型增加参数数量", "method": "model", "odd": ""},
        {"claim_id": "d99-c99", "quote": None, "method": "rule", "odd": "😀"},
    ]
    data = tmp_path / f"in.{suffix}"
    ki.write(rows, data)
    options = {"kind": "label", "defaults": {"creator": "m", "scheme": "a:b", "value": "v"}}
    ki.fix(data, output=tmp_path / f"out.{suffix}", unsafe_fixes=True, **options)
    changes = (tmp_path / f"out.{suffix}.changes.jsonl").read_bytes().splitlines()
    assert len(changes) == 3
    for line in changes:
        VALID["change"].validate(json.loads(line))
    ki.split(data, valid=tmp_path / f"v.{suffix}", rejects=tmp_path / f"r.{suffix}", **options)
    findings = (tmp_path / f"r.{suffix}.findings.jsonl").read_bytes().splitlines()
    assert findings
    for line in findings:
        VALID["finding"].validate(json.loads(line))


def test_every_key_is_required():
    row = {"claim_id": "d99-c99", "scheme": "a:b", "value": "v", "method": "Model", "creator": "m"}
    report = json.loads(ki.validate([row], kind="label").to_json())
    for name in report:
        assert not VALID["report"].is_valid({key: value for key, value in report.items() if key != name})
    assert not VALID["report"].is_valid(report | {"more": 1})
