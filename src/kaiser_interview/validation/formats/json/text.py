"""Parse a JSON text strictly (RFC 8259 and RFC 7493), with a fault that explains the error."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import jiter

from ...findings.display import shown
from ...findings.finding import Fault, Path
from ...hints.empty_cells import empty_cell
from ...hints.json_syntax import CUT, got_of, suggestion_of
from ..text import Tail, not_utf8

__all__ = ["DEEPEST", "number_name", "object_of", "parse"]

DEEPEST = 200
"""Maximum nesting levels of values from Python. The limit of the JSON parser is about the same."""


def parse(data: bytes) -> tuple[Any, Fault | None]:
    """Parse a JSON text; return its value and None, or None and the fault.

    The grammar is that of RFC 8259. RFC 7493 also forbids duplicate keys, unpaired surrogates, and numbers
    out of the range of a double (sections 2.1 to 2.3).
    """
    try:
        return jiter.from_json(data, catch_duplicate_keys=True, allow_inf_nan=False, cache_mode="keys"), None
    except ValueError as error:
        return None, _fault(data, str(error))


def object_of(data: bytes) -> dict[str, Any] | None:
    """Return the object that a JSON text holds; None if it is invalid or another value.

    Duplicate keys are allowed, and the last value is returned: checking for them would make parsing 50 %
    slower.
    """
    try:
        value = jiter.from_json(data, allow_inf_nan=False, cache_mode="keys")
    except ValueError:
        return None
    return value if type(value) is dict else None


def _nested_values(value: Any) -> Iterator[tuple[list[Any], Any]]:
    """Yield a JSON value and all values inside it, each with its path.

    The path is one list that is changed between items, because a row of 8 MiB may have millions of elements.
    Its first item is None.
    """
    path: list[Any] = []
    levels: list[Iterator[tuple[Any, Any]]] = [iter([(None, value)])]
    while levels:
        for key, item in levels[-1]:
            path.append(key)
            yield path, item
            if isinstance(item, dict | list):
                levels.append(iter(item.items() if isinstance(item, dict) else enumerate(item)))
                break
            path.pop()
        else:
            levels.pop()
            del path[-1:]


def _fault(data: bytes, message: str) -> Fault:  # noqa: PLR0911 - one return for each type of error
    fault = not_utf8(data)
    if fault:
        return fault
    text = data.decode("utf-8")
    if "recursion limit" in message:
        return Fault("too-deep", (), f"at most about {DEEPEST} nesting levels", "more")
    path = _duplicate(text)
    if path:
        return Fault("duplicate-key", path, "unique keys", f"{shown(path[-1])} twice")
    if message.startswith("Detected duplicate key"):
        # `json` could not parse the text either: report the error that comes later.
        return _fault(data, _without_duplicates(data))
    if message.startswith("EOF") and isinstance(data, Tail):
        return Fault("truncated", (), "a complete row", f"the end of the data after {shown(text[-24:])}", CUT)
    found = _not_a_number(text)
    if found:
        path, value = found
        expected = "a finite number (64-bit float)"
        return Fault("not-finite", path, expected, number_name(value), empty_cell(value))
    if "surrogate" in message or "hex escape" in message:
        found_at = re.search(r"column (\d+)$", message)
        where = f" at byte {found_at[1]}" if found_at else ""
        return Fault("invalid-json", (), "paired surrogates", f"an unpaired surrogate{where}")
    return Fault(
        "invalid-json", (), "valid JSON", lambda: got_of(data, message), lambda: suggestion_of(data, message)
    )


def number_name(value: float) -> str:
    """Return the JavaScript name of a number that is not finite."""
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _without_duplicates(data: bytes) -> str:
    """Return the parser's message if duplicate keys are allowed; empty if there is no other error."""
    message = ""
    try:
        jiter.from_json(data, allow_inf_nan=False)
    except ValueError as error:
        message = str(error)
    return message


def _not_a_number(text: str) -> tuple[Path, float] | None:
    """Return the path and value of the first number out of a double's range, if the rest is valid JSON."""
    try:
        value = json.loads(text, parse_int=float)
    except (ValueError, RecursionError):
        return None
    for path, one in _nested_values(value):
        if isinstance(one, float) and not math.isfinite(one):
            return (*path[1:],), one
    return None


class _Twice(dict[str, Any]):
    """A JSON object with duplicate keys; `key` is the first of them."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        seen: set[str] = set()
        self.key = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]


def _duplicate(text: str) -> Path:
    """Return the path of the first duplicate key at the lowest depth; empty if there is none."""
    twice: list[_Twice] = []

    def made(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        object_ = dict(pairs)
        if len(object_) < len(pairs):
            object_ = _Twice(pairs)
            twice.append(object_)
        return object_

    try:
        whole = json.loads(text, object_pairs_hook=made, parse_int=float)
    except (ValueError, RecursionError):
        return ()  # the text has another error, which is reported instead
    found: Path = ()
    for path, one in _nested_values(whole) if twice else ():
        if isinstance(one, _Twice) and not 0 < len(found) <= len(path):
            found = (*path[1:], one.key)
    return found
