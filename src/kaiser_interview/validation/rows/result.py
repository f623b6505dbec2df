"""What the judge says of a row."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from ..findings.finding import Fault, Path
from ..hints.typos import is_slip

__all__ = ["RowResult", "names_by_object", "once", "untold"]


class RowResult(NamedTuple):
    """What the judge says of a row."""

    faults: list[Fault]
    values: Mapping[str, Any]
    """The row's fields with the defaults, as far as it could be read."""
    kind: str | None
    """The kind that it was judged as; None if that is unknown."""
    unjudged: bool = False
    """Whether the row is invalid for a reason that was told elsewhere."""


def untold(verdict: RowResult, told: Mapping[str, str], lost: Collection[str], *, slips: bool) -> RowResult:
    """Return a verdict without what was told of a whole column, given what the row has in unknown ones.

    With `slips`, a field that an unknown column is a slip of typing for is not told as missing too.
    """
    if not told:
        return verdict
    faults = [one for one in verdict.faults if not one.path or told.get(str(one.path[0])) != one.code]
    if slips:
        faults = [one for one in faults if one.code != "missing-field" or not _is_meant(one.path, lost)]
    return verdict._replace(faults=faults, unjudged=bool(lost) or len(faults) < len(verdict.faults))


def _is_meant(path: Path, lost: Collection[str]) -> bool:
    """Return whether an absent field is the one that an unknown column is a slip of typing for."""
    return len(path) == 1 and any(is_slip(name, str(path[0])) for name in lost)


def once(faults: list[Fault]) -> list[Fault]:
    """Return faults without those that repeat a path and a code: two references may name one release."""
    if len(faults) < 2:  # noqa: PLR2004 - one cannot repeat itself
        return faults
    first: dict[tuple[Path, str], Fault] = {}
    for fault in faults:
        first.setdefault((fault.path, fault.code), fault)
    return [*first.values()]


def names_by_object(bad: Iterable[Path]) -> dict[Path, set[str]]:
    """Return, for each object by its path, its fields that are not well shaped, themselves or within."""
    found: dict[Path, set[str]] = {}
    for path in bad:
        for depth, step in enumerate(path):
            found.setdefault(path[:depth], set()).add(str(step))
    return found
