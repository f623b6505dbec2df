"""Reports as SARIF 2.1.0: the whole document, locations, fingerprints, and data that must stay data.

`tests/engines/test_sarif.py` validates documents against the schema and with public tools.
"""

import json
from pathlib import Path, PurePosixPath, PureWindowsPath

import datasets
import pytest

import kaiser_interview as ki
from kaiser_interview.render.replacements import replacements_of
from kaiser_interview.render.sarif import sarif, uri_of
from kaiser_interview.validation.findings.codes import CODES
from kaiser_interview.validation.findings.counts import Tally
from kaiser_interview.validation.findings.finding import Fault, Located
from kaiser_interview.validation.findings.report import Input, Report

ROW = {"claim_id": "d01-c01", "method": "model", "creator": "m", "language": "en", "translation": "x"}
QUESTION = {
    "method": "model",
    "creator": "m",
    "language": "en",
    "question": "?",
    "answer": "x",
    "answerable": True,
}


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def write(*rows, name="a b.jsonl"):
    Path(name).write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    return name


def run_of(report):
    (run,) = json.loads(sarif(report))["runs"]
    return run


def results_of(data, kind="translation", **options):
    return run_of(ki.validate(data, kind=kind, **options))["results"]


def report_of(*found, inputs=()):
    """Return a report of faults with arbitrary places."""
    tally = Tally(1000)
    for one in found:
        tally.add(one)
    return Report(
        rows=1, valid=0, invalid=1, rows_without_digest=0, counts=tally.counted(), sample=tally.findings(),
        inputs=inputs,
    )  # fmt: skip


def prints(report):
    return [one["partialFingerprints"]["kaiserInterview/v1"] for one in run_of(report)["results"]]


def test_the_document():
    path = write(ROW | {"id": "t-1", "confidence": "0.5"}, ROW | {"confidence": "high"})
    text = sarif(ki.validate(path, kind="translation", max_findings=1))
    expected = (Path(__file__).parent / "report.sarif").read_text("utf-8")
    assert f"{text}\n" == expected.replace("VERSION", ki.__version__)


def test_a_report_without_findings():
    run = run_of(ki.validate(write(ROW), kind="translation"))
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])


def test_every_code_can_be_a_rule():
    report = report_of(*(Located(Fault(code, (), "a", "b")) for code in CODES))
    run = run_of(report)
    rules = run["tool"]["driver"]["rules"]
    assert {one["id"] for one in rules} == {*CODES}
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])
    for rule in rules:
        short, full = rule["shortDescription"]["text"], rule["fullDescription"]["text"]
        assert full.startswith(short)
        assert short.endswith(".")
        assert len(short) < 200
        # GitHub's limit.
        assert len(full) <= 1024


def test_a_code_of_both_severities_is_one_rule():
    fault = Fault("byte-order-mark", (), "none", "one")
    run = run_of(report_of(Located(fault, "a.json"), Located(fault._replace(severity="warning"), "a.csv")))
    assert [one["id"] for one in run["tool"]["driver"]["rules"]] == ["byte-order-mark"]
    assert [(one["ruleIndex"], one["level"]) for one in run["results"]] == [(0, "error"), (0, "warning")]


def test_rows_of_files_without_lines():
    ki.write([ROW, ROW | {"claim_id": "d01-c99"}], "rows.parquet", kind="translation")
    (result,) = results_of("rows.parquet")
    assert result["message"]["text"] == (
        'rows.parquet row 1, /claim_id: expected a claim of the corpus, got "d01-c99"; '
        "did you mean d01-c05 or d01-c04?"
    )
    assert result["locations"] == [
        {
            "physicalLocation": {"artifactLocation": {"uri": "rows.parquet", "uriBaseId": "%SRCROOT%"}},
            "logicalLocations": [{"fullyQualifiedName": "/1/claim_id", "kind": "property"}],
        }
    ]
    assert result["properties"] == {"row": 1}


