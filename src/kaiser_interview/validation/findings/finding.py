"""Findings, faults and notes: the problems that validation reports, with and without a place."""

import json
from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

from .codes import CODES, Severity
from .display import clip, cut, encodable, json_text, look_different, shown, visible

__all__ = [
    "SCHEMA_VERSION",
    "Applicability",
    "Correction",
    "Edit",
    "Fault",
    "Finding",
    "Located",
    "Note",
    "Path",
    "StreamError",
    "Suggestion",
    "in_any_place",
    "place_of",
    "pointer",
    "severity_of",
    "spelled",
]

Path = tuple[str | int, ...]

SCHEMA_VERSION = 1
"""The version of the JSON of reports, findings and changes."""

_LONGEST_SUGGESTION = 400

_LONGEST_ID = 256

_LONGEST_VALUE = 1000


Applicability = Literal["safe", "unsafe", "display"]
"""Whether a suggestion may be applied: always; with unsafe fixes; or never, only shown."""


class Edit(NamedTuple):
    """A change of one value in a row."""

    path: Path
    """The path to the value, from the row inwards. Empty for a column: then the values are its names."""
    before: Any
    """The value; None if the field is absent or null."""
    after: Any
    """The new value; None if the field, or the column, is removed."""


class Suggestion(NamedTuple):
    """A possible correction of a finding."""

    text: str
    """The suggestion in words."""
    applicability: Applicability = "display"
    """``safe``: applied by `fix`. ``unsafe``: applied by `fix` with unsafe fixes. ``display``: only shown.

    A safe suggestion has exactly one possible value, and does not change the meaning of the row. An unsafe
    one is probably what was meant.
    """
    edits: tuple[Edit, ...] = ()
    """The changes. Empty for ``display``, and if a value is longer than 1,000 bytes or not JSON."""


class Fault(NamedTuple):
    """A problem with a code and a path, but without a file, line or row; `Located` adds these.

    `got` and `suggestion` may be functions. They are called only if the finding is kept.
    """

    code: str
    path: Path
    expected: str
    got: str | Callable[[], str]
    suggestion: str | Callable[[], str | None] | None = None
    severity: Severity | None = None
    """Set if it differs from the severity of the code."""


class Finding(NamedTuple):
    """A problem in a row, in a file, or in the whole data set.

    Examples
    --------
    >>> import kaiser_interview as ki
    >>> report = ki.validate([{"claim_id": "d01-c99"}], kind="label", select=["unknown-claim"])
    >>> print(report.sample[0])
    row 0, /claim_id: unknown-claim: expected a claim of the corpus, got "d01-c99"; did you mean d01-c05 or d01-c04?
    """

    code: str
    severity: Severity
    file: str | None
    """The file as the caller named it; for data from Python None, or the name of the split.

    `file`, `id` and `path` are data: unchanged, except that surrogates are escaped and long values are cut. In
    `expected`, `got` and the text of `suggestion`, invisible characters are escaped.
    """
    line: int | None
    """Line in the file, from 1; None for formats without lines."""
    row: int | None
    """Index in the file or iterable, from 0; None for a finding that is not about one row."""
    id: str | None
    """The row's `id`, if it has one."""
    path: Path
    """The path to the field, from the row inwards; empty for the row as a whole."""
    expected: str
    got: str
    suggestion: Suggestion | None

    @property
    def pointer(self) -> str:
        """The path as a JSON Pointer (RFC 6901)."""
        return pointer(self.path)

    @property
    def place(self) -> str:
        """The file with the line or row, such as ``rows.jsonl:3``; ``the data set`` without either."""
        return place_of(self.file, self.line, self.row)

    @property
    def message(self) -> str:
        """What was expected, what was found, and the suggestion if there is one."""
        suggestion = f"; {self.suggestion.text}" if self.suggestion else ""
        return f"expected {self.expected}, got {self.got}{suggestion}"

    def to_json(self) -> str:
        """Return the finding as a JSON text, with paths as JSON Pointers."""
        return json_text(self.as_json())

    def as_json(self) -> dict[str, Any]:
        """Return the finding as JSON values, with paths as JSON Pointers."""
        suggestion = self.suggestion
        return (
            {"schema_version": SCHEMA_VERSION}
            | self._asdict()
            | {
                "path": self.pointer,
                "suggestion": suggestion
                and suggestion._asdict()
                | {"edits": [one._asdict() | {"path": pointer(one.path)} for one in suggestion.edits]},
            }
        )

    def _repr_html_(self) -> str:
        from ...page.fragments import finding_fragment

        return finding_fragment(self)

    def __str__(self) -> str:
        at = f", {visible(self.pointer)}" if self.path else ""
        return f"{self.place}{at}: {self.code}: {self.message}"


