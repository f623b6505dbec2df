"""The differences between a passage and a text: by word, or by character in scripts without spaces."""

import re
import unicodedata
from itertools import accumulate
from typing import Literal, NamedTuple

__all__ = ["Change", "changes", "whole_units"]

# Thai to Myanmar, Khmer, and East Asian scripts except Hangul.
_UNSPACED = (
    "\u0e00-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u312f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\ua4cf\uf900-\ufaff\uff66-\uff9f\U00016fe0-\U00018d08\U0001b000-\U0001b2ff"
    "\U00020000-\U0003ffff"
)

_UNITS = re.compile(rf"([^\W{_UNSPACED}]+)|[\s\S]")

_FEW = 31
"""How many differences of two texts are expected at first."""

_LONGEST_WORD = 40
"""A longer run of letters is no word: each of its characters is one."""


class Change(NamedTuple):
    """A difference: a part of the passage, and the text that replaces it. Either may be empty."""

    start: int
    """Offset of the first code point, counted like the offsets of the match."""
    end: int
    """Offset after the last code point."""
    passage: str
    text: str


def changes(
    passage: str, text: str, offset: int = 0, *, by: Literal["word", "character"] = "word"
) -> tuple[Change, ...]:
    """Return the differences between a passage and a text; offsets start at that of the passage.

    By word, words are replaced, added and left out as a whole. In Chinese, Japanese, Thai and other scripts
    without spaces between words, each character is a word.
    """
    if passage == text:
        return ()
    from rapidfuzz.distance import Levenshtein

    cut = _units if by == "word" else str
    before, after = [*cut(passage)], [*cut(text)]
    numbers: dict[str, int] = {}
    for unit in (*before, *after):
        numbers.setdefault(unit, len(numbers))
    starts, text_starts = ([*accumulate(map(len, units), initial=0)] for units in (before, after))
    found: list[Change] = []
    units = ([numbers[unit] for unit in given] for given in (before, after))
    # The hint makes the time of long texts depend on the number of differences; the result is the same.
    for one in Levenshtein.opcodes(*units, score_hint=_FEW):
        if one.tag == "equal":
            continue
        start, end = starts[one.src_start], starts[one.src_end]
        replacement = text[text_starts[one.dest_start] : text_starts[one.dest_end]]
        # Merge it with the one before it, if at most white space is between the two.
        if found and not (between := passage[found[-1].end - offset : start]).strip():
            last = found.pop()
            start, replacement = last.start - offset, f"{last.text}{between}{replacement}"
        part = Change(offset + start, offset + end, passage[start:end], replacement)
        found.append(part)
    return tuple(found)


def whole_units(passage: str, start: int, end: int) -> tuple[int, int]:
    """Return the span that also contains the rest of the words in which a span begins and ends."""
    first, last = max(0, start - _LONGEST_WORD), min(len(passage), end + _LONGEST_WORD)
    bounds = [*accumulate(map(len, _units(passage[first:last])), initial=first)]
    opens = max(bound for bound in bounds if bound <= start)
    closes = min(bound for bound in bounds if bound >= end)
    return (
        start if opens == first > 0 else opens,
        end if closes == last < len(passage) else closes,
    )


def _units(text: str) -> list[str]:
    """Return the words and other characters of a text; combining marks belong to what is before them."""
    units: list[str] = []
    in_word = False
    for part in _UNITS.finditer(text):
        is_word = part.lastindex == 1
        # Two words meet only at a mark, which continues the first.
        if units and (_is_mark(part[0]) or (is_word and in_word)):
            units[-1] += part[0]
        else:
            units.append(part[0])
            in_word = is_word
    return [one for unit in units for one in (unit if len(unit) > _LONGEST_WORD else [unit])]


def _is_mark(part: str) -> bool:
    return not part.isascii() and len(part) == 1 and unicodedata.category(part)[0] == "M"
