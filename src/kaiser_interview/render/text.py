"""A report as people read it: one block a code and path, then the sum."""

from rich.console import Console
from rich.text import Text

from ..validation.findings.counts import Count
from ..validation.findings.finding import Finding
from ..validation.findings.report import Report
from .terminal import print_hanging

__all__ = ["print_report"]

_PLACES = 3

_COLOURS = {"error": "bold red", "warning": "bold yellow"}


def print_report(report: Report, out: Console) -> None:
    """Print a report: for each code and path the count, three places and their remedies; then the sum."""
    for count in report.counts:
        _print_group(count, report.findings_of(count), out)
    for name in report.passed_over[:_PLACES]:
        print_hanging(out, "", 0, f"passed over, no data by its name: {name}", "dim")
    if len(report.passed_over) > _PLACES:
        print_hanging(out, "", 0, f"and {len(report.passed_over) - _PLACES} more", "dim")
    if any(count.number > _PLACES for count in report.counts):
        print_hanging(out, "", 0, "one by one: --format jsonl", "dim")
    print_hanging(out, "", 0, report.summary, "green" if report.ok else "bold")


def _print_group(count: Count, findings: list[Finding], out: Console) -> None:
    times = f" {count.number:,} times" if count.number > 1 else ""
    severity, path = (count.severity, _COLOURS[count.severity]), (count.path and f" {count.path}", "cyan")
    print_hanging(out, "", 0, Text.assemble(severity, f" {count.code}", path, times))
    # A remedy of one place is none for another: only what holds for all of them stands below all.
    remedies = dict.fromkeys(finding.remedy for finding in findings)
    shown = _telling(findings)
    for finding in shown:
        words = Text.assemble((finding.place, "bold"), f"  expected {finding.expected}, got {finding.got}")
        print_hanging(out, "", 2, words)
        if len(remedies) > 1 and finding.remedy:
            print_hanging(out, "  →", 4, finding.remedy, "green")
    if count.number > len(shown):
        print_hanging(out, "", 2, f"and {count.number - len(shown):,} more", "dim")
    if len(remedies) == 1 and (remedy := next(iter(remedies))):
        print_hanging(out, "  →", 4, remedy, "green")
    out.print()


def _telling(findings: list[Finding]) -> list[Finding]:
    """Return the first few findings, rather those with another remedy than the ones before."""
    first = {finding.remedy: finding for finding in reversed(findings)}
    ordered = sorted(findings, key=lambda one: first[one.remedy] is not one)
    chosen = {id(one) for one in ordered[:_PLACES]}
    return [one for one in findings if id(one) in chosen]
