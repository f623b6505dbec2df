"""``export``: write the tables of the shipped data or of a custom corpus to files."""

import os
from pathlib import Path
from typing import Annotated

import typer

from .. import storage
from ..dataset import loaders
from ..dataset.exports import ExportFormat, export_files
from ..validation.findings.display import visible
from .exits import cleanup_on_interrupt, stop
from .output import Against, Places, folder_of

__all__ = ["export"]


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
