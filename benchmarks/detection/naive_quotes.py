"""A naive implementation of the quote checks: whole texts, every place, no optimisation.

It shares only the published typography table with the package.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from kaiser_interview.corpus.typography import TABLE

__all__ = ["Passage", "Row", "markers", "naive", "outcome", "typography"]

Row = dict[str, Any]

_INVISIBLE = "\u00ad\u200b\u2060\ufeff"
_SHORT = 4
_REPLACEMENTS = {mark: replacement for replacement, marks in TABLE.items() for mark in marks}


class Passage(NamedTuple):
    """What a row may quote."""

    text: str
    """The passage itself."""
    whole: str
    """The text that offsets count in."""
    origin: int
    """Where in it the passage begins."""


def outcome(quoted: Passage, row: Row, elsewhere: Iterable[str], *, stale: bool) -> str:
    """Return the code of the first check that applies, or ``right``."""
    passage, whole, origin = quoted
    quote, start, end = row["quote"], row.get("quote_start"), row.get("quote_end")
    if start is not None and end is not None:
        if start < 0 or end > len(whole) or end <= start:
            return "quote-out-of-range"
        if origin <= start and end <= origin + len(passage) and whole[start:end] == quote:
            return "right"
    places = naive(passage, quote)
    if places and start is not None:
        return "quote-misplaced"
    if len(places) > 1:
        return "quote-ambiguous"
    if places:
        return "right" if len(quote) >= _SHORT else "quote-too-short"
    if any(naive(other, quote) for other in elsewhere):
        return "stale-claim" if stale else "quote-misattributed"
    # White space that is left at an end was beside a marker. A quote of only markers, or of only white space,
    # has no match.
    bare = quote if markers(quote) == quote else markers(quote).strip()
    if bare and naive(markers(passage), bare):
        return "quote-markers-differ"
    if typography(quote) and _occurs_folded(passage, typography(quote)):
        return "quote-typography-differs"
    return "quote-not-found"


def naive(passage: str, text: str) -> list[tuple[int, int]]:
    """Return every place where a text occurs in a passage."""
    return [
        (at, at + len(text))
        for at in range(len(passage) - len(text) + 1)
        if passage[at : at + len(text)] == text
    ]


def markers(text: str) -> str:
    """Return a text without markers."""
    return re.sub(r"\s*\[[0-9]+\]", "", text)


@lru_cache(10_000)
def typography(text: str) -> str:
    """Fold by the published table, step by step over the whole text."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(_REPLACEMENTS.get(mark, mark) for mark in text)
    text = "".join(mark for mark in text if not mark.isspace() and mark not in _INVISIBLE)
    return re.sub(r"\.\.+", "...", re.sub("-+", "-", text))


def _occurs_folded(passage: str, folded: str) -> bool:
    """Return whether a span of the passage folds to a text, of those that do not cut a folded character."""
    if folded not in typography(passage):
        return False
    cuts = _cuts(passage)
    # A cut splits the folded text as it splits the passage, so the text after a cut starts with the span.
    begins = [start for start in cuts if typography(passage[start:]).startswith(folded)]
    return any(typography(passage[start:end]) == folded for start in begins for end in cuts if start < end)


@lru_cache(1000)
def _cuts(passage: str) -> list[int]:
    return [
        cut
        for cut in range(len(passage) + 1)
        if typography(passage[:cut]) + typography(passage[cut:]) == typography(passage)
        and not (0 < cut < len(passage) and unicodedata.combining(passage[cut]))
    ]