@pytest.mark.parametrize(
    ("row", "kind", "logical"),
    [
        (ROW | {"a/b~c": 1}, "translation", ("/0/a~1b~0c", "property")),
        ([1], "translation", ("/0", "object")),
        (QUESTION | {"references": [1]}, "question", ("/0/references/0", "value")),
    ],
)
def test_rows_of_python(row, kind, logical):
    (result,) = results_of([row], kind)
    name, of = logical
    assert result["locations"] == [{"logicalLocations": [{"fullyQualifiedName": name, "kind": of}]}]


def test_splits_of_a_dataset_are_no_files():
    wrong = datasets.Dataset.from_list([ROW, ROW | {"claim_id": "d01-c99"}])
    (result,) = results_of(datasets.DatasetDict(train=wrong))
    assert result["message"]["text"].startswith("train row 1, /claim_id: ")
    assert result["locations"] == [
        {"logicalLocations": [{"fullyQualifiedName": "/train/1/claim_id", "kind": "property"}]}
    ]
    report = report_of(
        Located(Fault("no-rows", (), "rows", "none"), "train"),
        inputs=(Input("train", 0, 0, None, complete=True),),
    )
    (result,) = run_of(report)["results"]
    assert result["locations"] == [{"logicalLocations": [{"fullyQualifiedName": "/train", "kind": "array"}]}]


def test_findings_about_all_data_are_in_the_first_file():
    rows = [ROW | {"claim_id": claim.claim_id} for claim in ki.load()[1:]]
    options = {"complete": ["creator"], "select": ["missing-claim"]}
    (result,) = results_of(rows, **options)
    assert "locations" not in result
    assert "properties" not in result
    paths = [write(*rows[:20], name="b.jsonl"), write(*rows[20:], name="a.jsonl")]
    (result,) = results_of(paths, **options)
    assert result["message"]["text"] == "the data set: expected a row for d01-c01 with creator m, got none"
    assert result["locations"] == [
        {"physicalLocation": {"artifactLocation": {"uri": "b.jsonl", "uriBaseId": "%SRCROOT%"}}}
    ]


@pytest.mark.parametrize(
    ("file", "location"),
    [
        ("./data//a b.jsonl", {"uri": "data/a%20b.jsonl", "uriBaseId": "%SRCROOT%"}),
        ("../x:é%.jsonl", {"uri": "../x%3A%C3%A9%25.jsonl"}),
        ("/data/x.jsonl", {"uri": "file:///data/x.jsonl"}),
        ("standard input", {"description": {"text": "standard input"}}),
    ],
)
def test_files(file, location):
    report = report_of(Located(Fault("unknown-claim", (), "a", "b"), file, 3, 2))
    (result,) = run_of(report)["results"]
    physical = {"artifactLocation": location, "region": {"startLine": 3}}
    assert result["locations"] == [{"physicalLocation": physical}]


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        (PurePosixPath("a\\b:c.jsonl"), "a%5Cb%3Ac.jsonl"),
        (PurePosixPath("/a b/c"), "file:///a%20b/c"),
        (PureWindowsPath(r"data\a b.jsonl"), "data/a%20b.jsonl"),
        (PureWindowsPath(r"C:\data\a b.jsonl"), "file:///C:/data/a%20b.jsonl"),
        (PureWindowsPath(r"\\host\share\x.jsonl"), "file://host/share/x.jsonl"),
        (PureWindowsPath("C:x.jsonl"), "C%3Ax.jsonl"),
    ],
)
def test_uris(path, uri):
    assert uri_of(path) == uri


def test_an_input_that_cannot_be_read():
    run = run_of(ki.validate([write(ROW), "no{pe.jsonl"], kind="translation"))
    assert run["invocations"] == [
        {
            "executionSuccessful": False,
            "toolExecutionNotifications": [
                {"level": "error", "message": {"text": "not read completely: no{{pe.jsonl"}}
            ],
        }
    ]
    (result,) = run["results"]
    assert result["ruleId"] == "unreadable"
    assert result["locations"] == [
        {"physicalLocation": {"artifactLocation": {"uri": "no%7Bpe.jsonl", "uriBaseId": "%SRCROOT%"}}}
    ]


