"""The pages that the tests open: of the shipped claims, of other corpora, and of reports."""

import gzip
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from corpora.make import BY as BY_MODEL
from corpora.make import NAMES, Book

import kaiser_interview as ki
from kaiser_interview.corpus.files import CorpusClaim, Heading
from kaiser_interview.storage import digest

__all__ = [
    "CORPORA",
    "IDS",
    "OPTIONS",
    "REPORTS",
    "ROWS",
    "corpus_of",
    "page_of",
    "report_of",
    "small_corpus",
]

ROWS = Path(__file__).parents[2] / "docs" / "examples" / "out.jsonl"
OPTIONS: dict[str, Any] = {
    "kind": "translation",
    "defaults": {"language": "en", **BY_MODEL},
    "complete": ("language", "creator"),
}
"""The options that the documentation gives for `ROWS`."""

IDS = (
    "a b",
    "\"quoted\" 'id'",
    "<b>&amp;",
    "#1",
    "100%",
    "%41",
    "../x?y=z",
    "论语-一",
    "אבג",
    "x" * 200,
    "tab\there",
)
"""Ids that a permalink has to encode, and ids that only look as if they were encoded."""


def corpus(texts: dict[str, str], claims: list[tuple[str, str, str, dict[str, Any]]], titles: tuple = ()):
    """Return a corpus of claims (id, source id, text, columns) and headings (id, source id, text)."""
    held = {}
    for claim_id, source_id, text, columns in claims:
        source = texts[source_id]
        start = source.index(text)
        end = start + len(text)
        place = (source_id, source, text, start, end, end, digest(text.encode("utf-8", "replace")))
        english = columns.get("text_en")
        held[claim_id] = CorpusClaim(claim_id, *place, english, {}, None, {"text": text, **columns})
    headings = tuple(
        Heading("heading", name, text, texts[source_id].index(text), None, source_id)
        for name, source_id, text in titles
    )
    return ki.Corpus(held, texts, headings)


def odd() -> ki.Corpus:
    """Return claims that span lines, overlap, are the same passage, or are a whole document; no English."""
    lines = "Title\n\nFirst line,\nsecond line.\nWater is wet and cold in winter.\n\nEnd.\n"
    whole = "Part one\nThe whole document is one claim.\nIts last line."
    many = "".join(f"Claim {number} has an odd id.\n" for number in range(len(IDS)))
    return corpus(
        {"lines": lines, "whole": whole, "ids": many},
        [
            ("across", "lines", "First line,\nsecond line.", {"tone": "plain", "year": "1900"}),
            ("wet", "lines", "Water is wet and cold", {"tone": "", "year": "1900"}),
            ("cold", "lines", "wet and cold in winter", {"tone": ["plain", "dry"], "year": "1901"}),
            ("same", "lines", "wet and cold in winter", {"tone": None, "year": None}),
            ("all", "whole", whole, {"tone": "dry", "year": "1900"}),
            ("inner", "whole", "one claim", {"tone": "plain", "year": "1901"}),
            *((name, "ids", f"Claim {at} has an odd id", {"tone": "plain"}) for at, name in enumerate(IDS)),
        ],
        (("title", "lines", "Title"), ("part", "whole", "Part one")),
    )


def large() -> ki.Corpus:
    """Return 5,000 claims."""
    lines = [
        f"Claim {number} of the text says that {number} is {'odd' if number % 2 else 'even'}."
        for number in range(5000)
    ]
    text = "\n".join(lines)
    held, at = {}, 0
    for number, line in enumerate(lines):
        place = ("text", text, line, at, at + len(line), at + len(line), digest(line.encode()))
        columns = {"parity": "odd" if number % 2 else "even"}
        held[f"n{number}"] = CorpusClaim(f"n{number}", *place, None, {}, None, columns)
        at += len(line) + 1
    return ki.Corpus(held, {"text": text})


def small_corpus() -> ki.Corpus:
    """Return a corpus of one claim, as `from_text` makes it."""
    return ki.Corpus.from_text("Tea is a drink.", unit="line")


@cache
def corpus_of(name: str) -> ki.Corpus:
    """Return a corpus by the name of its page."""
    if name in {"shipped", "rows"}:
        return ki.Corpus.from_files(ki.data_path())
    made: dict[str, Callable[[], ki.Corpus]] = {"odd": odd, "large": large, "small": small_corpus}
    return made[name]() if name in made else Book(name).corpus()


def _corpus_page(name: str) -> str:
    if name == "rows":
        return corpus_of(name).to_html(ROWS, **OPTIONS)
    if name in NAMES:
        book = Book(name)
        kind = book.kinds[0]
        rows = [row["row"] for row in book.rows(kind)]
        return corpus_of(name).to_html(rows, kind=kind, defaults=BY_MODEL)
    return corpus_of(name).to_html()


def not_complete() -> ki.Report:
    """Return the report of a file that ends within a compressed stream."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cut.jsonl.gz"
        path.write_bytes(gzip.compress(b'{"claim_id": "d01-c01"}\n' * 1000)[:-12])
        return ki.validate(path, kind="label")


def many_groups() -> ki.Report:
    """Return a report with hundreds of groups of findings."""
    rows = [
        {"claim_id": "d01-c99", "scheme": "topic", "value": f"value {number}"}
        | {f"field_{name}": number for name in range(number)}
        for number in range(0, 320, 5)
    ]
    return ki.validate(rows, kind="label")


def passed() -> ki.Report:
    """Return the report of a row without an error."""
    row = {"claim_id": "d01-c01", "translation": "Language is crucial.", "quote": "语言在时间维度上"}
    return ki.validate([row], kind="translation", defaults=OPTIONS["defaults"])


def failed() -> ki.Report:
    """Return the report of the rows in the documentation."""
    return ki.validate(ROWS, **OPTIONS)


REPORTS = {"passed": passed, "failed": failed, "not-complete": not_complete, "groups": many_groups}
CORPORA = ("shipped", "rows", "odd", *NAMES)


@cache
def report_of(name: str) -> ki.Report:
    """Return a report by the name of its page."""
    return REPORTS[name]()


@cache
def page_of(name: str) -> str:
    """Return a page by its name."""
    return report_of(name).to_html() if name in REPORTS else _corpus_page(name)
