"""Reject values that no kind allows, at any depth of a row."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from ...records.models import Record
from ..findings.display import shown
from ..findings.finding import Fault, Path
from ..formats.json.text import DEEPEST, number_name

__all__ = ["unsound"]

# Integers of this size or more round to infinity: half a step beyond the largest double.
_INFINITE = 2**1024 - 2**970


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
                yield Fault("wrong-type", path, "names of fields that are text", "another type")
                continue
            for name in container:
                if _surrogate(name):
                    yield Fault("not-utf8", (*path, name), "a name without lone surrogates", shown(name))
        for key, one in container.items() if isinstance(container, Mapping) else enumerate(container):
            inner = one.__dict__ if isinstance(one, Record) else one
            if isinstance(inner, dict | list | tuple):
                stack.append(((*path, key), inner))
            else:
                yield from _scalar((*path, key), inner)


def _scalar(path: Path, value: Any) -> Iterator[Fault]:
    if isinstance(value, float) and not math.isfinite(value):
        yield Fault("not-finite", path, "a number that a double can hold", number_name(value))
    elif isinstance(value, int) and abs(value) >= _INFINITE:
        yield Fault("not-finite", path, "a number that a double can hold", shown(value))
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
