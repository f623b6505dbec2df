"""Explain JSON syntax errors: the text at the error, and the usual cause."""

import re

from ..findings.display import shown
from ..findings.finding import Fault

__all__ = ["CUT", "got_of", "stray", "suggestion_of"]

CUT = "get the rest: a write that did not end, or a model's answer at its limit of length"
"""The suggestion for truncated data."""

_SEEN = 40

_LINE_END = (
    "a row stands on one line, as json.dumps without indent writes it; one array over many lines is read "
    "from a file named .json"
)

_COMMA = "take out the comma"

_WORDS = {"None": "null", "True": "true", "False": "false", "undefined": "null"}

_PLACE = re.compile(r" at line (\d+) column (\d+)$")


def stray(text: str) -> Fault:
    """Return the fault of text before, between or after rows."""
    return Fault("invalid-json", (), "a JSON text", _seen(text), _stray(text))


def got_of(data: bytes, message: str) -> str:  # noqa: PLR0911 - one return a mistake
    """Describe the text at the position of a parser's error message."""
    error, at, where = _placed(data, message)
    for mark, name in ((b"\0", "U+0000"), (b"\r{", "lines that end in a carriage return alone")):
        if mark in data:
            return f"{name}: {error} at {where}"
    here = data[at : at + 8 * _SEEN].decode("utf-8", "replace")
    if error == "expected value" and here:
        return f"{_seen(here)} at {where}"
    if error.startswith("EOF while parsing "):
        return f"the end within {error.removeprefix('EOF while parsing ')} at {where}"
    if error.startswith("control character"):
        return f"a line end or a tab within a text at {where}"
    if error.startswith("expected `") and here:
        return f"{_seen(here)} for {error.removeprefix('expected ')} at {where}"
    if error in {"trailing characters", "key must be a string"} and here:
        return f"{error} at {where}: {_seen(here)}"
    return f"{error} at {where}"


def suggestion_of(data: bytes, message: str) -> str | None:  # noqa: C901, PLR0911 - one return a mistake
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
            'a quotation mark within a text is written \\"' if escaped else "a comma or a bracket is missing"
        )
    if error == "EOF while parsing a string" or error.startswith("control character"):
        return "line ends and tabs within a text are written \\n and \\t, as json.dumps does"
    if re.match(r"//|/\*|#", rest):
        return "comments are not JSON: take them out"
    if error == "key must be a string":
        return _key(rest)
    if error == "trailing characters":
        if rest.strip() == ",":
            return f"{_COMMA} after the row"
        return "one row a line" if data.startswith(b"{") and rest.startswith("{") else None
    if error == "expected value":
        word = re.match(r"[A-Za-z]+", rest)
        if word and word[0] in _WORDS:
            return f"in JSON {word[0]} is {_WORDS[word[0]]}"
        return _stray(rest) if not data[:at].strip() else None
    return None


def _seen(text: str) -> str:
    text = text.partition("\n")[0].rstrip()
    return shown(text if len(text) <= _SEEN else f"{text[: _SEEN - 1]}…")


def _key(rest: str) -> str | None:
    if rest.startswith("'"):
        return "single quotes are Python's, not JSON's: write rows with json.dumps"
    return "names stand in double quotation marks" if re.match(r"[A-Za-z_]", rest) else None


def _stray(text: str) -> str | None:
    if text.startswith("```"):
        return "take out the lines with ```: they are Markdown's"
    if text.startswith("<think"):
        return "take out what the model thought: rows alone may stand here"
    if text[:1] in {"]", "}", ","}:
        return _LINE_END
    if "\u2500" <= text[:1] <= "\u257f" or text.startswith(("|", "+-")):
        return "write the table as JSON or CSV: it was printed for people to read"
    return "take out the words around the rows" if text[:1].isalpha() else None


def _placed(data: bytes, message: str) -> tuple[str, int, str]:
    """Split a parser's message into the error, the byte offset, and a description of the place."""
    found = _PLACE.search(message)
    if not found:
        return message, len(data), "some byte"
    line, column = int(found[1]), int(found[2])
    start = 0
    for _ in range(line - 1):
        start = data.find(b"\n", start) + 1
    words = f"byte {column}" if line == 1 else f"byte {column} of its line {line}"
    words = words if column else f"the end of its line {line - 1}"
    return message[: found.start()], max(0, start + column - 1), words
