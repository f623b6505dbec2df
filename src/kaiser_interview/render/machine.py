"""A report as programs read it: JSON Lines, and the workflow commands of GitHub Actions."""

from collections import Counter
from collections.abc import Iterator, Sequence
from operator import itemgetter

from ..validation.findings.finding import Finding, Path, in_any_place
from ..validation.findings.report import Report

__all__ = ["github", "jsonl"]


def jsonl(report: Report) -> Iterator[str]:
    """Yield each retained finding as a line of JSON, its path as a JSON Pointer."""
    for finding in report.findings:
        yield finding.to_json()


def github(report: Report) -> Iterator[str]:
    """Yield each retained finding as an annotation, and the sum as a notice.

    What is data cannot end a command or begin another: percent signs and line ends are escaped everywhere,
    colons and commas in properties too, as the runner unescapes them. GitHub shows ten annotations
    of a severity a step, and the first of every code and path come first, so that each has its share.
    """
    for finding in _in_turns(report.findings):
        place = _place(finding)
        title = _property(f"{finding.code} {finding.pointer}".rstrip())
        yield f"::{finding.severity} {place}title={title}::{_data(_message(finding))}"
    yield f"::notice title=kaiser-interview::{_data(report.summary)}"


def _in_turns(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings with the first of every code and path first, then the second of each, and so on."""
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
    return f"file={_property(finding.file)}{line},"


def _message(finding: Finding) -> str:
    # A row without a line has no place that GitHub could show.
    where = f"{finding.place}: " if finding.line is None else ""
    return f"{where}{finding.message}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
