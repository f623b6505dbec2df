"""Find the numbers of a claim that its translation does not have."""

import re
import unicodedata
from collections.abc import Iterator

__all__ = ["missing_numbers", "numbers"]

_SPACES = " \u00a0\u2009\u202f"

# Digits in groups of three separated by spaces, or digits with grouping or decimal marks.
_NUMBER = re.compile(
    rf"[0-9]{{1,3}}(?:[{_SPACES}][0-9]{{3}})+(?:[.,\u066b][0-9]+)?(?![0-9])|[0-9]+(?:[.,'’\u066b\u066c][0-9]+)*"
)

_MARKS = re.compile(rf"[.,'’\u066b\u066c{_SPACES}]")

_GROUP = 3

_DECIMAL = (".", ",", "\u066b")


def numbers(text: str) -> tuple[str, ...]:
    """Return the distinct numbers in digits of a text, in order of appearance, without grouping marks."""
    return tuple(dict.fromkeys(_likeliest(found) for found in _NUMBER.findall(_in_ascii(text))))


def missing_numbers(wanted: tuple[str, ...], text: str) -> list[str]:
    """Return the wanted numbers that a text does not have, however its marks are read."""
    present = {reading for found in _NUMBER.findall(_in_ascii(text)) for reading in _readings(found)}
    return [number for number in wanted if number not in present]


def _in_ascii(text: str) -> str:
    """Replace the digits of every script by 0 to 9, and full-width marks by narrow ones."""
    if text.isascii():
        return text
    # Normalise one character at a time: digits and marks never span several, and NFKC of a long text of
    # combining marks takes quadratic time.
    return text.translate(_PLAIN)


class _Plain(dict[int, str]):
    """What each character is replaced by, computed when it is first needed."""

    def __missing__(self, code: int) -> str:
        normal = unicodedata.normalize("NFKC", chr(code))
        self[code] = plain = "".join(str(unicodedata.decimal(one, one)) for one in normal)
        return plain


_PLAIN = _Plain()


def _likeliest(found: str) -> str:
    """Return the most likely number that digits and marks in a source mean."""
    marks = _MARKS.findall(found)
    whole, *decimal = _whole(found)
    grouped = len(marks) == 1 and marks[0] != "." and len(_MARKS.split(found)[1]) == _GROUP
    return decimal[0] if decimal and not grouped and len({*marks}) == min(len(marks), 2) else whole


def _whole(found: str) -> Iterator[str]:
    """Yield its readings as one number: all marks are for grouping, or the last is a decimal mark."""
    parts, marks = _MARKS.split(found), _MARKS.findall(found)
    yield "".join(parts)
    if marks and marks[-1] in _DECIMAL:
        yield f"{''.join(parts[:-1])}.{parts[-1]}"


def _readings(found: str) -> Iterator[str]:
    """Yield all its readings: as one number, or as several, such as a list, a date or a version."""
    yield from _whole(found)
    yield from _MARKS.split(found)
