"""Whether the fault of a quote is in its words, as checkers of printed quotes define it.

Case, punctuation and white space are not words; words in square brackets are the editor's, and `..` or
more marks an omission. So a checker of words is right to accept such differences.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["MARKERS", "WORDS", "letters", "quotes", "words_differ"]

WORDS = "words"
"""The words differ."""
MARKERS = "words in brackets"
"""They differ only in bracketed text."""
Passages = Mapping[str, tuple[str, str]]
"""By claim: its passage, and its English."""


def quotes(row: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the objects with a quote: the row, or its references."""
    held = row.get("references")
    for one in (row, *(held if isinstance(held, list) else ())):
        if isinstance(one, dict) and isinstance(one.get("quote"), str):
            yield one


def letters(text: str) -> str:
    """Return the letters and digits of a text, in one case."""
    return "".join(mark for mark in text if mark.isalnum()).casefold()


def words_differ(row: Mapping[str, Any], passages: Passages) -> str:
    """Return how the words of the quotes of a row differ from the source; empty if they do not."""
    found = ""
    for one in quotes(row):
        if not isinstance(one.get("claim_id"), str):
            continue  # of nothing
        place = passages.get(one["claim_id"].strip())
        if place is None:
            return WORDS  # of a text that is not there
        passage = letters(place[one.get("quote_of") == "text_en"])
        if not _occurs(re.sub(r"\[.*?\]", " ", one["quote"]), passage):
            return WORDS
        if not _occurs(one["quote"], passage):
            found = MARKERS
    return found


def _occurs(quote: str, passage: str) -> bool:
    return all(letters(part) in passage for part in re.split(r"\.{2,}", quote))
