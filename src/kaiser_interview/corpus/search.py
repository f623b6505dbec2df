"""Find a text in passages: exactly, ignoring markers, typography and case, or the nearest passage."""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from ..errors import TextError
from .differences import Change, changes, whole_units
from .markers import fold_markers, without_markers
from .nearest import SEPARATOR, Near, NearestPlaces
from .typography import fold_case, fold_typography, without_case, without_typography

if TYPE_CHECKING:
    from .corpus import Corpus

__all__ = ["LONGEST", "Match", "Passage", "Passages", "occurrences", "passages_of"]

LONGEST = 4_000
"""The longest text that `find` accepts, in code points; the whole source has 2,011."""

_CONTEXT = 32
"""The most characters of the passage before a match, and after it."""

_NEAREST = 3

How = Literal["exact", "markers", "typography", "case", "nearest"]

_Of = Literal["text", "text_en"]

_Spans: TypeAlias = list[tuple[int, int]]

# A text that differs from a passage only in typography also does not differ from it if case is ignored.
_FOLDS: dict[str, Callable[[str], str]] = {"exact": str, "markers": without_markers, "case": without_case}


class Match(NamedTuple):
    """A place where a text occurs, or the nearest place if it does not occur."""

    how: How
    """exact; markers, typography or case: equal except for these; nearest: similar, not a match."""
    record: Literal["claim", "heading", "headline"]
    record_id: str
    """Id of the claim, of the heading's dialogue, or of the headline's source."""
    of: _Of
    """text: offsets into the source. text_en: offsets into the English string."""
    start: int
    end: int
    text: str
    """The characters of the passage from start to end."""
    prefix: str
    """The passage before the match: at most 32 characters."""
    suffix: str
    """The passage after the match: at most 32 characters."""
    changes: tuple[Change, ...]
    """The differences of the searched text, by word; empty if it occurs exactly."""

    def _repr_html_(self) -> str:
        from ..page.fragments import match_fragment

        return match_fragment(self)


class Passage(NamedTuple):
    """A text that can be quoted: a claim with its markers as printed, a heading, the headline."""

    record: Literal["claim", "heading", "headline"]
    """As in `Match`."""
    record_id: str
    of: _Of
    text: str
    start: int
    """Offset of its first code point: in the source, or 0 in an English string."""

    def match(self, how: How, start: int, end: int, text: str) -> Match:
        """Return the match of `text` at a span, whose offsets are relative to the passage."""
        found, at = self.text[start:end], self.start + start
        before, after = self.text[max(0, start - _CONTEXT) : start], self.text[end : end + _CONTEXT]
        different = changes(found, text, at)
        return Match(
            how, self.record, self.record_id, self.of, at, self.start + end, found, before, after, different
        )


