"""One check of one data set: sources to rows to findings to a report."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any, NamedTuple, TypedDict

from ..corpus import Corpus, shipped
from ..errors import InputError, known_name
from ..models import Record
from .findings import CODES, Fault, Finding, finding, visible
from .inputs import Source, is_repeatable, sources
from .report import Report, Tally
from .rows import Judge, Verdict
from .sets import Sets
from .streams import Input, StreamError
from .text import Note

__all__ = ["Check", "Judged", "Kinds", "Options", "Progress", "Run", "validate"]

Kinds = str | type[Record] | Iterable[str | type[Record]] | None
_PLACES = 1 << 44
_PAUSE = 0.1
_LOOK = 1024


class Progress:
    """How far a check has come.

    Attributes
    ----------
    rows, invalid : int
        So far.
    bytes, size : int
        Bytes read of the file that is being read, and its size; 0 where there is none.
    file : str
        Its name.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.invalid = 0
        self.bytes = 0
        self.size = 0
        self.file = ""


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

    def findings(self) -> Iterator[Finding]:
        """Yield the faults as findings."""
        row_id = self.verdict.values.get("id") if self.verdict else None
        for fault in self.faults:
            yield finding(fault, self.source.name, self.line, self.row, row_id)


class Options(TypedDict, total=False):
    """The options of `validate`, `split` and `fix`."""

    kind: Kinds
    against: Corpus | str | os.PathLike[str] | None
    defaults: Mapping[str, Any] | None
    extra: str
    require: Sequence[str]
    complete: Sequence[str] | None
    key: Sequence[str] | None
    select: Sequence[str] | None
    ignore: Sequence[str] | None
    max_findings: int
    progress: Callable[[Progress], None] | None


@dataclass(frozen=True, kw_only=True)
class Check:
    """What is to be checked, and against what; the parameters are those of `validate`."""

    data: Any
    kind: Kinds = None
    against: Corpus | str | os.PathLike[str] | None = None
    defaults: Mapping[str, Any] | None = None
    extra: str = "error"
    require: Sequence[str] = ()
    complete: Sequence[str] | None = None
    key: Sequence[str] | None = None
    select: Sequence[str] | None = None
    ignore: Sequence[str] | None = None
    max_findings: int = 1000
    progress: Callable[[Progress], None] | None = None

    def judge(self) -> Judge:
        """Return a judge of this check's rows."""
        against = self.against
        if against is None:
            against = shipped()
        elif not isinstance(against, Corpus):
            against = Corpus.from_files(os.fspath(against))
        kinds = self.kind
        if kinds is None:
            kinds = ()
        elif isinstance(kinds, str | type):
            kinds = (kinds,)
        return Judge(kinds, against, defaults=self.defaults, extra=self.extra, require=self.require)

    def watched_by(self, progress: Callable[[Progress], None]) -> "Check":
        """Return the same check, which tells somebody how far it has come."""
        return replace(self, progress=progress)

    def of(self, data: Any) -> "Check":
        """Return the same check of other data."""
        return replace(self, data=data)

    def run(self) -> "Run":
        """Return a run of this check, which has not begun."""
        return Run(self)

    def findings(self) -> Iterator[Finding]:
        """Run the check and yield every finding as it is made."""
        for judged in self.run().rows(every=False):
            yield from judged.findings()


