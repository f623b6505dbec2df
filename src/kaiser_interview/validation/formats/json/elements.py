"""Find the objects in a part of a JSON array, many at once.

An element ends when the number of closed brackets equals the number of opened brackets, outside strings. A
bracket is in a string if the number of unescaped quotation marks before it is odd. Both hold for valid JSON
only. The search stops where the text may be invalid: at a backslash outside strings, and if there is anything
but one comma between two elements.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ...arrow.arrays import Bools, Ints
from ..text import SPACE

__all__ = ["Elements", "elements_of", "lines_of"]

_WORD = 8

_APART = 64
"""Maximum number of bytes between two elements."""

_QUOTE, _BACKSLASH, _COMMA, _LINE_FEED = b'"\\,\n'

_STEP = np.zeros(256, np.int8)
_STEP[[*b"[{"]], _STEP[[*b"]}"]] = 1, -1

_SPACE = np.zeros(256, np.bool_)
_SPACE[[*SPACE]] = True


class Elements(NamedTuple):
    """The positions of elements in a text, in bytes."""

    starts: Ints
    ends: Ints
    commas: Ints
    """The commas between the elements; one fewer than elements."""
    all_read: bool
    """Whether the search reached the end of the text or of the array."""


def elements_of(text: bytes, *, longest: int) -> Elements:
    """Return the positions of the objects and arrays at the start of a text, separated by single commas.

    Parameters
    ----------
    text : bytes
        A part of an array, from the start of an element on.
    longest : int
        Maximum number of bytes of an element.
    """
    raw = np.frombuffer(text, np.uint8)
    is_quote = raw == _QUOTE
    if b"\\" in text:
        is_quote[_escaped(np.flatnonzero(raw == _BACKSLASH), len(raw))] = False
    # With bit 0x20 set, brackets equal braces: two byte values, and the one between them is the backslash.
    is_mark = np.zeros(-(-len(raw) // _WORD) * _WORD, np.bool_)
    np.less_equal((raw | np.uint8(0x20)) - np.uint8(0x7B), 2, out=is_mark[: len(raw)])
    words = is_mark.view(np.uint64)
    some = np.flatnonzero(words)  # eight bytes at a time: marks are rare
    found = np.flatnonzero(words[some].view(np.bool_))
    marks = some[found // _WORD] * _WORD + found % _WORD
    odd = np.bitwise_xor.reduceat(is_quote.view(np.uint8), np.concatenate([[0], marks]))[:-1]
    is_outside = np.bitwise_xor.accumulate(odd) == 0
    doubts = np.flatnonzero((raw[marks] == _BACKSLASH) & is_outside)
    marks, is_outside = (one[: doubts[0] if len(doubts) else None] for one in (marks, is_outside))
    steps = np.where(is_outside, _STEP[raw[marks]], 0)
    depth = np.cumsum(steps, dtype=np.int64)
    closed = np.flatnonzero(depth < 0)  # the array ends here
    marks, steps, depth = (one[: closed[0] if len(closed) else None] for one in (marks, steps, depth))
    ends = marks[(steps < 0) & (depth == 0)] + 1
    starts = marks[(steps > 0) & (depth == 1)][: len(ends)]
    commas = _commas(raw, starts, ends)
    count = _before((ends - starts > longest)[: len(commas) + 1])
    all_read = count == len(ends) and not len(doubts)
    return Elements(starts[:count], ends[:count], commas[: max(count - 1, 0)], all_read)


def lines_of(text: bytes, commas: Ints) -> bytes:
    """Return a text with these commas replaced by line feeds, and its line feeds by carriage returns.

    In valid JSON, both characters are white space outside strings, and neither is allowed in strings.
    """
    raw = np.frombuffer(text.replace(b"\n", b"\r"), np.uint8).copy()
    raw[commas] = _LINE_FEED
    return raw.tobytes()


def _escaped(slashes: Ints, size: int) -> Ints:
    """Return the offsets of the bytes that these backslashes escape."""
    order = np.arange(len(slashes))  # in a run of backslashes, the first, third, … escape the next byte
    run = np.maximum.accumulate(np.where(np.diff(slashes, prepend=-2) > 1, order, 0))
    escaped: Ints = slashes[(order - run) % 2 == 0] + 1
    return np.extract(escaped < size, escaped)


def _commas(raw: npt.NDArray[np.uint8], starts: Ints, ends: Ints) -> Ints:
    """Return the commas between elements; stop where there is not exactly one comma and white space."""
    sizes = starts[1:] - ends[:-1]
    sizes = sizes[: _before((sizes < 1) | (sizes > _APART))]
    if not len(sizes):
        return sizes
    firsts = np.cumsum(sizes) - sizes
    places = np.arange(sizes.sum()) + np.repeat(ends[: len(sizes)] - firsts, sizes)
    between = raw[places]
    is_comma = between == _COMMA
    one_comma = np.add.reduceat(is_comma, firsts, dtype=np.int64) == 1
    right = one_comma & np.logical_and.reduceat(is_comma | _SPACE[between], firsts)
    return np.extract(is_comma, places)[: _before(~right)]


def _before(wrong: Bools) -> int:
    """Return the number of elements of a mask before the first true one."""
    return int(wrong.argmax()) if wrong.any() else len(wrong)
