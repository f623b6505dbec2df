"""Fix rows: add missing values that have exactly one possible value, and apply the fixes of findings."""

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from ..raw_output.failures import write_failures
from ..raw_output.parse import Failure
from ..records.models import Record
from ..storage import Staging
from .engine.execution import Engine, Step, Validation
from .engine.options import Check
from .engine.part import Details
from .findings.display import visible
from .findings.report import Report
from .fixes.columns import ColumnEdits
from .fixes.patches import Patch, Patches, fields_of
from .fixes.row import AppliedEdit
from .formats.csv import Cells, read_record
from .formats.text import RowTexts
from .rows.row_validator import RowValidator
from .sources.source import Batch, InputSource, Items
from .writers.changes import ChangeWriter
from .writers.fixed_frames import with_fixes
from .writers.fixed_tables import FixedTable
from .writers.lines_output import LinesOutput
from .writers.memory import RowsInMemory, is_selectable, joined, refuse_unheld, splits_of
from .writers.parts import PartWriter, RowBytes, refuse_long_rows, rows_in
from .writers.rows import as_json, as_record, different_files

__all__ = ["Diff", "Fixed", "RowChange", "fix_data"]


class RowChange(NamedTuple):
    """What `fix` changed in one row."""

    file: str | None
    """The file or the dataset split of the row; None for other data from Python."""
    line: int | None
    """Its line in a text file, from 1; None for other formats."""
    row: int
    """Its index in the input, from 0."""
    edits: tuple[AppliedEdit, ...]
    """The changes of its values."""


class Fixed(NamedTuple):
    """The result of `fix`; `validate`, `split`, `fix` and `read` accept it as data."""

    data: Any
    """The fixed data, in the form of the input; None if it was written to a file."""
    report: Report
    """The report on the output, or on the input if nothing changed or it could not be read completely."""
    changed: Mapping[str, int]
    """The number of rows in which each field was changed."""
    changes: tuple[RowChange, ...] | None
    """The changes of each changed row, in order; None if they were written to a file."""
    failures: tuple[Failure, ...] = ()
    """The failures of `parse`, from a `Parsed`, or from the files beside the input."""

    @property
    def changed_fields(self) -> str:
        """The changed fields and their numbers of rows in words, such as ``creator in 2, method in 3``."""
        fields = ", ".join(f"{name} in {count:,}" for name, count in sorted(self.changed.items()))
        return fields or "nothing"

    def __repr__(self) -> str:
        return f"<Fixed: changed {self.changed_fields}; {self.report!r}>"


def fix_data(
    engine: Engine,
    check: Check,
    output: Path | None = None,
    failures: tuple[Failure, ...] = (),
    *,
    unsafe: bool,
) -> Fixed:
    """Fix the rows of a check in memory or into a file; `fix` is the public function.

    The failures are carried on: in the result, and in ``OUTPUT.failures.jsonl`` if there are any.
    """
    if output is None:
        return _in_memory(engine, check, unsafe=unsafe)._replace(failures=failures)
    return _to_file(engine, check, output, failures, unsafe=unsafe)._replace(failures=failures)


def _in_memory(engine: Engine, check: Check, *, unsafe: bool) -> Fixed:
    """Fix the rows in memory; the result has no data if the input cannot be read completely."""
    refuse_unheld(check.data)
    validation = Validation(engine, check, detailed=True)
    fixing = _FixingInMemory(check.data, validation.validator)
    changes = []
    for part in FixedParts(validation, unsafe=unsafe):
        step = part.step
        if step.begins:
            fixing.begin(part)
        if step.part is not None and step.result.rows:
            fixing.put(part)
            for row, patch in part.patches.items():
                place = step.source.name, part.line_of(row), step.base.rows + row
                changes.append(RowChange(*place, patch.edits))
    report = validation.finished()
    if not report.complete:
        return Fixed(None, report, {}, ())
    data = fixing.data()
    if fixing.is_changed:
        report = engine.report(replace(check, data=data, progress=None))
    return Fixed(data, report, dict(fixing.changed), tuple(changes))


