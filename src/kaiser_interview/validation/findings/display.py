r"""Format values for findings: short, with invisible characters escaped.

The same rule holds for all reports. Invisible characters are escaped, as ``\u200b`` or ``\U000e0041``:

- control and format characters, bidirectional controls, surrogates, private and unassigned code points;
- every space but U+0020, separators (U+2028, U+2029), and letters that print nothing (Hangul fillers);
- variation selectors, and combining marks that follow no letter, number or symbol.

Such a character is not escaped where it is an ordinary part of writing: joiners, variation selectors and
tags within emoji; joiners between letters of Arabic, Indic and other joining scripts; variation selectors
after Mongolian letters; Arabic signs that enclose numbers. If two different texts would still look the same,
because one has a joiner or composed characters, these are escaped too (`look_different`).

The texts of a finding (`expected`, `got`, the text of `suggestion`) are escaped when the finding is made.
Data (`file`, `id`, `path`) is escaped when it is printed. JSON has its own escapes for these characters
(`json_text`), so a program reads the original value.
"""

import json
import re
import unicodedata
from collections.abc import Callable
from typing import Any

from ..arrow.unreadable import Unreadable

__all__ = ["clip", "counted", "cut", "encodable", "json_text", "look_different", "shown", "visible"]

_LONGEST = 80

_MOST_BITS = 1000

_BMP = 0xFFFF

_ZWNJ, _ZWJ, _SELECTORS = "\u200c", "\u200d", "\ufe0e\ufe0f"

_SELECTORS_OF_MONGOLIAN = "\u180b\u180c\u180d\u180f"

_KEYS, _KEY_CAP = "0123456789#*", "\u20e3"

# All characters but letters, signs and ideographs that are always visible.
_DOUBTFUL = re.compile(
    "[^\n -~\u00a1-\u00ac\u00ae-\u02ff\u0400-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e"
    "\u3001-\u3029\u3030-\u303f\u3041-\u3096\u309b-\u30ff\u4e00-\u9ffc\uac00-\ud7a3\uff01-\uff9f]+"
)

# Printable by their categories, but invisible.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\uffa0\ufe00-\ufe0f\ufffc\U000e0100-\U000e01ef]"
)

_ENCLOSING = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"

_JOINING = re.compile(
    "[\u0620-\u109f\u1780-\u18aa\u1900-\u1cff\ua800-\uabff\ufb50-\ufdff\ufe70-\ufefc\U00010a00-\U00011fff]"
)

_MONGOLIAN = re.compile("[\u1820-\u18aa]")

_EMOJI = re.compile("[\U0001f000-\U0001faff\u203c\u2049\u2139\u3030]")

_VIRAMA = 9
"""The combining class of marks that take the vowel from a letter; a joiner after one shows its shape."""

# A flag of a region: a black flag and the region's letters as tags.
_FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f")


def counted(number: int, word: str) -> str:
    """Return a number with its noun, such as ``1 row`` or ``1,000 rows``."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def visible(text: str, *, strict: bool = False) -> str:
    r"""Escape invisible characters and line feeds as ``\uXXXX`` or ``\UXXXXXXXX``.

    Parameters
    ----------
    text : str
        The text.
    strict : bool
        Whether to escape joiners, variation selectors and combining marks everywhere.
    """
    return _escaped(text, _python_escape, strict=strict).replace("\n", "\\u000a")


def json_text(value: Any, *, indent: int | None = None) -> str:
    """Return a value as JSON, with invisible characters written as JSON escapes."""
    return _escaped(json.dumps(value, ensure_ascii=False, indent=indent), _json_escape)


def clip(text: str, longest: int = _LONGEST, *, strict: bool = False) -> str:
    """Escape a text as `visible` does and cut it to at most `longest` characters, with an ellipsis if cut."""
    return cut(visible(text[: longest + 1], strict=strict), longest)


def cut(text: str, longest: int = _LONGEST) -> str:
    """Cut a text to at most `longest` characters, with an ellipsis if cut."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def encodable(text: str) -> str:
    """Return a text with its surrogates escaped, which no encoding can represent."""
    return text.encode("utf-8", "backslashreplace").decode()


