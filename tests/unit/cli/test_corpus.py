"""`corpus init` and `corpus diff`: make a corpus of files, and compare two."""

import io
import json
import os
import shlex
import sys

import pytest

import kaiser_interview as ki

NOTES = "# Tea\n\nGreen tea is not fermented. [1]\nBlack tea is.\n"
LINES = ["--unit", "line", "--headings", "markdown", "--markers", "printed"]


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my notes.md").write_bytes(NOTES.encode())


def error(text):
    return (2, "", f"kaiser-interview: {text}\n")


def test_a_text_becomes_a_corpus(run, tmp_path):
    said = "2 claims and 1 heading of 1 text in tea/1; README.md has the next commands\n"
    assert run("corpus", "init", "my notes.md", *LINES, "--output", "tea/1") == (0, said, "")
    corpus = ki.Corpus.from_files("tea/1")
    assert corpus.sources == {"my notes": NOTES}
    assert (
        corpus.digest
        == ki.Corpus.from_text(
            {"my notes": NOTES}, unit="line", headings="markdown", markers="printed"
        ).digest
    )
    names = sorted(one.name for one in (tmp_path / "tea/1").iterdir())
    assert names == ["README.md", "claims.jsonl", "dialogues.jsonl", "sources.jsonl"]


def test_what_is_in_no_claim_is_counted(run, tmp_path):
    (tmp_path / "a.md").write_text("# T\n\nIt is\n\n- a\n- b [1]\n", "utf-8")
    (tmp_path / "b.md").write_text("- b\n- b", "utf-8")
    said = "4 claims and 1 heading of 2 texts in made; README.md has the next commands\n"
    said += "8 of 17 characters are in no claim or heading\n"
    options = ["--unit", "bullet", "--headings", "markdown", "--markers", "printed"]
    assert run("corpus", "init", "a.md", "b.md", *options, "--output", "made") == (0, said, "")


def test_the_commands_of_the_readme_run(run, tmp_path):
    run("corpus", "init", "my notes.md", *LINES, "--output", "a corpus")
    rows = [
        {"claim_id": "c001", "quote": "not fermented", "verdict": "mixed", "urls": []},
        {"claim_id": "c002", "quote": "Green tea", "verdict": "mixed", "urls": []},
    ]
    (tmp_path / "answers.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    text = (tmp_path / "a corpus" / "README.md").read_text("utf-8")
    assert text.startswith("# A corpus for kaiser-interview\n\n2 claims and 1 heading of 1 text.\n")
    commands = [line.removeprefix("$ ") for line in text.split("\n") if line.startswith("$ ")]
    codes = []
    for command in commands:
        program, *words = shlex.split(command)
        assert program == "kaiser-interview"
        codes.append((words[0], run(*words)[0]))
    assert codes == [("claims", 0), ("schema", 0), ("parse", 0), ("fix", 1), ("split", 1)]
    assert [row.claim_id for row in ki.read("good.jsonl", kind="verdict", against="a corpus")] == ["c001"]


def test_several_texts_have_the_names_of_their_files(run, tmp_path):
    (tmp_path / "b").mkdir()
    for path in ("茶.txt", "b/茶.txt", "水.txt"):
        (tmp_path / path).write_text("x\n", "utf-8")
    assert run("corpus", "init", "茶.txt", "水.txt", "--unit", "line", "--output", "one")[0] == 0
    assert [*ki.Corpus.from_files("one").claims] == ["茶-c001", "水-c001"]
    assert run("corpus", "init", "茶.txt", "b/茶.txt", "--unit", "line", "--output", "two")[0] == 0
    assert [*ki.Corpus.from_files("two").claims] == ["茶-c001", "b/茶-c001"]
    assert run("corpus", "init", "茶.txt", "茶.txt", "--unit", "line", "--output", "three") == error(
        "TEXT: expected texts with different names, got 茶.txt and another 茶"
    )


def test_standard_input(run, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("\ufeffa\r\nb".encode())))
    assert run("corpus", "init", "-", "--unit", "line", "--output", "made")[0] == 0
    # A byte order mark is not a character of the text. Line ends are.
    assert ki.Corpus.from_files("made").sources == {"stdin": "a\r\nb"}


