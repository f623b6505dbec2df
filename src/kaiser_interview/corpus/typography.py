"""Normalise typography in a text, with a mapping back to the original offsets.

Two texts differ only in typography if they are equal after these steps, in this order:

1. Unicode NFKC (full-width and half-width forms, ligatures, circled digits, ideographic space, …);
2. each character in a value of `TABLE` is replaced by its key;
3. white space and the invisible characters U+00AD, U+200B, U+2060 and U+FEFF are removed;
4. a run of hyphens becomes one hyphen, and a run of two or more full stops becomes three.

Case is kept, and letters and digits change only as NFKC changes them, so a passage never equals its negation.
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


class _Piece(NamedTuple):
    """A piece of folded text with its original start and end; -1 for an edge within a cluster."""

    text: str
    start: int
    end: int


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


def fold_typography(text: str) -> Folded:
    """Normalise the typography of a text as described above; keep the original offsets."""
    pieces: list[_Piece] = []
    for start, end in _clusters(text):
        normal = unicodedata.normalize("NFKC", text[start:end]).translate(_FOLDED).translate(_INVISIBLE)
        parts = _PARTS.findall("".join(normal.split()))
        for number, part in enumerate(parts):
            opens = start if number == 0 else _INSIDE
            closes = end if number == len(parts) - 1 else _INSIDE
            run = _RUNS.get(part[0])
            if run and pieces and pieces[-1].text in (part[0], run):
                # Continue a run of hyphens or full stops that an earlier cluster began.
                pieces[-1] = _Piece(run, pieces[-1].start, closes)
            else:
                pieces.append(_Piece(run if run and len(part) > 1 else part, opens, closes))
    return _folded(pieces)


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


def _folded(pieces: list[_Piece]) -> Folded:
    starts: list[int] = []
    ends: list[int] = []
    for piece in pieces:
        inside = [_INSIDE] * (len(piece.text) - 1)
        starts += [piece.start, *inside]
        ends += [*inside, piece.end]
    return Folded("".join(piece.text for piece in pieces), tuple(starts), tuple(ends))
