"""``explain``: print the page of a finding code, or list all codes."""

from typing import Annotated

import typer

from ..validation.findings.codes import CODES
from ..validation.findings.pages import explanation

__all__ = ["explain"]


def explain(
    code: Annotated[str | None, typer.Argument(metavar="CODE", help="Without it: all codes.")] = None,
) -> None:
    """Explain a finding's code: what it means, an example, and how to fix it."""
    if code is not None:
        typer.echo(explanation(code).rstrip("\n"))
        return
    for one in CODES.values():
        typer.echo(f"{one.severity[0].upper()} {one.name}")
