"""Validate quotes: compare each quote with its claim, code point by code point.

Checks run in a fixed order; the first that applies is reported. Matching is never approximate, because a
passage and its negation can differ in one character.
"""

import re
from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import NamedTuple

from ...corpus.corpus import Corpus
from ...corpus.files import CorpusClaim
from ...corpus.markers import fold_emphasis, fold_markers, without_markers
from ...corpus.search import LONGEST, Match, occurrences
from ...corpus.typography import fold_typography, least_folded, without_typography
from ..findings.display import shown
from ..findings.finding import Fault, Path
from .offset_units import FEW, Place, meant, more, offset_units, spans

__all__ = ["LEAST", "Quote", "Quotes", "explained", "marked", "proves"]

# Runs of characters that folding leaves unchanged. The last character before any other character is excluded,
# because NFKC may compose the two.
_PLAIN = re.compile("[\u4e00-\u9fffA-Za-z0-9]+(?=[\u4e00-\u9fffA-Za-z0-9]|\\Z)")

_MARKS = "\"'“”‘’„«»「」『』《》"

_MOST_MARKS = 3
"""The most nested quotation marks that are removed from around a quote."""

# Without ~~, which marks deleted text.
_EMPHASIS = re.compile(r"\*+|_+|`+")

_ELLIPSIS = re.compile(r"\s*(?:[\[(（]?(?:[…⋯]+|\.{3,})[\])）]?)\s*")

LEAST = 4
"""The minimum length, in code points, of a quote that proves which claim it is from."""


class Quote(NamedTuple):
    """A quote in a row, with its claim."""

    claim: CorpusClaim
    words: str
    start: int | None
    end: int | None
    of: str
    """`text` or `text_en`."""

    @property
    def whole(self) -> str:
        """The string that offsets refer to: the source, or the claim's English text."""
        return self.claim.source if self.of == "text" else self.claim.text_en or ""

    @property
    def passage(self) -> str:
        """The text that may be quoted: the claim's text with its markers, or its English text."""
        return self.claim.passage if self.of == "text" else self.claim.text_en or ""

    @property
    def origin(self) -> int:
        """The offset of the passage in `whole`."""
        return self.claim.start if self.of == "text" else 0

    @property
    def places(self) -> list[Place]:
        """Every place in the passage where the quote occurs."""
        return self._moved(occurrences(self.passage, self.words))

    @property
    def places_but_for_markers(self) -> list[Place]:
        """Every place where the quote occurs after removing markers from both."""
        bare = without_markers(self.words) if "[" in self.words else self.words
        # White space that is left at an end was next to a marker.
        bare = bare.strip() if bare != self.words else bare
        return self._moved(fold_markers(self.passage).places(bare))

    @property
    def places_but_for_typography(self) -> list[Place]:
        """Every place where the quote occurs after folding the typography of both."""
        passage = fold_typography(self.passage)
        # Runs that folding leaves unchanged must occur in the passage. This rules out most quotes early.
        if any(run not in passage.text for run in _PLAIN.findall(self.words)):
            return []
        # Skip folding for texts longer than the passage; it is slow and cannot match.
        if least_folded(self.words) > len(passage.text):
            return []
        return self._moved(passage.places(without_typography(self.words)))

    @property
    def places_but_for_emphasis(self) -> list[Place]:
        """Every place where the quote occurs after removing Markdown emphasis from the passage."""
        passage = self.passage
        if not any(sign in passage for sign in "*_`"):
            return []
        return self._moved(fold_emphasis(passage).places(self.words))

    def restored(self) -> tuple[str, Place] | None:
        """Return the exact text that the quote was copied from, and its place; None if that is not certain.

        The quote may differ in typography, in markers, in surrounding quotation marks and in Markdown
        emphasis. Its words must be the same, in the same order, and occur exactly once.
        """
        for words in _unwrapped(self.words):
            one = self._replace(words=words)
            for places in (
                one.places,
                one.places_but_for_markers,
                one.places_but_for_typography,
                one.places_but_for_emphasis,
            ):
                if places:
                    return (self.own_words(places[0]), places[0]) if len(places) == 1 else None
        return None

    def own_words(self, place: Place) -> str:
        """Return the exact text at a place."""
        return self.whole[place[0] : place[1]]

    def _moved(self, places: list[Place]) -> list[Place]:
        return [(self.origin + start, self.origin + end) for start, end in places]


