"""Parse the source text into segments, dialogues and claims.

The grammar of a summary, in full (`SP` is one space, `LF` one line feed)::

    summary  = dialogue { SP dialogue } LF headline LF outlet "·" time [ LF ]
    dialogue = heading claim { claim }
    heading  = "对话" numeral ":" words        the numerals count 一, 二, 三, … 九十九
    claim    = " - " words SP marker { marker }
    marker   = "[" number "]"                  no leading zero, at most nine digits
    time     = YYYY-MM-DD SP hh:mm             a valid date and time

`words`, `headline` and `outlet` have at least one character, contain no control character, and neither begin
nor end with white space. `words` contain neither the separator ``" - "`` nor a marker. So the grammar is
unambiguous, and a text that does not match is rejected at the offset where it stops matching.

Offsets are Unicode code points into the decoded text, start inclusive, end exclusive, as in the W3C
`TextPositionSelector <https://www.w3.org/TR/annotation-model/#text-position-selector>`_.
"""

import re
from datetime import datetime
from typing import Literal, NamedTuple

from ..errors import SourceError

__all__ = ["Cut", "CutClaim", "CutDialogue", "Segment", "SegmentKind", "cut", "decode", "numeral"]

SegmentKind = Literal[
    "heading", "separator", "claim", "markers", "white-space", "headline", "outlet", "publication-time"
]

CONTEXT = 16
"""The length of a claim's `prefix` and `suffix` in code points."""

_MOST = 99  # ids have two digits: d01 … d99, c01 … c99

_DIGITS = "零一二三四五六七八九"

_SEPARATOR = " - "

_STOP = re.compile(r" - |\[[0-9]+\]|\n")

_MARKERS = re.compile(r"(?:\[[1-9][0-9]{0,8}\])+")

_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}\Z")


class Segment(NamedTuple):
    """A part of the source with its role.

    Segments cover the source without gaps or overlaps: the first starts at 0, each starts where the previous
    one ends, and the last ends at the length of the text.
    """

    kind: SegmentKind
    start: int
    """Offset of the first code point."""
    end: int
    """Offset after the last code point."""
    text: str


class CutClaim(NamedTuple):
    """A claim as the source prints it."""

    claim_id: str
    dialogue_id: str
    position: int
    text: str
    citations: tuple[int, ...]
    start: int
    end: int
    prefix: str
    suffix: str


class CutDialogue(NamedTuple):
    """A dialogue as the source prints it, from the first character of its heading to its last marker."""

    dialogue_id: str
    number: int
    title: str
    start: int
    end: int
    claim_count: int


class Cut(NamedTuple):
    """The result of parsing a source."""

    segments: tuple[Segment, ...]
    dialogues: tuple[CutDialogue, ...]
    claims: tuple[CutClaim, ...]
    headline: str
    outlet: str
    published: str


def numeral(number: int) -> str:
    """Return a number from 1 to 99 in Chinese numerals.

    Raises
    ------
    ValueError
        The number is outside 1 to 99.

    Examples
    --------
    >>> numeral(4), numeral(10), numeral(21)
    ('四', '十', '二十一')
    """
    if not 1 <= number <= _MOST:
        raise ValueError(f"number: expected 1 to {_MOST}, got {number}")
    tens, ones = divmod(number, 10)
    return (_DIGITS[tens] if tens > 1 else "") + ("十" if tens else "") + (_DIGITS[ones] if ones else "")


def decode(source: bytes) -> str:
    """Decode UTF-8 without changing line ends or Unicode normal forms.

    Raises
    ------
    SourceError
        The bytes are not UTF-8. `offset` is then the number of code points before the first bad byte.
    """
    try:
        return source.decode("utf-8")
    except UnicodeDecodeError as error:
        before = source[: error.start].decode("utf-8")
        raise SourceError(len(before), "UTF-8", f"byte 0x{source[error.start]:02x}") from None


def cut(text: str) -> Cut:
    r"""Parse a summary into its segments, dialogues and claims.

    A text that does not match the module's grammar is rejected as a whole; nothing is guessed, skipped or
    repaired.

    Parameters
    ----------
    text : str
        The decoded source.

    Returns
    -------
    Cut
        Segments that cover `text` from 0 to ``len(text)``, and the dialogues and claims in them.

    Raises
    ------
    SourceError
        The text does not match. The error has the offset (code points) and what was expected there.

    Examples
    --------
    >>> found = cut("对话一:甲 - 乙 [1][2]\n丙\n丁·2025-10-10 17:52")
    >>> [(s.kind, s.start, s.end) for s in found.segments[:4]]
    [('heading', 0, 5), ('separator', 5, 8), ('claim', 8, 9), ('white-space', 9, 10)]
    >>> found.claims[0].text, found.claims[0].citations
    ('乙', (1, 2))
    """
    control = _CONTROL.search(text)
    if control:
        raise _refused(text, control.start(), "no control character except line feed")
    return _Cutter(text).cut()


def _refused(text: str, offset: int, expected: str) -> SourceError:
    got = repr(text[offset : offset + 12]) if offset < len(text) else "the end of the text"
    return SourceError(offset, expected, got)