def test_patterns(run, tmp_path):
    (tmp_path / "a.txt").write_text("TEA\nhot <1>\n", "utf-8")
    options = ["--unit", "line", "--headings", "[A-Z]+", "--markers", "<[0-9]>"]
    assert run("corpus", "init", "a.txt", *options, "--output", "made")[0] == 0
    corpus = ki.Corpus.from_files("made")
    assert (corpus.claim("c001").text, corpus.headings[0].text) == ("hot", "TEA")


def test_quotes(run, tmp_path):
    rows = [{"quote": "Green tea is not"}, {"quote": "Blue tea"}]
    (tmp_path / "rows.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    call = ["corpus", "init", "my notes.md", "--quotes", "rows.jsonl", "--output"]
    code, out, err = run(*call, "made")
    assert (code, err) == (1, "")
    assert out == (
        "error quote-not-found /quote\n"
        '  row 1  expected a passage of my notes, got "Blue tea"\n'
        "  → closest passage (not a match): my notes, 39 to 48: ⟦Black→Blue⟧ tea\n\n"
        "1 of 2 rows invalid: 1 error\n"
        "quotes exact: 1 of 2; claims: 1 of 1; 1 row without claim_sha256\n"
        "1 claim of 1 text in made; README.md has the next commands\n"
    )
    assert ki.Corpus.from_files("made").claim("c001").text == "Green tea is not"
    code, out, _ = run(*call, "json", "--format", "json")
    assert (code, json.loads(out)["invalid"]) == (1, 1)
    (tmp_path / "rows.jsonl").write_text('{"quote": "Blue"}\n', "utf-8")
    code, out, _ = run(*call, "none")
    assert (code, out.splitlines()[-1], (tmp_path / "none").exists()) == (1, "nothing was written", False)
    (tmp_path / "rows.jsonl").write_text('{"quote": "Tea"}\n', "utf-8")
    assert run(*call, "fine")[0] == 0
    assert run(*call[:-2], "missing.jsonl", "--output", "no")[0] == 2


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            "二、水".encode("gb18030"),
            "text.txt:1: expected UTF-8, got byte 0xb6; it may be GB18030 or Big5; "
            "check the output of iconv -f GB18030 -t UTF-8",
        ),
        (
            "茶".encode() * 9 + b"\n\xff",
            "text.txt:2: expected UTF-8, got byte 0xff; most of the file is UTF-8; "
            "this character is damaged or in another encoding",
        ),
        (b"a\x81\x00"[:2], "text.txt:1: expected UTF-8, got byte 0x81"),
        (
            "a".encode("utf-16"),
            "text.txt: expected UTF-8 text, got UTF-16 or other data; try iconv -f UTF-16 -t UTF-8",
        ),
        (
            b"a\0b",
            "text.txt: expected UTF-8 text, got UTF-16 or other data; try iconv -f UTF-16 -t UTF-8",
        ),
        (b" \n", "text: text: expected at least one line, got none"),
    ],
)
def test_files_that_are_not_texts(run, tmp_path, data, message):
    (tmp_path / "text.txt").write_bytes(data)
    assert run("corpus", "init", "text.txt", "--unit", "line", "--output", "made") == error(message)
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--output", "x"], "--unit, --quotes: expected one of them, got neither"),
        (
            ["--unit", "line", "--quotes", "q", "--output", "x"],
            "--unit, --quotes: expected one of them, got both",
        ),
        (["--unit", "line", "--output", ""], "--output: expected a folder, got nothing"),
        (
            ["--unit", "line", "--headings", "markdwn", "--output", "x"],
            "headings: expected one of markdown, numbered, got 'markdwn'; did you mean markdown?",
        ),
        (
            ["--unit", "line", "--markers", "[", "--output", "x"],
            "--markers [: expected a regular expression: unterminated character set at position 0",
        ),
        (
            ["--unit", "line", "--headings", "a{99999999999}", "--output", "x"],
            "--headings a{99999999999}: expected a regular expression: the repetition number is too large",
        ),
        (
            ["--quotes", "q", "--headings", "markdown", "--output", "x"],
            "--quotes: expected one text, and neither --headings nor --markers",
        ),
        (["--unit", "line", "--output", "my notes.md"], "my notes.md: File exists"),
    ],
)
def test_errors(run, options, message):
    assert run("corpus", "init", "my notes.md", *options) == error(message)


