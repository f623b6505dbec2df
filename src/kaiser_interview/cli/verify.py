"""``verify``: verify that the installed files are the released ones."""

from typing import Annotated

import typer

from .. import release
from .._version import __version__, data_release
from ..dataset import loaders, verification
from ..validation.findings.display import visible
from .exits import stop
from .output import Format, write_rows

__all__ = ["verify"]


def verify(
    path: Annotated[list[str] | None, typer.Argument(hidden=True)] = None,
    form: Annotated[Format, typer.Option("--format", help="The output format.")] = Format.text,
) -> None:
    """Verify the installed data against its manifest and source."""
    if path:
        stop(
            "verify checks the installed release and takes no path; "
            f"did you mean: kaiser-interview validate {path[0]!r:.200}?"
        )
    files = release.shipped()
    differences = verification.verify(files)
    if form is not Format.text:
        write_rows([one._asdict() for one in differences], verification.Difference._fields, form)
    for one in differences if form is Format.text else ():
        typer.echo(visible(f"{one.place}: expected {one.expected}, got {one.got}"))
    if differences:
        raise typer.Exit(1)
    if form is Format.text:
        typer.echo(
            f"kaiser-interview {__version__}, data release {data_release}: {len(files)} files as released; "
            f"{len(loaders.load())} claims match the source, character for character"
        )
