"""Fix what has exactly one correct value: offsets, digests, the release, and missing provenance."""

import json
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ..records.models import Record, Relation
from ..storage import Staging
from .choice import report_of
from .engine.options import Check
from .findings.codes import CODES
from .findings.finding import Path as FieldPath
from .findings.report import Report
from .formats.csv import Cells
from .formats.json.text import parse
from .judged import Judged
from .references.paths import references_in
from .references.quotes import Quote
from .rows.row_validator import RowValidator
from .run import Run
from .sources.source import InputSource
from .writers.fixed_tables import FixedTable
from .writers.rows import Writer, as_json, as_judged, as_record, different_files, row_bytes

__all__ = ["Fixed", "fix_check"]

AS_WRITTEN = "x_quote_as_written"

_FIXED_BY_SEARCH = {"quote-misplaced", "quote-out-of-range", "quote-typography-differs"}

_UNANCHORED = {"quote-ambiguous", "quote-too-short"}

_CLAIM_IN_DOUBT = {"stale-claim", "digest-differs", "unknown-release", "claim-differs"}

_COLUMNS = ("claim_sha256", "quote_start", "quote_end", "release", "other_claim_sha256")


class Fixed(NamedTuple):
    """The result of `fix`."""

    report: Report
    """The report on the output; on the input if it could not be read completely."""
    filled: Mapping[str, int]
    """The number of rows in which each field was filled in or changed."""


def fix_check(check: Check, output: Path, *, typography: bool) -> Fixed:
    """Fix the rows of a check and write them to `output`; the public function is `fix`.

    Nothing is written if the data cannot be read completely.
    """
    run = Run(check)
    filled: Counter[str] = Counter()
    with Staging() as staging:
        writer = Writer(staging, output)
        source, columns, fixed_table = None, [], None
        for judged in run.rows():
            if judged.source is not source and judged.begins:
                source = judged.source
                different_files([output], source)
                columns = _columns(source, check, run.judge, typography=typography)
                writer.begin(
                    source.form,
                    as_record(columns, source.header.delimiter) if columns else source.header.raw,
                    source,
                )
                if writer.table is not None:
                    fillable = _fillable(check, typography=typography)
                    fixed_table = fixed_table or FixedTable(writer.table, run.judge, fillable)
                    fixed_table.begin(source.schema)
            if judged.row is not None:
                patch = _Row(run.judge, judged, typography=typography).patch(check.defaults or {})
                filled.update(name for name in patch if name != AS_WRITTEN)
                if fixed_table is not None and judged.batch is not None:
                    fixed_table.put(judged.batch, judged.row, patch)
                else:
                    writer.row(_patched(run.judge, judged, patch, columns))
        if fixed_table is not None:
            fixed_table.flush()
        writer.end()
        if not run.complete:
            return Fixed(run.finished(), {})
        staging.commit()
    return Fixed(report_of(check.of(os.fspath(output), writer.form)), dict(filled))


