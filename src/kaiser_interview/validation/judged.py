"""What a run yields, a row or a note about none, and what it looks for."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ..errors import known_name
from ..models import Record
from .findings import CODES, Fault, Finding, finding
from .inputs import Source
from .rows import Judge, Verdict
from .tables import Batch

__all__ = ["Judged", "models_of", "no_rows", "wanted_codes"]


class Judged(NamedTuple):
    """A row, or a note about none, with what is wrong."""

    source: Source
    line: int | None
    row: int | None
    """None if it is no row."""
    data: Any
    """As the source gave it."""
    faults: Sequence[Fault]
    verdict: Verdict | None
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


def models_of(judge: Judge) -> dict[str, type[Record]]:
    """Return what rows may be, by name."""
    return {name: rules.shape.model for name, rules in judge.rules.items()}


def wanted_codes(select: Sequence[str] | None, ignore: Sequence[str] | None) -> frozenset[str]:
    """Return the codes that are looked for; those of what cannot be read always are."""
    for name in (*(select or ()), *(ignore or ())):
        known_name("code", name, CODES)
    chosen = set(CODES if select is None else select) - set(ignore or ())
    always = {name for name, code in CODES.items() if code.group == "reading" and code.severity == "error"}
    return frozenset(chosen | (always - {"byte-order-mark"}))


def no_rows() -> Fault:
    """Return the fault of data that holds no row."""
    return Fault("no-rows", (), "at least one row", "none", "see whether the step before has written any")
