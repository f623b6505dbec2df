"""End a command that could not run."""

import os
import sys
from typing import NoReturn

import typer

from ..validation.findings.display import visible

__all__ = ["stop"]


def stop(reason: str) -> NoReturn:
    """Print a reason as one line on standard error and exit with code 2."""
    try:
        typer.echo(f"kaiser-interview: {visible(reason)}", err=True)
    except OSError:
        # Standard error cannot be written. Replace it, because Python would try again at exit.
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    raise SystemExit(2) from None
