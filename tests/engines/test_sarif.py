"""Reports as SARIF, read by the validator of Microsoft with the rules of GitHub, and by sarif-tools."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema_rs
import pytest
from engines.node import MODULES
from sarif.loader import load_sarif_file

import kaiser_interview as ki
from kaiser_interview.render.replacements import replacements_of
from kaiser_interview.render.sarif import sarif
from kaiser_interview.validation.findings.codes import CODES
from kaiser_interview.validation.findings.counts import Tally
from kaiser_interview.validation.findings.finding import Fault, Located
from kaiser_interview.validation.findings.report import Report

# Of the system: sarif-multitool-linux, -darwin or -win32. It has the schema.
(MULTITOOL,) = (MODULES / "node_modules" / "@microsoft").glob("sarif-multitool-*")
SARIF_TOOLS = Path(sys.executable).with_name("sarif")
ROW = {"claim_id": "d01-c01", "method": "model", "creator": "m", "language": "en", "translation": "x"}
# The project has no address. Rows of Parquet, and findings about a whole file, have no line.
ACCEPTED = {"SARIF2005", "SARIF2017"}


def every_code() -> Report:
    """Return a report with each code, at every form of place."""
    tally = Tally(10_000)
    for number, code in enumerate(CODES):
        fault = Fault(code, ("a", 0, "b/c"), "x", "[y](z) {0}", "z")
        for place in (
            ("a b.jsonl", number + 1, number),
            ("/data/a.parquet", None, number),
            (None, None, number),
        ):
            tally.add(Located(fault, *place, row_id="r"))
    return Report(
        rows=1, valid=0, invalid=1, rows_without_digest=1, counts=tally.counted(), sample=tally.findings(),
        inputs=(), complete=False,
    )  # fmt: skip


@pytest.fixture
def log(tmp_path, monkeypatch):
    """Return the report on a folder with JSON Lines, CSV, Parquet and a missing file."""
    monkeypatch.chdir(tmp_path)
    Path("rows").mkdir()
    rows = [
        ROW | {"id": "a"},
        ROW | {"quote": "推理模型不增加参数数量"},
        ROW | {"confidence": "0.5", "x\u202e": 1},
        ROW | {"method": "[x](https://a.example) {0} \u200b", "id": "a"},
    ]
    Path("rows/a b.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows) + "\n{\n", "utf-8")
    Path("rows/c.csv").write_text("claim_id\nd01-c99\n", "utf-8-sig")
    ki.write([ROW | {"claim_id": "d01-c99"}], "rows/d.parquet", kind="translation")
    report = ki.validate(["rows", "nope.jsonl"], kind="translation", complete=["creator"])
    Path("report.sarif").write_text(sarif(report, replacements_of(report)), "utf-8")
    return report


def test_the_schema(log):
    schema = json.loads((MULTITOOL / "sarif-2.1.0.json").read_text("utf-8-sig"))
    validator = jsonschema_rs.validator_for(schema, validate_formats=True)
    wrong = json.loads(sarif(log))
    wrong["runs"][0]["columnKind"] = "bytes"
    assert not validator.is_valid(wrong)
    for report in (log, every_code(), ki.validate([ROW], kind="translation")):
        document = json.loads(sarif(report, replacements_of(report)))
        assert [*validator.iter_errors(document)] == []
        assert any("fixes" in result for result in document["runs"][0]["results"]) is (report is log)


def test_the_validator_and_the_rules_of_github(log):
    assert len(log.sample) > 40
    options = ["--rule-kind", "Sarif;Gh", "--output", "faults.sarif"]
    done = subprocess.run(
        [MULTITOOL / "Sarif.Multitool", "validate", "report.sarif", *options],
        capture_output=True, text=True, check=False,
        env=os.environ | {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    (run,) = json.loads(Path("faults.sarif").read_text("utf-8-sig"))["runs"]
    # All accepted ones occur, so the validator has read the results.
    assert {one["ruleId"].partition("/")[0] for one in run["results"]} == ACCEPTED


def test_sarif_tools(log):
    counts = load_sarif_file("report.sarif").get_report().get_issue_type_histogram_for_severity
    for severity, number in (("error", log.errors), ("warning", log.warnings)):
        assert number
        assert sum(counts(severity).values()) == number
    done = subprocess.run(
        [SARIF_TOOLS, "summary", "report.sarif"], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    assert f"error: {log.errors}\n" in done.stdout
    assert f"warning: {log.warnings}\n" in done.stdout


def test_code_quality_of_gitlab(log):
    """The recipe for GitLab in docs/validation.md."""
    command = [SARIF_TOOLS, "codeclimate", "report.sarif", "--output", "gl-code-quality-report.json"]
    subprocess.run(command, capture_output=True, check=True)
    issues = json.loads(Path("gl-code-quality-report.json").read_text("utf-8"))
    assert len(issues) == len(log.sample)
    assert {(one["check_name"], one["location"]["path"], one["severity"]) for one in issues} >= {
        ("wrong-type", "rows/a%20b.jsonl", "major"),
        ("unreadable", "nope.jsonl", "major"),
    }
