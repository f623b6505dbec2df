"""Turn the raw output of language models into rows, and answers without rows into failures."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, cast

from ..errors import InputError
from ..storage import Staging
from ..validation.engine.execution import Engine
from ..validation.engine.merge import Merge
from ..validation.engine.options import Check
from ..validation.findings.display import json_text, visible
from ..validation.findings.finding import Fault, Finding, Located, StreamError, place_of
from ..validation.findings.report import Report
from ..validation.sources.source import InputSource
from ..validation.writers.rows import Writer, as_json, different_files
from .rows import RowFinder
from .texts import Text, TextReader
from .values import strict

__all__ = ["FAILURES", "Failure", "Parsed", "Parsing", "failures_path", "parse_data", "parse_to_files"]

FAILURES = ".failures.jsonl"
"""The ending of a file of failures, after the name of the file of rows."""

_OFTEN = 256
"""The number of rows between two reports of progress."""

_ADDED = frozenset({"x_text", "x_request_id", "x_repaired"})
"""Fields that `parse` adds to rows. A model may not write them."""

_REPAIRED = Fault("answer-repaired", (), "valid JSON", "almost-JSON; only its punctuation was repaired")


class Failure(NamedTuple):
    """An answer that gave no rows."""

    request_id: str | None
    """The id of the request, if the answer has one."""
    text: str
    """The answer as it was written; empty if the service gave none."""
    finding: Finding
    """The reason, with the place of the answer."""

    @property
    def code(self) -> str:
        """The code of the finding, such as ``answer-truncated``."""
        return self.finding.code

    @property
    def place(self) -> str:
        """The file with the line or index of the answer."""
        return self.finding.place

    def to_json(self) -> str:
        """Return the failure as a JSON text."""
        finding = self.finding.as_json()
        for name in ("id", "path", "severity"):
            del finding[name]
        return json_text(finding | {"request_id": self.request_id, "text": self.text})

    def __str__(self) -> str:
        return str(self.finding)


class Parsed(NamedTuple):
    """The result of `parse`; `validate`, `fix`, `split` and `read` accept it as data.

    Every answer gave rows or is one of the failures. `fix` and `split` carry the failures on.
    """

    rows: list[dict[str, Any]]
    """The rows, in order.

    Each has `x_text`, the place of its answer; `x_request_id`, if the answer has the id of its request; and
    `x_repaired` (true), if the answer was almost JSON.
    """
    failures: tuple[Failure, ...]
    """The answers that gave no rows."""
    report: Report
    """The report on the answers, which are its rows. The rows in them are not validated."""

    @property
    def complete_rows(self) -> list[dict[str, Any]]:
        """The rows, if all answers could be read.

        Raises
        ------
        InputError
            An input could not be read to its end.
        """
        if not self.report.complete:
            raise InputError("data: expected rows, got a Parsed whose input could not be read to its end")
        return self.rows

    def __repr__(self) -> str:
        return f"<Parsed: {len(self.rows):,} rows; {self.report!r}>"


def parse_data(engine: Engine, check: Check) -> Parsed:
    """Parse the data of a check in memory; `parse` is the public function."""
    parsing = Parsing(engine, check)
    rows: list[dict[str, Any]] = []
    failures: list[Failure] = []
    for outcome in parsing:
        if isinstance(outcome, Failure):
            failures.append(outcome)
        else:
            rows.append(outcome)
    return Parsed(rows, tuple(failures), parsing.report())


def parse_to_files(engine: Engine, check: Check, output: Path) -> tuple[Report, int]:
    """Parse files; write the rows to `output` and the failures to ``OUTPUT.failures.jsonl``.

    Return the report and the number of rows. Nothing is written if the data cannot be read completely.
    """
    failures = failures_path(output)
    different_files([output, failures])
    rows = 0
    with Staging() as staging:
        # Files are moved to their paths in this order: if the rows are new, their failures are too.
        failed = staging.open(failures)
        writer = Writer(staging, output)
        writer.begin("lines")
        parsing = Parsing(engine, check, (output, failures))
        for outcome in parsing:
            if isinstance(outcome, Failure):
                failed.write(f"{outcome.to_json()}\n".encode())
            else:
                rows += 1
                writer.lines(as_json(outcome))
        writer.end()
        report = parsing.report()
        if report.complete:
            staging.commit()
    return report, rows


def failures_path(rows: Path) -> Path:
    """Return the path of the file of failures beside a file of rows."""
    return rows.with_name(f"{rows.name}{FAILURES}")


class Parsing:
    """Iterate over the rows and the failures in the data of a check.

    Parameters
    ----------
    engine : Engine
        The engine that knows the kinds.
    check : Check
        The check; its data is the raw output.
    outputs : collection of Path
        Files that must not be inputs. If there are any, all of the data are paths.
    """

    def __init__(self, engine: Engine, check: Check, outputs: Collection[Path] = ()) -> None:
        validator = engine.validator.copied()
        self._merge = Merge(check, validator)
        self._finder = RowFinder((one.shape.model for one in validator.rules.values()), check.against.claims)
        self._reader = TextReader(self._finder.is_row)
        self._check = check
        self._outputs = outputs
        self._file = ""  # the name of the current file, as it is displayed

    def __iter__(self) -> Iterator[dict[str, Any] | Failure]:
        merge = self._merge
        are_paths = bool(self._outputs)
        for source in self._reader.sources(self._check.data, merge.skipped, are_paths=are_paths):
            merge.begin(source)
            before, complete = merge.progress.rows, True
            try:
                yield from self._outcomes(source)
            except StreamError as error:
                merge.note(source, None, error.fault)
                complete = False
            different_files(self._outputs, source)
            merge.end(source, merge.progress.rows - before, complete=complete)

    def _outcomes(self, source: InputSource) -> Iterator[dict[str, Any] | Failure]:
        """Yield the rows and failures of a source.

        Raises
        ------
        StreamError
            The source cannot be read to its end.
        """
        merge, mark, rows = self._merge, self._finder.mark, 0
        file = self._file = visible(source.name or "")
        try:
            for item in cast("Iterator[Any]", source.items()):
                if type(item) is not tuple:
                    # Blank lines and byte order marks, which are notes, are not part of an answer.
                    yield from self._of_text(source, item) if type(item) is Text else ()
                    continue
                line, data = item
                value = None if type(data) is Fault else strict(data)
                if type(value) is dict and mark in value:
                    # A row, as a program writes it: skip the search for what an answer may have around it.
                    value["x_text"] = f"{file}:{line}"
                    rows += 1
                    if rows == _OFTEN:
                        merge.progress.rows += rows
                        merge.report_progress(source)
                        rows = 0
                    yield value
                else:
                    for text in self._reader.in_line(line, data, value):
                        yield from self._of_text(source, text)
        finally:
            merge.progress.rows += rows

    def report(self) -> Report:
        """Return the report on the answers, after they were read."""
        return replace(self._merge.report(), unit="text")

    def _of_text(self, source: InputSource, text: Text) -> Iterator[dict[str, Any] | Failure]:
        """Count an answer, and yield its rows or its failure."""
        merge, content = self._merge, text.content
        merge.progress.rows += 1
        if not merge.progress.rows % _OFTEN:
            merge.report_progress(source)
        found = content if isinstance(content, Fault) else self._finder.rows_in(content)
        if isinstance(found, Fault):
            merge.progress.invalid += 1
            at = self._located(source, text, found._replace(severity="error"))
            merge.tally.add(at)
            written = text.written if found is content else content
            written = written if isinstance(written, str) else as_json(written).decode()
            yield Failure(text.request_id, written, at.finding())
            return
        rows, is_repaired = found
        added: dict[str, Any] = {"x_text": self._place(source, text)}
        if text.request_id is not None:
            added["x_request_id"] = text.request_id
        if is_repaired:
            added["x_repaired"] = True
            if _REPAIRED.code in merge.wanted:
                merge.tally.add(self._located(source, text, _REPAIRED))
        for row in rows:
            own = row if _ADDED.isdisjoint(row) else {name: row[name] for name in row if name not in _ADDED}
            own.update(added)
            yield own

    def _place(self, source: InputSource, text: Text) -> str:
        if self._file and text.line is not None:
            return f"{self._file}:{text.line}"  # as below, but without escaping the name again
        return place_of(source.name, text.line, text.item)

    @staticmethod
    def _located(source: InputSource, text: Text, fault: Fault) -> Located:
        return Located(fault, source.name, text.line, text.item, text.request_id)
