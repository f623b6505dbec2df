"""The project says about its source only what `raw/statements.toml` allows."""

import tomllib

import pytest
from statements import ALLOWED, ROOT, WHOLE, faults, sentences, shipped

LISTED = tomllib.loads((ROOT / "raw" / "statements.toml").read_text("utf-8"))
BASES = {"headline", "last line", "last two lines", "form of the text", "grammar"} | {
    "inferred", "unknown", "project"
}  # fmt: skip
FILES = {path.relative_to(ROOT).as_posix(): path for path in shipped()}


@pytest.mark.parametrize("name", FILES)
def test_every_sentence_about_the_source_is_allowed(name):
    wrong = {one: words for one in sentences(FILES[name]) if (words := faults(one))}
    assert wrong == {}, "see raw/statements.toml"


def test_the_files_that_people_read_are_among_them():
    assert {"README.md", "README.zh.md", "CITATION.cff", "REUSE.toml", "pyproject.toml", "docs/index.md"} <= {
        *FILES
    }
    assert {
        f"src/kaiser_interview/data/{name}" for name in ("README.md", "LICENSE.md", "croissant.json")
    } <= {*FILES}
    assert {"LICENSES/LicenseRef-Source-Text.txt", "schemas/v1/source.json", "raw/source.toml"} <= {*FILES}


def test_every_statement_names_its_source():
    for statement in LISTED["statement"]:
        assert {*statement} - {"whole"} == {"text", "basis", "read_from"}, statement
        assert statement["basis"] in BASES, statement
        assert statement["read_from"].strip()


def test_every_statement_is_in_use():
    said = {one for path in FILES.values() for one in sentences(path)}
    text = "\n".join(said)
    assert [one for one in ALLOWED if one not in text] == []
    assert said >= WHOLE


@pytest.mark.parametrize(
    "sentence",
    [
        "The summary that the outlet AI科技大本营 published on 2025-10-10.",
        "The copyright in this text is its publisher's.",
        "Lukasz Kaiser, a co-inventor of the Transformer.",
        "Each has the numbers of the paragraphs it rests on.",
        "Kaiser says that language is crucial.",
        "Its author is unknown, and AI科技大本营 owns it.",
        "The interviewer asks about language.",
        "本摘要由 AI科技大本营 发布。",
        "源文本的著作权属于其发布者。",
    ],
)
def test_another_sentence_is_found(sentence):
    assert faults(sentence)
