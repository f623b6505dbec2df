"""Normalise typography in a text, with a mapping back to the original offsets.

Two texts differ only in typography if they are equal after these steps, in this order:

1. Unicode NFKC (full-width and half-width forms, ligatures, circled digits, ideographic space, …);
2. each character in a value of `TABLE` is replaced by its key;
3. white space and the invisible characters U+00AD, U+200B, U+2060 and U+FEFF are removed;
4. a run of hyphens becomes one hyphen, and a run of two or more full stops becomes three.

Case is kept, and letters and digits change only as NFKC changes them, so a passage never equals its negation.
`without_case` also folds case, for searches.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache, wraps
from typing import NamedTuple

__all__ = [
    "TABLE",
    "Folded",
    "Folding",
    "cached_fold",
    "fold_case",
    "fold_typography",
    "least_folded",
    "without_case",
    "without_typography",
]

TABLE = {
    '"': "“”„‟«»「」『』〝〞〟",
    "'": "‘’‚‛`´",
    "-": "‐‑‒–—―−⸺⸻",
    ".": "。｡",
    ",": "、､",
    "·": "•‧∙⋅・･",
    "<": "《〈",
    ">": "》〉",
    "[": "【〔〖",
    "]": "】〕〗",
    "~": "〜∼",
}
"""Each replacement, with the characters that it replaces, in addition to NFKC."""

_FOLDED = {ord(mark): replacement for replacement, marks in TABLE.items() for mark in marks}

_INVISIBLE = dict.fromkeys([0xAD, 0x200B, 0x2060, 0xFEFF])

_RUNS = {"-": "-", ".": "..."}

# Characters outside the table that NFKC turns into hyphens and full stops.
_IN_RUNS = dict.fromkeys(map(ord, "⁻₋︱︲﹘﹣－"), "-") | dict.fromkeys(map(ord, "․‥…︒︙︰﹒．"), ".")

_AT_ONCE = _FOLDED | _INVISIBLE | _IN_RUNS

# The most characters that NFKC composes into one (Unicode Standard Annex 15, section 8).
_COMPOSED = 4

_HYPHENS, _DOTS = re.compile("-{2,}"), re.compile(r"\.{2,}")

_PARTS = re.compile(r"-+|\.+|[^-.]+")

_INSIDE = -1

_LONG = 4_000

# Runs of characters that each fold to themselves, or to nothing if they are spaces. No mark joins the last
# character before another character, because NFKC may compose the two.
_PLAIN = re.compile("[ !-,/-_a-~\u4e00-\u9fff]+(?=[ !-,/-_a-~\u4e00-\u9fff]|\\Z)")


class Folded(NamedTuple):
    """A folded text with the original offsets of its pieces."""

    text: str
    starts: tuple[int, ...]
    """For each folded character: the original offset of its piece's start, or -1 if it is not the first."""
    ends: tuple[int, ...]
    """For each folded character: the original offset of its piece's end, or -1 if it is not the last."""

    def places(self, folded: str) -> list[tuple[int, int]]:
        """Return the original spans (start, end) of all occurrences of a folded text.

        An occurrence that begins or ends inside a piece is left out, such as one within the three dots of an
        ellipsis.
        """
        found = []
        at = self.text.find(folded) if folded else -1
        while at >= 0:
            start, end = self.starts[at], self.ends[at + len(folded) - 1]
            if start >= 0 and end >= 0:
                found.append((start, end))
            at = self.text.find(folded, at + 1)
        return found


