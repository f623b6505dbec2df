"""The texts that annotations are about, and places in them."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..corpus.corpus import Corpus
from ..corpus.files import CorpusClaim
from ..corpus.search import occurrences
from ..validation.findings.finding import Path
from ..validation.references.quotes import Quote

__all__ = [
    "CORPUS",
    "OTHER",
    "AnnotatedText",
    "Place",
    "Selected",
    "claim_with",
    "claims_at",
    "place_of",
    "text_iri",
]

CORPUS = "urn:kaiser-interview:corpus:"

OTHER = ("other_claim_id",)
"""The path of the other claim of a relation, which has no quote."""


class Place(NamedTuple):
    """A span of a text, in code points."""

    text: str
    start: int
    end: int

    @property
    def exact(self) -> str:
        """The text of the span."""
        return self.text[self.start : self.end]


class AnnotatedText(NamedTuple):
    """A text that can be annotated: a source, or the English text of a claim."""

    text: str
    claims: tuple[CorpusClaim, ...]
    """The claims in it, or the one whose English it is."""
    of: str
    """`text` or `text_en`."""


class Selected(NamedTuple):
    """What a target selects."""

    text: AnnotatedText | None
    """None for the corpus as a whole."""
    start: int | None = None
    end: int | None = None
    exact: str | None = None
    prefix: str = ""
    suffix: str = ""
    path: Path | None = None
    is_whole: bool = False
    """Whether there is no selector."""

    @property
    def place(self) -> Place | None:
        """The selected place; None if it is outside the text, or is not certain."""
        if self.text is None:
            return None
        text = self.text.text
        if self.start is not None and self.end is not None:
            return Place(text, self.start, self.end) if self.start < self.end <= len(text) else None
        for words in (f"{self.prefix}{self.exact}{self.suffix}", self.exact or ""):
            if words and len(places := occurrences(text, words)) == 1:
                start = places[0][0] + (len(self.prefix) if words != self.exact else 0)
                return Place(text, start, start + len(self.exact or ""))
        return None


def text_iri(text: str) -> str:
    """Return an IRI that names a text by its SHA-256 (RFC 6920, section 3)."""
    sha256 = hashlib.sha256(text.encode()).digest()
    return f"ni:///sha-256;{base64.urlsafe_b64encode(sha256).decode().rstrip('=')}"


def claim_with(corpus: Corpus, claim_id: object) -> CorpusClaim | None:
    """Return the current claim with an id, if there is one."""
    return corpus.claims.get(claim_id) if isinstance(claim_id, str) else None


def place_of(reference: Mapping[str, Any], claim: CorpusClaim) -> tuple[str, Place]:
    """Return the place that a reference is about, and which text it is in.

    That is the place at its offsets, or else the only one of its quote; otherwise the whole claim.
    """
    quote, start, end = (reference.get(name) for name in ("quote", "quote_start", "quote_end"))
    words = quote if isinstance(quote, str) else ""
    of = "text_en" if reference.get("quote_of") == "text_en" and claim.text_en else "text"
    held = Quote(claim, words, None, None, of)
    if type(start) is int and type(end) is int:
        within = held.origin <= start < end <= held.origin + len(held.passage)
        if within and (quote is None or held.whole[start:end] == words):
            return of, Place(held.whole, start, end)
    if words and len(places := held.places) == 1:
        return of, Place(held.whole, *places[0])
    return of, Place(held.whole, held.origin, claim.end if of == "text" else len(held.whole))


def claims_at(text: AnnotatedText, place: Place) -> list[CorpusClaim]:
    """Return the claims that a place is in."""
    if text.of == "text_en":
        return [*text.claims]
    return [one for one in text.claims if one.start <= place.start and place.end <= one.passage_end]
