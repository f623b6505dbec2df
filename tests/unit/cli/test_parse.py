"""The three commands from raw output to valid rows, with the failures carried along."""

import gzip
import json
from pathlib import Path

import pytest

ROW = {"claim_id": "d05-c03", "quote": "推理模型不增加参数数量", "translation": "x"}
WRONG = ROW | {"quote": "推理模型增加参数数量"}
LINES = f"{json.dumps(ROW)}\n{json.dumps([ROW, WRONG])}\nSorry.\n"
KIND = ["--kind", "translation", "--set", "language=en", "--set", "method=model", "--set", "creator=m"]


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("answers.jsonl").write_text(LINES, "utf-8")


def count(name):
    return len(Path(name).read_bytes().splitlines())


def test_from_answers_to_valid_rows(run):
    code, out, _ = run("parse", "answers.jsonl", "--kind", "translation", "--output", "rows.jsonl")
    assert code == 1
    assert out == (
        "error answer-refused\n"
        '  answers.jsonl:3  expected rows as JSON, got "Sorry."\n\n'
        "1 of 3 texts failed: 1 error\n"
        "3 rows in rows.jsonl\n"
        "1 failure in rows.jsonl.failures.jsonl\n"
    )
    assert json.loads(Path("rows.jsonl").read_text("utf-8").splitlines()[0]) == ROW | {
        "x_text": "answers.jsonl:1"
    }
    code, out, _ = run("fix", "rows.jsonl", *KIND, "--output", "fixed.jsonl")
    assert code == 1
    assert out.endswith("\n1 failure in fixed.jsonl.failures.jsonl\n")
    code, out, _ = run("split", "fixed.jsonl", *KIND, "--valid", "good.jsonl", "--rejects", "again.jsonl")
    assert code == 1
    assert "2 rows in good.jsonl, 1 in again.jsonl\n1 failure in again.jsonl.failures.jsonl\n" in out
    files = [f"{name}.jsonl.failures.jsonl" for name in ("rows", "fixed", "again")]
    assert {Path(name).read_bytes() for name in files} == {Path(files[0]).read_bytes()}


def test_without_failures_the_exit_code_is_0(run):
    Path("answers.jsonl").write_text(json.dumps(ROW))
    Path("rows.jsonl.gz.failures.jsonl").write_text("old")
    code, out, _ = run("parse", "answers.jsonl", "--output", "rows.jsonl.gz")
    assert (code, out) == (0, "1 text, no finding\n1 row in rows.jsonl.gz\n")
    assert count("rows.jsonl.gz.failures.jsonl") == 0
    assert json.loads(gzip.decompress(Path("rows.jsonl.gz").read_bytes())) == ROW | {
        "x_text": "answers.jsonl:1"
    }


@pytest.mark.parametrize("form", ["json", "jsonl", "github"])
def test_other_formats_have_only_the_report(run, form):
    code, out, _ = run("parse", "answers.jsonl", "--output", "rows.jsonl", "--format", form)
    assert code == 1
    assert "rows in" not in out
    assert "answer-refused" in out


def test_an_input_that_cannot_be_read(run):
    code, out, _ = run("parse", "answers.jsonl", "missing.jsonl", "--output", "rows.jsonl")
    assert code == 2
    assert "missing.jsonl" in out
    assert not Path("rows.jsonl").exists()
    assert not Path("rows.jsonl.failures.jsonl").exists()


def test_arguments_are_paths(run):
    Path("answers").mkdir()
    Path("answers/a.txt").write_text(json.dumps(ROW))
    Path("no extension").write_text(json.dumps(ROW))
    code, out, _ = run("parse", "answers", "no extension", "--output", "rows.jsonl")
    assert code == 0
    assert out.startswith("2 texts, no finding\n2 rows in rows.jsonl\n")


def test_a_folder_without_texts(run):
    Path("empty").mkdir()
    code, out, _ = run("parse", "empty", "--output", "rows.jsonl")
    assert code == 1
    assert out.startswith("error no-rows\n  empty  expected at least one row, got none\n")


@pytest.mark.parametrize("name", ["rows.csv", "rows.json", "rows.parquet", "-", "rows"])
def test_the_output_is_json_lines(run, name):
    code, _, err = run("parse", "answers.jsonl", "--output", name)
    assert code == 2
    assert f"--output {name}: expected a file of JSON Lines: .jsonl, .ndjson, .jsonl.gz, .jsonl.zst" in err


def test_the_output_is_not_an_input(run):
    code, _, err = run("parse", "answers.jsonl", "--output", "answers.jsonl")
    assert code == 2
    assert "expected a file other than the input" in err
    assert Path("answers.jsonl").read_text("utf-8") == LINES


def test_an_output_that_cannot_be_written(run):
    code, _, err = run("parse", "answers.jsonl", "--output", "missing/rows.jsonl")
    assert code == 2
    assert "missing/rows.jsonl: No such file or directory; nothing was written" in err


def test_failures_alone_are_errors(run):
    Path("answers.jsonl").write_text(f"{json.dumps(ROW)}\nSorry.\n")
    assert run("parse", "answers.jsonl", "--output", "rows.jsonl")[0] == 1
    code, out, _ = run("fix", "rows.jsonl", *KIND, "--output", "fixed.jsonl")
    assert (code, out.splitlines()[-1]) == (1, "1 failure in fixed.jsonl.failures.jsonl")
    code, out, _ = run("split", "fixed.jsonl", *KIND, "--valid", "good.jsonl", "--rejects", "again.jsonl")
    assert code == 1
    assert "1 row in good.jsonl, 0 in again.jsonl\n1 failure in again.jsonl.failures.jsonl\n" in out
    assert run("validate", "good.jsonl", "--kind", "translation")[0] == 0
