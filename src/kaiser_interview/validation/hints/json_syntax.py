"""Explain JSON syntax errors: the text at the error, and the usual cause."""

import re

from ..findings.display import shown
from ..findings.finding import Fault

__all__ = ["CUT", "got_of", "stray", "suggestion_of"]

CUT = "get the complete data: a write was interrupted, or a model reached its output limit"
"""The suggestion for truncated data."""

_SEEN = 40

_LINE_END = (
    "write each row on one line, as json.dumps without indent does; an array over several lines needs a "
    "file named .json"
)

_COMMA = "remove the comma"

_WORDS = {"None": "null", "True": "true", "False": "false", "undefined": "null"}

_PLACE = re.compile(r" at line (\d+) column (\d+)$")


def stray(text: str) -> Fault:
    """Return the fault of text before, between or after rows."""
    return Fault("invalid-json", (), "valid JSON", _seen(text), _stray(text))


def got_of(data: bytes, message: str) -> str:  # noqa: PLR0911 - one return per mistake
    """Describe the text at the position of a parser's error message."""
    error, at, where = _placed(data, message)
    for mark, name in ((b"\0", "U+0000"), (b"\r{", "lines that end with only a carriage return")):
        if mark in data:
            return f"{name}: {error} at {where}"
    here = data[at : at + 8 * _SEEN].decode("utf-8", "replace")
    if error == "expected value" and here:
        return f"{_seen(here)} at {where}"
    if error.startswith("EOF while parsing "):
        return f"the end of the text inside {error.removeprefix('EOF while parsing ')} at {where}"
    if error.startswith("control character"):
        return f"a line end or a tab inside a string at {where}"
    if error.startswith("expected `") and here:
        return f"{_seen(here)} instead of {error.removeprefix('expected ')} at {where}"
    if error in {"trailing characters", "key must be a string"} and here:
        return f"{error} at {where}: {_seen(here)}"
    return f"{error} at {where}"


def suggestion_of(data: bytes, message: str) -> str | None:  # noqa: C901, PLR0911 - one return per mistake
    """Return how to correct a JSON syntax error, or None if the cause is unclear."""
    error, at, _ = _placed(data, message)
    rest = data[at:].decode("utf-8", "replace")
    if error == "trailing comma":
        return f"{_COMMA} before the closing bracket"
    if error.startswith("EOF while parsing ") and error.endswith(("list", "object")):
        return _LINE_END
    if error.startswith("expected `,`"):
        # A letter or digit after a closing quotation mark: an inner quotation mark is not escaped.
        escaped = data[:at].rstrip().endswith(b'"') and rest[:1].isalnum()
        return (
            'write a quotation mark inside a string as \\"' if escaped else "add the missing comma or bracket"
        )
    if error == "EOF while parsing a string" or error.startswith("control character"):
        return "write line ends and tabs inside a string as \\n and \\t, as json.dumps does"
    if re.match(r"//|/\*|#", rest):
        return "remove the comments: JSON does not allow them"
    if error == "key must be a string":
        return _key(rest)
    if error == "trailing characters":
        if rest.strip() == ",":
            return f"{_COMMA} after the row"
        return "write one row per line" if data.startswith(b"{") and rest.startswith("{") else None
    if error == "expected value":
        word = re.match(r"[A-Za-z]+", rest)
        if word and word[0] in _WORDS:
            return f"write {_WORDS[word[0]]} instead of {word[0]}"
        return _stray(rest) if not data[:at].strip() else None
    return None


def _seen(text: str) -> str:
    text = text.partition("\n")[0].rstrip()
    return shown(text if len(text) <= _SEEN else f"{text[: _SEEN - 1]}…")


def _key(rest: str) -> str | None:
    if rest.startswith("'"):
        return "JSON does not allow single quotes: write rows with json.dumps"
    return "use double quotation marks for names" if re.match(r"[A-Za-z_]", rest) else None


def _stray(text: str) -> str | None:
    if text.startswith("```"):
        return "run `kaiser-interview parse`, which reads the JSON in Markdown"
    if text.startswith("<think"):
        return "run `kaiser-interview parse`, which leaves out the model's reasoning"
    if text[:1] in {"]", "}", ","}:
        return _LINE_END
    if "\u2500" <= text[:1] <= "\u257f" or text.startswith(("|", "+-")):
        return "write the table as JSON or CSV: this one is formatted for display"
    return "remove the text around the rows" if text[:1].isalpha() else None


def _placed(data: bytes, message: str) -> tuple[str, int, str]:
    """Split a parser's message into the error, the byte offset, and a description of the place."""
    found = _PLACE.search(message)
    if not found:
        return message, len(data), "an unknown position"
    line, column = int(found[1]), int(found[2])
    start = 0
    for _ in range(line - 1):
        start = data.find(b"\n", start) + 1
    words = f"byte {column}" if line == 1 else f"byte {column} of line {line} of the row"
    words = words if column else f"the end of line {line - 1} of the row"
    return message[: found.start()], max(0, start + column - 1), words
