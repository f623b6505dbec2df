"""``validate``: validate derived data and print the report."""

from enum import StrEnum
from typing import Annotated

import typer

from ..render.machine import github, jsonl
from ..render.replacements import replacements_of
from ..render.sarif import sarif
from ..render.terminal import console
from ..render.text import print_report
from ..validation.engine.execution import report_of
from ..validation.engine.options import Check
from ..validation.findings.report import Report
from .configuration import limit_of
from .options import takes_check
from .progress import watched

__all__ = ["Form", "ReportFormat", "end", "print_as", "validate"]

_FULL = 100


class ReportFormat(StrEnum):
    """The format of a printed report."""

    text = "text"
    json = "json"
    jsonl = "jsonl"
    github = "github"
    sarif = "sarif"
    html = "html"


MaxInvalid = Annotated[
    str,
    typer.Option(
        metavar="N|N%", help="The most invalid rows to accept: a number, or a percentage of all rows."
    ),
]

Workers = Annotated[
    int | None,
    typer.Option(min=1, help="The most threads to use. Default: the number of CPUs.", show_default=False),
]

Form = Annotated[ReportFormat, typer.Option("--format", help="The format of the report.")]


@takes_check()
def validate(
    check: Check,
    max_invalid: MaxInvalid = "0",
    workers: Workers = None,
    form: Form = ReportFormat.text,
) -> None:
    """Validate derived rows and print what is wrong."""
    limit = limit_of(max_invalid)
    with watched(check) as watching:
        report = report_of(watching, workers)
    print_as(report, form)
    end(report, limit)


def print_as(report: Report, form: ReportFormat, rejects: str | None = None) -> None:
    """Print a report in a format; `rejects` is the file with the invalid rows of `split`."""
    if form is ReportFormat.text:
        print_report(report, console())
    elif form is ReportFormat.json:
        typer.echo(report.to_json())
    elif form is ReportFormat.html:
        typer.echo(report.to_html(rejects=rejects), nl=False)
    elif form is ReportFormat.sarif:
        typer.echo(sarif(report, replacements_of(report)))
    else:
        for line in (jsonl if form is ReportFormat.jsonl else github)(report):
            typer.echo(line)
    if form in {ReportFormat.jsonl, ReportFormat.sarif} and report.left_out:
        typer.echo(f"{report.left_out:,} findings not in the sample; --max-findings keeps more", err=True)


def end(report: Report, limit: tuple[float, bool] = (0, False), *, failures: int = 0) -> None:
    """Exit with 2 if an input could not be read, or 1 if there are errors beyond `--max-invalid`.

    Parameters
    ----------
    report : Report
        The report.
    limit : tuple of float and bool
        The most invalid rows, and whether that is a percentage of all rows.
    failures : int
        The number of failures of `parse` that belong to the rows. Any is like an error.
    """
    if not report.complete:
        raise typer.Exit(2)
    most, is_percentage = limit
    within = report.invalid <= (most * report.rows / _FULL if is_percentage else most)
    if not within or report.outside or failures:
        raise typer.Exit(1)
