"""Validate the parts of a data set in threads, and merge their results in order.

Text and tables in memory are validated in this process. Columnar files are read by worker processes with
limits, because a damaged file can crash its reader.
"""

import os
import weakref
from collections import deque
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from itertools import chain
from queue import Empty, LifoQueue
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar

from ...first_use import lock
from ..dataset_rules.state import Row
from ..findings.counts import Group
from ..findings.finding import Fault, Finding, Located, Note, StreamError, severity_of
from ..findings.report import Report
from ..formats.csv import CsvChunk
from ..formats.json.array import ElementChunk
from ..formats.json.lines import LineChunk
from ..formats.text import RowTexts
from ..rows.row_validator import RowValidator
from ..sources.discover import are_paths, is_repeatable
from ..sources.foreign_files import died_fault, part_batches
from ..sources.partition import Partition, Stretch, TablePart, cut_of, grouped
from ..sources.source import Batch, InputSource, Items
from ..workers.pool import Pool, processors
from ..workers.process import Died
from .merge import NOWHERE, PLACES, Base, Merge
from .options import Check
from .part import PartResult, PartValidator
from .threads import Threads

if TYPE_CHECKING:
    from ..dataset_rules.duplicates import DuplicateHashes
    from ..dataset_rules.fingerprints import Suspects
    from .columns import ColumnValidator

__all__ = ["Engine", "Step", "Validation", "every_finding", "report_of"]

_V = TypeVar("_V", bound=PartValidator)

_TINY = 1 << 20
"""For less text, validating row by row is faster than importing numpy and pyarrow. In bytes."""

_FEW = 64
"""For fewer rows, validating row by row is faster than compiling the prefilter."""

_LARGE = 16 << 20
"""From this size in bytes, ids are compared by hash, and several threads read lines."""

_TEXT = (".jsonl", ".ndjson", ".json", ".csv", ".tsv")

_COLUMNAR = (".parquet", ".arrow", ".feather", ".ipc")

_AHEAD = 2
"""Number of waiting parts for each thread."""

_MOST_WORKERS = 1024
"""More would only take memory."""


def report_of(check: Check, workers: int | None = None) -> Report:
    """Validate the data of a check and return the report.

    Parameters
    ----------
    check : Check
        The check.
    workers : int, optional
        Maximum number of threads, and of processes that read columnar files. Default: the number of CPUs.
    """
    with Engine(check, workers) as engine:
        return engine.report(check)


def every_finding(check: Check) -> Iterator[Finding]:
    """Validate the data of a check and yield every finding in order, one at a time."""
    with Engine(check) as engine:
        for step in Validation(engine, check, detailed=True, explained=True).steps():
            for found in step.findings:
                yield from found.findings()


class Step(NamedTuple):
    """A validated part, or the end of a source. Steps are in the order of the data."""

    source: InputSource
    part: RowTexts | Items | Batch | None
    """The part; None for the end of a source, and for findings about the whole data set."""
    begins: bool = False
    """Whether this is the first step of its source at which the format and columns are known."""
    findings: Sequence[Located] = ()
    """All findings since the last step."""
    invalid: Collection[int] = ()
    """The invalid rows of the part."""
    result: PartResult = PartResult()
    """The result of the part alone, before it is compared with other parts."""
    base: Base = Base()
    """The number of lines and rows before the part in its source."""


