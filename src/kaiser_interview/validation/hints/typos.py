"""Find the field or vocabulary word that a misspelled name was meant to be."""

import re
from collections.abc import Iterable
from functools import lru_cache

from ...near_names import near_names
from ..findings.display import shown
from ..findings.finding import Fault, Path
from .field_names import called
from .values import likely_word

__all__ = ["did_you_mean", "is_slip", "not_in_vocabulary", "slips"]

# All names of one letter are within one typo of each other.
_SHORTEST = 2

# Longer names are not cached, which limits memory.
_LONGEST = 80


def is_slip(name: str, known: str) -> bool:
    """Return whether a name is a misspelling of a known name.

    A misspelling differs in case, spaces or punctuation; or by one character that is missing, added or
    changed; or by two neighbours that are swapped. A name is not a misspelling of itself.
    """
    return bool(slips(name, (known,)))


def slips(name: str, fields: Iterable[str]) -> list[str]:
    """Return the fields that a name is a misspelling of, without the name itself."""
    bare = _bare(name) if len(name) > _LONGEST else _bare_cached(name)
    least, most = len(bare) - 1, len(bare) + 1
    return [
        field
        for field in fields
        if least <= len(known := _bare_cached(field)) <= most and field != name and _are_near(bare, known)
    ]


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


# Fields and their misspellings are few, and each is looked up many times.
_bare_cached = lru_cache(4096)(_bare)


def _are_near(one: str, two: str) -> bool:
    """Return whether two texts, whose lengths differ by at most one, are equal up to one typo."""
    if one == two:
        return True
    if min(len(one), len(two)) < _SHORTEST:
        return False
    # One typo leaves the first or the second half unchanged: compare these first, which is fast.
    half = (min(len(one), len(two)) - 2) // 2
    if half > 0 and one[:half] != two[:half] and one[-half:] != two[-half:]:
        return False
    start = next(
        (i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two))
    )
    a, b = one[start:], two[start:]
    return a[1:] == b or a == b[1:] or a[1:] == b[1:] or (a[:2] == b[:2][::-1] and a[2:] == b[2:])


def did_you_mean(written: str, *names: str) -> str:
    """Return the suggestion "did you mean …?" for some names.

    It points out a letter or digit of another script in the given text, which may look like an ASCII one.
    """
    others = "".join(names)
    other = next((mark for mark in written if mark.isalnum() and not mark.isascii()), "")
    noted = f" the given text contains U+{ord(other):04X}" if other and others.isascii() else ""
    return f"did you mean {' or '.join(names)}?{noted}"


def _nearest(name: str, absent: list[str], fields: Iterable[str]) -> str | None:
    near = min(slips(name, absent), default=None) or called(name, absent)
    near = near or next(iter(near_names(name, sorted(fields), most=1, least=0.75)), None)
    return did_you_mean(name, near) if near else None


def not_in_vocabulary(path: Path, words: Iterable[str], value: str, otherwise: str | None = None) -> Fault:
    """Return the fault of a value outside a vocabulary.

    The suggestion names the closest word. Without one, it is `otherwise`.
    """
    words = [*words]

    def suggestion() -> str | None:
        folded = {word.lower(): word for word in words}
        near = folded.get(value.strip().lower())
        if not near and (other := likely_word(value, words)):
            return other
        near = near or next(iter(near_names(value, words, most=1)), None)
        return did_you_mean(value, near) if near else otherwise

    return Fault("not-in-vocabulary", path, " · ".join(words), lambda: shown(value), suggestion)
