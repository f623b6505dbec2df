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

__all__ = ["are_valid", "invalid_values"]

# Integers of this size or more round to infinity: half a step beyond the largest double.
_INFINITE = 2**1024 - 2**970


_VALID_TYPES = frozenset({str, bool, type(None), datetime})


_NESTED = frozenset({dict, list, tuple})

_SHALLOW = 4


def are_valid(values: Iterable[Any], levels: int = _SHALLOW) -> bool:
    """Return whether `invalid_values` would find nothing, provided that all text in the values is valid.

    The strict JSON parser and Arrow give only valid text, so most of their rows need no further check. False
    does not mean invalid: other types and deep nesting need `invalid_values`.
    """
    for one in values:
        kind = type(one)
        if kind in _VALID_TYPES:
            continue
        if kind is int:
            valid = abs(one) < _INFINITE
        elif kind is float:
            valid = math.isfinite(one)
        elif kind in _NESTED:
            valid = levels > 0 and are_valid(one.values() if kind is dict else one, levels - 1)
        else:
            valid = False
        if not valid:
            return False
    return True


def invalid_values(row: Mapping[Any, Any]) -> Iterator[Fault]:
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
