"""What people read is in plain words: messages, help, docstrings, comments and all documents."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PLAIN = {
    r"gates?|judge[sd]?|verdict of a row": "validation, row validator, result",
    r"lanes?": "prefilter",
    r"untold|(?:is|are|was|were|be) told": "is reported",
    r"(?:un)?pin(?:s|ned)?": "digest, rows without a digest",
    r"remed(?:y|ies)|mend(?:s|ed|ing)?": "suggestion, fix",
    r"lacks?|bears?|bore": "has no, has",
    r"passed over": "skipped",
    r"one's own": "custom",
    r"(?<![.])walk(?:s|ed)?": "guide, traverse",
    r"(?:un)?packed": "compressed",
    r"stands?|stood": "occurs, is in, must be unique",
    r"anew": "again",
    r"put aside": "written to the rejects",
    r"wounds?|ladder|at wish|as many as pay|no evidence": "damage, order, optionally, by size, not a match",
}
AVOIDED = {re.compile(rf"\b(?:{words})\b", re.IGNORECASE): plain for words, plain in PLAIN.items()}

READ = sorted(
    [
        *ROOT.glob("*.md"),
        ROOT / "Makefile",
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "src").rglob("*.py"),
        *(ROOT / "tests" / "natural").glob("*.report.txt"),
    ]
)


def found(text: str) -> list[str]:
    """Return each word to avoid, with its line and what to write."""
    return [
        f"{number}: {match[0]} (write: {plain})"
        for number, line in enumerate(text.splitlines(), 1)
        for words, plain in AVOIDED.items()
        for match in words.finditer(line)
    ]


@pytest.mark.parametrize("path", READ, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_words_are_plain(path):
    assert found(path.read_text("utf-8")) == []


@pytest.mark.parametrize("words", ["a quote is told", "It stands in d05-c03", "the gate", "unpinned rows"])
def test_a_word_to_avoid_is_found(words):
    assert len(found(f"one line\n  {words}\n")) == 1