def look_different(got: str, *others: str) -> bool:
    """Return whether `got` looks different from every part of `others` that it is not equal to."""
    words, text = got.strip('"…'), "\n".join(others)
    if (words.isascii() and text.isascii()) or words in text:
        return True
    return _looks(words) not in _looks(text)


def shown(value: object) -> str:
    """Format a value for a finding: scalars as JSON, collections and huge integers as their size."""
    if isinstance(value, str):
        start = value[: _LONGEST + 1]
        return clip(json.dumps(start, ensure_ascii=False))
    if value is None or isinstance(value, bool | float):
        return json.dumps(value) if not isinstance(value, float) else repr(value)
    if isinstance(value, int):
        return (
            clip(str(value))
            if value.bit_length() < _MOST_BITS
            else f"an integer of {value.bit_length()} bits"
        )
    if isinstance(value, list | tuple):
        return f"an array of {len(value)}"
    if isinstance(value, dict):
        return f"an object with {len(value)} field{'' if len(value) == 1 else 's'}"
    return clip(value.words if isinstance(value, Unreadable) else f"a Python {type(value).__name__}")


def _escaped(text: str, escape: Callable[[str], str], *, strict: bool = False) -> str:
    def of_run(found: re.Match[str]) -> str:
        run, kept = found[0], []
        before, end = text[max(found.start() - 1, 0) : found.start()], text[found.end() : found.end() + 1]
        flags = {at for flag in _FLAG.finditer(run) for at in range(*flag.span())}
        for at, mark in enumerate(run):
            seen = at in flags or _is_visible(before, mark, run[at + 1 : at + 2] or end)
            seen = seen and not (strict and _may_be_missed(mark))
            kept.append(mark if seen else escape(mark))
            before = mark if seen else ""
        return "".join(kept)

    return _DOUBTFUL.sub(of_run, text)


def _python_escape(mark: str) -> str:
    return f"\\u{ord(mark):04x}" if ord(mark) <= _BMP else f"\\U{ord(mark):08x}"


def _json_escape(mark: str) -> str:
    return json.dumps(mark)[1:-1]


def _is_visible(before: str, mark: str, after: str) -> bool:  # noqa: PLR0911 - one return per class of characters
    """Return whether a character is visible in its context; `before` is empty after an invisible one."""
    if mark in _SELECTORS:
        return _is_symbol(before) or (before != "" and before in _KEYS and after == _KEY_CAP)
    if mark == _ZWJ and before and (before in _SELECTORS or _is_symbol(before)):
        return _is_symbol(after)
    if mark in {_ZWNJ, _ZWJ}:
        joined = bool(_JOINING.match(before) and _JOINING.match(after))
        return joined or (bool(before) and unicodedata.combining(before) == _VIRAMA)
    if mark in _SELECTORS_OF_MONGOLIAN:
        return bool(_MONGOLIAN.match(before))
    if _BLANK.match(mark):
        return False
    if not mark.isprintable():
        return mark in _ENCLOSING or bool(_EMOJI.match(mark))
    if unicodedata.category(mark)[0] == "M":
        return bool(before) and unicodedata.category(before)[0] in "LMNS"
    return True


def _is_symbol(mark: str) -> bool:
    """Return whether a character may be part of an emoji."""
    return bool(mark) and (
        _EMOJI.match(mark) is not None or (mark > "~" and unicodedata.category(mark) in {"So", "Sm"})
    )


def _may_be_missed(mark: str) -> bool:
    """Return whether a text with this character may look like one without it, or with another one."""
    return (
        unicodedata.category(mark) in {"Cf", "Mn", "Mc", "Me"}
        or "\u1100" <= mark <= "\u11ff"
        or unicodedata.normalize("NFC", mark) != mark
    )


def _looks(text: str) -> str:
    return unicodedata.normalize("NFC", re.sub(f"[{_ZWNJ}{_ZWJ}{_SELECTORS}]", "", text))