class Engine:
    """Validate data sets with the options of one check.

    Threads, worker processes and compiled validators are kept until the engine is closed. Several threads may
    use an engine at the same time.

    Parameters
    ----------
    check : Check
        The options; its data is ignored.
    workers : int, optional
        Maximum number of threads, and of processes that read columnar files; at most 1,024. Default: the
        number of CPUs.
    """

    def __init__(self, check: Check, workers: int | None = None) -> None:
        # Validators of parts need neither the data nor the progress callback.
        self._portable = replace(check, data=None, form=None, progress=None)
        self.validator: RowValidator = check.row_validator()
        check.verify(self.validator.fields)
        self.count: int = min(workers or processors(), _MOST_WORKERS)
        self.pool: Pool = Pool(1 if check.in_process else self.count, check.reader)
        self.threads: Threads = Threads(self.count)
        self._seed = int.from_bytes(os.urandom(8))
        self._by_row: LifoQueue[PartValidator] = LifoQueue()
        self._by_column: LifoQueue[ColumnValidator] = LifoQueue()
        self._close = weakref.finalize(self, _ended, self.threads, self.pool)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the threads and the worker processes."""
        self._close()

    @property
    def is_closed(self) -> bool:
        """Whether the engine is closed."""
        return not self._close.alive

    def report(self, check: Check) -> Report:
        """Validate the data of a check with the same options, and return the report."""
        return Validation(self, check).report()

    def _new(self, cls: Callable[[Check, RowValidator], _V]) -> _V:
        return cls(self._portable, self.validator.copied())

    @contextmanager
    def by_row(self, *, detailed: bool, explained: bool = False) -> Iterator[PartValidator]:
        """Provide a validator that needs neither numpy nor pyarrow, for one thread at a time."""
        with _idle_or_new(self._by_row, partial(self._new, PartValidator)) as validator:
            validator.detailed, validator.explained = detailed, explained
            yield validator

    @contextmanager
    def by_column(
        self, *, hashed: bool, detailed: bool, explained: bool = False
    ) -> "Iterator[ColumnValidator]":
        """Provide a validator of many rows at once, for one thread at a time."""
        with lock:
            # Import here, so that small text files are validated without numpy and pyarrow.
            from .columns import ColumnValidator

        make = partial(ColumnValidator, seed=self._seed)
        with _idle_or_new(self._by_column, partial(self._new, make)) as validator:
            validator.hashed, validator.detailed, validator.explained = hashed, detailed, explained
            yield validator


def _ended(threads: Threads, pool: Pool) -> None:
    threads.shutdown(wait=False)
    # Closing the pool ends the threads that wait for workers. A thread may have started a worker meanwhile.
    pool.close()
    threads.shutdown()
    pool.close()


class _Job(NamedTuple):
    """A part to validate."""

    source: InputSource
    part: Any


class Validation:
    """The validation of one data set; call either `report` or `steps`, once.

    Parameters
    ----------
    engine : Engine
        The engine that validates the parts, with the same options.
    check : Check
        The data and the options.
    detailed : bool
        Whether `steps` yields steps.
    explained : bool
        Whether the texts of all findings are computed with their part. Otherwise slow texts, such as the
        closest passage to an altered quote, are computed when a finding is used.

    Attributes
    ----------
    merge : Merge
        The merged results so far.
    validator : RowValidator
        The validator of rows, for the main thread only.
    """

    def __init__(
        self, engine: Engine, check: Check, *, detailed: bool = False, explained: bool = False
    ) -> None:
        self._engine = engine
        self._check = check
        self.validator: RowValidator = engine.validator.copied()
        self.merge: Merge = Merge(check, self.validator, detailed=detailed)
        self._detailed, self._explained = detailed, explained
        self._tiny = _is_tiny(check)
        self._hashed = False

    def report(self) -> Report:
        """Validate all data and return the report."""
        if _is_columnar(self._check.data):
            self._engine.pool.start()  # before the imports of this process, so that both run at the same time
        with closing(self.merge) as merge:
            sources = merge.sources()
            if not self._tiny and is_repeatable(self._check.data):
                partitions, seen = self._partitions(sources)
                if partitions:
                    self._by_hashes(partitions)
                    sources = iter(())
                else:
                    sources = chain(seen, sources)
            deque(self._in_order(sources), maxlen=0)
        return self.finished()

    def steps(self) -> Iterator[Step]:
        """Validate part by part, and compare ids and keys as they are read."""
        return self._in_order(self.merge.sources())

    def finished(self) -> Report:
        """Return the report on the validated data."""
        merge, check = self.merge, self._check
        merge.limited = merge.limited and self._engine.pool.limited
        return merge.report(partial(every_finding, check) if is_repeatable(check.data) else None)

    # One pass: keep ids and keys in memory, and compare them as they are read.

    def _in_order(self, sources: Iterable[InputSource]) -> Iterator[Step]:
        merge = self.merge
        for source in sources:
            merge.begin(source)
            complete, base, rows = True, Base(), 0
            try:
                with closing(self._jobs(source)) as jobs:
                    for job, result in self._results(jobs, self._validated):
                        part = job.part
                        # The rows of a batch are counted from the start of their source.
                        at = Base(0, part.first) if isinstance(part, Batch) else base
                        merge.add(source, result, at)
                        base = base.after(result)
                        complete = complete and result.complete
                        if result.details is not None:
                            begins = not rows and result.rows > 0
                            part = result.details.texts or part
                            yield Step(source, part, begins, *merge.taken(), result, at)
                        rows += result.rows
            except StreamError as error:
                complete = False
                merge.note(source, None, error.fault)
            merge.end(source, rows, complete=complete)
            if self._detailed:
                is_known = source.stream is not None or source.schema is not None
                begins = not rows and complete and is_known
                yield Step(source, None, begins, findings=merge.taken()[0])
        merge.end_of_set()
        if self._detailed:
            yield Step(NOWHERE, None, findings=merge.taken()[0])

    def _jobs(self, source: InputSource) -> Generator[_Job]:
        reported = None
        with closing(grouped(source.items() if self._tiny else source.parts())) as parts:
            for part in parts:
                if isinstance(part, Items | CsvChunk):
                    if reported is None and part.has_rows:
                        reported = self.merge.columns(source)
                    part = replace(part, reported=reported or {})  # noqa: PLW2901 - the same part
                yield _Job(source, part)

    # Two passes: compare hashes of ids and keys, then read again the rows with an equal hash.

    def _partitions(self, sources: Iterator[InputSource]) -> tuple[list[Partition], list[InputSource]]:
        """Return the sources split into parts; none if a source cannot be split or the data is small."""
        partitions: list[Partition] = []
        seen = []
        size = 0
        for source in sources:
            seen.append(source)
            partition = cut_of(source, self.validator.fields, self._engine.pool)
            if partition is None:
                return [], seen
            partitions.append(partition)
            is_lines = partition.stream is not None and not partition.plan
            size += (partition.stream.size or 0) if partition.stream and is_lines else _LARGE
        return (partitions if size >= _LARGE else []), seen

    def _by_hashes(self, partitions: list[Partition]) -> None:
        from ..dataset_rules.duplicates import DuplicateHashes
        from ..dataset_rules.fingerprints import Suspects

        merge = self.merge
        self._hashed = True
        merge.rules = merge.new_rules(hashed=True)
        with DuplicateHashes() as ids, DuplicateHashes(purpose="keys") as keys:
            try:
                bases = self._first_reading(partitions, ids, keys)
            finally:
                for stream in [one.stream for one in partitions if one.stream]:
                    stream.close()
            suspects = Suspects(ids.found(), keys.found(), frozenset(merge.rules.fired))
        if suspects:
            self._second_reading(partitions, bases, suspects)

    def _first_reading(
        self, partitions: list[Partition], ids: "DuplicateHashes", keys: "DuplicateHashes"
    ) -> list[list[Base]]:
        merge, all_bases = self.merge, []
        results = self._results(_all_jobs(partitions), self._validated)
        with Threads(1) as digests:
            for source, stream, parts, plan in partitions:
                merge.begin(source)
                digest = digests.submit(stream.drain) if stream else None
                before, complete, bases = merge.progress.rows, True, [Base()]
                for number in range(len(parts)):
                    lines, rows = bases[-1]
                    _, result = next(results)
                    promised = plan["rows"][number] or 0 if plan else 0
                    if isinstance(result, Died):
                        merge.note(source, None, died_fault(plan, number, rows, str(result)))
                        complete = False
                        bases.append(Base(lines, rows + promised))
                        continue
                    merge.add(source, result, bases[-1])
                    for hashes, found in ((ids, result.ids), (keys, result.keys)):
                        if found is not None:
                            hashes.add(found)
                    complete = complete and result.complete
                    bases.append(Base(lines + result.lines, rows + max(result.rows, promised)))
                all_bases.append(bases)
                if stream:
                    complete = self._is_unchanged(source, stream, digest) and complete
                merge.end(source, merge.progress.rows - before, complete=complete)
        deque(results, maxlen=0)  # run the generator to its end, which releases the threads
        return all_bases

    def _second_reading(
        self, partitions: list[Partition], bases: list[list[Base]], suspects: "Suspects"
    ) -> None:
        """Compare the rows with an equal hash or group exactly."""
        merge = self.merge
        results = self._results(_all_jobs(partitions), partial(self._again, suspects))
        with closing(merge.new_rules()) as rules:
            for at, (source, stream, _, _) in enumerate(partitions):
                for base in bases[at][:-1]:
                    for row in next(results)[1]:
                        line = None if source.form == "columns" else base.lines + row.place
                        number = base.rows + row.row
                        place = at * PLACES + (number if line is None else line)
                        merge.add_row(source, place, number, line, row, rules)
                    rules.limit()
                if stream and merge.inputs[at].complete and not self._is_unchanged(source, stream):
                    merge.complete = False
                    merge.inputs[at] = merge.inputs[at]._replace(complete=False)
            deque(results, maxlen=0)
            merge.add_deferred(rules)

    def _is_unchanged(self, source: InputSource, stream: Any, digest: "Future[None] | None" = None) -> bool:
        try:
            if digest:
                digest.result()
            # Other code may read the file by its path after the digest was computed.
            stream.verify()
        except StreamError as error:
            self.merge.note(source, None, error.fault)
            return False
        finally:
            stream.close()
        return True

    # Threads

    def _results(
        self, jobs: Iterator[_Job], work: Callable[[_Job, Iterable[Group]], Any]
    ) -> Iterator[tuple[_Job, Any]]:
        """Yield each job and its result, in order. Parts with single rows are validated in this thread.

        Raises
        ------
        StreamError
            An error of `jobs`; raised after the results of all jobs before it.
        """
        waiting: deque[tuple[_Job, Future[Any]]] = deque()
        most = _AHEAD * self._engine.count

        def first() -> tuple[_Job, Any]:
            job, future = waiting.popleft()
            return job, future.result()

        try:
            for job in _or_error(jobs):
                if isinstance(job, StreamError):
                    error: StreamError | None = job
                    break
                alone = self._engine.count == 1 or isinstance(job.part, Items)
                while waiting and (alone or waiting[0][1].done() or len(waiting) >= most):
                    yield first()
                full = [*self.merge.tally.full]
                if alone:
                    yield job, work(job, full)
                else:
                    waiting.append((job, self._engine.threads.submit(work, job, full)))
                    # If the input pauses, yield results, so that progress is up to date.
                    while waiting and _is_idle(job.source):
                        yield first()
            else:
                error = None
            while waiting:
                yield first()
        finally:
            for _, future in waiting:
                future.cancel()
        if error:
            raise error

    def _validated(  # noqa: PLR0911 - one return per form
        self, job: _Job, full: Iterable[Group]
    ) -> "PartResult | Died":
        source, part = job
        if isinstance(part, Items) and (self._tiny or len(part.items) < _FEW):
            # Importing and compiling validation by columns would take longer. A file with a text extension
            # may still be columnar by content; it is handled below.
            with self._engine.by_row(detailed=self._detailed, explained=self._explained) as by_row:
                return by_row.items(part, source.form, source.name, source.constants, full)
        with self._engine.by_column(
            hashed=self._hashed, detailed=self._detailed, explained=self._explained
        ) as validator:
            if isinstance(part, Items):
                return validator.items(part, source.form, source.name, source.constants, full)
            try:
                if isinstance(part, LineChunk | ElementChunk | Stretch):
                    chunk = part.chunk() if isinstance(part, Stretch) else part
                    return validator.lines(chunk, source.name, full)
                if isinstance(part, CsvChunk):
                    return validator.records(part, source.name, full)
                with self._batches(job) as batches:
                    return validator.batches(batches, source.name, full)
            except Died as died:
                return died
            except OSError as error:
                fault = Fault("unreadable", (), "a file that can be read", error.strerror or str(error))
                return _failed(fault, source.name)

    def _again(self, suspects: "Suspects", job: _Job, _: Iterable[Group]) -> list[Row]:
        part = job.part
        with self._engine.by_column(hashed=True, detailed=False) as validator:
            try:
                if isinstance(part, Stretch):
                    return [*validator.lines_again(part.chunk(), suspects)]
                with self._batches(job) as batches:
                    return [*validator.batches_again(batches, suspects)]
            except (Died, OSError):
                return []  # reported in the first pass, or as a changed file

    @contextmanager
    def _batches(self, job: _Job) -> Iterator[Iterable[Batch | Note]]:
        source, part = job
        if isinstance(part, TablePart):
            with self._engine.pool.reader() as reader:
                yield part_batches(reader, part.request)
        else:
            yield _own_batches(source) if part is None else [part._replace(first=0)]


@contextmanager
def _idle_or_new(idle: "LifoQueue[_V]", make: Callable[[], _V]) -> Iterator[_V]:
    """Provide an idle object for one thread, the last used first; make one if none is idle."""
    try:
        one = idle.get_nowait()
    except Empty:
        one = make()
    yield one
    idle.put(one)


def _all_jobs(partitions: Iterable[Partition]) -> Iterator[_Job]:
    return (_Job(one.source, part) for one in partitions for part in one.parts)


def _or_error(jobs: Iterator[_Job]) -> Iterator[_Job | StreamError]:
    """Yield jobs, and the error if one ends them."""
    try:
        yield from jobs
    except StreamError as error:
        yield error


def _is_idle(source: InputSource) -> bool:
    return source.stream is not None and source.stream.is_idle()


def _own_batches(source: InputSource) -> Iterator[Batch | Note]:
    """Yield the batches of a table in memory, and a note if they cannot be read."""
    try:
        yield from source.items()  # type: ignore[misc] # the items of a table are batches
    except StreamError as error:
        yield Note(None, error.fault, stops=True)


def _failed(fault: Fault, name: str | None) -> PartResult:
    """Return the result of a part that could not be read."""
    counts = [((fault.code, severity_of(fault), fault.path), 1, [Located(fault, name)])]
    return PartResult(outside=1, complete=False, counts=counts)


def _is_columnar(data: Any) -> bool:
    """Return whether the first file has a columnar extension."""
    if not are_paths(data):
        return False
    first = data if isinstance(data, str | os.PathLike) else data[0]
    return os.fsdecode(first).lower().endswith(_COLUMNAR)


def _is_tiny(check: Check) -> bool:
    if not are_paths(check.data):
        return False
    data = [check.data] if isinstance(check.data, str | os.PathLike) else check.data
    size = 0
    for path in map(os.fspath, data):
        name = os.fsdecode(path).lower()
        if not name.endswith(_TEXT) or not os.path.isfile(path):  # noqa: PTH113 - keep the given path
            return False
        size += os.path.getsize(path)  # noqa: PTH202 - likewise
    return size < _TINY
