"""Where a text stands: exactly, but for markers, but for typography, or nearly."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Literal, NamedTuple

from ..errors import TextError
from .corpus import Corpus
from .markers import fold_markers, without_markers
from .typography import Folded, fold_typography, without_typography

__all__ = ["LONGEST", "Change", "Match", "Passage", "Passages", "changes", "occurrences", "passages_of"]

LONGEST = 4_000
"""Code points that `find` takes at the most; the whole source has 2,011."""

_NEAREST = 3

# Stands between joined passages; no text holds it, since UTF-8 cannot.
_APART = "\ud800"

_LEAST_RATIO = 0.4

How = Literal["exact", "markers", "typography", "nearest"]


class Change(NamedTuple):
    """A stretch of the passage, and what the text has in its place; either may be empty."""

    start: int
    """First code point in the passage's offsets."""
    end: int
    """Code point after the last."""
    passage: str
    text: str


class Match(NamedTuple):
    """A place where a text stands, or nearly stands."""

    how: How
    """exact; but for markers; but for typography; or the nearest there is."""
    record: Literal["claim", "heading", "headline"]
    record_id: str
    """Id of the claim, of the heading's dialogue, or of the headline's source."""
    of: Literal["text", "text_en"]
    """text: offsets count in the source. text_en: in the English string."""
    start: int
    end: int
    text: str
    """The passage's own characters from start to end."""
    changes: tuple[Change, ...]
    """How the text that was looked for differs; empty if it stands exactly."""


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
        """The passage with its typography folded."""
        return fold_typography(self.text)

    def match(self, how: How, start: int, end: int, text: str) -> Match:
        """Return the match of `text` at a span of the passage, counted from the passage's first character."""
        stands = self.text[start:end]
        at = self.start + start
        return Match(
            how, self.record, self.record_id, self.of, at, self.start + end, stands, changes(stands, text, at)
        )


class Passages:
    """Passages to look in, in their order.

    Parameters
    ----------
    passages : iterable of Passage
        What is looked in.
    """

    def __init__(self, passages: Iterable[Passage]) -> None:
        self.passages: tuple[Passage, ...] = tuple(passages)

    def find(self, text: object) -> tuple[Match, ...]:
        """Return every place where a text stands; if there is none, the nearest places.

        The function `find` does this over the shipped passages, and tells of the parameter, the order of the
        matches and the errors. A place that overlaps one of an earlier sort is not told again.
        """
        if not isinstance(text, str):
            raise TextError(f"text: expected a string, got {type(text).__name__}")
        if not text.strip():
            raise TextError("text: expected something to find, got nothing but white space")
        if len(text) > LONGEST:
            raise TextError(f"text: expected at most {LONGEST:,} code points, got {len(text):,}")
        found = [*self._standing(text)]
        order: tuple[How, ...] = ("exact", "markers", "typography")
        return tuple(sorted(found, key=lambda match: order.index(match.how)) or _nearest(self.passages, text))

    def exact(self, text: str, of: str) -> Iterator[Passage]:
        """Yield each passage in which a text stands exactly, in their order.

        All passages are searched at once, so a text that stands nowhere costs one search.
        """
        joined, starts, passages = self._joined[of]
        at = joined.find(text) if text and _APART not in text else -1
        while at >= 0:
            number = bisect_right(starts, at) - 1
            yield passages[number]
            if number + 1 == len(starts):
                break
            at = joined.find(text, starts[number + 1])

    def nearest(self, text: str, of: str) -> Match | None:
        """Return the place that is nearest to a text, or None if nothing is near.

        Only the passages that share most pairs of neighbouring characters are looked at closely.
        """
        pairs = self._pairs[of]
        shared = Counter(number for pair in {*pairwise(text)} for number in pairs.get(pair, ()))
        _, _, passages = self._joined[of]
        few = [passages[number] for number, _ in shared.most_common(_NEAREST)]
        return next(iter(_nearest(few, text)), None)

    @cached_property
    def _joined(self) -> dict[str, tuple[str, list[int], list[Passage]]]:
        """For each language all passages in one string, where each begins in it, and the passages."""
        made = {}
        for of in ("text", "text_en"):
            passages = [passage for passage in self.passages if passage.of == of]
            lengths = [len(passage.text) + 1 for passage in passages]
            starts = [*accumulate(lengths, initial=0)][:-1]
            made[of] = (_APART.join(passage.text for passage in passages), starts, passages)
        return made

    @cached_property
    def _pairs(self) -> dict[str, dict[tuple[str, str], list[int]]]:
        """For each language the numbers of the passages that hold a pair of neighbouring characters."""
        made: dict[str, dict[tuple[str, str], list[int]]] = {}
        for of, (_, _, passages) in self._joined.items():
            pairs = made.setdefault(of, {})
            for number, passage in enumerate(passages):
                for pair in {*pairwise(passage.text)}:
                    pairs.setdefault(pair, []).append(number)
        return made

    def _standing(self, text: str) -> Iterator[Match]:
        plain = without_typography(text)
        bare = without_markers(text)
        if bare != text:
            bare = bare.strip()  # what stood beside a marker
        for passage in self.passages:
            taken: list[tuple[int, int]] = []
            rungs: tuple[tuple[How, list[tuple[int, int]]], ...] = (
                ("exact", occurrences(passage.text, text)),
                ("markers", passage.without_markers.places(bare)),
                ("typography", passage.without_typography.places(plain)),
            )
            for how, spans in rungs:
                free = [span for span in spans if not _overlaps(span, taken)]
                taken += free
                for start, end in free:
                    yield passage.match(how, start, end, text)


