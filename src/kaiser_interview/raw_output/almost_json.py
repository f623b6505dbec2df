"""Read almost-JSON with json-repair, and accept the result only if nothing but punctuation differs.

A repair library guesses. It drops text, ends strings early, closes what was cut off, and keeps the last of
two equal keys. So its result is compared with the text, token by token: every bracket, key, string and number
of one must be in the other, in the same order. Between them, only commas, colons, comments and white space
are allowed. A string must end at its closing quotation mark, and must not have an earlier possible end.
"""

import math
import re
from collections.abc import Iterator
from typing import Any, Literal

__all__ = ["BETWEEN", "repaired"]

BETWEEN = re.compile(r"(?:[\s,:，：]|//[^\n]*|\#[^\n]*|/\*.*?\*/)*+", re.DOTALL)
"""What may be between the tokens of almost-JSON, and is repaired."""

_CLOSING = {'"': '"', "'": "'", "“": "”", "‘": "’"}
"""Quotation marks that models write as delimiters, and the mark that closes each."""

_AFTER_STRING = re.compile(r"\s*(?:[,:}\]，：]|//|\#|/\*)|[^\S\n]*\n")
"""What follows the end of a string."""

_POSSIBLE_END = re.compile(
    r"""\s*[,:}\]]|\s*[，：、；=+|]\s*["'“‘]|\s+["'“‘]|[^\S\n]*\n|\s*[^\W\d][\w-]*\s*[:=]|\s*$"""
)
"""What makes a quotation mark inside a string a possible end of it: a member, an element or a key follows."""

_WORD = re.compile(r"[^\W\d][\w.$-]*")
"""A name or a word without quotation marks."""

_KEY = re.compile(r"""[^"'“”‘’\n]*""")

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")

_LITERALS = {True: ("true", "True"), False: ("false", "False"), None: ("null", "None")}

_FULL_WIDTH = re.compile(r'(?<=")[，：]')

_ASCII = {"，": ",", "：": ":"}

_NOT_TEXT = frozenset({"undefined", "nan", "infinity"})
"""Words of JavaScript that json-repair reads as text."""

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "/": "/", "\\": "\\", '"': '"', "'": "'"}

_CODE_UNITS = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")

_Token = tuple[Literal["bracket", "key", "value"], Any]


def repaired(text: str) -> Any:
    """Return the object or array that an almost-JSON text holds; None if a repair could change its content.

    Parameters
    ----------
    text : str
        A text from an opening bracket to its closing bracket. The time may be quadratic in its length.
    """
    from json_repair import loads

    # json-repair does not know the full-width punctuation that Chinese models write. It is replaced for
    # json-repair only: the result is compared with the text as it was written.
    for one in dict.fromkeys((text, _FULL_WIDTH.sub(lambda found: _ASCII[found[0]], text))):
        try:
            value = loads(one)
        except Exception:  # noqa: BLE001, S112 - the library checks its own state with assertions
            continue
        if isinstance(value, dict | list) and _Comparison(text).holds(value):
            return value
    return None


class _Comparison:
    """A comparison of a text with a value, token by token."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def holds(self, value: Any) -> bool:
        """Return whether the text holds exactly the tokens of a value."""
        for sort, token in _tokens(value):
            self._skip(BETWEEN)
            if not self._take(sort, token):
                return False
        self._skip(BETWEEN)
        return self._at == len(self._text)

    def _take(self, sort: str, token: Any) -> bool:
        text, at = self._text, self._at
        if sort == "bracket":
            return self._take_word(token)
        if isinstance(token, str):
            if sort == "key" and not _KEY.fullmatch(token):
                return False
            return self._take_string(token) if text[at : at + 1] in _CLOSING else self._take_bare(sort, token)
        if token is None or isinstance(token, bool):
            return any(self._take_word(word) for word in _LITERALS[token])
        found = _NUMBER.match(text, at)
        is_same = found is not None and (
            found[0] == str(token) or (float(found[0]) == token and math.isfinite(token))
        )
        return found is not None and is_same and self._take_word(found[0])

    def _take_word(self, word: str) -> bool:
        if not self._text.startswith(word, self._at):
            return False
        self._at += len(word)
        return True

    def _take_bare(self, sort: str, token: str) -> bool:
        found = _WORD.match(self._text, self._at)
        if not found or found[0] != token or (sort == "value" and token.lower() in _NOT_TEXT):
            return False
        return _AFTER_STRING.match(self._text, found.end()) is not None and self._take_word(token)

    def _take_string(self, value: str) -> bool:
        """Take a string that has these characters, whichever of them are escaped."""
        text, closing = self._text, _CLOSING[self._text[self._at]]
        at, of = self._at + 1, 0
        while of < len(value):
            mark, size = (text[at : at + 1], 1) if text[at : at + 1] != "\\" else _escaped(text, at)
            is_possible_end = mark == closing and size == 1 and _POSSIBLE_END.match(text, at + 1)
            if not mark or is_possible_end or not value.startswith(mark, of):
                return False
            at, of = at + size, of + len(mark)
        self._at = at
        return self._take_word(closing) and _AFTER_STRING.match(text, at + 1) is not None

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self._text, self._at)
        self._at = found.end() if found else self._at


def _escaped(text: str, at: int) -> tuple[str, int]:
    """Return what an escape means, and its length. Consecutive UTF-16 code units are one escape.

    As in json-repair, an escape that JSON does not have means itself.
    """
    units = _CODE_UNITS.match(text, at)
    if units:
        data = bytes.fromhex(units[0].replace("\\u", ""))
        return data.decode("utf-16-be", "surrogatepass"), len(units[0])
    return _ESCAPES.get(text[at + 1 : at + 2], text[at : at + 2]), 2


def _tokens(value: Any, sort: Literal["key", "value"] = "value") -> Iterator[_Token]:
    """Yield the brackets, keys and scalars of a value in order."""
    if isinstance(value, dict):
        yield "bracket", "{"
        for key, one in value.items():
            yield "key", key
            yield from _tokens(one)
        yield "bracket", "}"
    elif isinstance(value, list):
        yield "bracket", "["
        for one in value:
            yield from _tokens(one)
        yield "bracket", "]"
    else:
        yield sort, value
