"""Names and words within a typing slip of the one that was meant."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

from ..findings.display import shown
from ..findings.finding import Fault, Path
from .field_names import called
from .values import likely_word

__all__ = ["is_slip", "not_in_vocabulary", "slips"]

# Names of one letter are all within a slip of each other.
_SHORTEST = 2

_NAME = 80


def is_slip(name: str, known: str) -> bool:
    """Return whether a name is a known one within a slip of typing.

    The same but for case, spaces and punctuation; or one character dropped, added, changed, or two
    neighbours swapped.
    """
    return bool(slips(name, (known,)))


def slips(name: str, fields: Iterable[str]) -> list[str]:
    """Return the fields that a name is within a slip of typing of, but is not."""
    bare = _bare(name)
    least, most = len(bare) - 1, len(bare) + 1
    return [
        field
        for field in fields
        if least <= len(known := _bare_field(field)) <= most and field != name and _are_near(bare, known)
    ]


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


# Fields are few, and each is asked for again and again.
_bare_field = lru_cache(4096)(_bare)


def _are_near(one: str, two: str) -> bool:
    """Return whether texts whose lengths differ by one at most are within a slip."""
    if one == two:
        return True
    if min(len(one), len(two)) < _SHORTEST:
        return False
    # Whatever slipped, it left the first half or the second.
    half = (min(len(one), len(two)) - 2) // 2
    if half > 0 and one[:half] != two[:half] and one[-half:] != two[-half:]:
        return False
    start = next(
        (i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two))
    )
    a, b = one[start:], two[start:]
    return a[1:] == b or a == b[1:] or a[1:] == b[1:] or (a[:2] == b[:2][::-1] and a[2:] == b[2:])


def _nearest(name: str, absent: list[str], fields: Iterable[str]) -> str | None:
    near = next(iter(slips(name, absent)), None) or called(name, absent)
    near = near or next(iter(get_close_matches(name[:_NAME], fields, n=1, cutoff=0.75)), None)
    return f"did you mean {near}?" if near else None


def not_in_vocabulary(path: Path, words: Iterable[str], value: str, otherwise: str | None = None) -> Fault:
    """Return the fault of a value that is no word of a vocabulary, with the nearest, or with other words."""
    words = [*words]

    def remedy() -> str | None:
        folded = {word.lower(): word for word in words}
        near = folded.get(value.strip().lower())
        if not near and (other := likely_word(value, words)):
            return other
        near = near or next(iter(get_close_matches(value[:_NAME], words, n=1)), None)
        return f"did you mean {near}?" if near else otherwise

    return Fault("not-in-vocabulary", path, " · ".join(words), shown(value), remedy)
