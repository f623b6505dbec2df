"""Records on standard output: as JSON, JSON Lines or CSV."""

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NoReturn

import typer

from ..exports import cell
from ..render.terminal import console, print_hanging
from ..validation.findings import visible

__all__ = ["Format", "console", "print_hanging", "stop", "visible", "write_rows"]


class Format(StrEnum):
    """How records are printed."""

    text = "text"
    json = "json"
    jsonl = "jsonl"
    csv = "csv"


def stop(reason: str) -> NoReturn:
    """End the command with one line on standard error and exit code 2: it could not run."""
    typer.echo(f"kaiser-interview: {reason}", err=True)
    raise SystemExit(2) from None


def write_rows(rows: Sequence[Mapping[str, Any]], fields: Sequence[str], form: Format) -> None:
    """Print rows as a JSON array, JSON Lines or CSV with a header; a list in a CSV cell is JSON."""
    if form is Format.json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))  # noqa: T201
    elif form is Format.jsonl:
        for row in rows:
            print(json.dumps(row, ensure_ascii=False))  # noqa: T201
    else:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(fields)
        writer.writerows([cell(row[field]) for field in fields] for row in rows)
