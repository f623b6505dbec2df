"""`parse`: every answer gives rows or is a failure, whatever form it is given in."""

import gzip
import io
import json
import pathlib
import pickle

import datasets
import jsonschema_rs
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import kaiser_interview as ki
from kaiser_interview.validation.findings.output_schemas import output_schema

ROW = {"claim_id": "d05-c03", "translation": "x"}
TEXT = json.dumps(ROW)
RESPONSE = {
    "custom_id": "r1",
    "response": {"body": {"choices": [{"message": {"content": TEXT}}]}},
    "error": None,
}
CUT = {
    "custom_id": "r2",
    "response": {"body": {"choices": [{"message": {"content": "[{"}, "finish_reason": "length"}]}},
}


@pytest.fixture(name="validator", scope="module")
def open_validator():
    with ki.Validator("translation", max_findings=3) as validator:
        yield validator


def rows(parsed):
    return [{name: value for name, value in row.items() if name != "x_text"} for row in parsed.rows]


def places(parsed):
    return [row["x_text"] for row in parsed.rows], [one.place for one in parsed.failures]


@pytest.mark.parametrize(
    ("data", "wanted", "failures"),
    [
        (TEXT, [ROW], []),
        (TEXT.encode(), None, None),
        ([TEXT, "Sorry."], [ROW], ["answer-refused"]),
        ((one for one in (TEXT, "No rows.")), [ROW], ["answer-without-rows"]),
        ([TEXT.encode(), b"\xff{"], [ROW], ["not-utf8"]),
        ({"r1": TEXT, "r2": ""}, [ROW | {"x_request_id": "r1"}], ["answer-empty"]),
        (RESPONSE, [ROW | {"x_request_id": "r1"}], []),
        ([RESPONSE, CUT], [ROW | {"x_request_id": "r1"}], ["answer-truncated"]),
        ([ROW, [ROW, ROW], json.dumps(ROW)], [ROW] * 4, []),
        (
            f"{json.dumps(RESPONSE)}\n\n{json.dumps(CUT)}\n",
            [ROW | {"x_request_id": "r1"}],
            ["answer-truncated"],
        ),
        (json.dumps([RESPONSE, CUT]), [ROW | {"x_request_id": "r1"}], ["answer-truncated"]),
        (json.dumps([RESPONSE, ROW]), [ROW | {"x_request_id": "r1"}, ROW], []),
        (json.dumps([TEXT, "nothing"]), [ROW], ["answer-without-rows"]),
        (json.dumps([TEXT, None]), [ROW], ["answer-empty"]),
        (json.dumps([ROW | {"error": "minor"}, ROW]), [ROW | {"error": "minor"}, ROW], []),
        (json.dumps(ROW | {"x_request_id": "mine", "x_repaired": True}), [ROW], []),
        ("推" * 40_000 + f"\n{TEXT}", [ROW], []),
        ("*" * 20_000 + " x", [], ["answer-without-rows"]),
        ("**抱歉**", [], ["answer-refused"]),
        (f"{TEXT}\n{TEXT}", [ROW, ROW], []),
        (f"{TEXT[:-1]},}}", [ROW | {"x_repaired": True}], []),
        ([], [], []),
        ({}, [], ["answer-empty"]),
    ],
)
def test_values_from_python(validator, data, wanted, failures):
    if wanted is None:
        with pytest.raises(
            ki.InputError, match="data: expected a path, texts or responses, got a Python bytes"
        ):
            validator.parse(data)
        return
    parsed = validator.parse(data)
    assert rows(parsed) == wanted
    assert [one.code for one in parsed.failures] == failures


class Dumped:
    """An object of a client library."""

    def __init__(self, response):
        self.response = response

    def model_dump(self, *, mode, warnings):
        assert (mode, warnings) == ("json", False)
        return self.response


def test_objects_of_client_libraries(validator):
    assert (
        rows(validator.parse(Dumped(RESPONSE)))
        == rows(validator.parse([Dumped(RESPONSE)]))
        == rows(validator.parse(RESPONSE))
    )


