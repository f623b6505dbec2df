"""What no kind's row may hold, wherever it stands in it."""

from collections.abc import Iterator, Mapping
from typing import Any

from .findings import Fault, Path, shown
from .parsing import DEEPEST, number_name

__all__ = ["unsound"]


def unsound(row: Mapping[Any, Any]) -> Iterator[Fault]:
    """Yield the faults: numbers that are none, lone surrogates, too many levels, names that are no text."""
    waiting: list[tuple[Path, Any]] = [((), row)]
    while waiting:
        path, held = waiting.pop()
        if len(path) > DEEPEST:
            yield Fault("too-deep", path[:3], f"at most {DEEPEST} levels", "more")
            return
        if isinstance(held, Mapping) and not all(isinstance(key, str) for key in held):
            yield Fault("wrong-type", path, "names of fields that are text", "another type")
            continue
        for key, one in held.items() if isinstance(held, Mapping) else enumerate(held):
            if isinstance(one, float):
                if one - one != 0:
                    yield Fault("not-finite", (*path, key), "a finite number", number_name(one))
            elif isinstance(one, str):
                if not one.isascii() and _surrogate(one):
                    yield Fault("not-utf8", (*path, key), "text without lone surrogates", shown(one))
            elif isinstance(one, dict | list | tuple):
                waiting.append(((*path, key), one))


def _surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
