"""A JSON text read as RFC 8259 and RFC 7493 say, or why it is none."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import jiter

from .findings import Fault, Path, shown
from .mistakes import CUT, got_of, remedy_of

__all__ = ["BOM", "DEEPEST", "Tail", "marked_encoding", "not_utf8", "number_name", "parse"]

BOM = b"\xef\xbb\xbf"
"""The byte order mark in UTF-8."""

DEEPEST = 200
"""Levels that values from Python may have; JSON texts are stopped by their parser at about as many."""


class Tail(bytes):
    """A last line that no line feed ends."""

    __slots__ = ()


def parse(data: bytes) -> tuple[Any, Fault | None]:
    """Return the value of a JSON text, or why it is none.

    RFC 8259 decides what is JSON; RFC 7493 forbids duplicate keys, surrogates without partner, and numbers
    beyond a double (sections 2.1 to 2.3).
    """
    try:
        return jiter.from_json(data, catch_duplicate_keys=True, allow_inf_nan=False, cache_mode="keys"), None
    except ValueError as error:
        return None, _fault(data, str(error))


def _walked(value: Any) -> Iterator[tuple[list[Any], Any]]:
    """Yield what stands in a value that was JSON, itself first, each with its path, which goes on changing.

    Only one path is held: a row of eight mebibytes may have millions of elements.
    """
    path: list[Any] = []
    levels: list[Iterator[tuple[Any, Any]]] = [iter([(None, value)])]
    while levels:
        for key, one in levels[-1]:
            path.append(key)
            yield path, one
            if isinstance(one, dict | list):
                levels.append(iter(one.items() if isinstance(one, dict) else enumerate(one)))
                break
            path.pop()
        else:
            levels.pop()
            del path[-1:]


def marked_encoding(head: bytes) -> Fault | None:
    """Return the fault of a file that begins as UTF-16 or UTF-32 does."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head[1:2] == b"\0" or head[:1] == b"\0":
        wide = head.startswith((b"\xff\xfe\0\0", b"\0\0")) or head[1:4] == b"\0\0\0"
        name = "UTF-32" if wide else "UTF-16"
        if head.strip(b"\0"):
            return Fault("not-utf8", (), "UTF-8", name, f"iconv -f {name} -t UTF-8")
    return None


def not_utf8(data: bytes) -> Fault | None:
    """Return the fault of bytes that are not UTF-8, naming GB18030 where they are that."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        if isinstance(data, Tail) and error.reason == "unexpected end of data":
            return Fault("truncated", (), "a whole row", "the data's end within a character", CUT)
        got = f"byte 0x{data[error.start]:02x} at {error.start} of the row"
        try:
            data.decode("gb18030")
        except UnicodeDecodeError:
            return Fault("not-utf8", (), "UTF-8", got)
        return Fault("not-utf8", (), "UTF-8", f"{got}; it is GB18030", "iconv -f GB18030 -t UTF-8")
    return None


def _fault(data: bytes, said: str) -> Fault:  # noqa: PLR0911 - one return a sort of error
    fault = not_utf8(data)
    if fault:
        return fault
    text = data.decode("utf-8")
    if "recursion limit" in said:
        return Fault("too-deep", (), f"at most some {DEEPEST} levels", "more")
    path = _duplicate(text)
    if path:
        return Fault("duplicate-key", path, "each key once", f"{shown(path[-1])} twice")
    if said.startswith("Detected duplicate key"):
        # Something else is wrong further on, and worse.
        return _fault(data, _without_duplicates(data))
    if said.startswith("EOF") and isinstance(data, Tail):
        return Fault("truncated", (), "a whole row", f"the data's end after {shown(text[-24:])}", CUT)
    found = _not_a_number(text)
    if found:
        path, value = found
        return Fault("not-finite", path, "a number that a double can hold", number_name(value))
    if "surrogate" in said or "hex escape" in said:
        found_at = re.search(r"column (\d+)$", said)
        where = f"byte {found_at[1]}" if found_at else "some byte"
        return Fault("invalid-json", (), "surrogates in pairs", f"one alone at {where}")
    return Fault("invalid-json", (), "a JSON text", lambda: got_of(data, said), lambda: remedy_of(data, said))


def number_name(value: float) -> str:
    """Return what a number that is not finite is called in JavaScript and in many a file."""
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _without_duplicates(data: bytes) -> str:
    """Return what the parser says of a text in which keys may repeat."""
    said = ""
    try:
        jiter.from_json(data, allow_inf_nan=False)
    except ValueError as error:
        said = str(error)
    return said


def _not_a_number(text: str) -> tuple[Path, float] | None:
    """Return the first number that no double holds in a text that is JSON otherwise."""
    try:
        value = json.loads(text, parse_int=float)
    except (ValueError, RecursionError):
        return None
    for path, one in _walked(value):
        if isinstance(one, float) and not math.isfinite(one):
            return (*path[1:],), one
    return None


class _Twice(dict[str, Any]):
    """An object that had a key twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        seen: set[str] = set()
        self.key = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]


def _duplicate(text: str) -> Path:
    """Return the path of the first key that stands twice, of those that are least deep."""
    twice: list[_Twice] = []

    def made(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        held = dict(pairs)
        if len(held) < len(pairs):
            held = _Twice(pairs)
            twice.append(held)
        return held

    try:
        whole = json.loads(text, object_pairs_hook=made, parse_int=float)
    except (ValueError, RecursionError):
        return ()  # something else is wrong further on
    found: Path = ()
    for path, one in _walked(whole) if twice else ():
        if isinstance(one, _Twice) and not 0 < len(found) <= len(path):
            found = (*path[1:], one.key)
    return found
