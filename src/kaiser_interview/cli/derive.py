"""``split`` and ``fix``: write valid, rejected or fixed rows to files."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from ..validation.engine.execution import Engine
from ..validation.engine.options import Check
from ..validation.findings.display import visible
from ..validation.fix import fix_data
from ..validation.split import split_data
from .exits import stop
from .options import takes_check
from .output import Places
from .progress import watched
from .validate import Form, ReportFormat, end, print_as

__all__ = ["fix", "split"]

_Result = TypeVar("_Result")


@takes_check("max_findings")
def split(
    check: Check,
    valid: Annotated[str, typer.Option(metavar="FILE", help="The file for valid rows.")],
    rejects: Annotated[
        str,
        typer.Option(
            metavar="FILE", help="The file for invalid rows; their findings go to FILE.findings.jsonl."
        ),
    ],
    form: Form = ReportFormat.text,
) -> None:
    """Write every row to exactly one of two files, byte for byte: valid rows, or rejects."""
    places = Places(f"{rejects}.findings.jsonl", rejects, valid)
    with watched(check, places) as watching, Engine(check) as engine:
        report = _written(
            lambda: split_data(engine, watching, Path(valid), Path(rejects)), places, valid, rejects
        )
    print_as(report, form)
    if form is ReportFormat.text and report.complete:
        rows = "row" if report.valid == 1 else "rows"
        typer.echo(f"{report.valid:,} {rows} in {visible(valid)}, {report.invalid:,} in {visible(rejects)}")
    end(report)


@takes_check("select", "ignore", "max_findings")
def fix(
    check: Check,
    output: Annotated[str, typer.Option(metavar="FILE", help="The file to write.")],
    typography: Annotated[
        bool,
        typer.Option(
            "--typography",
            help="Replace a quote that differs in typography only by the source's own characters; the "
            "original is kept in x_quote_as_written.",
        ),
    ] = False,
    form: Form = ReportFormat.text,
) -> None:
    """Fix what has only one fix: fill in offsets, digests, the release, and what --set gives."""
    places = Places(output)
    with watched(check, places) as watching, Engine(check) as engine:
        fixed = _written(
            lambda: fix_data(engine, watching, Path(output), typography=typography), places, output
        )
    print_as(fixed.report, form)
    if form is ReportFormat.text:
        filled = ", ".join(f"{name} in {count:,}" for name, count in sorted(fixed.filled.items()))
        typer.echo(f"filled: {filled or 'nothing'}" if fixed.report.complete else "nothing was written")
    end(fixed.report)


def _written(work: Callable[[], _Result], places: Places, *outputs: str) -> _Result:
    try:
        return work()
    except OSError as error:
        stop(f"{visible(' or '.join(outputs))}: {error.strerror or error}; {places.words}")