class _Joined:
    """Texts joined to one string, to search all of them at once.

    Parameters
    ----------
    texts : iterable of str
        The texts.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        held = [*texts]
        self.text = SEPARATOR.join(held)
        self._starts = array("q", accumulate((len(one) + 1 for one in held[:-1]), initial=0))

    def containing(self, text: str) -> Iterator[int]:
        """Yield the index of each text that contains another, in order."""
        at = self.text.find(text) if text and SEPARATOR not in text else -1
        while at >= 0:
            number = bisect_right(self._starts, at) - 1
            yield number
            if number + 1 == len(self._starts):
                break
            at = self.text.find(text, self._starts[number + 1])


class Passages:
    """Passages to search: those in the language of the source, then those in English, each in order.

    Parameters
    ----------
    passages : iterable of Passage
        The passages.
    """

    def __init__(self, passages: Iterable[Passage]) -> None:
        self._passages: dict[str, list[Passage]] = {"text": [], "text_en": []}
        for passage in passages:
            self._passages[passage.of].append(passage)
        self._joined: dict[tuple[str, str], _Joined] = {}

    def find(self, text: object) -> tuple[Match, ...]:
        """Return every place where a text occurs; if there is none, the nearest places.

        See the function `find`, which searches the shipped passages, for the parameter, the order of the
        matches and the errors. A match that overlaps one of an earlier type is left out.
        """
        wanted = _checked(text)
        return self._matches(wanted) or tuple(self._nearest(wanted))

    def claims_with(self, text: object) -> set[str]:
        """Return the ids of the claims in which a text occurs: in their text with markers or their English.

        These are the claims that `find` returns unless it returns the nearest places.
        """
        return {
            passage.record_id
            for passage, steps in self._candidates(_checked(text))
            if passage.record == "claim" and any(spans for _, spans in steps)
        }

    def exact(self, text: str, of: str) -> Iterator[Passage]:
        """Yield each passage that contains a text exactly, in order.

        All passages are searched as one string, so a text that does not occur costs a single search.
        """
        return (self._passages[of][number] for number in self._all("exact", of).containing(text))

    def nearest(self, text: str, of: str) -> Match | None:
        """Return the place most similar to a text, or None if nothing is similar."""
        for near in self._near[of].search(text, 1):
            return self._near_match(near, text, of)
        return None

    def _nearest(self, text: str) -> list[Match]:
        """Return the places most similar to a text, in both languages, each in another passage."""
        found = [(near, of) for of, places in self._near.items() for near in places.search(text, _NEAREST)]
        found.sort(key=lambda one: -one[0].ratio)
        return [self._near_match(near, text, of) for near, of in found[:_NEAREST]]

    def _near_match(self, near: Near, text: str, of: str) -> Match:
        passage = self._passages[of][near.passage]
        return passage.match("nearest", *whole_units(passage.text, near.start, near.end), text)

    @cached_property
    def _near(self) -> dict[str, NearestPlaces]:
        """For each language: the places of its passages that are similar to a text."""
        return {of: NearestPlaces([one.text for one in held]) for of, held in self._passages.items()}

    def _all(self, fold: str, of: str) -> _Joined:
        """Return the passages of a language as one string, folded."""
        if (fold, of) not in self._joined:
            made = _Joined(_FOLDS[fold](passage.text) for passage in self._passages[of])
            # Most texts have no markers. Then hold one string and not two.
            same = self._joined.get(("exact", of))
            self._joined[fold, of] = same if same and same.text == made.text else made
        return self._joined[fold, of]

    def _matches(self, text: str) -> tuple[Match, ...]:
        found: dict[How, list[Match]] = {"exact": [], "markers": [], "typography": [], "case": []}
        for passage, steps in self._candidates(text):
            taken = bytearray(len(passage.text))
            for how, spans in steps:
                free = [(start, end) for start, end in spans if taken.find(1, start, end) < 0]
                for start, end in free:
                    taken[start:end] = b"\1" * (end - start)
                    found[how].append(passage.match(how, start, end, text))
        return tuple(match for matches in found.values() for match in matches)

    def _candidates(self, text: str) -> Iterator[tuple[Passage, Iterator[tuple[How, _Spans]]]]:
        """Yield the passages in which a text may occur, each with its places by type, which may overlap."""
        bare = without_markers(text)
        if bare != text:
            bare = bare.strip()  # white space beside a removed marker
        plain = without_typography(text)
        wanted = {"exact": text, "markers": bare, "case": plain.casefold()}
        for of, passages in self._passages.items():
            numbers = {fold: {*self._all(fold, of).containing(one)} for fold, one in wanted.items()}
            for number in sorted(set[int]().union(*numbers.values())):
                folds = {fold for fold, found in numbers.items() if number in found}
                yield passages[number], _places(passages[number].text, folds, wanted, plain)


def _places(
    passage: str, folds: set[str], wanted: Mapping[str, str], plain: str
) -> Iterator[tuple[How, _Spans]]:
    """Yield the places of a text in a passage by type. Only the given folds of the passage contain it."""
    if "exact" in folds:
        yield "exact", occurrences(passage, wanted["exact"])
    if "markers" in folds:
        yield "markers", fold_markers(passage).places(wanted["markers"])
    if "case" in folds:
        folded = fold_typography(passage)
        yield "typography", folded.places(plain)
        yield "case", fold_case(folded).places(wanted["case"])


def _checked(text: object) -> str:
    """Return a text that can be searched.

    Raises
    ------
    TextError
        As in `find`.
    """
    if not isinstance(text, str):
        raise TextError(f"text: expected a string, got {type(text).__name__}")
    if not text.strip():
        raise TextError("text: expected a text to find, got only white space")
    if len(text) > LONGEST:
        raise TextError(f"text: expected at most {LONGEST:,} code points, got {len(text):,}")
    return text


def occurrences(passage: str, text: str) -> _Spans:
    """Return the spans of all exact occurrences of a text, including overlapping ones."""
    found = []
    at = passage.find(text) if text else -1
    while at >= 0:
        found.append((at, at + len(text)))
        at = passage.find(text, at + 1)
    return found


def passages_of(corpus: "Corpus") -> Passages:
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
