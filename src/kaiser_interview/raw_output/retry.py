"""What to tell a language model about rejected answers, so that it answers again."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ..records.draft_schema import UNKNOWABLE
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

_LONGER = "quote: expected a passage that occurs once in its claim; quote more of it"

_FAILURES = {
    "answer-truncated": "Your answer was cut off. Answer again with complete JSON: shorter rows, or fewer.",
    "answer-without-rows": "Your answer has no rows. Answer again with JSON only, in the requested format.",
    "answer-unreadable": "Your answer cannot be read: expected {}, got {}. Answer again with strict JSON.",
    "an empty list": "Your answer has no rows. If this is right, do nothing. Otherwise answer again.",
}

_OF_CALLER = UNKNOWABLE - {"confidence", "rationale"}
"""Fields that a model does not write."""


class RetryMessage(NamedTuple):
    """What to tell the model about rejected rows of one answer, or about an answer without rows."""

    request_id: str | None
    """The id of the request, if the rows or the failure have it."""
    rows: tuple[int, ...]
    """The positions of the rejected rows in the input of `split`; empty if the answer has no rows."""
    text: str
    """The message. It is empty if there is nothing to correct: send the request again."""
    place: str
    """The place of the answer, as in `x_text` of its rows; empty if the rows do not come from `parse`."""


def retry_messages(
    findings: Iterable[Finding], rejects: Any, failures: Iterable[Failure]
) -> tuple[RetryMessage, ...]:
    """Return a message for each answer with rejected rows, then one for each failure.

    Rows belong to one answer if they have the same `x_request_id`, or else the same `x_text`. A message has
    neither the nearest passage to a wrong quote, which is not the right one, nor a value that drafts leave
    out, such as a digest.

    Parameters
    ----------
    findings : iterable of SplitFinding
        The findings, in order.
    rejects : object
        The rejected rows, in any form that `split` returns.
    failures : iterable of Failure
        The answers without rows.
    """
    answers: dict[Any, _RejectedAnswer] = {}
    held: dict[tuple[str | None, int], tuple[_RejectedAnswer, _RejectedRow]] = {}
    others = []
    for finding in findings:
        reject = getattr(finding, "reject", None)
        if finding.code == "missing-claim":
            others.append(RetryMessage(None, (), f"A row is missing: expected {finding.expected}.", ""))
        if finding.severity != "error" or finding.row is None or reject is None:
            continue
        place = (finding.file, reject)
        if place not in held:
            values = _row_of(rejects, finding.file, reject)
            origin = next((name for name in _ORIGIN if isinstance(values.get(name), str)), None)
            key = (origin, values[origin]) if origin else place
            row = _RejectedRow(finding.row, values)
            answer = answers.setdefault(key, _RejectedAnswer(*(values.get(name) for name in _ORIGIN)))
            answer.rows.append(row)
            held[place] = answer, row
        held[place][1].add(finding)
    messages = [one.message() for one in answers.values()]
    return (*messages, *others, *map(_of_failure, failures))


class _RejectedRow:
    """A rejected row, and what is wrong with it."""

    def __init__(self, number: int, values: Mapping[str, Any]) -> None:
        self.number: int = number
        self._values = values
        self._words: list[str] = []
        self._has_no_offsets = False

    def add(self, finding: Finding) -> None:
        group = CODES[finding.code].group
        if finding.path and finding.path[-1] in _OF_CALLER:
            self._has_no_offsets = self._has_no_offsets or str(finding.path[-1]).startswith("quote_")
            return
        words = CODES[finding.code].correction
        if group != "set":
            where = f"{visible(finding.pointer[1:])}: " if finding.path else ""
            words = f"{where}expected {finding.expected}, got {finding.got}{self._advice(finding, group)}"
        self._words.append(f"- {words}")

    @staticmethod
    def _advice(finding: Finding, group: str) -> str:
        if group == "quote":
            return f"; {_QUOTE}"
        hint = finding.suggestion.text if finding.suggestion and group == "shape" else ""
        return f"; {hint}" if hint and "`" not in hint and "--" not in hint else ""

    def words(self) -> list[str]:
        """Return the row and what is wrong with it; nothing if the model cannot correct it."""
        # `fix` adds offsets to a quote that occurs once in its claim.
        words = self._words or ([f"- {_LONGER}"] if self._has_no_offsets else [])
        return [cut(as_json(_draft(self._values)).decode(), _LONGEST_ROW), *words] if words else []


class _RejectedAnswer:
    """The rejected rows of one answer."""

    def __init__(self, request_id: Any, place: Any) -> None:
        self._request_id = request_id if isinstance(request_id, str) else None
        self._place = place if isinstance(place, str) else ""
        self.rows: list[_RejectedRow] = []

    def message(self) -> RetryMessage:
        words = [line for row in self.rows for line in row.words()]
        start = "This row is wrong:" if len(self.rows) == 1 else "These rows are wrong:"
        text = "\n".join((start, *words, _AGAIN)) if words else ""
        return RetryMessage(self._request_id, tuple(row.number for row in self.rows), text, self._place)


def _draft(value: Any) -> Any:
    """Return a row without fields that a model does not write, and without the fields of `parse`."""
    if isinstance(value, Mapping):
        return {
            name: _draft(one)
            for name, one in value.items()
            if name not in _OF_CALLER and not str(name).startswith("x_")
        }
    return [*map(_draft, value)] if isinstance(value, list | tuple) else value


def _of_failure(failure: Failure) -> RetryMessage:
    finding = failure.finding
    key = finding.got if failure.code == "answer-empty" else failure.code
    text = _FAILURES.get(key, "").format(finding.expected, finding.got)
    return RetryMessage(failure.request_id, (), text, failure.place)


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
