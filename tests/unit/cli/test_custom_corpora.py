"""`find`, `claims`, `show` and `export` with a custom corpus."""

import csv
import io
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import kaiser_interview as ki

NOTES = """\
# Tea

Green tea is not fermented,
unlike black tea. [1]
"""


@pytest.fixture
def tea(tmp_path, monkeypatch):
    """Make a corpus in the folder `tea`, whose claims have columns of their own."""
    monkeypatch.chdir(tmp_path)
    ki.Corpus.from_text(NOTES, unit="paragraph", headings="markdown", markers="printed").to_files("tea")
    claims = tmp_path / "tea/claims.jsonl"
    row = json.loads(claims.read_text("utf-8")) | {"topic": ["tea", 1], "text_en": "In English."}
    row |= {"horizon": None, "a\x1bb": "c\x1bd", "markers": "[1]"}
    claims.write_text(json.dumps(row) + "\n", "utf-8")


def error(text):
    return (2, "", f"kaiser-interview: {text}\n")


pytestmark = pytest.mark.usefixtures("tea")

CLAIM = "Green tea is not fermented, unlike black tea."
CORPUS = "--against", "tea"
ONE_TYPE = "expected values of one Arrow type, got others; use jsonl"


def test_find(run):
    found = "claim c001, 7 to 16: exact match\n  passage  ⟦Green tea⟧ is not fermented,…\n"
    assert run("find", "Green tea", *CORPUS) == (0, found, "")
    code, out, err = run("find", "Green tea is fermented", *CORPUS)
    assert (code, out) == (
        1,
        "claim c001, 7 to 33: closest passage (not a match)\n"
        "  passage  Green tea is ⟦not ⟧fermented\n"
        "  given    Green tea is ⟦⟧fermented\n"
        "  context  ⟦Green tea is not fermented⟧, unlike black tea. [1]\n",
    )
    assert err == "to search for words, try: kaiser-interview claims Green tea is --against tea\n"


def test_claims(run):
    claim = f"# Tea\n    c001  {CLAIM} [1]\n          In English.\n1 claim\n"
    assert run("claims", *CORPUS) == (0, claim, "")
    assert run("claims", "GREEN", "english", "--topic", "1", *CORPUS) == (0, claim, "")
    assert run("claims", "mate", *CORPUS) == (0, "", "no claim matches\n")


def test_claims_below_headings_of_several_sources(run):
    _, out, _ = run("claims", "--against", ki.data_path())
    assert out.startswith("对话一:语言对于智能到底意味着什么\n    What does language really mean")
    ki.Corpus.from_text({"a": "x\n# h\ny\nz", "b": "w"}, unit="line", headings="markdown").to_files("two")
    assert run("claims", "--against", "two") == (
        0, "    a-c001  x\n# h\n    a-c002  y\n    a-c003  z\n    b-c001  w\n4 claims\n", "",
    )  # fmt: skip


def test_claims_as_json_and_csv(run):
    _, out, _ = run("claims", *CORPUS, "--format", "json")
    (row,) = json.loads(out)
    claim = ki.Corpus.from_files("tea").claim("c001")
    assert row == {"claim_id": "c001", "claim_sha256": claim.sha256} | claim.columns
    assert [*row][:7] == ["claim_id", "source_id", "text", "start", "end", "markers", "text_en"]
    assert [*row][-1] == "claim_sha256"
    assert run("show", "c001", *CORPUS, "--format", "jsonl")[1] == json.dumps(row) + "\n"
    _, out, _ = run("claims", *CORPUS, "--format", "csv")
    (cells,) = csv.DictReader(io.StringIO(out))
    assert [*cells] == [*row]
    assert (cells["topic"], cells["horizon"]) == ('["tea", 1]', "")


def test_labels_need_a_column(run):
    got = "a\\u001bb, dialogue_id, end, horizon, markers, source_id, start, text, text_en, topic"
    assert run("claims", "--claim-type", "x", *CORPUS) == error(
        f"--claim-type: expected claims with the column claim_type, got {got}"
    )
    assert run("claims", "--topic", "te", *CORPUS) == error(
        "topic: expected one of tea, 1, got 'te'; did you mean tea?"
    )
    assert run("claims", "--dialogue", "h001", *CORPUS)[1].endswith("1 claim\n")


def test_show(run):
    sha256 = ki.Corpus.from_files("tea").claim("c001").sha256
    assert run("show", "c001", *CORPUS) == (
        0,
        f"""\
c001
  text         {CLAIM}
  english      In English.
  markers      [1]
  heading      # Tea
  source       text
  place        code points 7 to 52 of 57, end exclusive
  context      # Tea  {CLAIM} [1]
  dialogue_id  h001
  topic        tea, 1
  a\\u001bb     c\\u001bd
  sha-256      {sha256}
""",
        "",
    )
    assert run("show", "c002", *CORPUS) == error(
        "claim: expected one of c001, got 'c002'; did you mean c001?"
    )
    ki.Corpus.from_text(f"{'a' * 20}\nbcd\n{'e' * 20}", unit="line").to_files("plain")
    assert (
        "  context     …aaaaaaaaaaaaaaa bcd eeeeeeeeeeeeeee…\n"
        in run("show", "c002", "--against", "plain")[1]
    )


