"""Whether a translation keeps the numbers of its claim."""

import re
import unicodedata
from collections.abc import Iterator

__all__ = ["missing_numbers", "numbers"]

# Digits with what groups them or stands before their decimals: in 1,000.5 as in 1 000,5 and 1’000.5.
_NUMBER = re.compile(r"[0-9]+(?:[.,'’\u066b\u066c \u00a0\u2009\u202f][0-9]+)*")
_GROUP = 3
_DECIMAL = re.compile(r"[.,\u066b]")
_MARKS = re.compile(r"[.,'’\u066b\u066c \u00a0\u2009\u202f]")


def numbers(text: str) -> tuple[str, ...]:
    """Return the numbers that a text has in digits, in their order, without grouping."""
    return tuple(dict.fromkeys(next(_readings(found)) for found in _NUMBER.findall(_in_ascii(text))))


def missing_numbers(wanted: tuple[str, ...], text: str) -> list[str]:
    """Return those of some numbers that a text does not have under any reading of its marks."""
    if not wanted:
        return []
    present = {reading for found in _NUMBER.findall(_in_ascii(text)) for reading in _readings(found)}
    return [number for number in wanted if number not in present]


def _in_ascii(text: str) -> str:
    """Return a text with the decimal digits of every script as 0 to 9."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(mark)) if unicodedata.decimal(mark, -1) >= 0 else mark for mark in text
    )


def _readings(found: str) -> Iterator[str]:
    """Yield what a run of digits and marks can mean, the likeliest first."""
    parts, marks = _MARKS.split(found), _MARKS.findall(found)
    whole = "".join(parts)
    decimal = f"{''.join(parts[:-1])}.{parts[-1]}"
    if not marks:
        yield found
        return
    # 1.000 is a decimal more often than a thousand; 1,000 is a thousand; 1.000,5 has a decimal after groups.
    grouped = all(len(part) == _GROUP for part in parts[1:]) and marks != ["."]
    yield from (whole, decimal) if grouped or not _DECIMAL.fullmatch(marks[-1]) else (decimal, whole)
    # A list, a date, a version: each part by itself.
    yield from parts
