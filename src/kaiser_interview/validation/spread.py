"""A data set judged in parts, by several processes, with the same outcome as row by row.

A part is judged by itself. What only the whole set shows is found in two steps: parts leave hashes of their ids and keys,
and what little else the rules of the set need to know; rows that share a hash are then looked at again, together and
exactly, in a second reading. So nothing is held of rows that share none.
"""

import pickle
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from itertools import groupby
from typing import Any, NamedTuple

from .checks import Check
from .inputs import Source, is_repeatable, sources
from .parts import Part
from .pool import Pool, processors
from .repeats import Repeats
from .report import Report
from .run import PLACES, Run
from .sandbox import Died, Frame, fault_of
from .sets import Sets
from .streams import Stream, StreamError
from .tables import died_fault, part_batches, planned
from .traces import Row, Suspects
from .work import Work, failed_part, part_of, rows_of_frame

__all__ = ["Spread"]

# Below so many bytes of lines, starting a process costs more than it brings.
_LEAST = 16 << 20
_STRETCH = 8 << 20
# A stretch that is longer holds a line that is too long to be held.
_LONGEST = 64 << 20


class _Cut(NamedTuple):
    """A source, cut into parts."""

    source: Source
    stream: Stream | None
    """None for data in memory, which is one part."""
    requests: list[dict[str, Any]]
    """One a part."""
    plan: dict[str, Any]
    """What a columnar file says that it holds; empty for what is none."""


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
        """Judge everything, and return the report."""
        if not is_repeatable(self._check.data):
            return super().report()
        self._sets = self._new_sets(hashed=True)
        work = Work(self._portable)
        cuts: list[_Cut] = []
        try:
            with Pool(self._workers, _pickled(work)) as pool:
                if not self._cut(cuts, pool):
                    self._sets = self._new_sets()
                    return super().report()
                with Repeats() as ids, Repeats(purpose="keys") as keys:
                    self._first_reading(cuts, self._answers(cuts, work, pool), ids, keys)
                    suspects = Suspects(ids.found(), keys.found(), frozenset(self._sets.fired))
            if suspects:
                work = Work(self._portable, suspects)
                with Pool(self._workers, _pickled(work)) as pool:
                    self._second_reading(cuts, self._answers(cuts, work, pool))
        finally:
            for cut in cuts:
                if cut.stream:
                    cut.stream.close()
        deque(self._at_the_end(), maxlen=0)
        return self.finished()

    def _cut(self, cuts: list[_Cut], pool: Pool) -> bool:
        """Cut the sources into parts; return whether all of them can be, and whether it pays."""
        passed_over: list[str] = []
        worth = 0
        for source in sources(self._check.data, self._fields, passed_over, self._check.form):
            cut = _cut(source, self._fields, pool)
            if cut is None:
                return False
            cuts.append(cut)
            worth += _LEAST if cut.plan or not cut.stream else cut.stream.size or 0
        if worth < _LEAST:
            return False
        self._passed_over += passed_over
        return True

    def _first_reading(self, cuts: list[_Cut], answers: Iterator[Any], ids: Repeats, keys: Repeats) -> None:
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
                    if first == 0 or self._progress.rows == before:
                        self._tell_columns(cut.source, part)
                    self._add(cut.source, part, bases[-1])
                    ids.add(part.ids)
                    keys.add(part.keys)
                    complete = complete and part.complete
                    bases.append(_Bases(lines + part.lines, first + max(part.rows, promised)))
                self._bases.append(bases)
                complete = self._is_whole(cut, digest) and complete
                deque(self._end(cut.source, self._progress.rows - before, complete=complete), maxlen=0)

    def _tell_columns(self, source: Source, part: Part) -> None:
        for fault in part.columns if part.rows else ():
            if fault.code in self._wanted:
                self._note(source, None, fault)

    def _add(self, source: Source, part: Part, bases: _Bases) -> None:
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

    def _is_whole(self, cut: _Cut, digest: "Future[None] | None") -> bool:
        try:
            if digest:
                digest.result()
        except StreamError as error:
            self._note(cut.source, None, error.fault)
            return False
        return True

    def _second_reading(self, cuts: list[_Cut], answers: Iterator[Any]) -> None:
        """Look again, together and exactly, at rows that share something with others."""
        sets = self._new_sets()
        for at, (cut, bases) in enumerate(zip(cuts, self._bases, strict=True)):
            for base in bases[:-1]:
                rows = next(answers)
                for row in () if isinstance(rows, Died) else rows:
                    self._again(cut.source, at, base, row, sets)

    def _again(self, source: Source, at: int, base: _Bases, row: Row, sets: Sets) -> None:
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

    def _answers(self, cuts: list[_Cut], work: Work, pool: Pool) -> Iterator[Any]:
        """Yield what each part gives, in order: a `Part`, or rows that are looked at again; or how it died."""
        here = cache(work.begun)  # not begun where all is done elsewhere
        for in_file, group in groupby(cuts, lambda cut: cut.stream is not None):
            requests = [(cut, request) for cut in group for request in cut.requests]
            if not in_file:
                yield from (here().batches(cut.source.items(), cut.source.name) for cut, _ in requests)
                continue
            alone = self._workers == 1 and not any(cut.plan for cut, _ in requests)
            left = iter(requests)
            if not alone and pool.is_ready:
                for frames in pool.answers(request for _, request in requests):
                    cut, request = next(left)
                    if isinstance(frames, list) and "unready" in frames[0].head:
                        left = iter([(cut, request), *left])
                        break
                    yield _result(frames, work, cut.source.name)
            for cut, request in left:
                if not cut.plan:
                    yield here().lines(request)
                    continue
                # A kind that no other process knows: a worker reads, and what it reads is judged here.
                with pool.sandbox() as sandbox:
                    try:
                        yield here().batches(part_batches(sandbox, request), cut.source.name)
                    except Died as died:
                        yield died


