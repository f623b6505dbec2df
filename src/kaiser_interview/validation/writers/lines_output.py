"""Validate JSON Lines while they are written, instead of reading the output again."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from functools import partial

from ..engine.execution import Engine, every_finding
from ..engine.merge import Base, Merge
from ..engine.options import Check
from ..engine.part import PartResult
from ..findings.report import Report
from ..formats.json.lines import LineChunk
from ..formats.streams import Stream
from ..sources.source import InputSource

__all__ = ["LinesOutput"]


class LinesOutput:
    """The validation of a file of JSON Lines that is being written, part by part.

    Parameters
    ----------
    engine : Engine
        The engine that validates parts.
    check : Check
        The check of the file.
    """

    def __init__(self, engine: Engine, check: Check) -> None:
        self._engine = engine
        self._check = check
        self._merge = Merge(check, engine.validator.copied())
        self._source = InputSource(check.data, lambda _: iter(()))
        self._source.form = "lines"
        self._merge.begin(self._source)
        self._base = Base()
        self._waiting: deque[PartResult | Future[PartResult]] = deque()

    def unchanged(self, result: PartResult) -> None:
        """Add the result of a part that is written unchanged; each of its lines must be a row."""
        self._waiting.append(result)
        self._add()

    def changed(self, data: bytes) -> None:
        """Validate changed lines in another thread, and add the result."""
        self._waiting.append(self._engine.threads.submit(self._validated, LineChunk(data, last=False)))
        self._add()

    def close(self) -> None:
        """Remove temporary files."""
        self._merge.close()

    def report(self) -> Report:
        """Return the report on the file. Call it after the file is at its final path."""
        self._add(all_of_it=True)
        merge, source = self._merge, self._source
        with closing(Stream(str(self._check.data))) as stream:
            source.stream = stream
            stream.drain()
            merge.end(source, self._base.rows, complete=True)
        merge.end_of_set()
        return merge.report(partial(every_finding, self._check))

    def _validated(self, chunk: LineChunk) -> PartResult:
        with self._engine.by_column(hashed=False, detailed=False) as validator:
            return validator.lines(chunk, None)

    def _add(self, *, all_of_it: bool = False) -> None:
        """Add results in the order of the parts; wait for one only if too many are waiting."""
        for result in self._ready(all_of_it=all_of_it):
            self._merge.add(self._source, result, self._base)
            self._base = self._base.after(result)

    def _ready(self, *, all_of_it: bool) -> Iterator[PartResult]:
        most = 0 if all_of_it else 2 * self._engine.count
        while self._waiting:
            first = self._waiting[0]
            if isinstance(first, PartResult):
                yield first
            elif first.done() or len(self._waiting) > most:
                yield first.result()
            else:
                return
            self._waiting.popleft()
