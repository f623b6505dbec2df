"""Find the places in passages that are most similar to a text: an index of short strings, then alignment.

The index proposes a few windows of the passages. The text is aligned with each window by their longest common
subsequence. So a search takes about a millisecond, whatever the length of the passages.
`benchmarks/nearest.py` compares the places with those of an alignment over the whole text.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Keys = NDArray[np.uint64]

__all__ = ["SEPARATOR", "Near", "NearestPlaces", "aligned"]

SEPARATOR = "\ud800"
"""Separates joined passages. It cannot occur in a passage, because UTF-8 cannot encode it."""

_CODE_POINTS = 0x110000

_BITS = 63

_LONGEST_GRAM = 5

# Used if longer grams find nothing similar, as for short or heavily changed texts.
_SHORTER_GRAMS = (3, 2)

_SHORTEST = 2

_GOOD_RATIO = 0.75

_LEAST_RATIO = 0.4

# The most occurrences of grams to use. Rare grams come first, because they locate the place best.
_OCCURRENCES = 1 << 11

_NARROWEST = 4

_MOST_WINDOWS = 64

# The most characters to compare: the length of the text, times the number of windows.
_COMPARED = 1 << 13

_ALIGNED = 3

_ENDS = 3


class Near(NamedTuple):
    """A place in a passage, and its similarity to the text, from 0 to 1."""

    ratio: float
    passage: int
    """Index of the passage."""
    start: int
    end: int


class NearestPlaces:
    """Places in passages that are similar to a text.

    The index is built at the first search. It takes 12 bytes for each character of the passages.

    Parameters
    ----------
    passages : sequence of str
        The passages.
    """

    def __init__(self, passages: Sequence[str]) -> None:
        self._passages = passages

    def search(self, text: str, most: int) -> list[Near]:
        """Return the most similar place of each of the `most` most similar passages.

        Places that are hardly similar, or share no two neighbouring characters with the text, are left out.
        Of equally similar passages, the first comes first.
        """
        if len(text) < _SHORTEST:
            return []
        from rapidfuzz.distance import LCSseq
        from rapidfuzz.process import extract

        found: dict[int, Near] = {}
        windows_wanted = max(_ALIGNED * most, min(_MOST_WINDOWS, _COMPARED // len(text)))
        for length in self._index.lengths(len(text)):
            windows = self._index.windows(text, length, windows_wanted)
            contents = [self._passages[passage][start:end] for passage, start, end in windows]
            for _, common, number in extract(text, contents, scorer=LCSseq.similarity, limit=_ALIGNED * most):
                # The highest possible ratio, if all characters of the span are common.
                if _count(found, 2 * common / (common + len(text))) >= most:
                    break
                near = self._near(text, *windows[number])
                known = found.get(near.passage)
                if near.ratio >= _LEAST_RATIO and (known is None or near.ratio > known.ratio):
                    found[near.passage] = near
            if _count(found, _GOOD_RATIO) >= most:
                break
        return sorted(found.values(), key=lambda near: (-near.ratio, near.passage))[:most]

    def _near(self, text: str, passage: int, start: int, end: int) -> Near:
        ratio, first, last = aligned(self._passages[passage][start:end], text)
        return Near(ratio, passage, start + first, start + last)

    @cached_property
    def _index(self) -> "_Grams":
        return _Grams(self._passages)


class _Grams:
    """An index of the grams of passages: strings of up to five neighbouring characters.

    It sorts all positions by the five characters that begin there, combined into an integer. So the positions
    of a shorter gram are a range too. If there are more than 4,095 different characters, fewer than five fit.
    """

    def __init__(self, passages: Sequence[str]) -> None:
        import numpy as np

        lengths = [len(passage) for passage in passages]
        self._lengths = np.array(lengths, np.int64)
        self._starts = np.array([*accumulate((one + 1 for one in lengths), initial=0)][:-1], np.int64)
        codes = _codes(SEPARATOR.join(passages))
        occurs = np.zeros(_CODE_POINTS, np.bool_)
        occurs[codes] = True
        occurs[ord(SEPARATOR)] = False
        self._alphabet = np.flatnonzero(occurs).astype(np.uint32)
        self._bits = max(1, len(self._alphabet).bit_length())
        self._length = min(_LONGEST_GRAM, _BITS // self._bits)
        keys = self._joined(self._numbered(codes), self._length)
        order = np.argsort(keys, kind="stable")
        self._keys, self._positions = keys[order], order.astype(np.min_scalar_type(len(order)))

    def lengths(self, size: int) -> Iterator[int]:
        """Yield the lengths of the grams to search with, for a text of some size."""
        # No gram as long as the text occurs: the text would have been found exactly.
        longest = min(self._length, max(size - 1, _SHORTEST))
        yield longest
        yield from (length for length in _SHORTER_GRAMS if length < longest)

    def windows(self, text: str, length: int, most: int) -> list[tuple[int, int, int]]:
        """Return the windows that share the most grams with a text, in about the order of the text.

        A window is the index of a passage, with the start and the end in it.
        """
        import numpy as np

        positions, offsets = self._occurrences(text, length)
        passages = np.searchsorted(self._starts, positions, "right") - 1
        # The offset at which the text would begin in the passage; its length is added to avoid negative
        # numbers. Grams of the same place have nearly the same offset; insertions and deletions shift it.
        begins = positions - offsets - self._starts[passages] + len(text)
        width = max(_NARROWEST, len(text) // 4)
        per_passage = (int(self._lengths.max(initial=0)) + len(text)) // width + 2
        bins, counts = np.unique(passages * per_passage + begins // width, return_counts=True)
        # A window is two neighbouring bins, so that no text is cut at an edge. Of overlapping windows, keep
        # the best.
        shared, beside = counts.copy(), np.diff(bins) == 1
        shared[:-1][beside] += counts[1:][beside]
        is_best = np.ones(len(bins), np.bool_)
        is_best[1:] &= ~beside | (shared[1:] > shared[:-1])
        is_best[:-1] &= ~beside | (shared[:-1] >= shared[1:])
        bins, shared = bins[is_best], shared[is_best]
        passages, numbers = np.divmod(bins[np.argsort(-shared, kind="stable")[:most]], per_passage)
        starts = np.maximum((numbers - 1) * width - len(text), 0)
        ends = np.minimum((numbers + 3) * width, self._lengths[passages])
        return [*zip(passages.tolist(), starts.tolist(), ends.tolist(), strict=True)]

    def _occurrences(self, text: str, length: int) -> "tuple[Ints, Ints]":
        """Return positions of the grams of a text among the passages, and the offset of each in the text."""
        import numpy as np

        numbers = self._numbered(_codes(text))
        known = np.asarray(np.lib.stride_tricks.sliding_window_view(numbers, length).all(axis=1))
        grams, offsets = np.unique(self._joined(numbers, length)[: len(known)][known], return_index=True)
        offsets = np.flatnonzero(known)[offsets]
        shift = np.uint64(self._bits * (self._length - length))
        first = np.searchsorted(self._keys, grams << shift)
        counts = np.searchsorted(self._keys, (grams + np.uint64(1)) << shift) - first
        rarest = np.argsort(counts, kind="stable")
        rarest = rarest[np.cumsum(counts[rarest]) - counts[rarest] < _OCCURRENCES]
        first, counts, offsets = first[rarest], counts[rarest], offsets[rarest]
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        places = (np.repeat(first, counts) + within)[:_OCCURRENCES]
        return self._positions[places].astype(np.int64), np.repeat(offsets, counts)[:_OCCURRENCES]

    def _numbered(self, codes: "NDArray[np.uint32]") -> "Keys":
        """Return the number of each character: from 1, or 0 if it is in no passage or separates them."""
        import numpy as np

        places = np.searchsorted(self._alphabet, codes)
        occurs = np.append(self._alphabet, np.uint32(_CODE_POINTS))[places] == codes
        return np.where(occurs, places + 1, 0).astype(np.uint64)

    def _joined(self, numbers: "Keys", length: int) -> "Keys":
        """Return the gram of a length that begins at each position, as an integer."""
        import numpy as np

        joined = np.zeros(len(numbers), np.uint64)
        for step in range(length):
            joined <<= np.uint64(self._bits)
            joined[: max(0, len(numbers) - step)] |= numbers[step:]
        return joined


def _count(found: Mapping[int, Near], ratio: float) -> int:
    """Return the number of places with at least this ratio."""
    return sum(near.ratio >= ratio for near in found.values())


def _codes(text: str) -> "NDArray[np.uint32]":
    import numpy as np

    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def aligned(passage: str, text: str) -> tuple[float, int, int]:
    """Return the span of a passage that is most similar to a text: its similarity, start and end.

    The similarity is from 0 to 1: twice the length of the longest common subsequence, divided by the sum of
    both lengths.
    """
    from rapidfuzz.distance import LCSseq

    start, end, ratio = 0, len(passage), 0.0
    # Of equally long subsequences, `rapidfuzz` finds the one that begins first. So search the passage, then
    # the result backwards. Otherwise, one end could be far from the rest.
    for step in (1, -1):
        span, backwards = passage[start:end][::step], text[::step]
        blocks = [
            (one.src_start, one.dest_start, one.src_end - one.src_start)
            for one in LCSseq.opcodes(span, backwards)
            if one.tag == "equal"
        ]
        if not blocks:
            return 0.0, 0, 0
        run = _best_run(blocks, len(text))
        # Before and after a common block, the span has as many characters as the text. The block at an end
        # may be common by chance, so try the ends that the next blocks give too.
        firsts = [*dict.fromkeys(max(0, at - offset) for at, offset, _ in run[:_ENDS])]
        last_blocks = run[: -_ENDS - 1 : -1]
        lasts = [*dict.fromkeys(min(len(span), at - offset + len(text)) for at, offset, _ in last_blocks)]
        first = firsts[_nearest(backwards, [span[one : lasts[0]] for one in firsts])[1]]
        ratio, number = _nearest(backwards, [span[first:one] for one in lasts])
        last = lasts[number]
        start, end = (start + first, start + last) if step == 1 else (end - last, end - first)
    return ratio, start, end


def _nearest(text: str, spans: list[str]) -> tuple[float, int]:
    """Return the highest similarity of a text to one of some spans, and the index of the span."""
    from rapidfuzz.distance import Indel
    from rapidfuzz.process import extractOne

    _, ratio, number = extractOne(text, spans, scorer=Indel.normalized_similarity)
    return ratio, number


def _best_run(blocks: list[tuple[int, int, int]], length: int) -> list[tuple[int, int, int]]:
    """Return the consecutive blocks whose span is most similar to the text.

    A block is a common string: its offset in the passage, its offset in the text, its length. A passage that
    is longer than the text has some characters in common with it by chance, far from the others. So this
    function maximises ``2 * common / (length of the span + length of the text)`` by Dinkelbach's algorithm:
    each pass finds the run that exceeds a given ratio most, and passes its ratio to the next pass.
    """
    ratio, best = 0.0, blocks
    while True:
        common, opening, top = 0, float("-inf"), float("-inf")
        for number, (at, offset, size) in enumerate(blocks):
            # The span of a run is from the diagonal of its first block to that of its last, plus the length.
            diagonal = at - offset
            if ratio * diagonal - 2 * common > opening:
                opening, first = ratio * diagonal - 2 * common, (number, diagonal, common)
            common += size
            if opening + 2 * common - ratio * diagonal > top:
                top = opening + 2 * common - ratio * diagonal
                opened, closed = first, (number, diagonal, common)
        higher = 2 * (closed[2] - opened[2]) / (closed[1] - opened[1] + 2 * length)
        if higher <= ratio:
            return best
        ratio, best = higher, blocks[opened[0] : closed[0] + 1]
