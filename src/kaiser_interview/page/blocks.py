"""Cut a source into blocks: a claim or heading with the text before it on its line, or other text."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from ..corpus.files import CorpusClaim, Heading

__all__ = ["Piece", "TextBlock", "blocks_of"]


class Piece(NamedTuple):
    """A part of a source in which no claim begins or ends."""

    text: str
    claims: tuple[str, ...] = ()
    """The ids of the claims that contain it; the one that begins last is the last."""
    begins: tuple[str, ...] = ()
    """The ids of the claims that begin here."""
    headings: tuple[str, ...] = ()
    """The ids of the headings that begin here."""
    is_marker: bool = False
    """Whether it is in the markers after a claim."""


@dataclass
class TextBlock:
    """A part of a source. Claims and headings that overlap are in one block."""

    start: int
    end: int
    claims: list[CorpusClaim] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    pieces: Sequence[Piece] = ()


def blocks_of(text: str, claims: Iterable[CorpusClaim], headings: Iterable[Heading]) -> Iterator[TextBlock]:
    """Yield the blocks of a source, in order. Together, they have the whole text except blank lines.

    Parameters
    ----------
    text : str
        The source.
    claims : iterable of CorpusClaim
        Its claims.
    headings : iterable of Heading
        Its headings.
    """
    spans: list[tuple[int, int, CorpusClaim | Heading]] = [
        *((one.start, one.passage_end, one) for one in claims),
        *((one.start, one.start + len(one.text), one) for one in headings),
    ]
    blocks: list[TextBlock] = []
    for start, end, one in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not blocks or start >= blocks[-1].end:
            blocks.append(TextBlock(start, end))
        blocks[-1].end = max(end, blocks[-1].end)
        if isinstance(one, Heading):
            blocks[-1].headings.append(one)
        else:
            blocks[-1].claims.append(one)
    for block, start in zip(blocks, [*(one.start for one in blocks[1:]), len(text)], strict=True):
        # What follows on the line is in the block too; before another claim, only a full stop or the like.
        gap = text[block.end : start]
        is_last = "\n" in gap or start == len(text)
        block.end += len(re.split(r"\r?\n" if is_last else r"\s", gap, maxsplit=1)[0])
    at = 0
    for block in blocks:
        line = max(at, text.rfind("\n", at, block.start) + 1)
        yield from _other(text, at, line)
        block.start, at = line, block.end
        block.pieces = [*_pieces(text, block)]
        yield block
    yield from _other(text, at, len(text))


def _other(text: str, start: int, end: int) -> Iterator[TextBlock]:
    """Yield the block of a text without claims and headings, unless it is blank."""
    if text[start:end].strip():
        yield TextBlock(start, end, pieces=(Piece(text[start:end].strip("\r\n")),))


def _pieces(text: str, block: TextBlock) -> Iterator[Piece]:
    edges = {at for one in block.claims for at in (one.start, one.end, one.passage_end)}
    edges |= {one.start for one in block.headings}
    waiting, active = block.claims[::-1], list[CorpusClaim]()
    for start, end in pairwise(sorted(edges | {block.start, block.end})):
        active = [one for one in active if one.passage_end > start]
        begins = []
        while waiting and waiting[-1].start == start:
            begins.append(waiting.pop())
        active += begins
        containing = [one for one in active if start < one.end]
        is_marker = bool(active) and not containing
        headings = tuple(one.record_id for one in block.headings if one.start == start)
        yield Piece(text[start:end], _ids(containing), _ids(begins), headings, is_marker)


def _ids(claims: Iterable[CorpusClaim]) -> tuple[str, ...]:
    return tuple(one.claim_id for one in claims)
