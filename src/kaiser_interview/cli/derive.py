"""``split`` and ``fix``: derived data put in order."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from ..validation.findings.display import visible
from ..validation.fix import fix_check
from ..validation.split import split_check
from .exits import stop
from .options import Against, Complete, Extra, Ignore, Key, Kind, Paths, Require, Select, Set, check_of
from .output import Places
from .progress import watched
from .validate import Form, ReportFormat, end, print_as

__all__ = ["fix", "split"]

_Result = TypeVar("_Result")


def split(
    paths: Paths,
    valid: Annotated[str, typer.Option(metavar="FILE", help="Where rows go that pass.")],
    rejects: Annotated[
        str, typer.Option(metavar="FILE", help="Where the others go; findings in FILE.findings.jsonl.")
    ],
    kind: Kind = None,
    defaults: Set = None,
    require: Require = None,
    complete: Complete = None,
    key: Key = None,
    extra: Extra = "error",
    against: Against = None,
    select: Select = None,
    ignore: Ignore = None,
    form: Form = ReportFormat.text,
) -> None:
    """Put every row in exactly one of two files, byte for byte: those that pass, and those that do not.

    All files are written or, if something cannot be read, none. Exit codes as for `validate`.
    """
    check = check_of(
        paths,
        kind=kind,
        defaults=defaults,
        require=require,
        complete=complete,
        key=key,
        extra=extra,
        against=against,
        select=select,
        ignore=ignore,
    )
    places = Places(f"{rejects}.findings.jsonl", rejects, valid)
    with watched(check, places) as watching:
        report = _written(lambda: split_check(watching, Path(valid), Path(rejects)), places, valid, rejects)
    print_as(report, form)
    if form is ReportFormat.text and report.complete:
        rows = "row" if report.valid == 1 else "rows"
        typer.echo(f"{report.valid:,} {rows} in {visible(valid)}, {report.invalid:,} in {visible(rejects)}")
    end(report)


def fix(
    paths: Paths,
    output: Annotated[str, typer.Option(metavar="FILE", help="Where the rows go.")],
    typography: Annotated[
        bool,
        typer.Option(
            "--typography",
            help="Put the source's own characters where a quote differs in typography only; the quote as it "
            "was stays in x_quote_as_written.",
        ),
    ] = False,
    kind: Kind = None,
    defaults: Set = None,
    require: Require = None,
    complete: Complete = None,
    key: Key = None,
    extra: Extra = "error",
    against: Against = None,
    form: Form = ReportFormat.text,
) -> None:
    """Fill in what there is only one way to fill in: offsets, pins, release, and what --set gives.

    A pin that is there is never changed, nor is a quote, save with --typography. No row is dropped. The
    report is on the output.
    """
    check = check_of(
        paths,
        kind=kind,
        defaults=defaults,
        require=require,
        complete=complete,
        key=key,
        extra=extra,
        against=against,
    )
    places = Places(output)
    with watched(check, places) as watching:
        fixed = _written(lambda: fix_check(watching, Path(output), typography=typography), places, output)
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
