"""The result of validating a row, and functions that filter its faults."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ..findings.checked import ReferenceOutcome
from ..findings.finding import Fault, Path
from ..hints.typos import is_slip

__all__ = ["RowResult", "names_by_object", "without_repeats", "without_reported"]


class RowResult(NamedTuple):
    """The result of validating a row."""

    faults: list[Fault]
    values: Mapping[str, Any]
    """The values of the row with the defaults; empty if the row could not be read."""
    kind: str | None
    """The kind that it was validated as; None if unknown."""
    invalid_elsewhere: bool = False
    """Whether the row is invalid for a reason that is reported elsewhere, such as a whole column."""
    references: Sequence[ReferenceOutcome] = ()
    """What each reference of the row is compared to."""


def without_reported(
    result: RowResult, reported: Mapping[str, str], given: Iterable[str], *, slips: bool
) -> RowResult:
    """Remove from a result the faults that are already reported for whole columns.

    A row with a value in an unknown column, or in a column of the wrong type, is invalid.

    Parameters
    ----------
    result : RowResult
        The result of a row.
    reported : mapping of str to str
        The columns that a fault is reported for, and its code.
    given : iterable of str
        The names of the columns in which the row has a value.
    slips : bool
        Whether a field is not reported as missing if an unknown column is a misspelling of it.
    """
    if not reported:
        return result
    wrong = {name: reported[name] for name in given if reported.get(name) in {"unknown-field", "wrong-type"}}
    unknown = [name for name, code in wrong.items() if code == "unknown-field"]
    faults = [one for one in result.faults if not one.path or reported.get(str(one.path[0])) != one.code]
    if slips:
        faults = [one for one in faults if one.code != "missing-field" or not _is_meant(one.path, unknown)]
    return result._replace(faults=faults, invalid_elsewhere=bool(wrong) or len(faults) < len(result.faults))


def _is_meant(path: Path, unknown: Collection[str]) -> bool:
    """Return whether an unknown column is a misspelling of the missing field at a path."""
    return len(path) == 1 and any(is_slip(name, str(path[0])) for name in unknown)


def without_repeats(faults: list[Fault]) -> list[Fault]:
    """Drop faults that repeat the path and code of an earlier one.

    They occur if the release of a row is older than two of the claims that it refers to.
    """
    if len(faults) < 2:  # noqa: PLR2004 - one cannot repeat itself
        return faults
    first: dict[tuple[Path, str], Fault] = {}
    for fault in faults:
        first.setdefault((fault.path, fault.code), fault)
    return [*first.values()]


def names_by_object(bad: Iterable[Path]) -> dict[Path, frozenset[str]]:
    """Group paths of invalid values by object: the path of each object, and its fields with such values."""
    found: dict[Path, set[str]] = {}
    for path in bad:
        for depth, step in enumerate(path):
            found.setdefault(path[:depth], set()).add(str(step))
    return {path: frozenset(names) for path, names in found.items()}