class _Row:
    """A row with its validation result, from which fixes are computed."""

    def __init__(self, validator: RowValidator, judged: Judged, *, typography: bool) -> None:
        self._validator = validator
        self._verdict = judged.verdict
        self._given = _given(judged)
        self._typography = typography
        faults = judged.verdict.faults if judged.verdict else []
        self._wrong = {fault.path: fault for fault in faults}
        self._fixed_at: set[FieldPath] = set()
        self._claim_is_certain = not any(fault.code in _CLAIM_IN_DOUBT for fault in faults)

    def patch(self, defaults: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields to fix and their values."""
        verdict = self._verdict
        if verdict is None or verdict.kind is None:
            return {}
        rules, values = self._validator.rules[verdict.kind], verdict.values
        fields = rules.shape.fields
        patch = {name: values[name] for name in defaults if name in fields and self._given.get(name) is None}
        if rules.refers:
            patch |= self._fixed(values, (), typography=self._typography)
        for name in dict.fromkeys(str(path[0]) for path, _ in references_in(values, rules.nested)):
            copy, changed = _copied(values[name]), False
            for path, reference in references_in({name: copy}, rules.nested):
                fixed = self._fixed(reference, path, typography=False)
                reference.update(fixed)  # type: ignore[attr-defined]
                changed = changed or bool(fixed)
            if changed:
                patch[name] = copy
        if issubclass(rules.shape.model, Relation):
            patch |= self._digest(values, (), "other_")
        releases = self._validator.corpus.releases
        if releases and "release" in fields and values.get("release") is None and self._is_right():
            patch["release"] = releases[-1]
        return patch

    def _fixed(self, reference: Mapping[str, Any], path: FieldPath, *, typography: bool) -> dict[str, Any]:
        """Return the fields of a reference to a claim that can be fixed: offsets, quote and digest."""
        claim = self._validator.corpus.claims.get(str(reference.get("claim_id")))
        names = ["claim_id", "quote_of"]
        # A kind may require offsets. If both are missing, they are added here.
        has_no_offsets = reference.get("quote_start") is None and reference.get("quote_end") is None
        if not (has_no_offsets and self._is_missing((*path, "quote_end"))):
            names.append("quote_end")
        if claim is None or not self._claim_is_certain or any((*path, name) in self._wrong for name in names):
            return {}
        patch: dict[str, Any] = {}
        words, given = reference.get("quote"), reference.get("quote_start")
        if words:
            quote_fault, start_fault = (
                self._wrong.get((*path, "quote")),
                self._wrong.get((*path, "quote_start")),
            )
            if has_no_offsets and self._is_missing((*path, "quote_start")):
                start_fault = None
            differs = (
                quote_fault is not None and quote_fault.code == "quote-typography-differs" and typography
            )
            wrong = quote_fault and quote_fault.code not in _UNANCHORED and not differs
            if wrong or (start_fault and start_fault.code not in _FIXED_BY_SEARCH):
                return {}
            quote = Quote(claim, words, None, None, reference.get("quote_of") or "text")
            places = quote.places_but_for_typography if differs else quote.places
            if not places or (len(places) != 1 and (start_fault or differs)):
                return {}
            if differs:
                patch |= {AS_WRITTEN: words, "quote": quote.own_words(places[0])}
                if self._given.get(AS_WRITTEN) is not None:
                    del patch[AS_WRITTEN]  # keep the original that the row already has
            if len(places) == 1 and (start_fault or differs or given is None):
                patch |= dict(zip(("quote_start", "quote_end"), places[0], strict=True))
                self._fixed_at |= {(*path, name) for name in ("quote", "quote_start", "quote_end")}
        return patch | self._digest(reference, path)

    def _is_missing(self, path: FieldPath) -> bool:
        """Return whether the fault of a field is that it is missing."""
        return path in self._wrong and self._wrong[path].code == "missing-field"

    def _digest(self, reference: Mapping[str, Any], path: FieldPath, prefix: str = "") -> dict[str, Any]:
        """Return the digest of the referenced claim if the reference has none."""
        id_field, digest_field = f"{prefix}claim_id", f"{prefix}claim_sha256"
        claim = self._validator.corpus.claims.get(str(reference.get(id_field)))
        wrong = any((*path, name) in self._wrong for name in (id_field, digest_field))
        if claim is None or wrong or not self._claim_is_certain or reference.get(digest_field) is not None:
            return {}
        return {digest_field: claim.sha256}

    def _is_right(self) -> bool:
        """Return whether every error in the row has been fixed."""
        return all(
            CODES[fault.code].severity == "warning" or fault.path in self._fixed_at
            for fault in self._wrong.values()
        )


def _copied(value: Any) -> Any:
    """Return a deep copy of lists, mappings and records, as lists and dictionaries."""
    if isinstance(value, list | tuple):
        return [_copied(one) for one in value]
    if isinstance(value, Record):
        return _copied(value.model_dump(exclude_unset=True))
    return {name: _copied(one) for name, one in value.items()} if isinstance(value, Mapping) else value


def _given(judged: Judged) -> Mapping[str, Any]:
    """Return the fields of a row before defaults were added; empty if the row is no object."""
    data = judged.data
    if isinstance(data, bytes) and judged.source.form in {"lines", "document"}:
        data, _ = parse(data)
    elif isinstance(data, Cells):
        data = data.values
    elif isinstance(data, Record):
        data = data.__dict__
    return data if isinstance(data, Mapping) else {}


def _patched(validator: RowValidator, judged: Judged, patch: Mapping[str, Any], columns: list[str]) -> bytes:
    """Return the bytes of a row with its fixes; without fixes, the original bytes."""
    source, data = judged.source, judged.data
    if columns and isinstance(data, Cells):
        return _record(source, judged, patch, columns)
    if not patch:
        return row_bytes(validator, judged)
    if source.form in {"values", "columns"}:
        return as_json({**as_judged(validator, judged), **patch})
    given = _given(judged)
    absent = {name: value for name, value in patch.items() if name not in given}
    if len(absent) == len(patch) and given:
        # Append new fields at the end, so that the rest of the row keeps its bytes.
        body, _, end = data.rpartition(b"}")
        added = json.dumps(absent, ensure_ascii=False)[1:-1]
        return bytes(body.rstrip()) + b", " + added.encode() + b"}" + bytes(end)
    ends = b"\r" if data.endswith(b"\r") else b""
    return json.dumps({**given, **patch}, ensure_ascii=False).encode() + ends


def _columns(source: InputSource, check: Check, validator: RowValidator, *, typography: bool) -> list[str]:
    """Return the columns of a CSV file, followed by those that may be filled in; empty for other formats."""
    given = source.header.columns
    if not given:
        return []
    fields = {name for rules in validator.rules.values() for name in rules.shape.fields}
    more = [name for name in _fillable(check, typography=typography) if name in fields or name == AS_WRITTEN]
    return [*given, *(name for name in dict.fromkeys(more) if name not in given)]


def _fillable(check: Check, *, typography: bool) -> list[str]:
    """Return the fields that `fix` may fill in."""
    return [*(check.defaults or ()), *_COLUMNS, *([AS_WRITTEN] if typography else [])]


def _record(source: InputSource, judged: Judged, patch: Mapping[str, Any], columns: list[str]) -> bytes:
    data, delimiter = judged.data, source.header.delimiter
    if data.values is not None:
        cells = data.values | {name: _cell(value) for name, value in patch.items()}
        return as_record([cells.get(name, "") for name in columns], delimiter)
    # An unreadable record must not become valid because columns were added: make it too wide if it fits.
    fits = data.raw.count(delimiter.encode()) == len(columns) - 1
    return bytes(data.raw) + (delimiter.encode() if fits else b"")


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
