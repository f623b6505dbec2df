"""Print a report for people: a block for each code and path, then the summary."""

from rich.console import Console
from rich.text import Text

from ..validation.findings.counts import Count
from ..validation.findings.display import visible
from ..validation.findings.finding import Finding
from ..validation.findings.report import Report
from .terminal import print_hanging

__all__ = ["print_report"]

_PLACES = 3

_COLOURS = {"error": "bold red", "warning": "bold yellow"}


def print_report(report: Report, out: Console) -> None:
    """Print a report: count, up to three findings and their remedies for each code and path; the summary."""
    for count in report.counts:
        _print_group(count, report.findings_of(count), out)
    for name in report.passed_over[:_PLACES]:
        print_hanging(out, "", 0, f"passed over, no data by its name: {visible(name)}", "dim")
    if len(report.passed_over) > _PLACES:
        print_hanging(out, "", 0, f"and {len(report.passed_over) - _PLACES} more", "dim")
    if any(count.number > _PLACES for count in report.counts):
        print_hanging(out, "", 0, "one by one: --format jsonl", "dim")
    print_hanging(out, "", 0, report.summary, "green" if report.ok else "bold")


def _print_group(count: Count, findings: list[Finding], out: Console) -> None:
    times = f" {count.number:,} times" if count.number > 1 else ""
    severity, path = (
        (count.severity, _COLOURS[count.severity]),
        (count.path and f" {visible(count.path)}", "cyan"),
    )
    print_hanging(out, "", 0, Text.assemble(severity, f" {count.code}", path, times))
    # A remedy may be wrong for another row. Print it once below only if all findings share it.
    remedies = dict.fromkeys(finding.remedy for finding in findings)
    shown = _chosen(findings)
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


def _chosen(findings: list[Finding]) -> list[Finding]:
    """Choose up to three findings to print: first one for each different remedy, then others."""
    first = {finding.remedy: finding for finding in reversed(findings)}
    ordered = sorted(findings, key=lambda one: first[one.remedy] is not one)
    chosen = {id(one) for one in ordered[:_PLACES]}
    return [one for one in findings if id(one) in chosen]
