"""Render a report as SARIF 2.1.0, which code hosts and editors read.

SARIF is an OASIS standard: Static Analysis Results Interchange Format, version 2.1.0 with Errata 01.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import PurePath
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from .._version import __version__
from ..validation.findings.codes import CODES
from ..validation.findings.display import encodable, json_text, visible
from ..validation.findings.finding import Finding, Suggestion, pointer
from ..validation.findings.pages import explanation
from ..validation.findings.report import Report
from .replacements import Replacement

__all__ = ["sarif", "uri_of"]

_FINGERPRINT = "kaiserInterview/v1"
"""The name of the fingerprints. It changes if they are computed in another way."""

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_ROOT = "%SRCROOT%"

_STANDARD_INPUT = "standard input"

# Places in the words of a finding, such as that of the first row with an id.
_PLACE = re.compile(r"(?<=:)[0-9]+|(?<=\brow )[0-9]+|(?<=\bline )[0-9]+")


def sarif(report: Report, replacements: Mapping[int, Replacement] = MappingProxyType({})) -> str:
    """Return a report as a SARIF log with one run.

    The results are the findings of the sample. `properties` of the run has the counts, and how many findings
    were left out. `properties` of a result has its row, the row's id, and the edits of its suggestion.

    Parameters
    ----------
    report : Report
        The report.
    replacements : mapping of int to Replacement
        The fixes of findings, by their places in the sample; see `replacements_of`.
    """
    codes = [*dict.fromkeys(count.code for count in report.counts)]
    results = _Results(report, codes)
    run = {
        "tool": {
            "driver": {
                "name": "kaiser-interview",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(code) for code in codes],
            }
        },
        "invocations": [
            {
                "executionSuccessful": report.complete,
                "toolExecutionNotifications": [
                    {"level": "error", "message": {"text": _message(f"not read completely: {name}")}}
                    for name in (visible(one.name) for one in report.inputs if not one.complete)
                ],
            }
        ],
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The folder that paths are relative to."}}},
        "columnKind": "unicodeCodePoints",
        "results": [
            results.result(finding, replacements.get(at)) for at, finding in enumerate(report.sample)
        ],
        "properties": {
            "summary": report.summary,
            "rows": report.rows,
            "valid": report.valid,
            "invalid": report.invalid,
            "errors": report.errors,
            "warnings": report.warnings,
            "left_out": report.left_out,
        },
    }
    return json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def uri_of(path: PurePath) -> str:
    """Return a path as a percent-encoded URI: a ``file:`` URI if it is absolute, or else a relative one."""
    text = path.as_posix()
    if not path.is_absolute():
        # A colon in the first segment would end a scheme.
        return quote(text)
    if path.drive.endswith(":"):
        return f"file:///{quote(text, safe='/:')}"
    # A drive that is not a letter is a host and a share: //host/share.
    return f"{'file:' if path.drive else 'file://'}{quote(text)}"


def _rule(name: str) -> dict[str, Any]:
    code = CODES[name]
    return {
        "id": name,
        "shortDescription": {"text": _first_sentence(code.meaning)},
        "fullDescription": {"text": code.meaning},
        "help": {"text": code.correction, "markdown": explanation(name)},
        "defaultConfiguration": {"level": code.severity},
        "properties": {"tags": [code.group]},
    }


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[.]) (?=[A-Z`])", text, maxsplit=1)[0]


class _Results:
    """Make the results of a report, given its codes in the order of the rules."""

    def __init__(self, report: Report, codes: list[str]) -> None:
        self._rules = {code: index for index, code in enumerate(codes)}
        self._seen: Counter[str] = Counter()
        files = [encodable(one.name) for one in report.inputs if one.sha256 is not None]
        self._first_file = files[0] if files else None
        # Splits of a dataset have names too, and are not files.
        self._splits = {one.name for one in report.inputs if one.sha256 is None and one.complete}

    def result(self, finding: Finding, replacement: Replacement | None) -> dict[str, Any]:
        where = [finding.place] if finding.line is None else []
        if finding.path:
            where.append(visible(finding.pointer))
        words = f"{', '.join(where)}: {finding.message}" if where else finding.message
        location = self._location(finding)
        fingerprint = _fingerprint(finding)
        self._seen[fingerprint] += 1
        properties = _properties(finding)
        return {
            "ruleId": finding.code,
            "ruleIndex": self._rules[finding.code],
            "level": finding.severity,
            "message": {"text": _message(words)},
            **({"locations": [location]} if location else {}),
            "partialFingerprints": {_FINGERPRINT: f"{fingerprint}:{self._seen[fingerprint]}"},
            **({"fixes": [_fix(finding, replacement)]} if replacement else {}),
            **({"properties": properties} if properties else {}),
        }

    def _location(self, finding: Finding) -> dict[str, Any]:
        """Return the location of a finding; empty if it is about all data, and no file was read."""
        # GitHub refuses a log if a result has no file. So a finding about all files is located in the first.
        file = self._first_file if finding.row is None and finding.file is None else finding.file
        steps: list[str | int] = []
        location: dict[str, Any] = {}
        if file in self._splits:
            steps.append(file)
        elif file is not None:
            region = {} if finding.line is None else {"region": {"startLine": finding.line}}
            location["physicalLocation"] = {"artifactLocation": _artifact(file), **region}
        if finding.row is not None and finding.line is None:
            steps.append(finding.row)
        steps += finding.path
        if steps:
            name = pointer(tuple(steps))
            location["logicalLocations"] = [{"fullyQualifiedName": name, "kind": _kind(finding)}]
        return location


def _message(text: str) -> str:
    """Escape a text, so that none of it is a placeholder or a link (SARIF, sections 3.11.5 and 3.11.6)."""
    if "](" in text:
        text = re.sub(r"[\\\[\]]", r"\\\g<0>", text)
    return text.replace("{", "{{").replace("}", "}}")


def _artifact(file: str) -> dict[str, Any]:
    if file == _STANDARD_INPUT:
        return {"description": {"text": file}}
    path = PurePath(file)
    location = {"uri": uri_of(path)}
    if not path.anchor and ".." not in path.parts:
        location["uriBaseId"] = _ROOT
    return location


def _fix(finding: Finding, replacement: Replacement) -> dict[str, Any]:
    start, end, text = replacement
    region = {"startLine": finding.line, "startColumn": start + 1, "endColumn": end + 1}
    change = {
        "artifactLocation": _artifact(finding.file or ""),
        "replacements": [{"deletedRegion": region, "insertedContent": {"text": text}}],
    }
    words = finding.suggestion.text if finding.suggestion else ""
    return {"description": {"text": _message(words)}, "artifactChanges": [change]}


def _kind(finding: Finding) -> str:
    if not finding.path:
        return "array" if finding.row is None else "object"
    return "value" if isinstance(finding.path[-1], int) else "property"


def _fingerprint(finding: Finding) -> str:
    """Return a digest that stays the same if the row moves within its file."""
    file = None if finding.file is None else PurePath(finding.file).as_posix()
    content = [finding.id] if finding.id else [_PLACE.sub("", finding.expected), _PLACE.sub("", finding.got)]
    parts = [finding.code, file, finding.pointer, *content]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _properties(finding: Finding) -> dict[str, Any]:
    suggestion = finding.suggestion or Suggestion("")
    found = {
        "row": finding.row,
        "id": finding.id,
        "applicability": suggestion.applicability if suggestion.edits else None,
        "edits": [one._asdict() | {"path": pointer(one.path)} for one in suggestion.edits] or None,
    }
    return {name: value for name, value in found.items() if value is not None}