@pytest.mark.parametrize(
    ("data", "got"),
    [
        (7, "a Python int"),
        (None, "a Python NoneType"),
        (io.StringIO(TEXT), "a Python StringIO"),
        (pd.DataFrame({"a": [TEXT]}), "a Python DataFrame; pass one of its columns"),
        (pl.DataFrame({"a": [TEXT]}), "a Python DataFrame; pass one of its columns"),
        (pa.table({"a": [TEXT]}), "a Python Table; pass one of its columns"),
    ],
)
def test_other_data_is_refused(validator, data, got):
    with pytest.raises(ki.InputError) as error:
        validator.parse(data)
    assert str(error.value) == f"data: expected a path, texts or responses, got {got}"


@pytest.mark.parametrize(
    "data",
    [
        pd.Series([TEXT, None, float("nan")]),
        pl.Series([TEXT, None, ""]),
        pa.chunked_array([[TEXT, None, ""]]),
        datasets.Dataset.from_dict({"answer": [TEXT, None, ""]})["answer"],
        datasets.Dataset.from_dict({"prompt": ["?"] * 3, "completion": [TEXT, None, ""]}),
    ],
    ids=lambda data: f"{type(data).__module__}.{type(data).__name__}",
)
def test_columns_of_answers(validator, data):
    parsed = validator.parse(data)
    assert (rows(parsed), [one.code for one in parsed.failures]) == ([ROW], ["answer-empty"] * 2)


def test_an_iterable_that_fails_is_a_finding(validator):
    def texts():
        yield TEXT
        raise OSError("gone")

    parsed = validator.parse(texts())
    assert rows(parsed) == [ROW]
    assert not parsed.report.complete
    assert parsed.report.sample[0].got == "OSError: gone"


FILES = {
    "answer.txt": f"Here you are:\n```json\n{TEXT}\n```",
    "rows.jsonl": f"{TEXT}\n\nnothing\n[{TEXT}]\n{json.dumps(TEXT)}\n",
    "broken-first.jsonl": f'{{"claim_id": \n{TEXT}\n',
    "pretty.json": json.dumps(ROW, indent=2),
    "fenced.jsonl": f"```json\n{TEXT}\n{TEXT}\n```",
    "batch.out": f"{json.dumps(RESPONSE)}\n{json.dumps(CUT)}",
    "marked.jsonl": f"\ufeff{TEXT}\n",
    "list.json": json.dumps([RESPONSE, CUT]),
}


@pytest.mark.parametrize(
    ("name", "count", "failures", "at", "failed_at"),
    [
        ("answer.txt", 1, [], ["answer.txt"], []),
        (
            "rows.jsonl",
            3,
            ["answer-without-rows"],
            ["rows.jsonl:1", "rows.jsonl:4", "rows.jsonl:5"],
            ["rows.jsonl:3"],
        ),
        ("broken-first.jsonl", 1, ["answer-truncated"], ["broken-first.jsonl:2"], ["broken-first.jsonl:1"]),
        ("pretty.json", 1, [], ["pretty.json"], []),
        ("fenced.jsonl", 2, [], ["fenced.jsonl"] * 2, []),
        ("batch.out", 1, ["answer-truncated"], ["batch.out:1"], ["batch.out:2"]),
        ("marked.jsonl", 1, [], ["marked.jsonl:1"], []),
        ("list.json", 1, ["answer-truncated"], ["list.json row 0"], ["list.json row 1"]),
    ],
)
def test_files(validator, tmp_path, monkeypatch, name, count, failures, at, failed_at):
    monkeypatch.chdir(tmp_path)
    pathlib.Path(name).write_text(FILES[name], "utf-8")
    parsed = validator.parse(name)
    assert (len(parsed.rows), [one.code for one in parsed.failures]) == (count, failures)
    assert places(parsed) == (at, failed_at)
    compressed = pathlib.Path(f"{name}.gz")
    compressed.write_bytes(gzip.compress(FILES[name].encode()))
    assert rows(validator.parse(compressed)) == rows(parsed)


