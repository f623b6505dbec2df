"""Derived rows as a page shows them: what they say about which claims, and their findings."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ..records.models import Record
from ..validation.engine.execution import Engine, Step, Validation
from ..validation.engine.options import Check
from ..validation.findings.finding import Finding, place_of
from ..validation.findings.report import Report
from ..validation.references.paths import references_in
from ..validation.rows.row_validator import RowValidator
from ..validation.sources.source import Batch
from ..validation.writers.memory import RowsInMemory
from ..validation.writers.parts import rows_in

__all__ = ["ShownRow", "ShownRows", "checked_rows", "row_of", "text_of"]

_MOST = 50
"""The most rows with findings to show for a claim, and the most others."""

_LONGEST = 2_000
"""The most characters of a value to show."""

_PROVENANCE = ("method", "creator", "created", "confidence", "release", "language")

_REFERENCE = ("claim_id", "claim_sha256", "quote", "quote_start", "quote_end", "quote_of", "other_claim_id")

_TITLES: Mapping[str, tuple[str, ...]] = {
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
    hidden: Mapping[str, int]
    """The number of further rows by claim; for an empty id, those that name no current claim."""
    report: Report | None = None


def row_of(
    kind: str, values: Mapping[str, Any], place: str = "", findings: tuple[Finding, ...] = ()
) -> ShownRow:
    """Return a row to show, given its kind and its values."""
    names = [name for name in _TITLES.get(kind, ()) if values.get(name) is not None]
    about = [text_of(values[name]) for name in _PROVENANCE if values.get(name) is not None]
    rest = {
        name: text_of(value)
        for name, value in values.items()
        if value not in (None, "", [], {}) and name not in {"kind", *names, *_PROVENANCE, *_REFERENCE}
    }
    quote = values.get("quote")
    links = [one for name in ("claim_id", "other_claim_id") if isinstance(one := values.get(name), str)]
    return ShownRow(
        kind=kind,
        title=tuple(text_of(values[name]) for name in names),
        quote=None if quote is None else text_of(quote),
        about=" · ".join(about),
        fields=tuple(rest.items()),
        place=place,
        findings=findings,
        links=tuple(links) if "other_claim_id" in values else (),
    )


def checked_rows(check: Check) -> ShownRows:
    """Validate rows, and return them by claim with their findings.

    Up to 50 rows with findings and 50 others are kept for each claim, so memory does not depend on the number
    of rows.
    """
    kept = _Kept(check)
    with Engine(check) as engine:
        validation = Validation(engine, check, detailed=True, explained=True)
        for step in validation.steps():
            kept.put(step, validation.validator)
        return ShownRows(kept.by_claim, kept.others, kept.general, kept.hidden, validation.finished())


class _Kept:
    """The rows to show."""

    def __init__(self, check: Check) -> None:
        self.by_claim: dict[str, list[ShownRow]] = defaultdict(list)
        self.others: list[ShownRow] = []
        self.general: list[Finding] = []
        self.hidden: dict[str, int] = defaultdict(int)
        self._counts: dict[tuple[str, bool], int] = defaultdict(int)
        self._claims = check.against.claims

    def put(self, step: Step, validator: RowValidator) -> None:
        """Add the rows and findings of a step."""
        if step.begins:
            self._rows = RowsInMemory(validator)
            self._rows.begin(step.source)
        found: dict[int | None, list[Finding]] = defaultdict(list)
        for located in step.findings:
            for finding in located.findings():
                found[finding.row].append(finding)
        count = step.result.rows if step.part is not None else 0
        first = step.base.rows
        places = range(first, first + count)
        for row, findings in found.items():
            if row is None or row not in places:
                self.general += findings[: _MOST - len(self.general)]
        if count and step.part is not None:
            held = rows_in(step.part)
            objects = held if isinstance(step.part, Batch) else map(self._rows.object_of, held)
            for place, raw in zip(places, objects, strict=True):
                self._add(step, place, raw, tuple(found[place]) if place in found else (), validator)

    def _add(
        self, step: Step, place: int, raw: Any, findings: tuple[Finding, ...], validator: RowValidator
    ) -> None:
        values = raw.model_dump(mode="json") if isinstance(raw, Record) else raw
        if not isinstance(values, Mapping):
            values = {"row": values.decode("utf-8", "replace") if isinstance(values, bytes) else values}
        kind, taken = validator.taken(values)
        named = _claims_in(kind, taken, validator)
        current = [one for one in dict.fromkeys(named) if one in self._claims]
        row = None
        for claim_id in current or [""]:
            key = (claim_id, bool(findings))
            self._counts[key] += 1
            if self._counts[key] > _MOST:
                self.hidden[claim_id] += 1
                continue
            line = findings[0].line if findings else None
            where = place_of(step.source.name, line, place)
            row = row or row_of(kind or "row", taken, where, findings)
            (self.by_claim[claim_id] if claim_id else self.others).append(row)


def _claims_in(kind: str | None, values: Mapping[str, Any], validator: RowValidator) -> Iterable[str]:
    """Yield the ids of the claims that a row names."""
    held = [values]
    if kind is not None:
        held += [reference for _, reference in references_in(values, validator.rules[kind].nested)]
    for one in held:
        for name in ("claim_id", "other_claim_id"):
            if isinstance(one.get(name), str):
                yield one[name]


def text_of(value: Any) -> str:
    """Return a value as text, cut if it is long."""
    if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        value = ", ".join(value)
    elif isinstance(value, Mapping | list | tuple | bool):
        value = json.dumps(value, ensure_ascii=False, default=str)
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
