"""``cite``: the data set, or one claim, as a citation."""

from enum import StrEnum
from typing import Annotated

import typer

from .. import loaders
from ..cards import citation
from .records import claim_named

__all__ = ["cite"]


class Style(StrEnum):
    """How the data set is cited."""

    bibtex = "bibtex"
    apa = "apa"
    csl = "csl"
    cff = "cff"


def cite(
    claim_id: Annotated[
        str | None,
        typer.Argument(
            metavar="ID",
            help="A claim's id, as in d01-c03: `claims WORDS` finds it. Without it: the data set.",
        ),
    ] = None,
    style: Annotated[Style, typer.Option("--format", help="Of the data set's own entry.")] = Style.bibtex,
) -> None:
    """Print a citation: of the data set, or of one claim and the data set.

    A claim comes in Chinese and English (a machine translation), with headline, outlet, time as printed,
    the numbers of its paragraphs, and the caution that a summary's wording does not say who speaks.
    """
    entry = {
        Style.bibtex: citation.bibtex,
        Style.apa: citation.apa,
        Style.csl: citation.csl,
        Style.cff: citation.cff,
    }[style]()
    if claim_id is not None:
        typer.echo(citation.claim_text(claim_named(claim_id), loaders.source()) + "\n")
    typer.echo(entry.rstrip("\n"))
