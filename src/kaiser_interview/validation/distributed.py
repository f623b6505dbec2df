"""Validate the partitions of a distributed data set, and merge their results into one report.

Software such as Spark calls this module on its workers. It compares ids, keys and groups between partitions
itself, by the columns that `Partitions` adds.
"""

import json
import pickle
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..records.models import Embedding, Label, Record
from .arrow.arrays import Ints, from_numpy, is_null, to_numpy, truths
from .dataset_rules.state import Compared, DatasetRules
from .engine.columns import ColumnValidator
from .engine.merge import Base, Merge
from .engine.options import Check, wanted_codes
from .engine.part import MOST_GROUPS, Ids, PartResult, models_of
from .findings.checked import CheckedTally
from .findings.counts import Group, Tally
from .findings.display import visible
from .findings.finding import Correction, Fault, Finding, Located, Path
from .findings.report import Report
from .formats.json.lines import LineChunk
from .row_findings import COLUMN, FINDINGS, as_value, findings_column
from .sources.frame_index import without_index
from .sources.source import Batch, InputSource

__all__ = ["ADDED", "COMPARED", "LINES", "PLACE", "ROW", "SUMMARY", "Partitions", "Rules"]

LINES = ("ki_file", "ki_line", "ki_json")
"""The columns of a table of lines: the file, the line from 1, and its bytes."""

ADDED = (COLUMN, "_ki_at", "_ki_row")
"""The columns that `Partitions.with_findings` adds."""

PLACE = pa.struct([("file", pa.string()), ("major", pa.int64()), ("minor", pa.int64())])
"""The place of a row, ordered as the rows.

Of a row of a frame: null, its partition, and its row in the partition. Of a line: its file, its number, and
its part. A part is a partition, counted from 0; or the lines of a file in a partition, by the number of the
first of them. Lines may be in any order, so their numbers are before their parts.
"""

ROW = pa.struct(
    [
        ("number", pa.int64()),  # among the rows of its part, from 0
        ("invalid", pa.bool_()),
        ("id", pa.string()),
        ("key", pa.string()),
        ("words", pa.string()),
        ("group", pa.string()),
        ("value", pa.string()),
        ("most", pa.int32()),
    ]
)
"""What is compared of a row with other rows; see `Compared`."""

COMPARED = pa.schema([(ADDED[1], PLACE), (ADDED[2], ROW), ("_ki_part", pa.binary())])

SUMMARY = pa.schema([("part", pa.binary()), ("suspects", pa.binary())])

Place = tuple[str | None, int, int]

_Suspect = Mapping[str, Any]
"""A row that was compared with others; see `Partitions.set_findings`."""

_SLACK = 1000
"""More rows to keep than needed, so that they are sorted seldom."""

_PATHS: Mapping[str, Path] = {
    "duplicate-id": ("id",),
    "duplicate-record": (),
    "too-many-labels": ("value",),
    "dimension-differs": ("vector",),
}


class Rules(NamedTuple):
    """Which rules compare rows with other rows."""

    ids: bool
    keys: bool
    groups: bool


class _Run(NamedTuple):
    """Rows that are validated together, all of one part."""

    batch: pa.RecordBatch
    file: str | None
    part: int
    places: Ints
    text: bytes | None = None
    """Its lines, if the rows are lines."""