def _result(frames: list[Frame] | Died, work: Work, name: str | None) -> Any:
    if isinstance(frames, Died):
        return frames
    if "fault" in frames[0].head:
        return failed_part(fault_of(frames[0].head), name) if work.suspects is None else []
    return part_of(frames[0]) if work.suspects is None else [*rows_of_frame(frames[0])]


def _pickled(work: Work) -> bytes:
    """Return some work as another process can be given it; nothing if it cannot be."""
    try:
        return pickle.dumps(work)
    except (pickle.PicklingError, AttributeError, TypeError):
        return b""


def _cut(source: Source, fields: frozenset[str], pool: Pool) -> _Cut | None:
    """Return a source cut into parts; None if it is to be read from its start to its end."""
    if source.path is None:
        return _Cut(source, None, [{}], {}) if source.form == "columns" else None
    stream = None
    try:
        stream = Stream(source.path)
        form = source.formed(stream, fields)
        if form == "columns":
            with pool.sandbox() as sandbox:
                plan = planned(sandbox, stream)
            requests = [
                {
                    "task": "judge",
                    "path": source.path,
                    "name": source.name,
                    "form": plan["form"],
                    "part": part,
                    "bytes": size,
                }
                for part, size in enumerate(plan["sizes"])
            ]
            return _Cut(source, stream, requests, plan)
        if form == "lines" and stream.is_plain and stream.size:
            stretches = [*_stretches(source.path, stream.size)]
            if max(stop - start for start, stop in stretches) <= _LONGEST:
                requests = [
                    {
                        "task": "judge",
                        "path": source.path,
                        "name": source.name,
                        "form": "lines",
                        "start": start,
                        "stop": stop,
                        "last": stop == stream.size,
                        "bytes": stop - start,
                    }
                    for start, stop in stretches
                ]
                return _Cut(source, stream, requests, {})
    except StreamError:
        pass
    if stream:
        stream.close()
    return None


def _stretches(path: str, size: int) -> Iterator[tuple[int, int]]:
    """Yield stretches of whole lines."""
    start = 0
    with open(path, "rb") as file:  # noqa: PTH123 - the path as it was given
        while start < size:
            file.seek(min(start + _STRETCH, size) - 1)
            for chunk in iter(lambda: file.read(1 << 16), b""):
                at = chunk.find(b"\n")
                if at >= 0:
                    stop = file.tell() - len(chunk) + at + 1
                    break
            else:
                stop = size
            yield start, min(stop, size)
            start = stop