def occurrences(passage: str, text: str) -> list[tuple[int, int]]:
    """Return the spans of every place where a text stands exactly, overlapping ones too."""
    found = []
    at = passage.find(text) if text else -1
    while at >= 0:
        found.append((at, at + len(text)))
        at = passage.find(text, at + 1)
    return found


def changes(passage: str, text: str, offset: int = 0) -> tuple[Change, ...]:
    """Return where a text differs from a passage whose first character has the given offset."""
    matcher = SequenceMatcher(None, passage, text, autojunk=False)
    return tuple(
        Change(offset + a, offset + b, passage[a:b], text[c:d])
        for kind, a, b, c, d in matcher.get_opcodes()
        if kind != "equal"
    )


def _aligned(passage: str, text: str) -> tuple[int, int]:
    """Return the span of a passage that a text is laid against, by the longest stretch that they share."""
    longest = SequenceMatcher(None, passage, text, autojunk=False).find_longest_match()
    slack = len(text) // 4 + 1
    start = max(0, longest.a - longest.b - slack)
    end = min(len(passage), longest.a - longest.b + len(text) + slack)
    blocks = SequenceMatcher(None, passage[start:end], text, autojunk=False).get_matching_blocks()
    first, last = blocks[0], blocks[-2] if len(blocks) > 1 else blocks[0]
    # What the text has before the first shared stretch, or after the last, stands against as much here.
    return (
        max(0, start + first.a - first.b),
        min(len(passage), start + last.a + last.size + len(text) - last.b - last.size),
    )


def _overlaps(span: tuple[int, int], taken: Iterable[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in taken)


def _nearest(passages: Iterable[Passage], text: str) -> tuple[Match, ...]:
    ranked = []
    for order, passage in enumerate(passages):
        start, end = _aligned(passage.text, text)
        ratio = SequenceMatcher(None, passage.text[start:end], text, autojunk=False).ratio()
        if ratio >= _LEAST_RATIO:
            ranked.append((-ratio, order, passage.match("nearest", start, end, text)))
    return tuple(match for _, _, match in sorted(ranked, key=lambda one: one[:2])[:_NEAREST])


def passages_of(corpus: Corpus) -> Passages:
    """Return everything that can be quoted from a corpus, the source's language first, then English."""
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
