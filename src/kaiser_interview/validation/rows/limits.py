"""Reject values that no kind allows, at any depth of a row."""

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from ...records.introspection import values_of
from ...records.models import Record
from ..findings.display import shown
from ..findings.finding import Fault, Path
from ..formats.json.text import DEEPEST, number_name

__all__ = ["are_sound", "unsound"]

# Integers of this size or more round to infinity: half a step beyond the largest double.
_INFINITE = 2**1024 - 2**970


_SOUND = frozenset({str, bool, type(None), datetime})


_NESTED = frozenset({dict, list, tuple})

_SHALLOW = 4


def are_sound(values: Iterable[Any], levels: int = _SHALLOW) -> bool:
    """Return whether values have no fault, provided that all text and all names in them have none.

    The strict JSON parser and Arrow give no other text. So `unsound` need not look at most of their rows.
    False means that it is to look: at values of other types than theirs, and below some levels of nesting.
    """
    for one in values:
        kind = type(one)
        if kind in _SOUND:
            continue
        if kind is int:
            sound = abs(one) < _INFINITE
        elif kind is float:
            sound = math.isfinite(one)
        elif kind in _NESTED:
            sound = levels > 0 and are_sound(one.values() if kind is dict else one, levels - 1)
        else:
            sound = False
        if not sound:
            return False
    return True


def unsound(row: Mapping[Any, Any]) -> Iterator[Fault]:
    """Yield faults of non-finite numbers, lone surrogates, too deep nesting and names that are not text."""
    stack: list[tuple[Path, Any]] = [((), row)]
    while stack:
        path, container = stack.pop()
        if len(path) > DEEPEST:
            yield Fault("too-deep", path[:3], f"at most {DEEPEST} levels", "more")
            return
        if isinstance(container, Mapping):
            if not all(isinstance(name, str) for name in container):
                yield Fault("wrong-type", path, "field names that are text", "another type")
                continue
            for name in container:
                if _surrogate(name):
                    yield Fault("not-utf8", (*path, name), "a name without lone surrogates", shown(name))
        for key, one in container.items() if isinstance(container, Mapping) else enumerate(container):
            inner = values_of(one) if isinstance(one, Record) else one
            if isinstance(inner, dict | list | tuple):
                stack.append(((*path, key), inner))
            else:
                yield from _scalar((*path, key), inner)


def _scalar(path: Path, value: Any) -> Iterator[Fault]:
    if isinstance(value, float) and not math.isfinite(value):
        yield Fault("not-finite", path, "a finite number (64-bit float)", number_name(value))
    elif isinstance(value, int) and abs(value) >= _INFINITE:
        yield Fault("not-finite", path, "a finite number (64-bit float)", shown(value))
    elif isinstance(value, str) and _surrogate(value):
        yield Fault("not-utf8", path, "text without lone surrogates", shown(value))


def _surrogate(text: str) -> bool:
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
