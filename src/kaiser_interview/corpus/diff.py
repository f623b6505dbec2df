"""Compare two corpora: which claims were added, removed, changed or moved."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from .corpus import Corpus
from .differences import Change, changes
from .files import CorpusClaim

__all__ = ["ChangedClaim", "CorpusDiff", "MovedClaim", "diff_of"]

_SIMILAR = 60
"""The least similarity, in percent, of two texts of which one is a change of the other."""

_SAME_ID = 10
"""What the same id adds to the similarity."""

_WINDOW = 8
"""How far from its expected positions in a gap a changed text is searched, in claims."""

_LONGEST = 4_000
"""How many code points of each text are compared to find out whether they are similar."""

_MOST_CELLS = 1 << 28
"""The largest product of the lengths of two texts whose differences are computed if they are many."""

_MOST_EDITS = 2_000
"""How many differences longer texts may have, in code points; the work grows with both."""

_UNPAIRED = -1


class ChangedClaim(NamedTuple):
    """A claim whose text changed."""

    old: CorpusClaim
    new: CorpusClaim
    changes: tuple[Change, ...]
    """The parts of the old text that differ, with offsets into its source, and what replaces them."""


class MovedClaim(NamedTuple):
    """A claim with the same text, but another id, source or offsets."""

    old: CorpusClaim
    new: CorpusClaim


class CorpusDiff(NamedTuple):
    """The result of `Corpus.diff`: false if no claim differs.

    Every claim of both corpora is in exactly one of the fields, which are in the order of the offsets.
    """

    added: tuple[CorpusClaim, ...]
    """Claims of the newer corpus only."""
    removed: tuple[CorpusClaim, ...]
    """Claims of the older corpus only."""
    changed: tuple[ChangedClaim, ...]
    """Claims with a similar text in both corpora."""
    moved: tuple[MovedClaim, ...]
    """Claims with the same text, but another id, source or offsets."""
    unchanged: tuple[CorpusClaim, ...]
    """Claims of the newer corpus with the same text, id, source and offsets."""

    @property
    def is_empty(self) -> bool:
        """Whether no claim differs."""
        return not (self.added or self.removed or self.changed or self.moved)

    @property
    def summary(self) -> str:
        """The numbers of claims in words, such as ``1 added, 2 changed, 38 moved``."""
        counts = {name: len(getattr(self, name)) for name in ("added", "removed", "changed", "moved")}
        return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count) or "no changes"

    def __bool__(self) -> bool:
        return not self.is_empty

    def __repr__(self) -> str:
        return f"<CorpusDiff: {self.summary}>"

    def __str__(self) -> str:
        from ..render.corpus_diff import diff_text

        return diff_text(self)


def diff_of(older: Corpus, newer: Corpus) -> CorpusDiff:
    """Compare two corpora; `Corpus.diff` is the public method.

    Work is linear in the number of claims, except for sorting: a changed text is only searched near its
    relative position between its neighbours.
    """
    pairing = _Pairing(*(sorted(one.claims.values(), key=_in_order) for one in (older, newer)))
    changed: list[ChangedClaim] = []
    moved: list[MovedClaim] = []
    unchanged: list[CorpusClaim] = []
    added: list[CorpusClaim] = []
    for claim, mate in zip(pairing.news, pairing.mates_of_new, strict=True):
        if mate == _UNPAIRED:
            added.append(claim)
        elif (old := pairing.olds[mate]).sha256 != claim.sha256:
            changed.append(ChangedClaim(old, claim, _changes(old, claim)))
        elif _place(old) != _place(claim):
            moved.append(MovedClaim(old, claim))
        else:
            unchanged.append(claim)
    removed = [claim for claim, mate in zip(pairing.olds, pairing.mates, strict=True) if mate == _UNPAIRED]
    return CorpusDiff(tuple(added), tuple(removed), tuple(changed), tuple(moved), tuple(unchanged))


class _Pairing:
    """Pair the claims of two corpora: first equal texts, then similar texts between the same neighbours.

    Attributes
    ----------
    olds, news : list of CorpusClaim
        The claims of both corpora.
    mates, mates_of_new : list of int
        For each claim, the index of its pair in the other list, or -1.
    """

    def __init__(self, olds: list[CorpusClaim], news: list[CorpusClaim]) -> None:
        self.olds = olds
        self.news = news
        self.mates: list[int] = [_UNPAIRED] * len(olds)
        self.mates_of_new: list[int] = [_UNPAIRED] * len(news)
        self._pair_equal()
        # The neighbour before a claim may have moved, while the one after it is still there.
        self._pair_similar(self._gaps(backwards=False))
        self._pair_similar(self._gaps(backwards=True))
        self._pair_similar(self._groups(lambda claim: claim.claim_id))

    def _pair(self, old: int, new: int) -> None:
        self.mates[old], self.mates_of_new[new] = new, old

    def _pair_equal(self) -> None:
        """Pair equal texts.

        A repeated text is paired beside a neighbour that is already paired, so that runs stay together;
        the rest is paired in order. This is the algorithm of Heckel (1978).
        """
        for olds, news in self._groups(_digest):
            if len(olds) == len(news) == 1:
                self._pair(olds[0], news[0])
        self._extend(1)
        self._extend(-1)
        for olds, news in self._groups(_digest):
            for pair in zip(olds, news, strict=False):
                self._pair(*pair)

    def _extend(self, step: int) -> None:
        """Pair equal texts that follow a pair; for a negative step, those that precede one."""
        first, beyond = (0, _UNPAIRED) if step > 0 else (len(self.olds) - 1, len(self.news))
        before = beyond  # the first texts, and the last ones, follow a pair too
        for old in range(len(self.olds))[::step]:
            new = before + step
            is_beside = old == first or before != _UNPAIRED
            is_free = self.mates[old] == _UNPAIRED and 0 <= new < len(self.news)
            is_free = is_free and self.mates_of_new[new] == _UNPAIRED
            if is_beside and is_free and self.olds[old].sha256 == self.news[new].sha256:
                self._pair(old, new)
            before = self.mates[old]

    def _groups(self, key: Callable[[CorpusClaim], object]) -> Iterator[tuple[list[int], list[int]]]:
        """Yield the unpaired claims of both corpora by a key, if both have some."""
        return _grouped(
            ((key(claim), at) for at, claim in enumerate(self.olds) if self.mates[at] == _UNPAIRED),
            ((key(claim), at) for at, claim in enumerate(self.news) if self.mates_of_new[at] == _UNPAIRED),
        )

    def _gaps(self, *, backwards: bool) -> Iterator[tuple[list[int], list[int]]]:
        """Yield the unpaired claims between the same neighbours: after a pair, or before one."""
        own = [at if mate != _UNPAIRED else mate for at, mate in enumerate(self.mates_of_new)]
        return _grouped(_after_pairs(self.mates, backwards), _after_pairs(own, backwards))

    def _pair_similar(self, groups: Iterator[tuple[list[int], list[int]]]) -> None:
        """Pair similar texts in each group, the most similar first."""
        for olds, news in groups:
            for _, _, old, new in sorted(self._candidates(olds, news)):
                if self.mates[old] == self.mates_of_new[new] == _UNPAIRED:
                    self._pair(old, new)

    def _candidates(self, olds: Sequence[int], news: Sequence[int]) -> Iterator[tuple[float, int, int, int]]:
        """Yield similar texts at similar positions: minus their similarity, their distance, both indices."""
        from rapidfuzz.fuzz import ratio

        more = len(news) - len(olds)
        for number, old in enumerate(olds):
            claim = self.olds[old]
            # The rest of the gap may be after the claim, before it, or on both sides.
            expected = {number, number + more, (2 * number + 1) * len(news) // (2 * len(olds))}
            near = {at for one in expected for at in range(max(0, one - _WINDOW), one + _WINDOW + 1)}
            for at in near:
                if at >= len(news):
                    continue
                other = self.news[news[at]]
                same = ratio(claim.text[:_LONGEST], other.text[:_LONGEST], score_cutoff=_SIMILAR)
                if same:
                    bonus = _SAME_ID if claim.claim_id == other.claim_id else 0
                    distance = min(abs(at - one) for one in expected)
                    yield -(same + bonus), distance, old, news[at]


def _grouped(
    olds: Iterator[tuple[object, int]], news: Iterator[tuple[object, int]]
) -> Iterator[tuple[list[int], list[int]]]:
    groups: dict[object, tuple[list[int], list[int]]] = {}
    for key, at in olds:
        groups.setdefault(key, ([], []))[0].append(at)
    for key, at in news:
        if key in groups:
            groups[key][1].append(at)
    return (group for group in groups.values() if group[1])


def _after_pairs(mates: Sequence[int], backwards: bool) -> Iterator[tuple[int, int]]:  # noqa: FBT001
    """Yield the mate of the nearest pair before each unpaired claim, or after it, and its index."""
    last = _UNPAIRED
    found = []
    for at in reversed(range(len(mates))) if backwards else range(len(mates)):
        if mates[at] == _UNPAIRED:
            found.append((last, at))
        else:
            last = mates[at]
    return iter(sorted(found, key=lambda one: one[1]))


def _digest(claim: CorpusClaim) -> str:
    return claim.sha256


def _place(claim: CorpusClaim) -> tuple[str, str, int]:
    return claim.claim_id, claim.source_id, claim.start


def _in_order(claim: CorpusClaim) -> tuple[str, int, int, str]:
    return claim.source_id, claim.start, claim.end, claim.claim_id


def _changes(old: CorpusClaim, new: CorpusClaim) -> tuple[Change, ...]:
    """Return the differences of two texts; if they are long and very different, one between equal ends."""
    from rapidfuzz.distance import Levenshtein, Postfix, Prefix

    before, after = old.text, new.text
    few = len(before) * len(after) <= _MOST_CELLS
    if few or Levenshtein.distance(before, after, score_cutoff=_MOST_EDITS) <= _MOST_EDITS:
        return changes(before, after, old.start, by="character")
    first = Prefix.similarity(before, after)
    last = Postfix.similarity(before[first:], after[first:])
    start, end = first, len(before) - last
    differs = Change(old.start + start, old.start + end, before[start:end], after[start : len(after) - last])
    return (differs,)
