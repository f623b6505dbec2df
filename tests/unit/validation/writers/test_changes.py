"""The log of changes: one line for each changed row."""

import io
import json
from decimal import Decimal

import kaiser_interview as ki
from kaiser_interview.validation.fixes.row import AppliedEdit
from kaiser_interview.validation.writers.changes import edits_json

ROW = {"claim_id": "d05-c03", "scheme": "a:b", "value": "v", "method": "Model", "creator": "m"}


def log(path) -> list[dict]:
    return [
        json.loads(line) for line in path.with_name(f"{path.name}.changes.jsonl").read_bytes().splitlines()
    ]


def test_a_line_has_the_place_of_its_row(tmp_path):
    data = tmp_path / "in.csv"
    data.write_text(
        'claim_id,scheme,value,method,creator\n"d05-c03",a:b,"v\nw",Model,m\n\nd05-c03,a:b,v,RULE,m\n'
    )
    ki.fix(data, output=tmp_path / "out.csv", kind="label")
    edit = {"path": "/method", "code": "not-in-vocabulary", "applicability": "safe"}
    assert log(tmp_path / "out.csv") == [
        {
            "schema_version": 1, "file": str(data), "line": 2, "row": 0,
            "edits": [edit | {"before": "Model", "after": "model"}],
        },
        {
            "schema_version": 1, "file": str(data), "line": 5, "row": 1,
            "edits": [edit | {"before": "RULE", "after": "rule"}],
        },
    ]  # fmt: skip


def test_rows_from_python_have_no_file_and_no_line(tmp_path):
    ki.fix([ROW | {"method": "model"}, ROW], output=tmp_path / "out.jsonl", kind="label")
    (change,) = log(tmp_path / "out.jsonl")
    assert (change["file"], change["line"], change["row"]) == (None, None, 1)


def test_rows_are_counted_in_each_file(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.json").write_text(json.dumps([ROW | {"method": "model"}, ROW], indent=1))
    ki.fix(tmp_path / "?.json", output=tmp_path / "out.json", kind="label")
    found = [(one["file"], one["line"], one["row"]) for one in log(tmp_path / "out.json")]
    assert found == [(str(tmp_path / f"{name}.json"), 9, 1) for name in "ab"]


def test_values_that_are_not_json_are_written_as_text():
    edit = AppliedEdit(("x~/\ud800",), Decimal("0.5"), None, "unknown-field", "unsafe")
    assert json.load(io.BytesIO(edits_json((edit,)))) == {
        "path": "/x~0~1\\ud800", "before": 0.5, "after": None, "code": "unknown-field",
        "applicability": "unsafe",
    }  # fmt: skip