def proves(words: str) -> bool:
    """Return whether an exact quote is long enough to prove which claim it is from."""
    return len(words) >= LEAST


class Quotes:
    """Validate quotes against a corpus."""

    def __init__(self, corpus: Corpus) -> None:
        self._passages = corpus.passages

    def fault(self, quote: Quote, path: Path, *, stale: bool) -> Fault | None:  # noqa: PLR0911 - one return per check
        """Return the fault of a quote; None if it is valid.

        Parameters
        ----------
        quote : Quote
            The quote.
        path : tuple
            The path of the object that contains it.
        stale : bool
            Whether the row was derived from an earlier text of the claim. If so, a quote that occurs
            elsewhere in the corpus is not a fault.
        """
        field = (*path, "quote")
        passage, words = quote.passage, quote.words
        if quote.start is not None and quote.end is not None:
            start, end, origin, whole = quote.start, quote.end, quote.origin, quote.whole
            if end <= start or end > len(whole):
                return _out_of_range(quote, (*path, "quote_start"))
            if origin <= start and end <= origin + len(passage) and whole[start:end] == words:
                return None
        if words in passage:
            return _without_offsets(quote, path) if quote.start is None else _misplaced(quote, path)
        for _ in self._passages.exact(words, quote.of):
            if stale:
                return None
            expected = f"a passage of {quote.claim.claim_id}"
            suggestion = partial(self._elsewhere, quote)
            return Fault("quote-misattributed", field, expected, lambda: shown(words), suggestion)
        places = quote.places_but_for_markers
        if places:
            return _differs("quote-markers-differ", quote, field, places)
        places = quote.places_but_for_typography
        if places:
            return _differs("quote-typography-differs", quote, field, places)
        expected = f"a passage of {quote.claim.claim_id}"
        if not passage:
            expected = f"a passage of {quote.claim.claim_id}, which has no English text in the corpus"
        return Fault("quote-not-found", field, expected, lambda: shown(words), lambda: self._hint(quote))

    def only_claim_with(self, words: str, of: str = "text") -> str | None:
        """Return the id of the claim that a quote occurs in, or None if it is not exactly one."""
        passages = self._passages.exact(words, of)
        claims = [*islice((one.record_id for one in passages if one.record == "claim"), 2)]
        return claims[0] if len(claims) == 1 else None

    def _elsewhere(self, quote: Quote) -> str:
        """Return the passages that a quote occurs in, and its offsets there."""
        found = [
            f"{one.record} {one.record_id} at {one.start + start} to {one.start + end}"
            for one in self._passages.exact(quote.words, quote.of)
            for start, end in occurrences(one.text, quote.words)
        ]
        return f"it occurs in {', '.join(found[:FEW])}{more(len(found))}"

    def _hint(self, quote: Quote) -> str | None:
        """Return a hint on the likely origin of a quote that was not found."""
        if not quote.words.strip() or len(quote.words) > LONGEST:
            return None
        other = "text" if quote.of == "text_en" else "text_en"
        if quote.words in quote._replace(of=other).passage:
            return f"it occurs in the claim's {other}: set quote_of to {other}"
        if own := quote.restored():
            return f"exact text at {spans([own[1]])}: {own[0]}"
        if hint := _without_ellipsis(quote):
            return hint
        match = self._passages.nearest(quote.words, quote.of) or self._passages.nearest(quote.words, other)
        if match is None:
            return None
        language = " in English" if match.of == "text_en" else ""
        language += " (quote_of: text_en)" if language and quote.of == "text" else ""
        place = f"{match.record_id}{language}, {match.start} to {match.end}"
        return f"closest passage (not a match): {place}: {marked(match)}"


