"""The page of a report: the result and the figures, then the findings by code and field, with examples."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..validation.findings.codes import CODES, Code
from ..validation.findings.counts import Count
from ..validation.findings.finding import Finding
from ..validation.findings.report import Report
from .alignment import suggested
from .templating import render_page

__all__ = ["Bar", "FindingGroup", "figures_of", "groups_of", "report_page"]

_MOST_GROUPS, _MOST_EXAMPLES, _MOST_BARS = 100, 5, 20
"""Bounds of the size of a page."""

_FEWER = ((_MOST_GROUPS, _MOST_EXAMPLES), (_MOST_GROUPS, 1), (20, 1))
"""Numbers of groups, and of examples for each. If values are long, the page is made with fewer."""

_LARGEST = 1_900_000
"""The most bytes of a page with more groups or examples than the last of these."""


class Bar(NamedTuple):
    """A line of a bar chart."""

    label: str
    number: int
    share: float
    """Its length in percent of the longest bar."""
    link: str | None = None


class FindingGroup(NamedTuple):
    """The findings with one code and path."""

    findings: Count
    code: Code
    examples: Sequence[Finding]
    name: str
    """The name of its place on the page."""


def report_page(report: Report, rejects: str | None = None) -> str:
    """Return the page of a report, as one HTML file of less than 2 MB.

    Parameters
    ----------
    report : Report
        The report.
    rejects : str, optional
        The file with the invalid rows of `split`.
    """
    for most, examples in _FEWER:
        page = _page(report, groups_of(report, most, examples), rejects)
        if len(page.encode()) <= _LARGEST:
            break
    return page


def _page(report: Report, groups: list[FindingGroup], rejects: str | None) -> str:
    return render_page(
        "report",
        report=report,
        result=result_of(report),
        figures=figures_of(report),
        by_code=_bars(groups, ((one.code, one.number) for one in report.counts)),
        by_field=_bars(groups, ((_field(one), one.number) for one in report.counts)),
        groups=groups,
        hidden=len(report.counts) - len(groups),
        rejects=rejects,
    )


def result_of(report: Report) -> str:
    """Return the result in a word or two."""
    if not report.complete:
        return "Not complete"
    return "Passed" if report.ok else "Failed"


def figures_of(report: Report) -> list[tuple[str, str]]:
    """Return the figures of a report, each with its label."""
    checked, quotes = report.checked, report.checked.quotes
    figures = [(f"{report.unit}s", f"{report.rows:,}"), ("invalid", f"{report.invalid:,}")]
    figures += [("errors", f"{report.errors:,}"), ("warnings", f"{report.warnings:,}")]
    if report.unit == "row":
        figures.append(("quotes exact", f"{quotes.exact:,} of {quotes.total:,}"))
        figures.append(("claims covered", f"{len(checked.covered):,} of {checked.claims:,}"))
        figures.append(("rows without digest", f"{report.rows_without_digest:,}"))
    safe, unsafe = report.fixable
    if safe or unsafe:
        words = f"{safe:,}" + (f", {unsafe:,} unsafe" if unsafe else "")
        figures.append(("fixable" if not report.left_out else "fixable in the sample", words))
    return figures


def groups_of(report: Report, most: int = _MOST_GROUPS, examples: int = _MOST_EXAMPLES) -> list[FindingGroup]:
    """Return the groups of findings, each with examples; examples with different suggestions come first."""
    groups = []
    for number, count in enumerate(report.counts[:most], 1):
        chosen = _different(report.findings_of(count))[:examples]
        groups.append(FindingGroup(count, CODES[count.code], chosen, f"group-{number}"))
    return groups


def _different(findings: Iterable[Finding]) -> list[Finding]:
    held = [*findings]
    first = {suggested(one): one for one in reversed(held)}
    return sorted(held, key=lambda one: first[suggested(one)] is not one)


def _bars(groups: Sequence[FindingGroup], numbers: Iterable[tuple[str, int]]) -> list[Bar]:
    """Return a bar for each name, the largest first.

    Parameters
    ----------
    groups : sequence of FindingGroup
        The groups on the page; a bar links to the first of its name.
    numbers : iterable of tuple of str and int
        Names, which may be repeated, and numbers to add.
    """
    sums = Counter[str]()
    for name, number in numbers:
        sums[name] += number
    links: dict[str, str] = {}
    for one in groups:
        links.setdefault(one.findings.code, one.name)
        links.setdefault(_field(one.findings), one.name)
    shown = sums.most_common(_MOST_BARS)
    most = max(sums.values(), default=1)
    bars = [Bar(name, number, 100 * number / most, links.get(name)) for name, number in shown]
    if len(sums) > len(shown):
        rest = sums.total() - sum(number for _, number in shown)
        bars.append(Bar(f"{len(sums) - len(shown):,} more", rest, min(100, 100 * rest / most)))
    return bars


def _field(count: Count) -> str:
    return count.path or "the row"