class _Cutter:
    """A parser of one text; `at` is the offset up to which segments cover it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.segments: list[Segment] = []

    def cut(self) -> Cut:
        dialogues = [self.dialogue(1)]
        while self.text.startswith(" ", self.at):
            self.take("white-space", self.at + 1)
            dialogues.append(self.dialogue(len(dialogues) + 1))
        self.expect("\n", "' - ' and a claim, ' 对话' and a dialogue, or a line feed", "white-space")
        headline = self.line("headline", "a headline and a line feed")
        self.expect("\n", "a line feed after the headline", "white-space")
        outlet, published = self.imprint()
        return Cut(
            tuple(self.segments),
            tuple(dialogue for dialogue, _ in dialogues),
            tuple(claim for _, claims in dialogues for claim in claims),
            headline,
            outlet,
            published,
        )

    def dialogue(self, number: int) -> tuple[CutDialogue, list[CutClaim]]:
        if number > _MOST:
            raise _refused(self.text, self.at, f"at most {_MOST} dialogues")
        start = self.at
        opening = f"对话{numeral(number)}:"
        if not self.text.startswith(opening, start):
            raise _refused(self.text, start, repr(opening))
        title = self.words(start + len(opening), _SEPARATOR, "a title and ' - '")
        self.take("heading", start + len(opening) + len(title))
        dialogue_id = f"d{number:02d}"
        claims: list[CutClaim] = []
        while self.text.startswith(_SEPARATOR, self.at):
            self.take("separator", self.at + len(_SEPARATOR))
            claims.append(self.claim(dialogue_id, len(claims) + 1))
        return CutDialogue(dialogue_id, number, title, start, self.at, len(claims)), claims

    def claim(self, dialogue_id: str, position: int) -> CutClaim:
        if position > _MOST:
            raise _refused(self.text, self.at, f"at most {_MOST} claims in a dialogue")
        start = self.at
        words = self.words(start, " [", "the claim's words, a space and a marker such as [7]")
        end = self.take("claim", start + len(words)).end
        self.take("white-space", end + 1)
        markers = _MARKERS.match(self.text, self.at)
        if not markers:
            raise _refused(self.text, self.at, "a number from 1, of at most nine digits, in brackets")
        self.take("markers", markers.end())
        return CutClaim(
            f"{dialogue_id}-c{position:02d}",
            dialogue_id,
            position,
            words,
            tuple(int(number) for number in markers[0][1:-1].split("][")),
            start,
            end,
            self.text[max(0, start - CONTEXT) : start],
            self.text[end : end + CONTEXT],
        )

    def words(self, start: int, closing: str, expected: str) -> str:
        """Return the words from `start` up to the separator or marker that must follow them."""
        stop = _STOP.search(self.text, start)
        if not stop:
            raise _refused(self.text, len(self.text), expected)
        end = stop.start() - (closing == " [")
        words = self.text[start : max(start, end)]
        if not self.text.startswith(closing, end) or not words:
            raise _refused(self.text, stop.start(), expected)
        self.no_outer_space(words, start)
        return words

    def line(self, kind: SegmentKind, expected: str) -> str:
        end = self.text.find("\n", self.at)
        if end <= self.at:
            raise _refused(self.text, len(self.text) if end < 0 else end, expected)
        self.no_outer_space(self.text[self.at : end], self.at)
        return self.take(kind, end).text

    def imprint(self) -> tuple[str, str]:
        """Cut the last line, outlet and time; the outlet's own name may hold a middle dot."""
        end = len(self.text) - self.text.endswith("\n")
        dot = self.text.rfind("·", self.at, end)
        if dot <= self.at:
            raise _refused(self.text, self.at, "an outlet, '·' and a time")
        self.no_outer_space(self.text[self.at : dot], self.at)
        if "\n" in self.text[self.at : dot]:
            raise _refused(self.text, self.text.index("\n", self.at), "an outlet, '·' and a time")
        if not _TIME.match(self.text[dot + 1 : end]) or not _exists(self.text[dot + 1 : end]):
            raise _refused(self.text, dot + 1, "a time such as 2025-10-10 17:52, and the end of the text")
        outlet = self.take("outlet", dot).text
        self.take("separator", dot + 1)
        published = self.take("publication-time", end).text
        if end < len(self.text):
            self.take("white-space", end + 1)
        return outlet, published

    def no_outer_space(self, words: str, start: int) -> None:
        if words != words.lstrip():
            raise _refused(self.text, start, "no white space here")
        if words != words.rstrip():
            raise _refused(self.text, start + len(words.rstrip()), "no white space here")

    def expect(self, literal: str, expected: str, kind: SegmentKind) -> None:
        if not self.text.startswith(literal, self.at):
            raise _refused(self.text, self.at, expected)
        self.take(kind, self.at + len(literal))

    def take(self, kind: SegmentKind, end: int) -> Segment:
        segment = Segment(kind, self.at, end, self.text[self.at : end])
        self.segments.append(segment)
        self.at = end
        return segment


def _exists(time: str) -> bool:
    try:
        datetime.fromisoformat(time)
    except ValueError:
        return False
    return True
