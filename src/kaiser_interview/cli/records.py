"""``claims`` and ``show``: print the shipped claims."""

from typing import Annotated, get_args

import typer
from rich.text import Text

from ..dataset import loaders
from ..errors import InputError, UnknownNameError, known_name
from ..metadata import CAUTION, MACHINE_TRANSLATION
from ..records.models import Claim, ClaimType, Dialogue, Horizon, Topic
from ..render.terminal import console, print_hanging
from .output import Format, write_rows

__all__ = ["claim_named", "claims", "show"]

_FIELDS = tuple(Claim.model_fields)


def claims(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="WORDS",
            help="Only claims that contain all these words, in Chinese or English. Case does not matter.",
        ),
    ] = None,
    dialogue: Annotated[str | None, typer.Option(help="Only claims of one dialogue: d01 to d10.")] = None,
    topic: Annotated[
        list[str] | None,
        typer.Option(help=f"Only claims with this topic. Repeatable. One of {', '.join(get_args(Topic))}."),
    ] = None,
    claim_type: Annotated[
        str | None, typer.Option(help=f"Only claims of this type: one of {', '.join(get_args(ClaimType))}.")
    ] = None,
    horizon: Annotated[
        str | None, typer.Option(help=f"Only claims about this time: one of {', '.join(get_args(Horizon))}.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="The output format.")] = Format.text,
) -> None:
    """List claims: all, or those with given words or labels."""
    dialogues = {one.dialogue_id: one for one in loaders.load("dialogues")}
    for subject, name, known in (
        ("dialogue", dialogue, tuple(dialogues)),
        *(("topic", one, get_args(Topic)) for one in topic or ()),
        ("claim type", claim_type, get_args(ClaimType)),
        ("horizon", horizon, get_args(Horizon)),
    ):
        if name is not None:
            known_name(subject, name, known)
    wanted = [word.casefold() for word in words or ()]
    found = [
        claim
        for claim in loaders.load()
        if dialogue in (None, claim.dialogue_id)
        and claim_type in (None, claim.claim_type)
        and horizon in (None, claim.horizon)
        and set(topic or ()) <= set(claim.topics)
        and all(word in f"{claim.text}\n{claim.text_en}".casefold() for word in wanted)
    ]
    if form is not Format.text:
        write_rows([claim.model_dump(mode="json") for claim in found], _FIELDS, form)
    elif found:
        _print(found, dialogues)
    if not found:
        typer.echo("no claim matches", err=True)


def show(
    claim_id: Annotated[str, typer.Argument(metavar="ID", help="The id of a claim, such as d01-c03.")],
    form: Annotated[Format, typer.Option("--format", help="The output format.")] = Format.text,
) -> None:
    """Show one claim with its English, place and labels."""
    claim = claim_named(claim_id)
    if form is not Format.text:
        write_rows([claim.model_dump(mode="json")], _FIELDS, form)
        return
    dialogue = next(one for one in loaders.load("dialogues") if one.dialogue_id == claim.dialogue_id)
    text = loaders.source().text
    out = console()
    out.print(Text(claim.claim_id, style="bold cyan"))
    for name, value in (
        ("text", Text(claim.text, "bold")),
        ("english", f"{claim.text_en} ({MACHINE_TRANSLATION})"),
        ("citations", f"{claim.markers} (taken to be paragraphs of the article)"),
        ("dialogue", f"{dialogue.number}. {dialogue.title}"),
        ("", f"{dialogue.title_en} ({MACHINE_TRANSLATION})"),
        ("place", f"code points {claim.start} to {claim.end} of {len(text)}, end exclusive"),
        ("context", Text.assemble(f"…{claim.prefix}", (claim.text, "bold"), f"{claim.suffix}…")),
        ("topics", ", ".join(claim.topics)),
        ("type", claim.claim_type),
        ("horizon", claim.horizon),
        ("sha-256", claim.claim_sha256),
        ("since", f"{claim.since}, last revised in {claim.revised}"),
    ):
        print_hanging(out, f"  {name}", 14, value)
    print_hanging(out, "", 0, CAUTION, "italic")


def claim_named(claim_id: str) -> Claim:
    """Return the claim with an id.

    Raises
    ------
    UnknownNameError
        There is no such claim; the message suggests similar ids.
    InputError
        There is no such claim and no similar id; the message says how to find ids.
    """
    try:
        return loaders.claim(claim_id)
    except UnknownNameError as error:
        if error.nearest:
            raise
        raise InputError(f"{error}; run `kaiser-interview claims WORDS` to find ids") from None


def _print(found: list[Claim], dialogues: dict[str, Dialogue]) -> None:
    out = console()
    heading = None
    for claim in found:
        dialogue = dialogues[claim.dialogue_id]
        if dialogue is not heading:
            heading = dialogue
            print_hanging(out, f"{dialogue.number}. ", 4, dialogue.title, "bold")
            print_hanging(out, "", 4, dialogue.title_en, "dim")
        print_hanging(out, f"    {claim.claim_id}", 13, f"{claim.text} {claim.markers}")
        print_hanging(out, "", 13, claim.text_en, "dim")
    count = "1 claim" if len(found) == 1 else f"{len(found)} claims"
    print_hanging(out, "", 0, f"{count}. English: {MACHINE_TRANSLATION}. {CAUTION}", "italic")
