"""Print a report for people: a block for each code and path, then the summary."""

from io import StringIO

from rich.console import Console
from rich.text import Text

from ..validation.findings.counts import Count
from ..validation.findings.display import visible
from ..validation.findings.finding import Finding
from ..validation.findings.report import Report
from .terminal import console, print_hanging

__all__ = ["print_report", "report_text"]

_WIDTH = 80

_PLACES = 3

_MARKS = {"safe": "[*] ", "unsafe": "[?] "}

_COLOURS = {"error": "bold red", "warning": "bold yellow"}


def print_report(report: Report, out: Console) -> None:
    """Print a report: for each code and path the count and up to three findings, then the summary."""
    for count in report.counts:
        _print_group(count, report.findings_of(count), out)
    for name in report.skipped[:_PLACES]:
        print_hanging(out, "", 0, f"skipped: not a data file (by extension): {visible(name)}", "dim")
    if len(report.skipped) > _PLACES:
        print_hanging(out, "", 0, f"and {len(report.skipped) - _PLACES} more", "dim")
    if any(count.number > _PLACES for count in report.counts):
        words = "For every finding, use `--format jsonl`."
        if report.left_out:
            kept, found = len(report.sample), report.errors + report.warnings
            words = f"For {kept:,} of {found:,} findings, use `--format jsonl`. `--max-findings` keeps more."
        print_hanging(out, "", 0, words, "dim")
    if words := _fixable(report):
        print_hanging(out, "", 0, words)
    for line in report.summary_lines:
        print_hanging(out, "", 0, line, "green" if report.ok else "bold")


def report_text(report: Report) -> str:
    """Return what `print_report` prints, without colour, wrapped at 80 cells."""
    out = StringIO()
    print_report(report, console(out, width=_WIDTH))
    return out.getvalue().rstrip("\n")


def _print_group(count: Count, findings: list[Finding], out: Console) -> None:
    times = f" {count.number:,} times" if count.number > 1 else ""
    severity, path = (
        (count.severity, _COLOURS[count.severity]),
        (count.path and f" {visible(count.path)}", "cyan"),
    )
    print_hanging(out, "", 0, Text.assemble(severity, f" {count.code}", path, times))
    # A suggestion can be wrong for another row. Print it once only if all findings share it.
    suggestions = dict.fromkeys(map(_suggestion, findings))
    shown = _chosen(findings)
    for finding in shown:
        words = Text.assemble((finding.place, "bold"), f"  expected {finding.expected}, got {finding.got}")
        print_hanging(out, "", 2, words)
        if len(suggestions) > 1 and finding.suggestion:
            print_hanging(out, "  →", 4, _suggestion(finding), "green")
    if count.number > len(shown):
        print_hanging(out, "", 2, f"and {count.number - len(shown):,} more", "dim")
    if len(suggestions) == 1 and (suggestion := next(iter(suggestions))):
        print_hanging(out, "  →", 4, suggestion, "green")
    out.print()


def _chosen(findings: list[Finding]) -> list[Finding]:
    """Return up to three findings to print: one for each different suggestion, then others."""
    first = {_suggestion(finding): finding for finding in reversed(findings)}
    ordered = sorted(findings, key=lambda one: first[_suggestion(one)] is not one)
    chosen = {id(one) for one in ordered[:_PLACES]}
    return [one for one in findings if id(one) in chosen]


def _suggestion(finding: Finding) -> str:
    if finding.suggestion is None:
        return ""
    return f"{_MARKS.get(finding.suggestion.applicability, '')}{finding.suggestion.text}"


def _fixable(report: Report) -> str:
    """Return how many findings can be fixed, with the marks of their suggestions."""
    safe, unsafe = report.fixable
    words = [f"[*] {safe:,} fixable with `fix`"] if safe else []
    words += [f"[?] {unsafe:,} fixable with `fix --unsafe-fixes`"] if unsafe else []
    return ", ".join(words)
