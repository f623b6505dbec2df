"""Render a report as JSON Lines, or as workflow commands of GitHub Actions."""

from collections import Counter
from collections.abc import Iterator, Sequence
from operator import itemgetter

from ..validation.findings.display import visible
from ..validation.findings.finding import Finding, Path, in_any_place
from ..validation.findings.report import Report

__all__ = ["github", "jsonl"]


def jsonl(report: Report) -> Iterator[str]:
    """Yield each finding in the sample as a line of JSON, with its path as a JSON Pointer."""
    for finding in report.sample:
        yield finding.to_json()


def github(report: Report) -> Iterator[str]:
    """Yield each finding in the sample as an annotation, and the summary as a notice.

    Data cannot end a command or begin another one: percent signs and line ends are escaped everywhere, and
    colons and commas in properties. The runner unescapes them. GitHub shows ten annotations of each severity
    in a step, so the first finding of every code and path comes before any second one.
    """
    for finding in _in_turns(report.sample):
        place = _place(finding)
        title = _property(f"{finding.code} {visible(finding.pointer)}".rstrip())
        yield f"::{finding.severity} {place}title={title}::{_data(_message(finding))}"
    yield f"::notice title=kaiser-interview::{_data(report.summary)}"


def _in_turns(findings: Sequence[Finding]) -> list[Finding]:
    """Interleave findings: the first of every code and path, then the second of each, and so on."""
    seen: Counter[tuple[str, Path]] = Counter()
    turns = []
    for finding in findings:
        group = finding.code, in_any_place(finding.path)
        turns.append((seen[group], finding))
        seen[group] += 1
    return [finding for _, finding in sorted(turns, key=itemgetter(0))]


def _place(finding: Finding) -> str:
    if finding.file is None:
        return ""
    line = f",line={finding.line}" if finding.line is not None else ""
    return f"file={_property(visible(finding.file))}{line},"


def _message(finding: Finding) -> str:
    # GitHub cannot show the place of a row without a line, so the message contains it.
    where = f"{finding.place}: " if finding.line is None else ""
    return f"{where}{finding.message}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
