"""Write rows of validated parts unchanged."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from ...errors import InputError
from ...records.introspection import kind_of, values_of
from ...records.models import Record
from ...storage import Staging
from ..findings.display import visible
from ..findings.finding import Located, Note
from ..formats.csv import Cells
from ..formats.text import LONGEST, RowTexts
from ..rows.row_validator import RowValidator
from ..sources.source import Batch, InputSource, Items
from .rows import Writer, as_json
from .tables import refuse_undecoded

__all__ = ["Part", "PartWriter", "RowBytes", "refuse_long_rows", "rows_in"]

Part = RowTexts | Items | Batch


class RowBytes:
    """The original bytes of rows.

    Parameters
    ----------
    validator : RowValidator
        The validator of the rows; it knows their kinds and fields.
    """

    def __init__(self, validator: RowValidator) -> None:
        self._validator = validator
        self._source: InputSource | None = None

    def begin(self, source: InputSource) -> None:
        """Start with rows of a source."""
        self._source = source

    def of(self, row: Any) -> bytes:
        """Return the original bytes of a row. A row from Python or a table becomes a JSON text."""
        if isinstance(row, Cells):
            return row.raw
        is_text = isinstance(row, bytes) and self._source is not None and self._source.form != "values"
        return row if is_text else as_json(self.as_validated(row))

    def as_validated(self, row: Any) -> Any:
        """Return a row from Python as it was validated.

        A record gets its kind. A table's row loses nulls in columns that its kind does not have.
        """
        if isinstance(row, Record):
            values = values_of(row)
            has_kind = "kind" not in type(row).model_fields or values.get("kind") is not None
            return values if has_kind else {**values, "kind": kind_of(type(row))}
        if self._source is None or self._source.form != "columns" or not isinstance(row, Mapping):
            return row
        validator = self._validator
        kind, _ = validator.taken(row)
        if kind is None:
            return row
        rules = validator.rules[kind]
        # Leave out a null in a column that the kind does not have: JSON would have an unknown field.
        given = {
            name: value
            for name, value in row.items()
            if value is not None or not validator.is_unknown(rules, name)
        }
        return rules.lossless(given)


class PartWriter(Writer):
    """Write rows of parts.

    Parameters
    ----------
    staging, path
        As for `Writer`.
    validator : RowValidator
        The validator of the rows; it knows their kinds and fields.
    """

    def __init__(self, staging: Staging, path: Path, validator: RowValidator) -> None:
        super().__init__(staging, path)
        self._bytes = RowBytes(validator)

    def begin_source(self, source: InputSource, header: bytes | None) -> None:
        """Start writing rows of a source, in its format."""
        self._bytes.begin(source)
        self.begin(source.form, header, source)

    def put(self, part: Part, rows: Sequence[int]) -> None:
        """Write rows of a part unchanged, given their indices in ascending order.

        Raises
        ------
        InputError
            A table had text that is not UTF-8.
        """
        if not rows:
            return
        if isinstance(part, RowTexts) and self.form != "document":
            data, starts, ends = part
            whole = len(rows) == len(starts)
            self._lines(data, starts if whole else starts[rows], ends if whole else ends[rows])
        elif isinstance(part, Batch) and self.table is not None:
            self.table.take(part.rows, rows)
        else:
            held = rows_in(part)
            for row in rows:
                self.row(self._bytes.of(held[row]))

    def _lines(self, data: bytes, starts: Any, ends: Any) -> None:
        """Write lines; write adjacent lines together."""
        breaks = [0, *((starts[1:] != ends[:-1] + 1).nonzero()[0] + 1).tolist(), len(starts)]
        with memoryview(data) as view:
            for first, stop in pairwise(breaks):
                self.lines(view[starts[first] : ends[stop - 1]])


def refuse_long_rows(findings: Iterable[Located]) -> None:
    """Raise an error if a row was too long to keep in memory, so that it cannot be written.

    Raises
    ------
    InputError
        There is such a row.
    """
    for found in findings:
        if found.fault.code == "line-too-long":
            name = visible(found.file or "")
            raise InputError(
                f"{name}: expected rows of at most {LONGEST >> 20} MiB, got a longer row; nothing was written"
            )


def rows_in(part: Part) -> list[Any]:
    """Return the rows of a part in the form of its source.

    Raises
    ------
    InputError
        A batch had text that is not UTF-8, which cannot be written unchanged.
    """
    if isinstance(part, Batch):
        from ..arrow.to_python import rows_of

        refuse_undecoded(part.rows)
        return rows_of(part.rows)
    if isinstance(part, RowTexts):
        return part.rows()
    return [item[1] for item in part.items if not isinstance(item, Note)]