def test_a_folder_whose_name_is_not_text(run, tmp_path):
    name = os.fsdecode(b"out\xff")
    assert run("corpus", "init", "my notes.md", *LINES, "--output", name)[0] == 0
    assert "--against 'out\\udcff'" in (tmp_path / name / "README.md").read_text("utf-8")


def test_a_check_needs_a_folder(run):
    assert run("corpus", "check", "") == error("DIR: expected a folder, got nothing")


def test_files_that_cannot_be_read(run):
    assert run("corpus", "init", "none.md", "--unit", "line", "--output", "x") == error(
        "none.md: No such file or directory"
    )


def test_nothing_is_replaced(run, tmp_path):
    call = ["corpus", "init", "my notes.md", *LINES, "--output", "tea"]
    assert run(*call)[0] == 0
    assert run(*call) == error("--output tea: expected a new folder, got one with README.md; choose another")
    (tmp_path / "tea/README.md").unlink()
    assert run(*call) == error("tea: expected a new folder, got one with claims.jsonl; choose another")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["corpus", "int"], "command: expected one of {}, got 'int'; did you mean init?"),
        (["corpora"], "did you mean corpus?"),
    ],
)
def test_unknown_commands(run, words, message):
    code, _, err = run(*words)
    assert code == 2
    assert message.partition("{}")[2] or message in err


def test_the_help_of_the_group(run):
    code, out, _ = run("corpus", "--help")
    assert code == 0
    assert "\n  init   Make a corpus of your own texts.\n" in out


def test_check(run, tmp_path):
    run("corpus", "init", "my notes.md", *LINES, "--output", "tea")
    assert run("corpus", "check", "tea") == (0, "2 claims, no finding\n", "")
    claims = tmp_path / "tea" / "claims.jsonl"
    rows = [json.loads(line) for line in claims.read_text("utf-8").splitlines()]
    claims.write_text("".join(f"{json.dumps(row | {'start': 0})}\n" for row in rows), "utf-8")
    code, out, err = run("corpus", "check", "tea", "--format", "github", "--max-findings", "1")
    assert (code, err) == (1, "")
    assert out.startswith("::error file=tea/claims.jsonl,line=1,title=claim-misplaced /text::expected ")
    summary = "2 of 2 claims invalid: 2 errors; 1 finding not in the sample"
    assert out.endswith(f"\n::notice title=kaiser-interview::{summary}\n")
    report = json.loads(run("corpus", "check", "tea", "--format", "json")[1])
    assert (report["unit"], report["invalid"], report["errors"]) == ("claim", 2, 2)
    code, out, err = run("corpus", "check", "nowhere")
    assert (code, out.split("\n")[0], err) == (2, "error unreadable", "")


def test_two_corpora_are_compared(run, tmp_path):
    run("corpus", "init", "my notes.md", *LINES, "--output", "old")
    (tmp_path / "my notes.md").write_text(
        f"# Tea\u200b\n\nMate is\u200b brewed.\n{NOTES.removeprefix('# Tea')}", "utf-8"
    )
    run("corpus", "init", "my notes.md", *LINES, "--output", "new")
    listed = (
        "added  c001, 8 to 24: Mate is\\u200b brewed.\n"
        "moved  c001 → c002 to c002 → c003 (2 claims), by +20\n"
        "1 added, 2 moved\n"
    )
    assert run("corpus", "diff", "old", "new") == (1, listed, "")
    assert run("corpus", "diff", "new", "new") == (0, "no changes\n", "")


def test_folders_to_compare(run):
    assert run("corpus", "diff", "", "new") == error("OLD, NEW: expected two folders, got nothing for one")
    assert run("corpus", "diff", "none", "none") == error(
        "none: expected a folder with the files of a corpus, got no such file or directory"
    )
