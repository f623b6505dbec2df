"""Texts with their typography or their markers folded away, and the way back to the original offsets.

The typography table, in full. Two texts are the same but for typography if they are equal after, in order:

1. Unicode NFKC (full-width and half-width forms, ligatures, circled digits, ideographic space, …);
2. each character of the table below replaced by the one that stands for it;
3. white space and the invisible characters U+00AD, U+200B, U+2060 and U+FEFF removed;
4. runs of hyphens made one hyphen, and runs of two or more full stops made three.

Case, letters and digits are never folded: a passage and its negation are different passages.
"""

import re
import unicodedata
from typing import NamedTuple

__all__ = ["TABLE", "Folded", "fold_typography", "least_folded", "without_typography"]

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
"""What stands for which characters, beyond what NFKC makes the same."""

_FOLDED = {ord(mark): stands for stands, marks in TABLE.items() for mark in marks}

_INVISIBLE = dict.fromkeys([0xAD, 0x200B, 0x2060, 0xFEFF])

_RUNS = {"-": "-", ".": "..."}

# What NFKC makes hyphens and full stops of, and does not stand in the table.
_IN_RUNS = dict.fromkeys(map(ord, "⁻₋︱︲﹘﹣－"), "-") | dict.fromkeys(map(ord, "․‥…︒︙︰﹒．"), ".")

_AT_ONCE = _FOLDED | _INVISIBLE | _IN_RUNS

# Characters that NFKC makes one of, at the most (Unicode Standard Annex 15, section 8).
_COMPOSED = 4

_HYPHENS, _DOTS = re.compile("-{2,}"), re.compile(r"\.{2,}")

_PARTS = re.compile(r"-+|\.+|[^-.]+")

_INSIDE = -1


class _Piece(NamedTuple):
    """A stretch of folded text, and where it starts and ends in the original if it does at a boundary."""

    text: str
    start: int
    end: int


class Folded(NamedTuple):
    """A folded text whose pieces know where they stood."""

    text: str
    starts: tuple[int, ...]
    """For each folded character the original offset at which its piece starts, or -1 inside a piece."""
    ends: tuple[int, ...]
    """For each folded character the original offset at which its piece ends, or -1 before its last."""

    def places(self, folded: str) -> list[tuple[int, int]]:
        """Return the original spans (start, end) of every place where a folded text stands.

        A place that begins or ends inside a piece, such as within the three dots that one ellipsis is
        folded to, is none.
        """
        found = []
        at = self.text.find(folded) if folded else -1
        while at >= 0:
            start, end = self.starts[at], self.ends[at + len(folded) - 1]
            if start >= 0 and end >= 0:
                found.append((start, end))
            at = self.text.find(folded, at + 1)
        return found


def fold_typography(text: str) -> Folded:
    """Fold a text's typography by the module's table."""
    pieces: list[_Piece] = []
    for start, end in _clusters(text):
        normal = unicodedata.normalize("NFKC", text[start:end]).translate(_FOLDED).translate(_INVISIBLE)
        parts = _PARTS.findall("".join(normal.split()))
        for number, part in enumerate(parts):
            opens = start if number == 0 else _INSIDE
            closes = end if number == len(parts) - 1 else _INSIDE
            run = _RUNS.get(part[0])
            if run and pieces and pieces[-1].text in (part[0], run):
                # A run that goes on: of hyphens or full stops, which other clusters have begun.
                pieces[-1] = _Piece(run, pieces[-1].start, closes)
            else:
                pieces.append(_Piece(run if run and len(part) > 1 else part, opens, closes))
    return _folded(pieces)


def without_typography(text: str) -> str:
    """Return a text with its typography folded, and no way back."""
    normal = unicodedata.normalize("NFKC", text).translate(_FOLDED).translate(_INVISIBLE)
    return _DOTS.sub("...", _HYPHENS.sub("-", "".join(normal.split())))


def least_folded(text: str) -> int:
    """Return a number of characters that a text with its typography folded has at least.

    It takes time in proportion to the text's length, which NFKC does not: combining marks are put in order.
    """
    bare = "".join(text.translate(_AT_ONCE).split())
    return len(_DOTS.sub(".", _HYPHENS.sub("-", bare))) // _COMPOSED


def _clusters(text: str) -> list[tuple[int, int]]:
    """Cut a text where NFKC of the whole is NFKC of the parts, one after another."""
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
        return True  # marks are put in canonical order
    together = unicodedata.normalize("NFKC", cluster + following)
    return together != unicodedata.normalize("NFKC", cluster) + normal


def _folded(pieces: list[_Piece]) -> Folded:
    starts: list[int] = []
    ends: list[int] = []
    for piece in pieces:
        inside = [_INSIDE] * (len(piece.text) - 1)
        starts += [piece.start, *inside]
        ends += [*inside, piece.end]
    return Folded("".join(piece.text for piece in pieces), tuple(starts), tuple(ends))
