"""Validate a part of a data set many rows at once: lines, CSV records, table batches, mappings."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from ..arrow.arrays import Bools, Ints, from_numpy, is_null, is_plain, plain
from ..arrow.from_python import batches_of
from ..arrow.to_python import rows_of
from ..columns.prefilter import Prefilter, Seen
from ..columns.table_schema import column_faults
from ..dataset_rules.fingerprints import Fingerprints, Suspects, firsts, line_sorts, list_types
from ..dataset_rules.state import Row
from ..findings.counts import Group
from ..findings.finding import Fault, Note, severity_of
from ..fixes.columns import ColumnEdits
from ..formats.csv import CsvChunk
from ..formats.csv_batches import CsvColumns, blank_records
from ..formats.json.array import ElementChunk
from ..formats.json.elements import lines_of
from ..formats.json.line_batches import Lines, Taken
from ..formats.json.lines import LineChunk
from ..formats.json.parsed_batches import with_parsed
from ..formats.text import LONGEST, SPACE, RowTexts, Tail, blank_line, long_row
from ..rows.result import RowResult
from ..rows.row_validator import RowValidator
from ..sources.source import Batch, Items
from .options import Check
from .part import Account, Ids, PartResult, PartValidator, models_of, validated

__all__ = ["ColumnValidator"]

_NOTHING: Mapping[str, Any] = {}

_LINE_FEED = ord("\n")

# Lines to read from arrays at a time.
_LINES = 1 << 16


class ColumnValidator(PartValidator):
    """Validate parts of one data set by columns where possible.

    The prefilter finds rows that may be invalid. The row validator validates those rows.

    Parameters
    ----------
    check, validator
        As for `PartValidator`.
    seed : int
        The seed of the hashes of ids and keys; it must be the same for all parts.
    """

    def __init__(self, check: Check, validator: RowValidator, seed: int = 0) -> None:
        super().__init__(check, validator)
        self._prefilter = Prefilter(self._validator, self._rules.fields)
        self._fingerprints = Fingerprints(self._validator, check.key, seed)
        self._types = line_sorts(self._validator)
        self._lists = list_types(self._validator)
        self._lines = Lines(self._types, [name for name, type_ in self._lists.items() if type_ == "string"])
        self._csv = CsvColumns(models_of(self._validator).values(), self._types, self._lists)
        self._reported: dict[str, str] = {}

    def items(
        self,
        part: Items,
        form: str,
        name: str | None,
        constants: Mapping[str, Any] = _NOTHING,
        full: Iterable[Group] = (),
    ) -> PartResult:
        """Validate rows that come one at a time; validate mappings from Python by columns where possible."""
        rows = [item[1] for item in part.items if not isinstance(item, Note)]
        given = (row if type(row) is dict else None for row in rows)
        # Rows of text come one at a time only if the faster readers cannot read them.
        batches = batches_of(given, self._types, self._lists) if form == "values" else []
        if not batches:
            return super().items(part, form, name, constants, full)
        account = self._account(name, full)
        suspect, known, looked = np.ones(len(rows), np.bool_), dict[int, RowResult](), []
        for numbers, batch in batches:
            seen = self._prefilter.look(batch, {})
            looked.append((numbers, batch, seen))
            suspect[numbers] = seen.suspect
            known |= {int(numbers[row]): result for row, result in self._related(batch, seen).items()}
        validate = self._reader(form, {})
        for row in np.flatnonzero(suspect).tolist():
            result = known.get(row)
            account.validated(None, row, validated(rows[row], validate) if result is None else result)
        account.rows = len(rows)
        for numbers, batch, seen in looked:
            self._count(account, batch, seen, numbers, numbers)
        return self._result(account)

    def _related(self, batch: pa.RecordBatch, seen: Seen) -> dict[int, RowResult]:
        """Return the results of suspect rows that match their schema; only their references are validated."""
        few = np.flatnonzero(seen.suspect & seen.shaped)
        if not len(few):
            return {}
        return {row: result for row, _, result in self._prefilter.verdicts(batch, few, {}, seen.shaped)}

    def batches(
        self, items: Iterable[Batch | Note], name: str | None, full: Iterable[Group] = ()
    ) -> PartResult:
        """Validate the rows of a table; do not keep findings of groups that are full."""
        account = self._account(name, full)
        names, faults, absent = list[str](), list[Fault](), set[str]()
        for item in items:
            if isinstance(item, Note):
                account.note(item, account.rows)
                continue
            if not account.rows:
                names, faults = item.rows.schema.names, self._columns(item.rows)
                absent = {name for name, code in self._reported.items() if code == "wrong-type"}
            absent = {name for name in absent if not _has_value(item.rows, name)}
            seen = self._prefilter.look(item.rows, self._reported)
            places = np.arange(item.first, item.first + item.rows.num_rows)
            self._count(account, item.rows, seen, places, places)
            suspects = np.flatnonzero(seen.suspect)
            found = self._prefilter.verdicts(item.rows, suspects, self._reported, seen.shaped)
            for number, _, result in found:
                account.validated(None, item.first + number, result)
            account.rows += item.rows.num_rows
        # Nobody chose the type of a column without values: pandas makes it a column of doubles.
        edits = ColumnEdits(self._validator, names)
        account.columns = [
            (fault, edits.correction(fault)) for fault in faults if fault.path[0] not in absent
        ]
        return self._result(account)

    def batches_again(self, items: Iterable[Batch | Note], suspects: Suspects) -> Iterator[Row]:
        """Yield the rows of a table that may share an id, a key or a group with other rows."""
        begun = False
        for item in items:
            if isinstance(item, Note):
                continue
            if not begun:
                self._columns(item.rows)
                begun = True
            wanted = np.flatnonzero(self._fingerprints.suspected(item.rows, suspects))
            for number, _, result in self._prefilter.verdicts(item.rows, wanted, self._reported):
                yield self._row(item.first + number, item.first + number, result)

    def lines(
        self, chunk: LineChunk | ElementChunk, name: str | None, full: Iterable[Group] = ()
    ) -> PartResult:
        """Validate the rows of complete lines, or of elements of an array."""
        account = self._account(name, full)
        if isinstance(chunk, ElementChunk):
            return self._elements(account, chunk)
        data = _without_tail(chunk)
        taken = self._taken(data)
        account.lines = len(taken.starts)
        texts = partial(_texts, data, taken, last=chunk.last)
        return self._read(account, data, taken, texts, np.arange(1, account.lines + 1))

    def _elements(self, account: Account, chunk: ElementChunk) -> PartResult:
        data, (starts, ends, commas, _) = chunk.data, chunk.elements
        taken = self._taken(lines_of(data, commas))._replace(starts=starts, ends=ends)
        feeds = np.flatnonzero(np.frombuffer(data, np.uint8) == _LINE_FEED)
        lines = np.searchsorted(feeds, starts) + chunk.line
        return self._read(account, data, taken, partial(_texts, data, taken, last=False), lines)

    def _read(
        self,
        account: Account,
        data: bytes,
        taken: Taken,
        texts: Callable[[list[Ints]], Iterator[tuple[int, bytes | Fault | int]]],
        lines: Ints,
    ) -> PartResult:
        """Validate the batches read from texts, and the texts that are not in a batch.

        Parameters
        ----------
        account : Account
            The account of the part.
        data : bytes
            The texts.
        taken : Taken
            The batches, and the positions of the texts.
        texts : callable
            Yields the texts with the given numbers, as `_texts` does.
        lines : numpy.ndarray
            The line of each text in the source, from 1.
        """
        left, known, looked = [taken.rest], dict[int, RowResult](), list[tuple[Ints, pa.RecordBatch, Seen]]()
        for numbers, batch in taken.batches:
            seen = self._prefilter.look(batch, {})
            looked.append((numbers, batch, seen))
            left.append(numbers[np.flatnonzero(seen.suspect)])
            known |= {int(numbers[row]): result for row, result in self._related(batch, seen).items()}
        blank, blanks = 0, list[tuple[int, int]]()
        for number, text in texts(left):
            line = int(lines[number])
            if isinstance(text, int):
                blanks.append((number, text))
                account.note(Note(line, blank_line(), lines=text), number - blank)
                blank += text
                continue
            result = known.get(number)
            result = validated(text, self._validator.json) if result is None else result
            account.validated(line, number - blank, result)
        account.rows = len(lines) - blank
        is_row = np.ones(len(lines), np.bool_)
        for first, count in blanks:
            is_row[first : first + count] = False
        rows = np.cumsum(is_row) - 1
        for numbers, batch, seen in looked:
            self._count(account, batch, seen, lines[numbers], rows[numbers])
        if account.details is not None:
            account.details.texts = RowTexts(data, taken.starts[is_row], taken.ends[is_row])
            account.details.lines = lines[is_row].tolist()
        return self._result(account)

    def _taken(self, data: bytes) -> Taken:
        """Read lines: first those that match a template, then those that columns can hold."""
        taken = _without_long(self._lines.read(data))
        return with_parsed(data, taken, self._types, self._lists)

    def lines_again(self, chunk: LineChunk, suspects: Suspects) -> Iterator[Row]:
        """Yield the rows of complete lines that may share an id, a key or a group with other rows."""
        data = _without_tail(chunk)
        taken = self._taken(data)
        left = [np.flatnonzero(self._fingerprints.suspected(batch, suspects)) for _, batch in taken.batches]
        left = [lines[rows] for (lines, _), rows in zip(taken.batches, left, strict=True)]
        rows, blank = [], 0
        for number, line in _texts(data, taken, [taken.rest, *left], last=chunk.last):
            if isinstance(line, int):
                blank += line
            elif not isinstance(line, Fault):
                rows.append(self._row(number + 1, number - blank, self._validator.json(line)))
        yield from self._fingerprints.suspects_of(rows, suspects)

    def records(self, chunk: CsvChunk, name: str | None, full: Iterable[Group] = ()) -> PartResult:
        """Validate complete records of a CSV file."""
        account = self._account(name, full)
        numbers, batch = self._csv.read(chunk)
        seen = self._prefilter.look(batch, chunk.reported)
        left = np.ones(len(chunk.ends), np.bool_)
        left[numbers[~seen.suspect]] = False
        blank, runs = blank_records(chunk, np.flatnonzero(left))
        left[blank] = False
        is_row = np.ones(len(left), np.bool_)
        is_row[blank] = False
        rows = np.cumsum(is_row) - 1
        for first, count in runs:
            account.note(Note(int(chunk.lines[first]), blank_line(), lines=count), int(rows[first]) + 1)
        known = {int(numbers[row]): result for row, result in self._related(batch, seen).items()}
        few, validate = np.flatnonzero(left), self._reader("csv", chunk.reported)
        for number, line, row in zip(
            few.tolist(), chunk.lines[few].tolist(), rows[few].tolist(), strict=True
        ):
            result = known.get(number)
            result = validated(chunk.record(number), validate) if result is None else result
            account.validated(line, row, result)
        account.rows = int(is_row.sum())
        self._count(account, batch, seen, chunk.lines[numbers], rows[numbers])
        if account.details is not None:
            account.details.texts = RowTexts(chunk.data, chunk.starts[is_row], chunk.ends[is_row])
            account.details.lines = chunk.lines[is_row].tolist()
        return self._result(account)

    def _columns(self, batch: pa.RecordBatch) -> list[Fault]:
        """Return the faults of whole columns of a table, and remember their codes."""
        faults = column_faults(self._validator, batch.schema.names, batch.schema)
        # An error that is ignored makes no row invalid.
        self._reported = {str(fault.path[0]): fault.code for fault in faults if fault.code in self._wanted}
        return faults

    def _count(self, account: Account, batch: pa.RecordBatch, seen: Seen, places: Ints, rows: Ints) -> None:
        """Count the rows of a batch that are not suspect, and collect values for the data set rules."""
        passed = ~seen.suspect
        account.checked.add(seen.checked)
        doomed = seen.doomed & passed
        account.invalid += int(doomed.sum())
        if account.details is not None:
            account.details.invalid.update(rows[doomed].tolist())
            account.details.looked.append((rows, batch, seen))
        if self.hashed:
            self._fingerprint(account, batch, passed)
        else:
            self._members(account, batch, np.flatnonzero(passed), seen.doomed, places, rows)

    def _fingerprint(self, account: Account, batch: pa.RecordBatch, passed: Bools) -> None:
        for held, (found, there) in (
            (account.id_hashes, self._fingerprints.ids(batch)),
            (account.key_hashes, self._fingerprints.keys(batch)),
        ):
            there = there & passed  # noqa: PLW2901 - the others are added when they are validated
            if there.any():
                held.append(found if there.all() else found[there])
        rules = account.rules
        names = [name for name in batch.schema.names if name in rules.fields - {"id"}]
        if rules.compares_more and names:
            passed = passed if rules.kinds is None else passed & self._prefilter.is_of(batch, rules.kinds)
            first = firsts({name: batch.column(name) for name in names}, passed)
            for values in rows_of(batch.select(names), first):
                kind, known = self._validator.taken(values)
                rules.faults(known, kind, 0)

    def _members(  # noqa: PLR0913, PLR0917 - rows and their positions
        self, account: Account, batch: pa.RecordBatch, passed: Ints, doomed: Bools, places: Ints, rows: Ints
    ) -> None:
        rules = account.rules
        compared = np.ones(batch.num_rows, np.bool_)
        if rules.kinds is not None:
            compared = self._prefilter.is_of(batch, rules.kinds)
        more = passed[compared[passed]]
        if len(more):
            names = [name for name in batch.schema.names if name in rules.fields]
            values = rows_of(batch.select(names), more) if names else iter([{}] * len(more))
            for place, row, invalid, one in zip(
                places[more].tolist(), rows[more].tolist(), doomed[more].tolist(), values, strict=True
            ):
                kind, known = self._validator.taken(one)
                member = Row(place, row, kind, known, frozenset(), invalid)
                account.members.append((place, row, invalid, None, member))
        if "id" not in batch.schema.names or not len(alone := passed[~compared[passed]]):
            return
        column = batch.column("id")
        if len(alone) < batch.num_rows:
            column = column.take(from_numpy(alone))
        ids = column.to_pylist()
        if {*map(type, ids)} != {str}:
            alone = alone[[type(one) is str for one in ids]]
            ids = [one for one in ids if type(one) is str]
        at, row, invalid = (one[alone].tolist() for one in (places, rows, doomed))
        account.with_ids.append(Ids(at, row, invalid, ids))

    def _result(self, account: Account) -> PartResult:
        result = account.result()
        if not self.hashed:
            return result
        keys = [self._fingerprints.key(values) for values in account.keyed]
        return result._replace(
            traces=account.rules.traces(),
            ids=np.concatenate([*account.id_hashes, self._fingerprints.of_texts(account.ids)]),
            keys=np.concatenate([*account.key_hashes, self._fingerprints.of_texts(keys)]),
        )

    def _row(self, place: int, row: int, result: RowResult) -> Row:
        invalid = result.invalid_elsewhere or any(
            fault.code in self._wanted and severity_of(fault) == "error" for fault in result.faults
        )
        bad = frozenset(fault.path[0] for fault in result.faults if fault.path)
        return Row(place, row, result.kind, result.values, bad, invalid)


def _has_value(batch: pa.RecordBatch, name: str) -> bool:
    """Return whether any row of a batch has a value in a column."""
    column = batch.column(name)
    if is_plain(column.type):
        return not is_null(plain(column)).all()
    return any(row[name] is not None for row in rows_of(batch.select([name])))


def _without_tail(chunk: LineChunk) -> bytes:
    """Return the lines without white space after the last line feed, which is not a line."""
    data = chunk.data
    start = data.rfind(b"\n") + 1
    return data[:start] if chunk.last and not data[start:].strip(SPACE) else data


def _without_long(taken: Taken) -> Taken:
    """Return `taken` with lines that are too long moved from its batches to `rest`."""
    long = np.flatnonzero(taken.ends - taken.starts > LONGEST)
    if not len(long):
        return taken
    batches = []
    for lines, batch in taken.batches:
        kept = ~np.isin(lines, long)
        batches.append((lines[kept], batch.filter(from_numpy(kept))))
    return taken._replace(batches=batches, rest=np.union1d(taken.rest, long))


def _texts(
    data: bytes, taken: Taken, left: Iterable[Ints], *, last: bool
) -> Iterator[tuple[int, bytes | Fault | int]]:
    """Yield the index and text of the lines that are left; a fault instead of a line that is too long.

    A run of blank lines is one item: the index of the first and the number of lines.
    """
    numbers = np.sort(np.concatenate([*left]))
    ends = last and not data.endswith(b"\n")
    final = len(taken.starts) - 1
    since = blank = 0
    for first in range(0, len(numbers), _LINES):
        some = numbers[first : first + _LINES]
        empty = taken.starts[some] == taken.ends[some]
        # There may be millions of consecutive blank lines: look only at the first of each run.
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
