"""One part of a data set, judged: a stretch of lines, or batches of a table.

Places count from the part's own start.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from .arrow.arrays import Bools, Ints
from .arrow.to_python import rows_of
from .columns.prefilter import Prefilter
from .columns.table_schema import column_faults
from .dataset_rules.fingerprints import Fingerprints, Hashes, Row, Suspects, firsts, hashes_of, line_sorts
from .dataset_rules.state import DatasetRules
from .engine.options import Check, wanted_codes
from .findings.counts import Group, Tally
from .findings.finding import Fault, Finding, Note, severity_of
from .formats.json.line_batches import Lines, Taken
from .formats.text import LONGEST, SPACE, Tail, blank_line, long_row
from .judged import models_of
from .rows.result import RowResult
from .rows.row_validator import RowValidator
from .sources.source import Batch

__all__ = ["Part", "PartJudge"]


class Part(NamedTuple):
    """What a part has shown."""

    rows: int
    lines: int
    invalid: int
    unpinned: int
    outside: int
    complete: bool
    counts: list[tuple[Group, int, list[Finding]]]
    columns: list[Fault]
    """What is wrong with columns as a whole."""
    traces: dict[str, Any]
    ids: Hashes
    keys: Hashes


# Lines that are taken from arrays at a time.
_LINES = 1 << 16


class PartJudge:
    """Judges parts of one data set.

    Parameters
    ----------
    check : Check
        The check; what its data is does not matter.
    """

    def __init__(self, check: Check) -> None:
        self._check = check
        self._judge = judge = check.judge()
        self._wanted = wanted_codes(check.select, check.ignore)
        self.set_fields: frozenset[str] = self._new_sets().fields
        self._lane = Prefilter(judge, self.set_fields)
        self._marks = Fingerprints(judge, check.key)
        self._lines = Lines(line_sorts(judge))
        self._told: dict[str, str] = {}

    def batches(self, items: Iterable[Batch | Note], name: str | None, full: Iterable[Group] = ()) -> Part:
        """Validate the rows of a table; no finding is kept of groups that are full."""
        account = self._account(name, full)
        for item in items:
            if isinstance(item, Note):
                account.note(item)
                continue
            if not account.rows:
                account.columns = self._columns(item.rows)
            suspects, shaped = self._look(account, item.rows)
            for number, _, verdict in self._lane.verdicts(item.rows, suspects, self._told, shaped):
                account.judged(None, item.first + number, verdict)
            account.rows += item.rows.num_rows
        return account.part()

    def batches_again(self, items: Iterable[Batch | Note], suspects: Suspects) -> Iterator[Row]:
        """Yield the rows of a table that are suspects together with others."""
        begun = False
        for item in items:
            if isinstance(item, Note):
                continue
            if not begun:
                self._columns(item.rows)
                begun = True
            wanted = np.flatnonzero(self._marks.suspected(item.rows, suspects))
            for number, _, verdict in self._lane.verdicts(item.rows, wanted, self._told):
                yield self._row(item.first + number, item.first + number, verdict)

    def lines(self, data: bytes, name: str | None, full: Iterable[Group] = (), *, last: bool) -> Part:
        """Validate the rows of some whole lines; `last` says whether the data ends with them."""
        account = self._account(name, full)
        self._told = {}
        taken = _without_long(self._lines.read(data))
        left, known = [taken.rest], dict[int, RowResult]()
        for lines, batch in taken.batches:
            suspects, shaped = self._look(account, batch)
            left.append(lines[suspects])
            # What they refer to can be looked at without reading them again.
            few = suspects[shaped[suspects]]
            verdicts = self._lane.verdicts(batch, few, self._told, shaped)
            known |= {int(lines[row]): verdict for row, _, verdict in verdicts}
        swift = None if account.sets.judges_more or self._marks.has_key else self._judge.swift
        blank = 0
        for number, line in _texts(data, taken, left, last=last):
            if isinstance(line, int):
                blank += line
                account.note(Note(number + 1, blank_line(), lines=line))
            elif isinstance(line, Fault):
                account.judged(number + 1, number - blank, RowResult([line], {}, None))
            elif number in known:
                account.judged(number + 1, number - blank, known[number])
            elif swift is not None and (values := swift(line)) is not None:
                account.ids.append(values["id"])
            else:
                account.judged(number + 1, number - blank, self._judge.json(line))
        account.lines = len(taken.starts)
        account.rows = account.lines - blank
        return account.part()

    def lines_again(self, data: bytes, suspects: Suspects, *, last: bool) -> Iterator[Row]:
        """Yield the rows of some whole lines that are suspects together with others."""
        taken = _without_long(self._lines.read(data))
        left = [np.flatnonzero(self._marks.suspected(batch, suspects)) for _, batch in taken.batches]
        left = [lines[rows] for (lines, _), rows in zip(taken.batches, left, strict=True)]
        rows, blank = [], 0
        for number, line in _texts(data, taken, [taken.rest, *left], last=last):
            if isinstance(line, int):
                blank += line
            elif not isinstance(line, Fault):
                rows.append(self._row(number + 1, number - blank, self._judge.json(line)))
        yield from self._marks.suspects_of(rows, suspects)

    def _new_sets(self) -> DatasetRules:
        check, judge = self._check, self._judge
        return DatasetRules(
            judge.corpus, models_of(judge), key=check.key, complete=check.complete, where=str, hashed=True
        )

    def _account(self, name: str | None, full: Iterable[Group]) -> "_Account":
        tally = Tally(self._check.max_findings, full)
        return _Account(self._judge, self._new_sets(), self._marks, tally, self._wanted, name)

    def _columns(self, batch: pa.RecordBatch) -> list[Fault]:
        """Return what is wrong with the columns of a table as a whole, and remember it."""
        faults = column_faults(self._judge, batch.schema.names, batch.schema)
        self._told = {str(fault.path[0]): fault.code for fault in faults}
        return faults

    def _look(self, account: "_Account", batch: pa.RecordBatch) -> tuple[Ints, Bools]:
        """Look at a batch, count what passes, and return what does not: where, and if its shape is right."""
        seen = self._lane.look(batch, self._told)
        passed = ~seen.suspect
        account.unpinned += int(seen.unpinned.sum())
        account.invalid += int((seen.doomed & passed).sum())
        for held, (marks, there) in (
            (account.id_marks, self._marks.ids(batch)),
            (account.key_marks, self._marks.keys(batch)),
        ):
            there = there & passed  # noqa: PLW2901 - the others are marked when they are judged
            if there.any():
                held.append(marks if there.all() else marks[there])
        names = [name for name in batch.schema.names if name in account.sets.fields - {"id"}]
        if account.sets.judges_more and names:
            first = firsts({name: batch.column(name) for name in names}, passed)
            for values in rows_of(batch.select(names), first):
                kind, known = self._judge.taken(values)
                account.sets.faults(known, kind, 0)
        return np.flatnonzero(seen.suspect), seen.shaped

    def _row(self, place: int, row: int, verdict: RowResult) -> Row:
        invalid = verdict.unjudged or any(
            fault.code in self._wanted and severity_of(fault) == "error" for fault in verdict.faults
        )
        bad = frozenset(fault.path[0] for fault in verdict.faults if fault.path)
        return Row(place, row, verdict.kind, verdict.values, bad, invalid)


class _Account:
    """What a part has shown so far."""

    def __init__(  # noqa: PLR0913, PLR0917 - what counts, and what it counts by
        self,
        judge: RowValidator,
        sets: DatasetRules,
        marks: Fingerprints,
        tally: Tally,
        wanted: frozenset[str],
        name: str | None,
    ) -> None:
        self.sets = sets
        self.rows = self.lines = self.invalid = self.outside = 0
        self.unpinned = -judge.unpinned
        self.columns: list[Fault] = []
        self.id_marks: list[Hashes] = []
        self.key_marks: list[Hashes] = []
        self.ids: list[object] = []
        self._keys: list[object] = []
        self._complete = True
        self._judge, self._marks, self._tally, self._wanted, self._name = judge, marks, tally, wanted, name

    def note(self, note: Note) -> None:
        """Count a finding about no row."""
        if note.fault.code in self._wanted:
            severity = self._tally.add(note.fault, self._name, note.line, None, None, note.lines)
            self.outside += severity == "error"
        self._complete = self._complete and not note.stops

    def judged(self, line: int | None, row: int, verdict: RowResult) -> None:
        """Count a row that the judge has judged."""
        values, invalid = verdict.values, verdict.unjudged
        bad = frozenset(fault.path[0] for fault in verdict.faults if fault.path)
        self.ids.append(values.get("id"))
        if verdict.kind is not None:
            self.sets.faults(values, verdict.kind, 0, bad)
            self._keys.append(self._marks.key(values))
        for fault in verdict.faults:
            if fault.code in self._wanted:
                severity = self._tally.add(fault, self._name, line, row, values.get("id"))
                invalid = invalid or severity == "error"
        self.invalid += invalid

    def part(self) -> Part:
        """Return what the part has shown."""
        return Part(
            rows=self.rows,
            lines=self.lines,
            invalid=self.invalid,
            unpinned=self.unpinned + self._judge.unpinned,
            outside=self.outside,
            complete=self._complete,
            counts=[
                (group, count, self._tally.kept.get(group, [])) for group, count in self._tally.counts.items()
            ],
            columns=self.columns,
            traces=self.sets.traces(),
            ids=np.concatenate([*self.id_marks, hashes_of(self.ids)]),
            keys=np.concatenate([*self.key_marks, hashes_of(self._keys)]),
        )


def _without_long(taken: Taken) -> Taken:
    """Return what was read, lines that are too long left."""
    long = np.flatnonzero(taken.ends - taken.starts > LONGEST)
    if not len(long):
        return taken
    batches = []
    for lines, batch in taken.batches:
        kept = ~np.isin(lines, long)
        batches.append((lines[kept], batch.filter(pa.array(kept))))
    return taken._replace(batches=batches, rest=np.union1d(taken.rest, long))


def _texts(
    data: bytes, taken: Taken, left: Iterable[Ints], *, last: bool
) -> Iterator[tuple[int, bytes | Fault | int]]:
    """Yield the lines that are left and their places: a fault for one too long.

    For blank ones that follow each other a number is yielded with the place of the first: how many.
    """
    numbers = np.sort(np.concatenate([*left]))
    ends = last and not data.endswith(b"\n")
    final = len(taken.starts) - 1
    since = blank = 0
    for first in range(0, len(numbers), _LINES):
        some = numbers[first : first + _LINES]
        empty = taken.starts[some] == taken.ends[some]
        # Of blank lines in a row there may be millions; only the first of them is looked at.
        heads = np.flatnonzero(~(empty[1:] & empty[:-1] & (np.diff(some) == 1))) + 1
        heads = np.concatenate([[0], heads])
        sizes = np.diff(heads, append=len(some)).tolist()
        some = some[heads]
        for number, start, end, size in zip(
            some.tolist(), taken.starts[some].tolist(), taken.ends[some].tolist(), sizes, strict=True
        ):
            if blank and not (start == end and number == since + blank):
                yield since, blank
                blank = 0
            if start == end:
                since, blank = number - blank, blank + size
                continue
            line = data[start:end]
            if len(line) > LONGEST:
                yield number, long_row()
            elif not line.strip(SPACE):
                yield number, 1
            else:
                yield number, Tail(line) if ends and number == final else line
    if blank:
        yield since, blank
