"""``export``, ``browse`` and ``annotations``: write tables, a page, or rows as annotations."""

import json
import os
import sys
import webbrowser
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from .. import storage
from ..annotations.documents import document_in
from ..annotations.exporter import annotations_of
from ..annotations.reader import rows_in_annotations
from ..dataset import loaders
from ..dataset.browsing import page_of
from ..dataset.exports import ExportFormat, export_files
from ..errors import InputError
from ..metadata import NAME
from ..page.shown_rows import checked_rows
from ..render.terminal import console
from ..render.text import print_report
from ..validation.engine.options import Check
from ..validation.findings.display import visible
from ..validation.findings.report import Report
from ..validation.writers.rows import as_json
from .exits import cleanup_on_interrupt, stop
from .options import Settings, takes_check
from .output import Against, Places, folder_of
from .progress import watched
from .validate import end

__all__ = ["annotations", "browse", "export"]

_LINES = (".jsonl", ".ndjson")


def export(
    folder: Annotated[
        str, typer.Argument(metavar="DIR", help="The folder to write to. It is created if needed.")
    ],
    form: Annotated[
        ExportFormat, typer.Option("--format", help="The format of the files.")
    ] = ExportFormat.jsonl,
    against: Against = None,
    force: Annotated[bool, typer.Option("--force", help="Replace existing files.")] = False,
) -> None:
    """Write all tables of the data set or of a corpus to a folder."""
    if not folder:
        stop("DIR: expected a folder, got nothing")
    corpus = folder_of(against)
    files = export_files(form, None if corpus is None else loaders.corpus_of(corpus))
    target = Path(folder)
    try:
        existing = [name for name in files if os.path.lexists(target / name)]
        if existing and not force:
            stop(f"{visible(str(target / existing[0]))}: already exists; use --force to replace files")
        places = Places(*(str(target / name) for name in files))
        with cleanup_on_interrupt(lambda: f"interrupted; {places.words}"):
            target.mkdir(parents=True, exist_ok=True)
            storage.write_files(target, files)
    except OSError as error:
        stop(f"{visible(folder)}: {error.strerror or error}; no file is incomplete")
    typer.echo(f"{len(files)} file{'s' if len(files) > 1 else ''} in {visible(folder)}")


@takes_check("paths")
def browse(
    check: Check,
    settings: Settings,
    rows: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH",
            help="Derived rows to show beside the claims, with their findings. Repeatable.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="The file to write. Default: a file named after the corpus, in this folder.",
            show_default=False,
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    opened: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
) -> None:
    """Write a page with every claim highlighted in its text."""
    if rows is None and (given := settings.words("against")):
        raise InputError(f"{given[0]}: expected --rows PATH to apply it to, got none")
    path = Path(_file(output)) if output is not None else _page_path(settings.values["against"])
    if "" in (rows or ()):
        # An unset shell variable.
        raise InputError("--rows: expected a file, got nothing")
    if os.path.lexists(path) and not force:
        stop(f"{visible(str(path))}: already exists; use --force to replace it, or --output")
    places = Places(str(path))
    with watched(replace(check, data=rows), places) as watching:
        shown = None if rows is None else checked_rows(watching)
        report = None if shown is None else shown.report
        if report is not None:
            _refuse_input(path, report)
            if not report.complete:
                print_report(report, console(stderr=True))
                stop("nothing was written")
        page = page_of(check.against, shown)
        _write(path, page.encode())
    typer.echo(visible(str(path)))
    if opened:
        webbrowser.open(path.resolve().as_uri())
    if report is not None:
        end(report)


def _page_path(folder: str | None) -> Path:
    """Return a path of a page in this folder, named after the corpus in a folder."""
    return Path(f"{NAME if folder is None else Path(folder).resolve().name or 'corpus'}.html")


def _file(output: str) -> str:
    """Return the given output.

    Raises
    ------
    InputError
        The output is empty, or standard output.
    """
    if output in {"", "-"}:
        raise InputError(f"--output: expected a file, got {'standard output' if output else 'nothing'}")
    return output


def _refuse_input(path: Path, report: Report) -> None:
    """Raise if the output is one of the inputs.

    Raises
    ------
    InputError
        The output is an input.
    """
    for name in (one.name for one in report.inputs):
        if path.exists() and Path(name).exists() and path.samefile(name):
            raise InputError(f"{visible(str(path))}: expected a file other than the input")


@takes_check()
def annotations(
    check: Check,
    settings: Settings,
    output: Annotated[
        str, typer.Option(metavar="FILE", help="The file to write. With --to-rows: JSON Lines.")
    ],
    to_rows: Annotated[
        bool, typer.Option("--to-rows", help="Read rows back from a file of annotations.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
) -> None:
    """Write rows as Web Annotations for review, or read them back."""
    path = Path(_file(output))
    if to_rows and not output.lower().endswith(_LINES):
        raise InputError(f"--output {output}: expected a file of JSON Lines: {', '.join(_LINES)}")
    if os.path.lexists(path) and not force:
        stop(f"{visible(output)}: already exists; use --force to replace it, or another --output")
    if to_rows:
        _read_back(check, settings, path)
        return
    with watched(check, Places(output)) as watching:
        document, report = annotations_of(watching)
        _refuse_input(path, report)
        if not report.complete:
            print_report(report, console(stderr=True))
            stop("nothing was written")
        _write(path, f"{json.dumps(document, ensure_ascii=False, indent=2)}\n".encode())
    _print_count(document["total"], "annotation", output)
    end(report)


def _read_back(check: Check, settings: Settings, path: Path) -> None:
    """Write the rows of a file of annotations as JSON Lines.

    Raises
    ------
    InputError
        There are several files, an option does not apply, or the annotations are invalid.
    """
    if given := settings.words("against"):
        raise InputError(f"{given[0]}: expected rows to apply it to, got --to-rows; give it to `validate`")
    if len(check.data) != 1:
        raise InputError(f"PATH: expected one file of annotations, got {len(check.data)}")
    (name,) = check.data
    if not name:
        raise InputError("PATH: expected a file, got nothing")
    given_path = Path(name)
    if name != "-" and path.exists() and given_path.exists() and path.samefile(given_path):
        raise InputError(f"{visible(str(path))}: expected a file other than the input")
    document = document_in(sys.stdin.buffer.read() if name == "-" else given_path)
    try:
        rows = rows_in_annotations(document, check.against)
    except InputError as error:
        raise InputError(f"{'standard input' if name == '-' else visible(name)}: {error}") from None
    # A row that is not JSON is written as it was, on one line.
    lines = (row.replace(b"\n", b" ") if isinstance(row, bytes) else as_json(row) for row in rows)
    _write(path, b"".join(line + b"\n" for line in lines))
    _print_count(len(rows), "row", str(path))


def _write(path: Path, data: bytes) -> None:
    """Write a file, or end with an error."""
    try:
        storage.write_files(path.parent, {path.name: data})
    except OSError as error:
        stop(f"{visible(str(path))}: {error.strerror or error}; nothing was written")


def _print_count(count: int, noun: str, path: str) -> None:
    typer.echo(f"{count:,} {noun}{'' if count == 1 else 's'} in {visible(path)}")