def test_fingerprints_do_not_depend_on_the_line():
    wrong = [ROW | {"claim_id": "d01-c99"}, ROW | {"method": "x", "id": "a"}, ROW | {"claim_id": "d01-c98"}]
    before = prints(ki.validate(write(*wrong), kind="translation"))
    after = prints(ki.validate(f"./{write(ROW, ROW, *wrong)}", kind="translation"))
    assert before == after
    assert len({*before}) == 3


def test_equal_fingerprints_are_counted():
    wrong = ROW | {"claim_id": "d01-c99"}
    first, second = prints(ki.validate([wrong, wrong], kind="translation"))
    assert first.removesuffix(":1") == second.removesuffix(":2")
    # With ids, they are different rows.
    first, second = prints(ki.validate([wrong | {"id": "a"}, wrong | {"id": "b"}], kind="translation"))
    assert first[:-2] != second[:-2]
    assert {first[-2:], second[-2:]} == {":1"}


def test_fingerprints_do_not_depend_on_other_places_either():
    twice = [ROW | {"translation": "first"}, ROW | {"translation": "second"}]
    before = prints(ki.validate(write(*twice), kind="translation", key=["claim_id"]))
    moved = [ROW | {"claim_id": "d01-c02"}, *twice]
    assert prints(ki.validate(write(*moved), kind="translation", key=["claim_id"])) == before
    assert prints(ki.validate(moved, kind="translation", key=["claim_id"])) != before


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("{0} and {{", "{{0}} and {{{{"),
        # A viewer would make links of these.
        ("[click](http://evil.example)", r"\[click\](http://evil.example)"),
        (r"[a\](b)", r"\[a\\\](b)"),
        ("[1] (2)", "[1] (2)"),
        ("a\u202eb\x1b", r"a\u202eb\u001b"),
    ],
)
def test_messages_are_no_templates_and_have_no_links(words, shown):
    report = report_of(Located(Fault("wrong-type", (), "a", words), "x", 1))
    (result,) = run_of(report)["results"]
    assert result["message"]["text"] == f"expected a, got {shown}"


def test_hostile_data():
    evil = "\u202e\u200b\x00\ud800{0}[x](1)</script>%"
    report = report_of(
        Located(Fault("unknown-field", (evil, 0), evil, evil, evil), evil, 1, 0, evil),
        Located(Fault("missing-claim", (), evil, evil)),
        inputs=(Input(evil, 1, 1, "0" * 64, complete=False),),
    )
    text = sarif(report)
    assert all(line.isprintable() for line in text.split("\n"))
    json.loads(text.encode("utf-8", "strict"))
    (run,) = json.loads(text)["runs"]
    first, second = run["results"]
    # Names are data: unchanged, except that surrogates are escaped.
    data = evil.replace("\ud800", "\\ud800")
    (place,) = first["locations"]
    assert place["logicalLocations"][0]["fullyQualifiedName"] == f"/{data.replace('/', '~1')}/0"
    assert first["properties"]["id"] == data
    uri = place["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "%E2%80%AE%E2%80%8B%00%5Cud800%7B0%7D%5Bx%5D%281%29%3C/script%3E%25"
    assert second["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_a_safe_edit_is_a_fix():
    path = write(ROW | {"id": "t-1", "confidence": "0.5"}, ROW | {"confidence": "high"})
    report = ki.validate(path, kind="translation")
    (first, second) = json.loads(sarif(report, replacements_of(report)))["runs"][0]["results"]
    assert first["fixes"] == [
        {
            "description": {"text": "write 0.5, without quotation marks"},
            "artifactChanges": [
                {
                    "artifactLocation": {"uri": "a%20b.jsonl", "uriBaseId": "%SRCROOT%"},
                    "replacements": [
                        {
                            "deletedRegion": {"startLine": 1, "startColumn": 125, "endColumn": 130},
                            "insertedContent": {"text": "0.5"},
                        }
                    ],
                }
            ],
        }
    ]
    line = Path(path).read_text("utf-8").split("\n")[0]
    assert line[124:129] == '"0.5"'
    assert "fixes" not in second
