"""Rows of a validation, each with its place and all of its findings."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from ..engine.execution import Validation
from ..findings.finding import Finding, place_of
from ..formats.csv import Cells
from ..sources.source import InputSource
from .memory import RowsInMemory
from .parts import rows_in

__all__ = ["RowWithFindings", "rows_with_findings"]


class RowWithFindings(NamedTuple):
    """A row and its findings."""

    row: Any
    """A mapping or a record; the bytes of a row of text that cannot be parsed; or any value from Python."""
    place: str
    findings: tuple[Finding, ...]
    source: InputSource


def rows_with_findings(validation: Validation) -> Iterator[RowWithFindings | Finding]:
    """Yield every row with its findings, in order; and each finding that is not about a row.

    Parameters
    ----------
    validation : Validation
        The validation, detailed and not yet started. Its report is complete once all rows are read.
    """
    held = RowsInMemory(validation.validator)
    for step in validation.steps():
        if step.begins:
            held = RowsInMemory(validation.validator)
            held.begin(step.source)
        rows = range(step.base.rows, step.base.rows + (step.result.rows if step.part is not None else 0))
        found: dict[int, list[Finding]] = defaultdict(list)
        for located in step.findings:
            for finding in located.findings():
                if finding.row is not None and finding.row in rows:
                    found[finding.row].append(finding)
                else:
                    yield finding
        if step.part is None or not rows:
            continue
        lines = step.result.details.lines if step.result.details else ()
        for number, one in enumerate(rows_in(step.part)):
            row, line = rows[number], step.base.lines + lines[number] if lines else None
            value = held.object_of(one) if isinstance(one, bytes | Cells) else one
            place = place_of(step.source.name, line, row)
            yield RowWithFindings(value, place, tuple(found.get(row, ())), step.source)
