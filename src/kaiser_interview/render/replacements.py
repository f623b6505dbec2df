"""Safe edits as replacements of text in the lines of their files, which editors can apply."""

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from ..validation.findings.display import json_text
from ..validation.findings.finding import Edit, Suggestion
from ..validation.findings.report import Report

__all__ = ["Replacement", "replacements_of"]

_SPACE = re.compile(r"[ \t\r\n]*")

_decoded = json.JSONDecoder().raw_decode


class Replacement(NamedTuple):
    """A replacement of a part of a line."""

    start: int
    """Where the part begins, in code points from 0; a byte order mark is not counted."""
    end: int
    text: str


class _Member(NamedTuple):
    """The place of a member of a JSON object, or of an element of an array."""

    start: int
    """Where its name begins; of an element its value."""
    value: int
    end: int


def replacements_of(report: Report) -> Mapping[int, Replacement]:
    """Return the replacements that make the safe edits of findings, by the places of these in the sample.

    Only rows in lines of JSON have replacements. Files are read again; one that has changed since it was
    validated has none.
    """
    safe: dict[tuple[str, int], list[tuple[int, tuple[Edit, ...]]]] = {}
    for at, finding in enumerate(report.sample):
        suggestion = finding.suggestion or Suggestion("")
        is_safe = suggestion.applicability == "safe" and suggestion.edits
        if is_safe and finding.file is not None and finding.line is not None:
            safe.setdefault((finding.file, finding.line), []).append((at, suggestion.edits))
    found = {}
    for name, sha256 in {one.name: one.sha256 for one in report.inputs}.items():
        for number, text in _lines(name, sha256, {line for file, line in safe if file == name}).items():
            for at, edits in safe[name, number]:
                if replacement := _replacement(text, edits):
                    found[at] = replacement
    return found


def _lines(name: str, sha256: str | None, wanted: Collection[int]) -> dict[int, str]:
    """Return the lines of JSON among lines of a file; none if it is not the file that was validated."""
    path, digest, lines = Path(name), hashlib.sha256(), {}
    if not wanted or not sha256 or not path.is_file():  # reading a pipe could wait forever
        return {}
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                digest.update(line)
                if number in wanted and (text := _json_text(line)):
                    lines[number] = text
    except OSError:
        return {}
    return lines if digest.hexdigest() == sha256 else {}


def _json_text(line: bytes) -> str | None:
    try:
        text = line.rstrip(b"\r\n").decode("utf-8-sig")
        json.loads(text)
    except (ValueError, RecursionError):
        return None
    return text


def _replacement(text: str, edits: tuple[Edit, ...]) -> Replacement | None:
    """Return a replacement that makes edits in a line; None if it does not have their values."""
    edited, before, after = text, len(text), len(text)
    for edit in edits:
        try:
            start, end, new = _edited(edited, edit)
        except LookupError:
            return None
        # Before and after: the numbers of characters that no edit changes.
        before, after = min(before, start), min(after, len(edited) - end)
        edited = edited[:start] + new + edited[end:]
    return Replacement(before, len(text) - after, edited[before : len(edited) - after])


def _edited(text: str, edit: Edit) -> Replacement:
    """Return the replacement that makes one edit in a JSON text.

    Raises
    ------
    LookupError
        The text does not have the value, or a place for it.
    """
    at = _space(text, 0)
    for step in edit.path[:-1]:
        at = _members(text, at)[step].value
    members, name = _members(text, at), edit.path[-1]
    after = json_text(edit.after)
    if name not in members:
        if edit.before is not None or edit.after is None or text[at] != "{":
            raise LookupError(name)
        end = max((one.end for one in members.values()), default=at + 1)
        return Replacement(end, end, f"{', ' if members else ''}{json_text(name)}: {after}")
    start, value, end = members[name]
    if _decoded(text, value)[0] != edit.before:
        raise LookupError(name)
    if edit.after is not None:
        return Replacement(value, end, after)
    # With the comma after it or, if it is the last, before it.
    following = [one.start for one in members.values() if one.start > start]
    preceding = [one.end for one in members.values() if one.end < end]
    return (
        Replacement(start, min(following), "")
        if following
        else Replacement(max(preceding, default=start), end, "")
    )


def _members(text: str, at: int) -> dict[str | int, _Member]:
    """Return the members of the object, or the elements of the array, that begins at a place of valid JSON.

    Raises
    ------
    LookupError
        The value has no members, or two of the same name.
    """
    opening, at = text[at], _space(text, at + 1)
    members: dict[str | int, _Member] = {}
    if opening not in "{[":
        raise LookupError(opening)
    while text[at] not in "}]":
        name: str | int
        start, name = at, len(members)
        if opening == "{":
            name, at = _decoded(text, at)
            at = _space(text, _space(text, at) + 1)
        if name in members:
            raise LookupError(name)
        value, at = at, _decoded(text, at)[1]
        members[name] = _Member(start, value, at)
        at = _space(text, at)
        if text[at] == ",":
            at = _space(text, at + 1)
    return members


def _space(text: str, at: int) -> int:
    """Return the end of the white space at a place."""
    match = _SPACE.match(text, at)
    return match.end() if match else at