def _to_file(
    engine: Engine, check: Check, output: Path, failures: tuple[Failure, ...], *, unsafe: bool
) -> Fixed:
    """Write the fixed rows to `output`, and the changes to ``OUTPUT.changes.jsonl``.

    Nothing is written if the data cannot be read completely.
    """
    after = check.of(os.fspath(output), None)
    changes_path = output.with_name(f"{output.name}.changes.jsonl")
    lines = LinesOutput(engine, replace(after, form="lines", progress=None))
    with Staging() as staging, closing(lines) as written:
        validation = Validation(engine, check, detailed=True)
        # Files are moved to their paths in this order: if the rows are new, their changes are too.
        write_failures(staging, output, failures)
        changes = ChangeWriter(staging.open(changes_path))
        writer = PartWriter(staging, output, validation.validator)
        fixing = _Fixing(writer, validation.validator, written)
        for part in FixedParts(validation, unsafe=unsafe):
            step = part.step
            if step.begins:
                different_files([output, changes_path], step.source)
                fixing.begin(part)
                changes.begin(step.source.name)
            if step.part is not None and step.result.rows:
                fixing.put(part)
                for row, patch in part.patches.items():
                    changes.add(part.line_of(row), step.base.rows + row, patch)
        writer.end()
        report = validation.finished()
        if not report.complete:
            return Fixed(None, report, {}, None)
        staging.commit()
        if fixing.written is not None:
            return Fixed(None, written.report(), dict(fixing.changed), None)
        report = engine.report(replace(after, form=writer.form))
        return Fixed(None, report, dict(fixing.changed), None)


class Diff:
    """Iterate over the lines of a unified diff of what fixes would change; nothing is written.

    Parameters
    ----------
    engine : Engine
        The engine that validates the data.
    check : Check
        The data.
    unsafe : bool
        Whether unsafe edits are applied too.

    Attributes
    ----------
    report : Report or None
        The report on the data; None until all lines of the diff were read.
    rows : int
        The number of rows that would change.
    """

    def __init__(self, engine: Engine, check: Check, *, unsafe: bool) -> None:
        self.report: Report | None = None
        self.rows: int = 0
        self._validation = Validation(engine, check, detailed=True)
        self._unsafe = unsafe

    def __iter__(self) -> Iterator[str]:
        """Yield the lines of the diff. A table's row is shown as JSON, and its line is its index plus 1."""
        rows = _FixedRows(self._validation.validator)
        head: list[str] = []
        for part in FixedParts(self._validation, unsafe=self._unsafe):
            source = part.step.source
            if part.step.begins:
                rows.begin(part)
                name = visible(source.name or "data")
                head = [f"--- {name}", f"+++ {name}"]
                if rows.columns and source.header.raw is not None:
                    head += _hunk(source.header.line or 1, source.header.raw, rows.header or b"")
            # An added column changes every record of a CSV file.
            numbers = range(len(part.rows)) if rows.columns else [*part.patches]
            for row in numbers:
                data, line = part.rows[row], part.line_of(row)
                at = part.step.base.rows + row + 1 if line is None else line
                hunk = _hunk(at, rows.before(data), rows.after(data, part.patches.get(row)))
                if hunk:
                    self.rows += 1
                    yield from (*head, *hunk)
                    head = []
        self.report = self._validation.finished()


def _hunk(line: int, before: bytes, after: bytes) -> list[str]:
    """Return the lines of a diff for one row; none if it does not change."""
    if before == after:
        return []
    old, new = (text.decode("utf-8", "backslashreplace").split("\n") for text in (before, after))
    return [
        f"@@ -{line},{len(old)} +{line},{len(new)} @@",
        *(f"-{visible(one)}" for one in old),
        *(f"+{visible(one)}" for one in new),
    ]


