"""Format values for findings: short, with control and bidirectional characters escaped."""

import json
import unicodedata

__all__ = ["clip", "shown", "visible"]

_LONGEST = 80

_MOST_BITS = 1000

_BIDIRECTIONAL = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

_OBEYED = {"Cc", "Cs", "Zl", "Zp"}


def visible(text: str) -> str:
    r"""Escape control and bidirectional characters, line separators and surrogates as ``\uXXXX``."""
    if text.isprintable():
        return text
    return "".join(
        f"\\u{ord(mark):04x}" if mark in _BIDIRECTIONAL or unicodedata.category(mark) in _OBEYED else mark
        for mark in text
    )


def clip(text: str, longest: int = _LONGEST) -> str:
    """Escape a text as `visible` does and cut it to at most `longest` characters, with an ellipsis if cut."""
    seen = visible(text[: longest + 1])
    return seen if len(seen) <= longest else f"{seen[: longest - 1]}…"


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
    return clip(f"a Python {type(value).__name__}")
