"""Merge the results of parts into one report, with findings about the whole data set."""

from collections.abc import Callable, Iterator, Mapping
from operator import itemgetter
from time import monotonic
from typing import NamedTuple

from ..columns.table_schema import column_faults
from ..dataset_rules.state import DatasetRules, Row
from ..findings.checked import CheckedTally
from ..findings.counts import Tally
from ..findings.display import visible
from ..findings.finding import Correction, Fault, Finding, Located, Path
from ..findings.report import Input, Report
from ..fixes.columns import ColumnEdits
from ..rows.row_validator import RowValidator
from ..sources.discover import sources
from ..sources.folders import constants_of
from ..sources.source import InputSource
from .options import Check, Progress, wanted_codes
from .part import Ids, PartResult, models_of, new_rules

__all__ = ["NOWHERE", "PLACES", "ROWS", "Base", "Merge", "no_rows"]

PLACES = 1 << 44
"""Maximum number of places in a source."""

ROWS = 1 << 64
"""Maximum number of places in a data set. Rows on the same line differ by a multiple of it."""

NOWHERE = InputSource(None, lambda _: iter(()))
"""The source of findings about the whole data set."""

_PAUSE = 0.1
"""Minimum seconds between two calls of `progress`."""


class Base(NamedTuple):
    """The number of lines and rows before a part in its source."""

    lines: int = 0
    rows: int = 0

    def after(self, part: PartResult) -> "Base":
        """Return the base of the next part."""
        return Base(self.lines + part.lines, self.rows + part.rows)


