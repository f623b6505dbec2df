"""Rename misspelled columns, and remove unrecognised ones."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from ..findings.finding import Correction, Edit, Fault
from ..rows.row_validator import RowValidator
from .names import meant_by
from .row import AppliedEdit

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ColumnEdits"]

_T = TypeVar("_T")


class ColumnEdits:
    """The unsafe edits of the columns of a table or a CSV file.

    Parameters
    ----------
    validator : RowValidator
        The validator, which knows the fields.
    names : sequence of str
        The names of the columns.
    """

    def __init__(self, validator: RowValidator, names: Sequence[str]) -> None:
        absent = [field for field in validator.fields if field not in {*names, *validator.defaults}]
        unknown = [
            name
            for name in names
            if all(validator.is_unknown(rules, name) for rules in validator.rules.values())
        ]
        self._renamed: dict[str, str | None] = {}
        for name in unknown:
            likely = meant_by(name, absent, validator.fields)
            if likely is not None and len(likely) < 2:  # noqa: PLR2004 - several are ambiguous
                self._renamed[name] = likely[0] if likely else None
        # If several columns match the same field, rename none of them.
        counts = Counter(self._renamed.values())
        self._renamed = {
            name: field for name, field in self._renamed.items() if field is None or counts[field] == 1
        }

    def __bool__(self) -> bool:
        return bool(self._renamed)

    def correction(self, fault: Fault) -> Correction | None:
        """Return the edit that corrects the fault of a column, with an empty path; None if there is none."""
        name = str(fault.path[0])
        if fault.code != "unknown-field" or name not in self._renamed:
            return None
        return Correction("unsafe", (Edit((), name, self._renamed[name]),))

    def names(self, names: Sequence[str]) -> list[str]:
        """Return the names of the columns after the edits."""
        return [*self.values({name: name for name in names})]

    def values(self, row: Mapping[str, _T]) -> dict[str, _T]:
        """Return a row after the edits of its columns."""
        renamed = {self._renamed.get(name, name): value for name, value in row.items()}
        return {name: value for name, value in renamed.items() if name is not None}

    def batch(self, batch: "pa.RecordBatch") -> "pa.RecordBatch":
        """Return a record batch after the edits of its columns."""
        kept = [name for name in batch.schema.names if self._renamed.get(name, name) is not None]
        return batch.select(kept).rename_columns(self.names(kept))

    def edits(self, row: Mapping[str, Any]) -> list[AppliedEdit]:
        """Return what the edits of the columns change in a row."""
        found = []
        for name, field in self._renamed.items():
            value = row.get(name)
            if value is not None:
                found.append(AppliedEdit((name,), value, None, "unknown-field", "unsafe"))
                if field is not None:
                    found.append(AppliedEdit((field,), None, value, "unknown-field", "unsafe"))
        return found
