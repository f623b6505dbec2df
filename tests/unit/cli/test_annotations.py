"""`annotations`: write rows for review, and read them back."""

import io
import json
import sys
from pathlib import Path

import pytest
from web_annotation import check_document

import kaiser_interview as ki

BY = ["--kind", "translation", "--set", "language=en", "--set", "method=model", "--set", "creator=m"]
ROW = {"claim_id": "d05-c03", "translation": "Good 🧠.", "quote": "推理模型不增加参数数量"}
WRONG = ROW | {"quote": "推理模型增加参数数量"}


@pytest.fixture(autouse=True)
def _in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write("rows.jsonl", ROW)


def write(path: str, *rows: dict) -> None:
    Path(path).write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), "utf-8")


def read(path: str) -> str:
    return Path(path).read_text("utf-8")


def test_there_and_back(run):
    assert run("annotations", "rows.jsonl", *BY, "--output", "a.jsonld") == (
        0, "1 annotation in a.jsonld\n", ""
    )  # fmt: skip
    document = json.loads(read("a.jsonld"))
    check_document(document)
    assert document["first"]["items"][0]["creator"]["name"] == "m"
    assert run("annotations", "a.jsonld", "--to-rows", "--output", "b.jsonl") == (0, "1 row in b.jsonl\n", "")
    assert read("b.jsonl") == read("rows.jsonl")


def test_the_exit_code_is_that_of_validate(run):
    write("rows.jsonl", ROW, WRONG)
    code, out, err = run("annotations", "rows.jsonl", *BY, "--output", "a.jsonld")
    assert (code, out, err) == (1, "2 annotations in a.jsonld\n", "")
    assert "quote-not-found" in read("a.jsonld")


def test_a_line_that_is_no_object_is_kept(run):
    Path("rows.jsonl").write_text('{"claim_id": \n[1]\n', "utf-8")
    assert run("annotations", "rows.jsonl", *BY, "--output", "a.jsonld")[0] == 1
    assert run("annotations", "a.jsonld", "--to-rows", "--output", "b.jsonl")[0] == 0
    assert read("b.jsonl") == read("rows.jsonl")


def test_rows_of_an_array_are_each_on_a_line(run):
    Path("rows.json").write_text('[\n{"claim_id": "d05-c03"},\n[1,\n2]\n]', "utf-8")
    assert run("annotations", "rows.json", *BY, "--output", "a.jsonld")[0] == 1
    assert run("annotations", "a.jsonld", "--to-rows", "--output", "b.jsonl")[0] == 0
    assert read("b.jsonl") == '{"claim_id": "d05-c03"}\n[1, 2]\n'


def test_a_custom_corpus_and_standard_input(run, monkeypatch):
    ki.Corpus.from_text("Tea 🍵 is a drink.", unit="line").to_files("tea")
    write("rows.jsonl", {"claim_id": "c001", "translation": "…", "quote": "🍵 is a"})
    against = ["--against", "tea/"]
    assert run("annotations", "rows.jsonl", *against, *BY, "--output", "a.jsonld")[0] == 0
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(Path("a.jsonld").read_bytes())))
    back = ["annotations", "-", "--to-rows", "--output", "b.jsonl"]
    assert run(*back, *against) == (0, "1 row in b.jsonl\n", "")
    assert read("b.jsonl") == read("rows.jsonl")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(Path("a.jsonld").read_bytes())))
    code, out, err = run(*back, "--force")
    assert (code, out) == (2, "")
    assert err.startswith(
        "kaiser-interview: standard input: first.items[0].target.source: expected a text of"
    )


def test_no_file_is_replaced_without_force(run):
    Path("a.jsonld").write_text("mine", "utf-8")
    call = ["annotations", "rows.jsonl", *BY, "--output", "a.jsonld"]
    words = "a.jsonld: already exists; use --force to replace it, or another --output"
    assert run(*call) == (2, "", f"kaiser-interview: {words}\n")
    assert read("a.jsonld") == "mine"
    assert run(*call, "--force")[0] == 0


def test_nothing_is_written_without_all_rows(run):
    code, out, err = run("annotations", "none.jsonl", *BY, "--output", "a.jsonld")
    assert (code, out) == (2, "")
    assert err.startswith("error unreadable\n  none.jsonl")
    assert err.endswith("kaiser-interview: nothing was written\n")
    assert not Path("a.jsonld").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["rows.jsonl", "--output", ""], "--output: expected a file, got nothing"),
        (["rows.jsonl", "--output", "-"], "--output: expected a file, got standard output"),
        (
            ["rows.jsonl", "--output", "rows.jsonl", "--force"],
            "rows.jsonl: expected a file other than the input",
        ),
        (
            ["rows.jsonl", "--output", "no/a.jsonld"],
            "no/a.jsonld: No such file or directory; nothing was written",
        ),
        (
            ["rows.jsonl", "--to-rows", "--output", "a.csv"],
            "--output a.csv: expected a file of JSON Lines: .jsonl, .ndjson",
        ),
        (
            ["rows.jsonl", "--to-rows", "--output", "a.jsonl", "--kind", "label"],
            "--kind: expected rows to apply it to, got --to-rows; give it to `validate`",
        ),
        (
            ["rows.jsonl", "a.jsonld", "--to-rows", "--output", "a.jsonl"],
            "PATH: expected one file of annotations, got 2",
        ),
        (["", "--to-rows", "--output", "a.jsonl"], "PATH: expected a file, got nothing"),
        (["none.jsonld", "--to-rows", "--output", "a.jsonl"], "none.jsonld: No such file or directory"),
        (
            ["rows.jsonl", "--to-rows", "--output", "rows.jsonl", "--force"],
            "rows.jsonl: expected a file other than the input",
        ),
        (
            ["rows.jsonl", "--to-rows", "--output", "a.jsonl"],
            "rows.jsonl: annotations: expected an AnnotationCollection, an AnnotationPage, an Annotation or "
            "a list of annotations, got an object without a type",
        ),
    ],
)
def test_what_is_refused(run, arguments, words):
    before = read("rows.jsonl")
    assert run("annotations", *arguments) == (2, "", f"kaiser-interview: {words}\n")
    assert read("rows.jsonl") == before
    assert not Path("a.jsonl").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "expected valid JSON, got nothing"),
        (
            '[\n{"type": "Annotation",\n',
            "expected valid JSON, got the end of the text inside a value at the end of line 2",
        ),
        ('[{"start": NaN}]', "[0].start: expected a finite number (64-bit float), got NaN"),
    ],
)
def test_a_file_that_is_not_json(run, text, words):
    Path("a.jsonld").write_text(text, "utf-8")
    code, out, err = run("annotations", "a.jsonld", "--to-rows", "--output", "a.jsonl")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"kaiser-interview: a.jsonld: {words}")
    assert "row" not in err
