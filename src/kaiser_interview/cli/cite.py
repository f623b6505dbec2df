"""``cite``: print a citation of the data set or of claims."""

from enum import StrEnum
from typing import Annotated

import typer

from ..dataset import citation, loaders
from ..records.models import Claim
from .records import claim_named

__all__ = ["cite"]


class Style(StrEnum):
    """The format of citations."""

    bibtex = "bibtex"
    apa = "apa"
    csl = "csl"
    cff = "cff"


def cite(
    claim_ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID]...",
            help="Ids of claims, such as d01-c03. Default: the data set.",
        ),
    ] = None,
    style: Annotated[
        Style, typer.Option("--format", help="The format. `cff` is for the data set only.")
    ] = Style.bibtex,
) -> None:
    """Print a citation of the data set, or of claims."""
    claims = [claim_named(one, loaders.claim) for one in dict.fromkeys(claim_ids or ())]
    typer.echo("\n\n".join(_parts(style, claims)).rstrip("\n"))


def _parts(style: Style, claims: list[Claim]) -> list[str]:
    """Return the parts of the output; an empty line is printed between them."""
    if style is Style.cff:
        return [citation.cff()]
    source = loaders.source()
    if style is Style.csl:
        items = [citation.csl_item(claim) for claim in claims]
        return [citation.csl(*items, citation.article_csl_item(source)) if claims else citation.csl()]
    entry, article = (
        (citation.apa, citation.article_apa)
        if style is Style.apa
        else (citation.bibtex, citation.article_bibtex)
    )
    if not claims:
        return [entry()]
    return [*(citation.claim_text(claim, source) for claim in claims), *map(entry, claims), article(source)]
