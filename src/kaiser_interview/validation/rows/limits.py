"""What no kind's row may hold, wherever it stands in it."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from ...records.models import Record
from ..findings.display import shown
from ..findings.finding import Fault, Path
from ..formats.json.text import DEEPEST, number_name

__all__ = ["unsound"]

# What is as large rounds to infinity: half a step beyond the largest double.
_INFINITE = 2**1024 - 2**970


def unsound(row: Mapping[Any, Any]) -> Iterator[Fault]:
    """Yield the faults: numbers that are none, lone surrogates, too many levels, names that are no text."""
    waiting: list[tuple[Path, Any]] = [((), row)]
    while waiting:
        path, held = waiting.pop()
        if len(path) > DEEPEST:
            yield Fault("too-deep", path[:3], f"at most {DEEPEST} levels", "more")
            return
        if isinstance(held, Mapping):
            if not all(isinstance(name, str) for name in held):
                yield Fault("wrong-type", path, "names of fields that are text", "another type")
                continue
            for name in held:
                if _surrogate(name):
                    yield Fault("not-utf8", (*path, name), "a name without lone surrogates", shown(name))
        for key, one in held.items() if isinstance(held, Mapping) else enumerate(held):
            inner = one.__dict__ if isinstance(one, Record) else one
            if isinstance(inner, dict | list | tuple):
                waiting.append(((*path, key), inner))
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
