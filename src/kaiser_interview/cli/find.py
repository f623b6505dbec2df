"""``find``: find a text in the claims and headings."""

import os
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from ..corpus.search import Match
from ..dataset import loaders
from ..metadata import CAUTION, MACHINE_TRANSLATION
from ..render.terminal import console, print_hanging
from ..validation.findings.display import visible
from .output import Format, write_rows

__all__ = ["find"]

_HOW = {
    "exact": "exact match",
    "markers": "differs only in markers",
    "typography": "differs only in typography",
    "nearest": "closest passage (not a match)",
}


def find(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The text to find.")],
    form: Annotated[Format, typer.Option("--format", help="The output format.")] = Format.text,
) -> None:
    """Find every occurrence of a text, in Chinese or English."""
    found = loaders.find(_as_utf8(text))
    if form is Format.text:
        out = console()
        for match in found:
            _print(out, match)
        if found:
            print_hanging(out, "", 0, f"English: {MACHINE_TRANSLATION}. {CAUTION}", "italic")
    else:
        rows = [
            match._asdict() | {"changes": [change._asdict() for change in match.changes]} for match in found
        ]
        write_rows(rows, Match._fields, form)
    if not found:
        typer.echo("no match, and nothing similar", err=True)
    if not found or found[0].how == "nearest":
        raise typer.Exit(1)


def _as_utf8(argument: str) -> str:
    """Decode an argument as UTF-8 if the locale decoded its bytes differently."""
    try:
        return os.fsencode(argument).decode("utf-8")
    except UnicodeError:
        return argument


def _print(out: Console, match: Match) -> None:
    counted = "" if match.of == "text" else " of its English"
    heading = f"{match.record} {match.record_id}, {match.start} to {match.end}{counted}: {_HOW[match.how]}"
    print_hanging(out, "", 0, heading, "bold")
    passage = Text()
    text = Text()
    at = match.start
    for change in (*match.changes, None):
        until = change.start if change else match.end
        kept = match.text[at - match.start : until - match.start]
        passage.append(kept)
        text.append(kept)
        if change:
            passage.append(f"⟦{change.passage}⟧", "green")
            text.append(f"⟦{visible(change.text)}⟧", "red")
            at = change.end
    print_hanging(out, "  passage", 11, passage)
    if match.changes:
        print_hanging(out, "  given", 11, text)
