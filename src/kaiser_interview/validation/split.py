"""Split rows into valid rows and rejects; every row is copied unchanged to exactly one of them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol, Self

from ..errors import InputError
from ..raw_output.failures import write_failures
from ..raw_output.parse import Failure
from ..raw_output.retry import RetryMessage, retry_messages
from ..storage import Staging
from .engine.execution import Engine, Step, Validation
from .engine.options import Check
from .findings.finding import Finding
from .findings.report import Report
from .rows.row_validator import RowValidator
from .sources.source import InputSource
from .writers.memory import RowsInMemory, divided, is_selectable, refuse_unheld
from .writers.parts import Part, PartWriter, refuse_long_rows
from .writers.rows import different_files

__all__ = ["Split", "SplitFinding", "split_data"]


class SplitFinding(Finding):
    """A finding of `split`: a `Finding` that also says where its row is in the rejects.

    `file` and `row` are the position of the row in the input. Equality ignores `reject`.

    Attributes
    ----------
    reject : int or None
        The index of the row in the rejects. For a `DatasetDict`, the index in the rejects of the split that
        `file` names. None if the row is valid or the finding is not about a row.
    """

    reject: int | None

    @classmethod
    def of(cls, finding: Finding, reject: int | None) -> Self:
        """Return a finding with the index of its row in the rejects."""
        made = cls(*finding)
        made.reject = reject
        return made

    def as_json(self) -> dict[str, Any]:
        """Return the finding as JSON values, with paths as JSON Pointers."""
        return super().as_json() | {"reject": self.reject}


class Split(NamedTuple):
    """The result of `split`.

    `valid`, `rejects` and `findings` are None if they were written to files. They are also None if the data
    could not be read to its end: then nothing is split, and `report.complete` is false.
    """

    valid: Any
    """The valid rows, in the form of the data."""
    rejects: Any
    """The invalid rows, in the form of the data."""
    findings: tuple[SplitFinding, ...] | None
    """Every finding, in order, with the position of its row in the input and in the rejects."""
    report: Report
    """The report on the data. `valid` and `invalid` count the rows of the two outputs."""
    failures: tuple[Failure, ...] = ()
    """The failures of `parse`, from a `Parsed`, or from the files beside the input."""

    def retry_messages(self) -> tuple[RetryMessage, ...]:
        """Return what to tell the model about each answer with rejected rows, and about each failure.

        Send each message after the request and the answer that it is about. It says what is wrong, but
        neither gives the nearest passage to a wrong quote, nor fields that drafts leave out.

        Returns
        -------
        tuple of RetryMessage
            One for each answer with rejects: rows with the same `x_request_id`, or else the same `x_text`.
            Then one for each failure.

        Raises
        ------
        InputError
            The rows are not in memory: they were written to files, or an input could not be read.

        Examples
        --------
        >>> import kaiser_interview as ki
        >>> validator = ki.Validator("label", defaults={"method": "model", "creator": "m"})
        >>> answers = {"r1": '{"claim_id": "d01-c99", "scheme": "horizon", "value": "past"}', "r2": "None."}
        >>> for message in validator.split(validator.parse(answers)).retry_messages():
        ...     print(message.request_id, message.rows, message.text)
        r1 (0,) This row is wrong:
        {"claim_id": "d01-c99", "scheme": "horizon", "value": "past"}
        - claim_id: expected a claim of the corpus, got "d01-c99"
        Answer again with corrected JSON for these rows only.
        r2 () Your answer has no rows. Answer again with JSON only, in the requested format.
        """
        if self.findings is None:
            raise InputError("retry_messages: expected rows in memory, got none; call split without paths")
        return retry_messages(self.findings, self.rejects, self.failures)

    def _repr_html_(self) -> str:
        from ..page.fragments import split_fragment

        return split_fragment(self)

    def __repr__(self) -> str:
        if self.findings is None:
            return f"<Split: nothing in memory; {self.report!r}>"
        rows = f"{self.report.valid:,} valid, {self.report.invalid:,} rejects"
        return f"<Split: {rows}, {len(self.findings):,} findings>"


def split_data(
    engine: Engine,
    check: Check,
    valid: Path | None = None,
    rejects: Path | None = None,
    failures: tuple[Failure, ...] = (),
) -> Split:
    """Split the data of a check in memory or into two files; `split` is the public function.

    The failures are carried on: in the result, and in ``REJECTS.failures.jsonl`` if there are any.

    Raises
    ------
    InputError
        One of the two paths is missing, or an error of `split`.
    """
    if valid is not None and rejects is not None:
        return Split(None, None, None, _to_files(engine, check, valid, rejects, failures), failures)
    if valid is not None or rejects is not None:
        raise InputError(
            "split: expected output paths for both valid rows and rejects, or for neither, got one"
        )
    refuse_unheld(check.data)
    validation = Validation(engine, check, detailed=True, explained=True)
    output = _Memory(check.data, validation.validator)
    _split(validation, output)
    report = validation.finished()
    if not report.complete:
        return Split(None, None, None, report, failures)
    return Split(*output.data(), tuple(output.findings), report, failures)


def _to_files(
    engine: Engine, check: Check, valid: Path, rejects: Path, failures: tuple[Failure, ...]
) -> Report:
    """Write the rows to `valid` and `rejects`, and the findings to ``REJECTS.findings.jsonl``.

    Nothing is written if the data cannot be read completely.
    """
    with Staging() as staging:
        validation = Validation(engine, check, detailed=True, explained=True)
        write_failures(staging, rejects, failures)
        write_failures(staging, valid, ())
        output = _Files(staging, valid, rejects, validation.validator)
        _split(validation, output)
        output.end()
        report = validation.finished()
        if report.complete:
            staging.commit()
    return report


class _Output(Protocol):
    """The interface of an output of rows and findings.

    Attributes
    ----------
    rejected : int
        The number of rejects so far, which is the index of the next.
    """

    rejected: int

    def begin(self, source: InputSource) -> None:
        """Start with rows of a source."""

    def put(self, part: Part, valid: Sequence[int], invalid: Sequence[int], first: int) -> None:
        """Add rows of a part by index, given the index of its first row in the source."""

    def found(self, finding: SplitFinding) -> None:
        """Add a finding."""


def _split(validation: Validation, output: _Output) -> None:
    for step in validation.steps():
        refuse_long_rows(step.findings)
        if step.begins:
            output.begin(step.source)
        invalid = sorted(step.invalid)
        for finding in _findings(step, invalid, output.rejected):
            output.found(finding)
        if step.part is not None and step.result.rows:
            rows: Sequence[int] = range(step.result.rows)
            valid = [row for row in rows if row not in step.invalid] if invalid else rows
            output.put(step.part, valid, invalid, step.base.rows)
            output.rejected += len(invalid)


def _findings(step: Step, invalid: Sequence[int], rejected: int) -> Iterator[SplitFinding]:
    """Yield the findings of a part, given its invalid rows and the number of rejects before it."""
    places = {step.base.rows + row: rejected + place for place, row in enumerate(invalid)}
    for found in step.findings:
        for finding in found.findings():
            yield SplitFinding.of(finding, None if finding.row is None else places.get(finding.row))


class _Files:
    """Two files of rows, and one of findings."""

    def __init__(self, staging: Staging, valid: Path, rejects: Path, validator: RowValidator) -> None:
        self.rejected: int = 0
        findings = rejects.with_name(f"{rejects.name}.findings.jsonl")
        self._paths = (valid, rejects, findings)
        different_files(self._paths)
        # Files are moved to their paths in this order. Valid rows come last: if their file is new, all are.
        self._findings = staging.open(findings)
        self._invalid, self._valid = (PartWriter(staging, path, validator) for path in (rejects, valid))

    def begin(self, source: InputSource) -> None:
        different_files(self._paths, source)
        for side in (self._valid, self._invalid):
            side.begin_source(source, source.header.raw)
            if side.table is not None:
                side.table.begin(source.schema)

    def put(self, part: Part, valid: Sequence[int], invalid: Sequence[int], first: int) -> None:  # noqa: ARG002 - files need no positions
        self._invalid.put(part, invalid)
        self._valid.put(part, valid)

    def found(self, finding: SplitFinding) -> None:
        self._findings.write(f"{finding.to_json()}\n".encode())

    def end(self) -> None:
        """Finish the files of rows."""
        self._valid.end()
        self._invalid.end()


class _Memory:
    """Rows in memory. If rows can be selected by position, only the positions of rejects are kept."""

    def __init__(self, data: Any, validator: RowValidator) -> None:
        self.rejected: int = 0
        self.findings: list[SplitFinding] = []
        self._data = data
        self._places: list[list[int]] = []
        self._counts: list[int] = []
        self._sides = None if is_selectable(data) else (RowsInMemory(validator), RowsInMemory(validator))

    def begin(self, source: InputSource) -> None:
        for side in self._sides or ():
            side.begin(source)
            if side.table is not None:
                side.table.begin(source.schema)
        if self._sides is None:
            # Each split has its own rejects.
            self.rejected = 0
            self._places.append([])
            self._counts.append(0)

    def put(self, part: Part, valid: Sequence[int], invalid: Sequence[int], first: int) -> None:
        if self._sides is not None:
            for side, rows in zip(self._sides, (valid, invalid), strict=True):
                side.put(part, rows)
        else:
            self._places[-1].extend(first + row for row in invalid)
            self._counts[-1] += len(valid) + len(invalid)

    def found(self, finding: SplitFinding) -> None:
        self.findings.append(finding)

    def data(self) -> tuple[Any, Any]:
        """Return the valid rows and the rejects."""
        if self._sides is None:
            return divided(self._data, self._places, self._counts)
        valid, rejects = self._sides
        return valid.data(), rejects.data()
