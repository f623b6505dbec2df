"""`browse`, and reports as HTML."""

import json
import webbrowser
from pathlib import Path

import pytest

import kaiser_interview as ki

BY = ["--kind", "translation", "--set", "language=en", "--set", "method=model", "--set", "creator=m"]


@pytest.fixture(autouse=True)
def _in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [{"claim_id": "d05-c03", "translation": "…", "quote": "推理模型增加参数数量"}]
    Path("rows.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")


def shipped() -> ki.Corpus:
    return ki.Corpus.from_files(ki.data_path())


def read(path: str) -> str:
    return Path(path).read_text("utf-8")


def test_browse(run):
    assert run("browse") == (0, "kaiser-interview.html\n", "")
    assert read("kaiser-interview.html") == shipped().to_html()


def test_no_file_is_replaced_without_force(run):
    Path("kaiser-interview.html").write_text("mine", "utf-8")
    words = "kaiser-interview.html: already exists; use --force to replace it, or --output"
    assert run("browse") == (2, "", f"kaiser-interview: {words}\n")
    assert read("kaiser-interview.html") == "mine"
    assert run("browse", "--output", "page.html")[0] == 0
    assert run("browse", "--force")[0] == 0
    assert read("kaiser-interview.html") == read("page.html") == shipped().to_html()


def test_rows(run):
    assert run("browse", "--rows", "rows.jsonl", *BY, "--output", "review.html") == (1, "review.html\n", "")
    page = read("review.html")
    assert "quote-not-found" in page
    assert "Rows with findings" in page


def test_no_page_without_all_rows(run):
    code, out, err = run("browse", "--rows", "none.jsonl", *BY)
    assert (code, out) == (2, "")
    assert err.startswith("error unreadable\n  none.jsonl")
    assert err.endswith("kaiser-interview: nothing was written\n")
    assert not Path("kaiser-interview.html").exists()


def test_the_rows_are_not_replaced(run):
    before = read("rows.jsonl")
    words = "rows.jsonl: expected a file other than the input"
    call = ["browse", "--rows", "rows.jsonl", *BY, "--output", "rows.jsonl", "--force"]
    assert run(*call) == (2, "", f"kaiser-interview: {words}\n")
    assert read("rows.jsonl") == before


def test_a_custom_corpus(run):
    ki.Corpus.from_text("Tea is a drink.", unit="line").to_files("tea")
    Path("rows.jsonl").write_text('{"claim_id": "c001", "translation": "…"}\n', "utf-8")
    assert run("browse", "--against", "tea/", "--rows", "rows.jsonl", *BY) == (0, "tea.html\n", "")
    assert "Rows valid" in read("tea.html")


def test_a_page_is_opened(run, monkeypatch):
    opened = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    assert run("browse", "--open")[0] == 0
    assert opened == [Path("kaiser-interview.html").absolute().as_uri()]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--kind", "label"], "--kind: expected --rows PATH to apply it to, got none"),
        (["--output", ""], "--output: expected a file, got nothing"),
        (["--output", "-"], "--output: expected a file, got standard output"),
        (["--rows", ""], "--rows: expected a file, got nothing"),
        (["--against", ""], "--against: expected a folder, got nothing"),
        (["--output", "none/page.html"], "none/page.html: No such file or directory; nothing was written"),
        (["--output", ".", "--force"], ".: Is a directory; nothing was written"),
    ],
)
def test_wrong_options(run, arguments, words):
    assert run("browse", *arguments) == (2, "", f"kaiser-interview: {words}\n")


def test_a_report(run):
    code, out, err = run("validate", "rows.jsonl", *BY, "--format", "html")
    by = {"language": "en", "method": "model", "creator": "m"}
    assert (code, err) == (1, "")
    assert out == ki.validate("rows.jsonl", kind="translation", defaults=by).to_html()
    split = ["split", "rows.jsonl", *BY, "--valid", "a.jsonl", "--rejects", "b.jsonl", "--format", "html"]
    code, out, err = run(*split)
    assert (code, err) == (1, "")
    assert "<code>b.jsonl</code>" in out
