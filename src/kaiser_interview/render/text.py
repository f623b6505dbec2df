"""A report as people read it: one block a code and path, then the sum."""

from rich.console import Console
from rich.text import Text

from ..validation.findings import Finding
from ..validation.report import Report
from ..validation.tally import Count
from .terminal import print_hanging

__all__ = ["print_report"]

_PLACES = 3
_COLOURS = {"error": "bold red", "warning": "bold yellow"}


def print_report(report: Report, out: Console) -> None:
    """Print a report: for each code and path the count, three places and one remedy; then the sum."""
    for count in report.counts:
        _print_group(count, report.findings_of(count), out)
    for name in report.passed_over[:_PLACES]:
        print_hanging(out, "", 0, f"passed over, no data by its name: {name}", "dim")
    if len(report.passed_over) > _PLACES:
        print_hanging(out, "", 0, f"and {len(report.passed_over) - _PLACES} more", "dim")
    print_hanging(out, "", 0, report.summary, "green" if report.ok else "bold")


def _print_group(count: Count, findings: list[Finding], out: Console) -> None:
    times = f" {count.number:,} times" if count.number > 1 else ""
    severity, path = (count.severity, _COLOURS[count.severity]), (count.path and f" {count.path}", "cyan")
    print_hanging(out, "", 0, Text.assemble(severity, f" {count.code}", path, times))
    shown = findings[:_PLACES]
    for finding in shown:
        words = Text.assemble((finding.place, "bold"), f"  expected {finding.expected}, got {finding.got}")
        print_hanging(out, "", 2, words)
    if count.number > len(shown):
        print_hanging(out, "", 2, f"and {count.number - len(shown):,} more", "dim")
    remedies = [finding.remedy for finding in shown if finding.remedy]
    if remedies:
        print_hanging(out, "  →", 4, remedies[0], "green")
    out.print()
