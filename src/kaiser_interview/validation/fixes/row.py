"""Fix one row: apply edits and validate again, until nothing more can be fixed."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ...records.models import Record
from ..findings.finding import Applicability, Path
from ..rows.result import RowResult
from ..rows.row_validator import RowValidator
from .corrections import Corrections
from .filled import filled

__all__ = ["AppliedEdit", "RowFix", "RowFixer", "add_edits"]

_MOST_ROUNDS = 8
"""A row needs two: its claim is corrected first, then its quote. More are safe, but bounded."""


class AppliedEdit(NamedTuple):
    """A change of one value that a fix has made."""

    path: Path
    before: Any
    """The value; None if the field was absent or null."""
    after: Any
    """The new value; None if the field was removed."""
    code: str | None
    """The code of the finding that it corrects; None for a value that was added."""
    applicability: Applicability


class RowFix(NamedTuple):
    """The changes of one row."""

    fields: Mapping[str, Any]
    """The changed fields with their new values; None for a removed one."""
    edits: tuple[AppliedEdit, ...]


class RowFixer:
    """Fix rows one at a time.

    Parameters
    ----------
    validator : RowValidator
        The validator of the rows.
    unsafe : bool
        Whether unsafe edits are applied too.
    """

    def __init__(self, validator: RowValidator, *, unsafe: bool) -> None:
        self._validator = validator
        self._corrections = Corrections(validator)
        self._applicable = {"safe", "unsafe"} if unsafe else {"safe"}

    def fixed(self, result: RowResult, given: Mapping[str, Any], *, columnar: bool = False) -> RowFix | None:
        """Return the changes of a row, or None if there are none.

        Parameters
        ----------
        result : RowResult
            The result of validating the row, with all its values.
        given : mapping of str
            The fields of the row before defaults were added.
        columnar : bool
            Whether the row is from a table.
        """
        validator = self._validator
        defaulted = {name for name in validator.constants if given.get(name) is None}
        row = {name: value for name, value in result.values.items() if name not in defaulted}
        edits: dict[Path, AppliedEdit] = {}
        rounds = 0
        while rounds < _MOST_ROUNDS and (chosen := self._chosen(result)):
            rounds += 1
            row = _edited(row, chosen)
            add_edits(edits, chosen)
            result = validator.value(row, columnar=columnar)
        added = [
            AppliedEdit(path, None, value, None, "safe")
            for path, value in filled(result, row, validator).items()
        ]
        edits |= {edit.path: edit for edit in added if edit.path not in edits}
        row = _edited(row, added)
        names = dict.fromkeys(str(path[0]) for path in edits)
        return RowFix({name: row.get(name) for name in names}, tuple(edits.values())) if edits else None

    def _chosen(self, result: RowResult) -> list[AppliedEdit]:
        """Return the edits that correct the faults of a row and do not contradict each other."""
        found = []
        written: dict[Path, Any] = {}
        contested: set[Path] = set()
        for fault in result.faults:
            correction = self._corrections.of(fault, result)
            if correction is not None and correction.applicability in self._applicable:
                found.append((fault.code, correction))
                contested |= {
                    one.path
                    for one in correction.edits
                    if written.setdefault(one.path, one.after) != one.after
                }
        chosen: dict[Path, AppliedEdit] = {}
        for code, (applicability, edits) in found:
            if contested.isdisjoint(one.path for one in edits):
                for edit in edits:
                    chosen.setdefault(edit.path, AppliedEdit(*edit, code, applicability))
        return [*chosen.values()]


def add_edits(edits: dict[Path, AppliedEdit], more: Iterable[AppliedEdit]) -> None:
    """Add edits to earlier ones by path; merge two edits of the same value."""
    for edit in more:
        edits[edit.path] = edit._replace(before=edits.get(edit.path, edit).before)


def _edited(row: Mapping[str, Any], edits: Iterable[AppliedEdit]) -> dict[str, Any]:
    """Return a row with edits applied; values that do not change are shared with it."""
    edited = dict(row)
    copied: set[object] = set()
    for path, _, after, *_ in edits:
        first, last = str(path[0]), path[-1]
        holder: Any = edited
        if len(path) > 1 and first not in copied:
            copied.add(first)
            edited[first] = _copied(edited[first])
        for step in path[:-1]:
            holder = holder[step]
        if after is None:
            holder.pop(last, None)
        else:
            holder[last] = after
    return edited


def _copied(value: Any) -> Any:
    """Return a deep copy of lists, mappings and records, as lists and dictionaries."""
    if isinstance(value, list | tuple):
        return [_copied(one) for one in value]
    if isinstance(value, Record):
        return _copied(value.model_dump(exclude_unset=True))
    return {name: _copied(one) for name, one in value.items()} if isinstance(value, Mapping) else value
