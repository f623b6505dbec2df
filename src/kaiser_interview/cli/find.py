"""``find``: find a text in the claims and headings."""

import re
import shlex
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from ..corpus.search import Match, Passages
from ..dataset import loaders
from ..metadata import CAUTION, MACHINE_TRANSLATION
from ..render.terminal import console, print_hanging
from ..validation.findings.display import visible
from .output import Against, Format, as_utf8, folder_of, on_one_line, write_rows

__all__ = ["find"]

_HOW = {
    "exact": "exact match",
    "markers": "differs only in markers",
    "typography": "differs only in typography",
    "case": "differs only in case or typography",
    "nearest": "closest passage (not a match)",
}

_CONTEXT = 24
"""The most characters to print before a match, and after it."""

_MOST_TRIED, _MOST_WORDS = 12, 3
"""The most words of a text to search for, and to suggest."""


def find(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The text to find.")],
    against: Against = None,
    form: Annotated[Format, typer.Option("--format", help="The output format.")] = Format.text,
) -> None:
    """Find every occurrence of a text in the claims and headings."""
    folder = folder_of(against)
    corpus, text = loaders.corpus_of(folder), as_utf8(text)
    found = corpus.find(text)
    if form is Format.text:
        out = console()
        for match in found:
            _print(out, match)
        if found and folder is None:
            print_hanging(out, "", 0, f"English: {MACHINE_TRANSLATION}. {CAUTION}", "italic")
    else:
        rows = [
            match._asdict() | {"changes": [change._asdict() for change in match.changes]} for match in found
        ]
        write_rows(rows, Match._fields, form)
    if not found:
        typer.echo("no match, and nothing similar", err=True)
    if not found or found[0].how == "nearest":
        if words := _words(text, corpus.passages):
            place = "" if folder is None else f" --against {shlex.quote(folder)}"
            typer.echo(f"to search for words, try: kaiser-interview claims {words}{visible(place)}", err=True)
        raise typer.Exit(1)


def _words(text: str, passages: Passages) -> str:
    """Return words of a text to search for that occur in a claim together; the rarest are preferred.

    Empty if the text is not a question and has no such words; WORDS for a question without such words.
    """
    words = [*dict.fromkeys(re.findall(r"\w+", text))][:_MOST_TRIED]
    is_question = text.rstrip().endswith(("?", "？"))
    claims = {word: passages.claims_with(word) for word in words if len(words) > 1 or is_question}
    together: set[str] = set().union(*claims.values())
    kept: list[str] = []
    for word in sorted(claims, key=lambda one: len(claims[one])):
        if len(kept) < _MOST_WORDS and together & claims[word]:
            together &= claims[word]
            kept.append(word)
    return " ".join(sorted(kept, key=words.index)) or ("WORDS" if is_question else "")


def _print(out: Console, match: Match) -> None:
    counted = "" if match.of == "text" else " of its English"
    place = f"{match.start} to {match.end}{counted}"
    heading = f"{match.record} {visible(match.record_id)}, {place}: {_HOW[match.how]}"
    print_hanging(out, "", 0, heading, "bold")
    if not match.changes:
        print_hanging(out, "  passage", 11, _in_context(match))
        return
    passage = Text()
    text = Text()
    at = match.start
    for change in (*match.changes, None):
        until = change.start if change else match.end
        kept = visible(match.text[at - match.start : until - match.start])
        passage.append(kept)
        text.append(kept)
        if change:
            passage.append(f"⟦{visible(change.passage)}⟧", "green")
            text.append(f"⟦{visible(change.text)}⟧", "red")
            at = change.end
    print_hanging(out, "  passage", 11, passage)
    print_hanging(out, "  given", 11, text)
    if match.prefix or match.suffix:
        print_hanging(out, "  context", 11, _in_context(match))


def _in_context(match: Match) -> Text:
    """Return the marked text of a match with the end of what is before it and the start of what follows."""
    before, after = on_one_line(match.prefix), on_one_line(match.suffix)
    if len(before) > _CONTEXT:
        before = before[-_CONTEXT:]
        # Begin with a whole word, if one begins soon.
        before = f"…{before[before.find(' ', 0, _CONTEXT // 2) + 1 :]}"
    if len(after) > _CONTEXT:
        after = after[:_CONTEXT]
        space = after.rfind(" ", _CONTEXT // 2)
        after = f"{after[:space] if space > 0 else after}…"
    return Text.assemble(visible(before), (f"⟦{visible(match.text)}⟧", "bold"), visible(after))
