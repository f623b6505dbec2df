"""Records on standard output: as JSON, JSON Lines or CSV."""

import csv
import json
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from ..exports import cell

__all__ = ["Format", "console", "print_hanging", "stop", "visible", "write_rows"]

_BIDIRECTIONAL = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


class Format(StrEnum):
    """How records are printed."""

    text = "text"
    json = "json"
    jsonl = "jsonl"
    csv = "csv"


def console() -> Console:
    """Return a console that prints data as it is: no markup, no emoji codes, no highlighting."""
    out = Console(markup=False, emoji=False, highlight=False)
    if out.width < 1:  # COLUMNS=0
        out.width = 80
    return out


def stop(reason: str) -> NoReturn:
    """End the command with one line on standard error and exit code 2: it could not run."""
    typer.echo(f"kaiser-interview: {reason}", err=True)
    raise SystemExit(2) from None


def visible(text: str) -> str:
    """Return a text with what a terminal would obey written out: control and bidirectional characters."""
    return "".join(f"\\u{ord(mark):04x}" if _obeyed(mark) else mark for mark in text)


def _obeyed(mark: str) -> bool:
    return unicodedata.category(mark) in {"Cc", "Cs", "Zl", "Zp"} or mark in _BIDIRECTIONAL


def print_hanging(out: Console, label: str, width: int, text: Text | str, style: str = "") -> None:
    """Print a text beside a label, wrapped to the console, every line indented by `width` cells.

    A character of double width counts as two cells. Unlike a table's, the lines have no spaces at their end.
    """
    text = Text(text, style) if isinstance(text, str) else text
    lines = text.wrap(out, max(out.width - width, 16), overflow="fold")
    for number, line in enumerate(lines):
        line.rstrip()
        margin = ("" if number else label).ljust(width)
        out.print(Text.assemble((margin, "cyan"), line), soft_wrap=True)


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
