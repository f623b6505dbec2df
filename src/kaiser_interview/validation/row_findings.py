"""The findings of each row, as a column of a table."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import InputError
from .arrow.arrays import Bools, from_numpy, truths
from .engine.execution import Engine, Validation
from .engine.options import Check
from .findings.finding import Finding

__all__ = ["COLUMN", "FINDINGS", "as_value", "findings_column", "table_with_findings"]

COLUMN = "ki_findings"
"""The name of the column."""

FINDINGS = pa.list_(
    pa.struct(
        [
            *(pa.field(name, pa.string(), nullable=False) for name in ("code", "severity")),
            *(pa.field(name, pa.string(), nullable=False) for name in ("path", "expected", "got")),
            pa.field("suggestion", pa.string()),
            pa.field("applicability", pa.string()),
        ]
    )
)
"""The type of the column: what a finding says, without its place. Paths are JSON Pointers."""


_OF_COLUMNS = frozenset({"missing-field", "unknown-field", "wrong-type"})
"""The codes of findings of whole columns, where they belong to no row."""


def findings_column(
    batch: pa.Table | pa.RecordBatch,
    found: Iterable[tuple[int, Finding]],
    columns: Iterable[tuple[str, Finding]],
) -> pa.ListArray:
    """Return the findings of rows as a column.

    Parameters
    ----------
    batch : pyarrow.Table or pyarrow.RecordBatch
        The rows.
    found : iterable of tuple of int and Finding
        Findings of single rows, with the index of the row in the batch.
    columns : iterable of tuple of str and Finding
        Findings of whole columns, with the name of the column. They belong to every row that has a value in
        the column; to every row, if the column is missing.
    """
    texts: list[dict[str, Any]] = []
    rows, numbers = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for name, finding in columns:
        held = np.arange(batch.num_rows)
        # A missing field may have a column of type null.
        if finding.code != "missing-field":
            held = np.flatnonzero(_has_value(batch.column(name)))
        rows.append(held)
        numbers.append(np.full(len(held), len(texts)))
        texts.append(as_value(finding))
    own = [*found]
    rows.append(np.asarray([row for row, _ in own], np.int64))
    numbers.append(np.arange(len(texts), len(texts) + len(own)))
    texts += [as_value(finding) for _, finding in own]
    at, which = np.concatenate(rows), np.concatenate(numbers)
    offsets = np.zeros(batch.num_rows + 1, np.int32)
    np.cumsum(np.bincount(at, minlength=batch.num_rows), out=offsets[1:])
    # Few different findings may belong to many rows.
    values = pa.array(texts, FINDINGS.value_type).take(from_numpy(which[np.argsort(at, kind="stable")]))
    return pa.ListArray.from_arrays(from_numpy(offsets), values, type=FINDINGS)


def _has_value(column: pa.Array | pa.ChunkedArray) -> Bools:
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    return np.concatenate([np.zeros(0, np.bool_), *(truths(pc.is_valid(chunk)) for chunk in chunks)])


def as_value(finding: Finding) -> dict[str, Any]:
    """Return a finding as an element of the column."""
    suggestion = finding.suggestion
    return {
        "code": finding.code,
        "severity": finding.severity,
        "path": finding.pointer,
        "expected": finding.expected,
        "got": finding.got,
        "suggestion": suggestion and suggestion.text,
        "applicability": suggestion and suggestion.applicability,
    }


def table_with_findings(engine: Engine, check: Check) -> pa.Table:
    """Return a table with the findings of its rows; `Validator.with_findings` is the public method.

    Raises
    ------
    InputError
        The data of the check is not an Arrow table, or has the column already.
    """
    table = check.data
    if not isinstance(table, pa.Table | pa.RecordBatch):
        raise InputError(f"with_findings: expected a pyarrow.Table, got {type(table).__name__}")
    if isinstance(table, pa.RecordBatch):
        table = pa.Table.from_batches([table])
    if COLUMN in table.schema.names:
        raise InputError(f"with_findings: expected a table without the column {COLUMN}, got one; drop it")
    found: list[tuple[int, Finding]] = []
    columns: list[tuple[str, Finding]] = []
    others: list[Finding] = []
    validation = Validation(engine, check, detailed=True, explained=True)
    for step in validation.steps():
        for located in step.findings:
            finding = located.finding()
            if finding.row is not None:
                found.append((finding.row, finding))
            elif finding.code in _OF_COLUMNS:
                # The path of the finding has the name cut.
                columns.append((str(located.fault.path[0]), finding))
            else:
                others.append(finding)
    if not validation.finished().complete:
        # Reading stops at the first fault, and its finding is kept whatever the options select.
        raise InputError(f"with_findings: {others[0].message}")
    column = findings_column(table, found, columns)
    return table.append_column(pa.field(COLUMN, FINDINGS, nullable=False), column)
