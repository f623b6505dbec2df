"""``export`` and ``browse``: write the shipped data or a custom corpus as tables, or as a page."""

import os
import webbrowser
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from .. import storage
from ..dataset import loaders
from ..dataset.browsing import page_of
from ..dataset.exports import ExportFormat, export_files
from ..errors import InputError
from ..metadata import NAME
from ..validation.engine.options import Check
from ..validation.findings.display import visible
from .exits import cleanup_on_interrupt, stop
from .options import given_options, takes_check
from .output import Against, Places, folder_of
from .progress import watched

__all__ = ["browse", "export"]


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
    context: typer.Context,
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
    if rows is None and (given := given_options(context, "against")):
        raise InputError(f"{given[0]}: expected --rows PATH to apply it to, got none")
    if output == "":
        raise InputError("--output: expected a file, got nothing")
    folder = context.params["against"]
    name = NAME if folder is None else Path(folder).resolve().name or "corpus"
    path = Path(output or f"{name}.html")
    if os.path.lexists(path) and not force:
        stop(f"{visible(str(path))}: already exists; use --force to replace it, or --output")
    places = Places(str(path))
    with watched(replace(check, data=rows), places) as watching:
        page = page_of(check.against, None if rows is None else watching)
        try:
            storage.write_files(path.parent, {path.name: page.encode()})
        except OSError as error:
            stop(f"{visible(str(path))}: {error.strerror or error}; nothing was written")
    typer.echo(visible(str(path)))
    if opened:
        webbrowser.open(path.resolve().as_uri())