class Folding:
    """A folded text in the making."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._starts: list[int] = []
        self._ends: list[int] = []

    @property
    def folded(self) -> Folded:
        """What has been added so far."""
        return Folded("".join(self._parts), tuple(self._starts), tuple(self._ends))

    @property
    def last(self) -> str:
        """The text that was added last; empty at the beginning."""
        return self._parts[-1] if self._parts else ""

    def keep(self, text: str, start: int) -> None:
        """Add a part of the original text, each character at its place, without spaces."""
        if kept := text.replace(" ", ""):
            self.keep_all(kept, [at for at, one in enumerate(text, start) if one != " "])

    def keep_all(self, text: str, offsets: Sequence[int]) -> None:
        """Add characters of the original text, given the offset of each."""
        self._parts.append(text)
        self._starts += offsets
        self._ends += [at + 1 for at in offsets]

    def add(self, text: str, start: int, end: int) -> None:
        """Add a piece: what a span is folded to; -1 for an edge that is within the span of a character."""
        inside = [_INSIDE] * (len(text) - 1)
        self._parts.append(text)
        self._starts += [start, *inside]
        self._ends += [*inside, end]

    def extend(self, text: str, end: int) -> None:
        """Replace the last piece, so that it ends at `end`."""
        length = len(self._parts.pop())
        start = self._starts[-length]
        del self._starts[-length:], self._ends[-length:]
        self.add(text, start, end)


def cached_fold(fold: Callable[[str], Folded]) -> Callable[[str], Folded]:
    """Cache the results of a fold, because few passages are compared with many texts.

    Only a few results of long texts are kept: a result takes some 60 bytes for each character.
    """
    short, long = lru_cache(1024)(fold), lru_cache(8)(fold)

    @wraps(fold)
    def cached(text: str) -> Folded:
        return (short if len(text) <= _LONG else long)(text)

    return cached


@cached_fold
def fold_typography(text: str) -> Folded:
    """Normalise the typography of a text as described above; keep the original offsets."""
    folding, at = Folding(), 0
    for plain in _PLAIN.finditer(text):
        _fold(folding, text[at : plain.start()], at)
        folding.keep(plain[0], plain.start())
        at = plain.end()
    _fold(folding, text[at:], at)
    return folding.folded


def _fold(folding: Folding, text: str, offset: int) -> None:
    """Add a part of a text, cluster by cluster."""
    for start, end in _clusters(text):
        normal = unicodedata.normalize("NFKC", text[start:end]).translate(_FOLDED).translate(_INVISIBLE)
        parts = _PARTS.findall("".join(normal.split()))
        for number, part in enumerate(parts):
            opens = offset + start if number == 0 else _INSIDE
            closes = offset + end if number == len(parts) - 1 else _INSIDE
            run = _RUNS.get(part[0])
            if run and folding.last in (part[0], run):
                # Continue a run of hyphens or full stops that an earlier cluster began.
                folding.extend(run, closes)
            else:
                folding.add(run if run and len(part) > 1 else part, opens, closes)


def fold_case(folded: Folded) -> Folded:
    """Fold the case of a text whose typography is normalised; keep the original offsets."""
    text = folded.text.casefold()
    if len(text) == len(folded.text):  # no character becomes shorter, so none became longer
        return folded._replace(text=text)
    starts, ends = [], []
    for one, start, end in zip(*folded, strict=True):
        inside = [_INSIDE] * (len(one.casefold()) - 1)
        starts += [start, *inside]
        ends += [*inside, end]
    return Folded(text, tuple(starts), tuple(ends))


def without_case(text: str) -> str:
    """Normalise the typography and fold the case of a text; do not keep offsets."""
    return without_typography(text).casefold()


def without_typography(text: str) -> str:
    """Normalise the typography of a text as described above; do not keep offsets."""
    normal = unicodedata.normalize("NFKC", text).translate(_FOLDED).translate(_INVISIBLE)
    return _DOTS.sub("...", _HYPHENS.sub("-", "".join(normal.split())))


def least_folded(text: str) -> int:
    """Return a lower bound of the length of a text after `without_typography`.

    This takes linear time. NFKC may take longer, because it sorts combining marks.
    """
    bare = "".join(text.translate(_AT_ONCE).split())
    return len(_DOTS.sub(".", _HYPHENS.sub("-", bare))) // _COMPOSED


def _clusters(text: str) -> list[tuple[int, int]]:
    """Split a text into clusters whose separate NFKC forms concatenate to the NFKC form of the whole."""
    if text.isascii():
        return [(offset, offset + 1) for offset in range(len(text))]
    clusters = []
    start = 0
    for offset in range(1, len(text) + 1):
        if offset == len(text) or not _joins(text[start:offset], text[offset]):
            clusters.append((start, offset))
            start = offset
    return clusters


def _joins(cluster: str, following: str) -> bool:
    if following.isascii():
        return False
    normal = unicodedata.normalize("NFKC", following)
    if unicodedata.combining(normal[0]) if normal else False:
        return True  # NFKC sorts combining marks across the boundary
    together = unicodedata.normalize("NFKC", cluster + following)
    return together != unicodedata.normalize("NFKC", cluster) + normal