def _unwrapped(words: str) -> Iterator[str]:
    """Yield a quote unchanged, without emphasis, and without surrounding quotation marks."""
    yield words
    bare = _EMPHASIS.sub("", words).strip()
    if bare and bare != words:
        yield bare
    for _ in range(_MOST_MARKS):
        inner = bare[1:-1].strip()
        if not inner or bare[0] not in _MARKS or bare[-1] not in _MARKS:
            return
        bare = inner
        yield bare


def _without_ellipsis(quote: Quote) -> str | None:
    """Return a hint for a quote with an ellipsis whose parts all occur in order; otherwise None."""
    parts = [part for part in _ELLIPSIS.split(quote.words) if part]
    if not parts or parts == [quote.words]:
        return None
    places, at = [], 0
    for part in parts:
        at = quote.passage.find(part, at)
        if at < 0:
            return None
        places.append((quote.origin + at, quote.origin + at + len(part)))
        at += len(part)
    if len(places) == 1:
        return f"without the ellipsis, it occurs at {spans(places)}"
    listed = " or ".join(f"{start} to {end}" for start, end in places[:FEW]) + more(len(places))
    whole = f"{places[0][0]} to {places[-1][1]}"
    return f"a quote must be one passage without gaps: quote one part ({listed}), or all of {whole}"


def _out_of_range(quote: Quote, path: Path) -> Fault:
    expected = f"offsets from 0 to {len(quote.whole)}, with end greater than start"
    suggestion = partial(_right_offsets, quote, quote.places)
    return Fault("quote-out-of-range", path, expected, f"{quote.start} to {quote.end}", suggestion)


def _misplaced(quote: Quote, path: Path) -> Fault:
    places = quote.places
    got, suggestion = f"{quote.start} to {quote.end}", partial(_right_offsets, quote, places)
    return Fault("quote-misplaced", (*path, "quote_start"), spans(places), got, suggestion)


def _right_offsets(quote: Quote, places: list[Place]) -> str | None:
    """Return the right offsets and, if found, the unit that explains the wrong ones; None if unclear."""
    meant = explained(quote, places)
    if meant:
        unit, place = meant
        return f"use {spans([place])}: the given offsets are {unit}"
    return f"use {spans(places)}" if len(places) == 1 else None


def _without_offsets(quote: Quote, path: Path) -> Fault | None:
    """Return the fault of a quote without offsets that occurs in its claim; None if it is valid."""
    field, places = (*path, "quote"), quote.places
    if len(places) > 1:
        got, suggestion = f"{len(places)}: {spans(places)}", "set quote_start and quote_end, or quote more"
        return Fault("quote-ambiguous", field, f"one occurrence in {quote.claim.claim_id}", got, suggestion)
    if not proves(quote.words):
        expected, got = (
            f"at least {LEAST} code points, or offsets",
            f"{len(quote.words)}: {shown(quote.words)}",
        )
        start, end = places[0]
        suggestion = f"set quote_start to {start} and quote_end to {end}"
        return Fault("quote-too-short", field, expected, got, suggestion)
    return None


def _differs(code: str, quote: Quote, field: Path, places: list[Place]) -> Fault:
    """Return the fault of a quote that differs only in markers or typography."""
    if len(places) > 1:
        return Fault(code, field, f"the text at {spans(places)}", shown(quote.words))
    own = quote.own_words(places[0])
    return Fault(code, field, shown(own), shown(quote.words), f"exact text at {spans(places)}: {own}")


def explained(quote: Quote, places: list[Place]) -> tuple[str, Place] | None:
    """Return the unit that explains wrong offsets, and the right place; None if that is not certain."""
    units, origins = offset_units(quote.whole), {"the claim": quote.origin}
    found = meant((quote.start, quote.end), places, lambda place: units.of(place, origins))
    return found and (found[0][0], found[1])


def marked(match: Match) -> str:
    """Return the passage with each change marked as ⟦passage→quote⟧."""
    marked, at = "", match.start
    for change in match.changes:
        marked += match.text[at - match.start : change.start - match.start]
        marked += f"⟦{change.passage}→{change.text}⟧"
        at = change.end
    return marked + match.text[at - match.start :]
