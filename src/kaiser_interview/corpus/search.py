"""Find a text in passages: exactly, ignoring markers, ignoring typography, or the nearest passage."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import accumulate
from typing import Literal, NamedTuple

from ..errors import TextError
from .corpus import Corpus
from .markers import fold_markers, without_markers
from .nearest import SEPARATOR, NearestPlaces
from .typography import Folded, fold_typography, without_typography

__all__ = ["LONGEST", "Change", "Match", "Passage", "Passages", "changes", "occurrences", "passages_of"]

LONGEST = 4_000
"""The longest text that `find` accepts, in code points; the whole source has 2,011."""

_NEAREST = 3

_FEW = 31
"""How many differences of two texts are expected at first."""

How = Literal["exact", "markers", "typography", "nearest"]


class Change(NamedTuple):
    """A difference: a part of the passage, and the text that replaces it. Either may be empty."""

    start: int
    """Offset of the first code point, counted like the offsets of the match."""
    end: int
    """Offset after the last code point."""
    passage: str
    text: str


class Match(NamedTuple):
    """A place where a text occurs, or the nearest place if it does not occur."""

    how: How
    """exact; markers or typography: equal except for these; nearest: similar, not a match."""
    record: Literal["claim", "heading", "headline"]
    record_id: str
    """Id of the claim, of the heading's dialogue, or of the headline's source."""
    of: Literal["text", "text_en"]
    """text: offsets into the source. text_en: offsets into the English string."""
    start: int
    end: int
    text: str
    """The characters of the passage from start to end."""
    changes: tuple[Change, ...]
    """The differences of the searched text; empty if it occurs exactly."""


class Passage:
    """A text that can be quoted: a claim with its markers as printed, a heading, the headline.

    Attributes
    ----------
    record, record_id, of
        As in `Match`.
    text : str
        The passage.
    start : int
        Offset of its first code point: in the source, or 0 in an English string.
    """

    def __init__(
        self,
        record: Literal["claim", "heading", "headline"],
        record_id: str,
        of: Literal["text", "text_en"],
        text: str,
        start: int,
    ) -> None:
        self.record = record
        self.record_id = record_id
        self.of = of
        self.text = text
        self.start = start

    @cached_property
    def without_markers(self) -> Folded:
        """The passage with its markers removed."""
        return fold_markers(self.text)

    @cached_property
    def without_typography(self) -> Folded:
        """The passage with its typography normalised."""
        return fold_typography(self.text)

    def match(self, how: How, start: int, end: int, text: str) -> Match:
        """Return the match of `text` at a span, whose offsets are relative to the passage."""
        found = self.text[start:end]
        at = self.start + start
        return Match(
            how, self.record, self.record_id, self.of, at, self.start + end, found, changes(found, text, at)
        )


class Passages:
    """Passages to search, in order.

    Parameters
    ----------
    passages : iterable of Passage
        The passages.
    """

    def __init__(self, passages: Iterable[Passage]) -> None:
        self.passages: tuple[Passage, ...] = tuple(passages)

    def find(self, text: object) -> tuple[Match, ...]:
        """Return every place where a text occurs; if there is none, the nearest places.

        See the function `find`, which searches the shipped passages, for the parameter, the order of the
        matches and the errors. A match that overlaps one of an earlier type is left out.
        """
        if not isinstance(text, str):
            raise TextError(f"text: expected a string, got {type(text).__name__}")
        if not text.strip():
            raise TextError("text: expected a text to find, got only white space")
        if len(text) > LONGEST:
            raise TextError(f"text: expected at most {LONGEST:,} code points, got {len(text):,}")
        found = [*self._matches(text)]
        order: tuple[How, ...] = ("exact", "markers", "typography")
        return tuple(sorted(found, key=lambda match: order.index(match.how)) or self._nearest(text))

    def exact(self, text: str, of: str) -> Iterator[Passage]:
        """Yield each passage that contains a text exactly, in order.

        All passages are searched as one string, so a text that does not occur costs a single search.
        """
        joined, starts, passages = self._joined[of]
        at = joined.find(text) if text and SEPARATOR not in text else -1
        while at >= 0:
            number = bisect_right(starts, at) - 1
            yield passages[number]
            if number + 1 == len(starts):
                break
            at = joined.find(text, starts[number + 1])

    def nearest(self, text: str, of: str) -> Match | None:
        """Return the place most similar to a text, or None if nothing is similar."""
        _, _, passages = self._joined[of]
        for near in self._near[of].search(text, 1):
            return passages[near.passage].match("nearest", near.start, near.end, text)
        return None

    def _nearest(self, text: str) -> list[Match]:
        """Return the places most similar to a text, in both languages, each in another passage."""
        found = [(near, of) for of, places in self._near.items() for near in places.search(text, _NEAREST)]
        found.sort(key=lambda one: -one[0].ratio)
        return [
            self._joined[of][2][near.passage].match("nearest", near.start, near.end, text)
            for near, of in found[:_NEAREST]
        ]

    @cached_property
    def _joined(self) -> dict[str, tuple[str, list[int], list[Passage]]]:
        """For each language: all passages as one string, the start of each in it, and the passages."""
        made = {}
        for of in ("text", "text_en"):
            passages = [passage for passage in self.passages if passage.of == of]
            lengths = [len(passage.text) + 1 for passage in passages]
            starts = [*accumulate(lengths, initial=0)][:-1]
            made[of] = (SEPARATOR.join(passage.text for passage in passages), starts, passages)
        return made

    @cached_property
    def _near(self) -> dict[str, NearestPlaces]:
        """For each language: the places of its passages that are similar to a text."""
        joined = self._joined.items()
        return {of: NearestPlaces([one.text for one in passages]) for of, (_, _, passages) in joined}

    def _matches(self, text: str) -> Iterator[Match]:
        plain = without_typography(text)
        bare = without_markers(text)
        if bare != text:
            bare = bare.strip()  # white space beside a removed marker
        for passage in self.passages:
            taken: list[tuple[int, int]] = []
            steps: tuple[tuple[How, list[tuple[int, int]]], ...] = (
                ("exact", occurrences(passage.text, text)),
                ("markers", passage.without_markers.places(bare)),
                ("typography", passage.without_typography.places(plain)),
            )
            for how, spans in steps:
                free = [span for span in spans if not _overlaps(span, taken)]
                taken += free
                for start, end in free:
                    yield passage.match(how, start, end, text)


def occurrences(passage: str, text: str) -> list[tuple[int, int]]:
    """Return the spans of all exact occurrences of a text, including overlapping ones."""
    found = []
    at = passage.find(text) if text else -1
    while at >= 0:
        found.append((at, at + len(text)))
        at = passage.find(text, at + 1)
    return found


def changes(passage: str, text: str, offset: int = 0) -> tuple[Change, ...]:
    """Return the differences between a passage and a text; offsets start at that of the passage."""
    if passage == text:
        return ()
    from rapidfuzz.distance import Levenshtein

    found: list[Change] = []
    # The hint makes the time of long texts depend on the number of differences; the result is the same.
    for one in Levenshtein.opcodes(passage, text, score_hint=_FEW):
        if one.tag == "equal":
            continue
        part = Change(
            offset + one.src_start,
            offset + one.src_end,
            passage[one.src_start : one.src_end],
            text[one.dest_start : one.dest_end],
        )
        # Merge a replacement with an insertion or deletion that follows it.
        if found and found[-1].end == part.start:
            last = found.pop()
            part = Change(last.start, part.end, last.passage + part.passage, last.text + part.text)
        found.append(part)
    return tuple(found)


def _overlaps(span: tuple[int, int], taken: Iterable[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in taken)


def passages_of(corpus: Corpus) -> Passages:
    """Return all quotable passages of a corpus: first in the source's language, then in English."""
    claims, headings = corpus.claims.values(), corpus.headings
    return Passages(
        [
            *(Passage("claim", one.claim_id, "text", one.passage, one.start) for one in claims),
            *(Passage(one.record, one.record_id, "text", one.text, one.start) for one in headings),
            *(Passage("claim", one.claim_id, "text_en", one.text_en, 0) for one in claims if one.text_en),
            *(
                Passage(one.record, one.record_id, "text_en", one.text_en, 0)
                for one in headings
                if one.text_en
            ),
        ]
    )
