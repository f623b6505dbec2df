"""What can be mended in one way only, mended: offsets, pins, release, absent provenance."""

import json
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ..records.models import Record, Relation
from ..storage import Staging
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

_MENDED = {"quote-misplaced", "quote-out-of-range", "quote-typography-differs"}

_UNANCHORED = {"quote-ambiguous", "quote-too-short"}

_UNSURE = {"stale-claim", "digest-differs", "unknown-release", "claim-differs"}

_COLUMNS = ("claim_sha256", "quote_start", "quote_end", "release", "other_claim_sha256")


class Fixed(NamedTuple):
    """What `fix` has done."""

    report: Report
    """What the gate says of the output."""
    filled: Mapping[str, int]
    """How many rows got a value in each field."""


def fix_check(check: Check, output: Path, *, typography: bool) -> Fixed:
    """Do what `fix` does, for a check."""
    run = Run(check)
    filled: Counter[str] = Counter()
    with Staging() as staging:
        writer = Writer(staging, output)
        source, columns, mended = None, [], None
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
                    mended = mended or FixedTable(writer.table, run.judge, fillable)
                    mended.begin(source.schema)
            if judged.row is not None:
                patch = _Row(run.judge, judged, typography=typography).patch(check.defaults or {})
                filled.update(name for name in patch if name != AS_WRITTEN)
                if mended is not None and judged.batch is not None:
                    mended.put(judged.batch, judged.row, patch)
                else:
                    writer.row(_patched(run.judge, judged, patch, columns))
        if mended is not None:
            mended.flush()
        writer.end()
        if not run.complete:
            return Fixed(run.finished(), {})
        staging.commit()
    return Fixed(Run(check.of(os.fspath(output), writer.form)).report(), dict(filled))