class FixedPart(NamedTuple):
    """A validated part with its fixes."""

    step: Step
    columns: list[str]
    """The columns of the source, if all its rows have the same columns."""
    schema: Any
    """The Arrow schema of the source, if it has one."""
    added: list[str]
    """The fields that may be added to rows, or as columns if the source has columns."""
    part: RowTexts | Items | Batch | None
    """The part; the columns of a batch are already renamed."""
    rows: list[Any]
    """The rows in the form of the source, with their columns renamed."""
    patches: Mapping[int, Patch]
    """The changes of its rows, by index in the part, in ascending order."""

    def line_of(self, row: int) -> int | None:
        """Return the line of a row in its source."""
        details = self.step.result.details
        if details is None or not len(details.lines):
            return None
        return self.step.base.lines + int(details.lines[row])


class FixedParts:
    """Validate data part by part and compute the fixes of each part.

    Parameters
    ----------
    validation : Validation
        The validation of the data.
    unsafe : bool
        Whether unsafe edits are applied too.
    """

    def __init__(self, validation: Validation, *, unsafe: bool) -> None:
        self._validation = validation
        self._validator: RowValidator = validation.validator
        self._unsafe = unsafe
        self._patches = Patches(self._validator, unsafe=unsafe)
        self._edits: ColumnEdits | None = None
        self._columns: list[str] = []
        self._schema: Any = None
        self._added: list[str] = []

    def __iter__(self) -> Iterator[FixedPart]:
        for step in self._validation.steps():
            refuse_long_rows(step.findings)
            if step.begins:
                self._begin(step.source)
            about = step, self._columns, self._schema, self._added
            if step.part is None or not step.result.rows:
                yield FixedPart(*about, step.part, [], {})
            else:
                part, rows, patches = self._fixed(step, step.part)
                yield FixedPart(*about, part, rows, dict(sorted(patches.items())))

    def _begin(self, source: InputSource) -> None:
        validator, names = self._validator, source.columns
        validator.constants = {**validator.defaults, **source.constants}
        self._columns, self._schema = names, source.schema
        edits = ColumnEdits(validator, names) if self._unsafe else None
        self._edits = edits or None
        if edits:
            self._columns = edits.names(names)
            if self._schema is not None:
                self._schema = edits.batch(self._schema.empty_table()).schema
        self._added = self._patches.fillable(self._columns) if self._columns else self._patches.added

    def _fixed(
        self, step: Step, part: RowTexts | Items | Batch
    ) -> tuple[RowTexts | Items | Batch, list[Any], dict[int, Patch]]:
        """Return a part, its rows, and their fixes."""
        source, columnar = step.source, step.source.form == "columns"
        rows = rows_in(part)
        if isinstance(part, RowTexts) and source.form == "csv":
            rows = [read_record(row, source.header) for row in rows]
        if self._edits is None:
            details = step.result.details or Details()
            return (
                part,
                rows,
                self._patches.of(details.looked, details.results, rows.__getitem__, columnar=columnar),
            )
        if isinstance(part, Batch):
            part = part._replace(rows=self._edits.batch(part.rows))
        made = [_with_columns(row, self._edits) for row in rows]
        patches = {}
        for number, (row, given) in enumerate(zip(made, rows, strict=True)):
            if isinstance(row, Cells):
                result = self._validator.cells(row)
            else:
                result = self._validator.value(row, columnar=columnar)
            edits = self._edits.edits(fields_of(given))
            if patch := self._patches.by_row(result, fields_of(row), edits, columnar=columnar):
                patches[number] = patch
        return part, made, patches


def _with_columns(row: Any, edits: ColumnEdits) -> Any:
    """Apply the edits of columns to a row; return it unchanged if it could not be read."""
    if isinstance(row, Cells):
        return row if row.values is None else row._replace(values=edits.values(row.values))
    return edits.values(row) if isinstance(row, Mapping) else row


