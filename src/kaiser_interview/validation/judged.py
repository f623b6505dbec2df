"""A row with its faults, or a note about none, as `run` yields it."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from .findings.finding import Fault, Finding, finding
from .rows.result import RowResult
from .sources.source import Batch, InputSource

__all__ = ["Judged"]


class Judged(NamedTuple):
    """A row, or a note about none, with what is wrong."""

    source: InputSource
    line: int | None
    row: int | None
    """None if it is no row."""
    data: Any
    """As the source gave it."""
    faults: Sequence[Fault]
    verdict: RowResult | None
    invalid: bool
    stops: bool = False
    """Whether what follows in the source is not read."""
    batch: Batch | None = None
    """Where it is a row of a table that came in batches."""

    @property
    def begins(self) -> bool:
        """Whether its source is known by now: from its first row on, or when it is found to have none."""
        source = self.source
        known = source.stream is not None or source.schema is not None
        return self.row is not None or (known and any(fault.code == "no-rows" for fault in self.faults))

    def findings(self) -> Iterator[Finding]:
        """Yield the faults as findings."""
        row_id = self.verdict.values.get("id") if self.verdict else None
        for fault in self.faults:
            yield finding(fault, self.source.name, self.line, self.row, row_id)