def validate(  # noqa: PLR0913 - the options are these
    data: Any,
    *,
    kind: Kinds = None,
    against: Corpus | str | os.PathLike[str] | None = None,
    defaults: Mapping[str, Any] | None = None,
    extra: str = "error",
    require: Sequence[str] = (),
    complete: Sequence[str] | None = None,
    key: Sequence[str] | None = None,
    select: Sequence[str] | None = None,
    ignore: Sequence[str] | None = None,
    max_findings: int = 1000,
    workers: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Check derived data: its shape, its references to claims, its quotes, character for character.

    Bad data never raises; it becomes findings in the report. What cannot be read is a finding too, and
    the rest is checked. One call is one data set.

    Parameters
    ----------
    data : path, several paths, rows, or a table
        A file of JSON Lines, a JSON array or CSV, each also packed by gzip or zstd; a folder or a glob
        pattern; ``"-"`` for standard input; an iterable of mappings or records; a `datasets` `Dataset`,
        `DatasetDict` or `IterableDataset`; anything with `__arrow_c_stream__`.
    kind : str, type of Record, or several of these, optional
        What the rows are. Default: each row's `kind` says it.
    against : Corpus or path, optional
        What the rows are judged against; a path is read by `Corpus.from_files`. Default: the shipped claims.
    defaults : mapping of str, optional
        Constants for fields that a row does not give, supplied before any rule.
    extra : {"error", "allow"}
        What becomes of fields that a kind does not have. Names that begin with ``x_`` always pass, and so do
        columns of the claim, if they are the claim's.
    require : sequence of str
        Fields that every row must give, beyond those that its kind demands.
    complete : sequence of str, optional
        Fields whose values make groups, in each of which every current claim must have a row.
    key : sequence of str, optional
        Fields that together may stand only once.
    select, ignore : sequence of str, optional
        Codes to look for alone, or to leave out. What cannot be read is always told.
    max_findings : int
        Findings to retain; the counts are exact in any case.
    workers : int, optional
        Processes to use at the most; the result is the same for any number.
    progress : callable, optional
        Called now and then with a `Progress`.

    Returns
    -------
    Report

    Raises
    ------
    UnknownNameError
        A kind, field or code is none.
    InputError
        The data is nothing that can be checked, or an option fits nothing.
    CorpusError
        The files to validate against are wrong.
    IntegrityError
        The shipped bytes differ from the manifest.

    Notes
    -----
    Offsets are Unicode code points into the source, the end exclusive, as in a `TextPositionSelector` of the
    W3C Web Annotation Data Model, section 4.2.5.

    Examples
    --------
    >>> row = {"claim_id": "d05-c03", "quote": "推理模型增加参数数量", "language": "en", "translation": "…"}
    >>> report = validate([row], kind="translation", defaults={"method": "model", "creator": "m"})
    >>> report.ok, report.findings[0].code
    (False, 'quote-not-found')
    """
    if workers is not None and (type(workers) is not int or workers < 1):
        raise InputError(f"workers: expected a number from 1 on, got {workers!r:.80}")
    return (
        Check(
            data=data,
            kind=kind,
            against=against,
            defaults=defaults,
            extra=extra,
            require=require,
            complete=complete,
            key=key,
            select=select,
            ignore=ignore,
            max_findings=max_findings,
            progress=progress,
        )
        .run()
        .report()
    )


class Run:
    """A check while it runs.

    Attributes
    ----------
    judge : Judge
        What judges its rows.
    complete : bool
        Whether everything so far was read to its end.
    """

    def __init__(self, check: Check) -> None:
        self._check = check
        self.judge = judge = check.judge()
        self.complete = True
        models = {name: rules.shape.model for name, rules in judge.rules.items()}
        self._fields = frozenset(name for rules in judge.rules.values() for name in rules.shape.fields)
        for option, names in (("key", check.key), ("complete", check.complete)):
            for name in names or ():
                if not name.startswith("x_"):
                    known_name(f"field of {option}", name, sorted(self._fields))
        if type(check.max_findings) is not int or check.max_findings < 0:
            raise InputError(f"max_findings: expected a number from 0 on, got {check.max_findings!r:.80}")
        self._sets = Sets(judge.corpus, models, key=check.key, complete=check.complete, where=self._where)
        self._wanted = _wanted(check.select, check.ignore)
        self._tally = Tally(check.max_findings)
        self._names: list[str | None] = []
        self._inputs: list[Input] = []
        self._passed_over: list[str] = []
        self._outside = 0
        self._progress = Progress()

    def report(self) -> Report:
        """Read everything that is left to read, and return the report."""
        for _ in self.rows(every=False):
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
            max_findings=self._check.max_findings,
            again=self._check.findings if is_repeatable(self._check.data) else None,
        )

    def rows(self, *, every: bool = True) -> Iterator[Judged]:
        """Yield every row with what is wrong, and every note; or those alone that something is wrong with."""
        for source in sources(self._check.data, self._fields, self._passed_over):
            yield from self._source(source, every=every)
        if not self._names:
            yield self._note(Source(None, lambda _: iter(())), None, _no_rows())
        nowhere = Source(None, lambda _: iter(()))
        for fault in self._sets.at_the_end():
            if fault.code in self._wanted:
                yield self._note(nowhere, None, fault)

    def _source(self, source: Source, *, every: bool) -> Iterator[Judged]:
        before, complete = self._progress.rows, True
        self._names.append(source.name)
        self._progress.file = source.name or ""
        try:
            for judged in self._read(source, every=every):
                complete = complete and not judged.stops
                yield judged
        except StreamError as error:
            complete = False
            yield self._note(source, None, error.fault)
        rows = self._progress.rows - before
        if complete and not rows:
            yield self._note(source, None, _no_rows())
        self.complete = self.complete and complete
        self._inputs.append(source.input(rows, complete=complete))
        self._tell(source, before + rows, 0)

    def _read(self, source: Source, *, every: bool) -> Iterator[Judged]:
        progress, base = self._progress, (len(self._names) - 1) * _PLACES
        # Rows that are right beyond doubt need nothing more than a look at their ids.
        swift = self.judge.swift if not every and self._sets.ids_alone else None
        first_place = self._sets.first_place
        row, before, told = -1, progress.rows, monotonic()
        try:
            for item in source.items():
                if type(item) is Note:
                    if item.fault.code in self._wanted or item.stops:
                        yield self._note(source, item.line, item.fault, stops=item.stops)
                    continue
                line, data = item  # type: ignore[misc] # a note is a tuple of another kind
                row += 1
                if not row % _LOOK:
                    told = self._tell(source, before + row, told)
                place = base + (row if line is None else line)
                if swift is not None and isinstance(data, bytes):
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

    def _judged(self, source: Source, line: int | None, row: int, data: Any, place: int) -> Judged:
        verdict = self._verdict(source, data)
        faults = verdict.faults + self._sets.faults(verdict.values, verdict.kind, place)
        invalid = verdict.unjudged
        if faults:
            faults = [fault for fault in faults if fault.code in self._wanted]
            row_id = verdict.values.get("id")
            for fault in faults:
                if self._tally.add(fault, source.name, line, row, row_id) == "error":
                    invalid = True
        self._progress.invalid += invalid
        return Judged(source, line, row, data, faults, verdict, invalid)

    def _verdict(self, source: Source, data: Any) -> Verdict:
        if type(data) is Fault:
            return Verdict([data], {}, None)
        if source.form in {"lines", "document"}:
            return self.judge.json(data)
        if source.form == "csv":
            return self.judge.cells(data)
        return self.judge.value(data, columnar=source.form == "columns")

    def _note(self, source: Source, line: int | None, fault: Fault, *, stops: bool = False) -> Judged:
        if self._tally.add(fault, source.name, line, None, None) == "error":
            self._outside += 1
        return Judged(source, line, None, None, [fault], None, invalid=False, stops=stops)

    def _tell(self, source: Source, rows: int, told: float) -> float:
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
        number, at = divmod(place, _PLACES)
        name = self._names[number]
        return f"row {at}" if name is None else f"{visible(name)}:{at}"


def _wanted(select: Sequence[str] | None, ignore: Sequence[str] | None) -> frozenset[str]:
    """Return the codes that are looked for; those of what cannot be read always are."""
    for name in (*(select or ()), *(ignore or ())):
        known_name("code", name, CODES)
    chosen = set(CODES if select is None else select) - set(ignore or ())
    always = {name for name, code in CODES.items() if code.group == "reading" and code.severity == "error"}
    return frozenset(chosen | (always - {"byte-order-mark"}))


def _no_rows() -> Fault:
    return Fault("no-rows", (), "at least one row", "none")
