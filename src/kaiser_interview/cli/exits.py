"""How a command ends that could not run."""

import os
import sys
from typing import NoReturn

import typer

__all__ = ["stop"]


def stop(reason: str) -> NoReturn:
    """End the command with one line on standard error and exit code 2: it could not run."""
    try:
        typer.echo(f"kaiser-interview: {reason}", err=True)
    except OSError:
        # Nobody can be told, but for the exit code. What was not written would be tried again at the end.
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    raise SystemExit(2) from None
