"""Whether a translation keeps the numbers of its claim."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

__all__ = ["missing_numbers", "numbers"]

_SPACES = " \u00a0\u2009\u202f"

# Groups of three divided by spaces, else digits with what groups them or stands before their decimals.
_NUMBER = re.compile(
    rf"[0-9]{{1,3}}(?:[{_SPACES}][0-9]{{3}})+(?:[.,\u066b][0-9]+)?(?![0-9])|[0-9]+(?:[.,'’\u066b\u066c][0-9]+)*"
)

_MARKS = re.compile(rf"[.,'’\u066b\u066c{_SPACES}]")

_GROUP = 3

_DECIMAL = (".", ",", "\u066b")


def numbers(text: str) -> tuple[str, ...]:
    """Return the numbers that a text has in digits, in their order, without grouping."""
    return tuple(dict.fromkeys(_likeliest(found) for found in _NUMBER.findall(_in_ascii(text))))


def missing_numbers(wanted: tuple[str, ...], text: str) -> list[str]:
    """Return those of some numbers that a text has under no reading of its marks."""
    present = {reading for found in _NUMBER.findall(_in_ascii(text)) for reading in _readings(found)}
    return [number for number in wanted if number not in present]


def _in_ascii(text: str) -> str:
    """Return a text with the digits of every script as 0 to 9, and full-width marks as narrow ones."""
    if text.isascii():
        return text
    # A character at a time: no digit and no mark among digits is made of several, and of a whole text that is
    # made of combining marks the normal form takes time that grows with the square of its length.
    return text.translate({ord(mark): _plain(mark) for mark in {*text} if not mark.isascii()})


@lru_cache(4096)
def _plain(mark: str) -> str:
    return "".join(str(unicodedata.decimal(one, one)) for one in unicodedata.normalize("NFKC", mark))


def _likeliest(found: str) -> str:
    """Return what a run of digits and marks means in a source, as far as one can tell."""
    marks = _MARKS.findall(found)
    whole, *decimal = _whole(found)
    grouped = len(marks) == 1 and marks[0] != "." and len(_MARKS.split(found)[1]) == _GROUP
    return decimal[0] if decimal and not grouped and len({*marks}) == min(len(marks), 2) else whole


def _whole(found: str) -> Iterator[str]:
    """Yield what it can mean as one number: all marks are grouping, or the last stands before decimals."""
    parts, marks = _MARKS.split(found), _MARKS.findall(found)
    yield "".join(parts)
    if marks and marks[-1] in _DECIMAL:
        yield f"{''.join(parts[:-1])}.{parts[-1]}"


def _readings(found: str) -> Iterator[str]:
    """Yield all that it can mean: one number, or a list, a date, a version of several."""
    yield from _whole(found)
    yield from _MARKS.split(found)
