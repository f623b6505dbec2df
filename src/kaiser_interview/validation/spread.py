"""A data set judged in parts, by several processes, with the same outcome as row by row.

A part is judged by itself. What only the whole set shows is found in two steps: parts leave hashes of their
ids and keys, and what little else the rules of the set need; rows that share a hash are then looked at
again, together and exactly, in a second reading. So nothing is held of rows that share none.
"""

import pickle
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

from .choice import LEAST
from .dataset_rules.duplicates import DuplicateHashes
from .dataset_rules.fingerprints import Row, Suspects
from .dataset_rules.state import DatasetRules
from .engine.options import Check
from .findings.finding import Fault, Note, StreamError
from .findings.report import Report
from .parts import Part
from .run import PLACES, Run
from .sources.discover import is_repeatable
from .sources.foreign_files import died_fault, part_batches
from .sources.partition import Partition, cut_of
from .sources.source import Batch, InputSource
from .work import Begun, Work, failed_part, part_of, rows_of_frame
from .workers.pool import Pool, processors
from .workers.process import Died, Frame, fault_of

__all__ = ["Spread"]


class _Bases(NamedTuple):
    """What came before a part in its source."""

    lines: int
    rows: int


class Spread(Run):
    """A check that is judged in parts, if its data can be cut into any.

    Parameters
    ----------
    check : Check
        The check.
    workers : int or None
        Processes to use at the most; None for as many as pay.
    """

    def __init__(self, check: Check, workers: int | None = None) -> None:
        super().__init__(check)
        self._workers = workers or processors()
        # What goes to other processes: neither the data nor who is told of progress.
        self._portable = replace(check, data=None, progress=None)
        self._bases: list[list[_Bases]] = []
        self._told_at = 0.0

    def report(self) -> Report:
        """Validate everything, and return the report."""
        if not is_repeatable(self._check.data):
            return super().report()
        self._sets = self._new_sets(hashed=True)
        work = Work(self._portable)
        cuts: list[Partition] = []
        with Pool(self._workers, _pickled(work)) as pool:
            if not self._cut(cuts, pool):
                self._limited = pool.limited
                self._sets = self._new_sets()
                return super().report()
            with DuplicateHashes() as ids, DuplicateHashes(purpose="keys") as keys:
                self._first_reading(cuts, self._answers(cuts, work, pool), ids, keys)
                self._limited = pool.limited
                suspects = Suspects(ids.found(), keys.found(), frozenset(self._sets.fired))
        if suspects:
            work = Work(self._portable, suspects)
            with Pool(self._workers, _pickled(work)) as pool:
                self._second_reading(cuts, self._answers(cuts, work, pool))
                self._limited = self._limited and pool.limited
        deque(self._at_the_end(), maxlen=0)
        return self.finished()

    def _cut(self, cuts: list[Partition], pool: Pool) -> bool:
        """Cut the sources into parts; return whether all of them can be, and whether it pays."""
        passed_over: list[str] = []
        worth = 0
        for source in self._sources(passed_over):
            cut = cut_of(source, self._fields, pool)
            if cut is None:
                return False
            cuts.append(cut)
            worth += LEAST if cut.plan or not cut.stream else cut.stream.size or 0
        if worth < LEAST:
            return False
        self._passed_over += passed_over
        return True

    def _first_reading(
        self, cuts: list[Partition], answers: Iterator[Any], ids: DuplicateHashes, keys: DuplicateHashes
    ) -> None:
        with ThreadPoolExecutor(1) as digests:
            for cut in cuts:
                self._begin(cut.source)
                digest = digests.submit(cut.stream.drain) if cut.stream else None
                complete, before, bases = True, self._progress.rows, [_Bases(0, 0)]
                for number in range(len(cut.requests)):
                    lines, first = bases[-1]
                    part = next(answers)
                    promised = cut.plan["rows"][number] or 0 if cut.plan else 0
                    if isinstance(part, Died):
                        self._note(cut.source, None, died_fault(cut.plan, number, first, str(part)))
                        complete = False
                        bases.append(_Bases(lines, first + promised))
                        continue
                    if self._progress.rows == before:
                        self._tell_columns(cut.source, part)
                    self._add(cut.source, part, bases[-1])
                    ids.add(part.ids)
                    keys.add(part.keys)
                    complete = complete and part.complete
                    bases.append(_Bases(lines + part.lines, first + max(part.rows, promised)))
                self._bases.append(bases)
                complete = self._is_whole(cut, digest) and complete
                deque(self._end(cut.source, self._progress.rows - before, complete=complete), maxlen=0)
        deque(answers, maxlen=0)  # to their end, where workers are given back

    def _tell_columns(self, source: InputSource, part: Part) -> None:
        for fault in part.columns if part.rows else ():
            if fault.code in self._wanted:
                self._note(source, None, fault)

    def _add(self, source: InputSource, part: Part, bases: _Bases) -> None:
        """Add what a part has shown, its places counted from the start of the source."""
        for group, count, kept in part.counts:
            moved = [
                one._replace(
                    line=None if one.line is None else one.line + bases.lines,
                    row=None if one.row is None else one.row + bases.rows,
                )
                for one in kept
            ]
            self._tally.put(group, count, moved)
        self._progress.rows += part.rows
        self._progress.invalid += part.invalid
        self.judge.unpinned += part.unpinned
        self._outside += part.outside
        self._sets.absorb(part.traces)
        self._told_at = self._tell(source, self._progress.rows, self._told_at)

    def _is_whole(self, cut: Partition, digest: "Future[None] | None" = None) -> bool:
        if cut.stream is None:
            return True
        try:
            if digest:
                digest.result()
            # By then others may have read more of it than was digested.
            cut.stream.verify()
        except StreamError as error:
            self._note(cut.source, None, error.fault)
            return False
        finally:
            cut.stream.close()
        return True

    def _second_reading(self, cuts: list[Partition], answers: Iterator[Any]) -> None:
        """Look again, together and exactly, at rows that share something with others."""
        sets = self._new_sets()
        for at, (cut, bases) in enumerate(zip(cuts, self._bases, strict=True)):
            for base in bases[:-1]:
                rows = next(answers)
                for row in () if isinstance(rows, Died) else rows:
                    self._again(cut.source, at, base, row, sets)
            if self._inputs[at].complete and not self._is_whole(cut):
                self.complete = False
                self._inputs[at] = self._inputs[at]._replace(complete=False)
        deque(answers, maxlen=0)

    def _again(self, source: InputSource, at: int, base: _Bases, row: Row, sets: DatasetRules) -> None:
        line = None if source.form == "columns" else base.lines + row.place
        number = base.rows + row.row
        place = at * PLACES + (number if line is None else line)
        invalid = row.invalid
        for fault in sets.faults(row.values, row.kind, place, row.bad):
            # Groups were counted in the first reading.
            if fault.code in self._wanted:
                row_id = row.values.get("id")
                severity = self._tally.add(fault, source.name, line, number, row_id)
                if severity == "error" and not invalid:
                    invalid = True
                    self._progress.invalid += 1

    def _briefed(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return a request that says which groups of findings are full: no more of them is looked into."""
        return request | {"full": [*self._tally.full]}

    def _answers(self, cuts: list[Partition], work: Work, pool: Pool) -> Iterator[Any]:
        """Yield what each part gives, in order: a `Part`, or rows to be looked at again; or how it died."""
        here = cache(work.begun)  # not begun where all is done elsewhere
        requests = [(cut, request) for cut in cuts for request in cut.requests]
        if cuts[0].stream is None:
            yield from (here().batches(_items(cut.source), request) for cut, request in requests)
            return
        alone = self._workers == 1 and not any(cut.plan for cut in cuts)
        left = iter(requests)
        if not alone and pool.is_ready:
            for frames in pool.answers(self._briefed(request) for _, request in requests):
                cut, request = next(left)
                if isinstance(frames, list) and "unready" in frames[0].head:
                    left = iter([(cut, request), *left])
                    break
                yield _result(frames, work, cut.source.name)
        for cut, request in left:
            if not cut.plan:
                yield _lines(here(), request, work)
                continue
            # A kind that no other process knows: a worker reads, and what it reads is judged here.
            with pool.sandbox() as sandbox:
                try:
                    yield here().batches(part_batches(sandbox, request), request)
                except Died as died:
                    yield died


def _result(frames: list[Frame] | Died, work: Work, name: str | None) -> Any:
    if isinstance(frames, Died):
        return frames
    if "fault" in frames[0].head:
        return failed_part(fault_of(frames[0].head), name) if work.suspects is None else []
    return part_of(frames[0]) if work.suspects is None else [*rows_of_frame(frames[0])]


def _lines(here: Begun, request: dict[str, Any], work: Work) -> Any:
    try:
        return here.lines(request)
    except OSError as error:
        fault = Fault("unreadable", (), "a file that can be read", error.strerror or str(error))
        return failed_part(fault, request["name"]) if work.suspects is None else []


def _items(source: InputSource) -> Iterator[Batch | Note]:
    """Yield the batches of a table in memory, and what cannot be read of it."""
    try:
        yield from source.items()  # type: ignore[misc] # what a table gives are batches
    except StreamError as error:
        yield Note(None, error.fault, stops=True)


def _pickled(work: Work) -> bytes:
    """Return some work as another process can be given it; nothing if it cannot be."""
    try:
        return pickle.dumps(work)
    except (pickle.PicklingError, AttributeError, TypeError):
        return b""
