"""Fix what has exactly one correct value: offsets, digests, the release, and missing provenance."""

import json
import os
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from ..storage import Staging
from .engine.execution import Engine, Validation
from .engine.options import Check
from .engine.part import Details, PartResult
from .findings.report import Report
from .fixes.output import LinesOutput
from .fixes.patches import Patch, Patches, fields_of
from .fixes.row import AS_WRITTEN
from .formats.csv import Cells, read_record
from .formats.text import RowTexts
from .rows.row_validator import RowValidator
from .sources.source import Batch, InputSource
from .writers.fixed_tables import FixedTable
from .writers.parts import Part, PartWriter, refuse_long_rows, rows_in
from .writers.rows import as_json, as_record, different_files

__all__ = ["Fixed", "fix_data"]


class Fixed(NamedTuple):
    """The result of `fix`."""

    report: Report
    """The report on the output; on the input if it could not be read completely."""
    filled: Mapping[str, int]
    """The number of rows in which each field was filled in or changed."""


def fix_data(engine: Engine, check: Check, output: Path, *, typography: bool) -> Fixed:
    """Fix the rows of a check and write them to `output`; the public function is `fix`.

    Nothing is written if the data cannot be read completely.
    """
    after = check.of(os.fspath(output), None)
    lines = LinesOutput(engine, replace(after, form="lines", progress=None))
    with Staging() as staging, closing(lines) as written:
        validation = Validation(engine, check, detailed=True)
        writer = PartWriter(staging, output, validation.validator)
        fixing = _Fixing(writer, validation.validator, written, typography=typography)
        for step in validation.steps():
            refuse_long_rows(step.findings)
            if step.begins:
                different_files([output], step.source)
                fixing.begin(step.source)
            if step.part is not None and step.result.rows:
                fixing.put(step.part, step.result)
        writer.end()
        report = validation.finished()
        if not report.complete:
            return Fixed(report, {})
        staging.commit()
        if fixing.written is not None:
            return Fixed(written.report(), dict(fixing.filled))
        return Fixed(engine.report(replace(after, form=writer.form)), dict(fixing.filled))


class _Fixing:
    """Writes rows with their fixes.

    Attributes
    ----------
    written : LinesOutput or None
        Validates what is written; None if anything else than parts of JSON Lines was written.
    filled : Counter of str
        The number of rows in which each field was filled in or changed.
    """

    def __init__(
        self, writer: PartWriter, validator: RowValidator, written: LinesOutput, *, typography: bool
    ) -> None:
        self._writer = writer
        self.written: LinesOutput | None = written
        self.filled: Counter[str] = Counter()
        self._validator = validator
        self._patches = Patches(validator, typography=typography)
        self._keys = [f'"{name}"'.encode() for name in self._patches.changeable]
        self._source: InputSource | None = None
        self._columns: list[str] = []
        self._table: FixedTable | None = None

    def begin(self, source: InputSource) -> None:
        """Start writing rows of a source."""
        self._source, header = source, source.header
        self._validator.constants = {**self._validator.defaults, **source.constants}
        self._columns = self._extended(header.columns)
        self._writer.begin_source(
            source, as_record(self._columns, header.delimiter) if self._columns else header.raw
        )
        if self._writer.table is not None:
            self._table = self._table or FixedTable(
                self._writer.table, self._validator, self._patches.fillable
            )
            self._table.begin(source.schema)

    def put(self, part: Part, result: PartResult) -> None:
        """Write the rows of a part."""
        details = result.details or Details()
        if isinstance(part, RowTexts) and self._writer.form == "lines":
            self._put_lines(part, result, details)
            return
        self.written = None
        rows = rows_in(part)
        if isinstance(part, RowTexts) and self._writer.form == "csv" and self._source is not None:
            rows = [read_record(row, self._source.header) for row in rows]
        patches = self._patches.of(details, rows.__getitem__)
        self._count(patches)
        if self._table is not None and isinstance(part, Batch):
            self._table.put(part.rows, {row: patch.fields for row, patch in patches.items()})
            return
        for row, data in enumerate(rows):
            self._writer.row(self._fixed(data, patches.get(row)))

    def _put_lines(self, lines: RowTexts, result: PartResult, details: Details) -> None:
        data, rows = lines.data, lines.rows()
        patches = self._patches.of(details, rows.__getitem__)
        self._count(patches)
        # The output ends with a line feed, so a last line without one is another line there.
        if not patches and result.lines == result.rows and data.endswith(b"\n"):
            self._writer.put(lines, range(len(rows)))
            if self.written is not None:
                self.written.unchanged(result)
            return
        doubtful = self._may_hold(data)
        for row, patch in patches.items():
            one = rows[row]
            rows[row] = _patched(one, patch, may_hold=doubtful and self._may_hold(one))
        data = b"\n".join(rows)
        self._writer.lines(data)
        if self.written is not None:
            self.written.changed(data)

    def _count(self, patches: Mapping[int, Patch]) -> None:
        for names, count in Counter(patch.names for patch in patches.values()).items():
            self.filled.update({name: count for name in names if name != AS_WRITTEN})

    def _fixed(self, data: Any, patch: Patch | None) -> bytes:
        """Return the bytes of a row with its fixes; without fixes, the original bytes."""
        if self._columns and isinstance(data, Cells):
            return self._record(data, patch.fields if patch else {})
        if patch is None:
            return self._writer.bytes_of(data)
        if not isinstance(data, bytes):
            return as_json({**self._writer.as_validated(data), **patch.fields})
        return _patched(data, patch, may_hold=self._may_hold(data))

    def _may_hold(self, data: bytes) -> bool:
        """Return whether a JSON text may have a field that can be filled in; a key may have escapes."""
        return b"\\u" in data or any(key in data for key in self._keys)

    def _record(self, cells: Cells, fields: Mapping[str, Any]) -> bytes:
        delimiter = self._source.header.delimiter if self._source else ","
        if cells.values is not None:
            held = cells.values | {name: _cell(value) for name, value in fields.items()}
            return as_record([held.get(name, "") for name in self._columns], delimiter)
        # An unreadable record must not become valid because columns were added: make it too wide if it fits.
        fits = cells.raw.count(delimiter.encode()) == len(self._columns) - 1
        return bytes(cells.raw) + (delimiter.encode() if fits else b"")

    def _extended(self, columns: list[str]) -> list[str]:
        """Return the columns of a CSV file, followed by those that may be filled in; empty if it has none."""
        fields = self._validator.fields | {AS_WRITTEN}
        more = [name for name in self._patches.fillable if name in fields]
        return list(dict.fromkeys([*columns, *more])) if columns else []


def _patched(data: bytes, patch: Patch, *, may_hold: bool) -> bytes:
    """Return the JSON text of a row with its fixes, given whether it may have one of their fields."""
    body, _, end = data.rpartition(b"}")
    body = body.rstrip()
    if may_hold or body.endswith(b"{"):
        given, fields = fields_of(data), patch.fields
        if not given or not given.keys().isdisjoint(fields):
            ends = b"\r" if data.endswith(b"\r") else b""
            return json.dumps({**given, **fields}, ensure_ascii=False).encode() + ends
    # New fields come last, so that the rest of the row keeps its bytes.
    return b"%b, %b}%b" % (body, patch.members, end)


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
