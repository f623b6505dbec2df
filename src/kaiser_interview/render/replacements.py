"""Safe edits as replacements of text in the lines of their files, which editors can apply."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from ..validation.findings.display import json_text
from ..validation.findings.finding import Edit, Suggestion
from ..validation.findings.report import Report
from ..validation.formats.streams import COMPRESSED
from ..validation.formats.text import LONGEST

__all__ = ["Replacement", "replacements_of"]

_CHUNK = 1 << 20

_MAGIC = 4

_LONGEST_LINE = LONGEST + 8
"""In bytes: a row, a byte order mark, and the end of a line."""

_LONGEST_PART = 1 << 16
"""In code points. A part may be almost a whole line, and a report has many."""

_SPACE = re.compile(r"[ \t\r\n]*")

_decoded = json.JSONDecoder().raw_decode


class Replacement(NamedTuple):
    """A replacement of a part of a line."""

    start: int
    """Where the part begins, in code points from 0; a byte order mark is not counted."""
    end: int
    text: str


class _ValuePlace(NamedTuple):
    """The place of the value of a member of a JSON object, or of an element of an array."""

    start: int
    end: int


_EditsByLine = dict[int, list[tuple[int, tuple[Edit, ...]]]]
"""The edits of findings, and the places of these in the sample, by line."""


def replacements_of(report: Report) -> Mapping[int, Replacement]:
    """Return the replacements that make the safe edits of findings, by the places of these in the sample.

    Only rows of JSON in a line have replacements, of parts of at most 65,536 characters. Files are read
    again; one that has changed since it was validated has none.
    """
    safe: dict[str, _EditsByLine] = {}
    for at, finding in enumerate(report.sample):
        suggestion = finding.suggestion or Suggestion("")
        is_safe = suggestion.applicability == "safe" and suggestion.edits
        if is_safe and finding.file is not None and finding.line is not None:
            safe.setdefault(finding.file, {}).setdefault(finding.line, []).append((at, suggestion.edits))
    found: dict[int, Replacement] = {}
    for name, sha256 in {one.name: one.sha256 for one in report.inputs}.items():
        if sha256 and name in safe:
            found |= _in_file(Path(name), sha256, safe[name])
    return found


def _in_file(path: Path, sha256: str, edits: _EditsByLine) -> dict[int, Replacement]:
    """Return the replacements in a file; none if it is not the file that was validated."""
    digest = hashlib.sha256()
    found: dict[int, Replacement] = {}
    number, last, is_start = 1, max(edits), True
    try:
        if not path.is_file():  # reading a pipe could wait forever
            return {}
        with path.open("rb") as file:
            # Lines of a compressed file may be as they were before it was compressed.
            if file.read(_MAGIC).startswith(COMPRESSED):
                return {}
            file.seek(0)
            while data := file.readline(_LONGEST_LINE) if number <= last else file.read(_CHUNK):
                digest.update(data)
                is_end = data.endswith(b"\n")
                if number in edits and is_start and (is_end or len(data) < _LONGEST_LINE):
                    found.update(_in_line(data, edits[number]))
                number, is_start = number + is_end, is_end
    except OSError:
        return {}
    return found if digest.hexdigest() == sha256 else {}


def _in_line(data: bytes, edits: list[tuple[int, tuple[Edit, ...]]]) -> Iterator[tuple[int, Replacement]]:
    """Yield the replacements in a line, if it is a row in JSON."""
    try:
        # An array may have each row in a line, with brackets and commas around it.
        text = data.decode("utf-8-sig").rstrip(",] \t\r\n")
        start = len(text) - len(text.lstrip("[ \t"))
        json.loads(text[start:])
    except (ValueError, RecursionError):
        return
    line = _JsonLine(text, start)
    for at, some in edits:
        try:
            yield at, line.replacement(some)
        except (LookupError, RecursionError):
            continue


class _JsonLine:
    """A line with a JSON value from `start`. The places of the members of an object are found once."""

    def __init__(self, text: str, start: int) -> None:
        self._text = text
        self._start = start
        self._found: dict[int, dict[str | int, _ValuePlace]] = {}

    def replacement(self, edits: tuple[Edit, ...]) -> Replacement:
        """Return one replacement that makes edits.

        Raises
        ------
        LookupError
            The line does not have their values, or a place for them. An edit removes a value, which no safe
            edit does. The edits are too far apart, or change the same value.
        """
        changes: list[Replacement] = []
        added: set[int] = set()
        for path, before, after in edits:
            at, name = self._start, path[-1]
            for step in path[:-1]:
                at = self._members(at)[step].start
            members = self._members(at)
            if after is None:
                raise LookupError(name)
            if name in members:
                start, end = members[name]
                if _decoded(self._text, start)[0] != before:
                    raise LookupError(name)
                changes.append(Replacement(start, end, json_text(after)))
            elif before is None and self._text[at] == "{":
                end = next(reversed(members.values())).end if members else at + 1
                comma = ", " if members or at in added else ""
                changes.append(Replacement(end, end, f"{comma}{json_text(name)}: {json_text(after)}"))
                added.add(at)
            else:
                raise LookupError(name)
        return self._joined(sorted(changes, key=lambda one: (one.start, one.end)))

    def _joined(self, changes: list[Replacement]) -> Replacement:
        """Return one replacement that makes all changes."""
        first, at, words = changes[0].start, changes[0].start, []
        for start, end, text in changes:
            if start < at or end - first > _LONGEST_PART:  # two edits of one value, or edits far apart
                raise LookupError(start)
            words += [self._text[at:start], text]
            at = end
        return Replacement(first, at, "".join(words))

    def _members(self, at: int) -> dict[str | int, _ValuePlace]:
        """Return the values of the object, or the elements of the array, that begins at a place.

        Raises
        ------
        LookupError
            The value has no members, or two of the same name.
        """
        if at not in self._found:
            self._found[at] = _members(self._text, at)
        return self._found[at]


def _members(text: str, at: int) -> dict[str | int, _ValuePlace]:
    opening, at = text[at], _space(text, at + 1)
    members: dict[str | int, _ValuePlace] = {}
    if opening not in "{[":
        raise LookupError(opening)
    while text[at] not in "}]":
        name: str | int = len(members)
        if opening == "{":
            name, at = _decoded(text, at)
            at = _space(text, _space(text, at) + 1)
        if name in members:
            raise LookupError(name)
        start, at = at, _decoded(text, at)[1]
        members[name] = _ValuePlace(start, at)
        at = _space(text, at)
        if text[at] == ",":
            at = _space(text, at + 1)
    return members


def _space(text: str, at: int) -> int:
    """Return the end of the white space at a place."""
    match = _SPACE.match(text, at)
    return match.end() if match else at