def place_of(file: str | None, line: int | None, row: int | None) -> str:
    """Return a place in words; see `Finding.place`."""
    if file is None:
        return "the data set" if row is None else f"row {row}"
    name = visible(file)
    if line is not None:
        return f"{name}:{line}"
    return name if row is None else f"{name} row {row}"


def severity_of(fault: Fault) -> Severity:
    """Return whether a fault is an error or a warning."""
    return fault.severity or CODES[fault.code].severity


def in_any_place(path: Path) -> Path:
    """Replace every index in a path with ``*``."""
    return tuple("*" if isinstance(step, int) else step for step in path)


def pointer(path: Path) -> str:
    """Convert a path to a JSON Pointer (RFC 6901, section 3)."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


def spelled(fault: Fault) -> Fault:
    """Return a fault with `got` and `suggestion` as text, so that it can be sent to another process."""
    got = fault.got if isinstance(fault.got, str) else fault.got()
    return fault._replace(
        got=got, suggestion=fault.suggestion() if callable(fault.suggestion) else fault.suggestion
    )


class Correction(NamedTuple):
    """The edits that correct a fault, and whether they may be applied."""

    applicability: Applicability
    edits: tuple[Edit, ...]


class Located(NamedTuple):
    """A fault and its place. A finding is made from it if it is kept.

    `correction` may be a function. It is called only if the finding is kept.
    """

    fault: Fault
    file: str | None = None
    line: int | None = None
    row: int | None = None
    row_id: object = None
    lines: int = 1
    """The number of consecutive lines with this fault, starting at `line`."""
    correction: Correction | Callable[[], Correction | None] | None = None

    def finding(self) -> Finding:
        """Make the finding: compute its texts, cut them and escape invisible characters."""
        (code, path, expected, got, hint, severity), correction = spelled(self.fault), self._corrected()
        applicability, edits = correction or Correction("display", ())
        expected, got, suggestion = str(expected), str(got), str(hint or _in_words(edits))
        strict = not look_different(got, expected, suggestion)
        return Finding(
            code=code,
            severity=severity or CODES[code].severity,
            file=None if self.file is None else encodable(self.file),
            line=self.line,
            row=self.row,
            id=encodable(cut(self.row_id, _LONGEST_ID)) if isinstance(self.row_id, str) else None,
            path=tuple(step if isinstance(step, int) else encodable(cut(step)) for step in path),
            expected=clip(expected, strict=strict),
            got=clip(got, strict=strict),
            suggestion=(
                Suggestion(clip(suggestion, _LONGEST_SUGGESTION, strict=strict), applicability, _short(edits))
                if suggestion
                else None
            ),
        )

    def _corrected(self) -> Correction | None:
        return self.correction() if callable(self.correction) else self.correction

    def findings(self) -> Iterator[Finding]:
        """Yield a finding for each line."""
        first = self.finding()
        yield first
        for more in range(1, self.lines):
            yield first._replace(line=first.line and first.line + more)

    def spelled(self) -> "Located":
        """Return a copy with its texts and edits computed, so that it can be sent to another process."""
        return self._replace(fault=spelled(self.fault), correction=self._corrected())

    def within(self, file: str | None, lines: int, rows: int) -> "Located":
        """Return a copy with its place in the file, given the lines and rows before its part."""
        line = None if self.line is None else self.line + lines
        row = None if self.row is None else self.row + rows
        return self._replace(file=file, line=line, row=row)


def _in_words(edits: tuple[Edit, ...]) -> str:
    """Describe edits."""
    words = []
    for path, before, after in edits:
        name = str(path[-1])
        if after is None:
            words.append(f"remove {visible(name)}")
        elif before is None:
            words.append(f"add {visible(name)} {shown(after)}")
        else:
            words.append(f"write {shown(after)}" if len(edits) == 1 else f"set {name} to {shown(after)}")
    return ", ".join(words)


def _short(edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """Return edits with paths that can be written, or none if a value is too long or not JSON."""
    try:
        texts = [json.dumps(one[1:], ensure_ascii=False, allow_nan=False).encode() for one in edits]
    except (TypeError, ValueError, RecursionError):
        return ()
    if any(len(text) > _LONGEST_VALUE for text in texts):
        return ()
    return tuple(
        one._replace(path=tuple(step if isinstance(step, int) else encodable(cut(step)) for step in one.path))
        for one in edits
    )


class StreamError(Exception):
    """Raised if an input cannot be read any further; `fault` has the reason."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


class Note(NamedTuple):
    """A fault that is not about a row: about the file, or about a line without a row."""

    line: int | None
    fault: Fault
    stops: bool = False
    """Whether reading of the file stops here."""
    lines: int = 1
    """The number of consecutive lines with this fault, starting at `line`."""
