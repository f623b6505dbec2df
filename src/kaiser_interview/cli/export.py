"""``export``: the shipped tables as files."""

from pathlib import Path
from typing import Annotated

import typer

from .. import atomic
from ..exports import ExportFormat, export_files

__all__ = ["export"]


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write; made if it is not there.")],
    form: Annotated[ExportFormat, typer.Option("--format", help="Of the files.")] = ExportFormat.jsonl,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
) -> None:
    """Write every table to a folder: JSON Lines, Parquet, CSV for spreadsheets, Arrow IPC or SQLite.

    Either all files are written or none. The English is a machine translation; the source text is its
    publisher's and not licensed.
    """
    files = export_files(form)
    there = [name for name in files if (folder / name).exists()]
    if there and not force:
        typer.echo(f"kaiser-interview: {folder / there[0]} is there; --force replaces it", err=True)
        raise typer.Exit(2)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        atomic.write_files(folder, files)
    except OSError as error:
        typer.echo(
            f"kaiser-interview: {folder}: {error.strerror or error}; nothing was half written", err=True
        )
        raise typer.Exit(2) from None
    typer.echo(f"{len(files)} file{'s' if len(files) > 1 else ''} in {folder}")
