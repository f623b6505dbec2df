"""JSON as RFC 8259 and RFC 7493 have it, by the standard library and what it lets pass that they do not."""

import json
import math
from typing import Any

__all__ = ["NotJson", "depth", "same", "strict"]


class NotJson(Exception):
    """A text is none; `reason` is the code that its finding should have, as far as one is certain."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def strict(data: bytes) -> Any:
    """Return the value of a JSON text.

    Raises
    ------
    NotJson
        It is none: not UTF-8, no JSON, a key twice in one object, a surrogate alone, a number that is none or
        that no double holds.
    """
    try:
        text = data.decode("utf-8", "strict")
    except UnicodeDecodeError:
        raise NotJson("not-utf8") from None
    if text.startswith("\ufeff"):
        raise NotJson("invalid-json")
    wrong: set[str] = set()

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in items}) < len(items):
            wrong.add("duplicate-key")
        return dict(items)

    def number(digits: str) -> float:
        value = float(digits)
        if not math.isfinite(value):
            wrong.add("not-finite")
        return value

    def integer(digits: str) -> int | float:
        value = number(digits)
        return int(digits) if math.isfinite(value) else value

    try:
        value = json.loads(
            text, object_pairs_hook=pairs, parse_float=number, parse_int=integer, parse_constant=number
        )
    except RecursionError:
        raise NotJson("too-deep") from None
    except ValueError:
        raise NotJson("invalid-json") from None
    if _has_lone(value):
        raise NotJson("invalid-json")
    for reason in ("duplicate-key", "not-finite"):
        if reason in wrong:
            raise NotJson(reason)
    return value


def _has_lone(value: Any) -> bool:
    if isinstance(value, str):
        return any("\ud800" <= mark <= "\udfff" for mark in value)
    if isinstance(value, list):
        return any(map(_has_lone, value))
    return isinstance(value, dict) and any(_has_lone(name) or _has_lone(one) for name, one in value.items())


def depth(value: Any) -> int:
    """Return how many arrays and objects stand in each other."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


def same(one: Any, other: Any) -> bool:
    """Return whether two values are the same: types, order of keys, and the bits of numbers."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return [*one] == [*other] and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return repr(one) == repr(other)
