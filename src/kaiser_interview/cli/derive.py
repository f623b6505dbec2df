"""``parse``, ``split`` and ``fix``: write parsed, valid, rejected or fixed rows to files."""

import shlex
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Annotated, NoReturn, TypeVar

import typer

from ..errors import InputError
from ..raw_output.failures import failures_of
from ..raw_output.parse import FAILURES, parse_to_files
from ..render.terminal import console
from ..render.text import print_report
from ..validation.engine.execution import Engine
from ..validation.engine.options import Check
from ..validation.findings.display import counted, visible
from ..validation.findings.report import Report
from ..validation.fix import Diff, fix_data
from ..validation.sources.folders import partitions
from ..validation.split import split_data
from ..validation.writers.tables import table_form
from .exits import stop
from .options import Settings, takes_check
from .output import Places
from .progress import watched
from .validate import Form, ReportFormat, end, print_as

__all__ = ["fix", "parse", "split"]

_Result = TypeVar("_Result")


_LINES = (".jsonl", ".ndjson", ".jsonl.gz", ".jsonl.zst")


@takes_check("defaults", "require", "complete", "key", "extra", "in_process")
def parse(
    check: Check,
    output: Annotated[str, typer.Option(metavar="FILE", help="The file for the rows, as JSON Lines.")],
    form: Form = ReportFormat.text,
) -> None:
    """Turn the raw output of language models into rows."""
    if not output.lower().endswith(_LINES):
        raise InputError(f"--output {output}: expected a file of JSON Lines: {', '.join(_LINES)}")
    failures = f"{output}{FAILURES}"
    places = Places(failures, output)
    with watched(check, places) as watching, Engine(check) as engine:
        report, rows = _written(lambda: parse_to_files(engine, watching, Path(output)), places, output)
    print_as(report, form)
    if form is ReportFormat.text and report.complete:
        _print_count(rows, "row", output)
        _print_count(report.invalid, "failure", failures)
    end(report)


@takes_check("max_findings")
def split(
    check: Check,
    settings: Settings,
    valid: Annotated[str, typer.Option(metavar="FILE", help="The file for valid rows.")],
    rejects: Annotated[
        str,
        typer.Option(
            metavar="FILE", help="The file for invalid rows; their findings go to FILE.findings.jsonl."
        ),
    ],
    form: Form = ReportFormat.text,
) -> None:
    """Write valid rows and rejects to two files."""
    places = Places(f"{rejects}.findings.jsonl", f"{rejects}{FAILURES}", rejects, valid)
    failures = failures_of(check.data)
    with watched(check, places) as watching, Engine(check) as engine:
        report = _written(
            lambda: split_data(engine, watching, Path(valid), Path(rejects), failures).report,
            places,
            valid,
            rejects,
        )
    print_as(report, form, rejects)
    if form is ReportFormat.text and report.complete:
        rows = "row" if report.valid == 1 else "rows"
        typer.echo(f"{report.valid:,} {rows} in {visible(valid)}, {report.invalid:,} in {visible(rejects)}")
        _print_count(len(failures), "failure", f"{rejects}{FAILURES}")
        options = _options_of(report, settings, check)
        if report.valid and options is not None:
            file = f"./{valid}" if valid.startswith("-") else valid
            command = shlex.join(["kaiser-interview", "validate", file, *options])
            typer.echo(f"{visible(valid)} passes: {visible(command)}")
    end(report, failures=len(failures))


def _options_of(report: Report, settings: Settings, check: Check) -> list[str] | None:
    """Return the options with which `validate` accepts the valid rows.

    Return None if rows from different folders need different options.
    """
    found = {one.code for one in report.counts if one.severity == "error"}
    is_complete = not report.invalid and "missing-claim" not in found
    without = [] if is_complete else ["complete"]
    # The file of valid rows has the unknown columns, without values.
    ignored = ["--ignore", "unknown-field"] if report.outside and "unknown-field" in found else []
    # Options of the command line cannot remove or extend those of the configuration file.
    isolated = not settings.configured.keys().isdisjoint([*without, *(["ignore"] if ignored else [])])
    options = settings.words(*without, isolated=isolated) + ignored
    options += ["--isolated"] if isolated else settings.source
    # Values in the names of folders, as in `language=en/rows.jsonl`, are not written into rows of text files.
    fields = check.row_validator().fields
    texts = [one.name for one in report.inputs if table_form(PurePath(one.name).suffix) is None]
    constants = {tuple(partitions(name, fields).items()) for name in texts}
    if len(constants) > 1:
        return None
    return [
        *options,
        *(word for one in constants for name, value in one for word in ("--set", f"{name}={value}")),
    ]


@takes_check("select", "ignore", "max_findings")
def fix(
    check: Check,
    output: Annotated[
        str | None, typer.Option(metavar="FILE", help="The file to write.", show_default=False)
    ] = None,
    unsafe_fixes: Annotated[
        bool,
        typer.Option("--unsafe-fixes", help="Also apply fixes that are only probably right, marked `[?]`."),
    ] = False,
    diff: Annotated[
        bool,
        typer.Option("--diff", help="Print the changes and write nothing; exit code 1 if there are any."),
    ] = False,
    form: Form = ReportFormat.text,
) -> None:
    """Fix rows where only one correction is possible."""
    if diff:
        _print_diff(check, unsafe=unsafe_fixes)
    if output is None:
        raise InputError("--output: expected a file to write, or --diff")
    places = Places(f"{output}.changes.jsonl", f"{output}{FAILURES}", output)
    failures = failures_of(check.data)
    with watched(check, places) as watching, Engine(check) as engine:
        fixed = _written(
            lambda: fix_data(engine, watching, Path(output), failures, unsafe=unsafe_fixes), places, output
        )
    print_as(fixed.report, form)
    if form is ReportFormat.text:
        typer.echo(f"changed: {fixed.changed_fields}" if fixed.report.complete else "nothing was written")
    if form is ReportFormat.text and fixed.report.complete:
        _print_count(len(failures), "failure", f"{output}{FAILURES}")
    end(fixed.report, failures=len(failures))


def _print_count(count: int, what: str, path: str) -> None:
    """Say how many rows or failures a file has, if any."""
    if count:
        typer.echo(f"{counted(count, what)} in {visible(path)}")


def _print_diff(check: Check, *, unsafe: bool) -> NoReturn:
    """Print what `fix` would change; exit with 1 if anything would, with 2 if an input could not be read."""
    with watched(check) as watching, Engine(check) as engine:
        diff = Diff(engine, watching, unsafe=unsafe)
        for line in diff:
            typer.echo(line)
    if diff.report is not None and not diff.report.complete:
        print_report(diff.report, console(stderr=True))
        raise typer.Exit(2)
    typer.echo(f"{diff.rows:,} row{'' if diff.rows == 1 else 's'} would change", err=True)
    raise typer.Exit(1 if diff.rows else 0)


def _written(work: Callable[[], _Result], places: Places, *outputs: str) -> _Result:
    try:
        return work()
    except OSError as error:
        stop(f"{visible(' or '.join(outputs))}: {error.strerror or error}; {places.words}")