class _FixedRows:
    """The bytes of rows with their fixes.

    Attributes
    ----------
    columns : list of str
        The columns of a CSV file after the fixes; empty for other formats.
    header : bytes or None
        The header of a CSV file after the fixes.
    """

    def __init__(self, validator: RowValidator) -> None:
        self.columns: list[str] = []
        self.header: bytes | None = None
        self._as_given = RowBytes(validator)
        self._delimiter = ","
        self._keys: list[bytes] = []

    def begin(self, part: FixedPart) -> None:
        """Start with rows of a source."""
        source = part.step.source
        header = source.header
        self._as_given.begin(source)
        self._delimiter = header.delimiter
        self.columns = list(dict.fromkeys([*part.columns, *part.added])) if header.columns else []
        self.header = as_record(self.columns, header.delimiter) if self.columns else header.raw
        self._keys = [f'"{name}"'.encode() for name in part.added]

    def before(self, data: Any) -> bytes:
        """Return the original bytes of a row."""
        return self._as_given.of(data)

    def after(self, data: Any, patch: Patch | None) -> bytes:
        """Return the bytes of a row with its fixes; without fixes, the original bytes."""
        if self.columns and isinstance(data, Cells):
            return self._record(data, patch.fields if patch else {})
        if patch is None:
            return self._as_given.of(data)
        if not isinstance(data, bytes):
            return as_json(_changed(self._as_given.as_validated(data), patch))
        return _patched(data, patch, may_hold=self.may_hold(data))

    def may_hold(self, data: bytes) -> bool:
        """Return whether a JSON text may already have a field that can be added; keys may be escaped."""
        return b"\\u" in data or any(key in data for key in self._keys)

    def _record(self, cells: Cells, fields: Mapping[str, Any]) -> bytes:
        if cells.values is not None:
            held = cells.values | {name: _cell(value) for name, value in fields.items()}
            return as_record([held.get(name, "") for name in self.columns], self._delimiter)
        # An unreadable record must not become valid by added columns: make it too wide if it would fit.
        delimiter = self._delimiter.encode()
        fits = cells.raw.count(delimiter) == len(self.columns) - 1
        return bytes(cells.raw) + (delimiter if fits else b"")


class _Fixing:
    """Write rows with their fixes.

    Attributes
    ----------
    written : LinesOutput or None
        The validation of the output; None if anything but JSON Lines was written.
    changed : Counter of str
        The number of rows in which each field was changed.
    """

    def __init__(self, writer: PartWriter, validator: RowValidator, written: LinesOutput) -> None:
        self._writer = writer
        self.written: LinesOutput | None = written
        self.changed: Counter[str] = Counter()
        self._validator = validator
        self._rows = _FixedRows(validator)
        self._table: FixedTable | None = None

    def begin(self, part: FixedPart) -> None:
        """Start writing rows of a source."""
        self._rows.begin(part)
        self._writer.begin_source(part.step.source, self._rows.header)
        if self._writer.table is not None:
            self._table = self._table or FixedTable(self._writer.table, self._validator)
            self._table.begin(part.schema, part.added)

    def put(self, part: FixedPart) -> None:
        """Write the rows of a part."""
        patches = part.patches
        _count(self.changed, patches)
        held = part.part
        if isinstance(held, RowTexts) and self._writer.form == "lines":
            self._put_lines(held, part)
            return
        self.written = None
        if self._table is not None and isinstance(held, Batch):
            self._table.put(held.rows, {row: patch.fields for row, patch in patches.items()})
            return
        for row, data in enumerate(part.rows):
            self._writer.row(self._rows.after(data, patches.get(row)))

    def _put_lines(self, lines: RowTexts, part: FixedPart) -> None:
        data, rows, result, patches = lines.data, part.rows, part.step.result, part.patches
        # The output always ends in a line feed, so a last line without one is written differently.
        if not patches and result.lines == result.rows and data.endswith(b"\n"):
            self._writer.put(lines, range(len(rows)))
            if self.written is not None:
                self.written.unchanged(result)
            return
        doubtful = self._rows.may_hold(data)
        for row, patch in patches.items():
            one = rows[row]
            rows[row] = _patched(one, patch, may_hold=doubtful and self._rows.may_hold(one))
        data = b"\n".join(rows)
        self._writer.lines(data)
        if self.written is not None:
            self.written.changed(data)


