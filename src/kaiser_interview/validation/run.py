"""One check of one data set: sources to rows to findings to a report."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import repeat
from time import monotonic
from typing import TYPE_CHECKING, Any

from .columns.table_schema import column_faults
from .engine.merge import PLACES, ROWS, no_rows
from .engine.options import Check, Progress, wanted_codes
from .engine.part import models_of, new_rules
from .findings.counts import Tally
from .findings.display import visible
from .findings.finding import Fault, Finding, Note, StreamError
from .findings.report import Input, Report
from .judged import Judged
from .rows.result import RowResult
from .rows.row_validator import RowValidator
from .sources.discover import is_repeatable, sources
from .sources.folders import constants_of
from .sources.source import Batch, InputSource

if TYPE_CHECKING:
    import pyarrow as pa

    from .columns.prefilter import Prefilter

__all__ = ["Run", "every_finding"]

_PAUSE = 0.1

_LOOK = 1024


class Run:
    """A check while it runs.

    Attributes
    ----------
    judge : RowValidator
        What judges its rows.
    complete : bool
        Whether everything so far was read to its end.
    """

    def __init__(self, check: Check) -> None:
        self._check = check
        self.judge: RowValidator = check.judge()
        judge = self.judge
        self.complete: bool = True
        self._fields = frozenset(name for rules in judge.rules.values() for name in rules.shape.fields)
        check.verify(self._fields)
        self._sets = new_rules(check, judge, self._where, hashed=False)
        self._wanted = wanted_codes(check.select, check.ignore)
        self._tally = Tally(check.max_findings)
        self._begun: list[InputSource] = []
        self._inputs: list[Input] = []
        self._passed_over: list[str] = []
        self._outside = 0
        self._limited = True
        self._told: Mapping[str, str] = {}
        self._lane: Prefilter | None = None
        self._whole = self._each = True
        self._progress = Progress()

    def report(self) -> Report:
        """Read everything that is left to read, and return the report."""
        for _ in self.rows(every=False, each=False):
            pass
        return self.finished()

    def finished(self) -> Report:
        """Return the report of what has been read."""
        progress = self._progress
        return Report(
            rows=progress.rows,
            valid=progress.rows - progress.invalid,
            invalid=progress.invalid,
            unpinned=self.judge.unpinned,
            counts=self._tally.counted(),
            findings=self._tally.findings(),
            inputs=tuple(self._inputs),
            passed_over=tuple(self._passed_over),
            complete=self.complete,
            outside=self._outside,
            limited=self._limited,
            max_findings=self._check.max_findings,
            again=partial(every_finding, self._check) if is_repeatable(self._check.data) else None,
        )

    def rows(self, *, every: bool = True, whole: bool = True, each: bool = True) -> Iterator[Judged]:
        """Yield every row with what is wrong, and every note; or those alone that something is wrong with.

        Parameters
        ----------
        every : bool
            Whether rows are yielded that nothing is wrong with.
        whole : bool
            Whether rows of batches are yielded with all their values; else these are in the batch alone.
        each : bool
            Whether a note is yielded for each of the lines that one is about.
        """
        self._whole, self._each = whole, each
        for source in self._sources(self._passed_over):
            yield from self._source(source, every=every)
        yield from self._at_the_end()

    def _sources(self, passed_over: list[str]) -> Iterator[InputSource]:
        models = models_of(self.judge).values()
        for source in sources(self._check.data, self._fields, passed_over, self._check.form):
            source.constants = constants_of(source.constants, models)
            yield source

    def _at_the_end(self) -> Iterator[Judged]:
        """Yield what only the whole data set shows."""
        nowhere = InputSource(None, lambda _: iter(()))
        if not self._begun:
            yield self._note(nowhere, None, no_rows())
        for fault in self._sets.at_the_end():
            if fault.code in self._wanted:
                yield self._note(nowhere, None, fault)

    def _source(self, source: InputSource, *, every: bool) -> Iterator[Judged]:
        before, complete = self._progress.rows, True
        self._begin(source)
        try:
            for judged in self._read(source, every=every):
                complete = complete and not judged.stops
                yield judged
        except StreamError as error:
            complete = False
            yield self._note(source, None, error.fault)
        yield from self._end(source, self._progress.rows - before, complete=complete)

    def _begin(self, source: InputSource) -> None:
        self._begun.append(source)
        self.judge.constants = {**self.judge.defaults, **source.constants}
        self._progress.file = source.name or ""

    def _end(self, source: InputSource, rows: int, *, complete: bool) -> Iterator[Judged]:
        if complete and not rows:
            yield self._note(source, None, no_rows())
        self.complete = self.complete and complete
        self._limited = self._limited and source.limited
        self._inputs.append(source.input(rows, complete=complete))
        self._tell(source, self._progress.rows, 0)

    def _read(self, source: InputSource, *, every: bool) -> Iterator[Judged]:  # noqa: C901, PLR0912 - one pass, one loop
        progress, base = self._progress, (len(self._begun) - 1) * PLACES
        # Rows that are right beyond doubt need nothing more than a look at their ids.
        swift = self.judge.swift if self._sets.ids_alone and not (every or source.constants) else None
        first_place = self._sets.first_place
        row, before, told = -1, progress.rows, monotonic()
        try:
            for item in source.items():
                if type(item) is Note:
                    if item.fault.code in self._wanted or item.stops:
                        yield from self._notes(source, item)
                    continue
                if type(item) is Batch:
                    if row < 0:
                        yield from self._columns(source)
                    yield from self._batch(source, item, base, every=every)
                    row += item.rows.num_rows
                    told = self._tell(source, before + row + 1, told)
                    continue
                row += 1
                if not row % _LOOK:
                    if not row:
                        yield from self._columns(source)
                        swift = swift if source.form in {"lines", "document"} else None
                    told = self._tell(source, before + row, told)
                line, data = item  # type: ignore[misc] # a note is a tuple of another kind
                place = base + (row if line is None else line)
                if source.form == "document":
                    place += ROWS * row  # the elements of an array may all be on one line
                if swift is not None:
                    values = swift(data)
                    if values is not None:
                        row_id = values["id"]
                        if row_id is None or first_place(row_id, place) == place:
                            continue
                judged = self._judged(source, line, row, data, place)
                if every or judged.faults:
                    yield judged
        finally:
            progress.rows = before + row + 1

    def _batch(self, source: InputSource, item: Batch, base: int, *, every: bool) -> Iterator[Judged]:
        """Validate a batch: rows that the prefilter passes need nothing more than the rules of the set."""
        # Imported here, so that text is judged without them.
        import numpy as np

        from .columns.prefilter import Prefilter

        lane = self._lane = self._lane or Prefilter(self.judge, self._sets.fields)
        if every and self._whole:
            for number, values, verdict in lane.verdicts(
                item.rows, np.arange(item.rows.num_rows), self._told
            ):
                place = item.first + number
                judged = self._with_set(source, None, place, values, base + place, verdict)
                yield judged._replace(batch=item)
            return
        seen = lane.look(item.rows, self._told)
        self.judge.unpinned += int(seen.unpinned.sum())
        looks = lane.verdicts(item.rows, np.flatnonzero(seen.suspect), self._told, seen.shaped)
        for number, values in enumerate(self._set_values(item.rows)):
            place = item.first + number
            if seen.suspect[number]:
                _, row, verdict = next(looks)
                judged = self._with_set(source, None, place, row, base + place, verdict)
            elif values or every or seen.doomed[number]:
                kind, known = self.judge.taken(values)
                verdict = RowResult([], known, kind, unjudged=bool(seen.doomed[number]))
                judged = self._with_set(source, None, place, values, base + place, verdict)
            else:
                continue
            if every or judged.faults:
                yield judged._replace(batch=item)

    def _set_values(self, batch: "pa.RecordBatch") -> Iterable[Mapping[str, Any]]:
        """Return of each row what the rules of the set need to know."""
        from .arrow.to_python import rows_of

        names = [name for name in batch.schema.names if name in self._sets.fields]
        return rows_of(batch.select(names)) if names else repeat({}, batch.num_rows)

    def _columns(self, source: InputSource) -> Iterator[Judged]:
        """Tell, once, what is wrong with columns as a whole."""
        names = source.columns
        self._told = {}
        if not names:
            return
        faults = column_faults(self.judge, names, source.schema, missing=source.form == "columns")
        self._told = {str(fault.path[0]): fault.code for fault in faults}
        for fault in faults:
            if fault.code in self._wanted:
                yield self._note(source, source.header.line, fault)

    def _judged(self, source: InputSource, line: int | None, row: int, data: Any, place: int) -> Judged:
        return self._with_set(source, line, row, data, place, self._verdict(source, data))

    def _with_set(  # noqa: PLR0913, PLR0917 - a row, its place and its verdict
        self, source: InputSource, line: int | None, row: int, data: Any, place: int, verdict: RowResult
    ) -> Judged:
        """Add what the rules of the set say to a verdict, and count it."""
        bad = frozenset(fault.path[0] for fault in verdict.faults if fault.path)
        faults = verdict.faults + self._sets.faults(verdict.values, verdict.kind, place, bad)
        invalid = verdict.unjudged
        if faults:
            faults = [fault for fault in faults if fault.code in self._wanted]
            row_id = verdict.values.get("id")
            for fault in faults:
                if self._tally.add(fault, source.name, line, row, row_id) == "error":
                    invalid = True
        self._progress.invalid += invalid
        return Judged(source, line, row, data, faults, verdict, invalid)

    def _verdict(self, source: InputSource, data: Any) -> RowResult:
        if type(data) is Fault:
            return RowResult([data], {}, None)
        if source.form in {"lines", "document"}:
            return self.judge.json(data)
        if source.form == "csv":
            return self.judge.cells(data, self._told)
        return self.judge.value(data, self._told, columnar=source.form == "columns")

    def _notes(self, source: InputSource, note: Note) -> Iterator[Judged]:
        if self._each:
            for more in range(note.lines):
                line = note.line and note.line + more
                yield self._note(source, line, note.fault)._replace(stops=note.stops)
        else:
            yield self._note(source, note.line, note.fault, note.lines)._replace(stops=note.stops)

    def _note(self, source: InputSource, line: int | None, fault: Fault, lines: int = 1) -> Judged:
        if self._tally.add(fault, source.name, line, None, None, lines) == "error":
            self._outside += lines
        return Judged(source, line, None, None, [fault], None, invalid=False)

    def _tell(self, source: InputSource, rows: int, told: float) -> float:
        """Tell how far it has come, unless that was told just now; return when it was told."""
        progress, stream, now = self._progress, source.stream, monotonic()
        progress.rows = rows
        if now - told < _PAUSE:
            return told
        if self._check.progress:
            progress.bytes = stream.taken if stream else 0
            progress.size = (stream.size or 0) if stream else 0
            self._check.progress(progress)
        return now

    def _where(self, place: int) -> str:
        """Return the words for a place that a row had."""
        number, at = divmod(place % ROWS, PLACES)
        source = self._begun[number]
        if source.name is None:
            return f"row {at}"
        return (
            f"{visible(source.name)} row {at}" if source.form == "columns" else f"{visible(source.name)}:{at}"
        )


def every_finding(check: Check) -> Iterator[Finding]:
    """Run a check and yield every finding as it is made."""
    for judged in Run(check).rows(every=False):
        yield from judged.findings()
