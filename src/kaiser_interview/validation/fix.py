"""Fix what has exactly one correct value: offsets, digests, the release, and missing provenance."""

import json
import os
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ..storage import Staging
from .engine.execution import Engine, Validation
from .engine.options import Check
from .engine.part import Details
from .findings.report import Report
from .fixes.patches import Patch, Patches, fields_of
from .fixes.row import AS_WRITTEN
from .formats.csv import Cells
from .formats.json.lines import RowLines
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
    with Staging() as staging:
        validation = Validation(engine, check, detailed=True)
        fixing = _Fixing(PartWriter(staging, output, validation.validator), validation.validator, typography)
        for step in validation.steps():
            refuse_long_rows(step.findings)
            if step.begins:
                different_files([output], step.source)
                fixing.begin(step.source)
            if step.part is not None and step.details is not None:
                fixing.put(step.part, step.details)
        fixing.writer.end()
        report = validation.finished()
        if not report.complete:
            return Fixed(report, {})
        staging.commit()
        return Fixed(engine.report(check.of(os.fspath(output), fixing.writer.form)), dict(fixing.filled))


class _Fixing:
    """Writes rows with their fixes."""

    def __init__(self, writer: PartWriter, validator: RowValidator, typography: bool) -> None:  # noqa: FBT001
        self.writer = writer
        self.filled: Counter[str] = Counter()
        self._validator = validator
        self._patches = Patches(validator, typography=typography)
        self._source: InputSource | None = None
        self._columns: list[str] = []
        self._table: FixedTable | None = None

    def begin(self, source: InputSource) -> None:
        """Start writing rows of a source."""
        self._source, header = source, source.header
        self._validator.constants = {**self._validator.defaults, **source.constants}
        self._columns = self._extended(header.columns)
        self.writer.begin_source(
            source, as_record(self._columns, header.delimiter) if self._columns else header.raw
        )
        if self.writer.table is not None:
            self._table = self._table or FixedTable(
                self.writer.table, self._validator, self._patches.fillable
            )
            self._table.begin(source.schema)

    def put(self, part: Part, details: Details) -> None:
        """Write the rows of a part."""
        if isinstance(part, RowLines):
            self._put_lines(part, details)
            return
        rows = rows_in(part)
        patches = self._patches.of(details, rows.__getitem__)
        self._count(patches)
        if self._table is not None and isinstance(part, Batch):
            self._table.put(part.rows, {row: patch.fields for row, patch in patches.items()})
            return
        for row, data in enumerate(rows):
            self.writer.row(self._fixed(data, patches.get(row)))

    def _put_lines(self, lines: RowLines, details: Details) -> None:
        """Write lines; those without a fix are copied together."""
        data, spans = lines.data, [*zip(lines.starts.tolist(), lines.ends.tolist(), strict=True)]
        patches = self._patches.of(details, lambda row: data[slice(*spans[row])])
        self._count(patches)
        copied = 0
        for row in sorted(patches):
            self.writer.put(lines, range(copied, row))
            self.writer.row(self._fixed(data[slice(*spans[row])], patches[row]))
            copied = row + 1
        self.writer.put(lines, range(copied, len(spans)))

    def _count(self, patches: Mapping[int, Patch]) -> None:
        for patch in patches.values():
            self.filled.update(patch.fields.keys() - {AS_WRITTEN})

    def _fixed(self, data: Any, patch: Patch | None) -> bytes:
        """Return the bytes of a row with its fixes; without fixes, the original bytes."""
        if self._columns and isinstance(data, Cells):
            return self._record(data, patch.fields if patch else {})
        if patch is None:
            return self.writer.bytes_of(data)
        if not isinstance(data, bytes):
            return as_json({**self.writer.as_validated(data), **patch.fields})
        # Append new fields at the end, so that the rest of the row keeps its bytes.
        body, _, end = data.rpartition(b"}")
        body = body.rstrip()
        # A key may be written with escapes.
        if b"\\u" in data or any(_key(name) in data for name in patch.fields) or body.endswith(b"{"):
            given = fields_of(data)
            if not given or not given.keys().isdisjoint(patch.fields):
                ends = b"\r" if data.endswith(b"\r") else b""
                return json.dumps({**given, **patch.fields}, ensure_ascii=False).encode() + ends
        return b"%b, %b}%b" % (body, patch.members.encode(), end)

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


@cache
def _key(name: str) -> bytes:
    return f'"{name}"'.encode()


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