def test_folders_and_patterns(validator, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "a.txt": TEXT,
        "b/c.md": "nothing",
        "b/d.csv": "x",
        ".hidden.txt": "x",
        "_b/x.txt": "x",
    }.items():
        path = pathlib.Path("in", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    pathlib.Path("in/a.jsonl.failures.jsonl").write_text("x")
    parsed = validator.parse("in")
    assert (rows(parsed), [one.place for one in parsed.failures]) == ([ROW], ["in/b/c.md"])
    assert sorted(parsed.report.skipped) == ["in/a.jsonl.failures.jsonl", "in/b/d.csv"]
    assert rows(validator.parse(["in/a.txt", pathlib.Path("in/a.txt")])) == [ROW, ROW]
    assert rows(validator.parse("in/*")) == rows(validator.parse("in/*.txt")) == [ROW]
    pathlib.Path("empty").mkdir()
    for nothing in ("empty", "missing.txt", "in/*.xyz"):
        parsed = validator.parse(nothing)
        assert not parsed.report.ok
        assert parsed.report.sample[0].file == nothing


def test_a_name_of_a_file_is_a_path_and_other_texts_are_answers(validator, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pathlib.Path("Sorry").write_text(TEXT)
    assert rows(validator.parse("Sorry")) == rows(validator.parse([pathlib.Path("Sorry")])) == [ROW]
    for text in ("/", ".", "..", "No folder.", "missing", ""):
        assert [one.text for one in validator.parse(text).failures] == [text]
    for text in (tmp_path / "Sorry", tmp_path, "/", "/etc/passwd"):
        assert [one.text for one in validator.parse([str(text)]).failures] == [str(text)]
    assert [one.text for one in validator.parse(["Sorry", "No."]).failures] == ["Sorry", "No."]
    assert validator.parse("missing.jsonl").report.sample[0].code == "unreadable"
    assert [one.text for one in validator.parse(["a\0b", "x" * 5000]).failures] == ["a\0b", "x" * 5000]


def test_standard_input(validator, monkeypatch):
    monkeypatch.setattr(
        "sys.stdin", io.TextIOWrapper(io.BytesIO(f"{json.dumps(RESPONSE)}\n{json.dumps(CUT)}".encode()))
    )
    parsed = validator.parse("-")
    assert (rows(parsed), places(parsed)) == (
        [ROW | {"x_request_id": "r1"}],
        (["standard input:1"], ["standard input:2"]),
    )


@pytest.mark.parametrize(
    ("content", "got"),
    [
        (b"PK\x03\x04" + b"." * 26 + b"xl/", "a workbook"),
        ("语".encode("utf-16"), "UTF-16"),
        (b"%PDF-1.7", "a PDF"),
    ],
)
def test_other_formats_are_refused(validator, tmp_path, content, got):
    path = tmp_path / "answers.txt"
    path.write_bytes(content)
    (finding,) = validator.parse(path).report.sample
    assert (finding.expected, finding.got) == ("text, JSON Lines or JSON", got)


@pytest.mark.parametrize("start", ["", '{"a": 1}\n', "{\n"])
def test_long_answers_are_failures(validator, tmp_path, start):
    path = tmp_path / "answers.jsonl"
    path.write_text(start + "x" * (9 << 20))
    assert [one.code for one in validator.parse(path).failures][-1:] == ["line-too-long"]


def test_the_report_counts_answers(validator):
    parsed = validator.parse([TEXT, "Sorry.", "No.", f"{TEXT[:-1]},}}", "{"])
    report = parsed.report
    assert (report.rows, report.valid, report.invalid, report.unit) == (5, 2, 3, "text")
    assert report.summary == "3 of 5 texts failed: 3 errors, 1 warning; 1 finding not in the sample"
    assert repr(parsed) == "<Parsed: 2 rows; <Report: 3 of 5 texts failed: 3 errors, 1 warning>>"
    assert validator.parse([TEXT]).report.summary == "1 text, no finding"
    assert validator.parse([f"{TEXT[:-1]},}}"]).report.summary == "1 text parsed; 1 warning"
    assert json.loads(report.to_json())["unit"] == "text"
    jsonschema_rs.validate(output_schema("report"), json.loads(report.to_json()))
    with ki.Validator("translation", ignore=["answer-repaired", "answer-refused"]) as other:
        assert [one.code for one in other.parse(["Sorry.", f"{TEXT[:-1]},}}"]).report.sample] == [
            "answer-refused"
        ]


def test_a_failure_is_json_and_can_be_pickled(validator):
    (failure,) = validator.parse(CUT).failures
    assert str(failure) == (
        'row 0: answer-truncated: expected a complete answer, got "length"; '
        "raise the limit of output tokens, or ask for fewer rows at once"
    )
    jsonschema_rs.validate(output_schema("failure"), json.loads(failure.to_json()))
    assert json.loads(failure.to_json())["text"] == "[{"
    assert pickle.loads(pickle.dumps(failure)) == failure
    (failure,) = validator.parse([{"a": 1}]).failures
    assert failure.text == '{"a": 1}'


def test_progress(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(f"{TEXT}\n" * 1000)
    seen = []
    with ki.Validator("translation", progress=lambda state: seen.append(state.rows)) as validator:
        validator.parse(path)
        assert max(seen) > 256
        seen.clear()
        validator.parse(["x"] * 1000)
    assert seen


def test_a_closed_validator_is_refused():
    validator = ki.Validator("translation")
    validator.close()
    with pytest.raises(RuntimeError, match="expected an open validator"):
        validator.parse(TEXT)


class Broken:
    """An object that is neither a text nor a response."""

    def __repr__(self):
        return "<broken>"


@pytest.mark.parametrize(
    ("data", "wanted", "failures"),
    [
        (
            {"q1": TEXT, "q2": None, "q3": "Sorry."},
            ["q1"],
            [("q2", "answer-empty"), ("q3", "answer-refused")],
        ),
        ({"q1": Dumped(RESPONSE), "q2": Dumped(CUT)}, ["r1"], [("r2", "answer-truncated")]),
        ({"q1": TEXT, "q2": TimeoutError("late")}, ["q1"], [("q2", "answer-failed")]),
        (
            [TEXT, TimeoutError("late"), Broken()],
            [None],
            [(None, "answer-failed"), (None, "answer-without-rows")],
        ),
        ({"q1": 3}, [], [(None, "answer-without-rows")]),
        ([Dumped(ROW)], [None], []),
        (json.dumps({"q1": TEXT, "q2": "Sorry."}), ["q1"], [("q2", "answer-refused")]),
        (json.dumps({"q1": {"choices": []}, "q2": 1}), [], [(None, "answer-without-rows")]),
        (json.dumps([{"id": "a", "answer": TEXT}, {"id": 7, "answer": ""}]), ["a"], [("7", "answer-empty")]),
        (json.dumps({"a": {"0": TEXT}}), [None], []),
        (
            json.dumps({"id": {"0": "x", "1": "y"}, "answer": {"0": TEXT, "1": "no"}}),
            [],
            [(None, "answer-without-rows")],
        ),
    ],
)
def test_answers_by_id(validator, data, wanted, failures):
    parsed = validator.parse(data)
    assert [row.get("x_request_id") for row in parsed.rows] == wanted
    assert [(one.request_id, one.code) for one in parsed.failures] == failures
    for failure in parsed.failures:
        jsonschema_rs.validate(output_schema("failure"), json.loads(failure.to_json()))


@pytest.mark.parametrize("name", ["answers.csv", "answers.tsv.gz", "answers.parquet", "answers.txt"])
def test_tables_are_refused(validator, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"PAR1" if name.endswith("txt") else b"id,answer\n")
    (finding,) = validator.parse(path).report.sample
    assert str(finding).endswith(
        "unreadable: expected text, JSON Lines or JSON, got a table; "
        "read the file, and pass its column of answers"
    )


def test_a_result_that_is_not_complete_is_no_data(validator):
    parsed = validator.parse("missing.jsonl")
    with pytest.raises(ki.InputError, match="got a Parsed whose input could not be read to its end"):
        validator.fix(parsed)
