"""Answers of language models: each gives rows or a failure, and no text of a row is made up or cut."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import kaiser_interview as ki
from kaiser_interview.raw_output import almost_json
from kaiser_interview.raw_output.values import values_in
from kaiser_interview.validation.findings.finding import Fault

from .draws import Draws, folder
from .oracle import NotJsonError, strict

__all__ = ["SEEDS", "TOKENS", "check", "seed", "strings_in"]

SEEDS = ("*.jsonl", "*.json")
TOKENS = [
    "{", "}", "[", "]", ":", ",", '"', "'", "\\", "\n", " ", "```", "```json\n", "~~~\n",
    "<think>", "</think>", "<answer>", "</answer>",
    "null", "None", "True", "NaN", "//", "#", "/*", "*/", "“", "”", "：", "，", "…",
    '"claim_id":', "'claim_id':", "claim_id:", '{"claim_id":"d01-c01","quote":"a"}', '"a":', ",}", '\\"',
    "\\n", "\\u4e2d", "&quot;", "语", "🧠",
    '{"choices":[{"message":{"content":"', '"custom_id":"a",', "1.5", "-0",
]  # fmt: skip
FOLDER = folder()
# Fences and reasoning.
MARKUP = re.compile(r"[`~<\u25c1]|THINK")
# Those, and comments, escapes and numbers, whose letters differ from those of the value.
OTHER = re.compile(rf"{MARKUP.pattern}|//|/\*|[#\\&0-9]")
# What may be spelled in several ways: escapes and their characters, quotation marks, and punctuation.
MARKS = re.compile(r"\\u[0-9a-fA-F]{4}|\\.|[^\w]|_", re.DOTALL)


ANSWERS = (
    b"{'claim_id': 'd01-c01', 'quote': 'a',}",
    b'Here: [{"claim_id": "d01-c01", "quote": "a "b" c"}, {claim_id: "x", value: None}]',
    b'<think>{"claim_id"</think>\n```json\n{"claim_id": "a", // b\n "quote": "c\nd"}\n```\n',
    b'{"choices": [{"message": {"content": "{\\"claim_id\\": 1}"}}], "custom_id": "a"}',
    b'{"a": "b}',
)


def seed(data: bytes) -> list[bytes]:
    """Return the lines of a file, and other answers, in three forms."""
    lines = data[:3000].split(b"\n")[:3]
    return [bytes((form,)) + line for form in range(3) for line in (*lines, *ANSWERS)]


@lru_cache
def _validator() -> ki.Validator:
    return ki.Validator("label")


def check(data: bytes) -> None:
    """Parse an answer, and compare what comes out with the text."""
    draws = Draws(data)
    form = draws.pick(["text", "file", "lines"])
    body = draws.rest()
    text = body.decode("utf-8", "replace")
    if form == "text":
        _values(text)
    parsed = _validator().parse({"a": text} if form == "text" else _file(body, form))
    report = parsed.report
    assert report.rows == report.valid + report.invalid
    assert report.invalid == len(parsed.failures)
    assert bool(parsed.rows) == bool(report.valid)
    for row in parsed.rows:
        json.dumps(row)
    if len(text) < 1 << 12:
        _texts([{name: one for name, one in row.items() if name[:2] != "x_"} for row in parsed.rows], text)


def _file(body: bytes, form: str) -> str:
    path = FOLDER / ("answer.txt" if form == "file" else "answers.jsonl")
    path.write_bytes(body)
    return str(path)


def _values(text: str) -> None:
    """Compare the values in a text with the oracle's, or with its letters if it is almost JSON."""
    found = values_in(text)
    try:
        value = strict(text.encode("utf-8"))
    except (NotJsonError, RecursionError):
        _repair(text)
        return
    if isinstance(value, dict) and value:
        others = (f"Here: {text}", f"```json\n{text}\n```")
        for one in (text, *(() if MARKUP.search(text) else others)):
            found = values_in(one)
            assert not isinstance(found, Fault), (found, one)
            assert _json([each.value for each in found]) == _json([value]), (found, one)


def _repair(text: str) -> None:
    """A repair loses and adds nothing but punctuation."""
    value = None if OTHER.search(text) else almost_json.repaired(text)
    if value is not None:
        letters, wanted = (MARKS.sub("", one).lower().replace("none", "null") for one in (text, _json(value)))
        assert letters == wanted, (text, value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _texts(rows: Any, text: str) -> None:
    """Every letter of a text in a row is in the answer, in the same order."""
    letters = MARKS.sub("", text)
    for one in strings_in(rows):
        assert MARKS.sub("", json.dumps(one, ensure_ascii=False)) in letters or "\\" in text or "&" in text, (
            one,
            text,
        )


def strings_in(value: Any) -> Iterator[str]:
    """Yield the names and texts in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield name
            yield from strings_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings_in(one)
