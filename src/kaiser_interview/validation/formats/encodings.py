"""Guess the encoding of a file that is not UTF-8 from its first bytes."""

import codecs
import re

__all__ = ["ON", "encoding_hint", "is_utf8"]

ON = "| kaiser-interview validate -"
"""The end of a command that converts data without changing the file."""

_ASCII = bytes(range(0x80))

_MOST = 0.9
"""Minimum share of characters or bytes that must be typical of an encoding."""

# The typical letters of each encoding, besides ASCII and punctuation: Hangul, kana or kanji, hanzi.
_EAST_ASIAN = {
    "EUC-KR": re.compile("[\uac00-\ud7a3]"),
    "EUC-JP": re.compile("[\u3041-\u30ff]"),
    "Shift_JIS": re.compile("[\u3041-\u30ff]"),
    "GB18030": re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]"),
    "Big5": re.compile("[\u4e00-\u9fff]"),
}

_LEAST = {"EUC-KR": _MOST, "EUC-JP": 0.25, "Shift_JIS": 0.25, "GB18030": 0.5, "Big5": 0.5}
"""Minimum share of typical letters: Japanese also has kanji, and Chinese text has other scripts."""

# Accented letters between ASCII letters also decode, as pairs of one high byte and one ASCII byte. Then half
# of the bytes are high. In real text nearly all are, except in encodings whose second bytes may be ASCII.
_HIGH = {"Shift_JIS": 0.5, "Big5": 0.6}

_LETTERS = re.compile(r"[^\W\d_a-zA-Z]")


def is_utf8(head: bytes) -> bool:
    """Return whether the first bytes of a file may be the start of UTF-8 text."""
    return _decoded(head, "utf-8") is not None


def encoding_hint(head: bytes, then: str = f", then validate it: iconv … {ON}") -> str | None:
    """Return a suggestion that names possible encodings of a file and how to check them; None for UTF-8.

    If most of the non-ASCII bytes are UTF-8, the file is treated as damaged UTF-8, because converting it
    would destroy the rest. The suggestion says "may be", because the guess can be wrong. It ends with `then`.
    """
    if is_utf8(head):
        return None
    high = len(head.translate(None, _ASCII))
    kept = head.decode("utf-8", "ignore").encode()
    if len(head) - len(kept) < high / 2:
        return "most of the file is UTF-8; this character is damaged or in another encoding"
    names = [name for name in _EAST_ASIAN if _fits(head, name, high)] or _western(head)
    if not names:
        return None
    return f"it may be {' or '.join(names)}; check the output of iconv -f {names[0]} -t UTF-8{then}"


def _decoded(head: bytes, encoding: str) -> str | None:
    """Decode the start of a file, whose last character may be incomplete; None if it cannot be decoded."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return None


def _fits(head: bytes, encoding: str, high: int) -> bool:
    text = _decoded(head, encoding)
    letters = _LETTERS.findall(text or "")
    found = _EAST_ASIAN[encoding].findall("".join(letters))
    if not found or len(found) < len(letters) * _LEAST[encoding]:
        return False
    return high >= _HIGH.get(encoding, _MOST) * 2 * len(letters)


def _western(head: bytes) -> list[str]:
    """Return the matching single-byte encodings: Cyrillic if high bytes form words, else Western."""
    words = re.findall(rb"[\x80-\xff]+", head)
    is_cyrillic = sum(map(len, words)) > 2 * len(words)
    return [name for name in (["windows-1251"] if is_cyrillic else ["windows-1252"]) if _decoded(head, name)]
