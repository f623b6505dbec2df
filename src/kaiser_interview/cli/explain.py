"""``explain``: print the page of a finding code, or list all codes."""

import shutil
import textwrap
from typing import Annotated

import typer

from ..validation.findings.codes import CODES
from ..validation.findings.pages import explanation

__all__ = ["explain"]

_INDENT = "    "


def explain(
    code: Annotated[
        str | None,
        typer.Argument(
            metavar="CODE",
            help="A finding code. Default: list all codes.",
            autocompletion=lambda: CODES,
        ),
    ] = None,
) -> None:
    """Explain a finding code, or list all codes."""
    if code is not None:
        typer.echo(explanation(code).rstrip("\n"))
        return
    width = shutil.get_terminal_size().columns
    for one in CODES.values():
        typer.echo(f"{one.name} ({one.severity})")
        typer.echo(textwrap.fill(one.meaning, width, initial_indent=_INDENT, subsequent_indent=_INDENT))
