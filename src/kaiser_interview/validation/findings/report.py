"""The result of validation: exact counts, and a sample of the findings."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, reduce
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ...errors import InputError, InvalidDataError, MissingDependencyError
from .checked import Checked
from .counts import REST, Count, Tally
from .display import counted, json_text
from .finding import SCHEMA_VERSION, Finding, in_any_place, pointer

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["Fixable", "Input", "Report"]

_WIDTH = 80


class Input(NamedTuple):
    """An input that was read: its size and digest."""

    name: str
    rows: int
    bytes: int
    """Bytes read, before decompression; 0 for data from Python."""
    sha256: str | None
    """The SHA-256 of these bytes; None for data from Python."""
    complete: bool
    """Whether the input was read to its end and did not change while it was read."""


class Fixable(NamedTuple):
    """The number of findings that `fix` can correct."""

    safe: int
    unsafe: int
    """With unsafe fixes only."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Report:
    """The result of validating a data set.

    `print(report)` prints what the command line prints.

    Attributes
    ----------
    rows, valid, invalid : int
        Rows read, rows without an error, rows with an error.
    rows_without_digest : int
        Rows that do not record `claim_sha256`, so that changes to the claim cannot be detected.
    checked : Checked
        Counts of what was checked: quotes by outcome, references, digests and covered claims; with the corpus
        and the options.
    counts : tuple of Count
        The exact number of findings of each code and path: errors first, in the order of the codes.
    sample : tuple of Finding
        Up to `max_findings` findings: the first of each code and path, shared evenly among these groups.
        `iter_findings` yields all of them, and `split` writes all rows with an error to a separate file.
    inputs : tuple of Input
        Each input that was read, with the digest of its bytes.
    skipped : tuple of str
        Files in folders that were skipped: by extension, they are not data files.
    complete : bool
        Whether every input was read to its end and did not change while it was read.
    outside : int
        Errors that do not belong to one row, but to a file or to the whole data set.
    limited : bool
        False if the system does not support memory and time limits for worker processes.
    unit : {"row", "text", "claim"}
        What the rows are. In a report of `parse`, each is an answer of a model, and invalid if it gave no
        rows. In a report of `Corpus.check`, each is a claim.
    parts : int
        Number of reports that were merged into this one; 1 if none. Rules about the whole data set were
        applied within each part only.
    """

    rows: int
    valid: int
    invalid: int
    rows_without_digest: int
    counts: tuple[Count, ...]
    sample: tuple[Finding, ...]
    inputs: tuple[Input, ...]
    skipped: tuple[str, ...] = ()
    complete: bool = True
    outside: int = 0
    limited: bool = True
    parts: int = 1
    max_findings: int = 1000
    unit: Literal["row", "text", "claim"] = "row"
    checked: Checked = field(default=Checked())
    again: Callable[[], Iterator[Finding]] | None = field(default=None, repr=False, compare=False)

    @property
    def errors(self) -> int:
        """Number of findings that are errors."""
        return sum(one.number for one in self.counts if one.severity == "error")

    @property
    def warnings(self) -> int:
        """Number of findings that are warnings."""
        return sum(one.number for one in self.counts if one.severity == "warning")

    @property
    def left_out(self) -> int:
        """Number of findings that are not in the sample."""
        return self.errors + self.warnings - len(self.sample)

    @property
    def fixable(self) -> "Fixable":
        """Number of findings in the sample that `fix` can correct."""
        counts = Counter(one.suggestion.applicability for one in self.sample if one.suggestion)
        return Fixable(counts["safe"], counts["unsafe"])

    @property
    def ok(self) -> bool:
        """Whether the report is `complete` and has no errors."""
        return self.complete and not self.errors

    @property
    def summary(self) -> str:
        """The result, what was checked, and notes, on one line."""
        return "; ".join((self._result, *self._details))

    @property
    def summary_lines(self) -> tuple[str, ...]:
        """The summary, as two lines if it is longer than 80 characters: the result, and the rest."""
        summary = self.summary
        return (summary,) if len(summary) <= _WIDTH else (self._result, "; ".join(self._details))

    @property
    def _details(self) -> list[str]:
        """What was checked, and notes."""
        parts = f"rules about the whole data set applied within each of {self.parts} parts only"
        details = (
            (self.rows and self.unit == "row", self.checked.summary),
            (self.rows_without_digest, f"{counted(self.rows_without_digest, 'row')} without claim_sha256"),
            (self.left_out, f"{counted(self.left_out, 'finding')} not in the sample"),
            (self.parts > 1, parts),
            (not self.complete, "not everything could be read"),
            (not self.limited, "this system does not support limits for worker processes"),
        )
        return [words for applies, words in details if applies]

    @property
    def _result(self) -> str:
        rows = counted(self.rows, self.unit)
        numbers = ((self.errors, "error"), (self.warnings, "warning"))
        found = [counted(number, word) for number, word in numbers if number]
        if not found:
            return f"{rows}, no finding"
        if self.rows and self.outside and not self.invalid:
            found[0] += " outside the claims" if self.unit == "claim" else " about the data set as a whole"
        words = ", ".join(found)
        if not self.rows:
            return words
        if not self.invalid:
            return f"{rows} {'parsed' if self.unit == 'text' else 'valid'}; {words}"
        return f"{self.invalid:,} of {rows} {'failed' if self.unit == 'text' else 'invalid'}: {words}"

    def __str__(self) -> str:
        """Return what `kaiser-interview validate` prints, without colour, on lines of at most 80 cells."""
        from ...render.text import report_text

        return report_text(self)

    def __repr__(self) -> str:
        return f"<Report: {self._result}>"

    def _repr_html_(self) -> str:
        from ...page.fragments import report_fragment

        return report_fragment(self)

    def __getstate__(self) -> dict[str, Any]:
        # The function that reads the data again works in this process only.
        return {**self.__dict__, "again": None}

    def findings_of(self, count: Count) -> list[Finding]:
        """Return the findings in the sample that belong to a count."""
        return self._grouped[count[:3]]

    @cached_property
    def _grouped(self) -> dict[tuple[str, str, str], list[Finding]]:
        grouped: dict[tuple[str, str, str], list[Finding]] = {count[:3]: [] for count in self.counts}
        for found in self.sample:
            path = pointer(in_any_place(found.path))
            group = (found.code, found.severity, path)
            grouped[group if group in grouped else (found.code, found.severity, pointer(REST))].append(found)
        return grouped

    def iter_findings(self) -> Iterator[Finding]:
        """Read the data again and yield every finding, one at a time.

        Raises
        ------
        InputError
            The data cannot be read again: it came from a pipe or an iterator, or the report was merged.
        """
        if self.again is None:
            raise InputError(
                "the data cannot be read again: it came from a pipe, an iterator or several reports"
            )
        return self.again()

    def raise_if_failed(self) -> None:
        """Raise `InvalidDataError` with the first five findings in its message, unless the report is `ok`."""
        if self.ok:
            return
        first = [f"  {one}" for one in self.sample[:5]]
        raise InvalidDataError("\n".join((self.summary, *first)), self)

    def merge(self, *others: "Report") -> "Report":
        """Merge with the reports of other parts of a data set.

        Rules about the whole data set are not applied across parts. `parts` is the number of parts.

        Raises
        ------
        InputError
            The parts were checked against different corpora.
        """
        return reduce(_merged, others, self)

    def to_json(self) -> str:
        """Return the report as a JSON text."""
        document = {
            "schema_version": SCHEMA_VERSION,
            "ok": self.ok,
            "complete": self.complete,
            "rows": self.rows,
            "valid": self.valid,
            "invalid": self.invalid,
            "rows_without_digest": self.rows_without_digest,
            "checked": self.checked.as_json(),
            "errors": self.errors,
            "warnings": self.warnings,
            "outside": self.outside,
            "limited": self.limited,
            "parts": self.parts,
            "unit": self.unit,
            "left_out": self.left_out,
            "fixable": self.fixable._asdict(),
            "counts": [one._asdict() for one in self.counts],
            "sample": [one.as_json() for one in self.sample],
            "inputs": [one._asdict() for one in self.inputs],
            "skipped": [*self.skipped],
        }
        return json_text(document, indent=2)

    def to_html(self, *, rejects: str | None = None) -> str:
        """Return the report as one HTML file, to send to a reviewer.

        It has the result, figures, and bars by code and by field; then each group of findings with up to five
        examples, in which quotes are aligned with the source. It loads nothing, and has less than 2 MB,
        however many findings there are.

        Parameters
        ----------
        rejects : str, optional
            The file with the invalid rows of `split`; the page names it.

        Returns
        -------
        str
            The page. Write it as UTF-8.

        Examples
        --------
        >>> import kaiser_interview as ki
        >>> page = ki.validate([{"claim_id": "d01-c99"}], kind="label").to_html()
        >>> page[:15], "unknown-claim" in page
        ('<!doctype html>', True)
        """
        from ...page.report_page import report_page

        return report_page(self, rejects)

    def sample_to_arrow(self) -> "pa.Table":
        """Return the sample of findings as a `pyarrow.Table`, with paths as JSON Pointers.

        To drop every invalid row, use `split`: the sample may not have them all.
        """
        import pyarrow as pa

        schema = pa.schema(
            [
                *(pa.field(name, pa.string(), nullable=False) for name in ("code", "severity")),
                pa.field("file", pa.string()),
                pa.field("line", pa.int64()),
                pa.field("row", pa.int64()),
                pa.field("id", pa.string()),
                *(pa.field(name, pa.string(), nullable=False) for name in ("path", "expected", "got")),
                pa.field("suggestion", pa.string()),
                pa.field("applicability", pa.string()),
            ]
        )
        return pa.Table.from_pylist([_flat(one) for one in self.sample], schema)

    def sample_to_pandas(self) -> "pd.DataFrame":
        """Return the sample of findings as a `pandas.DataFrame`, with the columns of `sample_to_arrow`.

        Raises
        ------
        MissingDependencyError
            pandas is not installed.
        """
        if find_spec("pandas") is None:
            raise MissingDependencyError("sample_to_pandas", "pandas")
        import pandas as pd
        import pyarrow as pa

        # By default, integers with nulls become floats.
        return self.sample_to_arrow().to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)


def _merged(one: Report, other: Report) -> Report:
    tally = Tally(max(one.max_findings, other.max_findings))
    for part in (one, other):
        for count in part.counts:
            steps = tuple(step.replace("~1", "/").replace("~0", "~") for step in count.path.split("/")[1:])
            tally.put((count.code, count.severity, steps), count.number, part.findings_of(count))
    return Report(
        rows=one.rows + other.rows,
        valid=one.valid + other.valid,
        invalid=one.invalid + other.invalid,
        rows_without_digest=one.rows_without_digest + other.rows_without_digest,
        counts=tally.counted(),
        sample=tally.findings(),
        inputs=(*one.inputs, *other.inputs),
        skipped=(*one.skipped, *other.skipped),
        complete=one.complete and other.complete,
        outside=one.outside + other.outside,
        limited=one.limited and other.limited,
        parts=one.parts + other.parts,
        unit=one.unit,
        max_findings=max(one.max_findings, other.max_findings),
        checked=one.checked.merge(other.checked),
    )


def _flat(one: Finding) -> dict[str, Any]:
    suggestion, applicability, _ = one.suggestion or (None, None, None)
    return one._asdict() | {
        "path": one.pointer,
        "suggestion": suggestion,
        "applicability": applicability,
    }
