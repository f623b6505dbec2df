"""What to tell a language model about rejected answers, so that it answers again."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ..records.introspection import values_of
from ..records.models import Record
from ..validation.findings.codes import CODES
from ..validation.findings.display import cut, visible
from ..validation.findings.finding import Finding
from ..validation.writers.rows import as_json
from .parse import Failure

__all__ = ["RetryMessage", "retry_messages"]

_LONGEST_ROW = 2000

_ORIGIN = ("x_request_id", "x_text")

_AGAIN = "Answer again with corrected JSON for these rows only."

_QUOTE = "copy a passage of that claim, character by character"

_CUT_OFF = "Your answer was cut off. Answer again with complete JSON. Write shorter rows, or fewer."

_NO_ROWS = "Your answer has no rows. Answer again with JSON only, in the requested format."

_INVALID = "Your answer is not valid JSON: {}. Answer again with strict JSON only."


class RetryMessage(NamedTuple):
    """What to tell the model about rejected rows of one answer, or about an answer without rows."""

    request_id: str | None
    """The id of the request, if the rows or the failure have it."""
    rows: tuple[int, ...]
    """The positions of the rejected rows in the input; empty if the answer has no rows."""
    text: str
    """The message. It is empty if the model gave no answer at all: send the request again."""


def retry_messages(
    findings: Iterable[Finding], rejects: Any, failures: Iterable[Failure]
) -> tuple[RetryMessage, ...]:
    """Return a message for each answer with rejected rows, then one for each failure.

    Rows belong to one answer if they have the same `x_request_id`, or else the same `x_text`. A message
    never has a suggestion: the nearest passage to a wrong quote is not the right one.

    Parameters
    ----------
    findings : iterable of SplitFinding
        The findings, in order.
    rejects : object
        The rejected rows, in any form that `split` returns.
    failures : iterable of Failure
        The answers without rows.
    """
    answers: dict[Any, _Answer] = {}
    held: dict[tuple[str | None, int], _Answer] = {}
    others = []
    for finding in findings:
        reject = getattr(finding, "reject", None)
        if finding.code == "missing-claim":
            others.append(RetryMessage(None, (), f"Rows are missing: expected {finding.expected}."))
        if finding.severity != "error" or finding.row is None or reject is None:
            continue
        place = (finding.file, reject)
        if place not in held:
            row = _row_of(rejects, finding.file, reject)
            origin = next((name for name in _ORIGIN if isinstance(row.get(name), str)), None)
            key = (origin, row[origin]) if origin else place
            held[place] = answers.setdefault(key, _Answer(row.get(_ORIGIN[0])))
            held[place].add_row(finding.row, row)
        held[place].add(finding)
    messages = [one.message() for one in answers.values()]
    return (*messages, *others, *(RetryMessage(one.request_id, (), _of_failure(one)) for one in failures))


class _Answer:
    """The rejected rows of one answer, and what is wrong with each."""

    def __init__(self, request_id: Any) -> None:
        self._request_id = request_id if isinstance(request_id, str) else None
        self._rows: list[int] = []
        self._words: list[str] = []

    def add_row(self, number: int, row: Mapping[str, Any]) -> None:
        self._rows.append(number)
        own = {name: value for name, value in row.items() if not name.startswith("x_") and value is not None}
        self._words.append(cut(as_json(own).decode(), _LONGEST_ROW))

    def add(self, finding: Finding) -> None:
        where = f"{visible(finding.pointer[1:])}: " if finding.path else ""
        advice = f"; {_QUOTE}" if CODES[finding.code].group == "quote" else ""
        words = f"- {where}expected {finding.expected}, got {finding.got}{advice}"
        if words not in self._words:
            self._words.append(words)

    def message(self) -> RetryMessage:
        rows = "This row is" if len(self._rows) == 1 else "These rows are"
        text = "\n".join((f"{rows} wrong:", *self._words, _AGAIN))
        return RetryMessage(self._request_id, tuple(self._rows), text)


def _of_failure(failure: Failure) -> str:
    if failure.code == "answer-truncated":
        return _CUT_OFF
    if failure.code == "answer-without-rows":
        return _NO_ROWS
    return _INVALID.format(f"got {failure.finding.got}") if failure.code == "answer-unreadable" else ""


def _row_of(rejects: Any, file: str | None, reject: int) -> Mapping[str, Any]:
    """Return a row of rejects as a mapping; an empty one if it is not an object."""
    if isinstance(rejects, Mapping):
        rejects = rejects[file]  # the splits of a `DatasetDict`
    if hasattr(rejects, "to_pylist"):
        row = rejects.slice(reject, 1).to_pylist()[0]
    elif hasattr(rejects, "iloc"):
        row = rejects.iloc[reject].to_dict()
    elif hasattr(rejects, "iter_rows"):
        row = rejects.row(reject, named=True)
    else:
        row = rejects[reject]
    row = values_of(row) if isinstance(row, Record) else row
    return row if isinstance(row, Mapping) else {}
