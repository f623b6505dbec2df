"""Derived rows as a page shows them: what they say about which claims, and their findings."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import Any, NamedTuple

from ..records.models import Record
from ..validation.engine.execution import Engine, Validation
from ..validation.engine.options import Check
from ..validation.findings.display import shown
from ..validation.findings.finding import Finding
from ..validation.findings.report import Report
from ..validation.references.paths import references_in
from ..validation.rows.row_validator import RowValidator
from ..validation.writers.with_findings import RowWithFindings, rows_with_findings

__all__ = ["TITLES", "ShownRow", "ShownRows", "checked_rows", "row_of", "text_of"]

_MOST = 50
"""The most rows with findings to show for a claim, and the most others."""

_LONGEST = 1_000
"""The most characters of a value to show."""

_PROVENANCE = ("method", "creator", "created", "confidence", "release", "language")

_REFERENCE = ("claim_id", "claim_sha256", "quote_start", "quote_end", "quote_of", "other_claim_id")

TITLES: Mapping[str, tuple[str, ...]] = {
    "translation": ("translation",),
    "label": ("scheme", "value"),
    "mention": ("name", "type"),
    "relation": ("relation",),
    "question": ("question", "answer"),
    "verdict": ("verdict",),
}
"""The fields that say the most, by kind."""


class ShownRow(NamedTuple):
    """A row to show."""

    kind: str
    title: tuple[str, ...]
    """The values of its main fields."""
    quote: str | None
    about: str
    """How and by whom it was made."""
    fields: tuple[tuple[str, str], ...]
    """The other fields that are not null, by name."""
    place: str = ""
    findings: tuple[Finding, ...] = ()
    links: tuple[str, ...] = ()
    """The ids of the claims that it connects, if it names two."""


class ShownRows(NamedTuple):
    """The rows of a data set by claim, bounded in number."""

    by_claim: Mapping[str, list[ShownRow]]
    others: list[ShownRow]
    """Rows that name no current claim."""
    general: list[Finding]
    """Findings that are not about a row."""
    hidden: Mapping[str | None, int]
    """The number of further rows by claim; for an empty id, of rows without one; for None, of `general`."""
    report: Report | None = None


def row_of(
    kind: str,
    values: Mapping[str, Any],
    place: str = "",
    findings: tuple[Finding, ...] = (),
    *,
    is_beside: bool = True,
) -> ShownRow:
    """Return a row to show, given its kind and its values.

    If it is shown beside its claim, the fields of the reference are left out.
    """
    names = [name for name in TITLES.get(kind, ()) if values.get(name) is not None]
    about = [text_of(values[name]) for name in _PROVENANCE if values.get(name) is not None]
    left_out = {"kind", *names, *_PROVENANCE, "quote", *(_REFERENCE if is_beside else ())}
    rest = [(str(name), text_of(value)) for name, value in values.items() if name not in left_out]
    quote = values.get("quote")
    links = [one for name in ("claim_id", "other_claim_id") if isinstance(one := values.get(name), str)]
    return ShownRow(
        kind=kind,
        title=tuple(text_of(values[name]) for name in names),
        quote=None if quote is None else text_of(quote),
        about=" · ".join(about),
        fields=tuple(one for one in rest if one[1]),
        place=place,
        findings=findings,
        links=tuple(links) if "other_claim_id" in values else (),
    )


def checked_rows(check: Check) -> ShownRows:
    """Validate rows, and return them by claim with their findings.

    Up to 50 rows with findings and 50 others are kept for each claim, so memory does not depend on the number
    of rows.
    """
    with Engine(check) as engine:
        validation = Validation(engine, check, detailed=True, explained=True)
        kept = _Kept(validation.validator)
        for one in rows_with_findings(validation):
            kept.put(one)
        return ShownRows(kept.by_claim, kept.others, kept.general, kept.hidden, validation.finished())


class _Kept:
    """The rows and findings to show.

    Parameters
    ----------
    validator : RowValidator
        The validator of the rows.
    """

    def __init__(self, validator: RowValidator) -> None:
        self.by_claim: dict[str, list[ShownRow]] = defaultdict(list)
        self.others: list[ShownRow] = []
        self.general: list[Finding] = []
        self.hidden: Counter[str | None] = Counter()
        self._validator = validator
        self._counts = Counter[tuple[str, bool]]()

    def put(self, one: RowWithFindings | Finding) -> None:
        """Add a row with its findings, or a finding that is not about a row."""
        if isinstance(one, RowWithFindings):
            self._add(one.row, one.place, one.findings)
        elif len(self.general) < _MOST:
            self.general.append(one)
        else:
            self.hidden[None] += 1

    def _add(self, row: Any, place: str, findings: tuple[Finding, ...]) -> None:
        values = row.model_dump(mode="json") if isinstance(row, Record) else row
        if not isinstance(values, Mapping):
            values = {"row": values.decode("utf-8", "replace") if isinstance(values, bytes) else values}
        kind, taken = self._validator.taken(values)
        claims = self._validator.corpus.claims
        current = [one for one in dict.fromkeys(self._claims_in(kind, taken)) if one in claims]
        for claim_id in current or [""]:
            self._counts[claim_id, bool(findings)] += 1
            if self._counts[claim_id, bool(findings)] > _MOST:
                self.hidden[claim_id] += 1
                continue
            made = row_of(kind or "row", taken, place, findings, is_beside=bool(claim_id))
            (self.by_claim[claim_id] if claim_id else self.others).append(made)

    def _claims_in(self, kind: str | None, values: Mapping[str, Any]) -> Iterator[str]:
        """Yield the ids of the claims that a row names."""
        nested = () if kind is None else self._validator.rules[kind].nested
        for one in (values, *(reference for _, reference in references_in(values, nested))):
            for name in ("claim_id", "other_claim_id"):
                if isinstance(one.get(name), str):
                    yield one[name]


def text_of(value: Any) -> str:
    """Return a value as text, cut if it is long; empty for null and empty lists and objects."""
    if value is None or (isinstance(value, Mapping | list | tuple) and not value):
        return ""
    if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        value = ", ".join(value)
    elif isinstance(value, date | time):
        value = value.isoformat()
    elif not isinstance(value, str):
        try:
            value = json.dumps(value, ensure_ascii=False, default=_foreign)
        except (TypeError, ValueError, RecursionError):  # data from Python may have any shape
            value = shown(value)
    return value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"


def _foreign(value: object) -> object:
    return value.isoformat() if isinstance(value, date | time) else shown(value)
