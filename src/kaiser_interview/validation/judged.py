"""What a run yields, a row or a note about none, and what it looks for."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ..records.models import Record
from .findings.finding import Fault, Finding, finding
from .rows.result import RowResult
from .rows.row_validator import RowValidator
from .sources.source import Batch, InputSource

__all__ = ["Judged", "models_of", "no_rows"]


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


def models_of(judge: RowValidator) -> dict[str, type[Record]]:
    """Return what rows may be, by name."""
    return {name: rules.shape.model for name, rules in judge.rules.items()}


def no_rows() -> Fault:
    """Return the fault of data that holds no row."""
    return Fault("no-rows", (), "at least one row", "none", "see whether the step before has written any")