class _Row:
    """A row that may have something to mend."""

    def __init__(self, judge: RowValidator, judged: Judged, *, typography: bool) -> None:
        self._judge = judge
        self._verdict = judged.verdict
        self._given = _given(judged)
        self._typography = typography
        faults = judged.verdict.faults if judged.verdict else []
        self._wrong = {fault.path: fault for fault in faults}
        self._mended_at: set[FieldPath] = set()
        self._sure = not any(fault.code in _UNSURE for fault in faults)

    def patch(self, defaults: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields that there is one way to mend, and their values."""
        verdict = self._verdict
        if verdict is None or verdict.kind is None:
            return {}
        rules, values = self._judge.rules[verdict.kind], verdict.values
        fields = rules.shape.fields
        patch = {name: values[name] for name in defaults if name in fields and self._given.get(name) is None}
        if rules.refers:
            patch |= self._mended(values, (), typography=self._typography)
        for name in dict.fromkeys(str(path[0]) for path, _ in references_in(values, rules.nested)):
            held, changed = _copied(values[name]), False
            for path, reference in references_in({name: held}, rules.nested):
                mended = self._mended(reference, path, typography=False)
                reference.update(mended)  # type: ignore[attr-defined]
                changed = changed or bool(mended)
            if changed:
                patch[name] = held
        if issubclass(rules.shape.model, Relation):
            patch |= self._pin(values, (), "other_")
        releases = self._judge.corpus.releases
        if releases and "release" in fields and values.get("release") is None and self._is_right():
            patch["release"] = releases[-1]
        return patch

    def _mended(self, reference: Mapping[str, Any], path: FieldPath, *, typography: bool) -> dict[str, Any]:
        """Return the fields of a reference that can be mended."""
        claim = self._judge.corpus.claims.get(str(reference.get("claim_id")))
        names = ["claim_id", "quote_of"]
        # A kind may demand offsets; that both are missing is what is mended here.
        lacks = reference.get("quote_start") is None and reference.get("quote_end") is None
        if not (lacks and self._is_missing((*path, "quote_end"))):
            names.append("quote_end")
        if claim is None or not self._sure or any((*path, name) in self._wrong for name in names):
            return {}
        patch: dict[str, Any] = {}
        words, given = reference.get("quote"), reference.get("quote_start")
        if words:
            about, placed = self._wrong.get((*path, "quote")), self._wrong.get((*path, "quote_start"))
            if lacks and self._is_missing((*path, "quote_start")):
                placed = None
            differs = about is not None and about.code == "quote-typography-differs" and typography
            wrong = about and about.code not in _UNANCHORED and not differs
            if wrong or (placed and placed.code not in _MENDED):
                return {}
            quote = Quote(claim, words, None, None, reference.get("quote_of") or "text")
            places = quote.places_but_for_typography if differs else quote.places
            if not places or (len(places) != 1 and (placed or differs)):
                return {}
            if differs:
                patch |= {AS_WRITTEN: words, "quote": quote.own_words(places[0])}
                if self._given.get(AS_WRITTEN) is not None:
                    del patch[AS_WRITTEN]  # what it was at first is there
            if len(places) == 1 and (placed or differs or given is None):
                patch |= dict(zip(("quote_start", "quote_end"), places[0], strict=True))
                self._mended_at |= {(*path, name) for name in ("quote", "quote_start", "quote_end")}
        return patch | self._pin(reference, path)

    def _is_missing(self, path: FieldPath) -> bool:
        """Return whether what is wrong with a field is that it is not there."""
        return path in self._wrong and self._wrong[path].code == "missing-field"

    def _pin(self, reference: Mapping[str, Any], path: FieldPath, prefix: str = "") -> dict[str, Any]:
        """Return the digest of a claim that a reference names without it."""
        named, pinned = f"{prefix}claim_id", f"{prefix}claim_sha256"
        claim = self._judge.corpus.claims.get(str(reference.get(named)))
        wrong = any((*path, name) in self._wrong for name in (named, pinned))
        if claim is None or wrong or not self._sure or reference.get(pinned) is not None:
            return {}
        return {pinned: claim.sha256}

    def _is_right(self) -> bool:
        """Return whether nothing is wrong in the row that has not been mended."""
        return all(
            CODES[fault.code].severity == "warning" or fault.path in self._mended_at
            for fault in self._wrong.values()
        )


def _copied(value: Any) -> Any:
    """Return a value of lists, mappings and records as new lists and mappings."""
    if isinstance(value, list | tuple):
        return [_copied(one) for one in value]
    if isinstance(value, Record):
        return _copied(value.model_dump(exclude_unset=True))
    return {name: _copied(one) for name, one in value.items()} if isinstance(value, Mapping) else value


def _given(judged: Judged) -> Mapping[str, Any]:
    """Return what a row had before the defaults; nothing if it is no object."""
    data = judged.data
    if isinstance(data, bytes) and judged.source.form in {"lines", "document"}:
        data, _ = parse(data)
    elif isinstance(data, Cells):
        data = data.values
    elif isinstance(data, Record):
        data = data.__dict__
    return data if isinstance(data, Mapping) else {}


def _patched(judge: RowValidator, judged: Judged, patch: Mapping[str, Any], columns: list[str]) -> bytes:
    """Return a row's bytes with what is mended in it; a row with nothing to mend as it came."""
    source, data = judged.source, judged.data
    if columns and isinstance(data, Cells):
        return _record(source, judged, patch, columns)
    if not patch:
        return row_bytes(judge, judged)
    if source.form in {"values", "columns"}:
        return as_json({**as_judged(judge, judged), **patch})
    given = _given(judged)
    absent = {name: value for name, value in patch.items() if name not in given}
    if len(absent) == len(patch) and given:
        # What is added stands at the end; the rest of the row stays as it is written.
        body, _, end = data.rpartition(b"}")
        added = json.dumps(absent, ensure_ascii=False)[1:-1]
        return bytes(body.rstrip()) + b", " + added.encode() + b"}" + bytes(end)
    ends = b"\r" if data.endswith(b"\r") else b""
    return json.dumps({**given, **patch}, ensure_ascii=False).encode() + ends


def _columns(source: InputSource, check: Check, judge: RowValidator, *, typography: bool) -> list[str]:
    """Return the columns of a CSV file with those that may be filled in; nothing for other forms."""
    given = source.header.columns
    if not given:
        return []
    fields = {name for rules in judge.rules.values() for name in rules.shape.fields}
    more = [name for name in _fillable(check, typography=typography) if name in fields or name == AS_WRITTEN]
    return [*given, *(name for name in dict.fromkeys(more) if name not in given)]


def _fillable(check: Check, *, typography: bool) -> list[str]:
    """Return the fields that may be filled in."""
    return [*(check.defaults or ()), *_COLUMNS, *([AS_WRITTEN] if typography else [])]


def _record(source: InputSource, judged: Judged, patch: Mapping[str, Any], columns: list[str]) -> bytes:
    data, delimiter = judged.data, source.header.delimiter
    if data.values is not None:
        cells = data.values | {name: _cell(value) for name, value in patch.items()}
        return as_record([cells.get(name, "") for name in columns], delimiter)
    # A record that fitted the old header as little as it can be read must not come to fit the new one.
    fits = data.raw.count(delimiter.encode()) == len(columns) - 1
    return bytes(data.raw) + (delimiter.encode() if fits else b"")


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