class Partitions:
    """The partitions of a data set, and how to validate them. It can be sent to other processes.

    Parameters
    ----------
    check : Check
        The options; the data is ignored.
    columns : sequence of str
        The names of the columns. The columns of `LINES` are lines of JSON; others are fields of rows.

    Raises
    ------
    UnknownNameError, InputError
        An option does not apply.

    Attributes
    ----------
    are_lines : bool
        Whether the rows are lines of JSON.
    rules : Rules
        The rules that apply to these columns and whose findings are reported.
    """

    def __init__(self, check: Check, columns: Sequence[str]) -> None:
        self._check = check
        self._columns = tuple(columns)
        self.are_lines: bool = self._columns == LINES
        self._validator = check.row_validator()
        check.verify(self._validator.fields)
        self._texts: list[str] = []
        self._wanted = wanted_codes(check.select, check.ignore)
        models = models_of(self._validator)
        self._others = {
            name: model for name, model in models.items() if not issubclass(model, Label | Embedding)
        }
        groups = {
            name: model
            for name, model in models.items()
            if (issubclass(model, Label) and "too-many-labels" in self._wanted)
            or (issubclass(model, Embedding) and "dimension-differs" in self._wanted)
        }
        self._by_id_alone = self._rules(models, check.key, check.complete).kinds == frozenset()
        has_ids = self.are_lines or "id" in self._columns or "id" in self._validator.defaults
        self.rules: Rules = Rules(
            ids=has_ids and "duplicate-id" in self._wanted,
            keys=check.key is not None and "duplicate-record" in self._wanted,
            groups=bool(groups),
        )
        self._compare = self._rules(groups, key=check.key if self.rules.keys else None)
        self._parts: ColumnValidator | None = None

    def _rules(
        self,
        models: Mapping[str, type[Record]],
        key: Sequence[str] | None = None,
        complete: Sequence[str] | None = None,
    ) -> DatasetRules:
        return DatasetRules(
            self._check.against,
            models,
            key=key,
            complete=complete,
            where=lambda number: self._texts[number],
            hashed=True,
        )

    # On a worker

    def with_findings(self, batches: Iterable[pa.RecordBatch], partition: int) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a partition with three more columns: their findings, `PLACE` and `ROW`.

        The columns are taken in order, whatever their names.
        """
        parts = self._validator_of_parts(detailed=True)
        for run in self._runs(batches, partition):
            result = self._validated(parts, run)
            columns = [
                (str(fault.path[0]), Located(fault, correction=correction).finding())
                for fault, correction in result.columns
                if fault.code in self._wanted
            ]
            members = self._members(result)
            numbers = np.full(run.batch.num_rows, len(members.at))
            numbers[members.at] = np.arange(len(members.at))
            rows = pa.concat_arrays([members.array(0), pa.nulls(1, ROW)]).take(from_numpy(numbers))
            places = _places(run, np.arange(run.batch.num_rows))
            findings = findings_column(run.batch, _by_row(result), columns)
            yield pa.RecordBatch.from_arrays(
                [*run.batch.columns, findings, places, rows], [*run.batch.schema.names, *ADDED]
            )

    def compared(self, batches: Iterable[pa.RecordBatch], partition: int) -> Iterator[pa.RecordBatch]:
        """Yield `PLACE` and `ROW` of the rows that are compared with others, and the results of parts.

        The result of a part comes after its rows: as bytes in a third column, which is null for rows.
        """
        parts = self._validator_of_parts(detailed=False)
        total: _Total | None = None
        for run in self._runs(batches, partition):
            if total is None or total.key != (run.file, run.part):
                if total is not None:
                    yield total.batch()
                total = _Total(self._check, run, self._rules(self._others, None, self._check.complete))
            result = self._validated(parts, run, total.tally.full)
            members = self._members(result)
            if len(members.at):
                arrays = [
                    _places(run, members.at),
                    members.array(total.rows),
                    pa.nulls(len(members.at), pa.binary()),
                ]
                yield pa.RecordBatch.from_arrays(arrays, schema=COMPARED)
            total.add(run, result)
        if total is not None:
            yield total.batch()

    def set_findings(self, suspects: pa.Array) -> pa.Array:
        """Return the findings of rows that were compared with others, as in `FINDINGS`; null for other rows.

        Parameters
        ----------
        suspects : pyarrow.StringArray
            For each row null, or a JSON object: ``at``, the place of the row; ``row``, what is compared of
            it; ``first_id`` and ``first_key``, the places of the first rows with its id and its key;
            ``given``, the values that its group may have, with their first places. Null fields may be absent.
        """
        found: list[list[dict[str, Any]] | None] = [None] * len(suspects)
        for number in np.flatnonzero(~is_null(suspects)).tolist():
            faults = self._faults(json.loads(suspects[number].as_py()), _where)
            found[number] = [as_value(Located(fault).finding()) for fault in faults]
        return pa.array(found, FINDINGS)

    def summary(self, batches: Iterable[pa.RecordBatch], _partition: int = 0) -> Iterator[pa.RecordBatch]:
        """Yield the results of parts unchanged, and then a summary of the rows that were compared.

        Parameters
        ----------
        batches : iterable of pyarrow.RecordBatch
            Two columns: the results of parts, and rows as for `set_findings`. One of them is null.
        """
        counts = Counter[str]()
        kept: dict[str, list[_Suspect]] = {}
        invalid, most = 0, self._check.max_findings
        for batch in batches:
            for part, text in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                if part is not None:
                    yield _summary_batch(part=part)
                    continue
                suspect = json.loads(text)
                faults = self._faults(suspect, _where)
                invalid += not suspect["row"]["invalid"]
                for fault in faults:
                    counts[fault.code] += 1
                    some = kept.setdefault(fault.code, [])
                    some.append(suspect)
                    if len(some) >= 2 * most + _SLACK:
                        kept[fault.code] = sorted(some, key=_order)[:most]
        kept = {code: sorted(some, key=_order)[:most] for code, some in kept.items()}
        yield _summary_batch(suspects=pickle.dumps((counts, kept, invalid)))

    def _validator_of_parts(self, *, detailed: bool) -> ColumnValidator:
        if self._parts is None:
            self._parts = ColumnValidator(self._check, self._validator)
        self._parts.detailed = self._parts.explained = detailed
        return self._parts

    def _runs(self, batches: Iterable[pa.RecordBatch], partition: int) -> Iterator[_Run]:
        """Yield the rows of a partition, many at once."""
        if not self.are_lines:
            first = 0
            for batch in batches:
                named = pa.RecordBatch.from_arrays(batch.columns, self._columns)
                yield _Run(named, None, partition, np.arange(first, first + batch.num_rows))
                first += batch.num_rows
            return
        known, part = None, 0
        for batch in batches:
            for stretch in _stretches(batch):
                file, lines = stretch.column(0)[0].as_py() or "", _numbers(stretch.column(1))
                if file != known:
                    known, part = file, int(lines[0])
                yield _Run(stretch, file, part, lines, _joined(stretch.column(2)))

    def _validated(self, parts: ColumnValidator, run: _Run, full: Iterable[Group] = ()) -> PartResult:
        if run.text is None:
            return parts.batches([Batch(0, without_index(run.batch))], None, full)
        return parts.lines(LineChunk(run.text, last=False), run.file, full)

    def _members(self, result: PartResult) -> "_ComparedRows":
        found = result.members
        first = 1 if self.are_lines else 0
        if self._by_id_alone:
            columns = found if isinstance(found, Ids) else [*zip(*found, strict=True)] or [(), (), (), ()]
            at, numbers, invalid, ids = columns[:4] if self.rules.ids else ((), (), (), ())
            return _ComparedRows(
                np.asarray(at, np.int64) - first, np.asarray(numbers, np.int64), invalid, (), ids
            )
        kept = []
        for place, number, is_invalid, row_id, row in result.each_member():
            one = Compared(row_id)
            if row is not None and row.kind is not None:  # a row without a kind is compared by its id
                one = self._compare.compared(row.values, row.kind, row.bad)
            by_id = self.rules.ids and one.row_id is not None
            if by_id or one.key is not None or one.group is not None:
                kept.append((place - first, number, is_invalid, one))
        at, numbers = (np.asarray([one[index] for one in kept], np.int64) for index in (0, 1))
        compared = [one for *_, one in kept]
        return _ComparedRows(
            at, numbers, [one[2] for one in kept], compared, [one.row_id for one in compared]
        )

    def _faults(self, suspect: _Suspect, where: Callable[[Place], str]) -> list[Fault]:
        """Return the faults of a row that was compared with others."""
        place, row = _place(suspect), suspect["row"]
        faults: list[Fault] = []
        first = suspect.get("first_id")
        if first is not None and _of(first) < place:
            self._texts = [where(_of(first))]
            faults.append(self._compare.duplicate_id(row.get("id"), 0))
        first = suspect.get("first_key")
        if first is not None and _of(first) < place:
            self._texts = [where(_of(first))]
            faults.append(self._compare.duplicate_key(row.get("words", ""), 0))
        given = suspect.get("given")
        if given is not None and all(one["value"] != row["value"] for one in given):
            group = tuple(json.loads(row["group"]))
            self._texts = [where(_of(one["at"])) for one in given]
            is_length = len(group) == 1
            values = [int(one["value"]) if is_length else one["value"] for one in given]
            value = int(row["value"]) if is_length else row["value"]
            faults.append(
                self._compare.too_many(group, value, dict(zip(values, range(len(values)), strict=True)))
            )
        return faults

    # On the driver

    def report(self, summaries: Iterable[tuple[bytes | None, bytes | None]]) -> Report:
        """Merge what `summary` yielded, in any order, into the report on the data set."""
        parts: list[_Part] = []
        counts, kept, invalid = Counter[str](), dict[str, list[_Suspect]](), 0
        for part, suspects in summaries:
            # The bytes are from the workers of this data set.
            if part is not None:
                parts.append(pickle.loads(part))  # noqa: S301
            if suspects is not None:
                more, some, number = pickle.loads(suspects)  # noqa: S301
                counts.update(more)
                invalid += number
                for code, held in some.items():
                    kept.setdefault(code, []).extend(held)
        merge = Merge(self._check, self._check.row_validator())
        merge.rules = merge.new_rules(hashed=True)
        before = self._add(merge, sorted(parts, key=lambda one: (one.file or "", one.part)))
        self._add_suspects(merge, before, counts, kept)
        merge.progress.invalid += invalid
        merge.end_of_set()
        return merge.report()

    def _add(self, merge: Merge, parts: Sequence["_Part"]) -> dict[tuple[str | None, int], int]:
        """Add the results of parts; return the number of rows before each."""
        before: dict[tuple[str | None, int], int] = {}
        if not parts and not self.are_lines:
            source = _source(None)
            merge.begin(source)
            merge.end(source, 0, complete=True)
        for file, some in groupby(parts, key=attrgetter("file")):
            source = _source(file)
            merge.begin(source)
            rows = 0
            for part in some:
                before[file, part.part] = rows
                merge.add(source, part.result, Base(rows=rows))
                rows += part.result.rows
            merge.end(source, rows, complete=True)
        return before

    def _add_suspects(
        self,
        merge: Merge,
        before: Mapping[tuple[str | None, int], int],
        counts: Mapping[str, int],
        kept: Mapping[str, list[_Suspect]],
    ) -> None:
        def where(place: Place) -> str:
            file, major, minor = place
            return f"row {before[None, major] + minor}" if file is None else _where(place)

        for code, path in _PATHS.items():
            findings = []
            for suspect in sorted(kept.get(code, ()), key=_order)[: self._check.max_findings]:
                file, major, minor = _place(suspect)
                part, line = (major, None) if file is None else (minor, major)
                row = suspect["row"]
                fault = next(one for one in self._faults(suspect, where) if one.code == code)
                number = before[file, part] + row["number"]
                findings.append(Located(fault, file, line, number, row.get("id")).finding())
            if counts.get(code):
                merge.tally.put((code, "error", path), counts[code], findings)


def _stretches(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """Yield lines of one file."""
    files = batch.column(0)
    is_same = truths(pc.fill_null(pc.equal(files[:-1], files[1:]), fill_value=False))
    cuts = np.flatnonzero(~is_same) + 1
    for start, stop in pairwise([0, *cuts.tolist(), batch.num_rows]):
        yield batch.slice(start, stop - start)


def _numbers(lines: pa.Array) -> Ints:
    return to_numpy(pc.fill_null(lines, 0))


def _joined(lines: pa.Array) -> bytes:
    """Return lines as one text, each with a line feed at its end."""
    texts = lines.to_pylist()
    if not lines.null_count and (data := b"\n".join(texts)).count(b"\n") == len(texts) - 1:
        return data + b"\n"
    # A line feed inside a line would divide it; a carriage return is white space as well.
    return b"".join((one or b"").replace(b"\n", b"\r") + b"\n" for one in texts)


class _ComparedRows(NamedTuple):
    """The rows of a run that are compared with other rows."""

    at: Ints
    """Their rows in the run."""
    numbers: Ints
    """Their numbers among the rows of the run: blank lines are not rows."""
    invalid: Sequence[bool]
    compared: Sequence[Compared]
    """Empty if only ids are compared."""
    ids: Sequence[str | None]

    def array(self, before: int) -> pa.StructArray:
        """Return the rows as in `ROW`, given the number of rows before the run in its part."""
        count = len(self.at)
        keys: list[Any] = [pa.nulls(count, field.type) for field in [*ROW][3:]]
        if self.compared:
            rows = [
                (
                    None if one.key is None else repr(one.key),
                    one.words,
                    None if one.group is None else json.dumps(one.group),
                    None if one.value is None else str(one.value),
                    one.most,
                )
                for one in self.compared
            ]
            keys = [
                pa.array(column, field.type)
                for column, field in zip(zip(*rows, strict=True), [*ROW][3:], strict=True)
            ]
        numbers = from_numpy(self.numbers + before)
        ids = pa.array(self.ids, pa.string())
        invalid = pa.array(self.invalid, pa.bool_())
        return pa.StructArray.from_arrays([numbers, invalid, ids, *keys], fields=[*ROW])


class _Part(NamedTuple):
    """The result of a part, and which part it is."""

    file: str | None
    part: int
    result: PartResult


class _Total:
    """The results of the runs of one part so far."""

    def __init__(self, check: Check, run: _Run, rules: DatasetRules) -> None:
        self.key = run.file, run.part
        self.tally: Tally = Tally(check.max_findings, groups=MOST_GROUPS, lazy=True)
        self._sum = PartResult()
        self._checked = CheckedTally()
        self._columns: dict[tuple[str, Path], tuple[Fault, Correction | None]] = {}
        self._rules = rules
        self._is_complete = check.complete is not None

    @property
    def rows(self) -> int:
        """The number of rows so far."""
        return self._sum.rows

    def add(self, run: _Run, result: PartResult) -> None:
        """Add the result of the next run."""
        for group, count, kept in result.counts:
            placed: Any = (one for found in kept for one in self._placed(found, run))
            self.tally.put(group, count, placed)
        for fault, correction in result.columns if result.rows else ():
            self._columns.setdefault((fault.code, fault.path), (fault, correction))
        if self._is_complete:
            for row in [row for *_, row in result.each_member() if row is not None]:
                self._rules.faults(row.values, row.kind, 0, row.bad)
        self._checked.add(result.checked or CheckedTally())
        total = self._sum
        self._sum = total._replace(
            rows=total.rows + result.rows,
            invalid=total.invalid + result.invalid,
            outside=total.outside + result.outside,
        )

    def _placed(self, found: Located, run: _Run) -> Iterator[Located]:
        """Yield a fault at its lines in the file, and its row in the part."""
        row = None if found.row is None else found.row + self.rows
        if found.line is None:
            yield found._replace(row=row)
            return
        # Lines that follow each other here may be far apart in the file.
        for line in run.places[found.line - 1 : found.line - 1 + found.lines].tolist():
            yield found._replace(line=line, row=row, lines=1)

    def batch(self) -> pa.RecordBatch:
        """Return the result of the part as the last row of its rows."""
        result = self._sum._replace(
            counts=[
                (group, count, self.tally.kept.get(group, [])) for group, count in self.tally.counts.items()
            ],
            columns=[*self._columns.values()],
            traces=self._rules.traces(),
            checked=self._checked,
        )
        data = pickle.dumps(_Part(*self.key, result.portable()))
        return pa.RecordBatch.from_arrays(
            [pa.nulls(1, PLACE), pa.nulls(1, ROW), pa.array([data], pa.binary())], schema=COMPARED
        )


def _summary_batch(*, part: bytes | None = None, suspects: bytes | None = None) -> pa.RecordBatch:
    arrays = [pa.array([one], pa.binary()) for one in (part, suspects)]
    return pa.RecordBatch.from_arrays(arrays, schema=SUMMARY)


def _by_row(result: PartResult) -> Iterator[tuple[int, Finding]]:
    """Yield the findings of the rows of a run, in order, with the index of their row in the run."""
    details = result.details
    for _, found in sorted(details.findings if details else (), key=itemgetter(0)):
        for finding in found.findings():
            # A finding of a table has a row, one of a text a line; those of columns are elsewhere.
            yield (finding.row or 0) if finding.line is None else finding.line - 1, finding


def _places(run: _Run, at: Ints) -> pa.StructArray:
    """Return the places of rows of a run."""
    count = len(at)
    file = pa.nulls(count, pa.string()) if run.file is None else pa.repeat(run.file, count)
    part, own = from_numpy(np.full(count, run.part)), from_numpy(run.places[at])
    arrays = [file, part, own] if run.file is None else [file, own, part]
    return pa.StructArray.from_arrays(arrays, fields=[*PLACE])


def _source(file: str | None) -> InputSource:
    source = InputSource(file, lambda _: iter(()))
    source.form = "columns" if file is None else "lines"
    return source


def _where(place: Place) -> str:
    """Return a place for messages, without the number of rows in the partitions before."""
    file, major, minor = place
    return f"row {minor} of partition {major}" if file is None else f"{visible(file)}:{major}"


def _of(place: Mapping[str, Any]) -> Place:
    return place.get("file"), place["major"], place["minor"]


def _place(suspect: _Suspect) -> Place:
    return _of(suspect["at"])


def _order(suspect: _Suspect) -> tuple[str, int, int]:
    file, major, minor = _place(suspect)
    return file or "", major, minor