class Merge:
    """The results of a check so far. Results are added in the order of the parts.

    Parameters
    ----------
    check : Check
        The check.
    validator : RowValidator
        The validator that knows the fields of the rows; not shared with other objects.
    detailed : bool
        Whether every finding and every invalid row are collected, for `taken`.

    Attributes
    ----------
    validator : RowValidator
        The given validator.
    rules : DatasetRules
        The rules of the whole data set.
    complete : bool
        Whether all data so far was read to its end.
    limited : bool
        Whether all worker processes have limits of memory and time.
    """

    def __init__(self, check: Check, validator: RowValidator, *, detailed: bool = False) -> None:
        self.check: Check = check
        self.validator: RowValidator = validator
        self.complete: bool = True
        self.limited: bool = True
        self.rules: DatasetRules = self.new_rules()
        self.wanted: frozenset[str] = wanted_codes(check.select, check.ignore)
        self.tally: Tally = Tally(check.max_findings)
        self.progress: Progress = Progress()
        self.skipped: list[str] = []
        self.inputs: list[Input] = []
        self._sources: list[InputSource] = []
        self._columns: set[tuple[str, Path]] = set()
        self._outside = 0
        self._checked = CheckedTally()
        self._reported_at = 0.0
        self._detailed = detailed
        self._found: list[Located] = []
        # The findings of the part being added, with their order, and its invalid rows.
        self._of_part: list[tuple[int, Located]] = []
        self._invalid: set[int] = set()

    def sources(self) -> Iterator[InputSource]:
        """Yield the sources of the data; the order of files is stable."""
        models = models_of(self.validator).values()
        for source in sources(self.check.data, self.validator.fields, self.skipped, self.check.form):
            source.reader = self.check.reader
            source.constants = constants_of(source.constants, models)
            yield source

    def new_rules(self, *, hashed: bool = False) -> DatasetRules:
        """Return new data set rules; with `hashed`, ids and keys are compared elsewhere."""
        return new_rules(self.check, self.validator, self._where, hashed=hashed)

    def begin(self, source: InputSource) -> None:
        """Begin a source: the results added next belong to it."""
        self._sources.append(source)
        self._columns = set()
        self.progress.file = source.name or ""

    def columns(self, source: InputSource) -> Mapping[str, str]:
        """Report the faults of whole columns once; return the columns with the reported codes."""
        names = source.columns
        if not names:
            return {}
        faults = column_faults(self.validator, names, source.schema, missing=source.form == "columns")
        edits = ColumnEdits(self.validator, names)
        for fault in faults:
            if fault.code in self.wanted:
                self.note(source, source.header.line, fault, edits.correction(fault))
        # An error that is ignored makes no row invalid.
        return {str(fault.path[0]): fault.code for fault in faults if fault.code in self.wanted}

    def note(
        self, source: InputSource, line: int | None, fault: Fault, correction: Correction | None = None
    ) -> None:
        """Count a finding that is not about a row."""
        found = source.hinted(Located(fault, source.name, line, correction=correction))
        self._outside += self.tally.add(found) == "error"
        if self._detailed:
            self._found.append(found)

    def taken(self) -> tuple[list[Located], set[int]]:
        """Return the findings since the last call, and the invalid rows of the last part."""
        taken = self._found, self._invalid
        self._found, self._invalid = [], set()
        return taken

    def add(self, source: InputSource, part: PartResult, base: Base) -> None:
        """Add the result of a part, whose lines and rows count from the start of the part.

        Parameters
        ----------
        source : InputSource
            The source of the part.
        part : PartResult
            The result.
        base : Base
            The number of lines and rows before the part in its source.
        """
        # Report the fault of a whole column once, with the first part that has it.
        for fault, correction in part.columns if part.rows else ():
            if fault.code in self.wanted and (fault.code, fault.path) not in self._columns:
                self._columns.add((fault.code, fault.path))
                self.note(source, None, fault, correction)
        for group, count, kept in part.counts:
            # Lazily, because findings are made only if there is room for them.
            located = (source.hinted(found.within(source.name, *base)) for found in kept)
            self.tally.put(group, count, (one for found in located for one in found.findings()))
        if part.details is not None:
            self._of_part = [
                (order, source.hinted(found.within(source.name, *base)))
                for order, found in part.details.findings
            ]
            self._invalid = {*part.details.invalid}
        self.progress.rows += part.rows
        self.progress.invalid += part.invalid
        if part.checked is not None:
            self._checked.add(part.checked)
        self._outside += part.outside
        if part.traces is not None:
            self.rules.absorb(part.traces)
        self._compare(source, part, base)
        # Callers that use the invalid rows of each part need to know duplicates immediately.
        if not self._detailed:
            self.rules.limit()
        self._found += [found for _, found in sorted(self._of_part, key=itemgetter(0))]
        self._of_part = []
        self.report_progress(source)

    def _compare(self, source: InputSource, part: PartResult, base: Base) -> None:
        """Compare the rows of a part with all rows before them."""
        by_line = source.form not in {"columns", "values"}
        start = (len(self._sources) - 1) * PLACES + (base.lines if by_line else base.rows)
        # The elements of an array may all be on the same line.
        step = ROWS if source.form == "document" else 0
        first_place = self.rules.first_place
        members = part.members
        if isinstance(members, Ids):
            places = [
                start + at + step * (base.rows + row)
                for at, row in zip(members.places, members.rows, strict=True)
            ]
            if [*map(first_place, members.ids, places)] == places:
                return
            members = members.members()  # some ids are duplicates
        for at, row, invalid, row_id, member in members:
            number, line = base.rows + row, base.lines + at if by_line else None
            place = start + at + step * number
            if member is None:
                if row_id is None or first_place(row_id, place) == place:
                    continue
                member = Row(at, row, None, {"id": row_id}, frozenset(), invalid)  # noqa: PLW2901 - the same row
            self.add_row(source, place, number, line, member)

    def add_row(  # noqa: PLR0913, PLR0917 - a row and its position
        self,
        source: InputSource,
        place: int,
        number: int,
        line: int | None,
        row: Row,
        rules: DatasetRules | None = None,
    ) -> None:
        """Check a row against all rows before it with the data set rules."""
        invalid = row.invalid
        rules = rules or self.rules
        for fault in rules.faults(row.values, row.kind, place, row.bad):
            if fault.code in self.wanted:
                found = Located(fault, source.name, line, number, row.values.get("id"))
                self.tally.add(found)
                if self._detailed:
                    self._of_part.append((2 * row.row + 1, found))
                    self._invalid.add(row.row)
                # All faults of data set rules are errors.
                self.progress.invalid += not invalid
                invalid = True
        rules.defer(row, place, number, line, invalid=invalid)

    def add_deferred(self, rules: DatasetRules) -> None:
        """Report the duplicates among rows whose ids and keys did not fit in memory."""
        counted = None
        for row, fault in rules.deferred_faults():
            if fault.code in self.wanted:
                source = self._sources[row.place % ROWS // PLACES]
                severity = self.tally.add(Located(fault, source.name, row.line, row.number, row.row_id))
                if severity == "error" and not row.invalid and row.place != counted:
                    counted = row.place
                    self.progress.invalid += 1

    def end(self, source: InputSource, rows: int, *, complete: bool) -> None:
        """End a source."""
        if complete and not rows:
            self.note(source, None, no_rows())
        self.complete = self.complete and complete
        self.limited = self.limited and source.limited
        self.inputs.append(source.input(rows, complete=complete))
        self._reported_at = 0.0
        self.report_progress(source)

    def report_progress(self, source: InputSource) -> None:
        """Call the check's `progress`, unless the last call was a moment ago."""
        progress, stream, now = self.progress, source.stream, monotonic()
        if now - self._reported_at < _PAUSE:
            return
        self._reported_at = now
        if self.check.progress:
            progress.bytes = stream.taken if stream else 0
            progress.size = (stream.size or 0) if stream else 0
            self.check.progress(progress)

    def end_of_set(self) -> None:
        """Report the findings about the whole data set."""
        if not self._sources:
            self.note(NOWHERE, None, no_rows())
        self.add_deferred(self.rules)
        for fault in self.rules.at_the_end():
            if fault.code in self.wanted:
                self.note(NOWHERE, None, fault)

    def close(self) -> None:
        """Remove temporary files."""
        self.rules.close()

    def report(self, again: Callable[[], Iterator[Finding]] | None = None) -> Report:
        """Return the report on the added results; `again` validates again and yields every finding."""
        progress, corpus = self.progress, self.check.against
        return Report(
            rows=progress.rows,
            valid=progress.rows - progress.invalid,
            invalid=progress.invalid,
            rows_without_digest=self._checked.rows_without_digest,
            counts=self.tally.counted(),
            sample=self.tally.findings(),
            inputs=tuple(self.inputs),
            skipped=tuple(self.skipped),
            complete=self.complete,
            outside=self._outside,
            limited=self.limited,
            max_findings=self.check.max_findings,
            checked=self._checked.checked(
                progress.rows,
                claims=corpus.claims.keys(),
                corpus=corpus.digest,
                options=self.check.as_json(self.validator),
            ),
            again=again,
        )

    def _where(self, place: int) -> str:
        """Return the file and the line or row of a place, for messages."""
        number, at = divmod(place % ROWS, PLACES)
        source = self._sources[number]
        if source.name is None:
            return f"row {at}"
        return (
            f"{visible(source.name)} row {at}" if source.form == "columns" else f"{visible(source.name)}:{at}"
        )


def no_rows() -> Fault:
    """Return the fault of data that has no rows."""
    return Fault("no-rows", (), "at least one row", "none", "check that the previous step produced rows")