@pytest.mark.parametrize("command", [["find", "x"], ["claims"], ["show", "x"], ["export", "out"]])
def test_a_corpus_that_cannot_be_read(run, command):
    assert run(*command, "--against", "") == error("--against: expected a folder, got nothing")
    assert run(*command, "--against", "none") == error(
        "none: expected a folder with the files of a corpus, got no such file or directory"
    )


def rows():
    """Return the rows of the exported tables: claims, sources and dialogues."""
    corpus = ki.Corpus.from_files("tea")
    claim = corpus.claim("c001")
    return {
        "claims": {"claim_id": "c001", "claim_sha256": claim.sha256} | claim.columns,
        "sources": {"source_id": "text", "text": NOTES},
        "dialogues": {
            "dialogue_id": "h001",
            "source_id": "text",
            "start": 0,
            "title": "# Tea",
            "title_en": None,
        },
    }


def test_export_as_json_lines_is_a_corpus(run):
    assert run("export", "out", *CORPUS) == (0, "3 files in out\n", "")
    for table, row in rows().items():
        text = Path(f"out/{table}.jsonl").read_text("utf-8")
        assert [json.loads(line) for line in text.splitlines()] == [row]
    assert ki.Corpus.from_files("out").digest == ki.Corpus.from_files("tea").digest


def set_columns(**columns):
    """Set columns of the claim, whose other columns have one type each."""
    claims = Path("tea/claims.jsonl")
    row = json.loads(claims.read_text("utf-8")) | {"topic": ["tea"]} | columns
    claims.write_text(json.dumps(row) + "\n", "utf-8")


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_export_as_arrow(run, form):
    set_columns()
    assert run("export", "out", "--format", form, *CORPUS) == (0, "3 files in out\n", "")
    for table, row in rows().items():
        path = f"out/{table}.{form}"
        read = pq.read_table(path) if form == "parquet" else pa.ipc.open_file(path).read_all()
        assert read.to_pylist() == [row]


def test_export_as_csv(run):
    assert run("export", "out", "--format", "csv", *CORPUS)[0] == 0
    (row,) = csv.DictReader(io.StringIO(Path("out/claims.csv").read_text("utf-8-sig")))
    assert (row["claim_id"], row["topic"], row["start"]) == ("c001", '["tea", 1]', "7")


def test_export_as_sqlite(run):
    set_columns()
    assert run("export", "out", "--format", "sqlite", *CORPUS) == (0, "1 file in out\n", "")
    database = sqlite3.connect("out/corpus.sqlite")
    query = (
        "SELECT claim_id, topic FROM claims JOIN claims_search USING (claim_id) WHERE claims_search MATCH ?"
    )
    assert database.execute(query, ["english"]).fetchall() == [("c001", '["tea"]')]
    assert database.execute("SELECT dialogue_id FROM dialogues").fetchall() == [("h001",)]
    database.close()


@pytest.mark.parametrize(
    ("form", "columns", "message"),
    [
        ("hub", {}, "--format hub: expected the shipped data, got a custom corpus; use parquet"),
        ("arrow", {"a": ["x", 1]}, f"claims: column a: {ONE_TYPE}"),
        ("parquet", {"a": 1 << 70}, f"claims: column a: {ONE_TYPE}"),
        ("parquet", {"a": {}}, "claims: expected objects with fields, got an empty one; use jsonl"),
        ("sqlite", {"TEXT": "x"},
         "claims: expected columns whose names differ if case is ignored and have no U+0000, got claim_id, "
         "source_id, text, start, end, markers, text_en, dialogue_id, topic, horizon, a\\u001bb, TEXT, "
         "claim_sha256; use another format"),
    ],
)  # fmt: skip
def test_a_corpus_that_a_format_cannot_hold(run, form, columns, message):
    set_columns(**columns)
    assert run("export", "out", "--format", form, *CORPUS) == error(message)


def test_a_match_of_a_whole_passage_has_no_context(run):
    ki.Corpus.from_text("Mate", unit="line").to_files("mate")
    assert run("find", "mate", "--against", "mate") == (
        0,
        "claim c001, 0 to 4: differs only in case or typography\n  passage  ⟦Mate⟧\n  given    ⟦mate⟧\n",
        "",
    )


def test_words_are_utf8_in_every_locale(tmp_path):
    ki.Corpus.from_text("模型 über", unit="line").to_files(tmp_path / "made")
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))}
    surroundings |= {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "POSIX"}
    for command in ("find", "claims"):
        done = subprocess.run(
            [sys.executable, "-m", "kaiser_interview", command, "模型", "--against", str(tmp_path / "made")],
            env=surroundings, capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert (done.returncode, "模型" in done.stdout, done.stderr) == (0, True, ""), command