class _FixingInMemory:
    """Keep rows with their fixes in memory.

    Attributes
    ----------
    changed : Counter of str
        The number of rows in which each field was changed.
    is_changed : bool
        Whether anything was changed, including names of columns.
    """

    def __init__(self, data: Any, validator: RowValidator) -> None:
        self.changed: Counter[str] = Counter()
        self.is_changed: bool = False
        self._data = data
        self._validator = validator
        self._has_columns = is_selectable(data)
        self._outputs: list[RowsInMemory] = []
        self._changed_rows: list[dict[str, list[int]]] = []
        self._read: list[list[str]] = []
        self._as_given = RowBytes(validator)
        self._table: FixedTable | None = None

    def begin(self, part: FixedPart) -> None:
        """Start with rows of a source."""
        source = part.step.source
        if self._has_columns or not self._outputs:
            self._outputs.append(RowsInMemory(self._validator))
            self._changed_rows.append({})
            self._read.append(source.columns)
            self._table = None
        output = self._outputs[-1]
        output.begin(source)
        self._as_given.begin(source)
        if output.table is not None:
            self._table = self._table or FixedTable(output.table, self._validator)
            self._table.begin(part.schema, part.added)
        self.is_changed = self.is_changed or part.columns != source.columns

    def put(self, part: FixedPart) -> None:
        """Add the rows of a part."""
        patches, first = part.patches, part.step.base.rows
        _count(self.changed, patches)
        self.is_changed = self.is_changed or bool(patches)
        if self._table is not None and isinstance(part.part, Batch):
            self._table.put(part.part.rows, {row: patch.fields for row, patch in patches.items()})
            for row, patch in patches.items():
                for name in patch.names:
                    self._changed_rows[-1].setdefault(name, []).append(first + row)
            return
        output = self._outputs[-1]
        for row, data in enumerate(part.rows):
            held = output.object_of(data)
            output.add(self._fixed(held, patches[row]) if row in patches else held)

    def data(self) -> Any:
        """Return the fixed data, or the given data if nothing changed."""
        if not self._has_columns:
            return self._outputs[0].data() if self._outputs else []
        if not self.is_changed:
            return self._data
        about = zip(splits_of(self._data), self._outputs, self._changed_rows, self._read, strict=True)
        return joined(
            self._data,
            (with_fixes(split, output.data(), rows, read) for split, output, rows, read in about),
        )

    def _fixed(self, row: Any, patch: Patch) -> Any:
        """Apply fixes to a mapping or a record; return a mapping if the record would be invalid."""
        values = _changed(self._as_given.as_validated(row), patch)
        if not isinstance(row, Record):
            return values
        model = type(row)
        given = {
            name: value for name, value in values.items() if name != "kind" or name in model.model_fields
        }
        try:
            return model.model_validate(given)
        except ValidationError:
            return values


def _count(changed: Counter[str], patches: Mapping[int, Patch]) -> None:
    """Count the rows in which each field changes."""
    for names, count in Counter(patch.names for patch in patches.values()).items():
        changed.update(dict.fromkeys(names, count))


def _patched(data: bytes, patch: Patch, *, may_hold: bool) -> bytes:
    """Apply fixes to the JSON text of a row; `may_hold` says whether it may already have an added field."""
    body, _, end = data.rpartition(b"}")
    body = body.rstrip()
    if not patch.adds or may_hold or body.endswith(b"{"):
        given = fields_of(data)
        if not patch.adds or not given or not given.keys().isdisjoint(patch.names):
            ends = b"\r" if data.endswith(b"\r") else b""
            return json.dumps(_changed(given, patch), ensure_ascii=False).encode() + ends
    # Append new fields at the end, so that the rest of the row keeps its bytes.
    return b"%b, %b}%b" % (body, patch.members, end)


def _changed(given: Mapping[str, Any], patch: Patch) -> dict[str, Any]:
    """Return the fields of a row with its fixes."""
    fields = patch.fields
    return {
        name: value for name, value in {**given, **fields}.items() if value is not None or name not in fields
    }


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
