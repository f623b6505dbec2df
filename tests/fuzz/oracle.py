"""A JSON oracle by RFC 8259 and RFC 7493: the standard library, with additional checks."""

import json
import math
from typing import Any

__all__ = ["NotJsonError", "depth", "same", "strict"]


class NotJsonError(Exception):
    """The text is not JSON; its finding must have one of the codes in `reasons`."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(*reasons)
        self.reasons = {*reasons}


class _Reader:
    """Callbacks for the parts of a text, which collect their faults."""

    def __init__(self) -> None:
        self.wrong: set[str] = set()

    def pairs(self, items: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in items}) < len(items):
            self.wrong.add("duplicate-key")
        return dict(items)

    def number(self, digits: str) -> float:
        value = float(digits)
        if not math.isfinite(value):
            self.wrong.add("not-finite")
        return value

    def integer(self, digits: str) -> int | float:
        value = self.number(digits)
        return int(digits) if math.isfinite(value) else value


def strict(data: bytes) -> Any:
    """Return the value of a JSON text.

    Raises
    ------
    NotJsonError
        It is not JSON: not UTF-8, invalid syntax, a duplicate key, a lone surrogate, an invalid number or
        one out of range of a double.
    """
    try:
        text = data.decode("utf-8", "strict")
    except UnicodeDecodeError:
        raise NotJsonError("not-utf8") from None
    read = _Reader()
    try:
        value = json.loads(
            text,
            object_pairs_hook=read.pairs,
            parse_float=read.number,
            parse_int=read.integer,
            parse_constant=read.number,
        )
    except RecursionError:
        raise NotJsonError("too-deep", "invalid-json", "truncated") from None
    except ValueError:
        raise NotJsonError("invalid-json", "truncated") from None
    if _has_lone(value):
        read.wrong.add("invalid-json")
    if read.wrong:
        raise NotJsonError(*read.wrong)
    return value


def _has_lone(value: Any) -> bool:
    if isinstance(value, str):
        return any("\ud800" <= mark <= "\udfff" for mark in value)
    if isinstance(value, list):
        return any(map(_has_lone, value))
    return isinstance(value, dict) and any(_has_lone(name) or _has_lone(one) for name, one in value.items())


def depth(value: Any) -> int:
    """Return the nesting depth of arrays and objects."""
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
